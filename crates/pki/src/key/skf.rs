//! The fixed layouts in which USB tokens hand over keys, signatures and ciphertexts (SKF: GM/T 0016-2012 6.4; numbers little-endian, values
//! of 32 bytes right-aligned in 64), and raw r‖s.
//!
//! `ULONG` is 32 bits, as the standard says; a library that was built with 64-bit longs is the caller's to adapt.

use super::sm2::read_signature;
use super::{KeyAlgorithm, PublicKey, Sm2Ciphertext};
use crate::asn1::Writer;

/// Length of an ECCPUBLICKEYBLOB in bytes.
pub const SKF_PUBLIC_KEY_LENGTH: usize = 4 + 64 + 64;
/// Length of an ECCSIGNATUREBLOB in bytes.
pub const SKF_SIGNATURE_LENGTH: usize = 64 + 64;
/// Length of an ECCCIPHERBLOB without its ciphertext.
const CIPHER_HEADER_LENGTH: usize = 64 + 64 + 32 + 4;

/// Why bytes are not a blob of this kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SkfError {
    /// Another length than the layout's, or a length field that does not fit.
    #[error("skf.length: the blob has not the length of its layout")]
    Length,
    /// A number does not fit in 256 bits, or is not of this curve.
    #[error("skf.value: a value in the blob is out of range")]
    Value,
    /// Not an SM2 key.
    #[error("skf.key: only SM2 keys have this form")]
    Key,
}

/// A signature as tokens, SDF and scripts give it, r‖s of 32 bytes each, in the DER that X.509 and CMS carry (GM/T 0009-2012 7.3).
pub fn sm2_signature_from_raw(raw: &[u8; 64]) -> Vec<u8> {
    Writer::sequence_of(|signature| {
        signature.unsigned(&raw[..32]);
        signature.unsigned(&raw[32..]);
    })
}

/// r‖s of a signature in DER.
///
/// # Errors
/// [`SkfError::Value`] if it is not strict DER of two numbers of at most 32 bytes.
pub fn sm2_signature_to_raw(der: &[u8]) -> Result<[u8; 64], SkfError> {
    let (r, s) = read_signature(der).ok_or(SkfError::Value)?;
    let mut raw = [0; 64];
    raw[..32].copy_from_slice(&r);
    raw[32..].copy_from_slice(&s);
    Ok(raw)
}

/// The low 32 of 64 bytes, of which the high ones must be zero.
pub(super) fn read_padded(padded: &[u8]) -> Result<&[u8; 32], SkfError> {
    let (zeros, value) = padded.split_last_chunk::<32>().ok_or(SkfError::Length)?;
    if zeros.iter().all(|byte| *byte == 0) { Ok(value) } else { Err(SkfError::Value) }
}

pub(super) fn write_padded(out: &mut Vec<u8>, value: &[u8]) {
    out.extend_from_slice(&[0; 32]);
    out.extend_from_slice(value);
}

/// Takes `length` bytes off the front.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], SkfError> {
    let (taken, after) = rest.split_at_checked(length).ok_or(SkfError::Length)?;
    *rest = after;
    Ok(taken)
}

pub(super) fn take_u32(rest: &mut &[u8]) -> Result<u32, SkfError> {
    let bytes = take(rest, 4)?.try_into().map_err(|_| SkfError::Length)?;
    Ok(u32::from_le_bytes(bytes))
}

impl PublicKey {
    /// The key as an ECCPUBLICKEYBLOB.
    ///
    /// # Errors
    /// [`SkfError::Key`] for other kinds than SM2.
    pub fn to_skf(&self) -> Result<Vec<u8>, SkfError> {
        let point = match (self.algorithm(), self.key_bits()) {
            (KeyAlgorithm::Sm2, [4, point @ ..]) => point,
            _ => return Err(SkfError::Key),
        };
        let mut blob = Vec::with_capacity(SKF_PUBLIC_KEY_LENGTH);
        blob.extend_from_slice(&256u32.to_le_bytes());
        point.chunks(32).for_each(|coordinate| write_padded(&mut blob, coordinate));
        Ok(blob)
    }

    /// Reads an ECCPUBLICKEYBLOB.
    ///
    /// # Errors
    /// [`SkfError`].
    pub fn from_skf(blob: &[u8]) -> Result<Self, SkfError> {
        let mut rest = blob;
        if blob.len() != SKF_PUBLIC_KEY_LENGTH {
            return Err(SkfError::Length);
        }
        if take_u32(&mut rest)? != 256 {
            return Err(SkfError::Value);
        }
        let (x, y) = (read_padded(take(&mut rest, 64)?)?, read_padded(take(&mut rest, 64)?)?);
        Self::from_point(KeyAlgorithm::Sm2, &[&[4], &x[..], y].concat()).map_err(|_| SkfError::Value)
    }
}

