//! The oval seals: invoices, customs, and units that have no star.

use std::f64::consts::PI;

use super::arc::{AIR, length};
use super::company::SealCode;
use super::outline::{DIGITS, FIGURES, Glyph, Matrix, Outline, SONG, glyphs};
use super::{CINNABAR, DrawError, Drawing, Point, letters};

/// The two sizes in which oval seals are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OvalSize {
    /// 45 by 30 mm, for units without a star and for special purposes.
    Usual,
    /// 40 by 30 mm, the size of the invoice seal 发票专用章.
    Invoice,
}

/// An oval seal without a star: the name in an arc, a number across the middle, the purpose below it.
///
/// The measures are those prescribed for the invoice seal (国家税务总局公告2011年第7号): ring 1 mm, name 4.2 mm high and 0.5 mm from the
/// ring, number 3.7 mm high with figures 1.3 mm wide, purpose 4.6 mm high and 3 mm wide with its top 4.2 mm below the middle.
#[derive(Debug, Clone, PartialEq)]
pub struct OvalSeal {
    /// Full legal name as registered, 2 to 60 characters.
    pub name: String,
    /// What stands across the middle, such as the taxpayer's number: 1 to 20 characters.
    pub number: Option<String>,
    /// What stands under the middle, such as `发票专用章`: 2 to 8 characters. Without a number it stands in the middle.
    pub purpose: Option<String>,
    /// The code under which the seal is filed, if it is.
    pub code: Option<SealCode>,
    /// Which of the two sizes.
    pub size: OvalSize,
}

const RING_MM: f64 = 1.0;
const NAME_MM: f64 = 4.2;
/// Between the ring and the name.
const GAP_MM: f64 = 0.5;

