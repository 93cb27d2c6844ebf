//! Public keys: reading and writing SubjectPublicKeyInfo, and verifying.

use aws_lc_rs::digest as lc_digest;
use aws_lc_rs::signature as lc;

use super::sm2::Sm2PublicKey;
use super::{KeyAlgorithm, SignatureAlgorithm, SigningDigest};
use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Writer};
use crate::digest::{Digest, DigestAlgorithm, Hasher};
use crate::oid;

/// A public key that was checked to be a valid one of its kind.
#[derive(Clone)]
pub struct PublicKey {
    inner: Inner,
    /// The contents of the subjectPublicKey BIT STRING: a point, or RSAPublicKey in DER.
    bits: Vec<u8>,
    /// The canonical SubjectPublicKeyInfo.
    spki: Vec<u8>,
}

#[derive(Clone)]
enum Inner {
    Sm2(Box<Sm2PublicKey>),
    P256,
    P384,
    Rsa { modulus_bits: usize },
}

/// Why bytes are not a public key that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PublicKeyError {
    /// The structure is not well-formed.
    #[error("public_key.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// Another algorithm or curve.
    #[error("public_key.unsupported: keys of the kind {0} are not supported")]
    Unsupported(ObjectIdentifier),
    /// The point is not on its curve, or the RSA modulus is below 1024 or above 8192 bits.
    #[error("public_key.invalid: the key is not a valid one of its kind")]
    Invalid,
}

/// Why a signature does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum VerifyError {
    /// The signature algorithm does not belong to this kind of key.
    #[error("signature.algorithm_mismatch: the algorithm does not fit the key")]
    AlgorithmMismatch,
    /// The signature is not one of this key over this message.
    #[error("signature.invalid: the signature does not fit key and message")]
    Invalid,
}

/// A [`SigningDigest`] in the making.
#[derive(Clone)]
pub struct SigningHasher {
    algorithm: SignatureAlgorithm,
    hasher: Hasher,
}

