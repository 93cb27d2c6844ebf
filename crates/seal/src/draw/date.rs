//! The date seal, stamped beside a signature.

use super::arc::length;
use super::outline::{Outline, SONG, glyphs};
use super::{CINNABAR, DrawError, Drawing, Point};

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

/// How a date is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateStyle {
    /// `2025年06月04日`.
    Digits,
    /// `二〇二五年六月四日`, the older form, still usual on contracts.
    Characters,
    /// `2025.06.04`.
    Dotted,
}

impl DateSeal {
    const WIDTH_MM: f64 = 36.0;
    const HEIGHT_MM: f64 = 8.0;
    /// Length of the line.
    const TEXT_MM: f64 = 33.0;
    /// Height of its characters.
    const CHARACTER_MM: f64 = 5.0;

    /// Draws the seal in cinnabar, as `2025年06月04日`.
    ///
    /// # Errors
    /// [`DrawError::Date`] when there is no such day or the year has not four digits.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        self.draw_as(DateStyle::Digits)
    }

    /// Draws the seal in cinnabar.
    ///
    /// # Errors
    /// As for [`DateSeal::draw`].
    pub fn draw_as(&self, style: DateStyle) -> Result<Drawing, DrawError> {
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
        let text = match style {
            DateStyle::Digits => format!("{year}年{month:02}月{day:02}日"),
            DateStyle::Characters => format!("{}年{}月{}日", figures(year), number(month), number(day)),
            DateStyle::Dotted => format!("{year}.{month:02}.{day:02}"),
        };
        let line = glyphs(&text.chars().collect::<Vec<_>>(), SONG)?;
        // The usual line always has its full length: months and days have two digits. Short lines do not spread beyond their natural width.
        let width = (Self::TEXT_MM / length(&line)).min(1.15 * Self::CHARACTER_MM);
        let mut outline = Outline::default();
        outline.line(&line, Point { x: Self::WIDTH_MM / 2.0, y: Self::HEIGHT_MM / 2.0 }, width, Self::CHARACTER_MM);
        Ok(Drawing { width_mm: Self::WIDTH_MM, height_mm: Self::HEIGHT_MM, ink: CINNABAR, outline: outline.0 })
    }
}

const FIGURES: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Digit by digit, as years are written.
fn figures(year: u16) -> String {
    year.to_string().chars().filter_map(|digit| FIGURES.get(digit.to_digit(10)? as usize)).collect()
}

/// 1 to 31, as months and days are written: 十, 十一, 二十, 三十一.
fn number(value: u8) -> String {
    let (tens, ones) = (usize::from(value / 10), usize::from(value % 10));
    let mut text = String::new();
    if tens > 1 {
        text.push(FIGURES[tens]);
    }
    if tens > 0 {
        text.push('十');
    }
    if ones > 0 {
        text.push(FIGURES[ones]);
    }
    text
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
    fn dates_are_written_in_chinese_as_they_are_spoken() {
        assert_eq!((figures(2025), figures(2000)), ("二〇二五".into(), "二〇〇〇".into()));
        for (value, text) in
            [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (30, "三十"), (31, "三十一")]
        {
            assert_eq!(number(value), text);
        }
        for style in [DateStyle::Characters, DateStyle::Dotted] {
            for (month, day) in [(1, 1), (12, 31)] {
                let drawing = DateSeal { year: 2025, month, day }.draw_as(style).unwrap();
                let inside = |p: &Point| (1.0..35.0).contains(&p.x) && (1.0..7.0).contains(&p.y);
                assert!(drawing.outline.iter().all(|segment| match segment {
                    Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => inside(p),
                    Segment::Close => true,
                }));
            }
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
