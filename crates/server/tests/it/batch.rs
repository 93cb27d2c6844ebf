//! Several contracts signed together (批量签署): each frozen, proved, signed and told by itself, with one password and one code.

use serde_json::{Value, json};

use crate::certificate::CERTIFICATE_PASSWORD;
use crate::harness::{Answer, TestApp, everywhere};
use crate::signing::{Party, Signing};

const NOWHERE: &str = "ctr_01jq0000000000000000000000";

/// What a signer of several contracts does.
struct Batch<'a, 'b> {
    party: &'b Party<'a>,
    id: String,
    tickets: Vec<Value>,
    intents: Vec<String>,
}

async fn desk(party: &Party<'_>, contracts: &[&str]) -> Value {
    let path = format!("/api/v1/batch-desk?contracts={}", contracts.join(","));
    party.client.get(&path).await.expect(200).json
}

/// The body of a confirmation of all that a desk calls ready.
fn body(desk: &Value, ends_step: bool) -> Value {
    let one = |ready: &Value| json!({ "contract_id": ready["contract_id"], "version": ready["version"], "placements": ready["placements"] });
    json!({ "contracts": desk["ready"].as_array().unwrap().iter().map(one).collect::<Vec<_>>(), "ends_step": ends_step })
}

impl<'a, 'b> Batch<'a, 'b> {
    async fn confirm(party: &'b Party<'a>, contracts: &[&str], ends_step: bool) -> Self {
        let shown = desk(party, contracts).await;
        assert_eq!(shown["ready"].as_array().unwrap().len(), contracts.len(), "{shown}");
        let confirmed = party.client.post("/api/v1/signing-batches", body(&shown, ends_step)).await.expect(201).json;
        let intents = confirmed["contracts"].as_array().unwrap().iter();
        Self {
            party,
            id: confirmed["batch_id"].as_str().unwrap().to_owned(),
            tickets: Vec::new(),
            intents: intents.map(|one| one["intent_id"].as_str().unwrap().to_owned()).collect(),
        }
    }

    async fn post(&self, act: &str, body: Value) -> Answer {
        self.party.client.post(&format!("/api/v1/signing-batches/{}/{act}", self.id), body).await
    }

    async fn password(&mut self, password: &str) -> Answer {
        let answer = self.post("password", json!({ "certificate_password": password })).await;
        if answer.status == 200 {
            self.tickets.push(answer.json["ticket"].clone());
        }
        answer
    }

    async fn release(&self, code: &str) -> Answer {
        self.post("release", json!({ "tickets": self.tickets, "sms_code": code })).await
    }

    async fn complete(&self, number: usize) -> Answer {
        let path = format!("/api/v1/signing-intents/{}/completion", self.intents[number]);
        self.party.client.post(&path, json!({ "tickets": self.tickets })).await
    }

    async fn outcome(&self) -> Value {
        self.party.client.get(&format!("/api/v1/signing-batches/{}", self.id)).await.expect(200).json
    }

    async fn states(&self) -> Vec<String> {
        let outcome = self.outcome().await;
        let states = outcome["contracts"].as_array().unwrap().iter();
        states.map(|one| one["state"].as_str().unwrap().to_owned()).collect()
    }
}

async fn three<'a>(app: &'a TestApp) -> (Signing<'a>, String, String) {
    let signing = Signing::new(app).await;
    let second = signing.another(2).await;
    let third = signing.another(3).await;
    (signing, second, third)
}

