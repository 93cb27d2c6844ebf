//! Telling as background jobs.

use serde::Deserialize;
use yinxin_domain::contract::PartyKey;
use yinxin_domain::ids::{ContractId, PersonId};
use yinxin_domain::notification::Kind;

use super::use_cases::{self, Telling};
use crate::actor::Actor;
use crate::identity;
use crate::jobs::Registry;
use crate::outside::sms;

/// Tells the people of parties, or the operators.
pub(super) const TELL: &str = "notification.tell";
/// Reminds of the end of the time for signing.
pub(super) const REMIND: &str = "notification.remind";
/// Tells one person by SMS.
pub(super) const SMS: &str = "notification.sms";

#[derive(Deserialize)]
struct Tell {
    contract: ContractId,
    cause: String,
    kind: Kind,
    to: Vec<PartyKey>,
    opinion: Option<String>,
}

#[derive(Deserialize)]
struct Remind {
    contract: ContractId,
    expires_at: i64,
}

#[derive(Deserialize)]
struct ShortMessage {
    person: PersonId,
    text: String,
}

/// Registers the handlers.
pub fn register(registry: &mut Registry) {
    registry.on(TELL, |app, job| async move {
        let Tell { contract, cause, kind, to, opinion } = job.payload()?;
        use_cases::tell(&app, &Actor::system(TELL), Telling { contract, cause, kind, to, opinion }).await?;
        Ok(())
    });
    registry.on(REMIND, |app, job| async move {
        let Remind { contract, expires_at } = job.payload()?;
        use_cases::remind(&app, &Actor::system(REMIND), contract, expires_at).await?;
        Ok(())
    });
    registry.on(SMS, |app, job| async move {
        let ShortMessage { person, text } = job.payload()?;
        let Some(person) = identity::use_cases::find_person(&app, person).await? else { return Ok(()) };
        sms::send(&app, job.id, &person.phone, text).await?;
        Ok(())
    });
}
