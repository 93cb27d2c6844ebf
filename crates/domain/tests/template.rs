//! Templates: from an award to a draft, what is missing, where it departs from the award, and the text of the contract.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code, its helper functions included")]

use serde_json::{Map, Value, json};
use std::path::Path;
use yinxin_domain::award::{Award, CheckContext, KnownProfile, StartsFrom, check};
use yinxin_domain::calendar::Date;
use yinxin_domain::law::RuleTables;
use yinxin_domain::template::{
    Clause, ContractText, DeviationLevel, FieldFault, FieldValue, Fields, LegalTerm, Side, System, Template,
    TemplateError, all, check_complete, deviations, expand, find, form, merge, parties, prefill,
};

fn award_of(change: impl FnOnce(&mut Value), name: &str) -> Award {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/awards").join(name).with_extension("json");
    let mut value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut value);
    let profile = |name: &str, starts_from| KnownProfile { name: name.to_owned(), starts_from };
    let context = CheckContext {
        profiles: &[profile("jiaozuo", StartsFrom::Lot), profile("henan-mall", StartsFrom::Order)],
        rules: RuleTables::bundled(),
        today: Date::parse("2025-06-10").unwrap(),
        unprintable: &|_| Vec::new(),
    };
    check(value.to_string().as_bytes(), &context).unwrap_or_else(|faults| panic!("{faults:#?}")).award
}

fn award(name: &str) -> Award {
    award_of(|_| {}, name)
}

fn system() -> System {
    System { contract_number: "HT-2025-0001".to_owned() }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn changed(template: &Template, award: &Award, fields: &Fields, changes: Value) -> Result<Fields, Vec<FieldFault>> {
    let unprintable = |text: &str| text.chars().filter(|character| *character == '𪚥').collect();
    merge(template, award, fields, &object(changes), &unprintable)
}

/// A draft as people would finish it: what the award did not settle is entered by hand.
fn finished(template: &Template, award: &Award) -> Fields {
    let fields = prefill(template, award, &system());
    changed(template, award, &fields, json!({"sign_place": "示例市", "dispute_way": "court"})).unwrap()
}

/// Every word of a contract on lines of its own.
fn words(text: &ContractText) -> String {
    let mut lines = vec![text.title.clone(), text.number.clone()];
    lines.extend(text.cover.iter().map(|row| format!("{}：{}", row.label, row.value)));
    lines.extend(text.preamble.clone());
    for article in &text.articles {
        lines.push(article.heading.clone());
        for clause in &article.clauses {
            match clause {
                Clause::Text(text) | Clause::Emphasised(text) => lines.push(text.clone()),
                Clause::Table(table) => lines.extend(table.rows.iter().map(|row| row.join("|"))),
                Clause::PriceTable(table) => {
                    lines.extend(table.lines.iter().map(|line| {
                        format!(
                            "{}|{}|{}|{}|{}|{}",
                            line.no, line.name, line.quantity, line.unit_price, line.amount, line.note
                        )
                    }));
                    lines.push(format!("{}|{}", table.total_figures, table.total_capitals));
                }
            }
        }
    }
    for block in &text.signature_blocks {
        lines.push(format!("{} {} {}", block.party_key, block.heading, block.organisation));
        lines.extend(block.rows.iter().map(|(label, value)| format!("{label}：{value}")));
    }
    lines.join("\n")
}

const SAMPLES: [(&str, &str); 3] =
    [("goods-devices", "goods-1"), ("services-greenbelt", "services-1"), ("mall-order", "mall-order-1")];

/// S0-006, S0-020: a template is chosen by what is bought and what the contract grows from.
#[test]
fn a_template_fits_by_category_and_origin() {
    let fitting = |award: &Award| -> Vec<String> { all().iter().filter(|t| t.fits(award)).map(Template::id).collect() };
    assert_eq!(fitting(&award("goods-devices")), ["goods-1"]);
    assert_eq!(fitting(&award("services-greenbelt")), ["services-1"]);
    assert_eq!(fitting(&award("mall-order")), ["goods-1", "mall-order-1"]);
    let works = award_of(|value| value["project"]["category"] = json!("works"), "services-greenbelt");
    assert_eq!(fitting(&works), ["works-1"]);
    let text = words(&expand(find("works-1").unwrap(), &works, &finished(find("works-1").unwrap(), &works)));
    assert!(text.contains("计划开工日期为2025年7月1日"), "{text}");
    for (_, id) in SAMPLES {
        assert_eq!(find(id).unwrap().id(), id);
    }
    assert_eq!(find("goods"), None);
}

/// S0-008, S0-022: what the trading system knows is filled in, people add the rest.
#[test]
fn a_draft_begins_with_what_the_award_knows() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let fields = prefill(template, &award, &system());
    let text = |id: &str| match fields.get(id) {
        Some(FieldValue::Text(text)) => text.clone(),
        other => panic!("{id}: {other:?}"),
    };
    assert_eq!(text("contract_number"), "HT-2025-0001");
    assert_eq!(text("project_name"), "县直单位办公设备更新采购项目");
    assert_eq!(text("lots"), "A包（便携式计算机及打印设备）");
    assert_eq!(text("A.uscc"), "11410821MB00010112");
    assert_eq!(text("B.account"), "6200000000000001");
    assert_eq!(fields["amount"], FieldValue::Money(award.amount));
    assert_eq!(fields["delivery_days"], FieldValue::Integer(20));
    let rows =
        vec![vec!["合同签订后".to_owned(), "0.30".to_owned()], vec!["验收合格后30日内".to_owned(), "0.70".to_owned()]];
    assert_eq!(fields["payment_schedule"], FieldValue::Table(rows));
    assert!(!fields.contains_key("A.phone"), "what nobody said is absent");
}

