//! What follows conclusion: the platform's signature, filing and its answers, the notice.

use crate::contract::axes::{Filing, Notice, PlatformSignature, Signing};
use crate::contract::drafting::fit_text;
use crate::contract::effect::{Effect, Topic};
use crate::contract::event::{ContractEvent, Ignored};
use crate::contract::profile::NoticeAfter;
use crate::contract::refusal::Refusal;
use crate::contract::state::{Context, Contract, Transition};
use crate::contract::verb::Verb;
use crate::identifiers::Sm3Digest;

/// An answer of the supervising system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilingAnswer {
    /// The submission it answers.
    pub attempt: u32,
    /// What it says.
    pub outcome: FilingOutcome,
}

/// What the supervising system says (S0-035).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilingOutcome {
    /// 备案通过.
    Accepted {
        /// The receipt, if it gives one.
        receipt: Option<String>,
    },
    /// 备案不通过.
    Refused {
        /// Why.
        reason: String,
    },
}

impl Contract {
    /// The platform's own signature was added; now filing and notice begin.
    ///
    /// # Errors
    /// What [`Contract::permits`] says.
    pub fn platform_signed(mut self, ctx: &Context<'_>, document: Sm3Digest) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::AddPlatformSignature)?;
        if let Signing::Concluded { platform, .. } = &mut self.signing {
            *platform = PlatformSignature::Added { at: ctx.at, document };
        }
        let mut events = vec![ContractEvent::PlatformSignatureAdded { document }];
        let mut effects = Vec::new();
        self.start_what_follows(ctx, &mut events, &mut effects);
        Ok(self.moved(events, effects))
    }

