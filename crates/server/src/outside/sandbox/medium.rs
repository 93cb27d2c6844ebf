//! A medium (指定媒体) that publishes every notice at once and gives a receipt and an address, where the notice can be read.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::store::{self, Intake};
use super::MEDIUM_PATH;
use super::errors::SandboxError;
use crate::actor::{Actor, ClientKind, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};

/// Under which name its intake is kept.
const RECEIVER: &str = "medium";

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Published {
    /// 公告编号.
    pub receipt: String,
    /// Where the notice can be read.
    pub address: String,
}

/// Takes a notice and publishes it; the same key again is the same notice.
///
/// # Errors
/// [`SandboxError`].
pub async fn receive(app: &App, actor: &Actor, key: &str, body: &[u8]) -> Result<Published, SandboxError> {
    let permit = actor.permit(&[Need::Client(&[ClientKind::Supervision])])?;
    let content: Value = serde_json::from_slice(body).map_err(SandboxError::Malformed)?;
    if !content["notice"]["contract_number"].is_string() || !content["notice"]["title"].is_string() {
        return Err(SandboxError::FieldMissing);
    }
    let intake = Intake {
        receiver: RECEIVER,
        idempotency_key: key.to_owned(),
        received_at: app.now(),
        behaviour: "accept".to_owned(),
        delay_seconds: 0,
        reason: String::new(),
        answer_to: String::new(),
        content: content.to_string(),
    };
    let record = Record::of(Event::new("sandbox", key, "sandbox.notice_received", json!({})));
    app.db
        .commit(&permit, record, intake, |intake, conn| {
            Box::pin(async move { Ok::<_, CommitError<SandboxError>>(store::take_in(conn, intake).await?) })
        })
        .await?;
    let tail: String = key.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    Ok(Published {
        receipt: format!("沙箱公告-{}", tail.to_uppercase()),
        address: format!("{}{MEDIUM_PATH}/{key}", app.config.http.public_url),
    })
}

/// A notice as the medium shows it, and how often it was handed in.
///
/// # Errors
/// [`SandboxError::Unknown`].
pub async fn shown(app: &App, key: &str) -> Result<Value, SandboxError> {
    let (intake, times) =
        store::find_intake(&mut *app.db.read().await?, RECEIVER, key).await?.ok_or(SandboxError::Unknown)?;
    let content: Value = serde_json::from_str(&intake.content).map_err(SandboxError::Malformed)?;
    Ok(json!({ "times": times, "received_at": intake.received_at, "content": content }))
}
