//! What a list says of a contract to one of its parties: how the state looks, which one act fits, which clocks run, and whether the holder may
//! be urged.

use crate::calendar::{Date, Deadline, WorkingDays};
use crate::contract::axes::{Content, Filing, Hold, Notice, Signing, Step, StepState};
use crate::contract::party::{Actor, PartyKey};
use crate::contract::permission::Action;
use crate::contract::profile::Profile;
use crate::contract::state::{Context, Contract};
use crate::contract::text::Text;
use crate::contract::verb::Verb;
use crate::contract::view::{Visibility, Who};
use crate::identifiers::Sm3Digest;
use crate::law::RuleTables;
use crate::signing::SealType;

/// How the name of a state is shown; never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The viewer's party must act, and nothing is wrong.
    InHand,
    /// Look here: returned, refused, halted, or sealed and not sent.
    Attention,
    /// Signed, and nothing is back with a party.
    Done,
    /// A fact: others act, or it has ended.
    Fact,
}

impl Tone {
    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InHand => "in_hand",
            Self::Attention => "attention",
            Self::Done => "done",
            Self::Fact => "fact",
        }
    }
}

/// The one act that fits a party's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Go on drafting.
    Draft,
    /// Confirm or return the text.
    Confirm,
    /// Set seals.
    Sign,
    /// Submit what is sealed.
    Submit,
    /// Agree to the sealed text, or not.
    Agree,
    /// Submit a refused filing again.
    Resubmit,
    /// Nothing to do: look at it.
    View,
}

impl Act {
    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Confirm => "confirm",
            Self::Sign => "sign",
            Self::Submit => "submit",
            Self::Agree => "agree",
            Self::Resubmit => "resubmit",
            Self::View => "view",
        }
    }

    /// The page on which it is done.
    pub const fn page(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Confirm => "review",
            Self::Sign | Self::Submit | Self::Agree => "desk",
            Self::Resubmit => "filing",
            Self::View => "contract",
        }
    }
}

/// The verbs that make an act fit, the most pressing first.
const FITTING: [(Verb, Act); 8] = [
    (Verb::ResubmitFiling, Act::Resubmit),
    (Verb::Agree, Act::Agree),
    (Verb::Submit, Act::Submit),
    (Verb::Confirm, Act::Confirm),
    (Verb::Seal, Act::Sign),
    (Verb::Send, Act::Draft),
    (Verb::Freeze, Act::Draft),
    (Verb::EditDraft, Act::Draft),
];

/// What a row offers: one act, and the rest behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The act that fits.
    pub act: Act,
    /// What its button is called.
    pub text: Text,
    /// The other verbs that the actor can do now.
    pub rest: Vec<Action>,
}

/// Which of the clocks of the law runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClockKind {
    /// Signing after the award notice (采购法 art. 46).
    Sign,
    /// The notice after signing (实施条例 art. 50).
    Notice,
    /// The filing after signing (采购法 art. 47).
    Filing,
    /// The end of the time for signing that the flow sets.
    SigningEnds,
}

impl ClockKind {
    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sign => "sign",
            Self::Notice => "notice",
            Self::Filing => "filing",
            Self::SigningEnds => "signing_ends",
        }
    }

    /// Whether it counts working days.
    pub const fn counts_working_days(self) -> bool {
        match self {
            Self::Notice | Self::Filing => true,
            Self::Sign | Self::SigningEnds => false,
        }
    }
}

/// A clock that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Which.
    pub kind: ClockKind,
    /// The day from which it counts, which is not counted itself.
    pub from: Date,
    /// The last day.
    pub deadline: Deadline,
}

impl Contract {
    /// How the name of its state is shown to somebody.
    pub fn tone(&self, viewer: &Actor) -> Tone {
        let own = self.party_of_actor(viewer).map(|party| party.key);
        let holds = own.is_some_and(|key| self.is_held_by(key));
        if let Hold::Held { .. } = &self.hold {
            return Tone::Attention;
        }
        match &self.signing {
            Signing::Rejected { .. } | Signing::Revoked { .. } | Signing::Expired { .. } => Tone::Fact,
            Signing::Concluded { .. } | Signing::Offline { .. } => match &self.filing {
                Filing::Refused { .. } => Tone::Attention,
                Filing::NotWanted
                | Filing::NotDue
                | Filing::Due { .. }
                | Filing::Pushed { .. }
                | Filing::Accepted { .. } => Tone::Done,
            },
            Signing::NotStarted => match &self.content {
                Content::Returned { .. } if holds => Tone::Attention,
                Content::InReview { .. } if holds => Tone::InHand,
                Content::Returned { .. }
                | Content::InReview { .. }
                | Content::Drafting { .. }
                | Content::Frozen { .. } => Tone::Fact,
            },
            Signing::Signing { .. } => {
                // What another party has sealed and not sent shows to nobody else.
                let unsent = self.current_step().is_some_and(|(_, step)| match &step.state {
                    StepState::Sealed { .. } => Some(step.party) == own,
                    StepState::Waiting | StepState::Open { .. } | StepState::Sent { .. } => false,
                });
                match (unsent, holds) {
                    (true, _) => Tone::Attention,
                    (false, true) => Tone::InHand,
                    (false, false) => Tone::Fact,
                }
            }
        }
    }

    /// The act that fits the actor now, and the other verbs that he can do.
    pub fn offer(&self, ctx: &Context<'_>) -> Offer {
        let mut rest = self.actions(ctx);
        let fitting = FITTING.into_iter().find_map(|(verb, act)| {
            let place = rest.iter().position(|action| action.verb == verb)?;
            Some((act, rest.remove(place).text))
        });
        match fitting {
            Some((Act::Draft, _)) => {
                rest.retain(|action| action.verb != Verb::EditDraft);
                Offer { act: Act::Draft, text: Text::new("继续起草", "Continue drafting"), rest }
            }
            Some((act, text)) => Offer { act, text, rest },
            None => Offer { act: Act::View, text: Text::new("查看", "View"), rest },
        }
    }

