//! What is done to a contract over HTTP. Every request names the version it was made on; the answer names the next.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};
use yinxin_domain::calendar::Date;
use yinxin_domain::contract::axes::Payment;
use yinxin_domain::ids::{AwardId, ContractId};

use super::answers::MovedOut;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::use_cases::review::Confirmed;
use crate::contract::use_cases::{drafting, review, signing};
use crate::http::extract::{Json, Path, PdfBody, Query};
use crate::http::problem::Problem;

type Moved = Result<Json<MovedOut>, Problem>;

/// What a contract begins with.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BeginBody {
    /// `awd_…`
    #[schema(value_type = String)]
    award_id: AwardId,
    /// A template that fits the award: `goods-1`.
    template_id: String,
}

/// Begins a contract: the first draft locks the award.
#[utoipa::path(post, path = "/api/v1/contracts", tag = "contract", security(("session" = [])), request_body = BeginBody, responses((status = 201, body = MovedOut)))]
pub(super) async fn begin(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<BeginBody>,
) -> Result<(StatusCode, Json<MovedOut>), Problem> {
    let contract = drafting::begin(&app, &actor, body.award_id, &body.template_id).await?;
    Ok((StatusCode::CREATED, Json(contract.into())))
}

/// Changed fields of a draft.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditBody {
    /// The version that was edited.
    version: i64,
    /// Values by field id; null clears one.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Why fields depart from the award, by field id; an empty text takes one back. The reviewer reads them.
    #[serde(default)]
    reasons: BTreeMap<String, String>,
}

/// Where a file belongs.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachQuery {
    /// A slot of the flow profile: `scan`, `invoice`.
    kind: String,
    /// The file's name.
    name: String,
}

/// Attaches a PDF.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/attachments", tag = "contract", security(("session" = [])), params(("id" = String, Path), AttachQuery), request_body(content = Vec<u8>, content_type = "application/pdf"), responses((status = 201, body = MovedOut)))]
pub(super) async fn attach(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Query(query): Query<AttachQuery>,
    PdfBody(file): PdfBody,
) -> Result<(StatusCode, Json<MovedOut>), Problem> {
    let contract = drafting::attach(&app, &actor, id, &query.kind, &query.name, file.to_vec()).await?;
    Ok((StatusCode::CREATED, Json(contract.into())))
}

/// The version that was looked at.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VersionBody {
    /// The version that was looked at.
    version: i64,
}

/// The version that was looked at, and why.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonBody {
    /// The version that was looked at.
    version: i64,
    /// Why, 1 to 500 characters.
    reason: String,
}

/// What a reviewer says when he confirms.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmBody {
    /// The version that was looked at.
    version: i64,
    /// The code of the payment method, where the flow profile asks.
    payment_method: Option<String>,
    /// The payment amount, 分, where the flow profile asks.
    payment_amount_fen: Option<i64>,
    /// Whether it will be sealed online (是否进行线上签章).
    online: bool,
    /// On paper: the date of signing that the paper bears, YYYY-MM-DD.
    #[schema(value_type = Option<String>)]
    signed_on: Option<Date>,
}

/// A supervisor's document, and why.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SupervisionBody {
    /// The version that was looked at.
    version: i64,
    /// The supervisor's document, by its number.
    document: String,
    /// Why, 1 to 500 characters.
    reason: String,
}

/// A supervisor's document.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResumeBody {
    /// The version that was looked at.
    version: i64,
    /// The supervisor's document, by its number.
    document: String,
}

/// Saves changed fields. 409 `contract.edited_meanwhile` says who was faster, when, and which fields he changed.
#[utoipa::path(patch, path = "/api/v1/contracts/{id}/draft", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = EditBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn edit(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<EditBody>,
) -> Moved {
    Ok(Json(drafting::edit(&app, &actor, id, body.version, &body.fields, &body.reasons).await?.into()))
}

