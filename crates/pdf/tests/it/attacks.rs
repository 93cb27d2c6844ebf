//! The attacks on signed PDF files that are known by name, each made and refused: universal forgery, incremental saving, wrapping, shadows,
//! hidden and doubled objects, drawings of others.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use yinxin_pdf::syntax::{Object, ObjectId};
use yinxin_pdf::verify::{Report, Verdict};
use yinxin_pdf::{Dss, Mark, Opened, PageMarks, PdfRect, SignatureKind, SignatureRequest, add_dss};
use yinxin_pki::digest::DigestAlgorithm;

use crate::parties::{key, prepared_form, request};
use crate::sample::{EXTRA, Sample};
use crate::verifying::{explained, judged};
use crate::verifying_world::{World, stamp_form};

/// Two pages; A has sealed and signed, B has empty page buttons.
struct Signed {
    bytes: Vec<u8>,
    trust: String,
}

static SIGNED: LazyLock<Signed> = LazyLock::new(|| {
    let mut world = World::new();
    // Objects that an attacker may have hidden in the text before it was signed.
    let hidden = "<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/Contents(100 more)>>".to_owned();
    let base = Sample { pages: 2, extra: vec![hidden], ..Default::default() }.build();
    let file = world.seal_a(&prepared_form(base, &["A", "B"]), &stamp_form());
    let file = world.sign_a(&file);
    Signed { bytes: file.bytes().to_vec(), trust: world.trust() }
});

fn report_on(bytes: &[u8]) -> Report {
    judged(bytes, &SIGNED.trust)
}

fn codes(report: &Report) -> Vec<&'static str> {
    let own = report.signatures.iter().flat_map(|signature| &signature.faults).chain(&report.faults);
    let changes = report.revisions.iter().flat_map(|revision| &revision.changes);
    own.map(|fault| fault.code()).chain(changes.map(|change| change.code())).collect()
}

#[track_caller]
fn refused_as(bytes: &[u8], code: &str) {
    let report = report_on(bytes);
    assert_eq!(report.verdict, Verdict::Invalid, "{}", explained(&report));
    assert!(codes(&report).contains(&code), "{code} not among {:?}", codes(&report));
}

