//! The worker: claims due jobs, runs their handlers, notes what became of them.

use std::sync::Arc;
use std::time::Duration;

use rand_core::Rng as _;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::store::{self, Outcome};
use super::{Job, JobError};
use crate::app::App;
use crate::failure::Failure;

/// The longest pause between two attempts.
const MAX_PAUSE_MICROS: i64 = 3_600_000_000;

/// The running worker; [`Worker::stop`] lets current jobs finish.
pub struct Worker {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Worker {
    /// Claims no more and waits for the jobs at hand.
    pub async fn stop(self) {
        let _receiver_gone = self.stop.send(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the job worker broke off");
        }
    }
}

/// Starts working on the outbox.
#[must_use]
pub fn run(app: App) -> Worker {
    let (stop, stopped) = watch::channel(false);
    Worker { stop, task: tokio::spawn(work(app, stopped)) }
}

async fn work(app: App, mut stopped: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(app.config.jobs.concurrency));
    let pause = Duration::from_millis(app.config.jobs.poll_milliseconds);
    let mut running = JoinSet::new();
    while !*stopped.borrow() {
        let free = places.available_permits();
        let claimed = match claim(&app, free).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!(error = %super::chain(&error), "jobs cannot be claimed");
                Vec::new()
            }
        };
        let full = claimed.len() == free;
        for job in claimed {
            let (app, places) = (app.clone(), Arc::clone(&places));
            running.spawn(async move {
                // Never closed; were it, the job runs all the same.
                let place = places.acquire_owned().await.ok();
                carry_out(&app, job).await;
                drop(place);
            });
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = app.db.announced(), if !full => {}
            Some(_) = running.join_next(), if full => {}
            () = tokio::time::sleep(pause) => {}
        }
        while running.try_join_next().is_some() {}
    }
    while running.join_next().await.is_some() {}
}

async fn claim(app: &App, free: usize) -> Result<Vec<Job>, Failure> {
    let limit = i64::try_from(free).unwrap_or(i64::MAX);
    let now = app.now();
    // Mostly there is nothing, and on SQLite looking is cheaper than writing.
    if !store::any_due(&mut *app.db.read().await?, now).await? {
        return Ok(Vec::new());
    }
    app.db
        .bookkeep_one((now, limit, lease_until(app)), |(now, limit, until), conn| {
            Box::pin(async move { Ok(store::claim(conn, *now, *limit, *until).await?) })
        })
        .await
}

fn lease_until(app: &App) -> i64 {
    app.now() + i64::try_from(app.config.jobs.lease_seconds).unwrap_or(i64::MAX / 2_000_000) * 1_000_000
}

async fn carry_out(app: &App, job: Job) {
    let (id, token, kind) = (job.id.clone(), job.token, job.kind.clone());
    let attempt = job.attempt;
    let result = match app.jobs.handler(&job.kind) {
        // Kept for a process that knows the kind (a newer program beside an older one).
        None => Err(JobError::Again("no handler is registered for this kind".to_owned())),
        Some(handler) => {
            let handling = tokio::spawn(handler(app.clone(), job));
            match keep_leased(app, &id, token, handling).await {
                Some(result) => result,
                None => return,
            }
        }
    };
    let outcome = match result {
        Ok(()) => Outcome::Done,
        Err(JobError::GiveUp(error)) => Outcome::Dead { error },
        Err(JobError::Again(error)) if attempt >= app.config.jobs.max_attempts => Outcome::Dead { error },
        Err(JobError::Again(error)) => {
            Outcome::Again { run_at: app.now() + pause_after(attempt, app.rng().next_u64()), error }
        }
    };
    let name = match &outcome {
        Outcome::Done => "done",
        Outcome::Again { error, .. } => {
            tracing::warn!(job = %id, %kind, attempt, error, "a job will be tried again");
            "again"
        }
        Outcome::Dead { error } => {
            tracing::error!(job = %id, %kind, attempt, error, "a job is put aside for the operator");
            "dead"
        }
    };
    metrics::counter!("jobs_total", "kind" => kind, "outcome" => name).increment(1);
    let noted = app
        .db
        .bookkeep_one((id, token, outcome), |(id, token, outcome), conn| {
            Box::pin(async move { Ok(store::finish(conn, id, *token, outcome).await?) })
        })
        .await;
    match noted {
        Ok(true) => {}
        Ok(false) => tracing::warn!("a job was finished after its lease had gone to another worker"),
        // Its lease will run out and it will run again; handlers bear that.
        Err(error) => tracing::error!(error = %super::chain(&error), "the outcome of a job cannot be noted"),
    }
}