/// 发送: gives the draft to its reviewer.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/send", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = VersionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn send(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<VersionBody>,
) -> Moved {
    Ok(Json(drafting::send(&app, &actor, id, body.version).await?.into()))
}

/// 撤回: takes a sent draft back before the reviewer has acted.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/withdrawal", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = VersionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn withdraw(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<VersionBody>,
) -> Moved {
    Ok(Json(drafting::withdraw(&app, &actor, id, body.version).await?.into()))
}

/// 确认: agrees to the text, which can no longer change.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/confirmation", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = ConfirmBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn confirm(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<ConfirmBody>,
) -> Moved {
    let ConfirmBody { version, payment_method, payment_amount_fen, online, signed_on } = body;
    // An amount that is missing is refused as one that is not above zero.
    let payment = payment_method.map(|method| Payment { method, amount_fen: payment_amount_fen.unwrap_or(0) });
    let said = Confirmed { payment, online, signed_on };
    Ok(Json(review::confirm(&app, &actor, id, version, said).await?.into()))
}

/// 退回: sends the draft back with a reason.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/return", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = ReasonBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn return_draft(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<ReasonBody>,
) -> Moved {
    Ok(Json(review::return_draft(&app, &actor, id, body.version, &body.reason).await?.into()))
}

/// 修改: the reviewer takes the draft to change it himself.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/modification", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = VersionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn modify(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<VersionBody>,
) -> Moved {
    Ok(Json(review::modify(&app, &actor, id, body.version).await?.into()))
}

/// 清稿: ends the draft; the text can no longer change.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/freeze", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = VersionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn freeze(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<VersionBody>,
) -> Moved {
    Ok(Json(drafting::freeze(&app, &actor, id, body.version).await?.into()))
}

/// 同意: what this party sealed becomes part of the contract.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/agreement", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = VersionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn agree(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<VersionBody>,
) -> Moved {
    Ok(Json(signing::agree(&app, &actor, id, body.version).await?.into()))
}

/// 不同意: ends the sealed text and opens a new draft.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/disagreement", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = ReasonBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn disagree(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<ReasonBody>,
) -> Moved {
    Ok(Json(signing::disagree(&app, &actor, id, body.version, &body.reason).await?.into()))
}

/// 拒签: refuses to sign; the contract ends.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/rejection", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = ReasonBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn reject(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<ReasonBody>,
) -> Moved {
    Ok(Json(signing::reject(&app, &actor, id, body.version, &body.reason).await?.into()))
}

/// 撤销: the party that began the contract ends it.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/revocation", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = ReasonBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<ReasonBody>,
) -> Moved {
    Ok(Json(drafting::revoke(&app, &actor, id, body.version, &body.reason).await?.into()))
}

/// 暂停: halts a contract by a supervisor's document (operator).
#[utoipa::path(post, path = "/api/v1/operator/contracts/{id}/hold", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = SupervisionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn hold(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<SupervisionBody>,
) -> Moved {
    let SupervisionBody { version, document, reason } = body;
    Ok(Json(signing::put_on_hold(&app, &actor, id, version, &document, &reason).await?.into()))
}

/// 恢复: lets a contract go on (operator).
#[utoipa::path(post, path = "/api/v1/operator/contracts/{id}/resumption", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = ResumeBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn resume(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<ResumeBody>,
) -> Moved {
    Ok(Json(signing::resume(&app, &actor, id, body.version, &body.document).await?.into()))
}

/// 免予公告: exempts a contract from publication (operator); `reason` is the ground.
#[utoipa::path(post, path = "/api/v1/operator/contracts/{id}/notice-exemption", tag = "contract", security(("session" = [])), params(("id" = String, Path)), request_body = SupervisionBody, responses((status = 200, body = MovedOut)))]
pub(super) async fn exempt_notice(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<SupervisionBody>,
) -> Moved {
    let SupervisionBody { version, document, reason } = body;
    Ok(Json(signing::exempt_notice(&app, &actor, id, version, &document, &reason).await?.into()))
}
