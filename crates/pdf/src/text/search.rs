//! Finding words on pages, and placing seals by them.

use crate::geometry::{PdfRect, place_upright, seen_place_mm};
use crate::open::Opened;
use crate::pages::Page;
use crate::text::content::Reader;
use crate::text::{Between, Glyph, TextError, between, normalised};

/// Characters of a keyword at most, after normalising.
const MAX_KEYWORD: usize = 200;
/// Places of one keyword in one file at most.
const MAX_HITS: usize = 10_000;

/// One place where a keyword stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The page, from 0.
    pub page: usize,
    /// The box around its characters on each line that it stands on, in default user space; at least one.
    pub lines: Vec<PdfRect>,
}

impl Hit {
    /// The box around the part on its first line.
    pub fn rect(&self) -> PdfRect {
        self.lines.first().copied().unwrap_or_default()
    }
}

/// Which point of the keyword's box a seal is placed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its centre: the seal covers the words.
    Centre,
    /// The middle of its right side as seen: the seal stands behind the words.
    After,
    /// The middle of its lower side as seen: the seal stands under the words.
    Below,
}

/// Why no place is found by a keyword.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeywordError {
    /// The text cannot be read.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The keyword is empty, or longer than 200 characters.
    #[error("pdf.keyword.bad_keyword")]
    BadKeyword,
    /// The keyword stands nowhere on these pages.
    #[error("pdf.keyword.not_found")]
    NotFound,
    /// It stands more than 10,000 times on these pages.
    #[error("pdf.keyword.too_many")]
    TooMany,
}

impl Opened {
    /// All places of `keyword` on `pages` (from 0; all pages if `None`), in the order of the file.
    ///
    /// Width, radicals, spaces and line ends do not matter, see [`normalised`]; letter case does.
    ///
    /// # Errors
    /// [`KeywordError`]; also when there is no place at all.
    pub fn find_keyword(&self, keyword: &str, pages: Option<&[usize]>) -> Result<Vec<Hit>, KeywordError> {
        let wanted: Vec<char> = normalised(keyword).chars().collect();
        if wanted.is_empty() || wanted.len() > MAX_KEYWORD {
            return Err(KeywordError::BadKeyword);
        }
        let all = self.pages().map_err(TextError::from)?;
        let mut reader = Reader::new(self);
        let mut hits = Vec::new();
        for page in all.iter().filter(|page| pages.is_none_or(|pages| pages.contains(&page.index))) {
            let glyphs = reader.page(page)?.glyphs;
            find_on_page(page.index, &glyphs, &wanted, &mut hits);
            if hits.len() > MAX_HITS {
                return Err(KeywordError::TooMany);
            }
        }
        if hits.is_empty() { Err(KeywordError::NotFound) } else { Ok(hits) }
    }
}

fn find_on_page(page: usize, glyphs: &[Glyph], wanted: &[char], hits: &mut Vec<Hit>) {
    // Each normalised character with the glyph that it comes from.
    let mut text: Vec<char> = Vec::with_capacity(glyphs.len());
    let mut source: Vec<usize> = Vec::with_capacity(glyphs.len());
    for (index, glyph) in glyphs.iter().enumerate() {
        for character in normalised(&glyph.text).chars() {
            text.push(character);
            source.push(index);
        }
    }
    let on_this_page = hits.len();
    let mut at = 0;
    while at + wanted.len() <= text.len() && hits.len() <= MAX_HITS {
        if text[at..at + wanted.len()] != *wanted {
            at += 1;
            continue;
        }
        let own = &glyphs[source[at]..=source[at + wanted.len() - 1]];
        let hit = Hit { page, lines: lines_of(own) };
        // The same words drawn twice at one place, for bold type, are one place.
        let again = hits[on_this_page..].iter().any(|known| covers_mostly(known.rect(), hit.rect()));
        if !again {
            hits.push(hit);
        }
        at += wanted.len();
    }
}

/// Boxes around the glyphs, one for each line; blank glyphs in between widen nothing.
fn lines_of(glyphs: &[Glyph]) -> Vec<PdfRect> {
    let mut lines: Vec<PdfRect> = Vec::new();
    let mut last: Option<&Glyph> = None;
    for glyph in glyphs.iter().filter(|glyph| !normalised(&glyph.text).is_empty()) {
        let same_line = last.is_some_and(|last| between(last, glyph) != Between::Line);
        match lines.last_mut().filter(|_| same_line) {
            Some(line) => *line = line.union(glyph.rect),
            None => lines.push(glyph.rect),
        }
        last = Some(glyph);
    }
    lines
}

fn covers_mostly(one: PdfRect, other: PdfRect) -> bool {
    let area = |rect: PdfRect| rect.width() * rect.height();
    area(one.intersection(other)) > 0.5 * area(one).min(area(other)) && area(one).min(area(other)) > 0.0
}

impl Hit {
    /// Where a drawing of `w_mm` × `h_mm` goes by this hit: its centre at the anchor, moved by `dx_mm` to the right and `dy_mm` down as seen, in
    /// default user space of `page`, which must be the hit's. It is moved back onto the page where it would leave it.
    pub fn place(&self, page: &Page, anchor: Anchor, dx_mm: f64, dy_mm: f64, w_mm: f64, h_mm: f64) -> PdfRect {
        let (x, y, width, height) = seen_place_mm(page, self.rect());
        let (centre_x, centre_y) = match anchor {
            Anchor::Centre => (x + width / 2.0, y + height / 2.0),
            Anchor::After => (x + width + w_mm / 2.0, y + height / 2.0),
            Anchor::Below => (x + width / 2.0, y + height + h_mm / 2.0),
        };
        let (page_w, page_h) = crate::geometry::seen_size_mm(page);
        let left = (centre_x + dx_mm - w_mm / 2.0).min(page_w - w_mm).max(0.0);
        let top = (centre_y + dy_mm - h_mm / 2.0).min(page_h - h_mm).max(0.0);
        place_upright(page, left, top, w_mm, h_mm)
    }
}
