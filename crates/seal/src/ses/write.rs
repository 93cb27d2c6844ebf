//! Writing seals and seal signatures of GB/T 38540-2020 (version 4) and GM/T 0031-2025 (version 5), in two phases: first what is to be
//! signed, then, once somebody who holds the key has signed it, the whole.

use yinxin_pki::asn1::{Element, Tag, Writer};
use yinxin_pki::oid;

use super::model::{ParseError, Seal, SealVersion};
use super::{OWNER_CODE, SEAL_CODE};
use crate::draw::SealCode;

/// Which standard a seal is written by. Seal signatures follow the seal that they are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WrittenVersion {
    /// GB/T 38540-2020, the usual one.
    V4,
    /// GM/T 0031-2025: the same fields, and room for the maker's time stamp ([`seal_with_timestamp`]).
    V5,
}

impl WrittenVersion {
    fn number(self) -> u64 {
        match self {
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

/// What a seal is used for, as the type code of the structure; the standard leaves the codes beyond 1 and 2 free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealType {
    /// 单位公章.
    Organisation,
    /// 个人名章.
    Person,
    /// 合同专用章.
    Contract,
    /// 财务专用章.
    Finance,
    /// 法人章.
    LegalRepresentative,
    /// 投标专用章.
    Bid,
}

impl SealType {
    /// The code that is written.
    pub fn code(self) -> u64 {
        match self {
            Self::Organisation => 1,
            Self::Person => 2,
            Self::Contract => 3,
            Self::Finance => 4,
            Self::LegalRepresentative => 5,
            Self::Bid => 6,
        }
    }
}

/// Why a seal or a seal signature cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// An identifier is empty or not plain ASCII.
    #[error("seal.draft.identifier: identifiers must be ASCII characters and not empty")]
    Identifier,
    /// The seal has no name.
    #[error("seal.draft.name: the seal must have a name")]
    Name,
    /// A seal without certificates could be used by nobody.
    #[error("seal.draft.no_certificate: the seal must list at least one certificate")]
    NoCertificate,
    /// A certificate is not one DER element.
    #[error("seal.draft.certificate: a certificate is not DER")]
    Certificate,
    /// The picture is empty or measures nothing.
    #[error("seal.draft.picture: the seal must have a PNG picture with a size in millimetres")]
    Picture,
    /// The end of validity is not after its beginning.
    #[error("seal.draft.validity: the end of validity must come after its beginning")]
    Validity,
    /// What was handed in as to be signed is not what a draft makes.
    #[error("seal.draft.to_be_signed: these are not the bytes of a draft: {0}")]
    ToBeSigned(#[from] ParseError),
    /// The signer's certificate is not in the seal's list (GM/T 0031-2014 6.2.2: after a renewal of the certificate the seal must be
    /// made anew).
    #[error("seal.draft.signer_not_listed: the signer's certificate is not in the list of the seal")]
    SignerNotListed,
    /// The signature value is not DER, so it cannot be an SM2 signature (GM/T 0009).
    #[error("seal.draft.signature: the signature value is not DER")]
    Signature,
}

/// What a seal maker confirms with its signature.
#[derive(Debug, Clone)]
pub struct SealDraft {
    /// Identifier of the seal, ASCII, unique with its maker.
    pub es_id: String,
    /// Identifier of the maker of the seal software, ASCII.
    pub vendor_id: String,
    /// Name of the seal, for example `示例园林绿化有限公司合同专用章`.
    pub name: String,
    /// What the seal is for.
    pub seal_type: SealType,
    /// Certificates that may use the seal, DER.
    pub certificates: Vec<Vec<u8>>,
    /// When the seal is made, microseconds UTC; whole seconds are written.
    pub created_at: i64,
    /// From when the seal is valid, microseconds UTC.
    pub valid_from: i64,
    /// Until when the seal is valid, microseconds UTC, inclusive.
    pub valid_to: i64,
    /// The picture as PNG.
    pub picture_png: Vec<u8>,
    /// Width of the picture in whole millimetres.
    pub width_mm: u32,
    /// Height of the picture in whole millimetres.
    pub height_mm: u32,
    /// Unified social credit code of the owner, ASCII; persons have none.
    pub owner_code: Option<String>,
    /// Number under which the seal is filed with the police, if it is.
    pub seal_code: Option<SealCode>,
}

impl SealDraft {
    /// The DER of SES_SealInfo by GB/T 38540-2020: the bytes that the seal maker signs.
    ///
    /// # Errors
    /// [`DraftError`] if something is missing or does not fit the structure.
    pub fn to_be_signed(&self) -> Result<Vec<u8>, DraftError> {
        self.to_be_signed_as(WrittenVersion::V4)
    }

    /// The DER of SES_SealInfo by the standard that is asked for: the bytes that the seal maker signs.
    ///
    /// # Errors
    /// [`DraftError`] if something is missing or does not fit the structure.
    pub fn to_be_signed_as(&self, version: WrittenVersion) -> Result<Vec<u8>, DraftError> {
        for identifier in [Some(&self.es_id), Some(&self.vendor_id), self.owner_code.as_ref()].into_iter().flatten() {
            check_ascii(identifier)?;
        }
        if self.name.trim().is_empty() {
            return Err(DraftError::Name);
        }
        if self.certificates.is_empty() {
            return Err(DraftError::NoCertificate);
        }
        self.certificates.iter().try_for_each(|certificate| check_certificate(certificate))?;
        if self.picture_png.is_empty() || self.width_mm == 0 || self.height_mm == 0 {
            return Err(DraftError::Picture);
        }
        if self.valid_to <= self.valid_from {
            return Err(DraftError::Validity);
        }
        Ok(Writer::sequence_of(|info| {
            info.sequence(|header| {
                header.ia5_string("ES");
                header.u64(version.number());
                header.ia5_string(&self.vendor_id);
            });
            info.ia5_string(&self.es_id);
            info.sequence(|property| {
                property.u64(self.seal_type.code());
                property.utf8_string(&self.name);
                // certListType 1: the certificates themselves.
                property.u64(1);
                property
                    .sequence(|list| self.certificates.iter().for_each(|certificate| list.octet_string(certificate)));
                property.generalized_time(self.created_at);
                property.generalized_time(self.valid_from);
                property.generalized_time(self.valid_to);
            });
            info.sequence(|picture| {
                picture.ia5_string("PNG");
                picture.octet_string(&self.picture_png);
                picture.u64(self.width_mm.into());
                picture.u64(self.height_mm.into());
            });
            self.write_extensions(info);
        }))
    }

    fn write_extensions(&self, info: &mut Writer) {
        let owner = self.owner_code.as_deref().map(|code| (OWNER_CODE, code));
        let seal = self.seal_code.as_ref().map(|code| (SEAL_CODE, code.as_str()));
        if owner.is_none() && seal.is_none() {
            return;
        }
        info.context(0, |tagged| {
            tagged.sequence(|extensions| {
                for (oid, text) in [owner, seal].into_iter().flatten() {
                    extensions.sequence(|extension| {
                        // `critical` is FALSE, its default, and so not written in DER.
                        extension.primitive(Tag::OID, oid);
                        let mut value = Writer::new();
                        value.printable_string(text);
                        extension.octet_string(&value.finish());
                    });
                }
            });
        });
    }
}

/// Puts the seal maker's certificate and signature to what [`SealDraft::to_be_signed`] gave; the result is the SESeal in DER.
///
/// # Errors
/// [`DraftError`] if one of the parts is not what it should be; whether the signature verifies is for [`super::verify_seal`] to say.
pub fn assemble_seal(to_be_signed: &[u8], maker_certificate: &[u8], signature: &[u8]) -> Result<Vec<u8>, DraftError> {
    check_certificate(maker_certificate)?;
    check_signature(signature)?;
    let seal = Writer::sequence_of(|seal| {
        seal.raw(to_be_signed);
        seal.octet_string(maker_certificate);
        seal.oid(oid::SM2_WITH_SM3);
        seal.bit_string(signature);
    });
    Seal::parse(&seal)?;
    Ok(seal)
}

/// Adds the RFC 3161 time-stamp token over the SM3 digest of the maker's signature value that GM/T 0031-2025 has room for, or replaces
/// the one that is there. Nothing that is signed changes.
///
/// # Errors
/// [`DraftError::ToBeSigned`] if the bytes are not a seal of version 5 with a readable maker's signature.
pub fn seal_with_timestamp(seal: &[u8], timestamp_token: &[u8]) -> Result<Vec<u8>, DraftError> {
    let parsed = Seal::parse(seal)?;
    let (SealVersion::V5, Some(maker)) = (parsed.version, &parsed.maker) else {
        return Err(ParseError::Version.into());
    };
    Ok(Writer::sequence_of(|whole| {
        whole.raw(&maker.to_be_signed);
        whole.octet_string(maker.certificate);
        whole.oid(maker.algorithm);
        whole.bit_string(maker.signature);
        whole.context(0, |tagged| tagged.bit_string(timestamp_token));
    }))
}

/// What a signer confirms with a seal.
#[derive(Debug, Clone)]
pub struct SealSignatureDraft {
    /// The seal, as [`assemble_seal`] or another maker made it; DER.
    pub seal: Vec<u8>,
    /// Time of signing, microseconds UTC; whole seconds are written.
    pub signed_at: i64,
    /// SM3 digest of the signed data, in a PDF of the bytes of the ByteRange.
    pub data_hash: [u8; 32],
    /// Range that is protected, ASCII, in a PDF for example `ByteRange=[0 a b c];field=name`.
    pub property_info: String,
}

impl SealSignatureDraft {
    /// The DER of TBS_Sign, in the version of the seal: the bytes that the signer signs.
    ///
    /// # Errors
    /// [`DraftError`] if the seal is of version 1, which is only read, or the range is not ASCII.
    pub fn to_be_signed(&self) -> Result<Vec<u8>, DraftError> {
        check_ascii(&self.property_info)?;
        let seal = Seal::parse(&self.seal)?;
        let version = match seal.version {
            SealVersion::V1 => return Err(ParseError::Version.into()),
            SealVersion::V4 => WrittenVersion::V4,
            SealVersion::V5 => WrittenVersion::V5,
        };
        Ok(Writer::sequence_of(|tbs| {
            tbs.u64(version.number());
            tbs.raw(seal.raw);
            tbs.generalized_time(self.signed_at);
            tbs.bit_string(&self.data_hash);
            tbs.ia5_string(&self.property_info);
        }))
    }
}

/// Puts the signer's certificate and signature, and a time-stamp token if there already is one, to what
/// [`SealSignatureDraft::to_be_signed`] gave; the result is the SES_Signature in DER.
///
/// # Errors
/// [`DraftError::SignerNotListed`] if the seal may not be used with this certificate, and others if one of the parts is not what it
/// should be. Whether the signature verifies is for [`super::verify_seal_signature`] to say.
pub fn assemble_seal_signature(
    to_be_signed: &[u8],
    signer_certificate: &[u8],
    signature: &[u8],
    timestamp_token: Option<&[u8]>,
) -> Result<Vec<u8>, DraftError> {
    check_certificate(signer_certificate)?;
    check_signature(signature)?;
    let assembled = Writer::sequence_of(|whole| {
        whole.raw(to_be_signed);
        whole.octet_string(signer_certificate);
        whole.oid(oid::SM2_WITH_SM3);
        whole.bit_string(signature);
        if let Some(token) = timestamp_token {
            whole.context(0, |tagged| tagged.bit_string(token));
        }
    });
    let parsed = super::SealSignature::parse(&assembled)?;
    if parsed.seal.certificates.permits(signer_certificate) { Ok(assembled) } else { Err(DraftError::SignerNotListed) }
}

/// Adds an RFC 3161 time-stamp token over the SM3 digest of the signature value, or replaces the one that is there. Nothing that is
/// signed changes.
///
/// # Errors
/// [`DraftError::ToBeSigned`] if the bytes are not a seal signature of version 4 or 5.
pub fn with_timestamp(seal_signature: &[u8], timestamp_token: &[u8]) -> Result<Vec<u8>, DraftError> {
    let parsed = super::SealSignature::parse(seal_signature)?;
    if parsed.version == SealVersion::V1 {
        return Err(ParseError::Version.into());
    }
    Ok(Writer::sequence_of(|whole| {
        whole.raw(parsed.to_be_signed);
        whole.octet_string(parsed.certificate);
        whole.oid(parsed.algorithm);
        whole.bit_string(parsed.signature);
        whole.context(0, |tagged| tagged.bit_string(timestamp_token));
    }))
}

/// The greatest length that a seal signature of these parts can have, in bytes: what a PDF must keep free for it.
///
/// `timestamp_token` is the greatest length of the token that may be added, 0 for none.
pub fn seal_signature_size(
    seal: usize,
    signer_certificate: usize,
    property_info: usize,
    timestamp_token: usize,
) -> usize {
    /// An SM2 signature: SEQUENCE of two INTEGERs of at most 33 bytes.
    const SIGNATURE: usize = 2 + 2 * (2 + 33);
    /// Identifier, length and, of a BIT STRING, the count of unused bits; nothing here is longer than 4 GB.
    const FRAME: usize = 1 + 5 + 1;
    /// Version, time, digest and object identifier with their frames.
    const FIXED: usize = 3 + 17 + 35 + 10;
    // Frames: the whole, TBS_Sign, property info, certificate, signature, and the token's two.
    seal + signer_certificate + property_info + timestamp_token + SIGNATURE + FIXED + 7 * FRAME
}

fn check_ascii(identifier: &str) -> Result<(), DraftError> {
    let printable = identifier.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if printable && !identifier.is_empty() { Ok(()) } else { Err(DraftError::Identifier) }
}

fn check_certificate(certificate: &[u8]) -> Result<(), DraftError> {
    let sequence = Element::from_der(certificate).is_ok_and(|element| element.tag() == Tag::SEQUENCE);
    if sequence { Ok(()) } else { Err(DraftError::Certificate) }
}

fn check_signature(signature: &[u8]) -> Result<(), DraftError> {
    let sequence = Element::from_der(signature).is_ok_and(|element| element.tag() == Tag::SEQUENCE);
    if sequence { Ok(()) } else { Err(DraftError::Signature) }
}
