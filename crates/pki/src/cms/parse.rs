//! Reading a SignedData.

use super::EssCertificateId;
use crate::asn1::{Asn1Error, Element, ObjectIdentifier, Reader, Tag};
use crate::digest::DigestAlgorithm;
use crate::key::{AlgorithmError, SignatureAlgorithm};
use crate::oid;
use crate::x509::Certificate;

/// A message holds no more certificates, CRLs or signers than this; more is an attack and not a contract.
const MAX_MEMBERS: usize = 256;

/// Why bytes are not a SignedData that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CmsError {
    /// The structure is not well-formed.
    #[error("cms.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// Another content type than signedData (RFC 5652 or GM/T 0010).
    #[error("cms.not_signed_data: the message is of type {0}, not signed data")]
    NotSignedData(ObjectIdentifier),
    /// The digest algorithm of a signer is not known.
    #[error("cms.unsupported_digest: the digest algorithm {0} is not supported")]
    UnsupportedDigest(ObjectIdentifier),
    /// The signature algorithm of a signer is not known.
    #[error("cms.unsupported_signature: {0}")]
    UnsupportedSignature(#[from] AlgorithmError),
    /// More than 256 certificates, CRLs or signers.
    #[error("cms.too_many: the message holds too many certificates, CRLs or signers")]
    TooMany,
}

/// A SignedData as received.
#[derive(Clone)]
pub struct SignedData {
    content_type: ObjectIdentifier,
    content: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    crls: Vec<Vec<u8>>,
    ocsp_responses: Vec<Vec<u8>>,
    signers: Vec<SignerInfo>,
}

/// One signer of a message.
#[derive(Clone)]
pub struct SignerInfo {
    pub(super) identifier: SignerIdentifier,
    pub(super) digest_algorithm: DigestAlgorithm,
    pub(super) signature_algorithm: SignatureAlgorithm,
    pub(super) signature: Vec<u8>,
    /// The signed attributes re-tagged as the SET that was signed.
    pub(super) signed_attributes: Option<Vec<u8>>,
    pub(super) content_type: Option<ObjectIdentifier>,
    pub(super) message_digest: Option<Vec<u8>>,
    pub(super) signing_certificate: Option<EssCertificateId>,
    pub(super) signing_time: Option<i64>,
    pub(super) commitment: Option<ObjectIdentifier>,
    pub(super) policy: Option<ObjectIdentifier>,
    pub(super) timestamps: Vec<Vec<u8>>,
}

#[derive(Clone)]
pub(super) enum SignerIdentifier {
    /// Contents of IssuerAndSerialNumber.
    IssuerAndSerial(Vec<u8>),
    SubjectKeyIdentifier(Vec<u8>),
}

impl SignedData {
    /// Reads a ContentInfo with SignedData, DER or BER.
    ///
    /// # Errors
    /// [`CmsError`].
    pub fn from_der(message: &[u8]) -> Result<Self, CmsError> {
        let mut outer = Reader::ber(message);
        let info = outer.element(Tag::SEQUENCE)?;
        outer.finish()?;
        Self::read(&info)
    }

    /// Reads a message that is followed by zero bytes only, as the /Contents of a PDF signature is.
    ///
    /// # Errors
    /// [`CmsError`]; [`Asn1Error::TrailingData`] if anything but zeros follows.
    pub fn from_padded(contents: &[u8]) -> Result<Self, CmsError> {
        let mut outer = Reader::ber(contents);
        let info = outer.element(Tag::SEQUENCE)?;
        if outer.rest().iter().any(|byte| *byte != 0) {
            return Err(Asn1Error::TrailingData.into());
        }
        Self::read(&info)
    }

