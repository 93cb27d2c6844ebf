//! The round seals of organisations.

use std::str::FromStr;

use super::arc::NameLayout;
use super::outline::{DIGITS, Matrix, Outline, SONG, glyphs};
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
    /// Full legal name as registered, 2 to 60 characters.
    pub name: String,
    /// What the seal is for.
    pub kind: SealKind,
    /// The code under which the seal is filed, if it is.
    pub code: Option<SealCode>,
    /// Outer diameter in millimetres, 38 to 45 (国发〔1999〕25号: at most 45): 42 for units, 40 for companies, 38 for special seals
    /// are usual.
    pub diameter_mm: f64,
}

/// A round seal for one purpose that has no [`SealKind`] of its own, such as `采购业务专用章` or `合同专用章（1）`: the same with the line of
/// its purpose under the star.
#[derive(Debug, Clone, PartialEq)]
pub struct SpecialSeal {
    /// Full legal name as registered, 2 to 60 characters.
    pub name: String,
    /// The line under the star, 2 to 12 characters.
    pub purpose: String,
    /// The code under which the seal is filed, if it is.
    pub code: Option<SealCode>,
    /// Outer diameter in millimetres, 38 to 45.
    pub diameter_mm: f64,
}

/// Who trades without a name of his own is registered under his personal one.
const LEAST_NAME: usize = 2;
const MOST_NAME: usize = 60;
const LEAST_PURPOSE: usize = 2;
const MOST_PURPOSE: usize = 12;
const LEAST_MM: u32 = 38;
const MOST_MM: u32 = 45;

impl CompanySeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError`] when the name is shorter than 2 or longer than 60 characters or holds one that no bundled font has, or the
    /// diameter is not between 38 and 45 mm.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        round(&self.name, self.kind.purpose(), self.code.as_ref(), self.diameter_mm)
    }
}

impl SpecialSeal {
    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// As for [`CompanySeal::draw`], and the same when the purpose is shorter than 2 or longer than 12 characters.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        round(&self.name, Some(&self.purpose), self.code.as_ref(), self.diameter_mm)
    }
}

fn round(name: &str, purpose: Option<&str>, code: Option<&SealCode>, d: f64) -> Result<Drawing, DrawError> {
    if !(f64::from(LEAST_MM)..=f64::from(MOST_MM)).contains(&d) {
        return Err(DrawError::Size { least_mm: LEAST_MM, most_mm: MOST_MM });
    }
    let name = glyphs(&letters(name, LEAST_NAME, MOST_NAME)?, SONG)?;
    let centre = Point { x: d / 2.0, y: d / 2.0 };
    let ring = if d > 41.0 { 1.2 } else { 1.0 };
    let mut outline = Outline::default();
    outline.circle(centre, d / 2.0, false);
    outline.circle(centre, d / 2.0 - ring, true);

    let layout = NameLayout::fit(&name, d, ring, purpose.is_some());
    outline.star(centre, layout.star);
    for arc in &layout.arcs {
        arc.draw(&name[arc.from..arc.to], centre, &mut outline);
    }
    if let Some(purpose) = purpose {
        let line = glyphs(&letters(purpose, LEAST_PURPOSE, MOST_PURPOSE)?, SONG)?;
        let height = 0.105 * d;
        let baseline = d / 2.0 - 0.30 * d;
        // Five characters stand as they are; longer lines narrow, so that they stay clear of the name's ends.
        let count: f64 = line.iter().map(|glyph| glyph.advance).sum();
        let width = height * (5.8 / count).min(1.0);
        outline.line(&line, Point { x: centre.x, y: baseline + 0.375 * height }, width, height);
    }
    if let Some(code) = code {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Segment;
    use crate::draw::seen::pieces;

    fn seal(name: &str, kind: SealKind, diameter_mm: f64) -> CompanySeal {
        CompanySeal { name: name.into(), kind, code: None, diameter_mm }
    }

    #[test]
    fn characters_of_names_of_every_length_touch_neither_each_other_nor_anything_else() {
        // 皿 is one piece with a foot as wide as a character can be; feet come closest on an arc.
        for (kind, diameter_mm) in [(SealKind::Company, 42.0), (SealKind::Contract, 38.0)] {
            let rest = pieces(&seal("皿皿皿皿", kind, diameter_mm).draw().unwrap()) - 4;
            // Each length on which the rules turn, and some between.
            for length in [2, 3, 5, 8, 9, 10, 11, 12, 13, 14, 17, 20, 22, 23, 28, 34, 35, 36, 43, 52, 60] {
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
    fn the_code_leaves_the_ring_and_the_name_alone() {
        for length in [2, 4, 12, 20, 34, 60] {
            let mut with = seal(&"皿".repeat(length), SealKind::Bid, 38.0);
            let without = pieces(&with.draw().unwrap());
            // Each digit is one piece; 1 has no hole to confuse the count.
            with.code = Some("1111111111111".parse().unwrap());
            assert_eq!(pieces(&with.draw().unwrap()), without + 13, "{length}");
        }
    }

    #[test]
    fn a_purpose_of_any_length_stands_clear_of_the_name() {
        for (length, name) in [(2, 2), (2, 4), (5, 10), (6, 12), (9, 22), (12, 30), (12, 60), (2, 60)] {
            let special = |purpose: usize| SpecialSeal {
                name: "皿".repeat(name),
                purpose: "皿".repeat(purpose),
                code: Some("1111111111111".parse().unwrap()),
                diameter_mm: 40.0,
            };
            assert_eq!(pieces(&special(length).draw().unwrap()), 2 + name + length + 13, "{length} under {name}");
            assert_eq!(special(1).draw(), Err(DrawError::NameTooShort { length: 1, least: 2 }));
            assert_eq!(special(13).draw(), Err(DrawError::NameTooLong { length: 13, most: 12 }));
        }
        let (name, code) = ("示例园林绿化有限公司".to_owned(), None);
        let special =
            SpecialSeal {
                name: name.clone(), purpose: "合同专用章".into(), code: code.clone(), diameter_mm: 38.0
            };
        let usual = CompanySeal { name, kind: SealKind::Contract, code, diameter_mm: 38.0 };
        assert_eq!(special.draw(), usual.draw(), "the kinds are only names for usual purposes");
    }

    #[test]
    fn what_cannot_be_on_a_seal_is_refused_by_name() {
        let draw = |name: &str| seal(name, SealKind::Company, 42.0).draw().unwrap_err();
        assert_eq!(draw(""), DrawError::NameTooShort { length: 0, least: 2 });
        assert_eq!(draw("  示  "), DrawError::NameTooShort { length: 1, least: 2 });
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
