//! HTTP of signing: the desk and one contract here, several contracts in `batch`.

mod batch;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::ids::{CertificateId, ContractId, IntentId, SealId};
use yinxin_domain::signing::{Intent, Placement, PlacementWarning, Summary};
use zeroize::Zeroizing;

use super::use_cases::complete::{Completed, complete};
use super::use_cases::confirm::{Confirmed, choose_ending, confirm};
use super::use_cases::desk::{self, Desk, DeskPlaced, PlacementKindBody};
use super::use_cases::keyword::{self, KeywordPlaces};
use super::use_cases::release::{Released, release};
use super::use_cases::send;
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_desk))
        .routes(routes!(find_keyword_places))
        .routes(routes!(open_intent))
        .routes(routes!(set_ending))
        .routes(routes!(prove_password))
        .routes(routes!(complete_intent))
        .routes(routes!(discard_unsent))
        .routes(routes!(submit_step))
        .merge(batch::routes())
}

/// What a signer needs to place seals; only for the party whose turn it is.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/desk", tag = "signing", params(("id" = String, Path)), responses((status = 200, body = Desk)))]
async fn show_desk(State(app): State<App>, actor: Actor, Path(id): Path<ContractId>) -> Result<Json<Desk>, Problem> {
    Ok(Json(desk::show(&app, &actor, id).await?))
}

/// The words to look for.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct KeywordQuery {
    /// 1 to 200 characters; width, spaces and line ends do not matter.
    keyword: String,
}

/// Where words stand in the text, for placing seals by them; only for the party whose turn it is.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/keyword-places", tag = "signing", params(("id" = String, Path), KeywordQuery), responses((status = 200, body = KeywordPlaces)))]
async fn find_keyword_places(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Query(query): Query<KeywordQuery>,
) -> Result<Json<KeywordPlaces>, Problem> {
    Ok(Json(keyword::find(&app, &actor, id, query.keyword).await?))
}

/// What the signer wants to set, and where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IntentBody {
    /// The contract's version that the signer sees.
    version: i64,
    /// The placements; frozen by this.
    placements: Vec<PlacementBody>,
    /// 结束签章: whether the step ends with it, so that what is sealed is sent at once and this party cannot seal at the step again; left out,
    /// what is sealed waits to be sent.
    #[serde(default)]
    ends_step: bool,
}

/// One placement.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlacementBody {
    /// What is placed.
    kind: PlacementKindBody,
    /// With which seal; a date or seam seal names the organisation's seal that it belongs to.
    #[schema(value_type = String)]
    seal_id: SealId,
    /// The page from 0; left out for a seam seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<u32>,
    /// The centre from the left edge; left out for a seam seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    x_mm: Option<f64>,
    /// The centre from the upper edge; a seam seal without it stands at half height.
    y_mm: Option<f64>,
}

impl From<PlacementBody> for Placement {
    fn from(one: PlacementBody) -> Self {
        Self { kind: one.kind.into(), seal: one.seal_id, page: one.page, x_mm: one.x_mm, y_mm: one.y_mm }
    }
}

impl From<Placement> for PlacementBody {
    fn from(one: Placement) -> Self {
        Self { kind: one.kind.into(), seal_id: one.seal, page: one.page, x_mm: one.x_mm, y_mm: one.y_mm }
    }
}

/// A confirmed intent.
#[derive(Serialize, ToSchema)]
struct IntentAnswer {
    /// `int_…`
    intent_id: String,
    /// What the signer is shown, and what the intent is bound to.
    summary: SummaryBody,
    /// The certificates whose passwords release the keys.
    certificates: Vec<String>,
    /// What the signer should look at, though it may be.
    warnings: Vec<WarningBody>,
    /// The kinds that these placements lack for ending the step; while there are any, 结束签章 is refused.
    missing: Vec<PlacementKindBody>,
    /// When the intent can no longer be used, microseconds UTC.
    expires_at: i64,
}