/// S0-022, S4-042; Civil Code art. 470: a draft cannot be sent before every legal term is there.
#[test]
fn what_is_missing_is_named_with_its_legal_term() {
    for (name, id) in SAMPLES {
        let (template, award) = (find(id).unwrap(), award(name));
        let fields = prefill(template, &award, &system());
        let missing: Vec<_> =
            check_complete(template, &award, &fields).into_iter().map(|m| (m.field, m.term)).collect();
        let expected =
            [(Some("sign_place".to_owned()), None), (Some("dispute_way".to_owned()), Some(LegalTerm::Disputes))];
        assert_eq!(missing, expected, "{id}");
        assert_eq!(check_complete(template, &award, &finished(template, &award)), [], "{id}");
    }
}

#[test]
fn each_legal_term_is_demanded() {
    for (name, id) in SAMPLES {
        let (template, award) = (find(id).unwrap(), award(name));
        let whole = finished(template, &award);
        for term in LegalTerm::ALL {
            let mut without = whole.clone();
            for entry in form(template, &award).iter().filter(|entry| entry.field.terms.contains(&term)) {
                without.remove(&entry.id);
            }
            let missing = check_complete(template, &award, &without);
            assert!(missing.iter().any(|one| one.term == Some(term)), "{id} without {term:?}: {missing:?}");
            assert!(missing.iter().all(|one| !one.message_zh.is_empty() && !one.message_en.is_empty()));
        }
    }
}

#[test]
fn a_field_is_asked_for_only_while_its_condition_holds() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let fields = finished(template, &award);
    let missing = |fields: &Fields| -> Vec<_> {
        check_complete(template, &award, fields).into_iter().filter_map(|one| one.field).collect()
    };
    let arbitration = changed(template, &award, &fields, json!({"dispute_way": "arbitration"})).unwrap();
    assert_eq!(missing(&arbitration), ["arbitration_body"]);
    let named = changed(template, &award, &arbitration, json!({"arbitration_body": "示例仲裁委员会"})).unwrap();
    assert_eq!(missing(&named), Vec::<String>::new());
    assert!(words(&expand(template, &award, &named)).contains("提交示例仲裁委员会，按照"));
    let without_bond = changed(template, &award, &fields, json!({"bond_ratio": null, "bond_form": null})).unwrap();
    assert_eq!(missing(&without_bond), Vec::<String>::new());
    assert!(words(&expand(template, &award, &without_bond)).contains("本合同不收取履约保证金。"));
}

