//! The text of a contract as plain data; the server turns it into the document that is typeset.

use serde::{Deserialize, Serialize};

/// A whole contract: everything is text already formatted for print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractText {
    /// The title: 政府采购货物买卖合同.
    pub title: String,
    /// The contract's number; may be empty.
    pub number: String,
    /// The rows of the cover.
    pub cover: Vec<CoverRow>,
    /// Paragraphs before the first article.
    pub preamble: Vec<String>,
    /// The articles in order; they are numbered by their place.
    pub articles: Vec<Article>,
    /// One block for each party, in the order of their keys.
    pub signature_blocks: Vec<SignatureBlock>,
}

/// One line of the cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverRow {
    /// The label, without colon.
    pub label: String,
    /// What stands beside it.
    pub value: String,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The heading, without number.
    pub heading: String,
    /// What stands under it.
    pub clauses: Vec<Clause>,
}

/// One part of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// A numbered clause.
    Text(String),
    /// A numbered clause to which attention must be drawn (提示条款, Civil Code art. 496).
    Emphasised(String),
    /// A plain table.
    Table(Table),
    /// The list of what is bought.
    PriceTable(PriceTable),
}

/// A plain table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The columns from left to right.
    pub columns: Vec<TableColumn>,
    /// The rows, each with one cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// The head.
    pub heading: String,
    /// The part of the width, relative to the others; 1 to 100.
    pub weight: u8,
    /// Whether the cells are figures, set to the right.
    pub figures: bool,
}

/// The list of what is bought, with its total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceTable {
    /// The lines, each group before its children.
    pub lines: Vec<PriceLine>,
    /// The total in figures: ￥486,350.00.
    pub total_figures: String,
    /// The total in capitals.
    pub total_capitals: String,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// Depth in the hierarchy, 0 for a root.
    pub depth: u8,
    /// The line's number.
    pub no: String,
    /// What is bought.
    pub name: String,
    /// Brand and specification.
    pub brand_spec: String,
    /// The unit.
    pub unit: String,
    /// How many.
    pub quantity: String,
    /// The price of one, yuan.
    pub unit_price: String,
    /// The amount, yuan.
    pub amount: String,
    /// A remark.
    pub note: String,
    /// Whether the line sums up those below it.
    pub is_group: bool,
}

/// Where a party signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureBlock {
    /// `A` for the purchaser, `B`, `C` … for the suppliers.
    pub party_key: String,
    /// 甲方（采购人）.
    pub heading: String,
    /// The party's full name.
    pub organisation: String,
    /// Label (without colon) and value.
    pub rows: Vec<(String, String)>,
    /// Whether there is a place for the legal representative or agent.
    pub has_representative: bool,
}