/// What the signer is shown.
#[derive(Serialize, ToSchema)]
struct SummaryBody {
    /// The contract's title.
    title: String,
    /// The parties, purchaser first.
    parties: Vec<SummaryPartyBody>,
    /// The party that signs, `A` or `B` …
    signs_for: String,
    /// The amount in 分.
    amount_fen: Option<i64>,
    /// The amount in capitals.
    amount_capitals: Option<String>,
    /// Pages of the document.
    pages: u32,
    /// SM3 of the document as it was shown.
    digest_sm3: String,
    /// SM3 of the summary's canonical form.
    summary_sm3: String,
    /// What will be set, and where.
    placements: Vec<SummaryPlacementBody>,
    /// 结束签章: whether the step ends with it.
    ends_step: bool,
}

/// One party.
#[derive(Serialize, ToSchema)]
struct SummaryPartyBody {
    /// Its place in the text.
    key: String,
    /// Its name.
    name: String,
}

/// One frozen placement.
#[derive(Serialize, ToSchema)]
struct SummaryPlacementBody {
    /// Where.
    #[serde(flatten)]
    placed: DeskPlaced,
    /// The seal's name.
    seal_name: String,
    /// What the seal is for.
    seal_type: String,
}

/// Two marks lie over each other.
#[derive(Serialize, ToSchema)]
struct WarningBody {
    /// placement.overlap
    code: &'static str,
    /// The placement.
    index: usize,
    /// The earlier placement of this request that it lies over; none if it is one already on the document.
    over: Option<usize>,
}

impl From<PlacementWarning> for WarningBody {
    fn from(PlacementWarning::Overlap { index, over }: PlacementWarning) -> Self {
        Self { code: "placement.overlap", index, over }
    }
}

impl SummaryBody {
    fn of(intent: &Intent, summary: &Summary) -> Self {
        let placements =
            intent.placements.iter().zip(&summary.placements).map(|(placed, shown)| SummaryPlacementBody {
                placed: DeskPlaced::of(placed),
                seal_name: shown.seal_name.clone(),
                seal_type: shown.seal_type.code().to_owned(),
            });
        Self {
            title: summary.title.clone(),
            parties: summary
                .parties
                .iter()
                .map(|party| SummaryPartyBody { key: party.key.to_string(), name: party.name.clone() })
                .collect(),
            signs_for: summary.signs_for.to_string(),
            amount_fen: summary.amount_fen,
            amount_capitals: summary.amount_capitals.clone(),
            pages: summary.pages,
            digest_sm3: summary.digest_sm3.to_string(),
            summary_sm3: intent.summary.to_string(),
            placements: placements.collect(),
            ends_step: summary.ends_step,
        }
    }
}

impl From<Confirmed> for IntentAnswer {
    fn from(Confirmed { intent, summary, warnings, missing }: Confirmed) -> Self {
        let summary = SummaryBody::of(&intent, &summary);
        Self {
            intent_id: intent.id.to_string(),
            summary,
            certificates: intent.certificates.iter().map(ToString::to_string).collect(),
            warnings: warnings.into_iter().map(Into::into).collect(),
            missing: missing.into_iter().map(Into::into).collect(),
            expires_at: intent.expires_at,
        }
    }
}

/// Freezes the placements, shows what will be signed, and sends a code to the signer's phone.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/signing-intents", tag = "signing", params(("id" = String, Path)), request_body = IntentBody, responses((status = 201, body = IntentAnswer)))]
async fn open_intent(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<IntentBody>,
) -> Result<(StatusCode, Json<IntentAnswer>), Problem> {
    let wanted: Vec<Placement> = body.placements.into_iter().map(Into::into).collect();
    let confirmed = confirm(&app, &actor, id, body.version, &wanted, body.ends_step).await?;
    Ok((StatusCode::CREATED, Json(confirmed.into())))
}

/// Whether the step ends with an intent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndingBody {
    /// 结束签章.
    ends_step: bool,
}

/// Chooses anew whether the step ends with an intent; refused once a password was checked, or while marks are missing for it.
#[utoipa::path(post, path = "/api/v1/signing-intents/{id}/ending", tag = "signing", params(("id" = String, Path)), request_body = EndingBody, responses((status = 200, body = SummaryBody)))]
async fn set_ending(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<IntentId>,
    Json(body): Json<EndingBody>,
) -> Result<Json<SummaryBody>, Problem> {
    let (intent, summary) = choose_ending(&app, &actor, id, body.ends_step).await?;
    Ok(Json(SummaryBody::of(&intent, &summary)))
}