/// S0-004, S0-005: more than awarded blocks, less warns, other departures are shown.
#[test]
fn departures_from_the_award_are_found() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let fields = finished(template, &award);
    assert_eq!(deviations(template, &award, &fields), []);
    let found = |changes: Value| -> Vec<_> {
        let fields = changed(template, &award, &fields, changes).unwrap();
        deviations(template, &award, &fields).into_iter().map(|d| (d.field, d.level, d.code.into_owned())).collect()
    };
    let one = |field: &str, level, code: &str| vec![(field.to_owned(), level, code.to_owned())];
    use DeviationLevel::{Hard, Warn};
    assert_eq!(found(json!({"amount": 48_635_001})), one("amount", Hard, "deviation.amount_above_award"));
    assert_eq!(found(json!({"amount": 48_634_999})), one("amount", Warn, "deviation.amount_below_award"));
    assert_eq!(found(json!({"delivery_place": "别处"})), one("delivery_place", Warn, "deviation.changed"));
    assert_eq!(found(json!({"delivery_days": null})), one("delivery_days", Warn, "deviation.changed"));
    let half = json!([["签订后", "0.5"]]);
    let expected = vec![
        ("payment_schedule".to_owned(), Hard, "deviation.payment_ratio_sum".to_owned()),
        ("payment_schedule".to_owned(), Warn, "deviation.changed".to_owned()),
    ];
    assert_eq!(found(json!({"payment_schedule": half})), expected);
    let reversed = json!({"period_from": "2025-05-02", "period_to": "2025-05-01"});
    assert_eq!(found(reversed), one("period_to", Hard, "deviation.period_reversed"));
    let mut forged = fields.clone();
    forged.insert("B.uscc".to_owned(), FieldValue::Text("91110000802100433B".to_owned()));
    let forged = deviations(template, &award, &forged);
    assert_eq!((forged[0].field.as_str(), forged[0].level), ("B.uscc", Hard));
}

#[test]
fn what_the_award_settled_cannot_be_changed_where_it_is_locked() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let fields = finished(template, &award);
    for id in ["contract_number", "project_name", "A.uscc", "B.uscc", "pricing_kind", "sme_reserved"] {
        let value = if id == "sme_reserved" { "no" } else { "别的" };
        let faults = changed(template, &award, &fields, json!({id: value})).unwrap_err();
        assert_eq!((faults[0].field.as_str(), &*faults[0].code), (id, "field.locked"));
        assert!(changed(template, &award, &fields, json!({id: null})).is_err(), "{id} cleared");
        let same = serde_json::to_value(&fields[id]).unwrap();
        assert_eq!(
            changed(template, &award, &fields, json!({id: same})).unwrap(),
            fields,
            "the same value is no change"
        );
    }
}

