//! Why a story could not go on.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

/// Why a story could not go on.
///
/// A test that returns one fails with its `Debug` form, so that form is the readable one.
#[derive(thiserror::Error)]
pub enum Error {
    /// The binary is not built.
    #[error("{0} is not there: run `cargo xtask test --only e2e`, or set YINXIN_BIN")]
    NoBinary(PathBuf),
    /// No PostgreSQL was named.
    #[error("YINXIN_TEST_POSTGRES names no database server: run `cargo xtask test --only e2e`")]
    NoPostgres,
    /// A file, process or socket of the harness failed.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The server ended before it was ready.
    #[error("the server ended ({status}) before it was ready; its log:\n{log}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: String,
    },
    /// The server did not do in time what was waited for.
    #[error("the server did not {what} within {seconds} s; its log:\n{log}")]
    TooLate {
        /// What was waited for.
        what: &'static str,
        /// How long.
        seconds: u64,
        /// The end of its log.
        log: String,
    },
    /// A request could not be sent or its answer not be read.
    #[error("{request}: {source}")]
    Http {
        /// Method and path.
        request: String,
        /// What the client said, with its causes.
        source: reqwest::Error,
    },
    /// The answer is not the one the story waits for.
    #[error("{request}: expected {expected}, got {status}:\n{body}")]
    Unexpected {
        /// Method and path.
        request: String,
        /// What the story waits for.
        expected: String,
        /// The status.
        status: u16,
        /// The body as text.
        body: String,
    },
    /// A checker is not installed.
    #[error("the checker `{0}` is not installed: run `cargo xtask test --only e2e`")]
    NoChecker(String),
    /// A program drew something that is no picture of a page.
    #[error("no picture of a page of {0}")]
    NoPicture(PathBuf),
    /// A program found fault.
    #[error("`{command}` ended with {status}:\n{said}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// Everything it printed.
        said: String,
    },
}

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")?;
        let mut cause = std::error::Error::source(self).and_then(std::error::Error::source);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Names what was tried when the system refuses it.
pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io { what: what.into(), source }
}
