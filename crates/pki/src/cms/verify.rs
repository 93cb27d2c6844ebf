//! Verifying a signer of a SignedData.

use super::parse::SignerIdentifier;
use super::{SignedData, SignerInfo};
use crate::asn1::Reader;
use crate::digest::Digest;
use crate::key::{SignatureAlgorithm, SigningDigest, VerifyError};
use crate::oid;
use crate::x509::Certificate;

/// The content that a signature is said to cover.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// The content itself, in parts that are thought joined (the byte ranges of a PDF).
    Parts(&'a [&'a [u8]]),
    /// Its digest under [`SignerInfo::digest_algorithm`].
    Digest(Digest),
}

/// Why a signer's signature does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CmsVerifyError {
    /// The message does not carry the signer's certificate.
    #[error("cms.signer_certificate_missing: the signer's certificate is not in the message")]
    SignerCertificateMissing,
    /// The signed digest is not the content's: the content was changed, or is another one.
    #[error("cms.content_changed: the signed digest is not that of the content")]
    ContentChanged,
    /// The signed content type is not the message's, or a required attribute is missing.
    #[error("cms.attributes: the signed attributes are incomplete or contradict the message")]
    Attributes,
    /// The signed attributes name another certificate than the one in the message (substitution, RFC 5035).
    #[error("cms.certificate_substituted: the signature names another certificate")]
    CertificateSubstituted,
    /// The hash of the content and the hash of the signature scheme differ.
    #[error("cms.digest_mismatch: content digest and signature use different hash functions")]
    DigestMismatch,
    /// An SM2 signature without signed attributes covers ZA and the content, so its digest alone is not enough.
    #[error("cms.content_needed: this signature can only be verified with the content itself")]
    ContentNeeded,
    /// The signature does not hold.
    #[error("cms.signature: {0}")]
    Signature(#[from] VerifyError),
}

impl SignerInfo {
    /// The certificate that the signer identifier names, among `certificates`.
    pub fn find_certificate<'a>(&self, certificates: &'a [Certificate]) -> Option<&'a Certificate> {
        certificates.iter().find(|certificate| match &self.identifier {
            SignerIdentifier::IssuerAndSerial(contents) => {
                certificate.is_issuer_and_serial(&mut Reader::ber(contents)).unwrap_or(false)
            }
            SignerIdentifier::SubjectKeyIdentifier(identifier) => {
                certificate.extensions().subject_key_identifier.as_ref() == Some(identifier)
            }
        })
    }
}

impl SignedData {
    /// Verifies one signer: digest of the content, signed attributes, certificate binding and signature. The certificate is taken from the
    /// message or from `further`; whether it is to be trusted is the chain's business.
    ///
    /// # Errors
    /// [`CmsVerifyError`].
    pub fn verify(
        &self,
        signer: &SignerInfo,
        content: &Content<'_>,
        further: &[Certificate],
    ) -> Result<Certificate, CmsVerifyError> {
        let certificate = signer
            .find_certificate(self.certificates())
            .or_else(|| signer.find_certificate(further))
            .ok_or(CmsVerifyError::SignerCertificateMissing)?;
        let key = certificate.public_key();
        let algorithm = signer.signature_algorithm;
        let content_digest = match content {
            Content::Parts(parts) => signer.digest_algorithm.digest_parts(parts),
            Content::Digest(digest) => *digest,
        };
        let Some(attributes) = &signer.signed_attributes else {
            self.verify_without_attributes(signer, content, &content_digest, certificate)?;
            return Ok(certificate.clone());
        };
        if algorithm.digest_algorithm() != signer.digest_algorithm {
            return Err(CmsVerifyError::DigestMismatch);
        }
        let declared = signer.message_digest.as_deref().ok_or(CmsVerifyError::Attributes)?;
        if content_digest.algorithm() != signer.digest_algorithm {
            return Err(CmsVerifyError::DigestMismatch);
        }
        if declared != content_digest.as_bytes() {
            return Err(CmsVerifyError::ContentChanged);
        }
        let same_type = |declared| {
            declared == self.content_type()
                || [declared, self.content_type()].iter().all(|oid| [oid::DATA, oid::GM_DATA].contains(oid))
        };
        if !signer.content_type.is_some_and(same_type) {
            return Err(CmsVerifyError::Attributes);
        }
        if signer.signing_certificate.as_ref().is_some_and(|id| !id.names(certificate)) {
            return Err(CmsVerifyError::CertificateSubstituted);
        }
        key.verify(algorithm, attributes, &signer.signature)?;
        Ok(certificate.clone())
    }

    /// RFC 5652 5.4 and GM/T 0010: without attributes the content octets themselves are signed.
    fn verify_without_attributes(
        &self,
        signer: &SignerInfo,
        content: &Content<'_>,
        content_digest: &Digest,
        certificate: &Certificate,
    ) -> Result<(), CmsVerifyError> {
        let key = certificate.public_key();
        if self.content_type() != oid::DATA && self.content_type() != oid::GM_DATA {
            return Err(CmsVerifyError::Attributes);
        }
        if signer.signature_algorithm == SignatureAlgorithm::Sm2Sm3 {
            let Content::Parts(parts) = content else { return Err(CmsVerifyError::ContentNeeded) };
            return Ok(key.verify_parts(signer.signature_algorithm, parts, &signer.signature)?);
        }
        let digest = SigningDigest::from_bytes(signer.signature_algorithm, content_digest.as_bytes());
        let digest = digest.filter(|_| signer.signature_algorithm.digest_algorithm() == content_digest.algorithm());
        Ok(key.verify_digest(&digest.ok_or(CmsVerifyError::DigestMismatch)?, &signer.signature)?)
    }
}
