//! Symmetric ciphers: SM4 with its modes, and the CBC ciphers that messages and key files name.
//!
//! Speed and timing: AES is aws-lc's (hardware instructions, constant time). SM4 in CTR, GCM and for decrypting CBC is computed over many
//! blocks at once without a table, in constant time; the encryption of CBC and single blocks go through the `sm4` crate, which looks its
//! substitution box up in a table of 256 bytes and could leak through the cache to an attacker's process on the same machine. GHASH and all
//! comparisons of tags are constant-time.
//!
//! CBC alone does not notice changes. Where a message is not signed around it, use [`Sm4::gcm_seal`] or an AEAD.

mod cbc;
mod planes;
mod sm4;

pub use cbc::{CbcCipher, CbcDecryptor, CbcEncryptor};
pub use sm4::{GCM_TAG_LENGTH, Sm4};

/// Bytes in a block of SM4 and AES.
pub const BLOCK_LENGTH: usize = 16;

/// Why nothing was decrypted (or a key cannot be used).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CipherError {
    /// The key or the initialisation vector has another length than the cipher's.
    #[error("cipher.key_length: key or initialisation vector do not have the cipher's length")]
    KeyLength,
    /// The ciphertext was changed or cut, or the key is not the one that it was made with. Deliberately one case: telling padding, length and
    /// tag apart is what oracles are made of.
    #[error("cipher.decrypt: the ciphertext was changed, or the key is another one")]
    Decrypt,
}
