//! SM2 public key encryption (GB/T 32918.4-2016) and the shapes in which its ciphertexts travel.

use ::sm2::elliptic_curve::point::AffineCoordinates;
use ::sm2::elliptic_curve::{Group, PrimeField};
use ::sm2::{NonZeroScalar, ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use super::encryption::{DecryptError, EncryptError};
use crate::asn1::{Asn1Error, Reader, Writer};
use crate::sm3;

/// An SM2 ciphertext whose point was checked to be on the curve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sm2Ciphertext {
    /// C1 as X‖Y.
    point: [u8; 64],
    /// C3.
    hash: [u8; 32],
    /// C2.
    masked: Vec<u8>,
}

/// In which order a ciphertext that is not ASN.1 has its parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sm2CiphertextOrder {
    /// Point, hash, message: GB/T 32918.4-2016.
    C1C3C2,
    /// Point, message, hash: the draft of 2010 and old libraries.
    C1C2C3,
}

/// Why bytes are not an SM2 ciphertext.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Sm2CiphertextError {
    /// The structure is not well-formed.
    #[error("sm2_ciphertext.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// Too short, or the point is not on the curve.
    #[error("sm2_ciphertext.invalid: the ciphertext is too short or its point is not on the curve")]
    Invalid,
}

impl Sm2Ciphertext {
    /// Puts a ciphertext together from its parts, big-endian: C1 = (x, y), C3 and C2.
    ///
    /// # Errors
    /// [`Sm2CiphertextError::Invalid`] if the point is not on the curve or C2 is empty.
    pub fn from_parts(x: &[u8; 32], y: &[u8; 32], hash: &[u8; 32], masked: &[u8]) -> Result<Self, Sm2CiphertextError> {
        let mut point = [0; 64];
        point[..32].copy_from_slice(x);
        point[32..].copy_from_slice(y);
        if read_point(&point).is_none() || masked.is_empty() {
            return Err(Sm2CiphertextError::Invalid);
        }
        Ok(Self { point, hash: *hash, masked: masked.to_vec() })
    }

    /// Reads SM2Cipher in DER (GM/T 0009-2012 7.2): x, y, hash, ciphertext.
    ///
    /// # Errors
    /// [`Sm2CiphertextError`].
    pub fn from_der(der: &[u8]) -> Result<Self, Sm2CiphertextError> {
        let mut outer = Reader::der(der);
        let mut cipher = outer.sequence()?;
        outer.finish()?;
        let (x, y) = (coordinate(cipher.unsigned()?)?, coordinate(cipher.unsigned()?)?);
        let hash = cipher.octet_string()?.try_into().map_err(|_| Sm2CiphertextError::Invalid)?;
        let masked = cipher.octet_string()?;
        cipher.finish()?;
        Self::from_parts(&x, &y, hash, masked)
    }

    /// The ciphertext as SM2Cipher in DER.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::sequence_of(|cipher| {
            cipher.unsigned(self.x());
            cipher.unsigned(self.y());
            cipher.octet_string(&self.hash);
            cipher.octet_string(&self.masked);
        })
    }

    /// Reads the parts joined, with or without 04 before the point; which of the two is decided by the point being on the curve.
    ///
    /// # Errors
    /// [`Sm2CiphertextError::Invalid`].
    pub fn from_bytes(order: Sm2CiphertextOrder, bytes: &[u8]) -> Result<Self, Sm2CiphertextError> {
        let invalid = Sm2CiphertextError::Invalid;
        if let Some(bare) = bytes.strip_prefix(&[4])
            && let Ok(ciphertext) = Self::from_bare(order, bare)
        {
            return Ok(ciphertext);
        }
        Self::from_bare(order, bytes).map_err(|_| invalid)
    }

    fn from_bare(order: Sm2CiphertextOrder, bytes: &[u8]) -> Result<Self, Sm2CiphertextError> {
        let invalid = Sm2CiphertextError::Invalid;
        let (point, rest) = bytes.split_first_chunk::<64>().ok_or(invalid)?;
        let (hash, masked) = match order {
            Sm2CiphertextOrder::C1C3C2 => rest.split_first_chunk::<32>().ok_or(invalid)?,
            Sm2CiphertextOrder::C1C2C3 => {
                rest.split_last_chunk::<32>().map(|(masked, hash)| (hash, masked)).ok_or(invalid)?
            }
        };
        if read_point(point).is_none() || masked.is_empty() {
            return Err(invalid);
        }
        Ok(Self { point: *point, hash: *hash, masked: masked.to_vec() })
    }

    /// The parts joined, with 04 before the point.
    pub fn to_bytes(&self, order: Sm2CiphertextOrder) -> Vec<u8> {
        let (second, third): (&[u8], &[u8]) = match order {
            Sm2CiphertextOrder::C1C3C2 => (&self.hash, &self.masked),
            Sm2CiphertextOrder::C1C2C3 => (&self.masked, &self.hash),
        };
        [&[4], &self.point[..], second, third].concat()
    }

    /// The x coordinate of C1, 32 bytes big-endian.
    pub fn x(&self) -> &[u8] {
        &self.point[..32]
    }

    /// The y coordinate of C1, 32 bytes big-endian.
    pub fn y(&self) -> &[u8] {
        &self.point[32..]
    }

    /// C3, SM3 over x2‖M‖y2.
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// C2, as long as the message.
    pub fn masked(&self) -> &[u8] {
        &self.masked
    }

    /// C1 as a point; it was checked when the ciphertext was made.
    pub(crate) fn to_point(&self) -> Option<ProjectivePoint> {
        read_point(&self.point)
    }

    /// Decrypts with the point d·C1 that whoever holds the key has computed (GB/T 32918.4 7.1 B3 to B6).
    pub(crate) fn open(&self, shared: &ProjectivePoint) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let shared = coordinates(shared).ok_or(DecryptError::Failed)?;
        let mut message = Zeroizing::new(self.masked.clone());
        mask(&shared, &mut message);
        let valid = hash(&shared, &message).ct_eq(&self.hash);
        if bool::from(valid) { Ok(message) } else { Err(DecryptError::Failed) }
    }
}

