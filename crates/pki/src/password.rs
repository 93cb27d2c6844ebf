//! Encryption under a password: PBES2 with PBKDF2 (RFC 8018), as encrypted PKCS#8 and PKCS#12 use it, with AES or SM4 and HMAC over SHA-2 or
//! SM3.

use aws_lc_rs::{hmac as lc_hmac, pbkdf2 as lc_pbkdf2};
use hmac::{KeyInit, Mac};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::asn1::{Asn1Error, Element, ObjectIdentifier, Reader, Tag, Writer};
use crate::cipher::{BLOCK_LENGTH, CbcCipher, CipherError};
use crate::key::{PrivateKey, PrivateKeyError};
use crate::{oid, pem};

/// More iterations than this are refused: a file must not be able to keep us busy for minutes.
pub const MAX_ITERATIONS: u32 = 2_000_000;

/// The iterations of what is written here: about a second of a phone's time.
pub const USUAL_ITERATIONS: u32 = 600_000;

const SALT_LENGTH: usize = 16;
/// A salt longer than this is somebody's payload.
const MAX_SALT_LENGTH: usize = 1024;

/// A keyed hash, of which PBKDF2 makes a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum KeyedHash {
    /// HMAC-SM3.
    HmacSm3,
    /// HMAC-SHA-256.
    HmacSha256,
    /// HMAC-SHA-384.
    HmacSha384,
    /// HMAC-SHA-512.
    HmacSha512,
    /// HMAC-SHA-1: the default of RFC 8018, for reading old files.
    HmacSha1,
}

impl KeyedHash {
    const ALL: [Self; 5] = [Self::HmacSm3, Self::HmacSha256, Self::HmacSha384, Self::HmacSha512, Self::HmacSha1];

    /// Its object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::HmacSm3 => oid::HMAC_SM3,
            Self::HmacSha256 => oid::HMAC_SHA256,
            Self::HmacSha384 => oid::HMAC_SHA384,
            Self::HmacSha512 => oid::HMAC_SHA512,
            Self::HmacSha1 => oid::HMAC_SHA1,
        }
    }

    /// The keyed hash that an object identifier names.
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.oid() == oid)
    }

    /// Its value over the parts joined.
    pub fn mac(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let algorithm = match self {
            Self::HmacSm3 => {
                let Ok(mut mac) = hmac::Hmac::<::sm3::Sm3>::new_from_slice(key) else { return Vec::new() };
                parts.iter().for_each(|part| mac.update(part));
                return mac.finalize().into_bytes().to_vec();
            }
            Self::HmacSha256 => lc_hmac::HMAC_SHA256,
            Self::HmacSha384 => lc_hmac::HMAC_SHA384,
            Self::HmacSha512 => lc_hmac::HMAC_SHA512,
            Self::HmacSha1 => lc_hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        };
        let mut context = lc_hmac::Context::with_key(&lc_hmac::Key::new(algorithm, key));
        parts.iter().for_each(|part| context.update(part));
        context.sign().as_ref().to_vec()
    }

    /// PBKDF2 (RFC 8018 5.2): fills `out`.
    pub fn derive(self, password: &[u8], salt: &[u8], iterations: u32, out: &mut [u8]) {
        let algorithm = match self {
            Self::HmacSm3 => return derive_sm3(password, salt, iterations, out),
            Self::HmacSha256 => lc_pbkdf2::PBKDF2_HMAC_SHA256,
            Self::HmacSha384 => lc_pbkdf2::PBKDF2_HMAC_SHA384,
            Self::HmacSha512 => lc_pbkdf2::PBKDF2_HMAC_SHA512,
            Self::HmacSha1 => lc_pbkdf2::PBKDF2_HMAC_SHA1,
        };
        let iterations = std::num::NonZeroU32::new(iterations).unwrap_or(std::num::NonZeroU32::MIN);
        lc_pbkdf2::derive(algorithm, iterations, salt, password, out);
    }
}

