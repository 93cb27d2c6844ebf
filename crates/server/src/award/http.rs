//! HTTP of awards.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::ids::{AwardId, ClientId, ContractId, OrganisationId, PushId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::template;

use super::store::{AwardParty, AwardState, Push, StoredAward};
use super::use_cases::{self, PushOutcome, Pushed};
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::json;
use crate::http::problem::Problem;
use crate::http::signed::Signed;
use crate::page;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(push, list))
        .routes(routes!(show))
        .routes(routes!(cancel))
        .routes(routes!(list_pushes))
        .routes(routes!(recheck_push))
}

/// What became of an accepted push.
#[derive(Serialize, utoipa::ToSchema)]
struct PushAnswer {
    /// `awd_…`
    #[schema(value_type = String)]
    award_id: AwardId,
    /// created, corrected or unchanged.
    outcome: PushOutcome,
    /// Grows with every change of the award.
    version: i64,
    /// Members of the file that were not understood and are no part of the award.
    ignored: Vec<String>,
}

impl From<Pushed> for PushAnswer {
    fn from(pushed: Pushed) -> Self {
        let Pushed { award, outcome, version, ignored } = pushed;
        Self { award_id: award, outcome, version, ignored }
    }
}

/// Receives an award (`yinxin.award/1`), signed by a trading or mall system.
#[utoipa::path(post, path = "/api/v1/awards", tag = "award", request_body(content = Object, description = "yinxin.award/1, see samples/award.schema.json"),
    responses((status = 201, body = PushAnswer), (status = 200, body = PushAnswer), (status = 422, description = "All faults of the file"), (status = 409, description = "Drafting has started, or a lot is taken")))]
async fn push(State(app): State<App>, signed: Signed) -> Result<(StatusCode, Json<PushAnswer>), Problem> {
    let pushed = use_cases::push(&app, &signed.actor, signed.body).await?;
    let status = match pushed.outcome {
        PushOutcome::Created => StatusCode::CREATED,
        PushOutcome::Corrected | PushOutcome::Unchanged => StatusCode::OK,
    };
    Ok((status, Json(pushed.into())))
}

/// Why an award is cancelled.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Cancellation {
    /// 1 to 500 characters.
    reason: String,
}

/// The state of an award after its cancellation.
#[derive(Serialize, utoipa::ToSchema)]
struct CancellationAnswer {
    /// `awd_…`
    #[schema(value_type = String)]
    award_id: AwardId,
    /// cancelled.
    state: AwardState,
}

/// Cancels an award from which no contract has been begun, signed by the system that pushed it.
#[utoipa::path(post, path = "/api/v1/awards/{id}/cancellation", tag = "award", params(("id" = String, Path)), request_body = Cancellation, responses((status = 200, body = CancellationAnswer), (status = 409, description = "Drafting has started")))]
async fn cancel(
    State(app): State<App>,
    Path(id): Path<AwardId>,
    signed: Signed,
) -> Result<Json<CancellationAnswer>, Problem> {
    let body: Cancellation = json::read(&signed.body)?;
    let award = use_cases::cancel(&app, &signed.actor, id, &body.reason).await?;
    Ok(Json(CancellationAnswer { award_id: award.id, state: award.state }))
}

/// An award in a list.
#[derive(Serialize, utoipa::ToSchema)]
struct AwardSummary {
    /// `awd_…`
    #[schema(value_type = String)]
    award_id: AwardId,
    /// open, drafting or cancelled.
    state: AwardState,
    /// Grows with every change.
    version: i64,
    /// The flow profile.
    profile: String,
    /// goods, services or works.
    category: &'static str,
    /// The project's number.
    project_code: String,
    /// The project's name.
    project_name: String,
    /// The lots' codes.
    lots: Vec<String>,
    /// The order's number.
    order_code: Option<String>,
    /// The purchaser's name.
    purchaser: String,
    /// The suppliers' names.
    suppliers: Vec<String>,
    /// The amount in 分.
    amount_fen: i64,
    /// The amount in capital numerals.
    amount_capitals: String,
    /// The last day for signing (政府采购法 art. 46), if an award notice was issued.
    sign_by: Option<SignBy>,
    /// The contract begun from it.
    #[schema(value_type = Option<String>)]
    contract_id: Option<ContractId>,
    /// Microseconds UTC.
    created_at: i64,
    /// Microseconds UTC.
    updated_at: i64,
}

/// The last day for signing.
#[derive(Serialize, utoipa::ToSchema)]
struct SignBy {
    /// The day, ends at 24:00 in China.
    #[schema(value_type = String)]
    last_day: Date,
    /// Whether the day may move, because the year's holidays are not announced.
    provisional: bool,
    /// Whether the day is past.
    overdue: bool,
}

fn summary(stored: StoredAward, now: i64) -> AwardSummary {
    let award = stored.award;
    let sign_by = award.award_notice.as_ref().map(|notice| {
        let rules = RuleTables::bundled().in_force(notice.issued_on);
        let deadline = rules.sign_deadline(notice.issued_on, WorkingDays::bundled());
        SignBy { last_day: deadline.last_day, provisional: deadline.provisional, overdue: deadline.is_over(now) }
    });
    AwardSummary {
        award_id: stored.id,
        state: stored.state,
        version: stored.version,
        category: award.project.category.as_str(),
        profile: award.profile,
        project_code: award.project.code,
        project_name: award.project.name,
        lots: award.lots.into_iter().map(|lot| lot.code).collect(),
        order_code: award.order.map(|order| order.code),
        purchaser: award.purchaser.name,
        suppliers: award.suppliers.into_iter().map(|supplier| supplier.name).collect(),
        amount_fen: award.amount.fen(),
        amount_capitals: award.amount.to_capitals(),
        sign_by,
        contract_id: stored.contract,
        created_at: stored.created_at,
        updated_at: stored.updated_at,
    }
}

