//! Background jobs: messages that a commit leaves in the `outbox` table, and the worker that carries them out.
//!
//! A feature announces its handlers once, in its `jobs.rs`:
//! ```ignore
//! pub fn register(registry: &mut Registry) {
//!     registry.on("contract.conclude", |app, job| async move {
//!         let Conclude { contract } = job.payload()?;
//!         use_cases::conclude(&app, &Actor::system("contract.conclude"), contract).await?;
//!         Ok(())
//!     });
//! }
//! ```
//! and sends work with a commit: `Record::of(event).then(Message::new("contract.conclude", contract_id, json!({ "contract": id })))`.
//!
//! A job runs at least once, perhaps twice (a worker may die after the work and before noting it), so a handler looks at
//! the state first and does nothing when the work is done. An error means: again later, with growing pauses; after
//! `[jobs] max_attempts`, or at [`JobError::give_up`], the job is dead and waits for the operator, who sees it and can
//! start it anew. Several processes may work on one table: a claim is one UPDATE on the row's `lease_token`, and only
//! the holder of the newest token may note a result.

pub mod http;
pub(crate) mod store;
mod worker;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::app::App;
use crate::db::BoxFuture;
use crate::failure::Failure;
pub(crate) use store::dead_by_kind;
pub use worker::{Worker, run};

/// Work for later, stored with the commit that causes it.
#[derive(Clone, Debug)]
pub struct Message {
    pub(crate) kind: &'static str,
    pub(crate) dedupe_key: String,
    pub(crate) payload: String,
    pub(crate) not_before: i64,
}

impl Message {
    /// A job of a registered kind. A second message of the same kind with the same `dedupe_key` is not stored: name in it what the
    /// work is about and, if it may recur, which time (`"{contract}/{version}"`).
    pub fn new(kind: &'static str, dedupe_key: impl std::fmt::Display, payload: serde_json::Value) -> Self {
        Self { kind, dedupe_key: dedupe_key.to_string(), payload: payload.to_string(), not_before: 0 }
    }

    /// Runs it no earlier than this (microseconds UTC).
    #[must_use]
    pub fn not_before(mut self, micros: i64) -> Self {
        self.not_before = micros;
        self
    }
}

/// A job as its handler sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// `out_…`; also the idempotency key towards outside systems.
    pub id: String,
    /// The registered kind.
    pub kind: String,
    /// JSON text.
    pub payload: String,
    /// This attempt's number, from 1.
    pub attempt: i64,
    pub(crate) token: i64,
}

impl Job {
    /// The payload as the type that the handler expects.
    ///
    /// # Errors
    /// [`JobError::GiveUp`]: what cannot be read now will not be readable later.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, JobError> {
        serde_json::from_str(&self.payload)
            .map_err(|error| JobError::give_up(format!("the payload cannot be read: {error}")))
    }
}

/// Why a job did not succeed.
#[derive(Debug)]
pub enum JobError {
    /// Try again later. `?` makes it from any error; its text is kept for the operator, so it must hold no personal data.
    Again(String),
    /// Trying again cannot help.
    GiveUp(String),
}

impl JobError {
    /// Trying again cannot help; the operator must look.
    pub fn give_up(reason: impl Into<String>) -> Self {
        Self::GiveUp(reason.into())
    }
}

impl<E: std::error::Error> From<E> for JobError {
    fn from(error: E) -> Self {
        Self::Again(chain(&error))
    }
}

/// How many jobs are put aside; for the operator's overview, which has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn count_dead(app: &App) -> Result<i64, Failure> {
    let kinds = store::dead_by_kind(&mut *app.db.read().await?).await?;
    Ok(kinds.iter().map(|(_, many)| many).sum())
}

/// An error with everything that caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

type Handler = Arc<dyn Fn(App, Job) -> BoxFuture<'static, Result<(), JobError>> + Send + Sync>;

/// The handlers by kind.
#[derive(Default)]
pub struct Registry(BTreeMap<&'static str, Handler>);

impl Registry {
    /// Registers the handler of a kind; a kind has one handler, the last registered.
    pub fn on<F, R>(&mut self, kind: &'static str, handler: F)
    where
        F: Fn(App, Job) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        self.0.insert(kind, Arc::new(move |app, job| Box::pin(handler(app, job))));
    }

    fn handler(&self, kind: &str) -> Option<Handler> {
        self.0.get(kind).cloned()
    }
}
