//! What a CA answers to a request for dual certificates: the signing certificates, and the encryption certificates with their private key
//! enveloped to the signing key (CSRResponse of GM/T 0092-2020).

use super::{Certificate, CertificateError};
use crate::asn1::{Asn1Error, Reader, Tag, Writer};
use crate::key::{EnvelopedKey, EnvelopedKeyError};

/// No honest answer carries more certificates of a kind than this.
const MAX_CERTIFICATES: usize = 16;

/// A CA's answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateReply {
    /// The signing certificate with what belongs above it.
    pub signing: Vec<Certificate>,
    /// The encryption key, enveloped to the signing key.
    pub encryption_key: Option<EnvelopedKey>,
    /// The encryption certificate with what belongs above it.
    pub encryption: Vec<Certificate>,
}

/// Why an answer cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificateReplyError {
    /// The structure is not well-formed, or carries too many certificates.
    #[error("certificate_reply.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// A certificate cannot be read.
    #[error("certificate_reply.certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// The enveloped key cannot be read.
    #[error("certificate_reply.key: {0}")]
    Key(#[from] EnvelopedKeyError),
}

impl CertificateReply {
    /// The answer in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let members = |list: &[Certificate]| list.iter().map(|one| one.as_der().to_vec()).collect::<Vec<_>>();
        Writer::sequence_of(|reply| {
            reply.set_of(members(&self.signing));
            if let Some(key) = &self.encryption_key {
                reply.context(0, |tagged| tagged.raw(&key.to_der()));
            }
            if !self.encryption.is_empty() {
                reply.context(1, |tagged| tagged.set_of(members(&self.encryption)));
            }
        })
    }

    /// Reads an answer. That the keys belong together shows when the envelope is opened and the certificate compared.
    ///
    /// # Errors
    /// [`CertificateReplyError`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateReplyError> {
        let mut outer = Reader::der(der);
        let mut reply = outer.sequence()?;
        outer.finish()?;
        let signing = read_certificates(&mut reply.set()?)?;
        let encryption_key = match reply.optional_context(0)? {
            Some(mut tagged) => Some(EnvelopedKey::from_der(tagged.element(Tag::SEQUENCE)?.raw())?),
            None => None,
        };
        let encryption = match reply.optional_context(1)? {
            // EXPLICIT around a SET, or IMPLICIT in its place.
            Some(mut tagged) if tagged.peek() == Some(Tag::SET) => read_certificates(&mut tagged.set()?)?,
            Some(mut tagged) => read_certificates(&mut tagged)?,
            None => Vec::new(),
        };
        reply.finish()?;
        Ok(Self { signing, encryption_key, encryption })
    }
}

fn read_certificates(list: &mut Reader<'_>) -> Result<Vec<Certificate>, CertificateReplyError> {
    let mut certificates = Vec::new();
    while !list.is_empty() {
        if certificates.len() == MAX_CERTIFICATES {
            return Err(Asn1Error::Value("list of certificates").into());
        }
        certificates.push(Certificate::from_der(list.element(Tag::SEQUENCE)?.raw())?);
    }
    Ok(certificates)
}
