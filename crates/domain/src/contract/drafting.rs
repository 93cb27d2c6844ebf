//! The verbs of the draft: begin, edit, attach, send, take back, end the text, and revoke.

use crate::calendar::Date;
use crate::contract::axes::{Attachment, Content, Filing, FrozenDocument, Hold, Notice, Signing};
use crate::contract::effect::{Effect, Topic};
use crate::contract::event::ContractEvent;
use crate::contract::party::{Party, PartyKey, PartyRole};
use crate::contract::refusal::Refusal;
use crate::contract::state::{Context, Contract, Transition};
use crate::contract::verb::Verb;
use crate::identifiers::Sm3Digest;
use crate::ids::{AwardId, ContractId};

/// The longest reason, note or file name, in characters.
pub const LONGEST_TEXT: usize = 500;

/// What a contract begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// Its identifier.
    pub id: ContractId,
    /// The award it grows from.
    pub award: AwardId,
    /// Its parties: A the purchaser, then the suppliers in the award's order.
    pub parties: Vec<Party>,
    /// The award's total in 分 (the ceiling, where the price is a discount and no amount is named), if it has one.
    pub amount_fen: Option<i64>,
    /// The day the award notice was issued, if there is one.
    pub award_notice_on: Option<Date>,
}

/// What the server found when it checked the text that is to leave the drafter's hands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextCheck {
    /// Fields that the law wants and that are empty (民法典 art. 470, rules.md 4.2).
    pub missing: Vec<String>,
    /// Fields that depart from the award in a way that is not allowed.
    pub blocking: Vec<String>,
}

impl TextCheck {
    fn passed(self) -> Result<(), Refusal> {
        if !self.missing.is_empty() {
            return Err(Refusal::Incomplete { fields: self.missing });
        }
        if self.blocking.is_empty() { Ok(()) } else { Err(Refusal::Deviates { fields: self.blocking }) }
    }
}

impl Contract {
    /// The first draft: begins the contract and locks the award (S1-002, S4-038).
    ///
    /// # Errors
    /// [`Refusal::NotConcerned`], [`Refusal::MayNotBegin`], [`Refusal::RoleMissing`], [`Refusal::PartiesUnfit`].
    pub fn begin(ctx: &Context<'_>, beginning: Beginning) -> Result<Transition, Refusal> {
        let Beginning { id, award, parties, amount_fen, award_notice_on } = beginning;
        check_parties(&parties)?;
        let crate::contract::Actor::Member { organisation, roles, .. } = ctx.actor else {
            return Err(Refusal::NotConcerned);
        };
        let initiator =
            parties.iter().find(|party| party.organisation == *organisation).ok_or(Refusal::NotConcerned)?.clone();
        let drafting = &ctx.profile.drafting;
        if !drafting.by.contains(&initiator.role) {
            return Err(Refusal::MayNotBegin { may: drafting.by.clone() });
        }
        if !roles.iter().any(|role| drafting.roles.contains(role)) {
            return Err(Refusal::RoleMissing { needed: drafting.roles.clone() });
        }
        let contract = Self {
            id,
            version: 0,
            profile: ctx.profile.name.clone(),
            profile_edition: ctx.profile.edition,
            award,
            parties,
            initiator: initiator.key,
            amount_fen,
            award_notice_on,
            started_at: ctx.at,
            draft: 1,
            attachments: Vec::new(),
            content: Content::Drafting { since: ctx.at, modified_by: None },
            signing: Signing::NotStarted,
            filing: if ctx.profile.filing.is_some() { Filing::NotDue } else { Filing::NotWanted },
            notice: if ctx.profile.notice.is_some() { Notice::NotDue } else { Notice::NotWanted },
            hold: Hold::Free,
            ended_texts: Vec::new(),
        };
        let started = ContractEvent::Started { award, profile: ctx.profile.name.clone(), initiator: initiator.key };
        Ok(contract.moved(vec![started], vec![Effect::LockAward]))
    }

    /// Fields of the draft were changed; `fields` are their ids.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::NothingChanged`].
    pub fn edit_draft(self, ctx: &Context<'_>, fields: Vec<String>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::EditDraft)?;
        let party = self.acting_party(ctx)?;
        if fields.is_empty() {
            return Err(Refusal::NothingChanged);
        }
        Ok(self.moved(vec![ContractEvent::DraftEdited { party, fields }], Vec::new()))
    }

    /// A file is put into a slot; before the text is frozen it replaces the one that was there (S1-014, S4-044).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::SlotClosed`]; [`Refusal::TextUnfit`] for the name.
    pub fn attach(mut self, ctx: &Context<'_>, slot: &str, sm3: Sm3Digest, name: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Attach)?;
        let party = self.acting_party(ctx)?;
        let known = ctx.profile.slot(slot).filter(|known| self.window_is_open(party, known.when));
        let known = known.ok_or_else(|| Refusal::SlotClosed { slot: slot.to_owned() })?;
        let name = fit_text(name, "name")?;
        match known.when {
            crate::contract::profile::AttachmentWindow::BeforeFreeze => {
                self.attachments.retain(|attached| attached.slot != slot);
            }
            crate::contract::profile::AttachmentWindow::AfterConclusion => {}
        }
        self.attachments.push(Attachment { slot: slot.to_owned(), sm3, name: name.clone(), by: party, at: ctx.at });
        Ok(self.moved(vec![ContractEvent::Attached { party, slot: slot.to_owned(), sm3, name }], Vec::new()))
    }

