//! CBC with padding over data that comes in pieces, for the ciphers that CMS and PBES2 name.

use aws_lc_rs::cipher::{self as lc, StreamingDecryptingKey, StreamingEncryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use subtle::{ConditionallySelectable, ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

use super::{BLOCK_LENGTH, CipherError, Sm4};
use crate::asn1::{Asn1Error, Element, ObjectIdentifier, Writer};
use crate::oid;

/// A block cipher in CBC with the padding of PKCS#7 (RFC 5652 6.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CbcCipher {
    /// SM4, 16-byte key (GM/T 0010; 1.2.156.10197.1.104.2).
    Sm4,
    /// AES with a 16-byte key (RFC 3565).
    Aes128,
    /// AES with a 24-byte key.
    Aes192,
    /// AES with a 32-byte key.
    Aes256,
}

impl CbcCipher {
    const ALL: [Self; 4] = [Self::Sm4, Self::Aes128, Self::Aes192, Self::Aes256];

    /// Length of its keys in bytes.
    pub const fn key_length(self) -> usize {
        match self {
            Self::Sm4 | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Its object identifier.
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Sm4 => oid::SM4_CBC,
            Self::Aes128 => oid::AES128_CBC,
            Self::Aes192 => oid::AES192_CBC,
            Self::Aes256 => oid::AES256_CBC,
        }
    }

    /// The cipher that an object identifier names. SM4 without a mode (.104) is read as CBC, as CFCA's messages mean it (standards 3).
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        let plain_sm4 = (oid == oid::SM4).then_some(Self::Sm4);
        Self::ALL.into_iter().find(|cipher| cipher.oid() == oid).or(plain_sm4)
    }

    /// Writes the AlgorithmIdentifier with its initialisation vector.
    pub(crate) fn write_identifier(self, writer: &mut Writer, iv: &[u8; BLOCK_LENGTH]) {
        writer.sequence(|algorithm| {
            algorithm.oid(self.oid());
            algorithm.octet_string(iv);
        });
    }

    /// Reads an AlgorithmIdentifier with its initialisation vector; `Ok(Err(oid))` if the algorithm is not one of these.
    pub(crate) fn read_identifier(
        algorithm: &Element<'_>,
    ) -> Result<Result<(Self, [u8; BLOCK_LENGTH]), ObjectIdentifier>, Asn1Error> {
        let mut algorithm = algorithm.reader();
        let oid = algorithm.oid()?;
        let Some(cipher) = Self::from_oid(oid) else { return Ok(Err(oid)) };
        let iv = algorithm.octet_string()?.try_into().map_err(|_| Asn1Error::Value("initialisation vector"))?;
        algorithm.finish()?;
        Ok(Ok((cipher, iv)))
    }

    /// How long the ciphertext of `length` bytes is: padding always adds 1 to 16 bytes.
    pub const fn ciphertext_length(length: u64) -> u64 {
        (length / BLOCK_LENGTH as u64 + 1) * BLOCK_LENGTH as u64
    }

    /// Encrypts `plaintext` in one call.
    ///
    /// # Errors
    /// [`CipherError::KeyLength`].
    pub fn encrypt(self, key: &[u8], iv: &[u8; BLOCK_LENGTH], plaintext: &[u8]) -> Result<Vec<u8>, CipherError> {
        let mut out = Vec::with_capacity(plaintext.len() + BLOCK_LENGTH);
        let mut encryptor = CbcEncryptor::new(self, key, iv)?;
        encryptor.update(plaintext, &mut out)?;
        encryptor.finish(&mut out)?;
        Ok(out)
    }

    /// Decrypts `ciphertext` in one call; what comes out wipes itself.
    ///
    /// # Errors
    /// [`CipherError`].
    pub fn decrypt(
        self,
        key: &[u8],
        iv: &[u8; BLOCK_LENGTH],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CipherError> {
        let mut out = Zeroizing::new(Vec::with_capacity(ciphertext.len() + BLOCK_LENGTH));
        let mut decryptor = CbcDecryptor::new(self, key, iv)?;
        decryptor.update(ciphertext, &mut out)?;
        decryptor.finish(&mut out)?;
        Ok(out)
    }

    fn lc_key(self, key: &[u8]) -> Result<UnboundCipherKey, CipherError> {
        let algorithm = match self {
            Self::Aes128 => &lc::AES_128,
            Self::Aes192 => &lc::AES_192,
            Self::Sm4 | Self::Aes256 => &lc::AES_256,
        };
        UnboundCipherKey::new(algorithm, key).map_err(|_| CipherError::KeyLength)
    }
}

/// SM4-CBC with what has not yet filled a block.
struct Sm4State {
    cipher: Sm4,
    chain: [u8; BLOCK_LENGTH],
    pending: Zeroizing<Vec<u8>>,
}

impl Sm4State {
    fn new(key: &[u8], iv: &[u8; BLOCK_LENGTH]) -> Result<Self, CipherError> {
        let key = Zeroizing::new(<[u8; 16]>::try_from(key).map_err(|_| CipherError::KeyLength)?);
        let pending = Zeroizing::new(Vec::with_capacity(2 * BLOCK_LENGTH));
        Ok(Self { cipher: Sm4::new(&key), chain: *iv, pending })
    }

    /// Hands `run` whole blocks at the end of `out` and keeps between `keep` and `keep + 15` bytes back.
    fn update(
        &mut self,
        input: &[u8],
        keep: usize,
        out: &mut Vec<u8>,
        run: fn(&Sm4, &mut [u8; BLOCK_LENGTH], &mut [u8]),
    ) {
        let total = self.pending.len() + input.len();
        let ready = total.saturating_sub(keep) / BLOCK_LENGTH * BLOCK_LENGTH;
        if ready == 0 {
            self.pending.extend_from_slice(input);
            return;
        }
        // What is pending never fills more than the first of the blocks that are ready.
        let from_input = ready - self.pending.len();
        let start = out.len();
        out.extend_from_slice(&self.pending);
        out.extend_from_slice(&input[..from_input]);
        run(&self.cipher, &mut self.chain, &mut out[start..]);
        self.pending.clear();
        self.pending.extend_from_slice(&input[from_input..]);
    }
}

/// Encrypts a message that comes in pieces.
pub struct CbcEncryptor(Encrypting);

enum Encrypting {
    Sm4(Sm4State),
    Aes(StreamingEncryptingKey),
}

impl CbcEncryptor {
    /// An encryptor that has seen nothing. The initialisation vector must be unpredictable.
    ///
    /// # Errors
    /// [`CipherError::KeyLength`].
    pub fn new(cipher: CbcCipher, key: &[u8], iv: &[u8; BLOCK_LENGTH]) -> Result<Self, CipherError> {
        if cipher == CbcCipher::Sm4 {
            return Ok(Self(Encrypting::Sm4(Sm4State::new(key, iv)?)));
        }
        let context = lc::EncryptionContext::Iv128(FixedLength::from(*iv));
        let key = StreamingEncryptingKey::less_safe_cbc_pkcs7(cipher.lc_key(key)?, context);
        Ok(Self(Encrypting::Aes(key.map_err(|_| CipherError::KeyLength)?)))
    }

    /// Encrypts the next piece, appending what is ready to `out`.
    ///
    /// # Errors
    /// [`CipherError::KeyLength`] if the library refuses, which it does not.
    pub fn update(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), CipherError> {
        match &mut self.0 {
            Encrypting::Sm4(state) => state.update(plaintext, 0, out, Sm4::cbc_encrypt_blocks),
            Encrypting::Aes(key) => {
                let start = out.len();
                out.resize(start + plaintext.len() + BLOCK_LENGTH, 0);
                let update = key.update(plaintext, &mut out[start..]).map_err(|_| CipherError::KeyLength)?;
                let written = update.written().len();
                out.truncate(start + written);
            }
        }
        Ok(())
    }

    /// Appends the last block with its padding.
    ///
    /// # Errors
    /// As [`CbcEncryptor::update`].
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), CipherError> {
        match self.0 {
            Encrypting::Sm4(mut state) => {
                let padding = BLOCK_LENGTH - state.pending.len();
                let start = out.len();
                out.extend_from_slice(&state.pending);
                out.resize(start + BLOCK_LENGTH, padding as u8);
                state.cipher.cbc_encrypt_blocks(&mut state.chain, &mut out[start..]);
            }
            Encrypting::Aes(key) => {
                let start = out.len();
                out.resize(start + BLOCK_LENGTH, 0);
                let (_, update) = key.finish(&mut out[start..]).map_err(|_| CipherError::KeyLength)?;
                let written = update.written().len();
                out.truncate(start + written);
            }
        }
        Ok(())
    }
}

