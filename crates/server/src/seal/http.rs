//! HTTP of seals.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::ids::{CertificateId, ContractId, PersonId, SealGrantId, SealId};
use yinxin_domain::seal::{Grant, SealVerb};
use yinxin_domain::signing::SealType;

use super::errors::SealError;
use super::use_cases::{self, NewSeal, SeenSeal, StoredGrant};
use crate::actor::Actor;
use crate::app::App;
use crate::db::events::Recorded;
use crate::failure::Failure;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;

/// Dots per inch of a picture, when nothing else is asked for.
const SCREEN_DPI: u32 = 150;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(show))
        .routes(routes!(image_png))
        .routes(routes!(image_svg))
        .routes(routes!(grant))
        .routes(routes!(end_grant))
        .routes(routes!(suspend))
        .routes(routes!(resume))
        .routes(routes!(cancel))
}

/// A seal to be made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateSeal {
    /// `company`, `contract`, `finance`, `bid`, `legal_representative` or `personal_name`.
    #[schema(value_type = String)]
    seal_type: SealType,
    /// A certificate in force of the owner.
    #[schema(value_type = String)]
    certificate_id: CertificateId,
    /// Thirteen digits, if the seal is filed with the police; round seals only.
    code: Option<String>,
    /// For `legal_representative`: the member whose name it bears.
    #[schema(value_type = Option<String>)]
    person_id: Option<PersonId>,
}

/// The new seal.
#[derive(Serialize, utoipa::ToSchema)]
struct CreatedSeal {
    /// `seal_…`
    #[schema(value_type = String)]
    seal_id: SealId,
}

/// Makes a seal with the owner's verified name, signed by the seal maker: for an organisation by its administrator, a personal one by the person.
#[utoipa::path(post, path = "/api/v1/seals", tag = "seal", request_body = CreateSeal, responses((status = 201, body = CreatedSeal)))]
async fn create(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<CreateSeal>,
) -> Result<(StatusCode, Json<CreatedSeal>), Problem> {
    let CreateSeal { seal_type, certificate_id: certificate, code, person_id: person } = body;
    let new = NewSeal { seal_type, certificate, code, person };
    let seal_id = use_cases::create(&app, &actor, new).await?;
    Ok((StatusCode::CREATED, Json(CreatedSeal { seal_id })))
}

/// A seal as shown.
#[derive(Serialize, utoipa::ToSchema)]
struct SealOut {
    /// `seal_…`
    #[schema(value_type = String)]
    id: SealId,
    /// What it is for.
    #[schema(value_type = String)]
    seal_type: SealType,
    /// Its full name.
    name: String,
    /// `org_…` or `per_…`
    owner: String,
    /// The certificate that signs with it.
    #[schema(value_type = String)]
    certificate_id: CertificateId,
    /// Thirteen digits, if it is filed with the police.
    code: Option<String>,
    /// usable, suspended or cancelled.
    state: &'static str,
    /// Whether its certificate is in force; if not, the seal must be made anew with another.
    certificate_in_force: bool,
    /// Whether the actor may set it now.
    usable: bool,
    /// Width, mm.
    width_mm: f64,
    /// Height, mm.
    height_mm: f64,
    /// Microseconds UTC.
    created_at: i64,
}

impl SealOut {
    async fn of(app: &App, seen: SeenSeal) -> Result<Self, Failure> {
        let (width_mm, height_mm) = use_cases::size_mm(app, &seen.seal).await?;
        let SeenSeal { seal, certificate_in_force, usable } = seen;
        Ok(Self {
            id: seal.id,
            seal_type: seal.seal_type,
            name: seal.name,
            owner: seal.owner.to_string(),
            certificate_id: seal.certificate,
            code: seal.code,
            state: seal.state.as_str(),
            certificate_in_force,
            usable,
            width_mm,
            height_mm,
            created_at: seal.created_at,
        })
    }
}

/// Seals.
#[derive(Serialize, utoipa::ToSchema)]
struct Seals {
    /// The seals, newest first.
    items: Vec<SealOut>,
}

/// The seals that the actor may use or manages: acting for an organisation that organisation's, acting for himself his own.
#[utoipa::path(get, path = "/api/v1/seals", tag = "seal", responses((status = 200, body = Seals)))]
async fn list(State(app): State<App>, actor: Actor) -> Result<Json<Seals>, Problem> {
    let mut items = Vec::new();
    for seen in use_cases::list(&app, &actor).await? {
        items.push(SealOut::of(&app, seen).await?);
    }
    Ok(Json(Seals { items }))
}

/// A grant as shown.
#[derive(Serialize, utoipa::ToSchema)]
struct GrantOut {
    /// `grt_…`
    #[schema(value_type = String)]
    id: SealGrantId,
    /// Who may use the seal.
    #[schema(value_type = String)]
    person_id: PersonId,
    /// On which contract only; on all if absent.
    #[schema(value_type = Option<String>)]
    contract_id: Option<ContractId>,
    /// Until when, microseconds UTC; without end if absent.
    expires_at: Option<i64>,
    /// Microseconds UTC.
    created_at: i64,
}

impl From<StoredGrant> for GrantOut {
    fn from(stored: StoredGrant) -> Self {
        let Grant { person, contract, expires_at } = stored.grant;
        Self { id: stored.id, person_id: person, contract_id: contract, expires_at, created_at: stored.created_at }
    }
}

