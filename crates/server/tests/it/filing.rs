//! What follows a concluded contract: filing with a supervising system that answers in every way, the notice, and who is told.

use std::time::Duration;

use serde_json::{Value, json};
use yinxin_server::actor::Actor;
use yinxin_server::db::events;
use yinxin_server::filing::use_cases::push_filing;

use crate::contract::{Desk, path, version};
use crate::harness::{Client, TestApp, everywhere, everywhere_with};

/// Sets how the sandbox's supervising system behaves.
async fn behave(app: &TestApp, setting: Value) {
    app.visitor().post("/api/v1/sandbox/supervision", setting).await.expect(204);
}

/// A mall contract confirmed as signed on paper, which goes straight to filing (S1-013).
pub async fn on_paper<'a>(app: &'a TestApp) -> (Desk<'a>, String) {
    let desk = Desk::open(app, "mall-order").await;
    let (id, ready) = desk.drafted(&desk.supplier, "mall-order-1").await;
    let sent = desk.supplier.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(200);
    let body = json!({ "version": version(&sent), "payment_method": "transfer", "payment_amount_fen": 987_650,
        "online": false, "signed_on": "2025-05-20" });
    desk.purchaser.post(&path(&id, "/confirmation"), body).await.expect(200);
    (desk, id)
}

