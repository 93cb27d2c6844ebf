//! /ActualText: what is meant in place of what is drawn, as poppler reads it, and told where the two differ (S1-026).

use yinxin_pdf::text::{PageText, TextError};

use crate::judges;
use crate::text::{file_of, open, page_with, stream};

fn latin() -> Vec<Vec<u8>> {
    vec![b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_vec()]
}

fn read(content: &str) -> PageText {
    open(page_with(latin(), content)).page_text(0).unwrap()
}

/// Ours, and poppler's where it is there.
#[track_caller]
fn reads(content: &str, wanted: &str) -> PageText {
    let page = read(content);
    assert_eq!(page.lines(), wanted);
    if let Some(theirs) = judges::text(&page_with(latin(), content)) {
        assert_eq!(theirs.trim(), wanted, "poppler");
    }
    page
}

#[test]
fn what_is_meant_stands_where_something_else_is_drawn() {
    let line = |inside: &str| format!("BT /F1 10 Tf 100 500 Td (a) Tj {inside} (z) Tj ET");
    // A ligature, a stretch in UTF-16, one for several lines of drawing, and a hyphen that means nothing.
    let page = reads(&line("/Span <</ActualText (ffi)>> BDC (X) Tj EMC"), "affiz");
    assert_eq!(page.glyphs.len(), 3);
    reads(&line("/Span <</ActualText <FEFF753265B9>>> BDC (XY) Tj EMC"), "a甲方z");
    let page = reads(&line("/Span <</ActualText (M)>> BDC (XYZ) Tj EMC"), "aMz");
    let [one, other] = [&page.glyphs[1].rect, &read(&line("(XYZ) Tj")).glyphs[3].rect];
    assert_eq!(one.x1, other.x1, "the box is that of all that is drawn");
    let hyphen = "(con) Tj /Span <</ActualText ()>> BDC (-) Tj EMC 0 -12 Td (tract) Tj";
    assert_eq!(read(&line(hyphen)).lines().replace('\n', ""), "acontractz");
    // Nothing meant, nothing changed; marks without a property list, and an end without a beginning.
    reads(&line("/Span <</MCID 0>> BDC (b) Tj EMC /Artifact BMC (c) Tj EMC EMC"), "abcz");
}

#[test]
fn the_outermost_stretch_counts_and_one_that_never_ends_does_not() {
    let line = |inside: &str| format!("BT /F1 10 Tf 100 500 Td (a) Tj {inside} (z) Tj ET");
    let nested = "/Span <</ActualText (outer)>> BDC (X) Tj /Span <</ActualText (inner)>> BDC (Y) Tj EMC (W) Tj EMC";
    // Here poppler lets the inner one win; the standard replaces the whole of the outer one.
    assert_eq!(read(&line(nested)).lines(), "aouterz");
    let within = "/P <</MCID 1>> BDC (X) Tj /Span <</ActualText (in)>> BDC (Y) Tj EMC (W) Tj EMC";
    reads(&line(within), "aXinWz");
    assert_eq!(read(&line("/Span <</ActualText (lost)>> BDC (X) Tj")).lines(), "aXz");
    // Six hundred within one another: the innermost are beyond what is followed, and none is mistaken for another's end.
    let deep = format!(
        "/Span <</ActualText (m)>> BDC {} (X) Tj {} EMC",
        "/Q <</ActualText (q)>> BDC ".repeat(600),
        "EMC ".repeat(600)
    );
    assert_eq!(read(&line(&deep)).lines(), "amz");
}

#[test]
fn stretches_are_named_in_resources_and_hold_whole_forms() {
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 595 842]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>/XObject<</Fm 6 0 R>>/Properties<</Two 7 0 R>>>>>>".to_vec(),
        stream("", b"BT /F1 10 Tf 50 500 Td /Span /Two BDC (X) Tj EMC ET /Span <</ActualText (form)>> BDC /Fm Do EMC /Fm Do"),
        latin().remove(0),
        // Its own end is no end of the page's stretch.
        stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</Font<</F1 5 0 R>>>>", b"EMC BT /F1 10 Tf (drawn) Tj ET"),
        b"<</ActualText (two)>>".to_vec(),
    ];
    let page = open(file_of(&objects)).page_text(0).unwrap();
    assert_eq!(page.lines(), "two\nform drawn");
}

#[test]
fn a_file_that_draws_one_amount_and_means_another_is_told() {
    let drawn = "BT /F1 10 Tf 100 500 Td (Total ) Tj /Span <</ActualText (100)>> BDC (900) Tj EMC ET";
    let page = read(drawn);
    assert_eq!(page.lines(), "Total 100");
    let [only] = &page.replaced[..] else { panic!("{:?}", page.replaced) };
    assert_eq!((only.drawn.as_str(), only.meant.as_str()), ("900", "100"));
    assert_eq!(only.rect, read("BT /F1 10 Tf 100 500 Td (Total ) Tj (900) Tj ET").glyphs[6].rect);
    // The same in other characters is the same.
    assert_eq!(read("BT /F1 10 Tf /Span <</ActualText <FEFFFF11>>> BDC (1) Tj EMC ET").replaced, []);
}

#[test]
fn what_is_meant_takes_no_more_memory_than_what_is_drawn() {
    let long = format!("/Span <</ActualText ({})>> BDC (X) Tj EMC ", "m".repeat(60_000));
    let content = format!("BT /F1 10 Tf {} ET", long.repeat(40));
    assert_eq!(open(page_with(latin(), &content)).page_text(0).unwrap_err(), TextError::TooLarge);
    let named = format!("BT /F1 10 Tf {} ET", "/Span /Nothing BDC EMC ".repeat(50_001));
    assert_eq!(open(page_with(latin(), &named)).page_text(0).unwrap_err(), TextError::TooLarge);
}
