//! What the operator sees of everything: how much is where, and what needs him.

use crate::actor::{Actor, Need};
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::contract::store::lists as store;
use crate::{award, certificate, filing, identity, jobs, organisation};

/// What is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Contracts by phase.
    pub phases: Vec<(String, i64)>,
    /// Pushes by outcome.
    pub pushes: Vec<(String, i64)>,
    /// Filings that wait for an answer.
    pub filings_waiting: i64,
    /// Jobs put aside.
    pub dead_jobs: i64,
    /// Claims to real names that wait.
    pub real_name_claims: i64,
    /// Applications for certificates that wait.
    pub certificate_applications: i64,
    /// Organisations that are not verified.
    pub unverified_organisations: i64,
}

/// Counts.
///
/// # Errors
/// [`ContractError::Forbidden`] for everybody but operators.
pub async fn overview(app: &App, actor: &Actor) -> Result<Overview, ContractError> {
    actor.permit(&[Need::Operator])?;
    let phases = store::phases(&mut *app.db.read().await?).await?;
    Ok(Overview {
        phases,
        pushes: award::use_cases::push_counts(app).await?,
        filings_waiting: filing::use_cases::count_waiting(app).await?,
        dead_jobs: jobs::count_dead(app).await?,
        real_name_claims: identity::use_cases::count_claims(app).await?,
        certificate_applications: certificate::use_cases::count_applications(app).await?,
        unverified_organisations: organisation::use_cases::count_unverified(app).await?,
    })
}
