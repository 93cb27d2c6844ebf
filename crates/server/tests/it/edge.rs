//! The HTTP edge: problems, headers, limits.

use serde_json::json;

use crate::harness::{everywhere, everywhere_with};

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_that_it_lives_and_is_ready_and_describes_itself() {
    everywhere(async |app| {
        let visitor = app.visitor();
        assert_eq!(visitor.get("/healthz").await.expect(200).bytes, b"ok");
        visitor.get("/readyz").await.expect(200);
        assert!(visitor.get("/openapi.json").await.expect(200).json["paths"].is_object());
        let metrics = visitor.get("/metrics").await.expect(200).bytes;
        assert!(String::from_utf8(metrics).unwrap().contains("http_requests_total"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_to_ask_is_told_to_everybody_as_far_as_it_is_configured() {
    everywhere_with("[help]\norganisation = \"示例服务中心\"\nphone = \"400-000-0000\"\n", async |app| {
        let contact = app.visitor().get("/api/v1/help-contact").await.expect(200).json;
        let expected = json!({ "organisation": "示例服务中心", "phone": "400-000-0000", "email": null, "hours": null });
        assert_eq!(contact, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_the_edge_is_a_problem_in_the_clients_language() {
    everywhere(async |app| {
        let visitor = app.visitor();
        let missing = visitor.get("/api/v1/nowhere").await.expect(404);
        assert_eq!(missing.headers["content-type"], "application/problem+json");
        assert_eq!(missing.code(), "request.not_found");
        assert_eq!(missing.json["type"], "urn:yinxin:error:request.not_found");
        assert_eq!(missing.json["title"], "未找到");
        assert_eq!(missing.json["request_id"], missing.headers["x-request-id"].to_str().unwrap());
        let english = visitor.with("accept-language", "en").get("/api/v1/nowhere").await;
        assert_eq!(english.json["title"], "Not found");

        let clock = "/api/v1/sandbox/clock";
        assert_eq!(visitor.delete(clock).await.expect(405).code(), "request.method");
        let text = visitor.send(reqwest::Method::POST, clock, Some(("text/plain", b"{}".to_vec()))).await;
        assert_eq!(text.expect(415).code(), "request.content_type");
        let large = vec![b' '; app.app().config.http.json_limit_bytes + 1];
        let large = visitor.send(reqwest::Method::POST, clock, Some(("application/json", large))).await;
        assert_eq!(large.expect(413).code(), "request.too_large");
        for (bad, path, code) in [
            (json!([]), "", "request.wrong_type"),
            (json!({}), "advance_seconds", "request.missing"),
            (json!({ "advance_seconds": "x" }), "advance_seconds", "request.wrong_type"),
            (json!({ "advance_seconds": 1, "more": 1 }), "more", "request.unknown_member"),
            (json!({ "advance_seconds": -1 }), "advance_seconds", "request.value"),
        ] {
            let answer = visitor.post(clock, bad).await.expect(400);
            assert_eq!(answer.code(), "request.malformed");
            let fault = &answer.json["faults"][0];
            assert_eq!((fault["path"].as_str(), fault["code"].as_str()), (Some(path), Some(code)));
        }
        // What the parser says in English is said in the language of who asks.
        let broken = "{\n  \"advance_seconds\": 一\n}";
        let send = async |language: &str| {
            let asking = visitor.with("accept-language", language);
            let answer = asking.send(reqwest::Method::POST, clock, Some(("application/json", broken.into()))).await;
            answer.expect(400).json["detail"].as_str().unwrap().to_owned()
        };
        let chinese = send("zh-CN").await;
        assert!(chinese.contains("第 2 行第 22 个字处") && !chinese.contains("expected"), "{chinese}");
        let english = send("en").await;
        assert!(english.contains("line 2, character 22") && english.is_ascii(), "{english}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    everywhere(async |app| {
        for path in ["/healthz", "/api/v1/nowhere"] {
            let answer = app.visitor().get(path).await;
            assert!(answer.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_often_is_told_when_to_come_back() {
    let slow = "[rate]\nanonymous_per_second = 1\nanonymous_burst = 3";
    everywhere_with(slow, async |app| {
        for _ in 0..3 {
            app.visitor().get("/api/v1/nowhere").await.expect(404);
        }
        let limited = app.visitor().get("/api/v1/nowhere").await.expect(429);
        assert_eq!(limited.code(), "rate.limited");
        assert_eq!(limited.headers["retry-after"], "1");
        app.visitor().get("/healthz").await.expect(200);
        let cookie = app.visitor().with("cookie", "yinxin_session=made-up").get("/api/v1/operator/outbox").await;
        assert_eq!(cookie.status, 429, "an invented session does not escape the limit");
        let client = app.visitor().with("x-client-id", "cli_x").post("/api/v1/captchas", json!({})).await;
        assert_eq!(client.status, 429, "nor does an invented client");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_the_applications_document_and_its_files_may_be_kept() {
    everywhere(async |app| {
        let visitor = app.visitor();
        let page = visitor.get("/").await.expect(200);
        for address in ["/login", "/contracts/ctr_x/desk", "/verify?x=1", "/index.html"] {
            assert_eq!(visitor.get(address).await.expect(200).bytes, page.bytes, "{address}");
        }
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.headers["cache-control"], "no-cache");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self';") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let tag = page.headers["etag"].to_str().unwrap();
        let same = visitor.with("if-none-match", tag).get("/").await.expect(304);
        assert!(same.bytes.is_empty());

        let text = String::from_utf8(page.bytes).unwrap();
        let script = text.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js")).unwrap();
        let plain = visitor.get(script).await.expect(200);
        assert_eq!(plain.headers["cache-control"], "public, max-age=31536000, immutable");
        assert!(!plain.headers.contains_key("content-encoding"));
        for coding in ["gzip", "br"] {
            let packed = visitor.with("accept-encoding", coding).get(script).await.expect(200);
            assert_eq!(packed.headers["content-encoding"], coding);
            assert_eq!(packed.headers["vary"], "Accept-Encoding");
            assert!(packed.bytes.len() < plain.bytes.len());
        }
        assert_eq!(visitor.get("/assets/none.js").await.expect(404).code(), "request.not_found");
        assert_eq!(visitor.get("/sandbox/none").await.expect(404).code(), "request.not_found");
        assert_eq!(visitor.post("/login", json!({})).await.expect(404).code(), "request.not_found");
    })
    .await;
}
