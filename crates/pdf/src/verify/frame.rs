//! The frame of a signature: everything in /Contents that the signature itself does not cover.
//!
//! The bytes in the gap of /ByteRange are signed by nobody. So that not one bit of them can be changed unnoticed, the hexadecimal string, its
//! padding and every member of the message outside of what is signed must be written in one canonical way, and what could carry data freely
//! (certificates, revocation values, timestamps) is handed out to be verified by itself.

use std::ops::Range;

use yinxin_pki::asn1::{Asn1Error, Element, ObjectIdentifier, Reader, Tag};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::oid;
use yinxin_pki::x509::Certificate;
use yinxin_seal::ses::SealVersion;

use super::fault::{Fault, Frame};

/// What a message carries outside of its signed bytes.
#[derive(Default)]
pub(super) struct Loose {
    /// Certificates, DER each.
    pub certificates: Vec<Vec<u8>>,
    /// CRLs, DER each.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses, DER each.
    pub ocsps: Vec<Vec<u8>>,
    /// Timestamp tokens over the signature value.
    pub tokens: Vec<Vec<u8>>,
    /// How the signer is named: issuer and serial number as written; `None` for a key identifier.
    pub signer: Option<(Vec<u8>, Vec<u8>)>,
}

impl Loose {
    /// Whether the signer is named by exactly the bytes of its certificate. A comparison of names would ignore case.
    pub fn names(&self, certificate: &Certificate) -> bool {
        self.signer
            .as_ref()
            .is_none_or(|(issuer, serial)| issuer == certificate.issuer().as_der() && serial == certificate.serial())
    }
}

const MESSAGE: Fault = Fault::NotCanonical(Frame::Message);

