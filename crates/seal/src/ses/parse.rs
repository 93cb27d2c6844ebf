//! Reading seals and seal signatures of all versions.

use std::borrow::Cow;

use yinxin_pki::asn1::{
    Asn1Error, Element, ObjectIdentifier, Reader, Tag, Writer, parse_generalized_time, parse_utc_time,
};
use yinxin_pki::digest::DigestAlgorithm;

/// Which standard a structure follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealVersion {
    /// GM/T 0031-2014.
    V1,
    /// GB/T 38540-2020.
    V4,
    /// GM/T 0031-2025.
    V5,
}

/// Why bytes are not a seal or a seal signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// The bytes are not the ASN.1 of the structure.
    #[error("seal.parse.structure: {0}")]
    Structure(#[from] Asn1Error),
    /// The header does not begin with `ES`.
    #[error("seal.parse.not_a_seal: the header is not that of an electronic seal")]
    NotASeal,
    /// A version that is none of 1, 4 and 5, or one that contradicts the shape.
    #[error("seal.parse.version: the version of the seal is unknown or contradicts its shape")]
    Version,
    /// The list of certificates is of an unknown type.
    #[error("seal.parse.certificate_list: the type of the certificate list is unknown")]
    CertificateList,
}

/// An electronic seal (SESeal) as received.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Seal<'a> {
    /// The whole structure, without a wrapping OCTET STRING.
    pub raw: &'a [u8],
    /// Which standard it follows.
    pub version: SealVersion,
    /// Identifier of the maker of the seal software (Vid).
    pub vendor_id: String,
    /// Identifier of the seal (esID).
    pub es_id: String,
    /// Type code; in version 1, 1 is an organisation and 2 a person; free in later versions.
    pub seal_type: u64,
    /// Name of the seal.
    pub name: String,
    /// Who may use the seal.
    pub certificates: CertificateList<'a>,
    /// When the seal was made, microseconds UTC.
    pub created_at: i64,
    /// From when the seal is valid, microseconds UTC.
    pub valid_from: i64,
    /// Until when the seal is valid, microseconds UTC, inclusive.
    pub valid_to: i64,
    /// What the seal looks like.
    pub picture: Picture<'a>,
    /// Further data; `None` if there is some that cannot be read.
    pub extensions: Option<Vec<Extension<'a>>>,
    /// The maker's certificate and signature; `None` if they stand in a vendor's own layout, so that they cannot be checked.
    pub maker: Option<MakerSignature<'a>>,
}

/// The seal maker's part of a seal.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MakerSignature<'a> {
    /// The bytes that the maker signed: in version 1 SEQUENCE(sealInfo, certificate, algorithm), later the sealInfo alone.
    pub to_be_signed: Cow<'a, [u8]>,
    /// The maker's certificate, DER.
    pub certificate: &'a [u8],
    /// Signature algorithm.
    pub algorithm: ObjectIdentifier,
    /// Signature value, for SM2 the DER of GM/T 0009.
    pub signature: &'a [u8],
    /// Time-stamp token over the signature value (version 5).
    pub timestamp: Option<&'a [u8]>,
}

/// Who may use a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateList<'a> {
    /// The certificates themselves, DER.
    Certificates(Vec<&'a [u8]>),
    /// Digests of the certificates: name or object identifier of the hash function as free text, and the value.
    Digests(Vec<(String, &'a [u8])>),
}

/// What a seal looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture<'a> {
    /// Format as the maker wrote it, usually `PNG`.
    pub format: &'a [u8],
    /// The picture file.
    pub data: &'a [u8],
    /// Width in millimetres.
    pub width_mm: u64,
    /// Height in millimetres.
    pub height_mm: u64,
}

/// One entry of the extension data (ExtData).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Contents octets of the OBJECT IDENTIFIER.
    pub oid: &'a [u8],
    /// Whether a verifier that does not know it must refuse.
    pub critical: bool,
    /// Contents of extnValue.
    pub value: &'a [u8],
}

