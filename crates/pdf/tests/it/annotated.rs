//! Annotations that come after a signature: an alteration, unless the author certified the file so that they may come (DocMDP with /P 3); and
//! never without being seen (the "evil annotation attack").

use std::sync::Arc;

use yinxin_pdf::verify::{PageChange, Report, Verdict};
use yinxin_pdf::{Dss, Opened, SignatureRequest};
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::x509::CertificateProfile;

use crate::attacks::{text_of, updated};
use crate::bases::{rsa, signed_elsewhere};
use crate::parties::{Hierarchy, Holder, request};
use crate::permissions::signed_anew;
use crate::sample::Sample;
use crate::verifying::{explained, judged};

struct Scene {
    trust: String,
    author: Holder,
    person: Holder,
}

fn scene() -> Scene {
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 53);
    let author = rsa(&mut authority, CertificateProfile::PersonSigning);
    let person = authority.certify(CertificateProfile::PersonSigning, "示例人员");
    Scene { trust: authority.root.certificate.to_pem(), author, person }
}

/// A file certified as pyHanko does it, with one annotation of its own; `None` without pyHanko.
fn certified(scene: &Scene, level: u8) -> Option<Vec<u8>> {
    let base = Sample { pages: 2, annots_apart: true, ..Sample::default() }.build();
    signed_elsewhere(&base, &scene.author, &format!("certified-{level}"))
}

/// An update that adds these annotations to the first page, from object 500 on.
fn annotated(bytes: &[u8], annotations: &[&str]) -> Vec<u8> {
    let file = Opened::open(Arc::from(bytes)).unwrap();
    // The sample has the list apart, as object 6; pyHanko adds the widget of its field to it.
    let list = text_of(&file.object(yinxin_pdf::syntax::ObjectId { number: 6, generation: 0 }).unwrap());
    let names: String = (0..annotations.len()).map(|index| format!(" {} 0 R", 500 + index)).collect();
    let mut objects = vec![(6, format!("{}{names}]", list.strip_suffix(']').unwrap()))];
    let body = |entries: &&str| {
        let place = if entries.contains("/Rect") { "" } else { "/Rect[100 400 120 420]" };
        format!("<</Type/Annot/P 4 0 R{place}{entries}>>")
    };
    objects.extend(annotations.iter().enumerate().map(|(index, entries)| (500 + index as u32, body(entries))));
    updated(bytes, &objects)
}

fn codes(report: &Report) -> Vec<&'static str> {
    let faults = report.signatures.iter().flat_map(|signature| &signature.faults).map(|fault| fault.code());
    let changes = report.revisions.iter().skip(1).flat_map(|revision| &revision.changes).map(|change| change.code());
    faults.chain(changes.filter(|code| code.contains("annotation") || code.contains("page"))).collect()
}

const NOTE: &str = "/Subtype/Text/Contents(To be discussed)/Popup 501 0 R/Open false";
const WINDOW: &str = "/Subtype/Popup/Parent 500 0 R";

#[test]
fn comments_on_a_file_certified_for_them_are_named_and_harm_nothing() {
    let scene = scene();
    let Some(file) = certified(&scene, 3) else { return };
    let commented = annotated(&file, &[NOTE, WINDOW, "/Subtype/Highlight/QuadPoints[100 420 120 420 100 400 120 400]"]);
    let report = judged(&commented, &scene.trust);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
    assert_eq!(codes(&report), ["change.annotations"]);
    let last = report.revisions.last().unwrap();
    assert_eq!((last.pages[0].page, &last.pages[0].changes[..]), (1, &[PageChange::Annotations][..]));
    assert_eq!(last.changes[0].zh(), "在第 1 页新增批注");
    // Somebody signs after the comments, and more come: all that was certified for them.
    let signed =
        scene.person.step(&Opened::open(Arc::from(commented)).unwrap(), &request("one", &Dss::default()), None);
    assert_eq!(judged(signed.bytes(), &scene.trust).verdict, Verdict::ValidTrusted);
}

