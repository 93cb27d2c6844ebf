//! The HTTP of filings.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::contract::Filing as Axis;
use yinxin_domain::ids::{ContractId, FilingId};

use super::errors::FilingError;
use super::push::Said;
use super::store::{Answer, Filing};
use super::use_cases::{self, Listed};
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::json;
use crate::http::problem::Problem;
use crate::http::signed::Signed;
use crate::page;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(resubmit)).routes(routes!(answer)).routes(routes!(list))
}

/// A contract's filing.
#[derive(Serialize, utoipa::ToSchema)]
struct FilingOut {
    /// not_wanted, not_due, due, pushed, accepted, refused.
    state: &'static str,
    /// The contract's version, to be named when it is submitted again.
    contract_version: i64,
    /// The last day for filing ("YYYY-MM-DD"), once the contract is signed.
    due_on: Option<String>,
    /// Whether that day rests on a calendar of holidays that is not announced yet.
    due_on_is_provisional: Option<bool>,
    /// Whether that day is past and the filing is not accepted.
    overdue: bool,
    /// The receipt of an accepted filing.
    receipt: Option<String>,
    /// Why it was refused.
    reason: Option<String>,
    /// What was pushed, first to last.
    submissions: Vec<SubmissionOut>,
}

/// One submission.
#[derive(Serialize, utoipa::ToSchema)]
struct SubmissionOut {
    /// `fil_…`
    id: String,
    /// From 1.
    attempt: u32,
    /// SM3 of the document that goes with it.
    document_sm3: String,
    /// Microseconds UTC.
    prepared_at: i64,
    /// Microseconds UTC, once the supervising system has it.
    pushed_at: Option<i64>,
    /// Microseconds UTC, once it is decided.
    answered_at: Option<i64>,
    /// Every answer, in the order they came.
    answers: Vec<AnswerOut>,
}

/// One answer of the supervising system.
#[derive(Serialize, utoipa::ToSchema)]
struct AnswerOut {
    /// Microseconds UTC.
    received_at: i64,
    /// accepted or refused.
    outcome: &'static str,
    /// The receipt.
    receipt: Option<String>,
    /// Why it refuses.
    reason: Option<String>,
    /// decided, repeated, superseded or contradictory.
    effect: String,
}

impl SubmissionOut {
    fn of(filing: &Filing, answers: Vec<Answer>) -> Self {
        let answer = |answer: Answer| AnswerOut {
            received_at: answer.received_at,
            outcome: if answer.accepted { "accepted" } else { "refused" },
            receipt: answer.receipt,
            reason: answer.reason,
            effect: answer.effect,
        };
        Self {
            id: filing.id.to_string(),
            attempt: filing.attempt,
            document_sm3: filing.package.document_sm3.to_string(),
            prepared_at: filing.prepared_at,
            pushed_at: filing.pushed_at,
            answered_at: filing.answered_at,
            answers: answers.into_iter().map(answer).collect(),
        }
    }
}

/// A contract's filing: its state, its clock, every submission and every answer.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/filing", tag = "filing", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = FilingOut)))]
async fn show(State(app): State<App>, actor: Actor, Path(id): Path<ContractId>) -> Result<Json<FilingOut>, Problem> {
    let seen = use_cases::show(&app, &actor, id).await?;
    let (state, receipt, reason) = match seen.contract.filing() {
        Axis::NotWanted => ("not_wanted", None, None),
        Axis::NotDue => ("not_due", None, None),
        Axis::Due { .. } => ("due", None, None),
        Axis::Pushed { .. } => ("pushed", None, None),
        Axis::Accepted { receipt, .. } => ("accepted", receipt.clone(), None),
        Axis::Refused { reason, .. } => ("refused", None, Some(reason.clone())),
    };
    let submissions = seen.submissions.into_iter().map(|(filing, answers)| SubmissionOut::of(&filing, answers));
    Ok(Json(FilingOut {
        state,
        contract_version: seen.contract.version(),
        due_on: seen.deadline.map(|deadline| deadline.last_day.to_string()),
        due_on_is_provisional: seen.deadline.map(|deadline| deadline.provisional),
        overdue: state != "accepted" && seen.deadline.is_some_and(|deadline| deadline.is_over(app.now())),
        receipt,
        reason,
        submissions: submissions.collect(),
    }))
}

