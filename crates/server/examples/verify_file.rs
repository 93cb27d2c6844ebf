//! `verify_file FILE.pdf ROOTS.pem ROUNDS`: a row of `cargo xtask bench` for verifying a file, the same that its peers verify in the same run.

#![expect(
    clippy::disallowed_methods,
    reason = "no part of the product: a certificate of the peers is judged now, and time is what it measures"
)]

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use yinxin_pdf::verify::{Verdict, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, roots, rounds] = &arguments[..] else { return Err("verify_file FILE.pdf ROOTS.pem ROUNDS".into()) };
    let (bytes, rounds): (Arc<[u8]>, usize) = (std::fs::read(file)?.into(), rounds.parse()?);
    let roots = Certificate::from_pem(&std::fs::read_to_string(roots)?)?;
    let at_micros = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
    let options = VerifyOptions { roots, at_micros, limits: Default::default() };
    let mut signatures = 0;
    let mut judge = || -> Result<(), Box<dyn std::error::Error>> {
        let report = verify(Arc::clone(&bytes), &options)?;
        signatures = report.signatures.len();
        if report.verdict == Verdict::ValidTrusted { Ok(()) } else { Err(report.summary.en.into()) }
    };
    (0..3).try_for_each(|_| judge())?;
    let (before, mut walls) = (cpu_nanos()?, Vec::with_capacity(rounds));
    for _ in 0..rounds {
        let begun = Instant::now();
        judge()?;
        walls.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let measured = (cpu_nanos()? - before) as f64 / 1e6 / rounds as f64;
    walls.sort_by(f64::total_cmp);
    let row = serde_json::json!({
        "level": "L3",
        "work": format!("verify the peers' file: {signatures} signatures of P-256, {} KB, hashing included", bytes.len() / 1000),
        "measured": measured,
        "unit": "ms CPU",
        "sense": "at_most",
        "target": 5.0,
        "note": format!("{:.2} ms wall (median)", walls[rounds / 2]),
    });
    println!("{row}");
    Ok(())
}

/// Nanoseconds that this process has run; it has one thread.
fn cpu_nanos() -> Result<u64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split_whitespace().next().ok_or("no schedstat")?.parse()?)
}
