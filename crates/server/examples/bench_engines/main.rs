//! The rows L1, L2, L3 and T of `cargo xtask bench`: the engines without the world, on one thread.
//!
//! Prints one JSON object a line for `xtask/src/bench.rs`. Milliseconds are processor time per operation unless the row says otherwise:
//! on a machine that others use too, the wall clock tells of them.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a bench that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the real clock")]

mod measure;
#[path = "../../../typeset/tests/support/sample.rs"]
mod sample;
mod world;

use std::sync::Arc;

use measure::{Cost, cost, resident_bytes, row};
use world::{World, plain_pdf};
use yinxin_pdf::verify::{Limits, Verdict};
use yinxin_pdf::{Mark, Opened, VerifyOptions, place_upright, verify};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_seal::draw::{CompanySeal, SealKind};

/// The product's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|one| one == "--quick");
    let wanted =
        |name: &str| arguments.iter().all(|one| one.starts_with("--")) || arguments.iter().any(|one| one == name);
    if let Some(path) = arguments.iter().find_map(|one| one.strip_prefix("--write-pdf=")) {
        std::fs::write(path, plain_pdf(20, 0)).expect("the file can be written");
        return;
    }
    if wanted("L1") {
        small_file(quick);
        large_file(quick);
    }
    if wanted("L2") {
        with_seal(quick);
    }
    if wanted("L3") {
        verification(quick);
    }
    if wanted("T") {
        typesetting(quick);
    }
}

const SUITES: [(KeyAlgorithm, &str); 2] = [(KeyAlgorithm::Sm2, "SM2"), (KeyAlgorithm::EcdsaP256, "P-256")];

fn small_file(quick: bool) {
    let pdf: Arc<[u8]> = Arc::from(plain_pdf(20, 0));
    for (algorithm, name) in SUITES {
        let world = World::new(algorithm);
        let Cost { cpu_ms, wall_ms } = cost(if quick { 50 } else { 500 }, || {
            std::hint::black_box(world.sign_message(&Opened::open(Arc::clone(&pdf)).unwrap(), None).into_bytes());
        });
        let work = format!("sign 20 pages, {} KB, no picture, {name}", pdf.len() / 1000);
        row("L1", &work, cpu_ms, "ms CPU", "at_most", Some(1.0), &format!("{wall_ms:.2} ms wall (median)"));
    }
}

fn large_file(quick: bool) {
    let pdf: Arc<[u8]> = Arc::from(plain_pdf(20, 50_000_000));
    let rounds = if quick { 2 } else { 7 };
    for (algorithm, name) in SUITES {
        let world = World::new(algorithm);
        let digest = if algorithm == KeyAlgorithm::Sm2 { DigestAlgorithm::Sm3 } else { DigestAlgorithm::Sha256 };
        let hashing = cost(rounds, || {
            std::hint::black_box(digest.digest(&pdf));
        });
        let signing = cost(rounds, || {
            // In the two parts in which it is written to a disk or a socket.
            std::hint::black_box(world.sign_message(&Opened::open(Arc::clone(&pdf)).unwrap(), None));
        });
        let ratio = signing.cpu_ms / hashing.cpu_ms;
        let note = format!("{:.0} ms CPU, hashing alone {:.0} ms", signing.cpu_ms, hashing.cpu_ms);
        row("L1", &format!("sign 50 MB, {name}, against hashing it once"), ratio, "×", "at_most", Some(1.5), &note);
    }
}

fn with_seal(quick: bool) {
    let pdf: Arc<[u8]> = Arc::from(plain_pdf(20, 0));
    let rounds = if quick { 30 } else { 300 };
    for (algorithm, name) in SUITES {
        let world = World::new(algorithm);
        let Cost { cpu_ms, wall_ms } = cost(rounds, || {
            let seal = company("示例园林绿化工程有限公司").to_pdf_form();
            let document = Opened::open(Arc::clone(&pdf)).unwrap();
            let rect = place_upright(&document.pages().unwrap()[19], 100.0, 200.0, 42.0, 42.0);
            let signed = world.sign_message(&document, Some(Mark { page: 19, rect, form: &seal, clip: None }));
            std::hint::black_box(signed.into_bytes());
        });
        let note = format!("the seal drawn anew each time; {wall_ms:.2} ms wall (median)");
        row(
            "L2",
            &format!("the same with a vector seal and Chinese text, {name}"),
            cpu_ms,
            "ms CPU",
            "at_most",
            Some(3.0),
            &note,
        );
    }
    let mut world = World::new(KeyAlgorithm::Sm2);
    let (form, anchors) = world.contract();
    let form: Arc<[u8]> = Arc::from(form);
    let step = world.seal_step("A", &anchors);
    let Cost { cpu_ms, wall_ms } = cost(rounds, || {
        world.make(&step, &Opened::open(Arc::clone(&form)).unwrap());
    });
    let note = format!("GB/T 38540 with date and seam seal, evidence, verified; {wall_ms:.2} ms wall (median)");
    row("L2", "a whole sign step in memory: seal, timestamp, check", cpu_ms, "ms CPU", "tell", None, &note);
}

