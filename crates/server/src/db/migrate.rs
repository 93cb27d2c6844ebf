//! The schema's history: numbered files in `migrations/`, run once each, in order, each in its own transaction.
//!
//! A file that was run must never change (its SM3 digest is kept and compared), and a database that knows a version we do
//! not know was made by a newer program and is refused. Numbers are given per feature, so gaps are allowed while a feature
//! is being written, and a lower number may arrive after a higher one. Statements end with `;` at the end of a line; the text is the same for both databases.

use sm3::{Digest as _, Sm3};
use sqlx::AnyConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _};

/// One file of `migrations/`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The number its name begins with.
    pub version: i64,
    /// The file's name.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($version:literal $name:literal),* $(,)?) => {
        /// Every migration, in order.
        pub const MIGRATIONS: &[Migration] = &[
            $(Migration { version: $version, name: $name, sql: include_str!(concat!("../../migrations/", $name)) }),*
        ];
    };
}

migrations! {
    1 "0001_core.sql",
    2 "0002_identity.sql",
    3 "0003_organisation.sql",
    4 "0004_open_api.sql",
    5 "0005_certificate.sql",
    6 "0006_seal.sql",
    7 "0007_award.sql",
    8 "0008_contract.sql",
    9 "0009_signing.sql",
    10 "0010_filing.sql",
    11 "0011_notice.sql",
    12 "0012_notification.sql",
    13 "0013_outside_sandbox.sql",
    20 "0020_contract_lists.sql",
    21 "0021_award_open.sql",
    22 "0022_sandbox_people.sql",
    23 "0023_filing_waiting.sql",
    30 "0030_contract_due.sql",
    31 "0031_signing_batches.sql",
    32 "0032_events_without_heads.sql",
}

