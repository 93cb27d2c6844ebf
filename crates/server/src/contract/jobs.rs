//! Background jobs of contracts.

use serde::Deserialize;
use yinxin_domain::ids::ContractId;

use super::effects::JOB_EXPIRE;
use super::use_cases;
use crate::actor::Actor;
use crate::jobs::Registry;

/// What a job about one contract is handed.
#[derive(Debug, Deserialize)]
pub struct ContractPayload {
    /// The contract.
    pub contract: ContractId,
}

/// Registers this feature's jobs.
pub fn register(registry: &mut Registry) {
    registry.on(JOB_EXPIRE, |app, job| async move {
        let ContractPayload { contract } = job.payload()?;
        use_cases::signing::expire(&app, &Actor::system(JOB_EXPIRE), contract).await?;
        Ok(())
    });
}
