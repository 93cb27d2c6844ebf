//! What is drawn, seen with other people's eyes: the PDF form through poppler, and the same picture through our PNG.

use std::io::Write as _;
use std::process::{Command, Stdio};

use yinxin_seal::PdfForm;
use yinxin_seal::draw::{
    BLACK, BLUE, CompanySeal, DateSeal, DateStyle, Drawing, HandwrittenSignature, LegalRepresentativeSeal, NameEnding,
    NameSeal, NameText, OvalSeal, OvalSize, PenPoint, PersonalSeal, Rgb, SealKind, SpecialSeal,
};

fn company(name: &str, kind: SealKind, diameter_mm: f64) -> Drawing {
    let code = Some("4301020000012".parse().unwrap());
    CompanySeal { name: name.into(), kind, code, diameter_mm }.draw().unwrap()
}

/// A decoded picture: for each pixel how much ink there is, 0 to 255.
struct Ink {
    width: usize,
    height: usize,
    levels: Vec<u8>,
}

impl Ink {
    fn at(&self, x: usize, y: usize) -> u8 {
        self.levels[y * self.width + x]
    }

    /// First and last column, first and last row that carry ink.
    fn bounds(&self) -> (usize, usize, usize, usize) {
        let inked = |x: usize, y: usize| self.at(x, y) > 127;
        let column = |x: &usize| (0..self.height).any(|y| inked(*x, y));
        let row = |y: &usize| (0..self.width).any(|x| inked(x, *y));
        let (mut columns, mut rows) = (0..self.width, 0..self.height);
        (
            columns.find(column).unwrap(),
            columns.rfind(column).unwrap(),
            rows.find(row).unwrap(),
            rows.rfind(row).unwrap(),
        )
    }
}

/// Reads back one of our own PNG files: four bits a pixel, the palette all of one colour.
fn decode(bytes: &[u8]) -> (Ink, Rgb) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    let mut rows = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut rows).unwrap();
    let info = reader.info();
    let palette = info.palette.as_ref().unwrap();
    let strengths = info.trns.as_ref().unwrap();
    assert!(palette.chunks(3).all(|colour| colour == &palette[..3]), "one ink");
    let (width, height) = (frame.width as usize, frame.height as usize);
    let index =
        |x: usize, y: usize| rows[y * frame.line_size + x / 2] >> (if x.is_multiple_of(2) { 4 } else { 0 }) & 15;
    let levels = (0..width * height).map(|i| strengths[usize::from(index(i % width, i / width))]).collect();
    (Ink { width, height, levels }, Rgb(palette[0], palette[1], palette[2]))
}

/// The smallest PDF that shows the form at (`margin`, `margin`) points of a page that is larger by twice the margin.
fn pdf(form: &PdfForm, margin: f64) -> Vec<u8> {
    let page = format!("q 1 0 0 1 {margin} {margin} cm /S Do Q");
    let (width, height) = (form.width_pt, form.height_pt);
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    let objects = [
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {} {}]/Contents 4 0 R/Resources<</XObject<</S 5 0 R>>>>>>",
            width + 2.0 * margin,
            height + 2.0 * margin
        )
        .into_bytes(),
        [format!("<</Length {}>>stream\n", page.len()).as_bytes(), page.as_bytes(), b"\nendstream"].concat(),
        [
            format!(
                "<</Type/XObject/Subtype/Form/BBox[0 0 {width} {height}]/Resources<<>>/Length {}>>stream\n",
                form.content.len()
            )
            .as_bytes(),
            &form.content,
            b"\nendstream",
        ]
        .concat(),
    ];
    for (i, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        writeln!(out, "{} 0 obj", i + 1).unwrap();
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let xref = out.len();
    out.extend_from_slice(b"xref\n0 6\n0000000000 65535 f \n");
    for offset in offsets {
        writeln!(out, "{offset:010} 00000 n ").unwrap();
    }
    write!(out, "trailer<</Size 6/Root 1 0 R>>\nstartxref\n{xref}\n%%EOF\n").unwrap();
    out
}

