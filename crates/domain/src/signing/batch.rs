//! Several contracts signed together (批量签署): one person, one actor, the same certificates; an intent for each contract.
//!
//! `issued → password checked → released`, or it expires, or is cancelled by the fifth wrong proof. The proofs are given once, to the batch,
//! and count as those of one intent: a batch gives nobody more guesses. Once it is released each of its intents is completed by itself, so
//! that what happens to one contract is nothing to the others.

use crate::ids::{BatchId, CertificateId, IntentId, OrganisationId, PersonId};
use crate::signing::intent::{IntentRefusal, IntentState};
use serde::{Deserialize, Serialize};

/// The most contracts in one batch.
pub const MOST_IN_BATCH: usize = 20;

/// One batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Its identifier.
    pub id: BatchId,
    /// Whose it is.
    pub person: PersonId,
    /// The organisation he acts for.
    pub organisation: OrganisationId,
    /// Its intents, in the order in which the contracts were named.
    pub intents: Vec<IntentId>,
    /// The certificates whose passwords are asked for; those of each of its intents.
    pub certificates: Vec<CertificateId>,
    /// Whether each contract's step ends with it (结束签章).
    pub ends_step: bool,
    /// When it was issued, microseconds UTC; its intents too.
    pub issued_at: i64,
    /// When it can no longer be used, microseconds UTC; its intents neither.
    pub expires_at: i64,
    /// Wrong proofs left.
    pub tries_left: u8,
    /// How far it has come; `Completed` says that it released its intents.
    pub state: IntentState,
}

impl Batch {
    /// Its person chooses anew whether the steps end with it.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, or a password was checked already.
    pub fn choose_ending(mut self, ends_step: bool, at: i64) -> Result<Self, IntentRefusal> {
        self.state.unproved(self.expires_at, at)?;
        self.ends_step = ends_step;
        Ok(self)
    }

    /// The password of one of its certificates was right; after the last the code remains.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, checked already, or a certificate it does not use.
    pub fn password_was_right(mut self, certificate: CertificateId, at: i64) -> Result<Self, IntentRefusal> {
        self.state = self.state.password_was_right(&self.certificates, certificate, self.expires_at, at)?;
        Ok(self)
    }

    /// A password or a code was wrong; the fifth time cancels the batch.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more.
    pub fn proof_was_wrong(mut self, at: i64) -> Result<Self, IntentRefusal> {
        self.state.alive(self.expires_at, at)?;
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 {
            self.state = IntentState::Cancelled { at };
        }
        Ok(self)
    }

    /// The code was right: its intents may be completed.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, or the password comes first.
    pub fn release(mut self, at: i64) -> Result<Self, IntentRefusal> {
        if !self.state.alive(self.expires_at, at)? {
            return Err(IntentRefusal::PasswordFirst);
        }
        self.state = IntentState::Completed { at };
        Ok(self)
    }

    /// Whether its proofs were given.
    pub fn is_released(&self) -> bool {
        matches!(self.state, IntentState::Completed { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::intent::{LIFETIME_MICROS, TRIES};

    const ISSUED: i64 = 1_700_000_000_000_000;

    fn certificate(number: u8) -> CertificateId {
        CertificateId::new(ISSUED, [number; 10])
    }

    fn issued() -> Batch {
        Batch {
            id: BatchId::new(ISSUED, [1; 10]),
            person: PersonId::new(ISSUED, [2; 10]),
            organisation: OrganisationId::new(ISSUED, [3; 10]),
            intents: vec![IntentId::new(ISSUED, [4; 10]), IntentId::new(ISSUED, [5; 10])],
            certificates: vec![certificate(1)],
            ends_step: false,
            issued_at: ISSUED,
            expires_at: ISSUED + LIFETIME_MICROS,
            tries_left: TRIES,
            state: IntentState::Issued { checked: Vec::new() },
        }
    }

    #[test]
    fn password_then_code_release_it_once() {
        assert_eq!(issued().release(ISSUED + 1), Err(IntentRefusal::PasswordFirst));
        assert_eq!(issued().password_was_right(certificate(9), ISSUED + 1), Err(IntentRefusal::OtherCertificate));
        let checked = issued().password_was_right(certificate(1), ISSUED + 1).unwrap();
        assert!(!checked.is_released());
        assert_eq!(checked.clone().choose_ending(true, ISSUED + 2), Err(IntentRefusal::PasswordAlready));
        let released = checked.release(ISSUED + 2).unwrap();
        assert!(released.is_released());
        assert_eq!(released.clone().release(ISSUED + 3), Err(IntentRefusal::Used));
        assert_eq!(released.proof_was_wrong(ISSUED + 3), Err(IntentRefusal::Used));
    }

    #[test]
    fn it_gives_no_more_guesses_than_one_intent() {
        let mut batch = issued();
        for _ in 0..TRIES {
            batch = batch.proof_was_wrong(ISSUED + 1).unwrap();
        }
        assert_eq!(batch.state, IntentState::Cancelled { at: ISSUED + 1 });
        assert_eq!(batch.password_was_right(certificate(1), ISSUED + 2), Err(IntentRefusal::Cancelled));
    }

    #[test]
    fn its_time_ends_as_that_of_an_intent() {
        let end = ISSUED + LIFETIME_MICROS;
        let checked = issued().password_was_right(certificate(1), end - 1).unwrap();
        assert_eq!(checked.clone().release(end), Err(IntentRefusal::Expired));
        assert!(checked.release(end - 1).is_ok());
        assert_eq!(issued().choose_ending(true, end), Err(IntentRefusal::Expired));
        assert!(issued().choose_ending(true, end - 1).unwrap().ends_step);
    }
}
