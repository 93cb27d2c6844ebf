//! The verbs of the signing order: seal, discard, submit, refuse, and the end of its time.

use crate::contract::axes::{Act, Confirmation, Content, FrozenDocument, PlatformSignature, Signing, Step, StepState};
use crate::contract::deadline::signing_expires_at;
use crate::contract::drafting::fit_reason;
use crate::contract::effect::{Effect, Topic};
use crate::contract::event::ContractEvent;
use crate::contract::party::{PartyKey, PartyRole};
use crate::contract::profile::{Need, Profile, StepParty, StepRule, UndoEnds};
use crate::contract::refusal::Refusal;
use crate::contract::state::{Context, Contract, Transition};
use crate::contract::verb::Verb;
use crate::identifiers::Sm3Digest;
use crate::ids::SealId;
use crate::signing::{PlacementKind, SealType};

/// One seal or signature as the ceremony set it; who and when come from the context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAct {
    /// What it is.
    pub kind: PlacementKind,
    /// The seal it shows.
    pub seal: SealId,
    /// What that seal is for.
    pub seal_type: SealType,
    /// The page, 0-based; none for a seam seal.
    pub page: Option<u32>,
}

impl StepRule {
    /// Whether this kind of act is needed, allowed or forbidden at the step.
    pub fn need(&self, kind: PlacementKind) -> Need {
        match kind {
            PlacementKind::Seal => self.organisation_seal.as_ref().map_or(Need::Forbidden, |rule| rule.need),
            PlacementKind::Personal => self.personal_signature,
            PlacementKind::Date => self.date_seal,
            PlacementKind::Seam => self.seam_seal,
        }
    }

    /// Whether this act, with a seal of this type, may be set at the step.
    ///
    /// # Errors
    /// [`Refusal::ActNotAllowed`], [`Refusal::SealTypeNotAllowed`].
    pub fn allows(&self, kind: PlacementKind, seal_type: SealType) -> Result<(), Refusal> {
        if self.need(kind) == Need::Forbidden {
            return Err(Refusal::ActNotAllowed { kind });
        }
        let allowed = match kind {
            PlacementKind::Personal => &[SealType::PersonalName][..],
            PlacementKind::Seal | PlacementKind::Date | PlacementKind::Seam => {
                self.organisation_seal.as_ref().map_or(&[][..], |rule| &rule.types)
            }
        };
        if allowed.contains(&seal_type) {
            Ok(())
        } else {
            Err(Refusal::SealTypeNotAllowed { seal_type, allowed: allowed.to_vec() })
        }
    }

    /// The kinds of act without which the step cannot end, of those not yet among `set`.
    pub fn still_missing(&self, set: impl Fn(PlacementKind) -> bool) -> Vec<PlacementKind> {
        PlacementKind::ALL.into_iter().filter(|kind| self.need(*kind) == Need::Required && !set(*kind)).collect()
    }
}

impl Contract {
    /// 签章: seals and signatures were set on a private revision; may be done again until it is submitted (S1-026, S1-030, S1-034).
    ///
    /// `document` is SM3 of the new revision, made and verified by the ceremony.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::NoActs`], [`Refusal::ActNotAllowed`], [`Refusal::SealTypeNotAllowed`].
    pub fn seal(mut self, ctx: &Context<'_>, document: Sm3Digest, new: &[NewAct]) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Seal)?;
        let (party, person) = self.acting(ctx)?;
        if new.is_empty() {
            return Err(Refusal::NoActs);
        }
        let (number, rule) = match self.current_step() {
            Some((number, step)) => (number, &step.rule),
            None => return Err(self.not_open(Verb::Seal)),
        };
        for act in new {
            rule.allows(act.kind, act.seal_type)?;
        }
        let set: Vec<Act> = new
            .iter()
            .map(|act| Act {
                kind: act.kind,
                seal: act.seal,
                seal_type: act.seal_type,
                page: act.page,
                by: person,
                at: ctx.at,
            })
            .collect();
        self.on_current_step(|state| match state {
            StepState::Open { since } => StepState::Sealed { since, document, acts: set.clone() },
            StepState::Sealed { since, mut acts, .. } => {
                acts.extend(set.iter().cloned());
                StepState::Sealed { since, document, acts }
            }
            untouched @ (StepState::Waiting | StepState::Sent { .. }) => untouched,
        });
        Ok(self.moved(vec![ContractEvent::Sealed { step: number, party, document, acts: set }], Vec::new()))
    }

