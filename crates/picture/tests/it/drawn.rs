//! What is drawn, and what is refused.

use yinxin_picture::{MAX_SIDE_PX, Picture, PictureError, draw};

use crate::judges;
use crate::made::{file, named_font, page, sealed_page};

/// Contracts as the pdf crate makes them, sealed and signed.
const CONTRACT: &[u8] = include_bytes!("../../../pdf/fuzz/seeds/verdicts/contract.pdf");
const LANDSCAPE: &[u8] = include_bytes!("../../../pdf/fuzz/seeds/files/stream.pdf");

fn at(picture: &Picture, x: usize, y: usize) -> [u8; 3] {
    let at = 3 * (y * usize::from(picture.width_px()) + x);
    picture.rgb()[at..at + 3].try_into().unwrap()
}

/// Mean difference of the two pictures, of 255, over squares of five pixels (edges may lie a fraction elsewhere), and how many of a thousand
/// squares differ by a quarter of black and white.
fn difference(ours: &Picture, theirs: &judges::Picture) -> (f64, f64) {
    let (width, height) = (usize::from(ours.width_px()), usize::from(ours.height_px()));
    assert!(width.abs_diff(theirs.width) <= 1 && height.abs_diff(theirs.height) <= 1, "{ours:?}");
    let (columns, rows) = (width.min(theirs.width) / 5, height.min(theirs.height) / 5);
    let (mut sum, mut apart) = (0.0, 0);
    for (column, row) in (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))) {
        let mean = |pixel: &dyn Fn(usize, usize) -> [u8; 3]| {
            let mut mean = [0.0; 3];
            for (x, y) in (0..25).map(|i| (5 * column + i % 5, 5 * row + i / 5)) {
                (0..3).for_each(|c| mean[c] += f64::from(pixel(x, y)[c]) / 25.0);
            }
            mean
        };
        let (a, b) = (mean(&|x, y| at(ours, x, y)), mean(&|x, y| theirs.pixel(x, y)));
        let worst = (0..3).map(|c| (a[c] - b[c]).abs()).fold(0.0, f64::max);
        sum += worst;
        apart += usize::from(worst > 64.0);
    }
    (sum / (columns * rows) as f64, (1000 * apart) as f64 / (columns * rows) as f64)
}

#[test]
fn pages_look_as_poppler_shows_them() {
    let mut cases = vec![("contract".to_owned(), CONTRACT.to_vec(), 0), ("turned".to_owned(), LANDSCAPE.to_vec(), 1)];
    cases.extend([0, 90, 180, 270].map(|rotate| (format!("sealed-{rotate}"), sealed_page(rotate), 0)));
    for (name, pdf, page) in cases {
        let Some(theirs) = judges::render(&pdf, page, 144) else { return };
        let ours = draw(pdf.clone(), page, theirs.width as u16).unwrap();
        if let Some(folder) = std::env::var_os("YINXIN_PICTURES") {
            let out = std::fs::File::create(std::path::Path::new(&folder).join(format!("{name}.png"))).unwrap();
            ours.write_png(out).unwrap();
            std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pdf")), &pdf).unwrap();
        }
        let (mean, apart) = difference(&ours, &theirs);
        println!("{name}: mean {mean:.2}, apart {apart:.1}");
        // A missing seal or a seal that covers its text is far beyond both.
        assert!(mean < 1.5 && apart < 2.0, "{name}: {mean} {apart}");
    }
}

