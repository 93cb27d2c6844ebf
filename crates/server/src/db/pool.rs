//! The connections of this process, but for the one that writes to SQLite.
//!
//! sqlx's pool asks a connection whether it lives when it is taken and again when it is given back. To SQLite, whose driver answers on a thread
//! of its own, that is four switches of threads beside the two of the query itself; to PostgreSQL on the same machine nearly the same.
//! Here it is asked once a second, and the one that was used last is used next: its statements are prepared, its pages read.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::{AnyConnection, Connection as _, Executor as _};
use tokio::sync::{OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// How long a caller waits for a connection, and a connection for its answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// For how long a connection that has answered is taken to live.
const TRUSTED: Duration = Duration::from_secs(1);
/// A connection that was not used for so long is not asked, but replaced: what stands between us and the database may have forgotten it.
const FORGOTTEN: Duration = Duration::from_secs(600);

/// A connection; it goes back when dropped.
pub struct PooledConnection {
    // Dropped in this order: when its place is free, it is.
    slot: OwnedMutexGuard<Slot>,
    _place: OwnedSemaphorePermit,
}

impl Deref for PooledConnection {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.slot.connection
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.slot.connection
    }
}

/// The connections; as many are opened as were ever needed at once.
pub(super) struct Pool {
    address: String,
    reads_sqlite: bool,
    places: Arc<Semaphore>,
    slots: Mutex<Vec<Arc<tokio::sync::Mutex<Slot>>>>,
}

struct Slot {
    connection: AnyConnection,
    taken_at: Instant,
    answered_at: Instant,
}

impl Pool {
    /// Opens the first of at most so many connections.
    pub(super) async fn open(address: String, most: u32) -> Result<Self, sqlx::Error> {
        let most = usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS).clamp(1, Semaphore::MAX_PERMITS);
        let reads_sqlite = address.starts_with("sqlite:");
        let pool = Self { address, reads_sqlite, places: Arc::new(Semaphore::new(most)), slots: Mutex::default() };
        drop(pool.take().await?);
        Ok(pool)
    }

    /// The first that is free; opens one if none is.
    pub(super) async fn take(&self) -> Result<PooledConnection, sqlx::Error> {
        let place = match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => return Err(sqlx::Error::PoolClosed),
            Err(_) => return Err(sqlx::Error::PoolTimedOut),
        };
        let free = self.lock().iter().find_map(|slot| Arc::clone(slot).try_lock_owned().ok());
        let slot = match free {
            Some(mut slot) => {
                if slot.answered_at.elapsed() > TRUSTED {
                    let lives = slot.taken_at.elapsed() < FORGOTTEN
                        && matches!(timeout(PATIENCE, slot.connection.ping()).await, Ok(Ok(())));
                    if !lives {
                        slot.connection = self.connect().await?;
                    }
                    slot.answered_at = Instant::now();
                }
                slot.taken_at = Instant::now();
                slot
            }
            None => {
                let connection = self.connect().await?;
                let now = Instant::now();
                let slot = Arc::new(tokio::sync::Mutex::new(Slot { connection, taken_at: now, answered_at: now }));
                let taken = Arc::clone(&slot).lock_owned().await;
                self.lock().push(slot);
                taken
            }
        };
        Ok(PooledConnection { slot, _place: place })
    }

    /// Lends no more, waits for those that are out, and closes all.
    pub(super) async fn close(&self) {
        self.places.close();
        let slots = std::mem::take(&mut *self.lock());
        for slot in slots {
            drop(slot.lock_owned().await);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<tokio::sync::Mutex<Slot>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection =
            timeout(PATIENCE, AnyConnection::connect(&self.address)).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        if self.reads_sqlite {
            connection.execute("PRAGMA query_only = ON").await?;
        }
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
        let pool = Pool::open(format!("{address}?mode=ro"), 2).await.unwrap();

        // One after the other: the same one, which is known by a table that only it has.
        let mut first = pool.take().await.unwrap();
        first.execute("PRAGMA query_only = OFF; CREATE TEMP TABLE mine AS SELECT 1 AS a").await.unwrap();
        drop(first);
        let mut again = pool.take().await.unwrap();
        assert_eq!(value(&mut again, "SELECT a FROM mine").await.unwrap(), 1);

        // At the same time: another, which can read but not write; and no third, until one goes back.
        let mut second = pool.take().await.unwrap();
        assert_eq!(value(&mut second, "SELECT a FROM t").await.unwrap(), 7);
        assert!(second.execute("INSERT INTO t VALUES (8)").await.is_err());
        let mut third = std::pin::pin!(pool.take());
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(third.as_mut().poll(cx).is_pending())).await);
        drop(again);
        let mut third = third.await.unwrap();
        assert_eq!(value(&mut third, "SELECT a FROM mine").await.unwrap(), 1);

        // A transaction that was left behind is rolled back before the next one reads.
        let transaction = second.begin().await.unwrap();
        drop(transaction);
        drop(second);
        let mut second = pool.take().await.unwrap();
        assert!(second.execute("BEGIN").await.is_ok());

        drop((second, third));
        pool.close().await;
        assert!(matches!(pool.take().await, Err(sqlx::Error::PoolClosed)));
    }
}
