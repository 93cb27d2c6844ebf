//! What the fuzzer asks of every input. Each function says whether the bytes were read as what they were taken for.
//!
//! The seeds go through the same functions in `cargo test -p yinxin-pdf`, so that they stay good. They are made by
//! `cargo run -p yinxin-pdf --example pdf_seeds`; every key behind them was a test key, and was thrown away.

use std::sync::Arc;

use yinxin_pdf::gate::{Act, inspect, repair};
use yinxin_pdf::syntax::ObjectId;
use yinxin_pdf::text::{KeywordError, normalised};
use yinxin_pdf::{
    Dss, Opened, PartyKey, PdfRect, SignatureKind, SignatureRequest, Verdict, VerifyOptions, prepare_form, verify,
};
use yinxin_pki::x509::Certificate;

/// What is done with the bytes of one input.
pub type Target = fn(&[u8]) -> bool;

/// The targets by the names of their folders of seeds.
pub const TARGETS: [(&str, Target); 4] = [("files", files), ("verdicts", verdicts), ("acts", acts), ("text", text)];

/// The roots under which the two signed files are valid, and those files: the only ones that may be.
const ROOTS: &str = include_str!("../seeds/roots.pem");
const SIGNED: [&[u8]; 2] =
    [include_bytes!("../seeds/verdicts/contract.pdf"), include_bytes!("../seeds/verdicts/stream.pdf")];
/// 22 November 2026, two hours after the seeds were signed, in microseconds UTC.
const AT: i64 = 1_795_312_800_000_000;

/// Any bytes as a file that somebody uploads: what it is, what may be done with it, and every object in it; and written anew.
pub fn files(bytes: &[u8]) -> bool {
    let inspection = inspect(Arc::from(bytes));
    for act in [Act::Repair, Act::PrepareForm, Act::SignVisibly, Act::SignInvisibly, Act::DrawOnPages] {
        if let Err(obstacle) = inspection.may(act) {
            assert!(!obstacle.zh().is_empty() && !obstacle.en().is_empty());
        }
    }
    if let Ok(repaired) = repair(bytes) {
        assert_eq!(repaired.inspection.damage, None, "what was repaired is damaged");
        let again = Opened::open(Arc::from(repaired.bytes)).expect("what was repaired opens");
        assert!(again.pages().is_ok_and(|pages| !pages.is_empty()), "what was repaired has pages");
    }
    let Ok(file) = Opened::open(Arc::from(bytes)) else { return false };
    let entries = file.sections().iter().flat_map(|section| &section.entries);
    for number in entries.map(|(number, _)| *number).take(2_000).collect::<Vec<u32>>() {
        let _ = file.object(ObjectId { number, generation: 0 });
    }
    for section in file.sections() {
        let _ = file.end_of_update(section);
    }
    let _ = (file.signature_fields(), file.dss(), file.text());
    file.pages().is_ok()
}

/// Any bytes as a signed file: of all that can be made of ours, only ours are believed.
pub fn verdicts(bytes: &[u8]) -> bool {
    let roots = Certificate::from_pem(ROOTS).expect("the seed is a list of certificates");
    let options = VerifyOptions { roots, at_micros: AT, limits: Default::default() };
    let Ok(report) = verify(Arc::from(bytes), &options) else { return false };
    assert!(!report.summary.zh.is_empty() && !report.summary.en.is_empty());
    // A file cut at the end of a revision was once whole.
    let once_whole = SIGNED.iter().any(|signed| signed.starts_with(bytes));
    assert!(
        once_whole || report.verdict >= Verdict::Indeterminate,
        "a file that nobody signed is {:?}",
        report.verdict
    );
    !report.signatures.is_empty()
}

/// Any bytes as a file that is prepared and signed: what was there stays, and the new file is read and holds what was added.
pub fn acts(bytes: &[u8]) -> bool {
    let Ok(file) = Opened::open(Arc::from(bytes)) else { return false };
    let Ok(pages) = file.pages().map(<[_]>::len) else { return false };
    let parties = [PartyKey::new("A").expect("one letter is a key")];
    let Ok(whole) = prepare_form(&file, &parties, [1; 16]) else { return signed(&file, pages) };
    assert!(whole.starts_with(bytes), "what was there was changed");
    let prepared = Opened::open(Arc::from(whole)).expect("a prepared file opens");
    assert_eq!(prepared.pages().map(<[_]>::len), Ok(pages), "pages came or went");
    signed(&prepared, pages)
}

