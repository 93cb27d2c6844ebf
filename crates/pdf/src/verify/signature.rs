//! One signature: reading it by its bytes, hashing what it covers, and verifying it.

use yinxin_pki::chain::{ChainReport, Purpose, RevocationEvidence, Validator};
use yinxin_pki::cms::{CmsError, CmsVerifyError, Content, SignedData};
use yinxin_pki::digest::{Digest, DigestAlgorithm, Hasher};
use yinxin_pki::key::SignatureAlgorithm;
use yinxin_pki::oid;
use yinxin_pki::tsp::{Timestamp, TimestampError, Token};
use yinxin_pki::x509::Certificate;
use yinxin_seal::ses::{Role, SealFault, SealSignature, SealVersion, verify_seal_signature};

use super::Found;
use super::fault::{Fault, Frame};
use super::frame::{self, Loose};
use super::material::Materials;
use super::report::{Clock, Holder, Kind, SealFacts, SignatureReport, SigningTime, Time, WantedEvidence};
use super::revision::Layer;
use crate::open::Opened;

/// What is known of a signature before any key is used.
pub(super) struct Reading {
    pub kind: Kind,
    pub message: Vec<u8>,
    /// What the message carries outside of its signed bytes; `None` if its frame cannot be read.
    pub loose: Option<Loose>,
    /// The message read once.
    parsed: Parsed,
    /// The timestamps over the signature value, read once.
    stamps: Vec<Token>,
    /// The digest of the signed bytes, with the algorithm that the message names.
    digest: Option<Digest>,
    faults: Vec<Fault>,
}

/// A message as its kind demands.
enum Parsed {
    /// Not a message of RFC 5652, or one of a kind that is read where it is used.
    Other,
    Cms(Result<SignedData, CmsError>),
    Stamp(Result<Box<Token>, TimestampError>),
}

/// What the keys said.
pub(super) struct Examined {
    faults: Vec<Fault>,
    algorithm: Option<&'static str>,
    signer: Option<(Certificate, ChainReport)>,
    seal: Option<SealFacts>,
    claimed: Option<i64>,
    stamp: Option<Stamp>,
    clock: Option<Clock>,
}

/// A timestamp whose own signature holds.
struct Stamp {
    timestamp: Timestamp,
    /// The chain of its authority at the stamped time.
    chain: ChainReport,
    /// Whether that chain had expired or been revoked by the time at which the stamp provably existed.
    ended: bool,
}

impl Stamp {
    /// Its time, if it proves one.
    fn proven(&self) -> Option<i64> {
        (!self.ended && self.chain.is_valid()).then_some(self.timestamp.time)
    }
}

/// Reads all signatures in the order of the file and hashes the file once per hash function. The second value is the SM3 of the whole file.
pub(super) fn read_all(file: &Opened, layers: &[Layer], found: &[Found]) -> (Vec<Reading>, Digest) {
    let mut readings: Vec<Reading> = found.iter().map(|found| read(file, layers, found)).collect();
    let wanted: Vec<Option<DigestAlgorithm>> = readings.iter().map(wanted_digest).collect();
    let mut whole = None;
    for algorithm in [
        DigestAlgorithm::Sm3,
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
        DigestAlgorithm::Sha1,
    ] {
        // The bytes before one gap are the beginning of the bytes before the next, gaps of earlier signatures included.
        let (mut hasher, mut done) = (Hasher::new(algorithm), 0);
        for ((found, reading), wanted) in found.iter().zip(&mut readings).zip(&wanted) {
            let Some([before, after]) = covered(file, found).filter(|_| *wanted == Some(algorithm)) else { continue };
            let Some(further) = before.get(done..) else { continue };
            hasher.update(further);
            done = before.len();
            let mut own = hasher.clone();
            own.update(after);
            reading.digest = Some(own.finish());
        }
        if algorithm == DigestAlgorithm::Sm3 {
            hasher.update(&file.bytes()[done..]);
            whole = Some(hasher.finish());
        }
    }
    // SM3 is among the algorithms above.
    let whole = whole.unwrap_or_else(|| DigestAlgorithm::Sm3.digest(file.bytes()));
    (readings, whole)
}

