//! Certification requests, PKCS#10 (RFC 2986; SM2 per GM/T 0092).

use super::{DistinguishedName, Name, SignedStructure, sign_structure};
use crate::asn1::{Asn1Error, Tag, Writer};
use crate::key::{PublicKey, PublicKeyError, SignError, Signer, VerifyError};

/// A certification request whose proof of possession holds.
#[derive(Clone, Debug)]
pub struct CertificationRequest {
    der: Vec<u8>,
    subject: Vec<u8>,
    public_key: PublicKey,
}

/// Why a certification request is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificationRequestError {
    /// The structure is not well-formed.
    #[error("csr.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The public key cannot be used.
    #[error("csr.public_key: {0}")]
    PublicKey(#[from] PublicKeyError),
    /// The request is not signed by the key that it carries.
    #[error("csr.possession: the request is not signed by the key it carries: {0}")]
    Possession(#[from] VerifyError),
}

impl CertificationRequest {
    /// Makes a request for `subject`, signed by the key that is to be certified, without attributes.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn create(subject: &DistinguishedName, signer: &dyn Signer) -> Result<Vec<u8>, SignError> {
        let info = Writer::sequence_of(|info| {
            info.u64(0);
            info.raw(&subject.to_der());
            info.raw(signer.public_key().to_spki_der());
            info.context(0, |_| ());
        });
        sign_structure(&info, signer, |_| ())
    }

    /// Reads a request in DER and verifies that the key it carries has signed it. Attributes are allowed and not interpreted: what a
    /// certificate says is decided by the issuer's profile.
    ///
    /// # Errors
    /// [`CertificationRequestError`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificationRequestError> {
        let whole = SignedStructure::read(der)?;
        whole.rest.finish()?;
        let mut info = whole.content.reader();
        info.u64()?;
        let subject = Name::from_der(info.element(Tag::SEQUENCE)?.raw())?.as_der().to_vec();
        let public_key = PublicKey::from_spki_der(info.element(Tag::SEQUENCE)?.raw())?;
        whole.verify(&public_key)?;
        Ok(Self { der: der.to_vec(), subject, public_key })
    }

    /// The request as received.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The subject that was asked for; a claim, not a fact.
    pub fn subject(&self) -> Name<'_> {
        Name::checked(&self.subject)
    }

    /// The public key, whose private half the requester has shown to hold.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }
}
