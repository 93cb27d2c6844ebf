//! Short messages.

use yinxin_domain::identifiers::PhoneNumber;

use super::store;
use crate::app::App;
use crate::config::SmsGateway;
use crate::failure::Failure;

/// Sends a short message. `id` names it: sending it again with the same id delivers one message.
///
/// # Errors
/// [`Failure`].
pub async fn send(app: &App, id: String, phone: &PhoneNumber, text: String) -> Result<(), Failure> {
    match app.config.identity.sms {
        SmsGateway::Sandbox => {
            let (phone, now) = (phone.as_str().to_owned(), app.now());
            app.db
                .bookkeep_one((id, phone, text), move |(id, phone, text), conn| {
                    Box::pin(async move { Ok(store::insert_message(conn, id, phone, text, now).await?) })
                })
                .await
        }
    }
}
