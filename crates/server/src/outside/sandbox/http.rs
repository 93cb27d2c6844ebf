//! The addresses of the sandbox's systems.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::call::IDEMPOTENCY_KEY;
use super::errors::SandboxError;
use super::supervision::{Said, Setting};
use super::{medium, supervision};
use crate::app::App;
use crate::http::extract::{Json, Path, Visitor};
use crate::http::problem::Problem;
use crate::http::signed::Signed;

/// The routes; not served in production.
pub fn sandbox_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(set_behaviour))
        .routes(routes!(show_filing))
        .routes(routes!(take_filing))
        .routes(routes!(take_notice))
        .routes(routes!(show_notice))
}

/// Sets how the sandbox's supervising system behaves, for all projects or for those whose number begins so.
#[utoipa::path(post, path = "/api/v1/sandbox/supervision", tag = "sandbox", request_body = Setting, responses((status = 204)))]
async fn set_behaviour(
    State(app): State<App>,
    Visitor(actor): Visitor,
    Json(setting): Json<Setting>,
) -> Result<StatusCode, Problem> {
    supervision::set(&app, &actor, setting).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the sandbox's supervising system was given under a key, and how often.
#[utoipa::path(get, path = "/api/v1/sandbox/supervision/filings/{key}", tag = "sandbox", params(("key" = String, Path)), responses((status = 200, body = Value)))]
async fn show_filing(State(app): State<App>, Path(key): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(supervision::shown(&app, &key).await?))
}

/// The sandbox's supervising system takes a filing.
#[utoipa::path(post, path = "/sandbox/supervision/filings", tag = "sandbox", security(("client" = [])), responses((status = 200), (status = 202)))]
async fn take_filing(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (key, Signed { actor, body }) = read(&app, request).await?;
    match supervision::receive(&app, &actor, &key, &body).await? {
        Some(said @ (Said::Accepted { .. } | Said::Refused { .. })) => Ok(Json(said).into_response()),
        Some(said @ Said::Pending) => Ok((StatusCode::ACCEPTED, Json(said)).into_response()),
        // Until the other side gives up waiting, which ends this request too.
        None => std::future::pending().await,
    }
}

/// The sandbox's medium takes a notice.
#[utoipa::path(post, path = "/sandbox/medium/notices", tag = "sandbox", security(("client" = [])), responses((status = 200, body = medium::Published)))]
async fn take_notice(State(app): State<App>, request: Request) -> Result<Json<medium::Published>, Problem> {
    let (key, Signed { actor, body }) = read(&app, request).await?;
    Ok(Json(medium::receive(&app, &actor, &key, &body).await?))
}

/// A notice on the sandbox's medium.
#[utoipa::path(get, path = "/sandbox/medium/notices/{key}", tag = "sandbox", params(("key" = String, Path)), responses((status = 200, body = Value)))]
async fn show_notice(State(app): State<App>, Path(key): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(medium::shown(&app, &key).await?))
}

/// A signed request with its key. Documents come in base64, so that four thirds of an upload are let in, and a little more for the rest.
async fn read(app: &App, request: Request) -> Result<(String, Signed), Problem> {
    let key = request.headers().get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let key = key.filter(|key| !key.is_empty() && key.len() <= 100).ok_or(SandboxError::KeyMissing)?;
    let limit = app.config.http.upload_limit_bytes / 3 * 4 + app.config.http.json_limit_bytes;
    Ok((key, Signed::read(request, app, limit).await?))
}