/// A seal signature (SES_Signature) as received.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SealSignature<'a> {
    /// The whole structure.
    pub raw: &'a [u8],
    /// The version of the seal inside, which decides the shape.
    pub version: SealVersion,
    /// The bytes that the signer signed (TBS_Sign).
    pub to_be_signed: &'a [u8],
    /// The seal that was used.
    pub seal: Seal<'a>,
    /// When the signer says it was signed, microseconds UTC; `None` where version 1 carries a time-stamp token instead.
    pub claimed_time: Option<i64>,
    /// Digest of the signed data.
    pub data_hash: &'a [u8],
    /// Range that is protected, or where the signed data is.
    pub property_info: String,
    /// Further data; `None` if there is some that cannot be read.
    pub extensions: Option<Vec<Extension<'a>>>,
    /// The signer's certificate, DER.
    pub certificate: &'a [u8],
    /// Signature algorithm.
    pub algorithm: ObjectIdentifier,
    /// Signature value, for SM2 the DER of GM/T 0009.
    pub signature: &'a [u8],
    /// Time-stamp token: over the signature value in versions 4 and 5; in version 1 part of what is signed.
    pub timestamp: Option<&'a [u8]>,
}

impl<'a> Seal<'a> {
    /// Reads the one seal that fills `bytes`, of any version.
    ///
    /// # Errors
    /// [`ParseError`] if the bytes are anything else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::ber(bytes);
        let seal = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(seal)
    }

    /// Reads the seal that comes next, also where a vendor wrapped it in an OCTET STRING.
    fn read(reader: &mut Reader<'a>) -> Result<Self, ParseError> {
        let outer = reader.any()?;
        let outer = if outer.tag() == Tag::OCTET_STRING { whole(outer.contents())? } else { outer };
        let parts = elements(&outer, 8)?;
        let info = parts.first().ok_or(Asn1Error::Truncated)?;
        let mut fields = sequence(info)?;

        let mut header = fields.sequence()?;
        if header.any()?.contents() != b"ES" {
            return Err(ParseError::NotASeal);
        }
        let version = match (parts.len(), header.u64()?) {
            (2, 1) => SealVersion::V1,
            (4, 4) => SealVersion::V4,
            (4 | 5, 5) => SealVersion::V5,
            _ => return Err(ParseError::Version),
        };
        let vendor_id = header.any()?.to_text();
        header.finish()?;
        let es_id = fields.any()?.to_text();

        let mut property = fields.sequence()?;
        let seal_type = property.u64()?;
        let name = property.any()?.to_text();
        let list_type = if version == SealVersion::V1 { 1 } else { property.u64()? };
        let certificates = certificate_list(list_type, property.sequence()?)?;
        let (created_at, valid_from, valid_to) = (property.time()?, property.time()?, property.time()?);
        property.finish()?;

        let mut picture = fields.sequence()?;
        let picture = Picture {
            format: picture.any()?.contents(),
            data: picture.octet_string()?,
            width_mm: picture.u64()?,
            height_mm: picture.u64()?,
        };
        let extensions = extensions(&mut fields)?;
        let maker = match version {
            SealVersion::V1 => maker_of_version_1(info, &parts[1]),
            SealVersion::V4 | SealVersion::V5 => maker_of_later_versions(info, &parts[1..]),
        };
        Ok(Self {
            raw: outer.raw(),
            version,
            vendor_id,
            es_id,
            seal_type,
            name,
            certificates,
            created_at,
            valid_from,
            valid_to,
            picture,
            extensions,
            maker: maker.ok(),
        })
    }

    /// The unified social credit code of the owner, if the seal carries one that we can read.
    pub fn owner_code(&self) -> Option<&'a str> {
        self.extension_text(super::OWNER_CODE)
    }

    /// The thirteen digits under which the seal is filed with the police, if the seal carries them.
    pub fn seal_code(&self) -> Option<&'a str> {
        self.extension_text(super::SEAL_CODE)
    }

    fn extension_text(&self, oid: &[u8]) -> Option<&'a str> {
        let extension = self.extensions.iter().flatten().find(|extension| extension.oid == oid)?;
        let value = whole(extension.value).ok()?;
        std::str::from_utf8(value.contents()).ok()
    }
}

impl CertificateList<'_> {
    /// Whether `certificate` (DER) is in the list, byte for byte or by its digest.
    pub fn permits(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Certificates(certificates) => certificates.contains(&certificate),
            Self::Digests(digests) => digests.iter().any(|(function, digest)| {
                let known =
                    HASH_FUNCTIONS.iter().find(|(names, _)| names.contains(&function.to_ascii_lowercase().as_str()));
                known.is_some_and(|(_, algorithm)| algorithm.digest(certificate).as_bytes() == *digest)
            }),
        }
    }
}

