//! The ceremony over HTTP: from the desk to a concluded contract with the platform's signature, every undo boundary, and every race.

mod proofs;
mod track;

use std::time::Duration;

use serde_json::{Value, json};
use yinxin_domain::ids::OrganisationId;

use crate::certificate::CERTIFICATE_PASSWORD;
use crate::harness::{Answer, Client, TestApp, everywhere};
use crate::world::code_in;

/// One party with everything it signs with.
pub struct Party<'a> {
    app: &'a TestApp,
    organisation: OrganisationId,
    /// Administrator and seal keeper, acting for the organisation.
    pub client: Client<'a>,
    pub phone: &'static str,
    pub certificate: String,
    seal: String,
}

/// A contract of the mall's flow whose text is frozen: the supplier's turn.
pub struct Signing<'a> {
    app: &'a TestApp,
    pub contract: String,
    pub purchaser: Party<'a>,
    pub supplier: Party<'a>,
}

/// A confirmed intent with the proofs for it.
pub struct Intent {
    pub id: String,
    pub tickets: Vec<String>,
    pub code: String,
}

fn sample(name: &str) -> Value {
    let path = format!("{}/../../samples/awards/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

impl<'a> Party<'a> {
    async fn new(app: &'a TestApp, organisation: OrganisationId, phone: &'static str, name: &str) -> Self {
        let person = app.verified_person(phone, name).await;
        let person_id = person.person_id().await;
        let path = format!("/api/v1/operator/organisations/{organisation}/verification");
        let body = json!({ "administrator_person_id": person_id, "note": "测试核验" });
        app.operator().await.post(&path, body).await.expect(204);
        let client = person.acting(organisation);
        let roles = json!({ "roles": ["administrator", "seal_keeper"] });
        let path = format!("/api/v1/organisations/{organisation}/members/{person_id}");
        client.patch(&path, roles).await.expect(204);
        let certificate = app.certificate(&client).await;
        let seal = app.seal(&client, "company", &certificate).await;
        Self { app, organisation, client, phone, certificate, seal }
    }

    /// A personal certificate and name seal: (certificate, seal).
    pub async fn personal(&self) -> (String, String) {
        let person = self.client.acting("person");
        let certificate = self.app.certificate(&person).await;
        let seal = self.app.seal(&person, "personal_name", &certificate).await;
        (certificate, seal)
    }

    /// A colleague who keeps seals too.
    pub async fn colleague(&self, phone: &'static str, name: &str) -> Party<'a> {
        let person = self.app.verified_person(phone, name).await;
        self.app.member(&self.client, self.organisation, phone, &["clerk", "seal_keeper"]).await;
        let (certificate, seal) = (self.certificate.clone(), self.seal.clone());
        let client = person.acting(self.organisation);
        Self { app: self.app, organisation: self.organisation, client, phone, certificate, seal }
    }

    async fn desk(&self, contract: &str) -> Value {
        self.client.get(&format!("/api/v1/contracts/{contract}/desk")).await.expect(200).json
    }

    /// Confirms what the desk suggests, of these kinds.
    pub async fn confirm(&self, contract: &str, kinds: &[&str]) -> Answer {
        self.confirm_to(contract, kinds, false).await
    }

    /// Confirms what the desk suggests, of these kinds, and whether the step ends with it.
    pub async fn confirm_to(&self, contract: &str, kinds: &[&str], ends_step: bool) -> Answer {
        let desk = self.desk(contract).await;
        let suggested = desk["suggestions"].as_array().unwrap().iter();
        let placements: Vec<Value> = suggested
            .filter(|one| kinds.contains(&one["kind"].as_str().unwrap()))
            .map(|one| {
                let mut one = one.clone();
                one.as_object_mut().unwrap().remove("optional");
                one
            })
            .collect();
        assert_eq!(placements.len(), kinds.len(), "{desk}");
        let body = json!({ "version": desk["version"], "placements": placements, "ends_step": ends_step });
        self.client.post(&format!("/api/v1/contracts/{contract}/signing-intents"), body).await
    }

    pub async fn choose_ending(&self, intent: &str, ends_step: bool) -> Answer {
        self.client.post(&format!("/api/v1/signing-intents/{intent}/ending"), json!({ "ends_step": ends_step })).await
    }

    pub async fn password(&self, intent: &str, certificate: &str, password: &str) -> Answer {
        let body = json!({ "certificate_id": certificate, "certificate_password": password });
        self.client.post(&format!("/api/v1/signing-intents/{intent}/password"), body).await
    }

    /// The code that came for the newest intent.
    pub async fn code(&self, seen: usize) -> String {
        for _ in 0..1000 {
            let messages = self.app.messages(self.phone).await;
            if messages.len() > seen {
                return code_in(messages[0]["text"].as_str().unwrap());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("no code came");
    }

    /// An intent with all its proofs.
    async fn intent(&self, contract: &str, kinds: &[&str]) -> Intent {
        let seen = self.app.messages(self.phone).await.len();
        let confirmed = self.confirm(contract, kinds).await.expect(201).json;
        let id = confirmed["intent_id"].as_str().unwrap().to_owned();
        let mut tickets = Vec::new();
        for certificate in confirmed["certificates"].as_array().unwrap() {
            let checked = self.password(&id, certificate.as_str().unwrap(), CERTIFICATE_PASSWORD).await.expect(200);
            tickets.push(checked.json["ticket"].as_str().unwrap().to_owned());
        }
        let code = self.code(seen).await;
        Intent { id, tickets, code }
    }

    pub async fn complete(&self, intent: &Intent) -> Answer {
        let body = json!({ "tickets": intent.tickets, "sms_code": intent.code });
        self.client.post(&format!("/api/v1/signing-intents/{}/completion", intent.id), body).await
    }

    pub async fn sealed(&self, contract: &str, kinds: &[&str]) -> Value {
        let intent = self.intent(contract, kinds).await;
        self.complete(&intent).await.expect(200).json
    }

    pub async fn version(&self, contract: &str) -> i64 {
        self.show(contract).await["version"].as_i64().unwrap()
    }

    pub async fn show(&self, contract: &str) -> Value {
        self.client.get(&format!("/api/v1/contracts/{contract}")).await.expect(200).json
    }

    async fn submit(&self, contract: &str, version: i64) -> Answer {
        self.client.post(&format!("/api/v1/contracts/{contract}/submission"), json!({ "version": version })).await
    }

    pub async fn discard(&self, contract: &str, version: i64) -> Answer {
        self.client.delete(&format!("/api/v1/contracts/{contract}/unsent-seals?version={version}")).await
    }

    pub async fn document(&self, contract: &str) -> Vec<u8> {
        self.client.get(&format!("/api/v1/contracts/{contract}/document.pdf")).await.expect(200).bytes
    }
}

impl<'a> Signing<'a> {
    pub async fn new(app: &'a TestApp) -> Self {
        let machine = app.machine("trading").await;
        let body = sample("mall-order").to_string();
        let pushed = app.signed_post(&machine, "/api/v1/awards", body.as_bytes()).await.expect(201);
        let award: yinxin_domain::ids::AwardId = pushed.json["award_id"].as_str().unwrap().parse().unwrap();
        let mut conn = app.app().db.read().await.unwrap();
        let parties = yinxin_server::award::store::parties(&mut conn, award).await.unwrap();
        drop(conn);
        let purchaser = Party::new(app, parties[0].organisation, "13800000101", "示例甲").await;
        let supplier = Party::new(app, parties[1].organisation, "13800000102", "示例乙").await;
        let contract = Self::frozen(&purchaser, &supplier, award).await;
        Self { app, contract, purchaser, supplier }
    }

    /// A further contract of the same parties whose text is frozen, of an order of its own.
    pub async fn another(&self, number: usize) -> String {
        let machine = self.app.machine("trading").await;
        let mut order = sample("mall-order");
        for place in ["order", "project"] {
            order[place]["code"] = json!(format!("WSSC-2025-000{number:04}"));
        }
        let pushed = self.app.signed_post(&machine, "/api/v1/awards", order.to_string().as_bytes()).await.expect(201);
        let award = pushed.json["award_id"].as_str().unwrap().parse().unwrap();
        Self::frozen(&self.purchaser, &self.supplier, award).await
    }

    /// Drafts, sends and confirms: the contract's id.
    async fn frozen(purchaser: &Party<'_>, supplier: &Party<'_>, award: yinxin_domain::ids::AwardId) -> String {
        let begin = json!({ "award_id": award.to_string(), "template_id": "mall-order-1" });
        let begun = supplier.client.post("/api/v1/contracts", begin).await.expect(201).json;
        let contract = begun["contract_id"].as_str().unwrap().to_owned();
        let path = |rest: &str| format!("/api/v1/contracts/{contract}{rest}");
        let fields = json!({ "sign_place": "示例县", "dispute_way": "court" });
        let draft = json!({ "version": begun["version"], "fields": fields });
        let saved = supplier.client.patch(&path("/draft"), draft).await.expect(200).json;
        let send = json!({ "version": saved["version"] });
        let sent = supplier.client.post(&path("/send"), send).await.expect(200).json;
        let confirm = json!({
            "version": sent["version"], "payment_method": "transfer", "payment_amount_fen": 987_650, "online": true,
        });
        purchaser.client.post(&path("/confirmation"), confirm).await.expect(200);
        contract
    }

    /// Waits for a background job: until the purchaser sees this about the contract.
    pub async fn until(&self, seen: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..2000 {
            let shown = self.purchaser.show(&self.contract).await;
            if seen(&shown) {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came: {}", self.purchaser.show(&self.contract).await);
    }
}

// S1-024 to S1-041, S3-083 to S3-087, S0-032.
#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_sealed_by_both_parties_and_then_by_the_platform() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, a, b) = (signing.contract.as_str(), &signing.purchaser, &signing.supplier);
        // S1-024: the supplier first.
        let early = a.client.get(&format!("/api/v1/contracts/{contract}/desk")).await.expect(409);
        assert_eq!((early.code(), &early.json["held_by"]), ("contract.not_now", &json!(["B"])));
        b.personal().await;
        let frozen = b.document(contract).await;
        let desk = b.desk(contract).await;
        assert_eq!(desk["step"]["missing"], json!(["seal"]));
        let page = &desk["pages"][0];
        assert_eq!(
            (&page["width_mm"], &page["height_mm"], &page["rotation"]),
            (&json!(210.0), &json!(297.0), &json!(0))
        );
        let place = desk["places"].as_array().unwrap().iter().find(|place| place["kind"] == "seal").unwrap();
        assert_eq!(
            (&place["label_zh"], &place["required"], &place["done"]),
            (&json!("乙方盖章处"), &json!(true), &json!(false))
        );
        assert_eq!(b.client.get(desk["document"].as_str().unwrap()).await.expect(200).bytes, frozen);

        let sealed = b.sealed(contract, &["seal", "personal", "date", "seam"]).await;
        assert_eq!(sealed["signatures"].as_array().unwrap().len(), 2);
        assert_eq!(sealed["signatures"][0]["field"], "yinxin-B-1");
        // S0-032, S1-032: private until it is sent.
        let own = b.document(contract).await;
        assert!(own.len() > frozen.len() && own.starts_with(&frozen));
        assert_eq!(a.document(contract).await, frozen);

        // S1-030: deleted and sealed again.
        let version = sealed["contract_version"].as_i64().unwrap();
        let desk = b.desk(contract).await;
        assert_eq!(desk["unsent"].as_array().unwrap().len(), 2);
        assert_eq!(desk["step"]["state"], "sealed");
        assert!(desk["places"].as_array().unwrap().iter().all(|place| place["done"] == true), "{}", desk["places"]);
        let discarded = b.discard(contract, version).await.expect(200).json;
        assert_eq!(b.document(contract).await, frozen);
        assert_eq!(b.desk(contract).await["unsent"], json!([]));
        let nothing = b.submit(contract, discarded["contract_version"].as_i64().unwrap()).await.expect(409);
        assert_eq!(nothing.code(), "contract.not_now");
        // Longer than a second after the status answers that the first seals took with them, and that are still in force.
        app.app().clock.advance(5_000_000).unwrap();
        let again = b.sealed(contract, &["seal", "personal", "date", "seam"]).await;
        let sent = b.submit(contract, again["contract_version"].as_i64().unwrap()).await.expect(200).json;
        // S1-032: after sending nothing can be changed.
        let late = b.discard(contract, sent["contract_version"].as_i64().unwrap()).await.expect(409);
        assert_eq!(late.code(), "contract.already_sent");
        assert_eq!(a.document(contract).await, b.document(contract).await);
        // Anybody who has the file can see that it is not signed by all, and which seals are on it.
        let verified = async |bytes: Vec<u8>| {
            let body = Some(("application/pdf", bytes));
            app.visitor().send(reqwest::Method::POST, "/api/v1/verifications", body).await.expect(200).json
        };
        let half = verified(a.document(contract).await).await;
        assert_eq!(
            (&half["verdict"], &half["contract"]),
            (&json!("valid_trusted"), &json!({ "parties": 2, "signed": 1 }))
        );
        assert!(!half["evidence_before"].is_null(), "status answers from before the seal do not outlive certificates");
        let picture = &half["pictures"][0];
        assert_eq!((&picture["signature"], &picture["media_type"]), (&json!(0), &json!("image/png")));
        assert_eq!((&picture["width_mm"], &half["signatures"][0]["kind"]), (&json!(42), &json!("seal")));
        let mut altered = a.document(contract).await;
        altered[400] ^= 1;
        let altered = verified(altered).await;
        assert_eq!((&altered["verdict"], &altered["contract"]), (&json!("invalid"), &Value::Null), "worth nothing");

        // S1-036 to S1-041.
        a.personal().await;
        assert_eq!(a.desk(contract).await["present"].as_array().unwrap().len(), 2);
        let sealed = a.sealed(contract, &["seal", "personal", "date", "seam"]).await;
        a.submit(contract, sealed["contract_version"].as_i64().unwrap()).await.expect(200);
        signing.until(|shown| shown["state"]["signing"]["platform"]["state"] == "added").await;
        let whole = a.document(contract).await;
        let judged = verified(whole.clone()).await;
        assert_eq!(
            (&judged["contract"], judged["pictures"].as_array().unwrap().len()),
            (&json!({ "parties": 2, "signed": 2 }), 2)
        );
        // With its signature the platform keeps answers that were given after everybody had signed.
        assert_eq!(judged["evidence_before"], Value::Null);
        let roots = app.visitor().get("/api/v1/trust.pem").await.expect(200).bytes;
        crate::ceremony::judge("signing", &whole, &String::from_utf8(roots).unwrap());
        let opened = yinxin_pdf::Opened::open(std::sync::Arc::from(whole)).unwrap();
        let fields: Vec<_> = opened.signature_fields().unwrap().into_iter().map(|field| field.name).collect();
        let expected =
            ["yinxin-B-1", "yinxin-B-2", "yinxin-A-1", "yinxin-A-2", "yinxin-platform-1", "yinxin-platform-archive-1"];
        assert_eq!(fields, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_signer_is_shown_is_what_the_intent_is_bound_to() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let desk = b.desk(contract).await;
        let confirmed = b.confirm(contract, &["seal", "date"]).await.expect(201).json;
        let summary = &confirmed["summary"];
        assert_eq!(summary["digest_sm3"], desk["document_sm3"]);
        assert_eq!(
            (&summary["amount_fen"], &summary["amount_capitals"]),
            (&json!(987_650), &json!("玖仟捌佰柒拾陆元伍角整"))
        );
        assert_eq!((summary["parties"].as_array().unwrap().len(), &summary["signs_for"]), (2, &json!("B")));
        assert_eq!(summary["placements"][0]["seal_id"].as_str(), Some(b.seal.as_str()));
        assert_eq!(summary["summary_sm3"].as_str().unwrap().len(), 64);

        // All faults at once, each with its place.
        let wrong = json!({ "version": desk["version"], "placements": [
            { "kind": "seal", "seal_id": b.seal, "page": 99, "x_mm": 100.0, "y_mm": 100.0 },
            { "kind": "seal", "seal_id": signing.purchaser.seal, "page": 0, "x_mm": 100.0, "y_mm": 100.0 },
        ] });
        let refused = b.client.post(&format!("/api/v1/contracts/{contract}/signing-intents"), wrong).await.expect(422);
        let codes: Vec<&str> =
            refused.json["faults"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!((refused.code(), codes), ("signing.placements", vec!["placement.page", "placement.seal_unknown"]));
        let old = json!({ "version": 1, "placements": [] });
        let refused = b.client.post(&format!("/api/v1/contracts/{contract}/signing-intents"), old).await.expect(409);
        assert_eq!(refused.code(), "signing.meanwhile");
        // Another person's intent does not exist for anybody else.
        let id = confirmed["intent_id"].as_str().unwrap();
        let foreign = signing.purchaser.password(id, &b.certificate, CERTIFICATE_PASSWORD).await.expect(404);
        assert_eq!(foreign.code(), "signing.no_intent");
    })
    .await;
}

// S3-083: a seal is placed by the words that a person reads, by the party whose turn it is and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_the_text_for_the_party_whose_turn_it_is() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let b = &signing.supplier;
        let path = |word: &str| format!("/api/v1/contracts/{}/keyword-places?keyword={word}", signing.contract);
        // 乙方, also with a blank within; and the same in radicals as a browser prints them.
        let found = b.client.get(&path("%E4%B9%99%20%E6%96%B9")).await.expect(200).json;
        let radicals = b.client.get(&path("%E2%BC%84%E2%BD%85")).await.expect(200).json;
        assert_eq!(found, radicals);
        let places = found["places"].as_array().unwrap();
        assert!(places.len() > 2 && found["total"] == places.len(), "{found:#}");
        let desk = b.desk(&signing.contract).await;
        for place in places {
            let page = &desk["pages"][usize::try_from(place["page"].as_u64().unwrap()).unwrap()];
            let inside = |at: &str, size: &str, whole: &str| {
                let (at, size) = (place[at].as_f64().unwrap(), place[size].as_f64().unwrap());
                at >= 0.0 && size > 1.0 && at + size <= page[whole].as_f64().unwrap()
            };
            assert!(inside("x_mm", "width_mm", "width_mm") && inside("y_mm", "height_mm", "height_mm"), "{place}");
        }
        let nothing = b.client.get(&path("zzzz")).await.expect(200).json;
        assert_eq!(nothing, json!({ "total": 0, "places": [] }));
        for unfit in ["", "%20%E3%80%80", &"a".repeat(201)] {
            assert_eq!(b.client.get(&path(unfit)).await.expect(422).code(), "signing.keyword_unfit");
        }
        // It is not the purchaser's turn, and a stranger does not learn that there is such a contract.
        let waiting = signing.purchaser.client.get(&path("a")).await;
        assert_eq!((waiting.status, waiting.code()), (409, "contract.not_now"));
        let stranger = app.verified_person("13800000109", "示例丙").await;
        stranger.get(&path("a")).await.expect(404);
        app.visitor().get(&path("a")).await.expect(401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_completion_twice_signs_once_and_answers_the_same() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let intent = b.intent(contract, &["seal"]).await;
        let (one, two) = tokio::join!(b.complete(&intent), b.complete(&intent));
        let (one, two) = (one.expect(200), two.expect(200));
        assert_eq!(one.json, two.json, "a double click");
        assert_eq!(b.complete(&intent).await.expect(200).json, one.json, "and later again");
        assert_eq!(b.desk(contract).await["unsent"].as_array().unwrap().len(), 1);
        assert_eq!(b.version(contract).await, one.json["contract_version"].as_i64().unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_colleagues_one_wins_and_the_other_is_told_who() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let colleague = b.colleague("13800000103", "示例丙").await;
        let (first, second) = (b.intent(contract, &["seal"]).await, colleague.intent(contract, &["seal"]).await);
        let (one, two) = tokio::join!(b.complete(&first), colleague.complete(&second));
        let (won, lost, winner) = if one.status == 200 { (one, two, "示例乙") } else { (two, one, "示例丙") };
        let lost = lost.expect(409);
        assert_eq!((won.status, lost.code()), (200, "signing.meanwhile"));
        assert_eq!(lost.json["by"], winner);
        assert_eq!(b.desk(contract).await["unsent"].as_array().unwrap().len(), 1);
        // The loser's proofs are not spent on nothing, but what he confirmed no longer exists.
        let (stale, who) = if winner == "示例乙" { (&second, &colleague) } else { (&first, b) };
        assert_eq!(who.complete(stale).await.expect(409).code(), "signing.meanwhile");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discard_completion_and_submission_against_each_other_leave_one_of_the_orders() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        b.sealed(contract, &["seal"]).await;
        // A second act of signing against the discard of the first.
        let intent = b.intent(contract, &["seal"]).await;
        let version = b.version(contract).await;
        let (completed, discarded) = tokio::join!(b.complete(&intent), b.discard(contract, version));
        assert!([(200, 409), (409, 200)].contains(&(completed.status, discarded.status)));
        let unsent = b.desk(contract).await["unsent"].as_array().unwrap().len();
        assert_eq!(unsent, if completed.status == 200 { 2 } else { 0 });
        if unsent == 0 {
            b.sealed(contract, &["seal"]).await;
        }
        // Submission against discard.
        let version = b.version(contract).await;
        let (sent, discarded) = tokio::join!(b.submit(contract, version), b.discard(contract, version));
        assert!(
            [(200, 409), (409, 200)].contains(&(sent.status, discarded.status)),
            "{} {}",
            sent.json,
            discarded.json
        );
        let phase = b.show(contract).await["state"]["phase"].clone();
        assert_eq!(phase, if sent.status == 200 { "step.purchaser" } else { "step.supplier" });
    })
    .await;
}