/// The message in a hexadecimal /Contents at `place` (brackets included), without its padding.
pub(super) fn message_of(file: &[u8], place: &Range<usize>) -> Result<Vec<u8>, Fault> {
    const HEXADECIMAL: Fault = Fault::NotCanonical(Frame::Hexadecimal);
    let token = file.get(place.clone()).unwrap_or_default();
    let [b'<', digits @ .., b'>'] = token else { return Err(HEXADECIMAL) };
    let lower = digits.iter().any(|digit| matches!(digit, b'a'..=b'f'));
    let upper = digits.iter().any(|digit| matches!(digit, b'A'..=b'F'));
    let (pairs, []) = digits.as_chunks::<2>() else { return Err(HEXADECIMAL) };
    if lower && upper {
        return Err(HEXADECIMAL);
    }
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let mut bytes = Vec::with_capacity(pairs.len());
    for [high, low] in pairs {
        let (high, low) = value(*high).zip(value(*low)).ok_or(HEXADECIMAL)?;
        bytes.push(high << 4 | low);
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(Fault::ContentsMissing);
    }
    let mut reader = Reader::ber(&bytes);
    let length = reader.any().map_err(|_| MESSAGE)?.raw().len();
    if bytes[length..].iter().any(|byte| *byte != 0) {
        return Err(Fault::NotCanonical(Frame::Padding));
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// A reader for `message`: strict, unless the message as a whole is of indefinite length, as some writers make it.
fn reader(message: &[u8]) -> Reader<'_> {
    if message.get(1) == Some(&0x80) { Reader::ber(message) } else { Reader::der(message) }
}

/// Checks the frame of a SignedData (RFC 5652 5.1) and takes out what it carries loosely.
pub(super) fn signed_data(message: &[u8], loose: &mut Loose) -> Result<(), Fault> {
    walk_signed_data(message, loose).unwrap_or(Err(MESSAGE))
}

/// The outer result is whether the message can be read, the inner whether it is canonical.
fn walk_signed_data(message: &[u8], loose: &mut Loose) -> Result<Result<(), Fault>, Asn1Error> {
    let mut outer = reader(message);
    let mut info = outer.sequence()?;
    outer.finish()?;
    info.oid()?;
    let mut tagged = info.element(Tag::context(0))?.reader();
    info.finish()?;
    let mut data = tagged.sequence()?;
    tagged.finish()?;

    let version = data.u64()?;
    let mut digests = data.set()?;
    let mut content = data.sequence()?;
    let content_type = content.oid()?;
    if let Some(mut inner) = content.optional_context(0)? {
        inner.octets()?;
        inner.finish()?;
    }
    content.finish()?;
    let certificates = data.optional_context(0)?;
    let revocations = data.optional_context(1)?;
    let mut signers = data.set()?;
    data.finish()?;
    let mut signer = signers.sequence()?;
    if !signers.is_empty() {
        return Ok(Err(Fault::SignerCount));
    }

    if let Some(mut list) = certificates {
        while !list.is_empty() {
            loose.certificates.push(list.element(Tag::SEQUENCE)?.raw().to_vec());
        }
    }
    let mut other_revocation = false;
    if let Some(mut list) = revocations {
        while !list.is_empty() {
            let member = list.any()?;
            if member.tag() == Tag::SEQUENCE {
                loose.crls.push(member.raw().to_vec());
                continue;
            }
            other_revocation = true;
            let mut other = member.reader();
            if member.tag() != Tag::context(1) || other.oid()? != oid::REVOCATION_INFO_OCSP {
                return Ok(Err(Fault::NotCanonical(Frame::Material)));
            }
            loose.ocsps.push(other.any()?.raw().to_vec());
            other.finish()?;
        }
    }

    let signer_version = signer.u64()?;
    let by_key = signer.optional(Tag::context_primitive(0))?.is_some();
    if !by_key {
        let mut identifier = signer.sequence()?;
        let issuer = identifier.element(Tag::SEQUENCE)?.raw().to_vec();
        loose.signer = Some((issuer, identifier.integer()?.to_vec()));
        identifier.finish()?;
    }
    let digest = digest_of(&signer.element(Tag::SEQUENCE)?)?;
    signer.optional(Tag::context(0))?;
    if !is_plain_algorithm(&signer.element(Tag::SEQUENCE)?)? {
        return Ok(Err(MESSAGE));
    }
    signer.octets()?;
    let unsigned = signer.optional_context(1)?;
    signer.finish()?;

    // RFC 5652 5.1 and 5.3 leave no choice of version numbers.
    let is_data = [oid::DATA, oid::GM_DATA].contains(&content_type);
    let expected = match (other_revocation, by_key || !is_data) {
        (true, _) => 5,
        (false, true) => 3,
        (false, false) => 1,
    };
    let only_the_signers = |list: &mut Reader<'_>| -> Result<bool, Asn1Error> {
        let mut count = 0;
        while !list.is_empty() {
            count += 1;
            if digest_of(&list.element(Tag::SEQUENCE)?)? != digest {
                return Ok(false);
            }
        }
        Ok(count == 1)
    };
    if version != expected || signer_version != if by_key { 3 } else { 1 } || !only_the_signers(&mut digests)? {
        return Ok(Err(MESSAGE));
    }
    match unsigned {
        None => Ok(Ok(())),
        Some(attributes) => unsigned_attributes(attributes, loose),
    }
}

fn unsigned_attributes(mut attributes: Reader<'_>, loose: &mut Loose) -> Result<Result<(), Fault>, Asn1Error> {
    while !attributes.is_empty() {
        let mut attribute = attributes.sequence()?;
        let kind = attribute.oid()?;
        let mut values = attribute.set()?;
        attribute.finish()?;
        if kind != oid::SIGNATURE_TIME_STAMP {
            return Ok(Err(Fault::NotCanonical(Frame::UnsignedAttribute)));
        }
        loose.tokens.push(values.element(Tag::SEQUENCE)?.raw().to_vec());
        values.finish()?;
    }
    Ok(Ok(()))
}

