//! What a viewer sees of a contract: the name of its state, the lists it stands in, who holds it, and which document is his to see.

use crate::contract::axes::{Content, Filing, Hold, Notice, PlatformSignature, Signing, StepState};
use crate::contract::party::{Actor, Party, PartyKey};
use crate::contract::profile::Profile;
use crate::contract::state::Contract;
use crate::contract::text::Text;
use crate::identifiers::Sm3Digest;
use serde::{Deserialize, Serialize};

/// The four axes and the hold projected to one word: what a profile names, and what tabs are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The draft is being written.
    Drafting,
    /// The draft was returned.
    Returned,
    /// The draft waits for its reviewer.
    InReview,
    /// A step of the signing order is open or sealed; the key of its rule.
    Step(String),
    /// All have signed; nothing that follows has begun, or nothing follows.
    Concluded,
    /// Signed on paper; nothing that follows has begun, or nothing follows.
    Offline,
    /// To be filed.
    FilingDue,
    /// Filed, not yet answered.
    FilingPushed,
    /// The filing was refused.
    FilingRefused,
    /// The filing was accepted.
    FilingAccepted,
    /// The notice waits for its medium.
    NoticeSubmitted,
    /// The notice is published.
    Published,
    /// Exempt from publication.
    Exempt,
    /// A party refused to sign.
    Rejected,
    /// The initiator ended it.
    Revoked,
    /// The time for signing ran out.
    Expired,
    /// On hold.
    Held,
}

impl Phase {
    /// The codes of all phases but the steps.
    pub const FIXED: [&str; 16] = [
        "drafting",
        "returned",
        "in_review",
        "concluded",
        "offline",
        "filing_due",
        "filing_pushed",
        "filing_refused",
        "filing_accepted",
        "notice_submitted",
        "published",
        "exempt",
        "rejected",
        "revoked",
        "expired",
        "held",
    ];
    /// What the code of a step begins with; the key of its rule follows.
    pub const STEP_PREFIX: &str = "step.";

    /// The stable code, as in profile files.
    pub fn code(&self) -> String {
        match self {
            Self::Drafting => "drafting",
            Self::Returned => "returned",
            Self::InReview => "in_review",
            Self::Step(key) => return format!("{}{key}", Self::STEP_PREFIX),
            Self::Concluded => "concluded",
            Self::Offline => "offline",
            Self::FilingDue => "filing_due",
            Self::FilingPushed => "filing_pushed",
            Self::FilingRefused => "filing_refused",
            Self::FilingAccepted => "filing_accepted",
            Self::NoticeSubmitted => "notice_submitted",
            Self::Published => "published",
            Self::Exempt => "exempt",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Held => "held",
        }
        .to_owned()
    }
}

/// Who must act, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub who: Who,
    /// Since when, microseconds UTC.
    pub since: i64,
}

/// Who must act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// These parties.
    Parties(Vec<PartyKey>),
    /// The platform's own jobs.
    Platform,
    /// The supervising system.
    SupervisingSystem,
    /// The supervisor who halted it.
    Supervisor,
    /// The medium that publishes.
    Medium,
    /// Nobody: it is settled.
    Nobody,
}

/// The six lists of every user (S3-079).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// 待我签署 (待我处理).
    WaitingForMe,
    /// 待他人签署.
    WaitingForOthers,
    /// 已完成签署.
    Completed,
    /// 已作废.
    Voided,
    /// 我发起的.
    StartedByMe,
    /// 草稿箱.
    Drafts,
}

impl List {
    /// All lists.
    pub const ALL: [Self; 6] =
        [Self::WaitingForMe, Self::WaitingForOthers, Self::Completed, Self::Voided, Self::StartedByMe, Self::Drafts];

    /// The stable code, as in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::WaitingForMe => "waiting_for_me",
            Self::WaitingForOthers => "waiting_for_others",
            Self::Completed => "completed",
            Self::Voided => "voided",
            Self::StartedByMe => "started_by_me",
            Self::Drafts => "drafts",
        }
    }

    /// The list with this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.code() == code)
    }
}

/// How much of a contract an actor may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// Nothing, not even that it exists.
    Nothing,
    /// That it exists, its parties and the name of its state: what another party writes or has sealed is still its own (undo boundary 10).
    Outline,
    /// All but another party's unsent revision.
    Whole,
}

