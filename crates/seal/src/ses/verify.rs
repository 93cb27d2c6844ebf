//! Verifying seals and seal signatures, in the order of GM/T 0031-2014 6.1.2 and 6.2.3, with what GB/T 38540-2020 adds (the signer's
//! certificate must be in the seal's list; a timestamp, where there is one, gives the time).
//!
//! The standards stop at the first failure. Here every step is judged and all faults are reported in the standards' order, because a
//! person who reads the report wants to know all of them; the worst decides the verdict.
//!
//! Two things are stricter. A time that only the signer claims can be set back, so it proves nothing about a certificate that has since
//! expired or been revoked. And a time stamp counts no longer than its authority: once that has ended, its key may be anybody's, and only
//! what shows that the stamp existed before (in a PDF a later document timestamp) keeps it (ETSI EN 319 102-1, 5.6.2). Such a signature is
//! [`Verdict::Indeterminate`], not valid.

use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::chain::{ChainProblem, ChainReport, Purpose, RevocationEvidence, Validator};
use yinxin_pki::key::SignatureAlgorithm;
use yinxin_pki::oid;
use yinxin_pki::tsp::{Timestamp, TimestampError, Token};
use yinxin_pki::x509::Certificate;

use super::model::{Extension, Seal, SealSignature, SealVersion};
use super::{OWNER_CODE, SEAL_CODE};

/// How far the clocks of a signer and of a timestamping authority may differ, in microseconds: five minutes.
const CLOCK_TOLERANCE: i64 = 5 * 60 * 1_000_000;

/// What all steps of a verification come to; ordered from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Everything holds.
    Valid,
    /// Everything holds, except that some chain does not end in a root that the caller trusts.
    Untrusted,
    /// Something that would decide cannot be established.
    Indeterminate,
    /// Something does not hold.
    Invalid,
}

/// Whose certificate a fault concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Whoever signed with the seal.
    Signer,
    /// Whoever made the seal.
    SealMaker,
    /// Whoever stamped the time.
    TimestampAuthority,
}

/// What speaks against a seal or a seal signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealFault {
    /// A certificate cannot be read.
    #[error("seal.certificate: the certificate of the {0:?} cannot be read")]
    Certificate(Role),
    /// The signature algorithm is not SM2 with SM3, the only one of the standards.
    #[error("seal.algorithm: the signature algorithm {1} of the {0:?} is not supported")]
    Algorithm(Role, ObjectIdentifier),
    /// A signature does not verify.
    #[error("seal.signature: the signature of the {0:?} does not verify")]
    Signature(Role),
    /// A chain of certificates does not hold at the time in question.
    #[error("seal.chain: the certificate chain of the {0:?} does not hold: {code}", code = .1.code())]
    Chain(Role, ChainProblem),
    /// The digest of the data is not the one that was signed: the document was changed.
    #[error("seal.data_hash: the signed data was changed")]
    DataHash,
    /// The seal was not, or no longer, valid at the time of signing.
    #[error("seal.validity: the seal was not valid at the time of signing")]
    SealValidity,
    /// The signer's certificate is not in the list of the seal.
    #[error("seal.signer_not_listed: the seal does not name the certificate that signed with it")]
    SignerNotListed,
    /// The seal maker's signature stands in a vendor's own layout and cannot be checked.
    #[error("seal.maker_unreadable: the signature of the seal maker cannot be read")]
    MakerUnreadable,
    /// There is further data that cannot be read, or critical data of an unknown kind.
    #[error("seal.extension: the structure carries data that is not understood")]
    Extension,
    /// The time stamp does not hold.
    #[error("seal.timestamp: {0}")]
    Timestamp(TimestampError),
    /// The signer claims a later time than the time stamp gives, or one in the future.
    #[error("seal.claimed_time: the claimed time of signing cannot be true")]
    ClaimedTime,
    /// There is no time that could be judged by.
    #[error("seal.no_time: the time of signing cannot be read")]
    NoTime,
    /// The time is only claimed, and a certificate that was good then is not any more.
    #[error("seal.time_not_proven: the time is only claimed, and the certificate has expired or been revoked since")]
    TimeNotProven,
    /// The time stamp's authority was good then and is not any more, and nothing shows that the stamp existed before.
    #[error("seal.timestamp_not_proven: the authority of the time stamp has expired or been revoked since")]
    TimestampNotProven,
}

