//! Organisations, members, roles.

use serde_json::json;
use yinxin_domain::organisation::OrganisationKind::{Purchaser, Supplier};

use crate::harness::everywhere;

#[tokio::test(flavor = "multi_thread")]
async fn an_award_makes_an_organisation_known_once_and_an_operator_verifies_it_with_an_administrator() {
    // S3-015, S3-047
    everywhere(async |app| {
        let id = app.unverified_organisation(1, "示例采购中心", Purchaser).await;
        assert_eq!(app.unverified_organisation(1, "示例采购中心（新名）", Purchaser).await, id);
        let operator = app.operator().await;
        let list = operator.get("/api/v1/operator/organisations?state=unverified").await.expect(200);
        assert_eq!(list.json["items"][0]["id"], id.to_string());
        assert_eq!(list.json["items"][0]["name"], "示例采购中心");

        let verify = format!("/api/v1/operator/organisations/{id}/verification");
        let person = app.person("13800000001").await;
        let unverified = json!({ "administrator_person_id": person.person_id().await, "note": "营业执照" });
        let refused = operator.post(&verify, unverified).await.expect(422);
        assert_eq!(refused.code(), "organisation.person_not_verified");
        person.acting(id).get(&format!("/api/v1/organisations/{id}")).await.expect(403);

        let admin = app.verified_person("13800000002", "示例李四").await;
        let body = json!({ "administrator_person_id": admin.person_id().await, "note": " " });
        assert_eq!(operator.post(&verify, body).await.expect(422).code(), "organisation.note_missing");
        let body = json!({ "administrator_person_id": admin.person_id().await, "note": "营业执照" });
        admin.post(&verify, body.clone()).await.expect(403);
        operator.post(&verify, body).await.expect(204);
        let shown = admin.acting(id).get(&format!("/api/v1/organisations/{id}")).await.expect(200);
        assert_eq!(shown.json["state"], "verified");
        let actors = admin.get("/api/v1/session").await.json["actors"].clone();
        assert_eq!(actors[1]["actor"], id.to_string());
        assert_eq!(actors[1]["roles"], json!(["administrator"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn administrators_manage_members_and_one_always_stays() {
    everywhere(async |app| {
        let admin = app.verified_person("13800000002", "示例李四").await;
        let id = app.organisation(1, "示例供应商有限公司", Supplier, &admin).await;
        let admin = admin.acting(id);
        let clerk = app.verified_person("13800000003", "示例王五").await;
        let members = format!("/api/v1/organisations/{id}/members");

        let new = |phone: &str, roles: serde_json::Value| json!({ "phone": phone, "roles": roles });
        let unknown = admin.post(&members, new("13800000099", json!(["clerk"]))).await.expect(422);
        assert_eq!(unknown.code(), "organisation.person_not_verified");
        let no_role = admin.post(&members, new("13800000003", json!([]))).await.expect(422);
        assert_eq!(no_role.code(), "organisation.roles_missing");
        admin.post(&members, new("13800000003", json!(["king"]))).await.expect(400);
        admin.post(&members, new("13800000003", json!(["clerk", "clerk"]))).await.expect(201);
        let twice = admin.post(&members, new("13800000003", json!(["clerk"]))).await.expect(409);
        assert_eq!(twice.code(), "organisation.already_member");

        let clerk_person = clerk.person_id().await;
        let admin_person = admin.person_id().await;
        let clerk = clerk.acting(id);
        let list = clerk.get(&members).await.expect(200);
        assert_eq!(list.json["items"].as_array().unwrap().len(), 2);
        assert_eq!(list.json["items"][1]["roles"], json!(["clerk"]));
        assert_eq!(list.json["items"][1]["phone_masked"], "138****0003");
        clerk.post(&members, new("13800000002", json!(["clerk"]))).await.expect(403);
        clerk.delete(&format!("{members}/{admin_person}")).await.expect(403);

        let last = admin.delete(&format!("{members}/{admin_person}")).await.expect(409);
        assert_eq!(last.code(), "organisation.last_administrator");
        let step_down =
            admin.patch(&format!("{members}/{admin_person}"), json!({ "roles": ["clerk"] })).await.expect(409);
        assert_eq!(step_down.code(), "organisation.last_administrator");

        admin.patch(&format!("{members}/{clerk_person}"), json!({ "roles": ["administrator"] })).await.expect(204);
        let (clerk_path, admin_path) = (format!("{members}/{clerk_person}"), format!("{members}/{admin_person}"));
        let (first, second) = tokio::join!(admin.delete(&clerk_path), clerk.delete(&admin_path));
        let gone = [&first, &second].iter().filter(|answer| answer.status == 204).count();
        assert_eq!(gone, 1, "two administrators cannot remove each other: {first:?} {second:?}");
        let left = if first.status == 204 { &admin } else { &clerk };
        assert_eq!(left.get(&members).await.expect(200).json["items"].as_array().unwrap().len(), 1);
        let removed = if first.status == 204 { &clerk } else { &admin };
        removed.get(&members).await.expect(403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_is_invisible_to_others() {
    everywhere(async |app| {
        let admin = app.verified_person("13800000002", "示例李四").await;
        let ours = app.organisation(1, "示例供应商有限公司", Supplier, &admin).await;
        let theirs = app.unverified_organisation(2, "示例其他公司", Supplier).await;
        let admin = admin.acting(ours);
        let hidden = admin.get(&format!("/api/v1/organisations/{theirs}")).await.expect(404);
        assert_eq!(hidden.code(), "organisation.not_found");
        let absent = admin.get("/api/v1/organisations/org_00000000000000000000000000").await.expect(404);
        assert_eq!(absent.code(), hidden.code(), "unknown and hidden answer alike");
        admin.get(&format!("/api/v1/organisations/{theirs}/members")).await.expect(404);
        admin.get("/api/v1/organisations/nonsense").await.expect(404);
        admin.get("/api/v1/operator/organisations").await.expect(403);
    })
    .await;
}
