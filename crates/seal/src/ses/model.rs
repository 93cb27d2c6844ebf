//! What a seal and a seal signature are, once read.

use std::borrow::Cow;

use yinxin_pki::asn1::{Asn1Error, ObjectIdentifier};
use yinxin_pki::digest::{Digest, DigestAlgorithm};

use super::parse::whole;

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
    /// A list of certificates or of further data has more entries than any seal needs, so that reading it would only cost memory.
    #[error("seal.parse.too_many: a list in the seal has more than {most} entries")]
    TooMany {
        /// The greatest number that is read.
        most: usize,
    },
}

/// A departure from the letter of the standard that products in the field are known for. It is read all the same, and told.
///
/// None of them weakens a check: what is hashed are the received bytes, whatever they deviate in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Deviation {
    /// The bytes are BER, but not DER: a length in a longer form than needed, or indefinite.
    #[error("seal.deviation.encoding: the structure is not strict DER")]
    Encoding,
    /// An identifier (ID, Vid, esID, picture type, propertyInfo) is not an IA5String.
    #[error("seal.deviation.identifier_type: an identifier is not an IA5String")]
    IdentifierType,
    /// The name of the seal is not a UTF8String.
    #[error("seal.deviation.name_type: the name of the seal is not a UTF8String")]
    NameType,
    /// A time is not of the type that the version demands: UTCTime in version 1, GeneralizedTime later.
    #[error("seal.deviation.time_type: a time is not of the type that the version demands")]
    TimeType,
    /// The timeInfo of version 1 is not a BIT STRING.
    #[error("seal.deviation.time_info: the time of signing does not stand in a BIT STRING")]
    TimeInfo,
    /// A digest, signature value or time stamp stands in an OCTET STRING instead of a BIT STRING.
    #[error("seal.deviation.octet_string: an OCTET STRING stands where a BIT STRING should")]
    OctetString,
    /// The whole seal is wrapped in an OCTET STRING.
    #[error("seal.deviation.wrapped_seal: the seal is wrapped in an OCTET STRING")]
    WrappedSeal,
    /// The further data is wrapped in an OCTET STRING.
    #[error("seal.deviation.wrapped_extensions: the further data is wrapped in an OCTET STRING")]
    WrappedExtensions,
    /// The further data lacks its tag `[0]` (versions 4 and 5; version 1 does not say which tag).
    #[error("seal.deviation.untagged_extensions: the further data lacks its tag")]
    UntaggedExtensions,
    /// The further data cannot be read; [`SealFault::Extension`](super::SealFault::Extension) follows from it.
    #[error("seal.deviation.unreadable_extensions: the further data cannot be read")]
    UnreadableExtensions,
    /// `critical FALSE` is written although it is the default.
    #[error("seal.deviation.default_written: a default value is written out")]
    DefaultWritten,
    /// The seal maker's signature stands in a vendor's own layout; [`SealFault::MakerUnreadable`](super::SealFault::MakerUnreadable)
    /// follows from it.
    #[error("seal.deviation.maker_layout: the signature of the seal maker stands in an unknown layout")]
    MakerLayout,
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
    /// Where it departs from the letter of its standard, each once, in the order of the structure.
    pub deviations: Vec<Deviation>,
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
    /// Where it departs from the letter of its standard, those of the seal inside among them, each once.
    pub deviations: Vec<Deviation>,
}

impl<'a> Seal<'a> {
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
    /// Whether `certificate` (DER) is in the list, byte for byte or by its digest (SM3 or SHA-256).
    pub fn permits(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Certificates(certificates) => certificates.contains(&certificate),
            Self::Digests(digests) => {
                // Once per function, not once per entry: the list may be long and the certificate large.
                let mut known: [Option<Digest>; HASH_FUNCTIONS.len()] = Default::default();
                digests.iter().any(|(function, digest)| {
                    let function = function.trim().to_ascii_lowercase();
                    let Some(i) = HASH_FUNCTIONS.iter().position(|(names, _)| names.contains(&function.as_str()))
                    else {
                        return false;
                    };
                    let own = known[i].get_or_insert_with(|| HASH_FUNCTIONS[i].1.digest(certificate));
                    own.as_bytes() == *digest
                })
            }
        }
    }
}

/// What makers write for the hash function of a certificate digest, in lower case. SHA-1 is left out: a second certificate with the
/// same digest could be made.
const HASH_FUNCTIONS: [(&[&str], DigestAlgorithm); 2] = [
    (&["sm3", "1.2.156.10197.1.401"], DigestAlgorithm::Sm3),
    (&["sha256", "sha-256", "2.16.840.1.101.3.4.2.1"], DigestAlgorithm::Sha256),
];
