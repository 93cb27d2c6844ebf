//! Certificates and revocation values that lie outside of the signed bytes: each must be what its issuer signed.

use std::collections::HashMap;

use yinxin_pki::crl::RevocationList;
use yinxin_pki::digest::Digest;
use yinxin_pki::ocsp::StatusResponse;
use yinxin_pki::x509::Certificate;

use super::fault::{Fault, Frame};
use super::frame::Loose;

/// Signatures checked for one file at most.
const BUDGET: usize = 1024;
/// Certificates taken up from one file at most.
const MAX_CERTIFICATES: usize = 1024;
/// Length of a chain of certificates at most.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Signed by its issuer, up to a trusted root.
    Anchored,
    /// Signed by its issuer, or the issuer is not there; no trusted root.
    Unanchored,
    /// Its issuer is there and did not sign it.
    Broken,
    /// The budget is used up.
    Excess,
}

/// All certificates of a file, and what was found about them.
pub(super) struct Materials<'a> {
    roots: &'a [Certificate],
    pool: Vec<Certificate>,
    /// Certificates by their bytes, each read once, however often the file carries it.
    read: HashMap<Vec<u8>, Option<Certificate>>,
    known: HashMap<Digest, Standing>,
    budget: usize,
}

impl<'a> Materials<'a> {
    pub fn new(roots: &'a [Certificate]) -> Self {
        Materials { roots, pool: Vec::new(), read: HashMap::new(), known: HashMap::new(), budget: BUDGET }
    }

    /// Takes up a certificate as a possible issuer of others; it is not trusted for being there.
    pub fn add(&mut self, der: &[u8]) {
        if self.read.len() >= MAX_CERTIFICATES || self.read.contains_key(der) {
            return;
        }
        let certificate = Certificate::from_der(der).ok();
        self.pool.extend(certificate.clone());
        self.read.insert(der.to_vec(), certificate);
    }

    fn certificate(&self, der: &[u8]) -> Option<Certificate> {
        self.read.get(der).cloned().unwrap_or_else(|| Certificate::from_der(der).ok())
    }

    /// All certificates taken up.
    pub fn certificates(&self) -> &[Certificate] {
        &self.pool
    }

    /// What a chain validation has already shown: every certificate of a path that ends in a trusted root is anchored.
    pub fn trusted_path(&mut self, path: &[Certificate]) {
        self.known.extend(path.iter().map(|certificate| (certificate.sha256_fingerprint(), Standing::Anchored)));
    }

    /// Judges everything that a message carries loosely.
    pub fn judge(&mut self, loose: &Loose, faults: &mut Vec<Fault>) {
        let mut found = Vec::new();
        for der in &loose.certificates {
            match self.certificate(der) {
                Some(certificate) => found.push(self.standing(&certificate, 0)),
                None => faults.push(Fault::NotCanonical(Frame::Material)),
            }
        }
        found.extend(loose.crls.iter().map(|der| {
            self.revocation(|issuer| RevocationList::from_der(der).is_ok_and(|list| list.verify(issuer).is_ok()))
        }));
        found.extend(loose.ocsps.iter().map(|der| {
            self.revocation(|issuer| {
                StatusResponse::from_der(der).is_ok_and(|response| response.verify(issuer).is_ok())
            })
        }));
        for (standing, fault) in [
            (Standing::Broken, Fault::MaterialBroken),
            (Standing::Excess, Fault::MaterialExcess),
            (Standing::Unanchored, Fault::MaterialUnanchored),
        ] {
            if found.contains(&standing) {
                faults.push(fault);
            }
        }
    }

    fn standing(&mut self, certificate: &Certificate, depth: usize) -> Standing {
        if self.roots.contains(certificate) {
            return Standing::Anchored;
        }
        let key = certificate.sha256_fingerprint();
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if depth >= MAX_DEPTH {
            return Standing::Unanchored;
        }
        // While it is being judged, so that cross-certificates cannot lead in a circle.
        self.known.insert(key, Standing::Unanchored);
        // By name or by key identifier: a changed bit in one of them leaves the other.
        let issuers: Vec<Certificate> =
            self.roots.iter().chain(&self.pool).filter(|issuer| may_be_issuer(issuer, certificate)).cloned().collect();
        let mut best = if issuers.is_empty() { Standing::Unanchored } else { Standing::Broken };
        for issuer in issuers {
            if self.budget == 0 {
                best = Standing::Excess;
                break;
            }
            self.budget -= 1;
            if certificate.verify_signature(issuer.public_key()).is_err() {
                continue;
            }
            best = Standing::Unanchored;
            if issuer != *certificate && self.standing(&issuer, depth + 1) == Standing::Anchored {
                best = Standing::Anchored;
                break;
            }
        }
        self.known.insert(key, best);
        best
    }

    fn revocation(&mut self, holds: impl Fn(&Certificate) -> bool) -> Standing {
        for issuer in self.roots.iter().chain(&self.pool) {
            if self.budget == 0 {
                return Standing::Excess;
            }
            self.budget -= 1;
            if holds(issuer) {
                return Standing::Anchored;
            }
        }
        Standing::Broken
    }
}

fn may_be_issuer(issuer: &Certificate, issued: &Certificate) -> bool {
    let wanted = issued.extensions().authority_key_identifier.as_ref();
    let offered = issuer.extensions().subject_key_identifier.as_ref();
    let by_key = wanted.is_some() && wanted == offered;
    by_key || issued.issuer().as_der() == issuer.subject().as_der()
}
