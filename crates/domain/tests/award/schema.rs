//! The published schema says of a file what the checker says.

use super::*;

/// What a schema can say at all, it says as the checker does: on each of these files both agree.
#[test]
fn the_schema_and_the_checker_agree() {
    let schema = serde_json::from_slice(&std::fs::read(root().join("samples/award.schema.json")).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut files: Vec<(String, Value)> = vec![
        ("goods".into(), goods()),
        ("mall".into(), sample("mall-order")),
        ("greenbelt".into(), sample("services-greenbelt")),
    ];
    for pointer in [
        "/schema",
        "/profile",
        "/project",
        "/project/code",
        "/project/name",
        "/project/category",
        "/purchaser",
        "/purchaser/name",
        "/purchaser/uscc",
        "/suppliers",
        "/suppliers/0/uscc",
        "/amount",
        "/items/0/no",
        "/items/0/name",
        "/award_notice/issued_on",
        "/terms/performance_bond/ratio",
        "/terms/payment/0/stage",
        "/pricing/kind",
        "/lots/0/code",
        "/agency/name",
        "/items",
        "/terms",
        "/project/method",
        "/agency",
    ] {
        files.push((format!("{pointer} absent"), without(goods(), pointer)));
    }
    for pointer in [
        "/schema",
        "/profile",
        "/project",
        "/project/name",
        "/project/secret",
        "/lots",
        "/lots/0",
        "/agency",
        "/purchaser",
        "/purchaser/uscc",
        "/purchaser/kind",
        "/purchaser/size",
        "/suppliers",
        "/suppliers/0",
        "/pricing",
        "/pricing/kind",
        "/amount",
        "/currency",
        "/items",
        "/items/0",
        "/items/0/no",
        "/items/0/unit",
        "/items/0/group",
        "/items/0/note",
        "/award_notice",
        "/award_notice/issued_on",
        "/award_notice/delivered_on",
        "/terms",
        "/terms/delivery_days",
        "/terms/warranty_months",
        "/terms/performance_bond",
        "/terms/performance_bond/ratio",
        "/terms/payment",
        "/terms/payment/0",
        "/terms/period",
    ] {
        for value in [
            json!(null),
            json!(""),
            json!(7),
            json!(-1),
            json!(1.5),
            json!(true),
            json!([]),
            json!({}),
            json!("无此值"),
        ] {
            files.push((format!("{pointer} = {value}"), changed(goods(), &[(pointer, value)])));
        }
    }
    for pointer in
        ["/amount", "/items/0/amount", "/items/0/unit_price", "/items/0/quantity", "/terms/performance_bond/ratio"]
    {
        for value in ["-1", "1e3", ".5", "5.", "01", "1,000", "0.1234567", "abc", "１"] {
            files.push((format!("{pointer} = {value}"), changed(goods(), &[(pointer, json!(value))])));
        }
    }
    for (pointer, length) in
        ["/purchaser/name", "/agency/name"].into_iter().flat_map(|at| [1, 2, 60, 61].map(|n| (at, n)))
    {
        let text = format!(" {} ", "示".repeat(length));
        files.push((format!("{pointer} of {length}"), changed(goods(), &[(pointer, json!(text))])));
    }
    let mut refused = 0;
    for (name, file) in files {
        let by_schema = schema.is_valid(&file);
        // Sums and what a profile asks for are the checker's alone.
        let beyond = [
            "item.amount_mismatch",
            "amount.total_mismatch",
            "amount.zero",
            "item.amount_missing",
            "award_notice.missing",
            "payment.ratio_sum",
            "bond.too_high",
            "award.unknown_profile",
        ];
        let by_checker = match check_value(&file) {
            Ok(_) => true,
            Err(faults) => faults.iter().all(|fault| beyond.contains(&&*fault.code)),
        };
        assert_eq!(by_schema, by_checker, "{name}: schema {by_schema}, checker {:?}", check_value(&file).err());
        refused += usize::from(!by_schema);
    }
    assert!(refused > 200, "{refused} files were refused");
}