fn derive_sm3(password: &[u8], salt: &[u8], iterations: u32, out: &mut [u8]) {
    // An HMAC takes keys of every length, so that the branch is never taken; the state behind the key is computed once.
    let Ok(keyed) = hmac::Hmac::<::sm3::Sm3>::new_from_slice(password) else { return };
    for (index, piece) in (1u32..).zip(out.chunks_mut(32)) {
        let mut mac = keyed.clone();
        mac.update(salt);
        mac.update(&index.to_be_bytes());
        let mut last: Zeroizing<[u8; 32]> = Zeroizing::new(mac.finalize().into_bytes().into());
        let mut sum = last.clone();
        for _ in 1..iterations {
            let mut mac = keyed.clone();
            mac.update(last.as_ref());
            *last = mac.finalize().into_bytes().into();
            sum.iter_mut().zip(last.iter()).for_each(|(sum, byte)| *sum ^= byte);
        }
        piece.copy_from_slice(&sum[..piece.len()]);
    }
}

/// With what a password protects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PasswordEncryption {
    /// The cipher.
    pub cipher: CbcCipher,
    /// The keyed hash of PBKDF2.
    pub hash: KeyedHash,
    /// The iterations of PBKDF2.
    pub iterations: u32,
}

impl PasswordEncryption {
    /// AES-256 and HMAC-SHA-256, which every present-day tool reads.
    pub const INTERNATIONAL: Self =
        Self { cipher: CbcCipher::Aes256, hash: KeyedHash::HmacSha256, iterations: USUAL_ITERATIONS };
    /// SM4 and HMAC-SM3, for places where commercial cryptography is the rule (GM/T 0091).
    pub const DOMESTIC: Self = Self { cipher: CbcCipher::Sm4, hash: KeyedHash::HmacSm3, iterations: USUAL_ITERATIONS };
}

/// Why a password opened nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PasswordError {
    /// The structure is not well-formed.
    #[error("password.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The text holds no block of the expected kind.
    #[error("password.no_pem: the text holds no ENCRYPTED PRIVATE KEY block")]
    NoPem,
    /// The scheme, cipher or hash is not known.
    #[error("password.unsupported: the algorithm {0} is not supported")]
    Unsupported(ObjectIdentifier),
    /// Too many iterations, or none.
    #[error("password.iterations: {0} iterations are not accepted (1 to 2,000,000)")]
    Iterations(u64),
    /// The password is wrong, or the file was changed.
    #[error("password.wrong: the password is wrong, or the file was changed")]
    Wrong,
    /// What the password opened is no key that can be used.
    #[error("password.key: {0}")]
    Key(#[from] PrivateKeyError),
}

impl From<CipherError> for PasswordError {
    fn from(_: CipherError) -> Self {
        Self::Wrong
    }
}

/// Encrypts `data` under a password and returns the AlgorithmIdentifier of PBES2 with the ciphertext.
pub(crate) fn encrypt(
    data: &[u8],
    password: &[u8],
    encryption: PasswordEncryption,
    rng: &mut dyn CryptoRng,
) -> Result<(Vec<u8>, Vec<u8>), PasswordError> {
    check_iterations(u64::from(encryption.iterations))?;
    let (mut salt, mut iv) = ([0; SALT_LENGTH], [0; BLOCK_LENGTH]);
    rng.fill_bytes(&mut salt);
    rng.fill_bytes(&mut iv);
    let mut key = Zeroizing::new(vec![0; encryption.cipher.key_length()]);
    encryption.hash.derive(password, &salt, encryption.iterations, &mut key);
    let ciphertext = encryption.cipher.encrypt(&key, &iv, data)?;
    let algorithm = Writer::sequence_of(|algorithm| {
        algorithm.oid(oid::PBES2);
        algorithm.sequence(|parameters| {
            write_pbkdf2(parameters, &salt, encryption.iterations, encryption.hash);
            encryption.cipher.write_identifier(parameters, &iv);
        });
    });
    Ok((algorithm, ciphertext))
}

fn write_pbkdf2(writer: &mut Writer, salt: &[u8], iterations: u32, hash: KeyedHash) {
    writer.sequence(|function| {
        function.oid(oid::PBKDF2);
        function.sequence(|parameters| {
            parameters.octet_string(salt);
            parameters.u64(u64::from(iterations));
            // RFC 8018 A.2: HMAC-SHA-1 is the default and is then absent.
            if hash != KeyedHash::HmacSha1 {
                parameters.sequence(|algorithm| {
                    algorithm.oid(hash.oid());
                    algorithm.null();
                });
            }
        });
    });
}

/// PBKDF2 as a file asks for it.
pub(crate) struct Derivation<'a> {
    salt: &'a [u8],
    iterations: u32,
    pub(crate) length: Option<u64>,
    hash: KeyedHash,
}

