//! The text of a file with its places, page by page: for finding where a seal goes by the words that stand there, and for comparing texts.
//!
//! Characters come from /ToUnicode; without it from the predefined CMaps of Chinese, Japanese and Korean fonts, from the table, the collection or
//! the glyph names of an embedded font, or from the encoding of a Latin one. They stand in the order in which they are drawn; /ActualText takes
//! their place where it is given. What is deliberately absent: the structure tree, and fonts that are told by their shapes only.

mod cff;
mod content;
mod encoding;
mod filters;
mod font;
mod normal;
mod replaced;
mod search;
mod source;

pub use normal::normalised;
pub use search::{Anchor, Hit, KeywordError};

use crate::geometry::PdfRect;
use crate::open::{Opened, ReadError};
use crate::pages::PageError;
use crate::syntax::StreamError;

/// One character as it stands on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// What it says: usually one character, several for a ligature, U+FFFD when the file does not tell.
    pub text: String,
    /// Its box in default user space, from the font's descent to its ascent.
    pub rect: PdfRect,
}

/// The text of one page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageText {
    /// The page, from 0.
    pub page: usize,
    /// Its characters in the order in which they are drawn.
    pub glyphs: Vec<Glyph>,
    /// Where the file says that other characters are meant than those it draws: `glyphs` has what is meant, a person sees what is drawn.
    pub replaced: Vec<Replaced>,
}

/// A stretch of content that means something else than it draws (/ActualText; ISO 32000-1, 14.9.4).
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// What is drawn, as far as the fonts tell.
    pub drawn: String,
    /// What the file says is meant.
    pub meant: String,
    /// The box of the first character drawn, in default user space.
    pub rect: PdfRect,
}

/// Why the text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// An object cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The pages cannot be listed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The content of a page cannot be decoded.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// There is no such page.
    #[error("pdf.text.no_such_page: {0}")]
    NoSuchPage(usize),
    /// A page has more content than any that people read.
    #[error("pdf.text.too_large")]
    TooLarge,
}

impl Opened {
    /// The text of the page `index`, from 0.
    ///
    /// # Errors
    /// [`TextError`]; a character that cannot be told is no error.
    pub fn page_text(&self, index: usize) -> Result<PageText, TextError> {
        let page = self.pages()?.get(index).ok_or(TextError::NoSuchPage(index))?;
        content::Reader::new(self).page(page)
    }

    /// The text of all pages; fonts that they share are read once.
    ///
    /// # Errors
    /// As [`Opened::page_text`].
    pub fn text(&self) -> Result<Vec<PageText>, TextError> {
        let mut reader = content::Reader::new(self);
        let pages = self.pages()?;
        pages.iter().map(|page| reader.page(page)).collect()
    }
}

impl PageText {
    /// The text as lines: a new one where the next character does not go on beside the last, a space where there is a gap.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        let mut last: Option<&Glyph> = None;
        for glyph in &self.glyphs {
            if let Some(last) = last {
                match between(last, glyph) {
                    Between::Nothing => {}
                    Between::Gap if out.ends_with(char::is_whitespace) || glyph.text.starts_with(' ') => {}
                    Between::Gap => out.push(' '),
                    Between::Line => out.push('\n'),
                }
            }
            out.push_str(&glyph.text);
            last = Some(glyph);
        }
        out
    }
}

/// How one character follows another.
#[derive(PartialEq, Eq)]
enum Between {
    Nothing,
    Gap,
    Line,
}

fn between(last: &Glyph, next: &Glyph) -> Between {
    let (a, b) = (last.rect, next.rect);
    let height = a.height().min(b.height()).max(0.1);
    let width = a.width().min(b.width()).max(0.1);
    // Along one axis they overlap (the same line, or column of a turned page), along the other they follow.
    let beside = a.y1.min(b.y1) - a.y0.max(b.y0) > 0.4 * height;
    let below = a.x1.min(b.x1) - a.x0.max(b.x0) > 0.4 * width;
    let distance = |first: (f64, f64), second: (f64, f64)| (second.0 - first.1).max(first.0 - second.1).max(0.0);
    if beside {
        let gap = distance((a.x0, a.x1), (b.x0, b.x1));
        return match gap / height {
            ..0.2 => Between::Nothing,
            0.2..4.0 => Between::Gap,
            _ => Between::Line,
        };
    }
    if below && distance((a.y0, a.y1), (b.y0, b.y1)) < 0.2 * height && a.height() < 1.5 * a.width() {
        // Turned or vertical text goes on in the same column; so does a line that follows closely, which begins elsewhere.
        let same_column = (a.x0 - b.x0).abs() < 0.2 * width && (a.x1 - b.x1).abs() < 0.2 * width;
        return if same_column { Between::Nothing } else { Between::Line };
    }
    Between::Line
}
