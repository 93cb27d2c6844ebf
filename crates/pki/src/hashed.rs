//! Bytes whose SM3 was computed a moment ago and need not be computed again.
//!
//! A document grows by a revision with each signature, and its digest is wanted again and again: to name it, to sign it, to check what was
//! signed. SM3 costs more than everything else in such a step, so the state of the hash is kept at the ends of the last revisions.

use std::ops::Range;
use std::sync::Arc;

use crate::digest::{Digest, DigestAlgorithm, Hasher};

/// Shared bytes with SM3 in the state after all of them, and after the bytes that they continue.
///
/// The states are those of these very bytes: nothing can be put in that was not computed here. Cloning is cheap.
#[derive(Clone)]
pub struct Hashed {
    bytes: Arc<[u8]>,
    /// Length and state, the length at most that of `end`.
    before: Option<(usize, Hasher)>,
    end: Hasher,
}

impl Hashed {
    /// Hashes all bytes.
    pub fn new(bytes: Arc<[u8]>) -> Self {
        let mut end = Hasher::new(DigestAlgorithm::Sm3);
        end.update(&bytes);
        Self { bytes, before: None, end }
    }

    /// These bytes and `more` behind them: only `more` is hashed.
    pub fn joined(&self, more: &[u8]) -> Self {
        let mut bytes: Arc<[u8]> = std::iter::repeat_n(0, self.bytes.len() + more.len()).collect();
        if let Some(whole) = Arc::get_mut(&mut bytes) {
            let (head, tail) = whole.split_at_mut(self.bytes.len());
            head.copy_from_slice(&self.bytes);
            tail.copy_from_slice(more);
        }
        let mut end = self.end.clone();
        end.update(more);
        Self { bytes, before: Some((self.bytes.len(), self.end.clone())), end }
    }

    /// The bytes.
    pub const fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// SM3 of all bytes.
    pub fn digest(&self) -> Digest {
        self.end.clone().finish()
    }

    /// SM3 in the state after all bytes.
    pub fn hasher(&self) -> Hasher {
        self.end.clone()
    }

    /// SM3 of all bytes but those of `gap`; `None` if it is no range of them.
    pub fn digest_around(&self, gap: Range<usize>) -> Option<Digest> {
        let (head, tail) = (self.bytes.get(..gap.start)?, self.bytes.get(gap.end..)?);
        let (from, mut hasher) = match &self.before {
            Some((length, state)) if *length <= gap.start => (*length, state.clone()),
            Some(_) | None => (0, Hasher::new(DigestAlgorithm::Sm3)),
        };
        hasher.update(head.get(from..)?);
        hasher.update(tail);
        (gap.start <= gap.end).then(|| hasher.finish())
    }
}

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hashed").field("length", &self.bytes.len()).field("digest", &self.digest()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digest_is_that_of_the_bytes() {
        let all: Vec<u8> = (0..400u32).map(|index| (index * 7) as u8).collect();
        for cut in [0, 1, 64, 100, 399, 400] {
            let hashed = Hashed::new(Arc::from(&all[..cut])).joined(&all[cut..]);
            assert_eq!(hashed.bytes().as_ref(), all);
            assert_eq!(hashed.digest(), DigestAlgorithm::Sm3.digest(&all));
            assert_eq!(hashed.hasher().finish(), hashed.digest());
            for gap in [0..0, 0..400, 3..90, 100..101, 200..400, 400..400] {
                let expected = DigestAlgorithm::Sm3.digest_parts(&[&all[..gap.start], &all[gap.end..]]);
                assert_eq!(hashed.digest_around(gap), Some(expected));
            }
            for gap in [401..402, 0..401, Range { start: 9, end: 3 }] {
                assert_eq!(hashed.digest_around(gap), None);
            }
        }
    }
}
