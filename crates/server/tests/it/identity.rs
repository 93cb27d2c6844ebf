//! Accounts, sessions, codes, real names.

use serde_json::json;
use yinxin_domain::ids::PersonId;
use yinxin_server::db::events;

use crate::harness::{TestApp, everywhere};
use crate::world::{PASSWORD, resident_id};

const PHONE: &str = "13800000001";

async fn wrong_login(app: &TestApp, phone: &str) -> crate::harness::Answer {
    app.visitor().post("/api/v1/sessions", json!({ "phone": phone, "password": "Wrong-2026" })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_registers_with_a_code_logs_in_and_out() {
    // S3-009 to S3-014, S3-019
    everywhere(async |app| {
        let person = app.person(PHONE).await;
        let session = person.get("/api/v1/session").await.expect(200);
        assert_eq!(session.json["person"]["phone_masked"], "138****0001", "S3-031");
        assert_eq!(session.json["person"]["verified"], false, "S3-026");
        assert_eq!(session.json["actors"][0]["actor"], "person");
        let out = person.delete("/api/v1/session").await.expect(204);
        assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(person.get("/api/v1/session").await.expect(401).code(), "session.missing");
        let id: PersonId = app.log_in(PHONE).await.person_id().await.parse().unwrap();
        let track = events::track(&mut app.app().db.read().await.unwrap(), "person", &id.to_string()).await.unwrap();
        let kinds: Vec<&str> = track.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["person.registered", "person.logged_in", "person.logged_out", "person.logged_in"]);
        assert!(events::is_unbroken(&track));
        assert!(track.iter().all(|event| event.ip.as_deref() == Some("127.0.0.1") && event.request_id.is_some()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    everywhere(async |app| {
        app.person(PHONE).await;
        let login = json!({ "phone": PHONE, "password": PASSWORD });
        let answer = app.visitor().post("/api/v1/sessions", login).await.expect(201);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let token = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
        let stored: String = sqlx::query_scalar("SELECT token_digest FROM sessions ORDER BY id DESC LIMIT 1")
            .fetch_one(&mut *app.app().db.read().await.unwrap())
            .await
            .unwrap();
        assert_ne!(stored, token, "only a digest is stored");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_registration_is_refused_with_its_reason_and_changes_nothing() {
    everywhere(async |app| {
        let sms_code = app.sms_code(PHONE, "register").await;
        let register = async |phone: &str, password: &str, code: &str, agreed: bool| {
            let body = json!({ "phone": phone, "password": password, "sms_code": code, "agreed": agreed });
            app.visitor().post("/api/v1/registrations", body).await.expect(422).code().to_owned()
        };
        assert_eq!(register("12345", PASSWORD, &sms_code, true).await, "identity.phone");
        assert_eq!(register(PHONE, "Short-1", &sms_code, true).await, "password.length");
        assert_eq!(register(PHONE, "onlylower", &sms_code, true).await, "password.kinds");
        assert_eq!(register(PHONE, PASSWORD, &sms_code, false).await, "identity.not_agreed");
        let wrong = if sms_code == "000000" { "000001" } else { "000000" };
        assert_eq!(register(PHONE, PASSWORD, wrong, true).await, "sms_code.wrong");
        assert_eq!(
            register("13800000009", PASSWORD, &sms_code, true).await,
            "sms_code.wrong",
            "the code is bound to its phone"
        );
        wrong_login(app, PHONE).await.expect(401);
        let body = json!({ "phone": PHONE, "password": PASSWORD, "sms_code": sms_code, "agreed": true });
        app.visitor().post("/api/v1/registrations", body.clone()).await.expect(201);
        assert_eq!(
            app.visitor().post("/api/v1/registrations", body).await.expect(422).code(),
            "sms_code.spent",
            "single use"
        );
        let again = app.sms_code(PHONE, "register").await;
        let body = json!({ "phone": PHONE, "password": PASSWORD, "sms_code": again, "agreed": true });
        assert_eq!(
            app.visitor().post("/api/v1/registrations", body).await.expect(409).code(),
            "identity.account_exists"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_may_be_asked_for_once_a_minute_tried_five_times_and_used_within_five_minutes() {
    everywhere(async |app| {
        app.sms_code(PHONE, "register").await;
        let ask = json!({ "phone": PHONE, "purpose": "register" });
        let soon = app.visitor().post("/api/v1/sms-codes", ask).await.expect(429);
        assert_eq!(soon.code(), "sms_code.too_soon");
        assert!(soon.headers.contains_key("retry-after"));

        let register = async |code: &str| {
            let body = json!({ "phone": PHONE, "password": PASSWORD, "sms_code": code, "agreed": true });
            app.visitor().post("/api/v1/registrations", body).await.code().to_owned()
        };
        let code = app.sms_code(PHONE, "register").await;
        for _ in 0..5 {
            assert_eq!(register("abcdef").await, "sms_code.wrong");
        }
        assert_eq!(register(&code).await, "sms_code.spent", "the right code after five wrong ones");

        let code = app.sms_code(PHONE, "register").await;
        app.app().clock.advance(300_000_000).unwrap();
        assert_eq!(register(&code).await, "sms_code.spent", "five minutes later");
        let other = app.sms_code(PHONE, "register").await;
        let reset = json!({ "phone": PHONE, "new_password": PASSWORD, "sms_code": other });
        let answer = app.visitor().post("/api/v1/password-resets", reset).await.expect(422);
        assert_eq!(answer.code(), "sms_code.wrong", "the code is bound to its purpose");
        assert_eq!(register(&other).await, "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_failure_asks_for_a_captcha_and_the_tenth_locks_whether_or_not_the_account_exists() {
    everywhere(async |app| {
        app.person(PHONE).await;
        for phone in [PHONE, "13800000002"] {
            for _ in 0..3 {
                assert_eq!(wrong_login(app, phone).await.expect(401).code(), "identity.wrong_login");
            }
            assert_eq!(wrong_login(app, phone).await.expect(422).code(), "identity.captcha_required");
            for round in 0..8 {
                let captcha = app.visitor().post("/api/v1/captchas", json!({})).await.expect(201);
                let id = captcha.json["captcha_id"].as_str().unwrap();
                assert!(captcha.json["svg"].as_str().unwrap().starts_with("<svg"));
                let answer = app.captcha_answer(id).await;
                let try_with = async |answer: &str, password: &str| {
                    let body = json!({ "phone": phone, "password": password, "captcha_id": id, "captcha": answer });
                    app.visitor().post("/api/v1/sessions", body).await
                };
                match round {
                    0 => {
                        assert_eq!(try_with("x", PASSWORD).await.expect(422).code(), "identity.captcha_wrong");
                        let used = try_with(&answer, PASSWORD).await.expect(422);
                        assert_eq!(used.code(), "identity.captcha_wrong", "a captcha is answered once");
                    }
                    1..8 => {
                        assert_eq!(try_with(&answer, "Wrong-2026").await.expect(401).code(), "identity.wrong_login");
                    }
                    _ => unreachable!(),
                }
            }
            let locked = wrong_login(app, phone).await.expect(423);
            assert_eq!(locked.code(), "identity.locked");
            assert!(locked.headers.contains_key("retry-after"));
            let right = json!({ "phone": phone, "password": PASSWORD });
            app.visitor().post("/api/v1/sessions", right).await.expect(423);
        }
        app.app().clock.advance(15 * 60_000_000).unwrap();
        assert_eq!(wrong_login(app, PHONE).await.expect(422).code(), "identity.captcha_required");
        let captcha = app.visitor().post("/api/v1/captchas", json!({})).await.expect(201);
        let id = captcha.json["captcha_id"].as_str().unwrap();
        let body =
            json!({ "phone": PHONE, "password": PASSWORD, "captcha_id": id, "captcha": app.captcha_answer(id).await });
        app.visitor().post("/api/v1/sessions", body).await.expect(201);
        app.log_in(PHONE).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_guesses_do_not_escape_the_count() {
    everywhere(async |app| {
        app.person(PHONE).await;
        let (a, b, c, d, e, f) = tokio::join!(
            wrong_login(app, PHONE),
            wrong_login(app, PHONE),
            wrong_login(app, PHONE),
            wrong_login(app, PHONE),
            wrong_login(app, PHONE),
            wrong_login(app, PHONE),
        );
        let tried = [a, b, c, d, e, f].iter().filter(|answer| answer.status == 401).count();
        assert_eq!(tried, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgotten_password_is_reset_by_code_and_every_session_ends() {
    // S3-024, S3-025
    everywhere(async |app| {
        let person = app.person(PHONE).await;
        let sms_code = app.sms_code(PHONE, "reset_password").await;
        let reset = json!({ "phone": PHONE, "new_password": "Andere-2027", "sms_code": sms_code });
        app.visitor().post("/api/v1/password-resets", reset).await.expect(204);
        person.get("/api/v1/session").await.expect(401);
        let old = json!({ "phone": PHONE, "password": PASSWORD });
        app.visitor().post("/api/v1/sessions", old).await.expect(401);
        let new = json!({ "phone": PHONE, "password": "Andere-2027" });
        app.visitor().post("/api/v1/sessions", new).await.expect(201);
        app.visitor()
            .post("/api/v1/sms-codes", json!({ "phone": "13800000007", "purpose": "reset_password" }))
            .await
            .expect(202);
        assert!(
            app.messages("13800000007").await.is_empty(),
            "an unknown account gets nothing and the answer does not tell"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_logs_in_without_password() {
    // S3-018
    everywhere(async |app| {
        app.person(PHONE).await;
        let sms_code = app.sms_code(PHONE, "login").await;
        let login = json!({ "phone": PHONE, "sms_code": sms_code });
        app.visitor().post("/api/v1/sessions", login.clone()).await.expect(201);
        assert_eq!(app.visitor().post("/api/v1/sessions", login).await.expect(422).code(), "sms_code.spent");
        let both = json!({ "phone": PHONE, "sms_code": "1", "password": "x" });
        assert_eq!(app.visitor().post("/api/v1/sessions", both).await.expect(422).code(), "identity.login_method");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_idle_or_old_and_unsafe_requests_need_the_csrf_token() {
    everywhere(async |app| {
        let person = app.person(PHONE).await;
        let minutes = |count: i64| count * 60_000_000;
        for _ in 0..20 {
            app.app().clock.advance(minutes(29)).unwrap();
            person.get("/api/v1/session").await.expect(200);
        }
        app.app().clock.advance(minutes(30)).unwrap();
        person.get("/api/v1/session").await.expect(401);

        let person = app.log_in(PHONE).await;
        for _ in 0..24 {
            app.app().clock.advance(minutes(29)).unwrap();
            person.get("/api/v1/session").await.expect(200);
        }
        app.app().clock.advance(minutes(29)).unwrap();
        person.get("/api/v1/session").await.expect(401);

        let person = app.log_in(PHONE).await;
        let claim = json!({ "name": "示例张三", "resident_id": resident_id(1) });
        let without = crate::harness::Client { csrf: None, ..person.clone() };
        assert_eq!(without.post("/api/v1/real-name-claims", claim.clone()).await.expect(403).code(), "session.csrf");
        let wrong = crate::harness::Client { csrf: Some("x".into()), ..person.clone() };
        assert_eq!(wrong.delete("/api/v1/session").await.expect(403).code(), "session.csrf");
        person.post("/api/v1/real-name-claims", claim).await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_says_as_whom_it_acts_and_only_as_what_one_is() {
    everywhere(async |app| {
        let person = app.person(PHONE).await;
        let nobody = crate::harness::Client { actor: None, ..person.clone() };
        let path = "/api/v1/operator/outbox";
        assert_eq!(nobody.get(path).await.expect(400).code(), "actor.missing");
        assert_eq!(person.acting("org_x").get(path).await.expect(400).code(), "actor.missing");
        assert_eq!(person.get(path).await.expect(403).code(), "actor.forbidden");
        assert_eq!(person.acting("operator").get(path).await.expect(403).code(), "actor.forbidden");
        let strange = "org_00000000000000000000000000";
        assert_eq!(person.acting(strange).get(path).await.expect(403).code(), "actor.forbidden");
        app.operator().await.get(path).await.expect(200);
        assert_eq!(app.visitor().get(path).await.expect(401).code(), "session.missing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_name_counts_once_an_operator_has_accepted_it() {
    // S3-026, S3-032, S3-033
    everywhere(async |app| {
        let person = app.person(PHONE).await;
        let claim = |name: &str, number: &str| json!({ "name": name, "resident_id": number });
        let path = "/api/v1/real-name-claims";
        assert_eq!(person.post(path, claim("张", &resident_id(1))).await.expect(422).code(), "identity.name");
        assert_eq!(
            person.post(path, claim("示例张三", "110101199001010010")).await.expect(422).code(),
            "identity.resident_id"
        );
        let first = person.post(path, claim("示例张三", &resident_id(1))).await.expect(201);
        assert_eq!(
            person.post(path, claim("示例张三", &resident_id(1))).await.expect(409).code(),
            "identity.claim_pending"
        );

        let operator = app.operator().await;
        let waiting = operator.get("/api/v1/operator/real-name-claims").await.expect(200);
        let item = &waiting.json["items"][0];
        assert_eq!(item["name"], "示例张三");
        let masked = item["resident_id_masked"].as_str().unwrap();
        assert!(masked.starts_with("1**") && !masked.contains("19900101"), "{masked}");
        let decision = |answer: &crate::harness::Answer| {
            format!("/api/v1/operator/real-name-claims/{}/decision", answer.json["claim_id"].as_str().unwrap())
        };
        person.post(&decision(&first), json!({ "accept": true })).await.expect(403);
        let silent = operator.post(&decision(&first), json!({ "accept": false })).await.expect(422);
        assert_eq!(silent.code(), "identity.reason_missing");
        operator.post(&decision(&first), json!({ "accept": false, "reason": "照片不清" })).await.expect(204);
        assert_eq!(
            operator.post(&decision(&first), json!({ "accept": true })).await.expect(404).code(),
            "identity.no_claim"
        );
        assert_eq!(person.get("/api/v1/session").await.json["person"]["verified"], false);

        let second = person.post(path, claim("示例张三", &resident_id(1))).await.expect(201);
        operator.post(&decision(&second), json!({ "accept": true })).await.expect(204);
        let session = person.get("/api/v1/session").await.expect(200);
        assert_eq!(session.json["person"]["verified"], true);
        assert_eq!(session.json["person"]["name_masked"], "示***");
        assert_eq!(
            person.post(path, claim("示例李四", &resident_id(2))).await.expect(409).code(),
            "identity.already_verified"
        );
        let stored: String = sqlx::query_scalar("SELECT resident_id FROM persons WHERE name IS NOT NULL")
            .fetch_one(&mut *app.app().db.read().await.unwrap())
            .await
            .unwrap();
        assert!(!stored.contains("19900101"), "the number is wrapped at rest");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_operator_finds_his_password_in_a_private_file() {
    use std::os::unix::fs::PermissionsExt as _;
    crate::harness::everywhere_with("[bootstrap]\noperator_phone = \"19900000009\"", async |app| {
        let path = app.app().config.data_dir.join("operator-password.txt");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let password = std::fs::read_to_string(&path).unwrap();
        let login = json!({ "phone": "19900000009", "password": password.trim() });
        let answer = app.visitor().post("/api/v1/sessions", login).await.expect(201);
        app.client_of(&answer).acting("operator").get("/api/v1/operator/outbox").await.expect(200);
        yinxin_server::identity::bootstrap::first_operator(app.app()).await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), password, "a second start makes no second operator");
    })
    .await;
}