    fn read(info: &Element<'_>) -> Result<Self, CmsError> {
        let mut info = info.reader();
        let message_type = info.oid()?;
        check_type(message_type)?;
        let mut data = info.element(Tag::context(0))?.reader().sequence()?;
        info.finish()?;
        data.u64()?;
        data.set()?;
        let mut content_info = data.sequence()?;
        let content_type = content_info.oid()?;
        let content = match content_info.optional_context(0)? {
            Some(mut content) => Some(content.octets()?.into_owned()),
            None => None,
        };
        let mut result = Self {
            content_type,
            content,
            certificates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            signers: Vec::new(),
        };
        if let Some(mut set) = data.optional_context(0)? {
            for _ in 0..=MAX_MEMBERS {
                if set.is_empty() {
                    break;
                }
                let member = set.any()?;
                // A certificate of a kind that is not understood may stand beside the ones that matter.
                if let Ok(certificate) = Certificate::from_der(member.raw()) {
                    result.certificates.push(certificate);
                }
            }
            refuse_excess(&set)?;
        }
        if let Some(mut set) = data.optional_context(1)? {
            for _ in 0..=MAX_MEMBERS {
                if set.is_empty() {
                    break;
                }
                result.read_revocation(set.any()?)?;
            }
            refuse_excess(&set)?;
        }
        let mut signers = data.set()?;
        data.finish()?;
        for _ in 0..=MAX_MEMBERS {
            if signers.is_empty() {
                break;
            }
            result.signers.push(SignerInfo::read(&mut signers.sequence()?)?);
        }
        refuse_excess(&signers)?;
        Ok(result)
    }

    /// RevocationInfoChoice: a CRL, or [1] otherRevInfo with an OCSP response (RFC 5940).
    fn read_revocation(&mut self, member: Element<'_>) -> Result<(), CmsError> {
        if member.tag() == Tag::SEQUENCE {
            self.crls.push(member.raw().to_vec());
        } else if member.tag() == Tag::context(1) {
            let mut other = member.reader();
            if other.oid()? == oid::REVOCATION_INFO_OCSP {
                self.ocsp_responses.push(other.any()?.raw().to_vec());
            }
        }
        Ok(())
    }

    /// The type of the content, id-data for documents.
    pub const fn content_type(&self) -> ObjectIdentifier {
        self.content_type
    }

    /// The content, `None` if the message is detached.
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The certificates that the message carries and that could be read. None of them is trusted for being here.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The CRLs that the message carries, in DER.
    pub fn crls(&self) -> &[Vec<u8>] {
        &self.crls
    }

    /// The OCSP responses that the message carries, in DER.
    pub fn ocsp_responses(&self) -> &[Vec<u8>] {
        &self.ocsp_responses
    }

    /// The signers.
    pub fn signers(&self) -> &[SignerInfo] {
        &self.signers
    }
}

pub(super) fn check_type(message_type: ObjectIdentifier) -> Result<(), CmsError> {
    match message_type {
        oid::SIGNED_DATA | oid::GM_SIGNED_DATA => Ok(()),
        other => Err(CmsError::NotSignedData(other)),
    }
}

fn refuse_excess(reader: &Reader<'_>) -> Result<(), CmsError> {
    if reader.is_empty() { Ok(()) } else { Err(CmsError::TooMany) }
}

