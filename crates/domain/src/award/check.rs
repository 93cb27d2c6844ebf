//! The whole check of an award, part by part.

use super::fault::{Fault, Faults, Problem};
use super::items::{self, Line};
use super::json::{self, Json};
use super::model::{
    Agency, Award, AwardNotice, Category, Item, Lot, Order, OrganisationSize, Party, PaymentStage, PerformanceBond,
    Period, Pricing, Project, Terms,
};
use super::read::{Members, Reader};
use crate::calendar::Date;
use crate::law::RuleTables;
use crate::quantity::Decimal;

/// Bytes that an award may have.
pub const MAX_AWARD_BYTES: usize = 1 << 20;
/// Lines that an award may have.
pub const MAX_ITEMS: usize = 2_000;
/// Suppliers (members of a consortium) that an award may have; with the purchaser they fill the signature pages.
pub const MAX_SUPPLIERS: usize = 15;
const MAX_LOTS: usize = 100;
const MAX_PAYMENT_STAGES: usize = 60;

/// What a contract of a profile grows from; the word in profile files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartsFrom {
    /// A confirmed order of a mall: `order` is required.
    Order,
    /// A lot with its award notice: `award_notice` is required.
    Lot,
}

/// A flow profile as far as awards are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownProfile {
    /// The profile's name: `jiaozuo`.
    pub name: String,
    /// What its contracts grow from.
    pub starts_from: StartsFrom,
}

/// What a check depends on besides the file.
pub struct CheckContext<'a> {
    /// The profiles of this installation.
    pub profiles: &'a [KnownProfile],
    /// The law's numbers.
    pub rules: &'a RuleTables,
    /// The day of the check, in China.
    pub today: Date,
    /// The characters of a text that no bundled font can print.
    pub unprintable: &'a dyn Fn(&str) -> Vec<char>,
}

/// An award that passed, and what was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The award.
    pub award: Award,
    /// Paths of members that this version does not know; they are not part of the award, and the pusher is told.
    pub ignored: Vec<String>,
}

/// Reads and checks a pushed award (`yinxin.award/1`, JSON in UTF-8).
///
/// # Errors
/// All faults, in the order in which they were met; never empty.
pub fn check(bytes: &[u8], context: &CheckContext<'_>) -> Result<Checked, Vec<Fault>> {
    if bytes.len() > MAX_AWARD_BYTES {
        return Err(vec![Problem::TooLarge { limit: MAX_AWARD_BYTES }.at("")]);
    }
    let tree = json::parse(bytes).map_err(|problem| vec![problem.at("")])?;
    let mut reader = Reader { faults: Faults::default(), ignored: Vec::new(), unprintable: context.unprintable };
    let award = read_award(&mut reader, &tree, context);
    let faults = reader.faults.into_vec();
    match award {
        Some(award) if faults.is_empty() => Ok(Checked { award, ignored: reader.ignored }),
        _ => Err(faults),
    }
}

