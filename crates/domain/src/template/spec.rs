//! The data of a template.

use super::fill::Side;
use super::source::{AwardValue, SystemValue};
use super::value;
use crate::award::{Award, Category, StartsFrom};
use crate::quantity::Decimal;
use serde::{Deserialize, Serialize};

/// What a contract must say: the eight usual terms of Civil Code art. 470, and what procurement law adds
/// (财政部令第87号 art. 72, 财库〔2021〕22号 art. 23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegalTerm {
    /// 当事人的名称和住所.
    Parties,
    /// 标的.
    Object,
    /// 数量.
    Quantity,
    /// 质量.
    Quality,
    /// 价款或者报酬.
    Price,
    /// 履行期限、地点和方式.
    Performance,
    /// 违约责任.
    Breach,
    /// 解决争议的方法.
    Disputes,
    /// 资金支付 (procurement).
    Payment,
    /// 验收要求 (procurement).
    Acceptance,
}

impl LegalTerm {
    /// Every term, in the order of the law.
    pub const ALL: [Self; 10] = [
        Self::Parties,
        Self::Object,
        Self::Quantity,
        Self::Quality,
        Self::Price,
        Self::Performance,
        Self::Breach,
        Self::Disputes,
        Self::Payment,
        Self::Acceptance,
    ];

    /// The term's words.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::Parties => "当事人的名称和住所",
            Self::Object => "标的",
            Self::Quantity => "数量",
            Self::Quality => "质量",
            Self::Price => "价款或者报酬",
            Self::Performance => "履行期限、地点和方式",
            Self::Breach => "违约责任",
            Self::Disputes => "解决争议的方法",
            Self::Payment => "资金支付的方式和时间",
            Self::Acceptance => "验收要求",
        }
    }

    /// The term's words in English.
    pub const fn label_en(self) -> &'static str {
        match self {
            Self::Parties => "names and addresses of the parties",
            Self::Object => "object",
            Self::Quantity => "quantity",
            Self::Quality => "quality",
            Self::Price => "price",
            Self::Performance => "time, place and manner of performance",
            Self::Breach => "liability for breach",
            Self::Disputes => "settlement of disputes",
            Self::Payment => "manner and time of payment",
            Self::Acceptance => "acceptance",
        }
    }
}

/// A section of the form (S4-041).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// `01`, `02` …
    pub id: String,
    /// The heading in Chinese.
    pub label_zh: String,
    /// The heading in English.
    pub label_en: String,
}

/// What kind of value a field takes; see [`FieldValue`](super::FieldValue) for the JSON form of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line, at most 200 characters.
    Text,
    /// Paragraphs, at most 4,000 characters.
    LongText,
    /// An amount.
    Money,
    /// A day.
    Date,
    /// A whole number between `min` and `max`.
    Integer,
    /// One of `choices`.
    Choice,
    /// A share between 0 and 1, or `max_ratio`.
    Ratio,
    /// Rows with `columns`.
    Table,
}

/// One value of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// What is shown and printed.
    pub label_zh: String,
    /// What is shown in English.
    pub label_en: String,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// A share of the contract amount; all rows together make one, and the amounts are printed beside it.
    RatioOfAmount,
}

/// One column of a table field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The head.
    pub label_zh: String,
    /// The head in English.
    pub label_en: String,
    /// What the cells hold.
    pub kind: ColumnKind,
    /// The part of the printed width, 1 to 100.
    pub weight: u8,
}

/// Where the first value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// People enter it.
    #[default]
    Hand,
    /// The award.
    Award(AwardValue),
    /// The platform.
    System(SystemValue),
}

/// What happens when people change a value that came from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It may be changed.
    #[default]
    Free,
    /// It may be changed; a departure from the award is shown (S0-005).
    Warn,
    /// It cannot be changed when the award (or the platform) has given it.
    Locked,
}

/// A fact about the award that decides whether a part of the text is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Several suppliers sign together.
    Consortium,
    /// One supplier signs.
    SingleSupplier,
    /// The price is a fixed total.
    FixedTotal,
    /// Unit prices are fixed.
    UnitPrices,
    /// The price follows a discount under a ceiling.
    Discount,
    /// Work is measured.
    Measured,
    /// The project is reserved for small and medium enterprises.
    SmeReserved,
    /// The contract amount is not that of the award.
    AmountDiffers,
}

