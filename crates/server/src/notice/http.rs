//! The HTTP of notices: for everybody, and for a contract's parties.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::contract::Notice as Axis;
use yinxin_domain::ids::{ContractId, NoticeId};

use super::errors::NoticeError;
use super::use_cases::{self, Seen};
use crate::actor::Actor;
use crate::app::App;
use crate::failure::Failure;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;
use crate::page;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(document))
        .routes(routes!(show_of_contract))
}

/// What to look for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Words in number, title, project or party names; at most 100 characters count.
    q: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// One line of the list.
#[derive(Serialize, utoipa::ToSchema)]
struct NoticeLine {
    /// `ntc_…`
    id: String,
    /// 合同编号.
    contract_number: String,
    /// 合同名称.
    title: String,
    /// 项目名称.
    project_name: String,
    /// 采购人.
    purchaser: String,
    /// 供应商.
    suppliers: Vec<String>,
    /// 合同金额, 分.
    amount_fen: i64,
    /// 合同签订日期, "YYYY-MM-DD".
    signed_on: String,
    /// Microseconds UTC.
    published_at: i64,
}

/// A page of notices.
#[derive(Serialize, utoipa::ToSchema)]
struct NoticePage {
    /// Newest first.
    items: Vec<NoticeLine>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Published notices, for everybody.
#[utoipa::path(get, path = "/api/v1/notices", tag = "notice", params(ListQuery), responses((status = 200, body = NoticePage)))]
async fn list(State(app): State<App>, Query(query): Query<ListQuery>) -> Result<Json<NoticePage>, Problem> {
    let limit = page::limit(query.limit.or(Some(20)));
    let words = query.q.as_deref().unwrap_or_default();
    let (notices, next_cursor) = use_cases::list_public(&app, words, query.cursor.as_deref(), limit).await?;
    let items = notices
        .into_iter()
        .filter_map(|notice| {
            let published_at = notice.published.as_ref()?.at;
            let content = notice.content;
            Some(NoticeLine {
                id: notice.id.to_string(),
                contract_number: content.contract_number,
                title: content.title,
                project_name: content.project_name,
                purchaser: content.purchaser.name,
                suppliers: content.suppliers.into_iter().map(|supplier| supplier.name).collect(),
                amount_fen: content.amount_fen,
                signed_on: content.signed_on.to_string(),
                published_at,
            })
        })
        .collect();
    Ok(Json(NoticePage { items, next_cursor }))
}

/// A whole notice.
#[derive(Serialize, utoipa::ToSchema)]
struct NoticeOut {
    /// `ntc_…`
    id: String,
    /// The fields of the notice (财办库〔2020〕50号, 合同公告).
    content: Value,
    /// SM3 of document.pdf.
    document_sm3: String,
    /// The medium's name, Chinese and English.
    medium: MediumOut,
    /// Microseconds UTC.
    published_at: i64,
    /// The medium's receipt.
    receipt: String,
    /// Where the medium shows it.
    address: String,
}

/// The medium's name.
#[derive(Serialize, utoipa::ToSchema)]
struct MediumOut {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// One published notice, for everybody.
#[utoipa::path(get, path = "/api/v1/notices/{id}", tag = "notice", params(("id" = String, Path)), responses((status = 200, body = NoticeOut)))]
async fn show(State(app): State<App>, Path(id): Path<NoticeId>) -> Result<Json<NoticeOut>, Problem> {
    let notice = use_cases::find_public(&app, id).await?;
    let published = notice.published.ok_or(NoticeError::Unknown)?;
    let content = serde_json::to_value(&notice.content).map_err(|error| Failure::damaged("notices.content", error))?;
    Ok(Json(NoticeOut {
        id: notice.id.to_string(),
        content,
        document_sm3: notice.document.to_string(),
        medium: MediumOut { zh: notice.medium.zh, en: notice.medium.en },
        published_at: published.at,
        receipt: published.receipt,
        address: published.address,
    }))
}

/// The document of a published notice, for everybody.
#[utoipa::path(get, path = "/api/v1/notices/{id}/document.pdf", tag = "notice", params(("id" = String, Path)), responses((status = 200, content_type = "application/pdf")))]
async fn document(State(app): State<App>, Path(id): Path<NoticeId>) -> Result<impl IntoResponse, Problem> {
    let bytes = use_cases::document(&app, id).await?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], bytes))
}

/// A contract's notice.
#[derive(Serialize, utoipa::ToSchema)]
struct ContractNotice {
    /// not_wanted, not_due, due, submitted, published, exempt.
    state: &'static str,
    /// The medium's name.
    medium: Option<MediumOut>,
    /// The last day for publication ("YYYY-MM-DD"), once the contract is signed.
    due_on: Option<String>,
    /// Whether that day rests on a calendar of holidays that is not announced yet.
    due_on_is_provisional: Option<bool>,
    /// Whether that day is past and the notice is neither published nor exempt.
    overdue: bool,
    /// `ntc_…`, once it is published.
    notice_id: Option<String>,
    /// The medium's receipt.
    receipt: Option<String>,
    /// Where the medium shows it.
    address: Option<String>,
    /// On what ground it is exempt.
    exempt_ground: Option<String>,
    /// By which document it is exempt.
    exempt_document: Option<String>,
}

/// A contract's notice: its state and its clock.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/notice", tag = "notice", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = ContractNotice)))]
async fn show_of_contract(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<ContractNotice>, Problem> {
    let Seen { contract, medium, deadline, notice } = use_cases::show(&app, &actor, id).await?;
    let (state, exempt) = match contract.notice() {
        Axis::NotWanted => ("not_wanted", None),
        Axis::NotDue => ("not_due", None),
        Axis::Due { .. } => ("due", None),
        Axis::Submitted { .. } => ("submitted", None),
        Axis::Published { .. } => ("published", None),
        Axis::Exempt { ground, document, .. } => ("exempt", Some((ground.clone(), document.clone()))),
    };
    let (exempt_ground, exempt_document) = exempt.unzip();
    let settled = matches!(state, "not_wanted" | "published" | "exempt");
    let (notice_id, published) = match notice {
        Some(notice) if notice.published.is_some() => (Some(notice.id.to_string()), notice.published),
        Some(_) | None => (None, None),
    };
    let (receipt, address) = published.map(|published| (published.receipt, published.address)).unzip();
    Ok(Json(ContractNotice {
        state,
        medium: medium.map(|medium| MediumOut { zh: medium.zh, en: medium.en }),
        due_on: deadline.map(|deadline| deadline.last_day.to_string()),
        due_on_is_provisional: deadline.map(|deadline| deadline.provisional),
        overdue: !settled && deadline.is_some_and(|deadline| deadline.is_over(app.now())),
        notice_id,
        receipt,
        address,
        exempt_ground,
        exempt_document,
    }))
}
