//! Who may do what, and when: the one place that decides it.
//!
//! [`Contract::permits`] answers for one verb from the profile, the actor and the state; every verb asks it first, and
//! [`Contract::actions`] offers exactly the verbs it permits. What a verb is handed (a reason, an amount, a seal) is judged by the verb.

use crate::contract::axes::{Content, Filing, Hold, Notice, PlatformSignature, Signing, Step, StepState};
use crate::contract::party::{Actor, Party, PartyKey};
use crate::contract::profile::{AttachmentWindow, Profile, Review, UndoEnds};
use crate::contract::refusal::Refusal;
use crate::contract::state::{Context, Contract};
use crate::contract::text::Text;
use crate::contract::verb::{Side, Verb};
use crate::organisation::Role;

/// One thing that the actor can do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// The verb.
    pub verb: Verb,
    /// What its button is called in this profile.
    pub text: Text,
}

impl Contract {
    /// Exactly the verbs that the actor can do now; what they are handed may still be refused.
    pub fn actions(&self, ctx: &Context<'_>) -> Vec<Action> {
        Verb::ALL
            .into_iter()
            .filter(|verb| self.permits(ctx, *verb).is_ok())
            .map(|verb| Action { verb, text: self.button(ctx.profile, verb) })
            .collect()
    }

    /// What the button of a verb is called now.
    fn button(&self, profile: &Profile, verb: Verb) -> Text {
        let at_step = match verb {
            Verb::Submit => self.current_step().map(|(_, step)| step.rule.submit.clone()),
            _ => None,
        };
        at_step.or_else(|| profile.buttons.get(&verb).cloned()).unwrap_or_else(|| verb.text())
    }

    /// Whether the actor may do this now.
    ///
    /// # Errors
    /// Why not; always one for which [`Refusal::is_about_state`] holds.
    pub fn permits(&self, ctx: &Context<'_>, verb: Verb) -> Result<(), Refusal> {
        match verb.side() {
            Side::Party => {
                let Actor::Member { roles, .. } = ctx.actor else { return Err(Refusal::NotConcerned) };
                let party = self.party_of_actor(ctx.actor).ok_or(Refusal::NotConcerned)?;
                let needed = self.roles_for(ctx.profile, party, verb)?;
                self.alive()?;
                self.permits_party(ctx.profile, party, verb)?;
                if roles.iter().any(|role| needed.contains(role)) {
                    Ok(())
                } else {
                    Err(Refusal::RoleMissing { needed })
                }
            }
            Side::Platform => {
                let Actor::Platform = ctx.actor else { return Err(Refusal::NotYours { verb }) };
                self.alive()?;
                self.permits_platform(ctx, verb)
            }
            Side::Supervision => {
                let concerned = match ctx.actor {
                    Actor::SupervisingSystem => verb == Verb::AnswerFiling,
                    Actor::Supervisor { .. } => verb != Verb::AnswerFiling,
                    Actor::Member { .. } | Actor::Person { .. } | Actor::Platform => false,
                };
                if concerned { self.permits_supervision(verb) } else { Err(Refusal::NotYours { verb }) }
            }
        }
    }

    /// The refusal for a verb that has to wait, or is past.
    fn not_now(&self, verb: Verb) -> Refusal {
        Refusal::NotNow { verb, holder: self.holder() }
    }

    /// A contract on hold, or at its end, is moved by nobody but the supervising side.
    fn alive(&self) -> Result<(), Refusal> {
        if let Hold::Held { document, .. } = &self.hold {
            return Err(Refusal::OnHold { document: document.clone() });
        }
        if self.has_ended_without_conclusion() { Err(Refusal::Ended) } else { Ok(()) }
    }

