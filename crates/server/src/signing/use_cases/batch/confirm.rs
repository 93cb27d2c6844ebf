//! Confirmation of several contracts: each is checked and frozen as if it were alone; all of them or none, and one code for all.

use serde_json::json;
use yinxin_domain::contract::Refusal;
use yinxin_domain::ids::{BatchId, ContractId};
use yinxin_domain::signing::intent::{LIFETIME_MICROS, TRIES};
use yinxin_domain::signing::{Batch, Intent, IntentState, MOST_IN_BATCH, Placement, Summary};

use super::super::case::Case;
use super::super::confirm::{Confirmed, draw_up, issued};
use super::desk::sorted;
use super::{Apart, about_one, own_batch};
use crate::actor::{Actor, Forbidden, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::identity::challenge::{self, Purpose};
use crate::identity::use_cases as identity;
use crate::signing::engine;
use crate::signing::errors::SigningError;
use crate::signing::store::{self, StoredIntent};

/// One contract that is to be signed with others.
pub struct Wanted {
    /// The contract.
    pub contract: ContractId,
    /// The version that the signer sees.
    pub version: i64,
    /// The placements; frozen by the confirmation.
    pub placements: Vec<Placement>,
}

/// What a confirmation gives.
pub struct BatchConfirmed {
    /// The batch.
    pub batch: Batch,
    /// Each contract's intent and summary, in the order in which they were named.
    pub contracts: Vec<(Intent, Summary)>,
}

/// Freezes placements on several contracts and issues an intent for each, with one code to the actor's phone for all of them.
///
/// # Errors
/// [`SigningError::BatchSize`]; [`SigningError::BatchRefused`] with all that is against single contracts: nothing is issued then.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    wanted: &[Wanted],
    ends_step: bool,
) -> Result<BatchConfirmed, SigningError> {
    let organisation = actor.organisation().ok_or(Forbidden::NotAllowed)?;
    if wanted.is_empty() || wanted.len() > MOST_IN_BATCH {
        return Err(SigningError::BatchSize);
    }
    let (mut drawn, mut apart): (Vec<(Case<'_>, Confirmed)>, Vec<Apart>) = (Vec::new(), Vec::new());
    for (index, one) in wanted.iter().enumerate() {
        let twice = wanted.iter().take(index).any(|earlier| earlier.contract == one.contract);
        let checked = if twice { Err(SigningError::BatchTwice) } else { check(app, actor, one, ends_step).await };
        let why = match checked {
            Ok((case, confirmed)) => {
                let same = |(_, first): &(Case<'_>, Confirmed)| {
                    sorted(&first.intent.certificates) == sorted(&confirmed.intent.certificates)
                };
                if drawn.first().is_none_or(same) {
                    drawn.push((case, confirmed));
                    continue;
                }
                SigningError::BatchOtherCertificate
            }
            Err(error) => about_one(error)?,
        };
        apart.push(Apart { index, contract: one.contract.to_string(), known: None, why });
    }
    let Some((first, ..)) = drawn.first() else { return Err(SigningError::BatchRefused(apart)) };
    if !apart.is_empty() {
        return Err(SigningError::BatchRefused(apart));
    }
    let permit = first.permit.clone();
    let person = identity::find_person(app, first.person).await?.ok_or(Forbidden::NotSignedIn)?;
    let (id, now) = (app.new_id(BatchId::new), app.now());
    let expires_at = now.saturating_add(LIFETIME_MICROS);
    let contracts: Vec<(Intent, Summary)> = drawn
        .into_iter()
        .map(|(_, Confirmed { intent, summary, .. })| {
            (Intent { batch: Some(id), issued_at: now, expires_at, ..intent }, summary)
        })
        .collect();
    let batch = Batch {
        id,
        person: person.id,
        organisation,
        intents: contracts.iter().map(|(intent, _)| intent.id).collect(),
        certificates: contracts.first().map(|(intent, _)| sorted(&intent.certificates)).unwrap_or_default(),
        ends_step,
        issued_at: now,
        expires_at,
        tries_left: TRIES,
        state: IntentState::Issued { checked: Vec::new() },
    };
    let sum = sum_fen(contracts.iter().map(|(_, summary)| summary));
    let about = format!("批量签署{}份合同，合计{}.{:02}元", contracts.len(), sum / 100, sum % 100);
    let code = challenge::prepare(app, &person.phone, Purpose::Sign, &id.to_string()).await?.about(about);
    let mut record = Record::of(Event::new(
        "signing_batch",
        id,
        "signing.batch_issued",
        json!({
            "intents": batch.intents, "contracts": contracts.iter().map(|(intent, _)| intent.contract).collect::<Vec<_>>(),
            "certificates": batch.certificates, "ends_step": ends_step, "sum_fen": sum,
        }),
    ));
    for (intent, _) in &contracts {
        record = record.and(issued(intent));
    }
    let record = record.and(code.event()).then(code.message());
    app.db
        .commit(&permit, record, (batch.clone(), contracts.clone(), code), |(batch, contracts, code), conn| {
            Box::pin(async move {
                store::insert_batch(conn, batch).await?;
                for (intent, summary) in contracts.iter() {
                    store::insert_intent(conn, intent, summary).await?;
                }
                code.insert(conn).await?;
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await?;
    Ok(BatchConfirmed { batch, contracts })
}

/// What the contracts of a batch come to, 分; amounts that a contract does not name count nothing.
pub fn sum_fen<'a>(summaries: impl Iterator<Item = &'a Summary>) -> i64 {
    summaries.filter_map(|summary| summary.amount_fen).fold(0, i64::saturating_add)
}

async fn check<'a>(
    app: &'a App,
    actor: &Actor,
    one: &Wanted,
    ends_step: bool,
) -> Result<(Case<'a>, Confirmed), SigningError> {
    let (case, confirmed) = draw_up(app, actor, one.contract, one.version, &one.placements, ends_step).await?;
    if case.unsent().next().is_some() {
        return Err(SigningError::BatchSealed);
    }
    // What is signed unseen of the pages must at least be whole.
    if !confirmed.missing.is_empty() {
        return Err(Refusal::ActsMissing { kinds: confirmed.missing }.into());
    }
    Ok((case, confirmed))
}

/// Chooses anew whether the steps end with a batch of which nothing is proved yet.
///
/// # Errors
/// [`SigningError::Intent`] when a password was checked already, or it is over.
pub async fn choose_ending(
    app: &App,
    actor: &Actor,
    id: BatchId,
    ends_step: bool,
) -> Result<BatchConfirmed, SigningError> {
    let permit = actor.permit(&[Need::SignedIn])?;
    let stored = own_batch(app, actor, id).await?;
    let now = app.now();
    let batch = stored.batch.choose_ending(ends_step, now)?;
    let mut changed = Vec::with_capacity(batch.intents.len());
    let mut contracts = Vec::with_capacity(batch.intents.len());
    for one in store::intents_of(&mut *app.db.read().await?, id).await? {
        let StoredIntent { intent, summary, version, .. } = one;
        let summary = Summary { ends_step, ..summary };
        let intent = intent.choose_ending(ends_step, engine::sm3(&summary.canonical()), now)?;
        changed.push((version, intent.clone(), summary.clone()));
        contracts.push((intent, summary));
    }
    let summaries: Vec<_> = contracts.iter().map(|(intent, _)| intent.summary).collect();
    let chosen = Event::new(
        "signing_batch",
        id,
        "signing.ending_chosen",
        json!({ "ends_step": ends_step, "summaries_sm3": summaries }),
    );
    app.db
        .commit(
            &permit,
            Record::of(chosen),
            (stored.version, batch.clone(), changed),
            |(version, batch, changed), conn| {
                Box::pin(async move {
                    store::update_batch(conn, *version, batch).await?;
                    for (version, intent, summary) in changed.iter() {
                        store::update_unproved(conn, *version, intent, summary).await?;
                    }
                    Ok::<_, CommitError<SigningError>>(())
                })
            },
        )
        .await?;
    Ok(BatchConfirmed { batch, contracts })
}
