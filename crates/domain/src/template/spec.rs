//! The data of a template, and its validation as a whole.

use super::fill::Side;
use super::source::{AwardValue, SystemValue};
use super::value::{self, FieldValue};
use crate::award::{Award, Category, StartsFrom};
use crate::quantity::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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

/// What kind of value a field takes; see [`FieldValue`] for the JSON form of each.
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

/// A clause as the file has it: exactly one of its bodies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClauseEntry {
    when: Option<Condition>,
    text: Option<String>,
    emphasised: Option<String>,
    table: Option<String>,
    #[serde(default)]
    price_table: bool,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowEntry {
    when: Option<Condition>,
    label: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ArticleEntry {
    heading: String,
    clauses: Vec<ClauseEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StartsFromEntry {
    Lot,
    Order,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: u32,
    title: String,
    title_en: String,
    categories: Vec<Category>,
    starts_from: Vec<StartsFromEntry>,
    sections: Vec<Section>,
    fields: Vec<Field>,
    cover: Vec<RowEntry>,
    preamble: Vec<ClauseEntry>,
    articles: Vec<ArticleEntry>,
    purchaser_rows: Vec<RowEntry>,
    supplier_rows: Vec<RowEntry>,
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

    /// Reads and validates a template file (JSON).
    ///
    /// # Errors
    /// [`TemplateError::Format`] for the syntax, [`TemplateError::Invalid`] with everything that does not fit together.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let file: File = serde_json::from_str(text).map_err(|error| TemplateError::Format(error.to_string()))?;
        let mut wrong = Vec::new();
        let template = Self {
            name: file.name,
            version: file.version,
            title: file.title,
            title_en: file.title_en,
            categories: file.categories,
            starts_from: file
                .starts_from
                .iter()
                .map(|from| match from {
                    StartsFromEntry::Lot => StartsFrom::Lot,
                    StartsFromEntry::Order => StartsFrom::Order,
                })
                .collect(),
            sections: file.sections,
            fields: file.fields,
            cover: file.cover.into_iter().map(|row| read_row(row, &mut wrong)).collect(),
            preamble: file.preamble.into_iter().filter_map(|clause| read_clause(clause, &mut wrong)).collect(),
            articles: file
                .articles
                .into_iter()
                .map(|article| ArticleSpec {
                    heading: article.heading,
                    clauses: article.clauses.into_iter().filter_map(|clause| read_clause(clause, &mut wrong)).collect(),
                })
                .collect(),
            purchaser_rows: file.purchaser_rows.into_iter().map(|row| read_row(row, &mut wrong)).collect(),
            supplier_rows: file.supplier_rows.into_iter().map(|row| read_row(row, &mut wrong)).collect(),
        };
        template.validate(&mut wrong);
        if wrong.is_empty() { Ok(template) } else { Err(TemplateError::Invalid(wrong)) }
    }

    fn validate(&self, wrong: &mut Vec<String>) {
        let mut ids = BTreeSet::new();
        for field in &self.fields {
            let id = &field.id;
            // Both sides may have a field of one name; what belongs to no party has its name alone.
            let clash =
                self.fields.iter().any(|other| other.id == *id && other.party.is_some() != field.party.is_some());
            if clash
                || !ids.insert((id.as_str(), field.party == Some(Side::Supplier)))
                || id.is_empty()
                || !id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            {
                wrong.push(format!("field {id}: the id stands twice or is not of a-z and _"));
            }
            if !self.sections.iter().any(|section| section.id == field.section) {
                wrong.push(format!("field {id}: there is no section {}", field.section));
            }
            if let Source::Award(value) = field.source
                && value.is_of_party() != field.party.is_some()
            {
                wrong.push(format!("field {id}: its source and its party do not fit"));
            }
            if (field.kind == FieldKind::Choice) == field.choices.is_empty()
                || (field.kind == FieldKind::Table) == field.columns.is_empty()
            {
                wrong.push(format!("field {id}: choices and columns belong to their kinds"));
            }
            if field.change == Change::Locked && field.source == Source::Hand {
                wrong.push(format!("field {id}: what people enter cannot be locked"));
            }
            if let Some(default) = &field.default
                && let Err(fault) = FieldValue::parse(field, id, default, &|_| Vec::new())
            {
                wrong.push(format!("field {id}: its default is refused: {}", fault.message_en));
            }
            if field.party.is_some() && field.when.is_some() {
                wrong.push(format!("field {id}: a party's field has no condition"));
            }
            self.validate_condition(field.when.as_ref(), &format!("field {id}"), wrong);
        }
        for term in LegalTerm::ALL {
            if !self.fields.iter().any(|field| field.terms.contains(&term)) {
                wrong.push(format!("no field serves the term {}", term.label_zh()));
            }
        }
        for row in &self.cover {
            self.validate_parts(&row.text, None, row.when.as_ref(), &format!("cover {}", row.label), wrong);
        }
        for (rows, side) in [(&self.purchaser_rows, Side::Purchaser), (&self.supplier_rows, Side::Supplier)] {
            for row in rows {
                self.validate_parts(&row.text, Some(side), row.when.as_ref(), &format!("row {}", row.label), wrong);
            }
        }
        for clause in self.preamble.iter().chain(self.articles.iter().flat_map(|article| &article.clauses)) {
            match &clause.body {
                ClauseBody::Text(parts) | ClauseBody::Emphasised(parts) => {
                    let place = format!("clause {:?}", parts.first());
                    self.validate_parts(parts, None, clause.when.as_ref(), &place, wrong);
                }
                ClauseBody::Table(id) => {
                    if self.field(id, None).is_none_or(|field| field.kind != FieldKind::Table) {
                        wrong.push(format!("a clause prints the table {id}, which is no table field"));
                    }
                    self.validate_condition(clause.when.as_ref(), id, wrong);
                }
                ClauseBody::PriceTable => self.validate_condition(clause.when.as_ref(), "price table", wrong),
            }
        }
    }

    fn validate_condition(&self, condition: Option<&Condition>, place: &str, wrong: &mut Vec<String>) {
        match condition {
            None | Some(Condition::Fact(_)) => {}
            Some(Condition::Filled(id) | Condition::Empty(id)) => {
                if self.field(id, None).is_none() {
                    wrong.push(format!("{place}: its condition names {id}, which is no field"));
                }
            }
            Some(Condition::Is(id, value)) => {
                let known = self.field(id, None).is_some_and(|field| field.choices.iter().any(|c| c.value == *value));
                if !known {
                    wrong.push(format!("{place}: its condition names {id} = {value}, which cannot be"));
                }
            }
            Some(Condition::All(all)) => all.iter().for_each(|one| self.validate_condition(Some(one), place, wrong)),
        }
    }

    /// Every slot names a field, and one that is sure to be filled when the text is printed.
    fn validate_parts(
        &self,
        parts: &[Part],
        side: Option<Side>,
        when: Option<&Condition>,
        place: &str,
        wrong: &mut Vec<String>,
    ) {
        self.validate_condition(when, place, wrong);
        for part in parts {
            let Part::Slot { field: id, capitals } = part else { continue };
            let Some(field) = self.field(id, side) else {
                wrong.push(format!("{place}: {{{{{id}}}}} is no field that can stand here"));
                continue;
            };
            if *capitals && field.kind != FieldKind::Money {
                wrong.push(format!("{place}: only money has capitals, {id} is none"));
            }
            if field.kind == FieldKind::Table {
                wrong.push(format!("{place}: the table {id} cannot stand in a text"));
            }
            // Rows of the cover and of signature blocks may stay blank; a sentence may not.
            let sure = side.is_some()
                || place.starts_with("cover")
                || field.required && (field.when.is_none() || field.when.as_ref() == when)
                || when.is_some_and(|when| implies_filled(when, id));
            if !sure {
                wrong.push(format!("{place}: {id} may be empty when this is printed"));
            }
        }
    }
}

fn implies_filled(condition: &Condition, id: &str) -> bool {
    match condition {
        Condition::Filled(filled) => filled == id,
        Condition::All(all) => all.iter().any(|one| implies_filled(one, id)),
        Condition::Empty(_) | Condition::Is(..) | Condition::Fact(_) => false,
    }
}

fn read_row(row: RowEntry, wrong: &mut Vec<String>) -> RowSpec {
    RowSpec { when: row.when, label: row.label, text: read_parts(&row.text, wrong) }
}

fn read_clause(entry: ClauseEntry, wrong: &mut Vec<String>) -> Option<ClauseSpec> {
    let body = match (entry.text, entry.emphasised, entry.table, entry.price_table) {
        (Some(text), None, None, false) => ClauseBody::Text(read_parts(&text, wrong)),
        (None, Some(text), None, false) => ClauseBody::Emphasised(read_parts(&text, wrong)),
        (None, None, Some(table), false) => ClauseBody::Table(table),
        (None, None, None, true) => ClauseBody::PriceTable,
        (text, ..) => {
            wrong.push(format!("a clause must have one body: {}", text.unwrap_or_default()));
            return None;
        }
    };
    Some(ClauseSpec { when: entry.when, body })
}

/// Takes a text apart at its slots `{{field}}` and `{{field|capitals}}`.
fn read_parts(text: &str, wrong: &mut Vec<String>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once("{{") {
        let Some((slot, after)) = after.split_once("}}") else {
            wrong.push(format!("a slot is not closed: {text}"));
            return parts;
        };
        if !words.is_empty() {
            parts.push(Part::Words(words.to_owned()));
        }
        let (field, capitals) = match slot.split_once('|') {
            None => (slot, false),
            Some((field, "capitals")) => (field, true),
            Some((field, other)) => {
                wrong.push(format!("there is no form {other}: {text}"));
                (field, false)
            }
        };
        parts.push(Part::Slot { field: field.to_owned(), capitals });
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest.to_owned()));
    }
    let stray = parts.iter().any(|part| matches!(part, Part::Words(words) if words.contains(['{', '}'])));
    if stray || text.chars().any(|character| character != '\n' && crate::text::is_invisible(character)) {
        wrong.push(format!("stray braces or invisible characters: {text}"));
    }
    parts
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
