//! Mutated files: nothing panics, whatever is asked of them.

use std::sync::Arc;

use proptest::prelude::*;
use yinxin_pdf::gate::Act;
use yinxin_pdf::syntax::{Object, ObjectId, Parser};
use yinxin_pdf::verify::{Limits, Unreadable, Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, Opened, prepare_form};

use crate::attacks::{text_of, updated};
use crate::parties::{NOW, key, request};
use crate::sample::{Sample, Xref};
use crate::text::{page_with, predefined};

fn ask_everything(bytes: Vec<u8>) {
    let inspection = yinxin_pdf::gate::inspect(Arc::from(bytes.as_slice()));
    for act in [Act::Repair, Act::PrepareForm, Act::SignVisibly, Act::SignInvisibly, Act::DrawOnPages] {
        if let Err(obstacle) = inspection.may(act) {
            assert!(!obstacle.zh().is_empty() && !obstacle.en().is_empty());
        }
    }
    if let Ok(repaired) = yinxin_pdf::gate::repair(&bytes) {
        assert_eq!(repaired.inspection.damage, None);
    }
    let Ok(file) = Opened::open(Arc::from(bytes)) else { return };
    let numbers: Vec<u32> =
        file.sections().iter().flat_map(|section| &section.entries).map(|(number, _)| *number).collect();
    for number in numbers {
        let _ = file.object(ObjectId { number, generation: 0 });
    }
    for section in file.sections() {
        let _ = file.end_of_update(section);
    }
    let _ = file.pages();
    let _ = file.text();
    let _ = file.find_keyword("Sample page", None);
    let _ = file.signature_fields();
    let _ = file.dss();
    let _ = prepare_form(&file, &[key("A")], [0; 16]);
    if let Ok(prepared) = file.prepare(&request("new", &Dss::default())) {
        let _ = prepared.embed(&[0x30, 0]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_file_never_panics(
        shape in 0..5usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..12),
    ) {
        let xrefs = [Xref::Table, Xref::Stream, Xref::Hybrid];
        let mut bytes = match xrefs.get(shape) {
            Some(xref) => {
                let sample = Sample { xref: *xref, pages: 2, annots_apart: true, ..Sample::default() };
                prepare_form(&sample.open(), &[key("A")], [0; 16]).unwrap()
            }
            // Text in the fonts of old Chinese writers.
            None => {
                let encoding = if shape == 3 { "GBK-EUC-H" } else { "UniGB-UCS2-V" };
                let content = "q 1 0 0 1 5 5 cm BT /F1 12 Tf 72 700 Td [<65B97532> -300 <B7BD>] TJ T* (abc) ' ET Q";
                page_with(predefined(encoding), content)
            }
        };
        for (place, value, what) in edits {
            let at = place.index(bytes.len());
            match what {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                2 => { bytes.remove(at); }
                // Digits steer offsets, counts and references: the interesting places.
                _ => if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes[at + digit] = b'0' + value % 10;
                },
            }
        }
        ask_everything(bytes);
    }

    #[test]
    fn arbitrary_bytes_never_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut parser = Parser::new(&bytes, 0);
        let _ = parser.object();
        let mut parser = Parser::new(&bytes, 0);
        let _ = parser.object_body(&mut |_| Some(bytes.len()));
    }
}

/// A reference to nothing means null, and must go on meaning it: who drafts a file could otherwise have what another party draws or stores
/// appear in the page that was signed.
#[test]
fn a_new_object_never_takes_a_number_that_the_file_refers_to() {
    for xref in [Xref::Table, Xref::Stream, Xref::Hybrid] {
        let sample = |catalog: String| Sample { xref, pages: 1, catalog, ..Sample::default() };
        let size = sample(String::new()).open().trailer().get("Size").unwrap().as_integer().unwrap();
        for awaited in size..size + 12 {
            let id = ObjectId { number: u32::try_from(awaited).unwrap(), generation: 0 };
            let mut file = sample(format!("/Awaited {awaited} 0 R")).open();
            file = Opened::open(Arc::from(prepare_form(&file, &[key("A"), key("B")], [0; 16]).unwrap())).unwrap();
            for name in ["first", "second"] {
                let signed = file.prepare(&request(name, &Dss::default())).unwrap().embed(&[0x30, 0]).unwrap();
                file = Opened::open_hashed(signed.into_hashed()).unwrap();
                assert_eq!(file.object(id).unwrap(), Object::Null, "{xref:?} {awaited}");
            }
            assert_eq!(file.signature_fields().unwrap().len(), 2);
        }
    }
}

/// A small file can make its reader read without end: each update changes a page, and each time all pages must be looked at.
#[test]
fn a_file_that_must_be_read_over_and_over_is_given_up_and_not_judged() {
    let file = Sample { pages: 100, ..Sample::default() }.open();
    let none = Dss::default();
    let signed = file.prepare(&request("first", &none)).unwrap().embed(&[0x30, 0]).unwrap();
    let pages: Vec<ObjectId> = file.pages().unwrap().iter().map(|page| page.id).collect();
    let mut bytes = signed.into_hashed().bytes().to_vec();
    for page in &pages[..40] {
        let Object::Dictionary(mut turned) = file.object(*page).unwrap() else { panic!() };
        turned.set("Rotate", Object::Integer(90));
        bytes = updated(&bytes, &[(page.number, text_of(&Object::Dictionary(turned)))]);
    }
    let judged = |work: u64| {
        let limits = Limits { work, ..Limits::default() };
        verify(Arc::from(bytes.as_slice()), &VerifyOptions { roots: vec![], at_micros: NOW, limits })
    };
    assert_eq!(judged(Limits::default().work).unwrap().verdict, Verdict::Invalid);
    let refused = judged(1 << 20).unwrap_err();
    assert_eq!(refused, Unreadable::TooIntricate);
    assert!(refused.to_string().starts_with("verify.too_intricate"));
}
