//! The phone's share under a PIN, so that no PIN can be tried without the server (standards 9.5).

use ::sm2::elliptic_curve::PrimeField;
use ::sm2::elliptic_curve::ops::Reduce;
use ::sm2::{FieldBytes, Scalar};
use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::device::public_key;
use super::{DeviceShare, Secret, TwoPartyError, read_wire_point};

const VERSION: u8 = 1;
const LENGTH: usize = 1 + 4 + 4 + 16 + 32 + 64;

/// What one trial of a PIN costs (Argon2id).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PinCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl PinCost {
    /// 64 MiB and three passes, about a second on a phone (RFC 9106 4, second choice).
    pub const PHONE: Self = Self { memory_kib: 64 * 1024, passes: 3 };
}

/// The share as the phone stores it: d1 minus a number from the PIN. Every PIN opens to a share that looks like any other; no tag, no point
/// and no hash of the share stands beside it, and must never. The caller seals the bytes with the phone's own key store.
pub struct ProtectedShare {
    cost: PinCost,
    salt: [u8; 16],
    offset: Secret,
    public: [u8; 64],
}

impl ProtectedShare {
    /// Puts a share under a PIN.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`] for a cost that Argon2 does not take.
    pub fn seal(share: &DeviceShare, pin: &str, cost: PinCost, rng: &mut dyn CryptoRng) -> Result<Self, TwoPartyError> {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let offset = Zeroizing::new(**share.share() - *pin_scalar(pin, &salt, cost)?);
        let bits = share.public_key().key_bits().get(1..).and_then(|bits| bits.try_into().ok());
        Ok(Self { cost, salt, offset, public: bits.ok_or(TwoPartyError::Malformed)? })
    }

    /// The share that this PIN opens to. Whether it is the right one shows at the server only.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`] for a cost that Argon2 does not take.
    pub fn open(&self, pin: &str) -> Result<DeviceShare, TwoPartyError> {
        let share = Zeroizing::new(*self.offset + *pin_scalar(pin, &self.salt, self.cost)?);
        Ok(DeviceShare::from_parts(share, public_key(&read_wire_point(&self.public)?)?))
    }

    /// Puts the share under another PIN. Let the old one prove itself at the server first: a wrong one would make the share useless for good.
    ///
    /// # Errors
    /// As [`ProtectedShare::seal`].
    pub fn change_pin(&self, old: &str, new: &str, rng: &mut dyn CryptoRng) -> Result<Self, TwoPartyError> {
        Self::seal(&self.open(old)?, new, self.cost, rng)
    }

    /// The bytes to be stored. They wipe themselves.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.cost.memory_kib.to_be_bytes());
        bytes.extend_from_slice(&self.cost.passes.to_be_bytes());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(&self.offset.to_repr());
        bytes.extend_from_slice(&self.public);
        bytes
    }

    /// Reads what was stored.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let malformed = TwoPartyError::Malformed;
        let bytes: &[u8; LENGTH] = bytes.try_into().map_err(|_| malformed)?;
        let word = |at: usize| bytes[at..at + 4].iter().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
        let cost = PinCost { memory_kib: word(1), passes: word(5) };
        // A store that was tampered with must not be able to take all memory.
        if bytes[0] != VERSION || cost.memory_kib > 1 << 20 || cost.passes > 64 {
            return Err(malformed);
        }
        let repr: [u8; 32] = bytes[25..57].try_into().map_err(|_| malformed)?;
        let offset = Zeroizing::new(Scalar::from_repr(repr.into()).into_option().ok_or(malformed)?);
        let salt = bytes[9..25].try_into().map_err(|_| malformed)?;
        let public: [u8; 64] = bytes[57..].try_into().map_err(|_| malformed)?;
        read_wire_point(&public)?;
        Ok(Self { cost, salt, offset, public })
    }
}

/// A number mod n from a PIN: 48 bytes of Argon2id, so that no value is likelier than another by more than 2^-128.
fn pin_scalar(pin: &str, salt: &[u8; 16], cost: PinCost) -> Result<Secret, TwoPartyError> {
    let malformed = TwoPartyError::Malformed;
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(48)).map_err(|_| malformed)?;
    let mut out = Zeroizing::new([0u8; 48]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.as_bytes(), salt, out.as_mut())
        .map_err(|_| malformed)?;
    let (high, low) = out.split_first_chunk::<16>().ok_or(malformed)?;
    let low: [u8; 32] = low.try_into().map_err(|_| malformed)?;
    let mut wide = Zeroizing::new([0u8; 32]);
    wide[16..].copy_from_slice(high);
    let mut shift = [0u8; 32];
    shift[15] = 1;
    // high · 2^256 + low, 2^256 being 2^128 squared.
    let reduce = |bytes: &[u8; 32]| Scalar::reduce(&FieldBytes::from(*bytes));
    let shift = reduce(&shift);
    Ok(Zeroizing::new(reduce(&wide) * shift * shift + reduce(&low)))
}
