//! Private keys held in memory, and the interface of everything that can sign.

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self as lc, EcdsaKeyPair, KeyPair, RsaKeyPair};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::public::to_lc_digest;
use super::sm2::Sm2PrivateKey;
use super::{KeyAlgorithm, PublicKey, PublicKeyError, SignatureAlgorithm, SigningDigest};
use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Tag, Writer};
use crate::{oid, pem};

/// Anything that signs digests with one key: a [`PrivateKey`] in memory, the server's key store, an HSM, a token.
pub trait Signer: Send + Sync {
    /// The public half of the key.
    fn public_key(&self) -> &PublicKey;

    /// The algorithm that its signatures carry.
    fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.public_key().algorithm().signature_algorithm()
    }

    /// Signs `digest` (made by [`PublicKey::signing_digest`] of this signer's key) and returns the signature as X.509 and CMS carry it:
    /// DER of SM2Signature or ECDSA-Sig-Value, or RSA's octets.
    ///
    /// # Errors
    /// [`SignError`].
    fn sign(&self, digest: &SigningDigest) -> Result<Vec<u8>, SignError>;
}

/// Why nothing was signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignError {
    /// The digest was made for another algorithm than this key's.
    #[error("sign.algorithm_mismatch: the digest was made for another algorithm than this key's")]
    AlgorithmMismatch,
    /// The key, or whoever holds it, refused or failed.
    #[error("sign.failed: the key could not sign")]
    Failed,
    /// The key store, device or person that holds the key cannot be reached or does not agree now.
    #[error("sign.unavailable: the holder of the key is not available")]
    Unavailable,
}

/// Why bytes are not a private key that can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PrivateKeyError {
    /// Not well-formed PKCS#8.
    #[error("private_key.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// Not PEM, or no block `PRIVATE KEY` in it.
    #[error("private_key.no_pem: the text holds no PRIVATE KEY block (PKCS#8, not encrypted)")]
    NoPem,
    /// Another algorithm or curve.
    #[error("private_key.unsupported: keys of the kind {0} are not supported")]
    Unsupported(ObjectIdentifier),
    /// The secret is out of range, does not belong to the public key beside it, or an RSA key below 2048 bits.
    #[error("private_key.invalid: the key is not a valid one of its kind")]
    Invalid,
}

/// Why no key was generated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeyGenerationError {
    /// The generator gave no usable secret in a hundred tries, or aws-lc failed.
    #[error("private_key.generation_failed: no key could be generated")]
    Failed,
}

/// The length of an RSA modulus.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RsaSize {
    /// 2048 bits.
    Bits2048,
    /// 3072 bits.
    Bits3072,
    /// 4096 bits.
    Bits4096,
}

/// A private key in memory. It cannot be cloned, printed or serialised, and is wiped when dropped.
///
/// Randomness: SM2 nonces are RFC 6979 over SM3, hedged with the caller's entropy in [`PrivateKey::sign_hedged`]; SM2 and ECDSA secrets come
/// from the caller's generator. What this crate cannot hand in is the randomness inside aws-lc, which draws ECDSA nonces and RSA primes from
/// its own generator of the operating system.
pub struct PrivateKey {
    secret: Secret,
    public: PublicKey,
    /// PKCS#8 in DER.
    pkcs8: Zeroizing<Vec<u8>>,
}

