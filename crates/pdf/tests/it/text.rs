//! Text with its places: Chinese fonts with and without /ToUnicode, every kind of text operator, and the search of keywords that places seals
//! (S1-026).

pub use crate::seeds::fuzz::file_of;
use std::process::Command;
use std::sync::Arc;

use yinxin_pdf::text::{Anchor, KeywordError, TextError, normalised};
use yinxin_pdf::{Opened, seen_place_mm};

use crate::judges::{self, TempFile, TempFolder};
use crate::sample::{Sample, deflate};

const SENTENCE: &str = "甲方（公章）：示例单位，合同金额人民币壹佰万元整。";

pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{entries}/Length {}>>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// One page with a font (objects 5 and further) and this content.
pub fn page_with(font: Vec<Vec<u8>>, content: &str) -> Vec<u8> {
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>".to_vec(),
        stream("", content.as_bytes()),
    ];
    objects.extend(font);
    file_of(&objects)
}

/// A font of old Chinese writers: not in the file, without /ToUnicode, its encoding one of the predefined.
pub fn predefined(encoding: &str) -> Vec<Vec<u8>> {
    vec![
        format!("<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/{encoding}/DescendantFonts[6 0 R]>>").into_bytes(),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>\
          /DW 1000/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Ascent 880/Descent -120/Flags 6>>>>"
            .to_vec(),
    ]
}

pub fn open(bytes: Vec<u8>) -> Opened {
    Opened::open(Arc::from(bytes)).unwrap()
}

#[test]
fn fonts_with_predefined_encodings_are_read_without_to_unicode() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let gb18030 = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    type Encode<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let encodings: [(&str, Encode<'_>); 7] = [
        ("UniGB-UCS2-H", &utf16),
        ("UniGB-UTF16-H", &utf16),
        ("UniGB-UCS2-V", &utf16),
        ("GBK-EUC-H", &gbk),
        ("GBKp-EUC-H", &gbk),
        ("GB-EUC-H", &gbk),
        ("GBK2K-H", &gb18030),
    ];
    for (encoding, encode) in encodings {
        let content = format!("BT /F1 12 Tf 72 700 Td <{}> Tj ET", hexadecimal(&encode(SENTENCE)));
        let file = open(page_with(predefined(encoding), &content));
        assert_eq!(file.page_text(0).unwrap().lines(), SENTENCE, "{encoding}");
        let hits = file.find_keyword("甲方(公章)", None).unwrap();
        let rect = hits[0].rect();
        if encoding.ends_with('V') {
            assert!((rect.x0 - 66.0).abs() < 0.1 && (rect.height() - 72.0).abs() < 0.1, "{encoding}: {rect:?}");
        } else {
            assert!((rect.x0 - 72.0).abs() < 0.1 && (rect.width() - 72.0).abs() < 0.1, "{encoding}: {rect:?}");
            assert!(rect.y0 < 700.0 && rect.y1 > 709.0, "{encoding}: {rect:?}");
        }
    }
}

/// A font whole in the file, its codes being glyph numbers; `to_unicode` says what the codes mean, if anything does.
fn embedded(to_unicode: Option<&str>) -> (Vec<Vec<u8>>, impl Fn(&str) -> String) {
    let face = &yinxin_fonts::faces()[0];
    let data = deflate(face.bytes);
    let unicode = if to_unicode.is_some() { "/ToUnicode 9 0 R" } else { "" };
    let font = vec![
        format!("<</Type/Font/Subtype/Type0/BaseFont/Embedded/Encoding/Identity-H/DescendantFonts[6 0 R]{unicode}>>").into_bytes(),
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Embedded/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
          /DW 1000/CIDToGIDMap/Identity/FontDescriptor 7 0 R>>"
            .to_vec(),
        b"<</Type/FontDescriptor/FontName/Embedded/Flags 4/Ascent 880/Descent -120/FontFile2 8 0 R>>".to_vec(),
        stream("/Filter/FlateDecode", &data),
        stream("", to_unicode.unwrap_or_default().as_bytes()),
    ];
    let glyphs = move |text: &str| {
        let parsed = ttf_parser::Face::parse(face.bytes, 0).unwrap();
        text.chars().map(|character| format!("{:04X}", parsed.glyph_index(character).unwrap().0)).collect()
    };
    (font, glyphs)
}

