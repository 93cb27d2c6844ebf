//! The verbs of review: before sealing confirm, return, modify; after sealing agree, disagree.

use crate::calendar::Date;
use crate::contract::axes::{Confirmation, Content, EndedText, FrozenDocument, Payment, Signing};
use crate::contract::drafting::fit_reason;
use crate::contract::effect::{Effect, Topic};
use crate::contract::event::ContractEvent;
use crate::contract::profile::{ConfirmationRules, Review, SealingChoice};
use crate::contract::refusal::Refusal;
use crate::contract::state::{Context, Contract, Transition};
use crate::contract::verb::Verb;

/// What a reviewer says when he confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirming {
    /// How and how much is paid; mandatory where the profile asks (S1-009).
    pub payment: Option<Payment>,
    /// Online or on paper (S1-012).
    pub sealing: Sealing,
    /// The text as typeset by the server for this confirmation.
    pub document: FrozenDocument,
}

/// How a confirmed contract will be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Online: the text is frozen and the signing order begins (S1-015).
    Online {
        /// The names of parties that have no usable certificate; there must be none (S1-017).
        without_certificate: Vec<String>,
    },
    /// On paper: the contract goes straight to filing (S1-013).
    Offline {
        /// The date of signing on the paper; mandatory.
        signed_on: Option<Date>,
    },
}

impl Contract {
    /// 确认: the reviewer agrees to the text; from here on nobody changes it (S1-005, S1-009 to S1-016).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::PaymentMethod`], [`Refusal::PaymentAmount`], [`Refusal::OfflineNotAllowed`],
    /// [`Refusal::SignedOnMissing`], [`Refusal::SignedInFuture`], [`Refusal::NoCertificate`], [`Refusal::EmptyDocument`].
    pub fn confirm(mut self, ctx: &Context<'_>, confirming: Confirming) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Confirm)?;
        let (by, person) = self.acting(ctx)?;
        let Confirming { payment, sealing, document } = confirming;
        if document.pages == 0 {
            return Err(Refusal::EmptyDocument);
        }
        let rules = match &ctx.profile.review {
            Review::ConfirmReturnModify { confirmation, .. } => Some(confirmation),
            Review::None | Review::AgreeDisagreeAfterSealing | Review::InternalApproval { .. } => None,
        };
        let payment = self.checked_payment(rules, payment)?;
        let confirmation = Confirmation { by, person, payment: payment.clone() };
        match sealing {
            Sealing::Online { without_certificate } => {
                if !without_certificate.is_empty() {
                    return Err(Refusal::NoCertificate { parties: without_certificate });
                }
                let confirmed = ContractEvent::Confirmed { party: by, payment, online: true };
                Ok(self.frozen_for_signing(ctx, document, Some(confirmation), vec![confirmed]))
            }
            Sealing::Offline { signed_on } => {
                let may = rules.is_some_and(|rules| rules.sealing == SealingChoice::Ask);
                if !may {
                    return Err(Refusal::OfflineNotAllowed);
                }
                let signed_on = signed_on.ok_or(Refusal::SignedOnMissing)?;
                if signed_on > Date::at(ctx.at) {
                    return Err(Refusal::SignedInFuture);
                }
                let scan_slot = rules.and_then(|rules| rules.scan_slot.as_deref());
                let scan =
                    self.attachments.iter().find(|file| Some(file.slot.as_str()) == scan_slot).map(|file| file.sm3);
                self.content = Content::Frozen { at: ctx.at, document, confirmation: Some(confirmation) };
                self.signing = Signing::Offline { at: ctx.at, signed_on, scan };
                let mut events = vec![
                    ContractEvent::Confirmed { party: by, payment, online: false },
                    ContractEvent::Frozen { draft: self.draft, document },
                    ContractEvent::SignedOffline { signed_on, scan },
                ];
                let mut effects = vec![Effect::Notify { to: self.others(by), topic: Topic::Confirmed }];
                self.start_what_follows(ctx, &mut events, &mut effects);
                Ok(self.moved(events, effects))
            }
        }
    }

    /// Method and amount, where the profile asks: both or a refusal; nowhere else are they taken.
    fn checked_payment(
        &self,
        rules: Option<&ConfirmationRules>,
        payment: Option<Payment>,
    ) -> Result<Option<Payment>, Refusal> {
        let Some(rules) = rules.filter(|rules| !rules.payment_methods.is_empty()) else { return Ok(None) };
        let known = || rules.payment_methods.iter().map(|method| method.code.clone()).collect();
        let payment = payment.ok_or_else(|| Refusal::PaymentMethod { known: known() })?;
        if !rules.payment_methods.iter().any(|method| method.code == payment.method) {
            return Err(Refusal::PaymentMethod { known: known() });
        }
        if payment.amount_fen <= 0 || self.amount_fen.is_some_and(|most| payment.amount_fen > most) {
            return Err(Refusal::PaymentAmount { most_fen: self.amount_fen });
        }
        Ok(Some(payment))
    }

    /// 退回: the reviewer sends the draft back with a reason (S1-006).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::ReasonMissing`], [`Refusal::TextUnfit`].
    pub fn return_draft(mut self, ctx: &Context<'_>, reason: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Return)?;
        let by = self.acting_party(ctx)?;
        let reason = fit_reason(reason)?;
        self.content = Content::Returned { since: ctx.at, by, reason: reason.clone() };
        let notify = Effect::Notify { to: vec![self.initiator], topic: Topic::Returned };
        Ok(self.moved(vec![ContractEvent::Returned { party: by, reason }], vec![notify]))
    }

    /// 修改: the reviewer takes the draft to change it himself; the initiator has to send it again (S1-007, S1-008).
    ///
    /// # Errors
    /// What [`Contract::permits`] says.
    pub fn modify(mut self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Modify)?;
        let by = self.acting_party(ctx)?;
        self.content = Content::Drafting { since: ctx.at, modified_by: Some(by) };
        let notify = Effect::Notify { to: vec![self.initiator], topic: Topic::Modified };
        Ok(self.moved(vec![ContractEvent::Modified { party: by }], vec![notify]))
    }

    /// 同意: the party that sealed agrees; what it sealed becomes part of the contract (S4-052).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::ActsMissing`].
    pub fn agree(self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Agree)?;
        let party = self.acting_party(ctx)?;
        self.step_sent(ctx, vec![ContractEvent::Agreed { party }], false)
    }

    /// 不同意: ends the sealed text with a reason, and opens a new draft in the initiator's hands (S4-052).
    ///
    /// A party that has not sealed yet may disagree too: nobody has to seal what he does not agree to.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::ReasonMissing`], [`Refusal::TextUnfit`].
    pub fn disagree(mut self, ctx: &Context<'_>, reason: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Disagree)?;
        let by = self.acting_party(ctx)?;
        let reason = fit_reason(reason)?;
        let document =
            self.frozen_document().ok_or_else(|| Refusal::NotNow { verb: Verb::Disagree, holder: self.holder() })?;
        let (steps, mut events, mut effects) = self.stop_signing();
        self.ended_texts.push(EndedText { draft: self.draft, document, by, reason: reason.clone(), at: ctx.at, steps });
        self.signing = Signing::NotStarted;
        self.content = Content::Drafting { since: ctx.at, modified_by: None };
        self.draft += 1;
        events.push(ContractEvent::Disagreed { party: by, reason, document });
        events.push(ContractEvent::DraftOpened { draft: self.draft });
        effects.push(Effect::Notify { to: self.others(by), topic: Topic::Disagreed });
        Ok(self.moved(events, effects))
    }
}
