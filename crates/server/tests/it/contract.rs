//! Contracts over HTTP up to the frozen text, for both shipped flows; and what a party may see.

use serde_json::{Value, json};
use yinxin_domain::contract::sealing::NewAct;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{AwardId, ContractId, OrganisationId, PersonId, SealId};
use yinxin_domain::organisation::Role;
use yinxin_domain::signing::{AnchorKind, PlacementKind, SealType};
use yinxin_server::actor::{Actor, Capacity, Origin};
use yinxin_server::contract::{ContractError, effects, store, use_cases};
use yinxin_server::db::events;

use crate::harness::{Answer, Client, TestApp, everywhere};

/// An award that was pushed, and both parties' administrators acting for them.
pub struct Desk<'a> {
    app: &'a TestApp,
    award: AwardId,
    organisations: Vec<OrganisationId>,
    /// Party A.
    pub purchaser: Client<'a>,
    /// Party B.
    pub supplier: Client<'a>,
}

/// A sample award.
pub fn sample(name: &str) -> Value {
    let path = format!("{}/../../samples/awards/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl<'a> Desk<'a> {
    /// Pushes the sample and verifies its parties.
    pub async fn open(app: &'a TestApp, award: &str) -> Self {
        let machine = app.machine("trading").await;
        let body = sample(award).to_string();
        let pushed = app.signed_post(&machine, "/api/v1/awards", body.as_bytes()).await.expect(201);
        let award: AwardId = pushed.json["award_id"].as_str().unwrap().parse().unwrap();
        let mut conn = app.app().db.read().await.unwrap();
        let parties = yinxin_server::award::store::parties(&mut conn, award).await.unwrap();
        drop(conn);
        let organisations: Vec<_> = parties.iter().map(|party| party.organisation).collect();
        let mut clients = Vec::new();
        for (organisation, phone) in organisations.iter().zip(["13800000101", "13800000102"]) {
            let person = app.verified_person(phone, "张示例").await;
            let path = format!("/api/v1/operator/organisations/{organisation}/verification");
            let body = json!({ "administrator_person_id": person.person_id().await, "note": "测试核验" });
            app.operator().await.post(&path, body).await.expect(204);
            clients.push(person.acting(organisation));
        }
        let supplier = clients.pop().unwrap();
        let purchaser = clients.pop().unwrap();
        Self { app, award, organisations, purchaser, supplier }
    }

    /// Begins a contract.
    pub async fn begin(&self, by: &Client<'_>, template: &str) -> Answer {
        by.post("/api/v1/contracts", json!({ "award_id": self.award.to_string(), "template_id": template })).await
    }

    /// A certificate for a party, applied for and granted.
    pub async fn certify(&self, who: &Client<'_>) {
        let body = json!({ "certificate_password": "Shili-2026" });
        let applied = who.post("/api/v1/certificate-applications", body).await.expect(201);
        let id = applied.json["application_id"].as_str().unwrap();
        let path = format!("/api/v1/operator/certificate-applications/{id}/decision");
        self.app.operator().await.post(&path, json!({ "accept": true })).await.expect(200);
    }

    /// A complete draft: its id and version.
    pub async fn drafted(&self, by: &Client<'_>, template: &str) -> (String, i64) {
        let begun = self.begin(by, template).await.expect(201);
        let id = begun.json["contract_id"].as_str().unwrap().to_owned();
        let saved = fill(by, &id).await;
        (id, saved)
    }

    /// A colleague of a party, as use cases see him.
    fn member(&self, party: usize) -> Actor {
        let capacity = Capacity::Member {
            person: PersonId::new(1, [9; 10]),
            organisation: self.organisations[party],
            roles: vec![Role::Clerk],
        };
        Actor { capacity, origin: Origin::default() }
    }

    /// Seals as the signing feature does: a verb of the domain inside its own commit.
    async fn seal(&self, party: usize, id: &str, document: u8) -> Result<(), ContractError> {
        let app = self.app.app();
        let id: ContractId = id.parse().unwrap();
        let (loaded, who, permit) = use_cases::load_for_signing(app, &self.member(party), id).await?;
        let act = NewAct {
            kind: PlacementKind::Seal,
            seal: SealId::new(1, [1; 10]),
            seal_type: SealType::Company,
            page: Some(0),
        };
        let at = app.now();
        let sm3 = Sm3Digest::from_bytes([document; 32]);
        let transition = loaded.contract.clone().seal(&loaded.context(&who, at), sm3, &[act])?;
        let record = effects::record(Some(&loaded.contract), &transition)?;
        let due_at = loaded.due_at(&transition.next);
        let data = (loaded.contract, transition);
        app.db
            .commit(&permit, record, data, move |(before, transition), conn| {
                Box::pin(async move { Ok(store::save_transition(conn, before, transition, due_at, at).await?) })
            })
            .await
    }
}

/// An address of a contract.
pub fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/contracts/{id}{rest}")
}

