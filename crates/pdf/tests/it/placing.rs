//! Marks as a reader shows them: upright, in their place, on pages of every rotation; slices that meet.

use yinxin_pdf::{Dss, Mark, PageMarks, SignatureRequest, place_upright, points_to_mm, seam_slices};
use yinxin_seal::PdfForm;

use crate::judges::{self, Picture};
use crate::parties::{key, prepared_form, reopen, request};
use crate::sample::Sample;

/// Twice as wide as high, and inked only in its upper left quarter, so that a wrong rotation or mirror shows.
fn flag() -> PdfForm {
    PdfForm {
        width_pt: 80.0,
        height_pt: 40.0,
        content: b"0.71 0.13 0.12 rg 0 20 m 40 20 l 40 40 l 0 40 l h f\n".to_vec(),
    }
}

fn is_ink([red, green, blue]: [u8; 3]) -> bool {
    red > 150 && green < 90 && blue < 90
}

/// The inked pixels' bounds: left, top, right, bottom, inclusive.
fn inked(picture: &Picture) -> [usize; 4] {
    let mut bounds = [usize::MAX, usize::MAX, 0, 0];
    for y in 0..picture.height {
        for x in 0..picture.width {
            if is_ink(picture.pixel(x, y)) {
                bounds = [bounds[0].min(x), bounds[1].min(y), bounds[2].max(x), bounds[3].max(y)];
            }
        }
    }
    bounds
}

fn sample() -> Sample {
    Sample {
        pages: 4,
        rotations: vec![0, 90, 180, 270],
        media_box: [-50, -20, 560, 800],
        crop_box: Some([15, 25, 545, 780]),
        ..Sample::default()
    }
}

#[test]
fn a_seal_and_a_page_mark_stand_upright_where_they_were_placed_on_rotated_pages() {
    let form = flag();
    for page in 0..4 {
        for as_page_mark in [false, true] {
            let file = prepared_form(sample().build(), &["A"]);
            // 30 mm from the left and 50 mm from the top as seen, 40 mm wide: the ink is 20 mm × 10 mm.
            let rect = place_upright(&file.pages().unwrap()[page], 30.0, 50.0, 40.0, 20.0);
            let mark = Mark { page, rect, form: &form, clip: None };
            let dss = Dss::default();
            let mut request = SignatureRequest { ..request("a", &dss) };
            if as_page_mark {
                request.page_marks = Some(PageMarks { party: key("A"), marks: vec![mark] });
            } else {
                request.widget = Some(mark);
            }
            let signed = reopen(file.prepare(&request).unwrap().embed(&[1]).unwrap());
            judges::qpdf_check(signed.bytes());
            let Some(picture) = judges::render(signed.bytes(), page, 254) else { return };
            let expected = [300, 500, 500, 600];
            let found = inked(&picture);
            let near = expected.iter().zip(found).all(|(expected, found)| found.abs_diff(*expected) <= 2);
            assert!(near, "page {page}, mark {as_page_mark}: {found:?}");
        }
    }
}

#[test]
fn seam_slices_reach_the_edge_of_every_page_and_together_are_the_seal() {
    let file = prepared_form(sample().build(), &["A"]);
    let disc = PdfForm { width_pt: 120.0, height_pt: 60.0, content: b"0.71 0.13 0.12 rg 0 0 120 60 re f\n".to_vec() };
    let pages = file.pages().unwrap();
    let slices = seam_slices(pages, disc.width_pt, disc.height_pt, 100.0).unwrap();
    let marks =
        slices.iter().map(|slice| Mark { page: slice.page, rect: slice.rect, form: &disc, clip: Some(slice.clip) });
    let dss = Dss::default();
    let marks = PageMarks { party: key("A"), marks: marks.collect() };
    let request = SignatureRequest { page_marks: Some(marks), ..request("a", &dss) };
    let signed = reopen(file.prepare(&request).unwrap().embed(&[1]).unwrap());
    let mut total = 0;
    for page in 0..4 {
        let Some(picture) = judges::render(signed.bytes(), page, 254) else { return };
        let [left, top, right, bottom] = inked(&picture);
        assert!(right + 2 >= picture.width, "page {page}: the slice ends at {right} of {}", picture.width);
        assert!(top.abs_diff(1000) <= 2, "page {page}: {top}");
        let height = points_to_mm(60.0) * 10.0;
        assert!(((bottom - top) as f64 - height).abs() <= 2.0);
        total += right - left + 1;
    }
    let width = points_to_mm(120.0) * 10.0;
    assert!((total as f64 - width).abs() <= 8.0, "{total} of {width}");
}

#[test]
fn what_a_party_drew_before_is_kept_and_text_under_the_ink_stays_readable() {
    let form = PdfForm { width_pt: 100.0, height_pt: 50.0, content: b"0.71 0.13 0.12 rg 0 0 100 50 re f\n".to_vec() };
    let mut file = prepared_form(Sample::default().build(), &["A"]);
    let dss = Dss::default();
    // The sample's text stands at 20-60 mm, 153-157 mm from the top.
    for (name, y_mm) in [("first", 145.0), ("second", 40.0)] {
        let rect = place_upright(&file.pages().unwrap()[0], 20.0, y_mm, 50.0, 25.0);
        let marks = PageMarks { party: key("A"), marks: vec![Mark { page: 0, rect, form: &form, clip: None }] };
        let request = SignatureRequest { page_marks: Some(marks), ..request(name, &dss) };
        file = reopen(file.prepare(&request).unwrap().embed(&[1]).unwrap());
    }
    let Some(picture) = judges::render(file.bytes(), 0, 127) else { return };
    let at = |x_mm: usize, y_mm: usize| picture.pixel(x_mm * 5, y_mm * 5);
    assert!(is_ink(at(30, 50)) && is_ink(at(22, 148)), "both marks are there");
    let dark =
        (100..350).flat_map(|x| (725..850).map(move |y| (x, y))).filter(|(x, y)| picture.pixel(*x, *y)[0] < 60).count();
    assert!(dark > 50, "{dark} dark pixels: the text shows through the ink");
}
