//! Drawing seals: one vector source for screen and PDF.
//!
//! Every seal is a [`Drawing`]: outlines in millimetres, filled once with one ink. One fill for the whole seal matters, because a
//! seal is laid over text with the *multiply* blend and parts filled one by one would darken where they touch.
//!
//! | what | drawn by | size in mm |
//! |---|---|---|
//! | 公章, 合同专用章 and other round seals | [`CompanySeal`], [`SpecialSeal`] | ⌀ 38 to 45 |
//! | 发票专用章 and other oval seals | [`OvalSeal`] | 40 × 30, 45 × 30 |
//! | 法人章, 个人名章 | [`LegalRepresentativeSeal`], [`PersonalSeal`], or [`NameSeal`] with every choice | 20, 18, 10 to 30 |
//! | 日期章 | [`DateSeal`] | 36 × 8 |
//! | 手写签名 | [`HandwrittenSignature`] | as the box |
//!
//! The proportions are those of the house (see the design's tokens), inside what 国发〔1999〕25号 and GA 241 prescribe for physical
//! seals: round, ring, five-pointed star, the name in Song-style characters in an arc from left to right. Seals are drawn in cinnabar and
//! signatures in black; [`Drawing::in_ink`] gives another colour.
//!
//! ```
//! use yinxin_seal::draw::{CompanySeal, SealKind};
//!
//! let seal = CompanySeal {
//!     name: "示例园林绿化有限公司".into(),
//!     kind: SealKind::Company,
//!     code: Some("4301020000012".parse()?),
//!     diameter_mm: 42.0,
//! };
//! let drawing = seal.draw()?;
//! let form = drawing.to_pdf_form();
//! assert!((form.width_pt - 42.0 * 72.0 / 25.4).abs() < 1e-9);
//! let png = drawing.to_png(300)?;
//! assert!(png.len() < 20_000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod arc;
mod company;
mod date;
mod handwriting;
mod name;
mod outline;
mod oval;
mod render;
pub(crate) mod trace;

pub use company::{CompanySeal, SealCode, SealKind, SpecialSeal};
pub use date::{DateSeal, DateStyle};
pub use handwriting::{HandwrittenSignature, PenPoint};
pub use name::{LegalRepresentativeSeal, NameEnding, NameSeal, NameText, PersonalSeal};
pub use outline::{Point, Segment};
pub use oval::{OvalSeal, OvalSize};
pub(crate) use render::{OUT_OF_RANGE, encode_png};

/// A colour as sRGB bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// The ink of seals, and of nothing else in the product: `#b5211e`.
pub const CINNABAR: Rgb = Rgb(0xb5, 0x21, 0x1e);

/// Blue ink, of finance and receiving stamps and of fountain pens: `#1f3f94`.
pub const BLUE: Rgb = Rgb(0x1f, 0x3f, 0x94);

/// Black ink, of signatures and of copies without colour: `#1a1a1a`.
pub const BLACK: Rgb = Rgb(0x1a, 0x1a, 0x1a);

/// A seal as outlines, filled once by the nonzero winding rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
    /// Colour of the fill.
    pub ink: Rgb,
    /// Closed contours in millimetres; the origin is the lower left corner and y points up, as in PDF.
    pub outline: Vec<Segment>,
}

impl Drawing {
    /// The same drawing in another ink. Seals are drawn in [`CINNABAR`] and signatures in [`BLACK`]; another colour is the
    /// owner's choice.
    #[must_use]
    pub fn in_ink(self, ink: Rgb) -> Self {
        Self { ink, ..self }
    }
}

/// Why a seal cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DrawError {
    /// No bundled font has these characters, or they leave no mark.
    #[error("seal.draw.unprintable: these characters cannot be printed: {}", list(.characters))]
    Unprintable {
        /// Each once, in the order of the name.
        characters: Vec<char>,
    },
    /// The name has fewer characters than such a seal can carry.
    #[error("seal.draw.name_too_short: the name has {length} characters, such a seal needs at least {least}")]
    NameTooShort {
        /// Characters of the name without surrounding space.
        length: usize,
        /// The least number that is drawn.
        least: usize,
    },
    /// The name has more characters than can be read on such a seal.
    #[error("seal.draw.name_too_long: the name has {length} characters, such a seal carries at most {most}")]
    NameTooLong {
        /// Characters of the name without surrounding space.
        length: usize,
        /// The greatest number that is drawn.
        most: usize,
    },
    /// The size is not one that such a seal may have.
    #[error("seal.draw.size: such a seal measures between {least_mm} and {most_mm} mm")]
    Size {
        /// Least diameter or side, in whole millimetres.
        least_mm: u32,
        /// Greatest diameter or side, in whole millimetres.
        most_mm: u32,
    },
    /// The seal code is not thirteen digits.
    #[error("seal.draw.code: a seal code has thirteen digits")]
    Code,
    /// The date does not exist or has no four-digit year.
    #[error("seal.draw.date: there is no such date")]
    Date,
    /// The strokes of a signature leave no mark.
    #[error("seal.draw.no_strokes: the signature leaves no mark")]
    NoStrokes,
    /// A position of the pen is not a number or its pressure not between 0 and 1, or there are too many of them.
    #[error("seal.draw.strokes: the strokes of the signature are not positions, or too many")]
    Strokes,
    /// The resolution is outside what a picture of a seal is useful at.
    #[error("seal.draw.resolution: a seal is rendered at {least} to {most} dots per inch")]
    Resolution {
        /// Least dots per inch.
        least: u32,
        /// Greatest dots per inch.
        most: u32,
    },
}

fn list(characters: &[char]) -> String {
    let mut text = String::new();
    for ch in characters {
        // Escaped, so that a control or direction character does not act in a log or on a page.
        text.push_str(&format!(
            "{}{} (U+{:04X})",
            if text.is_empty() { "" } else { ", " },
            ch.escape_debug(),
            *ch as u32
        ));
    }
    text
}

/// The characters of a name as they go on a seal: surrounding space does not count.
fn letters(name: &str, least: usize, most: usize) -> Result<Vec<char>, DrawError> {
    let letters: Vec<char> = name.trim().chars().collect();
    let length = letters.len();
    if length < least {
        return Err(DrawError::NameTooShort { length, least });
    }
    if length > most {
        return Err(DrawError::NameTooLong { length, most });
    }
    let mut characters = yinxin_fonts::unprintable(name.trim());
    // Typesetting gives these a meaning, a seal has no place for them.
    characters.extend(['\n', '\t'].iter().filter(|ch| letters.contains(ch)));
    if characters.is_empty() { Ok(letters) } else { Err(DrawError::Unprintable { characters }) }
}

/// What a drawing shows, for tests.
#[cfg(test)]
mod seen {
    use super::Drawing;

    /// How many separate pieces of ink there are, at 400 dots per inch.
    pub(super) fn pieces(drawing: &Drawing) -> usize {
        let field = drawing.field(400.0 / 25.4).unwrap();
        let (width, height) = (field.width, field.height);
        let mut ink: Vec<bool> = field.levels.iter().map(|level| *level > 59).collect();
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
}
