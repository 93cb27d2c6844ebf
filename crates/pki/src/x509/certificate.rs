//! A certificate as it was received.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::{Extensions, Identity, Name, SignedStructure, range_within};
use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Tag};
use crate::digest::{Digest, DigestAlgorithm};
use crate::key::{AlgorithmError, PublicKey, PublicKeyError, SignatureAlgorithm, VerifyError};
use crate::{oid, pem};

/// An X.509 certificate with its original bytes; cloning is cheap.
#[derive(Clone)]
pub struct Certificate(Arc<Parts>);

struct Parts {
    der: Vec<u8>,
    tbs: Range<usize>,
    signature: Range<usize>,
    signature_algorithm: Result<SignatureAlgorithm, AlgorithmError>,
    serial: Range<usize>,
    issuer: Range<usize>,
    subject: Range<usize>,
    not_before: i64,
    not_after: i64,
    public_key: PublicKey,
    extensions: Extensions,
    sha256: Digest,
}

/// Why bytes are not a certificate that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificateError {
    /// The structure is not well-formed.
    #[error("certificate.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// Not version 3 (2 and 1 are accepted without extensions).
    #[error("certificate.version: the version is not supported")]
    Version,
    /// The algorithm inside and outside the signed part differ (RFC 5280 4.1.1.2).
    #[error("certificate.algorithm_differs: the signature algorithm inside and outside the signed part differ")]
    AlgorithmDiffers,
    /// The public key cannot be used.
    #[error("certificate.public_key: {0}")]
    PublicKey(#[from] PublicKeyError),
    /// The text is not PEM or holds no certificate.
    #[error("certificate.no_pem: the text holds no CERTIFICATE block")]
    NoPem,
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let der = der.to_vec();
        let whole = SignedStructure::read(&der)?;
        whole.rest.finish()?;
        let mut tbs = whole.content.reader();
        let version = match tbs.optional_context(0)? {
            Some(mut version) => version.u64()?,
            None => 0,
        };
        if version > 2 {
            return Err(CertificateError::Version);
        }
        let serial = tbs.integer()?;
        let inner_algorithm = tbs.element(Tag::SEQUENCE)?;
        if inner_algorithm.raw() != whole.algorithm.raw() {
            return Err(CertificateError::AlgorithmDiffers);
        }
        let issuer = Name::from_der(tbs.element(Tag::SEQUENCE)?.raw())?;
        let mut validity = tbs.sequence()?;
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        validity.finish()?;
        let subject = Name::from_der(tbs.element(Tag::SEQUENCE)?.raw())?;
        let public_key = PublicKey::from_spki_der(tbs.element(Tag::SEQUENCE)?.raw())?;
        tbs.optional(Tag::context_primitive(1))?;
        tbs.optional(Tag::context_primitive(2))?;
        let extensions = match tbs.optional_context(3)? {
            Some(mut list) => Extensions::read(&mut list)?,
            None => Extensions::default(),
        };
        tbs.finish()?;
        let range = |part| range_within(&der, part);
        Ok(Self(Arc::new(Parts {
            tbs: range(whole.content.raw()),
            signature: range(whole.signature),
            signature_algorithm: whole.signature_algorithm(),
            serial: range(serial),
            issuer: range(issuer.as_der()),
            subject: range(subject.as_der()),
            not_before,
            not_after,
            public_key,
            extensions,
            sha256: DigestAlgorithm::Sha256.digest(&der),
            der,
        })))
    }

    /// Reads every `CERTIFICATE` block of a PEM text, in order; other blocks are skipped.
    ///
    /// # Errors
    /// [`CertificateError::NoPem`] if there is none, or as [`Certificate::from_der`].
    pub fn from_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        let blocks = pem::decode(text).map_err(|_| CertificateError::NoPem)?;
        let certificates: Result<Vec<_>, _> = blocks
            .iter()
            .filter(|block| block.label == "CERTIFICATE")
            .map(|block| Self::from_der(&block.der))
            .collect();
        match certificates {
            Ok(list) if list.is_empty() => Err(CertificateError::NoPem),
            other => other,
        }
    }

    /// The certificate as a PEM block.
    pub fn to_pem(&self) -> String {
        #[expect(clippy::expect_used, reason = "the label is a constant that PEM allows")]
        let text = pem::encode("CERTIFICATE", &self.0.der).expect("a valid label");
        text.to_string()
    }

    /// The whole certificate as received.
    pub fn as_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The signed part as received.
    pub fn tbs_der(&self) -> &[u8] {
        &self.0.der[self.0.tbs.clone()]
    }

    /// The signature's octets.
    pub fn signature(&self) -> &[u8] {
        &self.0.der[self.0.signature.clone()]
    }

    /// The algorithm of the issuer's signature.
    ///
    /// # Errors
    /// [`AlgorithmError`] if it is not known; everything else of the certificate can still be read.
    pub fn signature_algorithm(&self) -> Result<SignatureAlgorithm, AlgorithmError> {
        self.0.signature_algorithm
    }

    /// The serial number: contents of the INTEGER as received, two's complement, big-endian.
    pub fn serial(&self) -> &[u8] {
        &self.0.der[self.0.serial.clone()]
    }

    /// The issuer's name.
    pub fn issuer(&self) -> Name<'_> {
        Name::checked(&self.0.der[self.0.issuer.clone()])
    }

    /// The subject's name.
    pub fn subject(&self) -> Name<'_> {
        Name::checked(&self.0.der[self.0.subject.clone()])
    }

    /// First moment of validity, microseconds UTC.
    pub fn not_before(&self) -> i64 {
        self.0.not_before
    }

    /// Last second of validity, microseconds UTC.
    pub fn not_after(&self) -> i64 {
        self.0.not_after
    }

    /// Whether `at` (microseconds UTC) lies in the validity, both ends included.
    pub fn is_valid_at(&self, at: i64) -> bool {
        // The end is given in whole seconds and that second still belongs to it.
        (self.0.not_before..self.0.not_after + crate::asn1::MICROS_PER_SECOND).contains(&at)
    }

    /// The subject's public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// The extensions.
    pub fn extensions(&self) -> &Extensions {
        &self.0.extensions
    }

    /// Whether the subject is a CA that may sign certificates.
    pub fn is_ca(&self) -> bool {
        use super::KeyUsage;
        let extensions = &self.0.extensions;
        extensions.basic_constraints.is_some_and(|constraints| constraints.ca)
            && extensions.key_usage.is_none_or(|usage| usage.allows_any(KeyUsage::KEY_CERT_SIGN))
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.subject().matches(&self.issuer())
    }

    /// An identity extension as text (GM/T 0015 arc 1.2.156.10260.4.1), as the issuer wrote it. Only worth anything after the chain was
    /// validated.
    pub fn identity(&self, extension: ObjectIdentifier) -> Option<&str> {
        self.0.extensions.identities.iter().find(|(oid, _)| *oid == extension).map(|(_, text)| text.as_str())
    }

    /// Everything that the certificate says about who its subject is, in the certificate's order. Only worth anything after the chain was
    /// validated, and only from CAs that the caller knows to use these identifiers so.
    pub fn identities(&self) -> impl Iterator<Item = Identity> + '_ {
        self.0.extensions.identities.iter().map(|(oid, text)| Identity::from_extension(*oid, text))
    }

    /// The unified social credit code that the issuer vouches for, in any of the extensions that carry one (GM/T 0015-2012 and -2023, CFCA,
    /// BJCA). The check digit is not tested here.
    pub fn unified_social_credit_code(&self) -> Option<&str> {
        let known = [oid::ORGANISATION_CODE, oid::VENDOR_ORGANISATION_CODE, oid::CREDIT_CODE_2023];
        known.into_iter().find_map(|extension| self.identity(extension))
    }

    /// SHA-256 of the whole certificate.
    pub fn sha256_fingerprint(&self) -> Digest {
        self.0.sha256
    }

    /// SM3 of the whole certificate.
    pub fn sm3_fingerprint(&self) -> Digest {
        DigestAlgorithm::Sm3.digest(&self.0.der)
    }

    /// Verifies that the key of `issuer` made the signature on this certificate; names, dates and constraints are the chain's business.
    ///
    /// # Errors
    /// [`VerifyError`].
    pub fn verify_signature(&self, issuer: &PublicKey) -> Result<(), VerifyError> {
        let algorithm = self.0.signature_algorithm.map_err(|_| VerifyError::AlgorithmMismatch)?;
        issuer.verify(algorithm, self.tbs_der(), self.signature())
    }

    /// Writes IssuerAndSerialNumber (RFC 5652 10.2.4) with the original bytes.
    pub(crate) fn write_issuer_and_serial(&self, writer: &mut crate::asn1::Writer) {
        writer.sequence(|pair| {
            pair.raw(self.issuer().as_der());
            pair.integer(self.serial());
        });
    }

    /// Whether an IssuerAndSerialNumber's contents name this certificate.
    pub(crate) fn is_issuer_and_serial(&self, reader: &mut Reader<'_>) -> Result<bool, Asn1Error> {
        let issuer = Name::from_der(reader.element(Tag::SEQUENCE)?.raw())?;
        let serial = reader.integer()?;
        reader.finish()?;
        Ok(serial == self.serial() && issuer.matches(&self.issuer()))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.0.der == other.0.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({:?})", self.0.sha256)
    }
}
