//! Schnorr proofs of knowing x behind X = x·G, made non-interactive over SM3 and bound to one purpose.

use ::sm2::elliptic_curve::ops::Reduce;
use ::sm2::elliptic_curve::{Group, PrimeField};
use ::sm2::{FieldBytes, ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{TwoPartyError, hedged_nonce, wire_point};
use crate::sm3;

/// Bytes of a proof: the challenge and the response.
pub(super) const PROOF_LENGTH: usize = 64;

/// A proof of knowledge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Proof([u8; PROOF_LENGTH]);

impl Proof {
    /// Proves that x is known behind `point` = x·G, for `label` and `context` only.
    pub(super) fn make(
        x: &Scalar,
        point: &ProjectivePoint,
        label: &[u8],
        context: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Result<Self, TwoPartyError> {
        let nonce = hedged_nonce(x, label, context, rng)?;
        let commitment = ProjectivePoint::mul_by_generator(&*nonce);
        let challenge = challenge(point, &commitment, label, context)?;
        let response = Zeroizing::new(*nonce + Scalar::reduce(&FieldBytes::from(challenge)) * x);
        let mut bytes = [0; PROOF_LENGTH];
        bytes[..32].copy_from_slice(&challenge);
        bytes[32..].copy_from_slice(&response.to_repr());
        Ok(Self(bytes))
    }

    /// Verifies the proof.
    pub(super) fn verify(&self, point: &ProjectivePoint, label: &[u8], context: &[u8]) -> Result<(), TwoPartyError> {
        let claimed: [u8; 32] = self.0[..32].try_into().map_err(|_| TwoPartyError::Malformed)?;
        let response: [u8; 32] = self.0[32..].try_into().map_err(|_| TwoPartyError::Malformed)?;
        let response = Scalar::from_repr(response.into()).into_option().ok_or(TwoPartyError::Proof)?;
        let commitment =
            ProjectivePoint::mul_by_generator(&response) - *point * Scalar::reduce(&FieldBytes::from(claimed));
        let expected = challenge(point, &commitment, label, context).map_err(|_| TwoPartyError::Proof)?;
        if bool::from(expected.ct_eq(&claimed)) { Ok(()) } else { Err(TwoPartyError::Proof) }
    }

    pub(super) const fn as_bytes(&self) -> &[u8; PROOF_LENGTH] {
        &self.0
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        bytes.try_into().map(Self).map_err(|_| TwoPartyError::Malformed)
    }
}

/// Every part that varies in length has its length in front, so that no two purposes hash the same bytes.
fn challenge(
    point: &ProjectivePoint,
    commitment: &ProjectivePoint,
    label: &[u8],
    context: &[u8],
) -> Result<[u8; 32], TwoPartyError> {
    let mut hasher = sm3::Hasher::new();
    hasher.update(b"yinxin/sm2-2p/v1/proof/");
    hasher.update(&(label.len() as u64).to_be_bytes());
    hasher.update(label);
    hasher.update(&(context.len() as u64).to_be_bytes());
    hasher.update(context);
    hasher.update(&wire_point(point)?);
    hasher.update(&wire_point(commitment)?);
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::two_party::random_share;

    #[test]
    fn a_proof_holds_for_its_point_label_and_context_only() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let x = random_share(&mut rng).unwrap();
        let point = ProjectivePoint::mul_by_generator(&*x);
        let proof = Proof::make(&x, &point, b"label", b"context", &mut rng).unwrap();
        assert_eq!(proof.verify(&point, b"label", b"context"), Ok(()));
        let other = point + ProjectivePoint::GENERATOR;
        assert_eq!(proof.verify(&other, b"label", b"context"), Err(TwoPartyError::Proof));
        assert_eq!(proof.verify(&point, b"labe", b"lcontext"), Err(TwoPartyError::Proof));
        assert_eq!(proof.verify(&point, b"label", b"Context"), Err(TwoPartyError::Proof));
        for byte in 0..PROOF_LENGTH {
            let mut changed = *proof.as_bytes();
            changed[byte] ^= 1;
            assert!(Proof(changed).verify(&point, b"label", b"context").is_err());
        }
        // A proof by somebody who does not know x.
        let wrong = Proof::make(&(*x + Scalar::ONE), &point, b"label", b"context", &mut rng).unwrap();
        assert_eq!(wrong.verify(&point, b"label", b"context"), Err(TwoPartyError::Proof));
    }
}
