//! The order of text on PostgreSQL: that of its bytes, as on SQLite.
//!
//! A PostgreSQL database has an order of its own, often that of a language. Nothing here is sorted for the eye by the database: identifiers and
//! codes are compared, paged through and looked up, and the same page must come on both databases. Comparing bytes also spares the rules of a
//! language at every step down an index: whole contracts go through a twentieth faster.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _, Row as _};

use super::migrate::MIGRATIONS;

/// Held by the process that changes the order, so that of several that start at once one does.
const LOCK: i64 = 0x7969_6e78_696e_0001;

/// Gives every text column of our tables the order of its bytes, where it has another: in a new database, after a migration, and in one that
/// an older program made, whose indexes are built anew once. All or nothing. Processes of the older program must have ended: what they have
/// prepared on changed columns fails (`cached plan must not change result type`).
///
/// # Errors
/// What PostgreSQL refuses.
pub(super) async fn settle(conn: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if others(conn).await?.is_empty() {
        return Ok(());
    }
    let mut transaction = conn.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)::TEXT").bind(LOCK).execute(&mut *transaction).await?;
    for (table, columns) in others(&mut transaction).await? {
        let changes = columns.iter().map(|column| format!("ALTER COLUMN {column} TYPE TEXT COLLATE \"C\""));
        // The names are those of our own migrations.
        let statement = format!("ALTER TABLE {table} {}", changes.collect::<Vec<_>>().join(", "));
        transaction.execute(AssertSqlSafe(statement)).await?;
    }
    transaction.commit().await
}

/// Our tables and those of their columns that are ordered otherwise.
async fn others(conn: &mut AnyConnection) -> Result<BTreeMap<String, Vec<String>>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT c.relname::TEXT, a.attname::TEXT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_collation l ON l.oid = a.attcollation \
         WHERE c.relnamespace = current_schema()::TEXT::regnamespace AND c.relkind = 'r' \
         AND a.attnum > 0 AND NOT a.attisdropped AND l.collname <> 'C' ORDER BY c.relname, a.attnum",
    )
    .fetch_all(conn)
    .await?;
    let ours = tables();
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for row in rows {
        let table: String = row.try_get(0)?;
        if ours.contains(table.as_str()) {
            found.entry(table).or_default().push(row.try_get(1)?);
        }
    }
    Ok(found)
}

/// The tables that the migrations make.
fn tables() -> BTreeSet<&'static str> {
    let lines = MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
    lines.filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split_whitespace().next()).collect()
}
