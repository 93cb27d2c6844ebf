//! From an award to a draft: parties, the form, first values, and what people change.

use super::spec::{Change, Condition, Fact, Field, FieldKind, Source, Template};
use super::value::{FieldFault, FieldValue, Fields};
use crate::award::{Award, Party, Pricing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The side on which a party stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 甲方, the purchaser.
    Purchaser,
    /// 乙方 and the other suppliers.
    Supplier,
}

/// A party with its key in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContractParty<'a> {
    /// `A` for the purchaser, `B`, `C` … for the suppliers in the award's order.
    pub key: char,
    /// The side.
    pub side: Side,
    /// The party as awarded.
    pub party: &'a Party,
}

/// The parties of the contract: the purchaser is A, the suppliers are B, C …
pub fn parties(award: &Award) -> Vec<ContractParty<'_>> {
    let purchaser = ContractParty { key: 'A', side: Side::Purchaser, party: &award.purchaser };
    let suppliers =
        ('B'..='Z').zip(&award.suppliers).map(|(key, party)| ContractParty { key, side: Side::Supplier, party });
    std::iter::once(purchaser).chain(suppliers).collect()
}

/// What the platform gives when a draft begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// The contract's number.
    pub contract_number: String,
}

/// A field of one draft's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField<'a> {
    /// The id by which its value is given: `delivery_days`, or `B.bank` for a party's field.
    pub id: String,
    /// The party it belongs to.
    pub party: Option<ContractParty<'a>>,
    /// The field of the template.
    pub field: &'a Field,
}

/// The fields of a draft in the order of the form; a party's field stands once for each party of its side.
pub fn form<'a>(template: &'a Template, award: &'a Award) -> Vec<FormField<'a>> {
    let parties = parties(award);
    let mut form = Vec::new();
    for field in &template.fields {
        match field.party {
            None => form.push(FormField { id: field.id.clone(), party: None, field }),
            Some(side) => form.extend(parties.iter().filter(|party| party.side == side).map(|party| FormField {
                id: format!("{}.{}", party.key, field.id),
                party: Some(*party),
                field,
            })),
        }
    }
    form
}

/// The first values of a draft: what the award and the platform know, else what the template proposes.
pub fn prefill(template: &Template, award: &Award, system: &System) -> Fields {
    let mut fields = Fields::new();
    for entry in form(template, award) {
        let known = given(&entry, award, system);
        let proposed = || {
            let default = entry.field.default.as_ref()?;
            // Validated when the template was read.
            FieldValue::parse(entry.field, &entry.id, default, &|_| Vec::new()).ok()
        };
        if let Some(value) = known.or_else(proposed) {
            fields.insert(entry.id, value);
        }
    }
    fields
}

/// What the source of a field gives.
fn given(entry: &FormField<'_>, award: &Award, system: &System) -> Option<FieldValue> {
    match entry.field.source {
        Source::Hand => None,
        Source::Award(value) => value.of(award, entry.party.map(|party| party.party)),
        Source::System(value) => Some(value.of(system)),
    }
}

/// What the award gives for a field.
pub(super) fn awarded(entry: &FormField<'_>, award: &Award) -> Option<FieldValue> {
    match entry.field.source {
        Source::Award(value) => value.of(award, entry.party.map(|party| party.party)),
        Source::Hand | Source::System(_) => None,
    }
}