/// Every part is read, whether or not an earlier one failed; only the last lines need all of them.
fn read_award(reader: &mut Reader<'_>, tree: &Json, context: &CheckContext<'_>) -> Option<Award> {
    let top = reader.object(
        tree,
        String::new(),
        &[
            "schema",
            "profile",
            "project",
            "lots",
            "order",
            "award_notice",
            "purchaser",
            "suppliers",
            "agency",
            "pricing",
            "amount",
            "currency",
            "items",
            "terms",
        ],
    )?;
    if let Some(schema) = reader.required(&top, "schema")
        && *schema != Json::Text("yinxin.award/1".to_owned())
    {
        reader.faults.push("schema", Problem::UnknownSchema);
    }
    let profile = reader.required_text(&top, "profile", 64);
    let known = profile.as_ref().and_then(|name| context.profiles.iter().find(|known| known.name == *name));
    if profile.is_some() && known.is_none() {
        let known: Vec<&str> = context.profiles.iter().map(|known| known.name.as_str()).collect();
        reader.faults.push("profile", Problem::UnknownProfile { known: known.join("、") });
    }
    let project = reader.required(&top, "project").and_then(|json| read_project(reader, json));
    let lots = read_lots(reader, &top);
    let order = top.get("order").and_then(|json| read_order(reader, json, context.today));
    let award_notice = top.get("award_notice").and_then(|json| read_notice(reader, json, context.today));
    match known.map(|known| known.starts_from) {
        Some(StartsFrom::Order) if top.get("order").is_none() => reader.faults.push("order", Problem::OrderMissing),
        Some(StartsFrom::Lot) if top.get("award_notice").is_none() => {
            reader.faults.push("award_notice", Problem::NoticeMissing);
        }
        _ => {}
    }
    let purchaser = reader
        .required(&top, "purchaser")
        .and_then(|json| read_party(reader, json, "purchaser".to_owned(), "purchaser"));
    let suppliers = read_suppliers(reader, &top, purchaser.as_ref());
    let agency = top.get("agency").and_then(|json| read_agency(reader, json));
    if reader.word(&top, "currency", &["CNY"], &[()]).is_none()
        && matches!(top.get("currency"), Some(Json::Text(text)) if text.is_empty())
    {
        reader.faults.push("currency", Problem::EmptyText);
    }
    let pricing = match top.get("pricing") {
        None => Some(Pricing::Total),
        Some(json) => read_pricing(reader, json),
    };
    let amount = reader.required(&top, "amount").and_then(|_| reader.money(&top, "amount"));
    if matches!(top.get("amount"), Some(Json::Text(text)) if text.is_empty()) {
        reader.faults.push("amount", Problem::EmptyText);
    }
    match (amount, &pricing) {
        (Some(amount), Some(Pricing::Discount { ceiling, .. })) if amount > *ceiling && ceiling.fen() > 0 => {
            reader.faults.push("amount", Problem::AboveCeiling { ceiling: ceiling.to_decimal() });
        }
        // Under a discount the ceiling carries the price; elsewhere a contract for nothing is a mistake.
        (Some(amount), Some(Pricing::Total | Pricing::Unit | Pricing::Measured)) if amount.fen() == 0 => {
            reader.faults.push("amount", Problem::AmountZero);
        }
        _ => {}
    }
    if let Some(amount) = amount
        && let Some(amounts) = lots.iter().map(|lot| lot.amount).collect::<Option<Vec<_>>>()
        && !amounts.is_empty()
        && items::sum(&amounts) != Some(amount)
    {
        let expected = items::sum(&amounts).map_or_else(|| "?".to_owned(), |sum| sum.to_decimal());
        reader.faults.push("lots", Problem::LotSum { expected });
    }
    let lines = read_items(reader, &top, &lots);
    let items = match &pricing {
        Some(pricing) => items::arrange(lines, pricing, amount, &mut reader.faults),
        None => Vec::new(),
    };
    let noticed_on = award_notice.as_ref().map_or(context.today, |notice: &AwardNotice| notice.issued_on);
    let bond_max = context.rules.in_force(noticed_on).performance_bond_max;
    let terms = match top.get("terms") {
        None => Some(Terms::default()),
        Some(json) => read_terms(reader, json, bond_max),
    };
    Some(Award {
        profile: profile?,
        project: project?,
        lots,
        order,
        award_notice,
        purchaser: purchaser?,
        suppliers,
        agency,
        pricing: pricing?,
        amount: amount?,
        items,
        terms: terms?,
    })
}

fn read_project(reader: &mut Reader<'_>, json: &Json) -> Option<Project> {
    let members = reader.object(
        json,
        "project".to_owned(),
        &["code", "name", "method", "category", "plan_code", "secret", "sme_reserved"],
    )?;
    let code = reader.required_text(&members, "code", 100);
    let name = reader.required_text(&members, "name", 200);
    let method = reader.text(&members, "method", 50);
    reader.required(&members, "category");
    let category = reader.word(
        &members,
        "category",
        &["goods", "services", "works"],
        &[Category::Goods, Category::Services, Category::Works],
    );
    let plan_code = reader.text(&members, "plan_code", 100);
    if reader.boolean(&members, "secret") == Some(true) {
        reader.faults.push("project.secret", Problem::SecretProject);
    }
    let sme_reserved = reader.boolean(&members, "sme_reserved").unwrap_or(false);
    if matches!(members.get("category"), Some(Json::Text(text)) if text.is_empty()) {
        reader.faults.push("project.category", Problem::EmptyText);
    }
    Some(Project { code: code?, name: name?, method, category: category?, plan_code, sme_reserved })
}

