//! What is said of a file at the door, what may be done with it, and the repair of damaged files before their first signature (S1-030).

use std::sync::Arc;

use yinxin_pdf::gate::{Act, ActiveContent, FormKind, Inspection, RepairError, XrefKind, inspect, repair};
use yinxin_pdf::{Dss, PrepareError, prepare_form};

use crate::judges;
use crate::parties::{key, prepared_form, reopen, request};
use crate::sample::{EXTRA, Sample, Xref};

fn look(bytes: &[u8]) -> Inspection {
    inspect(Arc::from(bytes))
}

/// The code of what stands in the way, `ok` if nothing does.
fn answer(inspection: &Inspection, act: Act) -> &'static str {
    inspection.may(act).err().map_or("ok", |obstacle| obstacle.code())
}

const SIGNING: [Act; 2] = [Act::SignVisibly, Act::SignInvisibly];

#[test]
fn a_sound_file_is_described_and_takes_everything() {
    for (xref, kind) in
        [(Xref::Table, XrefKind::Table), (Xref::Stream, XrefKind::Stream), (Xref::Hybrid, XrefKind::Hybrid)]
    {
        let sample = Sample { xref, crop_box: Some([10, 20, 500, 700]), rotations: vec![90], ..Sample::default() };
        let found = look(&sample.build());
        assert_eq!((found.version.as_str(), found.xref.as_slice(), found.damage.as_ref()), ("1.7", &[kind][..], None));
        assert_eq!((found.pages.len(), found.pages[0].rotate, found.pages[0].crop_box.width()), (3, 90, 490.0));
        assert_eq!((found.form, found.page_buttons, found.embedded_files), (FormKind::None, false, 0));
        assert!(SIGNING.iter().all(|act| found.may(*act).is_ok()) && found.may(Act::PrepareForm).is_ok());
        assert_eq!(answer(&found, Act::DrawOnPages), "pdf.gate.not_prepared");
        assert_eq!(answer(&found, Act::Repair), "pdf.gate.not_damaged");
        let prepared = look(prepared_form(sample.build(), &["A", "B"]).bytes());
        assert_eq!((prepared.form, prepared.xref.len()), (FormKind::Fields { count: 6 }, 2));
        assert!(prepared.page_buttons && prepared.may(Act::DrawOnPages).is_ok());
    }
    let Some(linear) = judges::qpdf_rewrite(&Sample::default().build(), &["--linearize"]) else { return };
    assert!(look(&linear).linearised && !look(&Sample::default().build()).linearised);
}

#[test]
fn encryption_scripts_actions_media_and_xfa_are_refused_with_what_to_do() {
    let with = |catalog: &str, extra: &[&str]| {
        let extra = extra.iter().map(|body| (*body).to_owned()).collect();
        look(&Sample { catalog: catalog.into(), extra, ..Sample::default() }.build())
    };
    let script = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
    let cases = [
        (with("/OpenAction 10000 0 R", &[script]), "pdf.gate.active_content"),
        (with("/Names<</JavaScript<</Names[(a) 10000 0 R]>>>>", &[script]), "pdf.gate.active_content"),
        (with("/OpenAction<</S/Launch/F(calc.exe)>>", &[]), "pdf.gate.active_content"),
        (with("/Movie 10000 0 R", &["<</Type/Annot/Subtype/Movie/Rect[0 0 1 1]>>"]), "pdf.gate.active_content"),
        (with("/AcroForm<</Fields[]/XFA(x)>>", &[]), "pdf.gate.xfa"),
    ];
    for (found, code) in &cases {
        for act in [Act::PrepareForm, Act::SignVisibly, Act::SignInvisibly] {
            assert_eq!(answer(found, act), *code, "{found:?}");
        }
    }
    assert_eq!(cases[0].0.active, Some(ActiveContent::Script));
    assert_eq!(cases[2].0.active, Some(ActiveContent::Action));
    // A link that a reader must click, a style that is called S, and an attachment change nothing of what is shown.
    let harmless = with(
        "/Names<</EmbeddedFiles<</Names[(a) 10000 0 R]>>>>",
        &[
            "<</Type/Filespec/F(a)/EF<<>>>>",
            "<</S/Launch>>",
            "<</Type/Annot/Subtype/Link/A<</S/URI/URI(http://example.invalid)>>>>",
        ],
    );
    assert_eq!((harmless.active, harmless.embedded_files), (None, 1));
    assert!(harmless.may(Act::PrepareForm).is_ok());

    let options: [&[&str]; 2] =
        [&["--encrypt", "", "owner", "256", "--"], &["--encrypt", "user", "owner", "256", "--"]];
    for options in options {
        let Some(locked) = judges::qpdf_rewrite(&Sample::default().build(), options) else { return };
        let found = look(&locked);
        assert!(found.encrypted, "{found:?}");
        assert_eq!(answer(&found, Act::SignInvisibly), "pdf.gate.encrypted");
        assert_eq!(answer(&found, Act::Repair), "pdf.gate.encrypted");
        assert_eq!(repair(&locked).unwrap_err(), RepairError::Encrypted);
    }
}