impl SealFault {
    /// What the fault means for the whole.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Chain(_, ChainProblem::NoTrustedRoot) => Verdict::Untrusted,
            Self::Algorithm(..)
            | Self::MakerUnreadable
            | Self::Extension
            | Self::NoTime
            | Self::TimeNotProven
            | Self::TimestampNotProven => Verdict::Indeterminate,
            _ => Verdict::Invalid,
        }
    }

    /// The clause that demands what does not hold.
    pub fn clause(&self) -> &'static str {
        match self {
            Self::Extension => "GM/T 0031-2014 6.2.3 a",
            Self::Certificate(Role::Signer) | Self::Algorithm(Role::Signer, _) | Self::Signature(Role::Signer) => {
                "GM/T 0031-2014 6.2.3 b"
            }
            Self::Chain(Role::Signer, _) => "GM/T 0031-2014 6.2.3 c",
            Self::ClaimedTime | Self::NoTime | Self::TimeNotProven => "GM/T 0031-2014 6.2.3 d",
            Self::DataHash => "GM/T 0031-2014 6.2.3 e",
            Self::MakerUnreadable
            | Self::Certificate(Role::SealMaker)
            | Self::Algorithm(Role::SealMaker, _)
            | Self::Signature(Role::SealMaker) => "GM/T 0031-2014 6.1.2 b",
            Self::Chain(Role::SealMaker, _) => "GM/T 0031-2014 6.1.2 c",
            Self::SealValidity => "GM/T 0031-2014 6.1.2 d",
            Self::SignerNotListed => "GM/T 0031-2014 6.2.2",
            Self::Timestamp(_)
            | Self::TimestampNotProven
            | Self::Certificate(Role::TimestampAuthority)
            | Self::Algorithm(Role::TimestampAuthority, _)
            | Self::Signature(Role::TimestampAuthority)
            | Self::Chain(Role::TimestampAuthority, _) => "GB/T 38540-2020, timeStamp",
        }
    }
}

/// What was found about a seal.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SealReport {
    /// Everything that speaks against it, in the order of the standard; empty if nothing does.
    pub faults: Vec<SealFault>,
    /// The seal maker's certificate, if it can be read.
    pub maker: Option<Certificate>,
    /// The maker's chain at the time in question.
    pub maker_chain: Option<ChainReport>,
}

/// What was found about a seal signature.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SealSignatureReport {
    /// Everything that speaks against it, in the order of the standard, those of the seal among them; empty if nothing does.
    pub faults: Vec<SealFault>,
    /// The time by which it was judged, microseconds UTC: the stamped one if it can be trusted, else the claimed one.
    pub signing_time: Option<i64>,
    /// The time stamp, if its signature holds.
    pub timestamp: Option<Timestamp>,
    /// The chain of the timestamping authority at the stamped time.
    pub timestamp_chain: Option<ChainReport>,
    /// Whether the time stamp holds, its authority is trusted, and has not ended since.
    timestamp_counts: bool,
    /// The signer's certificate, if it can be read.
    pub signer: Option<Certificate>,
    /// The signer's chain at the time of signing.
    pub signer_chain: Option<ChainReport>,
    /// The seal maker's certificate, if it can be read.
    pub maker: Option<Certificate>,
    /// The seal maker's chain at the time of signing.
    pub maker_chain: Option<ChainReport>,
}

impl SealReport {
    /// The worst of the faults.
    pub fn verdict(&self) -> Verdict {
        worst(&self.faults)
    }
}

impl SealSignatureReport {
    /// The worst of the faults.
    pub fn verdict(&self) -> Verdict {
        worst(&self.faults)
    }

