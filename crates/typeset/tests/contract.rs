//! What a rendered contract must be, as independent programs read it.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use support::sample::{AT_MICROS, contract_of, goods_contract, price_table};
use support::{Scratch, fixture, oracle, squeezed, text_of};
use yinxin_typeset::{
    Align, AnchorKind, Appendix, Article, Clause, ContractDocument, CoverRow, PriceLine, PriceTable, Rendered,
    SignatureBlock, Table, TableColumn, TypesetError, limits, render,
};

fn set(document: &ContractDocument) -> Rendered {
    render(document, AT_MICROS).expect("the document can be set")
}

/// Every text of a document that is printed as it is, in order.
fn texts_of(document: &ContractDocument) -> Vec<String> {
    let mut texts = vec![document.title.clone(), document.number.clone()];
    texts.extend(document.cover.iter().flat_map(|row| [row.label.clone(), row.value.clone()]));
    texts.extend(document.preamble.iter().cloned());
    let clauses = document.articles.iter().flat_map(|article| {
        texts.push(article.heading.clone());
        &article.clauses
    });
    let clauses: Vec<_> = clauses.chain(document.appendices.iter().flat_map(|appendix| &appendix.body)).collect();
    for clause in clauses {
        match clause {
            Clause::Text(text) | Clause::Emphasised(text) => texts.push(text.clone()),
            Clause::Table(table) => texts.extend(table.rows.iter().flatten().cloned()),
            Clause::PriceTable(table) => {
                for line in &table.lines {
                    let cells = [&line.no, &line.name, &line.brand_spec, &line.unit, &line.quantity, &line.amount];
                    texts.extend(cells.map(Clone::clone));
                }
                texts.extend([table.total_figures.clone(), table.total_capitals.clone()]);
            }
        }
    }
    for block in &document.signature_blocks {
        texts.extend([block.heading.clone(), block.organisation.clone()]);
        texts.extend(block.rows.iter().map(|(_, value)| value.clone()));
    }
    texts.extend(document.appendices.iter().map(|appendix| appendix.heading.clone()));
    texts
}

#[test]
fn every_text_of_a_contract_can_be_copied_out_of_it() {
    let document = goods_contract(30);
    let Some(text) = text_of("texts", &set(&document).pdf, &["-raw"]) else { return };
    let printed = squeezed(&text);
    for expected in texts_of(&document) {
        // A table row that wraps is read line by line across its cells, so the words of a cell are looked for one by one.
        for word in expected.split_whitespace() {
            assert!(printed.contains(&squeezed(word)), "{expected:?} is not in the text");
        }
    }
    for numbered in ["第一条合同标的及价款", "1.1乙方按下表", "1.2合同总价", "第六条争议解决", "6.2本合同自双方"]
    {
        assert!(printed.contains(numbered), "{numbered}");
    }
    assert!(printed.contains("第2页共") && printed.contains("合计（小写）￥486,350.00"));
}

#[test]
fn the_file_is_sound_tagged_pdf_a_with_embedded_subset_fonts() {
    let rendered = set(&goods_contract(30));
    let file = Scratch::new("sound", &rendered.pdf);
    if let Some(qpdf) = oracle("qpdf", &["--check", file.path()]) {
        assert!(qpdf.status.success(), "{}", String::from_utf8_lossy(&qpdf.stdout));
    }
    if let Some(fonts) = oracle("pdffonts", &[file.path()]) {
        let fonts = String::from_utf8_lossy(&fonts.stdout).into_owned();
        let fonts: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(fonts.len() >= 2, "{fonts:?}");
        for font in fonts {
            // Columns from the right: object ID (two), has a Unicode map, is a subset, is embedded.
            let columns: Vec<&str> = font.split_whitespace().rev().collect();
            assert_eq!(columns[2..5], ["yes", "yes", "yes"], "{font}");
        }
    }
    if let Some(info) = oracle("pdfinfo", &[file.path()]) {
        let info = String::from_utf8_lossy(&info.stdout).into_owned();
        let value =
            |key: &str| info.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim().to_owned();
        assert_eq!(value("Title:"), "政府采购货物买卖合同");
        assert_eq!(value("Tagged:"), "yes");
        assert_eq!(value("Pages:"), rendered.pages.to_string());
        assert!(value("Page size:").contains("(A4)"), "{info}");
    }
    let bytes = String::from_utf8_lossy(&rendered.pdf);
    assert!(
        bytes.contains("<pdfaid:part>2</pdfaid:part>") && bytes.contains("<pdfaid:conformance>B</pdfaid:conformance>")
    );
}

