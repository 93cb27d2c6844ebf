//! The aggregate: one contract with its four axes and the hold across them.
//!
//! Each axis is an enum whose cases carry the facts of that state; nothing is stored twice, and no match on an axis has a wildcard, so that
//! a new state does not compile until every rule has said what it means there. The fields can be read by everybody and written by nobody
//! outside this feature: a contract changes only through a verb, which consumes it.

use crate::calendar::{Date, WorkingDays};
use crate::contract::effect::Effect;
use crate::contract::event::ContractEvent;
use crate::contract::party::{Actor, Party, PartyKey, PartyRole};
use crate::contract::profile::{Profile, StepRule};
use crate::identifiers::Sm3Digest;
use crate::ids::{AwardId, ContractId, OrganisationId, PersonId, SealId};
use crate::law::RuleTables;
use crate::signing::{PlacementKind, SealType};
use serde::{Deserialize, Serialize};

/// The number of the stored form; a reader refuses another.
const STORED_FORMAT: u32 = 1;

/// What every verb is handed: the rules, who acts, and the moment.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The contract's flow profile.
    pub profile: &'a Profile,
    /// Which days are worked.
    pub calendar: &'a WorkingDays,
    /// The numbers that the law sets.
    pub law: &'a RuleTables,
    /// Who acts.
    pub actor: &'a Actor,
    /// The moment, microseconds UTC.
    pub at: i64,
}

/// One contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    pub(super) id: ContractId,
    pub(super) version: i64,
    pub(super) profile: String,
    pub(super) profile_edition: u32,
    pub(super) award: AwardId,
    pub(super) parties: Vec<Party>,
    pub(super) initiator: PartyKey,
    pub(super) amount_fen: Option<i64>,
    pub(super) award_notice_on: Option<Date>,
    pub(super) started_at: i64,
    pub(super) draft: u32,
    pub(super) attachments: Vec<Attachment>,
    pub(super) content: Content,
    pub(super) signing: Signing,
    pub(super) filing: Filing,
    pub(super) notice: Notice,
    pub(super) hold: Hold,
    pub(super) ended_texts: Vec<EndedText>,
}

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

/// What a verb gives: the contract afterwards, what happened, and what the world must now do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The contract afterwards.
    pub next: Contract,
    /// What happened; at least one.
    pub events: Vec<ContractEvent>,
    /// What must be done in the same transaction, or queued in it.
    pub effects: Vec<Effect>,
}

/// Why stored bytes are not a contract.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// They are no contract in JSON.
    #[error("contract.stored_unreadable: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// They were written by another version of the program.
    #[error("contract.stored_format: this program reads format {STORED_FORMAT}, not {0}")]
    Format(u32),
}

#[derive(Serialize)]
struct StoredRef<'a> {
    format: u32,
    contract: &'a Contract,
}

#[derive(Deserialize)]
struct StoredFormat {
    format: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(rename = "format")]
    _format: u32,
    contract: Contract,
}

impl Contract {
    /// The stored form: JSON with the number of its format.
    ///
    /// # Errors
    /// [`StoredError::Unreadable`], when the JSON writer refuses, which it does for no contract.
    pub fn to_stored(&self) -> Result<String, StoredError> {
        Ok(serde_json::to_string(&StoredRef { format: STORED_FORMAT, contract: self })?)
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`StoredError`].
    pub fn from_stored(text: &str) -> Result<Self, StoredError> {
        let StoredFormat { format } = serde_json::from_str(text)?;
        if format != STORED_FORMAT {
            return Err(StoredError::Format(format));
        }
        let stored: Stored = serde_json::from_str(text)?;
        Ok(stored.contract)
    }

    /// Its identifier.
    pub fn id(&self) -> ContractId {
        self.id
    }

    /// Counts its changes, from 1; saving asks for the version that was read.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The name of its flow profile.
    pub fn profile(&self) -> &str {
        &self.profile
    }

    /// The edition of the profile it began with.
    pub fn profile_edition(&self) -> u32 {
        self.profile_edition
    }

    /// The award it grew from.
    pub fn award(&self) -> AwardId {
        self.award
    }

    /// Its parties, purchaser first.
    pub fn parties(&self) -> &[Party] {
        &self.parties
    }

    /// The party that began it.
    pub fn initiator(&self) -> PartyKey {
        self.initiator
    }

    /// The award's amount in 分, where the award names a total.
    pub fn amount_fen(&self) -> Option<i64> {
        self.amount_fen
    }

    /// When it was begun.
    pub fn started_at(&self) -> i64 {
        self.started_at
    }

    /// Counts its drafts, from 1; a disagreement opens the next.
    pub fn draft(&self) -> u32 {
        self.draft
    }

    /// The attached files.
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// The state of its text.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The state of its signatures.
    pub fn signing(&self) -> &Signing {
        &self.signing
    }