impl OvalSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError`] when one of the texts is too short or too long or holds a character that no bundled font has.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        let (width, height) = match self.size {
            OvalSize::Usual => (45.0, 30.0),
            OvalSize::Invoice => (40.0, 30.0),
        };
        let centre = Point { x: width / 2.0, y: height / 2.0 };
        let mut outline = Outline::default();
        outline.ellipse(centre, width / 2.0, height / 2.0, false);
        outline.ellipse(centre, width / 2.0 - RING_MM, height / 2.0 - RING_MM, true);
        let oval = Oval { across: width / 2.0, up: height / 2.0, centre };

        let name = glyphs(&letters(&self.name, 2, 60)?, SONG)?;
        oval.draw_name(&name, &mut outline);
        if let Some(number) = &self.number {
            let characters = letters(number, 1, 20)?;
            let line = glyphs(&characters, if number.is_ascii() { FIGURES } else { SONG })?;
            // The height of a figure is 0.73 of the size of its type, that of a character all of it.
            let (size, each): (f64, f64) = if number.is_ascii() { (3.7 / 0.73, 2.5) } else { (3.7, 3.0) };
            // Between the ends of the name there are 0.64 of the width.
            let each = each.min(0.64 * width / length(&line));
            outline.line(&line, centre, each, size);
        }
        if let Some(purpose) = &self.purpose {
            let line = glyphs(&letters(purpose, 2, 8)?, SONG)?;
            // As prescribed below a number; alone, larger and about the middle.
            let (below, size, each) =
                if self.number.is_some() { (4.2 + 4.6 / 2.0, 4.6, 3.2_f64) } else { (0.8, 5.2, 4.4) };
            // Longer lines narrow.
            let room = if self.number.is_some() { 0.46 } else { 0.56 };
            let each = each.min(room * width / length(&line));
            outline.line(&line, Point { x: centre.x, y: centre.y - below }, each, size);
        }
        if let Some(code) = &self.code {
            oval.draw_code(code, &mut outline)?;
        }
        Ok(Drawing { width_mm: width, height_mm: height, ink: CINNABAR, outline: outline.0 })
    }
}

/// The outer edge of the ring.
struct Oval {
    across: f64,
    up: f64,
    centre: Point,
}

/// A place inside the ring, and how what stands there is turned.
struct Place {
    at: Point,
    /// Counter-clockwise; 0 at twelve o'clock.
    turned: f64,
}

impl Oval {
    /// The place `depth` millimetres inside the edge; `t` runs counter-clockwise from three o'clock.
    fn place(&self, t: f64, depth: f64) -> Place {
        let (sin, cos) = t.sin_cos();
        // The normal of an ellipse is not the ray from its centre.
        let (nx, ny) = (cos / self.across, sin / self.up);
        let size = nx.hypot(ny);
        let (nx, ny) = (nx / size, ny / size);
        Place {
            at: Point {
                x: self.centre.x + self.across * cos - depth * nx,
                y: self.centre.y + self.up * sin - depth * ny,
            },
            turned: ny.atan2(nx) - PI / 2.0,
        }
    }

    /// Lengths along the curve `depth` inside the edge, from `t = from` on in equal steps of `t` down to `t = to`.
    fn lengths(&self, from: f64, to: f64, depth: f64) -> Vec<(f64, f64)> {
        const STEPS: usize = 2000;
        let mut total = 0.0;
        let mut before: Option<Point> = None;
        (0..=STEPS)
            .map(|i| {
                let t = from + (to - from) * i as f64 / STEPS as f64;
                let at = self.place(t, depth).at;
                if let Some(before) = before {
                    total += (at.x - before.x).hypot(at.y - before.y);
                }
                before = Some(at);
                (t, total)
            })
            .collect()
    }

    fn draw_name(&self, name: &[Glyph], outline: &mut Outline) {
        let count = length(name);
        // 210° to 260° as prescribed; few characters take less, so that they do not fall apart.
        let span = match count {
            count if count < 10.0 => 50.0 + 16.0 * count,
            count => (210.0 + 3.0 * (count - 10.0)).min(260.0),
        };
        // Very long names may be narrower, or they would be too small to read.
        let narrowest = if count > 36.0 { 0.42 } else { 0.5 };
        let half = f64::to_radians(span) / 2.0;
        let edge = RING_MM + GAP_MM;
        let place_for = |height: f64| {
            // Feet come closest where the oval is most curved: equal steps are taken near the feet.
            let lengths = self.lengths(self.ray(PI / 2.0 + half), self.ray(PI / 2.0 - half), edge + 0.85 * height);
            let total = lengths.last().map_or(0.0, |(_, length)| *length);
            let step = total / (count - 1.0);
            (lengths, step)
        };
        let mut height = NAME_MM;
        let (lengths, step) = loop {
            let (lengths, step) = place_for(height);
            if step / AIR >= narrowest * height || height < 1.2 {
                break (lengths, step);
            }
            height -= 0.05;
        };
        // Feet that are nearer than this to each other run together on paper.
        let width = (step / AIR).min(step - 0.12).min(0.86 * height);
        let mut along = -name.first().map_or(0.0, |glyph| (1.0 - glyph.advance) / 2.0) * step;
        for (i, glyph) in name.iter().enumerate() {
            if i > 0 {
                along += (name[i - 1].advance + glyph.advance) / 2.0 * step;
            } else {
                along = along.max(0.0);
            }
            let (t, _) = lengths[lengths.partition_point(|(_, length)| *length < along).min(lengths.len() - 1)];
            let place = self.place(t, edge + height / 2.0);
            let turned = Matrix::scale(width, height).then(Matrix::turn(place.turned));
            outline.glyph(glyph, turned.then(Matrix::shift(place.at.x, place.at.y)));
        }
    }

    /// The parameter of the ellipse at which a ray from the centre at `angle` meets it.
    fn ray(&self, angle: f64) -> f64 {
        // Below three o'clock the angle runs on without a jump.
        let turns = ((angle + PI) / (2.0 * PI)).floor();
        (self.across * angle.sin()).atan2(self.up * angle.cos()) + turns * 2.0 * PI
    }

    fn draw_code(&self, code: &SealCode, outline: &mut Outline) -> Result<(), DrawError> {
        const HEIGHT_MM: f64 = 1.3;
        const STEP_MM: f64 = 1.45;
        let digits = glyphs(&code.as_str().chars().collect::<Vec<_>>(), DIGITS)?;
        let depth = RING_MM + 0.8 + HEIGHT_MM / 2.0;
        // From six o'clock to the left; the right half is its mirror.
        let lengths = self.lengths(1.5 * PI, 1.5 * PI - 1.2, depth);
        for (i, glyph) in digits.iter().enumerate() {
            let from_middle = i as f64 - 6.0;
            let reached = lengths.partition_point(|(_, length)| *length < from_middle.abs() * STEP_MM);
            let (t, _) = lengths[reached.min(lengths.len() - 1)];
            let t = if from_middle > 0.0 { 3.0 * PI - t } else { t };
            let place = self.place(t, depth);
            // Feet outward, so that it reads from left to right.
            let size = HEIGHT_MM / 0.73;
            let turned = Matrix::scale(size, size).then(Matrix::turn(place.turned + PI));
            outline.glyph(glyph, turned.then(Matrix::shift(place.at.x, place.at.y)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::seen::pieces;

    fn oval(name: &str, size: OvalSize) -> OvalSeal {
        OvalSeal { name: name.into(), number: None, purpose: None, code: None, size }
    }

    #[test]
    fn characters_of_names_of_every_length_touch_neither_each_other_nor_anything_else() {
        for size in [OvalSize::Usual, OvalSize::Invoice] {
            for length in [2, 3, 4, 5, 8, 9, 10, 11, 14, 18, 22, 27, 30, 36, 37, 44, 52, 60] {
                let mut seal = oval(&"皿".repeat(length), size);
                assert_eq!(pieces(&seal.draw().unwrap()), 1 + length, "{length} characters, {size:?}");
                // 18 figures without a hole, and five characters of one piece.
                seal.number = Some("111111111111111111".into());
                seal.purpose = Some("皿皿皿皿皿".into());
                assert_eq!(pieces(&seal.draw().unwrap()), 1 + length + 18 + 5, "{length} characters, {size:?}");
                seal.number = None;
                seal.code = Some("1111111111111".parse().unwrap());
                assert_eq!(pieces(&seal.draw().unwrap()), 1 + length + 5 + 13, "{length} characters, {size:?}");
            }
        }
    }

    #[test]
    fn the_name_is_symmetrical_and_upright_at_the_top() {
        for count in [2, 4, 9, 10, 25, 60] {
            let drawing = oval(&"日".repeat(count), OvalSize::Usual).draw().unwrap();
            let field = drawing.field(20.0).unwrap();
            let (mut same, mut all) = (0, 0);
            for row in field.levels.chunks(field.width) {
                for x in 0..field.width / 2 {
                    let (a, b) = (row[x] > 127, row[field.width - 1 - x] > 127);
                    all += usize::from(a || b);
                    same += usize::from(a && b);
                }
            }
            // 日 is itself not quite symmetrical.
            assert!(same as f64 / all as f64 > 0.78, "{count}: {same} of {all}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let seal = oval("示例公司", OvalSize::Usual);
        let refused = |seal: OvalSeal| seal.draw().unwrap_err();
        assert_eq!(refused(oval("示", OvalSize::Usual)), DrawError::NameTooShort { length: 1, least: 2 });
        let number = Some("9".repeat(21));
        assert_eq!(refused(OvalSeal { number, ..seal.clone() }), DrawError::NameTooLong { length: 21, most: 20 });
        let purpose = Some("章".into());
        assert_eq!(refused(OvalSeal { purpose, ..seal.clone() }), DrawError::NameTooShort { length: 1, least: 2 });
        let number = Some("1\u{202e}2".into());
        assert_eq!(refused(OvalSeal { number, ..seal }), DrawError::Unprintable { characters: vec!['\u{202e}'] });
    }
}
