//! The round seal of an organisation.

use std::str::FromStr;

use super::outline::{DIGITS, Glyph, Matrix, Outline, SONG};
use super::{CINNABAR, DrawError, Drawing, Point, letters};

/// What an organisation's round seal is for; the special ones carry their purpose under the star.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealKind {
    /// 公章, the seal of the organisation as such.
    Company,
    /// 合同专用章.
    Contract,
    /// 财务专用章.
    Finance,
    /// 投标专用章.
    Bid,
}

impl SealKind {
    /// The line under the star, which a company seal does not have.
    pub fn purpose(self) -> Option<&'static str> {
        match self {
            Self::Company => None,
            Self::Contract => Some("合同专用章"),
            Self::Finance => Some("财务专用章"),
            Self::Bid => Some("投标专用章"),
        }
    }
}

/// The thirteen digits that the police file a seal under (GA 241.1), drawn along the foot of the ring.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealCode(String);

impl SealCode {
    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SealCode {
    type Err = DrawError;

    fn from_str(text: &str) -> Result<Self, DrawError> {
        let digits = text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(text.to_owned())) } else { Err(DrawError::Code) }
    }
}

/// The round seal of an organisation: ring, star, name in an arc, and where there is one the purpose and the code.
#[derive(Debug, Clone, PartialEq)]
pub struct CompanySeal {
    /// Full legal name as registered, 4 to 60 characters.
    pub name: String,
    /// What the seal is for.
    pub kind: SealKind,
    /// The code under which the seal is filed, if it is.
    pub code: Option<SealCode>,
    /// Outer diameter in millimetres, 38 to 45 (国发〔1999〕25号: at most 45): 42 for units, 40 for companies, 38 for special seals
    /// are usual.
    pub diameter_mm: f64,
}

const LEAST_NAME: usize = 4;
const MOST_NAME: usize = 60;
/// Longer names go on two arcs, because on one their characters would be too thin to read.
const MOST_ON_ONE_ARC: f64 = 34.0;
const LEAST_MM: u32 = 38;
const MOST_MM: u32 = 45;

