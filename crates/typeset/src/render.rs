//! From document to PDF.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Label, Selector, Smart, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst::utils::PicoStr;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::TypesetError;
use crate::check::check;
use crate::document::{Anchor, AnchorKind, ContractDocument, Rendered};
use crate::model::Model;
use crate::world::ContractWorld;

/// Documents that are being set.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
/// The most that were ever set at the same time.
static MOST_AT_ONCE: AtomicUsize = AtomicUsize::new(0);

/// Sets a contract and says where its seals, signatures and dates belong.
///
/// The file is PDF/A-2b (ISO 19005-2), tagged, with the fonts embedded as subsets. The same arguments give the same bytes. The work is pure
/// computing, some milliseconds for each page; it may run on several threads at once and blocks the one it is called on.
///
/// `at_micros` (microseconds UTC) is written into the file as its date of creation, in whole seconds.
///
/// # Errors
/// [`TypesetError`]; the document was not set, nothing else happened.
pub fn render(document: &ContractDocument, at_micros: i64) -> Result<Rendered, TypesetError> {
    check(document)?;
    let created = datetime(at_micros).ok_or(TypesetError::Time { micros: at_micros })?;
    let json = serde_json::to_string(&Model::new(document))
        .map_err(|error| TypesetError::Layout { messages: vec![error.to_string()] })?;
    let at_once = UNDER_WAY.fetch_add(1, Ordering::Relaxed) + 1;
    let most_at_once = MOST_AT_ONCE.fetch_max(at_once, Ordering::Relaxed).max(at_once);
    // The typesetter is written in safe Rust and shares only its own caches, which it keeps consistent.
    let rendered = catch_unwind(AssertUnwindSafe(|| set(json, created)));
    UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
    // The typesetter keeps intermediate results. What no document has used since as many others were done as are set at the same time is
    // dropped. Sooner, a document would find gone what all have in common, because others were done while it was set: a quarter more work.
    typst::comemo::evict(most_at_once);
    let mut rendered = rendered.unwrap_or(Err(TypesetError::Stopped))?;
    in_order_of_blocks(&mut rendered.anchors, document);
    Ok(rendered)
}

fn set(json: String, created: Datetime) -> Result<Rendered, TypesetError> {
    let world = ContractWorld::new(json.clone().into_bytes());
    let document: PagedDocument = typst::compile(&world).output.map_err(|errors| layout_error(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2b])
        .map_err(|error| TypesetError::Layout { messages: vec![error.message().to_string()] })?;
    let options = PdfOptions {
        // Only a hash of it goes into the file.
        ident: Smart::Custom(json),
        creator: Smart::Custom(Some("印信 Yinxin".to_owned())),
        timestamp: Some(Timestamp::new_utc(created)),
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| layout_error(&errors))?;
    let pages = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
    Ok(Rendered { pdf, pages, anchors: anchors(&document)? })
}

fn layout_error(errors: &[SourceDiagnostic]) -> TypesetError {
    TypesetError::Layout { messages: errors.iter().map(|error| error.message.to_string()).collect() }
}

/// Reads the places that the layout has marked with `<anchor>`.
fn anchors(document: &PagedDocument) -> Result<Vec<Anchor>, TypesetError> {
    let broken = || TypesetError::Layout { messages: vec!["an anchor without kind, party or place".to_owned()] };
    let label = Label::new(PicoStr::intern("anchor")).ok_or_else(broken)?;
    let introspector = document.introspector();
    let mut anchors = Vec::new();
    for element in introspector.query(&Selector::Label(label)) {
        let Some(Value::Dict(fields)) = element.to_packed::<MetadataElem>().map(|metadata| &metadata.value) else {
            return Err(broken());
        };
        let text = |key: &str| match fields.get(key) {
            Ok(Value::Str(value)) => Ok(value.as_str()),
            _ => Err(broken()),
        };
        let kind = match text("kind")? {
            "organisation_seal" => AnchorKind::OrganisationSeal,
            "representative" => AnchorKind::Representative,
            "date" => AnchorKind::Date,
            _ => return Err(broken()),
        };
        let place = element.location().and_then(|location| introspector.position(location)).ok_or_else(broken)?;
        anchors.push(Anchor {
            kind,
            party_key: text("party")?.to_owned(),
            page: u32::try_from(place.page.get() - 1).unwrap_or(u32::MAX),
            x_mm: place.point.x.to_mm(),
            y_mm: place.point.y.to_mm(),
        });
    }
    Ok(anchors)
}