fn signed(file: &Opened, pages: usize) -> bool {
    let dss = Dss::default();
    let request = SignatureRequest {
        field_name: "new field of the fuzzer",
        kind: SignatureKind::Cms,
        signer_name: "示例",
        reason: "",
        location: None,
        signed_at_micros: AT,
        widget: None,
        page_marks: None,
        dss: &dss,
        contents_capacity: 16,
        file_id: [2; 16],
    };
    let Ok(prepared) = file.prepare(&request) else { return false };
    let signed = prepared.embed(&[0x30, 0]).expect("two bytes fit into sixteen");
    let again = Opened::open_hashed(signed.into_hashed()).expect("a signed file opens");
    assert!(again.bytes().starts_with(file.bytes()), "what was there was changed");
    assert_eq!(again.pages().map(<[_]>::len), Ok(pages), "pages came or went");
    let fields = again.signature_fields().expect("its fields are read, as they were before");
    assert!(fields.iter().any(|field| field.name == request.field_name), "the new field is not there");
    true
}

/// One page whose content, table of characters or font these bytes are; and whatever file they are themselves.
pub fn text(bytes: &[u8]) -> bool {
    let mut read = false;
    let whole = bytes.starts_with(b"%PDF").then(|| bytes.to_vec());
    let content = b"BT /F1 12 Tf 72 700 Td <0001000200030041> Tj /F2 12 Tf (AB) Tj ET";
    let files = [
        page(bytes, b"", "FontFile2", b""),
        page(content, bytes, "FontFile2", b""),
        page(content, b"", "FontFile2", bytes),
        page(content, b"", "FontFile3", bytes),
    ];
    for file in files.into_iter().chain(whole) {
        let Ok(file) = Opened::open(Arc::from(file)) else { continue };
        let Ok(pages) = file.text() else { continue };
        for page in pages {
            read |= !page.glyphs.is_empty();
            let finite = |rect: &PdfRect| [rect.x0, rect.y0, rect.x1, rect.y1].iter().all(|side| side.is_finite());
            assert!(page.glyphs.iter().all(|glyph| finite(&glyph.rect)));
            // What stands there is found, as far as it is a keyword.
            let keyword: String = page.lines().chars().take(20).collect();
            let found = file.find_keyword(&keyword, Some(&[page.page]));
            let blank = normalised(&keyword).is_empty();
            assert!(!matches!(found, Err(KeywordError::NotFound)) || blank, "{keyword:?} is not found");
        }
    }
    read
}

fn page(content: &[u8], to_unicode: &[u8], program: &str, font: &[u8]) -> Vec<u8> {
    let stream = |entries: &str, data: &[u8]| {
        [format!("<<{entries}/Length {}>>stream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
    };
    let unicode = if to_unicode.is_empty() { "" } else { "/ToUnicode 8 0 R" };
    let file = if font.is_empty() { String::new() } else { format!("/{program} 9 0 R") };
    let kind = if program == "FontFile3" { "/Subtype/CIDFontType0C" } else { "" };
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R/F2 10 0 R>>>>/Contents 4 0 R>>".to_vec(),
        stream("", content),
        format!("<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]{unicode}>>").into_bytes(),
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 1000/FontDescriptor 7 0 R>>".to_vec(),
        format!("<</Type/FontDescriptor/FontName/X/Flags 4/Ascent 880/Descent -120{file}>>").into_bytes(),
        stream("", to_unicode),
        stream(kind, font),
        format!("<</Type/Font/Subtype/Type1/BaseFont/Y/FontDescriptor 7 0 R{unicode}>>").into_bytes(),
    ];
    file_of(&objects)
}

/// A file of these objects, the first being the catalogue.
pub fn file_of(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, body) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(b"\nendobj\n");
    }
    let at = out.len();
    table += &format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1);
    out.extend_from_slice(table.as_bytes());
    out
}
