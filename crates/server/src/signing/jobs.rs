//! Background work: the platform's signature on concluded contracts.

use serde::Deserialize;
use yinxin_domain::ids::ContractId;

use super::use_cases::archive;
use crate::actor::Actor;
use crate::contract::effects::JOB_PLATFORM_SIGNATURE;
use crate::jobs::Registry;

/// What a job is about.
#[derive(Deserialize)]
struct About {
    contract: ContractId,
}

/// Registers the handlers.
pub fn register(registry: &mut Registry) {
    registry.on(JOB_PLATFORM_SIGNATURE, |app, job| async move {
        let About { contract } = job.payload()?;
        archive::sign_as_platform(&app, &Actor::system(JOB_PLATFORM_SIGNATURE), contract).await?;
        Ok(())
    });
}