#[test]
fn an_embedded_font_without_to_unicode_is_read_by_its_own_table() {
    let (font, glyphs) = embedded(None);
    let content = format!("BT /F1 10 Tf 100 500 Td <{}> Tj ET", glyphs(SENTENCE));
    let file = open(page_with(font, &content));
    assert_eq!(normalised(&file.page_text(0).unwrap().lines()), normalised(SENTENCE));
    assert_eq!(file.find_keyword("合同金额", None).unwrap()[0].rect().x0.round(), 220.0);
}

/// What browsers print: the code of 方 means ⽅ (a Kangxi radical), the code of 民 means ⺠.
#[test]
fn radicals_in_to_unicode_are_found_by_the_characters_that_people_type() {
    let (_, glyphs) = embedded(None);
    let map = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
         3 beginbfchar <{}> <2F45> <{}> <2EA0> <{}> <7532> endbfchar endcmap end end",
        glyphs("方"),
        glyphs("民"),
        glyphs("甲")
    );
    let (font, glyphs) = embedded(Some(&map));
    // Letters apart from each other by TJ, and a line end within the words.
    let content = format!(
        "BT /F1 10 Tf 100 500 Td [<{}> -300 <{}>] TJ 0 -14 Td <{}> Tj ET",
        glyphs("甲"),
        glyphs("方"),
        glyphs("民")
    );
    let file = open(page_with(font, &content));
    assert_eq!(file.page_text(0).unwrap().lines(), "甲 ⽅\n⺠");
    let hits = file.find_keyword(" 甲方 民", None).unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].lines.len(), 2, "{:?}", hits[0]);
    assert_eq!((hits[0].rect().x0, hits[0].rect().x1.round()), (100.0, 123.0));
}

#[test]
fn every_way_of_showing_text_is_followed() {
    let latin = vec![b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec()];
    let content = "q 2 0 0 2 10 20 cm BT /F1 10 Tf 12 TL 5 5 Td (A) Tj T* (B) Tj (C) ' 1 2 (D) \" ET Q\n\
                   BT /F1 10 Tf 1 0 0 1 300 300 Tm 0 0 Td [(E) -1000 (F)] TJ 50 Tz (GG) Tj 100 Tz 5 Ts (H) Tj ET\n\
                   BI /W 1 /H 1 /BPC 8 /CS /G ID \x45\x49x EI\n\
                   BT /F1 10 Tf 0 1 -1 0 400 400 Tm (Up) Tj ET (\\) ] >> lost ( ";
    let file = open(page_with(latin, content));
    let page = file.page_text(0).unwrap();
    let found: Vec<(&str, i64, i64)> = page
        .glyphs
        .iter()
        .map(|glyph| (glyph.text.as_str(), glyph.rect.x0.round() as i64, (glyph.rect.y0 + 0.12 * 10.0).round() as i64))
        .collect();
    let expected = [
        ("A", 20, 29),
        ("B", 20, 5),
        ("C", 20, -19),
        ("D", 20, -43),
        ("E", 300, 300),
        ("F", 317, 300),
        ("G", 323, 300),
        ("G", 327, 300),
        ("H", 331, 305),
    ];
    assert_eq!(found[..9], expected, "{found:?}");
    // Turned by a quarter: the letters stand one above the other.
    let up = &page.glyphs[9..];
    assert_eq!((up[0].text.as_str(), up[1].text.as_str()), ("U", "p"));
    assert!(up[1].rect.y0 >= up[0].rect.y1 - 0.01 && (up[0].rect.x0 - up[1].rect.x0).abs() < 0.01);
    assert!(page.lines().ends_with("Up"), "{}", page.lines());
}

