//! Facts beside the text over HTTP: the award against the draft, and the readiness of the parties.

use axum::extract::State;
use serde::Serialize;
use yinxin_domain::contract::Text;
use yinxin_domain::ids::ContractId;
use yinxin_domain::template::DeviationLevel;

use super::answers::TextOut;
use crate::actor::Actor;
use crate::app::App;
use crate::contract::use_cases::comparing;
use crate::http::extract::{Json, Path};
use crate::http::problem::Problem;

/// One item of the award beside what the text says.
#[derive(Serialize, utoipa::ToSchema)]
struct ComparedOut {
    /// The field.
    field: String,
    /// The section of the form it stands in.
    section: String,
    /// Its name.
    label: TextOut,
    /// What the award says, as printed.
    awarded: String,
    /// What the text says, as printed; none where it says nothing.
    drafted: Option<String>,
    /// Whether both say the same.
    same: bool,
    /// hard (the contract may not be signed so), warn (look at it); none where both say the same or the field is free.
    level: Option<&'static str>,
    /// What the difference means; empty where it weighs nothing.
    message: TextOut,
    /// Why the drafter departs from the award, if he said so.
    reason: Option<String>,
}

/// The award and the text side by side.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ComparisonOut {
    /// The version that was compared.
    version: i64,
    /// How many items were compared.
    compared: usize,
    /// How many differ.
    different: usize,
    /// The items, those that differ first.
    items: Vec<ComparedOut>,
}

/// Every item of the award beside what the text says, for drafter and reviewer.
#[utoipa::path(get, path = "/api/v1/contracts/{id}/comparison", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = ComparisonOut)))]
pub(super) async fn comparison(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<ComparisonOut>, Problem> {
    let found = comparing::compare(&app, &actor, id).await?;
    let reasons = &found.seen.loaded.reasons;
    let mut items: Vec<ComparedOut> = found
        .items
        .into_iter()
        .map(|one| ComparedOut {
            reason: reasons.get(&one.field).cloned().filter(|_| !one.same),
            label: Text::new(one.label_zh, one.label_en).into(),
            level: one.level.map(|level| match level {
                DeviationLevel::Hard => "hard",
                DeviationLevel::Warn => "warn",
            }),
            message: Text::new(one.message_zh, one.message_en).into(),
            field: one.field,
            section: one.section,
            awarded: one.awarded,
            drafted: one.drafted,
            same: one.same,
        })
        .collect();
    items.sort_by_key(|one| one.same);
    Ok(Json(ComparisonOut {
        version: found.seen.loaded.contract.version(),
        compared: items.len(),
        different: items.iter().filter(|one| !one.same).count(),
        items,
    }))
}

/// Whether one party could sign online.
#[derive(Serialize, utoipa::ToSchema)]
struct PartyReadinessOut {
    /// Its place in the text: `A`, `B` …
    party: String,
    /// purchaser or supplier.
    role: &'static str,
    /// Its name.
    name: String,
    /// Whether it is the one that looks.
    own: bool,
    /// Whether a certificate of it is in force.
    certificate: bool,
    /// Whether a seal that its step takes is usable.
    seal: bool,
    /// Whether it could sign online now.
    ready: bool,
}

/// Whether the parties could sign online.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ReadinessOut {
    /// Whether all could.
    ready: bool,
    /// Each of them, purchaser first.
    parties: Vec<PartyReadinessOut>,
}

/// Whether each party has a certificate in force and a usable seal, to be shown before 是否线上签章 is asked (S1-017).
#[utoipa::path(get, path = "/api/v1/contracts/{id}/readiness", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = ReadinessOut)))]
pub(super) async fn readiness(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<ReadinessOut>, Problem> {
    let parties: Vec<PartyReadinessOut> = comparing::readiness(&app, &actor, id)
        .await?
        .into_iter()
        .map(|one| PartyReadinessOut {
            party: one.party.to_string(),
            role: one.role.code(),
            name: one.name,
            own: one.own,
            certificate: one.readiness.certificate,
            seal: one.readiness.seal,
            ready: one.readiness.certificate && one.readiness.seal,
        })
        .collect();
    Ok(Json(ReadinessOut { ready: parties.iter().all(|one| one.ready), parties }))
}
