//! What is filed and what is published of a concluded contract.

use crate::support::*;
use yinxin_domain::award::{Award, CheckContext, check};
use yinxin_domain::calendar::Date;
use yinxin_domain::contract::{PartyKey, Profiles};
use yinxin_domain::filing::{Subject, package};
use yinxin_domain::law::RuleTables;
use yinxin_domain::money::Money;
use yinxin_domain::notice::content;

const A: PartyKey = PartyKey::A;
const B: PartyKey = PartyKey::B;

fn order(contact: &str) -> Award {
    let file = include_str!("../../../../samples/awards/mall-order.json");
    let file = file.replacen("\"kind\": \"purchaser\"", &format!("{contact}\"kind\": \"purchaser\""), 1);
    let context = CheckContext {
        profiles: &Profiles::shipped().unwrap().known_to_awards(),
        rules: RuleTables::bundled(),
        today: Date::parse("2025-05-20").unwrap(),
        unprintable: &|_| Vec::new(),
    };
    check(file.as_bytes(), &context).unwrap().award
}

fn subject() -> Subject<'static> {
    Subject { number: "YX-2025-1", title: "网上商城采购合同", amount: Money::from_fen(987_650).unwrap() }
}

fn confirmed_on_paper() -> Story {
    let mut story = Story::begin(shipped("henan-mall"), 1, &clerk(B));
    story.does(&clerk(B), |c, ctx| c.send(ctx, no_faults()));
    story.does(&clerk(A), |c, ctx| c.attach(ctx, "scan", digest(9), "扫描件.pdf"));
    story
}

#[test]
fn the_filing_tells_the_whole_contract_with_its_document_and_the_scan_of_paper() {
    // S0-034, S1-013, S1-014; rules.md 5.1.
    let award = order("");
    let mut story = confirmed_on_paper();
    assert_eq!(package(&story.contract, &award, subject()), None, "nothing is filed before it is signed");
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, offline(Some("2025-03-19"))));
    let filed = package(&story.contract, &award, subject()).unwrap();
    assert_eq!((filed.online, filed.document_sm3, filed.scan_sm3), (false, digest(1), Some(digest(9))));
    assert_eq!((filed.attempt, filed.signed_on), (1, Date::parse("2025-03-19").unwrap()));
    assert_eq!(filed.amount_capitals, "玖仟捌佰柒拾陆元伍角整");
    assert_eq!(filed.payment, payment());
    assert_eq!(filed.parties[1].uscc, award.suppliers[0].uscc.as_str());
    assert_eq!(filed.parties[1].account, award.suppliers[0].account);
    assert_eq!(filed.order_code.as_deref(), Some("WSSC-2025-0000417"));
    assert_eq!(filed.items.len(), award.items.len());
    assert_eq!(filed.items[0].unit_price.as_deref(), Some("165.00"));
    let read: yinxin_domain::filing::FilingPackage =
        serde_json::from_str(&serde_json::to_string(&filed).unwrap()).unwrap();
    assert_eq!(read, filed);
}

#[test]
fn sealed_online_the_filing_carries_the_signed_document() {
    let award = order("");
    let mut story = confirmed_on_paper();
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, online(1)));
    story.seals(&clerk(B), 2).does(&clerk(B), |c, ctx| c.submit(ctx));
    story.seals(&clerk(A), 3).does(&clerk(A), |c, ctx| c.submit(ctx));
    let filed = package(&story.contract, &award, subject()).unwrap();
    assert_eq!((filed.online, filed.document_sm3, filed.scan_sm3), (true, digest(3), None));
}

#[test]
fn the_notice_names_what_the_form_asks_and_no_persons_number_or_account() {
    // 财办库〔2020〕50号 form 8; 个人信息保护法 art. 51.
    let award = order("\"contact\": \"王示例\", \"phone\": \"13800000001\",");
    let mut story = confirmed_on_paper();
    story.does(&clerk(A), |c, ctx| c.confirm(ctx, offline(Some("2025-03-19"))));
    let day = Date::parse("2025-03-21").unwrap();
    let notice = content(&story.contract, &award, subject(), day).unwrap();
    assert_eq!(notice.purchaser.contact.as_deref(), Some("王**"));
    assert_eq!(notice.purchaser.phone.as_deref(), Some("138****0001"));
    assert_eq!((notice.signed_on, notice.published_on), (Date::parse("2025-03-19").unwrap(), day));
    assert_eq!((notice.title.as_str(), notice.amount_fen), ("网上商城采购合同", 987_650));
    let text = serde_json::to_string(&notice).unwrap();
    for private in ["13800000001", "王示例", award.suppliers[0].account.as_deref().unwrap()] {
        assert!(!text.contains(private), "{private} is not for the public");
    }
    let office = order("\"phone\": \"0371-60000000\",");
    let notice = content(&story.contract, &office, subject(), day).unwrap();
    assert_eq!(notice.purchaser.phone.as_deref(), Some("0371-60000000"), "an office's line is meant to be called");
}
