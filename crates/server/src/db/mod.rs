//! The database: one SQL text for SQLite and PostgreSQL through sqlx's `Any`, and one way to change anything.
//!
//! - Read: `let mut conn = app.db.read().await?;` then a function of a `store.rs`, all of which take `&mut AnyConnection`.
//! - Write: [`Db::commit`]. It asks for a [`Permit`] and a [`Record`]; the change, the audit events and the outbox messages
//!   become durable in one transaction or not at all (design, invariant 4). It returns only after that.
//!
//! On SQLite one task owns the one writing connection and commits many writes at once (`writer.rs`); on PostgreSQL each
//! write is a READ COMMITTED transaction that is run again on a serialisation failure or deadlock. Therefore a write is a
//! function of its data that only speaks SQL, and may be run more than once.
//!
//! Rules for SQL here: `$1` placeholders; TEXT and BIGINT columns only (`Any` refuses BOOLEAN on SQLite); cast a SUM to
//! BIGINT; ON CONFLICT instead of catching a unique violation (which aborts PostgreSQL's transaction); time is
//! microseconds UTC; JSON is TEXT; text is ordered by its bytes (`byte_order.rs`). Every store function has a test on both databases.

mod byte_order;
pub mod events;
pub mod files;
pub mod migrate;
mod pool;
mod writer;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use rand_core::Rng as _;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use sqlx::{Connection as _, Executor as _, Row as _};
use tokio::sync::Notify;

use crate::actor::Permit;
use crate::app::{Chance, Clock};
use crate::config::Config;
use crate::failure::Failure;
use crate::jobs::{Message, store as outbox};
pub use events::Event;
pub use pool::PooledConnection;

/// A future in a box that may be sent between threads.
pub type BoxFuture<'c, T> = Pin<Box<dyn Future<Output = T> + Send + 'c>>;

/// How often a PostgreSQL transaction is run again before the failure is reported.
const RETRIES: u32 = 8;

