//! One intent to sign (签署意愿): issued when the placements are confirmed, proved by certificate password and code, used once.
//!
//! `issued → password checked → completed`, or it expires, or is cancelled (by its person, or by the fifth wrong proof). It is bound to the
//! person, to the contract in one version, and to the digest of what he was shown.

use crate::contract::party::PartyKey;
use crate::contract::text::Text;
use crate::identifiers::Sm3Digest;
use crate::ids::{BatchId, CertificateId, ContractId, IntentId, OrganisationId, PersonId};
use crate::signing::Placed;
use serde::{Deserialize, Serialize};

/// Wrong proofs until the intent is cancelled.
pub const TRIES: u8 = 5;
/// How long an intent can be used, microseconds.
pub const LIFETIME_MICROS: i64 = 5 * 60 * 1_000_000;

/// One intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Its identifier.
    pub id: IntentId,
    /// Whose it is.
    pub person: PersonId,
    /// The organisation he acts for.
    pub organisation: OrganisationId,
    /// That organisation's place in the contract.
    pub party: PartyKey,
    /// The contract.
    pub contract: ContractId,
    /// The version of the contract it was issued for; another version has made it void.
    pub contract_version: i64,
    /// The number of the step.
    pub step: usize,
    /// SM3 of the document as it was shown.
    pub document: Sm3Digest,
    /// SM3 of the canonical form of the summary that was shown.
    pub summary: Sm3Digest,
    /// What will be set, and where.
    pub placements: Vec<Placed>,
    /// Whether the step ends with it (结束签章, S3-086); part of the summary too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ends_step: bool,
    /// The certificates whose passwords are asked for.
    pub certificates: Vec<CertificateId>,
    /// The batch that it is signed with, to which the proofs are given; none if it is signed alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// When it was issued, microseconds UTC.
    pub issued_at: i64,
    /// When it can no longer be used, microseconds UTC.
    pub expires_at: i64,
    /// Wrong proofs left.
    pub tries_left: u8,
    /// How far it has come.
    pub state: IntentState,
}

/// How far an intent has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum IntentState {
    /// Shown and confirmed; passwords of these certificates were right so far.
    Issued {
        /// Their certificates.
        checked: Vec<CertificateId>,
    },
    /// All passwords were right; the code remains.
    PasswordChecked {
        /// When.
        at: i64,
    },
    /// Used.
    Completed {
        /// When.
        at: i64,
    },
    /// Its time ran out.
    Expired {
        /// When that was noticed.
        at: i64,
    },
    /// Its person gave it up, or too many proofs were wrong.
    Cancelled {
        /// When.
        at: i64,
    },
}

impl IntentState {
    /// Whether it can still be used, and has its passwords checked (`true`) or not.
    ///
    /// # Errors
    /// [`IntentRefusal::Expired`], [`IntentRefusal::Cancelled`], [`IntentRefusal::Used`].
    pub(super) fn alive(&self, expires_at: i64, at: i64) -> Result<bool, IntentRefusal> {
        let checked = match self {
            Self::Issued { .. } => false,
            Self::PasswordChecked { .. } => true,
            Self::Completed { .. } => return Err(IntentRefusal::Used),
            Self::Expired { .. } => return Err(IntentRefusal::Expired),
            Self::Cancelled { .. } => return Err(IntentRefusal::Cancelled),
        };
        if at >= expires_at { Err(IntentRefusal::Expired) } else { Ok(checked) }
    }

    /// That no proof was given yet.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, or a password was checked already.
    pub(super) fn unproved(&self, expires_at: i64, at: i64) -> Result<(), IntentRefusal> {
        self.alive(expires_at, at)?;
        match self {
            Self::Issued { checked } if checked.is_empty() => Ok(()),
            Self::Issued { .. }
            | Self::PasswordChecked { .. }
            | Self::Completed { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. } => Err(IntentRefusal::PasswordAlready),
        }
    }

