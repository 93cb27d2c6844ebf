//! OCSP requests.

use super::CertificateId;
use crate::asn1::{Asn1Error, Reader, Tag, Writer};
use crate::oid;

/// A responder answers for no more certificates at once than this.
const MAX_CERTIFICATES: usize = 64;

/// A question for the status of certificates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusRequest {
    /// The certificates in question.
    pub certificates: Vec<CertificateId>,
    /// The bytes that the answer must repeat (extnValue as received), `None` if any stored answer will do.
    pub nonce: Option<Vec<u8>>,
}

/// Why a request is not answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OcspRequestError {
    /// The structure is not well-formed.
    #[error("ocsp.malformed_request: {0}")]
    Malformed(#[from] Asn1Error),
    /// No certificate, more than 64, or an unknown hash algorithm in a name.
    #[error("ocsp.unsupported_request: the request names no certificate, too many, or by an unknown hash")]
    Unsupported,
}

impl StatusRequest {
    /// The request in DER, not signed. A nonce is wrapped as RFC 8954 asks.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::sequence_of(|request| {
            request.sequence(|tbs| {
                tbs.sequence(|list| {
                    for id in &self.certificates {
                        list.sequence(|single| id.write(single));
                    }
                });
                if let Some(nonce) = &self.nonce {
                    tbs.context(2, |tagged| tagged.sequence(|extensions| write_nonce(extensions, nonce)));
                }
            });
        })
    }

    /// A nonce's extnValue from random bytes.
    pub fn nonce_of(random: &[u8; 32]) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.octet_string(random);
        writer.finish()
    }

    /// Reads a request; a signature on it is ignored, as every status is public.
    ///
    /// # Errors
    /// [`OcspRequestError`].
    pub fn from_der(der: &[u8]) -> Result<Self, OcspRequestError> {
        let mut outer = Reader::der(der);
        let mut request = outer.sequence()?;
        outer.finish()?;
        let mut tbs = request.sequence()?;
        tbs.optional_context(0)?;
        tbs.optional_context(1)?;
        let mut list = tbs.sequence()?;
        let mut certificates = Vec::new();
        while !list.is_empty() && certificates.len() <= MAX_CERTIFICATES {
            let mut single = list.sequence()?;
            certificates.push(CertificateId::read(&mut single)?.ok_or(OcspRequestError::Unsupported)?);
        }
        if certificates.is_empty() || certificates.len() > MAX_CERTIFICATES {
            return Err(OcspRequestError::Unsupported);
        }
        let nonce = match tbs.optional_context(2)? {
            Some(mut tagged) => read_nonce(&mut tagged.sequence()?)?,
            None => None,
        };
        tbs.finish()?;
        Ok(Self { certificates, nonce })
    }
}

pub(super) fn write_nonce(extensions: &mut Writer, nonce: &[u8]) {
    extensions.sequence(|extension| {
        extension.oid(oid::OCSP_NONCE);
        extension.octet_string(nonce);
    });
}

/// The nonce among extensions, as its extnValue. RFC 8954 bounds it to 32 bytes; longer ones are somebody else's payload.
pub(super) fn read_nonce(extensions: &mut Reader<'_>) -> Result<Option<Vec<u8>>, Asn1Error> {
    let mut nonce = None;
    while !extensions.is_empty() {
        let mut extension = extensions.sequence()?;
        let oid = extension.oid()?;
        extension.optional(Tag::BOOLEAN)?;
        let value = extension.octet_string()?;
        if oid == oid::OCSP_NONCE {
            if value.len() > 64 {
                return Err(Asn1Error::Value("nonce"));
            }
            nonce = Some(value.to_vec());
        }
    }
    Ok(nonce)
}
