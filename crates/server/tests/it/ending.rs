//! 结束签章: a signer ends his step in the act of sealing (S3-086).

use serde_json::json;

use crate::certificate::CERTIFICATE_PASSWORD;
use crate::harness::everywhere;
use crate::signing::{Intent, Signing};

// S3-086: 结束签章 is chosen when the seals are confirmed, bound to the intent, and sends in the same act.
#[tokio::test(flavor = "multi_thread")]
async fn who_ends_with_his_seals_sends_them_in_the_same_act() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, a, b) = (signing.contract.as_str(), &signing.purchaser, &signing.supplier);
        b.personal().await;
        // With marks still missing ending is refused at confirmation, and the reason says which.
        let before = b.version(contract).await;
        let short = b.confirm_to(contract, &["personal"], true).await.expect(422);
        assert_eq!(short.code(), "contract.acts_missing");
        assert!(short.json["detail"].as_str().unwrap().contains("印章"), "{}", short.json);
        let open = b.confirm(contract, &["personal"]).await.expect(201).json;
        assert_eq!(open["missing"], json!(["seal"]));
        let refused = b.choose_ending(open["intent_id"].as_str().unwrap(), true).await.expect(422);
        assert_eq!(refused.code(), "contract.acts_missing");
        assert_eq!(b.version(contract).await, before);

        // Chosen afterwards it is part of what is confirmed: another summary, the same code; frozen by the first password.
        let seen = app.messages(b.phone).await.len();
        let confirmed = b.confirm(contract, &["seal", "date"]).await.expect(201).json;
        assert_eq!((&confirmed["missing"], &confirmed["summary"]["ends_step"]), (&json!([]), &json!(false)));
        let id = confirmed["intent_id"].as_str().unwrap().to_owned();
        assert_eq!(a.choose_ending(&id, true).await.expect(404).code(), "signing.no_intent");
        let chosen = b.choose_ending(&id, true).await.expect(200).json;
        assert_eq!(chosen["ends_step"], true);
        assert_ne!(chosen["summary_sm3"], confirmed["summary"]["summary_sm3"]);
        let back = b.choose_ending(&id, false).await.expect(200).json;
        assert_eq!(back["summary_sm3"], confirmed["summary"]["summary_sm3"]);
        b.choose_ending(&id, true).await.expect(200);
        let ticket = b.password(&id, &b.certificate, CERTIFICATE_PASSWORD).await.expect(200).json["ticket"].clone();
        assert_eq!(b.choose_ending(&id, false).await.expect(409).code(), "signing.intent_password_already");
        let code = b.code(seen).await;
        let proofs = Intent { id, tickets: vec![ticket.as_str().unwrap().to_owned()], code };
        let done = b.complete(&proofs).await.expect(200).json;
        assert_eq!(done["step_ended"], true);
        assert_eq!(b.complete(&proofs).await.expect(200).json, done, "asked again it answers the same");
        assert_eq!(done["contract_version"].as_i64(), Some(b.version(contract).await));
        let late = b.discard(contract, b.version(contract).await).await.expect(409);
        assert_eq!(late.code(), "contract.already_sent");
        let desk = b.client.get(&format!("/api/v1/contracts/{contract}/desk")).await.expect(409);
        assert_eq!(desk.code(), "contract.already_sent", "this party cannot seal at its step again");

        // The other party has it, and its track tells how it was sent.
        assert_eq!(a.document(contract).await, b.document(contract).await);
        let track = a.client.get(&format!("/api/v1/contracts/{contract}/track")).await.expect(200).json;
        let told = track.as_array().unwrap().iter().find(|entry| entry["kind"] == "contract.step_sent");
        assert_eq!(told.unwrap()["data"]["with_seals"], true, "{track}");
        assert!(track.to_string().contains("签章后结束签章并发送"));

        // The last party ends it all, asked for in one.
        let seen = app.messages(a.phone).await.len();
        let confirmed = a.confirm_to(contract, &["seal"], true).await.expect(201).json;
        let id = confirmed["intent_id"].as_str().unwrap().to_owned();
        let ticket = a.password(&id, &a.certificate, CERTIFICATE_PASSWORD).await.expect(200).json["ticket"].clone();
        let code = a.code(seen).await;
        let proofs = Intent { id, tickets: vec![ticket.as_str().unwrap().to_owned()], code };
        a.complete(&proofs).await.expect(200);
        signing.until(|shown| shown["state"]["signing"]["platform"]["state"] == "added").await;
    })
    .await;
}
