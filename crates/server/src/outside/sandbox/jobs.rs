//! What the sandbox's systems say later.

use serde::Deserialize;

use super::supervision;
use crate::jobs::Registry;

/// The supervising system answers a filing.
pub(super) const ANSWER: &str = "sandbox.answer_filing";

#[derive(Deserialize)]
struct Answer {
    key: String,
}

/// Registers the handlers.
pub fn register(registry: &mut Registry) {
    registry.on(ANSWER, |app, job| async move {
        let Answer { key } = job.payload()?;
        supervision::answer_later(&app, &key).await
    });
}