    /// The roles that do this verb in the party's organisation; refused where the profile has no such verb for the party.
    fn roles_for(&self, profile: &Profile, party: &Party, verb: Verb) -> Result<Vec<Role>, Refusal> {
        let step_roles = |ends: Option<UndoEnds>| {
            let rules = match self.current_step() {
                Some((_, step)) if step.party == party.key => vec![&step.rule],
                _ => self.step_rules_of(profile, party.key),
            };
            let ending_so = rules.into_iter().filter(|rule| ends.is_none_or(|ends| ends == rule.undo_ends));
            let mut roles: Vec<Role> = ending_so.flat_map(|rule| rule.roles.iter().copied()).collect();
            roles.sort_unstable();
            roles.dedup();
            if roles.is_empty() { Err(Refusal::NotInProfile { verb }) } else { Ok(roles) }
        };
        let drafts = party.key == self.initiator;
        match verb {
            Verb::EditDraft => match &profile.review {
                Review::ConfirmReturnModify { roles, .. } if self.is_reviewer(profile, party) => Ok(roles.clone()),
                _ if drafts => Ok(profile.drafting.roles.clone()),
                _ => Err(Refusal::NotYours { verb }),
            },
            Verb::Send | Verb::Withdraw => match &profile.review {
                Review::None | Review::AgreeDisagreeAfterSealing => Err(Refusal::NotInProfile { verb }),
                Review::ConfirmReturnModify { .. } | Review::InternalApproval { .. } if drafts => {
                    Ok(profile.drafting.roles.clone())
                }
                Review::ConfirmReturnModify { .. } | Review::InternalApproval { .. } => Err(Refusal::NotYours { verb }),
            },
            Verb::Confirm | Verb::Return => match &profile.review {
                Review::None | Review::AgreeDisagreeAfterSealing => Err(Refusal::NotInProfile { verb }),
                Review::ConfirmReturnModify { roles, .. } | Review::InternalApproval { roles }
                    if self.is_reviewer(profile, party) =>
                {
                    Ok(roles.clone())
                }
                Review::ConfirmReturnModify { .. } | Review::InternalApproval { .. } => Err(Refusal::NotYours { verb }),
            },
            Verb::Modify => match &profile.review {
                Review::None | Review::AgreeDisagreeAfterSealing | Review::InternalApproval { .. } => {
                    Err(Refusal::NotInProfile { verb })
                }
                Review::ConfirmReturnModify { roles, .. } if self.is_reviewer(profile, party) => Ok(roles.clone()),
                Review::ConfirmReturnModify { .. } => Err(Refusal::NotYours { verb }),
            },
            Verb::Freeze => match &profile.review {
                Review::ConfirmReturnModify { .. } | Review::InternalApproval { .. } => {
                    Err(Refusal::NotInProfile { verb })
                }
                Review::None | Review::AgreeDisagreeAfterSealing if drafts => Ok(profile.drafting.roles.clone()),
                Review::None | Review::AgreeDisagreeAfterSealing => Err(Refusal::NotYours { verb }),
            },
            Verb::Revoke => {
                if drafts {
                    Ok(profile.drafting.roles.clone())
                } else {
                    Err(Refusal::NotYours { verb })
                }
            }
            Verb::Seal | Verb::DiscardUnsent | Verb::Reject => step_roles(None),
            Verb::Submit => step_roles(Some(UndoEnds::Submit)),
            Verb::Agree | Verb::Disagree => step_roles(Some(UndoEnds::Agree)),
            Verb::Attach => {
                if profile.attachments.is_empty() {
                    return Err(Refusal::NotInProfile { verb });
                }
                let mut roles = profile.drafting.roles.clone();
                if let (Review::ConfirmReturnModify { roles: reviewing, .. }, true) =
                    (&profile.review, self.is_reviewer(profile, party))
                {
                    roles.clone_from(reviewing);
                }
                Ok(roles)
            }
            Verb::ResubmitFiling => match &profile.filing {
                None => Err(Refusal::NotInProfile { verb }),
                Some(rules) if rules.resubmitted_by == party.role => Ok(rules.roles.clone()),
                Some(_) => Err(Refusal::NotYours { verb }),
            },
            Verb::Expire
            | Verb::AddPlatformSignature
            | Verb::PushFiling
            | Verb::AnswerFiling
            | Verb::SubmitNotice
            | Verb::PublishNotice
            | Verb::ExemptNotice
            | Verb::Hold
            | Verb::Resume => Err(Refusal::NotYours { verb }),
        }
    }

