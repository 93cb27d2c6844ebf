//! The phone's side of signing and decrypting.

use ::sm2::ProjectivePoint;
use ::sm2::elliptic_curve::{Group, PrimeField};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::proof::{PROOF_LENGTH, Proof};
use super::{Intent, Secret, TwoPartyError, hedged_nonce, inverse, read_scalar, read_wire_point, wire_point};
use crate::asn1::Writer;
use crate::key::{KeyAlgorithm, PublicKey, SignatureAlgorithm, SigningDigest, Sm2Ciphertext};

pub(super) const SHARE: &[u8] = b"share";
pub(super) const NONCE: &[u8] = b"nonce";

/// The phone's share in memory, from the right PIN or a wrong one: nothing on the phone can tell.
pub struct DeviceShare {
    share: Secret,
    public: PublicKey,
}

/// The phone's half of a signature that is being made. It takes one answer and is gone; a second answer under the same k1 would give the share
/// away, so there is no way to write that:
///
/// ```compile_fail,E0382
/// # use yinxin_pki::two_party::{SignAnswer, Signing};
/// # fn twice(signing: Signing, first: SignAnswer, second: SignAnswer) {
/// let _ = signing.finish(&first);
/// let _ = signing.finish(&second);
/// # }
/// ```
pub struct Signing {
    share: Secret,
    public: PublicKey,
    intent: Intent,
    nonce: Secret,
}

/// The phone's request to sign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignRequest {
    pub(super) point: [u8; 64],
    pub(super) nonce_proof: Proof,
    pub(super) share_proof: Proof,
}

/// The server's answer to a [`SignRequest`]: r, s2, s3.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignAnswer(pub(super) [[u8; 32]; 3]);

impl SignRequest {
    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.point[..], self.nonce_proof.as_bytes(), self.share_proof.as_bytes()].concat()
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let malformed = TwoPartyError::Malformed;
        let (point, rest) = bytes.split_first_chunk().ok_or(malformed)?;
        let (nonce_proof, share_proof) = rest.split_first_chunk::<PROOF_LENGTH>().ok_or(malformed)?;
        Ok(Self {
            point: *point,
            nonce_proof: Proof::from_bytes(nonce_proof)?,
            share_proof: Proof::from_bytes(share_proof)?,
        })
    }
}

impl SignAnswer {
    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.concat()
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let (parts, rest) = bytes.as_chunks::<32>();
        let parts: [[u8; 32]; 3] = parts.try_into().map_err(|_| TwoPartyError::Malformed)?;
        if rest.is_empty() { Ok(Self(parts)) } else { Err(TwoPartyError::Malformed) }
    }
}

impl DeviceShare {
    pub(super) fn new(share: Secret, public: &ProjectivePoint) -> Result<Self, TwoPartyError> {
        Ok(Self { share, public: public_key(public)? })
    }

    pub(super) const fn from_parts(share: Secret, public: PublicKey) -> Self {
        Self { share, public }
    }

    /// The public key that phone and server have together.
    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    pub(super) const fn share(&self) -> &Secret {
        &self.share
    }

    pub(super) fn check_key(&self, intent: &Intent) -> Result<(), TwoPartyError> {
        let own = self.public.key_bits().get(1..) == Some(&intent.key()[..]);
        if own { Ok(()) } else { Err(TwoPartyError::OtherIntent) }
    }