fn read_lots(reader: &mut Reader<'_>, top: &Members<'_>) -> Vec<Lot> {
    let mut lots: Vec<Lot> = Vec::new();
    for (path, json) in reader.array(top, "lots", MAX_LOTS) {
        let Some(members) = reader.object(json, path.clone(), &["code", "name", "amount"]) else { continue };
        let code = reader.required_text(&members, "code", 100);
        let name = reader.text(&members, "name", 200);
        let amount = reader.money(&members, "amount");
        let Some(code) = code else { continue };
        if let Some(first) = lots.iter().position(|lot| lot.code == code) {
            reader.faults.push(format!("{path}.code"), Problem::DuplicateLot { first });
        }
        lots.push(Lot { code, name, amount });
    }
    lots
}

fn read_order(reader: &mut Reader<'_>, json: &Json, today: Date) -> Option<Order> {
    let members = reader.object(json, "order".to_owned(), &["code", "confirmed_on"])?;
    let code = reader.required_text(&members, "code", 100);
    let confirmed_on = reader.required_date(&members, "confirmed_on");
    not_in_future(reader, "order.confirmed_on", confirmed_on, today);
    Some(Order { code: code?, confirmed_on: confirmed_on? })
}

fn read_notice(reader: &mut Reader<'_>, json: &Json, today: Date) -> Option<AwardNotice> {
    let members = reader.object(json, "award_notice".to_owned(), &["issued_on", "delivered_on", "number"])?;
    let issued_on = reader.required_date(&members, "issued_on");
    let delivered_on = reader.date(&members, "delivered_on");
    let number = reader.text(&members, "number", 100);
    not_in_future(reader, "award_notice.issued_on", issued_on, today);
    not_in_future(reader, "award_notice.delivered_on", delivered_on, today);
    if let (Some(issued), Some(delivered)) = (issued_on, delivered_on)
        && delivered < issued
    {
        let problem = Problem::Before { path: "award_notice.issued_on", date: issued.to_string() };
        reader.faults.push("award_notice.delivered_on", problem);
    }
    Some(AwardNotice { issued_on: issued_on?, delivered_on, number })
}

/// What has happened cannot lie ahead; one day is left for systems whose clocks differ around midnight.
fn not_in_future(reader: &mut Reader<'_>, path: &str, date: Option<Date>, today: Date) {
    if date.is_some_and(|date| date > today.plus_days(1)) {
        reader.faults.push(path, Problem::InFuture { today: today.to_string() });
    }
}

fn read_party(reader: &mut Reader<'_>, json: &Json, path: String, side: &'static str) -> Option<Party> {
    let members = reader.object(
        json,
        path,
        &["name", "uscc", "address", "kind", "size", "bank", "account", "legal_representative", "contact", "phone"],
    )?;
    let name = reader.party_name(&members);
    let uscc = reader.required_text(&members, "uscc", 64).and_then(|_| reader.uscc(&members, "uscc"));
    let address = reader.text(&members, "address", 300);
    if let Some(kind) = reader.text(&members, "kind", 50)
        && kind != side
    {
        reader.faults.push(members.path("kind"), Problem::WrongSide { expected: side });
    }
    let size = reader.word(
        &members,
        "size",
        &["large", "medium", "small", "micro"],
        &[OrganisationSize::Large, OrganisationSize::Medium, OrganisationSize::Small, OrganisationSize::Micro],
    );
    let bank = reader.text(&members, "bank", 200);
    let account = reader.text(&members, "account", 64);
    let legal_representative = reader.text(&members, "legal_representative", 100);
    let contact = reader.text(&members, "contact", 100);
    let phone = reader.text(&members, "phone", 50);
    Some(Party { name: name?, uscc: uscc?, address, size, bank, account, legal_representative, contact, phone })
}

fn read_suppliers(reader: &mut Reader<'_>, top: &Members<'_>, purchaser: Option<&Party>) -> Vec<Party> {
    let Some(json) = reader.required(top, "suppliers") else { return Vec::new() };
    if matches!(json, Json::Array(elements) if elements.is_empty()) {
        reader.faults.push("suppliers", Problem::TooFew { least: 1 });
    }
    let mut suppliers: Vec<(usize, Party)> = Vec::new();
    for (index, (path, json)) in reader.array(top, "suppliers", MAX_SUPPLIERS).into_iter().enumerate() {
        let Some(supplier) = read_party(reader, json, path.clone(), "supplier") else { continue };
        let same = |other: &Party| other.uscc == supplier.uscc || other.name == supplier.name;
        if purchaser.is_some_and(same) {
            reader.faults.push(path.clone(), Problem::SamePartyOnBothSides);
        }
        if let Some((first, _)) = suppliers.iter().find(|(_, earlier)| same(earlier)) {
            reader.faults.push(path, Problem::DuplicateSupplier { first: *first });
        }
        suppliers.push((index, supplier));
    }
    suppliers.into_iter().map(|(_, supplier)| supplier).collect()
}

