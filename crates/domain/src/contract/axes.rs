//! The four axes of a contract and the hold across them: text, signing, filing, notice.
//!
//! Each is an enum whose cases carry the facts of that state, and no match on one has a wildcard, so that a new state does not compile
//! until every rule has said what it means there.

use crate::calendar::Date;
use crate::contract::party::PartyKey;
use crate::contract::profile::StepRule;
use crate::identifiers::Sm3Digest;
use crate::ids::{PersonId, SealId};
use crate::signing::{PlacementKind, SealType};
use serde::{Deserialize, Serialize};

/// The text: from draft to frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// 草稿: the initiator writes; after a modification the reviewer may write too, but only the initiator sends (S1-008).
    Drafting {
        /// Since when.
        since: i64,
        /// The reviewer who modifies the draft himself.
        modified_by: Option<PartyKey>,
    },
    /// 退回: a draft again, with the reviewer's reason.
    Returned {
        /// Since when.
        since: i64,
        /// Who returned it.
        by: PartyKey,
        /// Why.
        reason: String,
    },
    /// Sent, and not yet answered by its reviewer.
    InReview {
        /// Since when.
        since: i64,
        /// Who reviews.
        reviewer: PartyKey,
    },
    /// 清稿: the text can no longer change.
    Frozen {
        /// When.
        at: i64,
        /// The typeset text.
        document: FrozenDocument,
        /// The reviewer's confirmation, where the profile has one.
        confirmation: Option<Confirmation>,
    },
}

/// The text as it was typeset when it was frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenDocument {
    /// SM3 of the PDF.
    pub sm3: Sm3Digest,
    /// Its pages.
    pub pages: u32,
}

/// A reviewer's confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The reviewing party.
    pub by: PartyKey,
    /// The person who confirmed.
    pub person: PersonId,
    /// What was said about payment, where the profile asks.
    pub payment: Option<Payment>,
}

/// How and how much is paid (S1-009).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// The method's code in the profile.
    pub method: String,
    /// The amount in 分.
    pub amount_fen: i64,
}

/// The signatures: from nothing to concluded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Signing {
    /// Nobody signs before the text is frozen.
    NotStarted,
    /// One step after the other; exactly one is open or sealed.
    Signing {
        /// The steps in their order.
        steps: Vec<Step>,
        /// When the time for signing runs out, microseconds UTC; it moves on by the length of a hold.
        expires_at: Option<i64>,
    },
    /// 签订完成: every step is sent. When the contract was formed in law is not ours to say.
    Concluded {
        /// When the last step was sent.
        at: i64,
        /// The steps, all sent.
        steps: Vec<Step>,
        /// The platform's own signature.
        platform: PlatformSignature,
    },
    /// 线下: signed on paper (S1-013, S1-014); nobody ever signs here.
    Offline {
        /// When that was confirmed.
        at: i64,
        /// The date of signing on the paper.
        signed_on: Date,
        /// The scan, if one was uploaded before.
        scan: Option<Sm3Digest>,
    },
    /// 拒签: a party refused.
    Rejected {
        /// When.
        at: i64,
        /// Which party.
        by: PartyKey,
        /// Which person.
        person: PersonId,
        /// Why.
        reason: String,
        /// How far signing had come.
        steps: Vec<Step>,
    },
    /// 撤销: the initiator ended it.
    Revoked {
        /// When.
        at: i64,
        /// Which party.
        by: PartyKey,
        /// Which person.
        person: PersonId,
        /// Why.
        reason: String,
        /// How far signing had come.
        steps: Vec<Step>,
    },
    /// 逾期未签署.
    Expired {
        /// When.
        at: i64,
        /// How far signing had come.
        steps: Vec<Step>,
    },
}

/// One step of the signing order of one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The party whose step it is.
    pub party: PartyKey,
    /// The rule, copied from the profile when the text was frozen.
    pub rule: StepRule,
    /// How far it has come.
    pub state: StepState,
}

/// How far a step has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepState {
    /// An earlier step is not sent yet.
    Waiting,
    /// It is this party's turn.
    Open {
        /// Since when.
        since: i64,
    },
    /// Sealed and not submitted: private to the party, which may seal again or discard (S1-030, S1-032).
    Sealed {
        /// Since when the step is this party's.
        since: i64,
        /// SM3 of the party's private revision.
        document: Sm3Digest,
        /// What stands on it.
        acts: Vec<Act>,
    },
    /// 结束签章: part of the contract for good.
    Sent {
        /// Since when the step was this party's.
        since: i64,
        /// When it was sent.
        at: i64,
        /// Who sent it.
        by: PersonId,
        /// SM3 of the revision that became the contract's.
        document: Sm3Digest,
        /// What stands on it.
        acts: Vec<Act>,
    },
}

