//! What only old files use: the key derivation of RFC 7292 appendix B, and the CBC ciphers of 8-byte blocks that belong to it.

use des::TdesEde3;
use rc2::Rc2;
use sm4::cipher::{Array, BlockCipherDecrypt, KeyInit};
use zeroize::Zeroizing;

use crate::asn1::{Element, Tag};
use crate::digest::DigestAlgorithm;
use crate::oid;
use crate::password::{PasswordError, check_iterations};

/// What is derived, the ID of RFC 7292 B.3.
#[derive(Clone, Copy)]
pub(super) enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

/// A password as appendix B.1 wants it: UTF-16 big-endian with two zero bytes behind, except that no password at all is nothing.
pub(super) fn utf16_password(password: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * password.len() + 2));
    password.encode_utf16().chain([0]).for_each(|unit| bytes.extend_from_slice(&unit.to_be_bytes()));
    bytes
}

/// Derives `length` bytes (RFC 7292 B.2).
pub(super) fn derive(
    hash: DigestAlgorithm,
    purpose: Use,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Zeroizing<Vec<u8>> {
    let block = match hash {
        DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => 128,
        DigestAlgorithm::Sm3 | DigestAlgorithm::Sha256 | DigestAlgorithm::Sha1 => 64,
    };
    let diversifier = vec![purpose as u8; block];
    let repeated =
        |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().cycle().take(bytes.len().div_ceil(block) * block).collect() };
    let mut input = Zeroizing::new(repeated(salt));
    input.extend_from_slice(&Zeroizing::new(repeated(password)));
    let mut out = Zeroizing::new(Vec::with_capacity(length + hash.length()));
    while out.len() < length {
        let mut state = hash.digest_parts(&[&diversifier, &input]);
        for _ in 1..iterations {
            state = hash.digest(state.as_bytes());
        }
        out.extend_from_slice(state.as_bytes());
        // I_j = (I_j + B + 1) mod 2^(8v), B being the digest repeated.
        let addend: Vec<u8> = state.as_bytes().iter().copied().cycle().take(block).collect();
        for piece in input.chunks_mut(block) {
            let mut carry = 1u16;
            for (byte, add) in piece.iter_mut().zip(&addend).rev() {
                carry += u16::from(*byte) + u16::from(*add);
                *byte = carry as u8;
                carry >>= 8;
            }
        }
    }
    out.truncate(length);
    out
}

/// Decrypts under pbeWithSHAAnd3-KeyTripleDES-CBC or pbeWithSHAAnd40BitRC2-CBC (RFC 7292 appendix C).
pub(super) fn decrypt(
    algorithm: &Element<'_>,
    ciphertext: &[u8],
    password: &str,
) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let mut reader = algorithm.reader();
    let scheme = reader.oid()?;
    if ![oid::PBE_SHA_3DES, oid::PBE_SHA_RC2_40].contains(&scheme) {
        return Err(PasswordError::Unsupported(scheme));
    }
    let mut parameters = reader.element(Tag::SEQUENCE)?.reader();
    let salt = parameters.octet_string()?;
    let iterations = check_iterations(parameters.u64()?)?;
    parameters.finish()?;
    let password = utf16_password(password);
    let part = |purpose, length| derive(DigestAlgorithm::Sha1, purpose, &password, salt, iterations, length);
    let iv: [u8; 8] = part(Use::Iv, 8).as_slice().try_into().map_err(|_| PasswordError::Wrong)?;
    if scheme == oid::PBE_SHA_3DES {
        let key = part(Use::Key, 24);
        let cipher = TdesEde3::new_from_slice(&key).map_err(|_| PasswordError::Wrong)?;
        cbc_decrypt(&|block| cipher.decrypt_block(block.into()), iv, ciphertext)
    } else {
        let cipher = Rc2::new_with_eff_key_len(&part(Use::Key, 5), 40);
        cbc_decrypt(&|block| cipher.decrypt_block(<&mut Array<u8, _>>::from(block)), iv, ciphertext)
    }
}

fn cbc_decrypt(
    decrypt: &dyn Fn(&mut [u8; 8]),
    mut chain: [u8; 8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, PasswordError> {
    let mut data = Zeroizing::new(ciphertext.to_vec());
    let (blocks, rest) = data.as_chunks_mut::<8>();
    if blocks.is_empty() || !rest.is_empty() {
        return Err(PasswordError::Wrong);
    }
    for block in blocks {
        let next = *block;
        decrypt(block);
        block.iter_mut().zip(chain).for_each(|(byte, with)| *byte ^= with);
        chain = next;
    }
    let padding = data.last().map_or(0, |last| usize::from(*last));
    let length = data.len() - padding.min(data.len());
    if !(1..=8).contains(&padding) || data[length..].iter().any(|byte| usize::from(*byte) != padding) {
        return Err(PasswordError::Wrong);
    }
    data.truncate(length);
    Ok(data)
}
