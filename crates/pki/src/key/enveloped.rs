//! The private half of an encryption certificate on its way from the key management centre to its owner: encrypted under a fresh SM4 key,
//! which is encrypted to the owner's *signing* key (dual certificates, GM/T 0009-2012 7.4, GB/T 35276, GM/T 0016 6.4.10).

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::skf::{read_padded, take, take_u32, write_padded};
use super::{
    DecryptError, EncryptError, KeyAlgorithm, PrivateKey, PublicKey, SKF_PUBLIC_KEY_LENGTH, SkfError, Sm2Ciphertext,
};
use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Tag, Writer};
use crate::cipher::Sm4;
use crate::oid;

/// SGD_SM4_ECB in the blob.
const SKF_SM4_ECB: u32 = 0x401;

/// An enveloped SM2 key, in either of the two forms in which it travels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnvelopedKey {
    encrypted_cipher_key: Sm2Ciphertext,
    public_key: PublicKey,
    /// SM4-ECB without padding over d: 32 bytes, or 64 with 32 zero bytes in front before encryption, as some vendors do.
    encrypted_secret: Vec<u8>,
}

/// Why an enveloped key is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EnvelopedKeyError {
    /// The structure is not well-formed.
    #[error("enveloped_key.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The blob is not well-formed.
    #[error("enveloped_key.blob: {0}")]
    Blob(#[from] SkfError),
    /// The symmetric cipher is not SM4 (SM1 exists in hardware only).
    #[error("enveloped_key.cipher: the key is encrypted with the cipher {0}, which is not supported")]
    Cipher(ObjectIdentifier),
    /// A part has an impossible length or value.
    #[error("enveloped_key.invalid: a part of the structure has an impossible value")]
    Invalid,
    /// The signing key does not open it.
    #[error("enveloped_key.decrypt: {0}")]
    Decrypt(#[from] DecryptError),
    /// The secret inside does not belong to the public key beside it: the envelope was changed, or its maker erred.
    #[error("enveloped_key.mismatch: the private key inside does not belong to the public key beside it")]
    Mismatch,
}

impl EnvelopedKey {
    /// Envelopes the SM2 key `key` to the owner of the SM2 key `recipient`.
    ///
    /// # Errors
    /// [`EncryptError`]; [`EncryptError::Key`] if either is not SM2.
    pub fn seal(key: &PrivateKey, recipient: &PublicKey, rng: &mut dyn CryptoRng) -> Result<Self, EncryptError> {
        let secret = key.sm2_secret_bytes().ok_or(EncryptError::Key)?;
        let mut cipher_key = Zeroizing::new([0u8; 16]);
        rng.fill_bytes(cipher_key.as_mut());
        let encrypted_cipher_key = recipient.encrypt_sm2(cipher_key.as_ref(), rng)?;
        let cipher = Sm4::new(&cipher_key);
        let mut encrypted_secret = secret.to_vec();
        encrypted_secret.as_chunks_mut().0.iter_mut().for_each(|block| cipher.encrypt_block(block));
        Ok(Self { encrypted_cipher_key, public_key: key.public_key().clone(), encrypted_secret })
    }

    /// Opens it with the owner's signing key, and checks that the secret belongs to the public key (which nothing else does: ECB notices no
    /// change).
    ///
    /// # Errors
    /// [`EnvelopedKeyError`].
    pub fn open(&self, recipient: &PrivateKey) -> Result<PrivateKey, EnvelopedKeyError> {
        self.open_with(&recipient.decrypt_sm2(&self.encrypted_cipher_key)?)
    }

    /// Opens it with the SM4 key, which whoever holds the signing key has decrypted from [`EnvelopedKey::encrypted_cipher_key`].
    ///
    /// # Errors
    /// [`EnvelopedKeyError`].
    pub fn open_with(&self, cipher_key: &[u8]) -> Result<PrivateKey, EnvelopedKeyError> {
        let cipher_key = Zeroizing::new(<[u8; 16]>::try_from(cipher_key).map_err(|_| EnvelopedKeyError::Invalid)?);
        let cipher = Sm4::new(&cipher_key);
        let mut secret = Zeroizing::new(self.encrypted_secret.clone());
        secret.as_chunks_mut().0.iter_mut().for_each(|block| cipher.decrypt_block(block));
        let (front, secret) = secret.split_last_chunk::<32>().ok_or(EnvelopedKeyError::Invalid)?;
        let key = PrivateKey::from_sm2_secret(secret).map_err(|_| EnvelopedKeyError::Mismatch)?;
        // The vendors' zero bytes were encrypted too; anything else there is a change.
        let belongs = front.iter().all(|byte| *byte == 0) && key.public_key() == &self.public_key;
        if belongs { Ok(key) } else { Err(EnvelopedKeyError::Mismatch) }
    }

    /// The SM4 key, encrypted to the owner's signing key, for a holder elsewhere (token, phone).
    pub const fn encrypted_cipher_key(&self) -> &Sm2Ciphertext {
        &self.encrypted_cipher_key
    }

    /// The public half of the key inside.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Reads SM2EnvelopedKey in DER (GM/T 0009-2012 7.4).
    ///
    /// # Errors
    /// [`EnvelopedKeyError`].
    pub fn from_der(der: &[u8]) -> Result<Self, EnvelopedKeyError> {
        let invalid = EnvelopedKeyError::Invalid;
        let mut outer = Reader::der(der);
        let mut reader = outer.sequence()?;
        outer.finish()?;
        let mut algorithm = reader.sequence()?;
        let cipher = algorithm.oid()?;
        if ![oid::SM4_ECB, oid::SM4].contains(&cipher) {
            return Err(EnvelopedKeyError::Cipher(cipher));
        }
        algorithm.optional(Tag::NULL)?;
        algorithm.finish()?;
        let cipher_key = Sm2Ciphertext::from_der(reader.element(Tag::SEQUENCE)?.raw()).map_err(|_| invalid)?;
        let public_key = PublicKey::from_point(KeyAlgorithm::Sm2, reader.bit_string()?.octets()?);
        let secret = reader.bit_string()?.octets()?.to_vec();
        reader.finish()?;
        Self::checked(cipher_key, public_key.map_err(|_| invalid)?, secret)
    }

    /// The structure in DER.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::sequence_of(|envelope| {
            envelope.sequence(|algorithm| {
                algorithm.oid(oid::SM4_ECB);
                algorithm.null();
            });
            envelope.raw(&self.encrypted_cipher_key.to_der());
            envelope.bit_string(self.public_key.key_bits());
            envelope.bit_string(&self.encrypted_secret);
        })
    }

    /// Reads an ENVELOPEDKEYBLOB, as SKF_ImportECCKeyPair takes it (GM/T 0016-2012 6.4.10).
    ///
    /// # Errors
    /// [`EnvelopedKeyError`].
    pub fn from_skf(blob: &[u8]) -> Result<Self, EnvelopedKeyError> {
        let mut rest = blob;
        let header = (take_u32(&mut rest)?, take_u32(&mut rest)?, take_u32(&mut rest)?);
        if header != (1, SKF_SM4_ECB, 256) {
            return Err(SkfError::Value.into());
        }
        let secret = take(&mut rest, 64)?;
        let public_key = PublicKey::from_skf(take(&mut rest, SKF_PUBLIC_KEY_LENGTH)?)?;
        let cipher_key = Sm2Ciphertext::from_skf(rest)?;
        // Zeros in clear in front of 32 encrypted bytes are the standard's form; vendors who encrypt the zeros fill all 64.
        let secret = read_padded(secret).map_or(secret, |value| &value[..]).to_vec();
        Self::checked(cipher_key, public_key, secret)
    }

    /// The structure as an ENVELOPEDKEYBLOB.
    ///
    /// # Errors
    /// [`SkfError`] if a part does not fit.
    pub fn to_skf(&self) -> Result<Vec<u8>, SkfError> {
        let mut blob = Vec::with_capacity(388);
        for number in [1, SKF_SM4_ECB, 256] {
            blob.extend_from_slice(&number.to_le_bytes());
        }
        match self.encrypted_secret.len() {
            32 => write_padded(&mut blob, &self.encrypted_secret),
            64 => blob.extend_from_slice(&self.encrypted_secret),
            _ => return Err(SkfError::Length),
        }
        blob.extend_from_slice(&self.public_key.to_skf()?);
        blob.extend_from_slice(&self.encrypted_cipher_key.to_skf()?);
        Ok(blob)
    }

    fn checked(
        encrypted_cipher_key: Sm2Ciphertext,
        public_key: PublicKey,
        encrypted_secret: Vec<u8>,
    ) -> Result<Self, EnvelopedKeyError> {
        let plausible = encrypted_cipher_key.masked().len() == 16 && [32, 64].contains(&encrypted_secret.len());
        if plausible {
            Ok(Self { encrypted_cipher_key, public_key, encrypted_secret })
        } else {
            Err(EnvelopedKeyError::Invalid)
        }
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    // Test vectors (standards 1.6 and 8): recipient's key is the published one of GB/T 32918.5.
    const D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    const SECRET: &str = "1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef";
    const DER: &str = "3081f0300c06082a811ccf5501680105003079022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a\
                       73022100e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df004204423b448d18b4a1a86b0e264e92\
                       8007803243a5a8d9d0b0e8953bfe4e928adcf041045c54abc791125fbc9bae9ecc8a65559034200043cbb3d1177ffa1a21bb054\
                       ae613455eb409a77593d17221808977ecbfb0586479cf75393c8d257997f3fc1df9e952449746fd75ed1307e4dd493ae3dd0a80\
                       0bd03210016edc7e2426cafe89e2b6e2d8dee99dc16edc7e2426cafe89e2b6e2d8dee99dc";

    fn recipient() -> PrivateKey {
        PrivateKey::from_sm2_secret(&hex::decode(D).unwrap().try_into().unwrap()).unwrap()
    }

    fn skf_vector() -> Vec<u8> {
        let zeros = "00".repeat(32);
        let text = format!(
            "010000000104000000010000{zeros}16edc7e2426cafe89e2b6e2d8dee99dc16edc7e2426cafe89e2b6e2d8dee99dc00010000\
             {zeros}3cbb3d1177ffa1a21bb054ae613455eb409a77593d17221808977ecbfb058647\
             {zeros}9cf75393c8d257997f3fc1df9e952449746fd75ed1307e4dd493ae3dd0a800bd\
             {zeros}04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
             {zeros}e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0\
             4423b448d18b4a1a86b0e264e928007803243a5a8d9d0b0e8953bfe4e928adcf1000000045c54abc791125fbc9bae9ecc8a65559"
        );
        hex::decode(text).unwrap()
    }

    #[test]
    fn both_forms_of_the_vector_are_read_opened_and_written_as_each_other() {
        let from_der = EnvelopedKey::from_der(&hex::decode(DER).unwrap()).unwrap();
        let from_skf = EnvelopedKey::from_skf(&skf_vector()).unwrap();
        assert_eq!(from_der, from_skf);
        assert_eq!(hex::encode(from_skf.to_der()), DER);
        assert_eq!(from_der.to_skf().unwrap(), skf_vector());
        let opened = from_der.open(&recipient()).unwrap();
        assert_eq!(hex::encode(*opened.sm2_secret_bytes().unwrap()), SECRET);
    }

    #[test]
    fn no_changed_bit_gives_another_key() {
        let recipient = recipient();
        let good = EnvelopedKey::from_der(&hex::decode(DER).unwrap()).unwrap();
        for bytes in [hex::decode(DER).unwrap(), skf_vector()] {
            for bit in 0..bytes.len() * 8 {
                let mut changed = bytes.clone();
                changed[bit / 8] ^= 0x80 >> (bit % 8);
                for read in [EnvelopedKey::from_der, EnvelopedKey::from_skf] {
                    let Ok(envelope) = read(&changed) else { continue };
                    let opened = envelope.open(&recipient);
                    assert!(opened.is_err() || envelope == good, "bit {bit} of {}", bytes.len());
                }
            }
            for end in 0..bytes.len() {
                assert!(EnvelopedKey::from_der(&bytes[..end]).is_err());
                assert!(EnvelopedKey::from_skf(&bytes[..end]).is_err());
            }
        }
    }

    #[test]
    fn a_sealed_key_comes_back_also_from_vendors_who_encrypt_the_zeros() {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
        let sealed = EnvelopedKey::seal(&key, recipient().public_key(), &mut rng).unwrap();
        assert_eq!(sealed.open(&recipient()).unwrap().public_key(), key.public_key());
        assert_eq!(sealed.open(&key).err(), Some(EnvelopedKeyError::Decrypt(DecryptError::Failed)));

        let cipher_key = recipient().decrypt_sm2(sealed.encrypted_cipher_key()).unwrap();
        let cipher = Sm4::new(cipher_key.as_slice().try_into().unwrap());
        let mut padded = [&[0; 32][..], &key.sm2_secret_bytes().unwrap()[..]].concat();
        padded.as_chunks_mut().0.iter_mut().for_each(|block| cipher.encrypt_block(block));
        let vendor = EnvelopedKey { encrypted_secret: padded, ..sealed };
        for read in [EnvelopedKey::from_der(&vendor.to_der()), EnvelopedKey::from_skf(&vendor.to_skf().unwrap())] {
            assert_eq!(read.unwrap().open(&recipient()).unwrap().public_key(), key.public_key());
        }
    }
}