    /// Whether the state lets this party do this verb now.
    fn permits_party(&self, profile: &Profile, party: &Party, verb: Verb) -> Result<(), Refusal> {
        let now = |yes: bool| if yes { Ok(()) } else { Err(self.not_now(verb)) };
        match verb {
            Verb::EditDraft => match &self.content {
                Content::Drafting { modified_by, .. } => {
                    now(party.key == self.initiator || *modified_by == Some(party.key))
                }
                Content::Returned { .. } => now(party.key == self.initiator),
                Content::InReview { .. } => now(false),
                Content::Frozen { .. } => Err(Refusal::TextFrozen),
            },
            Verb::Send => match &self.content {
                Content::Drafting { .. } | Content::Returned { .. } => Ok(()),
                Content::InReview { .. } => now(false),
                Content::Frozen { .. } => Err(Refusal::TextFrozen),
            },
            Verb::Freeze => match &self.content {
                Content::Drafting { .. } => Ok(()),
                Content::Returned { .. } | Content::InReview { .. } => now(false),
                Content::Frozen { .. } => Err(Refusal::TextFrozen),
            },
            Verb::Withdraw | Verb::Confirm | Verb::Return | Verb::Modify => match &self.content {
                Content::InReview { .. } => Ok(()),
                Content::Drafting { .. } | Content::Returned { .. } => now(false),
                Content::Frozen { .. } => Err(Refusal::TextFrozen),
            },
            Verb::Seal | Verb::Disagree | Verb::Reject => self.own_step(party.key, verb).map(|_| ()),
            Verb::DiscardUnsent | Verb::Submit | Verb::Agree => match self.own_step(party.key, verb)?.state {
                StepState::Sealed { .. } => Ok(()),
                StepState::Open { .. } | StepState::Waiting | StepState::Sent { .. } => now(false),
            },
            Verb::Revoke => match &self.signing {
                Signing::NotStarted => Ok(()),
                Signing::Signing { steps, .. } => {
                    let another_is_bound = steps.iter().any(|step| step.party != party.key && step.is_sent());
                    now(!another_is_bound)
                }
                Signing::Concluded { .. } | Signing::Offline { .. } => now(false),
                Signing::Rejected { .. } | Signing::Revoked { .. } | Signing::Expired { .. } => Err(Refusal::Ended),
            },
            Verb::Attach => now(profile.attachments.iter().any(|slot| self.window_is_open(party.key, slot.when))),
            Verb::ResubmitFiling => match &self.filing {
                Filing::Refused { .. } => Ok(()),
                Filing::NotWanted
                | Filing::NotDue
                | Filing::Due { .. }
                | Filing::Pushed { .. }
                | Filing::Accepted { .. } => now(false),
            },
            Verb::Expire
            | Verb::AddPlatformSignature
            | Verb::PushFiling
            | Verb::AnswerFiling
            | Verb::SubmitNotice
            | Verb::PublishNotice
            | Verb::ExemptNotice
            | Verb::Hold
            | Verb::Resume => Err(Refusal::NotYours { verb }),
        }
    }