#[test]
fn entered_values_are_checked_by_their_kind_and_all_faults_are_told() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let fields = finished(template, &award);
    for (id, value, code) in [
        ("sign_place", json!(1), "field.wrong_type"),
        ("sign_place", json!("长".repeat(301)), "field.too_long"),
        ("sign_place", json!("a\nb"), "field.control_character"),
        ("sign_place", json!("a\u{202e}b"), "field.control_character"),
        ("quality_standard", json!("一\u{0}"), "field.control_character"),
        ("sign_place", json!("一𪚥"), "field.unprintable"),
        ("amount", json!("486350.00"), "field.wrong_type"),
        ("amount", json!(-1), "money.negative"),
        ("amount", json!(1.5), "field.wrong_type"),
        ("period_from", json!("2025-02-30"), "date.not_real"),
        ("payment_days", json!(31), "field.number_range"),
        ("payment_days", json!("3"), "field.wrong_type"),
        ("dispute_way", json!("duel"), "field.unknown_choice"),
        ("bond_ratio", json!("0.11"), "field.ratio_range"),
        ("bond_ratio", json!("10%"), "decimal.format"),
        ("payment_schedule", json!([["一"]]), "field.wrong_type"),
        ("payment_schedule", json!([["一", "2"]]), "field.wrong_type"),
        ("payment_schedule", json!(vec![["一", "0"]; 61]), "field.too_many_rows"),
        ("payment_schedule", json!([["𪚥", "1"]]), "field.unprintable"),
        ("C.bank", json!("x"), "field.unknown"),
        ("bank", json!("x"), "field.unknown"),
    ] {
        let faults = changed(template, &award, &fields, json!({id: value})).unwrap_err();
        assert_eq!((faults.len(), &*faults[0].code), (1, code), "{id}");
        assert!(!faults[0].message_zh.is_empty() && !faults[0].message_en.is_empty());
    }
    let faults =
        changed(template, &award, &fields, json!({"amount": -1, "nothing": 1, "sign_place": "好"})).unwrap_err();
    assert_eq!(faults.len(), 2);
    let lines =
        changed(template, &award, &fields, json!({"quality_standard": "一\n二", "sign_place": " 示例县 "})).unwrap();
    assert_eq!(lines["quality_standard"], FieldValue::Text("一\n二".to_owned()));
    assert_eq!(lines["sign_place"], FieldValue::Text("示例县".to_owned()));
}

/// Stored values are what `merge` reads again.
#[test]
fn the_json_form_of_values_reads_back() {
    for (name, id) in SAMPLES {
        let (template, award) = (find(id).unwrap(), award(name));
        let fields = finished(template, &award);
        let stored = serde_json::to_value(&fields).unwrap();
        assert_eq!(
            changed(template, &award, &Fields::new(), stored.clone()).unwrap_err().len(),
            locked(template, &award)
        );
        let unlocked = changed(template, &award, &fields, stored).unwrap();
        assert_eq!(unlocked, fields);
        let read =
            yinxin_domain::template::read_fields(template, &award, &serde_json::to_value(&fields).unwrap()).unwrap();
        assert_eq!(read, fields);
    }
}

/// How many fields of a draft are locked, so that entering them into an empty one is refused.
fn locked(template: &Template, award: &Award) -> usize {
    let fields = prefill(template, award, &system());
    form(template, award)
        .iter()
        .filter(|entry| entry.field.change == yinxin_domain::template::Change::Locked && fields.contains_key(&entry.id))
        .count()
}

#[test]
fn the_text_holds_parties_amounts_lists_and_no_gap() {
    for (name, id) in SAMPLES {
        let (template, award) = (find(id).unwrap(), award(name));
        let text = words(&expand(template, &award, &finished(template, &award)));
        assert!(!text.contains("＿＿") && !text.contains("{{"), "{id}:\n{text}");
        for expected in [
            award.project.name.clone(),
            award.purchaser.name.clone(),
            award.purchaser.uscc.to_string(),
            award.suppliers[0].name.clone(),
            award.suppliers[0].uscc.to_string(),
            format!("人民币{}（小写：￥{}）", award.amount.to_capitals(), award.amount),
            "HT-2025-0001".to_owned(),
        ] {
            assert!(text.contains(&expected), "{id}: {expected}\n{text}");
        }
        for item in &award.items {
            assert!(text.contains(&format!("{}|{}|", item.no, item.name)), "{id}: {}", item.name);
        }
    }
    let award = award("goods-devices");
    let text = words(&expand(find("goods-1").unwrap(), &award, &finished(find("goods-1").unwrap(), &award)));
    assert!(text.contains("1|便携式计算机|60|5,980.00|358,800.00|"), "{text}");
    assert!(text.contains("￥486,350.00|肆拾捌万陆仟叁佰伍拾元整"), "{text}");
    assert!(text.contains("合同签订后|30%|145,905.00"), "{text}");
    assert!(text.contains("合同金额5%的履约保证金，形式为：银行保函"), "{text}");
    assert!(text.contains("按逾期部分货款的0.05%向甲方支付违约金，累计不超过合同金额的10%"), "{text}");
}

