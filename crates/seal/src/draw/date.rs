//! The date seal, stamped beside a signature.

use super::outline::{Glyph, Matrix, Outline, SONG};
use super::{CINNABAR, DrawError, Drawing};

/// 日期章, one line such as `2025年06月04日` in a box of 36 by 8 mm without a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateSeal {
    /// Year of the Gregorian calendar, four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the last day of the month.
    pub day: u8,
}

impl DateSeal {
    const WIDTH_MM: f64 = 36.0;
    const HEIGHT_MM: f64 = 8.0;
    /// Length of the line.
    const TEXT_MM: f64 = 33.0;
    /// Height of its characters.
    const CHARACTER_MM: f64 = 5.0;

    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// [`DrawError::Date`] when there is no such day or the year has not four digits.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        let Self { year, month, day } = *self;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        if !(1000..=9999).contains(&year) || !(1..=days).contains(&day) {
            return Err(DrawError::Date);
        }
        let text = format!("{year}年{month:02}月{day:02}日");
        let unprintable = || DrawError::Unprintable { characters: yinxin_fonts::unprintable(&text) };
        let line: Vec<Glyph> =
            text.chars().map(|ch| Glyph::of(ch, SONG)).collect::<Option<_>>().ok_or_else(unprintable)?;
        // The line always has its full length: months and days have two digits.
        let width = Self::TEXT_MM / line.iter().map(|glyph| glyph.advance).sum::<f64>();
        let mut outline = Outline::default();
        let mut x = (Self::WIDTH_MM - Self::TEXT_MM) / 2.0;
        for glyph in &line {
            let advance = glyph.advance * width;
            let placed =
                Matrix::scale(width, Self::CHARACTER_MM).then(Matrix::shift(x + advance / 2.0, Self::HEIGHT_MM / 2.0));
            outline.glyph(glyph, placed);
            x += advance;
        }
        Ok(Drawing { width_mm: Self::WIDTH_MM, height_mm: Self::HEIGHT_MM, ink: CINNABAR, outline: outline.0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Segment;

    #[test]
    fn the_line_fills_33_mm_of_the_box_whatever_the_date() {
        for (year, month, day) in [(2025, 6, 4), (1999, 11, 11), (2048, 12, 28)] {
            let drawing = DateSeal { year, month, day }.draw().unwrap();
            let points: Vec<_> = drawing
                .outline
                .iter()
                .filter_map(|segment| match segment {
                    Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(*p),
                    Segment::Close => None,
                })
                .collect();
            let left = points.iter().map(|p| p.x).fold(f64::MAX, f64::min);
            let right = points.iter().map(|p| p.x).fold(f64::MIN, f64::max);
            assert!((1.4..2.2).contains(&left) && (33.8..34.6).contains(&right), "{left} {right}");
            assert!(points.iter().all(|p| (1.5..6.5).contains(&p.y)));
        }
    }

    #[test]
    fn only_real_days_are_drawn() {
        assert!(DateSeal { year: 2024, month: 2, day: 29 }.draw().is_ok());
        for (year, month, day) in
            [(2025, 2, 29), (2025, 13, 1), (2025, 0, 1), (2025, 4, 31), (2025, 4, 0), (999, 1, 1), (10_000, 1, 1)]
        {
            assert_eq!(DateSeal { year, month, day }.draw(), Err(DrawError::Date));
        }
    }
}
