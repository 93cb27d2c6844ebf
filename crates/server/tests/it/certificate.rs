//! Certificates: hierarchies, applications, passwords, status, timestamps.

mod second_opinions;

use serde_json::{Value, json};
use yinxin_domain::organisation::OrganisationKind::Supplier;
use yinxin_pki::chain::{ChainProblem, Purpose, RevocationEvidence, Validator};
use yinxin_pki::crl::RevocationList;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::Signer as _;
use yinxin_pki::ocsp::{CertificateId, CertificateStatus, StatusRequest, StatusResponse};
use yinxin_pki::tsp::{Query, Token};
use yinxin_pki::x509::Certificate;
use yinxin_server::actor::{Actor, Capacity, Need, Origin};
use yinxin_server::app::App;
use yinxin_server::certificate::use_cases::{check_password, consume_ticket, signing_material, ticket_counts};
use yinxin_server::certificate::{CertificateError, Suite, responder, tsa};
use yinxin_server::db::{Event, Record, events};

use crate::harness::{Client, TestApp, everywhere, everywhere_with};

/// The password of every certificate in tests.
pub const CERTIFICATE_PASSWORD: &str = "zhengshu-01";

impl TestApp {
    /// A certificate for whom this client acts: applied for, approved; its id.
    pub async fn certificate(&self, applicant: &Client<'_>) -> String {
        let body = json!({ "certificate_password": CERTIFICATE_PASSWORD });
        let applied = applicant.post("/api/v1/certificate-applications", body).await.expect(201);
        self.approve(applied.json["application_id"].as_str().unwrap()).await
    }

    async fn approve(&self, application: &str) -> String {
        let path = format!("/api/v1/operator/certificate-applications/{application}/decision");
        let decided = self.operator().await.post(&path, json!({ "accept": true })).await.expect(200);
        decided.json["certificate_id"].as_str().unwrap().to_owned()
    }

    async fn pki(&self, path: &str) -> Vec<u8> {
        self.visitor().get(path).await.expect(200).bytes
    }

    async fn authority(&self, name: &str) -> Certificate {
        Certificate::from_der(&self.pki(&format!("/ca/{name}.cer")).await).unwrap()
    }
}

/// The actor behind a client, for use cases that have no HTTP of their own.
pub async fn actor(client: &Client<'_>) -> Actor {
    let person = client.person_id().await.parse().unwrap();
    let capacity = match client.actor.as_deref() {
        Some("person") => Capacity::Person(person),
        Some(organisation) => {
            Capacity::Member { person, organisation: organisation.parse().unwrap(), roles: Vec::new() }
        }
        None => Capacity::Visitor,
    };
    Actor { capacity, origin: Origin::default() }
}