    /// d1⁻¹·G with the proof of d1⁻¹, bound to an intent and what belongs to it.
    pub(super) fn prove_share(
        &self,
        intent: &Intent,
        further: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Proof, TwoPartyError> {
        let inverse = inverse(&self.share)?;
        let point = ProjectivePoint::mul_by_generator(&*inverse);
        Proof::make(&inverse, &point, SHARE, &intent.context(further), rng)
    }

    /// Begins to sign: draws k1, which answers one answer of the server and is then gone. On any failure begin a new intent.
    ///
    /// # Errors
    /// [`TwoPartyError::Expired`], [`TwoPartyError::OtherIntent`] or [`TwoPartyError::Randomness`].
    pub fn begin_signing(
        &self,
        intent: &Intent,
        now: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Signing, SignRequest), TwoPartyError> {
        intent.check_time(now)?;
        intent.e()?;
        self.check_key(intent)?;
        let nonce = hedged_nonce(&self.share, b"sign/k1", &intent.context(&[]), rng)?;
        let point = ProjectivePoint::mul_by_generator(&*nonce);
        let wire = wire_point(&point)?;
        let nonce_proof = Proof::make(&nonce, &point, NONCE, &intent.context(&[]), rng)?;
        let share_proof = self.prove_share(intent, &wire, rng)?;
        let request = SignRequest { point: wire, nonce_proof, share_proof };
        let signing = Signing { share: self.share.clone(), public: self.public.clone(), intent: intent.clone(), nonce };
        Ok((signing, request))
    }

    /// Begins to decrypt: the proof that lets the server answer.
    ///
    /// # Errors
    /// [`TwoPartyError`].
    pub fn begin_decryption(
        &self,
        intent: &Intent,
        ciphertext: &Sm2Ciphertext,
        now: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Decryption, PointRequest), TwoPartyError> {
        intent.check_time(now)?;
        intent.check_ciphertext(ciphertext)?;
        self.check_key(intent)?;
        let proof = self.prove_share(intent, &[], rng)?;
        Ok((Decryption { share: self.share.clone(), ciphertext: ciphertext.clone() }, PointRequest(proof)))
    }
}

impl Signing {
    /// Takes the server's answer and gives the signature in DER. The answer is refused if it would reveal the share (s2 = 0), and nothing
    /// leaves before the signature was verified under the common key.
    ///
    /// # Errors
    /// [`TwoPartyError::Answer`].
    pub fn finish(self, answer: &SignAnswer) -> Result<Vec<u8>, TwoPartyError> {
        let [r, s2, s3] = &answer.0;
        // Each in [1, n-1]: with s2 = 0 the signature would still hold, and give the whole key away.
        let part = |bytes: &[u8; 32]| read_scalar(bytes).map_err(|_| TwoPartyError::Answer);
        let (r, s2, s3) = (part(r)?, part(s2)?, part(s3)?);
        let s = Zeroizing::new(*self.share * (*self.nonce * *s2 + *s3) - *r);
        let sum = Zeroizing::new(*s + *r);
        if bool::from(s.is_zero()) || bool::from(sum.is_zero()) {
            return Err(TwoPartyError::Answer);
        }
        let signature = Writer::sequence_of(|signature| {
            signature.unsigned(&r.to_repr());
            signature.unsigned(&s.to_repr());
        });
        verify(&self.public, &self.intent, &signature).map_err(|_| TwoPartyError::Answer)?;
        Ok(signature)
    }
}

/// Verifies a signature over an intent's e.
pub(super) fn verify(public: &PublicKey, intent: &Intent, signature: &[u8]) -> Result<(), TwoPartyError> {
    let digest = SigningDigest::from_bytes(SignatureAlgorithm::Sm2Sm3, intent.e()?).ok_or(TwoPartyError::Answer)?;
    public.verify_digest(&digest, signature).map_err(|_| TwoPartyError::Answer)
}

/// The phone's half of a decryption.
pub struct Decryption {
    share: Secret,
    ciphertext: Sm2Ciphertext,
}

/// The phone's proof, for which the server gives its part of a decryption.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PointRequest(pub(super) Proof);

/// The server's part of a decryption: d2⁻¹·C1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PointAnswer(pub(super) [u8; 64]);

impl PointRequest {
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

impl PointAnswer {
    /// The message's bytes.
    pub const fn to_bytes(&self) -> [u8; 64] {
        self.0
    }

    /// Reads the message.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

impl Decryption {
    /// Takes the server's part and gives the message, which nobody but the phone sees.
    ///
    /// # Errors
    /// [`TwoPartyError::Ciphertext`] if hash and message do not fit: a changed ciphertext, or a wrong answer.
    pub fn finish(self, answer: &PointAnswer) -> Result<Zeroizing<Vec<u8>>, TwoPartyError> {
        let part = read_wire_point(&answer.0)?;
        let point = self.ciphertext.to_point().ok_or(TwoPartyError::Malformed)?;
        // d·C1 = (d1·d2)⁻¹·C1 − C1.
        let shared = part * *inverse(&self.share)? - point;
        self.ciphertext.open(&shared).map_err(|_| TwoPartyError::Ciphertext)
    }
}

pub(super) fn public_key(point: &ProjectivePoint) -> Result<PublicKey, TwoPartyError> {
    let encoded = [&[4], &wire_point(point)?[..]].concat();
    PublicKey::from_point(KeyAlgorithm::Sm2, &encoded).map_err(|_| TwoPartyError::WeakKey)
}

/// s from the parts, for the known-answer test of the algebra.
#[cfg(test)]
pub(super) fn combine(
    share: &::sm2::Scalar,
    nonce: &::sm2::Scalar,
    r: &::sm2::Scalar,
    s2: &::sm2::Scalar,
    s3: &::sm2::Scalar,
) -> ::sm2::Scalar {
    *share * (*nonce * *s2 + *s3) - *r
}
