//! A fresh database for each server that a story starts.

use std::env;
use std::process::{Command, Stdio};

use crate::error::{Error, io};
use crate::scratch::unique;

/// The databases that the product runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The default: a file in the data directory.
    Sqlite,
    /// A database of its own on the server that `YINXIN_TEST_POSTGRES` names.
    Postgres,
}

/// A database; that on PostgreSQL is removed when this is dropped.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres { server: String, name: String },
}

impl Database {
    pub(crate) fn fresh(kind: Kind) -> Result<Self, Error> {
        match kind {
            Kind::Sqlite => Ok(Self::Sqlite),
            Kind::Postgres => {
                let server = env::var("YINXIN_TEST_POSTGRES").map_err(|_| Error::NoPostgres)?;
                let name = format!("yinxin_story_{}", unique());
                psql(&server, &format!("CREATE DATABASE {name}"))?;
                Ok(Self::Postgres { server, name })
            }
        }
    }

    /// The lines of the configuration file that name it; none for the default.
    pub(crate) fn config(&self) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres { server, name } => format!("[database]\nurl = \"{}\"\n", with_name(server, name)),
        }
    }

    /// Its URL; none for the default.
    pub(crate) fn address(&self) -> Option<String> {
        match self {
            Self::Sqlite => None,
            Self::Postgres { server, name } => Some(with_name(server, name)),
        }
    }

    /// Whether a connection to it is open; never for the default, which no server keeps.
    pub(crate) fn is_in_use(&self) -> Result<bool, Error> {
        match self {
            Self::Sqlite => Ok(false),
            Self::Postgres { server, name } => {
                let said = psql(server, &format!("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '{name}'"))?;
                Ok(said.trim() != "0")
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { server, name } = self
            && let Err(error) = psql(server, &format!("DROP DATABASE {name} WITH (FORCE)"))
        {
            eprintln!("left behind database {name}: {error}");
        }
    }
}

/// The same URL with another database name: what stands after the host, up to the parameters.
fn with_name(url: &str, name: &str) -> String {
    let (url, parameters) = url.split_once('?').map_or((url, String::new()), |(url, p)| (url, format!("?{p}")));
    let after_scheme = url.find("://").map_or(0, |place| place + 3);
    let host_end = url[after_scheme..].find('/').map_or(url.len(), |place| after_scheme + place);
    format!("{}/{name}{parameters}", &url[..host_end])
}

/// Runs one statement and gives what it prints, bare.
fn psql(server: &str, sql: &str) -> Result<String, Error> {
    let output = Command::new("psql")
        .args([server, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--command", sql])
        .stdin(Stdio::null())
        .output()
        .map_err(io("run psql"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    // Not the whole command line: it holds the password.
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Error::Failed { command: format!("psql --command '{sql}'"), status: output.status, said })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_in_a_url_changes() {
        for (url, wanted) in [
            ("postgres://u:p@127.0.0.1:5432/postgres", "postgres://u:p@127.0.0.1:5432/mine"),
            ("postgres://u@localhost", "postgres://u@localhost/mine"),
            ("postgres://u@localhost/x?host=/run/pg", "postgres://u@localhost/mine?host=/run/pg"),
        ] {
            assert_eq!(with_name(url, "mine"), wanted);
        }
    }

    #[test]
    fn a_fresh_database_is_there_until_it_is_dropped() -> Result<(), Error> {
        let database = match Database::fresh(Kind::Postgres) {
            Err(Error::NoPostgres) if !crate::everything_is_required() => {
                println!("skipped: {}", Error::NoPostgres);
                return Ok(());
            }
            database => database?,
        };
        let Database::Postgres { server, name } = &database else { unreachable!("asked for PostgreSQL") };
        let own = with_name(server, name);
        psql(&own, "CREATE TABLE t (x INT)")?;
        assert!(database.config().contains(name.as_str()));
        drop(database);
        assert!(matches!(psql(&own, "SELECT 1"), Err(Error::Failed { said, .. }) if said.contains("does not exist")));
        Ok(())
    }
}
