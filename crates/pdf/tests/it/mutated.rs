//! Five hundred changed and five hundred truncated variants of signed files: none is accepted, none makes anything fail, none takes more than
//! it should (S1-030, S1-031).

use std::sync::Arc;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};
use yinxin_pdf::gate::{RepairError, inspect, repair};
use yinxin_pdf::verify::{Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, Opened};
use yinxin_pki::x509::Certificate;

use crate::layering::{conclude, sealed_contract};
use crate::parties::request;
use crate::sample::{Sample, Xref};
use crate::verifying_world::{World, small_contract};

/// Signed files of several shapes, and the roots under which they are valid.
fn signed_files() -> Vec<(Vec<u8>, Vec<Certificate>)> {
    let mut world = World::new();
    let small = small_contract(&mut world);
    let mut files = vec![(small.bytes().to_vec(), world.trust())];
    for xref in [Xref::Table, Xref::Stream, Xref::Hybrid] {
        let (file, sm2) = sealed_contract(Sample { xref, pages: 2, ..Sample::default() }.build());
        let (file, p256) = conclude(file);
        files.push((file.bytes().to_vec(), sm2 + &p256));
    }
    files.into_iter().map(|(file, trust)| (file, Certificate::from_pem(&trust).unwrap())).collect()
}

/// Nothing may be said to be valid of a variant that is no prefix at a revision's end, whatever is asked of it.
fn judge(variant: &[u8], original: &[u8], roots: &[Certificate], what: &str) {
    let bytes: Arc<[u8]> = Arc::from(variant);
    let at_micros = crate::judges::real_time_micros() + 3_600_000_000;
    let options = VerifyOptions { roots: roots.to_vec(), at_micros, limits: Default::default() };
    if let Ok(report) = verify(Arc::clone(&bytes), &options) {
        // A file cut at the end of a revision was once whole, and what it says is true of what it was.
        let once_whole = original.starts_with(variant)
            && Opened::open(Arc::from(original)).unwrap().at_length(variant.len()).is_ok();
        assert!(once_whole || report.verdict >= Verdict::Indeterminate, "{what}: {:?}", report.verdict);
        assert!(serde_json::to_string(&report).unwrap().len() < 200_000);
    }
    // What shows a trace of a signature is never repaired; what was cut before the first one may be.
    match repair(variant) {
        Ok(repaired) => {
            assert!(!contains(variant, b"/ByteRange") && repaired.inspection.signatures.is_empty(), "{what}");
        }
        Err(error) => assert!(error == RepairError::Signed || !contains(variant, b"/ByteRange"), "{what}: {error}"),
    }
    let _ = inspect(Arc::clone(&bytes));
    if let Ok(file) = Opened::open(bytes) {
        let _ = file.prepare(&request("more", &Dss::default()));
    }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn on_two_threads(count: usize, task: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for half in 0..2 {
            let task = &task;
            scope.spawn(move || (half..count).step_by(2).for_each(task));
        }
    });
}

#[test]
fn five_hundred_changed_files_are_not_accepted() {
    let files = signed_files();
    on_two_threads(500, |index| {
        let mut rng = ChaCha20Rng::seed_from_u64(index as u64);
        let (file, roots) = &files[index % files.len()];
        let mut variant = file.clone();
        let number = |rng: &mut ChaCha20Rng, below: usize| rng.next_u64() as usize % below.max(1);
        for _ in 0..1 + number(&mut rng, 4) {
            let at = number(&mut rng, variant.len());
            let length = 1 + number(&mut rng, 200).min(variant.len() - at - 1);
            match index / files.len() % 7 {
                0 => variant[at] ^= 1 << number(&mut rng, 8),
                1 => variant[at..at + length].fill(b' '),
                2 => {
                    variant.drain(at..at + length);
                }
                3 => {
                    let copy = variant[at..at + length].to_vec();
                    let to = number(&mut rng, variant.len());
                    variant.splice(to..to, copy);
                }
                // Digits steer offsets, counts, references and times.
                4 => {
                    if let Some(digit) = variant[at..].iter().position(u8::is_ascii_digit) {
                        variant[at + digit] =
                            b'0' + ((variant[at + digit] - b'0') + 1 + number(&mut rng, 9) as u8) % 10;
                    }
                }
                // Something appended: an update that leads to what stands elsewhere, or only noise.
                5 => {
                    let start = number(&mut rng, file.len());
                    let tail = format!("\nxref\n{} 1\n{start:010} 00000 n \n", 1 + number(&mut rng, 60));
                    let at = variant.len() + 1;
                    variant.extend_from_slice(tail.as_bytes());
                    variant.extend_from_slice(
                        format!("trailer\n<</Size 99/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n").as_bytes(),
                    );
                }
                // Two revisions of one file exchanged for those of another.
                _ => {
                    let (other, _) = &files[(index + 1) % files.len()];
                    let cut = number(&mut rng, other.len());
                    variant.truncate(at);
                    variant.extend_from_slice(&other[cut..]);
                }
            }
        }
        if variant != *file {
            judge(&variant, file, roots, &format!("variant {index}"));
        }
    });
}

#[test]
fn five_hundred_truncated_files_are_not_accepted() {
    let files = signed_files();
    on_two_threads(500, |index| {
        let mut rng = ChaCha20Rng::seed_from_u64(1_000 + index as u64);
        let (file, roots) = &files[index % files.len()];
        // Half of them near the end of some revision, where a reader would look for its start.
        let ends: Vec<usize> =
            file.windows(5).enumerate().filter(|(_, word)| word == b"%%EOF").map(|(at, _)| at).collect();
        let near = ends[rng.next_u64() as usize % ends.len()] + rng.next_u64() as usize % 40;
        let anywhere = rng.next_u64() as usize % file.len();
        let length = if index % 2 == 0 { near.min(file.len() - 1) } else { anywhere };
        judge(&file[..length], file, roots, &format!("cut {index} at {length}"));
    });
}
