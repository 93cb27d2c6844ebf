//! What an intent asks before it signs: its code, its time, passwords, a certificate and a seal in force.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_end_the_intent_and_the_contract_stays_as_it_was() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let before = b.version(contract).await;
        let good = b.intent(contract, &["seal"]).await;
        let wrong = Intent { id: good.id.clone(), tickets: good.tickets.clone(), code: "000000".into() };
        for _ in 0..5 {
            assert_eq!(b.complete(&wrong).await.expect(422).code(), "sms_code.wrong");
        }
        assert_eq!(b.complete(&good).await.expect(409).code(), "signing.intent_cancelled");
        assert_eq!(b.version(contract).await, before);
        b.sealed(contract, &["seal"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_lives_five_minutes_and_needs_every_proof() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let good = b.intent(contract, &["seal"]).await;
        let without = Intent { id: good.id.clone(), tickets: vec![], code: good.code.clone() };
        assert_eq!(b.complete(&without).await.expect(422).code(), "signing.ticket_missing");
        let strange = Intent { tickets: vec!["0".repeat(64)], ..without };
        assert_eq!(b.complete(&strange).await.expect(422).code(), "signing.ticket_missing");
        signing.app.app().clock.advance(301_000_000).unwrap();
        assert_eq!(b.complete(&good).await.expect(409).code(), "signing.intent_expired");

        let unproved = b.confirm(contract, &["seal"]).await.expect(201).json;
        let id = unproved["intent_id"].as_str().unwrap();
        let body = json!({ "tickets": [], "sms_code": "000000" });
        let early = b.client.post(&format!("/api/v1/signing-intents/{id}/completion"), body).await.expect(409);
        assert_eq!(early.code(), "signing.intent_password_first");
    })
    .await;
}

// S3-056: wrong passwords lock the certificate; the reset by code opens it again.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_lock_the_certificate_and_a_reset_opens_it() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let seen = app.messages(b.phone).await.len();
        let confirmed = b.confirm(contract, &["seal"]).await.expect(201).json;
        // Codes come from a job: each is waited for, so that none is taken for the next one.
        b.code(seen).await;
        let id = confirmed["intent_id"].as_str().unwrap();
        let mut last = String::new();
        for _ in 0..5 {
            last = b.password(id, &b.certificate, "cuowu-0001").await.code().to_owned();
        }
        assert!(["certificate.password_wrong", "certificate.locked"].contains(&last.as_str()), "{last}");
        let locked = b.confirm(contract, &["seal"]).await.expect(201).json;
        b.code(seen + 1).await;
        let id = locked["intent_id"].as_str().unwrap();
        let refused = b.password(id, &b.certificate, CERTIFICATE_PASSWORD).await.expect(423);
        assert_eq!(refused.code(), "certificate.locked");
        let sms_code = app.sms_code(b.phone, "reset_certificate_password").await;
        let reset = json!({ "sms_code": sms_code, "new_password": CERTIFICATE_PASSWORD });
        let path = format!("/api/v1/certificates/{}/password-reset", b.certificate);
        b.client.post(&path, reset).await.expect(204);
        b.sealed(contract, &["seal"]).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_revoked_or_suspended_after_the_confirmation_does_not_sign() {
    everywhere(async |app| {
        let signing = Signing::new(app).await;
        let (contract, b) = (signing.contract.as_str(), &signing.supplier);
        let before = b.version(contract).await;
        let intent = b.intent(contract, &["seal"]).await;
        let suspension = format!("/api/v1/seals/{}/suspension", b.seal);
        b.client.post(&suspension, json!({ "reason": "盘点" })).await.expect(204);
        assert_eq!(b.complete(&intent).await.expect(409).code(), "seal.not_usable");
        b.client
            .post(&format!("/api/v1/seals/{}/resumption", b.seal), json!({ "reason": "盘点完毕" }))
            .await
            .expect(204);
        let intent = b.intent(contract, &["seal"]).await;
        let revocation = json!({ "reason": "key_compromise", "certificate_password": CERTIFICATE_PASSWORD });
        let revoked = b.client.post(&format!("/api/v1/certificates/{}/revocation", b.certificate), revocation).await;
        revoked.expect(204);
        let refused = b.complete(&intent).await.expect(409);
        assert!(["certificate.not_in_force", "seal.not_usable"].contains(&refused.code()), "{}", refused.code());
        assert_eq!(b.version(contract).await, before);
    })
    .await;
}