enum Secret {
    Sm2(Sm2PrivateKey),
    Ecdsa(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl PrivateKey {
    /// Generates a key: SM2 and ECDSA from `rng`, RSA (3072 bits) from aws-lc's own generator.
    ///
    /// # Errors
    /// [`KeyGenerationError::Failed`].
    pub fn generate(algorithm: KeyAlgorithm, rng: &mut dyn CryptoRng) -> Result<Self, KeyGenerationError> {
        let failed = KeyGenerationError::Failed;
        if algorithm == KeyAlgorithm::Rsa {
            return Self::generate_rsa(RsaSize::Bits3072);
        }
        let length = if algorithm == KeyAlgorithm::EcdsaP384 { 48 } else { 32 };
        let mut secret = Zeroizing::new([0u8; 48]);
        // A candidate out of range has a chance of 2^-32 at most; a hundred in a row mean a broken generator.
        for _ in 0..100 {
            rng.fill_bytes(&mut secret[..length]);
            if let Ok(key) = Self::from_secret(algorithm, &secret[..length]) {
                return Ok(key);
            }
        }
        Err(failed)
    }

    /// Generates an RSA key of this size from aws-lc's own generator.
    ///
    /// # Errors
    /// [`KeyGenerationError::Failed`].
    pub fn generate_rsa(size: RsaSize) -> Result<Self, KeyGenerationError> {
        let failed = KeyGenerationError::Failed;
        let size = match size {
            RsaSize::Bits2048 => KeySize::Rsa2048,
            RsaSize::Bits3072 => KeySize::Rsa3072,
            RsaSize::Bits4096 => KeySize::Rsa4096,
        };
        let pair = RsaKeyPair::generate(size).map_err(|_| failed)?;
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| failed)?;
        Self::from_rsa(pkcs8.as_ref()).map_err(|_| failed)
    }

    /// An SM2 key from its secret d, 32 bytes big-endian (what SKF and SM2EnvelopedKey carry).
    ///
    /// # Errors
    /// [`PrivateKeyError::Invalid`] unless d is in [1, n-2] (GB/T 32918.1 6.1).
    pub fn from_sm2_secret(secret: &[u8; 32]) -> Result<Self, PrivateKeyError> {
        Self::from_secret(KeyAlgorithm::Sm2, secret)
    }

    /// d of an SM2 key, 32 bytes big-endian, for putting it into an [`EnvelopedKey`](super::EnvelopedKey); `None` for other kinds.
    pub(crate) fn sm2_secret_bytes(&self) -> Option<Zeroizing<[u8; 32]>> {
        self.sm2_secret().map(Sm2PrivateKey::to_bytes)
    }

    pub(super) const fn sm2_secret(&self) -> Option<&Sm2PrivateKey> {
        match &self.secret {
            Secret::Sm2(key) => Some(key),
            Secret::Ecdsa(_) | Secret::Rsa(_) => None,
        }
    }

    /// Reads PKCS#8 (RFC 5208, and RFC 5958 with attributes or public key behind), not encrypted.
    ///
    /// # Errors
    /// [`PrivateKeyError`]; an SM2 secret must be in [1, n-2], and a public key beside the secret must be its own.
    pub fn from_pkcs8_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let mut outer = Reader::der(der);
        let mut info = outer.sequence()?;
        outer.finish()?;
        info.u64()?;
        let mut algorithm = info.sequence()?;
        let inner = info.octet_string()?;
        let algorithm = match algorithm.oid()? {
            oid::EC_PUBLIC_KEY => match algorithm.oid()? {
                oid::SM2 => KeyAlgorithm::Sm2,
                oid::P256 => KeyAlgorithm::EcdsaP256,
                oid::P384 => KeyAlgorithm::EcdsaP384,
                other => return Err(PrivateKeyError::Unsupported(other)),
            },
            oid::SM2 | oid::SM2_SIGN => KeyAlgorithm::Sm2,
            oid::RSA => return Self::from_rsa(der),
            other => return Err(PrivateKeyError::Unsupported(other)),
        };
        let mut outer = Reader::der(inner);
        let mut ec = outer.sequence()?;
        outer.finish()?;
        ec.u64()?;
        let key = Self::from_secret(algorithm, ec.octet_string()?)?;
        ec.optional(Tag::context(0))?;
        if let Some(mut public) = ec.optional_context(1)? {
            let point = PublicKey::from_point(algorithm, public.bit_string()?.octets()?);
            if !point.is_ok_and(|point| point.key_bits() == key.public.key_bits()) {
                return Err(PrivateKeyError::Invalid);
            }
        }
        Ok(key)
    }

