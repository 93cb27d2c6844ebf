//! Awards: pushed over HTTP with a signature, idempotent, corrected and cancelled until drafting, refused with all faults.

use serde_json::{Value, json};
use yinxin_domain::award::{self, CheckContext, KnownProfile, StartsFrom};
use yinxin_domain::calendar::Date;
use yinxin_domain::ids::{AwardId, ContractId, OrganisationId, PersonId};
use yinxin_domain::law::RuleTables;
use yinxin_server::actor::{Actor, Capacity, Need, Origin};
use yinxin_server::app::App;
use yinxin_server::award::errors::AwardError;
use yinxin_server::award::store::{self, AwardState};
use yinxin_server::award::use_cases;
use yinxin_server::db::{Event, Record, events};
use yinxin_server::failure::Failure;
use yinxin_server::organisation;

use crate::harness::{Answer, TestApp, everywhere};

/// A machine client: id and secret.
struct Machine((String, String));

impl Machine {
    async fn new(app: &TestApp, kind: &str) -> Self {
        Self(app.machine(kind).await)
    }

    async fn post(&self, app: &TestApp, path: &str, body: &str) -> Answer {
        app.signed_post(&self.0, path, body.as_bytes()).await
    }

    async fn push(&self, app: &TestApp, award: &Value) -> Answer {
        self.post(app, "/api/v1/awards", &award.to_string()).await
    }
}