// S3-082, S3-083 to S3-087: one password and one code; every contract with its own intent, digest, signatures, stamps and events.
#[tokio::test(flavor = "multi_thread")]
async fn three_contracts_are_signed_with_one_password_and_one_code_each_by_itself() {
    everywhere(async |app| {
        let (signing, second, third) = three(app).await;
        let (a, b) = (&signing.purchaser, &signing.supplier);
        let contracts = [signing.contract.as_str(), &second, &third];
        let shown = desk(b, &contracts).await;
        assert_eq!(
            (&shown["most"], &shown["apart"], &shown["certificates"]),
            (&json!(20), &json!([]), &json!([b.certificate]))
        );
        let ready = &shown["ready"][1];
        let kinds: Vec<&Value> = ready["placements"].as_array().unwrap().iter().map(|one| &one["kind"]).collect();
        assert_eq!(kinds, ["seal", "date", "seam"], "what the desk would have filled in");
        assert_eq!((&ready["summary"]["amount_fen"], &ready["submit_zh"]), (&json!(987_650), &json!("发送")));
        assert_eq!(
            b.client.get(ready["document"].as_str().unwrap()).await.expect(200).bytes,
            b.document(&second).await
        );

        let seen = app.messages(b.phone).await.len();
        let confirmed = b.client.post("/api/v1/signing-batches", body(&shown, false)).await.expect(201).json;
        assert_eq!(
            (&confirmed["sum_fen"], &confirmed["sum_capitals"]),
            (&json!(2_962_950), &json!("贰万玖仟陆佰贰拾玖元伍角整"))
        );
        let code = b.code(seen).await;
        let text = app.messages(b.phone).await[0]["text"].as_str().unwrap().to_owned();
        assert!(text.contains("批量签署3份合同，合计29629.50元"), "{text}");
        assert_eq!(app.messages(b.phone).await.len(), seen + 1, "one code for all");
        let intents = confirmed["contracts"].as_array().unwrap();
        let digest = |one: &Value| one["summary"]["summary_sm3"].as_str().unwrap().to_owned();
        assert!(digest(&intents[0]) != digest(&intents[1]) && digest(&intents[1]) != digest(&intents[2]));
        let mut batch = Batch {
            party: b,
            id: confirmed["batch_id"].as_str().unwrap().to_owned(),
            tickets: Vec::new(),
            intents: intents.iter().map(|one| one["intent_id"].as_str().unwrap().to_owned()).collect(),
        };

        // S3-086: chosen for all of them, until the first password.
        let chosen = batch.post("ending", json!({ "ends_step": true })).await.expect(200).json;
        assert_eq!(chosen["contracts"][2]["summary"]["ends_step"], true);
        assert_ne!(digest(&chosen["contracts"][2]), digest(&intents[2]));
        // Nothing signs before the batch is released, and no proof is given to one of its intents.
        assert_eq!(batch.complete(0).await.expect(409).code(), "signing.intent_password_first");
        let alone = b.password(&batch.intents[0], &b.certificate, CERTIFICATE_PASSWORD).await.expect(409);
        assert_eq!(alone.code(), "signing.intent_in_batch");
        let ending = json!({ "ends_step": false });
        let path = format!("/api/v1/signing-intents/{}/ending", batch.intents[0]);
        assert_eq!(b.client.post(&path, ending.clone()).await.expect(409).code(), "signing.intent_in_batch");
        assert_eq!(batch.release(&code).await.expect(409).code(), "signing.intent_password_first");
        batch.password(CERTIFICATE_PASSWORD).await.expect(200);
        assert_eq!(batch.post("ending", ending).await.expect(409).code(), "signing.intent_password_already");
        assert_eq!(batch.complete(0).await.expect(409).code(), "signing.intent_password_first");
        assert_eq!(batch.outcome().await["state"], "proved");
        batch.release(&code).await.expect(204);
        batch.release(&code).await.expect(204);
        assert_eq!(batch.outcome().await["state"], "released");

        let first = batch.complete(0).await.expect(200).json;
        assert_eq!(
            batch.states().await,
            ["sent", "waiting", "waiting"],
            "a reload in the middle finds how far it came"
        );
        assert_eq!(batch.complete(0).await.expect(200).json, first, "twice signs once");
        assert_eq!(first["step_ended"], true);
        let mut documents = vec![first["document_sm3"].clone()];
        for number in [1, 2] {
            let done = batch.complete(number).await.expect(200).json;
            assert_eq!(done["contract_id"], contracts[number]);
            documents.push(done["document_sm3"].clone());
        }
        documents.dedup();
        assert_eq!((documents.len(), batch.states().await), (3, vec!["sent".to_owned(); 3]));
        // Nobody else's.
        let foreign = a.client.get(&format!("/api/v1/signing-batches/{}", batch.id)).await.expect(404);
        assert_eq!(foreign.code(), "signing.no_batch");

        // The other party signs them too, and what comes of it stands before our verifier.
        let seen = app.messages(a.phone).await.len();
        let mut other = Batch::confirm(a, &contracts, true).await;
        other.password(CERTIFICATE_PASSWORD).await.expect(200);
        other.release(&a.code(seen).await).await.expect(204);
        for (number, contract) in contracts.into_iter().enumerate() {
            other.complete(number).await.expect(200);
            let body = Some(("application/pdf", a.document(contract).await));
            let judged =
                app.visitor().send(reqwest::Method::POST, "/api/v1/verifications", body).await.expect(200).json;
            assert_eq!(
                (&judged["verdict"], &judged["contract"]["signed"]),
                (&json!("valid_trusted"), &json!(2)),
                "{judged}"
            );
        }
    })
    .await;
}

