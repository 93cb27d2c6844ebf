//! From a template and its values to the text of the contract.

use super::fill::{ContractParty, Side, holds, parties};
use super::spec::{ClauseBody, ClauseSpec, ColumnKind, Part, RowSpec, Template};
use super::text::{Article, Clause, ContractText, CoverRow, PriceLine, PriceTable, SignatureBlock, Table, TableColumn};
use super::value::{FieldValue, Fields};
use crate::award::{Award, Item};
use crate::money::Money;
use crate::quantity::{Decimal, share};

/// What stands where a value is still missing; a contract that is complete has none.
const BLANK: &str = "＿＿＿＿";
/// Suppliers that have a row each on the cover; more are named together, for a cover is one page.
const COVER_SUPPLIERS: usize = 3;

/// Writes out the contract: conditions decided, slots filled, the price list and the signature blocks made from the
/// award. Works on an incomplete draft too, for previews: gaps print as a blank line.
pub fn expand(template: &Template, award: &Award, fields: &Fields) -> ContractText {
    let text = Expansion { template, award, fields };
    let number = match fields.get("contract_number") {
        Some(FieldValue::Text(number)) => number.clone(),
        _ => String::new(),
    };
    let mut cover: Vec<CoverRow> =
        text.rows(&template.cover, None).map(|(label, value)| CoverRow { label, value }).collect();
    let parties = parties(award);
    if award.suppliers.len() <= COVER_SUPPLIERS {
        let row = |party| CoverRow { label: party_heading(party, award), value: party.party.name.clone() };
        cover.extend(parties.iter().map(row));
    } else {
        let leader = award.suppliers.first().map_or("", |supplier| supplier.name.as_str());
        let all = format!("{leader}等{}家单位（详见签署页）", award.suppliers.len());
        cover.push(CoverRow { label: "甲方（采购人）".to_owned(), value: award.purchaser.name.clone() });
        cover.push(CoverRow { label: "乙方（联合体）".to_owned(), value: all });
    }
    ContractText {
        title: template.title.clone(),
        number,
        cover,
        preamble: template
            .preamble
            .iter()
            .filter_map(|clause| match text.clause(clause)? {
                Clause::Text(text) | Clause::Emphasised(text) => Some(text),
                Clause::Table(_) | Clause::PriceTable(_) => None,
            })
            .collect(),
        articles: template
            .articles
            .iter()
            .map(|article| Article {
                heading: article.heading.clone(),
                clauses: article.clauses.iter().filter_map(|clause| text.clause(clause)).collect(),
            })
            .filter(|article| !article.clauses.is_empty())
            .collect(),
        signature_blocks: parties.iter().map(|party| text.signature_block(party)).collect(),
    }
}

/// 甲方（采购人）, 乙方（供应商）; the members of a consortium are numbered by their place.
fn party_heading(party: &ContractParty<'_>, award: &Award) -> String {
    match (party.side, party.key) {
        (Side::Purchaser, _) => "甲方（采购人）".to_owned(),
        (Side::Supplier, _) if award.suppliers.len() == 1 => "乙方（供应商）".to_owned(),
        (Side::Supplier, 'B') => "乙方（联合体牵头人）".to_owned(),
        (Side::Supplier, key) => format!("乙方（联合体成员{}）", u32::from(key) - u32::from('B') + 1),
    }
}

struct Expansion<'a> {
    template: &'a Template,
    award: &'a Award,
    fields: &'a Fields,
}

