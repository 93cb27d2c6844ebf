//! Cryptographic messages: SignedData of RFC 5652, detached as PDF uses it and attached as timestamps use it.
//!
//! Making one takes two steps, so that the key may sit elsewhere: [`SignedAttributes::new`] gives the bytes to be signed, and
//! [`SignedAttributes::assemble`] builds the message from the signature. Ours carry contentType, messageDigest and signingCertificateV2, and
//! no signingTime (PAdES: ETSI EN 319 142-1 6.3 puts the claimed time into the PDF's /M).
//!
//! Reading takes what others make: BER, RSA and ECDSA, SM2 under its three algorithm identifiers, the object identifiers of GM/T 0010, and
//! signatures without signed attributes.

mod assemble;
mod parse;
mod verify;

pub use assemble::{AssembleError, SignedAttributes, set_unsigned_timestamp};
pub use parse::{CmsError, SignedData, SignerInfo};
pub use verify::{CmsVerifyError, Content};

use crate::asn1::{Asn1Error, Reader, Writer};
use crate::digest::DigestAlgorithm;
use crate::x509::Certificate;

/// Writes SigningCertificateV2 (RFC 5035) for `certificate`; the hash algorithm is written unless it is the default SHA-256.
pub(crate) fn signing_certificate_v2(certificate: &Certificate, hash: DigestAlgorithm) -> Vec<u8> {
    Writer::sequence_of(|signing_certificate| {
        signing_certificate.sequence(|list| {
            list.sequence(|id| {
                if hash != DigestAlgorithm::Sha256 {
                    id.raw(&hash.identifier());
                }
                id.octet_string(hash.digest(certificate.as_der()).as_bytes());
                id.sequence(|issuer_serial| {
                    issuer_serial.sequence(|names| names.context(4, |name| name.raw(certificate.issuer().as_der())));
                    issuer_serial.integer(certificate.serial());
                });
            });
        });
    })
}

/// What a SigningCertificate or SigningCertificateV2 attribute says about its first certificate, the signer's.
#[derive(Clone)]
pub(crate) struct EssCertificateId {
    hash: Option<DigestAlgorithm>,
    certificate_hash: Vec<u8>,
}

impl EssCertificateId {
    /// Reads the attribute's value; `default_hash` is SHA-1 for the first version (RFC 2634) and SHA-256 for the second (RFC 5035).
    fn read(value: &mut Reader<'_>, default_hash: DigestAlgorithm) -> Result<Self, Asn1Error> {
        let mut id = value.sequence()?.sequence()?.sequence()?;
        let hash = match id.peek() {
            Some(tag) if tag == crate::asn1::Tag::SEQUENCE => DigestAlgorithm::from_oid(id.sequence()?.oid()?),
            _ => Some(default_hash),
        };
        Ok(Self { hash, certificate_hash: id.octet_string()?.to_vec() })
    }

    /// Whether it names `certificate`; never with an unknown hash.
    fn names(&self, certificate: &Certificate) -> bool {
        self.hash.is_some_and(|hash| hash.digest(certificate.as_der()).as_bytes() == self.certificate_hash)
    }
}
