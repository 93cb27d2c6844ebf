//! Values of fields: typed, checked when they enter, in JSON as people's programs write them.

use super::spec::{ColumnKind, Field, FieldKind};
use crate::calendar::Date;
use crate::money::Money;
use crate::quantity::Decimal;
use crate::text::{is_invisible, name_characters};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Characters of a text field.
pub(super) const TEXT_LIMIT: usize = 300;
/// Characters of a long text field.
pub(super) const LONG_TEXT_LIMIT: usize = 4_000;
/// Rows that a table field may have.
pub const MAX_FIELD_ROWS: usize = 60;

/// The value of a field. In JSON: a text or choice is a string, an amount the integer number of 分, a day
/// `YYYY-MM-DD`, an integer a number, a ratio a decimal string (`"0.05"`), a table an array of rows of strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// Words, short or long.
    Text(String),
    /// An amount.
    Money(Money),
    /// A day.
    Date(Date),
    /// A whole number.
    Integer(i64),
    /// The value of a choice.
    Choice(String),
    /// A share.
    Ratio(Decimal),
    /// Rows of cells.
    Table(Vec<Vec<String>>),
}

/// The values of a draft by field id; what is empty is absent.
pub type Fields = BTreeMap<String, FieldValue>;

/// What is wrong with an entered value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFault {
    /// The field's id.
    pub field: String,
    /// The stable code: `field.too_long`.
    pub code: Cow<'static, str>,
    /// What is wrong and what to do, in Chinese.
    pub message_zh: String,
    /// What is wrong and what to do, in English.
    pub message_en: String,
}

impl FieldFault {
    pub(super) fn new(
        field: &str,
        code: &'static str,
        message_zh: impl Into<String>,
        message_en: impl Into<String>,
    ) -> Self {
        Self {
            field: field.to_owned(),
            code: Cow::Borrowed(code),
            message_zh: message_zh.into(),
            message_en: message_en.into(),
        }
    }
}

impl FieldValue {
    /// Reads the JSON form of a value for a field; `id` is the field's name in the form (`B.bank`).
    ///
    /// # Errors
    /// [`FieldFault`] saying what is wrong; a character that cannot be printed is named.
    pub(super) fn parse(
        field: &Field,
        id: &str,
        json: &Value,
        unprintable: &dyn Fn(&str) -> Vec<char>,
    ) -> Result<Self, FieldFault> {
        let wrong_type = |zh: &str, en: &str| {
            FieldFault::new(
                id,
                "field.wrong_type",
                format!("“{}”应填{zh}", field.label_zh),
                format!("{} takes {en}", field.label_en),
            )
        };
        let text = |json: &Value, zh: &str, en: &str| match json {
            Value::String(text) => Ok(text.trim().to_owned()),
            _ => Err(wrong_type(zh, en)),
        };
        match field.kind {
            FieldKind::Text | FieldKind::LongText => {
                let text = text(json, "文字", "a text")?;
                check_text(field, id, &text, field.limit(), field.kind == FieldKind::LongText, unprintable)?;
                Ok(Self::Text(text))
            }
            FieldKind::Money => {
                let fen = json.as_i64().ok_or_else(|| wrong_type("以分为单位的整数金额", "an amount in whole 分"))?;
                Money::from_fen(fen).map(Self::Money).map_err(|error| {
                    FieldFault::new(id, error.code(), "金额不能为负，也不能超过十万亿元", error.to_string())
                })
            }
            FieldKind::Date => {
                let text = text(json, "日期 YYYY-MM-DD", "a day YYYY-MM-DD")?;
                Date::parse(&text).map(Self::Date).map_err(|error| {
                    FieldFault::new(id, error.code(), "日期应写成 YYYY-MM-DD，且真实存在", error.to_string())
                })
            }
            FieldKind::Integer => {
                let number = json.as_i64().ok_or_else(|| wrong_type("整数", "a whole number"))?;
                let (min, max) = (field.min.unwrap_or(0), field.max.unwrap_or(i64::from(u32::MAX)));
                if number < min || number > max {
                    return Err(FieldFault::new(
                        id,
                        "field.number_range",
                        format!("“{}”应在 {min} 到 {max} 之间", field.label_zh),
                        format!("{} lies between {min} and {max}", field.label_en),
                    ));
                }
                Ok(Self::Integer(number))
            }
            FieldKind::Choice => {
                let value = text(json, "选项之一", "one of its choices")?;
                if field.choice_label(&value).is_none() {
                    let allowed: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
                    return Err(FieldFault::new(
                        id,
                        "field.unknown_choice",
                        format!("“{}”没有这个选项，可选：{}", field.label_zh, allowed.join("、")),
                        format!("{} has no such choice; choose one of {}", field.label_en, allowed.join(", ")),
                    ));
                }
                Ok(Self::Choice(value))
            }
            FieldKind::Ratio => {
                let text = text(json, "比例，如 \"0.05\"", "a share like \"0.05\"")?;
                let ratio = read_ratio(field, id, &text)?;
                let most = field.max_ratio.unwrap_or(Decimal::ONE);
                if ratio > most {
                    return Err(FieldFault::new(
                        id,
                        "field.ratio_range",
                        format!("“{}”不得超过 {}", field.label_zh, most.to_percent()),
                        format!("{} is at most {}", field.label_en, most.to_percent()),
                    ));
                }
                Ok(Self::Ratio(ratio))
            }
            FieldKind::Table => parse_table(field, id, json, unprintable),
        }
    }

