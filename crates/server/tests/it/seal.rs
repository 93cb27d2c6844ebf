//! Seals: making, seeing, granting, suspending, cancelling.

use serde_json::json;
use yinxin_domain::ids::{ContractId, OrganisationId, SealId};
use yinxin_domain::organisation::OrganisationKind::Supplier;
use yinxin_domain::signing::SealType;
use yinxin_pki::chain::{Purpose, RevocationEvidence, Validator};
use yinxin_seal::ses::{self, Seal, Verdict};
use yinxin_server::actor::{Actor, Capacity, Origin};
use yinxin_server::certificate::{self, responder};
use yinxin_server::seal::{SealError, use_cases};

use crate::certificate::CERTIFICATE_PASSWORD;
use crate::harness::{Client, TestApp, everywhere};

const NAME: &str = "示例园林绿化有限公司";

impl TestApp {
    /// A seal of a type with a certificate, made by who acts; its id.
    pub async fn seal(&self, maker: &Client<'_>, seal_type: &str, certificate: &str) -> String {
        let body = json!({ "seal_type": seal_type, "certificate_id": certificate });
        let made = maker.post("/api/v1/seals", body).await.expect(201);
        made.json["seal_id"].as_str().unwrap().to_owned()
    }

    /// Makes a verified person a member.
    pub async fn member(&self, admin: &Client<'_>, organisation: OrganisationId, phone: &str, roles: &[&str]) {
        let body = json!({ "phone": phone, "roles": roles });
        admin
            .acting(organisation)
            .post(&format!("/api/v1/organisations/{organisation}/members"), body)
            .await
            .expect(201);
    }
}

async fn company<'a>(app: &'a TestApp) -> (Client<'a>, OrganisationId, String) {
    let admin = app.verified_person("13800000002", "示例李四").await;
    let organisation = app.organisation(1, NAME, Supplier, &admin).await;
    let certificate = app.certificate(&admin.acting(organisation)).await;
    (admin.acting(organisation), organisation, certificate)
}

