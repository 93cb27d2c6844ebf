//! What a transition leaves behind: events for the audit chain, messages for background jobs.

use serde_json::{Value, json};
use yinxin_domain::contract::{Contract, ContractEvent, Effect, Signing, Transition};

use crate::db::{Event, Record};
use crate::failure::Failure;
use crate::jobs::Message;
use crate::{filing, notice, notification};

/// The kind of thing in the audit chain.
pub const AGGREGATE: &str = "contract";

/// Job: add the platform's own signature. Payload [`crate::contract::jobs::ContractPayload`].
pub const JOB_PLATFORM_SIGNATURE: &str = "signing.platform";
/// Job: end a contract whose time for signing has run out. Payload [`crate::contract::jobs::ContractPayload`].
pub const JOB_EXPIRE: &str = "contract.expire";

/// The record of a transition, for [`crate::db::Db::commit`]; add to it what else is recorded with the change.
///
/// # Errors
/// [`Failure`] when an event has no JSON form, which none lacks.
pub fn record(before: Option<&Contract>, transition: &Transition) -> Result<Record, Failure> {
    let next = &transition.next;
    let mut events = Vec::with_capacity(transition.events.len());
    for event in &transition.events {
        events.push(audit_event(next, event)?);
    }
    let mut events = events.into_iter();
    let first = events.next().ok_or_else(|| Failure::damaged("transition", "a change without an event"))?;
    Ok(Record::of(first).with(events, messages(before, transition)))
}

fn audit_event(next: &Contract, event: &ContractEvent) -> Result<Event, Failure> {
    let mut data = serde_json::to_value(event).map_err(|error| Failure::damaged("contract event", error))?;
    if let Value::Object(members) = &mut data {
        members.insert("version".to_owned(), next.version().into());
    }
    Ok(Event::new(AGGREGATE, next.id(), event.kind(), data))
}

/// The store itself does what [`Effect::LockAward`] and [`Effect::ReleaseAward`] ask; revisions belong to the signing feature.
fn messages(before: Option<&Contract>, transition: &Transition) -> Vec<Message> {
    let next = &transition.next;
    let (id, version) = (next.id().to_string(), next.version());
    let once = format!("{id}/{version}");
    let mut messages = Vec::new();
    if transition.effects.contains(&Effect::AddPlatformSignature) {
        messages.push(Message::new(JOB_PLATFORM_SIGNATURE, &once, json!({ "contract": id })));
    }
    // Whenever the end of the time for signing is set or moved, a job waits for it.
    if let Some(end) = expires_at(next)
        && before.and_then(expires_at) != Some(end)
    {
        messages.push(Message::new(JOB_EXPIRE, &once, json!({ "contract": id })).not_before(end));
    }
    messages.extend(filing::use_cases::messages(transition));
    messages.extend(notice::use_cases::messages(transition));
    messages.extend(notification::use_cases::messages(transition));
    messages
}

/// When the time for signing runs out, while it runs.
pub fn expires_at(contract: &Contract) -> Option<i64> {
    match contract.signing() {
        Signing::Signing { expires_at, .. } => *expires_at,
        Signing::NotStarted
        | Signing::Concluded { .. }
        | Signing::Offline { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => None,
    }
}
