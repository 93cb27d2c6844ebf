//! 网上商城 (profile `henan-mall`): an order from draft to notice, online and on paper, with every boundary behind which nothing can be undone.

use e2e::{Client, Error, Server, on_both_databases};
use serde_json::{Value, json};

use crate::scene::{Scene, array, text};

const TEMPLATE: &str = "mall-order-1";
const AMOUNT: i64 = 987_650;

on_both_databases!(an_order_is_sealed_online_and_published, crate::scene::QUICK);
on_both_databases!(an_order_is_signed_on_paper, crate::scene::QUICK);
on_both_databases!(a_contract_is_taken_back_refused_revoked_or_expires, crate::scene::QUICK);

fn confirmation(method: Option<&str>, amount: Option<i64>, online: bool) -> Value {
    json!({ "payment_method": method, "payment_amount_fen": amount, "online": online })
}

/// S1-001 to S1-016, S1-024 to S1-044; undo boundaries 1 to 4 and 10.
fn an_order_is_sealed_online_and_published(server: &mut Server) -> Result<(), Error> {
    let scene = Scene::open(server, "mall-order")?;
    let (a, b) = (&scene.purchaser, &scene.supplier);

    // S1-002, S1-003: the supplier drafts; saving and sending are two things.
    assert_eq!(scene.begin(a, TEMPLATE)?.refused(403)?.code, "contract.may_not_begin");
    let contract = scene.drafted(b, TEMPLATE)?;
    let contract = contract.as_str();
    assert_eq!(scene.begin(b, TEMPLATE)?.refused(409)?.code, "contract.award_not_open");
    assert_eq!(a.show(contract)?["visibility"], "outline", "a draft is its writer's own");
    a.act(contract, "confirmation", confirmation(Some("transfer"), Some(AMOUNT), true))?.refused(409)?;
    b.act(contract, "send", json!({}))?.ok()?;
    assert_eq!(a.show(contract)?["state"]["label"]["zh"], "待确认");

    // Boundary 1: returned or modified it is a draft, which the supplier must send again (S1-006 to S1-008).
    assert_eq!(a.act(contract, "return", json!({ "reason": "" }))?.refused(422)?.code, "contract.reason_missing");
    a.act(contract, "return", json!({ "reason": "交货地点有误" }))?.ok()?;
    assert_eq!(b.show(contract)?["state"]["phase"], "returned");
    a.act(contract, "confirmation", confirmation(Some("transfer"), Some(AMOUNT), true))?.refused(409)?;
    b.edit(contract, json!({ "delivery_place": "示例市第三中学北门" }))?.ok()?;
    b.act(contract, "send", json!({}))?.ok()?;
    a.act(contract, "modification", json!({}))?.ok()?;
    a.edit(contract, json!({ "delivery_method": "送货上门" }))?.ok()?;
    assert_eq!(a.act(contract, "send", json!({}))?.refused(403)?.code, "contract.not_yours");
    a.act(contract, "confirmation", confirmation(Some("transfer"), Some(AMOUNT), true))?.refused(409)?;
    b.act(contract, "send", json!({}))?.ok()?;

    // S1-009: method and amount are mandatory.
    for (method, amount, code) in [
        (None, Some(AMOUNT), "contract.payment_method"),
        (Some("barter"), Some(AMOUNT), "contract.payment_method"),
        (Some("transfer"), None, "contract.payment_amount"),
        (Some("transfer"), Some(AMOUNT + 1), "contract.payment_amount"),
    ] {
        let refused = a.act(contract, "confirmation", confirmation(method, amount, true))?.refused(422)?;
        assert_eq!(refused.code, code);
    }
    a.act(contract, "confirmation", confirmation(Some("transfer"), Some(AMOUNT), true))?.ok()?;

    // Boundary 2: after 线上签章 = 是 nobody changes the text (S1-011).
    for party in [a, b] {
        assert_eq!(
            party.edit(contract, json!({ "delivery_method": "自提" }))?.refused(409)?.code,
            "contract.text_frozen"
        );
        party.may_not(contract, "modification", json!({}))?;
        party.may_not(contract, "return", json!({ "reason": "再改" }))?;
        party.may_not(contract, "withdrawal", json!({}))?;
    }
    let frozen = a.document(contract)?;

    // S1-024: the supplier first.
    assert_eq!(a.desk(contract)?.refused(409)?.code, "contract.not_now");
    b.act(contract, "submission", json!({}))?.refused(409)?;
    b.seal(server, contract)?;
    // Boundary 10: sealed and not sent, the other party sees nothing of it.
    assert_eq!(a.document(contract)?, frozen);
    assert_eq!(a.show(contract)?["state"]["signing"]["steps"][0]["state"]["state"], "open");
    // Boundary 3: deleted and set again until 发送 (S1-030 to S1-032), never after.
    b.discard(contract)?.ok()?;
    assert_eq!(b.document(contract)?, frozen);
    b.seal(server, contract)?;
    b.act(contract, "submission", json!({}))?.ok()?;
    assert_eq!(b.discard(contract)?.refused(409)?.code, "contract.already_sent");
    let sealed = a.document(contract)?;
    assert!(sealed.starts_with(&frozen) && sealed == b.document(contract)?, "only ever appended to");

    // Boundary 4: the purchaser's too, until 确认签章 (S1-037 to S1-041).
    assert_eq!(a.show(contract)?["state"]["label"]["zh"], "供应商已盖章");
    a.seal(server, contract)?;
    a.discard(contract)?.ok()?;
    assert_eq!(a.document(contract)?, sealed);
    // This time over the lines that name the purchaser.
    a.seal_higher(server, contract, 28.0)?;
    a.act(contract, "submission", json!({}))?.ok()?;
    a.discard(contract)?.refused(409)?;

    // S1-016, S1-041: filed by itself, then published.
    scene.until(contract, "published")?;
    let (file, _) = scene.judge(server, contract)?;
    let pages = a.show(contract)?["pages"].as_u64().and_then(|pages| u32::try_from(pages).ok());
    crate::ink::look_at_text_below(&file, pages.expect("a frozen text has pages"))?;
    if let Some(words) = e2e::checkers::pdf_text(&file)? {
        let words: String = words.split_whitespace().collect();
        for said in [
            "示例市第三中学",
            "示例办公用品有限公司",
            "玖仟捌佰柒拾陆元伍角整",
            "9,876.50",
            "示例市第三中学北门",
            "送货上门",
        ] {
            assert!(words.contains(said), "{said}");
        }
    }
    let notices = Client::new(server.url())?.get("/api/v1/notices")?.ok_json()?;
    assert_eq!(array(&notices, "items").len(), 1);

    // Every turn stands in the track, in order, with who did it.
    let track = a.client.get(&format!("/api/v1/contracts/{contract}/track"))?.ok_json()?;
    let kinds: Vec<String> = track.as_array().into_iter().flatten().map(|event| text(event, "kind")).collect();
    let place = |kind: &str| kinds.iter().position(|one| one == kind).unwrap_or_else(|| panic!("{kind} in {kinds:?}"));
    let turns = ["contract.started", "contract.sent", "contract.returned", "contract.modified", "contract.confirmed"];
    assert!(turns.map(place).is_sorted(), "{kinds:?}");
    Ok(())
}

