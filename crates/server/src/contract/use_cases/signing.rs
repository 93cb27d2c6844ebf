//! The verbs of the signing order that make no signature: agree, disagree, refuse, expire; and a supervisor's hold.

use yinxin_domain::contract::{Contract, Refusal};
use yinxin_domain::ids::ContractId;

use super::act;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::errors::ContractError;

/// 同意: what this party sealed becomes part of the contract.
///
/// # Errors
/// [`ContractError`].
pub async fn agree(app: &App, actor: &Actor, id: ContractId, seen: i64) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.agree(ctx)).await
}

/// 不同意: ends the sealed text and opens a new draft.
///
/// # Errors
/// [`ContractError`].
pub async fn disagree(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    reason: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.disagree(ctx, reason)).await
}

/// 拒签: refuses to sign.
///
/// # Errors
/// [`ContractError`].
pub async fn reject(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    reason: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.reject(ctx, reason)).await
}

/// 逾期: ends a contract whose time for signing has run out. When it has not, or nothing is left to sign, nothing happens: the job that asks
/// was queued for an end that has been moved or met; lifting a hold moves the end and queues another.
///
/// # Errors
/// [`ContractError`].
pub async fn expire(app: &App, actor: &Actor, id: ContractId) -> Result<(), ContractError> {
    match act(app, actor, id, None, |contract, ctx| contract.expire(ctx)).await {
        Ok(_) | Err(ContractError::Refused(Refusal::NotNow { .. } | Refusal::Ended | Refusal::OnHold { .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

/// 暂停: halts a contract by a supervisor's document.
///
/// # Errors
/// [`ContractError`].
pub async fn put_on_hold(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    document: &str,
    reason: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.put_on_hold(ctx, document, reason)).await
}

/// 恢复: lets it go on.
///
/// # Errors
/// [`ContractError`].
pub async fn resume(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    document: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.resume(ctx, document)).await
}

/// 免予公告: exempts a contract from publication.
///
/// # Errors
/// [`ContractError`].
pub async fn exempt_notice(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    document: &str,
    ground: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.exempt_notice(ctx, document, ground)).await
}
