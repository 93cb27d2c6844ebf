//! What is refused at the door, and why.

use std::fmt::Write as _;
use std::sync::Arc;

use yinxin_pdf::syntax::{SyntaxFault, XrefError};
use yinxin_pdf::{Dss, OpenError, Opened, ReadError, SignError, WriteError, prepare_form};

use crate::parties::{key, request};
use crate::sample::{EXTRA, Sample, Xref};
use crate::text::file_of;

fn open(bytes: Vec<u8>) -> Result<Opened, OpenError> {
    Opened::open(Arc::from(bytes))
}

/// Writes a right table for the objects found before `xref` (for samples with a table that were edited as text).
pub fn renumber(text: &str, xref: usize) -> Vec<u8> {
    let body = &text[..xref];
    let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
    let (mut at, mut size) = (0, 0);
    for line in body.split_inclusive('\n') {
        if let Some(number) = line.strip_suffix(" 0 obj\n").and_then(|number| number.parse::<u32>().ok()) {
            writeln!(table, "{number} 1\n{at:010} 00000 n ").unwrap();
            size = size.max(number + 1);
        }
        at += line.len();
    }
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n");
    [body, &table, &trailer].concat().into_bytes()
}

#[test]
fn bytes_before_the_header_are_refused() {
    let file = [b"junk\n".as_slice(), &Sample::default().build()].concat();
    assert_eq!(open(file).unwrap_err(), OpenError::NoHeader);
    assert_eq!(open(Vec::new()).unwrap_err(), OpenError::NoHeader);
}

#[test]
fn a_startxref_that_leads_elsewhere_is_refused() {
    let text = Sample::default().text();
    let at = text.rfind("startxref\n").unwrap() + 10;
    for wrong in ["0", "17", "99999999", "18446744073709551616", "x"] {
        let file = format!("{}{wrong}\n%%EOF\n", &text[..at]);
        assert!(matches!(open(file.into_bytes()), Err(OpenError::BadXref(_))), "{wrong}");
    }
}

#[test]
fn every_truncation_is_refused_or_an_earlier_revision() {
    for xref in [Xref::Table, Xref::Stream, Xref::Hybrid] {
        let file = Sample { xref, pages: 1, ..Sample::default() }.build();
        let sound = file.len() - "\n%%EOF\n".len();
        for length in 0..sound {
            // Cutting inside the digits of startxref leaves a smaller offset, which must not be a cross-reference.
            assert!(open(file[..length].to_vec()).is_err(), "{xref:?} cut at {length} of {}", file.len());
        }
    }
}

#[test]
fn encryption_is_refused_also_in_an_earlier_trailer() {
    let text = Sample::default().text();
    // The trailer stands behind everything that the table points to.
    let fixed = text.replace("/Root 1 0 R", "/Root 1 0 R/Encrypt 3 0 R");
    let xref = fixed.find("xref\n0").unwrap();
    assert_eq!(open(fixed.clone().into_bytes()).unwrap_err(), OpenError::Encrypted);
    let update =
        format!("xref\n0 0\ntrailer\n<</Size 20/Root 1 0 R/Prev {xref}>>\nstartxref\n{}\n%%EOF\n", fixed.len());
    assert_eq!(open((fixed + &update).into_bytes()).unwrap_err(), OpenError::Encrypted);
}

#[test]
fn a_chain_of_updates_that_runs_in_a_circle_is_refused() {
    let file = Sample::default().build();
    let at = file.len();
    let update = format!("xref\n0 0\ntrailer\n<</Size 20/Root 1 0 R/Prev {at}>>\nstartxref\n{at}\n%%EOF\n");
    let circular = [file, update.into_bytes()].concat();
    assert_eq!(open(circular).unwrap_err(), OpenError::BadXref(XrefError::Loop(at)));
}

#[test]
fn an_object_that_is_not_where_the_table_says_is_refused() {
    let file = Sample::default().build();
    let at = file.windows(7).position(|window| window == b"3 0 obj").unwrap();
    let mut moved = file;
    moved[at] = b'8';
    let opened = open(moved).unwrap();
    let error = opened.object(yinxin_pdf::syntax::ObjectId { number: 3, generation: 0 }).unwrap_err();
    assert!(matches!(error, ReadError::Syntax(error) if error.fault == SyntaxFault::WrongObject && error.offset == at));
}