/// The two covered parts, if /ByteRange lies in the file at all.
fn covered<'a>(file: &'a Opened, found: &Found) -> Option<[&'a [u8]; 2]> {
    let [start, length, second, rest] = found.value.byte_range?;
    let bytes = file.bytes();
    let before = bytes.get(..length).filter(|_| start == 0)?;
    let after = bytes.get(second..second.checked_add(rest)?).filter(|_| length <= second)?;
    Some([before, after])
}

fn wanted_digest(reading: &Reading) -> Option<DigestAlgorithm> {
    match &reading.parsed {
        Parsed::Other => (reading.kind == Kind::Seal).then_some(DigestAlgorithm::Sm3),
        Parsed::Cms(signed) => Some(signed.as_ref().ok()?.signers().first()?.digest_algorithm()),
        Parsed::Stamp(token) => Some(token.as_ref().ok()?.imprint().algorithm()),
    }
}

fn read(file: &Opened, layers: &[Layer], found: &Found) -> Reading {
    let mut reading = Reading {
        kind: Kind::Unknown,
        message: Vec::new(),
        loose: None,
        parsed: Parsed::Other,
        stamps: Vec::new(),
        digest: None,
        faults: Vec::new(),
    };
    check_byte_range(found, layers, &mut reading.faults);
    if !found.in_form {
        reading.faults.push(Fault::NotInForm);
    }
    let message = match &found.value.contents_at {
        None => Err(Fault::ContentsMissing),
        Some(place) => frame::message_of(file.bytes(), place),
    };
    match message {
        Err(fault) => reading.faults.push(fault),
        Ok(message) => {
            reading.message = message;
            read_message(&mut reading);
        }
    }
    reading
}

fn read_message(reading: &mut Reading) {
    let mut loose = Loose::default();
    let frame = if frame::looks_like_seal(&reading.message) {
        reading.kind = Kind::Seal;
        match SealSignature::parse(&reading.message) {
            Err(error) => Err(Fault::SealUnreadable(error)),
            Ok(seal) => frame::seal_signature(&reading.message, seal.version, &mut loose),
        }
    } else {
        match frame::content_type(&reading.message) {
            None => Err(Fault::UnknownKind),
            Some(content) => {
                if content == oid::TST_INFO {
                    reading.kind = Kind::DocumentTimestamp;
                    reading.parsed = Parsed::Stamp(Token::from_der(&reading.message).map(Box::new));
                } else {
                    reading.kind = Kind::Cms;
                    reading.parsed = Parsed::Cms(SignedData::from_der(&reading.message));
                }
                frame::signed_data(&reading.message, &mut loose)
            }
        }
    };
    // Tokens are messages of the same shape, with a frame of their own.
    let mut frames = vec![frame];
    for token in std::mem::take(&mut loose.tokens) {
        let mut inner = Loose::default();
        frames.push(frame::signed_data(&token, &mut inner));
        if let Ok(parsed) = Token::from_der(&token) {
            let named = inner.signer.is_none() || parsed.certificates().iter().any(|found| inner.names(found));
            if !named {
                frames.push(Err(Fault::NotCanonical(Frame::SignerIdentifier)));
            }
            reading.stamps.push(parsed);
        }
        loose.certificates.append(&mut inner.certificates);
        loose.crls.append(&mut inner.crls);
        loose.ocsps.append(&mut inner.ocsps);
        loose.tokens.push(token);
    }
    reading.faults.extend(frames.into_iter().filter_map(Result::err));
    reading.loose = Some(loose);
}

/// ISO 32000-1, 12.8.1: two ranges from the first byte to the last of the revision, between them the value of /Contents and nothing else.
fn check_byte_range(found: &Found, layers: &[Layer], faults: &mut Vec<Fault>) {
    let Some([0, before, second, rest]) = found.value.byte_range else {
        faults.push(Fault::ByteRangeMissing);
        return;
    };
    if found.value.contents_at != Some(before..second) {
        faults.push(Fault::ByteRangeGap);
    }
    let end = second.checked_add(rest);
    let ends_there =
        |layer: &Layer| end.is_some_and(|end| (layer.revision.mark_end..=layer.revision.limit).contains(&end));
    if !found.revision.and_then(|index| layers.get(index)).is_some_and(ends_there) {
        faults.push(Fault::ByteRangeEnd);
    }
}