fn coordinate(magnitude: &[u8]) -> Result<[u8; 32], Sm2CiphertextError> {
    let mut padded = [0; 32];
    let start = padded.len().checked_sub(magnitude.len()).ok_or(Sm2CiphertextError::Invalid)?;
    padded[start..].copy_from_slice(magnitude);
    Ok(padded)
}

/// X‖Y as a point on the curve; `None` off the curve. The curve has cofactor 1, so that every point on it is of the right order.
pub(crate) fn read_point(coordinates: &[u8; 64]) -> Option<ProjectivePoint> {
    let mut encoded = [4; 65];
    encoded[1..].copy_from_slice(coordinates);
    ::sm2::PublicKey::from_sec1_bytes(&encoded).ok().map(|key| key.to_projective())
}

/// X‖Y of a point, `None` for the point at infinity.
pub(crate) fn coordinates(point: &ProjectivePoint) -> Option<Zeroizing<[u8; 64]>> {
    if bool::from(point.is_identity()) {
        return None;
    }
    let affine = point.to_affine();
    let mut joined = Zeroizing::new([0; 64]);
    joined[..32].copy_from_slice(&affine.x());
    joined[32..].copy_from_slice(&affine.y());
    Some(joined)
}

/// XORs KDF(x2‖y2) onto the message (GB/T 32918.4 5.4.3) and says whether the mask was all zero, which the standard forbids.
fn mask(shared: &[u8; 64], message: &mut [u8]) -> bool {
    let mut seen = 0u8;
    for (counter, piece) in (1u32..).zip(message.chunks_mut(sm3::DIGEST_LENGTH)) {
        let mut hasher = sm3::Hasher::new();
        hasher.update(shared);
        hasher.update(&counter.to_be_bytes());
        let stream = Zeroizing::new(hasher.finish());
        for (byte, mask) in piece.iter_mut().zip(stream.iter()) {
            *byte ^= mask;
            seen |= mask;
        }
    }
    seen == 0
}

fn hash(shared: &[u8; 64], message: &[u8]) -> [u8; 32] {
    let mut hasher = sm3::Hasher::new();
    hasher.update(&shared[..32]);
    hasher.update(message);
    hasher.update(&shared[32..]);
    hasher.finish()
}

