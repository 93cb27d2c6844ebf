//! Making a key together: commitment, proofs, opening (standards 9.4 KG).

use ::sm2::ProjectivePoint;
use ::sm2::elliptic_curve::Group;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;

use super::proof::{PROOF_LENGTH, Proof};
use super::{
    DeviceShare, Secret, ServerRecord, TwoPartyError, inverse, public_point, random_share, read_wire_point, wire_point,
};
use crate::sm3;

const DEVICE: &[u8] = b"enrol/device";
const SERVER: &[u8] = b"enrol/server";

/// The server's promise of a point that it does not show yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Commitment([u8; 32]);

impl Commitment {
    /// The message's bytes.
    pub const fn to_bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Reads the message.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// The phone's point with its proof.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeviceOpening {
    point: [u8; 64],
    proof: Proof,
}

/// The server's point with its proof and the number that opens the commitment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerOpening {
    point: [u8; 64],
    proof: Proof,
    blinding: [u8; 32],
}

impl DeviceOpening {
    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.point[..], self.proof.as_bytes()].concat()
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let (point, proof) = bytes.split_first_chunk().ok_or(TwoPartyError::Malformed)?;
        Ok(Self { point: *point, proof: Proof::from_bytes(proof)? })
    }
}

impl ServerOpening {
    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.point[..], self.proof.as_bytes(), &self.blinding].concat()
    }

    /// Reads the message.
    ///
    /// # Errors
    /// [`TwoPartyError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TwoPartyError> {
        let malformed = TwoPartyError::Malformed;
        let (point, rest) = bytes.split_first_chunk().ok_or(malformed)?;
        let (proof, blinding) = rest.split_first_chunk::<PROOF_LENGTH>().ok_or(malformed)?;
        let blinding = blinding.try_into().map_err(|_| malformed)?;
        Ok(Self { point: *point, proof: Proof::from_bytes(proof)?, blinding })
    }

    fn commitment(&self, context: &[u8]) -> Commitment {
        let mut hasher = sm3::Hasher::new();
        hasher.update(b"yinxin/sm2-2p/v1/commit/");
        hasher.update(&(context.len() as u64).to_be_bytes());
        hasher.update(context);
        hasher.update(&self.to_bytes());
        Commitment(hasher.finish())
    }
}

/// The session and the user that an enrolment is for.
fn context(session: &[u8; 32], user: &str) -> Vec<u8> {
    [&session[..], user.as_bytes()].concat()
}

/// The server's side between its commitment and the phone's point.
pub struct ServerEnrolment {
    context: Vec<u8>,
    share: Secret,
    opening: ServerOpening,
}

impl ServerEnrolment {
    /// Draws the server's share and commits to its point. `session` is random and used for this enrolment only.
    ///
    /// # Errors
    /// [`TwoPartyError::Randomness`].
    pub fn begin(session: &[u8; 32], user: &str, rng: &mut dyn CryptoRng) -> Result<(Self, Commitment), TwoPartyError> {
        let context = context(session, user);
        let share = random_share(rng)?;
        let inverse = inverse(&share)?;
        let point = ProjectivePoint::mul_by_generator(&*inverse);
        let proof = Proof::make(&inverse, &point, SERVER, &context, rng)?;
        let mut blinding = [0; 32];
        rng.fill_bytes(&mut blinding);
        let opening = ServerOpening { point: wire_point(&point)?, proof, blinding };
        let commitment = opening.commitment(&context);
        Ok((Self { context, share, opening }, commitment))
    }

    /// Takes the phone's point, and gives the record to be stored and the opening to be sent.
    ///
    /// # Errors
    /// [`TwoPartyError`]; the enrolment is over and nothing was opened.
    pub fn finish(self, opening: &DeviceOpening) -> Result<(ServerRecord, ServerOpening), TwoPartyError> {
        let point = read_wire_point(&opening.point)?;
        opening.proof.verify(&point, DEVICE, &self.context)?;
        let inverse = inverse(&self.share)?;
        let public = public_point(&(point * *inverse))?;
        Ok((ServerRecord::new(self.share, &point, &public)?, self.opening))
    }
}

/// The phone's side between its point and the server's opening.
pub struct DeviceEnrolment {
    context: Vec<u8>,
    share: Secret,
    commitment: Commitment,
}

impl DeviceEnrolment {
    /// Draws the phone's share and shows its point, the server having committed to its own.
    ///
    /// # Errors
    /// [`TwoPartyError::Randomness`].
    pub fn begin(
        session: &[u8; 32],
        user: &str,
        commitment: Commitment,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, DeviceOpening), TwoPartyError> {
        let context = context(session, user);
        let share = random_share(rng)?;
        let inverse = inverse(&share)?;
        let point = ProjectivePoint::mul_by_generator(&*inverse);
        let proof = Proof::make(&inverse, &point, DEVICE, &context, rng)?;
        let opening = DeviceOpening { point: wire_point(&point)?, proof };
        Ok((Self { context, share, commitment }, opening))
    }

    /// Takes the server's opening and gives the phone's share. Neither party's point is kept: either would let a thief try PINs offline.
    ///
    /// # Errors
    /// [`TwoPartyError`].
    pub fn finish(self, opening: &ServerOpening) -> Result<DeviceShare, TwoPartyError> {
        if !bool::from(opening.commitment(&self.context).0.ct_eq(&self.commitment.0)) {
            return Err(TwoPartyError::Commitment);
        }
        let point = read_wire_point(&opening.point)?;
        opening.proof.verify(&point, SERVER, &self.context)?;
        let public = public_point(&(point * *inverse(&self.share)?))?;
        DeviceShare::new(self.share, &public)
    }
}
