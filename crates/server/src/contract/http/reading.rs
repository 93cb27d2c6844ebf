//! What is read of contracts over HTTP.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, SealId};

use super::answers::{ChecksOut, ContractOut};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::use_cases::{reading, standing, urging};
use crate::http::extract::{Json, Path, not_found};
use crate::http::file::{self, Keep};
use crate::http::problem::Problem;

/// A contract as who looks may see it.
#[utoipa::path(get, path = "/api/v1/contracts/{id}", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = ContractOut)))]
pub(super) async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<ContractOut>, Problem> {
    let seen = reading::show(&app, &actor, id).await?;
    let own = seen.loaded.contract.party_of_actor(&seen.who).map(|party| party.key);
    let again = match own {
        Some(party) => urging::urge_again_at(&app, id, party).await?,
        None => None,
    };
    let standing = standing::standing(&app, &actor, &seen).await?;
    Ok(Json(ContractOut::of(&seen, standing, again, app.now())?))
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

fn pdf(bytes: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, "application/pdf"), (CACHE_CONTROL, "private, no-store")], bytes.into()).into_response()
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

/// The latest revision of the document that who looks may see. It has an entity tag, and ranges of it can be asked for.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/document.pdf", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = 206, body = Vec<u8>, content_type = "application/pdf"), (status = 304)))]
pub(super) async fn document(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (sm3, bytes) = reading::document(&app, &actor, id).await?;
    Ok(file::answer(&headers, bytes, "application/pdf", &sm3.to_string(), Keep::Ask))
}

/// A revision of the document by its SM3 (`document_sm3`): what stands under this address never changes, and ranges of it can be asked for.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/documents/{sm3}", tag = "contract", security(("session" = [])), params(("id" = String, Path), ("sm3" = String, Path)), responses((status = 200, body = Vec<u8>, content_type = "application/pdf"), (status = 206, body = Vec<u8>, content_type = "application/pdf"), (status = 304)))]
pub(super) async fn revision(
    State(app): State<App>,
    actor: Actor,
    Path((id, sm3)): Path<(ContractId, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sm3 = Sm3Digest::parse(sm3.trim_end_matches(".pdf")).map_err(|_| not_found())?;
    let bytes = reading::revision(&app, &actor, id, sm3).await?;
    Ok(file::answer(&headers, bytes, "application/pdf", &sm3.to_string(), Keep::Forever))
}

/// The picture of a seal that stands on the contract.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/seals/{seal_id}/image.svg", tag = "contract", security(("session" = [])), params(("id" = String, Path), ("seal_id" = String, Path)), responses((status = 200, body = String, content_type = "image/svg+xml")))]
pub(super) async fn seal_image(
    State(app): State<App>,
    actor: Actor,
    Path((id, seal)): Path<(ContractId, SealId)>,
) -> Result<Response, Problem> {
    let svg = reading::seal_drawing(&app, &actor, id, seal).await?.to_svg();
    Ok(([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "private, max-age=3600")], svg).into_response())
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