impl Contract {
    /// The four axes and the hold in one word.
    pub fn phase(&self) -> Phase {
        if let Hold::Held { .. } = &self.hold {
            return Phase::Held;
        }
        let settled = match &self.signing {
            Signing::NotStarted => {
                return match &self.content {
                    Content::Returned { .. } => Phase::Returned,
                    Content::InReview { .. } => Phase::InReview,
                    Content::Drafting { .. } | Content::Frozen { .. } => Phase::Drafting,
                };
            }
            Signing::Signing { .. } => {
                let key = self.current_step().map(|(_, step)| step.rule.key.clone());
                return Phase::Step(key.unwrap_or_default());
            }
            Signing::Rejected { .. } => return Phase::Rejected,
            Signing::Revoked { .. } => return Phase::Revoked,
            Signing::Expired { .. } => return Phase::Expired,
            Signing::Concluded { platform: PlatformSignature::Due, .. } => return Phase::Concluded,
            Signing::Concluded { .. } => Phase::Concluded,
            Signing::Offline { .. } => Phase::Offline,
        };
        let filed = match &self.filing {
            Filing::Due { .. } => return Phase::FilingDue,
            Filing::Pushed { .. } => return Phase::FilingPushed,
            Filing::Refused { .. } => return Phase::FilingRefused,
            Filing::Accepted { .. } => Phase::FilingAccepted,
            Filing::NotWanted | Filing::NotDue => settled,
        };
        match &self.notice {
            Notice::NotWanted | Notice::NotDue | Notice::Due { .. } => filed,
            Notice::Submitted { .. } => Phase::NoticeSubmitted,
            Notice::Published { .. } => Phase::Published,
            Notice::Exempt { .. } => Phase::Exempt,
        }
    }

    /// Who must act, and since when.
    pub fn holder(&self) -> Holder {
        let parties = |keys: Vec<PartyKey>, since| Holder { who: Who::Parties(keys), since };
        if let Hold::Held { since, .. } = &self.hold {
            return Holder { who: Who::Supervisor, since: *since };
        }
        let settled_at = match &self.signing {
            Signing::NotStarted => {
                return match &self.content {
                    Content::Drafting { since, modified_by } => {
                        parties(std::iter::once(self.initiator).chain(*modified_by).collect(), *since)
                    }
                    Content::Returned { since, .. } => parties(vec![self.initiator], *since),
                    Content::InReview { since, reviewer } => parties(vec![*reviewer], *since),
                    Content::Frozen { at, .. } => parties(vec![self.initiator], *at),
                };
            }
            Signing::Signing { steps, .. } => {
                return steps
                    .iter()
                    .find_map(|step| match &step.state {
                        StepState::Open { since } | StepState::Sealed { since, .. } => {
                            Some(parties(vec![step.party], *since))
                        }
                        StepState::Waiting | StepState::Sent { .. } => None,
                    })
                    .unwrap_or(Holder { who: Who::Nobody, since: self.started_at });
            }
            Signing::Rejected { at, .. } | Signing::Revoked { at, .. } | Signing::Expired { at, .. } => {
                return Holder { who: Who::Nobody, since: *at };
            }
            Signing::Concluded { at, platform, .. } => match platform {
                PlatformSignature::Due => return Holder { who: Who::Platform, since: *at },
                PlatformSignature::Added { at, .. } => *at,
                PlatformSignature::NotWanted => *at,
            },
            Signing::Offline { at, .. } => *at,
        };
        let filed_at = match &self.filing {
            Filing::Due { since, .. } => return Holder { who: Who::Platform, since: *since },
            Filing::Pushed { since, .. } => return Holder { who: Who::SupervisingSystem, since: *since },
            Filing::Refused { at, back_to, .. } => return parties(vec![*back_to], *at),
            Filing::Accepted { at, .. } => *at,
            Filing::NotWanted | Filing::NotDue => settled_at,
        };
        match &self.notice {
            Notice::Due { since } => Holder { who: Who::Platform, since: *since },
            Notice::Submitted { since } => Holder { who: Who::Medium, since: *since },
            Notice::Published { at, .. } | Notice::Exempt { at, .. } => Holder { who: Who::Nobody, since: *at },
            Notice::NotWanted | Notice::NotDue => Holder { who: Who::Nobody, since: filed_at },
        }
    }

    /// Whether this party is the one, or among those, that must act.
    pub fn is_held_by(&self, party: PartyKey) -> bool {
        match self.holder().who {
            Who::Parties(parties) => parties.contains(&party),
            Who::Platform | Who::SupervisingSystem | Who::Supervisor | Who::Medium | Who::Nobody => false,
        }
    }