fn verification(quick: bool) {
    let mut world = World::new(KeyAlgorithm::Sm2);
    let (form, anchors) = world.contract();
    let mut document = Opened::open(Arc::from(form)).unwrap();
    for party in ["B", "A"] {
        let step = world.seal_step(party, &anchors);
        document = world.make(&step, &document);
    }
    let step = world.personal_step("A", &anchors);
    document = world.make(&step, &document);
    let (document, roots) = world.platform(&document);
    let bytes: Arc<[u8]> = Arc::from(document.bytes());
    let options = VerifyOptions { roots, at_micros: world.now, limits: Limits::default() };
    let report = verify(Arc::clone(&bytes), &options).expect("readable");
    assert_eq!((report.verdict, report.signatures.len()), (Verdict::ValidTrusted, 5), "{}", report.summary.en);
    let rounds = if quick { 20 } else { 200 };
    // Each signature has a digest of its own over all that is before it, and the report one of the whole.
    let ends: Vec<usize> = report.revisions.iter().flat_map(|one| one.signatures.iter().map(|_| one.end)).collect();
    let hashing = cost(rounds, || {
        for end in ends.iter().copied().chain([bytes.len()]) {
            std::hint::black_box(DigestAlgorithm::Sm3.digest(&bytes[..end]));
        }
    });
    let whole = cost(rounds, || {
        std::hint::black_box(verify(Arc::clone(&bytes), &options).expect("readable"));
    });
    let own = whole.cpu_ms - hashing.cpu_ms;
    let note = format!(
        "{:.2} ms CPU in all, of it {:.2} ms hashing {} KB for each; 2 seals, 1 personal, platform and its document timestamp",
        whole.cpu_ms,
        hashing.cpu_ms,
        bytes.len() / 1000
    );
    row("L3", "verify a contract with 5 signatures, hashing aside", own, "ms CPU", "at_most", Some(5.0), &note);
}

fn typesetting(quick: bool) {
    let lines = (60..2_000).step_by(10).find(|lines| pages(*lines) >= 30).expect("so many lines fill 30 pages");
    let mut number = 0;
    let mut render = || {
        number += 1;
        let mut document = sample::goods_contract(lines);
        document.number = format!("示例-{number}");
        document.preamble[0] = format!("第{number}份合同。{}", "本合同由双方协商订立，共同遵守。".repeat(20));
        std::hint::black_box(yinxin_typeset::render(&document, sample::AT_MICROS).expect("it can be set"));
    };
    // What every process does once: fonts, the layout's own caches.
    (0..10).for_each(|_| render());
    let before = resident_bytes();
    let rounds = if quick { 20 } else { 1_000 };
    let Cost { cpu_ms, wall_ms } = cost(rounds, render);
    let grown = resident_bytes().saturating_sub(before) as f64 / 1e6;
    let note = format!("{} pages; {cpu_ms:.0} ms CPU", pages(lines));
    row("T", "template to a 30-page PDF", wall_ms, "ms wall", "at_most", Some(200.0), &note);
    let note = format!("{:.0} MB resident before", before as f64 / 1e6);
    row("T", &format!("memory gained over {rounds} documents"), grown, "MB", "at_most", Some(24.0), &note);
}

fn pages(lines: usize) -> usize {
    yinxin_typeset::render(&sample::goods_contract(lines), sample::AT_MICROS).expect("it can be set").pages as usize
}

fn company(name: &str) -> yinxin_seal::draw::Drawing {
    CompanySeal { name: name.into(), kind: SealKind::Company, code: None, diameter_mm: 42.0 }
        .draw()
        .expect("a name that can be drawn")
}
