//! What has become of each contract of a batch: read from what is stored, so that a reload finds it again.

use yinxin_domain::contract::{Text, Verb};
use yinxin_domain::ids::BatchId;
use yinxin_domain::signing::{Batch, Intent, IntentRefusal, IntentState, Summary};

use super::super::complete::{Completed, answered};
use super::own_batch;
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::contract::{ContractError, use_cases as contract};
use crate::signing::errors::SigningError;
use crate::signing::store;

/// A batch with what has become of it.
pub struct Outcome {
    /// The batch.
    pub batch: Batch,
    /// Whether its time has run out.
    pub expired: bool,
    /// Its contracts, in the order in which they were named.
    pub contracts: Vec<OneOutcome>,
}

/// One contract of a batch.
pub struct OneOutcome {
    /// Its intent.
    pub intent: Intent,
    /// What the signer was shown.
    pub summary: Summary,
    /// Its number, while the actor may see it.
    pub number: Option<String>,
    /// What has become of it.
    pub fate: Fate,
}

/// What has become of one contract of a batch.
pub enum Fate {
    /// It can be signed still.
    Waiting,
    /// Signed; sent too if [`Completed::step_ended`] says so.
    Signed(Completed),
    /// Not signed, and it cannot be by this batch any more.
    Missed {
        /// A stable code.
        code: &'static str,
        /// Why.
        why: Text,
    },
}

impl Fate {
    fn refused(refusal: IntentRefusal) -> Self {
        Self::Missed { code: refusal.code(), why: refusal.text() }
    }
}

/// What has become of a batch of this actor's.
///
/// # Errors
/// [`SigningError::NoBatch`].
pub async fn show(app: &App, actor: &Actor, id: BatchId) -> Result<Outcome, SigningError> {
    actor.permit(&[Need::SignedIn])?;
    let batch = own_batch(app, actor, id).await?.batch;
    let now = app.now();
    let stored = store::intents_of(&mut *app.db.read().await?, id).await?;
    let mut contracts = Vec::with_capacity(stored.len());
    for one in stored {
        let (number, against) = match contract::load_permitted(app, actor, one.intent.contract).await {
            Ok((loaded, who, _)) => {
                let permitted = loaded.contract.permits(&loaded.context(&who, now), Verb::Seal);
                let changed = loaded.contract.version() != one.intent.contract_version;
                let against = match permitted {
                    Err(refusal) => Some(Fate::Missed { code: refusal.code(), why: refusal.text() }),
                    Ok(()) if changed => Some(Fate::refused(IntentRefusal::ContractChanged)),
                    Ok(()) => None,
                };
                (Some(loaded.number), against)
            }
            Err(ContractError::NotFound) => (None, Some(Fate::refused(IntentRefusal::NotYours))),
            Err(error) => return Err(error.into()),
        };
        let fate = match answered(&one)? {
            Some(completed) => Fate::Signed(completed),
            None => against.unwrap_or_else(|| alive(&batch, &one.intent, now)),
        };
        contracts.push(OneOutcome { intent: one.intent, summary: one.summary, number, fate });
    }
    contracts.sort_by_key(|one| batch.intents.iter().position(|id| *id == one.intent.id));
    Ok(Outcome { expired: now >= batch.expires_at, batch, contracts })
}

/// What time and proofs say of an intent whose contract stands as it was.
fn alive(batch: &Batch, intent: &Intent, now: i64) -> Fate {
    match intent.clone().noticed_at(now).state {
        IntentState::Expired { .. } => Fate::refused(IntentRefusal::Expired),
        IntentState::Cancelled { .. } => Fate::refused(IntentRefusal::Cancelled),
        IntentState::Completed { .. } => Fate::refused(IntentRefusal::Used),
        IntentState::Issued { .. } | IntentState::PasswordChecked { .. } => match batch.state {
            IntentState::Cancelled { .. } => Fate::refused(IntentRefusal::Cancelled),
            IntentState::Issued { .. }
            | IntentState::PasswordChecked { .. }
            | IntentState::Completed { .. }
            | IntentState::Expired { .. } => Fate::Waiting,
        },
    }
}
