//! Reads a template file (JSON): clauses and rows as they stand in it, their texts taken apart at the slots.

use super::spec::{
    ArticleSpec, ClauseBody, ClauseSpec, Condition, Field, Part, RowSpec, Section, Template, TemplateError,
};
use crate::award::{Category, StartsFrom};
use serde::Deserialize;

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

impl Template {
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
