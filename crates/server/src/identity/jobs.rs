//! Background jobs of this feature: sending codes.

use serde::Deserialize;
use yinxin_domain::ids::ChallengeId;

use super::challenge;
use crate::jobs::Registry;
use crate::outside::sms;

/// Sends a code by SMS.
pub(super) const SEND: &str = "identity.send_code";

#[derive(Deserialize)]
struct Send {
    challenge: ChallengeId,
}

/// Registers the handlers.
pub fn register(registry: &mut Registry) {
    registry.on(SEND, |app, job| async move {
        let Send { challenge } = job.payload()?;
        let Some((phone, text)) = challenge::message_for(&app, challenge).await? else { return Ok(()) };
        // The job's id as the message's id: sending again shows one message.
        sms::send(&app, job.id, &phone, text).await?;
        Ok(())
    });
}
