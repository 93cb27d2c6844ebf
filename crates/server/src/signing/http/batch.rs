//! HTTP of 批量签署.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::ids::{BatchId, ContractId};
use yinxin_domain::money::Money;
use yinxin_domain::signing::{Intent, IntentState, MOST_IN_BATCH, Summary};
use zeroize::Zeroizing;

use super::{EndingBody, PasswordBody, PlacementBody, SummaryBody, TicketAnswer, WarningBody};
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::{Problem, PublicError as _};
use crate::signing::use_cases::batch::confirm::{self, BatchConfirmed, Wanted, sum_fen};
use crate::signing::use_cases::batch::desk::{self, BatchDesk, Ready};
use crate::signing::use_cases::batch::outcome::{self, Fate, OneOutcome, Outcome};
use crate::signing::use_cases::batch::{Apart, release};
use crate::signing::use_cases::complete::Completed;
use crate::signing::use_cases::release::release_batch;

/// The routes of several contracts.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_batch_desk))
        .routes(routes!(open_batch))
        .routes(routes!(show_batch))
        .routes(routes!(set_batch_ending))
        .routes(routes!(prove_batch_password))
        .routes(routes!(sign_batch))
}

/// The contracts that were chosen.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct ChosenQuery {
    /// Ids of contracts, separated by commas; at most 20.
    contracts: String,
}

/// The chosen contracts: what can be signed together, and what cannot, with the reason.
#[derive(Serialize, ToSchema)]
struct BatchDeskAnswer {
    /// The most contracts that can be signed together.
    most: usize,
    /// Those that can be signed together.
    ready: Vec<ReadyBody>,
    /// The others.
    apart: Vec<ApartBody>,
    /// The certificates whose passwords release all that is ready.
    certificates: Vec<String>,
}

/// A contract that can be signed with others.
#[derive(Serialize, ToSchema)]
struct ReadyBody {
    /// `ctr_…`
    contract_id: String,
    /// Its number.
    number: String,
    /// The version that a confirmation must name.
    version: i64,
    /// Where its document is read; what stands under this address never changes.
    document: String,
    /// What ends its step is called so, Chinese.
    submit_zh: String,
    /// … and so in English.
    submit_en: String,
    /// The placements that its text suggests, as a confirmation takes them.
    placements: Vec<PlacementBody>,
    /// What the signer will be shown.
    summary: SummaryBody,
    /// What he should look at, though it may be.
    warnings: Vec<WarningBody>,
}

/// A contract that cannot be signed with the others.
#[derive(Serialize, ToSchema)]
struct ApartBody {
    /// As it was asked for.
    contract_id: String,
    /// Its title; none if it cannot be seen.
    title: Option<String>,
    /// Its number.
    number: Option<String>,
    /// A stable code.
    code: String,
    /// Why, and what to do, Chinese.
    reason_zh: String,
    /// … and in English.
    reason_en: String,
}

impl From<Apart> for ApartBody {
    fn from(Apart { contract, known, why, .. }: Apart) -> Self {
        let public = why.public();
        let (title, number) = known.unzip();
        Self {
            contract_id: contract,
            title,
            number,
            code: public.code().to_string(),
            reason_zh: public.detail().zh.to_string(),
            reason_en: public.detail().en.to_string(),
        }
    }
}

impl From<Ready> for ReadyBody {
    fn from(Ready { number, placements, drawn, submit }: Ready) -> Self {
        let intent = &drawn.intent;
        Self {
            contract_id: intent.contract.to_string(),
            number,
            version: intent.contract_version,
            document: format!("/api/v1/contracts/{}/documents/{}", intent.contract, intent.document),
            submit_zh: submit.zh,
            submit_en: submit.en,
            placements: placements.into_iter().map(Into::into).collect(),
            summary: SummaryBody::of(intent, &drawn.summary),
            warnings: drawn.warnings.into_iter().map(Into::into).collect(),
        }
    }
}