/// An update with these objects over the last revision, as an attacker appends it.
pub fn updated(bytes: &[u8], objects: &[(u32, String)]) -> Vec<u8> {
    let file = Opened::open(Arc::from(bytes)).unwrap();
    let mut out = bytes.to_vec();
    let mut table = "xref\n".to_owned();
    let mut sorted = objects.to_vec();
    sorted.sort();
    for (number, body) in &sorted {
        writeln!(table, "{number} 1\n{:010} 00000 n ", out.len()).unwrap();
        out.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    out.extend_from_slice(tail(&file, out.len(), &table).as_bytes());
    out
}

fn tail(file: &Opened, at: usize, table: &str) -> String {
    let root = file.catalog_id();
    let previous = file.sections()[0].offset;
    format!("{table}trailer\n<</Size 20000/Root {root} R/Prev {previous}>>\nstartxref\n{at}\n%%EOF\n")
}

/// The object as text.
pub fn text_of(object: &Object) -> String {
    let mut out = Vec::new();
    yinxin_pdf::syntax::write_object(&mut out, object);
    String::from_utf8(out).unwrap()
}

/// An existing dictionary with something inserted at its beginning.
fn with_entry(id: ObjectId, entry: &str) -> (u32, String) {
    let file = Opened::open(Arc::from(SIGNED.bytes.as_slice())).unwrap();
    let text = text_of(&file.object(id).unwrap());
    (id.number, text.replacen("<<", &format!("<<{entry}"), 1))
}

fn opened() -> Opened {
    Opened::open(Arc::from(SIGNED.bytes.as_slice())).unwrap()
}

fn replaced(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = SIGNED.bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    let mut bytes = SIGNED.bytes.clone();
    bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
    bytes
}

#[test]
fn the_untouched_file_is_valid() {
    let report = report_on(&SIGNED.bytes);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
    let changes: Vec<&str> = report.revisions[3].changes.iter().map(|change| change.code()).collect();
    assert_eq!(changes, ["change.signature_field", "change.evidence"]);
}

#[test]
fn universal_forgery_without_a_byte_range_or_contents_is_refused() {
    refused_as(&replaced("/ByteRange [0 ", "/ByteRangX [0 "), "byte_range.missing");
    refused_as(&replaced("/ByteRange [0 ", "/ByteRange [1 "), "byte_range.missing");
}

#[test]
fn an_empty_or_null_contents_is_refused() {
    let at = SIGNED.bytes.windows(10).rposition(|window| window == b"/Contents ").unwrap() + 10;
    let end = (at..).find(|at| SIGNED.bytes[*at] == b'>').unwrap();
    for empty in ["null", "()", "<>"] {
        let mut bytes = SIGNED.bytes.clone();
        bytes[at..=end].fill(b' ');
        bytes[at..at + empty.len()].copy_from_slice(empty.as_bytes());
        assert_eq!(report_on(&bytes).verdict, Verdict::Invalid, "{empty}");
    }
    let mut bytes = SIGNED.bytes.clone();
    bytes[at + 1..end].fill(b'0');
    refused_as(&bytes, "contents.missing");
    refused_as(&replaced("/Contents <30", "/Contentz <30"), "contents.missing");
}

fn options() -> yinxin_pdf::VerifyOptions {
    let roots = yinxin_pki::x509::Certificate::from_pem(&SIGNED.trust).unwrap();
    yinxin_pdf::VerifyOptions { roots, at_micros: crate::parties::NOW, limits: Default::default() }
}

/// Wrapping (SWA): the second range is moved away, so that something may stand between the signature and what it covers.
#[test]
fn a_gap_wider_than_the_signature_is_refused() {
    let report = report_on(&SIGNED.bytes);
    let [_, before, after, rest] = report.signatures[1].byte_range.unwrap();
    for wrong in [
        format!("[0 {before} {} {}]", after + 2, rest - 2),
        format!("[0 {} {after} {rest}]", before - 2),
        format!("[0 {before} {after} {}]", rest - 6),
        format!("[0 0 {after} {rest}]"),
        format!("[0 {before} {before} {rest}]"),
        format!("[0 {before} {after} 18446744073709551615]"),
    ] {
        let right = format!("[0 {before} {after} {rest}]");
        let at = SIGNED.bytes.windows(right.len()).rposition(|window| window == right.as_bytes()).unwrap();
        let mut bytes = SIGNED.bytes.clone();
        if wrong.len() > right.len() + 8 {
            continue;
        }
        let place = &mut bytes[at..at + right.len().max(wrong.len())];
        place.fill(b' ');
        place[..wrong.len()].copy_from_slice(wrong.as_bytes());
        let report = report_on(&bytes);
        assert_eq!(report.verdict, Verdict::Invalid, "{wrong}");
        let found = codes(&report);
        assert!(found.iter().any(|code| code.starts_with("byte_range.")), "{wrong}: {found:?}");
    }
}

/// Incremental saving (ISA): an update after the signature changes what is seen.
#[test]
fn every_update_that_signing_does_not_need_is_an_alteration() {
    let file = opened();
    let pages = file.pages().unwrap().to_vec();
    let catalog = file.catalog_id();
    let form = file.catalog().unwrap().get("AcroForm").unwrap().as_reference().unwrap();
    let field = file.signature_fields().unwrap()[0].id;
    let value = file.signature_fields().unwrap()[0].value.as_ref().unwrap().id.unwrap();
    let content = "<</Length 3>>\nstream\n q \nendstream".to_owned();
    let annotation = "<</Type/Annot/Subtype/FreeText/Rect[0 0 99 99]/Contents(more)>>".to_owned();
    let annots = |page: yinxin_pdf::syntax::ObjectId, more: &str| {
        let Object::Dictionary(node) = file.object(page).unwrap() else { panic!() };
        let list = text_of(node.get("Annots").unwrap());
        let text = text_of(&Object::Dictionary(node.clone()));
        (page.number, text.replace(&list, &list.replace(']', &format!(" {more}]"))))
    };
    let fields = {
        let text = text_of(&file.object(form).unwrap());
        move |more: &str| (form.number, text.replacen(']', &format!(" {more}]"), 1))
    };
    // The second page's content is object 8, the font is 3, the page tree is 2 (see the sample).
    /// What it is called, the objects it writes, and the code it is refused with.
    type Case = (&'static str, Vec<(u32, String)>, &'static str);
    let cases: Vec<Case> = vec![
        ("page content", vec![(8, content.clone())], "change.replaced"),
        ("font", vec![(3, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>".into())], "change.replaced"),
        (
            "page tree",
            vec![with_entry(yinxin_pdf::syntax::ObjectId { number: 2, generation: 0 }, "/Rotate 90")],
            "change.page",
        ),
        ("page's own content", vec![with_entry(pages[0].id, "/CropBox[0 0 10 10]")], "change.page"),
        ("annotation", vec![annots(pages[1].id, "15000 0 R"), (15_000, annotation.clone())], "change.page"),
        ("hidden object revealed", vec![annots(pages[1].id, &format!("{EXTRA} 0 R"))], "change.page"),
        ("open action", vec![with_entry(catalog, "/OpenAction<</S/JavaScript/JS(app.alert(1))>>")], "change.catalogue"),
        ("layers", vec![with_entry(catalog, "/OCProperties<</OCGs[]/D<<>>>>")], "change.catalogue"),
        ("permissions", vec![with_entry(catalog, "/Perms<<>>")], "change.catalogue"),
        ("names", vec![with_entry(catalog, "/Names<<>>")], "change.catalogue"),
        ("text field", vec![fields("15000 0 R"), (15_000, "<</FT/Tx/T(x)/V(y)>>".into())], "change.form"),
        ("empty signature field", vec![fields("15000 0 R"), (15_000, "<</FT/Sig/T(x)>>".into())], "change.form"),
        ("needs appearances", vec![with_entry(form, "/NeedAppearances true")], "change.form"),
        ("signature's own field", vec![with_entry(field, "/TU(other)")], "change.form"),
        ("earlier signature", vec![with_entry(value, "/Note(x)")], "change.replaced"),
        ("orphan", vec![(15_000, annotation.clone())], "change.unexplained"),
        (
            "dss dropped",
            vec![(catalog.number, text_of(&file.object(catalog).unwrap()).replace("/DSS", "/DSX"))],
            "change.catalogue",
        ),
    ];
    for (name, objects, code) in cases {
        let bytes = updated(&SIGNED.bytes, &objects);
        let report = report_on(&bytes);
        assert_eq!(report.verdict, Verdict::Invalid, "{name}\n{}", explained(&report));
        let found = codes(&report);
        assert!(found.contains(&"signature.altered_after") && found.contains(&code), "{name}: {found:?}");
        // Whoever signs over the change sees his own signature hold, and the earlier ones altered.
        assert!(report.signatures.iter().all(|signature| signature.verdict == Verdict::Invalid), "{name}");
    }
}

#[test]
fn an_object_cannot_be_removed_or_taken_from_an_earlier_place() {
    let file = opened();
    // Removed: the entry becomes free.
    let mut bytes = SIGNED.bytes.clone();
    let at = bytes.len();
    bytes.extend_from_slice(tail(&file, at, "xref\n8 1\n0000000000 00001 f \n").as_bytes());
    refused_as(&bytes, "change.removed");
    // Shadow, hide and replace: only a cross-reference is appended, and it leads to other bytes of the signed file.
    let other = SIGNED.bytes.windows(8).position(|window| window == b"5 0 obj\n").unwrap();
    let mut bytes = SIGNED.bytes.clone();
    let table = format!("xref\n8 1\n{other:010} 00000 n \n");
    bytes.extend_from_slice(tail(&file, at, &table).as_bytes());
    refused_as(&bytes, "change.hidden_bytes");
    // Another catalogue.
    let mut bytes = SIGNED.bytes.clone();
    bytes.extend_from_slice(
        tail(&file, at, "xref\n").replace(&format!("/Root {} R", file.catalog_id()), "/Root 1 0 R/X 1").as_bytes(),
    );
    let report = report_on(&bytes);
    let own_catalogue = file.catalog_id().number == 1;
    assert!(own_catalogue || report.verdict == Verdict::Invalid);
}

#[test]
fn bytes_that_an_update_does_not_name_are_refused() {
    let file = opened();
    for hidden in
        ["9 0 obj\n<</Second(copy)>>\nendobj\n", "garbage\n", "8 0 obj\n<<>>\nendobj\n8 0 obj\n<<>>\nendobj\n"]
    {
        let mut bytes = SIGNED.bytes.clone();
        bytes.extend_from_slice(hidden.as_bytes());
        let at = bytes.len();
        bytes.extend_from_slice(tail(&file, at, "xref\n").as_bytes());
        refused_as(&bytes, "change.hidden_bytes");
    }
    for trailing in [&b"x"[..], b"\n", b"%comment\n", b"\0\0\0\0"] {
        let report = yinxin_pdf::verify([&SIGNED.bytes, trailing].concat().as_slice().into(), &options()).unwrap();
        assert_eq!(report.verdict, Verdict::Invalid, "{trailing:?}");
        assert!(codes(&report).contains(&"file.trailing_bytes"), "{trailing:?}");
    }
}

#[test]
fn a_signature_that_a_later_revision_drops_is_still_found() {
    let file = opened();
    let form = file.catalog().unwrap().get("AcroForm").unwrap().as_reference().unwrap();
    let field = file.signature_fields().unwrap()[0].id;
    let text = text_of(&file.object(form).unwrap());
    let bytes = updated(&SIGNED.bytes, &[(form.number, text.replace(&format!("{field} R"), ""))]);
    let report = report_on(&bytes);
    assert_eq!(report.signatures.len(), 2);
    refused_as(&bytes, "signature.not_in_form");
}

#[test]
fn evidence_may_be_added_and_nothing_but_evidence() {
    let file = opened();
    let world = World::new();
    let more = Dss { certificates: vec![world.platform.certificate.as_der().to_vec()], ..Dss::default() };
    let bytes = [file.bytes(), &add_dss(&file, &more, [9; 16]).unwrap()].concat();
    let report = report_on(&bytes);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
    let junk = Dss { certificates: vec![b"not a certificate".to_vec()], ..Dss::default() };
    let bytes = [file.bytes(), &add_dss(&file, &junk, [9; 16]).unwrap()].concat();
    refused_as(&bytes, "change.evidence_removed");
}

/// B draws over A's page button, dropping A's seam slices, or in an update that nobody signs.
#[test]
fn page_buttons_keep_what_was_drawn_and_change_only_with_a_signature() {
    let file = opened();
    let form = stamp_form();
    let none = Dss::default();
    let rect = PdfRect { x0: 100.0, y0: 100.0, x1: 140.0, y1: 140.0 };
    let draw = |party: &str| {
        let marks = vec![Mark { page: 0, rect, form: &form, clip: None }];
        let request = SignatureRequest {
            kind: SignatureKind::Sm2Cms,
            page_marks: Some(PageMarks { party: key(party), marks }),
            ..request("more", &none)
        };
        let prepared = file.prepare(&request).unwrap();
        let contents = World::new().person.cms(&prepared.byte_range_digest(DigestAlgorithm::Sm3));
        prepared.embed(&contents).unwrap().into_bytes()
    };
    let bytes = draw("A");
    let report = report_on(&bytes);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
    assert!(codes(&report).contains(&"change.page_buttons"));
    // The same with what stood there before left out.
    let at = bytes.windows(11).rposition(|window| window == b"/Before Do\n").unwrap();
    let mut dropped = bytes.clone();
    dropped[at..at + 10].copy_from_slice(b"          ");
    refused_as(&dropped, "change.page_button");
    // Without a signature: only the appearance, appended by hand.
    let signed = Opened::open(Arc::from(bytes.as_slice())).unwrap();
    let old = opened();
    let button = |file: &Opened| {
        let Object::Dictionary(page) = file.object(file.pages().unwrap()[0].id).unwrap() else { panic!() };
        let widgets = page.get("Annots").unwrap().as_array().unwrap().to_vec();
        let id = widgets[0].as_reference().unwrap();
        (id, file.object(id).unwrap())
    };
    let (id, Object::Dictionary(now)) = button(&signed) else { panic!() };
    assert_ne!(button(&old).1, Object::Dictionary(now.clone()));
    let appearance = "<</Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<>>/Length 3>>\nstream\n q \nendstream";
    let mut changed = now;
    changed.set("AP", Object::name("X"));
    let text = text_of(&Object::Dictionary(changed)).replace("/AP /X", "/AP<</N<</On 15000 0 R>>>>");
    refused_as(&updated(&SIGNED.bytes, &[(id.number, text), (15_000, appearance.into())]), "change.page_button");
}

#[test]
fn the_gap_must_be_canonical() {
    let at = SIGNED.bytes.windows(10).rposition(|window| window == b"/Contents ").unwrap() + 10;
    let mut upper = SIGNED.bytes.clone();
    let letter = (at..).find(|at| upper[*at].is_ascii_lowercase()).unwrap();
    upper[letter].make_ascii_uppercase();
    refused_as(&upper, "contents.hexadecimal");
    let end = (at..).find(|at| SIGNED.bytes[*at] == b'>').unwrap();
    let mut padded = SIGNED.bytes.clone();
    padded[end - 1] = b'1';
    refused_as(&padded, "contents.padding");
    let mut spaced = SIGNED.bytes.clone();
    spaced[end - 1] = b' ';
    spaced[end - 2] = b' ';
    refused_as(&spaced, "contents.hexadecimal");
    // The whole of it in upper case is another writer's habit.
    let mut whole = SIGNED.bytes.clone();
    whole[at..end].make_ascii_uppercase();
    assert_eq!(report_on(&whole).verdict, Verdict::ValidTrusted);
}

/// With an update that brings object 15001, a dictionary of information, which by itself may come.
fn informed(bytes: &[u8], producer: &str) -> Vec<u8> {
    let bytes = updated(bytes, &[(15_001, format!("<</Producer {producer}>>"))]);
    let at = bytes.windows(5).rposition(|window| window == b"/Prev").unwrap();
    [&bytes[..at], b"/Info 15001 0 R", &bytes[at..]].concat()
}

/// A shadow prepared before signing: something in the file refers to an object that is not there, and a later update, which by itself would be
/// allowed, brings it.
#[test]
fn an_object_that_the_signed_file_waits_for_is_an_alteration() {
    let signed = |catalog: &str| {
        let mut world = World::new();
        let base = Sample { pages: 1, catalog: catalog.to_owned(), ..Default::default() }.build();
        let file = world.sign_a(&prepared_form(base, &["A"]));
        (file.bytes().to_vec(), world.trust())
    };
    for (catalog, waits) in [
        ("/Awaited 15001 0 R", true),
        ("/Awaited[<</Deep[null 15001 0 R]>>]", true),
        ("/Awaited(15001 0 R)", false),
        ("/Awaited 15001 1 R", false),
        ("/Awaited 15002 0 R", false),
    ] {
        let (bytes, trust) = signed(catalog);
        assert_eq!(judged(&bytes, &trust).verdict, Verdict::ValidTrusted, "{catalog}");
        let report = judged(&informed(&bytes, "(x)"), &trust);
        let found = codes(&report);
        if waits {
            assert_eq!(report.verdict, Verdict::Invalid, "{catalog}\n{}", explained(&report));
            assert!(found.contains(&"signature.altered_after") && found.contains(&"change.awaited"), "{found:?}");
        } else {
            assert_eq!(report.verdict, Verdict::ValidTrusted, "{catalog}\n{}", explained(&report));
            assert!(found.contains(&"change.metadata"), "{found:?}");
        }
    }
}

/// The same prepared later: by an update that is allowed, or between two signatures, where only the first hears of the update.
#[test]
fn what_an_update_waits_for_is_an_alteration_too() {
    let catalog = |bytes: &[u8], key: &str, number: u32| {
        let file = Opened::open(Arc::from(bytes)).unwrap();
        let Object::Dictionary(mut catalog) = file.object(file.catalog_id()).unwrap() else { panic!() };
        catalog.set(key, Object::Reference(ObjectId { number, generation: 0 }));
        (file.catalog_id().number, text_of(&Object::Dictionary(catalog)))
    };
    let extended = |bytes: &[u8]| {
        let developer = (15_002, "<</ADBE<</BaseVersion/1.7/ExtensionLevel 3>>>>".to_owned());
        updated(bytes, &[catalog(bytes, "Extensions", 15_002), developer])
    };
    assert_eq!(report_on(&extended(&SIGNED.bytes)).verdict, Verdict::ValidTrusted);
    assert_eq!(report_on(&extended(&informed(&SIGNED.bytes, "(x)"))).verdict, Verdict::ValidTrusted);
    refused_as(&extended(&informed(&SIGNED.bytes, "15002 0 R")), "change.awaited");

    let mut world = World::new();
    let base = Sample { pages: 1, ..Default::default() }.build();
    let first = world.sign_a(&prepared_form(base, &["A"]));
    let between = updated(first.bytes(), &[catalog(first.bytes(), "Awaited", 15_001)]);
    let second = world.conclude(&Opened::open(Arc::from(between)).unwrap());
    let report = judged(&informed(second.bytes(), "(x)"), &world.trust());
    for signature in &report.signatures {
        let faults: Vec<&str> = signature.faults.iter().map(yinxin_pdf::verify::Fault::code).collect();
        assert!(faults.contains(&"signature.altered_after"), "{}: {faults:?}", signature.field);
    }
    assert!(codes(&report).contains(&"change.awaited"), "{}", explained(&report));
}
