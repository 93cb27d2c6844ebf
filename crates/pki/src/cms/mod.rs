//! Cryptographic messages of RFC 5652 and of GM/T 0010-2012 (GB/T 35275): SignedData, detached as PDF uses it or attached, and EnvelopedData.
//!
//! Making one takes two steps, so that the key may sit elsewhere: [`SignedAttributes::new`] gives the bytes to be signed, and
//! [`SignedAttributes::assemble`] builds the message from the signature. Ours carry contentType, messageDigest and signingCertificateV2, and
//! no signingTime (PAdES: ETSI EN 319 142-1 6.3 puts the claimed time into the PDF's /M).
//!
//! [`PlainSignature`] makes what domestic tools expect: the content itself is signed, without attributes. [`seal`], [`EnvelopeWriter`],
//! [`Envelope`] and [`EnvelopeReader`] encrypt to certificates (SM2 with SM4, RSA with AES), whole or in pieces; [`SignedReader`] verifies large
//! attached messages.
//!
//! Reading takes what others make: BER, RSA and ECDSA, SM2 under its three algorithm identifiers, the object identifiers of GM/T 0010, and
//! signatures without signed attributes.

mod assemble;
mod attributes;
mod envelope;
mod envelope_stream;
mod parse;
mod plain;
mod recipient;
mod signed_stream;
mod stream;
mod verify;

pub use assemble::{AssembleError, SignedAttributes, set_unsigned_timestamp};
pub use attributes::{Commitment, FurtherAttributes, SignaturePolicy};
pub use envelope::{Envelope, EnvelopeError, EnvelopeWriter, seal};
pub use envelope_stream::EnvelopeReader;
pub use parse::{CmsError, SignedData, SignerInfo};
pub use plain::PlainSignature;
pub use recipient::{ContentKey, EncryptedKey, Recipient};
pub use signed_stream::{SignedReader, StreamedSignedData};
pub use verify::{CmsVerifyError, Content};

use crate::asn1::{Asn1Error, Reader, Writer};
use crate::digest::DigestAlgorithm;
use crate::x509::Certificate;

/// Whose object identifiers a message bears.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Profile {
    /// RFC 5652, which PDF, OpenSSL, BouncyCastle and the rest of the world read.
    Rfc5652,
    /// GM/T 0010-2012, which domestic tools and CAs expect; with SM2 keys only.
    Gmt0010,
}

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