/// What can be signed together of the contracts chosen, each with the marks that its text suggests; and what cannot, with the reason.
#[utoipa::path(get, path = "/api/v1/batch-desk", tag = "signing", params(ChosenQuery), responses((status = 200, body = BatchDeskAnswer)))]
async fn show_batch_desk(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ChosenQuery>,
) -> Result<Json<BatchDeskAnswer>, Problem> {
    let chosen: Vec<String> =
        query.contracts.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect();
    let BatchDesk { ready, apart, certificates } = desk::show(&app, &actor, &chosen).await?;
    Ok(Json(BatchDeskAnswer {
        most: MOST_IN_BATCH,
        ready: ready.into_iter().map(Into::into).collect(),
        apart: apart.into_iter().map(Into::into).collect(),
        certificates: certificates.iter().map(ToString::to_string).collect(),
    }))
}

/// What the signer wants to sign together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BatchBody {
    /// 1 to 20 contracts.
    contracts: Vec<BatchContractBody>,
    /// 结束签章: whether the step of each contract ends with it.
    #[serde(default)]
    ends_step: bool,
}

/// One contract of a batch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BatchContractBody {
    /// `ctr_…`
    #[schema(value_type = String)]
    contract_id: ContractId,
    /// The version that the signer sees.
    version: i64,
    /// The placements; frozen by the confirmation.
    placements: Vec<PlacementBody>,
}

/// A confirmed batch.
#[derive(Serialize, ToSchema)]
struct BatchAnswer {
    /// `bat_…`
    batch_id: String,
    /// Each contract's intent and what the signer is shown of it, in the order in which they were named.
    contracts: Vec<BatchIntentBody>,
    /// The certificates whose passwords release the keys.
    certificates: Vec<String>,
    /// What all of them come to, 分.
    sum_fen: i64,
    /// The same in capitals.
    sum_capitals: Option<String>,
    /// 结束签章: whether the step of each contract ends with it.
    ends_step: bool,
    /// When the batch can no longer be used, microseconds UTC.
    expires_at: i64,
}

/// One contract of a confirmed batch.
#[derive(Serialize, ToSchema)]
struct BatchIntentBody {
    /// `int_…`
    intent_id: String,
    /// `ctr_…`
    contract_id: String,
    /// What the signer is shown, and what the intent is bound to.
    summary: SummaryBody,
}

impl From<&(Intent, Summary)> for BatchIntentBody {
    fn from((intent, summary): &(Intent, Summary)) -> Self {
        Self {
            intent_id: intent.id.to_string(),
            contract_id: intent.contract.to_string(),
            summary: SummaryBody::of(intent, summary),
        }
    }
}

impl From<BatchConfirmed> for BatchAnswer {
    fn from(BatchConfirmed { batch, contracts }: BatchConfirmed) -> Self {
        let sum = sum_fen(contracts.iter().map(|(_, summary)| summary));
        Self {
            batch_id: batch.id.to_string(),
            contracts: contracts.iter().map(Into::into).collect(),
            certificates: batch.certificates.iter().map(ToString::to_string).collect(),
            sum_fen: sum,
            sum_capitals: Money::from_fen(sum).ok().map(Money::to_capitals),
            ends_step: batch.ends_step,
            expires_at: batch.expires_at,
        }
    }
}

/// Freezes the placements of every contract, shows what will be signed, and sends one code to the signer's phone; all of them or none.
#[utoipa::path(post, path = "/api/v1/signing-batches", tag = "signing", request_body = BatchBody, responses((status = 201, body = BatchAnswer)))]
async fn open_batch(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<BatchBody>,
) -> Result<(StatusCode, Json<BatchAnswer>), Problem> {
    let wanted: Vec<Wanted> = body
        .contracts
        .into_iter()
        .map(|one| Wanted {
            contract: one.contract_id,
            version: one.version,
            placements: one.placements.into_iter().map(Into::into).collect(),
        })
        .collect();
    let confirmed = confirm::confirm(&app, &actor, &wanted, body.ends_step).await?;
    Ok((StatusCode::CREATED, Json(confirmed.into())))
}

/// Chooses anew whether the steps end with a batch; refused once a password was checked.
#[utoipa::path(post, path = "/api/v1/signing-batches/{id}/ending", tag = "signing", params(("id" = String, Path)), request_body = EndingBody, responses((status = 200, body = BatchAnswer)))]
async fn set_batch_ending(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BatchId>,
    Json(body): Json<EndingBody>,
) -> Result<Json<BatchAnswer>, Problem> {
    Ok(Json(confirm::choose_ending(&app, &actor, id, body.ends_step).await?.into()))
}