/// Verifies one signature.
pub(super) fn examine(file: &Opened, found: &Found, reading: &Reading, session: &mut Session<'_, '_>) -> Examined {
    let mut examined = Examined {
        faults: Vec::new(),
        algorithm: None,
        signer: None,
        seal: None,
        claimed: found.value.modified.as_deref().and_then(date_of),
        stamp: None,
        clock: None,
    };
    // Before a document timestamp moves it: the time at which this signature provably existed.
    let existed = session.existed;
    let mut maker = None;
    match reading.kind {
        Kind::Seal => maker = session.seal(reading, &mut examined),
        Kind::Cms => session.cms(file, found, reading, &mut examined),
        Kind::DocumentTimestamp => session.document_timestamp(reading, &mut examined),
        Kind::Unknown => {}
    }
    let newest = reading.kind == Kind::DocumentTimestamp && existed == session.now;
    session.look_for_evidence(existed, newest, maker.as_ref(), &mut examined);
    let signer = examined.signer.as_ref().map(|(_, chain)| chain);
    let authority = examined.stamp.as_ref().map(|stamp| &stamp.chain);
    signer.into_iter().chain(authority).for_each(|chain| session.note_path(chain));
    if let Some(loose) = &reading.loose {
        session.materials.judge(loose, &mut examined.faults);
    }
    let sound = reading.faults.is_empty() && examined.faults.is_empty();
    if reading.kind == Kind::DocumentTimestamp && sound {
        let time = examined.stamp.as_ref().and_then(Stamp::proven);
        session.existed = time.map_or(session.existed, |time| session.existed.min(time));
    }
    examined
}

/// What the verification of one file goes by.
pub(super) struct Session<'v, 'e> {
    pub validator: Validator<'v>,
    pub materials: Materials<'v>,
    pub evidence: RevocationEvidence<'e>,
    /// The time at which everything that is still to be verified provably existed: now, or that of a document timestamp over it.
    pub existed: i64,
    /// The time of verifying.
    pub now: i64,
    /// What should be added to the file.
    pub wanted: Vec<WantedEvidence>,
}

impl Session<'_, '_> {
    fn note_path(&mut self, chain: &ChainReport) {
        if !chain.problems.contains(&yinxin_pki::chain::ChainProblem::NoTrustedRoot) {
            self.materials.trusted_path(&chain.path);
        }
    }

    fn chain(&mut self, role: Role, leaf: &Certificate, at: i64, faults: &mut Vec<Fault>) -> ChainReport {
        let purpose = match role {
            Role::Signer => Purpose::ContractSigning,
            Role::SealMaker => Purpose::SealMaking,
            Role::TimestampAuthority => Purpose::TimeStamping,
        };
        let chain = self.validator.validate(leaf, purpose, at, &self.evidence);
        faults.extend(chain.problems.iter().map(|problem| Fault::Chain(role, *problem)));
        chain
    }

    /// Revocation evidence must be issued after the signature, or a revocation in between would stay unseen (ETSI EN 319 102-1, 5.6.2). While
    /// a certificate has not ended its issuer can still be asked, and the evidence is wanted; afterwards nobody can, and it is a fault.
    ///
    /// A time that is only claimed could be set back, so that evidence must be newer than the time when the signature provably `existed`. What
    /// concerns the `newest` document timestamp has time until the next.
    fn look_for_evidence(&mut self, existed: i64, newest: bool, maker: Option<&ChainReport>, examined: &mut Examined) {
        let stamp = examined.stamp.as_ref();
        let signed_at = stamp.and_then(Stamp::proven).unwrap_or(existed);
        let signer = examined.signer.as_ref().map(|(_, chain)| (Role::Signer, chain, signed_at));
        let maker = maker.map(|chain| (Role::SealMaker, chain, signed_at));
        let authority = stamp.map(|stamp| (Role::TimestampAuthority, &stamp.chain, stamp.timestamp.time));
        for (role, chain, at) in signer.into_iter().chain(maker).chain(authority) {
            let mut ended = false;
            for (certificate, issuer) in
                chain.not_final_at(at).filter_map(|index| Some((chain.path.get(index)?, chain.path.get(index + 1)?)))
            {
                if certificate.not_after() < self.now {
                    ended = true;
                    continue;
                }
                match self.wanted.iter_mut().find(|known| known.certificate == *certificate) {
                    Some(known) => {
                        known.issued_from = known.issued_from.max(at);
                        known.with_renewal &= newest;
                    }
                    None => self.wanted.push(WantedEvidence {
                        certificate: certificate.clone(),
                        issuer: issuer.clone(),
                        issued_from: at,
                        with_renewal: newest,
                    }),
                }
            }
            examined.faults.extend(ended.then_some(Fault::RevocationNotProven(role)));
        }
    }