    /// The state of its filing.
    pub fn filing(&self) -> &Filing {
        &self.filing
    }

    /// The state of its notice.
    pub fn notice(&self) -> &Notice {
        &self.notice
    }

    /// Whether it is halted.
    pub fn hold(&self) -> &Hold {
        &self.hold
    }

    /// The texts that ended because a party disagreed.
    pub fn ended_texts(&self) -> &[EndedText] {
        &self.ended_texts
    }

    /// The party with this key.
    pub fn party(&self, key: PartyKey) -> Option<&Party> {
        self.parties.iter().find(|party| party.key == key)
    }

    /// The party that an organisation is.
    pub fn party_of(&self, organisation: OrganisationId) -> Option<&Party> {
        self.parties.iter().find(|party| party.organisation == organisation)
    }

    /// The first party of a side: with several suppliers, the leading one.
    pub fn first_of(&self, role: PartyRole) -> Option<&Party> {
        self.parties.iter().find(|party| party.role == role)
    }

    /// The party an actor acts for.
    pub fn party_of_actor(&self, actor: &Actor) -> Option<&Party> {
        match actor {
            Actor::Member { organisation, .. } => self.party_of(*organisation),
            Actor::Person { .. } | Actor::Supervisor { .. } | Actor::SupervisingSystem | Actor::Platform => None,
        }
    }

    /// The steps of the signing order; empty before the text is frozen, and when it was signed on paper.
    pub fn steps(&self) -> &[Step] {
        match &self.signing {
            Signing::NotStarted | Signing::Offline { .. } => &[],
            Signing::Signing { steps, .. }
            | Signing::Concluded { steps, .. }
            | Signing::Rejected { steps, .. }
            | Signing::Revoked { steps, .. }
            | Signing::Expired { steps, .. } => steps,
        }
    }

    /// The step whose turn it is, with its number from 0.
    pub fn current_step(&self) -> Option<(usize, &Step)> {
        match &self.signing {
            Signing::Signing { steps, .. } => steps.iter().enumerate().find(|(_, step)| step.is_current()),
            Signing::NotStarted
            | Signing::Concluded { .. }
            | Signing::Offline { .. }
            | Signing::Rejected { .. }
            | Signing::Revoked { .. }
            | Signing::Expired { .. } => None,
        }
    }

    /// The frozen text, if the text is frozen.
    pub fn frozen_document(&self) -> Option<FrozenDocument> {
        match &self.content {
            Content::Frozen { document, .. } => Some(*document),
            Content::Drafting { .. } | Content::Returned { .. } | Content::InReview { .. } => None,
        }
    }

    /// SM3 of the latest revision that is part of the contract: what every party may see once the text is frozen.
    pub fn shared_document(&self) -> Option<Sm3Digest> {
        let base = self.frozen_document()?.sm3;
        if let Signing::Concluded { platform: PlatformSignature::Added { document, .. }, .. } = &self.signing {
            return Some(*document);
        }
        let sent = self.steps().iter().rev().find_map(|step| match &step.state {
            StepState::Sent { document, .. } => Some(*document),
            StepState::Waiting | StepState::Open { .. } | StepState::Sealed { .. } => None,
        });
        Some(sent.unwrap_or(base))
    }

    /// Whether nothing of the contract's own life can follow: it was refused, revoked, or has expired.
    pub fn has_ended_without_conclusion(&self) -> bool {
        match &self.signing {
            Signing::Rejected { .. } | Signing::Revoked { .. } | Signing::Expired { .. } => true,
            Signing::NotStarted | Signing::Signing { .. } | Signing::Concluded { .. } | Signing::Offline { .. } => {
                false
            }
        }
    }

    /// When the parties had signed: the moment the last step was sent, or the confirmation of the paper contract.
    pub fn concluded_at(&self) -> Option<i64> {
        match &self.signing {
            Signing::Concluded { at, .. } | Signing::Offline { at, .. } => Some(*at),
            Signing::NotStarted
            | Signing::Signing { .. }
            | Signing::Rejected { .. }
            | Signing::Revoked { .. }
            | Signing::Expired { .. } => None,
        }
    }

    /// The day of signing: of the last step in China, or the date on the paper.
    pub fn signed_on(&self) -> Option<Date> {
        match &self.signing {
            Signing::Concluded { at, .. } => Some(Date::at(*at)),
            Signing::Offline { signed_on, .. } => Some(*signed_on),
            Signing::NotStarted
            | Signing::Signing { .. }
            | Signing::Rejected { .. }
            | Signing::Revoked { .. }
            | Signing::Expired { .. } => None,
        }
    }

    /// The contract after a verb: one version later.
    pub(super) fn moved(mut self, events: Vec<ContractEvent>, effects: Vec<Effect>) -> Transition {
        self.version += 1;
        Transition { next: self, events, effects }
    }
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