impl CompanySeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError`] when the name is shorter than 4 or longer than 60 characters or holds one that no bundled font has, or the
    /// diameter is not between 38 and 45 mm.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        let d = self.diameter_mm;
        if !(f64::from(LEAST_MM)..=f64::from(MOST_MM)).contains(&d) {
            return Err(DrawError::Size { least_mm: LEAST_MM, most_mm: MOST_MM });
        }
        let name = glyphs(&letters(&self.name, LEAST_NAME, MOST_NAME)?, SONG)?;
        let centre = Point { x: d / 2.0, y: d / 2.0 };
        let ring = if d > 41.0 { 1.2 } else { 1.0 };
        let mut outline = Outline::default();
        outline.circle(centre, d / 2.0, false);
        outline.circle(centre, d / 2.0 - ring, true);

        let layout = NameLayout::fit(&name, d, ring, self.kind.purpose().is_some());
        outline.star(centre, layout.star);
        for arc in &layout.arcs {
            arc.draw(&name[arc.from..arc.to], centre, &mut outline);
        }
        if let Some(purpose) = self.kind.purpose() {
            let height = 0.105 * d;
            let baseline = d / 2.0 - 0.30 * d;
            let line = glyphs(&purpose.chars().collect::<Vec<_>>(), SONG)?;
            let width: f64 = line.iter().map(|glyph| glyph.advance * height).sum();
            let mut x = centre.x - width / 2.0;
            for glyph in &line {
                let to = Matrix::shift(x + glyph.advance * height / 2.0, baseline + 0.375 * height);
                outline.glyph(glyph, Matrix::scale(height, height).then(to));
                x += glyph.advance * height;
            }
        }
        if let Some(code) = &self.code {
            let height = 0.034 * d;
            let radius = d / 2.0 - ring - 0.022 * d - height / 2.0;
            let digits = glyphs(&code.0.chars().collect::<Vec<_>>(), DIGITS)?;
            for (i, glyph) in digits.iter().enumerate() {
                // Counter-clockwise along the foot, feet outward, so that it reads from left to right.
                let angle = (i as f64 - 6.0) * 4.6_f64.to_radians();
                // The height of a digit is 0.73 of the size of its type.
                let size = height / 0.73;
                let placed = Matrix::scale(size, size).then(Matrix::shift(0.0, -radius)).then(Matrix::turn(angle));
                outline.glyph(glyph, placed.then(Matrix::shift(centre.x, centre.y)));
            }
        }
        Ok(Drawing { width_mm: d, height_mm: d, ink: CINNABAR, outline: outline.0 })
    }
}

fn glyphs(characters: &[char], style: yinxin_fonts::Style) -> Result<Vec<Glyph>, DrawError> {
    let glyph = |ch: &char| Glyph::of(*ch, style).ok_or_else(|| DrawError::Unprintable { characters: vec![*ch] });
    characters.iter().map(glyph).collect()
}

/// Where the name goes: one arc, or two for very long names, and the star that still fits.
struct NameLayout {
    arcs: Vec<Arc>,
    /// Radius of the star's circle, in millimetres.
    star: f64,
}

/// A run of characters on one arc, symmetrical about twelve o'clock.
struct Arc {
    from: usize,
    to: usize,
    /// Radius through the middle of the characters, in millimetres.
    radius: f64,
    /// Height of a character, in millimetres.
    height: f64,
    /// Width of a character in parts of its height.
    narrowing: f64,
    /// Angle that a character of advance 1 takes, in radians.
    step: f64,
}

/// Room between the feet of neighbouring characters, in parts of their width.
const AIR: f64 = 1.03;

impl NameLayout {
    fn fit(name: &[Glyph], d: f64, ring: f64, has_purpose: bool) -> Self {
        let count: f64 = name.iter().map(|glyph| glyph.advance).sum();
        let outer = d / 2.0 - ring - 0.028 * d;
        let star = d / 6.0;
        let one = |height: f64, narrowing: f64, step: f64| Self {
            arcs: vec![Arc { from: 0, to: name.len(), radius: outer - height / 2.0, height, narrowing, step }],
            star,
        };
        // The name leaves the foot free, and a line of purpose needs more of it.
        let (usual_span, longest_span) = if has_purpose { (214.0, 232.0) } else { (236.0, 276.0) };
        // Short and ordinary names: the house's figures. Short names do not spread, and the foot stays free.
        if count <= 12.0 {
            let height = if count <= 8.0 { 0.164 } else { 0.155 } * d;
            let narrowing = if count <= 8.0 {
                0.86
            } else if count <= 10.0 {
                0.78
            } else {
                0.66
            };
            let most: f64 = if count <= 9.0 { 28.5 } else { 30.0 };
            return one(height, narrowing, most.min(usual_span / (count - 1.0)).to_radians());
        }
        // Long names: first the arc grows and the characters narrow, as far as both stay pleasant; then they get smaller.
        let longer = ((count - 12.0) / 10.0).min(1.0);
        let narrowing = 0.66 - 0.14 * longer;
        let span = (usual_span + (longest_span - usual_span) * longer).to_radians();
        if count <= MOST_ON_ONE_ARC {
            let step = span / (count - 1.0);
            // The feet of neighbours just keep apart: (outer - height) step = AIR narrowing height.
            let height = (outer * step / (AIR * narrowing + step)).min(0.155 * d);
            return one(height, narrowing, step);
        }
        Self::fit_two_arcs(name, count, d, outer, span, narrowing)
    }

    /// Two arcs with characters of one height, the greatest that lets the name fit.
    fn fit_two_arcs(name: &[Glyph], count: f64, d: f64, outer: f64, span: f64, narrowing: f64) -> Self {
        let room = |outer: f64, height: f64| span * (outer - height) / (AIR * narrowing * height) + 1.0;
        let between = 0.024 * d;
        let mut height = 0.12 * d;
        let (first, second) = loop {
            let inner = outer - height - between;
            let (first, second) = (room(outer, height), room(inner, height));
            if first + second >= count || height < 0.04 * d {
                break (first, second);
            }
            height -= 0.001 * d;
        };
        let wanted = count * first / (first + second);
        let mut taken = 0.0;
        let mut cut = 0;
        while cut < name.len() && taken + name[cut].advance / 2.0 < wanted {
            taken += name[cut].advance;
            cut += 1;
        }
        let arc = |from: usize, to: usize, outer: f64, count: f64| Arc {
            from,
            to,
            radius: outer - height / 2.0,
            height,
            narrowing,
            step: span / (count - 1.0).max(1.0),
        };
        let inner = outer - height - between;
        let arcs = vec![arc(0, cut, outer, taken), arc(cut, name.len(), inner, count - taken)];
        Self { arcs, star: (d / 6.0).min(inner - height - 0.06 * d) }
    }
}

impl Arc {
    fn draw(&self, glyphs: &[Glyph], centre: Point, outline: &mut Outline) {
        let ends = [glyphs.first(), glyphs.last()].into_iter().flatten().map(|glyph| glyph.advance / 2.0).sum::<f64>();
        let count: f64 = glyphs.iter().map(|glyph| glyph.advance).sum();
        let mut angle = (count - ends) / 2.0 * self.step;
        let mut before: Option<&Glyph> = None;
        for glyph in glyphs {
            if let Some(before) = before {
                angle -= (before.advance + glyph.advance) / 2.0 * self.step;
            }
            let upright =
                Matrix::scale(self.height * self.narrowing, self.height).then(Matrix::shift(0.0, self.radius));
            outline.glyph(glyph, upright.then(Matrix::turn(angle)).then(Matrix::shift(centre.x, centre.y)));
            before = Some(glyph);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Segment;

    fn seal(name: &str, kind: SealKind, diameter_mm: f64) -> CompanySeal {
        CompanySeal { name: name.into(), kind, code: None, diameter_mm }
    }

    /// How many separate pieces of ink there are, at 400 dots per inch.
    fn pieces(drawing: &Drawing) -> usize {
        let mut reader = png::Decoder::new(std::io::Cursor::new(drawing.to_png(400).unwrap())).read_info().unwrap();
        let mut rows = vec![0; reader.output_buffer_size().unwrap()];
        let frame = reader.next_frame(&mut rows).unwrap();
        let (width, height) = (frame.width as usize, frame.height as usize);
        let strength = |i: usize| rows[i / width * frame.line_size + i % width / 2] >> (4 - 4 * (i % width % 2)) & 15;
        let mut ink: Vec<bool> = (0..width * height).map(|i| strength(i) > 3).collect();
        let mut count = 0;
        let mut open = Vec::new();
        for start in 0..ink.len() {
            if ink[start] {
                count += 1;
                open.push(start);
            }
            while let Some(i) = open.pop() {
                if std::mem::take(&mut ink[i]) {
                    for (dx, dy) in (0..9).map(|k| (k % 3, k / 3)) {
                        let (x, y) = (i % width + dx, i / width + dy);
                        if (1..=width).contains(&x) && (1..=height).contains(&y) {
                            open.push((y - 1) * width + x - 1);
                        }
                    }
                }
            }
        }
        count
    }

    #[test]
    fn characters_of_names_of_every_length_touch_neither_each_other_nor_anything_else() {
        // 皿 is one piece with a foot as wide as a character can be; feet come closest on an arc.
        for (kind, diameter_mm) in [(SealKind::Company, 42.0), (SealKind::Contract, 38.0)] {
            let rest = pieces(&seal("皿皿皿皿", kind, diameter_mm).draw().unwrap()) - 4;
            // Each length on which the rules turn, and some between.
            for length in [5, 8, 9, 10, 11, 12, 13, 14, 17, 20, 22, 23, 28, 34, 35, 36, 43, 52, 60] {
                let drawing = seal(&"皿".repeat(length), kind, diameter_mm).draw().unwrap();
                assert_eq!(pieces(&drawing), rest + length, "{length} characters, {kind:?}");
            }
        }
    }

    #[test]
    fn ring_star_and_name_are_where_the_house_puts_them() {
        let d = 42.0;
        let drawing = seal("示例区农业农村局", SealKind::Company, d).draw().unwrap();
        let distances: Vec<f64> = drawing
            .outline
            .iter()
            .filter_map(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some((p.x - 21.0).hypot(p.y - 21.0)),
                Segment::Close => None,
            })
            .collect();
        let between = |low: f64, high: f64| distances.iter().filter(|r| (low..high).contains(*r)).count();
        // Ring of 1.2 mm; name between 12.9 and 18.6 mm from the centre (a little more at the corners); star inside 7 mm.
        assert_eq!(between(20.999, 21.001), 5);
        assert_eq!(between(19.799, 19.801), 5);
        assert_eq!(between(6.999, 7.001), 5);
        assert_eq!(between(7.01, 10.5), 0);
        assert_eq!(between(19.0, 19.79), 0);
        assert!(between(11.0, 19.0) > 200);
    }

    #[test]
    fn the_name_is_symmetrical_about_twelve_o_clock() {
        for name in ["日".repeat(4), "日".repeat(9), "日".repeat(21), "日".repeat(33)] {
            let name = glyphs(&name.chars().collect::<Vec<_>>(), SONG).unwrap();
            let layout = NameLayout::fit(&name, 42.0, 1.2, false);
            let mut outline = Outline::default();
            layout
                .arcs
                .iter()
                .for_each(|arc| arc.draw(&name[arc.from..arc.to], Point { x: 0.0, y: 0.0 }, &mut outline));
            let xs = outline.0.iter().filter_map(|segment| match segment {
                Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(p.x),
                Segment::Close => None,
            });
            let (least, most) = xs.fold((f64::MAX, f64::MIN), |(least, most), x| (least.min(x), most.max(x)));
            assert!((least + most).abs() < 0.25, "{least} {most}");
        }
    }

    #[test]
    fn the_code_leaves_the_ring_and_the_name_alone() {
        for length in [4, 12, 20, 34, 60] {
            let mut with = seal(&"皿".repeat(length), SealKind::Bid, 38.0);
            let without = pieces(&with.draw().unwrap());
            // Each digit is one piece; 1 has no hole to confuse the count.
            with.code = Some("1111111111111".parse().unwrap());
            assert_eq!(pieces(&with.draw().unwrap()), without + 13, "{length}");
        }
    }

    #[test]
    fn what_cannot_be_on_a_seal_is_refused_by_name() {
        let draw = |name: &str| seal(name, SealKind::Company, 42.0).draw().unwrap_err();
        assert_eq!(draw(""), DrawError::NameTooShort { length: 0, least: 4 });
        assert_eq!(draw("  示例  "), DrawError::NameTooShort { length: 2, least: 4 });
        assert_eq!(draw(&"示".repeat(61)), DrawError::NameTooLong { length: 61, most: 60 });
        let error = draw("示例\n\u{202e}公司😀");
        assert_eq!(error, DrawError::Unprintable { characters: vec!['\u{202e}', '😀', '\n'] });
        assert!(error.to_string().contains("\\u{202e} (U+202E)"), "{error}");
        for diameter in [f64::NAN, f64::INFINITY, -42.0, 37.9, 45.1] {
            let error = seal("示例公司", SealKind::Company, diameter).draw().unwrap_err();
            assert_eq!(error, DrawError::Size { least_mm: 38, most_mm: 45 });
        }
        for code in ["", "430102000001", "43010200000123", "430102000001x", "４３０１０２０００００１２"] {
            assert_eq!(code.parse::<SealCode>(), Err(DrawError::Code));
        }
    }
}
