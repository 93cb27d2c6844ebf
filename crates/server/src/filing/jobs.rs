//! The push as a background job.

use serde::Deserialize;
use yinxin_domain::ids::ContractId;

use super::use_cases;
use crate::actor::Actor;
use crate::jobs::{JobError, Registry};

/// Pushes a submission, or asks again for its answer.
pub(super) const PUSH: &str = "filing.push";

#[derive(Deserialize)]
struct Push {
    contract: ContractId,
    attempt: u32,
    asked: i64,
}

/// Registers the handlers.
pub fn register(registry: &mut Registry) {
    registry.on(PUSH, |app, job| async move {
        let Push { contract, attempt, asked } = job.payload()?;
        match use_cases::push_filing(&app, &Actor::system(PUSH), contract, attempt, asked).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_final() => Err(JobError::give_up(error.to_string())),
            Err(error) => Err(error.into()),
        }
    });
}