/// ISO 32000-1, 11.3.5: ink multiplies. 12.5.5: the appearance fills the annotation's rectangle, unless it is hidden.
#[test]
fn seals_lie_over_text_as_ink_does_and_seam_slices_at_the_edge() {
    // Two pixels a point: the crop box begins at (40, 40) and is 340 by 360 points.
    let picture = draw(sealed_page(0), 0, 680).unwrap();
    assert_eq!((picture.width_px(), picture.height_px()), (680, 720));
    let seen = |x: usize, y: usize| at(&picture, 2 * (x - 40), 2 * (400 - y));
    assert_eq!(seen(150, 205), [204, 0, 0], "the disc over paper");
    assert_eq!(seen(375, 110), [204, 0, 0], "the slice at the edge");
    assert_eq!(seen(270, 110), [255, 255, 255], "a hidden annotation");
    let under = (125..175).flat_map(|x| (158..180).map(move |y| seen(x, y)));
    let (mut black, mut red) = (0, 0);
    for [r, g, b] in under {
        assert!(g < 40 && b < 40, "neither paper nor another colour under the seal: {r} {g} {b}");
        black += usize::from(r < 40);
        red += usize::from(r > 180);
    }
    assert!(black > 150 && red > 300, "the text shows through: {black} {red}");
    // Turned by a quarter the sheet is wider than high, and what was at the right edge is at the bottom.
    let turned = draw(sealed_page(90), 0, 720).unwrap();
    assert_eq!((turned.width_px(), turned.height_px()), (720, 680));
    assert_eq!(at(&turned, 2 * (110 - 40), 2 * (375 - 40)), [204, 0, 0]);
}

#[test]
fn chinese_text_shows_though_its_font_is_not_in_the_file() {
    let picture = draw(named_font(), 0, 200).unwrap();
    for character in 0..4 {
        let box_of = (20 + 40 * character..60 + 40 * character).flat_map(|x| (25..65).map(move |y| (x, y)));
        let black = box_of.filter(|(x, y)| at(&picture, *x, *y)[0] < 128).count();
        assert!((150..900).contains(&black), "character {character}: {black} of 1600 pixels");
    }
}

#[test]
fn what_is_no_page_or_too_large_is_refused() {
    let refusal = |file: &[u8], page, width| draw(file.to_vec(), page, width).unwrap_err();
    assert_eq!(refusal(b"", 0, 100), PictureError::Unreadable);
    assert_eq!(refusal(b"%PDF-1.7 and no more", 0, 100), PictureError::Unreadable);
    assert_eq!(refusal(CONTRACT, 1, 100), PictureError::NoSuchPage { pages: 1 });
    for width in [0, MAX_SIDE_PX + 1, u16::MAX] {
        assert_eq!(refusal(CONTRACT, 0, width), PictureError::TooLarge);
    }
    // Twelve million pixels; and a strip of paper that would be too high.
    assert_eq!(refusal(CONTRACT, 0, 3000), PictureError::TooLarge);
    assert_eq!(refusal(&page("/MediaBox[0 0 10 10000]", "", b"", &[]), 0, 100), PictureError::TooLarge);
    let pages_of_pages = [b"<</Type/Catalog/Pages 2 0 R>>".to_vec(), b"<</Type/Pages/Kids[2 0 R]/Count 1>>".to_vec()];
    assert_eq!(refusal(&file(&pages_of_pages), 0, 100), PictureError::Unreadable);
    for size in ["0 0 1000000000 1000000000", "0 0 0 0", "5 5 5 5", "a b c d", "0 0 0.0001 1"] {
        let drawn = draw(page(&format!("/MediaBox[{size}]"), "", b"0 0 1 1 re f", &[]), 0, 100);
        let sane =
            drawn.as_ref().map_or_else(|error| *error == PictureError::TooLarge, |picture| picture.width_px() == 100);
        assert!(sane, "{size}: {drawn:?}");
    }
    if let Some(locked) = judges::qpdf_rewrite(CONTRACT, &["--encrypt", "one", "two", "256", "--"]) {
        assert_eq!(refusal(&locked, 0, 100), PictureError::Encrypted);
    }
    for error in [PictureError::Unreadable, PictureError::Encrypted, PictureError::PageSize, PictureError::TooLarge] {
        assert!(error.code().starts_with("picture.") && !error.to_string().is_empty());
    }
}