/// A certificate's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// The certificate; may be left out when the intent has only one.
    #[schema(value_type = Option<String>)]
    certificate_id: Option<CertificateId>,
    /// Its password.
    #[schema(value_type = String)]
    certificate_password: Zeroizing<String>,
}

/// A key released for one intent.
#[derive(Serialize, ToSchema)]
struct TicketAnswer {
    /// Goes back with the completion; single use.
    ticket: String,
    /// The certificate that it releases.
    certificate_id: String,
    /// When it no longer counts, microseconds UTC.
    expires_at: i64,
    /// The certificates whose passwords are still to come.
    remaining: Vec<String>,
}

/// Checks a certificate's password for one intent.
#[utoipa::path(post, path = "/api/v1/signing-intents/{id}/password", tag = "signing", params(("id" = String, Path)), request_body = PasswordBody, responses((status = 200, body = TicketAnswer)))]
async fn prove_password(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<IntentId>,
    Json(body): Json<PasswordBody>,
) -> Result<Json<TicketAnswer>, Problem> {
    let released = release(&app, &actor, id, body.certificate_id, body.certificate_password).await?;
    Ok(Json(released.into()))
}

impl From<Released> for TicketAnswer {
    fn from(released: Released) -> Self {
        Self {
            ticket: released.ticket.text.to_string(),
            certificate_id: released.certificate.to_string(),
            expires_at: released.ticket.expires_at,
            remaining: released.remaining.iter().map(ToString::to_string).collect(),
        }
    }
}

/// The proofs of an intent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompletionBody {
    /// The ticket, when one certificate signs.
    #[schema(value_type = Option<String>)]
    ticket: Option<Zeroizing<String>>,
    /// The tickets, in any order, when several do.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    tickets: Vec<Zeroizing<String>>,
    /// The code from the signer's phone; left out for an intent of a batch, which was given its code when it was released.
    #[serde(default)]
    sms_code: String,
}

/// Signs. Asked again for a completed intent it answers the same and signs nothing.
#[utoipa::path(post, path = "/api/v1/signing-intents/{id}/completion", tag = "signing", params(("id" = String, Path)), request_body = CompletionBody, responses((status = 200, body = Completed)))]
async fn complete_intent(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<IntentId>,
    Json(body): Json<CompletionBody>,
) -> Result<Json<Completed>, Problem> {
    let tickets: Vec<Zeroizing<String>> = body.ticket.into_iter().chain(body.tickets).collect();
    Ok(Json(complete(&app, &actor, id, &tickets, &body.sms_code).await?))
}

/// The version that the actor sees.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct VersionQuery {
    /// The contract's version.
    version: i64,
}

/// The version that the actor sees.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionBody {
    /// The contract's version.
    version: i64,
}

/// The contract afterwards.
#[derive(Serialize, ToSchema)]
struct VersionAnswer {
    /// Its version.
    contract_version: i64,
}

/// Takes back all that this party sealed and has not sent.
#[utoipa::path(delete, path = "/api/v1/contracts/{id}/unsent-seals", tag = "signing", params(("id" = String, Path), VersionQuery), responses((status = 200, body = VersionAnswer)))]
async fn discard_unsent(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Query(query): Query<VersionQuery>,
) -> Result<Json<VersionAnswer>, Problem> {
    Ok(Json(VersionAnswer { contract_version: send::discard(&app, &actor, id, query.version).await? }))
}

/// 发送 / 确认签章 / 提交合同: what this party sealed becomes part of the contract for good.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/submission", tag = "signing", params(("id" = String, Path)), request_body = VersionBody, responses((status = 200, body = VersionAnswer)))]
async fn submit_step(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
    Json(body): Json<VersionBody>,
) -> Result<Json<VersionAnswer>, Problem> {
    Ok(Json(VersionAnswer { contract_version: send::submit(&app, &actor, id, body.version).await? }))
}
