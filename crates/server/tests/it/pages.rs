//! What the pages of the web application ask of the server: home, lists, urging, comparison, readiness, notifications.

use serde_json::{Value, json};

use crate::contract::{Desk, path, version};
use crate::harness::{Client, everywhere};

const HOUR: i64 = 3_600_000_000;

async fn home(who: &Client<'_>) -> Value {
    who.get("/api/v1/home").await.expect(200).json
}

async fn list(who: &Client<'_>, query: &str) -> Vec<Value> {
    let page = who.get(&format!("/api/v1/contracts?{query}")).await.expect(200).json;
    page["items"].as_array().unwrap().clone()
}

/// Polls until something is there; the test fails if it never is.
async fn until(who: &Client<'_>, address: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1000 {
        let seen = who.get(address).await.expect(200).json;
        if is_so(&seen) {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it never came: {address}");
}

// S3-027, S3-079, S3-080.
#[tokio::test(flavor = "multi_thread")]
async fn home_shows_what_waits_in_each_organisation_and_the_clocks_of_the_law() {
    everywhere(async |app| {
        let desk = Desk::open(app, "mall-order").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        // Before there is a contract, whoever may draft finds the award.
        let before = home(b).await;
        let task = &before["urgent"];
        assert_eq!((&task["action"], &task["target"]["kind"]), (&json!("draft"), &json!("award")));
        assert_eq!(before["groups"][0]["open_awards"], 1);
        assert_eq!(home(a).await["urgent"], Value::Null, "S1-002: the purchaser does not draft");

        let (id, ready) = desk.drafted(b, "mall-order-1").await;
        let drafting = home(b).await;
        assert_eq!(drafting["counts"]["drafts"], 1);
        assert_eq!((&drafting["urgent"]["action"], &drafting["urgent"]["target"]["id"]), (&json!("draft"), &json!(id)));
        b.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(200);

        let waiting = home(a).await;
        assert_eq!((&waiting["counts"]["waiting_for_me"], &waiting["counts"]["to_confirm"]), (&json!(1), &json!(1)));
        let task = &waiting["groups"][0]["tasks"][0];
        assert_eq!(
            (&task["action"], &task["target"]["page"], &task["label"]["zh"], &task["tone"]),
            (&json!("confirm"), &json!("review"), &json!("待确认"), &json!("in_hand"))
        );
        assert_eq!(task["amount_fen"], 987_650);
        assert_eq!(task["handed_over_by"], json!({ "party": "B", "name": "示例办公用品有限公司" }));
        assert_eq!(waiting["groups"][0]["roles"], json!(["administrator"]));

        // The person sees the same for all his organisations, and opening a task means to act for that one.
        let person = home(&a.acting("person")).await;
        assert_eq!(person["counts"], waiting["counts"]);
        assert_eq!(person["urgent"]["organisation_id"], waiting["groups"][0]["organisation_id"]);
        assert_eq!(app.visitor().get("/api/v1/home").await.status, 401);
        assert_eq!(app.operator().await.get("/api/v1/home").await.expect(403).code(), "actor.forbidden");
    })
    .await;
}

// S3-079: rows say who holds it, since when, by when, and the one act that fits.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_says_who_holds_it_by_when_and_what_fits() {
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, ready) = desk.drafted(a, "goods-1").await;
        let own = &list(a, "list=drafts").await[0];
        assert_eq!(
            (&own["action"]["code"], &own["holder"]["own"], &own["tone"]),
            (&json!("draft"), &json!(true), &json!("fact"))
        );
        let clock = &own["deadline"];
        assert_eq!((&clock["kind"], &clock["working_days"]), (&json!("sign"), &json!(false)));
        let other = &list(b, "list=waiting_for_others").await[0];
        assert_eq!((&other["action"]["code"], &other["may_urge"]), (&json!("view"), &json!(true)));
        assert_eq!(other["holder"]["parties"], json!(["A"]));
        assert_eq!(other["others"].as_array().unwrap().len(), 1);

        a.post(&path(&id, "/freeze"), json!({ "version": ready })).await.expect(200);
        let own = &list(a, "list=waiting_for_me").await[0];
        assert_eq!((&own["action"]["code"], &own["action"]["page"]), (&json!("sign"), &json!("desk")));
        assert!(own["action"]["rest"].as_array().unwrap().iter().any(|action| action["verb"] == "revoke"));

        // Filters and orders.
        let amount = own["amount_fen"].as_i64().unwrap();
        let finds = async |query: &str| list(a, &format!("list=waiting_for_me&{query}")).await.len();
        assert_eq!(finds(&format!("min_amount_fen={amount}&max_amount_fen={amount}")).await, 1);
        assert_eq!(finds(&format!("min_amount_fen={}", amount + 1)).await, 0);
        let day = clock["last_day"].as_str().unwrap();
        assert_eq!((finds(&format!("due_to={day}")).await, finds(&format!("due_from={day}")).await), (1, 1));
        assert_eq!(finds("due_to=2001-01-01").await, 0);
        assert_eq!((finds("state=step.initiator").await, finds("state=drafting").await), (1, 0));
        assert_eq!((finds("profile=jiaozuo").await, finds("profile=henan-mall").await), (1, 0));
        let name = other["parties"][1].as_str().unwrap();
        let own_name = other["parties"][0].as_str().unwrap();
        assert_eq!((finds(&format!("party={name}")).await, finds(&format!("party={own_name}")).await), (1, 0));
        for sort in ["since", "due", "amount"] {
            assert_eq!((finds(&format!("sort={sort}&order=asc")).await, finds(&format!("sort={sort}")).await), (1, 1));
        }
        for wrong in ["sort=size", "order=up", "due_to=yesterday", "from=2025-3-1"] {
            let refused = a.get(&format!("/api/v1/contracts?list=drafts&{wrong}")).await.expect(422);
            assert_eq!(refused.code(), "contract.filter_unfit", "{wrong}");
        }
    })
    .await;
}

