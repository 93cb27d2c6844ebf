//! The HTTP of notifications.

mod events;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::ids::NotificationId;

use super::use_cases;
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Language, Problem};
use crate::page;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(count))
        .routes(routes!(mark_read))
        .routes(routes!(mark_all_read))
        .routes(routes!(events::events))
}

/// What to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Only what is not read.
    #[serde(default)]
    unread: bool,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// A notification, in the reader's language (`Accept-Language`).
#[derive(Serialize, utoipa::ToSchema)]
struct NotificationOut {
    /// `ntf_…`
    id: String,
    /// Stable code, such as to_review, returned, to_sign, filing_refused, signing_ends_soon.
    kind: &'static str,
    /// The headline.
    title: String,
    /// The whole text.
    text: String,
    /// For whom it was told: `org_…` or operator.
    organisation_id: String,
    /// The contract it is about.
    contract_id: String,
    /// Microseconds UTC.
    created_at: i64,
    /// Microseconds UTC, once read.
    read_at: Option<i64>,
}

/// A page of notifications.
#[derive(Serialize, utoipa::ToSchema)]
struct NotificationPage {
    /// Newest first.
    items: Vec<NotificationOut>,
    /// How many are not read, in all.
    unread: i64,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// What the actor was told: a member for the organisation he acts for, an operator as operator, a person for all his organisations.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "notification", security(("session" = [])), params(ListQuery), responses((status = 200, body = NotificationPage)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    headers: HeaderMap,
    Query(query): Query<ListQuery>,
) -> Result<Json<NotificationPage>, Problem> {
    let language = Language::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()));
    let limit = page::limit(query.limit);
    let cursor = query.cursor.as_deref().unwrap_or_default();
    let page = use_cases::list(&app, &actor, query.unread, cursor, limit).await?;
    let items = page.items.into_iter().map(|told| {
        let (title, text) = (told.kind.headline(), told.kind.text(&told.facts));
        let (title, text) = match language {
            Language::Chinese => (title.zh, text.zh),
            Language::English => (title.en, text.en),
        };
        NotificationOut {
            id: told.id.to_string(),
            kind: told.kind.code(),
            title,
            text,
            organisation_id: told.audience.clone(),
            contract_id: told.contract.to_string(),
            created_at: told.created_at,
            read_at: told.read_at,
        }
    });
    Ok(Json(NotificationPage { items: items.collect(), unread: page.unread, next_cursor: page.next_cursor }))
}

/// Marks a notification as read.
#[utoipa::path(post, path = "/api/v1/notifications/{id}/read", tag = "notification", security(("session" = [])), params(("id" = String, Path)), responses((status = 204)))]
async fn mark_read(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<NotificationId>,
) -> Result<StatusCode, Problem> {
    use_cases::mark_read(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How much is not read.
#[derive(Serialize, utoipa::ToSchema)]
struct UnreadOut {
    /// How many.
    unread: i64,
}

/// How much of what the actor was told he has not read.
#[utoipa::path(get, path = "/api/v1/notification-count", tag = "notification", security(("session" = [])), responses((status = 200, body = UnreadOut)))]
async fn count(State(app): State<App>, actor: Actor) -> Result<Json<UnreadOut>, Problem> {
    Ok(Json(UnreadOut { unread: use_cases::unread(&app, &actor).await? }))
}

/// How much was marked.
#[derive(Serialize, utoipa::ToSchema)]
struct MarkedOut {
    /// How many.
    marked: i64,
}

/// Marks everything that the actor was told as read.
#[utoipa::path(post, path = "/api/v1/notifications/read", tag = "notification", security(("session" = [])), responses((status = 200, body = MarkedOut)))]
async fn mark_all_read(State(app): State<App>, actor: Actor) -> Result<Json<MarkedOut>, Problem> {
    Ok(Json(MarkedOut { marked: use_cases::mark_all_read(&app, &actor).await? }))
}