/// Decrypts a message that comes in pieces. What it gives out before [`CbcDecryptor::finish`] succeeded is not to be believed, and CBC itself
/// does not notice most changes.
pub struct CbcDecryptor(Decrypting);

enum Decrypting {
    Sm4(Sm4State),
    Aes(StreamingDecryptingKey),
}

impl CbcDecryptor {
    /// A decryptor that has seen nothing.
    ///
    /// # Errors
    /// [`CipherError::KeyLength`].
    pub fn new(cipher: CbcCipher, key: &[u8], iv: &[u8; BLOCK_LENGTH]) -> Result<Self, CipherError> {
        if cipher == CbcCipher::Sm4 {
            return Ok(Self(Decrypting::Sm4(Sm4State::new(key, iv)?)));
        }
        let context = lc::DecryptionContext::Iv128(FixedLength::from(*iv));
        let key = StreamingDecryptingKey::cbc_pkcs7(cipher.lc_key(key)?, context);
        Ok(Self(Decrypting::Aes(key.map_err(|_| CipherError::KeyLength)?)))
    }

    /// Decrypts the next piece, appending what is ready to `out`; the last block is held back.
    ///
    /// # Errors
    /// [`CipherError::Decrypt`] if the library refuses.
    pub fn update(&mut self, ciphertext: &[u8], out: &mut Vec<u8>) -> Result<(), CipherError> {
        match &mut self.0 {
            // One byte more than nothing is held back, so that the block with the padding is never given out.
            Decrypting::Sm4(state) => state.update(ciphertext, 1, out, Sm4::cbc_decrypt_blocks),
            Decrypting::Aes(key) => {
                let start = out.len();
                out.resize(start + ciphertext.len() + BLOCK_LENGTH, 0);
                let update = key.update(ciphertext, &mut out[start..]).map_err(|_| CipherError::Decrypt)?;
                let written = update.written().len();
                out.truncate(start + written);
            }
        }
        Ok(())
    }

