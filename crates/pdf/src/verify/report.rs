//! What verification finds, as plain data; the JSON schema is described in `docs/guides/verification-report.md`.

use serde::{Serialize, Serializer};
use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::chain::{ChainReport, RevocationEvidence, RevocationStatus, status_at};
use yinxin_pki::x509::Certificate;

use super::change::Change;
use super::fault::{Fault, Verdict};
use super::pages::PageReport;

/// What was found about a file.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The worst of all signatures and of the file's own faults.
    pub verdict: Verdict,
    /// The verdict in one sentence.
    pub summary: Sentence,
    /// Length of the file in bytes.
    pub length: usize,
    /// SM3 of the whole file, hexadecimal.
    pub sm3: String,
    /// When the newest document timestamp that holds ceases to protect the file: evidence and a further one must be added before. `None` when
    /// there is none.
    pub renew_before: Option<Time>,
    /// When the first of [`Report::wanted_evidence`] can no longer be had: it must be added, under a document timestamp, before. `None` when
    /// nothing is wanted but what goes with the next renewal.
    pub evidence_before: Option<Time>,
    /// The revisions, oldest first.
    pub revisions: Vec<RevisionReport>,
    /// The signatures in the order of the file.
    pub signatures: Vec<SignatureReport>,
    /// What speaks against the file as a whole.
    pub faults: Vec<Fault>,
    /// What whoever keeps the file should add to it while it can still be had; each certificate once. Not part of the data that is written.
    #[serde(skip)]
    pub wanted_evidence: Vec<WantedEvidence>,
}

/// A certificate of a signature on which evidence issued after the signature is not in the file yet, and can still be asked for.
///
/// As long as the certificate has not ended the file is valid without; afterwards it would be indeterminate (ETSI EN 319 102-1, 5.6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedEvidence {
    /// The certificate.
    pub certificate: Certificate,
    /// Who issued it.
    pub issuer: Certificate,
    /// The evidence has to be issued at this time, microseconds UTC, or later.
    pub issued_from: i64,
    /// Whether it concerns the newest document timestamp only: it then goes into the file with the next one ([`Report::renew_before`]).
    pub with_renewal: bool,
}

impl WantedEvidence {
    /// Whether these responses and lists are what is wanted: of an issuer's own signature, and not issued too early. They are also if they say
    /// that the certificate was revoked.
    pub fn is_met_by(&self, evidence: &RevocationEvidence<'_>) -> bool {
        status_at(&self.certificate, &self.issuer, evidence, self.issued_from).is_final_at(self.issued_from)
    }
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// One revision of the file.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionReport {
    /// Byte at which it begins.
    pub start: usize,
    /// Byte behind its end mark.
    pub end: usize,
    /// Indices into [`Report::signatures`] of the signatures that it brought.
    pub signatures: Vec<usize>,
    /// What it changed, compared with the revision before. Empty for revisions that no signature precedes: those are not compared.
    pub changes: Vec<Change>,
    /// The pages that it touched, and how.
    pub pages: Vec<PageReport>,
}

/// What a signature is, told by its bytes and not by its /SubFilter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An electronic seal signature 电子签章 (GB/T 38540, GM/T 0031).
    Seal,
    /// A CMS signature (PAdES and its forerunners).
    Cms,
    /// A timestamp over the document (RFC 3161).
    DocumentTimestamp,
    /// None of them.
    Unknown,
}

/// What was found about one signature.
#[derive(Debug, Clone, Serialize)]
pub struct SignatureReport {
    /// Name of its field; empty when no field shows it.
    pub field: String,
    /// What it is.
    pub kind: Kind,
    /// /SubFilter as written.
    pub sub_filter: Option<String>,
    /// Index of its revision in [`Report::revisions`].
    pub revision: Option<usize>,
    /// /ByteRange as written.
    pub byte_range: Option<[usize; 4]>,
    /// Whether it covers the file to its last byte.
    pub covers_whole_file: bool,
    /// Page of its visible mark, from 1.
    pub page: Option<usize>,
    /// What its certification or lock leaves to later revisions: 1 evidence only, 2 also filling in and signing, 3 also annotations.
    pub permission: Option<i64>,
    /// The worst of its faults.
    pub verdict: Verdict,
    /// The verdict in one sentence.
    pub summary: Sentence,
    /// Everything that speaks against it.
    pub faults: Vec<Fault>,
    /// Name of the signature algorithm.
    pub algorithm: Option<String>,
    /// Who signed; the authority of a document timestamp.
    pub signer: Option<Holder>,
    /// The electronic seal.
    pub seal: Option<SealFacts>,
    /// When it was signed, and whose clock says so.
    pub time: SigningTime,
    /// /Name as written, vouched for by nobody.
    pub claimed_name: Option<String>,
    /// /Reason as written.
    pub reason: Option<String>,
    /// /Location as written.
    pub location: Option<String>,
}