/// Why the schema cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database refuses.
    #[error("the database refuses migration {name}")]
    Refused {
        /// The migration.
        name: &'static str,
        /// Why.
        source: sqlx::Error,
    },
    /// The table of versions cannot be read or made.
    #[error("the table of schema versions cannot be used")]
    Versions(#[from] sqlx::Error),
    /// A file that was run has changed since.
    #[error("migration {0} was changed after it had been run on this database; restore the file and add a new one")]
    Changed(&'static str),
    /// A newer program has used this database.
    #[error("the database is at schema version {0}, which this program does not know; start the newer program")]
    FromTheFuture(i64),
}

/// Runs what has not been run.
///
/// # Errors
/// See [`MigrationError`]. Several processes may try at once: one wins, the others see its work.
pub async fn run(conn: &mut AnyConnection, now_micros: i64) -> Result<(), MigrationError> {
    run_list(conn, MIGRATIONS, now_micros).await
}

async fn run_list(conn: &mut AnyConnection, list: &[Migration], now_micros: i64) -> Result<(), MigrationError> {
    let mut tries = 0;
    loop {
        match run_once(conn, list, now_micros).await {
            // Another process may be doing the same; what it finished is seen on the next look.
            Err(MigrationError::Refused { .. } | MigrationError::Versions(_)) if tries < 5 => tries += 1,
            result => return result,
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn run_once(conn: &mut AnyConnection, list: &[Migration], now_micros: i64) -> Result<(), MigrationError> {
    conn.execute(
        "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)",
    )
    .await?;
    for migration in missing(conn, list).await? {
        apply(conn, migration, &checksum(migration), now_micros)
            .await
            .map_err(|source| MigrationError::Refused { name: migration.name, source })?;
    }
    Ok(())
}

fn checksum(migration: &Migration) -> String {
    hex::encode(Sm3::digest(migration.sql.as_bytes()))
}

/// What has not been run on a database that was opened before; changes nothing.
///
/// # Errors
/// [`MigrationError::Versions`] also where no migration was ever run; [`MigrationError::Changed`], [`MigrationError::FromTheFuture`].
pub async fn pending(conn: &mut AnyConnection) -> Result<Vec<&'static Migration>, MigrationError> {
    missing(conn, MIGRATIONS).await
}

async fn missing<'a>(conn: &mut AnyConnection, list: &'a [Migration]) -> Result<Vec<&'a Migration>, MigrationError> {
    let rows =
        sqlx::query("SELECT version, checksum FROM schema_versions ORDER BY version").fetch_all(&mut *conn).await?;
    let mut applied = std::collections::BTreeMap::new();
    for row in rows {
        applied.insert(row.try_get::<i64, _>(0)?, row.try_get::<String, _>(1)?);
    }
    if let Some(unknown) = applied.keys().find(|version| list.iter().all(|m| m.version != **version)) {
        return Err(MigrationError::FromTheFuture(*unknown));
    }
    let mut missing = Vec::new();
    for migration in list {
        match applied.get(&migration.version) {
            Some(stored) if *stored == checksum(migration) => {}
            Some(_) => return Err(MigrationError::Changed(migration.name)),
            None => missing.push(migration),
        }
    }
    Ok(missing)
}

async fn apply(
    conn: &mut AnyConnection,
    migration: &Migration,
    checksum: &str,
    now_micros: i64,
) -> Result<(), sqlx::Error> {
    let mut transaction = conn.begin().await?;
    for statement in statements(migration.sql) {
        transaction.execute(AssertSqlSafe(statement)).await?;
    }
    sqlx::query("INSERT INTO schema_versions (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)")
        .bind(migration.version)
        .bind(migration.name)
        .bind(checksum)
        .bind(now_micros)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}

/// Cuts a file at each `;` that ends a line, leaving out comment lines.
fn statements(sql: &str) -> Vec<String> {
    let mut statements = Vec::new();
    let mut current = String::new();
    for line in sql.lines().filter(|line| !line.trim_start().starts_with("--")) {
        current.push_str(line);
        current.push('\n');
        if line.trim_end().ends_with(';') {
            statements.push(std::mem::take(&mut current));
        }
    }
    if !current.trim().is_empty() {
        statements.push(current);
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration {
        version: 1,
        name: "first",
        sql: "-- a; comment;\nCREATE TABLE a (x BIGINT\n);\nCREATE TABLE b (y TEXT);\n",
    };
    const SECOND: Migration =
        Migration { version: 2, name: "second", sql: "CREATE TABLE c (z TEXT);\nCREATE TABLE broken (;" };

    async fn memory() -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect("sqlite::memory:").await.unwrap()
    }

    #[test]
    fn the_list_is_in_order_and_numbered_as_named() {
        assert!(MIGRATIONS.windows(2).all(|pair| pair[0].version < pair[1].version));
        for migration in MIGRATIONS {
            assert!(migration.name.starts_with(&format!("{:04}_", migration.version)), "{}", migration.name);
        }
    }

    #[tokio::test]
    async fn a_migration_runs_once_and_a_failing_one_leaves_nothing() {
        let mut conn = memory().await;
        run_list(&mut conn, &[FIRST], 1).await.unwrap();
        run_list(&mut conn, &[FIRST], 2).await.unwrap();
        assert!(matches!(
            run_once(&mut conn, &[FIRST, SECOND], 3).await,
            Err(MigrationError::Refused { name: "second", .. })
        ));
        let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name IN ('a', 'b', 'c')")
            .fetch_one(&mut conn)
            .await
            .unwrap();
        assert_eq!(tables, 2);
    }

    #[tokio::test]
    async fn a_changed_file_and_a_database_from_the_future_are_refused() {
        let mut conn = memory().await;
        run_list(&mut conn, &[FIRST], 1).await.unwrap();
        let changed = Migration { sql: "CREATE TABLE a (x TEXT);", ..FIRST };
        assert!(matches!(run_list(&mut conn, &[changed], 1).await, Err(MigrationError::Changed("first"))));
        assert!(matches!(run_list(&mut conn, &[], 1).await, Err(MigrationError::FromTheFuture(1))));
    }
}
