//! SM2 whose private key never exists in one place: a phone and a server hold a share each, and only both together sign or decrypt.
//!
//! The shares are factors of (1+d)⁻¹ = d1·d2, so that P = (d1·d2)⁻¹·G − G (standards 9; the family of 协同签名 products), hardened against
//! parties that do not keep to the protocol:
//!
//! 1. *Enrolment* ([`ServerEnrolment`], [`DeviceEnrolment`]): the server commits to its point before it sees the phone's, and both prove that
//!    they know what is behind theirs, so that neither can choose the key.
//! 2. *Signing* ([`DeviceShare::begin_signing`], [`ServerRecord::answer_signing`]): both compute e from the document themselves. The phone
//!    proves its share to the server before the server says anything, bound to this one [`Intent`]. The server answers an intent once. The
//!    phone refuses s2 = 0 and verifies the signature before it lets anything out; otherwise one bad answer would reveal its share.
//! 3. *Decryption* ([`DeviceShare::begin_decryption`], [`ServerRecord::answer_decryption`]): only the phone sees the result.
//! 4. *PIN* ([`ProtectedShare`]): every PIN opens to some share, and nothing on the phone tells which is right; only the server learns it, and
//!    counts.
//! 5. *Refresh* ([`DeviceShare::begin_refresh`]): both shares change, the key does not; a share that leaked before is worth nothing after.
//!
//! What it is not: a proof of security against malicious parties in a formal model, nor a certified module. The arithmetic is constant-time
//! (that of the `sm2` crate); shares and nonces are wiped when dropped. Randomness is mixed with the share and the intent, so that a broken
//! or rewound generator does not repeat a nonce under another intent.
//!
//! Nothing here keeps anything: [`ServerRecord`] is changed in place, and **must be stored before the answer leaves, after a refusal too**.
//! Messages must travel encrypted (TLS); the refresh needs it for secrecy, the rest for privacy.

#[cfg(test)]
mod attacks;
mod device;
mod enrol;
mod intent;
mod pin;
mod proof;
mod refresh;
mod server;

pub use device::{Decryption, DeviceShare, PointAnswer, PointRequest, SignAnswer, SignRequest, Signing};
pub use enrol::{Commitment, DeviceEnrolment, DeviceOpening, ServerEnrolment, ServerOpening};
pub use intent::{Intent, MAX_LIFETIME_MICROS};
pub use pin::{PinCost, ProtectedShare};
pub use refresh::{Refresh, RefreshConfirmation, RefreshRequest, ServerRefresh};
pub use server::{MAX_FAILURES, MAX_OPEN_INTENTS, ServerRecord};

use ::sm2::elliptic_curve::{Group, PrimeField};
use ::sm2::{NonZeroScalar, ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::key::{coordinates, read_point};
use crate::sm3;

/// Why a party goes no further. Nothing secret has left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TwoPartyError {
    /// A message has another length, or a number or point in it is out of range.
    #[error("two_party.malformed: the message is not well-formed")]
    Malformed,
    /// The other party did not prove that it knows what is behind its point. From a phone with the right session this means a wrong PIN.
    #[error("two_party.proof: the proof of the other party's share does not hold")]
    Proof,
    /// The server's point is not the one that it committed to.
    #[error("two_party.commitment: the point is not the one that was committed to")]
    Commitment,
    /// The key would be a weak one (the point at infinity).
    #[error("two_party.weak_key: the shares give no usable key; begin again")]
    WeakKey,
    /// The answer would reveal the share or gives no valid signature.
    #[error("two_party.answer: the server's answer is not a valid one; nothing was released")]
    Answer,
    /// The intent has expired, or lasts longer than is allowed.
    #[error("two_party.expired: the request has expired or lasts too long")]
    Expired,
    /// The intent was answered before.
    #[error("two_party.answered: this request was answered before; begin a new one")]
    Answered,
    /// Too many intents are open for this key.
    #[error("two_party.busy: too many requests are open for this key; wait until they expire")]
    Busy,
    /// Too many wrong PINs.
    #[error("two_party.locked: the key is locked after too many wrong PINs; the owner must be identified again")]
    Locked,
    /// The intent is for another key or another kind of act.
    #[error("two_party.other_intent: the request is for another key or another act")]
    OtherIntent,
    /// The ciphertext was changed or is for another key.
    #[error("two_party.ciphertext: the ciphertext was changed or is for another key")]
    Ciphertext,
    /// The generator is broken.
    #[error("two_party.randomness: no usable random number could be drawn")]
    Randomness,
}

/// A secret scalar, wiped when dropped.
pub(crate) type Secret = Zeroizing<Scalar>;

/// Reads a scalar in [1, n-1].
fn read_scalar(bytes: &[u8]) -> Result<NonZeroScalar, TwoPartyError> {
    let bytes = Zeroizing::new(<[u8; 32]>::try_from(bytes).map_err(|_| TwoPartyError::Malformed)?);
    let scalar = Zeroizing::new(Scalar::from_repr((*bytes).into()).into_option().ok_or(TwoPartyError::Malformed)?);
    NonZeroScalar::new(*scalar).into_option().ok_or(TwoPartyError::Malformed)
}

/// Reads X‖Y: on the curve and not infinity.
fn read_wire_point(bytes: &[u8]) -> Result<ProjectivePoint, TwoPartyError> {
    let bytes = bytes.try_into().map_err(|_| TwoPartyError::Malformed)?;
    read_point(bytes).ok_or(TwoPartyError::Malformed)
}

/// X‖Y of a point that is not infinity.
fn wire_point(point: &ProjectivePoint) -> Result<[u8; 64], TwoPartyError> {
    coordinates(point).map(|bytes| *bytes).ok_or(TwoPartyError::WeakKey)
}

/// P = shared − G, refused if it or `shared` is infinity (d1·d2 = 1 would be d = 0).
fn public_point(shared: &ProjectivePoint) -> Result<ProjectivePoint, TwoPartyError> {
    let point = *shared - ProjectivePoint::GENERATOR;
    if bool::from(point.is_identity()) || bool::from(shared.is_identity()) {
        return Err(TwoPartyError::WeakKey);
    }
    Ok(point)
}

/// A nonce from the generator, the party's secret and what it is for: a generator that repeats itself does not repeat a nonce elsewhere.
fn hedged_nonce(
    secret: &Scalar,
    label: &[u8],
    context: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<Secret, TwoPartyError> {
    let mut random = Zeroizing::new([0u8; 32]);
    for counter in 0u8..100 {
        rng.fill_bytes(random.as_mut());
        let mut hasher = sm3::Hasher::new();
        hasher.update(b"yinxin/sm2-2p/v1/nonce/");
        hasher.update(&[counter, label.len() as u8]);
        hasher.update(label);
        hasher.update(random.as_ref());
        hasher.update(Zeroizing::new(<[u8; 32]>::from(secret.to_repr())).as_ref());
        hasher.update(context);
        let bytes = Zeroizing::new(hasher.finish());
        if let Ok(nonce) = read_scalar(bytes.as_ref()) {
            return Ok(Zeroizing::new(*nonce));
        }
    }
    Err(TwoPartyError::Randomness)
}

/// A random secret share.
fn random_share(rng: &mut dyn CryptoRng) -> Result<Secret, TwoPartyError> {
    hedged_nonce(&Scalar::ONE, b"share", &[], rng)
}

/// The inverse of a scalar that is not zero.
fn inverse(scalar: &Scalar) -> Result<Secret, TwoPartyError> {
    scalar.invert().into_option().map(Zeroizing::new).ok_or(TwoPartyError::Malformed)
}