/// The hash function of an AlgorithmIdentifier whose parameters are absent or NULL; `None` if it is not known.
fn digest_of(algorithm: &Element<'_>) -> Result<Option<DigestAlgorithm>, Asn1Error> {
    let mut parts = algorithm.reader();
    let digest = DigestAlgorithm::from_oid(parts.oid()?);
    let plain = parts.is_empty() || parts.rest() == [0x05, 0x00];
    Ok(digest.filter(|_| plain))
}

/// Whether an AlgorithmIdentifier consists of nothing but identifiers, NULLs and small numbers: no room for anything else.
fn is_plain_algorithm(algorithm: &Element<'_>) -> Result<bool, Asn1Error> {
    let mut stack = vec![algorithm.reader()];
    while let Some(mut level) = stack.pop() {
        if stack.len() > 8 {
            return Ok(false);
        }
        while !level.is_empty() {
            let element = level.any()?;
            match element.tag() {
                Tag::OID => {
                    element.to_oid()?;
                }
                Tag::INTEGER => {
                    element.to_u64()?;
                }
                Tag::NULL if element.contents().is_empty() => {}
                tag if tag.is_constructed() && !element.contents().is_empty() => {
                    stack.push(element.reader());
                }
                _ => return Ok(false),
            }
        }
    }
    Ok(true)
}

/// Checks the frame of a seal signature: what stands beside the signed TBS_Sign. The certificate is bound by the list in the signed seal.
pub(super) fn seal_signature(message: &[u8], version: SealVersion, loose: &mut Loose) -> Result<(), Fault> {
    walk_seal_signature(message, version, loose).map_err(|_| MESSAGE)
}

fn walk_seal_signature(message: &[u8], version: SealVersion, loose: &mut Loose) -> Result<(), Asn1Error> {
    let mut outer = Reader::der(message);
    let mut parts = outer.sequence()?;
    outer.finish()?;
    parts.element(Tag::SEQUENCE)?;
    if version == SealVersion::V1 {
        // An OCTET STRING occurs where the standard says BIT STRING; both hold the signature and nothing else.
        match parts.any()? {
            value if value.tag() == Tag::OCTET_STRING => {}
            value => {
                value.to_bit_string()?.octets()?;
            }
        }
        return parts.finish();
    }
    parts.octet_string()?;
    parts.oid()?;
    parts.bit_string()?.octets()?;
    if let Some(mut stamp) = parts.optional_context(0)? {
        let token = stamp.bit_string()?.octets()?;
        stamp.finish()?;
        loose.tokens.push(token_in(token)?.to_vec());
    }
    parts.finish()
}

/// The token itself, also out of a whole response, whose status must then be plainly "granted".
fn token_in(bytes: &[u8]) -> Result<&[u8], Asn1Error> {
    let mut outer = reader(bytes);
    let whole = outer.element(Tag::SEQUENCE)?;
    outer.finish()?;
    let mut parts = whole.reader();
    if parts.peek() != Some(Tag::SEQUENCE) {
        return Ok(whole.raw());
    }
    let mut status = parts.sequence()?;
    let granted = status.u64()? == 0;
    status.finish()?;
    let token = parts.element(Tag::SEQUENCE)?.raw();
    parts.finish()?;
    if granted { Ok(token) } else { Err(Asn1Error::Value("PKIStatusInfo")) }
}

/// Whether the first element of a message tells that it is a seal signature: a SEQUENCE where CMS has an identifier.
pub(super) fn looks_like_seal(message: &[u8]) -> bool {
    let first = Reader::ber(message).sequence().ok().and_then(|reader| reader.peek());
    first == Some(Tag::SEQUENCE)
}

/// The content type of a SignedData.
pub(super) fn content_type(message: &[u8]) -> Option<ObjectIdentifier> {
    let mut info = Reader::ber(message).sequence().ok()?;
    info.oid().ok()?;
    let mut data = info.optional_context(0).ok()??.sequence().ok()?;
    data.u64().ok()?;
    data.set().ok()?;
    data.sequence().ok()?.oid().ok()
}