    /// The state once the password of one of `certificates` was right; after the last the code remains.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, checked already, or a certificate that is not among them.
    pub(super) fn password_was_right(
        self,
        certificates: &[CertificateId],
        certificate: CertificateId,
        expires_at: i64,
        at: i64,
    ) -> Result<Self, IntentRefusal> {
        if self.alive(expires_at, at)? {
            return Err(IntentRefusal::PasswordAlready);
        }
        if !certificates.contains(&certificate) {
            return Err(IntentRefusal::OtherCertificate);
        }
        let Self::Issued { mut checked } = self else { return Ok(self) };
        if !checked.contains(&certificate) {
            checked.push(certificate);
        }
        let all = certificates.iter().all(|needed| checked.contains(needed));
        Ok(if all { Self::PasswordChecked { at } } else { Self::Issued { checked } })
    }
}

/// Why an intent cannot go on. Codes `signing.intent_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum IntentRefusal {
    /// Its time has run out.
    Expired,
    /// It was cancelled.
    Cancelled,
    /// It was used already.
    Used,
    /// A password comes first.
    PasswordFirst,
    /// The passwords were checked already.
    PasswordAlready,
    /// It does not use this certificate.
    OtherCertificate,
    /// It is another person's, or he acts for another organisation.
    NotYours,
    /// The contract has changed since.
    ContractChanged,
    /// Its proofs are given to the batch that it belongs to.
    InBatch,
}

impl IntentRefusal {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Expired => "signing.intent_expired",
            Self::Cancelled => "signing.intent_cancelled",
            Self::Used => "signing.intent_used",
            Self::PasswordFirst => "signing.intent_password_first",
            Self::PasswordAlready => "signing.intent_password_already",
            Self::OtherCertificate => "signing.intent_other_certificate",
            Self::NotYours => "signing.intent_not_yours",
            Self::ContractChanged => "signing.intent_contract_changed",
            Self::InBatch => "signing.intent_in_batch",
        }
    }

    /// What happened, and what to do.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::Expired => (
                "本次签署确认已超时，请重新确认签章。",
                "This confirmation has run out of time; confirm the seals again.",
            ),
            Self::Cancelled => {
                ("本次签署确认已取消，请重新确认签章。", "This confirmation was cancelled; confirm the seals again.")
            }
            Self::Used => ("本次签署已完成，不能重复使用。", "This confirmation was used already."),
            Self::PasswordFirst => ("请先输入证书密码。", "Enter the certificate password first."),
            Self::PasswordAlready => {
                ("证书密码已验证，请输入短信验证码。", "The password was checked; enter the code sent to your phone.")
            }
            Self::OtherCertificate => ("本次签署不使用该证书。", "This certificate is not used here."),
            Self::NotYours => (
                "这不是您以当前身份发起的签署。",
                "This is not your confirmation, or you are acting for another organisation.",
            ),
            Self::ContractChanged => {
                ("合同已发生变化，请查看后重新确认签章。", "The contract has changed; look at it and confirm again.")
            }
            Self::InBatch => (
                "这份合同正在批量签署中，请在批量签署页面完成。",
                "This contract is being signed with others; go on there.",
            ),
        };
        Text::new(zh, en)
    }
}

impl Intent {
    /// Whether this person may go on with it, acting for this organisation, on the contract as it is now.
    ///
    /// # Errors
    /// [`IntentRefusal::NotYours`], [`IntentRefusal::ContractChanged`].
    pub fn belongs_to(
        &self,
        person: PersonId,
        organisation: OrganisationId,
        contract_version: i64,
    ) -> Result<(), IntentRefusal> {
        if self.person != person || self.organisation != organisation {
            return Err(IntentRefusal::NotYours);
        }
        if self.contract_version == contract_version { Ok(()) } else { Err(IntentRefusal::ContractChanged) }
    }

    /// Its person chooses anew whether the step ends with it; `summary` is SM3 of the summary that says so. From the first right password on
    /// the choice is frozen.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, or a password was checked already.
    pub fn choose_ending(mut self, ends_step: bool, summary: Sm3Digest, at: i64) -> Result<Self, IntentRefusal> {
        self.state.unproved(self.expires_at, at)?;
        self.ends_step = ends_step;
        self.summary = summary;
        Ok(self)
    }