/// S1-012 to S1-014: 线上签章 = 否; undo boundary 5.
fn an_order_is_signed_on_paper(server: &mut Server) -> Result<(), Error> {
    let mut scene = Scene::open(server, "mall-order")?;
    let contract = scene.drafted(&scene.supplier, TEMPLATE)?;
    let contract = contract.as_str();
    scene.supplier.act(contract, "send", json!({}))?.ok()?;
    let a = &scene.purchaser;
    let scan = scene.supplier.client.get(&format!("/api/v1/contracts/{contract}/preview.pdf"))?.ok()?.body;
    a.attach(contract, "scan", b"no PDF".to_vec())?.refused(422)?;
    a.attach(contract, "scan", scan.clone())?.ok()?;
    let on_paper = |signed_on: Option<&str>| {
        let mut said = confirmation(Some("official_card"), Some(AMOUNT), false);
        said["signed_on"] = json!(signed_on);
        said
    };
    let undated = a.act(contract, "confirmation", on_paper(None))?.refused(422)?;
    assert_eq!(undated.code, "contract.signed_on_missing");
    a.act(contract, "confirmation", on_paper(Some("2025-05-20")))?.ok()?;
    // Boundary 5: the scan only before confirming; and nothing is sealed any more.
    assert_eq!(a.attach(contract, "scan", scan)?.refused(409)?.code, "contract.not_now");
    scene.supplier.desk(contract)?.refused(409)?;
    scene.until(contract, "published")?;

    // The scan is optional.
    scene.next_award(server, "WSSC-2025-0009001")?;
    let second = scene.drafted(&scene.supplier, TEMPLATE)?;
    scene.supplier.act(&second, "send", json!({}))?.ok()?;
    scene.purchaser.act(&second, "confirmation", on_paper(Some("2025-05-20")))?.ok()?;
    scene.until(&second, "published")?;
    Ok(())
}