    /// 删除签章: what this party sealed and did not submit is void; it may seal again (S1-030, S1-035, S1-040).
    ///
    /// # Errors
    /// What [`Contract::permits`] says.
    pub fn discard_unsent(mut self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::DiscardUnsent)?;
        let mut events = Vec::new();
        let mut effects = Vec::new();
        self.drop_unsent(&mut events, &mut effects);
        Ok(self.moved(events, effects))
    }

    /// 发送 / 确认签章 / 提交合同: what this party sealed becomes part of the contract for good; the next step opens, or the contract is
    /// concluded (S1-031, S1-041, S4-048).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::ActsMissing`].
    pub fn submit(self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Submit)?;
        self.step_sent(ctx, Vec::new(), false)
    }

    /// 签章后结束签章: what was sealed in this very act is sent with it, by the verb that ends the step (提交 or 同意), so that the party cannot
    /// seal at this step again (S3-086).
    ///
    /// # Errors
    /// As [`Contract::submit`] and [`Contract::agree`].
    pub fn end_with_seals(self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        let agrees = self.current_step().is_some_and(|(_, step)| step.rule.undo_ends == UndoEnds::Agree);
        if agrees {
            self.permits(ctx, Verb::Agree)?;
            let party = self.acting_party(ctx)?;
            self.step_sent(ctx, vec![ContractEvent::Agreed { party }], true)
        } else {
            self.permits(ctx, Verb::Submit)?;
            self.step_sent(ctx, Vec::new(), true)
        }
    }

    /// 拒签: the party whose turn it is refuses to sign, with a reason; the contract ends.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::ReasonMissing`], [`Refusal::TextUnfit`].
    pub fn reject(mut self, ctx: &Context<'_>, reason: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Reject)?;
        let (by, person) = self.acting(ctx)?;
        let reason = fit_reason(reason)?;
        let (steps, mut events, mut effects) = self.stop_signing();
        self.signing = Signing::Rejected { at: ctx.at, by, person, reason: reason.clone(), steps };
        events.push(ContractEvent::Rejected { party: by, reason });
        effects.push(Effect::ReleaseAward);
        effects.push(Effect::Notify { to: self.others(by), topic: Topic::Rejected });
        Ok(self.moved(events, effects))
    }

    /// 逾期: the time for signing has run out.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; among it that the time has not run out yet.
    pub fn expire(mut self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Expire)?;
        let expired_at = match &self.signing {
            Signing::Signing { expires_at: Some(expires_at), .. } => *expires_at,
            Signing::Signing { .. }
            | Signing::NotStarted
            | Signing::Concluded { .. }
            | Signing::Offline { .. }
            | Signing::Rejected { .. }
            | Signing::Revoked { .. }
            | Signing::Expired { .. } => return Err(self.not_open(Verb::Expire)),
        };
        let (steps, mut events, mut effects) = self.stop_signing();
        self.signing = Signing::Expired { at: ctx.at, steps };
        events.push(ContractEvent::Expired { expired_at });
        effects.push(Effect::ReleaseAward);
        effects.push(Effect::Notify { to: self.everybody(), topic: Topic::Expired });
        Ok(self.moved(events, effects))
    }

    /// Freezes the text and opens the first step; used by 清稿 and by a confirmation for sealing online.
    pub(super) fn frozen_for_signing(
        mut self,
        ctx: &Context<'_>,
        document: FrozenDocument,
        confirmation: Option<Confirmation>,
        mut events: Vec<ContractEvent>,
    ) -> Transition {
        self.content = Content::Frozen { at: ctx.at, document, confirmation };
        let mut steps: Vec<Step> = self
            .step_order(ctx.profile)
            .into_iter()
            .map(|(party, rule)| Step { party, rule: rule.clone(), state: StepState::Waiting })
            .collect();
        events.push(ContractEvent::Frozen { draft: self.draft, document });
        let mut effects = Vec::new();
        open_next(&mut steps, ctx.at, &mut events, &mut effects);
        let expires_at = signing_expires_at(ctx.profile, ctx.calendar, ctx.at);
        self.signing = Signing::Signing { steps, expires_at };
        self.moved(events, effects)
    }

    /// The sealed step becomes part of the contract; the next opens, or all is concluded.
    pub(super) fn step_sent(
        mut self,
        ctx: &Context<'_>,
        mut events: Vec<ContractEvent>,
        with_seals: bool,
    ) -> Result<Transition, Refusal> {
        let (party, person) = self.acting(ctx)?;
        let (number, missing, document) = match self.current_step() {
            Some((number, step)) => match &step.state {
                StepState::Sealed { document, acts, .. } => {
                    let missing = step.rule.still_missing(|kind| acts.iter().any(|act| act.kind == kind));
                    (number, missing, *document)
                }
                StepState::Open { .. } | StepState::Waiting | StepState::Sent { .. } => {
                    return Err(self.not_open(Verb::Submit));
                }
            },
            None => return Err(self.not_open(Verb::Submit)),
        };
        if !missing.is_empty() {
            return Err(Refusal::ActsMissing { kinds: missing });
        }
        self.on_current_step(|state| match state {
            StepState::Sealed { since, document, acts } => {
                StepState::Sent { since, at: ctx.at, by: person, document, acts }
            }
            untouched @ (StepState::Open { .. } | StepState::Waiting | StepState::Sent { .. }) => untouched,
        });
        events.push(ContractEvent::StepSent { step: number, party, document, with_seals });
        let mut effects = vec![Effect::Notify { to: self.others(party), topic: Topic::Signed }];
        if let Signing::Signing { steps, .. } = &mut self.signing {
            let all_sent = !open_next(steps, ctx.at, &mut events, &mut effects);
            if all_sent {
                let steps = std::mem::take(steps);
                self.conclude(ctx, steps, document, &mut events, &mut effects);
            }
        }
        Ok(self.moved(events, effects))
    }

    /// All steps are sent.
    fn conclude(
        &mut self,
        ctx: &Context<'_>,
        steps: Vec<Step>,
        document: Sm3Digest,
        events: &mut Vec<ContractEvent>,
        effects: &mut Vec<Effect>,
    ) {
        let wanted = ctx.profile.signing.platform_signature;
        let platform = if wanted { PlatformSignature::Due } else { PlatformSignature::NotWanted };
        self.signing = Signing::Concluded { at: ctx.at, steps, platform };
        events.push(ContractEvent::Concluded { document });
        effects.push(Effect::Notify { to: self.everybody(), topic: Topic::Concluded });
        if wanted {
            effects.push(Effect::AddPlatformSignature);
        } else {
            self.start_what_follows(ctx, events, effects);
        }
    }

    /// Voids an unsent revision, if there is one, and records it (invariant 11).
    fn drop_unsent(&mut self, events: &mut Vec<ContractEvent>, effects: &mut Vec<Effect>) {
        let Signing::Signing { steps, .. } = &mut self.signing else { return };
        for (number, step) in steps.iter_mut().enumerate() {
            if let StepState::Sealed { since, document, acts } = &step.state {
                let (since, document, acts) = (*since, *document, acts.clone());
                events.push(ContractEvent::UnsentDiscarded { step: number, party: step.party, document, acts });
                effects.push(Effect::DropRevision { document });
                step.state = StepState::Open { since };
            }
        }
    }

    /// Ends signing before its conclusion: an unsent revision is void, and the steps are handed back for the record.
    pub(super) fn stop_signing(&mut self) -> (Vec<Step>, Vec<ContractEvent>, Vec<Effect>) {
        let mut events = Vec::new();
        let mut effects = Vec::new();
        self.drop_unsent(&mut events, &mut effects);
        let steps = match &mut self.signing {
            Signing::Signing { steps, .. } => std::mem::take(steps),
            Signing::NotStarted
            | Signing::Concluded { .. }
            | Signing::Offline { .. }
            | Signing::Rejected { .. }
            | Signing::Revoked { .. }
            | Signing::Expired { .. } => Vec::new(),
        };
        (steps, events, effects)
    }

    /// The signing order of this contract: which party signs by which rule, in order.
    pub(super) fn step_order<'p>(&self, profile: &'p Profile) -> Vec<(PartyKey, &'p StepRule)> {
        let mut order = Vec::new();
        for rule in &profile.signing.steps {
            for party in &self.parties {
                let signs = match rule.party {
                    StepParty::Purchaser => party.role == PartyRole::Purchaser,
                    StepParty::EachSupplier => party.role == PartyRole::Supplier,
                    StepParty::Initiator => party.key == self.initiator,
                    StepParty::Counterparties => party.key != self.initiator,
                };
                if signs {
                    order.push((party.key, rule));
                }
            }
        }
        order
    }

    /// The rules by which a party signs: those copied into the contract, or before that the profile's.
    pub(super) fn step_rules_of<'a>(&'a self, profile: &'a Profile, party: PartyKey) -> Vec<&'a StepRule> {
        if self.steps().is_empty() {
            return self
                .step_order(profile)
                .into_iter()
                .filter(|(key, _)| *key == party)
                .map(|(_, rule)| rule)
                .collect();
        }
        self.steps().iter().filter(|step| step.party == party).map(|step| &step.rule).collect()
    }

    fn on_current_step(&mut self, change: impl FnOnce(StepState) -> StepState) {
        if let Signing::Signing { steps, .. } = &mut self.signing
            && let Some(step) = steps.iter_mut().find(|step| step.is_current())
        {
            let state = std::mem::replace(&mut step.state, StepState::Waiting);
            step.state = change(state);
        }
    }

    fn not_open(&self, verb: Verb) -> Refusal {
        Refusal::NotNow { verb, holder: self.holder() }
    }
}

/// Opens the first step that waits; says whether there was one.
fn open_next(steps: &mut [Step], at: i64, events: &mut Vec<ContractEvent>, effects: &mut Vec<Effect>) -> bool {
    let next = steps.iter_mut().enumerate().find(|(_, step)| match step.state {
        StepState::Waiting => true,
        StepState::Open { .. } | StepState::Sealed { .. } | StepState::Sent { .. } => false,
    });
    let Some((number, step)) = next else { return false };
    step.state = StepState::Open { since: at };
    events.push(ContractEvent::StepOpened { step: number, party: step.party });
    effects.push(Effect::OpenStep { step: number, party: step.party });
    effects.push(Effect::Notify { to: vec![step.party], topic: Topic::ToSign });
    true
}
