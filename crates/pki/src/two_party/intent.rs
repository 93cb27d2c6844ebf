//! What the owner of the key has agreed to: one act, once, for a short time.

use super::TwoPartyError;
use crate::asn1::MICROS_PER_SECOND;
use crate::key::{KeyAlgorithm, PublicKey, Sm2Ciphertext};
use crate::sm3;

/// The longest time that an intent may last: two minutes, in microseconds.
pub const MAX_LIFETIME_MICROS: i64 = 120 * MICROS_PER_SECOND;

/// One act that phone and server carry out together. Both build it themselves, from the document or ciphertext that each has; if they differ,
/// no proof holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Intent {
    id: [u8; 16],
    nonce: [u8; 32],
    expires_at: i64,
    /// X‖Y of the key.
    key: [u8; 64],
    act: Act,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    /// Signing e.
    Sign([u8; 32]),
    /// Decrypting the ciphertext with this digest.
    Decrypt([u8; 32]),
    /// Changing the shares.
    Refresh,
}

impl Intent {
    /// The intent to sign `message` (what is hashed behind ZA: the signed attributes of a document, the content of a certification request).
    /// `id` and `nonce` are the server's, random, never used before; `expires_at` in microseconds UTC.
    ///
    /// # Errors
    /// [`TwoPartyError::OtherIntent`] if the key is not SM2.
    pub fn sign(
        id: [u8; 16],
        nonce: [u8; 32],
        expires_at: i64,
        key: &PublicKey,
        message: &[u8],
    ) -> Result<Self, TwoPartyError> {
        let e = key.signing_digest(message).as_bytes().try_into().map_err(|_| TwoPartyError::OtherIntent)?;
        Self::new(id, nonce, expires_at, key, Act::Sign(e))
    }

    /// The intent to decrypt `ciphertext`.
    ///
    /// # Errors
    /// [`TwoPartyError::OtherIntent`] if the key is not SM2.
    pub fn decrypt(
        id: [u8; 16],
        nonce: [u8; 32],
        expires_at: i64,
        key: &PublicKey,
        ciphertext: &Sm2Ciphertext,
    ) -> Result<Self, TwoPartyError> {
        Self::new(id, nonce, expires_at, key, Act::Decrypt(sm3::digest(&ciphertext.to_der())))
    }

    /// The intent to change the shares.
    ///
    /// # Errors
    /// [`TwoPartyError::OtherIntent`] if the key is not SM2.
    pub fn refresh(id: [u8; 16], nonce: [u8; 32], expires_at: i64, key: &PublicKey) -> Result<Self, TwoPartyError> {
        Self::new(id, nonce, expires_at, key, Act::Refresh)
    }

    fn new(id: [u8; 16], nonce: [u8; 32], expires_at: i64, key: &PublicKey, act: Act) -> Result<Self, TwoPartyError> {
        let point = match (key.algorithm(), key.key_bits()) {
            (KeyAlgorithm::Sm2, [4, point @ ..]) => point.try_into().ok(),
            _ => None,
        };
        Ok(Self { id, nonce, expires_at, key: point.ok_or(TwoPartyError::OtherIntent)?, act })
    }

    /// The intent's id.
    pub const fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// When it ends, microseconds UTC.
    pub const fn expires_at(&self) -> i64 {
        self.expires_at
    }

    pub(super) const fn key(&self) -> &[u8; 64] {
        &self.key
    }

    /// e, if it is an intent to sign.
    pub(super) const fn e(&self) -> Result<&[u8; 32], TwoPartyError> {
        match &self.act {
            Act::Sign(e) => Ok(e),
            Act::Decrypt(_) | Act::Refresh => Err(TwoPartyError::OtherIntent),
        }
    }

    /// Demands an intent to decrypt this ciphertext.
    pub(super) fn check_ciphertext(&self, ciphertext: &Sm2Ciphertext) -> Result<(), TwoPartyError> {
        let same = self.act == Act::Decrypt(sm3::digest(&ciphertext.to_der()));
        if same { Ok(()) } else { Err(TwoPartyError::OtherIntent) }
    }

    /// Demands an intent to change the shares.
    pub(super) fn check_refresh(&self) -> Result<(), TwoPartyError> {
        if self.act == Act::Refresh { Ok(()) } else { Err(TwoPartyError::OtherIntent) }
    }

    /// Demands that it still lasts at `now`, and not for long.
    pub(super) fn check_time(&self, now: i64) -> Result<(), TwoPartyError> {
        let lasts = now < self.expires_at && self.expires_at.saturating_sub(now) <= MAX_LIFETIME_MICROS;
        if lasts { Ok(()) } else { Err(TwoPartyError::Expired) }
    }

    /// Everything that a proof for this intent is bound to.
    pub(super) fn context(&self, further: &[u8]) -> Vec<u8> {
        let (kind, digest) = match &self.act {
            Act::Sign(e) => (1, *e),
            Act::Decrypt(digest) => (2, *digest),
            Act::Refresh => (3, [0; 32]),
        };
        let fixed = [&[kind][..], &self.id, &self.nonce, &self.expires_at.to_be_bytes(), &self.key, &digest];
        [&fixed.concat()[..], further].concat()
    }
}
