//! The certificate's password: releases one key for one intent, or for a batch of them.

use serde_json::json;
use yinxin_domain::ids::{BatchId, CertificateId, IntentId};
use yinxin_domain::signing::{IntentRefusal, IntentState};
use zeroize::Zeroizing;

use super::batch::own_batch;
use super::case::own_intent;
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::certificate::CertificateError;
use crate::certificate::passwords::{Ticket, check_password};
use crate::db::{CommitError, Event, Record};
use crate::signing::errors::SigningError;
use crate::signing::store::{self, StoredBatch, StoredIntent};

/// A key released for one intent or batch.
pub struct Released {
    /// Goes back with the completion, or with the release of the batch.
    pub ticket: Ticket,
    /// Whose password it was.
    pub certificate: CertificateId,
    /// The certificates whose passwords are still to come.
    pub remaining: Vec<CertificateId>,
}

/// What proofs are given for. Both count wrong ones alike.
pub(super) enum Proved {
    /// One contract's intent.
    Intent(Box<StoredIntent>),
    /// Several contracts at once.
    Batch(Box<StoredBatch>),
}

impl Proved {
    /// What the code and the tickets are bound to.
    pub fn subject(&self) -> String {
        match self {
            Self::Intent(stored) => stored.intent.id.to_string(),
            Self::Batch(stored) => stored.batch.id.to_string(),
        }
    }

    /// The certificates whose passwords are asked for.
    pub fn certificates(&self) -> &[CertificateId] {
        match self {
            Self::Intent(stored) => &stored.intent.certificates,
            Self::Batch(stored) => &stored.batch.certificates,
        }
    }

    fn state(&self) -> &IntentState {
        match self {
            Self::Intent(stored) => &stored.intent.state,
            Self::Batch(stored) => &stored.batch.state,
        }
    }

    fn password_was_right(&self, certificate: CertificateId, at: i64) -> Result<Self, IntentRefusal> {
        Ok(match self {
            Self::Intent(stored) => {
                let intent = stored.intent.clone().password_was_right(certificate, at)?;
                Self::Intent(Box::new(StoredIntent { intent, ..(**stored).clone() }))
            }
            Self::Batch(stored) => {
                let batch = stored.batch.clone().password_was_right(certificate, at)?;
                Self::Batch(Box::new(StoredBatch { batch, ..(**stored).clone() }))
            }
        })
    }

    fn proof_was_wrong(&self, at: i64) -> Result<(Self, u8), IntentRefusal> {
        Ok(match self {
            Self::Intent(stored) => {
                let intent = stored.intent.clone().proof_was_wrong(at)?;
                let left = intent.tries_left;
                (Self::Intent(Box::new(StoredIntent { intent, ..(**stored).clone() })), left)
            }
            Self::Batch(stored) => {
                let batch = stored.batch.clone().proof_was_wrong(at)?;
                let left = batch.tries_left;
                (Self::Batch(Box::new(StoredBatch { batch, ..(**stored).clone() })), left)
            }
        })
    }

    /// The certificates whose passwords are still to come.
    fn remaining(&self) -> Vec<CertificateId> {
        match self.state() {
            IntentState::Issued { checked } => {
                self.certificates().iter().filter(|one| !checked.contains(one)).copied().collect()
            }
            IntentState::PasswordChecked { .. }
            | IntentState::Completed { .. }
            | IntentState::Expired { .. }
            | IntentState::Cancelled { .. } => Vec::new(),
        }
    }

    fn event(&self, kind: &'static str, mut facts: serde_json::Value) -> Event {
        match self {
            Self::Intent(stored) => {
                facts["contract"] = json!(stored.intent.contract);
                Event::new("signing_intent", stored.intent.id, kind, facts)
            }
            Self::Batch(stored) => Event::new("signing_batch", stored.batch.id, kind, facts),
        }
    }
}

/// Checks the password of one of the intent's certificates; it may be left open which if there is only one.
///
/// # Errors
/// [`SigningError::Certificate`] for a wrong password or a locked certificate; a wrong one also counts against the intent.
/// [`IntentRefusal::InBatch`] for one of a batch, whose proofs are given to the batch.
pub async fn release(
    app: &App,
    actor: &Actor,
    id: IntentId,
    certificate: Option<CertificateId>,
    password: Zeroizing<String>,
) -> Result<Released, SigningError> {
    let stored = own_intent(app, actor, id).await?;
    check(app, actor, Proved::Intent(Box::new(stored)), certificate, password).await
}

/// Checks the password of one of the batch's certificates.
///
/// # Errors
/// As [`release`].
pub async fn release_batch(
    app: &App,
    actor: &Actor,
    id: BatchId,
    certificate: Option<CertificateId>,
    password: Zeroizing<String>,
) -> Result<Released, SigningError> {
    let stored = own_batch(app, actor, id).await?;
    check(app, actor, Proved::Batch(Box::new(stored)), certificate, password).await
}

async fn check(
    app: &App,
    actor: &Actor,
    proved: Proved,
    certificate: Option<CertificateId>,
    password: Zeroizing<String>,
) -> Result<Released, SigningError> {
    let certificate = match (certificate, proved.certificates()) {
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
    let next = proved.password_was_right(certificate, app.now())?;
    let ticket = match check_password(app, actor, certificate, password, &proved.subject()).await {
        Ok(ticket) => ticket,
        Err(error) => {
            if matches!(error, CertificateError::WrongPassword { .. }) {
                count_wrong_proof(app, actor, &proved, "password").await?;
            }
            return Err(error.into());
        }
    };
    let remaining = next.remaining();
    let checked = next.event("signing.password_checked", json!({ "certificate": certificate }));
    save(app, actor, next, checked).await?;
    Ok(Released { ticket, certificate, remaining })
}

/// Counts a wrong password or code against an intent or a batch; the fifth cancels it. A try that another overtook is counted by that one.
pub(super) async fn count_wrong_proof(
    app: &App,
    actor: &Actor,
    proved: &Proved,
    proof: &'static str,
) -> Result<(), SigningError> {
    let Ok((next, left)) = proved.proof_was_wrong(app.now()) else { return Ok(()) };
    let wrong = next.event("signing.proof_wrong", json!({ "proof": proof, "tries_left": left }));
    match save(app, actor, next, wrong).await {
        Err(error) if super::case::is_stale(&error) => Ok(()),
        other => other,
    }
}

/// Stores what has become of it, on the version that was read.
async fn save(app: &App, actor: &Actor, next: Proved, event: Event) -> Result<(), SigningError> {
    let permit = actor.permit(&[Need::SignedIn])?;
    app.db
        .commit(&permit, Record::of(event), next, |next, conn| {
            Box::pin(async move {
                match next {
                    Proved::Intent(stored) => store::update_intent(conn, stored.version, &stored.intent, None).await?,
                    Proved::Batch(stored) => store::update_batch(conn, stored.version, &stored.batch).await?,
                }
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await
}
