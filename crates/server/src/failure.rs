//! What can go wrong around a use case that is nobody's mistake in the request: database, files, overload, a stale version.
//!
//! Every feature's error enum has one variant for it and so gets `?` on everything in `db`, `keys` and `App::cpu`:
//! ```ignore
//! #[error(transparent)]
//! Failure(#[from] Failure),
//! ```
//! The public form says nothing about the inside; the whole chain goes to the log once, at the edge (`http::problem`).

use std::sync::Arc;

use axum::http::StatusCode;

use crate::db::files::FilesError;
use crate::http::problem::{Public, PublicError};
use crate::keys::kek::KekError;

/// An obstacle that the caller of a use case cannot have caused by what he sent, except by being late (`StaleVersion`).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The database refused or could not be reached.
    #[error("database")]
    Database(#[from] sqlx::Error),
    /// Somebody else changed the row since it was read (`UPDATE … WHERE id = … AND version = …` met nothing).
    #[error("the {what} was changed meanwhile")]
    StaleVersion {
        /// The kind of thing, such as `contract`.
        what: &'static str,
    },
    /// The document store.
    #[error("document store")]
    Files(#[from] FilesError),
    /// A secret could not be wrapped or unwrapped.
    #[error("key-encryption key")]
    Kek(#[from] KekError),
    /// What was stored cannot be read back as what it must be.
    #[error("stored {what} is damaged")]
    Damaged {
        /// The table or column.
        what: &'static str,
        /// How it was noticed.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A calculation panicked.
    #[error("a calculation was broken off")]
    Task(#[from] tokio::sync::oneshot::error::RecvError),
    /// An engine (typesetting, signing, drawing) failed on input that had been checked.
    #[error("{engine} failed")]
    Engine {
        /// Which engine.
        engine: &'static str,
        /// What it said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The transaction that held this write was refused as a whole; nothing of it is stored.
    #[error("the commit was refused by the database")]
    Commit(#[source] Arc<sqlx::Error>),
    /// The write function panicked; nothing of it is stored.
    #[error("a write broke off")]
    WritePanicked,
    /// The server is stopping and takes no more writes.
    #[error("the server is stopping")]
    Stopping,
}

impl Failure {
    /// What was stored in `what` cannot be read back.
    pub fn damaged(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Damaged { what, source: source.into() }
    }

    /// An engine failed on input that had been checked before.
    pub fn engine(engine: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Engine { engine, source: source.into() }
    }
}

impl PublicError for Failure {
    fn public(&self) -> Public {
        match self {
            Self::StaleVersion { what } => Public::new(
                StatusCode::CONFLICT,
                "version.stale",
                ("内容已被他人修改", "Changed by somebody else meanwhile"),
                ("您打开之后，他人已修改。请重新打开最新内容后再操作，本次操作未生效。",
                 "It was changed after you opened it. Open the latest state and try again; nothing was changed by this request."),
            )
            .with("what", *what),
            Self::Stopping => Public::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "server.stopping",
                ("服务正在重启", "The server is restarting"),
                ("请稍后重试，本次操作未生效。", "Try again in a moment; nothing was changed by this request."),
            ),
            Self::Database(_) | Self::Files(_) | Self::Kek(_) | Self::Damaged { .. } | Self::Task(_) | Self::Engine { .. } | Self::Commit(_) | Self::WritePanicked => Public::internal(),
        }
    }
}