#[test]
fn annotations_that_can_hide_or_imitate_are_never_passed_over() {
    let scene = scene();
    let Some(file) = certified(&scene, 3) else { return };
    let drawing = "/AP<</N 7 0 R>>";
    for drawn in [
        "/Subtype/FreeText/Contents(900)/DA(/Helv 12 Tf 0 g)".to_owned(),
        "/Subtype/Square/IC[1 1 1]".to_owned(),
        "/Subtype/Stamp/Name/Approved".to_owned(),
        "/Subtype/StrikeOut/QuadPoints[100 420 120 420 100 400 120 400]".to_owned(),
        format!("/Subtype/Highlight{drawing}"),
        format!("/Subtype/Text{drawing}"),
        "/Subtype/Text/Rect[0 0 595 842]".to_owned(),
    ] {
        let bytes = annotated(&file, &[&drawn]);
        let report = judged(&bytes, &scene.trust);
        assert_eq!(report.verdict, Verdict::Indeterminate, "{drawn}: {}", explained(&report));
        assert_eq!(codes(&report), ["signature.annotated_after", "change.annotations"], "{drawn}");
    }
}

#[test]
fn what_does_more_than_comment_is_an_alteration() {
    let scene = scene();
    let Some(file) = certified(&scene, 3) else { return };
    for (entries, code) in [
        ("/Subtype/Link/A<</S/URI/URI(http://127.0.0.1/)>>", "change.annotation"),
        ("/Subtype/Text/AA<</E<</S/JavaScript/JS(app.beep\\(\\))>>>>", "change.annotation"),
        ("/Subtype/Widget/FT/Tx/T(amount)/V(900)", "change.annotation"),
        ("/Subtype/Redact", "change.annotation"),
        ("/Subtype/Watermark", "change.annotation"),
        ("/Subtype/FileAttachment/FS<</Type/Filespec/F(a)>>", "change.annotation"),
        ("/Subtype/Text/OC<</Type/OCG/Name(x)>>", "change.annotation"),
    ] {
        let report = judged(&annotated(&file, &[entries]), &scene.trust);
        assert_eq!(report.verdict, Verdict::Invalid, "{entries}: {}", explained(&report));
        assert_eq!(codes(&report), ["signature.altered_after", code], "{entries}");
    }
    let list = "[ ]".to_owned();
    for objects in [
        // The annotations that were there are gone, or one is another.
        vec![(6, list)],
        // A comment, and the page's content with it.
        vec![(5, "<</Length 0>>\nstream\n\nendstream".to_owned())],
    ] {
        let report = judged(&updated(&annotated(&file, &[NOTE, WINDOW]), &objects), &scene.trust);
        assert_eq!(report.verdict, Verdict::Invalid, "{objects:?}: {}", explained(&report));
    }
}

#[test]
fn nobody_but_the_author_lets_annotations_come() {
    let scene = scene();
    // Certified for filling in only, and not certified at all.
    let plain = scene.person.step(
        &Sample { pages: 2, annots_apart: true, ..Sample::default() }.open(),
        &request("one", &Dss::default()),
        None,
    );
    let mut files = vec![plain.bytes().to_vec()];
    files.extend(certified(&scene, 2));
    // Certified by the second who signed, which certifies nothing: written in the place of a reason of the same length.
    let certification = "/Reference[<</TransformMethod/DocMDP/TransformParams<</P 3>>>>]";
    let (dss, reason) = (Dss::default(), "r".repeat(certification.len() - "/Reason ()".len()));
    let prepared = plain.prepare(&SignatureRequest { reason: &reason, ..request("two", &dss) }).unwrap();
    let mut second = prepared.embed(&[0]).unwrap().into_bytes();
    let written = format!("/Reason ({reason})");
    let at = second.windows(written.len()).position(|window| window == written.as_bytes()).unwrap();
    second[at..at + certification.len()].copy_from_slice(certification.as_bytes());
    let second = signed_anew(second, &scene.person);
    assert_eq!(judged(&second, &scene.trust).signatures[1].permission, Some(3));
    files.push(second);
    for file in files {
        let report = judged(&annotated(&file, &[NOTE, WINDOW]), &scene.trust);
        assert_eq!(report.verdict, Verdict::Invalid, "{}", explained(&report));
        let first = report.signatures[0].faults.iter().map(|fault| fault.code()).collect::<Vec<_>>();
        assert_eq!(first, ["signature.altered_after"], "{}", explained(&report));
    }
}
