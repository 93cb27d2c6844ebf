//! SQL of notifications.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use yinxin_domain::ids::{ContractId, NotificationId, PersonId};
use yinxin_domain::notification::{Facts, Kind};

use crate::db::parsed;
use crate::failure::Failure;

/// What one person is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// `ntf_…`
    pub id: NotificationId,
    /// Who is told.
    pub person: PersonId,
    /// For whom: an organisation's id, or `operator`.
    pub audience: String,
    /// About what.
    pub kind: Kind,
    /// Of which contract.
    pub contract: ContractId,
    /// What the text needs.
    pub facts: Facts,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub read_at: Option<i64>,
}

fn notification(row: &AnyRow) -> Result<Notification, Failure> {
    let kind: &str = row.try_get("kind")?;
    Ok(Notification {
        id: parsed(row, "id")?,
        person: parsed(row, "person_id")?,
        audience: row.try_get("audience")?,
        kind: Kind::parse(kind)
            .ok_or_else(|| Failure::damaged("notifications.kind", format!("unknown kind {kind:?}")))?,
        contract: parsed(row, "contract_id")?,
        facts: serde_json::from_str(row.try_get("facts")?)
            .map_err(|error| Failure::damaged("notifications.facts", error))?,
        created_at: row.try_get("created_at")?,
        read_at: row.try_get("read_at")?,
    })
}

/// Keeps a notification, unless this person was told of this cause for this audience.
pub(super) async fn insert(conn: &mut AnyConnection, cause: &str, told: &Notification) -> Result<(), Failure> {
    let facts = serde_json::to_string(&told.facts).map_err(|error| Failure::damaged("notifications.facts", error))?;
    sqlx::query(
        "INSERT INTO notifications (id, cause, person_id, audience, kind, contract_id, facts, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (cause, audience, person_id) DO NOTHING",
    )
    .bind(told.id.to_string())
    .bind(cause)
    .bind(told.person.to_string())
    .bind(&told.audience)
    .bind(told.kind.code())
    .bind(told.contract.to_string())
    .bind(facts)
    .bind(told.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a cause was told of.
pub(super) async fn is_told(conn: &mut AnyConnection, cause: &str) -> Result<bool, Failure> {
    let row =
        sqlx::query("SELECT id FROM notifications WHERE cause = $1 LIMIT 1").bind(cause).fetch_optional(conn).await?;
    Ok(row.is_some())
}

/// What a person was told for an audience (of all his organisations, if it is empty), newest first, before an id (or from the newest on); only what he has not read, if asked.
pub(super) async fn list(
    conn: &mut AnyConnection,
    person: PersonId,
    audience: &str,
    unread_only: bool,
    before: &str,
    limit: i64,
) -> Result<Vec<Notification>, Failure> {
    let rows = sqlx::query(
        "SELECT * FROM notifications WHERE person_id = $1 AND (audience = $2 OR ($2 = '' AND audience <> 'operator')) AND ($3 = 0 OR read_at IS NULL) \
         AND ($4 = '' OR id < $4) ORDER BY id DESC LIMIT $5",
    )
    .bind(person.to_string())
    .bind(audience)
    .bind(i64::from(unread_only))
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(notification).collect()
}

/// How much a person was told for an audience and has not read.
pub(super) async fn unread(conn: &mut AnyConnection, person: PersonId, audience: &str) -> Result<i64, Failure> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS many FROM notifications WHERE person_id = $1 \
         AND (audience = $2 OR ($2 = '' AND audience <> 'operator')) AND read_at IS NULL",
    )
    .bind(person.to_string())
    .bind(audience)
    .fetch_one(conn)
    .await?;
    Ok(row.try_get("many")?)
}

/// Marks a notification as read; false when the person has none such for this audience. The first reading counts.
pub(super) async fn mark_read(
    conn: &mut AnyConnection,
    id: NotificationId,
    person: PersonId,
    audience: &str,
    at: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE notifications SET read_at = COALESCE(read_at, $4) WHERE id = $1 AND person_id = $2 \
         AND (audience = $3 OR ($3 = '' AND audience <> 'operator'))",
    )
    .bind(id.to_string())
    .bind(person.to_string())
    .bind(audience)
    .bind(at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Marks what a person was told for an audience, up to an id, as read; gives how much that was.
pub(super) async fn mark_all_read(
    conn: &mut AnyConnection,
    person: PersonId,
    audience: &str,
    until: &str,
    at: i64,
) -> Result<i64, Failure> {
    let done = sqlx::query(
        "UPDATE notifications SET read_at = $4 WHERE person_id = $1 AND (audience = $2 OR ($2 = '' AND audience <> 'operator')) \
         AND id <= $3 AND read_at IS NULL",
    )
    .bind(person.to_string())
    .bind(audience)
    .bind(until)
    .bind(at)
    .execute(conn)
    .await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

/// Who was told of a cause, each with the audience.
pub(super) async fn told_of(conn: &mut AnyConnection, cause: &str) -> Result<Vec<(PersonId, String)>, Failure> {
    let rows = sqlx::query("SELECT person_id, audience FROM notifications WHERE cause = $1")
        .bind(cause)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((parsed(row, "person_id")?, row.try_get("audience")?))).collect()
}