/// An ECCSIGNATUREBLOB in the DER that X.509 and CMS carry.
///
/// # Errors
/// [`SkfError`].
pub fn sm2_signature_from_skf(blob: &[u8]) -> Result<Vec<u8>, SkfError> {
    let mut rest = blob;
    if blob.len() != SKF_SIGNATURE_LENGTH {
        return Err(SkfError::Length);
    }
    let (r, s) = (read_padded(take(&mut rest, 64)?)?, read_padded(take(&mut rest, 64)?)?);
    let mut raw = [0; 64];
    raw[..32].copy_from_slice(r);
    raw[32..].copy_from_slice(s);
    Ok(sm2_signature_from_raw(&raw))
}

impl Sm2Ciphertext {
    /// The ciphertext as an ECCCIPHERBLOB.
    ///
    /// # Errors
    /// [`SkfError::Length`] for more than 4 GiB.
    pub fn to_skf(&self) -> Result<Vec<u8>, SkfError> {
        let length = u32::try_from(self.masked().len()).map_err(|_| SkfError::Length)?;
        let mut blob = Vec::with_capacity(CIPHER_HEADER_LENGTH + self.masked().len());
        write_padded(&mut blob, self.x());
        write_padded(&mut blob, self.y());
        blob.extend_from_slice(self.hash());
        blob.extend_from_slice(&length.to_le_bytes());
        blob.extend_from_slice(self.masked());
        Ok(blob)
    }

    /// Reads an ECCCIPHERBLOB that fills `blob`.
    ///
    /// # Errors
    /// [`SkfError`].
    pub fn from_skf(blob: &[u8]) -> Result<Self, SkfError> {
        let mut rest = blob;
        let (x, y) = (read_padded(take(&mut rest, 64)?)?, read_padded(take(&mut rest, 64)?)?);
        let hash = take(&mut rest, 32)?.try_into().map_err(|_| SkfError::Length)?;
        let length = take_u32(&mut rest)? as usize;
        if rest.len() != length {
            return Err(SkfError::Length);
        }
        Self::from_parts(x, y, hash, rest).map_err(|_| SkfError::Value)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::key::{PrivateKey, SignatureAlgorithm, Signer};

    #[test]
    fn keys_signatures_and_ciphertexts_survive_their_blobs() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
        let blob = key.public_key().to_skf().unwrap();
        assert_eq!((blob.len(), &blob[..4], &blob[4..36]), (SKF_PUBLIC_KEY_LENGTH, &[0, 1, 0, 0][..], &[0; 32][..]));
        assert_eq!(&PublicKey::from_skf(&blob).unwrap(), key.public_key());
        for (at, error) in [(0, SkfError::Value), (4, SkfError::Value), (40, SkfError::Value)] {
            let mut changed = blob.clone();
            changed[at] ^= 1;
            assert_eq!(PublicKey::from_skf(&changed).err(), Some(error));
        }
        assert_eq!(PublicKey::from_skf(&blob[1..]).err(), Some(SkfError::Length));
        let rsa_or_ecdsa = PrivateKey::generate(KeyAlgorithm::EcdsaP256, &mut rng).unwrap();
        assert_eq!(rsa_or_ecdsa.public_key().to_skf().err(), Some(SkfError::Key));

        for index in 0..40u8 {
            let digest = key.public_key().signing_digest(&[index]);
            let der = key.sign(&digest).unwrap();
            let raw = sm2_signature_to_raw(&der).unwrap();
            assert_eq!(sm2_signature_from_raw(&raw), der);
            let mut blob = Vec::new();
            raw.chunks(32).for_each(|part| write_padded(&mut blob, part));
            let again = sm2_signature_from_skf(&blob).unwrap();
            assert_eq!(key.public_key().verify(SignatureAlgorithm::Sm2Sm3, &[index], &again), Ok(()));
        }
        assert!(sm2_signature_from_skf(&[1; SKF_SIGNATURE_LENGTH]).is_err());
        assert!(sm2_signature_to_raw(&[0x30, 0]).is_err());

        let ciphertext = key.public_key().encrypt_sm2(b"0123456789abcdef", &mut rng).unwrap();
        let blob = ciphertext.to_skf().unwrap();
        assert_eq!(Sm2Ciphertext::from_skf(&blob).unwrap(), ciphertext);
        for end in 0..blob.len() {
            assert!(Sm2Ciphertext::from_skf(&blob[..end]).is_err());
        }
    }
}
