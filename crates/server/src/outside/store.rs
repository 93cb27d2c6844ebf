//! SQL of what the sandbox plays.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use yinxin_domain::ids::ClientId;

use crate::db::parsed;
use crate::failure::Failure;

/// Shows a message in the sandbox; the same id twice is one message.
pub(super) async fn insert_message(
    conn: &mut AnyConnection,
    id: &str,
    recipient: &str,
    text: &str,
    now: i64,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO sandbox_messages (id, recipient, text, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
        .bind(id)
        .bind(recipient)
        .bind(text)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// The machine client of the sandbox's systems.
pub(super) async fn client(conn: &mut AnyConnection) -> Result<Option<ClientId>, Failure> {
    let row = sqlx::query("SELECT client_id FROM sandbox_clients WHERE name = 'sandbox'").fetch_optional(conn).await?;
    row.as_ref().map(|row| parsed(row, "client_id")).transpose()
}

/// Names the machine client of the sandbox's systems, unless one is named.
pub(super) async fn name_client(conn: &mut AnyConnection, client: ClientId) -> Result<(), Failure> {
    sqlx::query("INSERT INTO sandbox_clients (name, client_id) VALUES ('sandbox', $1) ON CONFLICT (name) DO NOTHING")
        .bind(client.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// How the sandbox's supervising system behaves towards projects whose number begins so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// The beginning of the project's number; empty for all.
    pub(super) project_prefix: String,
    /// The code of the behaviour.
    pub(super) behaviour: String,
    /// How long it waits before what it says later, seconds.
    pub(super) delay_seconds: i64,
    /// What it says when it refuses.
    pub(super) reason: String,
}

/// Sets a rule, replacing the one for the same prefix.
pub(super) async fn put_rule(conn: &mut AnyConnection, rule: &Rule) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO sandbox_behaviours (project_prefix, behaviour, delay_seconds, reason) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (project_prefix) DO UPDATE SET behaviour = excluded.behaviour, delay_seconds = excluded.delay_seconds, \
         reason = excluded.reason",
    )
    .bind(&rule.project_prefix)
    .bind(&rule.behaviour)
    .bind(rule.delay_seconds)
    .bind(&rule.reason)
    .execute(conn)
    .await?;
    Ok(())
}

/// All rules.
pub(super) async fn rules(conn: &mut AnyConnection) -> Result<Vec<Rule>, Failure> {
    let rows = sqlx::query("SELECT project_prefix, behaviour, delay_seconds, reason FROM sandbox_behaviours")
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Rule {
                project_prefix: row.try_get("project_prefix")?,
                behaviour: row.try_get("behaviour")?,
                delay_seconds: row.try_get("delay_seconds")?,
                reason: row.try_get("reason")?,
            })
        })
        .collect()
}

/// What was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Intake {
    /// `supervision` or `medium`.
    pub(super) receiver: &'static str,
    /// The key it came under.
    pub(super) idempotency_key: String,
    /// When it first came, microseconds UTC.
    pub(super) received_at: i64,
    /// How it is dealt with, as ruled when it first came.
    pub(super) behaviour: String,
    /// Seconds until what is said later.
    pub(super) delay_seconds: i64,
    /// What is said when it is refused.
    pub(super) reason: String,
    /// Where later answers go; empty if nowhere.
    pub(super) answer_to: String,
    /// What came, without its files (JSON).
    pub(super) content: String,
}

/// Takes something in; what came under the same key before is kept and counted once more. Gives how often it has come.
pub(super) async fn take_in(conn: &mut AnyConnection, intake: &Intake) -> Result<i64, Failure> {
    let row = sqlx::query(
        "INSERT INTO sandbox_intake (receiver, idempotency_key, times, received_at, behaviour, delay_seconds, reason, answer_to, content) \
         VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (receiver, idempotency_key) DO UPDATE SET times = sandbox_intake.times + 1 RETURNING times",
    )
    .bind(intake.receiver)
    .bind(&intake.idempotency_key)
    .bind(intake.received_at)
    .bind(&intake.behaviour)
    .bind(intake.delay_seconds)
    .bind(&intake.reason)
    .bind(&intake.answer_to)
    .bind(&intake.content)
    .fetch_one(conn)
    .await?;
    Ok(row.try_get(0)?)
}

fn intake(row: &AnyRow, receiver: &'static str) -> Result<(Intake, i64), Failure> {
    let intake = Intake {
        receiver,
        idempotency_key: row.try_get("idempotency_key")?,
        received_at: row.try_get("received_at")?,
        behaviour: row.try_get("behaviour")?,
        delay_seconds: row.try_get("delay_seconds")?,
        reason: row.try_get("reason")?,
        answer_to: row.try_get("answer_to")?,
        content: row.try_get("content")?,
    };
    Ok((intake, row.try_get("times")?))
}

/// What was handed in under a key, and how often.
pub(super) async fn find_intake(
    conn: &mut AnyConnection,
    receiver: &'static str,
    key: &str,
) -> Result<Option<(Intake, i64)>, Failure> {
    let row = sqlx::query("SELECT * FROM sandbox_intake WHERE receiver = $1 AND idempotency_key = $2")
        .bind(receiver)
        .bind(key)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(|row| intake(row, receiver)).transpose()
}
