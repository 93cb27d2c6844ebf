//! Commits, the audit chain and the outbox, on both databases.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;
use yinxin_server::actor::{Actor, Need, Permit};
use yinxin_server::app::{Chance, Clock};
use yinxin_server::db::{CommitError, Db, Event, Record, events};
use yinxin_server::failure::Failure;

use crate::harness::{TestApp, everywhere};

fn permit() -> Permit {
    Actor::system("test").permit(&[Need::System]).unwrap()
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *app.app().db.read().await.unwrap()).await.unwrap()
}

const MESSAGES: &str = "SELECT COUNT(*) FROM sandbox_messages";
/// Those of these tests; a first start writes some of its own, about the authorities that it makes.
const EVENTS: &str = "SELECT COUNT(*) FROM events WHERE aggregate_kind = 'test'";
const ALL_EVENTS: &str = "SELECT COUNT(*) FROM events";

/// One commit on the thing `id`: inserts a sandbox message and refuses when told to.
async fn act(app: &TestApp, id: &str, text: String, refuse: bool) -> Result<(), Failure> {
    act_in(&app.app().db, id, text, refuse).await
}

async fn act_in(db: &Db, id: &str, text: String, refuse: bool) -> Result<(), Failure> {
    let record = Record::of(Event::new("test", id, "test.acted", json!({ "text": text })));
    db.commit(&permit(), record, (text, refuse), |(text, refuse), conn| {
        Box::pin(async move {
            sqlx::query("INSERT INTO sandbox_messages (id, recipient, text, created_at) VALUES ($1, 'test', $1, 0)")
                .bind(text)
                .execute(&mut *conn)
                .await?;
            if *refuse { Err(CommitError::Refused(Failure::StaleVersion { what: "test" })) } else { Ok(()) }
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_commits_keep_all_that_succeed_and_nothing_of_those_refused() {
    everywhere(async |app| {
        let at_start = count(app, ALL_EVENTS).await;
        let commits =
            (0..200).map(|number| act(app, ["a", "b", "c"][number % 3], format!("t{number}"), number % 5 == 0));
        let results = futures_join(commits).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 160);
        assert_eq!(count(app, MESSAGES).await, 160);
        assert_eq!(count(app, EVENTS).await, 160);
        assert_eq!(count(app, ALL_EVENTS).await - at_start, 160, "and no other");
        let mut conn = app.app().db.read().await.unwrap();
        let mut total = 0;
        for id in ["a", "b", "c"] {
            let track = events::track(&mut conn, "test", id).await.unwrap();
            assert!(events::is_unbroken(&track), "{id}");
            total += track.len();
        }
        assert_eq!(total, 160);
    })
    .await;
}

/// Runs futures at the same time on this task.
async fn futures_join<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => pending = true,
                }
            }
        }
        if pending { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panicking_or_failing_write_undoes_only_itself() {
    everywhere(async |app| {
        let panicking = Record::of(Event::new("test", "p", "test.acted", json!({})));
        let db = app.app().db.clone();
        let outcome = tokio::spawn(async move {
            db.commit(&permit(), panicking, (), |(), _| Box::pin(async { panic!("a bug in a feature") })).await
        })
        .await;
        assert!(!matches!(outcome, Ok(Ok::<(), Failure>(()))));
        act(app, "p", "after".into(), false).await.unwrap();
        let failed = app
            .app()
            .db
            .commit(&permit(), Record::of(Event::new("test", "p", "test.acted", json!({}))), (), |(), conn| {
                Box::pin(async move {
                    sqlx::query("INSERT INTO no_such_table (x) VALUES (1)").execute(conn).await?;
                    Ok::<(), CommitError<Failure>>(())
                })
            })
            .await;
        assert!(matches!(failed, Err(Failure::Database(_))));
        act(app, "p", "after that".into(), false).await.unwrap();
        let track = events::track(&mut app.app().db.read().await.unwrap(), "test", "p").await.unwrap();
        assert_eq!(track.len(), 2);
    })
    .await;
}

/// What a process remembers of a chain may be wrong: another one has appended, or what it appended itself was undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_chain_goes_on_from_what_is_stored_and_not_from_what_is_remembered() {
    everywhere(async |app| {
        let own = &app.app().db;
        let other = Db::open(&app.app().config, Arc::new(Clock::new(false)), Arc::new(Chance::from_system().unwrap()))
            .await
            .unwrap();
        for round in 0..4 {
            act_in(own, "s", format!("own {round}"), false).await.unwrap();
            act_in(&other, "s", format!("other {round}"), false).await.unwrap();
            act_in(&other, "s", format!("other again {round}"), false).await.unwrap();
            // The second event cannot be stored where texts have no zero byte, so that the first is undone.
            let event = |id: &str| Event::new("test", id, "test.acted", json!({}));
            let record = Record::of(event("s")).and(event("zero\0"));
            let _undone =
                own.commit(&permit(), record, (), |(), _| Box::pin(async { Ok::<(), CommitError<Failure>>(()) })).await;
        }
        other.close().await;
        let track = events::track(&mut own.read().await.unwrap(), "test", "s").await.unwrap();
        assert!(events::is_unbroken(&track));
        let whole =
            if count(app, "SELECT COUNT(*) FROM events WHERE aggregate_id LIKE 'zero%'").await == 0 { 12 } else { 16 };
        assert_eq!(track.len(), whole);
    })
    .await;
}

/// A browser that is closed in the middle leaves neither half a change nor a lock that others wait for.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_whose_caller_goes_away_happens_wholly_or_not_at_all_and_blocks_nobody() {
    everywhere(async |app| {
        act(app, "g", "first".into(), false).await.unwrap();
        for number in 0..40 {
            let mut abandoned = Box::pin(act(app, "g", format!("abandoned {number}"), false));
            // Left at another moment each time: before it is queued, while it waits, in the transaction, or after it.
            let _left = tokio::time::timeout(std::time::Duration::from_micros(100 * number), &mut abandoned).await;
            drop(abandoned);
            // The connection that it had, if it has given it back: the next write finds another.
            let _held = app.app().db.read().await.unwrap();
            let next = act(app, "g", format!("next {number}"), false);
            tokio::time::timeout(std::time::Duration::from_secs(30), next).await.expect("no lock is left").unwrap();
        }
        app.app().db.close().await;
        let mut conn = yinxin_server::db::open_read_only(&app.app().config).await.unwrap();
        let track = events::track(&mut conn, "test", "g").await.unwrap();
        let messages: i64 = sqlx::query_scalar(MESSAGES).fetch_one(&mut conn).await.unwrap();
        assert!(events::is_unbroken(&track));
        assert_eq!(messages, i64::try_from(track.len()).unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_missing_or_moved_event_breaks_its_chain() {
    everywhere(async |app| {
        for number in 0..3 {
            act(app, "x", format!("t{number}"), false).await.unwrap();
        }
        let track = events::track(&mut app.app().db.read().await.unwrap(), "test", "x").await.unwrap();
        assert!(events::is_unbroken(&track));
        assert_eq!(
            (track[0].seq, track[0].actor_kind.as_str(), track[0].agent.as_deref()),
            (1, "system", Some("test"))
        );
        let mut changed = track.clone();
        changed[1].data = "{}".into();
        assert!(!events::is_unbroken(&changed));
        let mut missing = track.clone();
        missing.remove(1);
        assert!(!events::is_unbroken(&missing));
        let mut moved = track.clone();
        moved.swap(0, 1);
        assert!(!events::is_unbroken(&moved));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_after_closing_are_refused_and_those_before_are_kept() {
    everywhere(async |app| {
        let counter = Arc::new(AtomicI64::new(0));
        act(app, "z", "kept".into(), false).await.unwrap();
        counter.fetch_add(count(app, EVENTS).await, Ordering::Relaxed);
        app.app().db.close().await;
        assert!(act(app, "z", "late".into(), false).await.is_err());
        assert_eq!(counter.load(Ordering::Relaxed), 1);
    })
    .await;
}

/// The same page comes on both databases, whatever order a PostgreSQL database has of its own.
#[tokio::test(flavor = "multi_thread")]
async fn text_is_ordered_by_its_bytes_on_both_databases() {
    async fn ids(conn: &mut sqlx::AnyConnection) -> Vec<String> {
        // Not kept: a prepared statement does not outlive a change of its columns.
        let query = sqlx::query_scalar("SELECT id FROM sandbox_messages ORDER BY id").persistent(false);
        query.fetch_all(conn).await.unwrap()
    }
    everywhere(async |app| {
        for id in ["乙", "a", "_", "B", "甲", "1"] {
            act(app, "order", id.to_owned(), false).await.unwrap();
        }
        let bytewise = ["1", "B", "_", "a", "乙", "甲"];
        assert_eq!(ids(&mut app.app().db.read().await.unwrap()).await, bytewise);
        let config = &app.app().config;
        if config.database.url.is_empty() {
            return;
        }
        // As an older program left it: the next start puts it in order, indexes included.
        let mut conn = app.app().db.read().await.unwrap();
        let older = "ALTER TABLE sandbox_messages ALTER COLUMN id TYPE TEXT COLLATE \"zh-Hans-CN-x-icu\"";
        sqlx::query(older).execute(&mut *conn).await.unwrap();
        assert_ne!(ids(&mut conn).await, bytewise, "the order of a language is another");
        let chance = Arc::new(Chance::from_system().unwrap());
        let again = Db::open(config, Arc::new(Clock::new(false)), chance).await.unwrap();
        assert_eq!(ids(&mut conn).await, bytewise);
        again.close().await;
    })
    .await;
}