fn shown(answer: &Value) -> Certificate {
    Certificate::from_pem(answer["certificate_pem"].as_str().unwrap()).unwrap().remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_makes_both_hierarchies_once_and_they_say_test() {
    everywhere(async |app| {
        let pem = String::from_utf8(app.pki("/api/v1/trust.pem").await).unwrap();
        let roots = Certificate::from_pem(&pem).unwrap();
        assert_eq!(roots.len(), 2);
        let mut validator = Validator::new(&roots);
        let now = app.app().now();
        for (suite, names) in [("sm2", ["tsa", "ocsp", "seal-maker"]), ("p256", ["tsa", "ocsp", "platform"])] {
            validator.add_candidates(&[app.authority(&format!("{suite}-ca")).await]);
            for name in names {
                let leaf = app.authority(&format!("{suite}-{name}")).await;
                assert!(leaf.subject().to_string().contains("TEST"), "{}", leaf.subject());
                let purpose = match name {
                    "tsa" => Purpose::TimeStamping,
                    "ocsp" => Purpose::OcspSigning,
                    "platform" => Purpose::ContractSigning,
                    _ => Purpose::SealMaking,
                };
                let report = validator.validate(&leaf, purpose, now, &RevocationEvidence::default());
                assert_eq!(report.problems, [], "{suite}-{name}");
                assert_eq!(report.path.len(), 3);
            }
        }
        app.visitor().get("/ca/sm2-nobody.cer").await.expect(404);
        app.visitor().get("/crl/sm2-tsa.crl").await.expect(404);

        yinxin_server::certificate::first_start(app.app()).await.unwrap();
        let mut conn = app.app().db.read().await.unwrap();
        assert_eq!(events::track(&mut conn, "authority", "sm2-root").await.unwrap().len(), 1, "made once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_ca_says_whose_it_is_and_not_test() {
    everywhere_with("[ca]\nprivate = true\nname = \"示例集团\"", async |app| {
        let subject = app.authority("sm2-root").await.subject().to_string();
        assert!(subject.contains("示例集团") && !subject.contains("TEST"), "{subject}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_gets_a_certificate_that_names_it_and_its_credit_code() {
    // S3-057, S4-022
    everywhere(async |app| {
        let admin = app.verified_person("13800000002", "示例李四").await;
        let org = app.organisation(1, "示例供应商有限公司", Supplier, &admin).await;
        let applications = "/api/v1/certificate-applications";
        let body = json!({ "certificate_password": CERTIFICATE_PASSWORD });
        let weak =
            admin.acting(org).post(applications, json!({ "certificate_password": "abcdefgh" })).await.expect(422);
        assert_eq!(weak.code(), "certificate.password_kinds");
        let short = admin.acting(org).post(applications, json!({ "certificate_password": "a1" })).await.expect(422);
        assert_eq!(short.code(), "certificate.password_length");
        let applied = admin.acting(org).post(applications, body.clone()).await.expect(201);
        let again = admin.acting(org).post(applications, body.clone()).await.expect(409);
        assert_eq!(again.code(), "certificate.application_pending");

        let operator = app.operator().await;
        let waiting = operator.get("/api/v1/operator/certificate-applications").await.expect(200);
        assert_eq!(waiting.json["items"][0]["owner_name"], "示例供应商有限公司");
        admin.acting(org).get("/api/v1/operator/certificate-applications").await.expect(403);
        let application = applied.json["application_id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/operator/certificate-applications/{application}/decision");
        admin.acting(org).post(&path, json!({ "accept": true })).await.expect(403);
        let silent = operator.post(&path, json!({ "accept": false })).await.expect(422);
        assert_eq!(silent.code(), "certificate.reason_missing");
        operator.post(&path, json!({ "accept": false, "reason": "营业执照已过期" })).await.expect(200);
        assert_eq!(
            operator.post(&path, json!({ "accept": true })).await.expect(409).code(),
            "certificate.application_decided"
        );
        let own = admin.acting(org).get(applications).await.expect(200);
        assert_eq!(own.json["items"][0]["reason"], "营业执照已过期");

        let id = app.certificate(&admin.acting(org)).await;
        let list = admin.acting(org).get("/api/v1/certificates").await.expect(200);
        assert_eq!(list.json["items"][0]["id"], id);
        assert_eq!(list.json["items"][0]["state"], "in_force");
        assert_eq!(list.json["items"][0]["custody"], "cloud");
        let certificate = shown(&list.json["items"][0]);
        let uscc = crate::world::uscc(1);
        assert_eq!(certificate.unified_social_credit_code(), Some(uscc.as_str()));
        let subject = certificate.subject().to_string();
        assert!(subject.contains("O=示例供应商有限公司") && subject.contains("TEST"), "{subject}");
        let second = admin.acting(org).post(applications, body).await.expect(409);
        assert_eq!(second.code(), "certificate.one_in_force", "S1-029");

        admin.get(&format!("/api/v1/certificates/{id}")).await.expect(404);
        operator.get(&format!("/api/v1/certificates/{id}")).await.expect(200);
        let other = app.verified_person("13800000003", "示例王五").await;
        other.get(&format!("/api/v1/certificates/{id}")).await.expect(404);
        other.get("/api/v1/certificates/nonsense").await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_verified_subjects_and_only_administrators_apply() {
    everywhere(async |app| {
        let body = json!({ "certificate_password": CERTIFICATE_PASSWORD });
        let applications = "/api/v1/certificate-applications";
        let stranger = app.person("13800000001").await;
        let refused = stranger.post(applications, body.clone()).await.expect(422);
        assert_eq!(refused.code(), "certificate.not_verified");
        let admin = app.verified_person("13800000002", "示例李四").await;
        let org = app.organisation(1, "示例供应商有限公司", Supplier, &admin).await;
        let clerk = app.verified_person("13800000003", "示例王五").await;
        let member = json!({ "phone": "13800000003", "roles": ["clerk", "seal_keeper"] });
        admin.acting(org).post(&format!("/api/v1/organisations/{org}/members"), member).await.expect(201);
        clerk.acting(org).post(applications, body.clone()).await.expect(403);
        app.visitor().post(applications, body.clone()).await.expect(401);
        app.operator().await.post(applications, body).await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_certificate_holds_the_name_and_not_the_resident_number() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await;
        let shown_certificate = person.get(&format!("/api/v1/certificates/{id}")).await.expect(200);
        let certificate = shown(&shown_certificate.json);
        let subject = certificate.subject().to_string();
        assert!(subject.contains("CN=示例李四"), "{subject}");
        assert!(subject.contains(&format!("serialNumber={}", person.person_id().await)), "{subject}");
        let resident = crate::world::resident_id(2);
        assert!(!certificate.as_der().windows(18).any(|window| window == resident.as_bytes()));
        assert_eq!(certificate.unified_social_credit_code(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_and_a_code_unlocks() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await;
        let who = actor(&person).await;
        let certificate = id.parse().unwrap();
        let check = async |password: &str| {
            check_password(app.app(), &who, certificate, password.to_owned().into(), "int_1").await
        };
        for left in [4, 3] {
            let wrong = check("falsch-01").await.map(|_| ()).unwrap_err();
            assert!(matches!(wrong, CertificateError::WrongPassword { left: said } if said == left), "{wrong}");
        }
        check(CERTIFICATE_PASSWORD).await.map(|_| ()).unwrap();
        for left in [4, 3, 2, 1] {
            let wrong = check("falsch-01").await.map(|_| ()).unwrap_err();
            assert!(matches!(wrong, CertificateError::WrongPassword { left: said } if said == left), "{wrong}");
        }
        assert!(matches!(check("falsch-01").await.map(|_| ()), Err(CertificateError::Locked)));
        assert!(matches!(check(CERTIFICATE_PASSWORD).await.map(|_| ()), Err(CertificateError::Locked)));
        let path = format!("/api/v1/certificates/{id}");
        assert_eq!(person.get(&path).await.expect(200).json["locked"], true);
        let revoke = json!({ "reason": "superseded", "certificate_password": CERTIFICATE_PASSWORD });
        assert_eq!(person.post(&format!("{path}/revocation"), revoke).await.expect(423).code(), "certificate.locked");

        let reset = format!("{path}/password-reset");
        let wrong = person.post(&reset, json!({ "sms_code": "000000", "new_password": "neues-Wort1" })).await;
        assert_eq!(wrong.expect(422).code(), "sms_code.wrong");
        let code = app.sms_code("13800000002", "reset_certificate_password").await;
        let simple = person.post(&reset, json!({ "sms_code": code, "new_password": "abcdefgh" })).await.expect(422);
        assert_eq!(simple.code(), "certificate.password_kinds");
        person.post(&reset, json!({ "sms_code": code, "new_password": "neues-Wort1" })).await.expect(204);
        let spent = person.post(&reset, json!({ "sms_code": code, "new_password": "neues-Wort2" })).await.expect(422);
        assert_eq!(spent.code(), "sms_code.spent");
        check("neues-Wort1").await.map(|_| ()).unwrap();

        let change = format!("{path}/password");
        let wrong = person.post(&change, json!({ "old": "falsch-01", "new": "drittes-3" })).await.expect(422);
        assert_eq!((wrong.code(), &wrong.json["tries_left"]), ("certificate.password_wrong", &json!(4)));
        person.post(&change, json!({ "old": "neues-Wort1", "new": "drittes-3" })).await.expect(204);
        check("drittes-3").await.map(|_| ()).unwrap();
        let mut conn = app.app().db.read().await.unwrap();
        let track = events::track(&mut conn, "certificate", &id).await.unwrap();
        assert!(events::is_unbroken(&track));
        let kinds: Vec<&str> = track.iter().map(|event| event.kind.as_str()).collect();
        for kind in
            ["certificate.issued", "certificate.locked", "certificate.password_reset", "certificate.password_changed"]
        {
            assert!(kinds.contains(&kind), "{kinds:?}");
        }
        assert!(track.iter().all(|event| !event.data.contains("falsch") && !event.data.contains("neues")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_guesses_at_once_are_no_more_than_five() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let certificate = app.certificate(&person).await.parse().unwrap();
        let who = actor(&person).await;
        let mut guesses = tokio::task::JoinSet::new();
        for number in 0..20 {
            let (app, who) = (app.app().clone(), who.clone());
            guesses.spawn(async move {
                check_password(&app, &who, certificate, format!("geraten-{number}").into(), "x").await.map(|_| ())
            });
        }
        let outcomes = guesses.join_all().await;
        let wrong = outcomes.iter().filter(|one| matches!(one, Err(CertificateError::WrongPassword { .. }))).count();
        let locked = outcomes.iter().filter(|one| matches!(one, Err(CertificateError::Locked))).count();
        assert_eq!((wrong, locked), (4, 16));
    })
    .await;
}

async fn consume(app: &App, ticket: &str, certificate: &str, subject: &str) -> Result<(), CertificateError> {
    let permit = Actor::system("test").permit(&[Need::System]).unwrap();
    let data = (ticket.to_owned(), certificate.parse().unwrap(), subject.to_owned(), app.now());
    let record = Record::of(Event::new("test", "ticket", "test.consumed", json!({})));
    app.db
        .commit(&permit, record, data, |(ticket, certificate, subject, now), conn| {
            Box::pin(async move { consume_ticket::<CertificateError>(conn, ticket, *certificate, subject, *now).await })
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_counts_once_for_its_certificate_and_subject_and_for_five_minutes() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await;
        let other = app.verified_person("13800000003", "示例王五").await;
        let others = app.certificate(&other).await;
        let who = actor(&person).await;
        let ticket = async || {
            let password = CERTIFICATE_PASSWORD.to_owned().into();
            check_password(app.app(), &who, id.parse().unwrap(), password, "int_1").await.unwrap()
        };
        let foreign = check_password(app.app(), &who, others.parse().unwrap(), "x".to_owned().into(), "int_1").await;
        assert!(matches!(foreign.map(|_| ()), Err(CertificateError::NotFound)));

        let first = ticket().await;
        assert!(matches!(
            consume(app.app(), &first.text, &others, "int_1").await,
            Err(CertificateError::TicketInvalid)
        ));
        assert!(matches!(consume(app.app(), &first.text, &id, "int_2").await, Err(CertificateError::TicketInvalid)));
        assert!(matches!(consume(app.app(), "00", &id, "int_1").await, Err(CertificateError::TicketInvalid)));
        ticket_counts(app.app(), &first.text, id.parse().unwrap(), "int_1").await.unwrap();
        consume(app.app(), &first.text, &id, "int_1").await.unwrap();
        assert!(matches!(consume(app.app(), &first.text, &id, "int_1").await, Err(CertificateError::TicketInvalid)));
        assert!(ticket_counts(app.app(), &first.text, id.parse().unwrap(), "int_1").await.is_err());

        let old = ticket().await;
        app.app().clock.advance(300_000_000).unwrap();
        assert!(matches!(consume(app.app(), &old.text, &id, "int_1").await, Err(CertificateError::TicketInvalid)));

        let late = ticket().await;
        let revoke = json!({ "reason": "key_compromise", "certificate_password": CERTIFICATE_PASSWORD });
        person.post(&format!("/api/v1/certificates/{id}/revocation"), revoke).await.expect(204);
        assert!(matches!(consume(app.app(), &late.text, &id, "int_1").await, Err(CertificateError::NotInForce(_))));
        assert!(matches!(
            signing_material(app.app(), id.parse().unwrap()).await.map(|_| ()),
            Err(CertificateError::NotInForce(_))
        ));
    })
    .await;
}

/// The one status of a response, which must be that of `id`.
fn only(response: &StatusResponse, id: &CertificateId) -> CertificateStatus {
    let [single] = response.statuses() else { panic!("one status was asked for") };
    assert_eq!(&single.certificate, id);
    single.status
}

async fn status(app: &TestApp, certificate: &Certificate, issuer: &Certificate) -> CertificateStatus {
    let id = CertificateId::new(certificate, issuer, DigestAlgorithm::Sm3);
    let request = StatusRequest { certificates: vec![id.clone()], nonce: Some(StatusRequest::nonce_of(&[7; 32])) };
    let body = Some(("application/ocsp-request", request.to_der()));
    let answer = app.visitor().send(reqwest::Method::POST, "/ocsp", body).await.expect(200);
    let response = StatusResponse::from_der(&answer.bytes).unwrap();
    response.verify(issuer).unwrap();
    only(&response, &id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_is_for_ever_and_shows_at_once_in_status_and_list() {
    // S4-028
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await;
        let path = format!("/api/v1/certificates/{id}");
        let certificate = shown(&person.get(&path).await.json);
        let issuer = app.authority("sm2-ca").await;
        let root = app.authority("sm2-root").await;
        assert_eq!(status(app, &certificate, &issuer).await, CertificateStatus::Good);
        let before = app.pki("/crl/sm2-ca.crl").await;
        let list = RevocationList::from_der(&before).unwrap();
        list.verify(&issuer).unwrap();
        assert_eq!(list.find(certificate.serial()).unwrap(), None);
        let good =
            responder::archive(app.app(), std::slice::from_ref(&certificate), responder::WHENEVER).await.unwrap();
        let chain = |archive: &responder::Archive| {
            let ocsp: Vec<&[u8]> = archive.ocsp_responses.iter().map(Vec::as_slice).collect();
            let crls: Vec<&[u8]> = archive.crls.iter().map(Vec::as_slice).collect();
            let roots = [root.clone()];
            let mut validator = Validator::new(&roots);
            validator.add_candidates(std::slice::from_ref(&issuer));
            let evidence = RevocationEvidence { ocsp_responses: &ocsp, crls: &crls };
            validator.validate(&certificate, Purpose::ContractSigning, app.app().now(), &evidence)
        };
        let report = chain(&good);
        assert!(report.is_valid() && report.revocation_is_known(), "{:?} {:?}", report.problems, report.revocation);

        let revocation = format!("{path}/revocation");
        let unknown = json!({ "reason": "because", "certificate_password": CERTIFICATE_PASSWORD });
        person.post(&revocation, unknown).await.expect(400);
        let wrong = json!({ "reason": "key_compromise", "certificate_password": "falsch-01" });
        assert_eq!(person.post(&revocation, wrong).await.expect(422).code(), "certificate.password_wrong");
        let without = json!({ "reason": "key_compromise" });
        assert_eq!(person.post(&revocation, without.clone()).await.expect(422).code(), "certificate.password_wrong");
        let stranger = app.verified_person("13800000003", "示例王五").await;
        stranger.post(&revocation, without).await.expect(404);
        let right = json!({ "reason": "key_compromise", "certificate_password": CERTIFICATE_PASSWORD });
        person.post(&revocation, right.clone()).await.expect(204);
        assert_eq!(person.post(&revocation, right).await.expect(409).code(), "certificate.not_in_force");
        let operator = app.operator().await;
        let again = operator.post(&revocation, json!({ "reason": "superseded" })).await.expect(409);
        assert_eq!(again.code(), "certificate.not_in_force");

        assert!(matches!(status(app, &certificate, &issuer).await, CertificateStatus::Revoked { .. }));
        let after = app.pki("/crl/sm2-ca.crl").await;
        let list = RevocationList::from_der(&after).unwrap();
        list.verify(&issuer).unwrap();
        assert!(list.find(certificate.serial()).unwrap().is_some());
        assert!(list.number() > RevocationList::from_der(&before).unwrap().number());
        let revoked =
            responder::archive(app.app(), std::slice::from_ref(&certificate), responder::WHENEVER).await.unwrap();
        app.app().clock.advance(2_000_000).unwrap();
        assert!(chain(&revoked).problems.iter().any(|problem| matches!(problem, ChainProblem::Revoked { .. })));
        assert_eq!(person.get(&path).await.json["state"], "revoked");
        assert_eq!(person.get(&path).await.json["revocation_reason"], "key_compromise");
        // Another can be had now (S1-029).
        app.certificate(&person).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_revokes_without_the_password() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await;
        let path = format!("/api/v1/certificates/{id}/revocation");
        app.operator().await.post(&path, json!({ "reason": "affiliation_changed" })).await.expect(204);
        assert_eq!(person.get(&format!("/api/v1/certificates/{id}")).await.json["state"], "revoked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_requests_that_cannot_be_answered_are_refused_in_their_own_way() {
    everywhere(async |app| {
        let post = async |bytes: Vec<u8>| {
            let body = Some(("application/ocsp-request", bytes));
            app.visitor().send(reqwest::Method::POST, "/ocsp", body).await.expect(200).bytes
        };
        assert_eq!(post(b"nonsense".to_vec()).await, [0x30, 3, 0x0a, 1, 1], "malformed");
        let (root, issuer) = (app.authority("sm2-root").await, app.authority("sm2-ca").await);
        let of_root = CertificateId::new(&issuer, &root, DigestAlgorithm::Sha1);
        let request = StatusRequest { certificates: vec![of_root], nonce: None };
        assert_eq!(post(request.to_der()).await, [0x30, 3, 0x0a, 1, 6], "the list of the root answers, not OCSP");
        let unknown = CertificateId::from_serial(&[1, 2, 3], &issuer, DigestAlgorithm::Sha1);
        let request = StatusRequest { certificates: vec![unknown.clone()], nonce: None };
        let response = StatusResponse::from_der(&post(request.to_der()).await).unwrap();
        assert_eq!(only(&response, &unknown), CertificateStatus::Unknown);

        use base64::Engine as _;
        let maker = app.authority("sm2-seal-maker").await;
        let id = CertificateId::new(&maker, &issuer, DigestAlgorithm::Sha1);
        let der = StatusRequest { certificates: vec![id.clone()], nonce: None }.to_der();
        let plain = base64::engine::general_purpose::STANDARD.encode(der);
        let encoded = plain.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        for path in [&plain, &encoded] {
            let answer = app.visitor().get(&format!("/ocsp/{path}")).await.expect(200);
            assert_eq!(answer.headers["content-type"], "application/ocsp-response");
            let response = StatusResponse::from_der(&answer.bytes).unwrap();
            assert_eq!(only(&response, &id), CertificateStatus::Good);
        }
        assert_eq!(app.visitor().get("/ocsp/%7F%7F").await.expect(200).bytes, [0x30, 3, 0x0a, 1, 1]);

        let wrong = app.visitor().send(reqwest::Method::POST, "/ocsp", Some(("text/plain", vec![1]))).await;
        assert_eq!(wrong.expect(415).code(), "request.content_type");
        let large = Some(("application/timestamp-query", vec![0; 70_000]));
        let large = app.visitor().send(reqwest::Method::POST, "/tsa", large).await.expect(413);
        assert_eq!(large.code(), "request.too_large");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn timestamps_come_from_the_authority_of_the_digests_suite() {
    everywhere(async |app| {
        let mut rng = app.app().rng();
        for (digest, authority) in [(DigestAlgorithm::Sm3, "sm2-tsa"), (DigestAlgorithm::Sha256, "p256-tsa")] {
            let query = Query::new(digest.digest(b"document"), &mut rng);
            let body = Some(("application/timestamp-query", query.to_der()));
            let answer = app.visitor().send(reqwest::Method::POST, "/tsa", body).await.expect(200);
            assert_eq!(answer.headers["content-type"], "application/timestamp-reply");
            let token = Token::from_response(&answer.bytes).unwrap();
            token.answers(&query).unwrap();
            let stamp = token.verify(&[b"document"], &[]).unwrap();
            assert_eq!(stamp.authority, app.authority(authority).await);
            assert!((app.app().now() - stamp.time).abs() < 60_000_000);
        }
        let stamper = tsa::stamper(app.app(), Suite::Sm2).await.unwrap();
        let token = stamper.stamp(DigestAlgorithm::Sm3.digest(b"x"), app.app().now(), &mut rng).unwrap();
        assert!(Token::from_der(&token).unwrap().verify(&[b"x"], &[]).is_ok());
        let body = Some(("application/timestamp-query", b"?".to_vec()));
        let refused = app.visitor().send(reqwest::Method::POST, "/tsa", body).await.expect(200);
        assert!(Token::from_response(&refused.bytes).is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrapped_key_opens_only_in_its_own_row() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let id = app.certificate(&person).await.parse().unwrap();
        let material = signing_material(app.app(), id).await.unwrap();
        let digest = material.key.public_key().signing_digest(b"m");
        let signature = material.key.sign(&digest).unwrap();
        material.certificate.public_key().verify_digest(&digest, &signature).unwrap();
        assert_ne!(material.key.sign(&digest).unwrap(), signature, "every signature has its own nonce");

        let wrapped: String = sqlx::query_scalar("SELECT wrapped FROM keys WHERE purpose = 'party'")
            .fetch_one(&mut *app.app().db.read().await.unwrap())
            .await
            .unwrap();
        let wrapped = hex::decode(wrapped).unwrap();
        assert!(!wrapped.windows(8).any(|window| window == b"PRIVATE "));
        assert!(app.app().kek.unwrap("key/key_00000000000000000000000000/party/1", &wrapped).is_err());
    })
    .await;
}