    /// Reads the first `PRIVATE KEY` block of a PEM text.
    ///
    /// # Errors
    /// [`PrivateKeyError`].
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, PrivateKeyError> {
        let blocks = pem::decode(text).map_err(|_| PrivateKeyError::NoPem)?;
        let block = blocks.iter().find(|block| block.label == "PRIVATE KEY").ok_or(PrivateKeyError::NoPem)?;
        Self::from_pkcs8_der(&block.der)
    }

    /// The key as PKCS#8 in DER, for sealing under a key-encryption key. The bytes wipe themselves.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        self.pkcs8.clone()
    }

    /// The key as a PEM text. The text wipes itself.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        #[expect(
            clippy::expect_used,
            reason = "the label is a constant that PEM allows and the length of a key cannot overflow"
        )]
        pem::encode("PRIVATE KEY", &self.pkcs8).expect("a valid label")
    }

    /// The kind of key.
    pub const fn algorithm(&self) -> KeyAlgorithm {
        self.public.algorithm()
    }

    /// The public half of the key.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs with a nonce hedged by 32 bytes of `rng` (RFC 6979 3.6): a weak generator does not reveal the key, and a fault in a repeated
    /// computation does not either. This is what a key store should call.
    ///
    /// # Errors
    /// [`SignError::AlgorithmMismatch`] or [`SignError::Failed`].
    pub fn sign_hedged(&self, digest: &SigningDigest, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, SignError> {
        let mut entropy = Zeroizing::new([0u8; 32]);
        rng.fill_bytes(entropy.as_mut());
        self.sign_with_entropy(digest, entropy.as_ref())
    }

    fn sign_with_entropy(&self, digest: &SigningDigest, entropy: &[u8]) -> Result<Vec<u8>, SignError> {
        if digest.algorithm() != self.algorithm().signature_algorithm() {
            return Err(SignError::AlgorithmMismatch);
        }
        match &self.secret {
            Secret::Sm2(key) => {
                let e = digest.as_bytes().try_into().map_err(|_| SignError::AlgorithmMismatch)?;
                key.sign(e, entropy).ok_or(SignError::Failed)
            }
            Secret::Ecdsa(pair) => {
                let digest = to_lc_digest(digest).ok_or(SignError::AlgorithmMismatch)?;
                let signature = pair.sign_digest(&digest).map_err(|_| SignError::Failed)?;
                Ok(signature.as_ref().to_vec())
            }
            Secret::Rsa(pair) => {
                let digest = to_lc_digest(digest).ok_or(SignError::AlgorithmMismatch)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign_digest(&lc::RSA_PKCS1_SHA256, &digest, &mut signature).map_err(|_| SignError::Failed)?;
                Ok(signature)
            }
        }
    }

    fn from_secret(algorithm: KeyAlgorithm, secret: &[u8]) -> Result<Self, PrivateKeyError> {
        let invalid = PrivateKeyError::Invalid;
        let (secret_key, point, curve) = match algorithm {
            KeyAlgorithm::Sm2 => {
                let secret: &[u8; 32] = secret.try_into().map_err(|_| invalid)?;
                let key = Sm2PrivateKey::from_bytes(secret).ok_or(invalid)?;
                let point = key.public_point();
                (Secret::Sm2(key), point, oid::SM2)
            }
            KeyAlgorithm::EcdsaP256 => {
                let (pair, point) = ecdsa_pair(&lc::ECDSA_P256_SHA256_ASN1_SIGNING, &agreement::ECDH_P256, secret)?;
                (Secret::Ecdsa(pair), point, oid::P256)
            }
            KeyAlgorithm::EcdsaP384 => {
                let (pair, point) = ecdsa_pair(&lc::ECDSA_P384_SHA384_ASN1_SIGNING, &agreement::ECDH_P384, secret)?;
                (Secret::Ecdsa(pair), point, oid::P384)
            }
            KeyAlgorithm::Rsa => return Err(invalid),
        };
        let public = PublicKey::from_point(algorithm, &point).map_err(|_| invalid)?;
        // Enough room from the start, so that no copy of the secret is left behind by a growing buffer.
        let mut writer = Writer::with_capacity(256);
        writer.sequence(|info| {
            info.u64(0);
            info.sequence(|algorithm| {
                algorithm.oid(oid::EC_PUBLIC_KEY);
                algorithm.oid(curve);
            });
            info.constructed(Tag::OCTET_STRING, |octets| {
                octets.sequence(|ec| {
                    ec.u64(1);
                    ec.octet_string(secret);
                    ec.context(1, |public| public.bit_string(&point));
                });
            });
        });
        Ok(Self { secret: secret_key, public, pkcs8: Zeroizing::new(writer.finish()) })
    }

    fn from_rsa(pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| PrivateKeyError::Invalid)?;
        let spki = Writer::sequence_of(|info| {
            info.sequence(|algorithm| {
                algorithm.oid(oid::RSA);
                algorithm.null();
            });
            info.bit_string(pair.public_key().as_ref());
        });
        let public = PublicKey::from_spki_der(&spki).map_err(|error| match error {
            PublicKeyError::Malformed(error) => PrivateKeyError::Malformed(error),
            PublicKeyError::Unsupported(_) | PublicKeyError::Invalid => PrivateKeyError::Invalid,
        })?;
        if public.bits() < 2048 {
            return Err(PrivateKeyError::Invalid);
        }
        Ok(Self { secret: Secret::Rsa(pair), public, pkcs8: Zeroizing::new(pkcs8.to_vec()) })
    }
}

