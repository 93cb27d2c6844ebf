//! The contract as the layout reads it: checked, cut to the widths of its places, written as JSON.

use serde::Serialize;

use crate::document::{Align, Appendix, Article, Clause, ContractDocument, PriceTable, SignatureBlock, Table};
use crate::text::{Set, set, width};

/// Width of the text on the page: A4 less both margins of 27 mm.
const TEXT_MM: f32 = 156.0;
/// Size of the body: 12 pt, 小四.
const BODY_MM: f32 = 12.0 * MM_PER_POINT;
/// Size of the type in tables: 9 pt, 小五.
const TABLE_MM: f32 = 9.0 * MM_PER_POINT;
/// What a cell of a table leaves empty at both sides together.
const CELL_PADDING_MM: f32 = 3.0;
/// What fits on one line of a signature block beside its label; the block is half a page wide.
const SIGNATURE_EM: f32 = 18.0;
/// A row of a table whose cells have more lines than this may split over pages; all others stay whole.
const WHOLE_ROW_LINES: f32 = 12.0;
/// The running head shows at most this many characters of the title.
const HEAD_CHARACTERS: usize = 32;
const MM_PER_POINT: f32 = 25.4 / 72.0;

#[derive(Serialize)]
pub(crate) struct Model<'a> {
    title: Set,
    /// The title as the file's metadata carry it.
    plain_title: &'a str,
    running_title: String,
    number: Set,
    cover: Vec<(Set, Set)>,
    preamble: Vec<Set>,
    articles: Vec<ModelArticle>,
    signatures: Vec<Vec<ModelSignature<'a>>>,
    appendices: Vec<ModelArticle>,
}

#[derive(Serialize)]
struct ModelArticle {
    heading: Set,
    parts: Vec<ModelPart>,
}

/// A part of an article; `kind` tells the layout what to do.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum ModelPart {
    Text { text: Set, strong: bool },
    Table(ModelTable),
}

#[derive(Serialize)]
struct ModelTable {
    columns: Vec<ModelColumn>,
    rows: Vec<ModelRow>,
    /// Label and value of the rows that close a price table.
    totals: Vec<(&'static str, Set)>,
}

#[derive(Serialize)]
struct ModelColumn {
    heading: Set,
    width_mm: f32,
    align: Align,
}

#[derive(Serialize)]
struct ModelRow {
    cells: Vec<Set>,
    /// Bold, on grey.
    group: bool,
    /// So tall that it may split over pages.
    tall: bool,
    /// Indent of the cell at `indent_column`, in em.
    indent_em: f32,
    indent_column: usize,
}

#[derive(Serialize)]
struct ModelSignature<'a> {
    key: &'a str,
    heading: Set,
    organisation: Set,
    rows: Vec<(Set, Set)>,
    representative: bool,
}

impl<'a> Model<'a> {
    pub(crate) fn new(document: &'a ContractDocument) -> Self {
        let body = |text: &String| set(text, TEXT_MM / BODY_MM - 2.0);
        Self {
            // The cover sets the title in 26 pt, the page after it in 18 pt; the cover is the narrower place.
            title: set(&document.title, TEXT_MM / (26.0 * MM_PER_POINT)),
            plain_title: &document.title,
            running_title: running_title(&document.title),
            number: set(&document.number, 24.0),
            cover: document.cover.iter().map(|row| (set(&row.label, 7.0), set(&row.value, 20.0))).collect(),
            preamble: document.preamble.iter().map(body).collect(),
            articles: document.articles.iter().map(|Article { heading, clauses }| article(heading, clauses)).collect(),
            signatures: document.signature_blocks.chunks(2).map(|pair| pair.iter().map(signature).collect()).collect(),
            appendices: document.appendices.iter().map(|Appendix { heading, body }| article(heading, body)).collect(),
        }
    }
}

fn running_title(title: &str) -> String {
    let title = title.replace(['\n', '\r', '\t'], " ");
    if title.chars().count() <= HEAD_CHARACTERS {
        return title;
    }
    title.chars().take(HEAD_CHARACTERS - 1).chain(['…']).collect()
}

fn article(heading: &str, clauses: &[Clause]) -> ModelArticle {
    let em = TEXT_MM / BODY_MM - 4.0;
    let parts = clauses
        .iter()
        .map(|clause| match clause {
            Clause::Text(text) => ModelPart::Text { text: set(text, em), strong: false },
            Clause::Emphasised(text) => ModelPart::Text { text: set(text, em), strong: true },
            Clause::Table(table) => ModelPart::Table(plain_table(table)),
            Clause::PriceTable(table) => ModelPart::Table(price_table(table)),
        })
        .collect();
    ModelArticle { heading: set(heading, em), parts }
}

fn signature(block: &SignatureBlock) -> ModelSignature<'_> {
    ModelSignature {
        key: &block.party_key,
        heading: set(&block.heading, SIGNATURE_EM),
        organisation: set(&block.organisation, SIGNATURE_EM),
        rows: block.rows.iter().map(|(label, value)| (set(label, SIGNATURE_EM), set(value, SIGNATURE_EM))).collect(),
        representative: block.has_representative,
    }
}

/// The lines a signature block will have, for its limit.
pub(crate) fn signature_lines(block: &SignatureBlock) -> usize {
    let lines = |text: &str| text.split('\n').map(|line| (width(line) / SIGNATURE_EM).ceil().max(1.0)).sum::<f32>();
    let rows: f32 = block.rows.iter().map(|(label, value)| lines(&format!("{label}：{value}"))).sum();
    (rows + lines(&block.organisation) + lines(&block.heading)) as usize
}

