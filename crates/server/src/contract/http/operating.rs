//! The operator's overview over HTTP.

use axum::extract::State;
use serde::Serialize;

use crate::actor::Actor;
use crate::app::App;
use crate::contract::use_cases::operating;
use crate::http::extract::Json;
use crate::http::problem::Problem;

/// How many of a kind.
#[derive(Serialize, utoipa::ToSchema)]
struct TallyOut {
    /// The kind.
    of: String,
    /// How many.
    count: i64,
}

/// What needs the operator.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OverviewOut {
    /// Contracts by phase.
    contracts: Vec<TallyOut>,
    /// Pushes by outcome: created, corrected, refused, conflict.
    pushes: Vec<TallyOut>,
    /// Filings that wait for an answer.
    filings_waiting: i64,
    /// Background jobs put aside.
    dead_jobs: i64,
    /// Claims to real names that wait for a decision.
    real_name_claims: i64,
    /// Applications for certificates that wait for a decision.
    certificate_applications: i64,
    /// Organisations that are not verified.
    unverified_organisations: i64,
}

/// How much is where, and what needs the operator.
#[utoipa::path(get, path = "/api/v1/operator/overview", tag = "operator", security(("session" = [])), responses((status = 200, body = OverviewOut)))]
pub(super) async fn overview(State(app): State<App>, actor: Actor) -> Result<Json<OverviewOut>, Problem> {
    let found = operating::overview(&app, &actor).await?;
    let tallies = |counted: Vec<(String, i64)>| counted.into_iter().map(|(of, count)| TallyOut { of, count }).collect();
    Ok(Json(OverviewOut {
        contracts: tallies(found.phases),
        pushes: tallies(found.pushes),
        filings_waiting: found.filings_waiting,
        dead_jobs: found.dead_jobs,
        real_name_claims: found.real_name_claims,
        certificate_applications: found.certificate_applications,
        unverified_organisations: found.unverified_organisations,
    }))
}
