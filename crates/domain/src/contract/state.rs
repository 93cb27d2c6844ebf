//! The aggregate: one contract with its four axes and the hold across them.
//!
//! Nothing is stored twice. The fields can be read by everybody and written by nobody outside this feature: a contract changes only
//! through a verb, which consumes it. What the axes are made of stands in [`axes`](super::axes).

use crate::calendar::{Date, WorkingDays};
use crate::contract::axes::{
    Attachment, Content, EndedText, Filing, FrozenDocument, Hold, Notice, PlatformSignature, Signing, Step, StepState,
};
use crate::contract::effect::Effect;
use crate::contract::event::ContractEvent;
use crate::contract::party::{Actor, Party, PartyKey, PartyRole};
use crate::contract::profile::Profile;
use crate::identifiers::Sm3Digest;
use crate::ids::{AwardId, ContractId, OrganisationId};
use crate::law::RuleTables;
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