fn plain_table(table: &Table) -> ModelTable {
    let weights: f32 = table.columns.iter().map(|column| f32::from(column.weight)).sum();
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let width_mm = TEXT_MM * f32::from(column.weight) / weights;
            ModelColumn { heading: cell(&column.heading, width_mm), width_mm, align: column.align }
        })
        .collect();
    let rows = table
        .rows
        .iter()
        .map(|row| {
            let texts = row.iter().map(String::as_str).zip(columns.iter().map(|column| column.width_mm));
            let (cells, tall) = cells(texts);
            ModelRow { cells, group: false, tall, indent_em: 0.0, indent_column: 0 }
        })
        .collect();
    ModelTable { columns, rows, totals: Vec::new() }
}

/// A price table's columns in order: heading, alignment, least and greatest width in mm. Columns with a greatest width of 0 share
/// what the others leave.
const PRICE_COLUMNS: [(&str, Align, f32, f32); 8] = [
    ("序号", Align::Centre, 11.0, 17.0),
    ("名称", Align::Left, 26.0, 0.0),
    ("品牌、规格型号", Align::Left, 24.0, 0.0),
    ("单位", Align::Centre, 11.0, 14.0),
    ("数量", Align::Right, 13.0, 21.0),
    ("单价（元）", Align::Right, 19.0, 27.0),
    ("金额（元）", Align::Right, 21.0, 30.0),
    ("备注", Align::Left, 14.0, 0.0),
];
const NAME_COLUMN: usize = 1;
const BRAND_COLUMN: usize = 2;
const NOTE_COLUMN: usize = 7;

fn price_table(table: &PriceTable) -> ModelTable {
    let texts = |line: &'_ crate::document::PriceLine| -> [String; 8] {
        [&line.no, &line.name, &line.brand_spec, &line.unit, &line.quantity, &line.unit_price, &line.amount, &line.note]
            .map(Clone::clone)
    };
    let lines: Vec<[String; 8]> = table.lines.iter().map(texts).collect();
    let shown: Vec<usize> = (0..PRICE_COLUMNS.len())
        .filter(|&column| {
            !matches!(column, BRAND_COLUMN | NOTE_COLUMN) || lines.iter().any(|line| !line[column].is_empty())
        })
        .collect();
    let widths = price_widths(&lines, &shown);
    let columns = shown
        .iter()
        .zip(&widths)
        .map(|(&column, &width_mm)| {
            let (heading, align, ..) = PRICE_COLUMNS[column];
            ModelColumn { heading: cell(heading, width_mm), width_mm, align }
        })
        .collect();
    let rows = lines
        .iter()
        .zip(&table.lines)
        .map(|(texts, line)| {
            let indent_em = f32::from(line.depth) * 0.8;
            let (cells, tall) = cells(shown.iter().zip(&widths).map(|(&column, &width_mm)| {
                let indent_mm = if column == NAME_COLUMN { indent_em * TABLE_MM } else { 0.0 };
                (texts[column].as_str(), width_mm - indent_mm)
            }));
            ModelRow { cells, group: line.is_group, tall, indent_em, indent_column: NAME_COLUMN }
        })
        .collect();
    let total = |text: &str| set(text, (TEXT_MM - 40.0) / TABLE_MM);
    let totals = vec![("合计（小写）", total(&table.total_figures)), ("合计（大写）", total(&table.total_capitals))];
    ModelTable { columns, rows, totals }
}

/// Every column gets the width its widest text needs, within bounds; names, brands and notes then share what is left or missing, so
/// that a column of short notes does not take the place of long names.
fn price_widths(lines: &[[String; 8]], shown: &[usize]) -> Vec<f32> {
    let mut widths: Vec<f32> = shown
        .iter()
        .map(|&column| {
            let (_, _, least, greatest) = PRICE_COLUMNS[column];
            let widest = lines.iter().map(|line| width(&line[column])).fold(0.0, f32::max);
            let greatest = if greatest > 0.0 { greatest } else { 3.0 * least };
            (widest * TABLE_MM + CELL_PADDING_MM + 0.5).clamp(least, greatest)
        })
        .collect();
    let shares = |&(column, _): &(&usize, &mut f32)| PRICE_COLUMNS[*column].3 == 0.0;
    let sharing: f32 = shown.iter().zip(&mut widths).filter(shares).map(|(_, width_mm)| *width_mm).sum();
    let fixed: f32 = widths.iter().sum::<f32>() - sharing;
    for (_, width_mm) in shown.iter().zip(&mut widths).filter(shares) {
        *width_mm *= (TEXT_MM - fixed) / sharing;
    }
    widths
}

/// The cells of a row, and whether one of them is very tall.
fn cells<'t>(texts: impl Iterator<Item = (&'t str, f32)>) -> (Vec<Set>, bool) {
    let mut tall = false;
    let cells = texts
        .map(|(text, width_mm)| {
            let capacity = (width_mm - CELL_PADDING_MM) / TABLE_MM;
            let breaks = text.bytes().filter(|&byte| byte == b'\n').count() as f32;
            tall |= width(text) / capacity.max(1.0) + breaks > WHOLE_ROW_LINES;
            cell(text, width_mm)
        })
        .collect();
    (cells, tall)
}

fn cell(text: &str, width_mm: f32) -> Set {
    set(text, ((width_mm - CELL_PADDING_MM) / TABLE_MM).max(1.0))
}