/// A contract as somebody sees it.
pub async fn show(who: &Client<'_>, id: &str) -> Value {
    who.get(&path(id, "")).await.expect(200).json
}

fn verbs(contract: &Value) -> Vec<&str> {
    contract["actions"].as_array().unwrap().iter().map(|action| action["verb"].as_str().unwrap()).collect()
}

/// The version that an answer names.
pub fn version(answer: &Answer) -> i64 {
    answer.json["version"].as_i64().unwrap()
}

/// Fills in by hand whatever the checks ask for, by kind; gives the version then.
async fn fill(by: &Client<'_>, id: &str) -> i64 {
    loop {
        let checks = by.get(&path(id, "/checks")).await.expect(200).json;
        let missing = checks["missing"].as_array().unwrap();
        if missing.is_empty() {
            assert_eq!(checks["ready"], true, "{checks}");
            return checks["version"].as_i64().unwrap();
        }
        let mut fields = serde_json::Map::new();
        for one in missing {
            let value = match one["kind"].as_str().unwrap() {
                "text" | "long_text" => json!("示例县"),
                "choice" => one["choices"].as_array().unwrap().iter().find(|c| *c == "court").unwrap().clone(),
                "integer" => json!(1),
                kind => panic!("{kind} of {one}"),
            };
            fields.insert(one["field"].as_str().unwrap().to_owned(), value);
        }
        by.patch(&path(id, "/draft"), json!({ "version": checks["version"], "fields": fields })).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_malls_flow_from_award_to_the_frozen_text() {
    everywhere(async |app| {
        let desk = Desk::open(app, "mall-order").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        // S1-002: the supplier drafts; a template must fit; the first draft locks the award.
        assert_eq!(desk.begin(a, "mall-order-1").await.expect(403).code(), "contract.may_not_begin");
        assert_eq!(desk.begin(b, "services-1").await.expect(422).code(), "contract.template_unfit");
        let begun = desk.begin(b, "mall-order-1").await.expect(201);
        assert_eq!(desk.begin(b, "mall-order-1").await.expect(409).code(), "contract.award_not_open");
        let id = begun.json["contract_id"].as_str().unwrap();
        let seen = show(b, id).await;
        assert_eq!(verbs(&seen), ["edit_draft", "attach", "send", "revoke"]);
        assert_eq!(seen["state"]["label"]["zh"], "草稿");
        assert_eq!(seen["amount_fen"], 987_650);

        // Not complete: all that is missing is told.
        let early = b.post(&path(id, "/send"), json!({ "version": version(&begun) })).await.expect(422);
        assert_eq!(early.code(), "contract.incomplete");
        assert!(
            early.json["faults"].as_array().unwrap().iter().any(|fault| fault["path"] == "fields.sign_place"),
            "{}",
            early.json
        );
        // The other party sees that there is a draft and who writes it, and nothing of it.
        let outline = show(a, id).await;
        assert_eq!((&outline["visibility"], &outline["fields"]), (&json!("outline"), &Value::Null));
        assert_eq!(a.get(&path(id, "/preview.pdf")).await.expect(404).code(), "contract.no_document");
        assert_eq!(a.get(&path(id, "/checks")).await.expect(404).code(), "contract.no_document");

        let ready = fill(b, id).await;
        let preview = b.get(&path(id, "/preview.pdf")).await.expect(200);
        assert!(preview.bytes.starts_with(b"%PDF-"), "the draft as it would be printed");
        assert_eq!(b.get(&path(id, "/document.pdf")).await.expect(404).code(), "contract.no_document");
        let sent = b.post(&path(id, "/send"), json!({ "version": ready })).await.expect(200);

        // S1-004 to S1-008.
        let seen = show(a, id).await;
        assert_eq!(verbs(&seen), ["attach", "confirm", "return", "modify"]);
        assert_eq!(seen["state"]["label"]["zh"], "待确认");
        assert_eq!(seen["fields"]["sign_place"], "示例县");
        let unexplained = json!({ "version": version(&sent), "reason": " " });
        assert_eq!(a.post(&path(id, "/return"), unexplained).await.expect(422).code(), "contract.reason_missing");
        let returned = json!({ "version": version(&sent), "reason": "交货地点有误" });
        let returned = a.post(&path(id, "/return"), returned).await.expect(200);
        let standing = show(b, id).await["standing"].clone();
        assert_eq!((&standing["kind"], &standing["reason"]), (&json!("returned"), &json!("交货地点有误")));
        assert_eq!((&standing["party"], &standing["back_to"]), (&json!("A"), &json!("B")));
        let early = a.post(&path(id, "/modification"), json!({ "version": version(&returned) })).await.expect(409);
        assert_eq!((early.code(), &early.json["held_by"]), ("contract.not_now", &json!(["B"])));
        let sent = b.post(&path(id, "/send"), json!({ "version": version(&returned) })).await.expect(200);
        let withdrawn = b.post(&path(id, "/withdrawal"), json!({ "version": version(&sent) })).await.expect(200);
        assert_eq!(show(a, id).await["standing"]["kind"], "withdrawn");
        let sent = b.post(&path(id, "/send"), json!({ "version": version(&withdrawn) })).await.expect(200);
        assert_eq!(show(a, id).await["standing"], Value::Null);
        let modified = a.post(&path(id, "/modification"), json!({ "version": version(&sent) })).await.expect(200);
        assert_eq!(show(b, id).await["standing"]["kind"], "modified");
        let by_purchaser = json!({ "version": version(&modified), "fields": { "sign_place": "示例市" } });
        let edited = a.patch(&path(id, "/draft"), by_purchaser).await.expect(200);
        assert_eq!(
            a.post(&path(id, "/send"), json!({ "version": version(&edited) })).await.expect(403).code(),
            "contract.not_yours"
        );
        let sent = b.post(&path(id, "/send"), json!({ "version": version(&edited) })).await.expect(200);

        // S1-009: method and amount; the whole amount at most.
        let confirm = async |version: i64, method: Option<&str>, amount: Option<i64>| {
            let body =
                json!({ "version": version, "payment_method": method, "payment_amount_fen": amount, "online": true });
            a.post(&path(id, "/confirmation"), body).await
        };
        let at = version(&sent);
        assert_eq!(confirm(at, None, Some(1)).await.expect(422).code(), "contract.payment_method");
        assert_eq!(confirm(at, Some("transfer"), None).await.expect(422).code(), "contract.payment_amount");
        assert_eq!(confirm(at, Some("transfer"), Some(987_651)).await.expect(422).code(), "contract.payment_amount");
        assert_eq!(
            a.get(&path(id, "/document.pdf")).await.expect(404).code(),
            "contract.no_document",
            "a refusal changes nothing"
        );
        // S1-017: online sealing asks for both parties' certificates, and names who has none.
        for (done, who) in [b, a].into_iter().enumerate() {
            let early = confirm(at, Some("transfer"), Some(987_650)).await.expect(422);
            assert_eq!(early.code(), "contract.no_certificate");
            let detail = early.json["detail"].as_str().unwrap();
            assert_eq!((detail.contains("示例办公用品有限公司"), detail.contains("示例市第三中学")), (done == 0, true));
            desk.certify(who).await;
        }
        let confirmed = confirm(at, Some("transfer"), Some(987_650)).await.expect(200);
        assert_eq!(confirmed.json["phase"], "step.supplier");

        // S1-011: nobody changes the text any more; both see the same document.
        let late = json!({ "version": version(&confirmed), "fields": { "sign_place": "别处" } });
        assert_eq!(b.patch(&path(id, "/draft"), late).await.expect(409).code(), "contract.text_frozen");
        let document = a.get(&path(id, "/document.pdf")).await.expect(200).bytes;
        assert_eq!(document, b.get(&path(id, "/document.pdf")).await.expect(200).bytes);
        let seen = show(b, id).await;
        assert_eq!(verbs(&seen), ["seal", "reject", "revoke"]);
        assert_eq!(seen["document_sm3"], seen["state"]["content"]["document"]["sm3"]);

        // The frozen text is kept with its pages and the places it leaves for both parties.
        let mut conn = app.app().db.read().await.unwrap();
        let text = store::find_text(&mut conn, id.parse().unwrap(), 1).await.unwrap().unwrap();
        drop(conn);
        assert_eq!(Some(text.pages.len() as u64), seen["pages"].as_u64());
        let opened = yinxin_pdf::Opened::open(std::sync::Arc::from(document)).unwrap();
        assert_eq!(opened.pages().unwrap().len(), text.pages.len());
        for party in ["A", "B"] {
            let seals = text.anchors.iter().filter(|anchor| anchor.party.to_string() == party);
            assert_eq!(seals.filter(|anchor| anchor.kind == AnchorKind::OrganisationSeal).count(), 1, "{party}");
        }

        // S1-044: lists by state.
        let tab = async |tab: &str| {
            let address = format!("/api/v1/contracts?profile=henan-mall&tab={tab}");
            b.get(&address).await.expect(200).json["items"].as_array().unwrap().len()
        };
        assert_eq!((tab("to_seal").await, tab("to_confirm").await), (1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_editor_is_told_who_when_and_which_fields_and_nothing_is_overwritten() {
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let a = &desk.purchaser;
        let (id, seen) = desk.drafted(a, "goods-1").await;
        let first = json!({ "version": seen, "fields": { "sign_place": "示例县政务大楼" } });
        a.patch(&path(&id, "/draft"), first).await.expect(200);
        let second = json!({ "version": seen, "fields": { "sign_place": "别处" } });
        let told = a.patch(&path(&id, "/draft"), second).await.expect(409);
        assert_eq!(told.code(), "contract.edited_meanwhile");
        assert_eq!(told.json["changed_fields"], json!(["sign_place"]));
        assert_eq!(told.json["changed_by"], json!(a.person_id().await));
        assert_eq!(told.json["version"].as_i64(), Some(seen + 1));
        assert!(told.json["changed_at"].as_i64().unwrap() > 0);
        assert_eq!(show(a, &id).await["fields"]["sign_place"], "示例县政务大楼");
        // Two at the very same moment: one is saved, the other is told.
        let at = seen + 1;
        let both = two_at_once(a, &id, at).await;
        assert_eq!(both, [200, 409]);
    })
    .await;
}

async fn two_at_once(who: &Client<'_>, id: &str, at: i64) -> Vec<u16> {
    let address = path(id, "/draft");
    let save = async |place: &str| {
        who.patch(&address, json!({ "version": at, "fields": { "sign_place": place } })).await.status
    };
    let (one, two) = tokio::join!(save("甲地"), save("乙地"));
    let mut both = vec![one, two];
    both.sort_unstable();
    both
}

#[tokio::test(flavor = "multi_thread")]
async fn values_are_data_and_all_that_is_wrong_with_them_is_told() {
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let a = &desk.purchaser;
        let (id, seen) = desk.drafted(a, "goods-1").await;
        let wrong = json!({ "version": seen, "fields": {
            "sign_place": "含\u{e000}字", "nothing": "x", "contract_number": "别的编号", "dispute_way": "duel"
        } });
        let told = a.patch(&path(&id, "/draft"), wrong).await.expect(422);
        assert_eq!(told.code(), "contract.fields");
        let faults: Vec<_> =
            told.json["faults"].as_array().unwrap().iter().map(|fault| fault["path"].as_str().unwrap()).collect();
        for field in ["sign_place", "nothing", "contract_number", "dispute_way"] {
            assert!(faults.contains(&format!("fields.{field}").as_str()), "{field}: {faults:?}");
        }
        let markup = "#panic(\"x\") *粗* $x^2$ <a> #read(\"/etc/passwd\")";
        let literal = json!({ "version": seen, "fields": { "sign_place": markup } });
        let saved = a.patch(&path(&id, "/draft"), literal).await.expect(200);
        assert_eq!(show(a, &id).await["fields"]["sign_place"], markup);
        a.get(&path(&id, "/preview.pdf")).await.expect(200);
        let same = json!({ "version": version(&saved), "fields": { "sign_place": markup } });
        assert_eq!(a.patch(&path(&id, "/draft"), same).await.expect(422).code(), "contract.nothing_changed");
    })
    .await;
}

/// One page, and a script that runs when the file is opened.
fn scripted() -> Vec<u8> {
    crate::verification::page(r"/OpenAction<</S/JavaScript/JS(app.alert\(1\))>>")
}

#[tokio::test(flavor = "multi_thread")]
async fn on_paper_with_its_scan_it_goes_straight_to_filing() {
    // S1-013, S1-014.
    everywhere(async |app| {
        let desk = Desk::open(app, "mall-order").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, ready) = desk.drafted(b, "mall-order-1").await;
        let sent = b.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(200);
        let attach = async |name: &str, bytes: Vec<u8>| {
            let address = path(&id, &format!("/attachments?kind=scan&name={name}"));
            a.send(reqwest::Method::POST, &address, Some(("application/pdf", bytes))).await
        };
        assert_eq!(attach("scan.pdf", b"not a PDF".to_vec()).await.expect(422).code(), "contract.attachment_not_pdf");
        // What would show something else tomorrow is refused with what to do about it.
        let refused = attach("scan.pdf", scripted()).await.expect(422);
        assert_eq!(refused.code(), "contract.attachment_refused");
        assert_eq!(refused.json["obstacle"], "pdf.gate.active_content");
        assert!(refused.json["detail"].as_str().unwrap().contains("脚本"), "{:#}", refused.json);
        let scan = b.get(&path(&id, "/preview.pdf")).await.expect(200).bytes;
        let attached = attach("scan.pdf", scan.clone()).await.expect(201);
        assert_eq!(a.get(&path(&id, "/attachments/0")).await.expect(200).bytes, scan);
        assert_eq!(a.get(&path(&id, "/attachments/1")).await.expect(404).code(), "contract.no_document");
        let stale = json!({ "version": version(&sent), "payment_method": "transfer", "payment_amount_fen": 987_650, "online": false });
        assert_eq!(a.post(&path(&id, "/confirmation"), stale).await.expect(409).code(), "contract.edited_meanwhile");
        let undated = json!({ "version": version(&attached), "payment_method": "transfer", "payment_amount_fen": 987_650, "online": false });
        let undated = a.post(&path(&id, "/confirmation"), undated).await.expect(422);
        assert_eq!(undated.code(), "contract.signed_on_missing");
        let body = json!({ "version": version(&attached), "payment_method": "transfer", "payment_amount_fen": 987_650,
            "online": false, "signed_on": "2025-05-20" });
        let confirmed = a.post(&path(&id, "/confirmation"), body).await.expect(200);
        let seen = show(b, &id).await;
        assert_eq!(seen["state"]["signing"]["state"], "offline");
        assert_eq!(seen["attachments"][0]["sm3"], seen["state"]["signing"]["scan"]);
        assert_ne!(seen["state"]["filing"]["state"], "not_due", "pushed on confirming");
        assert_eq!(attach("late.pdf", scan).await.expect(409).code(), "contract.not_now");
        assert!(version(&confirmed) > version(&attached));
        assert_eq!(desk.seal(1, &id, 9).await.unwrap_err().to_string(), "contract.not_now");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_side_begins_and_sealed_texts_stay_private_until_submitted_and_end_by_disagreement() {
    // S4-038, S4-046 to S4-053.
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, ready) = desk.drafted(b, "goods-1").await;
        assert_eq!(
            desk.begin(a, "goods-1").await.expect(409).code(),
            "contract.award_not_open",
            "the first draft locks the lot"
        );
        assert_eq!(
            b.post(&path(&id, "/send"), json!({ "version": ready })).await.expect(409).code(),
            "contract.not_in_profile"
        );
        let frozen = b.post(&path(&id, "/freeze"), json!({ "version": ready })).await.expect(200);
        assert_eq!(frozen.json["phase"], "step.initiator");
        assert_eq!(a.get(&path(&id, "/document.pdf")).await.expect(404).code(), "contract.no_document");
        desk.seal(1, &id, 7).await.unwrap();
        assert_eq!(show(b, &id).await["state"]["signing"]["steps"][0]["state"]["state"], "sealed");
        let other = show(a, &id).await;
        assert_eq!(other["state"]["signing"]["steps"][0]["state"]["state"], "open", "undo boundary 10");
        let track = |json: &Value| -> Vec<String> {
            json.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
        };
        let own = track(&b.get(&path(&id, "/track")).await.expect(200).json);
        let others = track(&a.get(&path(&id, "/track")).await.expect(200).json);
        assert!(own.contains(&"contract.sealed".to_owned()) && !others.contains(&"contract.sealed".to_owned()));
        assert_eq!(own.first().map(String::as_str), Some("contract.started"));
        let chain = events::track(&mut app.app().db.read().await.unwrap(), "contract", &id).await.unwrap();
        assert!(events::is_unbroken(&chain));

        // Submitted in the same way as the signing feature does it, then the other side disagrees: that text ends.
        let contract: ContractId = id.parse().unwrap();
        let (loaded, who, permit) = use_cases::load_permitted(app.app(), &desk.member(1), contract).await.unwrap();
        let at = app.app().now();
        let transition = loaded.contract.clone().submit(&loaded.context(&who, at)).unwrap();
        let record = effects::record(Some(&loaded.contract), &transition).unwrap();
        let due_at = loaded.due_at(&transition.next);
        let data = (loaded.contract, transition);
        app.app()
            .db
            .commit(&permit, record, data, move |(before, transition), conn| {
                Box::pin(async move {
                    Ok::<_, yinxin_server::db::CommitError<ContractError>>(
                        store::save_transition(conn, before, transition, due_at, at).await?,
                    )
                })
            })
            .await
            .unwrap();
        let seen = show(a, &id).await;
        assert_eq!(verbs(&seen), ["seal", "disagree", "reject"]);
        assert_eq!(seen["state"]["label"]["zh"], "待签章");
        let disagreed = json!({ "version": seen["version"], "reason": "质保期与投标文件不符" });
        let disagreed = a.post(&path(&id, "/disagreement"), disagreed).await.expect(200);
        let seen = show(b, &id).await;
        assert_eq!((seen["draft"].as_i64(), &seen["state"]["phase"]), (Some(2), &json!("drafting")));
        // Who, for whom, when and why; and in whose hands it is now. The drafter sees the first character of the other party's name.
        let standing = &seen["standing"];
        assert_eq!((&standing["kind"], &standing["reason"]), (&json!("disagreed"), &json!("质保期与投标文件不符")));
        assert_eq!((&standing["party"], &standing["back_to"]), (&json!("A"), &json!("B")));
        assert_eq!(
            (&standing["organisation_name"], &standing["person_name"]),
            (&json!("示例县行政审批服务中心"), &json!("张*"))
        );
        assert!(standing["at"].as_i64().unwrap() > 0);
        assert_eq!(show(a, &id).await["standing"]["person_name"], "张示例", "his own people he sees by name");
        // The new draft becomes a text of its own.
        let again = b.post(&path(&id, "/freeze"), json!({ "version": version(&disagreed) })).await.expect(200);
        assert_eq!(show(b, &id).await["standing"], Value::Null, "it goes its way again");
        assert!(store::find_text(&mut app.app().db.read().await.unwrap(), contract, 2).await.unwrap().is_some());
        // Revoked, the award is free, and the other side may begin.
        let revoked = json!({ "version": version(&again), "reason": "改由采购人起草" });
        b.post(&path(&id, "/revocation"), revoked).await.expect(200);
        let seen = show(b, &id).await;
        assert_eq!(verbs(&seen), Vec::<&str>::new());
        let standing = &seen["standing"];
        assert_eq!((&standing["kind"], &standing["reason"]), (&json!("revoked"), &json!("改由采购人起草")));
        assert_eq!(standing["back_to"], Value::Null, "nobody can do anything with it");
        desk.begin(a, "goods-1").await.expect(201);
        let voided = b.get("/api/v1/contracts?list=voided").await.expect(200).json;
        assert_eq!(voided["items"][0]["contract_id"], json!(id));
        assert_eq!(voided["items"][0]["label"]["zh"], "已撤销");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_expires_by_the_clock_and_a_hold_moves_the_end() {
    everywhere(async |app| {
        const DAY: i64 = 86_400_000_000;
        let desk = Desk::open(app, "goods-devices").await;
        let b = &desk.supplier;
        let (id, ready) = desk.drafted(b, "goods-1").await;
        let frozen = b.post(&path(&id, "/freeze"), json!({ "version": ready })).await.expect(200);
        let hold = json!({ "version": version(&frozen), "document": "监管〔2025〕1号", "reason": "投诉处理" });
        let held = format!("/api/v1/operator/contracts/{id}/hold");
        assert_eq!(b.post(&held, hold.clone()).await.expect(403).code(), "contract.not_yours");
        let held = app.operator().await.post(&held, hold).await.expect(200);
        let seen = show(b, &id).await;
        assert_eq!(verbs(&seen), Vec::<&str>::new());
        let standing = &seen["standing"];
        assert_eq!((&standing["kind"], &standing["document"]), (&json!("held"), &json!("监管〔2025〕1号")));
        assert_eq!((&standing["reason"], &standing["party"]), (&json!("投诉处理"), &Value::Null));
        app.app().clock.advance(60 * DAY).unwrap();
        app.app().db.announce();
        let resume = format!("/api/v1/operator/contracts/{id}/resumption");
        let resume = async |version: i64| {
            let body = json!({ "version": version, "document": "监管〔2025〕2号" });
            app.operator().await.post(&resume, body).await
        };
        resume(version(&held)).await.expect(200);
        let b = app.log_in("13800000102").await.acting(desk.organisations[1]);
        assert_eq!(show(&b, &id).await["state"]["phase"], "step.initiator", "sixty days of hold do not count");
        app.app().clock.advance(40 * DAY).unwrap();
        app.app().db.announce();
        let b = app.log_in("13800000102").await.acting(desk.organisations[1]);
        for _ in 0..500 {
            if show(&b, &id).await["state"]["phase"] == "expired" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let seen = show(&b, &id).await;
        assert_eq!(seen["state"]["phase"], "expired");
        let standing = &seen["standing"];
        assert_eq!((&standing["kind"], &standing["party"]), (&json!("expired"), &Value::Null), "the clock did it");
        assert!(standing["at"].as_i64().unwrap() > 0);
        desk.begin(&b, "goods-1").await.expect(201);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_find_nothing_and_lists_are_searched_and_paged() {
    everywhere(async |app| {
        let desk = Desk::open(app, "goods-devices").await;
        let (a, b) = (&desk.purchaser, &desk.supplier);
        let (id, _) = desk.drafted(a, "goods-1").await;
        let stranger = app.verified_person("13800000109", "李示例").await;
        for who in [stranger.clone(), a.acting("person")] {
            assert_eq!(who.get(&path(&id, "")).await.expect(404).code(), "contract.not_found");
            assert_eq!(
                who.post(&path(&id, "/freeze"), json!({ "version": 1 })).await.expect(404).code(),
                "contract.not_found"
            );
        }
        assert_eq!(app.visitor().get(&path(&id, "")).await.status, 401);
        assert_eq!(stranger.get("/api/v1/contracts?list=drafts").await.expect(200).json["items"], json!([]));
        let operator = app.operator().await;
        assert_eq!(operator.get("/api/v1/contracts?list=drafts").await.expect(403).code(), "actor.forbidden");
        assert_eq!(a.get("/api/v1/contracts?list=everything").await.expect(422).code(), "contract.no_such_list");
        assert_eq!(a.get("/api/v1/contracts?list=drafts&cursor=x").await.expect(422).code(), "contract.no_such_list");

        let machine = app.machine("trading").await;
        for number in 1..=2 {
            let mut award = sample("goods-devices");
            award["project"]["code"] = json!(format!("示例-100%_{number}"));
            let pushed = app.signed_post(&machine, "/api/v1/awards", award.to_string().as_bytes()).await.expect(201);
            let body = json!({ "award_id": pushed.json["award_id"], "template_id": "goods-1" });
            a.post("/api/v1/contracts", body).await.expect(201);
        }
        let list = async |query: &str| a.get(&format!("/api/v1/contracts?{query}")).await.expect(200).json;
        let ids = |page: &Value| -> Vec<String> {
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["contract_id"].as_str().unwrap().to_owned())
                .collect()
        };
        let all = ids(&list("list=drafts").await);
        assert_eq!(all.len(), 3);
        assert_eq!(all.last(), Some(&id), "newest first");
        let first = list("list=drafts&limit=2").await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = list(&format!("list=drafts&limit=2&cursor={cursor}")).await;
        assert_eq!([ids(&first), ids(&second)].concat(), all);
        assert_eq!(second.get("next_cursor"), None);
        assert_eq!(ids(&list("list=drafts&q=100%25_2").await), all[..1], "words are found literally");
        assert_eq!(ids(&list("list=started_by_me").await), all);
        assert_eq!(ids(&list("profile=jiaozuo&tab=drafting&limit=2").await), all[..2]);
        let counts = a.get("/api/v1/contract-counts").await.expect(200).json;
        let drafts = counts.as_array().unwrap().iter().find(|count| count["list"] == "drafts").unwrap();
        assert_eq!(drafts["count"], 3);
        assert_eq!(
            b.get("/api/v1/contracts?list=waiting_for_others").await.expect(200).json["items"]
                .as_array()
                .unwrap()
                .len(),
            3
        );
        let tabs = a.get("/api/v1/contract-tabs").await.expect(200).json;
        assert!(tabs.as_array().unwrap().iter().any(|tab| tab["zh"] == "待确认合同"));
    })
    .await;
}
