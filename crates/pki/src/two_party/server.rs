//! The server's side: its record of one key, and its answers.

use ::sm2::elliptic_curve::ops::Reduce;
use ::sm2::elliptic_curve::point::AffineCoordinates;
use ::sm2::elliptic_curve::{Group, PrimeField};
use ::sm2::{FieldBytes, ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::device::{NONCE, SHARE, public_key, verify};
use super::proof::Proof;
use super::{
    Intent, PointAnswer, PointRequest, Secret, SignAnswer, SignRequest, TwoPartyError, hedged_nonce, inverse,
    read_scalar, read_wire_point, wire_point,
};
use crate::key::{PublicKey, Sm2Ciphertext};

/// So many wrong PINs in a row lock a key.
pub const MAX_FAILURES: u8 = 5;

/// So many intents of one key may be answered and not yet expired.
pub const MAX_OPEN_INTENTS: usize = 16;

const VERSION: u8 = 1;
const FIXED_LENGTH: usize = 1 + 1 + 32 + 64 + 64;
const INTENT_LENGTH: usize = 16 + 8;

/// What the server keeps of one key. Every call may change it, and it must be stored before the result is acted upon, also if that is a
/// refusal: the counter of wrong PINs and the list of answered intents are what the safety of the phone's share rests on.
pub struct ServerRecord {
    share: Secret,
    /// d1⁻¹·G of the phone.
    device_point: ProjectivePoint,
    public: PublicKey,
    failures: u8,
    /// Intents that were answered, until they expire.
    answered: Vec<([u8; 16], i64)>,
}

impl ServerRecord {
    pub(super) fn new(
        share: Secret,
        device_point: &ProjectivePoint,
        public: &ProjectivePoint,
    ) -> Result<Self, TwoPartyError> {
        let public = public_key(public)?;
        Ok(Self { share, device_point: *device_point, public, failures: 0, answered: Vec::new() })
    }

    /// The record's bytes, to be sealed under a key-encryption key. They wipe themselves.
    ///
    /// # Errors
    /// [`TwoPartyError::WeakKey`], which a record cannot hold.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, TwoPartyError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(FIXED_LENGTH + self.answered.len() * INTENT_LENGTH));
        bytes.extend_from_slice(&[VERSION, self.failures]);
        bytes.extend_from_slice(&self.share.to_repr());
        bytes.extend_from_slice(&wire_point(&self.device_point)?);
        bytes.extend_from_slice(self.public.key_bits().get(1..).unwrap_or_default());
        for (id, expires_at) in &self.answered {
            bytes.extend_from_slice(id);
            bytes.extend_from_slice(&expires_at.to_be_bytes());
        }
        Ok(bytes)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`]; also if shares and public key do not belong together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let malformed = TwoPartyError::Malformed;
        let (fixed, intents) = bytes.split_first_chunk::<FIXED_LENGTH>().ok_or(malformed)?;
        let (intents, rest) = intents.as_chunks::<INTENT_LENGTH>();
        if fixed[0] != VERSION || !rest.is_empty() || intents.len() > MAX_OPEN_INTENTS {
            return Err(malformed);
        }
        let share = Zeroizing::new(*read_scalar(&fixed[2..34])?);
        let device_point = read_wire_point(&fixed[34..98])?;
        let public = read_wire_point(&fixed[98..])?;
        if device_point * *inverse(&share)? - ProjectivePoint::GENERATOR != public {
            return Err(malformed);
        }
        let mut record = Self::new(share, &device_point, &public)?;
        record.failures = fixed[1];
        for intent in intents {
            let (id, expires_at) = intent.split_first_chunk().ok_or(malformed)?;
            record.answered.push((*id, i64::from_be_bytes(expires_at.try_into().map_err(|_| malformed)?)));
        }
        Ok(record)
    }

    /// The public key that phone and server have together.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Whether too many wrong PINs have locked the key.
    pub const fn is_locked(&self) -> bool {
        self.failures >= MAX_FAILURES
    }

    /// How many wrong PINs there were in a row.
    pub const fn failures(&self) -> u8 {
        self.failures
    }

    /// Answers a request to sign, once per intent. The intent is the server's own, built from its own copy of the document.
    ///
    /// # Errors
    /// [`TwoPartyError`]. Store the record in every case, before anything leaves.
    pub fn answer_signing(
        &mut self,
        intent: &Intent,
        request: &SignRequest,
        now: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<SignAnswer, TwoPartyError> {
        let e = intent.e()?;
        self.admit(intent, &request.share_proof, &request.point, now)?;
        let point = read_wire_point(&request.point)?;
        request.nonce_proof.verify(&point, NONCE, &intent.context(&[]))?;
        let e = Scalar::reduce(&FieldBytes::from(*e));
        let context = intent.context(&request.point);
        for _ in 0..100 {
            let k2 = hedged_nonce(&self.share, b"sign/k2", &context, rng)?;
            let k3 = hedged_nonce(&self.share, b"sign/k3", &context, rng)?;
            if let Some(answer) = answer(&self.share, &e, &point, &k2, &k3) {
                return Ok(answer);
            }
        }
        Err(TwoPartyError::Randomness)
    }

    /// Gives the server's part of a decryption, once per intent.
    ///
    /// # Errors
    /// [`TwoPartyError`]. Store the record in every case, before anything leaves.
    pub fn answer_decryption(
        &mut self,
        intent: &Intent,
        ciphertext: &Sm2Ciphertext,
        request: &PointRequest,
        now: i64,
    ) -> Result<PointAnswer, TwoPartyError> {
        intent.check_ciphertext(ciphertext)?;
        self.admit(intent, &request.0, &[], now)?;
        let point = ciphertext.to_point().ok_or(TwoPartyError::Malformed)?;
        wire_point(&(point * *inverse(&self.share)?)).map(PointAnswer)
    }

    /// Checks the signature that the phone has finished, before it is put into a document.
    ///
    /// # Errors
    /// [`TwoPartyError::Answer`].
    pub fn check_signature(&self, intent: &Intent, signature: &[u8]) -> Result<(), TwoPartyError> {
        verify(&self.public, intent, signature)
    }

    /// Lets an intent in, once, for whoever proves the phone's share. The order matters: what costs the phone's owner nothing is refused
    /// first; a wrong proof is counted before anything is answered.
    pub(super) fn admit(
        &mut self,
        intent: &Intent,
        proof: &Proof,
        further: &[u8],
        now: i64,
    ) -> Result<(), TwoPartyError> {
        if self.is_locked() {
            return Err(TwoPartyError::Locked);
        }
        if self.public.key_bits().get(1..) != Some(&intent.key()[..]) {
            return Err(TwoPartyError::OtherIntent);
        }
        intent.check_time(now)?;
        self.answered.retain(|(_, expires_at)| *expires_at > now);
        if self.answered.iter().any(|(id, _)| id == intent.id()) {
            return Err(TwoPartyError::Answered);
        }
        if self.answered.len() >= MAX_OPEN_INTENTS {
            return Err(TwoPartyError::Busy);
        }
        if let Err(error) = proof.verify(&self.device_point, SHARE, &intent.context(further)) {
            self.failures += 1;
            return Err(error);
        }
        self.failures = 0;
        self.answered.push((*intent.id(), intent.expires_at()));
        Ok(())
    }

    pub(super) const fn share(&self) -> &Secret {
        &self.share
    }

    pub(super) const fn device_point(&self) -> &ProjectivePoint {
        &self.device_point
    }

    pub(super) fn set_shares(&mut self, share: Secret, device_point: ProjectivePoint) {
        self.share = share;
        self.device_point = device_point;
    }
}

/// The server's part of a signature; `None` where SM2 or the protocol tells to take other nonces.
pub(super) fn answer(
    share: &Scalar,
    e: &Scalar,
    point: &ProjectivePoint,
    k2: &Scalar,
    k3: &Scalar,
) -> Option<SignAnswer> {
    let nonce_point = (*point * *k3 + ProjectivePoint::mul_by_generator(k2)).to_affine();
    let r = *e + Scalar::reduce(&nonce_point.x());
    let s2 = Zeroizing::new(share * k3);
    let s3 = Zeroizing::new(share * &(r + k2));
    let usable = !bool::from(r.is_zero()) && !bool::from(s2.is_zero()) && !bool::from(s3.is_zero());
    usable.then(|| SignAnswer([r.to_repr().into(), s2.to_repr().into(), s3.to_repr().into()]))
}