    /// Whether nothing is there: no characters, no rows.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) | Self::Choice(text) => text.is_empty(),
            Self::Table(rows) => rows.is_empty(),
            Self::Money(_) | Self::Date(_) | Self::Integer(_) | Self::Ratio(_) => false,
        }
    }

    /// How it is printed.
    pub(super) fn print(&self, field: &Field) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Money(money) => format!("￥{money}"),
            Self::Date(date) => date.to_chinese(),
            Self::Integer(number) => number.to_string(),
            Self::Choice(value) => field.choice_label(value).unwrap_or(value).to_owned(),
            Self::Ratio(ratio) => ratio.to_percent(),
            Self::Table(rows) => rows.iter().map(|row| row.join(" ")).collect::<Vec<_>>().join("；"),
        }
    }
}

fn parse_table(
    field: &Field,
    id: &str,
    json: &Value,
    unprintable: &dyn Fn(&str) -> Vec<char>,
) -> Result<FieldValue, FieldFault> {
    let wrong = || {
        let heads: Vec<&str> = field.columns.iter().map(|column| column.label_zh.as_str()).collect();
        FieldFault::new(
            id,
            "field.wrong_type",
            format!("“{}”应为若干行，每行依次为：{}", field.label_zh, heads.join("、")),
            format!("{} takes rows of {} texts", field.label_en, field.columns.len()),
        )
    };
    let rows = json.as_array().ok_or_else(wrong)?;
    if rows.len() > MAX_FIELD_ROWS {
        return Err(FieldFault::new(
            id,
            "field.too_many_rows",
            format!("“{}”最多 {MAX_FIELD_ROWS} 行", field.label_zh),
            format!("{} has at most {MAX_FIELD_ROWS} rows", field.label_en),
        ));
    }
    let mut table = Vec::with_capacity(rows.len());
    for row in rows {
        let cells = row.as_array().filter(|cells| cells.len() == field.columns.len()).ok_or_else(wrong)?;
        let mut read = Vec::with_capacity(cells.len());
        for (cell, column) in cells.iter().zip(&field.columns) {
            let text = cell.as_str().ok_or_else(wrong)?.trim();
            match column.kind {
                ColumnKind::Text => check_text(field, id, text, TEXT_LIMIT, false, unprintable)?,
                ColumnKind::RatioOfAmount if read_ratio(field, id, text)? > Decimal::ONE => return Err(wrong()),
                ColumnKind::RatioOfAmount => {}
            }
            read.push(text.to_owned());
        }
        table.push(read);
    }
    Ok(FieldValue::Table(table))
}

fn read_ratio(field: &Field, id: &str, text: &str) -> Result<Decimal, FieldFault> {
    Decimal::parse(text).map_err(|error| {
        FieldFault::new(
            id,
            error.code(),
            format!("“{}”中的比例应写成小数，如 0.05 表示 5%", field.label_zh),
            error.to_string(),
        )
    })
}

fn check_text(
    field: &Field,
    id: &str,
    text: &str,
    limit: usize,
    lines: bool,
    unprintable: &dyn Fn(&str) -> Vec<char>,
) -> Result<(), FieldFault> {
    let label = (&field.label_zh, &field.label_en);
    if text.chars().count() > limit {
        return Err(FieldFault::new(
            id,
            "field.too_long",
            format!("“{}”最多 {limit} 个字", label.0),
            format!("{} has at most {limit} characters", label.1),
        ));
    }
    if let Some(found) = text.chars().find(|character| is_invisible(*character) && !(lines && *character == '\n')) {
        let code = u32::from(found);
        return Err(FieldFault::new(
            id,
            "field.control_character",
            format!("“{}”含有控制字符或不可见字符 U+{code:04X}，请删除", label.0),
            format!("{} holds the control or invisible character U+{code:04X}; remove it", label.1),
        ));
    }
    let characters = unprintable(text);
    let characters: Vec<char> = characters.into_iter().filter(|character| *character != '\n').collect();
    if !characters.is_empty() {
        let named = name_characters(&characters);
        return Err(FieldFault::new(
            id,
            "field.unprintable",
            format!("“{}”含有无法印出的字符：{named}，请换用标准汉字", label.0),
            format!("{} holds characters that cannot be printed: {named}; use others", label.1),
        ));
    }
    Ok(())
}
