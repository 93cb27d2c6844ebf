//! What a party has sealed and not sent: take it back, or make it part of the contract (S1-030 to S1-032, S1-040, S1-041).

use yinxin_domain::contract::{Context, Contract, Refusal, Transition};
use yinxin_domain::ids::ContractId;

use super::case::{is_stale, meanwhile};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::{effects, use_cases as contract};
use crate::db::CommitError;
use crate::signing::errors::SigningError;
use crate::signing::store;

/// 删除签章: the contract goes back to the revision before this party's unsent seals; gives the contract's new version.
///
/// # Errors
/// What the contract's rules refuse: nothing unsent, already sent, not this party's turn.
pub async fn discard(app: &App, actor: &Actor, id: ContractId, version: i64) -> Result<i64, SigningError> {
    act(app, actor, id, version, |contract, context| contract.discard_unsent(context)).await
}

/// 发送 / 确认签章 / 提交合同: what this party sealed becomes part of the contract for good; gives the contract's new version.
///
/// # Errors
/// What the contract's rules refuse: acts missing, already sent, not this party's turn.
pub async fn submit(app: &App, actor: &Actor, id: ContractId, version: i64) -> Result<i64, SigningError> {
    act(app, actor, id, version, |contract, context| contract.submit(context)).await
}

async fn act(
    app: &App,
    actor: &Actor,
    id: ContractId,
    version: i64,
    verb: impl FnOnce(Contract, &Context<'_>) -> Result<Transition, Refusal>,
) -> Result<i64, SigningError> {
    let (loaded, who, permit) = contract::load_permitted(app, actor, id).await?;
    let now = app.now();
    let before = loaded.contract.clone();
    let transition = verb(before.clone(), &loaded.context(&who, now))?;
    if before.version() != version {
        return Err(meanwhile(app, actor, id).await?);
    }
    let record = effects::record(Some(&before), &transition)?;
    let next = transition.next.version();
    let due_at = loaded.due_at(&transition.next);
    let done = app
        .db
        .commit(&permit, record, (before, transition, now), move |(before, transition, now), conn| {
            Box::pin(async move {
                contract::save_transition(conn, before, transition, due_at, *now).await?;
                let dropped = |effect: &_| matches!(effect, yinxin_domain::contract::Effect::DropRevision { .. });
                if transition.effects.iter().any(dropped)
                    && let Some((number, _)) = before.current_step()
                {
                    store::discard(conn, before.id(), before.draft(), number, *now).await?;
                }
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await;
    match done {
        Ok(()) => Ok(next),
        Err(error) if is_stale(&error) => Err(meanwhile(app, actor, id).await?),
        Err(error) => Err(error),
    }
}