    /// Verifies a seal signature and gives the chain of the seal's maker.
    fn seal(&mut self, reading: &Reading, examined: &mut Examined) -> Option<ChainReport> {
        let signature = SealSignature::parse(&reading.message).ok()?;
        let digest = reading.digest.as_ref()?;
        let report =
            verify_seal_signature(&signature, digest.as_bytes(), &mut self.validator, &self.evidence, self.existed);
        examined.faults.extend(report.faults.iter().map(|fault| Fault::Seal(*fault)));
        examined.algorithm = Some("SM2-SM3");
        examined.claimed = signature.claimed_time.or(examined.claimed);
        if let Some(chain) = &report.maker_chain {
            self.note_path(chain);
        }
        let seal = &signature.seal;
        examined.seal = Some(SealFacts {
            standard: match signature.version {
                SealVersion::V1 => "GM/T 0031-2014",
                SealVersion::V4 => "GB/T 38540-2020",
                SealVersion::V5 => "GM/T 0031-2025",
            },
            name: seal.name.clone(),
            id: seal.es_id.clone(),
            type_code: seal.seal_type,
            owner_code: seal.owner_code().map(str::to_owned),
            seal_code: seal.seal_code().map(str::to_owned),
            valid_from: Time(seal.valid_from),
            valid_to: Time(seal.valid_to),
            maker: report.maker.as_ref().map(|maker| Holder::new(maker, report.maker_chain.as_ref())),
        });
        let ended = report.faults.contains(&SealFault::TimestampNotProven);
        examined.signer = report.signer.zip(report.signer_chain);
        examined.stamp =
            report.timestamp.zip(report.timestamp_chain).map(|(timestamp, chain)| Stamp { timestamp, chain, ended });
        report.maker_chain
    }

    fn cms(&mut self, file: &Opened, found: &Found, reading: &Reading, examined: &mut Examined) {
        let signed = match &reading.parsed {
            Parsed::Cms(Ok(signed)) => signed,
            Parsed::Cms(Err(error)) => return examined.faults.push(Fault::CmsUnreadable(*error)),
            Parsed::Other | Parsed::Stamp(_) => return,
        };
        let [signer] = signed.signers() else { return examined.faults.push(Fault::SignerCount) };
        if signed.content().is_some() {
            return examined.faults.push(Fault::AttachedContent);
        }
        let Some(digest) = &reading.digest else { return };
        examined.algorithm = Some(algorithm_name(signer.signature_algorithm()));
        examined.claimed = signer.claimed_signing_time().or(examined.claimed);
        let further = self.materials.certificates();
        let verified = match signed.verify(signer, &Content::Digest(*digest), further) {
            // Without signed attributes SM2 signs the bytes themselves and not their digest.
            Err(CmsVerifyError::ContentNeeded) => {
                let parts = covered(file, found).unwrap_or_default();
                signed.verify(signer, &Content::Parts(&parts), further)
            }
            verified => verified,
        };
        let certificate = match verified {
            Ok(certificate) => certificate,
            Err(error) => {
                examined.faults.push(Fault::Cms(error));
                // The report still names whom the message names.
                let named = signer.find_certificate(signed.certificates()).cloned();
                let Some(certificate) = named else { return };
                certificate
            }
        };
        if reading.loose.as_ref().is_some_and(|loose| !loose.names(&certificate)) {
            examined.faults.push(Fault::NotCanonical(Frame::SignerIdentifier));
        }
        for token in signer.timestamps() {
            self.stamp(reading, token, signer.signature(), examined);
        }
        if examined.stamp.as_ref().is_some_and(|stamp| stamp.ended) {
            examined.faults.push(Fault::TimestampNotProven);
        }
        let proven = examined.stamp.as_ref().and_then(Stamp::proven);
        let at = proven.or(examined.claimed).unwrap_or(self.existed);
        let chain = self.chain(Role::Signer, &certificate, at, &mut examined.faults);
        if proven.is_none() {
            // Only a proven time could save what does not hold any more.
            if self.validator.has_ended_by(self.existed, &chain, Purpose::ContractSigning, &self.evidence) {
                examined.faults.push(Fault::TimeNotProven);
            }
        }
        examined.signer = Some((certificate, chain));
    }

