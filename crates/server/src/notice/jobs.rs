//! Handing in as a background job.

use serde::Deserialize;
use yinxin_domain::ids::ContractId;

use super::use_cases;
use crate::actor::Actor;
use crate::jobs::{JobError, Registry};

/// Hands a notice to the medium, or asks again for its receipt.
pub(super) const SUBMIT: &str = "notice.submit";

#[derive(Deserialize)]
struct Submit {
    contract: ContractId,
    asked: i64,
}

/// Registers the handlers.
pub fn register(registry: &mut Registry) {
    registry.on(SUBMIT, |app, job| async move {
        let Submit { contract, asked } = job.payload()?;
        match use_cases::submit(&app, &Actor::system(SUBMIT), contract, asked).await {
            Ok(()) => Ok(()),
            Err(error) if error.is_final() => Err(JobError::give_up(error.to_string())),
            Err(error) => Err(error.into()),
        }
    });
}