fn read_agency(reader: &mut Reader<'_>, json: &Json) -> Option<Agency> {
    let members = reader.object(json, "agency".to_owned(), &["name", "uscc", "address", "contact", "phone"])?;
    let name = reader.party_name(&members);
    let uscc = reader.uscc(&members, "uscc");
    Some(Agency { name: name?, uscc })
}

fn read_pricing(reader: &mut Reader<'_>, json: &Json) -> Option<Pricing> {
    #[derive(Clone, Copy)]
    enum Kind {
        Total,
        Unit,
        Discount,
        Measured,
    }
    let members = reader.object(json, "pricing".to_owned(), &["kind", "ceiling", "rate", "discount_rate"])?;
    reader.required(&members, "kind");
    let kind = reader.word(
        &members,
        "kind",
        &["total", "unit", "discount", "measured"],
        &[Kind::Total, Kind::Unit, Kind::Discount, Kind::Measured],
    );
    if matches!(members.get("kind"), Some(Json::Text(text)) if text.is_empty()) {
        reader.faults.push("pricing.kind", Problem::EmptyText);
    }
    let ceiling = reader.money(&members, "ceiling");
    let rate = reader.ratio(&members, "rate");
    // Trading systems write either name.
    let discount_rate = reader.ratio(&members, "discount_rate");
    if rate.is_some() && discount_rate.is_some() {
        reader.faults.push("pricing.discount_rate", Problem::BothSpellings { other: "rate" });
    }
    match kind? {
        Kind::Total => Some(Pricing::Total),
        Kind::Unit => Some(Pricing::Unit),
        Kind::Measured => Some(Pricing::Measured),
        Kind::Discount => {
            match members.get("ceiling") {
                None => reader.faults.push("pricing.ceiling", Problem::Missing),
                Some(Json::Text(text)) if text.is_empty() => {
                    reader.faults.push("pricing.ceiling", Problem::EmptyText);
                }
                Some(_) if ceiling.is_some_and(|ceiling| ceiling.fen() == 0) => {
                    reader.faults.push("pricing.ceiling", Problem::AmountZero);
                }
                Some(_) => {}
            }
            Some(Pricing::Discount { ceiling: ceiling?, rate: rate.or(discount_rate) })
        }
    }
}

fn read_items(reader: &mut Reader<'_>, top: &Members<'_>, lots: &[Lot]) -> Vec<Line> {
    let mut lines = Vec::new();
    for (index, (path, json)) in reader.array(top, "items", MAX_ITEMS).into_iter().enumerate() {
        match read_item(reader, json, path, lots, index) {
            Some(line) => lines.push(line),
            // Sums and parents of a list with holes would only repeat the fault already noted.
            None => return Vec::new(),
        }
    }
    lines
}

fn read_item(reader: &mut Reader<'_>, json: &Json, path: String, lots: &[Lot], index: usize) -> Option<Line> {
    let members = reader.object(
        json,
        path,
        &[
            "no",
            "name",
            "catalogue",
            "brand",
            "spec",
            "unit",
            "quantity",
            "unit_price",
            "amount",
            "pricing",
            "note",
            "lot",
            "group",
            "parent",
        ],
    )?;
    let no = reader.required_text(&members, "no", 30);
    let name = reader.required_text(&members, "name", 200);
    let catalogue = reader.text(&members, "catalogue", 50);
    let brand = reader.text(&members, "brand", 100);
    let spec = reader.text(&members, "spec", 1_000);
    let unit = reader.text(&members, "unit", 20);
    let quantity = reader.decimal(&members, "quantity");
    let unit_price = reader.decimal(&members, "unit_price");
    let amount = reader.money(&members, "amount");
    let pricing = reader.text(&members, "pricing", 30);
    let note = reader.text(&members, "note", 500);
    let lot = reader.text(&members, "lot", 100);
    if let Some(lot) = &lot
        && !lots.iter().any(|known| known.code == *lot)
    {
        reader.faults.push(members.path("lot"), Problem::UnknownLot);
    }
    let is_group = reader.boolean(&members, "group").unwrap_or(false);
    let parent = reader.text(&members, "parent", 30);
    // A number that was given but could not be read has left its fault; the line's sum is not judged as well.
    let given = |name: &str| members.get(name).is_some_and(|json| *json != Json::Text(String::new()));
    let numbers_read = given("quantity") == quantity.is_some()
        && given("unit_price") == unit_price.is_some()
        && given("amount") == amount.is_some();
    let item = Item {
        // A line without number or name has left its fault too, and still takes part in the sums.
        no: no.unwrap_or_else(|| format!("\u{0}{index}")),
        name: name.unwrap_or_default(),
        catalogue,
        brand,
        spec,
        unit,
        quantity,
        unit_price,
        amount,
        measured: matches!(pricing.as_deref(), Some("按实结算" | "measured")),
        note,
        lot,
        depth: 0,
        is_group,
    };
    Some(Line { item, parent, index, numbers_read })
}