impl SigningHasher {
    /// Takes in the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
    }

    /// What a key signs for everything taken in.
    pub fn finish(self) -> SigningDigest {
        SigningDigest { algorithm: self.algorithm, digest: self.hasher.finish() }
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo. Old SM2 certificates that name the curve, or SM2 signing, as the algorithm are accepted
    /// (standards 1.4), with or without parameters.
    ///
    /// # Errors
    /// [`PublicKeyError`].
    pub fn from_spki_der(der: &[u8]) -> Result<Self, PublicKeyError> {
        let mut outer = Reader::der(der);
        let mut reader = outer.sequence()?;
        outer.finish()?;
        let mut algorithm = reader.sequence()?;
        let bits = reader.bit_string()?.octets()?;
        reader.finish()?;
        match algorithm.oid()? {
            oid::EC_PUBLIC_KEY => {
                let curve = algorithm.oid()?;
                algorithm.finish()?;
                match curve {
                    oid::SM2 => Self::from_point(KeyAlgorithm::Sm2, bits),
                    oid::P256 => Self::from_point(KeyAlgorithm::EcdsaP256, bits),
                    oid::P384 => Self::from_point(KeyAlgorithm::EcdsaP384, bits),
                    other => Err(PublicKeyError::Unsupported(other)),
                }
            }
            oid::SM2 | oid::SM2_SIGN => Self::from_point(KeyAlgorithm::Sm2, bits),
            oid::RSA => Self::from_rsa(bits),
            other => Err(PublicKeyError::Unsupported(other)),
        }
    }

    /// Reads an elliptic curve point, 04‖X‖Y.
    ///
    /// # Errors
    /// [`PublicKeyError::Invalid`] if the point is not on the curve, or `algorithm` is RSA.
    pub fn from_point(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Self, PublicKeyError> {
        let checked = |verification: &'static lc::EcdsaVerificationAlgorithm| {
            lc::ParsedPublicKey::new(verification, point).map(|_| ()).map_err(|_| PublicKeyError::Invalid)
        };
        let (inner, curve) = match algorithm {
            KeyAlgorithm::Sm2 => {
                let key = Sm2PublicKey::from_point(point).ok_or(PublicKeyError::Invalid)?;
                (Inner::Sm2(Box::new(key)), oid::SM2)
            }
            KeyAlgorithm::EcdsaP256 => {
                checked(&lc::ECDSA_P256_SHA256_ASN1)?;
                (Inner::P256, oid::P256)
            }
            KeyAlgorithm::EcdsaP384 => {
                checked(&lc::ECDSA_P384_SHA384_ASN1)?;
                (Inner::P384, oid::P384)
            }
            KeyAlgorithm::Rsa => return Err(PublicKeyError::Invalid),
        };
        let spki = Writer::sequence_of(|info| {
            info.sequence(|algorithm| {
                algorithm.oid(oid::EC_PUBLIC_KEY);
                algorithm.oid(curve);
            });
            info.bit_string(point);
        });
        Ok(Self { inner, bits: point.to_vec(), spki })
    }

    fn from_rsa(bits: &[u8]) -> Result<Self, PublicKeyError> {
        let mut outer = Reader::der(bits);
        let mut key = outer.sequence()?;
        outer.finish()?;
        let modulus = key.unsigned()?;
        key.unsigned()?;
        key.finish()?;
        let modulus_bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
        if !(1024..=8192).contains(&modulus_bits)
            || lc::ParsedPublicKey::new(&lc::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, bits).is_err()
        {
            return Err(PublicKeyError::Invalid);
        }
        let spki = Writer::sequence_of(|info| {
            info.sequence(|algorithm| {
                algorithm.oid(oid::RSA);
                algorithm.null();
            });
            info.bit_string(bits);
        });
        Ok(Self { inner: Inner::Rsa { modulus_bits }, bits: bits.to_vec(), spki })
    }

    /// The SubjectPublicKeyInfo in its present-day form (an old SM2 variant is not reproduced).
    pub fn to_spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// What the subjectPublicKey BIT STRING holds: 04‖X‖Y, or RSAPublicKey in DER. SKF and seals take the point from here.
    pub fn key_bits(&self) -> &[u8] {
        &self.bits
    }

    /// The kind of key.
    pub const fn algorithm(&self) -> KeyAlgorithm {
        match self.inner {
            Inner::Sm2(_) => KeyAlgorithm::Sm2,
            Inner::P256 => KeyAlgorithm::EcdsaP256,
            Inner::P384 => KeyAlgorithm::EcdsaP384,
            Inner::Rsa { .. } => KeyAlgorithm::Rsa,
        }
    }

    /// The point of an SM2 key, `None` for other kinds.
    pub(crate) fn sm2_point(&self) -> Option<::sm2::ProjectivePoint> {
        match &self.inner {
            Inner::Sm2(key) => Some(key.to_projective()),
            Inner::P256 | Inner::P384 | Inner::Rsa { .. } => None,
        }
    }

    /// The strength figure that people know the key by: 256, 384, or the RSA modulus in bits.
    pub const fn bits(&self) -> usize {
        match self.inner {
            Inner::Sm2(_) | Inner::P256 => 256,
            Inner::P384 => 384,
            Inner::Rsa { modulus_bits } => modulus_bits,
        }
    }

    /// SHA-1 of the key bits: the key identifier of RFC 5280 4.2.1.2 (1) and the KeyHash of RFC 6960 4.2.1. A name, not a protection.
    pub fn key_identifier(&self) -> Digest {
        DigestAlgorithm::Sha1.digest(&self.bits)
    }

    /// What a key of this kind signs for `message`: e = SM3(ZA‖M) for SM2, the plain digest otherwise.
    pub fn signing_digest(&self, message: &[u8]) -> SigningDigest {
        let algorithm = self.algorithm().signature_algorithm();
        SigningDigest { algorithm, digest: self.digest_for(algorithm, &[message]) }
    }

    /// Computes what [`PublicKey::signing_digest`] gives over a message that comes in pieces.
    pub fn signing_hasher(&self) -> SigningHasher {
        let algorithm = self.algorithm().signature_algorithm();
        let mut hasher = Hasher::new(algorithm.digest_algorithm());
        if let Inner::Sm2(key) = &self.inner {
            hasher.update(key.za());
        }
        SigningHasher { algorithm, hasher }
    }

    fn digest_for(&self, algorithm: SignatureAlgorithm, parts: &[&[u8]]) -> Digest {
        let mut hasher = Hasher::new(algorithm.digest_algorithm());
        if let (Inner::Sm2(key), SignatureAlgorithm::Sm2Sm3) = (&self.inner, algorithm) {
            hasher.update(key.za());
        }
        parts.iter().for_each(|part| hasher.update(part));
        hasher.finish()
    }

    /// Verifies `signature` over `message`: DER of SM2Signature or ECDSA-Sig-Value, or RSA's octets.
    ///
    /// # Errors
    /// [`VerifyError::AlgorithmMismatch`] if the algorithm is not one of this kind of key, else [`VerifyError::Invalid`].
    pub fn verify(&self, algorithm: SignatureAlgorithm, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        self.verify_parts(algorithm, &[message], signature)
    }

    /// As [`PublicKey::verify`], over a message in parts that are thought joined.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify_parts(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), VerifyError> {
        self.verify_digest(&SigningDigest { algorithm, digest: self.digest_for(algorithm, message) }, signature)
    }

    /// Verifies `signature` over a digest, which for SM2 must be e and not the hash of the message alone.
    ///
    /// # Errors
    /// As [`PublicKey::verify`].
    pub fn verify_digest(&self, digest: &SigningDigest, signature: &[u8]) -> Result<(), VerifyError> {
        use SignatureAlgorithm as A;
        let valid = match (&self.inner, digest.algorithm) {
            (Inner::Sm2(key), A::Sm2Sm3) => {
                let e = digest.as_bytes().try_into().map_err(|_| VerifyError::Invalid)?;
                key.verify(e, signature)
            }
            (Inner::P256, A::EcdsaSha256) => self.verify_lc(&lc::ECDSA_P256_SHA256_ASN1, digest, signature),
            (Inner::P256, A::EcdsaSha384) => self.verify_lc(&lc::ECDSA_P256_SHA384_ASN1, digest, signature),
            (Inner::P256, A::EcdsaSha512) => self.verify_lc(&lc::ECDSA_P256_SHA512_ASN1, digest, signature),
            (Inner::P384, A::EcdsaSha256) => self.verify_lc(&lc::ECDSA_P384_SHA256_ASN1, digest, signature),
            (Inner::P384, A::EcdsaSha384) => self.verify_lc(&lc::ECDSA_P384_SHA384_ASN1, digest, signature),
            (Inner::P384, A::EcdsaSha512) => self.verify_lc(&lc::ECDSA_P384_SHA512_ASN1, digest, signature),
            (Inner::Rsa { .. }, A::RsaPkcs1Sha1) => {
                self.verify_lc(&lc::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, digest, signature)
            }
            (Inner::Rsa { .. }, A::RsaPkcs1Sha256) => {
                self.verify_lc(&lc::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, digest, signature)
            }
            (Inner::Rsa { .. }, A::RsaPkcs1Sha384) => {
                self.verify_lc(&lc::RSA_PKCS1_2048_8192_SHA384, digest, signature)
            }
            (Inner::Rsa { .. }, A::RsaPkcs1Sha512) => {
                self.verify_lc(&lc::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY, digest, signature)
            }
            (Inner::Rsa { .. }, A::RsaPssSha256) => self.verify_lc(&lc::RSA_PSS_2048_8192_SHA256, digest, signature),
            (Inner::Rsa { .. }, A::RsaPssSha384) => self.verify_lc(&lc::RSA_PSS_2048_8192_SHA384, digest, signature),
            (Inner::Rsa { .. }, A::RsaPssSha512) => self.verify_lc(&lc::RSA_PSS_2048_8192_SHA512, digest, signature),
            _ => return Err(VerifyError::AlgorithmMismatch),
        };
        if valid { Ok(()) } else { Err(VerifyError::Invalid) }
    }

    fn verify_lc(
        &self,
        algorithm: &'static dyn lc::VerificationAlgorithm,
        digest: &SigningDigest,
        signature: &[u8],
    ) -> bool {
        let Some(digest) = to_lc_digest(digest) else { return false };
        lc::UnparsedPublicKey::new(algorithm, &self.bits).verify_digest(&digest, signature).is_ok()
    }
}

/// The digest as aws-lc wants it; `None` for SM3, which it does not know.
pub(super) fn to_lc_digest(digest: &SigningDigest) -> Option<lc_digest::Digest> {
    let algorithm = match digest.algorithm.digest_algorithm() {
        DigestAlgorithm::Sha1 => &lc_digest::SHA1_FOR_LEGACY_USE_ONLY,
        DigestAlgorithm::Sha256 => &lc_digest::SHA256,
        DigestAlgorithm::Sha384 => &lc_digest::SHA384,
        DigestAlgorithm::Sha512 => &lc_digest::SHA512,
        DigestAlgorithm::Sm3 => return None,
    };
    lc_digest::Digest::import_less_safe(digest.as_bytes(), algorithm).ok()
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PublicKey {}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({:?} {} bits, {:?})", self.algorithm(), self.bits(), self.key_identifier())
    }
}