/// A refused filing submitted again.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Resubmission {
    /// The contract's version that was looked at.
    version: i64,
    /// What the party says to it.
    #[serde(default)]
    note: String,
}

/// The contract afterwards.
#[derive(Serialize, utoipa::ToSchema)]
struct Resubmitted {
    /// Its version.
    contract_version: i64,
    /// The number of the new submission.
    attempt: u32,
}

/// Submits a refused filing again.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/filing/resubmission", tag = "filing", security(("session" = [])), params(("id" = String, Path)), request_body = Resubmission, responses((status = 200, body = Resubmitted)))]
async fn resubmit(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<Resubmission>,
) -> Result<Json<Resubmitted>, Problem> {
    let contract = use_cases::resubmit(&app, &actor, id, body.version, &body.note).await?;
    Ok(Json(Resubmitted { contract_version: contract.version(), attempt: contract.filing_attempt() }))
}

/// What an answer did.
#[derive(Serialize, utoipa::ToSchema)]
struct Answered {
    /// decided, repeated, superseded or contradictory.
    effect: &'static str,
}

/// The supervising system answers a submission, later than the push or once more. Signed (`X-Signature`).
#[utoipa::path(post, path = "/api/v1/filings/{id}/answers", tag = "filing", security(("client" = [])), params(("id" = String, Path)), request_body = Said, responses((status = 200, body = Answered)))]
async fn answer(
    State(app): State<App>,
    Path(id): Path<FilingId>,
    Signed { actor, body }: Signed,
) -> Result<Json<Answered>, Problem> {
    let said: Said = json::read(&body)?;
    if said == Said::Pending {
        return Err(FilingError::AnswerUnfit.into());
    }
    let effect = use_cases::answer(&app, &actor, id, said).await?;
    Ok(Json(Answered { effect: effect.code() }))
}

/// Which submissions to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct FilingQuery {
    /// waiting, accepted or refused; all if absent.
    outcome: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// One submission of some contract.
#[derive(Serialize, utoipa::ToSchema)]
struct FiledOut {
    /// `ctr_…`
    contract_id: String,
    /// The contract's number.
    number: String,
    /// Its title.
    title: String,
    /// The project's name.
    project_name: String,
    /// The names of the parties, purchaser first.
    parties: Vec<String>,
    /// The amount the text names, 分.
    amount_fen: i64,
    /// waiting, accepted or refused.
    outcome: &'static str,
    /// Whether a later submission of the contract follows it.
    resubmitted: bool,
    /// The submission with its answers.
    submission: SubmissionOut,
}

/// A page of submissions.
#[derive(Serialize, utoipa::ToSchema)]
struct FilingPage {
    /// Newest first.
    items: Vec<FiledOut>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Submissions of all contracts with their answers, newest first.
#[utoipa::path(get, path = "/api/v1/operator/filings", tag = "operator", security(("session" = [])), params(FilingQuery), responses((status = 200, body = FilingPage)))]
async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<FilingQuery>,
) -> Result<Json<FilingPage>, Problem> {
    let limit = page::limit(query.limit);
    let (outcome, cursor) = (query.outcome.unwrap_or_default(), query.cursor.unwrap_or_default());
    if !outcome.is_empty() {
        json::known_value("outcome", &outcome, &["waiting", "accepted", "refused"])?;
    }
    let found = use_cases::list(&app, &actor, &outcome, &cursor, limit).await?;
    let next_cursor = page::last(&found, limit).map(|one| one.filing.id.to_string());
    let item = |Listed { filing, answers, resubmitted }: Listed| FiledOut {
        contract_id: filing.contract.to_string(),
        number: filing.package.contract_number.clone(),
        title: filing.package.title.clone(),
        project_name: filing.package.project_name.clone(),
        parties: filing.package.parties.iter().map(|party| party.name.clone()).collect(),
        amount_fen: filing.package.amount_fen,
        outcome: match answers.iter().find(|answer| answer.effect == "decided") {
            None => "waiting",
            Some(answer) if answer.accepted => "accepted",
            Some(_) => "refused",
        },
        resubmitted,
        submission: SubmissionOut::of(&filing, answers),
    };
    Ok(Json(FilingPage { items: found.into_iter().map(item).collect(), next_cursor }))
}
