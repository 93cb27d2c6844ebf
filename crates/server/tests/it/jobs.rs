//! The outbox: what an operator sees of it, and that a job runs soon, again, and by one worker at a time.

use serde_json::json;
use yinxin_server::actor::{Actor, Need};
use yinxin_server::db::{CommitError, Event, Record};
use yinxin_server::failure::Failure;
use yinxin_server::jobs::Message;

use crate::harness::{TestApp, everywhere_with};

async fn send(app: &TestApp, message: Message) {
    let permit = Actor::system("test").permit(&[Need::System]).unwrap();
    let record = Record::of(Event::new("test", "jobs", "test.sent", json!({}))).then(message);
    app.app()
        .db
        .commit(&permit, record, (), |(), _| Box::pin(async { Ok::<(), CommitError<Failure>>(()) }))
        .await
        .unwrap();
}

/// The job of a kind as the operator sees it in a state, once it is there.
async fn in_state(app: &TestApp, state: &str, kind: &str) -> serde_json::Value {
    let operator = app.operator().await;
    for _ in 0..1000 {
        let list = operator.get(&format!("/api/v1/operator/outbox?state={state}")).await.expect(200);
        let found = list.json["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).cloned();
        if let Some(found) = found {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no {kind} in state {state}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_is_tried_again_then_put_aside_and_started_anew_by_the_operator() {
    everywhere_with("[jobs]\nmax_attempts = 2\npoll_milliseconds = 20", async |app| {
        // No handler is registered for this kind, which fails like any error.
        send(app, Message::new("nobody.knows", "1", json!({}))).await;
        send(app, Message::new("nobody.knows", "1", json!({ "second": true }))).await;
        let waiting = in_state(app, "ready", "nobody.knows").await;
        assert!(waiting["last_error"].as_str().unwrap_or("no handler").contains("no handler"));
        while in_state_now(app, "dead").await == 0 {
            app.app().clock.advance(10_000_000).unwrap();
            app.app().db.announce();
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let dead = in_state(app, "dead", "nobody.knows").await;
        assert_eq!(dead["attempts"], 2, "and the second message with the same key was not stored");
        let path = format!("/api/v1/operator/outbox/{}/redrive", dead["id"].as_str().unwrap());
        app.operator().await.post(&path, json!({})).await.expect(204);
        assert_eq!(app.operator().await.post(&path, json!({})).await.expect(404).code(), "outbox.not_dead");
        app.log_in("19900000001").await.post(&path, json!({})).await.expect(403);
        assert_eq!(in_state_now(app, "done").await, 0);
    })
    .await;
}

async fn in_state_now(app: &TestApp, state: &str) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE state = $1")
        .bind(state)
        .fetch_one(&mut *app.app().db.read().await.unwrap())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_with_an_unreadable_payload_is_put_aside_at_once() {
    everywhere_with("", async |app| {
        send(app, Message::new("identity.send_code", "bad", json!({ "challenge": "nonsense" }))).await;
        let dead = in_state(app, "dead", "identity.send_code").await;
        assert_eq!(dead["attempts"], 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_later_waits_for_its_time() {
    everywhere_with("[jobs]\npoll_milliseconds = 20", async |app| {
        let later = app.app().now() + 3_600_000_000;
        send(app, Message::new("identity.send_code", "later", json!({ "challenge": "nonsense" })).not_before(later))
            .await;
        send(app, Message::new("identity.send_code", "now", json!({ "challenge": "nonsense" }))).await;
        in_state(app, "dead", "identity.send_code").await;
        assert_eq!(in_state_now(app, "ready").await, 1);
        app.app().clock.advance(3_600_000_000).unwrap();
        app.app().db.announce();
        while in_state_now(app, "ready").await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(in_state_now(app, "done").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_the_jobs_and_none_is_done_twice() {
    everywhere_with("", async |app| {
        let second = yinxin_server::jobs::run(app.app().clone());
        for number in 0..60 {
            // A code that does not exist: there is nothing to send, and the job is done.
            let nothing = json!({ "challenge": "chl_00000000000000000000000000" });
            send(app, Message::new("identity.send_code", number, nothing)).await;
        }
        while in_state_now(app, "done").await < 60 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        second.stop().await;
        let mut conn = app.app().db.read().await.unwrap();
        let twice: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE attempts <> 1").fetch_one(&mut *conn).await.unwrap();
        assert_eq!(twice, 0);
    })
    .await;
}