/// Ways in which a file is damaged that readers repair silently, each in its own way.
fn damaged(sample: &Sample) -> Vec<(&'static str, Vec<u8>)> {
    let sound = sample.build();
    let startxref = sound.windows(9).rposition(|window| window == b"startxref").unwrap();
    let cut = |at: usize| sound[..at].to_vec();
    let mut cases = vec![
        ("junk before the header", [b"\xEF\xBB\xBFmail header\r\n".as_slice(), &sound].concat()),
        ("wrong startxref", [&cut(startxref), b"startxref\n17\n%%EOF\n".as_slice()].concat()),
        ("no end", cut(startxref)),
    ];
    if sample.xref == Xref::Table {
        let text = sample.text();
        let edited = |from: &str, to: &str| {
            assert!(text.contains(from));
            text.replace(from, to).into_bytes()
        };
        cases.push(("moved by an editor", edited("4 0 obj\n", "% a line too many\n4 0 obj\n")));
        cases.push(("wrong stream length", edited("/Length 44>>", "/Length 99>>")));
        cases.push(("a key given twice", edited("/Type/Pages", "/Type/Pages/Type/Pages")));
        cases.push(("an entry that leads to another object", edited("3 0 obj\n", "3  0 obj\n")));
    }
    cases
}

#[test]
fn a_damaged_file_without_signature_is_written_anew_with_all_that_it_shows() {
    for xref in [Xref::Table, Xref::Stream] {
        let sample = Sample { xref, ..Sample::default() };
        let pages = sample.open().pages().unwrap().to_vec();
        for (what, bytes) in damaged(&sample) {
            let found = look(&bytes);
            assert!(found.damage.is_some(), "{xref:?} {what}");
            assert_eq!(answer(&found, Act::PrepareForm), "pdf.gate.damaged", "{xref:?} {what}");
            assert!(found.may(Act::Repair).is_ok());
            let repaired = repair(&bytes).unwrap_or_else(|error| panic!("{xref:?} {what}: {error}"));
            assert_eq!(repaired.inspection.version, "1.7");
            judges::qpdf_check(&repaired.bytes);
            let file = yinxin_pdf::Opened::open(Arc::from(repaired.bytes.as_slice())).unwrap();
            let boxes = |page: &yinxin_pdf::Page| (page.index, page.crop_box, page.rotate);
            assert!(file.pages().unwrap().iter().map(boxes).eq(pages.iter().map(boxes)), "{xref:?} {what}");
            if let Some(text) = judges::text(&repaired.bytes) {
                assert!((1..=3).all(|page| text.contains(&format!("Sample page {page}"))), "{what}: {text}");
            }
            assert!(prepare_form(&file, &[key("A")], [0; 16]).is_ok());
        }
    }
}

#[test]
fn what_would_become_another_document_is_not_repaired() {
    let text = Sample::default().text();
    // The content of the second page, the page itself, and the list of pages.
    for (from, missing) in [("8 0 obj", 8), ("7 0 obj", 7), ("2 0 obj", 2)] {
        let lost = text.replace(from, "% lost").replace("xref\n0 1", "xxxx\n0 1");
        assert_eq!(repair(lost.as_bytes()).unwrap_err(), RepairError::Incomplete(missing), "{from}");
    }
    let fewer = text.replace("/Count 3", "/Count 4").replace("xref\n0 1", "xxxx\n0 1");
    assert_eq!(repair(fewer.as_bytes()).unwrap_err(), RepairError::Incomplete(2));
    assert_eq!(repair(b"%PDF-1.7\nnothing").unwrap_err(), RepairError::Hopeless);
    assert_eq!(repair(b"").unwrap_err(), RepairError::Hopeless);
}