/// Poppler's picture of a page, as ink on white; `None`, said plainly, where poppler is not installed and not required.
fn poppler(pdf: &[u8], dpi: u32, ink: Rgb) -> Option<Ink> {
    let child = Command::new("pdftoppm")
        .args(["-r", &dpi.to_string(), "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("YINXIN_ORACLES").is_none_or(|value| value != "required"), "pdftoppm is missing");
        println!("skipped: pdftoppm (poppler-utils) is not installed");
        return None;
    };
    child.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    // P6, width and height, 255, then three bytes a pixel.
    let mut fields = output.stdout.splitn(4, |byte| *byte == b'\n');
    assert_eq!(fields.next(), Some(&b"P6"[..]));
    let size = std::str::from_utf8(fields.next().unwrap()).unwrap();
    let (width, height) = size.split_once(' ').map(|(w, h)| (w.parse().unwrap(), h.parse().unwrap())).unwrap();
    assert_eq!(fields.next(), Some(&b"255"[..]));
    let pixels = fields.next().unwrap();
    // Every ink takes much of the green away.
    let strength = |green: u8| (u32::from(255 - green) * 255 / u32::from(255 - ink.1)).min(255) as u8;
    Some(Ink { width, height, levels: pixels.chunks(3).map(|pixel| strength(pixel[1])).collect() })
}

/// Unit seal (S1-026), contract seal (S2-005), personal seal (S1-027, S1-039), the legal representative's, and a date seal (S3-084).
fn seals() -> Vec<(&'static str, Drawing)> {
    vec![
        ("company", company("示例园林绿化有限公司", SealKind::Company, 42.0)),
        ("contract", company("示例（北京）科技有限公司", SealKind::Contract, 38.0)),
        ("long", company(&"示例建设集团有限责任公司".repeat(5), SealKind::Finance, 45.0)),
        ("person", PersonalSeal { name: "示例𠮷".into() }.draw().unwrap()),
        ("legal", LegalRepresentativeSeal { name: "林示例".into() }.draw().unwrap()),
        ("date", DateSeal { year: 2025, month: 6, day: 4 }.draw().unwrap()),
        ("date in characters", DateSeal { year: 2025, month: 12, day: 28 }.draw_as(DateStyle::Characters).unwrap()),
        ("special in blue", special().draw().unwrap().in_ink(BLUE)),
        ("oval", oval(OvalSize::Usual).draw().unwrap()),
        ("invoice in black", oval(OvalSize::Invoice).draw().unwrap().in_ink(BLACK)),
        ("white characters", white().draw().unwrap()),
        ("handwriting", handwriting().draw().unwrap()),
    ]
}

fn special() -> SpecialSeal {
    let name = "示例园林绿化有限公司".into();
    SpecialSeal { name, purpose: "采购业务专用章（1）".into(), code: None, diameter_mm: 40.0 }
}

fn oval(size: OvalSize) -> OvalSeal {
    OvalSeal {
        name: "示例国际工程咨询（北京）有限公司".into(),
        number: Some("91430104MA000231X7".into()),
        purpose: Some("发票专用章".into()),
        code: None,
        size,
    }
}

fn white() -> NameSeal {
    NameSeal { name: "林示例".into(), ending: NameEnding::Filling, text: NameText::White, side_mm: 22.0 }
}

/// 手写签名: two loops and a dot, pressed harder towards the end.
fn handwriting() -> HandwrittenSignature {
    let loops = |from: f64| {
        let point = |i: i32| {
            let t = f64::from(i) / 60.0;
            let (sin, cos) = (9.0 * t).sin_cos();
            PenPoint { x: from + 80.0 * t + 20.0 * sin, y: 40.0 * cos, pressure: 0.2 + 0.7 * t }
        };
        (0..60).map(point).collect()
    };
    let dot = vec![PenPoint { x: 190.0, y: -30.0, pressure: 0.8 }];
    HandwrittenSignature { strokes: vec![loops(0.0), loops(90.0), dot], width_mm: 40.0, height_mm: 16.0 }
}

#[test]
fn poppler_draws_the_pdf_form_as_our_png_shows_it() {
    const DPI: u32 = 600;
    for (name, drawing) in seals() {
        let (ours, ink) = decode(&drawing.to_png(DPI).unwrap());
        assert_eq!(ink, drawing.ink);
        let Some(theirs) = poppler(&pdf(&drawing.to_pdf_form(), 0.0), DPI, ink) else { return };
        assert!(theirs.width.abs_diff(ours.width) <= 1 && theirs.height.abs_diff(ours.height) <= 1, "{name}");
        let (mut both, mut either) = (0_u32, 0_u32);
        for y in 0..ours.height.min(theirs.height) {
            for x in 0..ours.width.min(theirs.width) {
                let (a, b) = (ours.at(x, y) > 127, theirs.at(x, y) > 127);
                both += u32::from(a && b);
                either += u32::from(a || b);
            }
        }
        let overlap = f64::from(both) / f64::from(either);
        println!("{name}: overlap {overlap:.4}");
        assert!(overlap > 0.93, "{name}: {overlap}");
    }
}

#[test]
fn on_paper_a_seal_has_its_true_size() {
    const DPI: u32 = 600;
    for (drawing, diameter) in [
        (white().draw().unwrap(), 22.0),
        (company("示例区农业农村局", SealKind::Company, 42.0), 42.0),
        (company("示例园林绿化有限公司", SealKind::Company, 40.0), 40.0),
        (company("示例园林绿化有限公司", SealKind::Contract, 38.0), 38.0),
        (LegalRepresentativeSeal { name: "林示例".into() }.draw().unwrap(), 20.0),
        (PersonalSeal { name: "林示例".into() }.draw().unwrap(), 18.0),
    ] {
        let Some(page) = poppler(&pdf(&drawing.to_pdf_form(), 12.0), DPI, drawing.ink) else { return };
        let (left, right, top, bottom) = page.bounds();
        let mm = |pixels: usize| pixels as f64 * 25.4 / f64::from(DPI);
        assert!((mm(right + 1 - left) - diameter).abs() < 0.3, "{} wide", mm(right + 1 - left));
        assert!((mm(bottom + 1 - top) - diameter).abs() < 0.3, "{} high", mm(bottom + 1 - top));
    }
}

#[test]
fn an_oval_seal_has_its_two_measures_on_paper() {
    const DPI: u32 = 600;
    for (size, width) in [(OvalSize::Usual, 45.0), (OvalSize::Invoice, 40.0)] {
        let drawing = oval(size).draw().unwrap();
        let Some(page) = poppler(&pdf(&drawing.to_pdf_form(), 12.0), DPI, drawing.ink) else { return };
        let (left, right, top, bottom) = page.bounds();
        let mm = |pixels: usize| pixels as f64 * 25.4 / f64::from(DPI);
        assert!((mm(right + 1 - left) - width).abs() < 0.3, "{} wide", mm(right + 1 - left));
        assert!((mm(bottom + 1 - top) - 30.0).abs() < 0.3, "{} high", mm(bottom + 1 - top));
    }
}

#[test]
fn a_picture_for_the_structure_is_small() {
    for (name, drawing) in seals() {
        let size = drawing.to_png(300).unwrap().len();
        println!("{name}: {size} bytes at 300 dpi");
        let most = if name == "long" { 30_000 } else { 18_000 };
        assert!(size < most, "{name}: {size}");
    }
}

#[test]
fn the_pdf_form_uses_nothing_but_path_operators() {
    for (_, drawing) in seals() {
        let content = String::from_utf8(drawing.to_pdf_form().content).unwrap();
        for word in content.split_ascii_whitespace() {
            let operators = ["q", "cm", "rg", "m", "l", "c", "h", "f", "Q"];
            assert!(operators.contains(&word) || word.parse::<f64>().is_ok(), "{word}");
        }
        assert_eq!(content.matches('f').count(), 1, "one fill, so that nothing darkens where parts touch");
    }
}

#[test]
fn the_svg_has_the_same_outline_inside_its_box() {
    for (name, drawing) in seals() {
        let svg = drawing.to_svg();
        assert!(
            svg.contains(&format!("width=\"{}mm\" height=\"{}mm\"", drawing.width_mm, drawing.height_mm)),
            "{name}"
        );
        let Rgb(r, g, b) = drawing.ink;
        assert!(svg.contains(&format!("fill=\"#{r:02x}{g:02x}{b:02x}\"")), "{name}");
        let path = svg.split("d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert_eq!(path.matches('Z').count(), path.matches('M').count());
        assert_eq!(path.chars().filter(char::is_ascii_alphabetic).count(), drawing.outline.len());
        let numbers = path.split(|ch: char| ch.is_ascii_alphabetic() || ch == ' ').filter(|number| !number.is_empty());
        let most = drawing.width_mm.max(drawing.height_mm) * 200.0;
        assert!(
            numbers.map(|number| number.parse::<f64>().unwrap()).all(|number| (0.0..=most).contains(&number)),
            "{name}"
        );
    }
}
