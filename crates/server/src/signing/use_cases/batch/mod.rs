//! 批量签署: several contracts sealed with one password and one code, each by an intent of its own.
//!
//! * [`desk`]: which of the chosen contracts can be signed together, and why the others cannot. [`confirm`]: placements of each frozen, one
//!   code sent. [`release`]: the code; then each intent is completed by itself, as if it had been alone. [`outcome`]: what has become of each.
//!
//! A batch is a way to prove one's will once, and nothing else: what is shown, frozen, signed, stamped and recorded is done contract by
//! contract. Its proofs count as those of one intent, and what happens to one contract leaves the others as they are.

pub mod confirm;
pub mod desk;
pub mod outcome;
pub mod release;

use yinxin_domain::ids::BatchId;

use crate::actor::Actor;
use crate::app::App;
use crate::http::problem::PublicError as _;
use crate::signing::errors::SigningError;
use crate::signing::store::{self, StoredBatch};

/// A contract that is not signed together with the others, and why.
#[derive(Debug)]
pub struct Apart {
    /// Its place in the request.
    pub index: usize,
    /// What was asked for, as it was written.
    pub contract: String,
    /// Its title and number, if the actor may know them.
    pub known: Option<(String, String)>,
    /// Why.
    pub why: SigningError,
}

/// The error again if it is about the server or about who is signed in; such are no reasons that lie in one contract.
fn about_one(error: SigningError) -> Result<SigningError, SigningError> {
    let status = error.public().status();
    let general = status.is_server_error() || status == axum::http::StatusCode::UNAUTHORIZED;
    if general { Err(error) } else { Ok(error) }
}

/// A batch of this actor.
///
/// # Errors
/// [`SigningError::NoBatch`] when there is none, or it is another person's, or he acts for another organisation now.
pub(super) async fn own_batch(app: &App, actor: &Actor, id: BatchId) -> Result<StoredBatch, SigningError> {
    let stored = store::find_batch(&mut *app.db.read().await?, id).await?.ok_or(SigningError::NoBatch)?;
    let own = actor.person() == Some(stored.batch.person) && actor.organisation() == Some(stored.batch.organisation);
    if own { Ok(stored) } else { Err(SigningError::NoBatch) }
}