/// A certificate and its chain.
#[derive(Debug, Clone, Serialize)]
pub struct Holder {
    /// Common name of the subject.
    pub name: String,
    /// Organisation of the subject.
    pub organisation: Option<String>,
    /// Unified social credit code that the issuer vouches for.
    pub unified_social_credit_code: Option<String>,
    /// Common name of the issuer.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// First moment of validity.
    pub valid_from: Time,
    /// Last second of validity.
    pub valid_to: Time,
    /// SHA-256 of the certificate, hexadecimal.
    pub sha256: String,
    /// Whether the chain ends in a trusted root and holds at the time of signing.
    pub trusted: bool,
    /// Common names from the certificate upwards, as far as the chain was found.
    pub chain: Vec<String>,
    /// Whether any certificate of the chain was revoked.
    pub revocation: Revocation,
}

/// The revocation status of a whole chain at the time of signing: the worst of its certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Revocation {
    /// Evidence says that nothing was revoked.
    Good {
        /// When it was issued, the oldest of the chain. If that was before the signature, newer evidence should be added to the file.
        as_of: Time,
    },
    /// There is no usable evidence for some certificate.
    Unknown,
    /// Revoked, but after the signature was made: it stays valid (GM/T 0031 6.2.3).
    RevokedAfter {
        /// When.
        at: Time,
    },
    /// Revoked before the signature was made.
    RevokedBefore {
        /// When.
        at: Time,
    },
}

/// An electronic seal as its maker certified it.
#[derive(Debug, Clone, Serialize)]
pub struct SealFacts {
    /// Standard that its structure follows.
    pub standard: &'static str,
    /// Name of the seal.
    pub name: String,
    /// Identifier of the seal.
    pub id: String,
    /// Type code as written.
    pub type_code: u64,
    /// Unified social credit code of the owner.
    pub owner_code: Option<String>,
    /// Number under which it is filed with the police.
    pub seal_code: Option<String>,
    /// From when it is valid.
    pub valid_from: Time,
    /// Until when it is valid.
    pub valid_to: Time,
    /// Who made it.
    pub maker: Option<Holder>,
}

/// When a signature was made.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SigningTime {
    /// What the signer says.
    pub claimed: Option<Time>,
    /// What a trusted timestamp says.
    pub proven: Option<Time>,
    /// Whose clock the proven time comes from.
    pub clock: Option<Clock>,
    /// The authority that stamped.
    pub authority: Option<Holder>,
}

/// Whose clock a time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The operator's own: the authority hangs under a root that also certified a signer of this file.
    Operator,
    /// An authority whose root certified nobody else here.
    Outside,
}

/// A moment, microseconds UTC since 1970; written as RFC 3339 in China's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // D:YYYYMMDDHHmmSS+08'00' has its parts at fixed places.
        match crate::sign::pdf_date(self.0) {
            Some(date) => {
                let part = |range: std::ops::Range<usize>| date.get(range).unwrap_or_default();
                let (day, clock) = ([part(2..6), part(6..8), part(8..10)], [part(10..12), part(12..14), part(14..16)]);
                write!(f, "{}T{}+08:00", day.join("-"), clock.join(":"))
            }
            None => write!(f, "{} µs", self.0),
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// id-at-organizationName.
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn digest_text(digest: &yinxin_pki::digest::Digest) -> String {
    hexadecimal(digest.as_bytes())
}

impl Holder {
    pub(super) fn new(certificate: &Certificate, chain: Option<&ChainReport>) -> Self {
        let name = |certificate: &Certificate| {
            let subject = certificate.subject();
            subject.common_name().or_else(|| subject.attribute(ORGANISATION)).unwrap_or_default()
        };
        let path = chain.map_or(std::slice::from_ref(certificate), |chain| &chain.path);
        Holder {
            name: name(certificate),
            organisation: certificate.subject().attribute(ORGANISATION),
            unified_social_credit_code: certificate.unified_social_credit_code().map(str::to_owned),
            issuer: certificate.issuer().common_name().unwrap_or_default(),
            serial: hexadecimal(certificate.serial()),
            valid_from: Time(certificate.not_before()),
            valid_to: Time(certificate.not_after()),
            sha256: hexadecimal(certificate.sha256_fingerprint().as_bytes()),
            trusted: chain.is_some_and(ChainReport::is_valid),
            chain: path.iter().map(name).collect(),
            revocation: chain.map_or(Revocation::Unknown, revocation_of),
        }
    }
}

fn revocation_of(chain: &ChainReport) -> Revocation {
    let of = |status: &RevocationStatus| match *status {
        RevocationStatus::Good { this_update } => Revocation::Good { as_of: Time(this_update) },
        RevocationStatus::Unknown => Revocation::Unknown,
        RevocationStatus::RevokedAfter { at, .. } => Revocation::RevokedAfter { at: Time(at) },
        RevocationStatus::RevokedBefore { at, .. } => Revocation::RevokedBefore { at: Time(at) },
    };
    // The older evidence weighs more, as it shows less.
    let weight = |status: &Revocation| match status {
        Revocation::Good { as_of } => (0, -as_of.0),
        Revocation::Unknown => (1, 0),
        Revocation::RevokedAfter { .. } => (2, 0),
        Revocation::RevokedBefore { .. } => (3, 0),
    };
    // A chain that was not found has no status at all, which is not good.
    chain.revocation.iter().map(of).max_by_key(weight).unwrap_or(Revocation::Unknown)
}
