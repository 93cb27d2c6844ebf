//! A drawing as PDF operators, SVG and PNG.

use std::fmt::Write as _;

use tiny_skia::{FillRule, Mask, PathBuilder, Transform};

use super::trace::Field;
use super::{DrawError, Drawing, Point, Rgb, Segment};
use crate::PdfForm;

/// Coordinates are written as whole numbers of this unit: 5 µm, finer than 5000 dots per inch.
const UNITS_PER_MM: f64 = 200.0;
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Dots per inch at which a picture of a seal is useful: below, nothing is legible; above, only memory grows.
const LEAST_DPI: u32 = 36;
const MOST_DPI: u32 = 1200;
pub(crate) const OUT_OF_RANGE: DrawError = DrawError::Resolution { least: LEAST_DPI, most: MOST_DPI };

impl Drawing {
    /// The drawing as the content of a PDF form XObject, which needs no font, image or other resource.
    pub fn to_pdf_form(&self) -> PdfForm {
        let Rgb(r, g, b) = self.ink;
        let part = |value: u8| f64::from(value) / 255.0;
        let scale = POINTS_PER_MM / UNITS_PER_MM;
        let mut content =
            format!("q {scale:.8} 0 0 {scale:.8} 0 0 cm {:.3} {:.3} {:.3} rg\n", part(r), part(g), part(b));
        let mut write = |points: &[Point], operator: char| {
            for p in points {
                push_number(&mut content, p.x * UNITS_PER_MM);
                push_number(&mut content, p.y * UNITS_PER_MM);
            }
            content.push_str(if points.is_empty() { "" } else { " " });
            content.push(operator);
            content.push('\n');
        };
        for segment in &self.outline {
            match *segment {
                Segment::Move(p) => write(&[p], 'm'),
                Segment::Line(p) => write(&[p], 'l'),
                Segment::Cubic(p, q, r) => write(&[p, q, r], 'c'),
                Segment::Close => write(&[], 'h'),
            }
        }
        content.push_str("f Q\n");
        PdfForm {
            width_pt: self.width_mm * POINTS_PER_MM,
            height_pt: self.height_mm * POINTS_PER_MM,
            content: content.into_bytes(),
        }
    }

    /// The drawing as a stand-alone SVG picture in millimetres.
    pub fn to_svg(&self) -> String {
        let Rgb(r, g, b) = self.ink;
        let (width, height) = (self.width_mm, self.height_mm);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" viewBox=\"0 0 {} {}\">\
             <path fill=\"#{r:02x}{g:02x}{b:02x}\" d=\"",
            (width * UNITS_PER_MM).round(),
            (height * UNITS_PER_MM).round(),
        );
        let mut write = |operator: char, points: &[Point]| {
            svg.push(operator);
            for p in points {
                push_number(&mut svg, p.x * UNITS_PER_MM);
                push_number(&mut svg, (height - p.y) * UNITS_PER_MM);
            }
        };
        for segment in &self.outline {
            match *segment {
                Segment::Move(p) => write('M', &[p]),
                Segment::Line(p) => write('L', &[p]),
                Segment::Cubic(p, q, r) => write('C', &[p, q, r]),
                Segment::Close => write('Z', &[]),
            }
        }
        svg.push_str("\"/></svg>\n");
        svg
    }

    /// The drawing as a PNG with a transparent ground, in its true size at `dpi` dots per inch.
    ///
    /// One ink in sixteen strengths takes four bits a pixel, so a 42 mm seal at 300 dpi is about 10 KB.
    ///
    /// # Errors
    /// [`DrawError::Resolution`] outside 36 to 1200 dots per inch.
    pub fn to_png(&self, dpi: u32) -> Result<Vec<u8>, DrawError> {
        if !(LEAST_DPI..=MOST_DPI).contains(&dpi) {
            return Err(OUT_OF_RANGE);
        }
        let scale = f64::from(dpi) / 25.4;
        let mask = self.mask(scale)?;
        let pixels_per_metre = (scale * 1000.0).round() as u32;
        encode_png((mask.width(), mask.height()), mask.data(), self.ink, Some(pixels_per_metre))
            .map_err(|_| OUT_OF_RANGE)
    }

    /// How much ink covers each pixel.
    pub(super) fn field(&self, pixels_per_mm: f64) -> Result<Field, DrawError> {
        let mask = self.mask(pixels_per_mm)?;
        Ok(Field { width: mask.width() as usize, height: mask.height() as usize, levels: mask.data().to_vec() })
    }

    fn mask(&self, pixels_per_mm: f64) -> Result<Mask, DrawError> {
        let pixels = |mm: f64| (mm * pixels_per_mm).round().clamp(1.0, 10_000.0) as u32;
        let (width, height) = (pixels(self.width_mm), pixels(self.height_mm));
        let mut mask = Mask::new(width, height).ok_or(OUT_OF_RANGE)?;
        let x = f64::from(width) / self.width_mm;
        let y = f64::from(height) / self.height_mm;
        if let Some(path) = self.skia_path(pixels_per_mm) {
            let flipped = Transform::from_row(x as f32, 0.0, 0.0, -y as f32, 0.0, height as f32);
            mask.fill_path(&path, FillRule::Winding, true, flipped);
        }
        Ok(mask)
    }

    /// The outlines with their curves broken into lines that differ from them by less than a twentieth of a pixel. The rasteriser's own
    /// breaking is coarser: a ring would show corners at 600 dots per inch.
    fn skia_path(&self, pixels_per_mm: f64) -> Option<tiny_skia::Path> {
        const TOLERANCE: f64 = 0.05;
        let mut path = PathBuilder::new();
        let mut at = Point { x: 0.0, y: 0.0 };
        for segment in &self.outline {
            match *segment {
                Segment::Move(p) => path.move_to(p.x as f32, p.y as f32),
                Segment::Line(p) => path.line_to(p.x as f32, p.y as f32),
                Segment::Cubic(p, q, r) => {
                    let bend = |a: Point, b: Point, c: Point| (a.x - 2.0 * b.x + c.x).hypot(a.y - 2.0 * b.y + c.y);
                    let bent = bend(at, p, q).max(bend(p, q, r)) * pixels_per_mm;
                    let pieces = (0.75 * bent / TOLERANCE).sqrt().ceil().clamp(1.0, 500.0) as u32;
                    for i in 1..=pieces {
                        let t = f64::from(i) / f64::from(pieces);
                        let u = 1.0 - t;
                        let (a, b, c, d) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
                        let x = a * at.x + b * p.x + c * q.x + d * r.x;
                        let y = a * at.y + b * p.y + c * q.y + d * r.y;
                        path.line_to(x as f32, y as f32);
                    }
                }
                Segment::Close => path.close(),
            }
            if let Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) = *segment {
                at = p;
            }
        }
        path.finish()
    }
}

