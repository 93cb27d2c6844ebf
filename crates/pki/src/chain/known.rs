//! Which signatures of certificates and of evidence about them were verified already.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::digest::Digest;

/// The most that is remembered over validators; with more, all is forgotten.
const MOST_KNOWN: usize = 4096;

/// A signed structure and the certificate whose key it was checked with, by the SHA-256 of their DER, signatures included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Link {
    /// A certificate and the one that issued it.
    Certificate(Digest, Digest),
    /// An OCSP response or a revocation list, and the issuer that it speaks for.
    Evidence(Digest, Digest),
}

/// Signatures of certificates, OCSP responses and revocation lists that hold, remembered over many validators.
///
/// A signature that holds under a key holds for ever; whether the certificates are in force, revoked or trusted is judged anew each time. For
/// whoever checks again and again what the same few authorities have signed: it is bounded, but what strangers hand in would push out the rest.
#[derive(Default, Debug)]
pub struct KnownSignatures(Mutex<HashSet<Link>>);

impl KnownSignatures {
    fn holds(&self, link: &Link) -> bool {
        self.lock().contains(link)
    }

    fn remember(&self, link: Link) {
        let mut known = self.lock();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(link);
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Link>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one validator has verified, good or not, and what is known from others before it.
#[derive(Default)]
pub(super) struct Verified<'a> {
    here: HashMap<Link, bool>,
    known: Option<&'a KnownSignatures>,
}

impl<'a> Verified<'a> {
    pub(super) fn with(known: &'a KnownSignatures) -> Self {
        Self { here: HashMap::new(), known: Some(known) }
    }

    /// What is known of a link, without any computing.
    pub(super) fn find(&self, link: &Link) -> Option<bool> {
        let known = || self.known.is_some_and(|known| known.holds(link)).then_some(true);
        self.here.get(link).copied().or_else(known)
    }

    /// Checks a link, unless it is known, and remembers it.
    pub(super) fn check(&mut self, link: Link, check: impl FnOnce() -> bool) -> bool {
        if let Some(holds) = self.find(&link) {
            return holds;
        }
        let holds = check();
        self.here.insert(link, holds);
        if holds && let Some(known) = self.known {
            known.remember(link);
        }
        holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::DigestAlgorithm;

    fn link(number: usize) -> Link {
        let digest = DigestAlgorithm::Sha256.digest(&number.to_be_bytes());
        Link::Certificate(digest, digest)
    }

    #[test]
    fn only_what_holds_is_remembered_for_others_and_never_without_bound() {
        let known = KnownSignatures::default();
        let mut first = Verified::with(&known);
        assert!(first.check(link(1), || true) && !first.check(link(2), || false));
        assert_eq!(first.find(&link(2)), Some(false), "here it was found bad");
        let mut second = Verified::with(&known);
        assert!(second.check(link(1), || panic!("known")));
        assert_eq!(second.find(&link(2)), None, "others look for themselves");
        let Link::Certificate(issued, issuer) = link(1) else { return };
        assert_eq!(second.find(&Link::Evidence(issued, issuer)), None, "another kind is another link");
        assert_eq!(Verified::default().find(&link(1)), None, "who remembers nothing knows nothing");
        (0..MOST_KNOWN + 10).for_each(|number| known.remember(link(number)));
        assert_eq!(known.lock().len(), 10);
    }
}