impl Signer for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs with a deterministic nonce (RFC 6979 over SM3) for SM2; see [`PrivateKey::sign_hedged`] for the hedged form.
    fn sign(&self, digest: &SigningDigest) -> Result<Vec<u8>, SignError> {
        self.sign_with_entropy(digest, &[])
    }
}

fn ecdsa_pair(
    signing: &'static lc::EcdsaSigningAlgorithm,
    agreement: &'static agreement::Algorithm,
    secret: &[u8],
) -> Result<(EcdsaKeyPair, Vec<u8>), PrivateKeyError> {
    let invalid = PrivateKeyError::Invalid;
    // Only the key agreement interface of aws-lc computes the point of a bare secret.
    let private = agreement::PrivateKey::from_private_key(agreement, secret).map_err(|_| invalid)?;
    let point = private.compute_public_key().map_err(|_| invalid)?.as_ref().to_vec();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(signing, secret, &point).map_err(|_| invalid)?;
    Ok((pair, point))
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::key::VerifyError;

    const ALGORITHMS: [KeyAlgorithm; 4] =
        [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256, KeyAlgorithm::EcdsaP384, KeyAlgorithm::Rsa];

    fn rng(seed: u64) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(seed)
    }

    #[test]
    fn every_kind_of_key_signs_and_survives_pkcs8_and_pem() {
        for algorithm in ALGORITHMS {
            let key = PrivateKey::generate(algorithm, &mut rng(1)).unwrap();
            let again = PrivateKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap();
            let third = PrivateKey::from_pkcs8_pem(&key.to_pkcs8_pem()).unwrap();
            assert_eq!(key.public_key(), again.public_key());
            assert_eq!(key.public_key(), &PublicKey::from_spki_der(third.public_key().to_spki_der()).unwrap());
            let digest = key.public_key().signing_digest(b"message");
            for signature in [again.sign(&digest).unwrap(), third.sign_hedged(&digest, &mut rng(2)).unwrap()] {
                let public = key.public_key();
                assert_eq!(public.verify(digest.algorithm(), b"message", &signature), Ok(()));
                assert_eq!(public.verify(digest.algorithm(), b"massage", &signature), Err(VerifyError::Invalid));
                assert_eq!(public.verify(digest.algorithm(), b"message", &signature[1..]), Err(VerifyError::Invalid));
            }
        }
    }

    #[test]
    fn the_same_generator_gives_the_same_key_and_another_one_another() {
        for algorithm in &ALGORITHMS[..3] {
            let key = |seed| PrivateKey::generate(*algorithm, &mut rng(seed)).unwrap();
            assert_eq!(key(1).public_key(), key(1).public_key());
            assert_ne!(key(1).public_key(), key(2).public_key());
        }
    }

    #[test]
    fn a_digest_made_for_another_algorithm_is_refused() {
        let sm2 = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng(1)).unwrap();
        let p256 = PrivateKey::generate(KeyAlgorithm::EcdsaP256, &mut rng(1)).unwrap();
        let digest = sm2.public_key().signing_digest(b"m");
        assert_eq!(p256.sign(&digest), Err(SignError::AlgorithmMismatch));
        let signature = sm2.sign(&digest).unwrap();
        let verdict = p256.public_key().verify(SignatureAlgorithm::Sm2Sm3, b"m", &signature);
        assert_eq!(verdict, Err(VerifyError::AlgorithmMismatch));
        assert_eq!(SigningDigest::from_bytes(digest.algorithm(), digest.as_bytes()), Some(digest));
        assert_eq!(SigningDigest::from_bytes(digest.algorithm(), &[0; 31]), None);
    }

    #[test]
    fn the_pkcs8_of_the_standard_vector_is_read_and_its_signature_verifies() {
        // GB/T 32918.5-2017 annex A.2: a published test key.
        let der = hex::decode(
            "308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b02010104203945208f7b2144b13f36e38ac6d39f95\
             889393692860b51a42fb81ef4df7c5b8a1440342000409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f3\
             5020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
        )
        .unwrap();
        let key = PrivateKey::from_pkcs8_der(&der).unwrap();
        assert_eq!(key.to_pkcs8_der().as_slice(), der);
        let spki = "3059301306072a8648ce3d020106082a811ccf5501822d0342000409f9df311e5421a150dd7d161e4bc5c672179fad1833\
                    fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
        assert_eq!(hex::encode(key.public_key().to_spki_der()), spki);
        let signature = hex::decode(
            "3046022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3022100b1b6aa29df212fd8763182bc\
             0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        )
        .unwrap();
        assert_eq!(key.public_key().verify(SignatureAlgorithm::Sm2Sm3, b"message digest", &signature), Ok(()));
    }

    #[test]
    fn a_secret_beside_a_foreign_public_key_is_refused() {
        for algorithm in &ALGORITHMS[..3] {
            let mut der = PrivateKey::generate(*algorithm, &mut rng(1)).unwrap().to_pkcs8_der().to_vec();
            let other = PrivateKey::generate(*algorithm, &mut rng(2)).unwrap();
            let at = der.len() - other.public_key().key_bits().len();
            der[at..].copy_from_slice(other.public_key().key_bits());
            assert_eq!(PrivateKey::from_pkcs8_der(&der).err(), Some(PrivateKeyError::Invalid));
        }
    }

    #[test]
    fn old_sm2_forms_of_the_public_key_are_read_as_the_same_key() {
        let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng(1)).unwrap();
        for (algorithm, with_null) in [(oid::SM2, false), (oid::SM2_SIGN, false), (oid::SM2_SIGN, true)] {
            let spki = Writer::sequence_of(|info| {
                info.sequence(|w| {
                    w.oid(algorithm);
                    if with_null {
                        w.null();
                    }
                });
                info.bit_string(key.public_key().key_bits());
            });
            assert_eq!(&PublicKey::from_spki_der(&spki).unwrap(), key.public_key());
        }
    }
}
