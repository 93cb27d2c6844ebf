//! Reading: one contract, its document, its files.

use axum::body::Bytes;
use yinxin_domain::contract::permission::Action;
use yinxin_domain::contract::view::Visibility;
use yinxin_domain::contract::{self as domain, PartyKey};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, SealId};
use yinxin_seal::draw::Drawing;

use super::load_permitted;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::contract::loaded::Loaded;
use crate::contract::text;
use crate::failure::Failure;
use crate::seal::use_cases as seals;
use crate::signing::use_cases::signatures;

/// A contract as one actor sees it.
pub struct Seen<'a> {
    /// The contract.
    pub loaded: Loaded<'a>,
    /// Who looks.
    pub who: domain::Actor,
    /// How much of it is his to see.
    pub visibility: Visibility,
}

/// A contract for an actor who may see at least that it exists.
///
/// # Errors
/// [`ContractError::NotFound`] for everybody else.
pub async fn show<'a>(app: &'a App, actor: &Actor, id: ContractId) -> Result<Seen<'a>, ContractError> {
    let (loaded, who, _) = load_permitted(app, actor, id).await?;
    let visibility = loaded.contract.visibility(&who);
    if visibility == Visibility::Nothing {
        return Err(ContractError::NotFound);
    }
    Ok(Seen { loaded, who, visibility })
}

/// A contract for an actor who may see its text.
///
/// # Errors
/// [`ContractError::NoDocument`] while the text is another party's own.
pub async fn show_whole<'a>(app: &'a App, actor: &Actor, id: ContractId) -> Result<Seen<'a>, ContractError> {
    let seen = show(app, actor, id).await?;
    if seen.visibility == Visibility::Whole { Ok(seen) } else { Err(ContractError::NoDocument) }
}

/// The draft as it would be printed now.
///
/// # Errors
/// [`ContractError::NoDocument`] while the draft is another party's own.
pub async fn preview(app: &App, actor: &Actor, id: ContractId) -> Result<Vec<u8>, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    Ok(text::preview(app, &seen.loaded, app.now()).await?)
}

/// The latest revision of the document that this actor may see, with its digest.
///
/// # Errors
/// [`ContractError::NoDocument`].
pub async fn document(app: &App, actor: &Actor, id: ContractId) -> Result<(Sm3Digest, Bytes), ContractError> {
    let seen = show(app, actor, id).await?;
    let sm3 = seen.loaded.contract.document_for(&seen.who).ok_or(ContractError::NoDocument)?;
    Ok((sm3, app.files.shared(sm3).await.map_err(Failure::from)?))
}

/// A revision of the document by its digest: one that every party sees, or the actor's own unsent one.
///
/// # Errors
/// [`ContractError::NoDocument`] also for digests of anything else.
pub async fn revision(app: &App, actor: &Actor, id: ContractId, sm3: Sm3Digest) -> Result<Bytes, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    let contract = &seen.loaded.contract;
    let known = contract.document_for(&seen.who) == Some(sm3) || contract.shared_revisions().contains(&sm3);
    if !known {
        return Err(ContractError::NoDocument);
    }
    Ok(app.files.shared(sm3).await.map_err(Failure::from)?)
}

/// The picture of a seal that stands on the contract, for who may see the signature.
///
/// # Errors
/// [`ContractError::NoDocument`].
pub async fn seal_drawing(app: &App, actor: &Actor, id: ContractId, seal: SealId) -> Result<Drawing, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    let contract = &seen.loaded.contract;
    let own = contract.party_of_actor(&seen.who).map(|party| party.key);
    let signed = signatures::with_seal(&mut *app.db.read().await?, id, seal).await?;
    let sent = |party: PartyKey| contract.steps().iter().any(|step| step.party == party && step.is_sent());
    let shown = |party: PartyKey, stands: bool| Some(party) == own || (stands && sent(party));
    if !signed.iter().any(|(one, discarded)| shown(one.party, discarded.is_none())) {
        return Err(ContractError::NoDocument);
    }
    Ok(seals::drawing_of(app, seal).await?)
}

/// An attached file, by its place in the contract's list, with its name.
///
/// # Errors
/// [`ContractError::NoDocument`].
pub async fn attachment(app: &App, actor: &Actor, id: ContractId, place: usize) -> Result<Bytes, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    let sm3 = seen.loaded.contract.attachments().get(place).ok_or(ContractError::NoDocument)?.sm3;
    Ok(app.files.get(sm3).await.map_err(Failure::from)?)
}

/// The verbs that are offered, with the names of their buttons.
pub fn actions(seen: &Seen<'_>, at: i64) -> Vec<Action> {
    seen.loaded.contract.actions(&seen.loaded.context(&seen.who, at))
}
