//! The signing session itself: what is written, what is refused, and resuming in another process.

use std::sync::Arc;

use yinxin_pdf::syntax::Object;
use yinxin_pdf::{
    Clip, Dss, EmbedError, Mark, Opened, PageMarks, PdfRect, Prepared, ResumeError, SignError, SignatureKind, add_dss,
};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_seal::PdfForm;

use crate::judges;
use crate::parties::{NOW, key, prepared_form, reopen, request};
use crate::sample::{EXTRA, Sample, Xref};

pub fn square() -> PdfForm {
    PdfForm {
        width_pt: 100.0,
        height_pt: 100.0,
        content: b"0.7 0.1 0.1 rg 0 0 m 100 0 l 100 100 l 0 100 l h f\n".to_vec(),
    }
}

pub fn place(x0: f64, y0: f64, size: f64) -> PdfRect {
    PdfRect { x0, y0, x1: x0 + size, y1: y0 + size }
}

// S1-030, S1-032: a seal that was not sent is taken back by cutting the file to what it was.
#[test]
fn the_existing_bytes_are_kept_and_the_byte_range_leaves_out_the_contents_exactly() {
    for xref in [Xref::Table, Xref::Stream, Xref::Hybrid] {
        for final_eol in [true, false] {
            let sample = Sample { xref, final_eol, annots_apart: final_eol, ..Sample::default() };
            let base = sample.build();
            let file = sample.open();
            let dss = Dss::default();
            let prepared = file.prepare(&request("甲方", &dss)).unwrap();
            let digest = prepared.byte_range_digest(DigestAlgorithm::Sha256);
            let signed = prepared.embed(&[0xAB, 0xCD]).unwrap();
            assert_eq!(signed.length(), base.len() + signed.appended().len());
            let whole_digest = signed.digest(DigestAlgorithm::Sm3);
            let parts = signed.parts().concat();
            let bytes = signed.into_bytes();
            assert_eq!(parts, bytes);
            assert_eq!(DigestAlgorithm::Sm3.digest(&bytes), whole_digest);
            assert_eq!(&bytes[..base.len()], base, "{xref:?}");
            assert_eq!(bytes[base.len()] == b'\n', !final_eol, "the update begins on a line of its own");
            judges::qpdf_check(&bytes);

            let again = Opened::open(Arc::from(bytes.clone())).unwrap();
            let fields = again.signature_fields().unwrap();
            assert_eq!(fields.len(), 1);
            assert_eq!((fields[0].name.as_str(), fields[0].widgets[0].page), ("甲方", Some(0)));
            assert!(!fields[0].widgets[0].is_visible());
            let value = fields[0].value.as_ref().unwrap();
            let [start, length, after, rest] = value.byte_range.unwrap();
            let gap = value.contents_at.clone().unwrap();
            assert_eq!((start, length, after, after + rest), (0, gap.start, gap.end, bytes.len()));
            assert_eq!((bytes[gap.start], bytes[gap.end - 1]), (b'<', b'>'));
            assert_eq!(gap.len(), 2 + 2 * 8192);
            assert_eq!(DigestAlgorithm::Sha256.digest_parts(&[&bytes[..gap.start], &bytes[gap.end..]]), digest);
            assert!(value.contents.starts_with(&[0xAB, 0xCD, 0]) && value.contents.len() == 8192);
            assert_eq!(value.sub_filter.as_ref().unwrap(), &"ETSI.CAdES.detached");
            assert_eq!(value.name.as_deref(), Some("示例园林绿化有限公司"));
            assert_eq!(value.reason.as_deref(), Some("签订合同 (test)"));
            assert_eq!((value.location.as_deref(), value.modified.as_deref()), (None, Some("D:20261122080000+08'00'")));
        }
    }
}

#[test]
fn a_page_keeps_its_other_keys_and_the_trailer_its_first_id() {
    let sample = Sample::default();
    let file = sample.open();
    let signed = reopen(file.prepare(&request("a", &Dss::default())).unwrap().embed(&[1]).unwrap());
    let page = signed.object(signed.pages().unwrap()[0].id).unwrap();
    let before = file.object(file.pages().unwrap()[0].id).unwrap();
    let (page, before) = (page.as_dictionary().unwrap(), before.as_dictionary().unwrap());
    assert!(before.iter().all(|(name, value)| page.get(&name.to_string()) == Some(value)));
    assert_eq!(page.get("Custom Key").unwrap().as_string(), Some(&b"kept (as is)"[..]));
    assert!(!page.contains("MediaBox"), "what is inherited is not written into the page");
    let ids = signed.trailer().get("ID").unwrap().as_array().unwrap();
    assert_eq!(ids[0], file.trailer().get("ID").unwrap().as_array().unwrap()[0]);
    assert_eq!(ids[1], Object::String(vec![7; 16]));
}