/// An incomplete draft can be looked at: gaps print as a line to be filled.
#[test]
fn an_incomplete_draft_prints_gaps() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let text = words(&expand(template, &award, &Fields::new()));
    assert!(text.contains("＿＿＿＿"));
    assert!(text.contains("示例县行政审批服务中心"));
}

/// Issue 2, Typeset: values are data; nothing in a value becomes a slot.
#[test]
fn a_value_never_becomes_a_slot() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let hostile = "{{amount}} {{B.account|capitals}} #panic(\"x\") *粗* $x$ <a> \\";
    let fields = finished(template, &award);
    let fields = changed(template, &award, &fields, json!({"breach_special": hostile, "packaging": hostile})).unwrap();
    let text = words(&expand(template, &award, &fields));
    assert_eq!(text.matches(hostile).count(), 2, "{text}");
}

#[test]
fn a_lower_amount_is_said_beside_the_awarded_list_and_payments_follow_it() {
    let (template, award) = (find("goods-1").unwrap(), award("goods-devices"));
    let fields = finished(template, &award);
    let fields = changed(
        template,
        &award,
        &fields,
        json!({"amount": 10_000_001, "payment_schedule": [["一", "0.333333"], ["二", "0.333333"], ["三", "0.333334"]]}),
    )
    .unwrap();
    let text = words(&expand(template, &award, &fields));
    assert!(text.contains("￥486,350.00|肆拾捌万陆仟叁佰伍拾元整"), "the list stays as awarded: {text}");
    assert!(text.contains("各方确认本合同按人民币壹拾万元零壹分（小写：￥100,000.01）签订"), "{text}");
    // 33.3333 % of 10,000,001 分 is 3,333,330.33, twice; the last stage takes the rest.
    assert!(text.contains("一|33.3333%|33,333.30") && text.contains("三|33.3334%|33,333.41"), "{text}");
}

#[test]
fn kinds_of_pricing_have_their_own_clauses() {
    let clause = |pricing: Value| {
        let award = award_of(|value| value["pricing"] = pricing, "goods-devices");
        let template = find("goods-1").unwrap();
        assert_eq!(check_complete(template, &award, &finished(template, &award)), []);
        words(&expand(template, &award, &finished(template, &award)))
    };
    assert!(clause(json!({"kind": "unit"})).contains("清单所列单价在合同期内固定不变"));
    assert!(clause(json!({"kind": "measured"})).contains("按甲方确认的实际工作量"));
    let discount = clause(json!({"kind": "discount", "ceiling": "500000.00", "rate": "0.125"}));
    assert!(discount.contains("最高限额为人民币伍拾万元整（小写：￥500,000.00）"), "{discount}");
    assert!(discount.contains("下浮12.5%计算"), "{discount}");
}