/// The layout sets a pair of blocks row by row; callers get one party after the other.
fn in_order_of_blocks(anchors: &mut [Anchor], document: &ContractDocument) {
    let block =
        |anchor: &Anchor| document.signature_blocks.iter().position(|block| block.party_key == anchor.party_key);
    // Stable: the places of one party stay in the order seal, representative, date.
    anchors.sort_by_key(block);
}

/// Microseconds since 1970 as a UTC date and time; `None` before 1970 and after 9999.
fn datetime(micros: i64) -> Option<Datetime> {
    let seconds = u64::try_from(micros).ok()? / 1_000_000;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // Civil date from a day count, in eras of 400 years that begin on 1 March: the leap day is then the last of its year.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    if year > 9_999 {
        return None;
    }
    let small = |value: u64| u8::try_from(value).ok();
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    Datetime::from_ymd_hms(
        i32::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use typst::layout::{Frame, FrameItem, Point};

    use crate::document::{
        Appendix, Article, Clause, CoverRow, PriceLine, PriceTable, SignatureBlock, Table, TableColumn,
    };

    /// Unknown fonts, layouts that never come to rest and the like are warnings, not errors.
    #[test]
    fn the_layout_causes_no_warnings() {
        let column = TableColumn { heading: "栏".into(), weight: 1, ..TableColumn::default() };
        let line = PriceLine { depth: 1, name: "物".into(), note: "注".into(), ..PriceLine::default() };
        let group = PriceLine { is_group: true, ..line.clone() };
        let block = |key: &str| SignatureBlock {
            party_key: key.into(),
            rows: vec![("地址".into(), "示例市".into())],
            has_representative: key == "A",
            ..SignatureBlock::default()
        };
        let clauses = vec![
            Clause::Text("甲\n乙".into()),
            Clause::Emphasised("W".repeat(200)),
            Clause::Table(Table { columns: vec![column], rows: vec![vec!["格".into()]] }),
            Clause::PriceTable(PriceTable { lines: vec![group, line], ..PriceTable::default() }),
        ];
        let document = ContractDocument {
            title: "示例合同".into(),
            number: "示例-1".into(),
            cover: vec![CoverRow { label: "项目".into(), value: "𠮷".into() }, CoverRow::default()],
            preamble: vec!["序".into()],
            articles: vec![Article { heading: "𠮷".into(), clauses: clauses.clone() }],
            signature_blocks: vec![block("A"), block("B"), block("C")],
            appendices: vec![Appendix { heading: "附件".into(), body: clauses }],
        };
        let json = serde_json::to_vec(&Model::new(&document)).expect("JSON");
        let compiled = typst::compile::<PagedDocument>(&ContractWorld::new(json));
        assert!(compiled.output.is_ok() && compiled.warnings.is_empty(), "{:?}", compiled.warnings);
    }

    /// Where everything stands on the pages, in points, with its text.
    fn places(json: &serde_json::Value) -> Vec<(usize, String, String)> {
        fn walk(frame: &Frame, at: Point, page: usize, places: &mut Vec<(usize, String, String)>) {
            for (offset, item) in frame.items() {
                let at = at + *offset;
                match item {
                    FrameItem::Group(group) => walk(&group.frame, at, page, places),
                    FrameItem::Text(text) => {
                        places.push((page, format!("{:.3} {:.3}", at.x.to_pt(), at.y.to_pt()), text.text.to_string()));
                    }
                    _ => {}
                }
            }
        }
        let world = ContractWorld::new(serde_json::to_vec(json).expect("JSON"));
        let document: PagedDocument = typst::compile(&world).output.expect("it can be set");
        let mut places = Vec::new();
        for (number, page) in document.pages().iter().enumerate() {
            walk(&page.frame, Point::zero(), number, &mut places);
        }
        places
    }

    /// The heights of rows that the model knows, or that are measured cell by cell, are those that the layout finds by itself.
    #[test]
    fn rows_are_as_high_as_their_highest_cell() {
        let names = [
            "椅",
            "便携式计算机（含操作系统、办公软件和三年上门服务），按采购文件第五章执行",
            "第一行\n第二行\n第三行",
            "𠮷字牌 W-2000/AB",
            "",
            "https://example.org/a/very/long/path/without/any/space/at/all/in/it?and=more",
            "3.5 mm 连接线 (USB-C to 3.5 mm audio, black, 1.2 m) 和说明书",
        ];
        let line = |(index, name): (usize, &str)| PriceLine {
            no: index.to_string(),
            depth: u8::try_from(index % 3).expect("small"),
            name: name.into(),
            brand_spec: names[(index + 3) % names.len()].into(),
            unit: "台".into(),
            amount: "1,234,567.00".into(),
            is_group: index % 4 == 1,
            ..PriceLine::default()
        };
        let mut lines: Vec<PriceLine> = names.into_iter().enumerate().map(line).collect();
        // Names around one line's width, with nothing beside them that could be higher.
        for length in (1..30).step_by(2) {
            lines.push(PriceLine { name: "示".repeat(length), brand_spec: "例".into(), ..PriceLine::default() });
        }
        let document = ContractDocument {
            title: "示例合同".into(),
            articles: vec![Article {
                heading: "标的".into(),
                clauses: vec![Clause::PriceTable(PriceTable { lines, ..PriceTable::default() })],
            }],
            ..ContractDocument::default()
        };
        let known = serde_json::to_value(Model::new(&document)).expect("JSON");
        let mut found = known.clone();
        let rows = found["articles"][0]["parts"][0]["rows"].as_array_mut().expect("rows");
        assert!(rows.iter().any(|row| row["measured"] == serde_json::json!([])), "some rows are known");
        // The layout finds the height of rows that may split; these all stand on one page.
        assert!(rows.iter().any(|row| row["plain"] == true), "some rows are taken as they are");
        rows.iter_mut().for_each(|row| (row["tall"], row["plain"]) = (true.into(), false.into()));
        assert_eq!(places(&known), places(&found));
    }

    /// How far below the last row of a table the next clause stands, in points.
    fn below_a_table(clause: Clause) -> f64 {
        let document = ContractDocument {
            title: "示例合同".into(),
            articles: vec![Article { heading: "标的".into(), clauses: vec![clause, Clause::Text("其后".into())] }],
            ..ContractDocument::default()
        };
        let places = places(&serde_json::to_value(Model::new(&document)).expect("JSON"));
        let height = |wanted: &str| {
            let (_, place, _) = places.iter().find(|(_, _, text)| text.contains(wanted)).expect("the text is printed");
            place.split_once(' ').and_then(|(_, y)| y.parse::<f64>().ok()).expect("a height")
        };
        height("其后") - height("末行")
    }

    #[test]
    fn a_table_ends_with_its_last_row() {
        let column = TableColumn { heading: "栏".into(), weight: 1, ..TableColumn::default() };
        let rows = vec![vec!["首行".into()], vec!["末行".into()]];
        let plain = below_a_table(Clause::Table(Table { columns: vec![column], rows }));
        let priced =
            below_a_table(Clause::PriceTable(PriceTable { total_capitals: "末行".into(), ..PriceTable::default() }));
        assert!((plain - priced).abs() < 0.5, "{plain} pt below a plain table, {priced} pt below one with totals");
    }

    #[test]
    fn microseconds_become_the_right_utc_date() {
        for (micros, expected) in [
            (0, Some((1970, 1, 1, 0, 0, 0))),
            (1_709_164_800_000_000, Some((2024, 2, 29, 0, 0, 0))),
            (1_741_046_399_999_999, Some((2025, 3, 3, 23, 59, 59))),
            (4_107_542_399_000_000, Some((2100, 2, 28, 23, 59, 59))),
            (4_107_542_400_000_000, Some((2100, 3, 1, 0, 0, 0))),
            (253_402_300_799_999_999, Some((9999, 12, 31, 23, 59, 59))),
            (253_402_300_800_000_000, None),
            (-1, None),
            (i64::MAX, None),
        ] {
            let expected = expected.and_then(|(year, month, day, hour, minute, second)| {
                Datetime::from_ymd_hms(year, month, day, hour, minute, second)
            });
            assert_eq!(datetime(micros), expected, "{micros}");
        }
    }
}