    /// The contract was handed to the supervising system.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; an answer that was faster than this record has already moved the filing on.
    pub fn filing_pushed(mut self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::PushFiling)?;
        let attempt = self.filing_attempt();
        self.filing = Filing::Pushed { since: ctx.at, attempt };
        Ok(self.moved(vec![ContractEvent::FilingPushed { attempt }], Vec::new()))
    }

    /// The supervising system answered: the first answer to a submission decides. The same again, an answer to an earlier submission, and
    /// a contradiction are recorded and change nothing; of a contradiction the operator is told.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::UnknownSubmission`]; [`Refusal::TextUnfit`] for receipt or reason.
    pub fn filing_answered(mut self, ctx: &Context<'_>, answer: FilingAnswer) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::AnswerFiling)?;
        let FilingAnswer { attempt, outcome } = answer;
        let current = self.filing_attempt();
        if attempt == 0 || attempt > current {
            return Err(Refusal::UnknownSubmission { attempt });
        }
        let outcome = match outcome {
            FilingOutcome::Accepted { receipt } => {
                FilingOutcome::Accepted { receipt: receipt.map(|receipt| fit_text(&receipt, "receipt")).transpose()? }
            }
            FilingOutcome::Refused { reason } => FilingOutcome::Refused { reason: fit_text(&reason, "reason")? },
        };
        let accepted = matches!(outcome, FilingOutcome::Accepted { .. });
        let said_before = match &self.filing {
            Filing::Accepted { .. } => Some(true),
            Filing::Refused { .. } => Some(false),
            Filing::Due { .. } | Filing::Pushed { .. } | Filing::NotDue | Filing::NotWanted => None,
        };
        let why = match said_before {
            _ if attempt < current => Some(Ignored::Superseded),
            Some(before) if before == accepted => Some(Ignored::Repeated),
            Some(_) => Some(Ignored::Contradictory),
            None => None,
        };
        if let Some(why) = why {
            let effects = match why {
                Ignored::Contradictory => vec![Effect::TellOperator { topic: Topic::FilingContradicted }],
                Ignored::Repeated | Ignored::Superseded => Vec::new(),
            };
            return Ok(self.moved(vec![ContractEvent::FilingAnswerIgnored { attempt, accepted, why }], effects));
        }
        let mut events = Vec::new();
        let mut effects = Vec::new();
        match outcome {
            FilingOutcome::Accepted { receipt } => {
                self.filing = Filing::Accepted { at: ctx.at, attempt, receipt: receipt.clone() };
                events.push(ContractEvent::FilingAccepted { attempt, receipt });
                effects.push(Effect::Notify { to: self.everybody(), topic: Topic::FilingAccepted });
                self.start_notice_after(NoticeAfter::FilingAccepted, ctx, &mut events, &mut effects);
            }
            FilingOutcome::Refused { reason } => {
                let side = ctx.profile.filing.as_ref().map(|rules| rules.resubmitted_by);
                let back_to = side.and_then(|side| self.first_of(side)).map_or(self.initiator, |party| party.key);
                self.filing = Filing::Refused { at: ctx.at, attempt, back_to, reason: reason.clone() };
                events.push(ContractEvent::FilingRefused { attempt, reason });
                effects.push(Effect::Notify { to: self.everybody(), topic: Topic::FilingRefused });
            }
        }
        Ok(self.moved(events, effects))
    }

    /// 重新提交备案: the party to which a refused filing came back submits it again, with what it has to say to it.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::TextUnfit`].
    pub fn resubmit_filing(mut self, ctx: &Context<'_>, note: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::ResubmitFiling)?;
        let party = self.acting_party(ctx)?;
        let note = if note.trim().is_empty() { String::new() } else { fit_text(note, "note")? };
        let attempt = self.filing_attempt().saturating_add(1);
        self.filing = Filing::Due { since: ctx.at, attempt };
        let events = vec![ContractEvent::FilingResubmitted { party, attempt, note }];
        Ok(self.moved(events, vec![Effect::PushFiling { attempt }]))
    }

    /// The notice was handed to the medium.
    ///
    /// # Errors
    /// What [`Contract::permits`] says.
    pub fn notice_submitted(mut self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::SubmitNotice)?;
        self.notice = Notice::Submitted { since: ctx.at };
        Ok(self.moved(vec![ContractEvent::NoticeSubmitted], Vec::new()))
    }

    /// The medium published the notice.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::TextUnfit`] for receipt or address.
    pub fn notice_published(mut self, ctx: &Context<'_>, receipt: &str, address: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::PublishNotice)?;
        let (receipt, address) = (fit_text(receipt, "receipt")?, fit_text(address, "address")?);
        self.notice = Notice::Published { at: ctx.at, receipt: receipt.clone(), address: address.clone() };
        let notify = Effect::Notify { to: self.everybody(), topic: Topic::Published };
        Ok(self.moved(vec![ContractEvent::NoticePublished { receipt, address }], vec![notify]))
    }

    /// The number of the current submission; 0 before the first.
    pub fn filing_attempt(&self) -> u32 {
        match &self.filing {
            Filing::NotWanted | Filing::NotDue => 0,
            Filing::Due { attempt, .. }
            | Filing::Pushed { attempt, .. }
            | Filing::Accepted { attempt, .. }
            | Filing::Refused { attempt, .. } => *attempt,
        }
    }

    /// Filing and notice become due, as the profile says.
    pub(super) fn start_what_follows(
        &mut self,
        ctx: &Context<'_>,
        events: &mut Vec<ContractEvent>,
        effects: &mut Vec<Effect>,
    ) {
        if ctx.profile.filing.is_some() {
            self.filing = Filing::Due { since: ctx.at, attempt: 1 };
            events.push(ContractEvent::FilingDue { attempt: 1 });
            effects.push(Effect::PushFiling { attempt: 1 });
        }
        self.start_notice_after(NoticeAfter::Conclusion, ctx, events, effects);
    }

    fn start_notice_after(
        &mut self,
        reached: NoticeAfter,
        ctx: &Context<'_>,
        events: &mut Vec<ContractEvent>,
        effects: &mut Vec<Effect>,
    ) {
        let waits_for_this = ctx.profile.notice.as_ref().is_some_and(|rules| rules.after == reached);
        // An exemption given earlier stands.
        if waits_for_this && self.notice == Notice::NotDue {
            self.notice = Notice::Due { since: ctx.at };
            events.push(ContractEvent::NoticeDue);
            effects.push(Effect::SubmitNotice);
        }
    }
}
