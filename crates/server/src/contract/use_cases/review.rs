//! Review: confirm, return, modify.

use yinxin_domain::calendar::Date;
use yinxin_domain::certificate::Owner;
use yinxin_domain::contract::axes::Payment;
use yinxin_domain::contract::review::{Confirming, Sealing};
use yinxin_domain::contract::{Contract, Verb};
use yinxin_domain::ids::ContractId;

use super::{Also, act, expect_seen, load_permitted, save};
use crate::actor::Actor;
use crate::app::App;
use crate::certificate::use_cases as certificates;
use crate::contract::errors::ContractError;
use crate::contract::text;
use crate::failure::Failure;

/// What a reviewer says when he confirms.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// How and how much is paid, where the flow profile asks.
    pub payment: Option<Payment>,
    /// Whether it will be sealed online.
    pub online: bool,
    /// On paper: the date that the paper bears.
    pub signed_on: Option<Date>,
}

/// 确认: agrees to the text, which is typeset and frozen; online the signing order begins, on paper the filing.
///
/// # Errors
/// [`ContractError`].
pub async fn confirm(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    said: Confirmed,
) -> Result<Contract, ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    let at = app.now();
    let ctx = loaded.context(&who, at);
    loaded.contract.permits(&ctx, Verb::Confirm)?;
    expect_seen(app, &loaded.contract, Some(seen)).await?;
    let sealing = if said.online {
        Sealing::Online { without_certificate: without_certificate(app, &loaded.contract, at).await? }
    } else {
        Sealing::Offline { signed_on: said.signed_on }
    };
    let (document, stored) = text::freeze(app, &loaded, at).await?;
    let draft = loaded.contract.draft();
    let confirming = Confirming { payment: said.payment, sealing, document };
    let transition = loaded.contract.clone().confirm(&ctx, confirming)?;
    save(app, &permit, &loaded, transition, Also::Text(draft, stored)).await
}

/// The names of the parties that cannot seal online, because they have no certificate in force (S1-017).
async fn without_certificate(app: &App, contract: &Contract, at: i64) -> Result<Vec<String>, Failure> {
    let mut conn = app.db.read().await?;
    let mut without = Vec::new();
    for party in contract.parties() {
        let owner = Owner::Organisation(party.organisation);
        if !certificates::owner_has_one_in_force(&mut conn, owner, at).await? {
            without.push(party.name.clone());
        }
    }
    Ok(without)
}

/// 退回: sends the draft back with a reason.
///
/// # Errors
/// [`ContractError`].
pub async fn return_draft(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    reason: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.return_draft(ctx, reason)).await
}

/// 修改: takes the draft to change it.
///
/// # Errors
/// [`ContractError`].
pub async fn modify(app: &App, actor: &Actor, id: ContractId, seen: i64) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.modify(ctx)).await
}