#[test]
fn a_key_given_twice_and_too_deep_nesting_are_refused() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let samples = [("<</A 1/A 2>>".to_owned(), SyntaxFault::DuplicateKey), (deep, SyntaxFault::TooDeep)];
    for (body, fault) in samples {
        let file = Sample { extra: vec![body], ..Sample::default() }.open();
        let error = file.object(yinxin_pdf::syntax::ObjectId { number: EXTRA, generation: 0 }).unwrap_err();
        assert!(matches!(error, ReadError::Syntax(error) if error.fault == fault), "{error}");
    }
}

#[test]
fn a_stream_whose_length_is_wrong_is_refused() {
    let body = "<</Length 3>>\nstream\nabcdef\nendstream";
    let file = Sample { extra: vec![body.into()], ..Sample::default() }.open();
    let error = file.object(yinxin_pdf::syntax::ObjectId { number: EXTRA, generation: 0 }).unwrap_err();
    assert!(matches!(error, ReadError::Syntax(error) if error.fault == SyntaxFault::BadStreamLength));
}

#[test]
fn a_decompression_bomb_is_refused() {
    let bomb = crate::sample::deflate(&vec![0; 80 << 20]);
    assert!(bomb.len() < 100_000);
    assert_eq!(yinxin_pdf::syntax::decode_flate(&bomb), Err(yinxin_pdf::syntax::StreamError::TooLarge));
}

/// A cross-reference stream of a few kilobytes that lists millions of objects.
#[test]
fn a_cross_reference_with_more_entries_than_the_file_could_hold_is_refused() {
    let rows = crate::sample::deflate(&vec![0; 8 << 20]);
    let head = format!(
        "1 0 obj\n<</Type/XRef/Size 8000000/W[0 1 0]/Index[0 8000000]/Root 2 0 R/Filter/FlateDecode/Length {}>>\nstream\n",
        rows.len()
    );
    let file =
        [b"%PDF-1.7\n".as_slice(), head.as_bytes(), &rows, b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"].concat();
    assert!(file.len() < 20_000);
    assert_eq!(open(file).unwrap_err(), OpenError::BadXref(XrefError::TooLarge));
}

#[test]
fn forms_with_xfa_or_a_signature_take_no_page_buttons() {
    let xfa = Sample { catalog: "/AcroForm<</Fields[]/XFA(x)>>".into(), ..Sample::default() }.open();
    assert!(matches!(prepare_form(&xfa, &[key("A")], [0; 16]), Err(yinxin_pdf::PrepareError::Xfa)));
    let signed = Sample {
        catalog: format!("/AcroForm<</Fields[{EXTRA} 0 R]>>"),
        extra: vec!["<</FT/Sig/T(old)/V<</Type/Sig>>>>".into()],
        ..Sample::default()
    };
    let error = prepare_form(&signed.open(), &[key("A")], [0; 16]).unwrap_err();
    assert_eq!(error, yinxin_pdf::PrepareError::AlreadySigned("old".into()));
    assert!(matches!(prepare_form(&Sample::default().open(), &[], [0; 16]), Err(yinxin_pdf::PrepareError::BadParties)));
}

#[test]
fn a_form_that_cannot_be_read_takes_no_signature() {
    let dss = Dss::default();
    let field = "<</FT/Sig/T(a)/Rect[0 0 0 0]/Subtype/Widget/P 3 0 R>>";
    for (fields, third, readable) in [
        ("[5 0 R]", field, true),
        ("[5 0 R]", "<</Length 0>>stream\n\nendstream", false),
        ("[5 0 R]", "<</FT/Sig/T/name>>", false),
        ("[5 0 R]", "<</FT/Sig/T(a)/V 7>>", false),
        ("[5 0 R]", "<</FT/Btn/T(a)/Kids 7>>", false),
        ("[5 0 R]", "<</FT/Btn/T(a)/Kids[5 0 R 5 0 R]>>", false),
        ("[5 0 R 5 0 R]", field, false),
        ("[<</FT/Btn/T(a)>>]", field, false),
        ("7", field, false),
    ] {
        let objects = [
            format!("<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields {fields}>>>>"),
            "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_owned(),
            "null".to_owned(),
            third.to_owned(),
        ];
        let file = open(file_of(&objects.map(String::into_bytes))).unwrap();
        assert_eq!(file.signature_fields().is_ok(), readable, "{fields} {third}");
        let prepared = file.prepare(&request("new", &dss));
        match prepared {
            Ok(_) => assert!(readable, "{fields} {third} was signed"),
            Err(error) => {
                assert!(!readable && matches!(error, SignError::Write(WriteError::Field(_))), "{third}: {error}");
            }
        }
    }
}