    /// The clocks that run now, the nearest end first.
    pub fn clocks(&self, profile: &Profile, law: &RuleTables, calendar: &WorkingDays) -> Vec<Clock> {
        let mut clocks = Vec::new();
        if self.has_ended_without_conclusion() {
            return clocks;
        }
        match self.signed_on() {
            None => {
                if let (Some(from), Some(deadline)) =
                    (self.award_notice_on, self.signing_deadline(profile, law, calendar))
                {
                    clocks.push(Clock { kind: ClockKind::Sign, from, deadline });
                }
                if let Signing::Signing { expires_at: Some(expires_at), .. } = &self.signing {
                    // It runs out with the end of a day; the moment itself is already the next.
                    let last_day = Date::at(expires_at.saturating_sub(1));
                    let from = match &self.content {
                        Content::Frozen { at, .. } => Date::at(*at),
                        Content::Drafting { .. } | Content::Returned { .. } | Content::InReview { .. } => {
                            Date::at(self.started_at)
                        }
                    };
                    let deadline = Deadline { last_day, provisional: false };
                    clocks.push(Clock { kind: ClockKind::SigningEnds, from, deadline });
                }
            }
            Some(from) => {
                let (filed, told) = (
                    matches!(self.filing, Filing::Accepted { .. } | Filing::NotWanted),
                    matches!(self.notice, Notice::Published { .. } | Notice::Exempt { .. } | Notice::NotWanted),
                );
                if let Some(deadline) = self.notice_deadline(profile, law, calendar).filter(|_| !told) {
                    clocks.push(Clock { kind: ClockKind::Notice, from, deadline });
                }
                if let Some(deadline) = self.filing_deadline(profile, law, calendar).filter(|_| !filed) {
                    clocks.push(Clock { kind: ClockKind::Filing, from, deadline });
                }
            }
        }
        clocks.sort_by_key(|clock| (clock.deadline.last_day, clock.kind));
        clocks
    }

    /// The moment by which a list sorts it as due, microseconds UTC: the end of the clock that runs out first, whichever runs in its state;
    /// none where no clock runs.
    pub fn due_at(&self, profile: &Profile, law: &RuleTables, calendar: &WorkingDays) -> Option<i64> {
        self.clocks(profile, law, calendar).first().map(|clock| clock.deadline.last_day.end_micros())
    }

    /// The amount that a list shows a party, 分: what the text names, if that is the party's to see, else what was awarded.
    pub fn amount_shown(&self, party: PartyKey, drafted_fen: i64) -> i64 {
        let whole = self.party(party).is_some_and(|party| self.visibility_of(party) == Visibility::Whole);
        if whole { drafted_fen } else { self.amount_fen.unwrap_or(drafted_fen) }
    }

    /// Whom a party may urge (催办): the other parties that hold it; none when it is the party's own turn, or nobody's that can be urged.
    pub fn may_urge(&self, party: PartyKey) -> Vec<PartyKey> {
        match self.holder().who {
            Who::Parties(holders) if !holders.contains(&party) => holders,
            Who::Parties(_) | Who::Platform | Who::SupervisingSystem | Who::Supervisor | Who::Medium | Who::Nobody => {
                Vec::new()
            }
        }
    }

    /// Who gave it into the hands of its holder, where a party did: the sender of the draft, or of the step before.
    pub fn handed_over_by(&self) -> Option<PartyKey> {
        match (&self.signing, &self.content) {
            (Signing::NotStarted, Content::InReview { .. }) => Some(self.initiator),
            (Signing::NotStarted, Content::Returned { by, .. }) => Some(*by),
            (Signing::NotStarted, Content::Drafting { .. } | Content::Frozen { .. }) => None,
            (Signing::Signing { steps, .. }, Content::Frozen { confirmation, .. }) => {
                let sent = steps.iter().rev().find(|step| step.is_sent()).map(|step| step.party);
                sent.or_else(|| confirmation.as_ref().map(|confirmation| confirmation.by))
            }
            (
                Signing::Signing { .. },
                Content::Drafting { .. } | Content::Returned { .. } | Content::InReview { .. },
            )
            | (
                Signing::Concluded { .. }
                | Signing::Offline { .. }
                | Signing::Rejected { .. }
                | Signing::Revoked { .. }
                | Signing::Expired { .. },
                _,
            ) => None,
        }
    }

    /// The kinds of seal with which a party can fulfil its steps.
    pub fn seal_types_of(&self, profile: &Profile, party: PartyKey) -> Vec<SealType> {
        let rules = self.step_rules_of(profile, party);
        rules
            .iter()
            .filter_map(|rule| rule.organisation_seal.as_ref())
            .flat_map(|rule| rule.types.iter().copied())
            .collect()
    }

    /// The digests of every revision that all who see the text may see: the frozen texts, what each step was sent with, the platform's.
    pub fn shared_revisions(&self) -> Vec<Sm3Digest> {
        let sent = |step: &Step| match &step.state {
            StepState::Sent { document, .. } => Some(*document),
            StepState::Waiting | StepState::Open { .. } | StepState::Sealed { .. } => None,
        };
        let ended = self
            .ended_texts
            .iter()
            .flat_map(|text| std::iter::once(text.document.sm3).chain(text.steps.iter().filter_map(sent)));
        let now = self.frozen_document().map(|document| document.sm3);
        ended.chain(now).chain(self.steps().iter().filter_map(sent)).chain(self.shared_document()).collect()
    }
}
