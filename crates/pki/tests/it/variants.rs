//! Variants of a structure in ASN.1 as an attacker or an accident makes them, and what must hold of them. The seal crate's tests use this
//! file too.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Changed variants of one seed, and as many cut ones.
pub const VARIANTS: usize = 500;
/// Bytes that mean something in ASN.1: versions, tags, long and indefinite lengths, signs.
const TELLING: [u8; 18] =
    [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x16, 0x17, 0x18, 0x30, 0x31, 0x7f, 0x80, 0x84, 0xa0, 0xff];

/// A number below `bound`, or 0.
pub fn below(rng: &mut ChaCha20Rng, bound: usize) -> usize {
    (rng.next_u64() % bound.max(1) as u64) as usize
}

/// A variant of `seed`, now and then with a piece of `other`: bits flipped, bytes set to telling values, parts removed, doubled, swapped.
pub fn mutate(seed: &[u8], other: &[u8], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=below(rng, 3) {
        let at = below(rng, bytes.len());
        let length = 1 + below(rng, 12).min(bytes.len() - at - 1);
        match below(rng, 8) {
            0 | 1 => bytes[at] ^= 1 << below(rng, 8),
            2 => bytes[at] = TELLING[below(rng, TELLING.len())],
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let piece = bytes[at..at + length].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => {
                let to = below(rng, bytes.len());
                bytes.swap(at, to);
            }
            6 => bytes[at] = bytes[at].wrapping_add(1),
            _ => {
                let from = below(rng, other.len());
                let end = (from + length).min(other.len());
                bytes.splice(at..(at + length).min(bytes.len()), other[from..end].iter().copied());
            }
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// Runs `accepts` over changed and cut variants. It must accept the seed, and nothing else except variants that `same` says mean the same.
pub fn attack(name: &str, seed: &[u8], other: &[u8], accepts: &dyn Fn(&[u8]) -> bool, same: &dyn Fn(&[u8]) -> bool) {
    assert!(accepts(seed), "{name}: the seed itself is refused");
    let mut rng = ChaCha20Rng::seed_from_u64(seed.len() as u64);
    for index in 0..VARIANTS {
        let variant = mutate(seed, other, &mut rng);
        if variant != seed {
            assert!(!accepts(&variant) || same(&variant), "{name}: variant {index} is accepted: {variant:02x?}");
        }
        let end = below(&mut rng, seed.len());
        assert!(!accepts(&seed[..end]), "{name}: the first {end} bytes are accepted");
    }
}