#[test]
fn every_member_of_a_consortium_is_a_party_with_its_own_fields_and_place() {
    let several = |count: usize| {
        award_of(
            |value| {
                let first = value["suppliers"][0].clone();
                for (number, uscc) in ["91430104MA000231X7", "91410103MA0003451T", "91330106673959654P"]
                    .iter()
                    .enumerate()
                    .take(count - 1)
                {
                    let mut member = first.clone();
                    member["name"] = json!(format!("示例成员{number}有限公司"));
                    member["uscc"] = json!(uscc);
                    member["address"] = json!(null);
                    value["suppliers"].as_array_mut().unwrap().push(member);
                }
            },
            "goods-devices",
        )
    };
    let (template, award) = (find("goods-1").unwrap(), several(2));
    let keys: Vec<_> = parties(&award).iter().map(|party| (party.key, party.side)).collect();
    assert_eq!(keys, [('A', Side::Purchaser), ('B', Side::Supplier), ('C', Side::Supplier)]);
    let fields = finished(template, &award);
    let missing: Vec<_> = check_complete(template, &award, &fields).into_iter().filter_map(|one| one.field).collect();
    assert_eq!(missing, ["C.address"]);
    let fields = changed(template, &award, &fields, json!({"C.address": "示例路9号"})).unwrap();
    let text = expand(template, &award, &fields);
    assert_eq!(text.signature_blocks.len(), 3);
    assert_eq!(text.signature_blocks[2].heading, "乙方（联合体成员2）");
    assert!(text.signature_blocks[2].rows.contains(&("住所".to_owned(), "示例路9号".to_owned())));
    assert!(words(&text).contains("对甲方承担连带责任"));
    let four = several(4);
    let cover = expand(template, &four, &finished(template, &four)).cover;
    assert_eq!(cover.last().unwrap().value, "示例信息技术有限公司等4家单位（详见签署页）");
}

#[test]
fn an_award_without_list_prints_the_project_as_one_line() {
    let award = award_of(|value| value["items"] = json!([]), "services-greenbelt");
    let text = words(&expand(find("services-1").unwrap(), &award, &finished(find("services-1").unwrap(), &award)));
    assert!(text.contains("1|东岸风光带日常维护服务外包项目|1|1,025,826.73|1,025,826.73|"), "{text}");
}

#[test]
fn a_measured_line_says_so() {
    let award = award("services-greenbelt");
    let text = words(&expand(find("services-1").unwrap(), &award, &finished(find("services-1").unwrap(), &award)));
    assert!(text.contains("1.2|行道树及绿带维护|696.00|29.24|20,351.04|按实结算"), "{text}");
    assert!(text.contains("122,477.60|4.54|556,538.21|按实结算；单价为预算单价"), "{text}");
}

#[test]
fn a_template_that_does_not_fit_together_is_refused_with_everything_wrong() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/goods.json");
    let whole = std::fs::read_to_string(path).unwrap();
    assert!(Template::parse(&whole).is_ok());
    for (from, to, expected) in [
        ("{{delivery_place}}", "{{nowhere}}", "no field that can stand here"),
        ("{{late_delivery_rate}}", "{{late_delivery_rate|capitals}}", "only money has capitals"),
        ("{{late_delivery_rate}}", "{{late_delivery_rate|roman}}", "there is no form roman"),
        ("{{breach_cap}}", "{{breach_cap", "a slot is not closed"),
        ("{{late_delivery_rate}}", "{late_delivery_rate}", "stray braces"),
        ("{{late_delivery_rate}}", "{{breach_special}}", "may be empty when this is printed"),
        ("{\"is\": [\"dispute_way\", \"court\"]}", "{\"is\": [\"dispute_way\", \"duel\"]}", "which cannot be"),
        ("{\"filled\": \"breach_special\"}", "{\"filled\": \"nothing\"}", "which is no field"),
        ("\"default\": 10,", "\"default\": \"ten\",", "its default is refused"),
        ("\"terms\": [\"quantity\"]", "\"terms\": []", "no field serves the term 数量"),
        ("\"section\": \"01\"", "\"section\": \"99\"", "there is no section 99"),
    ] {
        assert!(whole.contains(from), "{from}");
        match Template::parse(&whole.replace(from, to)) {
            Err(TemplateError::Invalid(wrong)) => {
                assert!(wrong.iter().any(|one| one.contains(expected)), "{expected}: {wrong:?}");
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
    assert!(matches!(Template::parse("{}"), Err(TemplateError::Format(_))));
    assert!(matches!(Template::parse(&whole.replace("\"version\"", "\"verzion\"")), Err(TemplateError::Format(_))));
}