fn read_terms(reader: &mut Reader<'_>, json: &Json, bond_max: Decimal) -> Option<Terms> {
    let members = reader.object(
        json,
        "terms".to_owned(),
        &["delivery_days", "period", "delivery_place", "warranty_months", "performance_bond", "payment"],
    )?;
    let delivery_days = reader.count(&members, "delivery_days", 3_660);
    let period = members.get("period").and_then(|json| read_period(reader, json));
    let delivery_place = reader.text(&members, "delivery_place", 300);
    let warranty_months = reader.count(&members, "warranty_months", 600);
    let performance_bond = members.get("performance_bond").and_then(|json| read_bond(reader, json, bond_max));
    let payment = read_payment(reader, &members);
    Some(Terms { delivery_days, period, delivery_place, warranty_months, performance_bond, payment })
}

fn read_period(reader: &mut Reader<'_>, json: &Json) -> Option<Period> {
    let members = reader.object(json, "terms.period".to_owned(), &["from", "to"])?;
    let from = reader.required_date(&members, "from");
    let to = reader.required_date(&members, "to");
    let (from, to) = (from?, to?);
    if to < from {
        reader.faults.push("terms.period.to", Problem::Before { path: "terms.period.from", date: from.to_string() });
    }
    Some(Period { from, to })
}

fn read_bond(reader: &mut Reader<'_>, json: &Json, most: Decimal) -> Option<PerformanceBond> {
    let members = reader.object(json, "terms.performance_bond".to_owned(), &["ratio", "form"])?;
    let ratio = reader.required(&members, "ratio").and_then(|_| reader.ratio(&members, "ratio"));
    let form = reader.text(&members, "form", 100);
    if matches!(members.get("ratio"), Some(Json::Text(text)) if text.is_empty()) {
        reader.faults.push("terms.performance_bond.ratio", Problem::EmptyText);
    }
    let ratio = ratio?;
    if ratio > most {
        reader.faults.push("terms.performance_bond.ratio", Problem::BondTooHigh { most: most.to_percent() });
    }
    Some(PerformanceBond { ratio, form })
}

fn read_payment(reader: &mut Reader<'_>, terms: &Members<'_>) -> Vec<PaymentStage> {
    let mut stages = Vec::new();
    let mut complete = true;
    for (path, json) in reader.array(terms, "payment", MAX_PAYMENT_STAGES) {
        let Some(members) = reader.object(json, path, &["stage", "ratio"]) else {
            complete = false;
            continue;
        };
        let stage = reader.required_text(&members, "stage", 200);
        let ratio = reader.required(&members, "ratio").and_then(|_| reader.ratio(&members, "ratio"));
        if matches!(members.get("ratio"), Some(Json::Text(text)) if text.is_empty()) {
            reader.faults.push(members.path("ratio"), Problem::EmptyText);
        }
        match (stage, ratio) {
            (Some(stage), Some(ratio)) => stages.push(PaymentStage { stage, ratio }),
            _ => complete = false,
        }
    }
    let sum: i64 = stages.iter().map(|stage| stage.ratio.millionths()).sum();
    if complete && !stages.is_empty() && sum != Decimal::ONE.millionths() {
        reader.faults.push("terms.payment", Problem::RatioSum { sum: Decimal::from_millionths(sum).to_percent() });
    }
    stages
}