/// Waits for the handler and renews the lease meanwhile; nothing when the lease is lost (the handler is then broken off).
async fn keep_leased(
    app: &App,
    id: &str,
    token: i64,
    mut handling: JoinHandle<Result<(), JobError>>,
) -> Option<Result<(), JobError>> {
    let third = Duration::from_millis(app.config.jobs.lease_seconds.saturating_mul(1000) / 3);
    loop {
        tokio::select! {
            handled = &mut handling => {
                return Some(handled.unwrap_or_else(|panic| Err(JobError::Again(format!("the handler broke off: {panic}")))));
            }
            () = tokio::time::sleep(third) => {
                let renewed = app
                    .db
                    .bookkeep_one((id.to_owned(), token, lease_until(app)), |(id, token, until), conn| {
                        Box::pin(async move { Ok(store::renew(conn, id, *token, *until).await?) })
                    })
                    .await;
                if matches!(renewed, Ok(false)) {
                    handling.abort();
                    tracing::warn!(job = %id, "a job's lease went to another worker");
                    return None;
                }
            }
        }
    }
}

/// min(2^attempt s, 1 h) × 0.5…1.5, so that many failing jobs do not come back together.
fn pause_after(attempt: i64, chance: u64) -> i64 {
    let doubling =
        1_000_000_i64.checked_shl(u32::try_from(attempt.clamp(0, 20)).unwrap_or(20)).unwrap_or(MAX_PAUSE_MICROS);
    let base = doubling.clamp(1_000_000, MAX_PAUSE_MICROS);
    base / 2 + i64::try_from(chance % 1_000_001).unwrap_or(0) * (base / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour_and_are_spread() {
        assert_eq!(pause_after(1, 0), 1_000_000);
        assert_eq!(pause_after(1, 1_000_000), 3_000_000);
        assert_eq!(pause_after(40, 0), MAX_PAUSE_MICROS / 2);
        assert_eq!(pause_after(i64::MAX, 1_000_000), MAX_PAUSE_MICROS / 2 * 3);
    }

    #[tokio::test]
    async fn who_lost_the_lease_can_neither_renew_it_nor_note_a_result() {
        let directory = tempfile::tempdir().unwrap();
        let variables = [("YINXIN__DATA_DIR".to_owned(), directory.path().display().to_string())];
        let app = App::start(crate::config::Config::from_parts(None, variables).unwrap()).await.unwrap();
        let message = crate::jobs::Message::new("test", "1", serde_json::json!({}));
        let insert = (message, app.chance.id_bytes());
        app.db
            .bookkeep_one(insert, |(message, id), conn| {
                Box::pin(async move { Ok(store::insert(conn, message, 0, *id).await?) })
            })
            .await
            .unwrap();
        let first = claim(&app, 1).await.unwrap().remove(0);
        assert!(claim(&app, 1).await.unwrap().is_empty(), "a leased job is nobody else's");
        app.clock.advance(61_000_000).unwrap();
        let second = claim(&app, 1).await.unwrap().remove(0);
        assert_eq!((second.attempt, second.token), (2, first.token + 1));
        let note = async |job: &Job, outcome: Outcome| {
            let data = (job.id.clone(), job.token, outcome);
            app.db
                .bookkeep_one(data, |(id, token, outcome), conn| {
                    Box::pin(async move { Ok(store::finish(conn, id, *token, outcome).await?) })
                })
                .await
                .unwrap()
        };
        let renew = async |job: &Job| {
            let data = (job.id.clone(), job.token);
            app.db
                .bookkeep_one(data, |(id, token), conn| {
                    Box::pin(async move { Ok(store::renew(conn, id, *token, i64::MAX).await?) })
                })
                .await
                .unwrap()
        };
        assert!(!renew(&first).await);
        assert!(!note(&first, Outcome::Done).await);
        assert!(renew(&second).await);
        assert!(note(&second, Outcome::Again { run_at: 0, error: "e".into() }).await);
        assert!(!note(&second, Outcome::Done).await, "once noted, the lease is over");
        assert_eq!(claim(&app, 1).await.unwrap().remove(0).attempt, 3);
        app.db.close().await;
    }
}
