//! The operator's view of background jobs.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, Entry};
use crate::actor::{Actor, Forbidden, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Problem, Public, PublicError};
use crate::page;

/// Why the operator's request is refused.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Not an operator.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No dead job has this id.
    #[error("no dead job has this id")]
    NotDead,
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl PublicError for OutboxError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::NotDead => Public::new(
                StatusCode::NOT_FOUND,
                "outbox.not_dead",
                ("没有该搁置任务", "No such dead job"),
                (
                    "该编号没有对应的搁置任务，可能已被重新执行。",
                    "No dead job has this id; perhaps it was started anew already.",
                ),
            ),
            Self::Failure(error) => error.public(),
        }
    }
}

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(redrive))
}

/// Which jobs to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// ready, leased, done or dead (default).
    state: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// One page of jobs.
#[derive(Serialize, utoipa::ToSchema)]
struct EntryPage {
    /// The jobs, newest first.
    items: Vec<Entry>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Background jobs in one state.
#[utoipa::path(get, path = "/api/v1/operator/outbox", tag = "operator", params(ListQuery), responses((status = 200, body = EntryPage)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<Json<EntryPage>, Problem> {
    actor.permit(&[Need::Operator]).map_err(OutboxError::from)?;
    let limit = page::limit(query.limit);
    let state = query.state.as_deref().unwrap_or("dead");
    crate::http::json::known_value("state", state, &["ready", "leased", "done", "dead"])?;
    let items = store::list(&mut *app.db.read().await?, state, query.cursor.as_deref(), limit).await?;
    let next_cursor = page::last(&items, limit).map(|entry| entry.id.clone());
    Ok(Json(EntryPage { items, next_cursor }))
}

/// Starts a dead job anew.
#[utoipa::path(post, path = "/api/v1/operator/outbox/{id}/redrive", tag = "operator", params(("id" = String, Path)), responses((status = 204)))]
async fn redrive(State(app): State<App>, actor: Actor, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    redrive_job(&app, &actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Starts a dead job anew, by the operator.
///
/// # Errors
/// [`OutboxError`].
pub async fn redrive_job(app: &App, actor: &Actor, id: String) -> Result<(), OutboxError> {
    let permit = actor.permit(&[Need::Operator])?;
    let now = app.now();
    let record = Record::of(Event::new("outbox", &id, "outbox.redriven", json!({})));
    app.db
        .commit(&permit, record, (id, now), |(id, now), conn| {
            Box::pin(async move {
                if store::redrive(conn, id, *now).await? {
                    Ok(())
                } else {
                    Err(CommitError::Refused(OutboxError::NotDead))
                }
            })
        })
        .await?;
    app.db.announce();
    Ok(())
}
