//! SQL of the `outbox` table.

use serde::Serialize;
use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::ids::OutboxId;

use super::{Job, Message};
use crate::failure::Failure;

/// Stores a message inside a commit, unless one of its kind and key is stored already.
pub(crate) async fn insert(
    conn: &mut AnyConnection,
    message: &Message,
    now: i64,
    id_bytes: [u8; 10],
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO outbox (id, kind, dedupe_key, payload, state, attempts, run_at, lease_until, lease_token, created_at) \
         VALUES ($1, $2, $3, $4, 'ready', 0, $5, 0, 0, $6) ON CONFLICT (kind, dedupe_key) DO NOTHING",
    )
    .bind(OutboxId::new(now, id_bytes).to_string())
    .bind(message.kind)
    .bind(&message.dedupe_key)
    .bind(&message.payload)
    .bind(message.not_before.max(now))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a job may be claimed now. The order makes PostgreSQL use the index of jobs that are due: without it, it looks through the whole
/// table, done jobs included, in the hope of meeting one soon.
pub(crate) async fn any_due(conn: &mut AnyConnection, now: i64) -> Result<bool, Failure> {
    let row = sqlx::query(
        "SELECT id FROM outbox WHERE state IN ('ready', 'leased') AND run_at <= $1 AND (state = 'ready' OR lease_until <= $1) \
         ORDER BY run_at LIMIT 1",
    )
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// Claims at most so many jobs that are due, the longest due first. Whoever waited for another worker's claim of the same job finds it no
/// longer due: the conditions stand outside the inner SELECT too, where PostgreSQL judges them again.
pub(crate) async fn claim(
    conn: &mut AnyConnection,
    now: i64,
    limit: i64,
    lease_until: i64,
) -> Result<Vec<Job>, Failure> {
    let rows = sqlx::query(
        "UPDATE outbox SET state = 'leased', attempts = attempts + 1, lease_until = $3, lease_token = lease_token + 1 \
         WHERE state IN ('ready', 'leased') AND run_at <= $1 AND (state = 'ready' OR lease_until <= $1) \
         AND id IN (SELECT id FROM outbox WHERE state IN ('ready', 'leased') AND run_at <= $1 \
         AND (state = 'ready' OR lease_until <= $1) ORDER BY run_at LIMIT $2) \
         RETURNING id, kind, payload, attempts, lease_token",
    )
    .bind(now)
    .bind(limit)
    .bind(lease_until)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Job {
                id: row.try_get(0)?,
                kind: row.try_get(1)?,
                payload: row.try_get(2)?,
                attempt: row.try_get(3)?,
                token: row.try_get(4)?,
            })
        })
        .collect()
}

/// Prolongs the lease; false when the job was lost to another worker.
pub(crate) async fn renew(conn: &mut AnyConnection, id: &str, token: i64, lease_until: i64) -> Result<bool, Failure> {
    let done =
        sqlx::query("UPDATE outbox SET lease_until = $3 WHERE id = $1 AND lease_token = $2 AND state = 'leased'")
            .bind(id)
            .bind(token)
            .bind(lease_until)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// What became of a claimed job.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// Carried out.
    Done,
    /// Again at this time (microseconds UTC).
    Again {
        /// When.
        run_at: i64,
        /// Why.
        error: String,
    },
    /// Put aside for the operator.
    Dead {
        /// Why.
        error: String,
    },
}

/// Notes what became of a job; false when the job was lost to another worker, whose note counts.
pub(crate) async fn finish(conn: &mut AnyConnection, id: &str, token: i64, outcome: &Outcome) -> Result<bool, Failure> {
    let (state, run_at, error) = match outcome {
        Outcome::Done => ("done", None, None),
        Outcome::Again { run_at, error } => ("ready", Some(*run_at), Some(error)),
        Outcome::Dead { error } => ("dead", None, Some(error)),
    };
    let done = sqlx::query(
        "UPDATE outbox SET state = $3, run_at = COALESCE($4, run_at), last_error = $5 WHERE id = $1 AND lease_token = $2 AND state = 'leased'",
    )
    .bind(id)
    .bind(token)
    .bind(state)
    .bind(run_at)
    .bind(error)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A job as the operator sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Entry {
    /// `out_…`
    pub id: String,
    /// The registered kind.
    pub kind: String,
    /// ready, leased, done or dead.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Microseconds UTC of the next (or last) attempt.
    pub run_at: i64,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

fn entry(row: &AnyRow) -> Result<Entry, sqlx::Error> {
    Ok(Entry {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        state: row.try_get("state")?,
        attempts: row.try_get("attempts")?,
        run_at: row.try_get("run_at")?,
        created_at: row.try_get("created_at")?,
        last_error: row.try_get("last_error")?,
    })
}

/// Jobs in one state, newest first, after the id `before`.
pub(crate) async fn list(
    conn: &mut AnyConnection,
    state: &str,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<Entry>, Failure> {
    let rows = sqlx::query(
        "SELECT id, kind, state, attempts, run_at, created_at, last_error FROM outbox \
         WHERE state = $1 AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
    )
    .bind(state)
    .bind(before.unwrap_or_default())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| entry(row).map_err(Failure::from)).collect()
}

/// How many jobs are dead, by kind.
pub(crate) async fn dead_by_kind(conn: &mut AnyConnection) -> Result<Vec<(String, i64)>, Failure> {
    let rows = sqlx::query("SELECT kind, COUNT(*) FROM outbox WHERE state = 'dead' GROUP BY kind ORDER BY kind")
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Makes a dead job ready again, with its attempts counted anew; false when no dead job has this id.
pub(crate) async fn redrive(conn: &mut AnyConnection, id: &str, now: i64) -> Result<bool, Failure> {
    let done =
        sqlx::query("UPDATE outbox SET state = 'ready', attempts = 0, run_at = $2 WHERE id = $1 AND state = 'dead'")
            .bind(id)
            .bind(now)
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}