    /// Checks and removes the padding and appends the rest.
    ///
    /// # Errors
    /// [`CipherError::Decrypt`].
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), CipherError> {
        match self.0 {
            Decrypting::Sm4(mut state) => {
                let mut last = Zeroizing::new(
                    <[u8; BLOCK_LENGTH]>::try_from(&state.pending[..]).map_err(|_| CipherError::Decrypt)?,
                );
                state.cipher.cbc_decrypt_blocks(&mut state.chain, &mut last[..]);
                out.extend_from_slice(&last[..unpadded_length(&last).ok_or(CipherError::Decrypt)?]);
            }
            Decrypting::Aes(key) => {
                let start = out.len();
                out.resize(start + BLOCK_LENGTH, 0);
                let written = key.finish(&mut out[start..]).map(|update| update.written().len());
                out.truncate(start + written.as_ref().map_or(0, |written| *written));
                written.map_err(|_| CipherError::Decrypt)?;
            }
        }
        Ok(())
    }
}

/// How much of a last block is data; `None` if its padding is not PKCS#7's. Takes the same time for every block.
fn unpadded_length(block: &[u8; BLOCK_LENGTH]) -> Option<usize> {
    let padding = block[BLOCK_LENGTH - 1];
    let mut valid = !padding.ct_eq(&0) & padding.ct_lt(&(BLOCK_LENGTH as u8 + 1));
    for (distance, byte) in (1u8..).zip(block.iter().rev()) {
        let beyond = padding.ct_lt(&distance);
        valid &= beyond | byte.ct_eq(&padding);
    }
    let length = u8::conditional_select(&0, &(BLOCK_LENGTH as u8).wrapping_sub(padding), valid);
    bool::from(valid).then_some(usize::from(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_in_every_cut_comes_back_and_short_or_padded_wrong_is_refused() {
        let message: Vec<u8> = (0..70).collect();
        for cipher in CbcCipher::ALL {
            let key = vec![7; cipher.key_length()];
            let iv = [9; BLOCK_LENGTH];
            for length in [0, 1, 15, 16, 17, 31, 32, 33, 70] {
                let sealed = cipher.encrypt(&key, &iv, &message[..length]).unwrap();
                assert_eq!(sealed.len() as u64, CbcCipher::ciphertext_length(length as u64));
                for cut in [1, 5, 16, 17, 64] {
                    let (mut again, mut opened) = (Vec::new(), Vec::new());
                    let mut encryptor = CbcEncryptor::new(cipher, &key, &iv).unwrap();
                    message[..length].chunks(cut).for_each(|piece| encryptor.update(piece, &mut again).unwrap());
                    encryptor.finish(&mut again).unwrap();
                    assert_eq!(again, sealed);
                    let mut decryptor = CbcDecryptor::new(cipher, &key, &iv).unwrap();
                    sealed.chunks(cut).for_each(|piece| decryptor.update(piece, &mut opened).unwrap());
                    decryptor.finish(&mut opened).unwrap();
                    assert_eq!(opened, message[..length]);
                }
                for end in 0..sealed.len() {
                    if end % BLOCK_LENGTH != 0 || end == 0 {
                        assert!(cipher.decrypt(&key, &iv, &sealed[..end]).is_err());
                    }
                }
            }
            assert!(cipher.encrypt(&key[1..], &iv, b"").is_err());
            assert_eq!(CbcCipher::from_oid(cipher.oid()), Some(cipher));
        }
    }

    #[test]
    fn padding_is_judged_by_every_byte() {
        let mut block = [5u8; BLOCK_LENGTH];
        assert_eq!(unpadded_length(&block), Some(11));
        block[12] = 4;
        assert_eq!(unpadded_length(&block), None);
        assert_eq!(unpadded_length(&[16; BLOCK_LENGTH]), Some(0));
        for last in [0, 17, 255] {
            block[15] = last;
            assert_eq!(unpadded_length(&block), None);
        }
        block[15] = 1;
        assert_eq!(unpadded_length(&block), Some(15));
    }
}
