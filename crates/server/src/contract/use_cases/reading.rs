//! Reading: one contract, its document, its track, its lists.

use serde_json::Value;
use yinxin_domain::contract::view::{List, Visibility};
use yinxin_domain::contract::{self as domain, Contract, Profile, Verb};
use yinxin_domain::ids::{ContractId, OrganisationId};

use super::load_permitted;
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::contract::effects::AGGREGATE;
use crate::contract::errors::ContractError;
use crate::contract::loaded::{Loaded, domain_actor};
use crate::contract::{store, text};
use crate::db::events::{self, Recorded};
use crate::failure::Failure;

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

/// The latest revision of the document that this actor may see.
///
/// # Errors
/// [`ContractError::NoDocument`].
pub async fn document(app: &App, actor: &Actor, id: ContractId) -> Result<Vec<u8>, ContractError> {
    let seen = show(app, actor, id).await?;
    let sm3 = seen.loaded.contract.document_for(&seen.who).ok_or(ContractError::NoDocument)?;
    Ok(app.files.get(sm3).await.map_err(Failure::from)?)
}

/// An attached file, by its place in the contract's list, with its name.
///
/// # Errors
/// [`ContractError::NoDocument`].
pub async fn attachment(app: &App, actor: &Actor, id: ContractId, place: usize) -> Result<Vec<u8>, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    let sm3 = seen.loaded.contract.attachments().get(place).ok_or(ContractError::NoDocument)?.sm3;
    Ok(app.files.get(sm3).await.map_err(Failure::from)?)
}

/// The contract's track as this actor may see it: what another party sealed and has not sent is left out.
///
/// # Errors
/// [`ContractError`].
pub async fn track(app: &App, actor: &Actor, id: ContractId) -> Result<Vec<(Recorded, Value)>, ContractError> {
    let seen = show(app, actor, id).await?;
    let own = seen.loaded.contract.party_of_actor(&seen.who).map(|party| party.key.to_string());
    let events = events::track(&mut *app.db.read().await?, AGGREGATE, &id.to_string()).await?;
    let mut visible = Vec::with_capacity(events.len());
    for event in events {
        let data: Value = serde_json::from_str(&event.data).map_err(|error| Failure::damaged("events.data", error))?;
        let private = matches!(event.kind.as_str(), "contract.sealed" | "contract.unsent_discarded");
        if !private || own.as_deref() == data["party"].as_str() {
            visible.push((event, data));
        }
    }
    Ok(visible)
}

/// Which contracts to list.
#[derive(Clone, Debug)]
pub enum Which {
    /// One of the six lists of every user.
    List(List),
    /// A tab of a flow profile.
    Tab {
        /// The profile's name.
        profile: String,
        /// The tab's key.
        tab: String,
    },
}

/// One line of a list.
pub struct Listed {
    /// The contract.
    pub contract: Contract,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The project's name.
    pub project_name: String,
    /// Since when it stands in the list.
    pub since: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// The name of its state.
    pub label: domain::Text,
}

/// One page of a list, and where the next begins.
pub struct Page {
    /// The lines.
    pub items: Vec<Listed>,
    /// Hand it back for the next page.
    pub next_cursor: Option<String>,
}

/// One page of a list of the organisation the actor acts for.
///
/// # Errors
/// [`ContractError::NoSuchList`]; [`ContractError::Forbidden`] for who acts for no organisation.
pub async fn list(
    app: &App,
    actor: &Actor,
    which: &Which,
    words: &str,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page, ContractError> {
    let (organisation, who) = own_organisation(actor)?;
    let before = match cursor {
        None => (i64::MAX, String::new()),
        Some(cursor) => read_cursor(cursor).ok_or(ContractError::NoSuchList)?,
    };
    let mut conn = app.db.read().await?;
    // One more than asked, to know whether there is a next page.
    let mut lines = match which {
        Which::List(list) => store::in_list(&mut conn, organisation, *list, words, &before, limit + 1).await?,
        Which::Tab { profile, tab } => {
            let known = app.profiles.get(profile).and_then(|profile| profile.tab(tab));
            let phases = &known.ok_or(ContractError::NoSuchList)?.phases;
            store::in_phases(&mut conn, organisation, profile, phases, &before, limit + 1).await?
        }
    };
    drop(conn);
    let more = lines.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        lines.pop();
    }
    let next_cursor = lines.last().filter(|_| more).map(|line| format!("{}~{}", line.since, line.contract.id()));
    let mut items = Vec::with_capacity(lines.len());
    for line in lines {
        let profile = profile_of(app, &line.contract)?;
        let label = line.contract.label(profile, &who);
        let store::Line { contract, number, title, project_name, since, updated_at } = line;
        items.push(Listed { contract, number, title, project_name, since, updated_at, label });
    }
    Ok(Page { items, next_cursor })
}

/// How many contracts stand in each of the six lists of the organisation the actor acts for (S3-027).
///
/// # Errors
/// [`ContractError::Forbidden`] for who acts for no organisation.
pub async fn counts(app: &App, actor: &Actor) -> Result<Vec<(List, i64)>, ContractError> {
    let (organisation, _) = own_organisation(actor)?;
    let counted = store::counts(&mut *app.db.read().await?, organisation).await?;
    let of = |list: List| counted.iter().find(|(code, _)| code == list.code()).map_or(0, |(_, many)| *many);
    Ok(List::ALL.into_iter().map(|list| (list, of(list))).collect())
}

fn own_organisation(actor: &Actor) -> Result<(OrganisationId, domain::Actor), ContractError> {
    // Acting for nobody meets no need, and says what is missing: to sign in, or to act for an organisation.
    let needs: Vec<Need<'_>> = actor.organisation().map(Need::Member).into_iter().collect();
    actor.permit(&needs)?;
    match (actor.organisation(), domain_actor(actor)) {
        (Some(organisation), Some(who)) => Ok((organisation, who)),
        _ => Err(ContractError::NotFound),
    }
}

fn profile_of<'a>(app: &'a App, contract: &Contract) -> Result<&'a Profile, Failure> {
    app.profiles.get(contract.profile()).ok_or_else(|| {
        Failure::damaged("contracts.profile", format!("this installation has no flow profile {:?}", contract.profile()))
    })
}

/// `since~id`, as [`list`] wrote it.
fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let (since, id) = cursor.split_once('~')?;
    let id: ContractId = id.parse().ok()?;
    Some((since.parse().ok()?, id.to_string()))
}

/// The verbs that are offered, with the names of their buttons.
pub fn actions(seen: &Seen<'_>, at: i64) -> Vec<(Verb, domain::Text)> {
    let offered = seen.loaded.contract.actions(&seen.loaded.context(&seen.who, at));
    offered.into_iter().map(|action| (action.verb, action.text)).collect()
}
