//! Live events: a stream and waiting requests tell the same, to those whom it concerns, and end with the session.

use std::time::Duration;

use serde_json::{Value, json};

use crate::contract::{Desk, path};
use crate::harness::{Client, TestApp, everywhere};

/// Reads a stream until it holds a text or ends; the test fails if neither comes.
async fn read_until(response: &mut reqwest::Response, wanted: &str) -> String {
    let mut read = String::new();
    let reading = async {
        while !read.contains(wanted) {
            match response.chunk().await.unwrap() {
                Some(chunk) => read.push_str(&String::from_utf8_lossy(&chunk)),
                None => break,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(40), reading).await.expect("the stream says nothing");
    read
}

async fn drafted<'a>(app: &'a TestApp) -> (Desk<'a>, String, i64) {
    let desk = Desk::open(app, "mall-order").await;
    let (id, ready) = desk.drafted(&desk.supplier, "mall-order-1").await;
    (desk, id, ready)
}

fn kinds(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["event"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_whom_it_concerns_by_stream_and_by_waiting() {
    everywhere(async |app| {
        let (desk, id, ready) = drafted(app).await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let stranger = app.verified_person("13800000109", "李示例").await;
        // EventSource sends no headers of its own: the acting identity is in the address.
        let actor = a.actor.clone().unwrap();
        let nameless = Client { actor: None, ..a.clone() };
        let mut stream = nameless.open(&format!("/api/v1/events?actor={actor}")).await;
        assert_eq!(stream.status().as_u16(), 200);
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        assert_eq!(stream.headers()["x-accel-buffering"], "no");
        assert!(read_until(&mut stream, "event: hello").await.contains("event: hello"));
        let now = a.get("/api/v1/events").await.expect(200).json;
        assert_eq!(kinds(&now), Vec::<&str>::new());
        let since = now["cursor"].as_str().unwrap().to_owned();

        let waiting = async { a.get(&format!("/api/v1/events?since={since}&wait=25")).await.expect(200).json };
        let sending = async { b.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(200) };
        let (heard, sent) = tokio::join!(waiting, sending);
        assert!(kinds(&heard).contains(&"contract"), "{heard}");
        let changed = &heard["items"][0];
        assert_eq!((&changed["contract_id"], &changed["version"]), (&json!(id), &sent.json["version"]));
        assert!(kinds(&heard).contains(&"counts"));
        let streamed = read_until(&mut stream, "event: notification").await;
        assert!(streamed.contains("event: contract") && streamed.contains(&id), "{streamed}");
        assert!(streamed.contains("\"kind\":\"to_review\""), "{streamed}");

        // What was missed is told again after a cursor; nobody else hears anything.
        let replayed = a.get(&format!("/api/v1/events?since={since}")).await.expect(200).json;
        assert!(kinds(&replayed).contains(&"contract"));
        let heard = stranger.get(&format!("/api/v1/events?since={since}")).await.expect(200).json;
        assert_eq!(kinds(&heard), Vec::<&str>::new());
        let person = a.acting("person").get(&format!("/api/v1/events?since={since}")).await.expect(200).json;
        assert!(kinds(&person).contains(&"counts"), "a person hears of all his organisations");
        assert_eq!(a.get("/api/v1/events?since=x").await.expect(400).code(), "request.malformed");
        assert_eq!(app.visitor().get("/api/v1/events").await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafting_is_not_told_to_the_other_party_and_streams_are_limited_and_end_with_the_session() {
    everywhere(async |app| {
        let (desk, id, ready) = drafted(app).await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let since = a.get("/api/v1/events").await.expect(200).json["cursor"].as_str().unwrap().to_owned();
        let body = json!({ "version": ready, "fields": { "sign_place": "别处" } });
        b.patch(&path(&id, "/draft"), body).await.expect(200);
        let own = b.get(&format!("/api/v1/events?since={since}")).await.expect(200).json;
        assert!(kinds(&own).contains(&"contract"));
        let other = a.get(&format!("/api/v1/events?since={since}")).await.expect(200).json;
        assert_eq!(kinds(&other), Vec::<&str>::new());

        let mut streams = Vec::new();
        for _ in 0..6 {
            let stream = a.open("/api/v1/events").await;
            assert_eq!(stream.status().as_u16(), 200);
            streams.push(stream);
        }
        let refused = a.open("/api/v1/events").await;
        assert_eq!(refused.status().as_u16(), 429);
        let mut last = streams.pop().unwrap();
        a.delete("/api/v1/session").await.expect(204);
        let said = read_until(&mut last, "event: ended").await;
        assert!(said.contains("event: ended"), "{said}");
        assert_eq!(last.chunk().await.unwrap(), None, "and it ends");
    })
    .await;
}
