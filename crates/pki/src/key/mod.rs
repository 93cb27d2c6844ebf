//! Public and private keys, signature algorithms, and the one interface through which anything is signed.
//!
//! A signature is made over a [`SigningDigest`], so that the key may sit elsewhere (key store, HSM, token, phone): whoever prepares a
//! document needs only the signer's public key, and whoever holds the key sees 32 to 64 bytes. For SM2 that digest is e = SM3(ZA‖M) with
//! the identity `1234567812345678` (GB/T 32918.2, GM/T 0009); hashing the message alone would give a signature that nobody can verify.

mod encryption;
mod enveloped;
mod private;
mod public;
mod skf;
mod sm2;
mod sm2_encryption;
mod sm2_verify;

pub use encryption::{DecryptError, EncryptError, RsaPadding};
pub use enveloped::{EnvelopedKey, EnvelopedKeyError};
pub use private::{KeyGenerationError, PrivateKey, PrivateKeyError, RsaSize, SignError, Signer};
pub use public::{PublicKey, PublicKeyError, SigningHasher, VerifyError};
pub use skf::{
    SKF_PUBLIC_KEY_LENGTH, SKF_SIGNATURE_LENGTH, SkfError, sm2_signature_from_raw, sm2_signature_from_skf,
    sm2_signature_to_raw,
};
pub use sm2_encryption::{Sm2Ciphertext, Sm2CiphertextError, Sm2CiphertextOrder};
pub(crate) use sm2_encryption::{coordinates, read_point};

use crate::asn1::{Asn1Error, Element, ObjectIdentifier, Reader, Tag, Writer};
use crate::digest::{Digest, DigestAlgorithm};
use crate::oid;

/// Which kind of key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyAlgorithm {
    /// SM2 on sm2p256v1, GB/T 32918.
    Sm2,
    /// ECDSA on P-256.
    EcdsaP256,
    /// ECDSA on P-384.
    EcdsaP384,
    /// RSA, 2048 to 8192 bits (from 1024 bits for verifying only).
    Rsa,
}

impl KeyAlgorithm {
    /// The signature algorithm that keys of this kind sign with here.
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::Sm2 => SignatureAlgorithm::Sm2Sm3,
            Self::EcdsaP256 => SignatureAlgorithm::EcdsaSha256,
            Self::EcdsaP384 => SignatureAlgorithm::EcdsaSha384,
            Self::Rsa => SignatureAlgorithm::RsaPkcs1Sha256,
        }
    }
}

/// A signature scheme together with its hash function.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SignatureAlgorithm {
    /// SM2 with SM3, written as 1.2.156.10197.1.501.
    Sm2Sm3,
    /// ECDSA with SHA-256.
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512 (verified only).
    EcdsaSha512,
    /// RSASSA-PKCS1-v1_5 with SHA-1 (verified only, for old documents).
    RsaPkcs1Sha1,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256 for hash and mask, salt of 32 bytes.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384 for hash and mask, salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512 for hash and mask, salt of 64 bytes.
    RsaPssSha512,
}

/// Why an AlgorithmIdentifier does not name a known signature algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AlgorithmError {
    /// The identifier is not well-formed.
    #[error("algorithm.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The algorithm, or its parameters, are not supported.
    #[error("algorithm.unsupported: the signature algorithm {0} is not supported")]
    Unsupported(ObjectIdentifier),
}

impl SignatureAlgorithm {
    /// The hash function of the scheme.
    pub const fn digest_algorithm(self) -> DigestAlgorithm {
        match self {
            Self::Sm2Sm3 => DigestAlgorithm::Sm3,
            Self::EcdsaSha256 | Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => DigestAlgorithm::Sha256,
            Self::EcdsaSha384 | Self::RsaPkcs1Sha384 | Self::RsaPssSha384 => DigestAlgorithm::Sha384,
            Self::EcdsaSha512 | Self::RsaPkcs1Sha512 | Self::RsaPssSha512 => DigestAlgorithm::Sha512,
            Self::RsaPkcs1Sha1 => DigestAlgorithm::Sha1,
        }
    }

