//! The verbs of a supervisor: halt, let go on, exempt from publication.

use crate::contract::axes::{Filing, Hold, Notice, PlatformSignature, Signing};
use crate::contract::drafting::{fit_reason, fit_text};
use crate::contract::effect::{Effect, Topic};
use crate::contract::event::ContractEvent;
use crate::contract::refusal::Refusal;
use crate::contract::state::{Context, Contract, Transition};
use crate::contract::verb::Verb;

impl Contract {
    /// 暂停: halts everything but the supervising side, by a document and with a reason.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::TextUnfit`] for the document, [`Refusal::ReasonMissing`].
    pub fn put_on_hold(mut self, ctx: &Context<'_>, document: &str, reason: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Hold)?;
        let (document, reason) = (fit_text(document, "document")?, fit_reason(reason)?);
        self.hold = Hold::Held { since: ctx.at, document: document.clone(), reason: reason.clone() };
        let notify = Effect::Notify { to: self.everybody(), topic: Topic::Held };
        Ok(self.moved(vec![ContractEvent::Held { document, reason }], vec![notify]))
    }

    /// 恢复: lets the contract go on; the time for signing moves on by the length of the hold, and what waited is queued again.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::TextUnfit`] for the document.
    pub fn resume(mut self, ctx: &Context<'_>, document: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::Resume)?;
        let document = fit_text(document, "document")?;
        let since = match &self.hold {
            Hold::Held { since, .. } => *since,
            Hold::Free => ctx.at,
        };
        let held_micros = ctx.at.saturating_sub(since).max(0);
        self.hold = Hold::Free;
        if let Signing::Signing { expires_at: Some(expires_at), .. } = &mut self.signing {
            *expires_at = expires_at.saturating_add(held_micros);
        }
        let mut effects = vec![Effect::Notify { to: self.everybody(), topic: Topic::Resumed }];
        if let Signing::Concluded { platform: PlatformSignature::Due, .. } = &self.signing {
            effects.push(Effect::AddPlatformSignature);
        }
        if let Filing::Due { attempt, .. } = &self.filing {
            effects.push(Effect::PushFiling { attempt: *attempt });
        }
        if let Notice::Due { .. } | Notice::Submitted { .. } = &self.notice {
            effects.push(Effect::SubmitNotice);
        }
        Ok(self.moved(vec![ContractEvent::Resumed { document, held_micros }], effects))
    }

    /// 免予公告: state or trade secrets (实施条例 art. 50), by a document.
    ///
    /// # Errors
    /// What [`Contract::permits`] says; [`Refusal::TextUnfit`] for the document, [`Refusal::ReasonMissing`] for the ground.
    pub fn exempt_notice(mut self, ctx: &Context<'_>, document: &str, ground: &str) -> Result<Transition, Refusal> {
        self.permits(ctx, Verb::ExemptNotice)?;
        let (document, ground) = (fit_text(document, "document")?, fit_reason(ground)?);
        self.notice = Notice::Exempt { at: ctx.at, ground: ground.clone(), document: document.clone() };
        Ok(self.moved(vec![ContractEvent::NoticeExempted { ground, document }], Vec::new()))
    }
}
