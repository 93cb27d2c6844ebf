//! Background jobs of this feature: sending codes.

use serde::Deserialize;
use yinxin_domain::ids::ChallengeId;

use super::{challenge, store};
use crate::config::SmsGateway;
use crate::jobs::Registry;

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
        match app.config.identity.sms {
            SmsGateway::Sandbox => {
                // The job's id as the message's id: sending again shows one message.
                app.db
                    .bookkeep((job.id, phone, text, app.now()), |(id, phone, text, now), conn| {
                        Box::pin(async move {
                            Ok(store::insert_sandbox_message(conn, id, phone.as_str(), text, *now).await?)
                        })
                    })
                    .await?;
            }
        }
        Ok(())
    });
}