    /// The name of its state, in the words its users know.
    pub fn label(&self, profile: &Profile, viewer: &Actor) -> Text {
        let own = self.party_of_actor(viewer).map(|party| party.key);
        let holds = own.is_some_and(|key| self.is_held_by(key));
        let phase = self.phase();
        let label = match (&phase, self.current_step()) {
            (Phase::Step(_), Some((_, step))) => {
                let sealed = match step.state {
                    StepState::Sealed { .. } => true,
                    StepState::Waiting | StepState::Open { .. } | StepState::Sent { .. } => false,
                };
                if holds && sealed {
                    return step.rule.sealed.clone();
                }
                Some(&step.rule.open)
            }
            _ => profile.labels.get(&phase.code()),
        };
        match label {
            Some(label) if holds => label.holder.clone().unwrap_or_else(|| label.all.clone()),
            Some(label) => label.all.clone(),
            // A checked profile names every phase.
            None => Text::new(phase.code(), phase.code()),
        }
    }

    /// The lists it stands in for this viewer; none for who is no party.
    pub fn lists(&self, viewer: &Actor) -> Vec<List> {
        self.party_of_actor(viewer).map(|party| self.lists_of(party.key)).unwrap_or_default()
    }

    /// The lists it stands in for a party.
    pub fn lists_of(&self, party: PartyKey) -> Vec<List> {
        let mut lists = Vec::new();
        let draft = match &self.content {
            Content::Drafting { .. } | Content::Returned { .. } => true,
            Content::InReview { .. } | Content::Frozen { .. } => false,
        };
        let ended = self.has_ended_without_conclusion();
        if ended {
            lists.push(List::Voided);
        } else if self.concluded_at().is_some() {
            lists.push(List::Completed);
            // A refused filing is back with a party, although the contract is signed.
            if self.is_held_by(party) {
                lists.push(List::WaitingForMe);
            }
        } else if draft && party == self.initiator {
            lists.push(List::Drafts);
            if matches!(&self.content, Content::Returned { .. }) {
                lists.push(List::WaitingForMe);
            }
        } else if self.is_held_by(party) {
            lists.push(List::WaitingForMe);
        } else {
            lists.push(List::WaitingForOthers);
        }
        if party == self.initiator {
            lists.push(List::StartedByMe);
        }
        lists
    }

    /// How much of it an actor may see.
    pub fn visibility(&self, viewer: &Actor) -> Visibility {
        match viewer {
            Actor::Platform => Visibility::Whole,
            Actor::Supervisor { .. } | Actor::SupervisingSystem => {
                if self.concluded_at().is_some() {
                    Visibility::Whole
                } else {
                    Visibility::Outline
                }
            }
            Actor::Person { .. } => Visibility::Nothing,
            Actor::Member { .. } => {
                self.party_of_actor(viewer).map_or(Visibility::Nothing, |party| self.visibility_of(party))
            }
        }
    }

    pub(super) fn visibility_of(&self, party: &Party) -> Visibility {
        if party.key == self.initiator || self.concluded_at().is_some() {
            return Visibility::Whole;
        }
        let whole = match &self.content {
            Content::Drafting { modified_by, .. } => *modified_by == Some(party.key),
            Content::Returned { .. } => false,
            Content::InReview { reviewer, .. } => *reviewer == party.key,
            Content::Frozen { confirmation, .. } => {
                confirmation.is_some()
                    || self.steps().iter().any(|step| step.is_sent() || (step.party == party.key && step.is_current()))
            }
        };
        if whole { Visibility::Whole } else { Visibility::Outline }
    }

    /// SM3 of the document this actor may see now: his party's unsent revision, or the shared one; none before there is a frozen text, or
    /// while it is another party's own.
    pub fn document_for(&self, viewer: &Actor) -> Option<Sm3Digest> {
        if self.visibility(viewer) != Visibility::Whole {
            return None;
        }
        let own = self.party_of_actor(viewer).map(|party| party.key);
        let unsent =
            self.current_step().filter(|(_, step)| Some(step.party) == own).and_then(|(_, step)| match &step.state {
                StepState::Sealed { document, .. } => Some(*document),
                StepState::Waiting | StepState::Open { .. } | StepState::Sent { .. } => None,
            });
        unsent.or_else(|| self.shared_document())
    }
}
