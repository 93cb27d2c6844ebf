//! SM4 (GB/T 32907-2016) in ECB, CBC, CTR (GB/T 17964-2021) and GCM (RFC 8998; NIST SP 800-38D).

use ::sm4::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::planes::{BLOCKS_AT_ONCE, RoundKeys};
use super::{BLOCK_LENGTH, CipherError};

/// Bytes of the tag that [`Sm4::gcm_seal`] appends.
pub const GCM_TAG_LENGTH: usize = 16;

type Block = [u8; BLOCK_LENGTH];

/// SM4 under one key of 16 bytes; its round keys are wiped when dropped.
///
/// CTR, GCM and the decryption of CBC take their blocks sixteen at a time, in constant time and faster than one by one. A single block and the encryption of CBC, where each block waits for the one before, go through the `sm4` crate and its table.
pub struct Sm4 {
    single: ::sm4::Sm4,
    many: RoundKeys,
}

impl Sm4 {
    /// The cipher under `key`.
    pub fn new(key: &[u8; 16]) -> Self {
        Self { single: ::sm4::Sm4::new(&Array::from(*key)), many: RoundKeys::new(key) }
    }

    /// Encrypts one block in place (ECB). For whole messages use a mode.
    pub fn encrypt_block(&self, block: &mut Block) {
        self.single.encrypt_block(block.into());
    }

    /// Decrypts one block in place (ECB).
    pub fn decrypt_block(&self, block: &mut Block) {
        self.single.decrypt_block(block.into());
    }

    /// CBC over whole blocks in place, without padding; `chain` is the initialisation vector and afterwards the last block, so that data may
    /// come in pieces. Bytes behind the last whole block are left alone.
    pub fn cbc_encrypt_blocks(&self, chain: &mut Block, data: &mut [u8]) {
        for block in data.as_chunks_mut::<BLOCK_LENGTH>().0 {
            xor(block, chain);
            self.encrypt_block(block);
            *chain = *block;
        }
    }

    /// Undoes [`Sm4::cbc_encrypt_blocks`].
    pub fn cbc_decrypt_blocks(&self, chain: &mut Block, data: &mut [u8]) {
        let mut decrypted = Zeroizing::new([[0; BLOCK_LENGTH]; BLOCKS_AT_ONCE]);
        for run in data.as_chunks_mut::<BLOCK_LENGTH>().0.chunks_mut(BLOCKS_AT_ONCE) {
            let decrypted = &mut decrypted[..run.len()];
            decrypted.copy_from_slice(run);
            self.many.decrypt(decrypted);
            for (block, plain) in run.iter_mut().zip(decrypted) {
                xor(plain, chain);
                *chain = std::mem::replace(block, *plain);
            }
        }
    }

    /// CTR in place: encrypts and decrypts alike. `counter` is the first counter block, which rises as one 128-bit number (GB/T 17964);
    /// it must never meet the same key twice.
    pub fn ctr_apply(&self, counter: &Block, data: &mut [u8]) {
        let first = u128::from_be_bytes(*counter);
        self.mask(data, |index| first.wrapping_add(index as u128).to_be_bytes());
    }

    /// GCM: encrypts `data` in place and appends the tag. A nonce must never meet the same key twice.
    ///
    /// # Errors
    /// [`CipherError::KeyLength`] for more than 2^36 - 32 bytes, the bound of SP 800-38D 5.2.1.1.
    pub fn gcm_seal(&self, nonce: &[u8; 12], associated: &[u8], data: &mut Vec<u8>) -> Result<(), CipherError> {
        check_gcm_length(data.len())?;
        self.gcm_mask(nonce, data);
        let tag = self.gcm_tag(nonce, associated, data);
        data.extend_from_slice(&tag);
        Ok(())
    }

    /// GCM: verifies the tag at the end of `data`, cuts it off and decrypts in place. If the tag is wrong, `data` is wiped and empty.
    ///
    /// # Errors
    /// [`CipherError::Decrypt`].
    pub fn gcm_open(&self, nonce: &[u8; 12], associated: &[u8], data: &mut Vec<u8>) -> Result<(), CipherError> {
        let length = data.len().checked_sub(GCM_TAG_LENGTH).ok_or(CipherError::Decrypt)?;
        check_gcm_length(length)?;
        let expected = self.gcm_tag(nonce, associated, &data[..length]);
        if !bool::from(expected.ct_eq(&data[length..])) {
            data.zeroize();
            return Err(CipherError::Decrypt);
        }
        data.truncate(length);
        self.gcm_mask(nonce, data);
        Ok(())
    }

    /// GCM's counter has 32 bits and begins at 2 for the data.
    fn gcm_mask(&self, nonce: &[u8; 12], data: &mut [u8]) {
        // `check_gcm_length` keeps the counter from coming round.
        self.mask(data, |index| counter_block(nonce, (index as u32).wrapping_add(2)));
    }