    /// Whether the platform's own jobs may do this now.
    fn permits_platform(&self, ctx: &Context<'_>, verb: Verb) -> Result<(), Refusal> {
        let yes = match verb {
            Verb::Expire => match &self.signing {
                Signing::Signing { expires_at, .. } => expires_at.is_some_and(|expires_at| ctx.at >= expires_at),
                Signing::NotStarted
                | Signing::Concluded { .. }
                | Signing::Offline { .. }
                | Signing::Rejected { .. }
                | Signing::Revoked { .. }
                | Signing::Expired { .. } => false,
            },
            Verb::AddPlatformSignature => match &self.signing {
                Signing::Concluded { platform, .. } => *platform == PlatformSignature::Due,
                Signing::NotStarted
                | Signing::Signing { .. }
                | Signing::Offline { .. }
                | Signing::Rejected { .. }
                | Signing::Revoked { .. }
                | Signing::Expired { .. } => false,
            },
            Verb::PushFiling => match &self.filing {
                Filing::Due { .. } => true,
                Filing::NotWanted
                | Filing::NotDue
                | Filing::Pushed { .. }
                | Filing::Accepted { .. }
                | Filing::Refused { .. } => false,
            },
            Verb::SubmitNotice => match &self.notice {
                Notice::Due { .. } => true,
                Notice::NotWanted
                | Notice::NotDue
                | Notice::Submitted { .. }
                | Notice::Published { .. }
                | Notice::Exempt { .. } => false,
            },
            Verb::PublishNotice => match &self.notice {
                Notice::Submitted { .. } => true,
                Notice::NotWanted
                | Notice::NotDue
                | Notice::Due { .. }
                | Notice::Published { .. }
                | Notice::Exempt { .. } => false,
            },
            _ => return Err(Refusal::NotYours { verb }),
        };
        if yes { Ok(()) } else { Err(self.not_now(verb)) }
    }

    /// Whether the supervising side may do this now; it may also while the contract is on hold.
    fn permits_supervision(&self, verb: Verb) -> Result<(), Refusal> {
        let held = match &self.hold {
            Hold::Held { .. } => true,
            Hold::Free => false,
        };
        let yes = match verb {
            Verb::Hold => {
                if self.has_ended_without_conclusion() {
                    return Err(Refusal::Ended);
                }
                !held
            }
            Verb::Resume => held,
            Verb::AnswerFiling => match &self.filing {
                Filing::Due { .. } | Filing::Pushed { .. } | Filing::Accepted { .. } | Filing::Refused { .. } => true,
                Filing::NotWanted | Filing::NotDue => false,
            },
            Verb::ExemptNotice => {
                if self.has_ended_without_conclusion() {
                    return Err(Refusal::Ended);
                }
                match &self.notice {
                    Notice::NotDue | Notice::Due { .. } => true,
                    Notice::NotWanted => return Err(Refusal::NotInProfile { verb }),
                    Notice::Submitted { .. } | Notice::Published { .. } | Notice::Exempt { .. } => false,
                }
            }
            _ => return Err(Refusal::NotYours { verb }),
        };
        if yes { Ok(()) } else { Err(self.not_now(verb)) }
    }

    /// The open or sealed step, if it is this party's.
    pub(super) fn own_step(&self, party: PartyKey, verb: Verb) -> Result<&Step, Refusal> {
        match self.current_step() {
            Some((_, step)) if step.party == party => Ok(step),
            Some(_) if self.steps().iter().any(|step| step.party == party && step.is_sent()) => {
                Err(Refusal::AlreadySent)
            }
            Some(_) => Err(self.not_now(verb)),
            None if self.steps().iter().any(|step| step.party == party && step.is_sent()) => Err(Refusal::AlreadySent),
            None => Err(self.not_now(verb)),
        }
    }

    /// Whether this party may put a file into a slot of this window now.
    pub(super) fn window_is_open(&self, party: PartyKey, window: AttachmentWindow) -> bool {
        match window {
            AttachmentWindow::BeforeFreeze => match &self.content {
                Content::Drafting { modified_by, .. } => party == self.initiator || *modified_by == Some(party),
                Content::Returned { .. } => party == self.initiator,
                Content::InReview { reviewer, .. } => party == *reviewer,
                Content::Frozen { .. } => false,
            },
            AttachmentWindow::AfterConclusion => self.concluded_at().is_some(),
        }
    }

    /// The party that reviews this contract's draft, where the profile has a review before sealing.
    pub(super) fn reviewer(&self, profile: &Profile) -> Option<PartyKey> {
        match &profile.review {
            Review::None | Review::AgreeDisagreeAfterSealing => None,
            Review::ConfirmReturnModify { by, .. } => self.first_of(*by).map(|party| party.key),
            Review::InternalApproval { .. } => Some(self.initiator),
        }
    }

    fn is_reviewer(&self, profile: &Profile, party: &Party) -> bool {
        self.reviewer(profile) == Some(party.key)
    }
}