    /// A timestamp over a signature value.
    fn stamp(&mut self, reading: &Reading, der: &[u8], signature: &[u8], examined: &mut Examined) {
        let known = reading.stamps.iter().find(|token| token.as_der() == der).cloned();
        let token = known.map_or_else(|| Token::from_der(der), Ok);
        let verified = token.and_then(|token| token.verify(&[signature], self.materials.certificates()));
        match verified {
            Err(error) => examined.faults.push(Fault::Timestamp(error)),
            Ok(timestamp) => {
                let stamp = self.judge(timestamp, &mut examined.faults);
                // Of several the earliest that proves its time counts: each covers the same signature value.
                let rank = |stamp: &Stamp| (stamp.proven().is_none(), stamp.timestamp.time);
                if examined.stamp.as_ref().is_none_or(|known| rank(&stamp) < rank(known)) {
                    examined.stamp = Some(stamp);
                }
            }
        }
    }

    /// What a timestamp is worth: at its time its authority must have been good, and still when the stamp provably existed, or its key may have
    /// been anybody's (ETSI EN 319 102-1, 5.6.2.4). RFC 3161, 4, would let a stamp outlive an authority that merely closed; the ETSI text does
    /// not, and neither does this.
    fn judge(&mut self, timestamp: Timestamp, faults: &mut Vec<Fault>) -> Stamp {
        let chain = self.chain(Role::TimestampAuthority, &timestamp.authority, timestamp.time, faults);
        let ended = self.validator.has_ended_by(self.existed, &chain, Purpose::TimeStamping, &self.evidence);
        Stamp { timestamp, chain, ended }
    }

    fn document_timestamp(&mut self, reading: &Reading, examined: &mut Examined) {
        let token = match &reading.parsed {
            Parsed::Stamp(Ok(token)) => token,
            Parsed::Stamp(Err(error)) => return examined.faults.push(Fault::Timestamp(*error)),
            Parsed::Other | Parsed::Cms(_) => return,
        };
        let Some(digest) = &reading.digest else { return };
        match token.verify_digest(digest, self.materials.certificates()) {
            Err(error) => examined.faults.push(Fault::Timestamp(error)),
            Ok(timestamp) => {
                if reading.loose.as_ref().is_some_and(|loose| !loose.names(&timestamp.authority)) {
                    examined.faults.push(Fault::NotCanonical(Frame::SignerIdentifier));
                }
                let stamp = self.judge(timestamp, &mut examined.faults);
                if stamp.ended {
                    examined.faults.push(Fault::TimestampNotProven);
                }
                examined.stamp = Some(stamp);
            }
        }
    }
}

/// Until when the newest document timestamp that holds protects the file: the end of its authority's chain. A renewal must come before.
pub(super) fn protected_until(readings: &[Reading], examined: &[Examined]) -> Option<i64> {
    let sound = |(reading, examined): &(&Reading, &Examined)| {
        let stamped = examined.stamp.as_ref().is_some_and(|stamp| stamp.proven().is_some());
        reading.kind == Kind::DocumentTimestamp && stamped && reading.faults.is_empty() && examined.faults.is_empty()
    };
    let (_, newest) = readings.iter().zip(examined).rev().find(sound)?;
    newest.stamp.as_ref()?.chain.path.iter().map(Certificate::not_after).min()
}

/// A clock is the operator's when its root also certified a signer of this file.
pub(super) fn judge_clocks(examined: &mut [Examined]) {
    let root = |chain: &ChainReport| chain.path.last().filter(|_| chain.path.len() > 1).cloned();
    let signers: Vec<Certificate> = examined.iter().filter_map(|examined| root(&examined.signer.as_ref()?.1)).collect();
    for one in examined.iter_mut() {
        let Some(stamp) = one.stamp.as_ref().filter(|stamp| stamp.proven().is_some()) else { continue };
        let own = root(&stamp.chain).is_some_and(|root| signers.contains(&root));
        one.clock = Some(if own { Clock::Operator } else { Clock::Outside });
    }
}