#[test]
fn forms_are_entered_with_their_matrix_and_never_without_end() {
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]/Resources<</Font<</F1 5 0 R>>/XObject<</Fm 6 0 R/Loop 7 0 R>>>>/MediaBox[0 0 595 842]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents[4 0 R 8 0 R]>>".to_vec(),
        stream("", b"q 1 0 0 1 100 0 cm /Fm D"),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>".to_vec(),
        stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Matrix[1 0 0 1 0 50]", b"BT /F1 10 Tf (Inside) Tj ET"),
        stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]", b"BT /F1 10 Tf (x) Tj ET /Loop Do /Loop Do"),
        stream("", b"Q /Fm Do"),
    ];
    let page = open(file_of(&objects)).page_text(0).unwrap();
    // `D` and `Q` are words of their own although the streams follow each other: only the second form is drawn, unmoved.
    assert_eq!((page.lines().as_str(), page.glyphs[0].rect.x0), ("Inside", 0.0));
    let mut looping = objects.to_vec();
    looping[7] = stream("", b"Q /Loop Do");
    assert!(open(file_of(&looping)).page_text(0).is_ok_and(|page| page.glyphs.len() <= 20_000));
    let mut huge = objects.to_vec();
    huge[7] = stream("/Filter[/FlateDecode/FlateDecode]", &deflate(&deflate(&vec![b' '; 70 << 20])));
    assert!(matches!(open(file_of(&huge)).page_text(0), Err(TextError::Stream(_))));
}

/// A seal stands where the words are as seen, whatever the page's rotation, CropBox and unit.
#[test]
fn a_seal_is_placed_by_words_on_pages_of_every_rotation() {
    let sample = Sample {
        pages: 8,
        rotations: vec![0, 90, 180, 270],
        media_box: [-50, -20, 560, 800],
        crop_box: Some([15, 25, 545, 780]),
        user_unit: Some(1.5),
        ..Sample::default()
    };
    let file = sample.open();
    assert_eq!(file.find_keyword("Sample", None).unwrap().len(), 8);
    assert_eq!(file.find_keyword("Samplepage", Some(&[2, 5])).unwrap().len(), 2);
    for page in file.pages().unwrap() {
        let hits = file.find_keyword(&format!("page {}", page.index + 1), None).unwrap();
        let hit = &hits[0];
        assert_eq!(hit.page, page.index);
        // 72 + the width of "Sample " in Helvetica at 18 points.
        let (x, y, w, h) = seen_place_mm(page, hit.rect());
        for (anchor, centre) in [
            (Anchor::Centre, (x + w / 2.0, y + h / 2.0)),
            (Anchor::After, (x + w + 10.0, y + h / 2.0)),
            (Anchor::Below, (x + w / 2.0, y + h + 10.0)),
        ] {
            let rect = hit.place(page, anchor, 3.0, -2.0, 20.0, 20.0);
            let (left, top, width, height) = seen_place_mm(page, rect);
            let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
            assert!(near(width, 20.0) && near(height, 20.0));
            assert!(near(left + 10.0, centre.0 + 3.0) && near(top + 10.0, centre.1 - 2.0), "{anchor:?} on {page:?}");
            assert!(page.crop_box.contains(rect));
        }
        // Far beyond the edge it stays on the page.
        assert!(page.crop_box.contains(hit.place(page, Anchor::After, 900.0, -900.0, 42.0, 42.0)));
    }
    assert_eq!(file.find_keyword("absent", None).unwrap_err(), KeywordError::NotFound);
    for bad in ["", " \n", &"长".repeat(201)] {
        assert_eq!(file.find_keyword(bad, None).unwrap_err(), KeywordError::BadKeyword);
    }
    assert_eq!(file.page_text(8).unwrap_err(), TextError::NoSuchPage(8));
}