    /// Whether the time of signing comes from a time stamp whose authority is trusted and has not ended since, and not from the signer alone.
    pub fn time_is_proven(&self) -> bool {
        self.timestamp_counts
    }
}

fn worst(faults: &[SealFault]) -> Verdict {
    faults.iter().map(SealFault::verdict).max().unwrap_or(Verdict::Valid)
}

/// Verifies a seal at the time `at`, microseconds UTC (GM/T 0031-2014 6.1.2): the maker's signature, the maker's certificate, validity.
pub fn verify_seal(
    seal: &Seal<'_>,
    validator: &mut Validator<'_>,
    evidence: &RevocationEvidence<'_>,
    at: i64,
) -> SealReport {
    let mut report = SealReport { faults: Vec::new(), maker: None, maker_chain: None };
    let faults = &mut report.faults;
    if let Some(maker) = &seal.maker {
        report.maker = check_signature(
            Role::SealMaker,
            maker.certificate,
            maker.algorithm,
            &maker.to_be_signed,
            maker.signature,
            faults,
        );
        report.maker_chain = report.maker.as_ref().map(|certificate| {
            let chain = validator.validate(certificate, Purpose::SealMaking, at, evidence);
            note_chain(Role::SealMaker, &chain, faults);
            chain
        });
        if let Some(token) = maker.timestamp {
            stamped_time(token, maker.signature, validator, evidence, faults);
        }
    } else {
        faults.push(SealFault::MakerUnreadable);
    }
    if !(seal.valid_from..=seal.valid_to).contains(&at) {
        faults.push(SealFault::SealValidity);
    }
    check_extensions(seal.extensions.as_deref(), faults);
    report
}

/// Verifies a seal signature over data whose SM3 digest is `data_hash` (GM/T 0031-2014 6.2.3, GB/T 38540-2020).
///
/// `now`, microseconds UTC, is the time of verifying, or the earlier one at which the whole signature provably existed: nothing was signed
/// after it, a time that is only claimed is worth as much as the certificate is then, and a time stamp as much as its authority. In a PDF the
/// data are the bytes of the ByteRange.
pub fn verify_seal_signature(
    signature: &SealSignature<'_>,
    data_hash: &[u8],
    validator: &mut Validator<'_>,
    evidence: &RevocationEvidence<'_>,
    now: i64,
) -> SealSignatureReport {
    let mut faults = Vec::new();
    // The stamp comes first, because everything else is judged by its time; its faults come last, as what GB/T 38540 adds.
    let mut stamp_faults = Vec::new();
    // In version 1 the token is part of what is signed, and what it stamps is not laid down: it cannot be checked.
    let token = signature.timestamp.filter(|_| signature.version != SealVersion::V1);
    let (timestamp, timestamp_chain) = token
        .and_then(|token| stamped_time(token, signature.signature, validator, evidence, &mut stamp_faults))
        .map_or((None, None), |(timestamp, chain)| (Some(timestamp), Some(chain)));
    let ended = timestamp_chain
        .as_ref()
        .is_some_and(|chain| validator.has_ended_by(now, chain, Purpose::TimeStamping, evidence));
    if ended {
        stamp_faults.push(SealFault::TimestampNotProven);
    }
    let holds = !ended && timestamp_chain.as_ref().is_some_and(ChainReport::is_valid);
    let proven = timestamp.as_ref().filter(|_| holds).map(|timestamp| timestamp.time);
    let signing_time = proven.or(signature.claimed_time);
    let at = signing_time.unwrap_or(now);

    // b) the signature, c) the signer's certificate at the time of signing.
    let signer = check_signature(
        Role::Signer,
        signature.certificate,
        signature.algorithm,
        signature.to_be_signed,
        signature.signature,
        &mut faults,
    );
    let signer_chain = signer.as_ref().map(|certificate| {
        let chain = validator.validate(certificate, Purpose::ContractSigning, at, evidence);
        note_chain(Role::Signer, &chain, &mut faults);
        chain
    });
    // The seal is f), but what d) says of a claimed time also concerns its maker.
    let seal = verify_seal(&signature.seal, validator, evidence, at);

    // d) the time of signing.
    let latest = proven.unwrap_or(now).saturating_add(CLOCK_TOLERANCE);
    if signature.claimed_time.is_some_and(|claimed| claimed > latest) {
        faults.push(SealFault::ClaimedTime);
    }
    if signing_time.is_none() {
        faults.push(SealFault::NoTime);
    }
    if proven.is_none() {
        // A certificate that fails today but did not at the claimed time: only a proven time could save it.
        let mut worse_today = |chain: &Option<ChainReport>, purpose| {
            chain.as_ref().is_some_and(|chain| validator.has_ended_by(now, chain, purpose, evidence))
        };
        if worse_today(&signer_chain, Purpose::ContractSigning) || worse_today(&seal.maker_chain, Purpose::SealMaking) {
            faults.push(SealFault::TimeNotProven);
        }
    }
    // e) the data, f) the seal.
    if signature.data_hash != data_hash {
        faults.push(SealFault::DataHash);
    }
    faults.extend(seal.faults);
    if !signature.seal.certificates.permits(signature.certificate) {
        faults.push(SealFault::SignerNotListed);
    }
    check_extensions(signature.extensions.as_deref(), &mut faults);
    faults.extend(stamp_faults);
    SealSignatureReport {
        faults,
        signing_time,
        timestamp,
        timestamp_chain,
        timestamp_counts: holds,
        signer,
        signer_chain,
        maker: seal.maker,
        maker_chain: seal.maker_chain,
    }
}

