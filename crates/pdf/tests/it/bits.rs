//! Not one bit of a signed file can be changed unnoticed: neither in what is signed, nor in the gaps that no signature covers.

use yinxin_pdf::verify::{Verdict, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

use crate::parties::NOW;
use crate::verifying_world::{World, small_contract};

/// Bits between two that are tried; every bit when `YINXIN_EVERY_BIT` is set, which takes minutes.
fn stride(usual: usize) -> usize {
    if std::env::var_os("YINXIN_EVERY_BIT").is_some() { 1 } else { usual }
}

/// The bits whose change leaves the file valid, trusted or not.
fn survivors(file: &[u8], roots: &[Certificate], bits: impl Iterator<Item = usize>) -> Vec<usize> {
    let options = VerifyOptions { roots: roots.to_vec(), at_micros: NOW + 86_400_000_000, limits: Default::default() };
    let mut changed = file.to_vec();
    let mut found = Vec::new();
    for bit in bits {
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict = verify(changed.as_slice().into(), &options).map(|report| report.verdict);
        if matches!(verdict, Ok(Verdict::ValidTrusted | Verdict::ValidUntrusted)) {
            found.push(bit);
        }
        changed[bit / 8] ^= 1 << (bit % 8);
    }
    found
}

fn shown(file: &[u8], bits: &[usize]) -> String {
    let near = |bit: &usize| {
        let at = bit / 8;
        let around = &file[at.saturating_sub(40)..(at + 20).min(file.len())];
        format!("byte {at} bit {}: {}", bit % 8, String::from_utf8_lossy(around))
    };
    bits.iter().take(40).map(near).collect::<Vec<_>>().join("\n")
}

/// S1-030, S1-031: one changed bit anywhere makes the verifier refuse, padding and letter case of /Contents included.
#[test]
fn no_changed_bit_survives() {
    let mut world = World::new();
    let file = small_contract(&mut world);
    let roots = Certificate::from_pem(&world.trust()).unwrap();
    let options = VerifyOptions { roots: roots.clone(), at_micros: NOW + 86_400_000_000, limits: Default::default() };
    let report = verify(file.bytes().into(), &options).unwrap();
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", serde_json::to_string_pretty(&report).unwrap());

    let bytes = file.bytes();
    let gaps: Vec<std::ops::Range<usize>> = report
        .signatures
        .iter()
        .map(|signature| {
            let [_, before, after, _] = signature.byte_range.unwrap();
            before..after
        })
        .collect();
    assert_eq!(gaps.len(), 4);
    let mut bits: Vec<usize> = Vec::new();
    for gap in &gaps {
        // All bits of a gap, or a stride that meets every bit of a byte and both digits of a pair.
        bits.extend((gap.start * 8..gap.end * 8).step_by(stride(397)));
    }
    // All of the last revision outside of its gap: what nobody but its own signature covers.
    let last = report.revisions.last().unwrap().start;
    let outside = |bit: &usize| !gaps.iter().any(|gap| gap.contains(&(bit / 8)));
    bits.extend((last * 8..bytes.len() * 8).filter(outside).step_by(stride(97)));
    bits.extend((0..last * 8).filter(outside).step_by(stride(3_001)));
    let half = bits.len() / 2;
    let found = std::thread::scope(|scope| {
        let first = scope.spawn(|| survivors(bytes, &roots, bits[..half].iter().copied()));
        let mut found = survivors(bytes, &roots, bits[half..].iter().copied());
        found.extend(first.join().unwrap());
        found
    });
    assert!(found.is_empty(), "{} of {} bits survive\n{}", found.len(), bits.len(), shown(bytes, &found));
    eprintln!("{} bits of {} bytes tried", bits.len(), bytes.len());
}