// 采购法 art. 46 and 47, 实施条例 art. 50: a signed contract is due by its filing and notice, one that is not by its signing.
#[tokio::test(flavor = "multi_thread")]
async fn contracts_are_sorted_by_the_clock_that_runs_in_their_state() {
    everywhere(async |app| {
        // The supervising system does not answer, so that the filing stays due.
        app.visitor().post("/api/v1/sandbox/supervision", json!({ "behaviour": "silent" })).await.expect(204);
        let (desk, id) = crate::filing::on_paper(app).await;
        let signed = &list(&desk.purchaser, "list=completed&sort=due").await[0];
        assert_eq!((&signed["contract_id"], &signed["deadline"]["kind"]), (&json!(id), &json!("notice")));
        let day = signed["deadline"]["last_day"].as_str().unwrap();
        assert_eq!(day, "2025-05-22");
        let due = async |query: &str| list(&desk.purchaser, &format!("list=completed&{query}")).await.len();
        assert_eq!((due(&format!("due_from={day}&due_to={day}")).await, due("due_to=2025-05-21").await), (1, 0));
    })
    .await;
}

// S1-009 to S1-014, S4-038, S4-044: what pages must know to ask the right questions.
#[tokio::test(flavor = "multi_thread")]
async fn flow_profiles_say_who_drafts_who_reviews_and_what_is_asked() {
    everywhere(async |app| {
        let address = "/api/v1/flow-profiles";
        assert_eq!(app.visitor().get(address).await.status, 401);
        let person = app.person("13800000003").await;
        let profiles = person.get(address).await.expect(200).json;
        let named = |name: &str| profiles.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
        let mall = named("henan-mall");
        assert_eq!((&mall["starts_from"], &mall["drafting_by"]), (&json!("order"), &json!(["supplier"])));
        assert_eq!((&mall["review"], &mall["review_by"]), (&json!("confirm_return_modify"), &json!("purchaser")));
        assert_eq!(mall["drafting_roles"], json!(["administrator", "clerk"]));
        let asked = &mall["confirmation"];
        assert_eq!((&asked["asks_sealing"], &asked["scan_slot"]), (&json!(true), &json!("scan")));
        let methods: Vec<&str> =
            asked["payment_methods"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert_eq!(methods, ["treasury_direct", "treasury_authorised", "transfer", "official_card"]);
        assert_eq!((&mall["slots"][0]["slot"], &mall["slots"][0]["when"]), (&json!("scan"), &json!("before_freeze")));
        let jiaozuo = named("jiaozuo");
        assert_eq!(
            (&jiaozuo["starts_from"], &jiaozuo["drafting_by"]),
            (&json!("lot"), &json!(["purchaser", "supplier"]))
        );
        assert_eq!(
            (&jiaozuo["review"], &jiaozuo["confirmation"]),
            (&json!("agree_disagree_after_sealing"), &Value::Null)
        );
        for one in profiles.as_array().unwrap() {
            assert!(["zh", "en"].iter().all(|language| !one["title"][language].as_str().unwrap().is_empty()), "{one}");
        }
    })
    .await;
}

// S3-079: paging stays right while contracts come and go, in every order, also over several organisations of one person.
#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_in_every_order_and_over_organisations() {
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let a = &desk.purchaser;
        let machine = app.machine("trading").await;
        let sample: Value = crate::contract::sample("goods-devices");
        for number in 0..5 {
            let mut award = sample.clone();
            award["project"]["code"] = json!(format!("示例-{number}"));
            let pushed = app.signed_post(&machine, "/api/v1/awards", award.to_string().as_bytes()).await.expect(201);
            let body = json!({ "award_id": pushed.json["award_id"], "template_id": "goods-1" });
            a.post("/api/v1/contracts", body).await.expect(201);
        }
        // The purchaser's administrator also joins the supplier, so that each contract stands in two lists of his.
        let person = a.person_id().await;
        let supplier = desk.supplier.actor.clone().unwrap();
        let members = format!("/api/v1/organisations/{supplier}/members");
        let body = json!({ "phone": "13800000101", "roles": ["clerk"] });
        let added = desk.supplier.post(&members, body).await;
        assert!(added.status == 201 || added.status == 200, "{person}: {}", added.json);
        for (who, many) in [(a.clone(), 5), (a.acting("person"), 10)] {
            for order in ["sort=since", "sort=since&order=asc", "sort=due", "sort=due&order=desc", "sort=amount"] {
                let query = format!("profile=jiaozuo&tab=drafting&{order}");
                let whole = list(&who, &format!("{query}&limit=100")).await;
                assert_eq!(whole.len(), many, "{order}");
                let mut seen = Vec::new();
                let mut cursor = String::new();
                loop {
                    let page = who.get(&format!("/api/v1/contracts?{query}&limit=3{cursor}")).await.expect(200).json;
                    seen.extend(page["items"].as_array().unwrap().clone());
                    match page["next_cursor"].as_str() {
                        Some(next) => cursor = format!("&cursor={next}"),
                        None => break,
                    }
                }
                assert_eq!(seen, whole, "{order}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_may_urge_once_in_four_hours() {
    everywhere(async |app| {
        let desk = Desk::open(app, "mall-order").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, ready) = desk.drafted(b, "mall-order-1").await;
        b.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(200);
        let urge = async |who: &Client<'_>| who.post(&path(&id, "/urging"), json!({})).await;
        assert_eq!(urge(a).await.expect(409).code(), "contract.nothing_to_urge", "the holder has nobody to urge");
        let stranger = app.verified_person("13800000109", "李示例").await;
        assert_eq!(urge(&stranger).await.expect(404).code(), "contract.not_found");

        let urged = urge(b).await.expect(200).json;
        assert_eq!(urged["told"], json!(["A"]));
        assert_eq!(urged["again_at"].as_i64().unwrap() - urged["urged_at"].as_i64().unwrap(), 4 * HOUR);
        let again = urge(b).await.expect(429);
        assert_eq!((again.code(), &again.json["again_at"]), ("contract.urged_recently", &urged["again_at"]));
        assert!(again.headers.contains_key("retry-after"));
        assert_eq!(b.get(&path(&id, "")).await.expect(200).json["urge_again_at"], urged["again_at"]);
        let told = until(a, "/api/v1/notifications", |page| {
            page["items"].as_array().unwrap().iter().any(|item| item["kind"] == "urged")
        })
        .await;
        assert!(told["unread"].as_i64().unwrap() >= 2);
        let track = a.get(&path(&id, "/track")).await.expect(200).json;
        let entry = track.as_array().unwrap().iter().find(|entry| entry["kind"] == "contract.urged").unwrap().clone();
        assert_eq!((&entry["party"], &entry["title"]["zh"]), (&json!("B"), &json!("催办")));
        // Of two clerks who urge at once one is told that the other has.
        app.app().clock.advance(4 * HOUR).unwrap();
        let b = app.log_in("13800000102").await.acting(b.actor.as_deref().unwrap());
        let (one, two) = tokio::join!(urge(&b), urge(&b));
        let mut both = [one.status, two.status];
        both.sort_unstable();
        assert_eq!(both, [200, 429]);
    })
    .await;
}

// S0-004, S0-005, S1-017.
#[tokio::test(flavor = "multi_thread")]
async fn the_reviewer_sees_each_item_of_the_award_with_the_reason_for_a_difference() {
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, ready) = desk.drafted(a, "goods-1").await;
        let same = a.get(&path(&id, "/comparison")).await.expect(200).json;
        assert_eq!(same["different"], 0);
        assert!(same["compared"].as_i64().unwrap() > 5, "{same}");
        assert_eq!(b.get(&path(&id, "/comparison")).await.expect(404).code(), "contract.no_document");
        assert_eq!(b.get(&path(&id, "/readiness")).await.expect(404).code(), "contract.no_document");

        let fields = a.get(&path(&id, "")).await.expect(200).json["fields"].clone();
        let days = fields["delivery_days"].as_i64().expect("the sample names a time of delivery");
        let body = json!({
            "version": ready, "fields": { "delivery_days": days + 10 }, "reasons": { "delivery_days": "厂家排产需要" },
        });
        let saved = a.patch(&path(&id, "/draft"), body).await.expect(200);
        let compared = a.get(&path(&id, "/comparison")).await.expect(200).json;
        assert_eq!(compared["different"], 1);
        let first = &compared["items"][0];
        assert_eq!((&first["field"], &first["same"]), (&json!("delivery_days"), &json!(false)));
        assert_eq!((&first["reason"], &first["drafted"]), (&json!("厂家排产需要"), &json!((days + 10).to_string())));
        assert_eq!(a.get(&path(&id, "")).await.expect(200).json["reasons"]["delivery_days"], "厂家排产需要");
        let wrong = json!({ "version": version(&saved), "fields": {}, "reasons": { "nothing": "x" } });
        assert_eq!(a.patch(&path(&id, "/draft"), wrong).await.expect(422).code(), "contract.fields");

        // Readiness tells whether, and nothing else.
        let ready = a.get(&path(&id, "/readiness")).await.expect(200).json;
        assert_eq!(ready["ready"], false);
        assert_eq!(ready["parties"][1]["certificate"], false);
        desk.certify(b).await;
        let ready = a.get(&path(&id, "/readiness")).await.expect(200).json;
        assert_eq!((&ready["parties"][1]["certificate"], &ready["parties"][1]["seal"]), (&json!(true), &json!(false)));
        let mut keys: Vec<&String> = ready["parties"][1].as_object().unwrap().keys().collect();
        keys.sort();
        assert_eq!(keys, ["certificate", "name", "own", "party", "ready", "role", "seal"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notifications_are_counted_and_read_at_once() {
    everywhere(async |app| {
        let desk = Desk::open(app, "mall-order").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, ready) = desk.drafted(b, "mall-order-1").await;
        b.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(200);
        until(a, "/api/v1/notification-count", |count| count["unread"] == 1).await;
        // Acting for himself the person is told of all his organisations.
        let person = a.acting("person");
        let page = person.get("/api/v1/notifications").await.expect(200).json;
        assert_eq!(
            (&page["unread"], &page["items"][0]["organisation_id"]),
            (&json!(1), &json!(a.actor.clone().unwrap()))
        );
        assert_eq!(b.get("/api/v1/notification-count").await.expect(200).json["unread"], 0);
        assert_eq!(person.post("/api/v1/notifications/read", json!({})).await.expect(200).json["marked"], 1);
        assert_eq!(a.get("/api/v1/notification-count").await.expect(200).json["unread"], 0);
        assert_eq!(person.post("/api/v1/notifications/read", json!({})).await.expect(200).json["marked"], 0);
        assert_eq!(app.visitor().post("/api/v1/notifications/read", json!({})).await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_shows_its_sample_people_and_messages_and_production_does_not() {
    everywhere(async |app| {
        let sample = json!({ "people": [{
            "phone": "13900000001", "name": "示例甲", "password": "Shili-2026", "certificate_password": null,
            "organisation_id": null, "organisation_name": "示例供应商有限公司", "role": "supplier", "profile": "henan-mall",
            "note_zh": "起草并盖章", "note_en": "drafts and seals",
        }] });
        let address = "/api/v1/sandbox/people";
        let put = async |who: &Client<'_>| {
            who.send(reqwest::Method::PUT, address, Some(("application/json", sample.to_string().into_bytes()))).await
        };
        let person = app.person("13800000003").await;
        assert_eq!(put(&person).await.expect(403).code(), "actor.forbidden");
        put(&app.operator().await).await.expect(204);
        put(&app.operator().await).await.expect(204);
        assert_eq!(app.visitor().get(address).await.expect(200).json, sample);
        let inbox = app.visitor().get("/api/v1/sandbox/messages").await.expect(200).json;
        assert!(inbox["items"].as_array().unwrap().iter().any(|item| item["recipient"] == "13800000003"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_filings_and_what_needs_him() {
    everywhere(async |app| {
        let (desk, id) = crate::filing::on_paper(app).await;
        let operator = app.operator().await;
        let page = until(&operator, "/api/v1/operator/filings?outcome=accepted", |page| {
            page["items"].as_array().unwrap().len() == 1
        })
        .await;
        let filed = &page["items"][0];
        assert_eq!((&filed["contract_id"], &filed["resubmitted"]), (&json!(id), &json!(false)));
        assert_eq!(filed["submission"]["answers"][0]["outcome"], "accepted");
        assert_eq!(filed["parties"].as_array().unwrap().len(), 2);
        let waiting = operator.get("/api/v1/operator/filings?outcome=waiting").await.expect(200).json;
        assert_eq!(waiting["items"], json!([]));
        assert_eq!(operator.get("/api/v1/operator/filings?outcome=lost").await.expect(400).code(), "request.malformed");
        let overview = operator.get("/api/v1/operator/overview").await.expect(200).json;
        let tally = |name: &str| -> i64 {
            overview[name].as_array().unwrap().iter().map(|one| one["count"].as_i64().unwrap()).sum()
        };
        assert_eq!((tally("contracts"), tally("pushes")), (1, 1), "{overview}");
        assert_eq!((&overview["filings_waiting"], &overview["dead_jobs"]), (&json!(0), &json!(0)));
        for address in ["/api/v1/operator/filings", "/api/v1/operator/overview"] {
            assert_eq!(desk.purchaser.get(address).await.expect(403).code(), "actor.forbidden");
        }
    })
    .await;
}

/// A filter that nobody knows would show an empty list, as if nothing waited.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_filter_is_refused_with_those_that_there_are() {
    everywhere(async |app| {
        let operator = app.operator().await;
        for (list, filter, known) in [
            ("outbox", "state", "ready、leased、done、dead"),
            ("pushes", "outcome", "created、corrected、refused、conflict"),
            ("filings", "outcome", "waiting、accepted、refused"),
            ("certificate-applications", "state", "pending、accepted、refused"),
            ("organisations", "state", "unverified、verified"),
        ] {
            let address = format!("/api/v1/operator/{list}");
            let refused = operator.get(&format!("{address}?{filter}=unheard")).await.expect(400);
            let fault = &refused.json["faults"][0];
            assert_eq!((&fault["path"], &fault["code"]), (&json!(filter), &json!("request.unknown_value")), "{list}");
            assert_eq!(fault["remedy"], format!("请使用：{known}"), "{list}");
            for value in known.split('、') {
                operator.get(&format!("{address}?{filter}={value}")).await.expect(200);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_push_is_checked_again_as_it_came() {
    everywhere(async |app| {
        let machine = app.machine("trading").await;
        let mut award: Value = crate::contract::sample("goods-devices");
        award["project"]["name"] = json!("");
        app.signed_post(&machine, "/api/v1/awards", award.to_string().as_bytes()).await.expect(422);
        let operator = app.operator().await;
        let pushes = operator.get("/api/v1/operator/pushes?outcome=refused").await.expect(200).json;
        let id = pushes["items"][0]["push_id"].as_str().unwrap().to_owned();
        let recheck = format!("/api/v1/operator/pushes/{id}/recheck");
        let still = operator.post(&recheck, json!({})).await.expect(422);
        assert_eq!(still.code(), "award.refused");
        assert!(!still.json["faults"].as_array().unwrap().is_empty());
        let sound: Value = crate::contract::sample("goods-devices");
        app.signed_post(&machine, "/api/v1/awards", sound.to_string().as_bytes()).await.expect(201);
        let accepted = operator.get("/api/v1/operator/pushes?outcome=created").await.expect(200).json;
        let id = accepted["items"][0]["push_id"].as_str().unwrap();
        let again = format!("/api/v1/operator/pushes/{id}/recheck");
        assert_eq!(operator.post(&again, json!({})).await.expect(409).code(), "award.push_accepted");
        let person = app.person("13800000003").await;
        assert_eq!(person.post(&recheck, json!({})).await.expect(403).code(), "actor.forbidden");
    })
    .await;
}
