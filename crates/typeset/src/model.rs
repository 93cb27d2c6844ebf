//! The contract as the layout reads it: checked, cut to the widths of its places, written as JSON.

use serde::Serialize;
use yinxin_fonts::{Family, Style, Weight, face_for};

use crate::document::{
    Align, Appendix, Article, Clause, ContractDocument, CoverRow, PriceLine, PriceTable, SignatureBlock, Table,
};
use crate::text::{Set, set, width};

/// Width of the text on the page: A4 less both margins of 27 mm.
const TEXT_MM: f32 = 156.0;
/// Size of the body: 12 pt, 小四.
const BODY_MM: f32 = 12.0 * MM_PER_POINT;
/// Size of the type in tables: 9 pt, 小五.
const TABLE_MM: f32 = 9.0 * MM_PER_POINT;
/// What a cell of a table leaves empty at both sides together.
const CELL_PADDING_MM: f32 = 3.0;
/// What fits on one line of the title: 26 pt on the cover; in 18 pt above the preamble more would fit.
const TITLE_EM: f32 = TEXT_MM / (26.0 * MM_PER_POINT);
/// What fits on one line of the number beside its label: 9 pt in half of the running head; on the cover more would fit.
const NUMBER_EM: f32 = 76.0 / (9.0 * MM_PER_POINT);
/// What fits on one line of the cover's labels and values, which are set in 13 pt.
const COVER_LABEL_EM: f32 = 34.0 / (13.0 * MM_PER_POINT);
const COVER_VALUE_EM: f32 = 89.0 / (13.0 * MM_PER_POINT);
/// What fits on one line of a signature block beside its label; the block is half a page wide.
const SIGNATURE_EM: f32 = 18.0;
/// A row of a table whose cells have more lines than this may split over pages; all others stay whole.
const WHOLE_ROW_LINES: f32 = 12.0;
/// The running head shows at most this many characters of the title.
const HEAD_CHARACTERS: usize = 32;
const MM_PER_POINT: f32 = 25.4 / 72.0;
/// The face that tables are set in.
const SONG: &str = "Noto Serif SC";

#[derive(Serialize)]
pub(crate) struct Model<'a> {
    title: Set,
    /// The title as the file's metadata carry it.
    plain_title: &'a str,
    running_title: Set,
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
    /// Every cell is one string on one line and nothing is indented, as mostly: the layout takes the row as it is.
    plain: bool,
    /// So tall that it may split over pages.
    tall: bool,
    /// The cells that may be higher than one line; every other surely is not.
    measured: Vec<usize>,
    /// Indent of the cell at `indent_column`.
    indent_mm: f32,
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
            title: set(&document.title, TITLE_EM),
            plain_title: &document.title,
            running_title: set(&running_title(&document.title), NUMBER_EM),
            number: set(&document.number, NUMBER_EM - 5.0),
            cover: document
                .cover
                .iter()
                .map(|row| (set(&row.label, COVER_LABEL_EM - 1.0), set(&row.value, COVER_VALUE_EM)))
                .collect(),
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

/// The lines the title will have, for their limit.
pub(crate) fn title_lines(title: &str) -> usize {
    lines(title, TITLE_EM)
}

/// The lines the number will have, for their limit.
pub(crate) fn number_lines(number: &str) -> usize {
    lines(number, NUMBER_EM - 5.0)
}

/// The lines a signature block will have, for its limit.
pub(crate) fn signature_lines(block: &SignatureBlock) -> usize {
    let rows = block.rows.iter().map(|(label, value)| lines(&format!("{label}：{value}"), SIGNATURE_EM));
    rows.sum::<usize>() + lines(&block.organisation, SIGNATURE_EM) + lines(&block.heading, SIGNATURE_EM)
}

/// The lines the cover's rows will have, for their limit.
pub(crate) fn cover_lines(rows: &[CoverRow]) -> usize {
    let lines =
        |row: &CoverRow| lines(&format!("{}：", row.label), COVER_LABEL_EM).max(lines(&row.value, COVER_VALUE_EM));
    rows.iter().map(lines).sum()
}

/// The lines of a text in a place `em` wide; rather one too many than one too few.
fn lines(text: &str, em: f32) -> usize {
    text.split(['\n', '\r']).map(|line| (width(line) / em).ceil().max(1.0) as usize).sum()
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
            row_of(texts, false, (0, 0.0))
        })
        .collect();
    ModelTable { columns, rows, totals: Vec::new() }
}

/// A price table's columns in order: heading, alignment, least and greatest width in mm.
const PRICE_COLUMNS: [(&str, Align, f32, f32); 8] = [
    ("序号", Align::Centre, 10.0, 17.0),
    ("名称", Align::Left, 22.0, TEXT_MM),
    ("品牌、规格型号", Align::Left, 22.0, TEXT_MM),
    ("单位", Align::Centre, 10.0, 14.0),
    ("数量", Align::Right, 11.0, 20.0),
    ("单价（元）", Align::Right, 18.5, 24.0),
    ("金额（元）", Align::Right, 18.5, 28.0),
    ("备注", Align::Left, 12.0, TEXT_MM),
];
const NAME_COLUMN: usize = 1;
const BRAND_COLUMN: usize = 2;
const NOTE_COLUMN: usize = 7;
/// How far a level of the hierarchy is set to the right, in mm.
const INDENT_MM: f32 = 0.8 * TABLE_MM;