// One contract's change leaves the others whole, and the outcome says why it was not signed.
#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_one_contract_meanwhile_leaves_the_others_whole() {
    everywhere(async |app| {
        let (signing, second, third) = three(app).await;
        let b = &signing.supplier;
        let contracts = [signing.contract.as_str(), &second, &third];
        let seen = app.messages(b.phone).await.len();
        let mut batch = Batch::confirm(b, &contracts, false).await;
        batch.password(CERTIFICATE_PASSWORD).await.expect(200);
        let code = b.code(seen).await;
        let colleague = b.colleague("13800000103", "示例丙").await;
        let revoke = json!({ "version": b.version(&second).await, "reason": "订单取消" });
        b.client.post(&format!("/api/v1/contracts/{second}/revocation"), revoke).await.expect(200);
        batch.release(&code).await.expect(204);
        batch.complete(0).await.expect(200);
        let refused = batch.complete(1).await.expect(409);
        assert_eq!(refused.code(), "contract.ended");
        colleague.sealed(&third, &["seal"]).await;
        let overtaken = batch.complete(2).await.expect(409);
        assert_eq!((overtaken.code(), &overtaken.json["by"]), ("signing.meanwhile", &json!("示例丙")));
        let outcome = batch.outcome().await;
        assert_eq!(batch.states().await, ["signed", "missed", "missed"]);
        assert_eq!(outcome["contracts"][1]["code"], "contract.ended", "{outcome}");
        assert_eq!(outcome["contracts"][2]["code"], "signing.intent_contract_changed");
        assert!(outcome["contracts"][2]["reason_zh"].as_str().unwrap().contains("重新确认"));
        assert_eq!(b.show(&second).await["version"], b.version(&second).await);
    })
    .await;
}

// Rules before data: another organisation's contract is told as one that does not exist; nothing is dropped silently.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_signed_with_the_others_is_told_with_its_reason() {
    everywhere(async |app| {
        let (signing, second, third) = three(app).await;
        let (a, b) = (&signing.purchaser, &signing.supplier);
        // Sealed already; not this party's turn; not there, not an id, and named twice.
        b.sealed(&second, &["seal"]).await;
        let shown = desk(b, &[&signing.contract, &second, NOWHERE, "unsinn", &signing.contract]).await;
        assert_eq!(shown["ready"].as_array().unwrap().len(), 1);
        let apart = |shown: &Value| -> Vec<(String, String)> {
            let told = |one: &Value| {
                (one["contract_id"].as_str().unwrap().to_owned(), one["code"].as_str().unwrap().to_owned())
            };
            shown["apart"].as_array().unwrap().iter().map(told).collect()
        };
        let pair = |id: &str, code: &str| (id.to_owned(), code.to_owned());
        assert_eq!(
            apart(&shown),
            [
                pair(&second, "signing.batch_sealed"),
                pair(NOWHERE, "contract.not_found"),
                pair("unsinn", "contract.not_found")
            ]
        );
        let early = desk(a, &[&third]).await;
        assert_eq!(apart(&early), [pair(&third, "contract.not_now")]);
        assert!(early["apart"][0]["title"].is_string(), "his own he may know: {early}");

        // A stranger learns nothing: the same answer as for what is not there, in the list and in a confirmation.
        let stranger = app.verified_person("13800000109", "示例外人").await;
        let other = app
            .organisation(9, "示例路人有限公司", yinxin_domain::organisation::OrganisationKind::Supplier, &stranger)
            .await;
        let client = stranger.acting(other);
        let path = format!("/api/v1/batch-desk?contracts={third},{NOWHERE}");
        let told = client.get(&path).await.expect(200).json;
        let without_id = |one: &Value| {
            let mut one = one.clone();
            one.as_object_mut().unwrap().remove("contract_id");
            one
        };
        assert_eq!(without_id(&told["apart"][0]), without_id(&told["apart"][1]));
        let wanted = |id: &str| json!({ "contract_id": id, "version": 1, "placements": [] });
        let foreign = json!({ "contracts": [wanted(&third), wanted(NOWHERE)] });
        let refused = client.post("/api/v1/signing-batches", foreign).await.expect(409);
        assert_eq!(refused.code(), "signing.batch_refused");
        let fault = |number: usize| {
            (refused.json["faults"][number]["code"].clone(), refused.json["faults"][number]["message"].clone())
        };
        assert_eq!(fault(0), fault(1));
        assert_eq!(fault(0).0, "contract.not_found");
        // As a person alone nobody seals for an organisation.
        stranger.acting("person").get(&path).await.expect(403);

        // All or nothing: a stale one and one that lacks its seal are told with their places, and no code is sent.
        let seen = app.messages(b.phone).await.len();
        let shown = desk(b, &[&signing.contract, &third]).await;
        let mut wrong = body(&shown, false);
        wrong["contracts"][0]["version"] = json!(1);
        wrong["contracts"][1]["placements"] = json!([wrong["contracts"][1]["placements"][0]]);
        wrong["contracts"][1]["placements"][0]["page"] = json!(99);
        let refused = b.client.post("/api/v1/signing-batches", wrong).await.expect(409);
        let faults: Vec<(&str, &str)> = refused.json["faults"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| (fault["path"].as_str().unwrap(), fault["code"].as_str().unwrap()))
            .collect();
        assert_eq!(faults, [("contracts[0]", "signing.meanwhile"), ("contracts[1]", "signing.placements")]);
        let twice = json!({ "contracts": [body(&shown, false)["contracts"][0], body(&shown, false)["contracts"][0]] });
        let refused = b.client.post("/api/v1/signing-batches", twice).await.expect(409);
        assert_eq!(refused.json["faults"][0]["code"], "signing.batch_twice");
        assert_eq!(app.messages(b.phone).await.len(), seen);

        // The limit, said.
        let many: Vec<Value> = std::iter::repeat_n(wanted(NOWHERE), 21).collect();
        let refused = b.client.post("/api/v1/signing-batches", json!({ "contracts": many })).await.expect(422);
        assert_eq!((refused.code(), &refused.json["most"]), ("signing.batch_size", &json!(20)));
        let none = b.client.post("/api/v1/signing-batches", json!({ "contracts": [] })).await.expect(422);
        assert_eq!(none.code(), "signing.batch_size");
        let ids: Vec<String> = (10..31).map(|number| format!("ctr_01jq00000000000000000000{number}")).collect();
        let path = format!("/api/v1/batch-desk?contracts={}", ids.join(","));
        assert_eq!(b.client.get(&path).await.expect(422).code(), "signing.batch_size");
    })
    .await;
}

