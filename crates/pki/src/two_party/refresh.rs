//! Changing both shares under the same key: d1' = d1·t, d2' = d2·t⁻¹.

use ::sm2::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::device::SHARE;
use super::proof::{PROOF_LENGTH, Proof};
use super::{DeviceShare, Intent, Secret, ServerRecord, TwoPartyError, inverse, read_scalar};
use crate::sm3;

/// The phone's request: the proof of its present share and its part of t.
#[derive(Clone)]
pub struct RefreshRequest {
    proof: Proof,
    part: [u8; 32],
}

/// The phone's proof of its new share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefreshConfirmation(Proof);

impl RefreshRequest {
    /// The message's bytes. They are secret: they must travel encrypted.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&self.proof.as_bytes()[..], &self.part].concat())
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let malformed = TwoPartyError::Malformed;
        let (proof, part) = bytes.split_first_chunk::<PROOF_LENGTH>().ok_or(malformed)?;
        Ok(Self { proof: Proof::from_bytes(proof)?, part: part.try_into().map_err(|_| malformed)? })
    }
}

impl RefreshConfirmation {
    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        Proof::from_bytes(bytes).map(Self)
    }
}

/// The phone's side of a refresh.
pub struct Refresh {
    old: DeviceShare,
    intent: Intent,
    part: [u8; 32],
}

impl Drop for Refresh {
    fn drop(&mut self) {
        self.part.zeroize();
    }
}

/// The server's side of a refresh: what will hold once the phone has proved its new share.
pub struct ServerRefresh {
    intent: Intent,
    /// The phone's point from which this began.
    from: ProjectivePoint,
    share: Secret,
    device_point: ProjectivePoint,
}

impl DeviceShare {
    /// Begins a refresh. Keep the old share until the server has confirmed the new one.
    ///
    /// # Errors
    /// [`TwoPartyError`].
    pub fn begin_refresh(
        self,
        intent: &Intent,
        now: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Refresh, RefreshRequest), TwoPartyError> {
        intent.check_time(now)?;
        intent.check_refresh()?;
        self.check_key(intent)?;
        let mut part = [0; 32];
        rng.fill_bytes(&mut part);
        let proof = self.prove_share(intent, &part, rng)?;
        Ok((Refresh { old: self, intent: intent.clone(), part }, RefreshRequest { proof, part }))
    }
}

impl Refresh {
    /// Takes the server's part of t, and gives the new share with the proof of it.
    ///
    /// # Errors
    /// [`TwoPartyError`].
    pub fn finish(
        self,
        server_part: &[u8; 32],
        rng: &mut dyn CryptoRng,
    ) -> Result<(DeviceShare, RefreshConfirmation), TwoPartyError> {
        let factor = factor(&self.intent, &self.part, server_part)?;
        let share = Zeroizing::new(**self.old.share() * *factor);
        let new = DeviceShare::from_parts(share, self.old.public_key().clone());
        let proof = new.prove_share(&self.intent, server_part, rng)?;
        Ok((new, RefreshConfirmation(proof)))
    }
}

impl ServerRecord {
    /// Answers a refresh with the server's part of t. The record keeps its shares until [`ServerRecord::finish_refresh`].
    ///
    /// # Errors
    /// [`TwoPartyError`]. Store the record in every case.
    pub fn begin_refresh(
        &mut self,
        intent: &Intent,
        request: &RefreshRequest,
        now: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(ServerRefresh, [u8; 32]), TwoPartyError> {
        intent.check_refresh()?;
        self.admit(intent, &request.proof, &request.part, now)?;
        let mut part = [0; 32];
        rng.fill_bytes(&mut part);
        let factor = factor(intent, &request.part, &part)?;
        let inverse = inverse(&factor)?;
        let share = Zeroizing::new(**self.share() * *inverse);
        let device_point = *self.device_point() * *inverse;
        let from = *self.device_point();
        Ok((ServerRefresh { intent: intent.clone(), from, share, device_point }, part))
    }

    /// Takes over the new shares once the phone has proved its own. A wrong proof changes nothing.
    ///
    /// # Errors
    /// [`TwoPartyError::Proof`], [`TwoPartyError::Expired`], or [`TwoPartyError::Answered`] if another refresh was finished in between.
    pub fn finish_refresh(
        &mut self,
        refresh: ServerRefresh,
        server_part: &[u8; 32],
        confirmation: &RefreshConfirmation,
        now: i64,
    ) -> Result<(), TwoPartyError> {
        refresh.intent.check_time(now)?;
        if refresh.from != *self.device_point() {
            return Err(TwoPartyError::Answered);
        }
        confirmation.0.verify(&refresh.device_point, SHARE, &refresh.intent.context(server_part))?;
        self.set_shares(refresh.share, refresh.device_point);
        Ok(())
    }
}

/// t from both parts: neither party chooses it alone.
fn factor(intent: &Intent, device_part: &[u8; 32], server_part: &[u8; 32]) -> Result<Zeroizing<Scalar>, TwoPartyError> {
    let context = intent.context(&[]);
    for counter in 0u8..100 {
        let mut hasher = sm3::Hasher::new();
        hasher.update(b"yinxin/sm2-2p/v1/refresh/");
        hasher.update(&[counter]);
        hasher.update(device_part);
        hasher.update(server_part);
        hasher.update(&context);
        let bytes = Zeroizing::new(hasher.finish());
        if let Ok(scalar) = read_scalar(bytes.as_ref()) {
            return Ok(Zeroizing::new(*scalar));
        }
    }
    Err(TwoPartyError::Randomness)
}
