//! The report as data: it follows its schema, and names what each later revision did to which page.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use yinxin_pdf::Opened;
use yinxin_pdf::syntax::write_object;
use yinxin_pdf::verify::{PageChange, Report};

use crate::layering::{conclude, sealed_contract};
use crate::parties::NOW;
use crate::sample::Sample;
use crate::verifying::judged;
use crate::verifying_world::{World, small_contract};

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text = include_str!("../../../../docs/standards/verification-report.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
});

/// Faults of the report against the schema.
fn faults(report: &Report) -> Vec<String> {
    let value = serde_json::to_value(report).unwrap();
    SCHEMA.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn every_report_follows_its_schema() {
    let mut world = World::new();
    let sound = small_contract(&mut world);
    let (sealed, sm2) = sealed_contract(Sample::default().build());
    let (concluded, p256) = conclude(sealed);
    let mut reports = vec![
        judged(sound.bytes(), &world.trust()),
        judged(sound.bytes(), ""),
        judged(concluded.bytes(), &(sm2 + &p256)),
        judged(&Sample::default().build(), ""),
    ];
    // Files with one byte changed report every kind of fault.
    for step in 1..60 {
        let mut bytes = sound.bytes().to_vec();
        let at = bytes.len() * step / 60;
        bytes[at] ^= 1;
        let roots = yinxin_pki::x509::Certificate::from_pem(&world.trust()).unwrap();
        let options = yinxin_pdf::VerifyOptions { roots, at_micros: NOW, limits: Default::default() };
        reports.extend(yinxin_pdf::verify(Arc::from(bytes), &options));
    }
    assert!(reports.len() > 20, "{}", reports.len());
    for report in &reports {
        assert_eq!(faults(report), Vec::<String>::new());
    }
    // The schema would notice: a missing field and a verdict of another name.
    let mut value = serde_json::to_value(&reports[0]).unwrap();
    value["verdict"] = "fine".into();
    value["signatures"][0].as_object_mut().unwrap().remove("seal");
    assert_eq!(SCHEMA.iter_errors(&value).count(), 2);
}

/// Pages with what was done to them, in the last revision.
fn touched(report: &Report) -> Vec<(usize, Vec<PageChange>)> {
    report.revisions.last().unwrap().pages.iter().map(|page| (page.page, page.changes.clone())).collect()
}

#[test]
fn what_signing_did_is_told_page_by_page() {
    let (file, trust) = sealed_contract(Sample::default().build());
    let report = judged(file.bytes(), &trust);
    // Original, form, seal A, person A, seal B, person B: a seam on every page, the seal and the date on the last.
    let pages = |revision: usize| -> Vec<(usize, Vec<PageChange>)> {
        report.revisions[revision].pages.iter().map(|page| (page.page, page.changes.clone())).collect()
    };
    let (mark, stamp) = (PageChange::Signature, PageChange::Stamp);
    assert_eq!(pages(4), [(1, vec![stamp]), (2, vec![stamp]), (3, vec![mark, stamp])]);
    assert_eq!(pages(5), [(3, vec![mark])]);
}

/// An update by hand over a signed file, and the pages that it is said to have touched.
#[test]
fn what_an_attack_did_is_told_page_by_page() {
    let (file, trust) = sealed_contract(Sample::default().build());
    let pages = file.pages().unwrap().to_vec();
    let dictionary = |index: usize| {
        let mut out = Vec::new();
        write_object(&mut out, &file.object(pages[index].id).unwrap());
        String::from_utf8(out).unwrap()
    };
    let insert = |index: usize, entry: &str| {
        (pages[index].id.number, dictionary(index).replacen("<<", &format!("<<{entry}"), 1))
    };
    let content = "<</Length 3>>\nstream\n q \nendstream".to_owned();
    let (first, third) = (pages[0].id, pages[2].id);
    // In the sample the font is object 3, the page tree 2, and a page's content is the object after it.
    let tree =
        |kids: &str, count: usize| (2, format!("<</Type/Pages/Count {count}/Kids[{kids}]/MediaBox[0 0 595 842]>>"));
    type Case = (&'static str, Vec<(u32, String)>, Vec<(usize, Vec<PageChange>)>);
    let cases: Vec<Case> = vec![
        ("content of the second page", vec![(pages[1].id.number + 1, content)], vec![(2, vec![PageChange::Content])]),
        (
            "the font of all pages",
            vec![(3, "<</Type/Font/Subtype/Type1/BaseFont/Courier>>".into())],
            (1..=3).map(|page| (page, vec![PageChange::Resources])).collect(),
        ),
        ("the first page turned", vec![insert(0, "/Rotate 90")], vec![(1, vec![PageChange::Geometry])]),
        (
            "a note on the third page",
            vec![(
                pages[2].id.number,
                dictionary(2).replace("/Annots [", "/Annots [<</Type/Annot/Subtype/Text/Rect[0 0 9 9]>> "),
            )],
            vec![(3, vec![PageChange::Annotations])],
        ),
        (
            "the last page removed",
            vec![tree(&format!("{first} R {} R", pages[1].id), 2)],
            vec![(3, vec![PageChange::Removed])],
        ),
        (
            "the second page replaced and one added",
            vec![
                tree(&format!("{first} R 15000 0 R {third} R 15001 0 R"), 4),
                (15_000, "<</Type/Page/Parent 2 0 R>>".into()),
                (15_001, "<</Type/Page/Parent 2 0 R>>".into()),
            ],
            vec![(2, vec![PageChange::Replaced]), (4, vec![PageChange::Added])],
        ),
    ];
    for (name, objects, expected) in cases {
        let mut bytes = file.bytes().to_vec();
        let mut table = "xref\n".to_owned();
        for (number, body) in &objects {
            writeln!(table, "{number} 1\n{:010} 00000 n ", bytes.len()).unwrap();
            bytes.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
        }
        let (at, root, previous) = (bytes.len(), file.catalog_id(), file.sections()[0].offset);
        table += &format!("trailer\n<</Size 20000/Root {root} R/Prev {previous}>>\nstartxref\n{at}\n%%EOF\n");
        bytes.extend_from_slice(table.as_bytes());
        assert!(Opened::open(Arc::from(bytes.as_slice())).unwrap().pages().is_ok(), "{name}");
        let report = judged(&bytes, &trust);
        assert_eq!(touched(&report), expected, "{name}");
        assert_eq!(faults(&report), Vec::<String>::new());
    }
}