// A batch gives nobody more guesses than one contract, and lives no longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_counts_wrong_proofs_and_time_as_one_intent() {
    everywhere(async |app| {
        let (signing, second, third) = three(app).await;
        let b = &signing.supplier;
        let contracts = [signing.contract.as_str(), &second, &third];
        let seen = app.messages(b.phone).await.len();
        let mut batch = Batch::confirm(b, &contracts, false).await;
        let code = b.code(seen).await;
        let wrong = batch.password("cuowu-0001").await;
        assert_eq!((wrong.code(), &wrong.json["tries_left"]), ("certificate.password_wrong", &json!(4)));
        batch.password(CERTIFICATE_PASSWORD).await.expect(200);
        let guess = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..4 {
            assert_eq!(batch.release(guess).await.expect(422).code(), "sms_code.wrong");
        }
        // Four codes and one password: the fifth wrong proof has ended it, for all its contracts.
        assert_eq!(batch.release(&code).await.expect(409).code(), "signing.intent_cancelled");
        assert_eq!(batch.complete(0).await.expect(409).code(), "signing.intent_password_first");
        let outcome = batch.outcome().await;
        assert_eq!(
            (&outcome["state"], &outcome["contracts"][0]["code"]),
            (&json!("cancelled"), &json!("signing.intent_cancelled"))
        );

        // One wrong code counts once, and the right one still releases.
        let seen = app.messages(b.phone).await.len();
        let mut batch = Batch::confirm(b, &contracts, false).await;
        let code = b.code(seen).await;
        batch.password(CERTIFICATE_PASSWORD).await.expect(200);
        let guess = if code == "000000" { "000001" } else { "000000" };
        batch.release(guess).await.expect(422);
        batch.release(&code).await.expect(204);
        batch.complete(0).await.expect(200);
        // Its time over, the rest is not signed; nothing that was signed is lost.
        app.app().clock.advance(301_000_000).unwrap();
        assert_eq!(batch.complete(1).await.expect(409).code(), "signing.intent_expired");
        let outcome = batch.outcome().await;
        assert_eq!(batch.states().await, ["signed", "missed", "missed"]);
        assert_eq!(outcome["contracts"][1]["code"], "signing.intent_expired");

        // A code of one batch opens no other.
        let seen = app.messages(b.phone).await.len();
        let mut one = Batch::confirm(b, &[&second], false).await;
        let first_code = b.code(seen).await;
        let mut two = Batch::confirm(b, &[&third], false).await;
        let second_code = b.code(seen + 1).await;
        one.password(CERTIFICATE_PASSWORD).await.expect(200);
        two.password(CERTIFICATE_PASSWORD).await.expect(200);
        if first_code != second_code {
            assert_eq!(two.release(&first_code).await.expect(422).code(), "sms_code.wrong");
        }
        let stolen = Batch { tickets: one.tickets.clone(), intents: two.intents.clone(), id: two.id.clone(), party: b };
        assert_eq!(stolen.release(&second_code).await.expect(422).code(), "signing.ticket_missing");
        two.release(&second_code).await.expect(204);
        two.complete(0).await.expect(200);
        one.release(&first_code).await.expect(204);
        app.app().clock.advance(301_000_000).unwrap();
        assert_eq!(one.complete(0).await.expect(409).code(), "signing.intent_expired");
    })
    .await;
}
