//! What can be done with contracts.

pub mod comparing;
pub mod drafting;
pub mod home;
pub mod lists;
pub mod operating;
pub mod reading;
pub mod review;
pub mod signing;
pub mod standing;
pub mod track;
pub mod urging;

use std::sync::Arc;

use serde_json::Value;
use sqlx::AnyConnection;
use yinxin_domain::contract::{self as domain, Context, Contract, Refusal, Transition, Verb};
use yinxin_domain::ids::{ContractId, OrganisationId};

use super::effects::{self, AGGREGATE};
use super::errors::{ContractError, Meanwhile};
use super::loaded::{Loaded, domain_actor};
use super::store;
use crate::actor::{Actor, ClientKind, Forbidden, Need, Permit};
use crate::app::App;
use crate::db::events;
use crate::failure::Failure;

pub use super::store::{StoredText, find_text, newest_documents, save_transition};

/// A contract, whoever asks: for jobs, and for use cases of other features that decide themselves who may.
///
/// # Errors
/// [`Failure`].
pub async fn load(app: &App, id: ContractId) -> Result<Option<Loaded<'_>>, Failure> {
    let row = store::find(&mut *app.db.read().await?, &app.awards, id).await?;
    row.map(|row| Loaded::of(app, row)).transpose()
}

/// The organisations that are parties of a contract; none if there is no such contract. For the live feed.
///
/// # Errors
/// [`Failure`].
pub async fn parties(app: &App, conn: &mut AnyConnection, id: &str) -> Result<Arc<[OrganisationId]>, Failure> {
    match id.parse() {
        Ok(id) => store::parties(conn, &app.awards, id).await,
        Err(_) => Ok(Arc::default()),
    }
}

/// A contract for an actor who has to do with it: a member of a party, the operator, a supervising system, the product's own jobs. What his
/// roles and the state allow is judged by the verb.
///
/// # Errors
/// [`ContractError::NotFound`] also when the contract exists but is not the actor's: ids tell nothing to strangers.
pub async fn load_permitted<'a>(
    app: &'a App,
    actor: &Actor,
    id: ContractId,
) -> Result<(Loaded<'a>, domain::Actor, Permit), ContractError> {
    let mut conn = app.db.read().await?;
    let parties = store::parties(&mut conn, &app.awards, id).await?;
    let permit = permit(actor, &parties)?;
    let who = domain_actor(actor).ok_or(ContractError::NotFound)?;
    let row = store::find(&mut conn, &app.awards, id).await?.ok_or(ContractError::NotFound)?;
    Ok((Loaded::of(app, row)?, who, permit))
}

fn permit(actor: &Actor, parties: &[OrganisationId]) -> Result<Permit, ContractError> {
    let mut needs = vec![Need::Operator, Need::System, Need::Client(&[ClientKind::Supervision])];
    needs.extend(parties.iter().map(|party| Need::Member(*party)));
    match actor.permit(&needs) {
        Ok(permit) => Ok(permit),
        Err(refused @ Forbidden::NotSignedIn) => Err(refused.into()),
        Err(Forbidden::NotAllowed) => Err(ContractError::NotFound),
    }
}

/// A contract for an actor whose party may seal it now.
///
/// # Errors
/// As [`load_permitted`], and what the contract's rules say against sealing.
pub async fn load_for_signing<'a>(
    app: &'a App,
    actor: &Actor,
    id: ContractId,
) -> Result<(Loaded<'a>, domain::Actor, Permit), ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    loaded.contract.permits(&loaded.context(&who, app.now()), Verb::Seal)?;
    Ok((loaded, who, permit))
}

/// Moves a contract by one verb, on the version that the caller has seen (any, if he names none), and gives it back as it is then.
///
/// # Errors
/// [`ContractError`]; somebody who was faster is named.
async fn act(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: Option<i64>,
    verb: impl FnOnce(Contract, &Context<'_>) -> Result<Transition, Refusal>,
) -> Result<Contract, ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    expect_seen(app, &loaded.contract, seen).await?;
    let transition = verb(loaded.contract.clone(), &loaded.context(&who, app.now()))?;
    save(app, &permit, &loaded, transition, Also::Nothing).await
}

/// What is stored with a transition.
enum Also {
    /// Nothing else.
    Nothing,
    /// New values of the draft, why they depart from the award, and the amount they name, 分.
    Fields(Value, store::Reasons, i64),
    /// The typeset text of a draft.
    Text(u32, store::StoredText),
}

/// Commits a transition.
async fn save(
    app: &App,
    permit: &Permit,
    loaded: &Loaded<'_>,
    transition: Transition,
    also: Also,
) -> Result<Contract, ContractError> {
    let at = app.now();
    let record = effects::record(Some(&loaded.contract), &transition)?;
    let next = transition.next.clone();
    let due_at = loaded.due_at(&next);
    let data = (loaded.contract.clone(), transition, also);
    let saved: Result<(), ContractError> = app
        .db
        .commit(permit, record, data, move |(before, transition, also), conn| {
            Box::pin(async move {
                let id = transition.next.id();
                match also {
                    Also::Nothing => {}
                    Also::Fields(fields, reasons, amount_fen) => {
                        store::set_fields(&mut *conn, id, fields, reasons, *amount_fen).await?;
                    }
                    Also::Text(draft, text) => store::insert_text(&mut *conn, id, *draft, text, at).await?,
                }
                Ok(store::save_transition(conn, before, transition, due_at, at).await?)
            })
        })
        .await;
    match saved {
        Ok(()) => Ok(next),
        Err(ContractError::Failure(Failure::StaleVersion { .. })) => {
            Err(edited_meanwhile(app, loaded.contract.id(), loaded.contract.version()).await?)
        }
        Err(error) => Err(error),
    }
}

/// Refuses when the caller looked at another version than the one there is.
async fn expect_seen(app: &App, contract: &Contract, seen: Option<i64>) -> Result<(), ContractError> {
    match seen {
        Some(seen) if seen != contract.version() => Err(edited_meanwhile(app, contract.id(), seen).await?),
        Some(_) | None => Ok(()),
    }
}

/// Who changed a contract after a version, when, and which fields.
async fn edited_meanwhile(app: &App, id: ContractId, seen: i64) -> Result<ContractError, Failure> {
    let track = events::track(&mut *app.db.read().await?, AGGREGATE, &id.to_string()).await?;
    let mut meanwhile =
        Meanwhile { version: seen, at: 0, person: None, organisation: None, fields: Vec::new(), kinds: Vec::new() };
    for event in track {
        let data: Value = serde_json::from_str(&event.data).map_err(|error| Failure::damaged("events.data", error))?;
        let Some(version) = data["version"].as_i64().filter(|version| *version > seen) else { continue };
        meanwhile.version = version;
        meanwhile.at = event.at;
        meanwhile.person = event.person_id;
        meanwhile.organisation = event.organisation_id;
        meanwhile.kinds.push(event.kind);
        for field in data["fields"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !meanwhile.fields.iter().any(|known| known == field) {
                meanwhile.fields.push(field.to_owned());
            }
        }
    }
    Ok(ContractError::EditedMeanwhile(Box::new(meanwhile)))
}