    /// Its object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm2Sm3 => oid::SM2_WITH_SM3,
            Self::EcdsaSha256 => oid::ECDSA_SHA256,
            Self::EcdsaSha384 => oid::ECDSA_SHA384,
            Self::EcdsaSha512 => oid::ECDSA_SHA512,
            Self::RsaPkcs1Sha1 => oid::RSA_SHA1,
            Self::RsaPkcs1Sha256 => oid::RSA_SHA256,
            Self::RsaPkcs1Sha384 => oid::RSA_SHA384,
            Self::RsaPkcs1Sha512 => oid::RSA_SHA512,
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => oid::RSA_PSS,
        }
    }

    /// Its AlgorithmIdentifier in DER: parameters absent for SM2 and ECDSA (GM/T 0015; RFC 5758 3.2), NULL for RSA PKCS#1 (RFC 8017 A.2.4),
    /// hash, mask and salt for PSS (RFC 8017 A.2.3).
    pub fn identifier(self) -> Vec<u8> {
        Writer::sequence_of(|algorithm| {
            algorithm.oid(self.oid());
            match self {
                Self::Sm2Sm3 | Self::EcdsaSha256 | Self::EcdsaSha384 | Self::EcdsaSha512 => {}
                Self::RsaPkcs1Sha1 | Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512 => {
                    algorithm.null()
                }
                Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => algorithm.sequence(|parameters| {
                    let hash = self.digest_algorithm();
                    parameters.context(0, |w| w.raw(&hash.identifier()));
                    parameters.context(1, |w| {
                        w.sequence(|mask| {
                            mask.oid(oid::MGF1);
                            mask.raw(&hash.identifier());
                        });
                    });
                    parameters.context(2, |w| w.u64(hash.length() as u64));
                }),
            }
        })
    }

    /// Reads the AlgorithmIdentifier of a signature on a certificate, CRL or OCSP response.
    ///
    /// SM2 is accepted as `.501`, `.301.1` and `.301` (see reference: producers differ), parameters absent or NULL.
    ///
    /// # Errors
    /// [`AlgorithmError`].
    pub fn from_identifier(identifier: &Element<'_>) -> Result<Self, AlgorithmError> {
        Self::from_identifiers(identifier, None)
    }

    /// Reads the signature algorithm of a CMS SignerInfo, where `rsaEncryption` and `id-ecPublicKey` leave the hash to the digest
    /// algorithm.
    ///
    /// # Errors
    /// [`AlgorithmError`], also when the signature's own hash is not the SignerInfo's.
    pub fn from_identifiers(identifier: &Element<'_>, digest: Option<DigestAlgorithm>) -> Result<Self, AlgorithmError> {
        if identifier.tag() != Tag::SEQUENCE {
            return Err(
                Asn1Error::UnexpectedTag { expected: Tag::SEQUENCE.byte(), found: identifier.tag().byte() }.into()
            );
        }
        let mut reader = identifier.reader();
        let oid = reader.oid()?;
        let unsupported = AlgorithmError::Unsupported(oid);
        if oid == oid::RSA_PSS {
            return Self::from_pss_parameters(&mut reader, unsupported);
        }
        if !reader.is_empty() {
            reader.element(Tag::NULL)?;
            reader.finish()?;
        }
        let algorithm = match oid {
            oid::SM2_WITH_SM3 | oid::SM2_SIGN | oid::SM2 => Self::Sm2Sm3,
            oid::ECDSA_SHA256 => Self::EcdsaSha256,
            oid::ECDSA_SHA384 => Self::EcdsaSha384,
            oid::ECDSA_SHA512 => Self::EcdsaSha512,
            oid::RSA_SHA1 => Self::RsaPkcs1Sha1,
            oid::RSA_SHA256 => Self::RsaPkcs1Sha256,
            oid::RSA_SHA384 => Self::RsaPkcs1Sha384,
            oid::RSA_SHA512 => Self::RsaPkcs1Sha512,
            oid::RSA => match digest {
                Some(DigestAlgorithm::Sha1) => Self::RsaPkcs1Sha1,
                Some(DigestAlgorithm::Sha256) => Self::RsaPkcs1Sha256,
                Some(DigestAlgorithm::Sha384) => Self::RsaPkcs1Sha384,
                Some(DigestAlgorithm::Sha512) => Self::RsaPkcs1Sha512,
                Some(DigestAlgorithm::Sm3) | None => return Err(unsupported),
            },
            oid::EC_PUBLIC_KEY => match digest {
                Some(DigestAlgorithm::Sm3) => Self::Sm2Sm3,
                Some(DigestAlgorithm::Sha256) => Self::EcdsaSha256,
                Some(DigestAlgorithm::Sha384) => Self::EcdsaSha384,
                Some(DigestAlgorithm::Sha512) => Self::EcdsaSha512,
                Some(DigestAlgorithm::Sha1) | None => return Err(unsupported),
            },
            _ => return Err(unsupported),
        };
        Ok(algorithm)
    }

    /// Only the parameters that are in use: one hash for message and mask, a salt as long as the hash.
    fn from_pss_parameters(reader: &mut Reader<'_>, unsupported: AlgorithmError) -> Result<Self, AlgorithmError> {
        let mut parameters = reader.sequence()?;
        reader.finish()?;
        let hash_of = |reader: &mut Reader<'_>| -> Result<Option<DigestAlgorithm>, Asn1Error> {
            let mut algorithm = reader.sequence()?;
            Ok(DigestAlgorithm::from_oid(algorithm.oid()?))
        };
        let hash = match parameters.optional_context(0)? {
            Some(mut inner) => hash_of(&mut inner)?,
            None => None,
        };
        let mask = match parameters.optional_context(1)? {
            Some(mut inner) => {
                let mut mask = inner.sequence()?;
                if mask.oid()? != oid::MGF1 {
                    return Err(unsupported);
                }
                hash_of(&mut mask)?
            }
            None => None,
        };
        let salt = match parameters.optional_context(2)? {
            Some(mut inner) => inner.u64()?,
            None => 20,
        };
        let trailer = match parameters.optional_context(3)? {
            Some(mut inner) => inner.u64()?,
            None => 1,
        };
        parameters.finish()?;
        let algorithm = match hash {
            Some(DigestAlgorithm::Sha256) => Self::RsaPssSha256,
            Some(DigestAlgorithm::Sha384) => Self::RsaPssSha384,
            Some(DigestAlgorithm::Sha512) => Self::RsaPssSha512,
            _ => return Err(unsupported),
        };
        let usual = mask == hash && salt == algorithm.digest_algorithm().length() as u64 && trailer == 1;
        if usual { Ok(algorithm) } else { Err(unsupported) }
    }
}

/// What a key signs: the digest of a message under a signature algorithm, for SM2 e = SM3(ZA‖M).
///
/// Made by [`PublicKey::signing_digest`], because SM2's depends on the signer's key. It may be stored, sent to whoever holds the key, and
/// rebuilt with [`SigningDigest::from_bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SigningDigest {
    algorithm: SignatureAlgorithm,
    digest: Digest,
}

impl SigningDigest {
    /// A signing digest that was stored or came over a wire, `None` if the length does not fit the algorithm.
    pub fn from_bytes(algorithm: SignatureAlgorithm, bytes: &[u8]) -> Option<Self> {
        Some(Self { algorithm, digest: Digest::from_bytes(algorithm.digest_algorithm(), bytes)? })
    }

    /// The algorithm of the signature that is to be made.
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.digest.as_bytes()
    }
}