impl SignerInfo {
    fn read(info: &mut Reader<'_>) -> Result<Self, CmsError> {
        info.u64()?;
        let identifier = if let Some(key) = info.optional(Tag::context_primitive(0))? {
            SignerIdentifier::SubjectKeyIdentifier(key.contents().to_vec())
        } else {
            SignerIdentifier::IssuerAndSerial(info.element(Tag::SEQUENCE)?.contents().to_vec())
        };
        let digest_oid = info.sequence()?.oid()?;
        let digest_algorithm = DigestAlgorithm::from_oid(digest_oid).ok_or(CmsError::UnsupportedDigest(digest_oid))?;
        let signed = info.optional(Tag::context(0))?;
        let algorithm = info.element(Tag::SEQUENCE)?;
        let signature_algorithm = SignatureAlgorithm::from_identifiers(&algorithm, Some(digest_algorithm))?;
        let signature = info.octets()?.into_owned();
        let unsigned = info.optional(Tag::context(1))?;
        info.finish()?;
        let mut result = Self {
            identifier,
            digest_algorithm,
            signature_algorithm,
            signature,
            signed_attributes: None,
            content_type: None,
            message_digest: None,
            signing_certificate: None,
            signing_time: None,
            commitment: None,
            policy: None,
            timestamps: Vec::new(),
        };
        if let Some(signed) = signed {
            let mut set = signed.raw().to_vec();
            set[0] = Tag::SET.byte();
            result.signed_attributes = Some(set);
            result.read_signed(&mut signed.reader())?;
        }
        if let Some(unsigned) = unsigned {
            let mut attributes = unsigned.reader();
            while !attributes.is_empty() {
                let mut attribute = attributes.sequence()?;
                let oid = attribute.oid()?;
                let mut values = attribute.set()?;
                while oid == oid::SIGNATURE_TIME_STAMP && !values.is_empty() {
                    result.timestamps.push(values.any()?.raw().to_vec());
                }
            }
        }
        Ok(result)
    }

    fn read_signed(&mut self, attributes: &mut Reader<'_>) -> Result<(), CmsError> {
        let mut seen = Vec::new();
        while !attributes.is_empty() {
            let mut attribute = attributes.sequence()?;
            let oid = attribute.oid()?;
            let mut values = attribute.set()?;
            // RFC 5652 11: each of these attributes stands once, with one value.
            if seen.contains(&oid) {
                return Err(Asn1Error::Value("signed attributes").into());
            }
            seen.push(oid);
            match oid {
                oid::CONTENT_TYPE => self.content_type = Some(values.oid()?),
                oid::MESSAGE_DIGEST => self.message_digest = Some(values.octets()?.into_owned()),
                oid::SIGNING_TIME => self.signing_time = Some(values.time()?),
                oid::COMMITMENT_TYPE => self.commitment = Some(values.sequence()?.oid()?),
                oid::SIGNATURE_POLICY => {
                    // An empty value means "the usual policy" (ETSI EN 319 122-1 5.2.9).
                    self.policy = match values.any()? {
                        policy if policy.tag() == Tag::SEQUENCE => Some(policy.reader().oid()?),
                        _ => None,
                    };
                }
                oid::SIGNING_CERTIFICATE_V2 => {
                    self.signing_certificate = Some(EssCertificateId::read(&mut values, DigestAlgorithm::Sha256)?);
                    continue;
                }
                oid::SIGNING_CERTIFICATE if self.signing_certificate.is_none() => {
                    self.signing_certificate = Some(EssCertificateId::read(&mut values, DigestAlgorithm::Sha1)?);
                    continue;
                }
                _ => continue,
            }
            values.finish()?;
        }
        Ok(())
    }

    /// The digest algorithm with which the content is to be hashed.
    pub const fn digest_algorithm(&self) -> DigestAlgorithm {
        self.digest_algorithm
    }

    /// The signature algorithm.
    pub const fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.signature_algorithm
    }

    /// The signature value's octets, which a signature timestamp covers.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The TimeStampTokens over the signature value, as received.
    pub fn timestamps(&self) -> &[Vec<u8>] {
        &self.timestamps
    }

    /// The time at which the signer claims to have signed, microseconds UTC; a claim only.
    pub const fn claimed_signing_time(&self) -> Option<i64> {
        self.signing_time
    }

    /// What the signer commits to, by its object identifier (CAdES).
    pub const fn commitment(&self) -> Option<ObjectIdentifier> {
        self.commitment
    }

    /// The policy under which the signer says to have signed (CAdES).
    pub const fn policy(&self) -> Option<ObjectIdentifier> {
        self.policy
    }

    /// Whether the signer's certificate is itself protected by the signature (signingCertificate or V2), as PAdES demands.
    pub const fn names_its_certificate(&self) -> bool {
        self.signing_certificate.is_some()
    }
}
