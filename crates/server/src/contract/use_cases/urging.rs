//! 催办: the party that waits asks the holder to go on.

use serde_json::json;
use yinxin_domain::contract::PartyKey;
use yinxin_domain::ids::ContractId;

use super::load_permitted;
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::contract::effects::AGGREGATE;
use crate::contract::errors::ContractError;
use crate::contract::store::lists as store;
use crate::db::{CommitError, Event, Record};
use crate::notification;

/// A party urges at most once in this time, microseconds: four hours.
pub const PAUSE_MICROS: i64 = 4 * 3_600_000_000;

/// What came of urging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urged {
    /// The parties that are told.
    pub told: Vec<PartyKey>,
    /// When.
    pub at: i64,
}

/// Tells the people of the party that holds the contract that another waits; in the track it stands who asked and when.
///
/// # Errors
/// [`ContractError::NothingToUrge`] when no other party holds it; [`ContractError::UrgedRecently`].
pub async fn urge(app: &App, actor: &Actor, id: ContractId) -> Result<Urged, ContractError> {
    let (loaded, who, _) = load_permitted(app, actor, id).await?;
    let Some(party) = loaded.contract.party_of_actor(&who) else { return Err(ContractError::NothingToUrge) };
    let permit = actor.permit(&[Need::Member(party.organisation)])?;
    let told = loaded.contract.may_urge(party.key);
    if told.is_empty() {
        return Err(ContractError::NothingToUrge);
    }
    let at = app.now();
    let key = party.key.to_string();
    let record = Record::of(Event::new(AGGREGATE, id, "contract.urged", json!({ "party": key, "to": told })))
        .then(notification::use_cases::urge(id, &key, &told, at));
    app.db
        .commit(&permit, record, key, move |key, conn| {
            Box::pin(async move {
                match store::note_urging(conn, id, key, at, at - PAUSE_MICROS).await? {
                    None => Ok(()),
                    Some(last) => Err(CommitError::Refused(ContractError::UrgedRecently {
                        again_at: last + PAUSE_MICROS,
                        now: at,
                    })),
                }
            })
        })
        .await?;
    Ok(Urged { told, at })
}

/// When a party may urge again, if it has urged less than [`PAUSE_MICROS`] ago.
///
/// # Errors
/// [`ContractError::Failure`].
pub async fn urge_again_at(app: &App, id: ContractId, party: PartyKey) -> Result<Option<i64>, ContractError> {
    let last = store::urged_at(&mut *app.db.read().await?, id, &party.to_string()).await?;
    Ok(last.map(|last| last + PAUSE_MICROS).filter(|again| *again > app.now()))
}