    fn gcm_tag(&self, nonce: &[u8; 12], associated: &[u8], ciphertext: &[u8]) -> Block {
        let mut hash_key = Zeroizing::new([0; BLOCK_LENGTH]);
        self.many.encrypt(std::slice::from_mut(&mut *hash_key));
        let mut hash = GHash::new(&Array::from(*hash_key));
        hash.update_padded(associated);
        hash.update_padded(ciphertext);
        let mut lengths = [0; BLOCK_LENGTH];
        lengths[..8].copy_from_slice(&(associated.len() as u64 * 8).to_be_bytes());
        lengths[8..].copy_from_slice(&(ciphertext.len() as u64 * 8).to_be_bytes());
        hash.update(&[Array::from(lengths)]);
        let mut tag: Block = hash.finalize().into();
        self.mask(&mut tag, |_| counter_block(nonce, 1));
        tag
    }

    /// XORs the encryptions of the counter blocks onto `data`.
    fn mask(&self, data: &mut [u8], counter: impl Fn(usize) -> Block) {
        let mut stream = Zeroizing::new([[0; BLOCK_LENGTH]; BLOCKS_AT_ONCE]);
        for (run, piece) in data.chunks_mut(BLOCKS_AT_ONCE * BLOCK_LENGTH).enumerate() {
            let blocks = &mut stream[..piece.len().div_ceil(BLOCK_LENGTH)];
            for (index, block) in blocks.iter_mut().enumerate() {
                *block = counter(run * BLOCKS_AT_ONCE + index);
            }
            self.many.encrypt(blocks);
            piece.iter_mut().zip(blocks.as_flattened()).for_each(|(byte, mask)| *byte ^= mask);
        }
    }
}

fn xor(block: &mut Block, with: &Block) {
    block.iter_mut().zip(with).for_each(|(byte, with)| *byte ^= with);
}

fn counter_block(nonce: &[u8; 12], counter: u32) -> Block {
    let mut block = [0; BLOCK_LENGTH];
    block[..12].copy_from_slice(nonce);
    block[12..].copy_from_slice(&counter.to_be_bytes());
    block
}

const fn check_gcm_length(length: usize) -> Result<(), CipherError> {
    if length as u64 <= (1 << 36) - 32 { Ok(()) } else { Err(CipherError::KeyLength) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789abcdeffedcba9876543210";
    const IV: Block = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    fn cipher() -> Sm4 {
        Sm4::new(&bytes(KEY))
    }

    fn letters(text: &str, each: usize) -> Vec<u8> {
        text.bytes().flat_map(|letter| std::iter::repeat_n((letter - b'A' + 10) * 17, each)).collect()
    }

    #[test]
    fn the_blocks_of_gbt_32907_hold_once_and_many_times() {
        let mut block = bytes::<16>(KEY);
        cipher().encrypt_block(&mut block);
        assert_eq!(hex::encode(block), "681edf34d206965e86b3e94f536e4246");
        cipher().decrypt_block(&mut block);
        assert_eq!(hex::encode(block), KEY);
    }

    #[test]
    fn a_million_encryptions_give_the_second_value_of_gbt_32907() {
        let (cipher, mut block) = (cipher(), bytes::<16>(KEY));
        (0..1_000_000).for_each(|_| cipher.encrypt_block(&mut block));
        assert_eq!(hex::encode(block), "595298c7c6fd271f0402f804c33d3f66");
    }

    #[test]
    fn cbc_and_ctr_give_the_published_values_also_in_pieces() {
        let mut data = letters("ABCDEFAB", 4);
        data[..32].copy_from_slice(&letters("ABCDEFAB", 4));
        let plain = data.clone();
        let mut chain = IV;
        cipher().cbc_encrypt_blocks(&mut chain, &mut data[..16]);
        cipher().cbc_encrypt_blocks(&mut chain, &mut data[16..]);
        assert_eq!(hex::encode(&data), "78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d");
        cipher().cbc_decrypt_blocks(&mut { IV }, &mut data);
        assert_eq!(data, plain);

        let mut data = letters("ABCDEFAB", 8);
        cipher().ctr_apply(&IV, &mut data);
        assert_eq!(
            hex::encode(&data),
            "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7\
             f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514"
        );
        cipher().ctr_apply(&IV, &mut data);
        assert_eq!(data, letters("ABCDEFAB", 8));
    }

    #[test]
    fn gcm_gives_the_values_of_rfc_8998_and_notices_every_change() {
        let nonce = bytes::<12>("00001234567800000000abcd");
        let associated = hex::decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let plain = letters("ABCDEFEA", 8);
        let mut data = plain.clone();
        cipher().gcm_seal(&nonce, &associated, &mut data).unwrap();
        assert_eq!(
            hex::encode(&data),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15\
             a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
        );
        let mut opened = data.clone();
        cipher().gcm_open(&nonce, &associated, &mut opened).unwrap();
        assert_eq!(opened, plain);
        for index in 0..data.len() {
            let mut changed = data.clone();
            changed[index] ^= 1;
            assert_eq!(cipher().gcm_open(&nonce, &associated, &mut changed), Err(CipherError::Decrypt));
            assert!(changed.is_empty());
        }
        assert!(cipher().gcm_open(&[0; 12], &associated, &mut data.clone()).is_err());
        assert!(cipher().gcm_open(&nonce, &associated[1..], &mut data.clone()).is_err());
        assert!(cipher().gcm_open(&nonce, &associated, &mut data[..15].to_vec()).is_err());
    }
}