/// A draft is taken back before the other has acted; a frozen contract is refused, revoked, or expires; the award is then free again.
fn a_contract_is_taken_back_refused_revoked_or_expires(server: &mut Server) -> Result<(), Error> {
    let mut scene = Scene::open(server, "mall-order")?;
    let contract = scene.drafted(&scene.supplier, TEMPLATE)?;
    let confirm = || confirmation(Some("transfer"), Some(AMOUNT), true);
    {
        let (a, b, contract) = (&scene.purchaser, &scene.supplier, contract.as_str());
        b.act(contract, "send", json!({}))?.ok()?;
        a.act(contract, "withdrawal", json!({}))?.refused(403)?;
        b.act(contract, "withdrawal", json!({}))?.ok()?;
        a.act(contract, "confirmation", confirm())?.refused(409)?;
        b.act(contract, "send", json!({}))?.ok()?;
        a.act(contract, "confirmation", confirm())?.ok()?;
        b.act(contract, "rejection", json!({ "reason": "无货" }))?.ok()?;
        assert_eq!(a.show(contract)?["state"]["phase"], "rejected");
        assert!(a.offered(contract)?.is_empty() && b.offered(contract)?.is_empty(), "an ended contract stays so");
        b.desk(contract)?.refused(409)?;
    }
    let second = scene.drafted(&scene.supplier, TEMPLATE)?;
    scene.purchaser.act(&second, "revocation", json!({ "reason": "不是我方发起" }))?.refused(403)?;
    scene.supplier.act(&second, "revocation", json!({ "reason": "价格有误" }))?.ok()?;
    assert_eq!(scene.supplier.show(&second)?["state"]["phase"], "revoked");

    let third = scene.drafted(&scene.supplier, TEMPLATE)?;
    scene.supplier.act(&third, "send", json!({}))?.ok()?;
    scene.purchaser.act(&third, "confirmation", confirm())?.ok()?;
    server.advance_clock(29 * 86_400)?;
    scene.come_back(server)?;
    assert_eq!(scene.supplier.show(&third)?["state"]["phase"], "step.supplier", "30 days are not over");
    // A last day that is a holiday moves to the next working day.
    server.advance_clock(15 * 86_400)?;
    scene.come_back(server)?;
    scene.until(&third, "expired")?;
    scene.supplier.desk(&third)?.refused(409)?;
    scene.begin(&scene.supplier, TEMPLATE)?.ok()?;
    Ok(())
}