/// Looks until what is looked at is so.
async fn until(who: &Client<'_>, address: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..1500 {
        last = who.get(address).await.expect(200).json;
        if is_so(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{address} stays {last}");
}

async fn filing_is(who: &Client<'_>, id: &str, state: &str) -> Value {
    until(who, &path(id, "/filing"), |filing| filing["state"] == state).await
}

async fn effects_are(who: &Client<'_>, id: &str, effects: &[&str]) -> Value {
    let of = |filing: &Value| -> Vec<String> {
        let answers = filing["submissions"][0]["answers"].as_array().cloned().unwrap_or_default();
        answers.iter().map(|answer| answer["effect"].as_str().unwrap().to_owned()).collect()
    };
    until(who, &path(id, "/filing"), |filing| of(filing) == effects).await
}

async fn told(who: &Client<'_>, kind: &str) -> Value {
    let page = until(who, "/api/v1/notifications", |page| {
        page["items"].as_array().unwrap().iter().any(|item| item["kind"] == kind)
    })
    .await;
    page["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind).unwrap().clone()
}

async fn handed_in(app: &TestApp, filing: &Value) -> Value {
    let key = filing["submissions"][0]["id"].as_str().unwrap();
    app.visitor().get(&format!("/api/v1/sandbox/supervision/filings/{key}")).await.expect(200).json
}

/// The ids of dead jobs of a kind.
async fn dead(app: &TestApp, kind: &str) -> Vec<String> {
    let list = app.operator().await.get("/api/v1/operator/outbox?state=dead").await.expect(200).json;
    let of_kind = list["items"].as_array().unwrap().iter().filter(|item| item["kind"] == kind);
    of_kind.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// S1-013, S0-034, S0-035, S4-003: filed, accepted, published, and everybody told.
#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_filing_is_published_and_the_parties_are_told() {
    everywhere(async |app| {
        let (desk, id) = on_paper(app).await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let filing = filing_is(b, &id, "accepted").await;
        assert!(filing["receipt"].as_str().unwrap().starts_with("沙箱备案-"));
        // 2025-05-20 and seven working days, over the Dragon Boat holiday that begins on 2025-05-31.
        assert_eq!((filing["due_on"].as_str(), filing["overdue"].as_bool()), (Some("2025-05-29"), Some(false)));
        let given = handed_in(app, &filing).await;
        assert_eq!(given["content"]["filing"]["amount_fen"], 987_650);
        assert_eq!(given["content"]["filing"]["parties"][1]["account"], "6200000000000001", "nothing is masked there");
        assert_eq!(given["content"]["files"][0]["sm3"], filing["submissions"][0]["document_sm3"]);
        assert_eq!(given["times"], 1);

        let notice = until(a, &path(&id, "/notice"), |notice| notice["state"] == "published").await;
        assert_eq!(notice["due_on"], "2025-05-22", "two working days: 实施条例 art. 50");
        let notice_id = notice["notice_id"].as_str().unwrap();
        let public = app.visitor().get(&format!("/api/v1/notices/{notice_id}")).await.expect(200).json;
        assert_eq!(public["content"]["amount_capitals"], "玖仟捌佰柒拾陆元伍角整");
        assert!(!public.to_string().contains("6200000000000001"), "bank accounts are not published");
        assert_eq!(public["receipt"], notice["receipt"]);
        let document = app.visitor().get(&format!("/api/v1/notices/{notice_id}/document.pdf")).await.expect(200).bytes;
        assert!(document.starts_with(b"%PDF-"));
        let medium = public["address"].as_str().unwrap().split_once("/sandbox").unwrap().1;
        app.visitor().get(&format!("/sandbox{medium}")).await.expect(200);
        for (words, found) in [("办公用纸", 1), ("示例市第三中学", 1), ("wssc-2025", 1), ("%", 0), ("别的", 0)]
        {
            let list = app.visitor().get(&format!("/api/v1/notices?q={words}")).await.expect(200).json;
            assert_eq!(list["items"].as_array().unwrap().len(), found, "{words}");
        }
        let first = app.visitor().get("/api/v1/notices?limit=1").await.expect(200).json;
        let cursor = first["next_cursor"].as_str().unwrap();
        let next = app.visitor().get(&format!("/api/v1/notices?cursor={cursor}")).await.expect(200).json;
        assert_eq!(next["items"], json!([]));
        assert_eq!(app.visitor().get("/api/v1/notices?cursor=x").await.expect(400).code(), "notice.cursor");

        told(a, "to_review").await;
        told(b, "confirmed").await;
        let published = told(b, "published").await;
        assert!(published["text"].as_str().unwrap().ends_with("合同公告已发布。"), "{published}");
        let english = told(&b.with("accept-language", "en"), "filing_accepted").await;
        assert_eq!(english["title"], "Filing accepted");
        let unread = b.get("/api/v1/notifications?unread=true").await.expect(200).json["unread"].as_i64().unwrap();
        let mark = format!("/api/v1/notifications/{}/read", published["id"].as_str().unwrap());
        b.post(&mark, json!({})).await.expect(204);
        let after = b.get("/api/v1/notifications?unread=true").await.expect(200).json;
        assert_eq!(after["unread"], unread - 1);
        assert!(after["items"].as_array().unwrap().iter().all(|item| item["id"] != published["id"]));
        assert_eq!(a.post(&mark, json!({})).await.expect(404).code(), "notification.unknown");

        // Strangers find nothing; the operator sees all; the chain holds.
        app.person("13800000999").await.get(&path(&id, "/filing")).await.expect(404);
        app.operator().await.get(&path(&id, "/filing")).await.expect(200);
        let track = events::track(&mut app.app().db.read().await.unwrap(), "contract", &id).await.unwrap();
        assert!(events::is_unbroken(&track));
        // Doing a job's work again changes nothing.
        let before = a.get(&path(&id, "")).await.expect(200).json["version"].clone();
        push_filing(app.app(), &Actor::system("test"), id.parse().unwrap(), 1, 0).await.unwrap();
        assert_eq!(a.get(&path(&id, "")).await.expect(200).json["version"], before);
    })
    .await;
}

/// S0-035: a refusal goes back to the parties, who see why and submit again.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_filing_goes_back_and_may_be_submitted_again() {
    everywhere(async |app| {
        behave(app, json!({ "behaviour": "accept" })).await;
        behave(app, json!({ "behaviour": "refuse", "project_prefix": "WSSC-2025", "reason": "付款方式与批复不符" }))
            .await;
        let (desk, id) = on_paper(app).await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let filing = filing_is(a, &id, "refused").await;
        assert_eq!(filing["reason"], "付款方式与批复不符");
        assert!(told(b, "filing_refused").await["text"].as_str().unwrap().contains("理由：付款方式与批复不符"));
        assert_eq!(a.get(&path(&id, "/notice")).await.expect(200).json["state"], "not_due");

        behave(app, json!({ "behaviour": "accept", "project_prefix": "WSSC" })).await;
        behave(app, json!({ "behaviour": "accept", "project_prefix": "WSSC-2025" })).await;
        let body = json!({ "version": filing["contract_version"], "note": "已核对" });
        let address = path(&id, "/filing/resubmission");
        assert_eq!(b.post(&address, body.clone()).await.expect(403).code(), "contract.not_yours");
        let stale = json!({ "version": 1 });
        assert_eq!(a.post(&address, stale).await.expect(409).code(), "version.stale");
        assert_eq!(a.post(&address, body).await.expect(200).json["attempt"], 2);
        let filing = filing_is(a, &id, "accepted").await;
        let outcomes: Vec<_> =
            filing["submissions"].as_array().unwrap().iter().map(|one| &one["answers"][0]["outcome"]).collect();
        assert_eq!(outcomes, ["refused", "accepted"]);
        // The operator sees of the refused one that it was followed, and of the accepted one that nothing follows it.
        let listed = app.operator().await.get("/api/v1/operator/filings").await.expect(200).json;
        let followed: Vec<_> = listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["outcome"].as_str().unwrap(), one["resubmitted"].as_bool().unwrap()))
            .collect();
        assert_eq!(followed, [("accepted", false), ("refused", true)]);
    })
    .await;
}