/// Appends a whole number, preceded by a blank where one is needed.
fn push_number(text: &mut String, value: f64) {
    if text.ends_with(|last: char| last.is_ascii_digit()) {
        text.push(' ');
    }
    // Writing to a string cannot fail.
    let _ = write!(text, "{}", value.round() as i64);
}

/// Writes a four-bit palette picture: one colour, sixteen strengths from transparent to full.
pub(crate) fn encode_png(
    (width, height): (u32, u32),
    levels: &[u8],
    Rgb(r, g, b): Rgb,
    pixels_per_metre: Option<u32>,
) -> Result<Vec<u8>, png::EncodingError> {
    let mut rows = Vec::with_capacity((width.div_ceil(2) * height) as usize);
    for row in levels.chunks(width as usize) {
        let level = |alpha: u8| ((u16::from(alpha) + 8) / 17) as u8;
        rows.extend(row.chunks(2).map(|pair| level(pair[0]) << 4 | pair.get(1).map_or(0, |alpha| level(*alpha))));
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Four);
    encoder.set_palette([r, g, b].repeat(16));
    encoder.set_trns((0..16).map(|level| level * 17).collect::<Vec<u8>>());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_pixel_dims(pixels_per_metre.map(|pixels| png::PixelDimensions {
        xppu: pixels,
        yppu: pixels,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rows)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::DateSeal;

    #[test]
    fn numbers_are_separated_only_where_they_must_be() {
        let mut text = String::from("c");
        for value in [1.4, -2.6, 0.0, -0.2] {
            push_number(&mut text, value);
        }
        assert_eq!(text, "c1 -3 0 0");
    }

    #[test]
    fn a_ring_has_no_corners() {
        let mut outline = crate::draw::outline::Outline::default();
        outline.circle(Point { x: 21.0, y: 21.0 }, 21.0, false);
        let disc = Drawing { width_mm: 42.0, height_mm: 42.0, ink: crate::draw::CINNABAR, outline: outline.0 };
        let field = disc.field(600.0 / 25.4).unwrap();
        // In every row the ink is as wide as a circle is there, to a quarter of a pixel.
        let radius = field.width as f64 / 2.0;
        for (y, row) in field.levels.chunks(field.width).enumerate().filter(|(y, _)| (100..892).contains(y)) {
            let ink = row.iter().map(|level| f64::from(*level)).sum::<f64>() / 255.0;
            let true_width = 2.0 * (radius * radius - (y as f64 + 0.5 - radius).powi(2)).sqrt();
            assert!((ink - true_width).abs() < 0.5, "row {y}: {ink} for {true_width}");
        }
    }

    #[test]
    fn only_useful_resolutions_are_rendered() {
        let drawing = DateSeal { year: 2025, month: 6, day: 4 }.draw().unwrap();
        for dpi in [0, 35, 1201, u32::MAX] {
            assert_eq!(drawing.to_png(dpi), Err(DrawError::Resolution { least: 36, most: 1200 }));
        }
        for dpi in [36, 1200] {
            let bytes = drawing.to_png(dpi).unwrap();
            let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
            assert_eq!(reader.info().width, (36.0 / 25.4 * f64::from(dpi)).round() as u32);
            let density = reader.info().pixel_dims.unwrap();
            assert!((f64::from(density.xppu) * 0.0254 - f64::from(dpi)).abs() < 0.1);
        }
    }
}