impl Expansion<'_> {
    fn holds(&self, when: Option<&super::spec::Condition>) -> bool {
        holds(when, self.fields, self.award)
    }

    fn clause(&self, clause: &ClauseSpec) -> Option<Clause> {
        if !self.holds(clause.when.as_ref()) {
            return None;
        }
        Some(match &clause.body {
            ClauseBody::Text(parts) => Clause::Text(self.text(parts, None, BLANK)),
            ClauseBody::Emphasised(parts) => Clause::Emphasised(self.text(parts, None, BLANK)),
            ClauseBody::Table(id) => Clause::Table(self.table(id)?),
            ClauseBody::PriceTable => Clause::PriceTable(self.price_table()),
        })
    }

    fn text(&self, parts: &[Part], party: Option<&ContractParty<'_>>, blank: &str) -> String {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Slot { field: id, capitals } => {
                    let field = self.template.field(id, party.map(|party| party.side));
                    let value = match (party, field.and_then(|field| field.party)) {
                        (Some(party), Some(_)) => self.fields.get(&format!("{}.{id}", party.key)),
                        _ => self.fields.get(id),
                    };
                    match (value, field) {
                        (Some(FieldValue::Money(money)), _) if *capitals => text.push_str(&money.to_capitals()),
                        (Some(value), Some(field)) => text.push_str(&value.print(field)),
                        _ => text.push_str(blank),
                    }
                }
            }
        }
        text
    }

    fn rows<'s>(
        &'s self,
        rows: &'s [RowSpec],
        party: Option<&'s ContractParty<'_>>,
    ) -> impl Iterator<Item = (String, String)> + 's {
        rows.iter()
            .filter(|row| self.holds(row.when.as_ref()))
            .map(move |row| (row.label.clone(), self.text(&row.text, party, "")))
    }

    /// A table field; a share of the amount gets a second column with its amount, the last taking what rounding left.
    fn table(&self, id: &str) -> Option<Table> {
        let field = self.template.field(id, None)?;
        let Some(FieldValue::Table(rows)) = self.fields.get(id) else { return None };
        let mut columns = Vec::new();
        for column in &field.columns {
            let figures = column.kind == ColumnKind::RatioOfAmount;
            columns.push(TableColumn { heading: column.label_zh.clone(), weight: column.weight, figures });
            if figures {
                columns.push(TableColumn { heading: "金额（元）".to_owned(), weight: column.weight + 6, figures });
            }
        }
        let total = match self.fields.get("amount") {
            Some(FieldValue::Money(amount)) => *amount,
            _ => self.award.amount,
        };
        let mut given = vec![0i64; field.columns.len()];
        let mut printed = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let mut cells = Vec::with_capacity(columns.len());
            for ((cell, column), given) in row.iter().zip(&field.columns).zip(&mut given) {
                match column.kind {
                    ColumnKind::Text => cells.push(cell.clone()),
                    ColumnKind::RatioOfAmount => {
                        let ratio = Decimal::parse(cell).unwrap_or(Decimal::ZERO);
                        let part = if index + 1 == rows.len() {
                            Money::from_fen(total.fen().saturating_sub(*given)).unwrap_or(Money::ZERO)
                        } else {
                            share(total, ratio).unwrap_or(Money::ZERO)
                        };
                        *given = given.saturating_add(part.fen());
                        cells.push(ratio.to_percent());
                        cells.push(part.to_string());
                    }
                }
            }
            printed.push(cells);
        }
        Some(Table { columns, rows: printed })
    }

    /// The list as awarded; without lines, the whole project is one line. The total is the awarded one: where the contract
    /// amount differs, a clause of its own says so.
    fn price_table(&self) -> PriceTable {
        let award = self.award;
        let mut lines: Vec<PriceLine> = award.items.iter().map(|item| price_line(item, award.lots.len() > 1)).collect();
        if lines.is_empty() {
            let amount = award.amount.to_string();
            lines.push(PriceLine {
                depth: 0,
                no: "1".to_owned(),
                name: award.project.name.clone(),
                brand_spec: String::new(),
                unit: "项".to_owned(),
                quantity: "1".to_owned(),
                unit_price: amount.clone(),
                amount,
                note: String::new(),
                is_group: false,
            });
        }
        PriceTable { lines, total_figures: format!("￥{}", award.amount), total_capitals: award.amount.to_capitals() }
    }

    fn signature_block(&self, party: &ContractParty<'_>) -> SignatureBlock {
        let rows = match party.side {
            Side::Purchaser => &self.template.purchaser_rows,
            Side::Supplier => &self.template.supplier_rows,
        };
        SignatureBlock {
            party_key: party.key.to_string(),
            heading: party_heading(party, self.award),
            organisation: party.party.name.clone(),
            rows: self.rows(rows, Some(party)).collect(),
            has_representative: true,
        }
    }
}

fn price_line(item: &Item, several_lots: bool) -> PriceLine {
    let joined = |parts: [Option<&str>; 3], between: &str| {
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between)
    };
    let lot = item.lot.as_deref().filter(|_| several_lots);
    // The remark of the award stays; what it means for settlement must be readable in the list itself.
    let measured =
        item.measured.then_some("按实结算").filter(|word| !item.note.as_ref().is_some_and(|n| n.contains(word)));
    PriceLine {
        depth: item.depth,
        no: item.no.clone(),
        name: item.name.clone(),
        brand_spec: joined([item.brand.as_deref(), item.spec.as_deref(), None], " "),
        unit: item.unit.clone().unwrap_or_default(),
        quantity: item.quantity.map_or_else(String::new, |quantity| quantity.to_text(0)),
        unit_price: item.unit_price.map_or_else(String::new, |price| price.to_text(2)),
        amount: item.amount.map_or_else(String::new, |amount| amount.to_string()),
        note: joined([lot, measured, item.note.as_deref()], "；"),
        is_group: item.is_group,
    }
}
