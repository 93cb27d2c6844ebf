//! Reading files of every shape.

use std::sync::Arc;

use yinxin_pdf::syntax::{Object, ObjectId, Parser, SyntaxFault};
use yinxin_pdf::{Opened, PageError, PdfRect};

use crate::judges;
use crate::sample::{EXTRA, Sample, Xref};

const SHAPES: [Xref; 3] = [Xref::Table, Xref::Stream, Xref::Hybrid];

#[test]
fn the_samples_themselves_are_sound_to_qpdf() {
    for xref in SHAPES {
        judges::qpdf_check(&Sample { xref, ..Sample::default() }.build());
    }
}

#[test]
fn pages_are_read_in_order_with_inherited_boxes_whatever_the_cross_reference() {
    for xref in SHAPES {
        let sample = Sample {
            xref,
            pages: 7,
            final_eol: false,
            media_box: [0, 842, 595, 0],
            crop_box: Some([10, 20, 700, 800]),
            rotations: vec![0, 90, -90, 540],
            user_unit: Some(1.5),
            ..Sample::default()
        };
        let file = sample.open();
        let pages = file.pages().unwrap();
        assert_eq!(pages.len(), 7, "{xref:?}");
        assert_eq!(pages.iter().map(|page| page.rotate).collect::<Vec<_>>(), [0, 90, 270, 180, 0, 90, 270]);
        assert!(pages.iter().enumerate().all(|(index, page)| page.index == index && page.user_unit == 1.5));
        assert_eq!(pages[0].media_box, PdfRect { x0: 0.0, y0: 0.0, x1: 595.0, y1: 842.0 });
        assert_eq!(pages[0].crop_box, PdfRect { x0: 10.0, y0: 20.0, x1: 595.0, y1: 800.0 }, "clipped to the MediaBox");
    }
}

#[test]
fn a_hidden_object_of_a_hybrid_file_is_found() {
    let file = Sample { xref: Xref::Hybrid, ..Sample::default() }.open();
    let catalog = file.catalog().unwrap();
    let hidden = file.get(&catalog, "Hidden").unwrap().expect("known to /XRefStm only");
    assert_eq!(hidden.as_dictionary().unwrap().get("Hidden").unwrap().as_string(), Some(&b"from old readers"[..]));
}

#[test]
fn five_hundred_pages_are_read() {
    for xref in SHAPES {
        assert_eq!(Sample { xref, pages: 500, ..Sample::default() }.open().pages().unwrap().len(), 500);
    }
}

#[test]
fn a_missing_object_reads_as_null_and_a_freed_generation_too() {
    let file = Sample::default().open();
    assert_eq!(file.object(ObjectId { number: 77_777, generation: 0 }), Ok(Object::Null));
    assert_eq!(file.object(ObjectId { number: 1, generation: 3 }), Ok(Object::Null));
}

#[test]
fn every_kind_of_object_is_read() {
    let body = "<</A [1 -2 +3 .5 -.25 4. 00] /B (a\\(b\\)\\n\\101(nested)\\\n) /C <48 65 6C6c 6> /D /Na#20me% comment\n/E [true false null] \
                /F 12 0 R /G 12 /H [12 0 R 13 0]>>";
    let file = Sample { extra: vec![body.into()], ..Sample::default() }.open();
    let object = file.object(ObjectId { number: EXTRA, generation: 0 }).unwrap();
    let found = object.as_dictionary().unwrap();
    let numbers: Vec<f64> = found.get("A").unwrap().as_array().unwrap().iter().filter_map(Object::as_number).collect();
    assert_eq!(numbers, [1.0, -2.0, 3.0, 0.5, -0.25, 4.0, 0.0]);
    assert_eq!(found.get("B").unwrap().as_string(), Some(&b"a(b)\nA(nested)"[..]));
    assert_eq!(found.get("C").unwrap().as_string(), Some(&b"Hell`"[..]));
    assert_eq!(found.get("D").unwrap().as_name().unwrap(), &"Na me");
    assert_eq!(found.get("E").unwrap().as_array().unwrap()[2], Object::Null);
    assert_eq!(found.get("F").unwrap().as_reference().unwrap().number, 12);
    assert_eq!(found.get("G").unwrap().as_integer(), Some(12));
    assert_eq!(found.get("H").unwrap().as_array().unwrap().len(), 3);
}

#[test]
fn an_earlier_revision_can_be_opened_from_the_same_bytes() {
    let first = Sample::default().build();
    let opened = Opened::open(Arc::from(first.clone())).unwrap();
    let whole = yinxin_pdf::prepare_form(&opened, &[crate::parties::key("A")], [1; 16]).unwrap();
    let whole = Opened::open(Arc::from(whole)).unwrap();
    assert_eq!(whole.sections().len(), 2);
    let end = whole.end_of_update(&whole.sections()[1]).unwrap();
    assert_eq!(end, first.len());
    let earlier = whole.at_length(end).unwrap();
    assert_eq!(earlier.bytes(), first);
    assert!(!earlier.catalog().unwrap().contains("AcroForm"));
    assert!(whole.catalog().unwrap().contains("AcroForm"));
}

#[test]
fn a_page_tree_that_runs_in_a_circle_is_refused() {
    let kids = "<</Type/Pages/Count 1/Kids[10000 0 R]/MediaBox[0 0 9 9]>>";
    let text = Sample { extra: vec![kids.into()], ..Sample::default() }.text();
    let circular = text.replace("/Pages 2 0 R", "/Pages 10000 0 R");
    let xref = circular.find("xref\n0").unwrap();
    let rebuilt = crate::refusing::renumber(&circular, xref);
    let file = Opened::open(Arc::from(rebuilt)).unwrap();
    assert!(matches!(file.pages(), Err(PageError::BadTree(_))), "{:?}", file.pages());
}

#[test]
fn a_page_that_is_listed_twice_is_refused() {
    let twice = Sample::default().text().replace("/Kids[4 0 R 7 0 R", "/Kids[4 0 R 4 0 R");
    let file = Opened::open(Arc::from(twice.into_bytes())).unwrap();
    assert_eq!(file.pages().unwrap_err(), PageError::BadTree(ObjectId { number: 4, generation: 0 }));
}

/// ISO 32000-1, 7.3.4.3: white space anywhere, a missing last digit is 0, nothing else.
#[test]
fn hexadecimal_strings_are_read_however_they_are_spaced() {
    let read = |text: &str| {
        let object = Parser::new(text.as_bytes(), 0).object();
        object.map(|object| object.as_string().unwrap().to_vec())
    };
    for (text, bytes) in [
        ("<>", &b""[..]),
        ("<4a4B4c>", b"JKL"),
        ("<4a4B4>", b"JK\x40"),
        ("<4a 4\n B4c>", b"JKL"),
        ("< 4a4B4c0>", b"JKL\0"),
        ("<4a4 B\t4>", b"JK\x40"),
        ("<00ff\0FF>", b"\0\xff\xff"),
    ] {
        assert_eq!(read(text).unwrap(), bytes, "{text:?}");
    }
    for (text, offset) in [("<4g>", 2), ("<4a4bg0>", 5), ("<4a4b0g>", 6), ("<4a4b 0g4c>", 7), ("<4a<4b>", 3)] {
        let error = read(text).unwrap_err();
        assert_eq!((error.offset, error.fault), (offset, SyntaxFault::BadHexString), "{text:?}");
    }
    assert_eq!(read("<4a4b").unwrap_err().fault, SyntaxFault::Truncated);
}