/// Checks one SM2 signature; the certificate is given back even when the signature does not hold, so that the report can name it.
fn check_signature(
    role: Role,
    certificate: &[u8],
    algorithm: ObjectIdentifier,
    message: &[u8],
    signature: &[u8],
    faults: &mut Vec<SealFault>,
) -> Option<Certificate> {
    let Ok(certificate) = Certificate::from_der(certificate) else {
        faults.push(SealFault::Certificate(role));
        return None;
    };
    // GM/T 0006 gives .501; .301 and .301.1 occur for the same scheme.
    if ![oid::SM2_WITH_SM3, oid::SM2_SIGN, oid::SM2].contains(&algorithm) {
        faults.push(SealFault::Algorithm(role, algorithm));
    } else if certificate.public_key().verify(SignatureAlgorithm::Sm2Sm3, message, signature).is_err() {
        faults.push(SealFault::Signature(role));
    }
    Some(certificate)
}

fn note_chain(role: Role, chain: &ChainReport, faults: &mut Vec<SealFault>) {
    faults.extend(chain.problems.iter().map(|problem| SealFault::Chain(role, *problem)));
}

/// The time stamp over a signature value and the chain of its authority; `None` if the stamp itself does not hold.
fn stamped_time(
    token: &[u8],
    signature: &[u8],
    validator: &mut Validator<'_>,
    evidence: &RevocationEvidence<'_>,
    faults: &mut Vec<SealFault>,
) -> Option<(Timestamp, ChainReport)> {
    let read = || {
        let token = Token::from_token_or_response(token)?;
        let timestamp = token.verify(&[signature], &[])?;
        Ok((token, timestamp))
    };
    match read() {
        Ok((token, timestamp)) => {
            validator.add_candidates(token.certificates());
            let chain = validator.validate(&timestamp.authority, Purpose::TimeStamping, timestamp.time, evidence);
            note_chain(Role::TimestampAuthority, &chain, faults);
            Some((timestamp, chain))
        }
        Err(error) => {
            faults.push(SealFault::Timestamp(error));
            None
        }
    }
}

fn check_extensions(extensions: Option<&[Extension<'_>]>, faults: &mut Vec<SealFault>) {
    let known = |extension: &Extension<'_>| !extension.critical || [OWNER_CODE, SEAL_CODE].contains(&extension.oid);
    if !extensions.is_some_and(|extensions| extensions.iter().all(known)) {
        faults.push(SealFault::Extension);
    }
}
