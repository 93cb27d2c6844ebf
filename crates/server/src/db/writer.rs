//! SQLite's one writer: a task that owns the writing connection and makes many writes durable with one COMMIT.
//!
//! It takes what waits in the queue, opens `BEGIN IMMEDIATE`, runs each write in a savepoint (a refusing write undoes only
//! itself), commits, and only then tells each waiting caller. With `synchronous = FULL` the COMMIT is on the disk.

use std::sync::{Arc, Mutex, PoisonError};

use sqlx::AnyConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{BoxFuture, CommitError, Write};
use crate::failure::Failure;

/// Writes that may wait; more than this and callers wait before queueing.
const QUEUE: usize = 1024;
/// Writes made durable by one COMMIT.
const BATCH: usize = 128;

/// The handle to the writer's queue and task.
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Box<dyn Queued>>>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// A write whose types are forgotten, so that writes of all features stand in one queue.
trait Queued: Send {
    /// Runs inside a savepoint; true when its changes shall stay.
    fn run<'c>(&'c mut self, conn: &'c mut AnyConnection) -> BoxFuture<'c, bool>;
    /// Tells the caller: its own outcome if the batch is durable, else the batch's failure.
    fn settle(self: Box<Self>, batch: Result<(), Arc<sqlx::Error>>);
}

struct Pending<D, W, T, E> {
    write: Write<D, W>,
    outcome: Option<Result<T, CommitError<E>>>,
    caller: oneshot::Sender<Result<T, CommitError<E>>>,
}

impl<D, W, T, E> Queued for Pending<D, W, T, E>
where
    D: Send + Sync,
    T: Send,
    E: Send,
    W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>> + Send + Sync,
{
    fn run<'c>(&'c mut self, conn: &'c mut AnyConnection) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let outcome = self.write.apply(conn).await;
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn settle(self: Box<Self>, batch: Result<(), Arc<sqlx::Error>>) {
        let answer = match (batch, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            // A refusal stays a refusal whatever became of the others.
            (Err(_), Some(Err(refused @ CommitError::Refused(_)))) => Err(refused),
            (Err(error), _) => Err(CommitError::Failed(Failure::Commit(error))),
            (Ok(()), None) => Err(CommitError::Failed(Failure::Stopping)),
        };
        // The caller may have gone away; the change is durable all the same.
        let _gone = self.caller.send(answer);
    }
}

impl Writer {
    /// Starts the task on its connection.
    pub(super) fn start(connection: AnyConnection) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let task = tokio::spawn(write_batches(connection, receiver));
        Self { queue: Mutex::new(Some(sender)), task: Mutex::new(Some(task)) }
    }

    /// Queues a write and waits until it is durable or refused.
    pub(super) async fn submit<D, W, T, E>(&self, write: Write<D, W>) -> Result<T, CommitError<E>>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Send + 'static,
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>> + Send + Sync + 'static,
    {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Failure::Stopping)?;
        let (caller, answer) = oneshot::channel();
        queue.send(Box::new(Pending { write, outcome: None, caller })).await.map_err(|_| Failure::Stopping)?;
        drop(queue);
        answer.await.map_err(|_| Failure::Stopping)?
    }

    /// Takes no more writes and waits until the queue is empty and durable.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer broke off");
        }
    }
}

async fn write_batches(mut connection: AnyConnection, mut queue: mpsc::Receiver<Box<dyn Queued>>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let committed = write_batch(&mut connection, &mut batch).await.map_err(Arc::new);
        if let Err(error) = &committed {
            tracing::error!(%error, writes = batch.len(), "a batch of writes was refused by the database");
            // Fails when SQLite has already rolled back by itself; then there is nothing to do.
            let _already = connection.execute("ROLLBACK").await;
        }
        metrics::histogram!("db_commit_batch_writes").record(u32::try_from(batch.len()).unwrap_or(u32::MAX));
        for write in batch.drain(..) {
            write.settle(committed.clone());
        }
    }
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the writing connection did not close cleanly");
    }
}

/// Each request to SQLite's driver is a switch to its thread and back; all that stands between two writes is therefore one request.
async fn write_batch(connection: &mut AnyConnection, batch: &mut [Box<dyn Queued>]) -> Result<(), sqlx::Error> {
    let mut before = "BEGIN IMMEDIATE; SAVEPOINT one_write";
    let mut end = "COMMIT";
    for write in batch.iter_mut() {
        sqlx::query(before).execute(&mut *connection).await?;
        (before, end) = if write.run(connection).await {
            ("RELEASE one_write; SAVEPOINT one_write", "RELEASE one_write; COMMIT")
        } else {
            (
                "ROLLBACK TO one_write; RELEASE one_write; SAVEPOINT one_write",
                "ROLLBACK TO one_write; RELEASE one_write; COMMIT",
            )
        };
    }
    sqlx::query(end).execute(connection).await?;
    Ok(())
}
