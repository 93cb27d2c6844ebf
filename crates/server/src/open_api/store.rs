//! SQL of machine clients.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::ids::ClientId;

use crate::actor::ClientKind;
use crate::db::parsed;
use crate::failure::Failure;

/// A machine client as stored.
pub struct Client {
    /// `cli_…`
    pub id: ClientId,
    /// What the operator calls it.
    pub name: String,
    /// What it is.
    pub kind: ClientKind,
    /// Wrapped (hex).
    pub(super) secret: String,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC; a disabled client signs nothing.
    pub disabled_at: Option<i64>,
}

fn client(row: &AnyRow) -> Result<Client, Failure> {
    let kind: &str = row.try_get("kind")?;
    Ok(Client {
        id: parsed(row, "id")?,
        name: row.try_get("name")?,
        kind: ClientKind::parse(kind)
            .ok_or_else(|| Failure::damaged("clients.kind", format!("unknown kind {kind:?}")))?,
        secret: row.try_get("secret")?,
        created_at: row.try_get("created_at")?,
        disabled_at: row.try_get("disabled_at")?,
    })
}

/// Adds a client.
pub(super) async fn insert(conn: &mut AnyConnection, client: &Client) -> Result<(), Failure> {
    sqlx::query("INSERT INTO clients (id, name, kind, secret, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(client.id.to_string())
        .bind(&client.name)
        .bind(client.kind.as_str())
        .bind(&client.secret)
        .bind(client.created_at)
        .execute(conn)
        .await?;
    Ok(())
}

/// A client.
pub(super) async fn find(conn: &mut AnyConnection, id: ClientId) -> Result<Option<Client>, Failure> {
    let row = sqlx::query("SELECT * FROM clients WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(client).transpose()
}

/// Clients, oldest first, after an id.
pub(super) async fn list(conn: &mut AnyConnection, after: &str, limit: i64) -> Result<Vec<Client>, Failure> {
    let rows = sqlx::query("SELECT * FROM clients WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(client).collect()
}