/// When a part of the text is printed, or a field asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The field has a value.
    Filled(String),
    /// The field has none.
    Empty(String),
    /// The choice field has this value.
    Is(String, String),
    /// The fact holds.
    Fact(Fact),
    /// All of them hold.
    All(Vec<Condition>),
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name in slots and in the interface, of a-z and _; in a draft a party's field is `B.bank`.
    pub id: String,
    /// The section it belongs to.
    pub section: String,
    /// Set if every party of that side has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Side>,
    /// The label in Chinese.
    pub label_zh: String,
    /// The label in English.
    pub label_en: String,
    /// The kind of value.
    pub kind: FieldKind,
    /// Whether it must be filled before sending (while `when` holds).
    #[serde(default)]
    pub required: bool,
    /// When the field is asked for; always if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// The legal terms it serves.
    #[serde(default)]
    pub terms: Vec<LegalTerm>,
    /// Where its first value comes from.
    #[serde(default)]
    pub source: Source,
    /// Whether that value may be changed.
    #[serde(default)]
    pub change: Change,
    /// What is proposed when the source gives nothing, in the JSON form of the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// The values of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The columns of a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The least whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The greatest whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// The greatest ratio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_ratio: Option<Decimal>,
}

/// What a clause prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClauseBody {
    Text(Vec<Part>),
    Emphasised(Vec<Part>),
    /// The table field of that name.
    Table(String),
    PriceTable,
}

/// A piece of a text: words of the template, or a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Words(String),
    Slot { field: String, capitals: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClauseSpec {
    pub(super) when: Option<Condition>,
    pub(super) body: ClauseBody,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArticleSpec {
    pub(super) heading: String,
    pub(super) clauses: Vec<ClauseSpec>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSpec {
    pub(super) when: Option<Condition>,
    pub(super) label: String,
    pub(super) text: Vec<Part>,
}

/// Why a template file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// Code `template.format`: not the expected JSON.
    #[error("the template cannot be read: {0}")]
    Format(String),
    /// Code `template.invalid`: all that does not fit together.
    #[error("the template does not fit together: {}", .0.join("; "))]
    Invalid(Vec<String>),
}

/// A validated template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The name without version: `goods`.
    pub name: String,
    /// The version; a published version never changes.
    pub version: u32,
    /// The contract's title.
    pub title: String,
    /// The title in English, for lists.
    pub title_en: String,
    /// What it is for.
    pub categories: Vec<Category>,
    /// What its contracts may grow from.
    pub starts_from: Vec<StartsFrom>,
    /// The sections of the form.
    pub sections: Vec<Section>,
    /// The fields, in the order of the form; a party's field stands once.
    pub fields: Vec<Field>,
    pub(super) cover: Vec<RowSpec>,
    pub(super) preamble: Vec<ClauseSpec>,
    pub(super) articles: Vec<ArticleSpec>,
    pub(super) purchaser_rows: Vec<RowSpec>,
    pub(super) supplier_rows: Vec<RowSpec>,
}

impl Template {
    /// What the interface calls it: `goods-1`.
    pub fn id(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }

    /// Whether it fits an award: by category, and by what the contract grows from.
    pub fn fits(&self, award: &Award) -> bool {
        let starts_from = if award.order.is_some() { StartsFrom::Order } else { StartsFrom::Lot };
        self.categories.contains(&award.project.category) && self.starts_from.contains(&starts_from)
    }

    /// The field that an id means in the text of the contract (`side` absent) or in the rows of a party of that side.
    pub(super) fn field(&self, id: &str, side: Option<Side>) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id && (field.party.is_none() || field.party == side))
    }
}

impl Field {
    /// The label of a choice's value.
    pub(super) fn choice_label(&self, value: &str) -> Option<&str> {
        self.choices.iter().find(|choice| choice.value == value).map(|choice| choice.label_zh.as_str())
    }

    /// The most characters of a text.
    pub(super) const fn limit(&self) -> usize {
        match self.kind {
            FieldKind::LongText => value::LONG_TEXT_LIMIT,
            _ => value::TEXT_LIMIT,
        }
    }
}