/// Why the database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It cannot be reached or refuses.
    #[error("the database cannot be reached")]
    Connection(#[from] sqlx::Error),
    /// Its schema cannot be brought up to date.
    #[error("the schema cannot be brought up to date")]
    Migration(#[from] migrate::MigrationError),
    /// The directory of the SQLite file.
    #[error("the directory of the database cannot be used")]
    Directory(#[source] std::io::Error),
    /// The address is neither empty nor postgres://.
    #[error("database.url must be empty (SQLite in the data directory) or begin with postgres://")]
    Address,
}

/// What a write function answers when it does not succeed.
#[derive(Debug)]
pub enum CommitError<E> {
    /// The feature refuses; nothing is changed.
    Refused(E),
    /// An obstacle; `?` makes it from [`Failure`] and `sqlx::Error`.
    Failed(Failure),
}

impl<E> From<Failure> for CommitError<E> {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl<E> From<sqlx::Error> for CommitError<E> {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(Failure::Database(error))
    }
}

/// What is recorded with a change: at least one audit event, and messages for background jobs.
#[derive(Debug)]
pub struct Record {
    events: Vec<Event>,
    messages: Vec<Message>,
}

impl Record {
    /// A record of one event.
    #[must_use]
    pub fn of(event: Event) -> Self {
        Self { events: vec![event], messages: Vec::new() }
    }

    /// Adds an event.
    #[must_use]
    pub fn and(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Adds a message: a job that runs soon after the commit, once it is durable.
    #[must_use]
    pub fn then(mut self, message: Message) -> Self {
        self.messages.push(message);
        self
    }

    /// Adds what another record holds, after this one's.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.events.extend(other.events);
        self.messages.extend(other.messages);
        self
    }

    /// Adds several events and messages.
    #[must_use]
    pub fn with(
        mut self,
        events: impl IntoIterator<Item = Event>,
        messages: impl IntoIterator<Item = Message>,
    ) -> Self {
        self.events.extend(events);
        self.messages.extend(messages);
        self
    }
}

/// The database. Cloning shares it.
#[derive(Clone)]
pub struct Db {
    pool: Arc<pool::Pool>,
    /// On SQLite.
    writer: Option<Arc<writer::Writer>>,
    clock: Arc<Clock>,
    chance: Arc<Chance>,
    heads: Arc<events::Heads>,
    announced: Arc<Notify>,
    changed: Arc<Notify>,
}

impl Db {
    /// Opens the configured database and brings its schema up to date.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn open(config: &Config, clock: Arc<Clock>, chance: Arc<Chance>) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        let (announced, changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let connections = config.database.connections;
        let (pool, writer) = if config.database.url.is_empty() {
            let address = sqlite_address(config)?;
            let mut connection = AnyConnection::connect(&format!("{address}?mode=rwc")).await?;
            for pragma in [
                "PRAGMA busy_timeout = 10000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA foreign_keys = ON",
                // What undoes one write of many is kept in memory, not in a file made and deleted for each commit.
                "PRAGMA temp_store = MEMORY",
            ] {
                connection.execute(pragma).await?;
            }
            migrate::run(&mut connection, clock.now()).await?;
            let pool = pool::Pool::open(format!("{address}?mode=ro"), connections).await?;
            (pool, Some(Arc::new(writer::Writer::start(connection))))
        } else if config.database.url.starts_with("postgres://") || config.database.url.starts_with("postgresql://") {
            let pool = pool::Pool::open(config.database.url.clone(), connections).await?;
            let mut connection = pool.take().await?;
            migrate::run(&mut connection, clock.now()).await?;
            byte_order::settle(&mut connection).await?;
            drop(connection);
            (pool, None)
        } else {
            return Err(DbError::Address);
        };
        Ok(Self { pool: Arc::new(pool), writer, clock, chance, heads: Arc::default(), announced, changed })
    }

    /// A connection for reading. Give it back soon: do not hold it while waiting for anything else.
    ///
    /// # Errors
    /// [`Failure::Database`] when none is free within ten seconds.
    pub async fn read(&self) -> Result<PooledConnection, Failure> {
        Ok(self.pool.take().await?)
    }

    /// The database answers.
    ///
    /// # Errors
    /// [`Failure::Database`] when it does not.
    pub async fn answers(&self) -> Result<(), Failure> {
        sqlx::query("SELECT 1").execute(&mut *self.read().await?).await?;
        Ok(())
    }

    /// Changes something: runs `write`, then appends the record's events and messages, in one transaction.
    ///
    /// `data` is what `write` needs; it is lent to it, because `write` may run more than once. `write` speaks SQL only.
    /// ```ignore
    /// app.db.commit(&permit, record, (id, name), |(id, name), conn| Box::pin(async move {
    ///     store::rename(conn, *id, name).await?;
    ///     Ok(())
    /// })).await
    /// ```
    /// If the caller goes away while waiting, the change may or may not happen; it is never half done.
    ///
    /// # Errors
    /// What `write` refuses ([`CommitError::Refused`]), or a [`Failure`]; nothing is changed then.
    pub async fn commit<D, T, E, W>(&self, permit: &Permit, record: Record, data: D, write: W) -> Result<T, E>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: From<Failure> + Send + 'static,
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>> + Send + Sync + 'static,
    {
        let announces = !record.messages.is_empty();
        let result = self.run(Some((permit.clone(), record)), Extent::Several, data, write).await;
        if result.is_ok() {
            self.changed.notify_one();
            if announces {
                self.announced.notify_one();
            }
        }
        result.map_err(|error| match error {
            CommitError::Refused(refused) => refused,
            CommitError::Failed(failure) => failure.into(),
        })
    }

    /// Bookkeeping that is no act of anybody and therefore has no event: an answer to a captcha, tries of a password.
    ///
    /// # Errors
    /// [`Failure`]; nothing is changed then.
    pub(crate) async fn bookkeep<D, T, W>(&self, data: D, write: W) -> Result<T, Failure>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<Failure>>>
            + Send
            + Sync
            + 'static,
    {
        plain(self.run(None, Extent::Several, data, write).await)
    }

    /// Bookkeeping of *one* statement: job leases, a session's last use, tries of a code. On PostgreSQL a statement by itself is a transaction
    /// already, and costs a third of what it costs between BEGIN and COMMIT; a second one in `write` would not be undone with the first.
    ///
    /// # Errors
    /// [`Failure`]; nothing is changed then.
    pub(crate) async fn bookkeep_one<D, T, W>(&self, data: D, write: W) -> Result<T, Failure>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<Failure>>>
            + Send
            + Sync
            + 'static,
    {
        plain(self.run(None, Extent::One, data, write).await)
    }

    /// Waits until a commit of this process announced a message.
    pub(crate) async fn announced(&self) {
        self.announced.notified().await;
    }

    /// Waits until a commit of this process changed something.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Wakes the job worker, for example after the clock was moved.
    pub fn announce(&self) {
        self.announced.notify_one();
    }

    /// Finishes the writes that were taken, takes no more, and closes every connection.
    pub async fn close(&self) {
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
        self.pool.close().await;
    }

    async fn run<D, T, E, W>(
        &self,
        record: Option<(Permit, Record)>,
        extent: Extent,
        data: D,
        write: W,
    ) -> Result<T, CommitError<E>>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        E: Send + 'static,
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>> + Send + Sync + 'static,
    {
        let (clock, chance, heads) = (Arc::clone(&self.clock), Arc::clone(&self.chance), Arc::clone(&self.heads));
        let job = Write { record, data, write, clock, chance, heads };
        if let Some(writer) = &self.writer {
            return writer.submit(job).await;
        }
        // In a task of its own: were the transaction left in the middle with its caller, its connection would go back with locks held.
        let (pool, chance) = (Arc::clone(&self.pool), Arc::clone(&self.chance));
        tokio::spawn(async move { transact(&pool, &chance, extent, job).await }).await.map_err(|_| Failure::Stopping)?
    }
}

/// How many statements a write has at most.
#[derive(Clone, Copy)]
enum Extent {
    One,
    Several,
}

/// What bookkeeping answers: it has no refusals of its own.
fn plain<T>(result: Result<T, CommitError<Failure>>) -> Result<T, Failure> {
    result.map_err(|error| match error {
        CommitError::Refused(failure) | CommitError::Failed(failure) => failure,
    })
}

/// PostgreSQL: one transaction, run again while the database asks for it.
async fn transact<D, T, E, W>(
    pool: &pool::Pool,
    chance: &Chance,
    extent: Extent,
    job: Write<D, W>,
) -> Result<T, CommitError<E>>
where
    D: Send + Sync + 'static,
    W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>> + Send + Sync,
{
    let mut attempt = 0;
    loop {
        let mut connection = pool.take().await?;
        let outcome = match extent {
            Extent::One => job.apply(&mut connection).await,
            Extent::Several => {
                let mut transaction = connection.begin().await?;
                match job.apply(&mut transaction).await {
                    Ok(value) => match transaction.commit().await {
                        Ok(()) => Ok(value),
                        Err(error) => Err(CommitError::Failed(error.into())),
                    },
                    Err(error) => {
                        transaction.rollback().await?;
                        Err(error)
                    }
                }
            }
        };
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        drop(connection);
        attempt += 1;
        if attempt > RETRIES || !asks_for_retry(&error) {
            return Err(error);
        }
        let jitter = u64::from(chance.fork().next_u32() % 8);
        tokio::time::sleep(Duration::from_millis((1 << attempt.min(6)) + jitter)).await;
    }
}

/// One write with its record, ready to be run on a connection, more than once if need be.
struct Write<D, W> {
    record: Option<(Permit, Record)>,
    data: D,
    write: W,
    clock: Arc<Clock>,
    chance: Arc<Chance>,
    heads: Arc<events::Heads>,
}

impl<D, W> Write<D, W> {
    /// Inside a transaction: the change, then its events, then its messages. A panic in one feature's write ends neither the task that all
    /// writes to SQLite depend on, nor a transaction of PostgreSQL without its end.
    async fn apply<T, E>(&self, conn: &mut AnyConnection) -> Result<T, CommitError<E>>
    where
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>>,
    {
        let mut applying = std::pin::pin!(self.apply_unguarded(conn));
        std::future::poll_fn(move |context| {
            match std::panic::catch_unwind(AssertUnwindSafe(|| applying.as_mut().poll(context))) {
                Ok(poll) => poll,
                Err(_) => Poll::Ready(Err(CommitError::Failed(Failure::WritePanicked))),
            }
        })
        .await
    }

    async fn apply_unguarded<T, E>(&self, conn: &mut AnyConnection) -> Result<T, CommitError<E>>
    where
        W: for<'c> Fn(&'c D, &'c mut AnyConnection) -> BoxFuture<'c, Result<T, CommitError<E>>>,
    {
        let value = (self.write)(&self.data, &mut *conn).await?;
        if let Some((permit, record)) = &self.record {
            let now = self.clock.now();
            for event in &record.events {
                events::append(&mut *conn, &self.heads, permit.actor(), event, now, self.chance.id_bytes()).await?;
            }
            for message in &record.messages {
                outbox::insert(&mut *conn, message, now, self.chance.id_bytes()).await?;
            }
        }
        Ok(value)
    }
}

/// Serialisation failure (40001) or deadlock (40P01).
fn asks_for_retry<E>(error: &CommitError<E>) -> bool {
    match error {
        CommitError::Failed(Failure::Database(sqlx::Error::Database(error))) => {
            matches!(error.code().as_deref(), Some("40001" | "40P01"))
        }
        CommitError::Failed(_) | CommitError::Refused(_) => false,
    }
}

/// A connection of its own that can change nothing, and migrates nothing: for looking at a database that may be ill.
///
/// # Errors
/// [`DbError::Connection`], also when SQLite's file does not exist yet; [`DbError::Address`].
pub async fn open_read_only(config: &Config) -> Result<AnyConnection, DbError> {
    sqlx::any::install_default_drivers();
    if config.database.url.is_empty() {
        let mut connection = AnyConnection::connect(&format!("{}?mode=ro", sqlite_address(config)?)).await?;
        connection.execute("PRAGMA query_only = ON").await?;
        Ok(connection)
    } else if config.database.url.starts_with("postgres://") || config.database.url.starts_with("postgresql://") {
        let mut connection = AnyConnection::connect(&config.database.url).await?;
        connection.execute("SET default_transaction_read_only = on").await?;
        Ok(connection)
    } else {
        Err(DbError::Address)
    }
}

/// For optimistic locking: an `UPDATE … WHERE id = … AND version = …` must have met exactly its row.
///
/// # Errors
/// [`Failure::StaleVersion`] when it met none.
pub fn expect_version(rows_affected: u64, what: &'static str) -> Result<(), Failure> {
    if rows_affected == 0 { Err(Failure::StaleVersion { what }) } else { Ok(()) }
}

/// A TEXT column that must hold an id or another type that reads itself from text.
///
/// # Errors
/// [`Failure::Damaged`] when it does not.
pub fn parsed<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &AnyRow,
    column: &'static str,
) -> Result<T, Failure> {
    let text: &str = row.try_get(column)?;
    text.parse().map_err(|error: T::Err| Failure::damaged(column, error))
}

/// The address of the SQLite file, with everything that an address could misread percent-encoded.
fn sqlite_address(config: &Config) -> Result<String, DbError> {
    let path = std::path::absolute(config.data_dir.join("yinxin.sqlite")).map_err(DbError::Directory)?;
    let mut address = String::from("sqlite://");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.".contains(byte) {
            address.push(char::from(*byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(address)
}
