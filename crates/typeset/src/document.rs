//! What a contract consists of, as the layout sees it.
//!
//! Everything is text that is already formatted: amounts, quantities and dates arrive as the strings that shall be printed.
//! Text is data: markup in it prints literally. A line feed in a text is a line break.

use serde::{Deserialize, Serialize};

/// One contract, ready to be set: cover, preamble, articles, signature blocks, appendices, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractDocument {
    /// The contract's title, for instance 政府采购货物买卖合同; on the cover, above the preamble and in the running head.
    pub title: String,
    /// The contract's number; on the cover and in the running head. May be empty.
    pub number: String,
    /// The rows of the cover: parties, project, place.
    pub cover: Vec<CoverRow>,
    /// Paragraphs before the first article.
    pub preamble: Vec<String>,
    /// The numbered articles 第一条, 第二条 …
    pub articles: Vec<Article>,
    /// Where the parties sign, two side by side; a pair never splits over pages.
    pub signature_blocks: Vec<SignatureBlock>,
    /// The appendices, each on a new page.
    pub appendices: Vec<Appendix>,
}

/// One labelled line of the cover.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverRow {
    /// The label without colon, for instance 项目名称.
    pub label: String,
    /// What stands beside it; empty leaves a blank line to be filled in by hand.
    pub value: String,
}

/// One article, numbered by its place: 第一条 is the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// The heading without number.
    pub heading: String,
    /// The clauses; texts are numbered article.clause, tables are not numbered.
    pub clauses: Vec<Clause>,
}

/// One part of an article or appendix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// A clause, numbered 1.1 in an article and without number in an appendix.
    Text(String),
    /// A clause the other party's attention must be drawn to (提示条款, Civil Code 496), set in bold; numbered like a text.
    Emphasised(String),
    /// A table with a repeated head.
    Table(Table),
    /// The list of what is bought.
    PriceTable(PriceTable),
}

/// A plain table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The columns from left to right, 1 to [`crate::limits::TABLE_COLUMNS`].
    pub columns: Vec<TableColumn>,
    /// The rows; each has exactly as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
}

/// One column of a plain table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// The head, repeated on every page.
    pub heading: String,
    /// The column's part of the width, relative to the other columns; 1 to 100.
    pub weight: u8,
    /// How its cells are set.
    pub align: Align,
}

/// How the cells of a column are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// To the left, for words.
    #[default]
    Left,
    /// In the middle, for numbers of rows and units.
    Centre,
    /// To the right, for figures.
    Right,
}

/// The hierarchical list of what is bought, with its total.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceTable {
    /// The lines in reading order, children after their group.
    pub lines: Vec<PriceLine>,
    /// The total in figures, as printed, for instance ￥486,350.00.
    pub total_figures: String,
    /// The total in capitals, for instance 肆拾捌万陆仟叁佰伍拾元整.
    pub total_capitals: String,
}

/// One line of a price table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLine {
    /// How deep the line stands in the hierarchy; 0 is a root, at most [`crate::limits::PRICE_DEPTH`].
    pub depth: u8,
    /// Its number, for instance 1.2.
    pub no: String,
    /// What is bought.
    pub name: String,
    /// Brand, model and specification; the column is left out when no line has one.
    pub brand_spec: String,
    /// The unit, for instance 台.
    pub unit: String,
    /// The quantity, formatted.
    pub quantity: String,
    /// The price of one unit in yuan, formatted.
    pub unit_price: String,
    /// The amount in yuan, formatted.
    pub amount: String,
    /// A note; the column is left out when no line has one.
    pub note: String,
    /// Whether the line sums up the lines under it; set in bold.
    pub is_group: bool,
}

/// Where one party signs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureBlock {
    /// The party's key, for instance `A`: 1 to 16 letters, digits, `-` or `_`, unique in the document. It comes back in the anchors.
    pub party_key: String,
    /// The party's part in the contract, for instance 甲方（采购人）.
    pub heading: String,
    /// The party's full name.
    pub organisation: String,
    /// Address, telephone, bank, account: label (without colon) and value.
    pub rows: Vec<(String, String)>,
    /// Whether there is a place 法定代表人或授权代表（签字或盖章）.
    pub has_representative: bool,
}

/// One appendix, on a page of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appendix {
    /// The heading with its number, for instance 附件1　验收标准; printed as it is.
    pub heading: String,
    /// Paragraphs and tables, not numbered.
    pub body: Vec<Clause>,
}

/// A typeset contract.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rendered {
    /// The file: PDF/A-2b (ISO 19005-2), tagged, fonts embedded as subsets.
    pub pdf: Vec<u8>,
    /// The number of pages, cover included.
    pub pages: u32,
    /// The places of seals, signatures and dates: the signature blocks in the document's order, for each the seal, the
    /// representative (if it has one), the date.
    pub anchors: Vec<Anchor>,
}

/// A place where something will be put when the contract is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// What belongs there.
    pub kind: AnchorKind,
    /// The party, as its signature block names it.
    pub party_key: String,
    /// The page, counted from 0.
    pub page: u32,
    /// Centre of the place: millimetres from the page's left edge.
    pub x_mm: f64,
    /// Centre of the place: millimetres from the page's top edge.
    pub y_mm: f64,
}

/// What belongs to an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnchorKind {
    /// The organisation's seal: 42 mm across fit without touching other text or places (国发〔1999〕25号).
    OrganisationSeal,
    /// The representative's seal or handwritten name: 22 mm across fit.
    Representative,
    /// The date: a box 40 mm wide and 8 mm high fits.
    Date,
}