/// Puts together what is reported of one signature.
pub(super) fn report(file: &Opened, found: &Found, reading: &Reading, examined: Examined) -> SignatureReport {
    let value = &found.value;
    let mut faults = reading.faults.clone();
    faults.extend(examined.faults);
    let end = value.byte_range.and_then(|[_, _, second, rest]| second.checked_add(rest));
    let covers_whole_file = end == Some(file.bytes().len()) && !faults.contains(&Fault::ByteRangeEnd);
    let authority = examined.stamp.as_ref().map(|stamp| Holder::new(&stamp.timestamp.authority, Some(&stamp.chain)));
    let is_timestamp = reading.kind == Kind::DocumentTimestamp;
    let signer = examined.signer.as_ref().map(|(certificate, chain)| Holder::new(certificate, Some(chain)));
    let proven = examined.stamp.as_ref().and_then(Stamp::proven).map(Time);
    SignatureReport {
        field: found.field.clone(),
        kind: reading.kind,
        sub_filter: value.sub_filter.as_ref().map(ToString::to_string),
        revision: found.revision,
        byte_range: value.byte_range,
        covers_whole_file,
        page: found.page,
        permission: None,
        verdict: super::Verdict::Invalid,
        summary: super::Sentence { zh: String::new(), en: String::new() },
        faults,
        algorithm: examined.algorithm.map(str::to_owned),
        signer: if is_timestamp { authority.clone() } else { signer },
        seal: examined.seal,
        time: SigningTime { claimed: examined.claimed.map(Time), proven, clock: examined.clock, authority },
        claimed_name: value.name.clone(),
        reason: value.reason.clone(),
        location: value.location.clone(),
    }
}

fn algorithm_name(algorithm: SignatureAlgorithm) -> &'static str {
    match algorithm {
        SignatureAlgorithm::Sm2Sm3 => "SM2-SM3",
        SignatureAlgorithm::EcdsaSha256 => "ECDSA-SHA256",
        SignatureAlgorithm::EcdsaSha384 => "ECDSA-SHA384",
        SignatureAlgorithm::EcdsaSha512 => "ECDSA-SHA512",
        SignatureAlgorithm::RsaPkcs1Sha1 => "RSA-SHA1",
        SignatureAlgorithm::RsaPkcs1Sha256 => "RSA-SHA256",
        SignatureAlgorithm::RsaPkcs1Sha384 => "RSA-SHA384",
        SignatureAlgorithm::RsaPkcs1Sha512 => "RSA-SHA512",
        SignatureAlgorithm::RsaPssSha256 => "RSA-PSS-SHA256",
        SignatureAlgorithm::RsaPssSha384 => "RSA-PSS-SHA384",
        SignatureAlgorithm::RsaPssSha512 => "RSA-PSS-SHA512",
    }
}

/// A PDF date (ISO 32000-1, 7.9.4) in microseconds UTC; `None` when it is not one with all its parts down to the second.
fn date_of(text: &str) -> Option<i64> {
    let (digits, zone) = text.strip_prefix("D:")?.split_at_checked(14)?;
    let local = yinxin_pki::asn1::parse_generalized_time(format!("{digits}Z").as_bytes()).ok()?;
    let (sign, rest) = match zone.as_bytes().first() {
        None | Some(b'Z') => return Some(local),
        Some(b'+') => (1, &zone[1..]),
        Some(b'-') => (-1, &zone[1..]),
        Some(_) => return None,
    };
    let mut parts = rest.split('\'').filter(|part| !part.is_empty()).map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    ((0..=23).contains(&hours) && (0..=59).contains(&minutes))
        .then(|| local - sign * (hours * 60 + minutes) * 60_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_zone() {
        for (text, expected) in [
            ("D:20261122080000+08'00'", Some(1_795_305_600_000_000)),
            ("D:20261122080000+08'00", Some(1_795_305_600_000_000)),
            ("D:20261122000000Z", Some(1_795_305_600_000_000)),
            ("D:20261121190000-05'00'", Some(1_795_305_600_000_000)),
            ("D:2026", None),
            ("20261122000000Z", None),
            ("D:20261122000000+99'00'", None),
            ("D:2026112208000é", None),
        ] {
            assert_eq!(date_of(text), expected, "{text}");
        }
    }
}