impl<'a> Derivation<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, PasswordError> {
        let mut function = reader.sequence()?;
        let name = function.oid()?;
        if name != oid::PBKDF2 {
            return Err(PasswordError::Unsupported(name));
        }
        let mut parameters = function.sequence()?;
        let salt = parameters.octet_string()?;
        let iterations = check_iterations(parameters.u64()?)?;
        let length = parameters.optional(Tag::INTEGER)?.map(|length| length.to_u64()).transpose()?;
        let hash = match parameters.optional(Tag::SEQUENCE)? {
            Some(algorithm) => {
                let name = algorithm.reader().oid()?;
                KeyedHash::from_oid(name).ok_or(PasswordError::Unsupported(name))?
            }
            None => KeyedHash::HmacSha1,
        };
        parameters.finish()?;
        if salt.len() > MAX_SALT_LENGTH {
            return Err(Asn1Error::Value("salt").into());
        }
        Ok(Self { salt, iterations, length, hash })
    }

    pub(crate) fn derive(&self, password: &[u8], out: &mut [u8]) {
        self.hash.derive(password, self.salt, self.iterations, out);
    }
}

pub(crate) fn check_iterations(iterations: u64) -> Result<u32, PasswordError> {
    match u32::try_from(iterations) {
        Ok(count @ 1..=MAX_ITERATIONS) => Ok(count),
        _ => Err(PasswordError::Iterations(iterations)),
    }
}

/// Decrypts what PBES2 protects.
pub(crate) fn decrypt(
    algorithm: &Element<'_>,
    ciphertext: &[u8],
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let mut reader = algorithm.reader();
    let scheme = reader.oid()?;
    if scheme != oid::PBES2 {
        return Err(PasswordError::Unsupported(scheme));
    }
    let mut parameters = reader.sequence()?;
    let derivation = Derivation::read(&mut parameters)?;
    let (cipher, iv) =
        CbcCipher::read_identifier(&parameters.element(Tag::SEQUENCE)?)?.map_err(PasswordError::Unsupported)?;
    parameters.finish()?;
    if derivation.length.is_some_and(|length| length != cipher.key_length() as u64) {
        return Err(Asn1Error::Value("key length").into());
    }
    let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
    derivation.derive(password, &mut key);
    Ok(cipher.decrypt(&key, &iv, ciphertext)?)
}

