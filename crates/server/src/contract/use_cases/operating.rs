//! What the operator sees of all contracts.

use crate::actor::{Actor, Need};
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::contract::store::lists as store;

/// How many contracts there are in each phase.
///
/// # Errors
/// [`ContractError::Forbidden`] for everybody but operators.
pub async fn phases(app: &App, actor: &Actor) -> Result<Vec<(String, i64)>, ContractError> {
    actor.permit(&[Need::Operator])?;
    Ok(store::phases(&mut *app.db.read().await?).await?)
}