/// Checks a certificate's password for one batch.
#[utoipa::path(post, path = "/api/v1/signing-batches/{id}/password", tag = "signing", params(("id" = String, Path)), request_body = PasswordBody, responses((status = 200, body = TicketAnswer)))]
async fn prove_batch_password(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BatchId>,
    Json(body): Json<PasswordBody>,
) -> Result<Json<TicketAnswer>, Problem> {
    Ok(Json(release_batch(&app, &actor, id, body.certificate_id, body.certificate_password).await?.into()))
}

/// The proofs of a batch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseBody {
    /// The tickets, in any order.
    #[schema(value_type = Vec<String>)]
    tickets: Vec<Zeroizing<String>>,
    /// The code from the signer's phone.
    sms_code: String,
}

/// Releases the intents of a batch: each is then completed by itself, with the same tickets and without a code.
#[utoipa::path(post, path = "/api/v1/signing-batches/{id}/release", tag = "signing", params(("id" = String, Path)), request_body = ReleaseBody, responses((status = 204)))]
async fn sign_batch(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BatchId>,
    Json(body): Json<ReleaseBody>,
) -> Result<StatusCode, Problem> {
    release::release(&app, &actor, id, &body.tickets, &body.sms_code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A batch with what has become of it.
#[derive(Serialize, ToSchema)]
struct BatchOutcomeAnswer {
    /// `bat_…`
    batch_id: String,
    /// issued, proved (the password), released, cancelled, expired
    state: &'static str,
    /// 结束签章: whether the step of each contract ends with it.
    ends_step: bool,
    /// When the batch can no longer be used, microseconds UTC.
    expires_at: i64,
    /// Its contracts.
    contracts: Vec<OneOutcomeBody>,
}

/// One contract of a batch.
#[derive(Serialize, ToSchema)]
struct OneOutcomeBody {
    /// `int_…`
    intent_id: String,
    /// `ctr_…`
    contract_id: String,
    /// Its number; none if it can no longer be seen.
    number: Option<String>,
    /// Its title.
    title: String,
    /// The amount in 分.
    amount_fen: Option<i64>,
    /// waiting, signed (not sent), sent, missed
    state: &'static str,
    /// What the completion answered, once it is signed.
    completed: Option<Completed>,
    /// Why it was missed: a stable code.
    code: Option<&'static str>,
    /// Why, and what to do, Chinese.
    reason_zh: Option<String>,
    /// … and in English.
    reason_en: Option<String>,
}

impl From<OneOutcome> for OneOutcomeBody {
    fn from(OneOutcome { intent, summary, number, fate }: OneOutcome) -> Self {
        let (state, completed, missed) = match fate {
            Fate::Waiting => ("waiting", None, None),
            Fate::Signed(completed) => (if completed.step_ended { "sent" } else { "signed" }, Some(completed), None),
            Fate::Missed { code, why } => ("missed", None, Some((code, why))),
        };
        let (code, why) = missed.unzip();
        let (reason_zh, reason_en) = why.map(|why| (why.zh, why.en)).unzip();
        Self {
            intent_id: intent.id.to_string(),
            contract_id: intent.contract.to_string(),
            number,
            title: summary.title,
            amount_fen: summary.amount_fen,
            state,
            completed,
            code,
            reason_zh,
            reason_en,
        }
    }
}

/// What has become of a batch: found again after a reload.
#[utoipa::path(get, path = "/api/v1/signing-batches/{id}", tag = "signing", params(("id" = String, Path)), responses((status = 200, body = BatchOutcomeAnswer)))]
async fn show_batch(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<BatchId>,
) -> Result<Json<BatchOutcomeAnswer>, Problem> {
    let Outcome { batch, expired, contracts } = outcome::show(&app, &actor, id).await?;
    let state = match batch.state {
        IntentState::Issued { .. } | IntentState::PasswordChecked { .. } if expired => "expired",
        IntentState::Issued { .. } => "issued",
        IntentState::PasswordChecked { .. } => "proved",
        IntentState::Completed { .. } => "released",
        IntentState::Expired { .. } => "expired",
        IntentState::Cancelled { .. } => "cancelled",
    };
    Ok(Json(BatchOutcomeAnswer {
        batch_id: batch.id.to_string(),
        state,
        ends_step: batch.ends_step,
        expires_at: batch.expires_at,
        contracts: contracts.into_iter().map(Into::into).collect(),
    }))
}