fn sample(name: &str) -> Value {
    let path = format!("{}/../../samples/awards/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn goods() -> Value {
    sample("goods-devices")
}

fn id_of(answer: &Answer) -> AwardId {
    answer.json["award_id"].as_str().unwrap().parse().unwrap()
}

fn operator(app: &App) -> Actor {
    Actor { capacity: Capacity::Operator(app.new_id(PersonId::new)), origin: Origin::default() }
}

fn member(app: &App, organisation: OrganisationId) -> Actor {
    let person = app.new_id(PersonId::new);
    Actor { capacity: Capacity::Member { person, organisation, roles: Vec::new() }, origin: Origin::default() }
}

/// Begins a contract from an award, as the contract feature does inside its commit.
async fn begin_drafting(app: &App, id: AwardId, version: i64, contract: ContractId) -> bool {
    let permit = Actor::system("test").permit(&[Need::System]).unwrap();
    let record = Record::of(Event::new("contract", contract, "contract.drafted", json!({})));
    app.db
        .commit(&permit, record, (id, contract), move |(id, contract), conn| {
            Box::pin(async move { Ok(store::begin_drafting(conn, *id, version, *contract, 1).await?) })
        })
        .await
        .map_err(|error: Failure| error)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_award_is_kept_and_the_same_push_again_changes_nothing() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let first = machine.push(app, &goods()).await.expect(201);
        assert_eq!((first.json["outcome"].as_str(), first.json["version"].as_i64()), (Some("created"), Some(1)));
        assert_eq!(first.json["ignored"], json!([]));
        let again = machine.push(app, &goods()).await.expect(200);
        assert_eq!(again.json["outcome"], "unchanged");
        assert_eq!(id_of(&again), id_of(&first));
        // Other spelling, same award: members in another order, an empty optional one more.
        let mut respelt = goods();
        respelt["purchaser"]["contact"] = json!("");
        assert_eq!(machine.push(app, &respelt).await.expect(200).json["outcome"], "unchanged");
        let track = events::track(&mut app.app().db.read().await.unwrap(), "award", &id_of(&first).to_string()).await;
        let track = track.unwrap();
        assert_eq!(track.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["award.pushed"]);
        assert!(events::is_unbroken(&track));
        let other = machine.push(app, &sample("services-greenbelt")).await.expect(201);
        assert_ne!(id_of(&other), id_of(&first));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parties_of_an_award_become_known_unverified_and_see_it_and_nobody_else_does() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let id = id_of(&machine.push(app, &goods()).await.expect(201));
        let app = app.app();
        let (stored, parties) = use_cases::show(app, &operator(app), id).await.unwrap();
        assert_eq!(parties.iter().map(|party| party.key.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        for (party, awarded) in parties.iter().zip([&stored.award.purchaser, &stored.award.suppliers[0]]) {
            let known = organisation::use_cases::find(app, party.organisation).await.unwrap().unwrap();
            assert_eq!((known.uscc, known.name.as_str()), (awarded.uscc, awarded.name.as_str()));
            assert_eq!(known.state.as_str(), "unverified");
            let actor = member(app, party.organisation);
            assert_eq!(use_cases::list(app, &actor, None, "", 10).await.unwrap().len(), 1);
            assert!(use_cases::show(app, &actor, id).await.is_ok());
        }
        let stranger = member(app, app.new_id(OrganisationId::new));
        assert_eq!(use_cases::list(app, &stranger, None, "", 10).await.unwrap().len(), 0);
        assert!(matches!(use_cases::show(app, &stranger, id).await, Err(AwardError::NotFound)));
        assert!(matches!(
            use_cases::show(app, &operator(app), app.new_id(AwardId::new)).await,
            Err(AwardError::NotFound)
        ));
        let person = Actor { capacity: Capacity::Person(app.new_id(PersonId::new)), origin: Origin::default() };
        assert!(matches!(use_cases::list(app, &person, None, "", 10).await, Err(AwardError::Forbidden(_))));
    })
    .await;
}

/// The organisation that two awards name is known once.
#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_known_once_however_often_it_is_named() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let first = id_of(&machine.push(app, &goods()).await.expect(201));
        let mut second = goods();
        second["lots"][0]["code"] = json!("B包");
        let second = id_of(&machine.push(app, &second).await.expect(201));
        let app = app.app();
        let organisations = async |id| -> Vec<OrganisationId> {
            let (_, parties) = use_cases::show(app, &operator(app), id).await.unwrap();
            parties.into_iter().map(|party| party.organisation).collect()
        };
        assert_eq!(organisations(first).await, organisations(second).await);
        let page = use_cases::list(app, &operator(app), None, "", 1).await.unwrap();
        assert_eq!(page[0].id, second, "newest first");
        let page = use_cases::list(app, &operator(app), None, &page[0].id.to_string(), 1).await.unwrap();
        assert_eq!(page[0].id, first);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_award_is_corrected_until_a_contract_is_begun_from_it() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let id = id_of(&machine.push(app, &goods()).await.expect(201));
        let mut corrected = goods();
        corrected["suppliers"][0] = sample("mall-order")["suppliers"][0].clone();
        let answer = machine.push(app, &corrected).await.expect(200);
        assert_eq!((answer.json["outcome"].as_str(), answer.json["version"].as_i64()), (Some("corrected"), Some(2)));
        assert_eq!(id_of(&answer), id);
        let inner = app.app();
        let (stored, parties) = use_cases::show(inner, &operator(inner), id).await.unwrap();
        assert_eq!(stored.award.suppliers[0].name, "示例办公用品有限公司");
        let supplier = organisation::use_cases::find(inner, parties[1].organisation).await.unwrap().unwrap();
        assert_eq!(supplier.name, "示例办公用品有限公司");

        let contract = inner.new_id(ContractId::new);
        assert!(!begin_drafting(inner, id, 1, contract).await, "a stale version begins nothing");
        assert!(begin_drafting(inner, id, 2, contract).await);
        assert!(!begin_drafting(inner, id, 3, inner.new_id(ContractId::new)).await, "the first draft locks the lot");
        assert_eq!(machine.push(app, &corrected).await.expect(200).json["outcome"], "unchanged");
        assert_eq!(machine.push(app, &goods()).await.expect(409).code(), "award.drafting_started");
        let cancellation =
            machine.post(app, &format!("/api/v1/awards/{id}/cancellation"), r#"{"reason":"重新采购"}"#).await;
        assert_eq!(cancellation.expect(409).code(), "award.drafting_started");

        let permit = Actor::system("test").permit(&[Need::System]).unwrap();
        let release = async |contract: ContractId| -> bool {
            let record = Record::of(Event::new("contract", contract, "contract.rejected", json!({})));
            let data = (id, contract);
            let done: Result<bool, Failure> = inner
                .db
                .commit(&permit, record, data, |(id, contract), conn| {
                    Box::pin(async move { Ok(store::release(conn, *id, *contract, 2).await?) })
                })
                .await;
            done.unwrap()
        };
        assert!(!release(inner.new_id(ContractId::new)).await, "another contract does not hold it");
        assert!(release(contract).await);
        assert_eq!(machine.push(app, &goods()).await.expect(200).json["outcome"], "corrected");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_award_gives_its_lots_back() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let id = id_of(&machine.push(app, &goods()).await.expect(201));
        let path = format!("/api/v1/awards/{id}/cancellation");
        let mut wider = goods();
        wider["lots"] = json!([{"code": "A包"}, {"code": "B包"}]);
        let taken = machine.push(app, &wider).await.expect(409);
        assert_eq!((taken.code(), taken.json["award_id"].as_str()), ("award.lot_taken", Some(id.to_string().as_str())));
        for body in ["{}", r#"{"reason":""}"#, r#"{"reason":"x","more":1}"#, "["] {
            assert!([400, 422].contains(&machine.post(app, &path, body).await.status), "{body}");
        }
        let stranger = Machine::new(app, "mall").await;
        assert_eq!(stranger.post(app, &path, r#"{"reason":"x"}"#).await.expect(404).code(), "award.not_found");
        assert_eq!(machine.post(app, &path, r#"{"reason":"废标"}"#).await.expect(200).json["state"], "cancelled");
        machine.post(app, &path, r#"{"reason":"废标"}"#).await.expect(200);
        let inner = app.app();
        let (stored, _) = use_cases::show(inner, &operator(inner), id).await.unwrap();
        assert_eq!(stored.state, AwardState::Cancelled);
        assert!(!begin_drafting(inner, id, stored.version, inner.new_id(ContractId::new)).await);
        let anew = machine.push(app, &wider).await.expect(201);
        assert_ne!(id_of(&anew), id);
        machine.push(app, &goods()).await.expect(409);
    })
    .await;
}

/// Two systems may use the same project numbers.
#[tokio::test(flavor = "multi_thread")]
async fn each_client_has_its_own_awards() {
    everywhere(async |app| {
        let (one, other) = (Machine::new(app, "trading").await, Machine::new(app, "mall").await);
        let first = id_of(&one.push(app, &goods()).await.expect(201));
        let second = id_of(&other.push(app, &goods()).await.expect(201));
        assert_ne!(first, second);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_push_tells_all_faults_and_is_kept_for_the_operator() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let mut bad = goods();
        bad["project"]["secret"] = json!(true);
        bad["amount"] = json!("1.00");
        bad["suppliers"][0]["uscc"] = json!("91410102MA00012374");
        let answer = machine.push(app, &bad).await.expect(422);
        assert_eq!(answer.code(), "award.refused");
        let faults = answer.json["faults"].as_array().unwrap();
        let told: Vec<_> =
            faults.iter().map(|fault| (fault["path"].as_str().unwrap(), fault["code"].as_str().unwrap())).collect();
        let expected = [
            ("project.secret", "project.secret"),
            ("suppliers[0].uscc", "uscc.check_digit"),
            ("amount", "amount.total_mismatch"),
        ];
        assert_eq!(told, expected);
        assert!(faults.iter().all(
            |fault| !fault["message"].as_str().unwrap().is_empty() && !fault["remedy"].as_str().unwrap().is_empty()
        ));
        assert_eq!(
            machine.post(app, "/api/v1/awards", "not json").await.expect(422).json["faults"][0]["code"],
            "award.syntax"
        );
        machine.push(app, &goods()).await.expect(201);

        let app = app.app();
        let refused = use_cases::pushes(app, &operator(app), "refused", "", 10).await.unwrap();
        assert_eq!(refused.len(), 2);
        assert_eq!(refused[1].faults.len(), 3);
        assert_eq!(&*app.files.get(refused[0].file).await.unwrap(), b"not json", "what came is kept as it came");
        assert_eq!(use_cases::pushes(app, &operator(app), "", "", 10).await.unwrap().len(), 3);
        let first = use_cases::pushes(app, &operator(app), "", "", 1).await.unwrap();
        assert_eq!(first[0].outcome, "created");
        assert_eq!(use_cases::pushes(app, &operator(app), "", &first[0].id.to_string(), 10).await.unwrap().len(), 2);
        let organisation = member(app, app.new_id(OrganisationId::new));
        assert!(matches!(use_cases::pushes(app, &organisation, "", "", 10).await, Err(AwardError::Forbidden(_))));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_trading_and_mall_systems_push_and_only_with_a_signature() {
    everywhere(async |app| {
        app.visitor().post("/api/v1/awards", goods()).await.expect(401);
        let supervision = Machine::new(app, "supervision").await;
        assert_eq!(supervision.push(app, &goods()).await.status, 403);
        let forged = Machine((Machine::new(app, "trading").await.0.0, "00".repeat(32)));
        assert_eq!(forged.push(app, &goods()).await.expect(401).code(), "client.signature_wrong");
        assert!(use_cases::list(app.app(), &operator(app.app()), None, "", 10).await.unwrap().is_empty());
    })
    .await;
}

/// Pushes of one award at once make one award.
#[tokio::test(flavor = "multi_thread")]
async fn pushes_that_meet_make_one_award() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let award = goods();
        let (a, b, c, d) = tokio::join!(
            machine.push(app, &award),
            machine.push(app, &award),
            machine.push(app, &award),
            machine.push(app, &award)
        );
        let answers = [a, b, c, d];
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 3);
        assert!(answers.iter().all(|answer| id_of(answer) == id_of(&answers[0])));
    })
    .await;
}

/// The largest list that an award may have fits into one push.
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_lines_are_pushed_at_once() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let line = |n: usize| json!({"no": n.to_string(), "name": format!("示例物品第{n}号"), "unit": "台", "quantity": "1", "unit_price": "0.01", "amount": "0.01", "note": "按采购文件执行"});
        let mut award = goods();
        award["items"] = (0..2_000).map(line).collect();
        award["amount"] = json!("20.00");
        let id = id_of(&machine.push(app, &award).await.expect(201));
        let app = app.app();
        assert_eq!(use_cases::show(app, &operator(app), id).await.unwrap().0.award.items.len(), 2_000);
    })
    .await;
}