/// The actor behind a client of an organisation, with the roles that the session extractor would find.
async fn member_actor(app: &TestApp, client: &Client<'_>, organisation: OrganisationId) -> Actor {
    let person = client.person_id().await.parse().unwrap();
    let roles = yinxin_server::organisation::use_cases::roles_of(app.app(), organisation, person).await.unwrap();
    let capacity = Capacity::Member { person, organisation, roles: roles.unwrap_or_default() };
    Actor { capacity, origin: Origin::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_makes_the_organisations_seals_with_its_verified_name() {
    // S3-050, S3-055, S3-056
    everywhere(async |app| {
        let (admin, _, certificate) = company(app).await;
        let wrong = json!({ "seal_type": "company", "certificate_id": certificate, "code": "123" });
        assert_eq!(admin.post("/api/v1/seals", wrong).await.expect(422).code(), "seal.code");
        let body = json!({ "seal_type": "company", "certificate_id": certificate, "code": "4301020000012" });
        let made = admin.post("/api/v1/seals", body).await.expect(201);
        let id = made.json["seal_id"].as_str().unwrap();
        let contract = app.seal(&admin, "contract", &certificate).await;
        let twice = json!({ "seal_type": "contract", "certificate_id": certificate });
        assert_eq!(admin.post("/api/v1/seals", twice).await.expect(409).code(), "seal.exists");

        let list = admin.get("/api/v1/seals").await.expect(200);
        assert_eq!(list.json["items"].as_array().unwrap().len(), 2);
        assert_eq!(list.json["items"][0]["id"], contract);
        assert_eq!(list.json["items"][0]["name"], format!("{NAME}合同专用章"));
        let shown = admin.get(&format!("/api/v1/seals/{id}")).await.expect(200).json;
        assert_eq!(shown["name"], format!("{NAME}公章"));
        assert_eq!((&shown["state"], &shown["code"]), (&json!("usable"), &json!("4301020000012")));
        assert_eq!((&shown["width_mm"], &shown["height_mm"]), (&json!(42.0), &json!(42.0)));
        assert_eq!(shown["usable"], false, "the administrator manages it; using it needs the role or a grant (S3-058)");
        assert_eq!(shown["history"][0]["kind"], "seal.made");

        let png = admin.get(&format!("/api/v1/seals/{id}/image.png?dpi=300")).await.expect(200);
        assert_eq!(png.headers["content-type"], "image/png");
        // 42 mm at 300 dots per inch.
        assert_eq!(u32::from_be_bytes(png.bytes[16..20].try_into().unwrap()), 496);
        let fine = admin.get(&format!("/api/v1/seals/{id}/image.png?dpi=99999")).await.expect(422);
        assert_eq!(fine.code(), "seal.resolution");
        let svg = admin.get(&format!("/api/v1/seals/{id}/image.svg")).await.expect(200);
        assert!(svg.bytes.starts_with(b"<svg"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_structure_is_signed_by_the_maker_and_binds_certificate_and_credit_code() {
    // S3-051
    everywhere(async |app| {
        let (admin, organisation, certificate) = company(app).await;
        app.seal(&admin, "company", &certificate).await;
        let keeper = app.verified_person("13800000003", "示例王五").await;
        app.member(&admin, organisation, "13800000003", &["seal_keeper"]).await;
        let actor = member_actor(app, &keeper, organisation).await;
        let seals = use_cases::usable_seals(app.app(), &actor, None).await.unwrap();
        let [seal] = seals.as_slice() else { panic!("one seal") };
        assert_eq!((seal.seal_type, seal.certificate.to_string()), (SealType::Company, certificate.clone()));
        assert_eq!(seal.to_placement().width_mm, 42.0);

        let parsed = Seal::parse(&seal.art.der).unwrap();
        assert_eq!(parsed.name, format!("{NAME}公章"));
        assert_eq!(parsed.es_id, seal.id.to_string());
        assert_eq!(parsed.owner_code(), Some(crate::world::uscc(1).as_str()));
        let material = certificate::use_cases::signing_material(app.app(), certificate.parse().unwrap()).await.unwrap();
        assert!(parsed.certificates.permits(material.certificate.as_der()));
        assert_eq!(parsed.valid_to / 1_000_000, material.certificate.not_after() / 1_000_000);
        let roots = certificate::use_cases::roots(app.app()).unwrap();
        let mut validator = Validator::new(&roots);
        validator.add_candidates(&material.chain);
        let archive =
            responder::archive(app.app(), std::slice::from_ref(&seal.art.maker), responder::WHENEVER).await.unwrap();
        let ocsp: Vec<&[u8]> = archive.ocsp_responses.iter().map(Vec::as_slice).collect();
        let crls: Vec<&[u8]> = archive.crls.iter().map(Vec::as_slice).collect();
        let evidence = RevocationEvidence { ocsp_responses: &ocsp, crls: &crls };
        let report = ses::verify_seal(&parsed, &mut validator, &evidence, app.app().now());
        assert_eq!(report.verdict(), Verdict::Valid, "{:?}", report.faults);
        let chain = validator.validate(&seal.art.maker, Purpose::SealMaking, app.app().now(), &evidence);
        assert!(chain.is_valid() && chain.revocation_is_known());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_fits_its_owner_and_the_owner_may_make_it() {
    everywhere(async |app| {
        let (admin, organisation, certificate) = company(app).await;
        let create = |seal_type: &str, certificate: &str| json!({ "seal_type": seal_type, "certificate_id": certificate });
        let refused = admin.post("/api/v1/seals", create("personal_name", &certificate)).await.expect(422);
        assert_eq!(refused.code(), "seal.wrong_owner");
        let refused = admin.post("/api/v1/seals", create("legal_representative", &certificate)).await.expect(422);
        assert_eq!(refused.code(), "seal.person_needed");
        let stranger = app.verified_person("13800000004", "示例赵六").await;
        let body = json!({ "seal_type": "legal_representative", "certificate_id": certificate, "person_id": stranger.person_id().await });
        assert_eq!(admin.post("/api/v1/seals", body).await.expect(422).code(), "seal.person_needed");
        let body = json!({ "seal_type": "legal_representative", "certificate_id": certificate, "person_id": admin.person_id().await });
        let legal = admin.post("/api/v1/seals", body).await.expect(201);
        let legal = admin.get(&format!("/api/v1/seals/{}", legal.json["seal_id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&legal.json["width_mm"], &legal.json["name"]), (&json!(20.0), &json!(format!("{NAME}法定代表人章"))));

        let clerk = app.verified_person("13800000003", "示例王五").await;
        app.member(&admin, organisation, "13800000003", &["clerk", "seal_keeper"]).await;
        clerk.acting(organisation).post("/api/v1/seals", create("company", &certificate)).await.expect(403);
        stranger.post("/api/v1/seals", create("company", &certificate)).await.expect(404);

        let own = app.certificate(&stranger).await;
        assert_eq!(
            stranger.post("/api/v1/seals", create("company", &own)).await.expect(422).code(),
            "seal.wrong_owner"
        );
        let personal = app.seal(&stranger, "personal_name", &own).await;
        let shown = stranger.get(&format!("/api/v1/seals/{personal}")).await.expect(200).json;
        assert_eq!((&shown["usable"], &shown["width_mm"]), (&json!(true), &json!(18.0)));
        let grants = format!("/api/v1/seals/{personal}/grants");
        let grant = json!({ "person_id": admin.person_id().await });
        assert_eq!(stranger.post(&grants, grant).await.expect(422).code(), "seal.personal");
        admin.get(&format!("/api/v1/seals/{personal}")).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_printed_is_refused_naming_the_character() {
    everywhere(async |app| {
        let admin = app.verified_person("13800000002", "示例李四").await;
        let organisation = app.organisation(1, "示例\u{e000}有限公司", Supplier, &admin).await;
        let admin = admin.acting(organisation);
        let certificate = app.certificate(&admin).await;
        let body = json!({ "seal_type": "company", "certificate_id": certificate });
        let refused = admin.post("/api/v1/seals", body).await.expect(422);
        assert_eq!(refused.code(), "seal.unprintable");
        assert_eq!(refused.json["characters"], json!(["\u{e000}"]));
        assert!(refused.json["detail"].as_str().unwrap().contains("U+E000"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_seal_keepers_and_members_with_a_grant_may_use_a_seal() {
    // S3-058, S3-060
    everywhere(async |app| {
        let (admin, organisation, certificate) = company(app).await;
        let id = app.seal(&admin, "company", &certificate).await;
        let seal: SealId = id.parse().unwrap();
        let path = format!("/api/v1/seals/{id}");
        let clerk = app.verified_person("13800000003", "示例王五").await;
        let grants = format!("{path}/grants");
        let to_clerk = json!({ "person_id": clerk.person_id().await });
        assert_eq!(admin.post(&grants, to_clerk.clone()).await.expect(422).code(), "seal.not_a_member");
        app.member(&admin, organisation, "13800000003", &["clerk"]).await;
        let acting = clerk.acting(organisation);
        let actor = member_actor(app, &clerk, organisation).await;
        acting.get(&path).await.expect(404);
        assert_eq!(acting.get("/api/v1/seals").await.expect(200).json["items"], json!([]));
        let refused = use_cases::usable(app.app(), &actor, seal, None).await.map(|_| ());
        assert!(matches!(refused, Err(SealError::NotGranted)));
        assert!(use_cases::usable_seals(app.app(), &actor, None).await.unwrap().is_empty());
        acting.post(&grants, to_clerk.clone()).await.expect(404);

        let past = json!({ "person_id": clerk.person_id().await, "expires_at": 1 });
        assert_eq!(admin.post(&grants, past).await.expect(422).code(), "seal.expiry");
        let granted = admin.post(&grants, to_clerk).await.expect(201);
        let usable = use_cases::usable(app.app(), &actor, seal, None).await.unwrap();
        assert_eq!(usable.id, seal);
        let list = acting.get("/api/v1/seals").await.expect(200);
        assert_eq!(list.json["items"][0]["usable"], true);
        acting.get(&format!("{path}/image.svg")).await.expect(200);
        assert_eq!(acting.get(&path).await.expect(200).json["grants"], json!([]), "for the administrator only");
        assert_eq!(admin.get(&path).await.expect(200).json["grants"].as_array().unwrap().len(), 1);
        clerk.get(&path).await.expect(404);

        let grant = granted.json["grant_id"].as_str().unwrap();
        acting.delete(&format!("{grants}/{grant}")).await.expect(403);
        admin.delete(&format!("{grants}/{grant}")).await.expect(204);
        let gone = admin.delete(&format!("{grants}/{grant}")).await.expect(404);
        assert_eq!(gone.code(), "seal.grant_not_found");
        assert!(use_cases::usable(app.app(), &actor, seal, None).await.is_err());

        let contract = ContractId::new(app.app().now(), [1; 10]);
        let ends = app.app().now() + 60_000_000;
        let one = json!({ "person_id": clerk.person_id().await, "contract_id": contract, "expires_at": ends });
        admin.post(&grants, one).await.expect(201);
        assert!(use_cases::usable(app.app(), &actor, seal, Some(contract)).await.is_ok());
        assert!(use_cases::usable(app.app(), &actor, seal, None).await.is_err(), "on that contract only");
        app.app().clock.advance(61_000_000).unwrap();
        assert!(use_cases::usable(app.app(), &actor, seal, Some(contract)).await.is_err(), "the grant has ended");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_seal_rests_and_a_cancelled_one_makes_room() {
    everywhere(async |app| {
        let (admin, organisation, certificate) = company(app).await;
        let id = app.seal(&admin, "company", &certificate).await;
        let (seal, path): (SealId, _) = (id.parse().unwrap(), format!("/api/v1/seals/{id}"));
        let keeper = app.verified_person("13800000003", "示例王五").await;
        app.member(&admin, organisation, "13800000003", &["seal_keeper"]).await;
        let actor = member_actor(app, &keeper, organisation).await;
        let usable = async || use_cases::usable(app.app(), &actor, seal, None).await.map(|_| ());
        let still = async || {
            let mut conn = app.app().db.read().await.unwrap();
            use_cases::still_usable(&mut conn, seal, certificate.parse().unwrap(), app.app().now()).await.unwrap()
        };
        usable().await.unwrap();
        assert!(still().await);
        let reason = |text: &str| json!({ "reason": text });
        let silent = admin.post(&format!("{path}/suspension"), reason(" ")).await.expect(422);
        assert_eq!(silent.code(), "seal.reason_missing");
        keeper.acting(organisation).post(&format!("{path}/suspension"), reason("x")).await.expect(403);
        admin.post(&format!("{path}/suspension"), reason("盘点")).await.expect(204);
        assert!(matches!(usable().await, Err(SealError::NotUsable { .. })));
        assert!(!still().await);
        let twice = admin.post(&format!("{path}/suspension"), reason("盘点")).await.expect(409);
        assert_eq!((twice.code(), &twice.json["seal_state"]), ("seal.state", &json!("suspended")));
        admin.post(&format!("{path}/resumption"), json!({})).await.expect(204);
        usable().await.unwrap();
        admin.post(&format!("{path}/cancellation"), reason("更换")).await.expect(204);
        assert!(matches!(usable().await, Err(SealError::NotUsable { .. })));
        assert_eq!(admin.post(&format!("{path}/resumption"), json!({})).await.expect(409).code(), "seal.state");
        let kinds: Vec<String> = admin.get(&path).await.json["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(kinds, ["seal.made", "seal.suspended", "seal.resumed", "seal.cancelled"]);
        app.seal(&admin, "company", &certificate).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_seals_of_a_revoked_certificate_are_cancelled_with_it() {
    // S4-028
    everywhere(async |app| {
        let (admin, organisation, certificate) = company(app).await;
        let id = app.seal(&admin, "company", &certificate).await;
        let revoke = json!({ "reason": "key_compromise", "certificate_password": CERTIFICATE_PASSWORD });
        let path = format!("/api/v1/certificates/{certificate}/revocation");
        let keeper = app.verified_person("13800000003", "示例王五").await;
        app.member(&admin, organisation, "13800000003", &["seal_keeper"]).await;
        keeper.acting(organisation).post(&path, revoke.clone()).await.expect(403);
        admin.post(&path, revoke).await.expect(204);
        let shown = admin.get(&format!("/api/v1/seals/{id}")).await.expect(200).json;
        assert_eq!((&shown["state"], &shown["certificate_in_force"]), (&json!("cancelled"), &json!(false)));
        let last = shown["history"].as_array().unwrap().last().unwrap();
        assert_eq!(last["kind"], "seal.cancelled");
        assert!(last["data"].as_str().unwrap().contains("certificate_revoked"));
        let actor = member_actor(app, &keeper, organisation).await;
        let refused = use_cases::usable(app.app(), &actor, id.parse().unwrap(), None).await.map(|_| ());
        assert!(matches!(refused, Err(SealError::NotUsable { .. })));
        let body = json!({ "seal_type": "company", "certificate_id": certificate });
        assert_eq!(admin.post("/api/v1/seals", body).await.expect(409).code(), "certificate.not_in_force");
        let renewed = app.certificate(&admin).await;
        app.seal(&admin, "company", &renewed).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_ends_its_seals_without_anybody_doing_anything() {
    everywhere(async |app| {
        let person = app.verified_person("13800000002", "示例李四").await;
        let certificate = app.certificate(&person).await;
        let seal = app.seal(&person, "personal_name", &certificate).await.parse().unwrap();
        let actor = crate::certificate::actor(&person).await;
        use_cases::usable(app.app(), &actor, seal, None).await.unwrap();
        app.app().clock.advance(4 * 365 * 86_400 * 1_000_000).unwrap();
        let refused = use_cases::usable(app.app(), &actor, seal, None).await.map(|_| ());
        assert!(matches!(refused, Err(SealError::NotUsable { .. })));
        let person = app.log_in("13800000002").await;
        // S4-023: what has expired can be applied for again.
        app.certificate(&person).await;
    })
    .await;
}