#[test]
fn the_same_document_gives_the_same_bytes_and_another_time_does_not() {
    let document = goods_contract(12);
    let first = set(&document);
    assert_eq!(first, set(&document));
    assert_ne!(first.pdf, render(&document, AT_MICROS + 1_000_000).expect("it can be set").pdf);
}

#[test]
fn several_threads_set_contracts_at_once() {
    let documents: Vec<_> =
        (0..4).map(|index| ContractDocument { number: format!("示例-{index}"), ..goods_contract(12) }).collect();
    let alone: Vec<_> = documents.iter().map(set).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = documents.iter().map(|document| scope.spawn(|| set(document))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(alone, together);
}

#[test]
fn several_hundred_lines_flow_over_pages_with_repeated_heads() {
    let mut document = contract_of(vec![Clause::PriceTable(price_table(400))]);
    document.number = "示例-400".into();
    let rendered = set(&document);
    assert!(rendered.pages >= 10, "{} pages", rendered.pages);
    let Some(text) = text_of("hundreds", &rendered.pdf, &["-layout"]) else { return };
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert_eq!(pages.len() as u32, rendered.pages);
    for (index, page) in pages.iter().enumerate().skip(1) {
        let head = page.lines().find(|line| line.contains("序号")).unwrap_or_default();
        for heading in ["序号", "名称", "单位", "数量", "单价（元）", "金额（元）", "备注"] {
            assert!(head.contains(heading), "page {}: no {heading} in {head:?}", index + 1);
        }
        assert!(squeezed(page).contains(&format!("第{}页共{}页", index + 1, pages.len())));
        assert!(page.contains("示例-400"), "page {} has no running head", index + 1);
    }
    for index in 0..400 {
        if index % 10 != 0 {
            assert_eq!(text.matches(&format!("便携式计算机{index:04}")).count(), 1, "line {index}");
        }
    }
    assert_eq!(text.matches("肆拾捌万陆仟叁佰伍拾元整").count(), 1);
}

#[test]
fn all_standard_characters_and_rare_ones_print() {
    let Some(standard) = fixture("standard-characters-8105.txt") else { return };
    let mut characters: Vec<char> = standard.chars().filter(|ch| !ch.is_whitespace()).collect();
    assert_eq!(characters.len(), 8_105);
    characters.extend("㙍䶮𠮷𬀩龘堃喆〇￥¥㎡№①㈠℃“”—…".chars());
    // Body, bold and table each have their own face.
    let text: String = characters.iter().collect();
    let table = Table {
        columns: vec![TableColumn { heading: "㙍䶮𠮷𬀩龘".into(), weight: 1, align: Align::Left }],
        rows: vec![vec![text.clone()]],
    };
    for (name, clause) in [
        ("body", Clause::Text(text.clone())),
        ("bold", Clause::Emphasised(text.clone())),
        ("table", Clause::Table(table)),
    ] {
        let Some(read) = text_of(name, &set(&contract_of(vec![clause])).pdf, &["-raw"]) else { return };
        // Page by page without running head and number.
        let printed: String = read
            .lines()
            .map(|line| line.trim_matches('\u{c}'))
            .filter(|line| !line.starts_with('第') || line.chars().count() > 16)
            .filter(|line| *line != "示例合同" && *line != "㙍䶮𠮷𬀩龘")
            .collect();
        let printed = squeezed(&printed);
        let printed = printed.strip_prefix("1.1").unwrap_or(&printed);
        assert!(printed == text, "{name}: {}", first_difference(printed, &text));
    }
}

#[test]
fn whatever_counts_as_printable_has_a_glyph_in_every_style() {
    // Every tenth of the tens of thousands of ideographs, and all other characters.
    let ideographs = |ch: &char| matches!(ch, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..);
    let covered = ('!'..=char::MAX).filter(|&ch| yinxin_fonts::covers(ch));
    let (every, some): (Vec<char>, Vec<char>) = covered.partition(|ch| !ideographs(ch));
    assert!(every.len() > 1_000 && some.len() > 30_000, "{} and {}", every.len(), some.len());
    let covered: Vec<char> = every.into_iter().chain(some.into_iter().step_by(10)).collect();
    // The PDF/A validator refuses a missing glyph. Spaces between the characters: some of them would join.
    let paragraphs: Vec<String> =
        covered.chunks(500).map(|chunk| chunk.iter().flat_map(|&ch| [ch, ' ']).collect()).collect();
    for clause in [Clause::Text, Clause::Emphasised] {
        set(&contract_of(paragraphs.iter().cloned().map(clause).collect()));
    }
    // Headings are set in the sans face.
    let headings = covered
        .chunks(limits::HEADING_CHARACTERS)
        .map(|chunk| Article { heading: chunk.iter().collect(), clauses: vec![] });
    set(&ContractDocument { articles: headings.collect(), ..contract_of(vec![]) });
}

fn first_difference(left: &str, right: &str) -> String {
    let place = left
        .chars()
        .zip(right.chars())
        .position(|(left, right)| left != right)
        .unwrap_or(left.chars().count().min(right.chars().count()));
    let near = |text: &str| text.chars().skip(place.saturating_sub(5)).take(15).collect::<String>();
    format!("at {place}: {:?} instead of {:?}", near(left), near(right))
}

const HOSTILE: &str = "#panic(\"x\") *bold* $x^2$ #read(\"/etc/passwd\") <a> \\ // no comment /* nor this */ @ref = head - item `raw` [x] {y} ~ -- --- ... 'q' \"q\" https://example.org #{ sys } \\u{41} %s ${x} <script>";

#[test]
fn markup_in_every_value_prints_literally() {
    let hostile = || HOSTILE.to_owned();
    let line = PriceLine {
        depth: 8,
        no: "#1".into(),
        name: hostile(),
        brand_spec: hostile(),
        unit: "*".into(),
        quantity: "$1$".into(),
        unit_price: "#2".into(),
        amount: "_3_".into(),
        note: hostile(),
        is_group: true,
    };
    let document = ContractDocument {
        title: "#panic(\"t\") *题*".into(),
        number: "#n $1$ <b>".into(),
        cover: vec![CoverRow { label: "#l".into(), value: "#read(\"/etc/passwd\") *v*".into() }],
        preamble: vec![hostile()],
        signature_blocks: vec![SignatureBlock {
            party_key: "A".into(),
            heading: "*甲方*".into(),
            organisation: "#eval(\"1\")".into(),
            rows: vec![("_地址_".into(), "$x$".into())],
            has_representative: true,
        }],
        appendices: vec![Appendix { heading: "= #h".into(), body: vec![Clause::Text(hostile())] }],
        ..contract_of(vec![
            Clause::Text(hostile()),
            Clause::Emphasised(hostile()),
            Clause::PriceTable(PriceTable {
                lines: vec![line],
                total_figures: "#t".into(),
                total_capitals: "*大写*".into(),
            }),
        ])
    };
    let Some(text) = text_of("hostile", &set(&document).pdf, &["-raw"]) else { return };
    let printed = squeezed(&text);
    // Preamble, clause, emphasised clause, appendix, and three cells of the table.
    assert_eq!(printed.matches(&squeezed(HOSTILE)).count(), 7, "{text}");
    for literal in [
        "#panic(\"t\")*题*",
        "#n$1$<b>",
        "#l：#read(\"/etc/passwd\")*v*",
        "*甲方*",
        "#eval(\"1\")",
        "_地址_：$x$",
        "=#h",
        "#t",
        "*大写*",
    ] {
        assert!(printed.contains(literal), "{literal} in {text}");
    }
    assert!(!printed.contains("root:"));
}

#[test]
fn what_cannot_be_printed_is_refused_by_name() {
    let mut document = goods_contract(3);
    document.signature_blocks[1].organisation = "示例😀公\u{202E}司\u{0}".into();
    document.articles[0].heading = "标\u{200B}的😀".into();
    let error = render(&document, AT_MICROS).expect_err("refused");
    assert_eq!(error, TypesetError::Unprintable { characters: vec!['\u{200B}', '😀', '\u{202E}', '\0'] });
    assert_eq!(error.code(), "typeset.unprintable");
    assert!(error.to_string().contains("U+1F600"), "{error}");
}

#[test]
fn empty_parts_are_left_out() {
    let bare = ContractDocument { title: "示例合同".into(), ..ContractDocument::default() };
    let rendered = set(&bare);
    assert!(rendered.anchors.is_empty());
    let Some(text) = text_of("bare", &rendered.pdf, &["-raw"]) else { return };
    assert!(!text.contains("合同编号") && !text.contains("签订日期"), "{text}");
    let mut document = contract_of(vec![
        Clause::Text(String::new()),
        Clause::Table(Table {
            columns: vec![TableColumn { heading: String::new(), weight: 1, align: Align::Left }],
            rows: vec![],
        }),
        Clause::PriceTable(PriceTable::default()),
    ]);
    document.signature_blocks = vec![SignatureBlock { party_key: "A".into(), ..SignatureBlock::default() }];
    document.appendices = vec![Appendix::default()];
    document.preamble = vec![String::new()];
    document.articles[0].heading = String::new();
    assert_eq!(set(&document).anchors.len(), 2);
    let no_notes = set(&contract_of(vec![Clause::PriceTable(PriceTable {
        lines: vec![PriceLine { name: "物".into(), ..PriceLine::default() }],
        ..PriceTable::default()
    })]));
    let Some(text) = text_of("no-notes", &no_notes.pdf, &["-raw"]) else { return };
    assert!(!text.contains("备注") && !text.contains("品牌") && text.contains("数量"), "{text}");
}

/// A word as `pdftotext -bbox` sees it: page, left, top, right, bottom in points, text.
struct Word {
    page: u32,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    text: String,
}

fn words_of(name: &str, pdf: &[u8]) -> Option<Vec<Word>> {
    let html = text_of(name, pdf, &["-bbox"])?;
    let mut page = 0;
    let mut words = Vec::new();
    for line in html.lines().map(str::trim) {
        if line.starts_with("<page ") {
            page += 1;
        } else if let Some(word) = line.strip_prefix("<word ") {
            let value = |key: &str| {
                let start = word.find(&format!("{key}=\"")).expect("the attribute") + key.len() + 2;
                let length = word[start..].find('"').expect("its end");
                word[start..start + length].parse::<f64>().expect("a number")
            };
            let text = word[word.find('>').expect("the tag's end") + 1..].trim_end_matches("</word>").to_owned();
            words.push(Word {
                page: page - 1,
                left: value("xMin"),
                top: value("yMin"),
                right: value("xMax"),
                bottom: value("yMax"),
                text,
            });
        }
    }
    Some(words)
}

const MM: f64 = 72.0 / 25.4;

#[test]
fn anchors_stand_where_the_blocks_are_printed_and_leave_room() {
    for (name, lines) in [("anchors-3", 3), ("anchors-25", 25), ("anchors-60", 60)] {
        let mut document = goods_contract(lines);
        document.signature_blocks.push(SignatureBlock {
            party_key: "C_3".into(),
            heading: "丙方（代理机构）".into(),
            organisation: "示例招标代理有限公司".into(),
            ..SignatureBlock::default()
        });
        let rendered = set(&document);
        let found: Vec<_> = rendered.anchors.iter().map(|anchor| (anchor.party_key.as_str(), anchor.kind)).collect();
        use AnchorKind::{Date, OrganisationSeal, Representative};
        let expected = [
            ("A", OrganisationSeal),
            ("A", Representative),
            ("A", Date),
            ("B", OrganisationSeal),
            ("B", Representative),
            ("B", Date),
            ("C_3", OrganisationSeal),
            ("C_3", Date),
        ];
        assert_eq!(found, expected);
        let Some(words) = words_of(name, &rendered.pdf) else { return };
        for anchor in &rendered.anchors {
            let (x, y) = (anchor.x_mm * MM, anchor.y_mm * MM);
            let on_page = || words.iter().filter(|word| word.page == anchor.page);
            // The room of the place is free of text.
            let (half_width, half_height) = match anchor.kind {
                OrganisationSeal => (21.0 * MM, 21.0 * MM),
                Representative => (11.0 * MM, 11.0 * MM),
                Date => (20.0 * MM, 4.0 * MM),
            };
            for word in on_page() {
                let across = word.left < x + half_width && word.right > x - half_width;
                let down = word.top < y + half_height && word.bottom > y - half_height;
                // The caption （盖章） may lie at the edge of a round seal's square, never under the seal itself.
                let corner = (word.right - x).hypot(word.bottom - y) >= half_width;
                assert!(
                    !(across && down) || (anchor.kind == OrganisationSeal && corner),
                    "{anchor:?} covers {}",
                    word.text
                );
            }
            // The caption of the place stands in the same half of the page, above it or beside it.
            let caption = match anchor.kind {
                OrganisationSeal => "（盖章）",
                Representative => "（签字或盖章）",
                Date => "签订日期",
            };
            let near = on_page().any(|word| {
                word.text.contains(caption)
                    && (word.left < 105.0 * MM) == (x < 105.0 * MM)
                    && (word.top - y).abs() < 30.0 * MM
                    && (word.left - x).abs() < 45.0 * MM
            });
            assert!(near, "{anchor:?} has no {caption} near it");
            assert!(x - half_width > 0.0 && x + half_width < 210.0 * MM && y + half_height < 297.0 * MM);
        }
        // The places of one pair of parties are on one page, and no two places of it meet.
        for (index, one) in rendered.anchors.iter().enumerate() {
            for other in &rendered.anchors[..index] {
                if (one.party_key == "C_3") == (other.party_key == "C_3") {
                    assert_eq!(one.page, other.page);
                }
                let reach = |kind| if kind == OrganisationSeal { 21.0 } else { 11.0 };
                if one.page == other.page && one.kind != Date && other.kind != Date {
                    let distance = (one.x_mm - other.x_mm).hypot(one.y_mm - other.y_mm);
                    assert!(distance > reach(one.kind) + reach(other.kind) + 1.0, "{one:?} meets {other:?}");
                }
            }
        }
    }
}

#[test]
fn overlong_words_and_huge_cells_stay_inside_the_margins() {
    let long = "W".repeat(400);
    let punctuation = "；".repeat(240);
    let digits = "123,456,789.00".repeat(8);
    let tall = "很长的说明。".repeat(1_200);
    let line = PriceLine {
        depth: 8,
        no: "1.1.1.1.1.1.1.1.1.1.1".into(),
        name: long.clone(),
        brand_spec: punctuation.clone(),
        unit: "平方公里·年".into(),
        quantity: digits.clone(),
        unit_price: digits.clone(),
        amount: digits.clone(),
        note: tall.clone(),
        is_group: false,
    };
    let group = PriceLine { is_group: true, note: long.clone(), ..line.clone() };
    let narrow = Table {
        columns: (0..12).map(|_| TableColumn { heading: "W".repeat(40), weight: 1, align: Align::Right }).collect(),
        rows: vec![vec![punctuation.clone(); 12], vec![long.clone(); 12]],
    };
    let mut document = contract_of(vec![
        Clause::Text(long.clone()),
        Clause::Emphasised(format!("见{punctuation}和{}", "a\u{a0}b".repeat(200))),
        Clause::PriceTable(PriceTable {
            lines: vec![line, group],
            total_figures: digits.clone(),
            total_capitals: long.clone(),
        }),
        Clause::Table(narrow),
    ]);
    document.title = "W".repeat(60);
    document.number = "N".repeat(60);
    document.cover = (0..4).map(|_| CoverRow { label: "标题".repeat(9), value: "W".repeat(50) }).collect();
    document.preamble = vec!["—".repeat(500)];
    document.articles[0].heading = "Q".repeat(120);
    document.signature_blocks = vec![
        SignatureBlock {
            party_key: "A".into(),
            heading: "H".repeat(120),
            organisation: "M".repeat(120),
            has_representative: true,
            ..SignatureBlock::default()
        },
        SignatureBlock {
            party_key: "B".into(),
            rows: vec![(String::new(), "8".repeat(300))],
            ..SignatureBlock::default()
        },
    ];
    let rendered = set(&document);
    let Some(words) = words_of("overlong", &rendered.pdf) else { return };
    assert!(words.len() > 500);
    assert!(words.iter().any(|word| word.page == 1 && word.text == "第一条"), "the cover is one page");
    for word in &words {
        // A full-width semicolon at the end of a line gives up its empty right half, which pdftotext still counts.
        let empty = if word.text.ends_with('；') { 6.1 } else { 0.0 };
        let inside =
            word.left > 26.5 * MM && word.right - empty < 183.5 * MM && word.top > 8.0 * MM && word.bottom < 290.0 * MM;
        assert!(
            inside,
            "page {}: {} at {:.0} {:.0} {:.0} {:.0}",
            word.page + 1,
            word.text,
            word.left,
            word.top,
            word.right,
            word.bottom
        );
    }
    let Some(text) = text_of("overlong-text", &rendered.pdf, &["-raw"]) else { return };
    let printed = squeezed(&text);
    assert_eq!(text.matches('—').count(), 500);
    assert!(printed.contains(&long), "the long word is whole");
    assert_eq!(text.matches('；').count(), 240 * (1 + 2 + 12), "no punctuation is lost");
}
