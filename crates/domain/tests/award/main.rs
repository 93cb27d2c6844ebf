//! Awards: the samples pass, every fault is found with all others, and the schema agrees with the checker.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code, its helper functions included")]

mod schema;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use yinxin_domain::award::{
    Award, CheckContext, Checked, Fault, KnownProfile, MAX_AWARD_BYTES, MAX_FAULTS, MAX_ITEMS, Pricing, StartsFrom,
    check,
};
use yinxin_domain::calendar::Date;
use yinxin_domain::law::RuleTables;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sample(name: &str) -> Value {
    let path = root().join("samples/awards").join(name).with_extension("json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn goods() -> Value {
    sample("goods-devices")
}

fn check_bytes(bytes: &[u8]) -> Result<Checked, Vec<Fault>> {
    let profile = |name: &str, starts_from| KnownProfile { name: name.to_owned(), starts_from };
    check(
        bytes,
        &CheckContext {
            profiles: &[profile("jiaozuo", StartsFrom::Lot), profile("henan-mall", StartsFrom::Order)],
            rules: RuleTables::bundled(),
            today: Date::parse("2025-06-10").unwrap(),
            unprintable: &|text| text.chars().filter(|character| *character == '𪚥').collect(),
        },
    )
}

fn check_value(value: &Value) -> Result<Checked, Vec<Fault>> {
    check_bytes(value.to_string().as_bytes())
}

/// Applies changes given as (JSON pointer, value); `null` as a value removes nothing, it sets null.
fn changed(mut value: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, new) in changes {
        match value.pointer_mut(pointer) {
            Some(place) => *place = new.clone(),
            None => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                value.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), new.clone());
            }
        }
    }
    value
}

fn without(mut value: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    assert!(value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).is_some(), "{pointer}");
    value
}

fn listed(result: Result<Checked, Vec<Fault>>) -> Vec<(String, String)> {
    result.expect_err("the award should be refused").into_iter().map(|f| (f.path, f.code.into_owned())).collect()
}