/// A seal with its grants and history.
#[derive(Serialize, utoipa::ToSchema)]
struct SealDetails {
    /// The seal.
    #[serde(flatten)]
    seal: SealOut,
    /// Who may use it beside the seal keepers; only for who manages it.
    grants: Vec<GrantOut>,
    /// What happened to it; only for who manages it.
    history: Vec<Recorded>,
}

/// A seal, for those who may use or manage it.
#[utoipa::path(get, path = "/api/v1/seals/{id}", tag = "seal", params(("id" = String, Path)), responses((status = 200, body = SealDetails)))]
async fn show(State(app): State<App>, actor: Actor, Path(id): Path<SealId>) -> Result<Json<SealDetails>, Problem> {
    let seen = use_cases::show(&app, &actor, id).await?;
    let (grants, history) = use_cases::particulars(&app, &actor, &seen.seal).await?;
    let grants = grants.into_iter().map(GrantOut::from).collect();
    Ok(Json(SealDetails { seal: SealOut::of(&app, seen).await?, grants, history }))
}

/// How fine.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct Resolution {
    /// Dots per inch, 36 to 1200; 150 if absent.
    dpi: Option<u32>,
}

/// The picture of a seal in its true size, with a transparent ground.
#[utoipa::path(get, path = "/api/v1/seals/{id}/image.png", tag = "seal", params(("id" = String, Path), Resolution), responses((status = 200, content_type = "image/png", body = Vec<u8>)))]
async fn image_png(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<SealId>,
    Query(query): Query<Resolution>,
) -> Result<Response, Problem> {
    let drawing = use_cases::drawing(&app, &actor, id).await?;
    let dpi = query.dpi.unwrap_or(SCREEN_DPI);
    let png = app.cpu(move || drawing.to_png(dpi)).await?.map_err(SealError::from)?;
    Ok(([(CONTENT_TYPE, "image/png")], png).into_response())
}

/// The picture of a seal as SVG, in millimetres.
#[utoipa::path(get, path = "/api/v1/seals/{id}/image.svg", tag = "seal", params(("id" = String, Path)), responses((status = 200, content_type = "image/svg+xml", body = String)))]
async fn image_svg(State(app): State<App>, actor: Actor, Path(id): Path<SealId>) -> Result<Response, Problem> {
    let drawing = use_cases::drawing(&app, &actor, id).await?;
    Ok(([(CONTENT_TYPE, "image/svg+xml")], drawing.to_svg()).into_response())
}

/// A right to use a seal.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewGrant {
    /// A member of the organisation.
    #[schema(value_type = String)]
    person_id: PersonId,
    /// On this contract only; on all if absent.
    #[schema(value_type = Option<String>)]
    contract_id: Option<ContractId>,
    /// Until when, microseconds UTC; without end if absent.
    expires_at: Option<i64>,
}

/// The new grant.
#[derive(Serialize, utoipa::ToSchema)]
struct Granted {
    /// `grt_…`
    #[schema(value_type = String)]
    grant_id: SealGrantId,
}

/// Lets a member use an organisation's seal; by an administrator.
#[utoipa::path(post, path = "/api/v1/seals/{id}/grants", tag = "seal", request_body = NewGrant, params(("id" = String, Path)), responses((status = 201, body = Granted)))]
async fn grant(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<SealId>,
    Json(body): Json<NewGrant>,
) -> Result<(StatusCode, Json<Granted>), Problem> {
    let grant = Grant { person: body.person_id, contract: body.contract_id, expires_at: body.expires_at };
    let grant_id = use_cases::grant(&app, &actor, id, grant).await?;
    Ok((StatusCode::CREATED, Json(Granted { grant_id })))
}

/// Withdraws a grant; by an administrator.
#[utoipa::path(delete, path = "/api/v1/seals/{id}/grants/{grant_id}", tag = "seal", params(("id" = String, Path), ("grant_id" = String, Path)), responses((status = 204)))]
async fn end_grant(
    State(app): State<App>,
    actor: Actor,
    Path((id, grant)): Path<(SealId, SealGrantId)>,
) -> Result<StatusCode, Problem> {
    use_cases::end_grant(&app, &actor, id, grant).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// Recorded in the seal's history.
    reason: String,
}

/// Suspends a seal (停用): nobody can use it until it is resumed.
#[utoipa::path(post, path = "/api/v1/seals/{id}/suspension", tag = "seal", request_body = Reason, params(("id" = String, Path)), responses((status = 204)))]
async fn suspend(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<SealId>,
    Json(body): Json<Reason>,
) -> Result<StatusCode, Problem> {
    use_cases::change_state(&app, &actor, id, SealVerb::Suspend, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Resumes a suspended seal (恢复).
#[utoipa::path(post, path = "/api/v1/seals/{id}/resumption", tag = "seal", params(("id" = String, Path)), responses((status = 204)))]
async fn resume(State(app): State<App>, actor: Actor, Path(id): Path<SealId>) -> Result<StatusCode, Problem> {
    use_cases::change_state(&app, &actor, id, SealVerb::Resume, "").await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Cancels a seal for ever (注销); a new one of the type can then be made.
#[utoipa::path(post, path = "/api/v1/seals/{id}/cancellation", tag = "seal", request_body = Reason, params(("id" = String, Path)), responses((status = 204)))]
async fn cancel(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<SealId>,
    Json(body): Json<Reason>,
) -> Result<StatusCode, Problem> {
    use_cases::change_state(&app, &actor, id, SealVerb::Cancel, &body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}
