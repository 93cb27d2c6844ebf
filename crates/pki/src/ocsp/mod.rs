//! Online certificate status (RFC 6960): requests, responses, and verifying them.

mod request;
mod response;

pub use request::{OcspRequestError, StatusRequest};
pub use response::{
    CertificateStatus, OcspError, OcspFailure, SingleStatus, StatusResponse, StatusResponseContent,
    StatusResponseError, failure, respond,
};

use crate::asn1::{Asn1Error, Reader, Writer};
use crate::digest::{Digest, DigestAlgorithm};
use crate::x509::Certificate;

/// Names a certificate by its issuer and serial number (RFC 6960 4.1.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CertificateId {
    issuer_name_hash: Digest,
    issuer_key_hash: Digest,
    serial: Vec<u8>,
}

impl CertificateId {
    /// The name of `certificate`, which `issuer` has issued. SHA-1 is what every responder knows; SM3 is usual among SM2 responders.
    pub fn new(certificate: &Certificate, issuer: &Certificate, hash: DigestAlgorithm) -> Self {
        Self::from_serial(certificate.serial(), issuer, hash)
    }

    /// The name of the certificate with this serial number (INTEGER contents).
    pub fn from_serial(serial: &[u8], issuer: &Certificate, hash: DigestAlgorithm) -> Self {
        Self {
            issuer_name_hash: hash.digest(issuer.subject().as_der()),
            issuer_key_hash: hash.digest(issuer.public_key().key_bits()),
            serial: serial.to_vec(),
        }
    }

    /// The serial number, INTEGER contents.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Whether it names a certificate of `issuer`.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        Self::from_serial(&self.serial, issuer, self.issuer_name_hash.algorithm()) == *self
    }

    fn write(&self, writer: &mut Writer) {
        writer.sequence(|id| {
            // The one place where RFC 6960 profiles and old responders agree on a NULL is SHA-1.
            id.sequence(|algorithm| {
                algorithm.oid(self.issuer_name_hash.algorithm().oid());
                if self.issuer_name_hash.algorithm() == DigestAlgorithm::Sha1 {
                    algorithm.null();
                }
            });
            id.octet_string(self.issuer_name_hash.as_bytes());
            id.octet_string(self.issuer_key_hash.as_bytes());
            id.integer(&self.serial);
        });
    }

    /// `Ok(None)` if the hash algorithm is unknown or the lengths do not fit it.
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, Asn1Error> {
        let mut id = reader.sequence()?;
        let hash = DigestAlgorithm::from_oid(id.sequence()?.oid()?);
        let (name, key) = (id.octet_string()?, id.octet_string()?);
        let serial = id.integer()?.to_vec();
        id.finish()?;
        let digest = |bytes| hash.and_then(|hash| Digest::from_bytes(hash, bytes));
        Ok(digest(name).zip(digest(key)).map(|(issuer_name_hash, issuer_key_hash)| Self {
            issuer_name_hash,
            issuer_key_hash,
            serial,
        }))
    }
}
