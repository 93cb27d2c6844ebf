//! 政府采购合同在线签订 (profile `jiaozuo`): either side drafts and seals, the other seals and then agrees or disagrees.

use e2e::{Error, Server, on_both_databases};
use serde_json::json;

use crate::scene::Scene;

const TEMPLATE: &str = "goods-1";

on_both_databases!(the_winner_drafts_and_the_purchaser_agrees, crate::scene::QUICK);
on_both_databases!(who_ends_with_his_seals_has_nothing_left_to_send, crate::scene::QUICK);
on_both_databases!(a_disagreement_ends_the_sealed_text_and_opens_a_new_draft, crate::scene::QUICK);

/// S3-086, with a step that ends by submitting and one that ends by agreeing; what comes of it stands before the independent judges.
fn who_ends_with_his_seals_has_nothing_left_to_send(server: &mut Server) -> Result<(), Error> {
    let scene = Scene::open(server, "goods-devices")?;
    let (a, b) = (&scene.purchaser, &scene.supplier);
    let contract = scene.drafted(b, TEMPLATE)?;
    let contract = contract.as_str();
    b.act(contract, "freeze", json!({}))?.ok()?;
    let sealed = b.seal_to_end(server, contract)?;
    assert_eq!(sealed["step_ended"], true);
    b.discard(contract)?.refused(409)?;
    b.desk(contract)?.refused(409)?;
    assert_eq!(a.document(contract)?, b.document(contract)?, "it is with the other party at once");
    a.seal_to_end(server, contract)?;
    scene.until(contract, "published")?;
    scene.judge(server, contract)?;
    Ok(())
}

/// S4-038 to S4-053, with the winner as initiator; S4-008: nothing is changed afterwards.
fn the_winner_drafts_and_the_purchaser_agrees(server: &mut Server) -> Result<(), Error> {
    let scene = Scene::open(server, "goods-devices")?;
    let (a, b) = (&scene.purchaser, &scene.supplier);
    let contract = scene.drafted(b, TEMPLATE)?;
    let contract = contract.as_str();
    // The first draft locks the lot.
    assert_eq!(scene.begin(a, TEMPLATE)?.refused(409)?.code, "contract.award_not_open");
    assert_eq!(b.act(contract, "send", json!({}))?.refused(409)?.code, "contract.not_in_profile");
    // S4-046: 清稿 freezes the text.
    b.act(contract, "freeze", json!({}))?.ok()?;
    assert_eq!(b.edit(contract, json!({ "sign_place": "别处" }))?.refused(409)?.code, "contract.text_frozen");
    a.client.get(&format!("/api/v1/contracts/{contract}/document.pdf"))?.refused(404)?;
    let frozen = b.document(contract)?;

    // S4-047, S4-048: sealed, deleted, sealed again, submitted; then never deleted.
    b.seal(server, contract)?;
    a.desk(contract)?.refused(409)?;
    b.discard(contract)?.ok()?;
    assert_eq!(b.document(contract)?, frozen);
    b.seal(server, contract)?;
    b.act(contract, "submission", json!({}))?.ok()?;
    b.discard(contract)?.refused(409)?;

    // S4-051, S4-052: the other seals, and may think better of it until it agrees.
    let submitted = a.document(contract)?;
    a.act(contract, "agreement", json!({}))?.refused(409)?;
    a.seal(server, contract)?;
    assert_eq!(b.document(contract)?, submitted);
    a.discard(contract)?.ok()?;
    assert_eq!(a.document(contract)?, submitted);
    a.seal(server, contract)?;
    a.act(contract, "agreement", json!({}))?.ok()?;
    scene.until(contract, "published")?;
    scene.judge(server, contract)?;

    // S4-008: a concluded contract offers nothing that would change it.
    for party in [a, b] {
        for (verb, body) in [
            ("freeze", json!({})),
            ("disagreement", json!({ "reason": "反悔" })),
            ("rejection", json!({ "reason": "反悔" })),
            ("revocation", json!({ "reason": "反悔" })),
            ("submission", json!({})),
        ] {
            party.may_not(contract, verb, body)?;
        }
        party.discard(contract)?.refused(409)?;
    }
    Ok(())
}

/// S4-052: 不同意 with a reason; the new draft is sealed by both again.
fn a_disagreement_ends_the_sealed_text_and_opens_a_new_draft(server: &mut Server) -> Result<(), Error> {
    let scene = Scene::open(server, "services-greenbelt")?;
    let (a, b) = (&scene.purchaser, &scene.supplier);
    let contract = scene.drafted(a, "services-1")?;
    let contract = contract.as_str();
    a.act(contract, "freeze", json!({}))?.ok()?;
    a.seal(server, contract)?;
    a.act(contract, "submission", json!({}))?.ok()?;
    let first = b.document(contract)?;
    b.seal(server, contract)?;
    assert_eq!(
        b.act(contract, "disagreement", json!({ "reason": " " }))?.refused(422)?.code,
        "contract.reason_missing"
    );
    b.act(contract, "disagreement", json!({ "reason": "养护标准与投标文件不符" }))?.ok()?;
    let seen = a.show(contract)?;
    assert_eq!((seen["draft"].as_i64(), &seen["state"]["phase"]), (Some(2), &json!("drafting")));
    b.act(contract, "agreement", json!({}))?.refused(409)?;
    b.desk(contract)?.refused(409)?;

    a.edit(contract, json!({ "sign_place": "示例区政务大楼" }))?.ok()?;
    a.act(contract, "freeze", json!({}))?.ok()?;
    let second = a.document(contract)?;
    assert!(second != first && !second.starts_with(&first), "a text of its own, without the seals of the first");
    a.seal(server, contract)?;
    a.act(contract, "submission", json!({}))?.ok()?;
    b.seal(server, contract)?;
    b.act(contract, "agreement", json!({}))?.ok()?;
    scene.until(contract, "published")?;
    Ok(())
}