/// What makers write for the hash function of a certificate digest, in lower case. SHA-1 is left out: a second certificate with the
/// same digest could be made.
const HASH_FUNCTIONS: [(&[&str], DigestAlgorithm); 2] = [
    (&["sm3", "1.2.156.10197.1.401"], DigestAlgorithm::Sm3),
    (&["sha256", "sha-256", "2.16.840.1.101.3.4.2.1"], DigestAlgorithm::Sha256),
];

impl<'a> SealSignature<'a> {
    /// Reads the one seal signature that fills `bytes`, of any version. Padding, as in the `/Contents` of a PDF signature, is for
    /// the caller to cut off.
    ///
    /// # Errors
    /// [`ParseError`] if the bytes are anything else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut reader = Reader::ber(bytes);
        let outer = reader.any()?;
        reader.finish()?;
        let parts = elements(&outer, 8)?;
        let to_be_signed = parts.first().ok_or(Asn1Error::Truncated)?;
        let mut fields = sequence(to_be_signed)?;
        let version = fields.u64()?;
        let seal = Seal::read(&mut fields)?;
        let shape = match (parts.len(), seal.version, version) {
            (2, SealVersion::V1, _) => SealVersion::V1,
            (4 | 5, SealVersion::V4, 4) => SealVersion::V4,
            (4 | 5, SealVersion::V5, 5) => SealVersion::V5,
            _ => return Err(ParseError::Version),
        };
        let time = fields.any()?;
        let (claimed_time, token) =
            if shape == SealVersion::V1 { time_of_version_1(&time)? } else { (Some(time.to_time()?), None) };
        let data_hash = octets(&fields.any()?)?;
        let property_info = fields.any()?.to_text();

        let common = |certificate, algorithm, signature, extensions, timestamp| Self {
            raw: outer.raw(),
            version: shape,
            to_be_signed: to_be_signed.raw(),
            seal: seal.clone(),
            claimed_time,
            data_hash,
            property_info: property_info.clone(),
            extensions,
            certificate,
            algorithm,
            signature,
            timestamp,
        };
        if shape == SealVersion::V1 {
            let (certificate, algorithm) = (fields.octet_string()?, fields.oid()?);
            fields.finish()?;
            return Ok(common(certificate, algorithm, octets(&parts[1])?, Some(Vec::new()), token));
        }
        let extensions = extensions(&mut fields)?;
        Ok(common(
            octet_string(&parts[1])?,
            oid(&parts[2])?,
            octets(&parts[3])?,
            extensions,
            parts.get(4).map(timestamp).transpose()?,
        ))
    }
}

/// The elements of a SEQUENCE, at most `most`.
fn elements<'a>(element: &Element<'a>, most: usize) -> Result<Vec<Element<'a>>, Asn1Error> {
    let mut reader = sequence(element)?;
    let mut parts = Vec::new();
    while !reader.is_empty() {
        if parts.len() == most {
            return Err(Asn1Error::TrailingData);
        }
        parts.push(reader.any()?);
    }
    Ok(parts)
}

fn expect(element: &Element<'_>, tag: Tag) -> Result<(), Asn1Error> {
    if element.tag() == tag {
        Ok(())
    } else {
        Err(Asn1Error::UnexpectedTag { expected: tag.byte(), found: element.tag().byte() })
    }
}

fn sequence<'a>(element: &Element<'a>) -> Result<Reader<'a>, Asn1Error> {
    expect(element, Tag::SEQUENCE)?;
    Ok(element.reader())
}

fn octet_string<'a>(element: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    expect(element, Tag::OCTET_STRING)?;
    Ok(element.contents())
}

fn oid(element: &Element<'_>) -> Result<ObjectIdentifier, Asn1Error> {
    expect(element, Tag::OID)?;
    element.to_oid()
}

/// The octets of a BIT STRING, or of an OCTET STRING where a vendor of version 1 wrote one instead.
fn octets<'a>(element: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    if element.tag() == Tag::OCTET_STRING {
        return Ok(element.contents());
    }
    expect(element, Tag::BIT_STRING)?;
    element.to_bit_string()?.octets()
}

/// The one element that fills `bytes`.
fn whole(bytes: &[u8]) -> Result<Element<'_>, Asn1Error> {
    let mut reader = Reader::ber(bytes);
    let element = reader.any()?;
    reader.finish()?;
    Ok(element)
}

