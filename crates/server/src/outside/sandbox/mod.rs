//! The sandbox's outside systems, played by this program and reached over HTTP like real ones: a supervising system that takes filings
//! ([`supervision`]) and a medium that publishes notices ([`medium`]); the carrier of short messages is [`super::sms`].
//!
//! Their routes exist only in sandbox, the configuration of production refuses their addresses, and [`super::connector`] names them
//! only in sandbox (design, invariant 10). They know this server as one machine client.

pub mod errors;
pub mod http;
pub mod jobs;
pub mod medium;
pub mod supervision;

use serde_json::json;
use yinxin_domain::ids::ClientId;

use super::store;
use crate::actor::{Actor, ClientKind, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::open_api;
pub use errors::SandboxError;

/// Where the supervising system takes filings.
pub const SUPERVISION_PATH: &str = "/sandbox/supervision/filings";
/// Where the medium takes notices.
pub const MEDIUM_PATH: &str = "/sandbox/medium/notices";

/// The machine client of the sandbox's systems, made when it is first needed.
///
/// # Errors
/// [`SandboxError`].
pub(super) async fn client(app: &App) -> Result<ClientId, SandboxError> {
    if let Some(client) = store::client(&mut *app.db.read().await?).await? {
        return Ok(client);
    }
    let actor = Actor::system("sandbox");
    let permit = actor.permit(&[Need::System])?;
    let (client, _) =
        open_api::use_cases::create_client(app, &actor, "沙箱监管系统与媒体", ClientKind::Supervision).await?;
    let record = Record::of(Event::new("client", client, "client.named_for_sandbox", json!({})));
    app.db
        .commit(&permit, record, client, |client, conn| {
            Box::pin(async move {
                // Somebody may have been faster; his client counts.
                store::name_client(&mut *conn, *client).await?;
                let named = store::client(conn).await?;
                Ok::<_, CommitError<SandboxError>>(named.unwrap_or(*client))
            })
        })
        .await
}
