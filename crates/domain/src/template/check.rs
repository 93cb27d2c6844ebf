//! Is everything there, and does it say what was awarded?

use super::fill::{awarded, form, holds};
use super::source::AwardValue;
use super::spec::{Change, ColumnKind, Field, LegalTerm, Source, Template};
use super::value::{FieldValue, Fields};
use crate::award::Award;
use crate::quantity::Decimal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Something that a contract must say and the draft does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The field to fill; `None` if any of several would do.
    pub field: Option<String>,
    /// The legal term that is missing with it.
    pub term: Option<LegalTerm>,
    /// The stable code: `draft.field_missing` or `draft.term_missing`.
    pub code: Cow<'static, str>,
    /// What to do, in Chinese.
    pub message_zh: String,
    /// What to do, in English.
    pub message_en: String,
}

/// What is missing before a draft can be sent: required fields without value, and legal terms that no filled field
/// serves (Civil Code art. 470; 财政部令第87号 art. 72).
pub fn check_complete(template: &Template, award: &Award, fields: &Fields) -> Vec<Missing> {
    let mut missing = Vec::new();
    let form = form(template, award);
    for entry in &form {
        let field = entry.field;
        if field.required && holds(field.when.as_ref(), fields, award) && !fields.contains_key(&entry.id) {
            let whose = entry.party.map_or_else(String::new, |party| format!("（{}）", party.party.name));
            missing.push(Missing {
                field: Some(entry.id.clone()),
                term: field.terms.first().copied(),
                code: Cow::Borrowed("draft.field_missing"),
                message_zh: format!("请填写“{}”{whose}", field.label_zh),
                message_en: format!("fill in {}{whose}", field.label_en),
            });
        }
    }
    for term in LegalTerm::ALL {
        let served = form.iter().any(|entry| entry.field.terms.contains(&term) && fields.contains_key(&entry.id));
        let said = missing.iter().any(|one| one.term == Some(term));
        if !served && !said {
            missing.push(Missing {
                field: None,
                term: Some(term),
                code: Cow::Borrowed("draft.term_missing"),
                message_zh: format!("合同缺少必备条款：{}（民法典第四百七十条、政府采购规定）", term.label_zh()),
                message_en: format!("the contract lacks a necessary term: {}", term.label_en()),
            });
        }
    }
    missing
}

/// How much a departure weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviationLevel {
    /// The contract may not be sent.
    Hard,
    /// People are told (S0-005).
    Warn,
}

/// Where a draft departs from the award or contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    /// The field.
    pub field: String,
    /// How much it weighs.
    pub level: DeviationLevel,
    /// The stable code: `deviation.amount_above_award`, `deviation.amount_below_award`, `deviation.changed`,
    /// `deviation.payment_ratio_sum`, `deviation.period_reversed`.
    pub code: Cow<'static, str>,
    /// What the award says, as printed.
    pub awarded: Option<String>,
    /// What the draft says, as printed.
    pub drafted: Option<String>,
    /// What it means, in Chinese.
    pub message_zh: String,
    /// What it means, in English.
    pub message_en: String,
}

/// Compares a draft with its award (S0-004, S0-005; 政府采购法 art. 46: a contract follows the procurement documents and
/// the result): more money than awarded blocks, less warns; what is locked blocks, what may change warns.
pub fn deviations(template: &Template, award: &Award, fields: &Fields) -> Vec<Deviation> {
    let mut found = Vec::new();
    for entry in form(template, award) {
        let (field, id) = (entry.field, &entry.id);
        let drafted = fields.get(id);
        if let Some(FieldValue::Table(rows)) = drafted {
            found.extend(wrong_ratio_sum(field, id, rows));
        }
        let Some(awarded) = awarded(&entry, award) else { continue };
        if drafted == Some(&awarded) || field.change == Change::Free {
            continue;
        }
        let (level, code, zh, en) = match (&awarded, drafted, field.source) {
            (FieldValue::Money(awarded), Some(FieldValue::Money(drafted)), Source::Award(AwardValue::Amount)) => {
                if drafted > awarded {
                    let zh = "合同金额高于中标（成交）金额，不得签订";
                    (DeviationLevel::Hard, "deviation.amount_above_award", zh, "the amount exceeds the award")
                } else {
                    let zh = "合同金额低于中标（成交）金额，请确认";
                    (DeviationLevel::Warn, "deviation.amount_below_award", zh, "the amount is below the award")
                }
            }
            _ if field.change == Change::Locked => {
                let zh = "与中标（成交）结果不一致，不得签订";
                (DeviationLevel::Hard, "deviation.changed", zh, "it departs from the award, which is not allowed")
            }
            _ => {
                let zh = "与中标（成交）结果不一致，请确认";
                (DeviationLevel::Warn, "deviation.changed", zh, "it departs from the award")
            }
        };
        found.push(Deviation {
            field: id.clone(),
            level,
            code: Cow::Borrowed(code),
            awarded: Some(awarded.print(field)),
            drafted: drafted.map(|value| value.print(field)),
            message_zh: format!("{}：{zh}", field.label_zh),
            message_en: format!("{}: {en}", field.label_en),
        });
    }
    found.extend(reversed_period(template, fields));
    found
}

fn wrong_ratio_sum(field: &Field, id: &str, rows: &[Vec<String>]) -> Option<Deviation> {
    let column = field.columns.iter().position(|column| column.kind == ColumnKind::RatioOfAmount)?;
    let sum = rows
        .iter()
        .filter_map(|row| Decimal::parse(row.get(column)?).ok())
        .fold(0i64, |sum, ratio| sum.saturating_add(ratio.millionths()));
    if sum == Decimal::ONE.millionths() {
        return None;
    }
    let sum = Decimal::from_millionths(sum).to_percent();
    Some(Deviation {
        field: id.to_owned(),
        level: DeviationLevel::Hard,
        code: Cow::Borrowed("deviation.payment_ratio_sum"),
        awarded: None,
        drafted: Some(sum.clone()),
        message_zh: format!("{}：各期比例合计为 {sum}，应为 100%", field.label_zh),
        message_en: format!("{}: the shares make {sum}, not 100%", field.label_en),
    })
}

/// The period of performance ends before it begins.
fn reversed_period(template: &Template, fields: &Fields) -> Option<Deviation> {
    let by_source = |wanted: AwardValue| {
        let field = template.fields.iter().find(|field| field.source == Source::Award(wanted))?;
        match fields.get(&field.id) {
            Some(FieldValue::Date(date)) => Some((field, *date)),
            _ => None,
        }
    };
    let ((_, from), (field, to)) = (by_source(AwardValue::PeriodFrom)?, by_source(AwardValue::PeriodTo)?);
    (to < from).then(|| Deviation {
        field: field.id.clone(),
        level: DeviationLevel::Hard,
        code: Cow::Borrowed("deviation.period_reversed"),
        awarded: None,
        drafted: Some(to.to_chinese()),
        message_zh: format!("{}：早于开始日期", field.label_zh),
        message_en: format!("{}: it lies before the first day", field.label_en),
    })
}