/// What is stored reads back as the domain made it.
#[tokio::test(flavor = "multi_thread")]
async fn stored_awards_are_the_checked_ones() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        for name in ["goods-devices", "services-greenbelt", "mall-order"] {
            let id = id_of(&machine.push(app, &sample(name)).await.expect(201));
            let profile = |name: &str, starts_from| KnownProfile { name: name.to_owned(), starts_from };
            let context = CheckContext {
                profiles: &[profile("jiaozuo", StartsFrom::Lot), profile("henan-mall", StartsFrom::Order)],
                rules: RuleTables::bundled(),
                today: Date::at(app.app().now()),
                unprintable: &|_| Vec::new(),
            };
            let expected = award::check(sample(name).to_string().as_bytes(), &context).unwrap().award;
            let (stored, _) = use_cases::show(app.app(), &operator(app.app()), id).await.unwrap();
            assert_eq!(stored.award, expected);
        }
    })
    .await;
}

/// S0-018, S4-038: the parties find the award in their list and see which templates fit (S0-006).
#[tokio::test(flavor = "multi_thread")]
async fn awards_and_templates_are_read_over_http() {
    everywhere(async |app| {
        let machine = Machine::new(app, "trading").await;
        let id = id_of(&machine.push(app, &goods()).await.expect(201));
        let (_, parties) = use_cases::show(app.app(), &operator(app.app()), id).await.unwrap();
        let administrator = app.verified_person("13800000101", "示例甲").await;
        let person = administrator.person_id().await;
        let organisation = parties[1].organisation;
        let body = json!({ "administrator_person_id": person, "note": "测试核验" });
        let path = format!("/api/v1/operator/organisations/{organisation}/verification");
        app.operator().await.post(&path, body).await.expect(204);
        let supplier = administrator.acting(organisation);

        let list = supplier.get("/api/v1/awards").await.expect(200).json;
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        let item = &list["items"][0];
        assert_eq!(item["amount_fen"], 48_635_000);
        assert_eq!(item["amount_capitals"], "肆拾捌万陆仟叁佰伍拾元整");
        assert_eq!(item["sign_by"], json!({"last_day": "2025-04-17", "provisional": false, "overdue": true}));
        assert_eq!((item["state"].as_str(), item["lots"][0].as_str()), (Some("open"), Some("A包")));
        let award = supplier.get(&format!("/api/v1/awards/{id}")).await.expect(200).json;
        assert_eq!(award["templates"], json!(["goods-1"]));
        assert_eq!(award["parties"][1], json!({"key": "B", "organisation_id": organisation.to_string()}));
        assert_eq!(award["award"]["project"]["code"], "修财示采-2025-017");
        administrator.get("/api/v1/awards").await.expect(403);
        assert_eq!(administrator.get(&format!("/api/v1/awards/{id}")).await.expect(404).code(), "award.not_found");
        supplier.get("/api/v1/operator/pushes").await.expect(403);
        let pushes = app.operator().await.get("/api/v1/operator/pushes?outcome=created").await.expect(200).json;
        assert_eq!(pushes["items"][0]["award_id"], id.to_string());
        assert_eq!(
            app.operator().await.get("/api/v1/awards?limit=1").await.expect(200).json["next_cursor"],
            id.to_string()
        );

        app.visitor().get("/api/v1/templates").await.expect(401);
        let names = async |query: &str| -> Vec<String> {
            let list = supplier.get(&format!("/api/v1/templates{query}")).await.expect(200).json;
            list["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["template_id"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names("").await, ["goods-1", "services-1", "works-1", "mall-order-1"]);
        assert_eq!(names("?category=goods&profile=jiaozuo").await, ["goods-1"]);
        assert_eq!(names("?category=goods&profile=henan-mall").await, ["goods-1", "mall-order-1"]);
        assert_eq!(names("?category=services&profile=jiaozuo").await, ["services-1"]);
        let unknown = supplier.get("/api/v1/templates?profile=nowhere").await.expect(422);
        assert_eq!(unknown.code(), "template.unknown_profile");
        let template = supplier.get("/api/v1/templates/goods-1").await.expect(200).json;
        assert_eq!(template["title"], "政府采购货物买卖合同");
        let amount = template["fields"].as_array().unwrap().iter().find(|field| field["id"] == "amount").unwrap();
        assert_eq!((amount["kind"].as_str(), amount["required"].as_bool()), (Some("money"), Some(true)));
        assert_eq!(supplier.get("/api/v1/templates/goods-9").await.expect(404).code(), "template.not_found");
    })
    .await;
}
