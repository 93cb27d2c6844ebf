//! The code: once it is right the intents of a batch may be completed, each by itself and once.

use serde_json::json;
use yinxin_domain::ids::{BatchId, CertificateId};
use yinxin_domain::signing::{Batch, Intent};
use zeroize::Zeroizing;

use super::super::complete::assign_tickets;
use super::super::release::{Proved, count_wrong_proof};
use super::own_batch;
use crate::actor::{Actor, Forbidden, Need};
use crate::app::App;
use crate::certificate::passwords::hand_on;
use crate::db::{CommitError, Event, Record};
use crate::identity::challenge::{self, Passed, Purpose};
use crate::identity::errors::ChallengeError;
use crate::identity::use_cases as identity;
use crate::signing::errors::SigningError;
use crate::signing::store::{self, StoredBatch};

/// What the commit of a release works on.
struct Change {
    version: i64,
    batch: Batch,
    intents: Vec<(i64, Intent)>,
    passed: Passed,
    tickets: Vec<(CertificateId, Zeroizing<String>)>,
    now: i64,
}

/// Releases the intents of a batch. Asked again once it is released it does nothing more: what was answered may have been lost.
///
/// `tickets` are those of [`super::super::release::release_batch`]; each intent is then completed with the same.
///
/// # Errors
/// [`SigningError`]; a wrong code counts once, against the batch.
pub async fn release(
    app: &App,
    actor: &Actor,
    id: BatchId,
    tickets: &[Zeroizing<String>],
    sms_code: &str,
) -> Result<(), SigningError> {
    let permit = actor.permit(&[Need::SignedIn])?;
    let stored = own_batch(app, actor, id).await?;
    if stored.batch.is_released() {
        return Ok(());
    }
    let now = app.now();
    let batch = stored.batch.clone().release(now)?;
    let proved = Proved::Batch(Box::new(stored));
    let subject = id.to_string();
    let tickets = assign_tickets(app, &batch.certificates, tickets, &subject).await?;
    let person = identity::find_person(app, batch.person).await?.ok_or(Forbidden::NotSignedIn)?;
    let passed = match challenge::check(app, &person.phone, Purpose::Sign, &subject, sms_code).await {
        Ok(passed) => passed,
        Err(error) => {
            if matches!(error, ChallengeError::Wrong) {
                count_wrong_proof(app, actor, &proved, "sms_code").await?;
            }
            return Err(error.into());
        }
    };
    let version = match &proved {
        Proved::Batch(stored) => stored.version,
        Proved::Intent(stored) => stored.version,
    };
    let mut intents = Vec::with_capacity(batch.intents.len());
    for one in store::intents_of(&mut *app.db.read().await?, id).await? {
        intents.push((one.version, one.intent.released(now)?));
    }
    let released = Event::new("signing_batch", id, "signing.batch_released", json!({ "intents": batch.intents }));
    let change = Change { version, batch, intents, passed, tickets, now };
    let done = app
        .db
        .commit(&permit, Record::of(released), change, |change, conn| {
            Box::pin(async move {
                store::update_batch(conn, change.version, &change.batch).await?;
                change.passed.consume::<SigningError>(conn, change.now).await?;
                let from = change.batch.id.to_string();
                let to: Vec<String> = change.batch.intents.iter().map(ToString::to_string).collect();
                for (certificate, ticket) in &change.tickets {
                    hand_on::<SigningError>(conn, ticket, *certificate, &from, &to, change.now).await?;
                }
                for (version, intent) in &change.intents {
                    store::update_intent(conn, *version, intent, None).await?;
                }
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await;
    match done {
        // The same request came twice, and the other was faster.
        Err(_) if is_released(&own_batch(app, actor, id).await?) => Ok(()),
        other => other,
    }
}

fn is_released(stored: &StoredBatch) -> bool {
    stored.batch.is_released()
}
