//! The certificate's password: releases one key for one intent.

use serde_json::json;
use yinxin_domain::ids::{CertificateId, IntentId};
use yinxin_domain::signing::{Intent, IntentRefusal};
use zeroize::Zeroizing;

use super::case::own_intent;
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::certificate::CertificateError;
use crate::certificate::passwords::{Ticket, check_password};
use crate::db::{CommitError, Event, Record};
use crate::signing::errors::SigningError;
use crate::signing::store;

/// A key released for one intent.
pub struct Released {
    /// Goes back with the completion.
    pub ticket: Ticket,
    /// Whose password it was.
    pub certificate: CertificateId,
    /// The certificates whose passwords are still to come.
    pub remaining: Vec<CertificateId>,
}

/// Checks the password of one of the intent's certificates; it may be left open which if there is only one.
///
/// # Errors
/// [`SigningError::Certificate`] for a wrong password or a locked certificate; a wrong one also counts against the intent.
pub async fn release(
    app: &App,
    actor: &Actor,
    id: IntentId,
    certificate: Option<CertificateId>,
    password: Zeroizing<String>,
) -> Result<Released, SigningError> {
    actor.permit(&[Need::SignedIn])?;
    let stored = own_intent(app, actor, id).await?;
    let certificate = match (certificate, stored.intent.certificates.as_slice()) {
        (Some(named), known) if known.contains(&named) => named,
        (Some(_), _) => return Err(IntentRefusal::OtherCertificate.into()),
        (None, [only]) => *only,
        (None, known) => {
            return Err(SigningError::WhichCertificate {
                certificates: known.iter().map(ToString::to_string).collect(),
            });
        }
    };
    // Asked before the password is tried, so that a dead intent costs no try.
    let next = stored.intent.clone().password_was_right(certificate, app.now())?;
    let ticket = match check_password(app, actor, certificate, password, &id.to_string()).await {
        Ok(ticket) => ticket,
        Err(error) => {
            if matches!(error, CertificateError::WrongPassword { .. }) {
                count_wrong_proof(app, actor, stored.version, stored.intent, "password").await?;
            }
            return Err(error.into());
        }
    };
    let remaining = remaining(&next);
    let checked = Event::new(
        "signing_intent",
        id,
        "signing.password_checked",
        json!({ "contract": next.contract, "certificate": certificate }),
    );
    save(app, actor, stored.version, next, checked).await?;
    Ok(Released { ticket, certificate, remaining })
}

fn remaining(intent: &Intent) -> Vec<CertificateId> {
    use yinxin_domain::signing::IntentState;
    match &intent.state {
        IntentState::Issued { checked } => {
            intent.certificates.iter().filter(|one| !checked.contains(one)).copied().collect()
        }
        IntentState::PasswordChecked { .. }
        | IntentState::Completed { .. }
        | IntentState::Expired { .. }
        | IntentState::Cancelled { .. } => Vec::new(),
    }
}

/// Counts a wrong password or code against the intent; the fifth cancels it. A try that another overtook is counted by that one.
pub(super) async fn count_wrong_proof(
    app: &App,
    actor: &Actor,
    version: i64,
    intent: Intent,
    proof: &'static str,
) -> Result<(), SigningError> {
    let Ok(next) = intent.proof_was_wrong(app.now()) else { return Ok(()) };
    let wrong = Event::new(
        "signing_intent",
        next.id,
        "signing.proof_wrong",
        json!({ "contract": next.contract, "proof": proof, "tries_left": next.tries_left }),
    );
    match save(app, actor, version, next, wrong).await {
        Err(error) if super::case::is_stale(&error) => Ok(()),
        other => other,
    }
}

async fn save(app: &App, actor: &Actor, version: i64, next: Intent, event: Event) -> Result<(), SigningError> {
    let permit = actor.permit(&[Need::SignedIn])?;
    app.db
        .commit(&permit, Record::of(event), (version, next), |(version, next), conn| {
            Box::pin(async move {
                store::update_intent(conn, *version, next, None).await?;
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await
}