/// One seal or signature that was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// What it is.
    pub kind: PlacementKind,
    /// The seal it shows.
    pub seal: SealId,
    /// What that seal is for.
    pub seal_type: SealType,
    /// The page it stands on, 0-based; none for a seam seal, which stands on all.
    pub page: Option<u32>,
    /// The person who set it.
    pub by: PersonId,
    /// When.
    pub at: i64,
}

/// The platform's own signature after conclusion (平台存证签名，非合同当事人).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum PlatformSignature {
    /// The profile wants none.
    NotWanted,
    /// It is to be added; nothing follows before it.
    Due,
    /// It was added.
    Added {
        /// When.
        at: i64,
        /// SM3 of the document with it.
        document: Sm3Digest,
    },
}

/// 备案.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Filing {
    /// The profile files nothing.
    NotWanted,
    /// Not before the contract is concluded.
    NotDue,
    /// To be pushed.
    Due {
        /// Since when.
        since: i64,
        /// The number of this submission, from 1.
        attempt: u32,
    },
    /// Handed over; no answer yet.
    Pushed {
        /// Since when.
        since: i64,
        /// The number of this submission.
        attempt: u32,
    },
    /// 已备案.
    Accepted {
        /// When.
        at: i64,
        /// The number of the submission that was accepted.
        attempt: u32,
        /// The receipt, if one was given.
        receipt: Option<String>,
    },
    /// 备案未通过: back to the parties.
    Refused {
        /// When.
        at: i64,
        /// The number of the submission that was refused.
        attempt: u32,
        /// The party that may submit it again.
        back_to: PartyKey,
        /// Why.
        reason: String,
    },
}

/// 公示 (合同公告).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Notice {
    /// The profile publishes nothing.
    NotWanted,
    /// Not before what it waits for.
    NotDue,
    /// To be submitted.
    Due {
        /// Since when.
        since: i64,
    },
    /// Handed to the medium.
    Submitted {
        /// Since when.
        since: i64,
    },
    /// Published.
    Published {
        /// When.
        at: i64,
        /// The medium's receipt.
        receipt: String,
        /// Where it can be read.
        address: String,
    },
    /// 免予公告, by a supervisor's document (实施条例 art. 50: state and trade secrets).
    Exempt {
        /// When.
        at: i64,
        /// On what ground.
        ground: String,
        /// By which document.
        document: String,
    },
}

/// 暂停 / 恢复.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Hold {
    /// Nothing halts the contract.
    Free,
    /// A supervisor's document halts it.
    Held {
        /// Since when.
        since: i64,
        /// By which document.
        document: String,
        /// Why.
        reason: String,
    },
}

/// A file attached to the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// The slot of the profile it stands in.
    pub slot: String,
    /// SM3 of the file.
    pub sm3: Sm3Digest,
    /// Its name as given.
    pub name: String,
    /// The party that attached it.
    pub by: PartyKey,
    /// When.
    pub at: i64,
}

/// A frozen text that ended because a party disagreed; the next draft took its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedText {
    /// The number of the draft that had become this text.
    pub draft: u32,
    /// The text.
    pub document: FrozenDocument,
    /// Who disagreed.
    pub by: PartyKey,
    /// Why.
    pub reason: String,
    /// When.
    pub at: i64,
    /// How far signing had come.
    pub steps: Vec<Step>,
}

impl Step {
    /// Whether it is this step's turn.
    pub fn is_current(&self) -> bool {
        match self.state {
            StepState::Open { .. } | StepState::Sealed { .. } => true,
            StepState::Waiting | StepState::Sent { .. } => false,
        }
    }

    /// Whether it is part of the contract for good.
    pub fn is_sent(&self) -> bool {
        match self.state {
            StepState::Sent { .. } => true,
            StepState::Waiting | StepState::Open { .. } | StepState::Sealed { .. } => false,
        }
    }

    /// What stands on it so far.
    pub fn acts(&self) -> &[Act] {
        match &self.state {
            StepState::Waiting | StepState::Open { .. } => &[],
            StepState::Sealed { acts, .. } | StepState::Sent { acts, .. } => acts,
        }
    }
}
