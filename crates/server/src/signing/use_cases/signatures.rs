//! The signatures of a contract, for the track; who may see them is decided by the contract's use cases.

use sqlx::AnyConnection;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, IntentId, SealId};

use crate::app::App;
use crate::failure::Failure;
use crate::signing::store;

pub use crate::signing::store::Signature;

/// Every signature that was made on a contract, oldest first, with the moment at which it was discarded, if it was.
///
/// # Errors
/// [`Failure`].
pub async fn all_of(app: &App, contract: ContractId) -> Result<Vec<(Signature, Option<i64>)>, Failure> {
    store::all_signatures(&mut *app.db.read().await?, contract).await
}

/// SM3 of the document that a signer was shown before he signed.
///
/// # Errors
/// [`Failure`].
pub async fn base_of(app: &App, intent: IntentId) -> Result<Option<Sm3Digest>, Failure> {
    let stored = store::find_intent(&mut *app.db.read().await?, intent).await?;
    Ok(stored.map(|stored| stored.intent.document))
}

/// The signatures of a contract that show a seal, each with the moment at which it was discarded, if it was.
///
/// # Errors
/// [`Failure`].
pub async fn with_seal(
    conn: &mut AnyConnection,
    contract: ContractId,
    seal: SealId,
) -> Result<Vec<(Signature, Option<i64>)>, Failure> {
    let all = store::all_signatures(conn, contract).await?;
    let shows = |one: &Signature| one.seal == seal || one.placed.iter().any(|placed| placed.seal == seal);
    Ok(all.into_iter().filter(|(one, _)| shows(one)).collect())
}