/// `[0] EXPLICIT BIT STRING`.
fn timestamp<'a>(element: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    expect(element, Tag::context(0))?;
    octets(&whole(element.contents())?)
}

fn certificate_list(list_type: u64, mut entries: Reader<'_>) -> Result<CertificateList<'_>, ParseError> {
    match list_type {
        1 => {
            let mut certificates = Vec::new();
            while !entries.is_empty() {
                certificates.push(entries.octet_string()?);
            }
            Ok(CertificateList::Certificates(certificates))
        }
        2 => {
            let mut digests = Vec::new();
            while !entries.is_empty() {
                let mut digest = entries.sequence()?;
                digests.push((digest.any()?.to_text(), digest.octet_string()?));
            }
            Ok(CertificateList::Digests(digests))
        }
        _ => Err(ParseError::CertificateList),
    }
}

/// Extension data as the standards have it (`[0]`), without the tag, or wrapped in an OCTET STRING. What cannot be read is `None`,
/// which a verifier must not take for nothing.
fn extensions<'a>(fields: &mut Reader<'a>) -> Result<Option<Vec<Extension<'a>>>, Asn1Error> {
    if fields.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let mut element = fields.any()?;
    fields.finish()?;
    let mut read = || {
        // Two wrappings at most: `[0]` around an OCTET STRING has been seen.
        for _ in 0..2 {
            if element.tag() == Tag::context(0) || element.tag() == Tag::OCTET_STRING {
                element = whole(element.contents())?;
            }
        }
        let mut entries = sequence(&element)?;
        let mut extensions = Vec::new();
        while !entries.is_empty() {
            let mut entry = entries.sequence()?;
            let oid = entry.element(Tag::OID)?.contents();
            let critical = if entry.peek() == Some(Tag::BOOLEAN) { entry.boolean()? } else { false };
            let value = entry.octet_string()?;
            entry.finish()?;
            extensions.push(Extension { oid, critical, value });
        }
        Ok::<_, Asn1Error>(extensions)
    };
    Ok(read().ok())
}

/// SES_SignInfo of version 1. The signature covers SEQUENCE(sealInfo, certificate, algorithm), of which only the outermost header is
/// not in the input.
fn maker_of_version_1<'a>(info: &Element<'a>, sign_info: &Element<'a>) -> Result<MakerSignature<'a>, Asn1Error> {
    let parts = elements(sign_info, 3)?;
    let [certificate, algorithm, signature] = parts.as_slice() else { return Err(Asn1Error::Truncated) };
    let to_be_signed = Writer::sequence_of(|tbs| {
        tbs.raw(info.raw());
        tbs.raw(certificate.raw());
        tbs.raw(algorithm.raw());
    });
    Ok(MakerSignature {
        to_be_signed: Cow::Owned(to_be_signed),
        certificate: octet_string(certificate)?,
        algorithm: oid(algorithm)?,
        signature: octets(signature)?,
        timestamp: None,
    })
}

/// Certificate, algorithm, signature and in version 5 a time stamp; the signature covers the sealInfo.
fn maker_of_later_versions<'a>(info: &Element<'a>, parts: &[Element<'a>]) -> Result<MakerSignature<'a>, Asn1Error> {
    let [certificate, algorithm, signature, rest @ ..] = parts else { return Err(Asn1Error::Truncated) };
    Ok(MakerSignature {
        to_be_signed: Cow::Borrowed(info.raw()),
        certificate: octet_string(certificate)?,
        algorithm: oid(algorithm)?,
        signature: octets(signature)?,
        timestamp: rest.first().map(timestamp).transpose()?,
    })
}

/// The timeInfo of version 1: a time as an element, as bare characters, or a time-stamp token, inside a BIT STRING or OCTET STRING.
fn time_of_version_1<'a>(element: &Element<'a>) -> Result<(Option<i64>, Option<&'a [u8]>), Asn1Error> {
    if matches!(element.tag(), Tag::UTC_TIME | Tag::GENERALIZED_TIME) {
        return Ok((Some(element.to_time()?), None));
    }
    let bytes = octets(element)?;
    if let Ok(time) = parse_generalized_time(bytes).or_else(|_| parse_utc_time(bytes)) {
        return Ok((Some(time), None));
    }
    match whole(bytes)?.to_time() {
        Ok(time) => Ok((Some(time), None)),
        Err(_) => Ok((None, Some(bytes))),
    }
}
