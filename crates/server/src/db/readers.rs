//! Connections for reading: SQLite's are kept here, PostgreSQL's are sqlx's pool.
//!
//! sqlx's pool asks a connection whether it lives when it is taken and again when it is given back. Over a network that is wise. To SQLite, a
//! file of this machine whose driver answers on a thread of its own, it costs four switches of threads beside the two of the query itself.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, Connection as _, Executor as _};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// How long a caller waits for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// A connection that was not taken for so long is asked whether it lives.
pub(super) const TRUSTED: Duration = Duration::from_secs(1);

/// A connection for reading; it goes back when dropped.
pub struct ReadConnection(Kind);

enum Kind {
    Sqlite(Taken),
    Postgres(PoolConnection<Any>),
}

impl From<PoolConnection<Any>> for ReadConnection {
    fn from(connection: PoolConnection<Any>) -> Self {
        Self(Kind::Postgres(connection))
    }
}

impl Deref for ReadConnection {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match &self.0 {
            Kind::Sqlite(taken) => &taken.reader.connection,
            Kind::Postgres(connection) => connection,
        }
    }
}

impl DerefMut for ReadConnection {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Kind::Sqlite(taken) => &mut taken.reader.connection,
            Kind::Postgres(connection) => connection,
        }
    }
}

/// SQLite's connections for reading; as many are opened as were ever needed at once.
pub(super) struct SqliteReaders {
    address: String,
    places: Arc<Semaphore>,
    readers: Mutex<Vec<Arc<tokio::sync::Mutex<Reader>>>>,
}

struct Reader {
    connection: AnyConnection,
    taken_at: Instant,
}

/// A reader that is out. The fields are dropped in this order: when its place is free, it is.
struct Taken {
    reader: OwnedMutexGuard<Reader>,
    _place: OwnedSemaphorePermit,
}

impl SqliteReaders {
    /// Opens the first.
    pub(super) async fn open(address: String, most: u32) -> Result<Self, sqlx::Error> {
        let most = usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS);
        let readers = Self { address, places: Arc::new(Semaphore::new(most)), readers: Mutex::default() };
        drop(readers.take().await?);
        Ok(readers)
    }

    /// The first that is free: always the same ones, whose statements are prepared and whose pages are read.
    pub(super) async fn take(&self) -> Result<ReadConnection, sqlx::Error> {
        let place = match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(sqlx::Error::PoolClosed),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        let reader = match self.first_free() {
            Some(mut reader) => {
                if reader.taken_at.elapsed() > TRUSTED && reader.connection.ping().await.is_err() {
                    reader.connection = self.connect().await?;
                }
                reader.taken_at = Instant::now();
                reader
            }
            None => {
                let reader = Reader { connection: self.connect().await?, taken_at: Instant::now() };
                let reader = Arc::new(tokio::sync::Mutex::new(reader));
                let taken = Arc::clone(&reader).lock_owned().await;
                self.lock().push(reader);
                taken
            }
        };
        Ok(ReadConnection(Kind::Sqlite(Taken { reader, _place: place })))
    }

    /// Lends no more, waits for those that are out, and closes all.
    pub(super) async fn close(&self) {
        self.places.close();
        let readers = std::mem::take(&mut *self.lock());
        for reader in readers {
            drop(reader.lock_owned().await);
        }
    }

    fn first_free(&self) -> Option<OwnedMutexGuard<Reader>> {
        self.lock().iter().find_map(|reader| Arc::clone(reader).try_lock_owned().ok())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<tokio::sync::Mutex<Reader>>>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = AnyConnection::connect(&self.address).await?;
        connection.execute("PRAGMA query_only = ON").await?;
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn value(connection: &mut AnyConnection, query: &'static str) -> Result<i64, sqlx::Error> {
        sqlx::query_scalar(query).fetch_one(connection).await
    }

    #[tokio::test]
    async fn connections_are_few_the_same_and_only_read() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite://{}/x.sqlite", folder.path().display());
        let mut writing = AnyConnection::connect(&format!("{address}?mode=rwc")).await.unwrap();
        writing.execute("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (7)").await.unwrap();
        let readers = SqliteReaders::open(format!("{address}?mode=ro"), 2).await.unwrap();

        // One after the other: the same one, which is known by a table that only it has.
        let mut first = readers.take().await.unwrap();
        first.execute("PRAGMA query_only = OFF; CREATE TEMP TABLE mine AS SELECT 1 AS a").await.unwrap();
        drop(first);
        let mut again = readers.take().await.unwrap();
        assert_eq!(value(&mut again, "SELECT a FROM mine").await.unwrap(), 1);

        // At the same time: another, which can read but not write; and no third, until one goes back.
        let mut second = readers.take().await.unwrap();
        assert_eq!(value(&mut second, "SELECT a FROM t").await.unwrap(), 7);
        assert!(second.execute("INSERT INTO t VALUES (8)").await.is_err());
        let mut third = std::pin::pin!(readers.take());
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(third.as_mut().poll(cx).is_pending())).await);
        drop(again);
        let mut third = third.await.unwrap();
        assert_eq!(value(&mut third, "SELECT a FROM mine").await.unwrap(), 1);

        // A transaction that was left behind is rolled back before the next one reads.
        let transaction = second.begin().await.unwrap();
        drop(transaction);
        drop(second);
        let mut second = readers.take().await.unwrap();
        assert!(second.execute("BEGIN").await.is_ok());

        drop((second, third));
        readers.close().await;
        assert!(matches!(readers.take().await, Err(sqlx::Error::PoolClosed)));
    }
}