#[test]
fn a_preparation_resumes_in_another_process_only_on_its_own_file() {
    let sample = Sample::default();
    let base: Arc<[u8]> = Arc::from(sample.build());
    let file = Opened::open(Arc::clone(&base)).unwrap();
    let prepared = file.prepare(&request("甲方", &Dss::default())).unwrap();
    let stored = prepared.to_bytes();
    assert!(stored.len() < base.len() + 20_000, "the file itself is not stored");
    let resumed = Prepared::from_bytes(Arc::clone(&base), &stored).unwrap();
    assert_eq!((resumed.field_name(), resumed.capacity(), resumed.base_length()), ("甲方", 8192, base.len()));
    for algorithm in [DigestAlgorithm::Sm3, DigestAlgorithm::Sha256] {
        assert_eq!(resumed.byte_range_digest(algorithm), prepared.byte_range_digest(algorithm));
        assert_eq!(resumed.base_digest(algorithm), algorithm.digest(&base));
    }
    assert_eq!(resumed.embed(b"signature").unwrap().into_bytes(), prepared.embed(b"signature").unwrap().into_bytes());

    let mut other = base.to_vec();
    *other.last_mut().unwrap() ^= 1;
    assert_eq!(Prepared::from_bytes(Arc::from(other), &stored).unwrap_err(), ResumeError::OtherFile);
    for at in [0, 9, 45, stored.len() / 2, stored.len() - 1] {
        let mut damaged = stored.clone();
        damaged[at] ^= 0x40;
        assert_eq!(Prepared::from_bytes(Arc::clone(&base), &damaged).unwrap_err(), ResumeError::Damaged, "byte {at}");
    }
    assert_eq!(Prepared::from_bytes(base, &stored[..20]).unwrap_err(), ResumeError::Damaged);
}

#[test]
fn a_signature_that_does_not_fit_is_refused() {
    let dss = Dss::default();
    let mut small = request("a", &dss);
    small.contents_capacity = 3;
    let file = Sample::default().open();
    let error = file.prepare(&small).unwrap().embed(&[0; 4]).unwrap_err();
    assert_eq!(error, EmbedError::TooLarge { needed: 4, capacity: 3 });
    assert_eq!(file.prepare(&small).unwrap().embed(&[]).unwrap_err(), EmbedError::Empty);
    assert_eq!(
        file.prepare(&small).unwrap().embed(&[9, 8, 7]).unwrap().length(),
        file.prepare(&small).unwrap().embed(&[1]).unwrap().length()
    );
}

#[test]
fn requests_that_cannot_be_met_are_refused_with_the_reason() {
    let file = prepared_form(Sample::default().build(), &["A", "B"]);
    let dss = Dss::default();
    let seal = square();
    let mark = |page, rect, clip| Mark { page, rect, form: &seal, clip };
    let good = mark(0, place(10.0, 10.0, 100.0), None);
    let with_widget = |mark| yinxin_pdf::SignatureRequest { widget: Some(mark), ..request("a", &dss) };
    let refused = |request: &yinxin_pdf::SignatureRequest<'_>| file.prepare(request).unwrap_err();

    assert!(file.prepare(&with_widget(good)).is_ok());
    assert_eq!(refused(&with_widget(mark(3, good.rect, None))), SignError::NoSuchPage(3));
    assert_eq!(refused(&with_widget(mark(1, place(550.0, 10.0, 100.0), None))), SignError::BadMark { page: 1 });
    assert_eq!(refused(&with_widget(mark(0, place(10.0, 10.0, 0.0), None))), SignError::BadMark { page: 0 });
    assert_eq!(refused(&with_widget(mark(0, place(f64::NAN, 10.0, 1.0), None))), SignError::BadMark { page: 0 });
    let backwards = Some(Clip { left: 0.5, right: 0.5, ..Clip::WHOLE });
    assert_eq!(refused(&with_widget(mark(0, good.rect, backwards))), SignError::BadMark { page: 0 });
    assert_eq!(refused(&request("", &dss)), SignError::BadFieldName);
    assert_eq!(refused(&request("a.b", &dss)), SignError::BadFieldName);
    assert_eq!(refused(&request("page-1-A", &dss)), SignError::FieldExists("page-1-A".into()));
    let capacity = yinxin_pdf::SignatureRequest { contents_capacity: 0, ..request("a", &dss) };
    assert_eq!(refused(&capacity), SignError::BadCapacity(0));
    let stranger = PageMarks { party: key("C"), marks: vec![good] };
    let stranger = yinxin_pdf::SignatureRequest { page_marks: Some(stranger), ..request("a", &dss) };
    assert_eq!(refused(&stranger), SignError::NoPageButton("page-1-C".into()));
    let late = yinxin_pdf::SignatureRequest { signed_at_micros: i64::MAX, ..request("a", &dss) };
    assert_eq!(refused(&late), SignError::BadTime);
}