    /// The password of one of its certificates was right; after the last the code remains.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, checked already, a certificate it does not use, or one of a batch.
    pub fn password_was_right(mut self, certificate: CertificateId, at: i64) -> Result<Self, IntentRefusal> {
        if self.batch.is_some() {
            return Err(IntentRefusal::InBatch);
        }
        self.state = self.state.password_was_right(&self.certificates, certificate, self.expires_at, at)?;
        Ok(self)
    }

    /// Its batch was given every password and the code, so that it may be completed.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more.
    pub fn released(mut self, at: i64) -> Result<Self, IntentRefusal> {
        self.state.alive(self.expires_at, at)?;
        self.state = IntentState::PasswordChecked { at };
        Ok(self)
    }

    /// A password or a code was wrong; the fifth time cancels the intent.
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

    /// The code was right: the intent is used, once and for all.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more, or the password comes first.
    pub fn complete(mut self, at: i64) -> Result<Self, IntentRefusal> {
        if !self.state.alive(self.expires_at, at)? {
            return Err(IntentRefusal::PasswordFirst);
        }
        self.state = IntentState::Completed { at };
        Ok(self)
    }

    /// Its person gives it up.
    ///
    /// # Errors
    /// [`IntentRefusal`]: not alive any more.
    pub fn cancel(mut self, at: i64) -> Result<Self, IntentRefusal> {
        self.state.alive(self.expires_at, at)?;
        self.state = IntentState::Cancelled { at };
        Ok(self)
    }