/// Late, twice the same, and contradictory answers: the first decides, all are recorded, the operator is told of a contradiction.
#[tokio::test(flavor = "multi_thread")]
async fn late_repeated_and_contradictory_answers_are_recorded_and_the_first_decides() {
    for (behaviour, effects) in [
        ("late", vec!["decided"]),
        ("twice", vec!["decided", "repeated"]),
        ("contradict", vec!["decided", "contradictory"]),
    ] {
        everywhere(async |app| {
            behave(app, json!({ "behaviour": behaviour, "delay_seconds": 600 })).await;
            let (desk, id) = on_paper(app).await;
            let first = if behaviour == "late" { "pushed" } else { "accepted" };
            filing_is(&desk.purchaser, &id, first).await;
            app.visitor().post("/api/v1/sandbox/clock", json!({ "advance_seconds": 601 })).await.expect(200);
            let filing = effects_are(&desk.supplier, &id, &effects).await;
            assert_eq!(filing["state"], "accepted");
            let operator = app.operator().await;
            if behaviour == "contradict" {
                told(&operator, "filing_contradicted").await;
            }
        })
        .await;
    }
}

/// An answer that was promised and does not come is asked for again, under the same key.
#[tokio::test(flavor = "multi_thread")]
async fn a_promised_answer_is_asked_for_again_every_day() {
    everywhere(async |app| {
        behave(app, json!({ "behaviour": "late", "delay_seconds": 129_600 })).await;
        let (desk, id) = on_paper(app).await;
        filing_is(&desk.purchaser, &id, "pushed").await;
        let clock = async |seconds: i64| {
            app.visitor().post("/api/v1/sandbox/clock", json!({ "advance_seconds": seconds })).await.expect(200)
        };
        clock(86_401).await;
        let purchaser = app.log_in("13800000101").await.acting(desk.purchaser.actor.clone().unwrap());
        let filing = purchaser.get(&path(&id, "/filing")).await.expect(200).json;
        let key = filing["submissions"][0]["id"].as_str().unwrap();
        let shown = format!("/api/v1/sandbox/supervision/filings/{key}");
        until(&app.visitor(), &shown, |given| given["times"] == 2).await;
        assert_eq!(purchaser.get(&path(&id, "/filing")).await.expect(200).json["state"], "pushed");
        clock(43_201).await;
        let purchaser = app.log_in("13800000101").await.acting(desk.purchaser.actor.clone().unwrap());
        filing_is(&purchaser, &id, "accepted").await;
    })
    .await;
}