fn price_table(table: &PriceTable) -> ModelTable {
    let texts = |line: &PriceLine| -> [String; 8] {
        [&line.no, &line.name, &line.brand_spec, &line.unit, &line.quantity, &line.unit_price, &line.amount, &line.note]
            .map(Clone::clone)
    };
    let lines: Vec<[String; 8]> = table.lines.iter().map(texts).collect();
    let shown: Vec<usize> = (0..PRICE_COLUMNS.len())
        .filter(|&column| {
            !matches!(column, BRAND_COLUMN | NOTE_COLUMN) || lines.iter().any(|line| !line[column].is_empty())
        })
        .collect();
    let widths = price_widths(&lines, &table.lines, &shown);
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
            // However deep a line is, half of its cell remains for the name.
            let indent_mm = (f32::from(line.depth) * INDENT_MM).min((widths[NAME_COLUMN] - CELL_PADDING_MM) / 2.0);
            let texts = shown.iter().zip(&widths).map(|(&column, &width_mm)| (texts[column].as_str(), width_mm));
            row_of(texts, line.is_group, (NAME_COLUMN, indent_mm))
        })
        .collect();
    let total = |text: &str| set(text, (TEXT_MM - 40.0) / TABLE_MM);
    let totals = vec![("合计（小写）", total(&table.total_figures)), ("合计（大写）", total(&table.total_capitals))];
    ModelTable { columns, rows, totals }
}

/// Figures get the width that their widest text needs, within bounds. Names, brands and notes share the rest: a column that needs less
/// than its part leaves the remainder to the others.
fn price_widths(texts: &[[String; 8]], lines: &[PriceLine], shown: &[usize]) -> Vec<f32> {
    let needed = |&column: &usize| {
        let (_, _, least, greatest) = PRICE_COLUMNS[column];
        let indent = |line: &PriceLine| if column == NAME_COLUMN { f32::from(line.depth) * INDENT_MM } else { 0.0 };
        let widest = texts
            .iter()
            .zip(lines)
            .map(|(texts, line)| width(&texts[column]) * TABLE_MM + indent(line))
            .fold(0.0, f32::max);
        (widest + CELL_PADDING_MM + 0.5).clamp(least, greatest)
    };
    let mut widths: Vec<f32> = shown.iter().map(needed).collect();
    let shares = |index: &usize| PRICE_COLUMNS[shown[*index]].3 == TEXT_MM;
    let mut sharing: Vec<usize> = (0..shown.len()).filter(shares).collect();
    sharing.sort_by(|&one, &other| widths[one].total_cmp(&widths[other]));
    let mut rest = TEXT_MM - (0..shown.len()).filter(|index| !shares(index)).map(|index| widths[index]).sum::<f32>();
    for (done, &index) in sharing.iter().enumerate() {
        let part = rest / (sharing.len() - done) as f32;
        let last = done + 1 == sharing.len();
        widths[index] = if last { rest } else { widths[index].min(part) };
        rest -= widths[index];
    }
    widths
}

/// A row of texts with the widths of their columns; the cell at the index `indented` is set so many mm to the right.
fn row_of<'t>(texts: impl Iterator<Item = (&'t str, f32)>, group: bool, indented: (usize, f32)) -> ModelRow {
    let (indent_column, indent_mm) = indented;
    let mut row = ModelRow {
        cells: Vec::new(),
        group,
        plain: false,
        tall: false,
        measured: Vec::new(),
        indent_mm,
        indent_column,
    };
    for (index, (text, width_mm)) in texts.enumerate() {
        let width_mm = if index == indent_column { width_mm - indent_mm } else { width_mm };
        let capacity = ((width_mm - CELL_PADDING_MM) / TABLE_MM).max(1.0);
        let breaks = text.bytes().filter(|&byte| byte == b'\n').count() as f32;
        row.tall |= width(text) / capacity + breaks > WHOLE_ROW_LINES;
        if !is_one_line(text, capacity, group) {
            row.measured.push(index);
        }
        row.cells.push(cell(text, width_mm));
    }
    row.plain = !group
        && !row.tall
        && row.measured.is_empty()
        && indent_mm == 0.0
        && row.cells.iter().all(|cell| matches!(cell, Set::Plain(_)));
    row
}

/// Whether a text in a table is surely as high as one line of its face: it cannot wrap, and no other face, whose lines are higher, helps out.
fn is_one_line(text: &str, capacity: f32, bold: bool) -> bool {
    let weight = if bold { Weight::Bold } else { Weight::Regular };
    let style = Style { family: Family::Serif, weight };
    width(text) <= capacity
        && text.chars().all(|ch| face_for(ch, style).is_some_and(|face| face.style == style && face.family == SONG))
}

fn cell(text: &str, width_mm: f32) -> Set {
    set(text, ((width_mm - CELL_PADDING_MM) / TABLE_MM).max(1.0))
}