/// Reads stored values back: the JSON object that serialising [`Fields`] gives. What was checked when it entered is not
/// checked against fonts again, and locked fields are read like all others.
///
/// # Errors
/// The faults, if the stored object is not of this template and award.
pub fn read_fields(template: &Template, award: &Award, stored: &Value) -> Result<Fields, Vec<FieldFault>> {
    let form = form(template, award);
    let mut fields = Fields::new();
    let mut faults = Vec::new();
    for (id, json) in stored.as_object().into_iter().flatten() {
        let Some(entry) = form.iter().find(|entry| entry.id == *id) else {
            faults.push(FieldFault::new(id, "field.unknown", "该范本没有这个字段", "the template has no such field"));
            continue;
        };
        // Words that came from the award may be longer than what people may enter.
        let value = match (entry.field.kind, json) {
            (FieldKind::Text | FieldKind::LongText, Value::String(text)) => Ok(FieldValue::Text(text.clone())),
            _ => FieldValue::parse(entry.field, id, json, &|_| Vec::new()),
        };
        match value {
            Ok(value) => {
                fields.insert(id.clone(), value);
            }
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(fields) } else { Err(faults) }
}

/// Takes what people entered: a JSON object of field ids and values (see [`FieldValue`]); `null` and empty texts clear
/// a field. Nothing changes unless everything is right.
///
/// # Errors
/// All faults: unknown fields, wrong values, fields that are locked.
pub fn merge(
    template: &Template,
    award: &Award,
    fields: &Fields,
    changes: &Map<String, Value>,
    unprintable: &dyn Fn(&str) -> Vec<char>,
) -> Result<Fields, Vec<FieldFault>> {
    let form = form(template, award);
    let mut merged = fields.clone();
    let mut faults = Vec::new();
    for (id, json) in changes {
        let Some(entry) = form.iter().find(|entry| entry.id == *id) else {
            // The name is the caller's: say so without repeating what may be long or hostile.
            let shown: String = id.chars().take(40).filter(|character| !character.is_control()).collect();
            faults.push(FieldFault::new(
                &shown,
                "field.unknown",
                "该范本没有这个字段，请核对字段名",
                "the template has no such field; check its name",
            ));
            continue;
        };
        if fields.get(id).is_some_and(|value| serde_json::to_value(value).is_ok_and(|same| same == *json)) {
            continue;
        }
        let value = match json {
            Value::Null => None,
            json => match FieldValue::parse(entry.field, id, json, unprintable) {
                Ok(value) => Some(value).filter(|value| !value.is_empty()),
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            },
        };
        if is_locked(entry, award) {
            faults.push(FieldFault::new(
                id,
                "field.locked",
                format!("“{}”来自中标（成交）结果，不能修改", entry.field.label_zh),
                format!("{} comes from the award and cannot be changed", entry.field.label_en),
            ));
            continue;
        }
        match value {
            Some(value) => merged.insert(id.clone(), value),
            None => merged.remove(id),
        };
    }
    if faults.is_empty() { Ok(merged) } else { Err(faults) }
}

/// Whether a field cannot be changed: it is locked, and its source has given a value.
fn is_locked(entry: &FormField<'_>, award: &Award) -> bool {
    entry.field.change == Change::Locked
        && match entry.field.source {
            Source::Hand => false,
            Source::Award(_) => awarded(entry, award).is_some(),
            Source::System(_) => true,
        }
}

/// Whether a condition holds for a draft.
pub(super) fn holds(condition: Option<&Condition>, fields: &Fields, award: &Award) -> bool {
    match condition {
        None => true,
        Some(Condition::Filled(id)) => fields.contains_key(id),
        Some(Condition::Empty(id)) => !fields.contains_key(id),
        Some(Condition::Is(id, value)) => {
            matches!(fields.get(id), Some(FieldValue::Choice(chosen)) if chosen == value)
        }
        Some(Condition::All(all)) => all.iter().all(|one| holds(Some(one), fields, award)),
        Some(Condition::Fact(fact)) => match fact {
            Fact::Consortium => award.suppliers.len() > 1,
            Fact::SingleSupplier => award.suppliers.len() == 1,
            Fact::FixedTotal => award.pricing == Pricing::Total,
            Fact::UnitPrices => award.pricing == Pricing::Unit,
            Fact::Discount => matches!(award.pricing, Pricing::Discount { .. }),
            Fact::Measured => award.pricing == Pricing::Measured,
            Fact::SmeReserved => award.project.sme_reserved,
            Fact::AmountDiffers => {
                matches!(fields.get("amount"), Some(FieldValue::Money(amount)) if *amount != award.amount)
            }
        },
    }
}