#[track_caller]
fn assert_faults(value: &Value, expected: &[(&str, &str)]) {
    let found = listed(check_value(value));
    let found: Vec<(&str, &str)> = found.iter().map(|(path, code)| (path.as_str(), code.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_sample_passes_and_its_stored_form_reads_back() {
    for entry in std::fs::read_dir(root().join("samples/awards")).unwrap() {
        let path = entry.unwrap().path();
        let checked =
            check_bytes(&std::fs::read(&path).unwrap()).unwrap_or_else(|faults| panic!("{path:?}: {faults:#?}"));
        assert_eq!(checked.ignored, Vec::<String>::new());
        let stored = serde_json::to_string(&checked.award).unwrap();
        assert_eq!(serde_json::from_str::<Award>(&stored).unwrap(), checked.award);
    }
}

#[test]
fn a_hierarchy_is_put_in_order_with_its_depths() {
    let award = check_value(&sample("services-greenbelt")).unwrap().award;
    let shape: Vec<_> = award.items.iter().map(|item| (item.no.as_str(), item.depth, item.is_group)).collect();
    assert_eq!(
        shape,
        [("一", 0, true), ("1", 1, true), ("1.1", 2, false), ("1.2", 2, false), ("2", 1, false), ("二", 0, false)]
    );
    assert_eq!(award.pricing, Pricing::Measured);
    // Children that stand before or far from their parents end up below them.
    let mut shuffled = sample("services-greenbelt");
    shuffled["items"].as_array_mut().unwrap().reverse();
    let shuffled = check_value(&shuffled).unwrap().award;
    let numbers: Vec<_> = shuffled.items.iter().map(|item| item.no.as_str()).collect();
    assert_eq!(numbers, ["二", "一", "2", "1", "1.2", "1.1"]);
}

#[test]
fn all_faults_are_answered_at_once() {
    let value = changed(
        goods(),
        &[
            ("/profile", json!("nowhere")),
            ("/project/secret", json!(true)),
            ("/purchaser/uscc", json!("11410821MB00010113")),
            ("/suppliers/0/uscc", json!("9141")),
            ("/award_notice/delivered_on", json!("2025-03-17")),
            ("/items/0/amount", json!("358800.01")),
            ("/items/1/quantity", json!("4.5e1")),
            ("/terms/performance_bond/ratio", json!("0.15")),
            ("/terms/payment/1/ratio", json!("0.80")),
            ("/amount", json!("486350")),
        ],
    );
    assert_faults(
        &value,
        &[
            ("profile", "award.unknown_profile"),
            ("project.secret", "project.secret"),
            ("award_notice.delivered_on", "date.before"),
            ("purchaser.uscc", "uscc.check_digit"),
            ("suppliers[0].uscc", "uscc.length"),
            ("items[1].quantity", "decimal.format"),
            ("items[0].amount", "item.amount_mismatch"),
            ("amount", "amount.total_mismatch"),
            ("terms.performance_bond.ratio", "bond.too_high"),
            ("terms.payment", "payment.ratio_sum"),
        ],
    );
}

#[test]
fn every_fault_says_what_is_wrong_and_what_to_do_in_both_languages() {
    let value =
        changed(goods(), &[("/suppliers/0/uscc", json!("91410102MA00012374")), ("/items/0/amount", json!("1"))]);
    let faults = check_value(&value).unwrap_err();
    assert!(faults[0].message_zh.contains("应为 3"), "{}", faults[0].message_zh);
    assert!(faults[0].message_en.contains("would be 3"), "{}", faults[0].message_en);
    assert!(faults[1].message_zh.contains("358800.00"), "{}", faults[1].message_zh);
    for fault in faults {
        for text in [&fault.message_zh, &fault.message_en, &fault.remedy_zh, &fault.remedy_en] {
            assert!(!text.is_empty());
        }
        let again: Fault = serde_json::from_str(&serde_json::to_string(&fault).unwrap()).unwrap();
        assert_eq!(again, fault);
    }
}

#[test]
fn what_is_not_json_or_too_large_is_one_fault() {
    for (bytes, code) in [
        (&b""[..], "award.syntax"),
        (b"{", "award.syntax"),
        (b"[]", "award.wrong_type"),
        (b"null", "award.wrong_type"),
        (b"{\"schema\":\"\xff\"}", "award.syntax"),
        (&vec![b' '; MAX_AWARD_BYTES + 1], "award.too_large"),
    ] {
        let found = listed(check_bytes(bytes));
        assert_eq!(found, [(String::new(), code.to_owned())]);
    }
}

#[test]
fn a_member_given_twice_is_refused_wherever_it_stands() {
    let text =
        goods().to_string().replacen("\"amount\":\"358800.00\"", "\"amount\":\"358800.00\",\"amount\":\"1.00\"", 1);
    let found = listed(check_bytes(text.as_bytes()));
    assert_eq!(found, [("items[0].amount".to_owned(), "award.duplicate_member".to_owned())]);
}

#[test]
fn a_likely_misspelling_is_refused_and_a_stranger_is_reported() {
    let value =
        changed(goods(), &[("/region", json!("4108")), ("/purchaser/fax", json!("1")), ("/items/0/colour", json!(1))]);
    assert_eq!(check_value(&value).unwrap().ignored, ["region", "purchaser.fax", "items[0].colour"]);
    let value = changed(goods(), &[("/terms/performance_bonds", json!(null)), ("/items/0/unitPrice", json!("1"))]);
    assert_faults(
        &value,
        &[("items[0].unitPrice", "award.misspelt_member"), ("terms.performance_bonds", "award.misspelt_member")],
    );
}

#[test]
fn optional_members_may_be_absent_null_or_empty() {
    let mut value = goods();
    for pointer in [
        "/lots",
        "/agency",
        "/pricing",
        "/currency",
        "/terms",
        "/project/method",
        "/project/plan_code",
        "/project/secret",
        "/project/sme_reserved",
        "/award_notice/delivered_on",
        "/purchaser/address",
        "/purchaser/kind",
        "/suppliers/0/size",
        "/suppliers/0/bank",
        "/items/0/brand",
        "/items/0/amount",
    ] {
        assert!(check_value(&changed(goods(), &[(pointer, json!(null))])).is_ok(), "{pointer} null");
        value = without(value, pointer);
        check_value(&value).unwrap_or_else(|faults| panic!("{pointer} absent: {faults:?}"));
    }
    for pointer in ["/project/plan_code", "/purchaser/address", "/suppliers/0/size", "/items/0/amount", "/items/0/spec"]
    {
        assert!(check_value(&changed(goods(), &[(pointer, json!(""))])).is_ok(), "{pointer} empty");
    }
    let without_list = without(goods(), "/items");
    assert!(check_value(&without_list).unwrap().award.items.is_empty());
}

#[test]
fn a_missing_amount_is_completed_from_quantity_and_price() {
    let award = check_value(&without(goods(), "/items/0/amount")).unwrap().award;
    assert_eq!(award.items[0].amount.unwrap().to_decimal(), "358800.00");
    let value = changed(goods(), &[("/items/0/amount", json!("")), ("/items/0/quantity", json!(""))]);
    assert_faults(&value, &[("items[0].amount", "item.amount_missing")]);
}

#[test]
fn sums_are_judged_where_the_kind_of_pricing_makes_them_meaningful() {
    let wrong_total = |kind: Value| changed(goods(), &[("/pricing", kind), ("/amount", json!("480000.00"))]);
    assert_faults(&wrong_total(json!({"kind":"total"})), &[("amount", "amount.total_mismatch")]);
    assert_faults(&wrong_total(json!({"kind":"measured"})), &[("amount", "amount.total_mismatch")]);
    assert!(check_value(&wrong_total(json!({"kind":"unit"}))).is_ok());
    let discount = json!({"kind":"discount","ceiling":"480000.00","rate":"0.12"});
    assert!(check_value(&wrong_total(discount)).is_ok());
    let line = |kind: Value| {
        changed(goods(), &[("/pricing", kind), ("/items/2/amount", json!("30799.99")), ("/amount", json!("486349.99"))])
    };
    for kind in ["total", "unit", "measured"] {
        assert_faults(&line(json!({"kind": kind})), &[("items[2].amount", "item.amount_mismatch")]);
    }
    assert!(check_value(&line(json!({"kind":"discount","ceiling":"500000"}))).is_ok());
    let open = changed(
        goods(),
        &[("/pricing", json!({"kind":"unit"})), ("/items/0/quantity", json!("")), ("/items/0/amount", json!(""))],
    );
    assert!(check_value(&open).is_ok(), "under unit prices a quantity may be left open");
    let group = changed(sample("services-greenbelt"), &[("/items/1/amount", json!("576889.24"))]);
    assert_faults(&group, &[("items[1].amount", "item.group_mismatch"), ("items[0].amount", "item.group_mismatch")]);
    let measured = without(sample("services-greenbelt"), "/items/2/pricing");
    assert_faults(&measured, &[("items[2].amount", "item.amount_mismatch")]);
}

#[test]
fn a_discount_needs_its_ceiling_and_stays_below_it() {
    for (pricing, expected) in [
        (json!({"kind":"discount"}), ("pricing.ceiling", "award.missing")),
        (json!({"kind":"discount","ceiling":""}), ("pricing.ceiling", "award.empty_text")),
        (json!({"kind":"discount","ceiling":"0"}), ("pricing.ceiling", "amount.zero")),
        (json!({"kind":"discount","ceiling":"486349.99"}), ("amount", "amount.above_ceiling")),
        (json!({"kind":"discount","ceiling":"500000","rate":"12"}), ("pricing.rate", "award.ratio_range")),
        (
            json!({"kind":"discount","ceiling":"500000","rate":"0.1","discount_rate":"0.1"}),
            ("pricing.discount_rate", "award.both_spellings"),
        ),
        (json!({"kind":"free"}), ("pricing.kind", "award.unknown_value")),
        (json!({}), ("pricing.kind", "award.missing")),
    ] {
        assert_faults(&changed(goods(), &[("/pricing", pricing)]), &[expected]);
    }
    let discount = json!({"kind":"discount","ceiling":"500000"});
    for (amount, most) in [("0", "500000.00"), ("1.00", "1.00")] {
        let value =
            changed(goods(), &[("/pricing", discount.clone()), ("/amount", json!(amount)), ("/items", json!([]))]);
        assert_eq!(check_value(&value).unwrap().award.most_payable().to_decimal(), most);
    }
}

#[test]
fn a_hierarchy_that_is_none_is_refused() {
    for (changes, expected) in [
        (vec![("/items/1/no", json!("1"))], vec![("items[1].no", "item.duplicate_number")]),
        (vec![("/items/1/parent", json!("9"))], vec![("items[1].parent", "item.unknown_parent")]),
        (vec![("/items/1/parent", json!("2"))], vec![("items[1].parent", "item.parent_cycle")]),
        (
            vec![("/items/1/parent", json!("3")), ("/items/2/parent", json!("2"))],
            vec![("items[1].parent", "item.parent_cycle"), ("items[2].parent", "item.parent_cycle")],
        ),
        (
            vec![("/items/1/no", json!("1")), ("/items/2/parent", json!("1"))],
            vec![("items[1].no", "item.duplicate_number")],
        ),
    ] {
        assert_faults(&changed(goods(), &changes), &expected);
    }
    let line = |no: &str, parent: &str| json!({"no": no, "name": "x", "amount": "1", "parent": parent});
    let sections = json!([line("一", ""), line("二", ""), line("1", "一"), line("1", "二")]);
    assert!(
        check_value(&changed(goods(), &[("/items", sections), ("/amount", json!("2"))])).is_ok(),
        "each section may count from 1"
    );
    let deep: Vec<Value> =
        (0..9).map(|n| line(&n.to_string(), &if n == 0 { String::new() } else { (n - 1).to_string() })).collect();
    assert_faults(
        &changed(goods(), &[("/items", json!(deep)), ("/amount", json!("1"))]),
        &[("items[8].parent", "item.too_deep")],
    );
}

#[test]
fn parties_stand_on_one_side_and_once() {
    let purchaser = goods()["purchaser"]["uscc"].clone();
    let both = changed(goods(), &[("/suppliers/0/uscc", purchaser)]);
    assert_faults(&both, &[("suppliers[0]", "party.both_sides")]);
    let mut twice = goods();
    let supplier = twice["suppliers"][0].clone();
    twice["suppliers"].as_array_mut().unwrap().push(supplier);
    assert_faults(&twice, &[("suppliers[1]", "party.duplicate_supplier")]);
    assert_faults(&changed(goods(), &[("/suppliers", json!([]))]), &[("suppliers", "award.too_few")]);
    let sides = changed(goods(), &[("/purchaser/kind", json!("supplier")), ("/suppliers/0/kind", json!("agency"))]);
    assert_faults(&sides, &[("purchaser.kind", "party.wrong_side"), ("suppliers[0].kind", "party.wrong_side")]);
}

#[test]
fn a_consortium_over_several_lots_passes() {
    let mut value = changed(
        goods(),
        &[
            ("/lots", json!([{"code":"B包","amount":"358800.00"},{"code":"A包","amount":"127550.00"}])),
            ("/items/0/lot", json!("B包")),
        ],
    );
    let mut second = value["suppliers"][0].clone();
    second["name"] = json!("示例安装工程有限公司");
    second["uscc"] = json!("91430104MA000231X7");
    value["suppliers"].as_array_mut().unwrap().push(second);
    let award = check_value(&value).unwrap().award;
    assert_eq!(award.suppliers.len(), 2);
    assert_eq!(award.key(), r#"["project","修财示采-2025-017","A包","B包"]"#);
    assert_eq!(
        award.subjects(),
        [r#"["project","修财示采-2025-017","B包"]"#, r#"["project","修财示采-2025-017","A包"]"#]
    );
    assert_faults(&changed(value.clone(), &[("/lots/0/amount", json!("358800.01"))]), &[("lots", "lot.sum_mismatch")]);
    assert_faults(&changed(value.clone(), &[("/lots/1/code", json!("B包"))]), &[("lots[1].code", "lot.duplicate")]);
    assert_faults(&changed(value, &[("/items/0/lot", json!("C包"))]), &[("items[0].lot", "item.unknown_lot")]);
    assert_eq!(check_value(&sample("mall-order")).unwrap().award.key(), r#"["order","WSSC-2025-0000417"]"#);
}

#[test]
fn a_contract_starts_from_what_its_profile_says() {
    assert_faults(&without(goods(), "/award_notice"), &[("award_notice", "award_notice.missing")]);
    assert_faults(&without(sample("mall-order"), "/order"), &[("order", "order.missing")]);
}

#[test]
fn days_are_real_and_not_ahead() {
    for (pointer, day, expected) in [
        ("/award_notice/issued_on", "2025-06-12", "date.in_future"),
        ("/award_notice/issued_on", "2025-02-30", "date.not_real"),
        ("/award_notice/issued_on", "2025/03/18", "date.format"),
        ("/award_notice/issued_on", "", "award.empty_text"),
        ("/award_notice/delivered_on", "2025-03-17", "date.before"),
    ] {
        let value = changed(goods(), &[(pointer, json!(day))]);
        assert_eq!(listed(check_value(&value))[0].1, expected, "{pointer} {day}");
    }
    assert!(check_value(&changed(goods(), &[("/award_notice", json!({"issued_on":"2025-06-11"}))])).is_ok());
    let period = changed(sample("services-greenbelt"), &[("/terms/period/to", json!("2025-06-30"))]);
    assert_faults(&period, &[("terms.period.to", "date.before")]);
}

#[test]
fn texts_hold_what_can_be_printed_and_no_more_than_fits() {
    for (text, code) in [
        ("", "award.empty_text"),
        ("  ", "award.empty_text"),
        ("a\u{202e}b", "award.control_character"),
        ("a\nb", "award.control_character"),
        ("𪚥", "award.unprintable"),
        (&*"长".repeat(201), "award.too_long"),
    ] {
        assert_faults(&changed(goods(), &[("/project/name", json!(text))]), &[("project.name", code)]);
    }
    let faults = check_value(&changed(goods(), &[("/items/0/name", json!("一𪚥二"))])).unwrap_err();
    assert!(faults[0].message_zh.contains("𪚥（U+2A6A5）"), "{}", faults[0].message_zh);
}

#[test]
fn the_names_of_organisations_are_such_as_a_seal_can_carry() {
    for (pointer, path) in [
        ("/purchaser/name", "purchaser.name"),
        ("/suppliers/0/name", "suppliers[0].name"),
        ("/agency/name", "agency.name"),
    ] {
        let named = |length: usize| changed(goods(), &[(pointer, json!("示".repeat(length)))]);
        assert!(check_value(&named(2)).is_ok() && check_value(&named(60)).is_ok(), "{pointer}");
        assert_faults(&named(1), &[(path, "party.name_length")]);
        assert_faults(&named(61), &[(path, "party.name_length")]);
    }
}

#[test]
fn lists_are_bounded_and_so_are_faults() {
    let line = |n: usize| json!({"no": n.to_string(), "name": "x", "amount": "0.01"});
    let list = |count: usize| (0..count).map(line).collect::<Vec<_>>();
    assert!(check_value(&changed(goods(), &[("/items", json!(list(MAX_ITEMS))), ("/amount", json!("20"))])).is_ok());
    assert_faults(
        &changed(goods(), &[("/items", json!(list(MAX_ITEMS + 1))), ("/amount", json!("20"))]),
        &[("items", "award.too_many")],
    );
    let empty: Vec<Value> = (0..MAX_ITEMS).map(|_| json!({})).collect();
    let found = listed(check_value(&changed(goods(), &[("/items", json!(empty))])));
    assert_eq!(found.len(), MAX_FAULTS + 1);
    assert_eq!(found.last().unwrap().1, "award.too_many_faults");
}

#[test]
fn amounts_are_decimal_strings_within_bounds() {
    for (amount, code) in [
        (json!(486350), "award.wrong_type"),
        (json!("486,350.00"), "money.format"),
        (json!("-1"), "money.negative"),
        (json!("1.005"), "money.too_many_decimals"),
        (json!("99999999999999999"), "money.too_large"),
        (json!(""), "award.empty_text"),
        (json!("0.00"), "amount.zero"),
    ] {
        let found = listed(check_value(&changed(goods(), &[("/amount", amount.clone())])));
        assert_eq!(found[0], ("amount".to_owned(), code.to_owned()), "{amount}");
    }
    let enormous = changed(
        goods(),
        &[("/items/0/quantity", json!("999999999999")), ("/items/0/unit_price", json!("999999999999"))],
    );
    assert_faults(&enormous, &[("items[0].amount", "amount.sum_too_large")]);
}

mod hostile {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn no_bytes_make_the_check_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check_bytes(&bytes);
        }

        /// Replacing any one value of a good award by any other gives an award or faults, never a panic.
        #[test]
        fn no_value_makes_the_check_panic(which in 0usize..3, at in any::<proptest::sample::Index>(), what in 0usize..9, text in ".{0,30}") {
            let mut value = sample(["goods-devices", "mall-order", "services-greenbelt"][which]);
            let mut pointers = Vec::new();
            walk(&value, String::new(), &mut pointers);
            let pointer = at.get(&pointers).clone();
            let new = [json!(null), json!(""), json!(text), json!(-1), json!(u64::MAX), json!(1e300), json!([[]]), json!({"a": {}}), json!("9".repeat(40))][what].clone();
            if let Some(place) = value.pointer_mut(&pointer) {
                *place = new;
            }
            if let Err(faults) = check_value(&value) {
                prop_assert!(!faults.is_empty());
            }
        }
    }

    fn walk(value: &Value, pointer: String, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, v)| walk(v, format!("{pointer}/{name}"), found)),
            Value::Array(elements) => {
                elements.iter().enumerate().for_each(|(n, v)| walk(v, format!("{pointer}/{n}"), found))
            }
            _ => {}
        }
        found.push(pointer);
    }
}