/// No answer at all: tried again, then put aside for the operator, who starts it anew; an answer may also come by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_silent_system_leaves_a_dead_job_that_the_operator_starts_anew() {
    let settings = "[jobs]\nmax_attempts = 2\npoll_milliseconds = 20\n[supervision]\ntimeout_seconds = 1";
    everywhere_with(settings, async |app| {
        behave(app, json!({ "behaviour": "silent" })).await;
        let (desk, id) = on_paper(app).await;
        let a = &desk.purchaser;
        while dead(app, "filing.push").await.is_empty() {
            // Slower than would take the lease from a job that waits its second for an answer.
            app.app().clock.advance(1_000_000).unwrap();
            app.app().db.announce();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        // The clock was moved past the end of the session.
        let a = &app.log_in("13800000101").await.acting(a.actor.clone().unwrap());
        let filing = a.get(&path(&id, "/filing")).await.expect(200).json;
        assert_eq!((filing["state"].as_str(), filing["submissions"].as_array().unwrap().len()), (Some("due"), 1));

        // Answers are judged before they count.
        let key = filing["submissions"][0]["id"].as_str().unwrap();
        let address = format!("/api/v1/filings/{key}/answers");
        app.visitor().post(&address, json!({ "outcome": "accepted" })).await.expect(401);
        let trading = app.machine("trading").await;
        app.signed_post(&trading, &address, br#"{"outcome":"accepted"}"#).await.expect(403);
        let machine = app.machine("supervision").await;
        let unknown = format!("/api/v1/filings/{}/answers", key.replace("fil_0", "fil_1"));
        let answer = app.signed_post(&machine, &unknown, br#"{"outcome":"accepted"}"#).await.expect(404);
        assert_eq!(answer.code(), "filing.unknown");
        for unfit in [r#"{"outcome":"pending"}"#, r#"{"outcome":"refused","reason":" "}"#] {
            let answer = app.signed_post(&machine, &address, unfit.as_bytes()).await.expect(422);
            assert_eq!(answer.code(), "filing.answer_unfit", "{unfit}");
        }
        app.signed_post(&machine, &address, br#"{"outcome":"maybe"}"#).await.expect(400);
        assert_eq!(a.get(&path(&id, "/filing")).await.expect(200).json["state"], "due");

        // Two workers push at once, as after a crash between push and record: one submission, one decision.
        behave(app, json!({ "behaviour": "accept" })).await;
        let redrive = format!("/api/v1/operator/outbox/{}/redrive", dead(app, "filing.push").await[0]);
        app.operator().await.post(&redrive, json!({})).await.expect(204);
        let contract = id.parse().unwrap();
        let system = Actor::system("test");
        // Whoever is late may find the contract moved; the job would try again and find nothing to do.
        let (_, _) = tokio::join!(
            push_filing(app.app(), &system, contract, 1, 0),
            push_filing(app.app(), &system, contract, 1, 0)
        );
        let filing = filing_is(a, &id, "accepted").await;
        let answers = filing["submissions"][0]["answers"].as_array().unwrap();
        assert_eq!(answers.iter().filter(|answer| answer["effect"] == "decided").count(), 1);
        assert_eq!(filing["submissions"].as_array().unwrap().len(), 1);
        // The same answer once more, by itself.
        let again = app.signed_post(&machine, &address, br#"{"outcome":"accepted","receipt":"R-1"}"#).await.expect(200);
        assert_eq!(again.json["effect"], "repeated");
    })
    .await;
}

/// 实施条例 art. 50: state and trade secrets are not published.
#[tokio::test(flavor = "multi_thread")]
async fn an_exempted_contract_is_filed_and_not_published() {
    everywhere(async |app| {
        behave(app, json!({ "behaviour": "late", "delay_seconds": 60 })).await;
        let (desk, id) = on_paper(app).await;
        let filing = filing_is(&desk.purchaser, &id, "pushed").await;
        let body =
            json!({ "version": filing["contract_version"], "document": "示财密〔2025〕1号", "reason": "涉及商业秘密" });
        app.operator().await.post(&format!("/api/v1/operator/contracts/{id}/notice-exemption"), body).await.expect(200);
        app.visitor().post("/api/v1/sandbox/clock", json!({ "advance_seconds": 61 })).await.expect(200);
        filing_is(&desk.purchaser, &id, "accepted").await;
        let notice = desk.supplier.get(&path(&id, "/notice")).await.expect(200).json;
        assert_eq!(
            (notice["state"].as_str(), notice["exempt_ground"].as_str()),
            (Some("exempt"), Some("涉及商业秘密"))
        );
        let list = app.visitor().get("/api/v1/notices").await.expect(200).json;
        assert_eq!(list["items"], json!([]));
    })
    .await;
}

/// A medium that cannot be reached leaves the notice unpublished and a job that is tried again; nothing is public before its receipt.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_public_before_the_medium_has_it() {
    // Port 9 of this machine: nobody listens.
    let settings =
        "[jobs]\nmax_attempts = 1\n[medium]\nurl = \"http://127.0.0.1:9/\"\nclient_id = \"x\"\nsecret = \"x\"";
    everywhere_with(settings, async |app| {
        let (desk, id) = on_paper(app).await;
        while dead(app, "notice.submit").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let notice = desk.supplier.get(&path(&id, "/notice")).await.expect(200).json;
        assert_eq!((notice["state"].as_str(), notice["notice_id"].as_str()), (Some("due"), None));
        assert_eq!(app.visitor().get("/api/v1/notices").await.expect(200).json["items"], json!([]));
    })
    .await;
}

/// S2-015: where the profile asks for it, a turn is also told by SMS.
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_is_told_by_sms_where_the_profile_asks() {
    let directory = tempfile::tempdir().unwrap();
    let shipped = include_str!("../../../../profiles/henan-mall.toml");
    let asking = shipped.replace("starts_from =", "sms = [\"to_review\"]\nstarts_from =");
    std::fs::write(directory.path().join("henan-mall.toml"), asking).unwrap();
    let settings = format!("[contract]\nprofiles_dir = {:?}", directory.path().display().to_string());
    everywhere_with(&settings, async |app| {
        on_paper(app).await;
        let mut texts = Vec::new();
        for _ in 0..500 {
            let messages = app.messages("13800000101").await;
            texts = messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect();
            if texts.iter().any(|text| text.contains("请登录平台办理")) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let told: Vec<_> = texts.iter().filter(|text| text.contains("请登录平台办理")).collect();
        assert_eq!(told.len(), 1, "{texts:?}");
        assert!(told[0].starts_with("【印信】《") && told[0].contains("合同已发送给您"), "{told:?}");
        let supplier = app.messages("13800000102").await;
        assert!(supplier.iter().all(|message| !message["text"].as_str().unwrap().contains("请登录平台办理")));
    })
    .await;
}
