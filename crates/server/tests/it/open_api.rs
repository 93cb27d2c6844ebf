//! Machine clients and their signatures.

use axum::body::Body;
use axum::http::Request;
use axum::routing::post;
use serde_json::json;
use tower::ServiceExt as _;
use yinxin_server::actor::{Capacity, ClientKind, Need};
use yinxin_server::http::signed::{Signed, signature};

use crate::harness::{TestApp, everywhere};

/// Sends a request through the extractor of signed requests; the status, and the body as the handler saw it.
async fn probe(app: &TestApp, id: &str, timestamp: &str, signature: &str, target: &str, body: &str) -> (u16, String) {
    let handler = async |signed: Signed| {
        assert!(signed.actor.permit(&[Need::Client(&[ClientKind::Trading])]).is_ok());
        assert!(signed.actor.permit(&[Need::Client(&[ClientKind::Supervision])]).is_err());
        assert!(matches!(signed.actor.capacity, Capacity::Client { .. }));
        signed.body
    };
    let router = axum::Router::new().route("/probe", post(handler)).with_state(app.app().clone());
    let request = Request::post(target)
        .header("x-client-id", id)
        .header("x-timestamp", timestamp)
        .header("x-signature", signature)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response = router.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_counts_only_as_signed_and_only_now() {
    everywhere(async |app| {
        let (id, secret) = app.machine("trading").await;
        let now = app.app().now() / 1_000_000;
        let sign = |time: i64, target: &str, body: &str| {
            signature(secret.as_bytes(), &time.to_string(), "POST", target, body.as_bytes())
        };
        let good = sign(now, "/probe?a=1", "{}");
        assert_eq!(probe(app, &id, &now.to_string(), &good, "/probe?a=1", "{}").await, (200, "{}".into()));

        let refused = async |id: &str, time: i64, signature: &str, target: &str, body: &str| {
            let (status, text) = probe(app, id, &time.to_string(), signature, target, body).await;
            assert_eq!(status, 401, "{text}");
            let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
            problem["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(refused(&id, now, &good, "/probe?a=1", "{ }").await, "client.signature_wrong");
        assert_eq!(refused(&id, now, &good, "/probe?a=2", "{}").await, "client.signature_wrong");
        assert_eq!(refused(&id, now + 1, &good, "/probe?a=1", "{}").await, "client.signature_wrong");
        assert_eq!(refused(&id, now, "zz", "/probe?a=1", "{}").await, "client.signature_wrong");
        let other = "cli_00000000000000000000000000";
        assert_eq!(refused(other, now, &good, "/probe?a=1", "{}").await, "client.signature_wrong");
        let old = now - 400;
        assert_eq!(refused(&id, old, &sign(old, "/probe", "{}"), "/probe", "{}").await, "client.timestamp");
        assert_eq!(refused(&id, i64::MIN, "", "/probe", "{}").await, "client.timestamp");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_make_clients_and_the_secret_is_told_once_and_kept_wrapped() {
    everywhere(async |app| {
        let path = "/api/v1/operator/clients";
        let body = json!({ "name": "示例交易系统", "kind": "trading" });
        app.person("13800000001").await.post(path, body.clone()).await.expect(403);
        let operator = app.operator().await;
        assert_eq!(
            operator.post(path, json!({ "name": " ", "kind": "mall" })).await.expect(422).code(),
            "open_api.name"
        );
        operator.post(path, json!({ "name": "x", "kind": "other" })).await.expect(400);
        let created = operator.post(path, body).await.expect(201);
        let secret = created.json["secret"].as_str().unwrap();
        let list = operator.get(path).await.expect(200);
        assert_eq!(list.json["items"][0]["id"], created.json["client_id"]);
        assert_eq!(list.json["items"][0]["name"], "示例交易系统");
        assert!(!String::from_utf8_lossy(&list.bytes).contains(secret));
        let stored: String = sqlx::query_scalar("SELECT secret FROM clients")
            .fetch_one(&mut *app.app().db.read().await.unwrap())
            .await
            .unwrap();
        assert!(!stored.contains(secret) && !stored.contains(&hex::encode(secret)));
    })
    .await;
}