    /// 发送: gives the draft to its reviewer (S1-003).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::Incomplete`], [`Refusal::Deviates`].
    pub fn send(mut self, ctx: &Context<'_>, check: TextCheck) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Send)?;
        check.passed()?;
        let reviewer = self.reviewer(ctx.profile).ok_or(Refusal::NotInProfile { verb: Verb::Send })?;
        self.content = Content::InReview { since: ctx.at, reviewer };
        let notify = Effect::Notify { to: vec![reviewer], topic: Topic::ToReview };
        Ok(self.moved(vec![ContractEvent::Sent { reviewer }], vec![notify]))
    }

    /// 撤回: takes a sent draft back before the reviewer has acted.
    ///
    /// # Errors
    /// What [`Contract::permits`] says.
    pub fn withdraw(mut self, ctx: &Context<'_>) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Withdraw)?;
        let party = self.acting_party(ctx)?;
        let to = self.reviewer(ctx.profile).into_iter().collect();
        self.content = Content::Drafting { since: ctx.at, modified_by: None };
        let notify = Effect::Notify { to, topic: Topic::Withdrawn };
        Ok(self.moved(vec![ContractEvent::Withdrawn { party }], vec![notify]))
    }

    /// 清稿: ends the draft without a review; the typeset text can no longer change, and the first step opens (S4-046).
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::Incomplete`], [`Refusal::Deviates`], [`Refusal::EmptyDocument`].
    pub fn freeze(self, ctx: &Context<'_>, check: TextCheck, document: FrozenDocument) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Freeze)?;
        check.passed()?;
        if document.pages == 0 {
            return Err(Refusal::EmptyDocument);
        }
        Ok(self.frozen_for_signing(ctx, document, None, Vec::new()))
    }

    /// 撤销: the party that began the contract ends it, before another party has bound itself.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::ReasonMissing`], [`Refusal::TextUnfit`].
    pub fn revoke(mut self, ctx: &Context<'_>, reason: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Revoke)?;
        let (by, person) = self.acting(ctx)?;
        let reason = fit_reason(reason)?;
        let (steps, mut events, mut effects) = self.stop_signing();
        self.signing = Signing::Revoked { at: ctx.at, by, person, reason: reason.clone(), steps };
        events.push(ContractEvent::Revoked { party: by, reason });
        effects.push(Effect::ReleaseAward);
        effects.push(Effect::Notify { to: self.others(by), topic: Topic::Revoked });
        Ok(self.moved(events, effects))
    }

    /// The party the actor acts for; [`Contract::permits`] has already said that there is one.
    pub(super) fn acting_party(&self, ctx: &Context<'_>) -> Result<PartyKey, Refusal> {
        self.party_of_actor(ctx.actor).map(|party| party.key).ok_or(Refusal::NotConcerned)
    }

    /// The party and the person who act for it.
    pub(super) fn acting(&self, ctx: &Context<'_>) -> Result<(PartyKey, crate::ids::PersonId), Refusal> {
        let person = ctx.actor.person().ok_or(Refusal::NotConcerned)?;
        Ok((self.acting_party(ctx)?, *person))
    }

    /// All parties but one.
    pub(super) fn others(&self, but: PartyKey) -> Vec<PartyKey> {
        self.parties.iter().map(|party| party.key).filter(|key| *key != but).collect()
    }

    /// All parties.
    pub(super) fn everybody(&self) -> Vec<PartyKey> {
        self.parties.iter().map(|party| party.key).collect()
    }
}

/// One purchaser, then suppliers, keyed in order, all different.
fn check_parties(parties: &[Party]) -> Result<(), Refusal> {
    let fit = parties.len() >= 2
        && parties.iter().enumerate().all(|(at, party)| {
            let role = if at == 0 { PartyRole::Purchaser } else { PartyRole::Supplier };
            let unlike_earlier = parties[..at].iter().all(|earlier| earlier.organisation != party.organisation);
            PartyKey::at(at) == Some(party.key) && party.role == role && unlike_earlier
        });
    if fit { Ok(()) } else { Err(Refusal::PartiesUnfit) }
}

/// A short text given by a person: trimmed, 1 to 500 characters, no control characters but line breaks.
pub(super) fn fit_text(text: &str, what: &'static str) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = !text.is_empty()
        && text.chars().count() <= LONGEST_TEXT
        && text.chars().all(|character| character == '\n' || !character.is_control());
    if fits { Ok(text.to_owned()) } else { Err(Refusal::TextUnfit { what }) }
}

/// A reason: as [`fit_text`], but its absence has its own refusal.
pub(super) fn fit_reason(reason: &str) -> Result<String, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::ReasonMissing) } else { fit_text(reason, "reason") }
}