/// Words drawn twice for bold type are one place; the same words elsewhere are another.
#[test]
fn words_drawn_twice_at_one_place_are_one_place() {
    let latin = || vec![b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_vec()];
    let content =
        "BT /F1 12 Tf 50 500 Td (Seal) Tj ET BT /F1 12 Tf 50.3 500 Td (Seal) Tj ET BT /F1 12 Tf 50 400 Td (Seal) Tj ET";
    assert_eq!(open(page_with(latin(), content)).find_keyword("Seal", None).unwrap().len(), 2);
}

/// What poppler says of the same words: the same text, at the same place.
#[test]
fn poppler_sees_the_same_words_at_the_same_places() {
    for rotation in [0, 90, 180, 270] {
        let sample = Sample { rotations: vec![rotation], crop_box: Some([20, 30, 500, 700]), ..Sample::default() };
        let file = TempFile::new("pdf", &sample.build());
        let Some(output) = judges::run(Command::new("pdftotext").args(["-bbox", "-cropbox"]).arg(file.path()).arg("-"))
        else {
            return;
        };
        let said = String::from_utf8(output.stdout).unwrap();
        let word = said.lines().find(|line| line.contains(">Sample<")).unwrap_or_else(|| panic!("{said}"));
        let number = |key: &str| -> f64 {
            let rest = &word[word.find(key).unwrap() + key.len() + 2..];
            rest[..rest.find('"').unwrap()].parse().unwrap()
        };
        let opened = sample.open();
        let hit = &opened.find_keyword("Sample", Some(&[0])).unwrap()[0];
        let mm = 72.0 / 25.4;
        let (x, y, w, h) = seen_place_mm(&opened.pages().unwrap()[0], hit.rect());
        let ours = [x * mm, y * mm, (x + w) * mm, (y + h) * mm];
        let theirs = [number("xMin"), number("yMin"), number("xMax"), number("yMax")];
        // Along the line exactly, across it as far as fonts' heights are a matter of taste.
        let close = ours.iter().zip(theirs).all(|(ours, theirs)| (ours - theirs).abs() < 4.0);
        let along = if rotation % 180 == 0 { [0, 2] } else { [1, 3] };
        let exact = along.iter().all(|at| (ours[*at] - theirs[*at]).abs() < 0.1);
        assert!(close && exact, "{rotation}: {ours:?} {theirs:?}");
    }
}

/// What a browser prints, fonts in subsets of its own making.
#[test]
fn a_page_printed_by_a_browser_is_read_as_poppler_reads_it() {
    let folder = TempFolder::new("printed");
    let (html, pdf) = (folder.path().join("page.html"), folder.path().join("page.pdf"));
    let text = "<meta charset=utf-8><h1>政府采购合同</h1><p>甲方（公章）：示例单位<p>乙方（公章）：示例园林绿化有限公司\
                <p>人民币民生方案：长江、车辆、页码、门牌 ABC 123 ￥1,234.50<table><tr><td>项目<td>金额</table>";
    std::fs::write(&html, text).unwrap();
    let mut command = Command::new("chromium");
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]);
    command.arg(format!("--user-data-dir={}", folder.path().join("profile").display()));
    command.arg(format!("--print-to-pdf={}", pdf.display())).arg(&html);
    let Some(output) = judges::run(&mut command) else { return };
    let bytes =
        std::fs::read(&pdf).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let file = open(bytes.clone());
    let ours: String = file.text().unwrap().iter().map(|page| page.lines()).collect();
    if let Some(theirs) = judges::text(&bytes) {
        assert_eq!(normalised(&ours), normalised(&theirs));
    }
    for keyword in ["甲方（公章）", "乙方(公章)", "人民币", "长江", "¥1,234.50"] {
        assert_eq!(file.find_keyword(keyword, None).map(|hits| hits.len()), Ok(1), "{keyword} in {ours}");
    }
}