/// Whether two macs are the same, in a time that does not depend on where they differ.
pub(crate) fn same_mac(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

impl PrivateKey {
    /// The key as EncryptedPrivateKeyInfo in DER (RFC 5958 section 3) under a password (UTF-8).
    ///
    /// # Errors
    /// [`PasswordError::Iterations`].
    pub fn to_encrypted_pkcs8_der(
        &self,
        password: &str,
        encryption: PasswordEncryption,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, PasswordError> {
        let (algorithm, ciphertext) = encrypt(&self.to_pkcs8_der(), password.as_bytes(), encryption, rng)?;
        Ok(Writer::sequence_of(|info| {
            info.raw(&algorithm);
            info.octet_string(&ciphertext);
        }))
    }

    /// The same as a PEM text.
    ///
    /// # Errors
    /// As [`PrivateKey::to_encrypted_pkcs8_der`].
    pub fn to_encrypted_pkcs8_pem(
        &self,
        password: &str,
        encryption: PasswordEncryption,
        rng: &mut dyn CryptoRng,
    ) -> Result<String, PasswordError> {
        let der = self.to_encrypted_pkcs8_der(password, encryption, rng)?;
        pem::encode("ENCRYPTED PRIVATE KEY", &der).map(|text| text.to_string()).map_err(|_| PasswordError::NoPem)
    }

    /// Opens EncryptedPrivateKeyInfo in DER.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn from_encrypted_pkcs8_der(der: &[u8], password: &str) -> Result<Self, PasswordError> {
        let mut outer = Reader::der(der);
        let mut info = outer.sequence()?;
        outer.finish()?;
        let algorithm = info.element(Tag::SEQUENCE)?;
        let ciphertext = info.octet_string()?;
        info.finish()?;
        let key = decrypt(&algorithm, ciphertext, password.as_bytes())?;
        // A wrong password passes the padding once in 250 times and then gives noise.
        Self::from_pkcs8_der(&key).map_err(|error| match error {
            PrivateKeyError::Malformed(_) => PasswordError::Wrong,
            other => other.into(),
        })
    }

    /// Opens the first `ENCRYPTED PRIVATE KEY` block of a PEM text.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn from_encrypted_pkcs8_pem(text: &str, password: &str) -> Result<Self, PasswordError> {
        let blocks = pem::decode(text).map_err(|_| PasswordError::NoPem)?;
        let block = blocks.iter().find(|block| block.label == "ENCRYPTED PRIVATE KEY").ok_or(PasswordError::NoPem)?;
        Self::from_encrypted_pkcs8_der(&block.der, password)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::key::KeyAlgorithm;

    #[test]
    fn hmac_and_pbkdf2_over_sm3_give_the_known_values() {
        let key: Vec<u8> = (0..32).collect();
        let mac = KeyedHash::HmacSm3.mac(&key, &[b"a", b"bc"]);
        assert_eq!(hex::encode(mac), "a8f95cf26f204957e7ca73c9602a25dda35f168b28103b51dfc968c810416b63");
        for (salt, iterations, expected) in [
            (&b"salt"[..], 1, "4612f922a1fdcefaf4312fc6f8f3322b489cbf24f2ea361b44c2bd8fa2c6dcb0"),
            (b"saltsalt", 1000, "39b3e1d0e3ee6c83f459dbfa331af95e70b7a08c12e88d7f2183ea5fa52e0d7a"),
        ] {
            let mut out = [0; 32];
            KeyedHash::HmacSm3.derive(b"password", salt, iterations, &mut out);
            assert_eq!(hex::encode(out), expected);
        }
        // RFC 6070 and RFC 7914 11.
        let mut out = [0; 20];
        KeyedHash::HmacSha1.derive(b"password", b"salt", 4096, &mut out);
        assert_eq!(hex::encode(out), "4b007901b765489abead49d926f721d065a429c1");
        let mut out = [0; 64];
        KeyedHash::HmacSha256.derive(b"passwd", b"salt", 1, &mut out);
        assert_eq!(hex::encode(&out[..16]), "55ac046e56e3089fec1691c22544b605");
    }

    #[test]
    fn a_key_comes_back_under_its_password_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for kind in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256, KeyAlgorithm::EcdsaP384] {
            let key = PrivateKey::generate(kind, &mut rng).unwrap();
            for (cipher, hash) in [
                (CbcCipher::Sm4, KeyedHash::HmacSm3),
                (CbcCipher::Sm4, KeyedHash::HmacSha256),
                (CbcCipher::Aes128, KeyedHash::HmacSha1),
                (CbcCipher::Aes192, KeyedHash::HmacSha384),
                (CbcCipher::Aes256, KeyedHash::HmacSha512),
            ] {
                let encryption = PasswordEncryption { cipher, hash, iterations: 10 };
                let text = key.to_encrypted_pkcs8_pem("口令 password", encryption, &mut rng).unwrap();
                let again = PrivateKey::from_encrypted_pkcs8_pem(&text, "口令 password").unwrap();
                assert_eq!(again.public_key(), key.public_key());
                for wrong in ["口令 Password", ""] {
                    assert_eq!(PrivateKey::from_encrypted_pkcs8_pem(&text, wrong).err(), Some(PasswordError::Wrong));
                }
                assert!(PrivateKey::from_pkcs8_pem(&text).is_err());
            }
        }
    }

    #[test]
    fn files_that_ask_for_endless_work_are_refused() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
        let greedy = PasswordEncryption { iterations: MAX_ITERATIONS + 1, ..PasswordEncryption::DOMESTIC };
        let refused = Some(PasswordError::Iterations(u64::from(MAX_ITERATIONS) + 1));
        assert_eq!(key.to_encrypted_pkcs8_der("x", greedy, &mut rng).err(), refused);
        let honest = PasswordEncryption { iterations: 1000, ..PasswordEncryption::DOMESTIC };
        let mut der = key.to_encrypted_pkcs8_der("x", honest, &mut rng).unwrap();
        let at = der.windows(4).position(|window| window == [2, 2, 3, 0xe8]).unwrap();
        der[at..at + 4].copy_from_slice(&[2, 2, 0, 0]);
        assert!(PrivateKey::from_encrypted_pkcs8_der(&der, "x").is_err());
        der[at..at + 4].copy_from_slice(&[2, 2, 0x80, 0]);
        assert!(PrivateKey::from_encrypted_pkcs8_der(&der, "x").is_err());
    }
}