/// Never after the first signature: not even an empty line in front is mended.
#[test]
fn a_file_damaged_after_it_was_signed_is_refused_and_never_repaired() {
    for xref in [Xref::Table, Xref::Stream] {
        let file = Sample { xref, ..Sample::default() }.open();
        let signed = reopen(file.prepare(&request("One", &Dss::default())).unwrap().embed(&[0x30, 0]).unwrap());
        let startxref = signed.bytes().windows(9).rposition(|window| window == b"startxref").unwrap();
        for bytes in [[b"\n", signed.bytes()].concat(), signed.bytes()[..startxref].to_vec()] {
            let found = look(&bytes);
            for act in [Act::Repair, Act::PrepareForm, Act::SignVisibly, Act::SignInvisibly] {
                assert_eq!(answer(&found, act), "pdf.gate.damaged_after_signing");
            }
            assert_eq!(repair(&bytes).unwrap_err(), RepairError::Signed);
        }
        // An undamaged one takes another signature, and no page buttons.
        let found = look(signed.bytes());
        assert_eq!(found.signatures[0].field, "One");
        assert!(SIGNING.iter().all(|act| found.may(*act).is_ok()));
        assert_eq!(answer(&found, Act::PrepareForm), "pdf.gate.signed_before");
        assert_eq!(answer(&found, Act::DrawOnPages), "pdf.gate.signed_before");
        let refused = prepare_form(&signed, &[key("A")], [0; 16]).unwrap_err();
        assert_eq!(refused, PrepareError::AlreadySigned("One".into()));
    }
}

#[test]
fn certification_and_locks_are_respected() {
    let certified = |level: i64| {
        let extra = format!("<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P {level}>>>>]>>");
        look(
            &Sample { catalog: format!("/Perms<</DocMDP {EXTRA} 0 R>>"), extra: vec![extra], ..Sample::default() }
                .build(),
        )
    };
    assert_eq!(answer(&certified(1), Act::SignInvisibly), "pdf.gate.certified");
    for level in [2, 3] {
        assert_eq!(answer(&certified(level), Act::SignVisibly), "pdf.gate.certified_visible");
        assert_eq!(answer(&certified(level), Act::PrepareForm), "pdf.gate.certified_visible");
        assert!(certified(level).may(Act::SignInvisibly).is_ok());
    }
    let locked = Sample {
        catalog: format!("/AcroForm<</Fields[{EXTRA} 0 R]>>"),
        extra: vec![
            "<</FT/Sig/T(last)/Lock<</Action/All/P 1>>/V<</Type/Sig/Reference[<</TransformMethod/FieldMDP>>]>>>>"
                .into(),
        ],
        ..Sample::default()
    };
    let found = look(&locked.build());
    assert_eq!((found.permission, found.locked_by.as_slice()), (Some(1), &["last".to_owned()][..]));
    assert_eq!(answer(&found, Act::SignInvisibly), "pdf.gate.certified");
    let error = locked.open().prepare(&request("more", &Dss::default())).unwrap_err();
    assert_eq!(error, yinxin_pdf::SignError::Certified);
}

/// Small files that would keep a careless reader busy for hours.
#[test]
fn hostile_files_are_given_up_within_limits() {
    // Each of many heads begins a string that never ends.
    let unclosed = "%PDF-1.7\n".to_owned() + &"1 0 obj (".repeat(200_000);
    assert_eq!(repair(unclosed.as_bytes()).unwrap_err(), RepairError::Hopeless);
    let commented = "%PDF-1.7\n".to_owned() + &"1 0 obj %".repeat(200_000);
    assert_eq!(repair(commented.as_bytes()).unwrap_err(), RepairError::Hopeless);
    let trailers = "%PDF-1.7\n".to_owned() + &"trailer".repeat(200_000);
    assert_eq!(repair(trailers.as_bytes()).unwrap_err(), RepairError::Hopeless);
    // Each of many objects is the same long array, entered one byte later.
    let mut text = "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Count 1/Kids[3 0 R]>>\nendobj\n\
                    3 0 obj\n<</Type/Page/MediaBox[0 0 9 9]>>\nendobj\n"
        .to_owned();
    let at = text.len();
    let heads: String = (10..4_000).map(|number| format!("{number} 0 obj[")).collect();
    text += &heads;
    text += &"0 ".repeat(1_000_000);
    let xref = text.len();
    text += "xref\n0 1\n0000000000 65535 f \n1 3\n0000000009 00000 n \n0000000056 00000 n \n0000000109 00000 n \n";
    let mut offset = at;
    for number in 10..4_000 {
        text += &format!("{number} 1\n{offset:010} 00000 n \n");
        offset += format!("{number} 0 obj[").len();
    }
    text += &format!("trailer\n<</Size 4000/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n");
    assert!(look(text.as_bytes()).damage.is_some());
}