/// Encrypts `message` to `key` (GB/T 32918.4 6.1).
pub(super) fn encrypt(
    key: &ProjectivePoint,
    message: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Sm2Ciphertext, EncryptError> {
    if message.is_empty() {
        return Err(EncryptError::Length);
    }
    // An unusable k has a chance of 2^-32 or less (2^-8 for a message of one byte); a hundred in a row mean a broken generator.
    for _ in 0..100 {
        let Some(k) = random_scalar(rng) else { continue };
        if let Some(ciphertext) = encrypt_with(key, message, &k) {
            return Ok(ciphertext);
        }
    }
    Err(EncryptError::Failed)
}

fn encrypt_with(key: &ProjectivePoint, message: &[u8], k: &NonZeroScalar) -> Option<Sm2Ciphertext> {
    let point = *coordinates(&ProjectivePoint::mul_by_generator(&**k))?;
    let shared = coordinates(&(*key * **k))?;
    let mut masked = message.to_vec();
    if mask(&shared, &mut masked) {
        masked.zeroize();
        return None;
    }
    Some(Sm2Ciphertext { point, hash: hash(&shared, message), masked })
}

/// A scalar in [1, n-1] from 32 bytes of the generator, `None` if they are out of range.
pub(crate) fn random_scalar(rng: &mut dyn CryptoRng) -> Option<NonZeroScalar> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    rng.fill_bytes(bytes.as_mut());
    let scalar = Zeroizing::new(Scalar::from_repr((*bytes).into()).into_option()?);
    NonZeroScalar::new(*scalar).into_option()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeyAlgorithm, PrivateKey};

    // GB/T 32918.5-2017 annex C.2: a published test key.
    const D: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    const K: &str = "59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21";
    const DER: &str = "307c022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73022100e858f9d81e5430a57b3\
                       6daab8f950a3c64e6ee6a63094d99283aff767e124df0042059983c18f809e262923c53aec295d30383b54e39d609d160\
                       afcb1908d0bd8766041321886ca989ca9c7d58087307ca93092d651efa";

    fn unhex(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    fn scalar(text: &str) -> NonZeroScalar {
        let bytes: [u8; 32] = unhex(text).try_into().unwrap();
        NonZeroScalar::new(Scalar::from_repr(bytes.into()).unwrap()).unwrap()
    }

    fn key(secret: &str) -> PrivateKey {
        PrivateKey::from_sm2_secret(&unhex(secret).try_into().unwrap()).unwrap()
    }

    #[test]
    fn the_ciphertext_of_gbt_32918_5_is_made_from_its_nonce_and_opened_in_every_shape() {
        let point = ProjectivePoint::mul_by_generator(&*scalar(D));
        let made = encrypt_with(&point, b"encryption standard", &scalar(K)).unwrap();
        assert_eq!(hex::encode(made.to_der()), DER);
        assert_eq!(made, Sm2Ciphertext::from_der(&unhex(DER)).unwrap());
        for order in [Sm2CiphertextOrder::C1C3C2, Sm2CiphertextOrder::C1C2C3] {
            let bytes = made.to_bytes(order);
            assert_eq!(Sm2Ciphertext::from_bytes(order, &bytes).unwrap(), made);
            // This C1 begins with 04 itself, so that the form without prefix is the hard case.
            assert_eq!(Sm2Ciphertext::from_bytes(order, &bytes[1..]).unwrap(), made);
            assert!(Sm2Ciphertext::from_bytes(order, &bytes[..97]).is_err());
        }
        assert_eq!(key(D).decrypt_sm2(&made).unwrap().as_slice(), b"encryption standard");
    }

    #[test]
    fn ciphertexts_with_short_coordinates_and_long_text_are_opened() {
        // Published vectors of OpenSSL and Tongsuo (evppkey_sm2.txt), read as facts.
        let key = key("d09156733017bdad809fd9bbd8c693f60230593169b6f94aaf1c8ee138cc99b5");
        for (ciphertext, plain) in [
            (
                "30818a0220466be2ef5c11782ec77864a0055417f407a5afc11d653c6bce69e417bb1d05b6022062b572e21ff0ddf5c726bd3f9ff2\
                 eae56e6294713a607e9b9525628965f62cc804203c1b5713b5db2728eb7bf775e44f4689fc32668bdc564f52ea45b09e8df2a5f404\
                 22084a9d0cc2997092b7d3c404fce95956eb604d732b2307a8e5b8900ed6608ca5b197",
                "The floofy bunnies hop at midnight",
            ),
            (
                "3072022070dad60cda7c30d64cf4f278a849003581223f5324bfec9bb329229bffad21a6021f18afab2b35459d2643243b242be4ea\
                 80c6fa5071d2d847340cc57eb9309e5d04200b772e4db664b2601e3b85e39c4aa8c2c1910308be13b331e009c5a9258c29fd040b6d\
                 588be9260a94da18e0e6",
                "Hello World",
            ),
        ] {
            let ciphertext = Sm2Ciphertext::from_der(&unhex(ciphertext)).unwrap();
            assert_eq!(key.decrypt_sm2(&ciphertext).unwrap().as_slice(), plain.as_bytes());
        }
    }

    #[test]
    fn every_changed_bit_is_refused_with_one_error() {
        let der = unhex(DER);
        let key = key(D);
        for bit in 0..der.len() * 8 {
            let mut changed = der.clone();
            changed[bit / 8] ^= 0x80 >> (bit % 8);
            if let Ok(ciphertext) = Sm2Ciphertext::from_der(&changed) {
                assert_eq!(key.decrypt_sm2(&ciphertext).unwrap_err(), DecryptError::Failed);
            }
        }
        let trailing = [&der[..], &[0]].concat();
        assert!(Sm2Ciphertext::from_der(&trailing).is_err());
    }

    #[test]
    fn what_is_encrypted_comes_back_to_its_key_only_and_is_never_the_same_twice() {
        use rand_chacha::rand_core::SeedableRng;
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(7);
        let [key, other] = [1, 2].map(|_| PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap());
        for length in [1, 16, 31, 32, 33, 1000] {
            let message = vec![length as u8; length];
            let first = key.public_key().encrypt_sm2(&message, &mut rng).unwrap();
            let second = key.public_key().encrypt_sm2(&message, &mut rng).unwrap();
            assert_ne!(first, second);
            assert_eq!(key.decrypt_sm2(&first).unwrap().as_slice(), message);
            assert_eq!(other.decrypt_sm2(&first).unwrap_err(), DecryptError::Failed);
        }
        assert_eq!(key.public_key().encrypt_sm2(b"", &mut rng).unwrap_err(), EncryptError::Length);
    }
}