    /// Notes that its time has run out; anything but a living intent stays as it is.
    #[must_use]
    pub fn noticed_at(mut self, at: i64) -> Self {
        if self.state.alive(self.expires_at, at) == Err(IntentRefusal::Expired) {
            self.state = IntentState::Expired { at };
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUED: i64 = 1_700_000_000_000_000;

    fn certificate(number: u8) -> CertificateId {
        CertificateId::new(ISSUED, [number; 10])
    }

    fn issued() -> Intent {
        Intent {
            id: IntentId::new(ISSUED, [1; 10]),
            person: PersonId::new(ISSUED, [2; 10]),
            organisation: OrganisationId::new(ISSUED, [3; 10]),
            party: PartyKey::B,
            contract: ContractId::new(ISSUED, [4; 10]),
            contract_version: 7,
            step: 0,
            document: Sm3Digest::from_bytes([5; 32]),
            summary: Sm3Digest::from_bytes([6; 32]),
            placements: Vec::new(),
            ends_step: false,
            certificates: vec![certificate(1), certificate(2)],
            batch: None,
            issued_at: ISSUED,
            expires_at: ISSUED + LIFETIME_MICROS,
            tries_left: TRIES,
            state: IntentState::Issued { checked: Vec::new() },
        }
    }

    #[test]
    fn every_password_comes_before_the_code_and_the_intent_is_used_once() {
        let intent = issued();
        assert_eq!(intent.clone().complete(ISSUED + 1), Err(IntentRefusal::PasswordFirst));
        let intent = intent.password_was_right(certificate(1), ISSUED + 1).unwrap();
        assert_eq!(intent.clone().complete(ISSUED + 2), Err(IntentRefusal::PasswordFirst));
        assert_eq!(intent.clone().password_was_right(certificate(9), ISSUED + 2), Err(IntentRefusal::OtherCertificate));
        let intent = intent.password_was_right(certificate(2), ISSUED + 2).unwrap();
        assert_eq!(intent.state, IntentState::PasswordChecked { at: ISSUED + 2 });
        assert_eq!(intent.clone().password_was_right(certificate(2), ISSUED + 3), Err(IntentRefusal::PasswordAlready));
        let used = intent.complete(ISSUED + 3).unwrap();
        assert_eq!(used.clone().complete(ISSUED + 4), Err(IntentRefusal::Used));
        assert_eq!(used.clone().cancel(ISSUED + 4), Err(IntentRefusal::Used));
        assert_eq!(used.clone().noticed_at(ISSUED + LIFETIME_MICROS).state, used.state);
    }

    #[test]
    fn the_fifth_wrong_proof_cancels_it() {
        let mut intent = issued();
        for wrong in 1..=TRIES {
            assert!(matches!(intent.state, IntentState::Issued { .. }), "still alive before try {wrong}");
            intent = intent.proof_was_wrong(ISSUED + 1).unwrap();
        }
        assert_eq!(intent.state, IntentState::Cancelled { at: ISSUED + 1 });
        assert_eq!(intent.password_was_right(certificate(1), ISSUED + 2), Err(IntentRefusal::Cancelled));
    }

    // S3-086
    #[test]
    fn whether_it_ends_the_step_is_frozen_by_the_first_password() {
        let other = Sm3Digest::from_bytes([7; 32]);
        let chosen = issued().choose_ending(true, other, ISSUED + 1).unwrap();
        assert_eq!((chosen.ends_step, chosen.summary), (true, other));
        let back = chosen.choose_ending(false, issued().summary, ISSUED + 1).unwrap();
        assert_eq!(back, issued());
        let begun = back.password_was_right(certificate(1), ISSUED + 1).unwrap();
        assert_eq!(begun.clone().choose_ending(true, other, ISSUED + 2), Err(IntentRefusal::PasswordAlready));
        let late = ISSUED + LIFETIME_MICROS;
        assert_eq!(issued().choose_ending(true, other, late), Err(IntentRefusal::Expired));
    }

    #[test]
    fn one_of_a_batch_takes_no_proof_of_its_own_and_waits_for_the_batch() {
        let alone = issued();
        let intent = Intent { batch: Some(BatchId::new(ISSUED, [8; 10])), ..alone };
        let refused = intent.clone().password_was_right(certificate(1), ISSUED + 1);
        assert_eq!(refused, Err(IntentRefusal::InBatch));
        assert_eq!(intent.clone().complete(ISSUED + 1), Err(IntentRefusal::PasswordFirst));
        assert_eq!(intent.clone().released(ISSUED + LIFETIME_MICROS), Err(IntentRefusal::Expired));
        let released = intent.released(ISSUED + 1).unwrap();
        let used = released.complete(ISSUED + 2).unwrap();
        assert_eq!(used.released(ISSUED + 3), Err(IntentRefusal::Used));
    }

    #[test]
    fn an_intent_that_was_stored_before_the_choice_reads_as_not_ending() {
        let text = serde_json::to_string(&issued()).unwrap();
        assert!(!text.contains("ends_step"), "older programs read what does not end: {text}");
        assert_eq!(serde_json::from_str::<Intent>(&text).unwrap(), issued());
    }

    #[test]
    fn its_time_ends_at_the_very_microsecond() {
        let end = ISSUED + LIFETIME_MICROS;
        assert!(issued().password_was_right(certificate(1), end - 1).is_ok());
        assert_eq!(issued().password_was_right(certificate(1), end), Err(IntentRefusal::Expired));
        assert_eq!(issued().noticed_at(end).state, IntentState::Expired { at: end });
        assert_eq!(issued().noticed_at(end - 1), issued());
    }

    #[test]
    fn it_is_bound_to_person_organisation_and_version() {
        let intent = issued();
        let (person, organisation) = (intent.person, intent.organisation);
        assert_eq!(intent.belongs_to(person, organisation, 7), Ok(()));
        assert_eq!(intent.belongs_to(person, organisation, 8), Err(IntentRefusal::ContractChanged));
        assert_eq!(intent.belongs_to(PersonId::new(1, [9; 10]), organisation, 7), Err(IntentRefusal::NotYours));
        assert_eq!(intent.belongs_to(person, OrganisationId::new(1, [9; 10]), 7), Err(IntentRefusal::NotYours));
    }
}
