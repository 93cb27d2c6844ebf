//! Whether a certificate was revoked at a given time, from OCSP responses and revocation lists that somebody kept.

use super::known::{Link, Verified};
use crate::asn1::MICROS_PER_SECOND;
use crate::crl::{RevocationList, RevocationReason};
use crate::digest::DigestAlgorithm;
use crate::ocsp::{CertificateStatus, StatusResponse};
use crate::x509::Certificate;

/// OCSP responses and CRLs in DER, from a document's archive or fresh from the issuer. What cannot be read or verified counts for nothing.
#[derive(Clone, Copy, Default, Debug)]
pub struct RevocationEvidence<'a> {
    /// OCSPResponse or BasicOCSPResponse each.
    pub ocsp_responses: &'a [&'a [u8]],
    /// CertificateList each.
    pub crls: &'a [&'a [u8]],
}

/// The verdict on one certificate at one time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RevocationStatus {
    /// Evidence of that time or of a later one, or of an earlier one and still in force then, says it was not revoked. Of several the newest
    /// counts; [`RevocationStatus::is_final_at`] tells the two kinds apart.
    Good {
        /// When the evidence was known to be right, microseconds UTC.
        this_update: i64,
    },
    /// It was revoked at or before that time: what was signed with it then is not valid.
    RevokedBefore {
        /// When, microseconds UTC.
        at: i64,
        /// Why.
        reason: RevocationReason,
    },
    /// It was revoked, but after that time: what was provably signed before stays valid (GM/T 0031 6.2.3).
    RevokedAfter {
        /// When, microseconds UTC.
        at: i64,
        /// Why.
        reason: RevocationReason,
    },
    /// There is no usable evidence.
    Unknown,
}

impl RevocationStatus {
    /// Whether nothing that comes to light later can change the answer for a signature made at `at`, microseconds UTC.
    ///
    /// "Good" said before the signature is what a signer goes by, no more: the certificate may have been revoked in between, and once it has
    /// expired nobody can ask again. Only evidence issued at the time of signing or later is final (ETSI EN 319 102-1, 5.6.2: the control
    /// time slides back to the issuance of the evidence, and the signature must have existed by then). Times in evidence are whole seconds.
    pub const fn is_final_at(&self, at: i64) -> bool {
        match self {
            Self::Good { this_update } => *this_update >= whole_second(at),
            Self::RevokedBefore { .. } | Self::RevokedAfter { .. } => true,
            Self::Unknown => false,
        }
    }
}

/// The beginning of the second that a time lies in.
const fn whole_second(at: i64) -> i64 {
    at.div_euclid(MICROS_PER_SECOND) * MICROS_PER_SECOND
}

/// What evidence says of one certificate of `issuer` at the time `at`, microseconds UTC; for whoever gathers evidence and wants to know what it
/// is worth before it is archived. That the issuer is trusted is not looked at: see [`super::Validator`].
pub fn status_at(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &RevocationEvidence<'_>,
    at: i64,
) -> RevocationStatus {
    judge(certificate, issuer, evidence, at, &mut Verified::default())
}

/// Whether evidence is signed for an issuer: the same few responses and lists speak of many certificates of a document.
fn is_signed(verified: &mut Verified<'_>, der: &[u8], issuer: &Certificate, check: impl FnOnce() -> bool) -> bool {
    verified.check(Link::Evidence(DigestAlgorithm::Sha256.digest(der), issuer.sha256_fingerprint()), check)
}

/// Judges `certificate` of `issuer` at the time `at` (microseconds UTC). Any evidence of revocation outweighs evidence of none.
pub(super) fn judge(
    certificate: &Certificate,
    issuer: &Certificate,
    evidence: &RevocationEvidence<'_>,
    at: i64,
    verified: &mut Verified<'_>,
) -> RevocationStatus {
    let mut verdict = RevocationStatus::Unknown;
    for response in evidence.ocsp_responses {
        if let Some(status) = from_ocsp(certificate, issuer, response, at, verified) {
            verdict = outweigh(verdict, status);
        }
    }
    for list in evidence.crls {
        if let Some(status) = from_crl(certificate, issuer, list, at, verified) {
            verdict = outweigh(verdict, status);
        }
    }
    verdict
}

fn outweigh(a: RevocationStatus, b: RevocationStatus) -> RevocationStatus {
    if let (RevocationStatus::Good { this_update: one }, RevocationStatus::Good { this_update: other }) = (a, b) {
        return RevocationStatus::Good { this_update: one.max(other) };
    }
    let weight = |status: &RevocationStatus| match status {
        RevocationStatus::RevokedBefore { .. } => 3,
        RevocationStatus::RevokedAfter { .. } => 2,
        RevocationStatus::Good { .. } => 1,
        RevocationStatus::Unknown => 0,
    };
    if weight(&b) > weight(&a) { b } else { a }
}

/// Evidence covers `at` if it was made then or later, or if it was made before and was still in force. Times in evidence are whole seconds,
/// so evidence from within the same second counts as not earlier.
fn covers(this_update: i64, next_update: Option<i64>, at: i64) -> bool {
    let made_later = this_update >= whole_second(at);
    made_later || next_update.is_some_and(|next_update| at <= next_update)
}

/// A list drops certificates that have expired (RFC 5280 3.3), and a responder need not remember them (RFC 6960 4.4.4): that nothing is said
/// against a certificate after its end does not show that nothing was.
fn may_be_forgotten(certificate: &Certificate, this_update: i64) -> bool {
    this_update > certificate.not_after() + MICROS_PER_SECOND
}

fn revoked(revoked_at: i64, reason: RevocationReason, at: i64) -> RevocationStatus {
    if revoked_at <= at {
        RevocationStatus::RevokedBefore { at: revoked_at, reason }
    } else {
        RevocationStatus::RevokedAfter { at: revoked_at, reason }
    }
}

fn from_ocsp(
    certificate: &Certificate,
    issuer: &Certificate,
    der: &[u8],
    at: i64,
    verified: &mut Verified<'_>,
) -> Option<RevocationStatus> {
    let response = StatusResponse::from_der(der).ok()?;
    // Looking for the certificate costs two hashes; checking the signature of a response about others would cost much more.
    let single = response.find(certificate, issuer)?;
    if !is_signed(verified, der, issuer, || response.verify(issuer).is_ok()) {
        return None;
    }
    match single.status {
        CertificateStatus::Revoked { at: revoked_at, reason } => Some(revoked(revoked_at, reason, at)),
        CertificateStatus::Good if may_be_forgotten(certificate, single.this_update) => None,
        CertificateStatus::Good => covers(single.this_update, single.next_update, at)
            .then_some(RevocationStatus::Good { this_update: single.this_update }),
        CertificateStatus::Unknown => None,
    }
}

fn from_crl(
    certificate: &Certificate,
    issuer: &Certificate,
    der: &[u8],
    at: i64,
    verified: &mut Verified<'_>,
) -> Option<RevocationStatus> {
    let list = RevocationList::from_der(der).ok()?;
    if !is_signed(verified, der, issuer, || list.verify(issuer).is_ok()) {
        return None;
    }
    match list.find(certificate.serial()).ok()? {
        Some(entry) => Some(revoked(entry.revoked_at, entry.reason, at)),
        None if may_be_forgotten(certificate, list.this_update()) => None,
        None => (list.covers(certificate) && covers(list.this_update(), list.next_update(), at))
            .then_some(RevocationStatus::Good { this_update: list.this_update() }),
    }
}