/// A page of awards.
#[derive(Serialize, utoipa::ToSchema)]
struct AwardPage {
    /// Newest first.
    items: Vec<AwardSummary>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Which awards to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct AwardQuery {
    /// open (from which a contract can be begun; oldest first), drafting or cancelled; all if absent, newest first.
    state: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// Awards of the organisation acted for, or all for an operator.
#[utoipa::path(get, path = "/api/v1/awards", tag = "award", params(AwardQuery), responses((status = 200, body = AwardPage)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<AwardQuery>,
) -> Result<Json<AwardPage>, Problem> {
    let limit = page::limit(query.limit);
    let state = match query.state.as_deref() {
        None | Some("") => None,
        Some("open") => Some(AwardState::Open),
        Some("drafting") => Some(AwardState::Drafting),
        Some("cancelled") => Some(AwardState::Cancelled),
        Some(_) => return Err(json::unknown_value("state", &["open", "drafting", "cancelled"]).into()),
    };
    let awards = use_cases::list(&app, &actor, state, query.cursor.as_deref().unwrap_or(""), limit).await?;
    let next_cursor = page::last(&awards, limit).map(|award| award.id.to_string());
    let now = app.now();
    Ok(Json(AwardPage { items: awards.into_iter().map(|award| summary(award, now)).collect(), next_cursor }))
}

/// A party of an award.
#[derive(Serialize, utoipa::ToSchema)]
struct PartyView {
    /// `A` for the purchaser, `B`, `C` … for the suppliers.
    key: String,
    /// `org_…`
    #[schema(value_type = String)]
    organisation_id: OrganisationId,
}

/// An award whole.
#[derive(Serialize, utoipa::ToSchema)]
struct AwardView {
    /// What lists show.
    #[serde(flatten)]
    summary: AwardSummary,
    /// The parties' organisations.
    parties: Vec<PartyView>,
    /// Templates that fit (S0-006).
    templates: Vec<String>,
    /// The award as checked; amounts are in 分.
    #[schema(value_type = Object)]
    award: serde_json::Value,
}

/// An award, for its parties and operators.
#[utoipa::path(get, path = "/api/v1/awards/{id}", tag = "award", params(("id" = String, Path)), responses((status = 200, body = AwardView)))]
async fn show(State(app): State<App>, actor: Actor, Path(id): Path<AwardId>) -> Result<Json<AwardView>, Problem> {
    let (stored, parties) = use_cases::show(&app, &actor, id).await?;
    let fitting = template::all().iter().filter(|template| template.fits(&stored.award));
    let templates = fitting.map(template::Template::id).collect();
    let award =
        serde_json::to_value(&stored.award).map_err(|error| crate::failure::Failure::damaged("awards", error))?;
    let parties = parties
        .into_iter()
        .map(|AwardParty { key, organisation }| PartyView { key, organisation_id: organisation })
        .collect();
    Ok(Json(AwardView { summary: summary(stored, app.now()), parties, templates, award }))
}

/// Which pushes to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct PushQuery {
    /// created, corrected, refused or conflict; all if absent.
    outcome: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// A push.
#[derive(Serialize, utoipa::ToSchema)]
struct PushView {
    /// `psh_…`
    #[schema(value_type = String)]
    push_id: PushId,
    /// `cli_…`
    #[schema(value_type = String)]
    client_id: ClientId,
    /// Microseconds UTC.
    received_at: i64,
    /// created, corrected, refused or conflict.
    outcome: String,
    /// The award it made or changed, or the one that stood in its way.
    #[schema(value_type = Option<String>)]
    award_id: Option<AwardId>,
    /// SM3 of the body as it came.
    #[schema(value_type = String)]
    file_sm3: yinxin_domain::identifiers::Sm3Digest,
    /// What was wrong, in both languages.
    #[schema(value_type = Vec<Object>)]
    faults: Vec<yinxin_domain::award::Fault>,
}

/// A page of pushes.
#[derive(Serialize, utoipa::ToSchema)]
struct PushPage {
    /// Newest first.
    items: Vec<PushView>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Pushes that changed something or were refused, with their faults.
#[utoipa::path(get, path = "/api/v1/operator/pushes", tag = "operator", params(PushQuery), responses((status = 200, body = PushPage)))]
async fn list_pushes(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<PushQuery>,
) -> Result<Json<PushPage>, Problem> {
    let limit = page::limit(query.limit);
    let outcome = query.outcome.as_deref().unwrap_or("");
    if !outcome.is_empty() {
        json::known_value("outcome", outcome, &["created", "corrected", "refused", "conflict"])?;
    }
    let pushes = use_cases::pushes(&app, &actor, outcome, query.cursor.as_deref().unwrap_or(""), limit).await?;
    let next_cursor = page::last(&pushes, limit).map(|push| push.id.to_string());
    let view = |push: Push| PushView {
        push_id: push.id,
        client_id: push.client,
        received_at: push.received_at,
        outcome: push.outcome,
        award_id: push.award,
        file_sm3: push.file,
        faults: push.faults,
    };
    Ok(Json(PushPage { items: pushes.into_iter().map(view).collect(), next_cursor }))
}

/// Checks a refused push again as it came, and takes it in the name of who pushed it if it is sound now.
#[utoipa::path(post, path = "/api/v1/operator/pushes/{id}/recheck", tag = "operator", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = PushAnswer)))]
async fn recheck_push(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PushId>,
) -> Result<Json<PushAnswer>, Problem> {
    Ok(Json(use_cases::recheck(&app, &actor, id).await?.into()))
}