#[test]
fn a_certified_file_takes_what_its_certification_allows() {
    let certified = |level: u8| {
        let extra = format!("<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P {level}>>>>]>>");
        Sample { catalog: format!("/Perms<</DocMDP {EXTRA} 0 R>>"), extra: vec![extra], ..Sample::default() }.open()
    };
    let (dss, seal) = (Dss::default(), square());
    let visible = Mark { page: 0, rect: place(10.0, 10.0, 100.0), form: &seal, clip: None };
    let visible = yinxin_pdf::SignatureRequest { widget: Some(visible), ..request("a", &dss) };
    assert_eq!(certified(1).prepare(&request("a", &dss)).unwrap_err(), SignError::Certified);
    assert_eq!(certified(2).prepare(&visible).unwrap_err(), SignError::CertifiedVisible);
    assert!(certified(2).prepare(&request("a", &dss)).is_ok());
}

#[test]
fn evidence_is_stored_once() {
    let dss = Dss { certificates: vec![vec![1, 2], vec![1, 2], vec![3]], ocsps: vec![vec![4]], crls: vec![] };
    for xref in [Xref::Table, Xref::Stream] {
        let file = prepared_form(Sample { xref, ..Sample::default() }.build(), &["A"]);
        let signed = reopen(file.prepare(&request("a", &dss)).unwrap().embed(&[1]).unwrap());
        let stored = signed.dss().unwrap();
        assert_eq!(stored.certificates, [vec![1, 2], vec![3]]);
        assert_eq!((stored.ocsps.len(), stored.crls.len()), (1, 0));
        assert!(add_dss(&signed, &dss, [2; 16]).unwrap().is_empty(), "nothing new, nothing appended");
        let more = Dss { crls: vec![vec![5; 100]], certificates: vec![vec![3]], ..Dss::default() };
        let whole = [signed.bytes(), &add_dss(&signed, &more, [2; 16]).unwrap()].concat();
        judges::qpdf_check(&whole);
        let stored = Opened::open(Arc::from(whole)).unwrap().dss().unwrap();
        assert_eq!((stored.certificates.len(), stored.ocsps.len(), stored.crls), (2, 1, vec![vec![5; 100]]));
    }
}

#[test]
fn kinds_have_their_sub_filters_and_a_document_timestamp_claims_nothing() {
    let file = Sample::default().open();
    let dss = Dss::default();
    for kind in [SignatureKind::Seal, SignatureKind::Cms, SignatureKind::Sm2Cms, SignatureKind::DocTimeStamp] {
        let request = yinxin_pdf::SignatureRequest { kind, signed_at_micros: NOW, ..request("a", &dss) };
        let signed = reopen(file.prepare(&request).unwrap().embed(&[1]).unwrap());
        let value = signed.signature_fields().unwrap()[0].value.clone().unwrap();
        assert_eq!(value.sub_filter.as_ref().unwrap(), &kind.sub_filter());
        let is_timestamp = kind == SignatureKind::DocTimeStamp;
        assert_eq!(value.kind.as_ref().unwrap(), &if is_timestamp { "DocTimeStamp" } else { "Sig" });
        assert_eq!(value.name.is_none() && value.modified.is_none(), is_timestamp);
    }
}
