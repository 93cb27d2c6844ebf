//! Encrypting to a public key and decrypting with the private one: SM2, and RSA as CMS uses it.

use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::sm2_encryption::encrypt;
use super::{KeyAlgorithm, PrivateKey, PublicKey, Sm2Ciphertext};

/// How RSA pads what it encrypts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RsaPadding {
    /// RSAES-PKCS1-v1_5. Whoever decrypts it must not let anybody learn whether the padding was right; the envelopes of this crate do not.
    Pkcs1,
    /// RSAES-OAEP with SHA-1 for label and mask, the default of RFC 8017.
    OaepSha1,
    /// RSAES-OAEP with SHA-256 for label and mask.
    OaepSha256,
}

impl RsaPadding {
    fn oaep(self) -> Option<&'static OaepAlgorithm> {
        match self {
            Self::Pkcs1 => None,
            Self::OaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
            Self::OaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
        }
    }
}

/// Why nothing was encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EncryptError {
    /// The key is of another kind.
    #[error("encrypt.key: the key is not one that can encrypt in this way")]
    Key,
    /// The message is empty or longer than the key can take.
    #[error("encrypt.length: the message is empty or too long for the key")]
    Length,
    /// The generator is broken or the library failed.
    #[error("encrypt.failed: nothing could be encrypted")]
    Failed,
}

/// Why nothing was decrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecryptError {
    /// The key is of another kind.
    #[error("decrypt.key: the key is not one that can decrypt this")]
    Key,
    /// The ciphertext was changed, or made for another key.
    #[error("decrypt.failed: the ciphertext was changed or is for another key")]
    Failed,
}

impl PublicKey {
    /// Encrypts `message` to this SM2 key; the result is as long as the message and 96 bytes more, before any encoding.
    ///
    /// # Errors
    /// [`EncryptError`].
    pub fn encrypt_sm2(&self, message: &[u8], rng: &mut dyn CryptoRng) -> Result<Sm2Ciphertext, EncryptError> {
        encrypt(&self.sm2_point().ok_or(EncryptError::Key)?, message, rng)
    }

    /// Encrypts `message` to this RSA key. The randomness of the padding is aws-lc's own.
    ///
    /// # Errors
    /// [`EncryptError`]; keys below 2048 bits are refused.
    pub fn encrypt_rsa(&self, padding: RsaPadding, message: &[u8]) -> Result<Vec<u8>, EncryptError> {
        if self.algorithm() != KeyAlgorithm::Rsa || self.bits() < 2048 {
            return Err(EncryptError::Key);
        }
        let key = PublicEncryptingKey::from_der(self.to_spki_der()).map_err(|_| EncryptError::Key)?;
        let mut out = vec![0; key.key_size_bytes()];
        let written = match padding.oaep() {
            None => Pkcs1PublicEncryptingKey::new(key)
                .and_then(|key| key.encrypt(message, &mut out).map(|written| written.len())),
            Some(algorithm) => OaepPublicEncryptingKey::new(key)
                .and_then(|key| key.encrypt(algorithm, message, &mut out, None).map(|written| written.len())),
        };
        out.truncate(written.map_err(|_| EncryptError::Length)?);
        Ok(out)
    }
}

impl PrivateKey {
    /// Decrypts an SM2 ciphertext; what comes out wipes itself.
    ///
    /// # Errors
    /// [`DecryptError`].
    pub fn decrypt_sm2(&self, ciphertext: &Sm2Ciphertext) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let key = self.sm2_secret().ok_or(DecryptError::Key)?;
        let point = ciphertext.to_point().ok_or(DecryptError::Failed)?;
        ciphertext.open(&key.shared_point(&point))
    }

    /// Decrypts what was encrypted to this RSA key.
    ///
    /// # Errors
    /// [`DecryptError`]. With [`RsaPadding::Pkcs1`] neither the error nor the time after it may reach whoever sent the ciphertext
    /// (Bleichenbacher); use an envelope, which answers a wrong padding with a key that opens nothing.
    pub fn decrypt_rsa(&self, padding: RsaPadding, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        if self.algorithm() != KeyAlgorithm::Rsa {
            return Err(DecryptError::Key);
        }
        let key = PrivateDecryptingKey::from_pkcs8(&self.to_pkcs8_der()).map_err(|_| DecryptError::Key)?;
        let mut out = Zeroizing::new(vec![0; key.key_size_bytes()]);
        let written = match padding.oaep() {
            None => Pkcs1PrivateDecryptingKey::new(key)
                .and_then(|key| key.decrypt(ciphertext, &mut out).map(|written| written.len())),
            Some(algorithm) => OaepPrivateDecryptingKey::new(key)
                .and_then(|key| key.decrypt(algorithm, ciphertext, &mut out, None).map(|written| written.len())),
        };
        out.truncate(written.map_err(|_| DecryptError::Failed)?);
        Ok(out)
    }
}
