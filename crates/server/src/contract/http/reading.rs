//! What is read of contracts over HTTP.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yinxin_domain::contract::view::List;
use yinxin_domain::ids::ContractId;

use super::answers::{ChecksOut, ContractOut, ListedOut};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::contract::use_cases::reading::{self, Which};
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;

/// The largest page of a list.
const LARGEST_PAGE: i64 = 100;
/// The page of a list when none is asked for.
const USUAL_PAGE: i64 = 20;

/// Which contracts to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// waiting_for_me, waiting_for_others, completed, voided, started_by_me, drafts. Either this, or profile and tab.
    list: Option<String>,
    /// A flow profile, for one of its tabs.
    profile: Option<String>,
    /// A tab of that profile.
    tab: Option<String>,
    /// Words to look for in number, title, project and names of parties (lists only).
    q: Option<String>,
    /// next_cursor of the page before.
    cursor: Option<String>,
    /// 1 to 100.
    limit: Option<i64>,
}

/// One page of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ListOut {
    /// The lines.
    items: Vec<ListedOut>,
    /// Hand it back as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One page of a list of the organisation acted for.
#[utoipa::path(get, path = "/api/v1/contracts", tag = "contract", security(("session" = [])), params(ListQuery), responses((status = 200, body = ListOut)))]
pub(super) async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<Json<ListOut>, Problem> {
    let which = match (query.list.as_deref(), query.profile, query.tab) {
        (Some(list), None, None) => Which::List(List::parse(list).ok_or(ContractError::NoSuchList)?),
        (None, Some(profile), Some(tab)) => Which::Tab { profile, tab },
        _ => return Err(ContractError::NoSuchList.into()),
    };
    let limit = query.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
    let words = query.q.unwrap_or_default();
    let page = reading::list(&app, &actor, &which, &words, query.cursor.as_deref(), limit).await?;
    Ok(Json(ListOut { items: page.items.into_iter().map(Into::into).collect(), next_cursor: page.next_cursor }))
}

/// How many contracts stand in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CountOut {
    /// The list.
    list: &'static str,
    /// How many.
    count: i64,
}

/// How many contracts stand in each list of the organisation acted for.
#[utoipa::path(get, path = "/api/v1/contract-counts", tag = "contract", security(("session" = [])), responses((status = 200, body = Vec<CountOut>)))]
pub(super) async fn counts(State(app): State<App>, actor: Actor) -> Result<Json<Vec<CountOut>>, Problem> {
    let counted = reading::counts(&app, &actor).await?;
    Ok(Json(counted.into_iter().map(|(list, count)| CountOut { list: list.code(), count }).collect()))
}

/// A tab of a flow profile.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TabOut {
    /// The flow profile.
    profile: String,
    /// The tab.
    tab: String,
    /// Its name in Chinese.
    zh: String,
    /// Its name in English.
    en: String,
}

/// The tabs of all flow profiles, in their order.
#[utoipa::path(get, path = "/api/v1/contract-tabs", tag = "contract", security(("session" = [])), responses((status = 200, body = Vec<TabOut>)))]
pub(super) async fn tabs(State(app): State<App>, _actor: Actor) -> Json<Vec<TabOut>> {
    let tabs = app.profiles.iter().flat_map(|profile| {
        profile.tabs.iter().map(|tab| TabOut {
            profile: profile.name.clone(),
            tab: tab.key.clone(),
            zh: tab.zh.clone(),
            en: tab.en.clone(),
        })
    });
    Json(tabs.collect())
}

/// A contract as who looks may see it.
#[utoipa::path(get, path = "/api/v1/contracts/{id}", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = ContractOut)))]
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<ContractOut>, Problem> {
    let seen = reading::show(&app, &actor, id).await?;
    Ok(Json(ContractOut::of(&seen, app.now())?))
}

/// What stands in the way of sending.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/checks", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = ChecksOut)))]
pub(super) async fn checks(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<ChecksOut>, Problem> {
    let seen = reading::show_whole(&app, &actor, id).await?;
    Ok(Json(ChecksOut::of(&seen)?))
}

fn pdf(bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/pdf"), (CACHE_CONTROL, "private, no-store")], bytes).into_response()
}

/// The draft as it would be printed now.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/preview.pdf", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(super) async fn preview(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Response, Problem> {
    Ok(pdf(reading::preview(&app, &actor, id).await?))
}

/// The latest revision of the document that who looks may see.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/document.pdf", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(super) async fn document(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Response, Problem> {
    Ok(pdf(reading::document(&app, &actor, id).await?))
}

/// An attached file, by its place in the contract's list.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/attachments/{place}", tag = "contract", security(("session" = [])), params(("id" = String, Path), ("place" = usize, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(super) async fn attachment(
    State(app): State<App>,
    actor: Actor,
    Path((id, place)): Path<(ContractId, usize)>,
) -> Result<Response, Problem> {
    Ok(pdf(reading::attachment(&app, &actor, id, place).await?))
}

/// One event of the track.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TrackOut {
    /// `evt_…`
    event_id: String,
    /// Its place in the chain, from 1; what another party has not sent is left out.
    seq: i64,
    /// When, microseconds UTC.
    at: i64,
    /// What happened: `contract.sent` …
    kind: String,
    /// In which capacity: member, operator, client, system.
    actor_kind: String,
    /// Who, if a human.
    person_id: Option<String>,
    /// For whom.
    organisation_id: Option<String>,
    /// Which machine client or job.
    agent: Option<String>,
    /// From which address; told to who acted, his organisation, and operators.
    ip: Option<String>,
    /// The facts.
    data: Value,
    /// SM3 over the hash before and this event.
    hash: String,
}

/// The track: who, acting for whom, when, what, from where.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/track", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = Vec<TrackOut>)))]
pub(super) async fn track(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<Vec<TrackOut>>, Problem> {
    let own = actor.organisation().map(|organisation| organisation.to_string());
    let track = reading::track(&app, &actor, id).await?.into_iter().map(|(event, data)| TrackOut {
        event_id: event.id,
        seq: event.seq,
        at: event.at,
        kind: event.kind,
        actor_kind: event.actor_kind,
        person_id: event.person_id,
        ip: event.ip.filter(|_| own.is_none() || own == event.organisation_id),
        organisation_id: event.organisation_id,
        agent: event.agent,
        data,
        hash: event.hash,
    });
    Ok(Json(track.collect()))
}
