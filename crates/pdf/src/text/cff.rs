//! Embedded fonts in the Compact Font Format (Adobe Technical Note 5176), bare or within OpenType: what their own tables say of codes and glyphs,
//! for fonts without /ToUnicode.

use std::collections::HashMap;
use std::ops::Range;

use ttf_parser::{GlyphId, RawFace, Tag, cff::Table};

use super::encoding::character_of_name;

/// Strings that every reader knows, and that a font's own are numbered behind (appendix A).
const STANDARD_STRINGS: usize = 391;

/// What the identifiers of a composite font mean by its program.
pub(super) enum Program {
    /// Those of a character collection, by the name of its ordering.
    Collection(Vec<u8>),
    /// Numbers of glyphs, of which these have names that tell a character.
    Glyphs(HashMap<u32, char>),
}

/// The font within `data`.
fn bare(data: &[u8]) -> Option<&[u8]> {
    if data.starts_with(b"OTTO") { RawFace::parse(data, 0).ok()?.table(Tag::from_bytes(b"CFF ")) } else { Some(data) }
}

/// The characters of a single-byte font's codes by its own encoding and the names of its glyphs.
pub(super) fn built_in_encoding(data: &[u8]) -> Option<Vec<Option<char>>> {
    let table = Table::parse(bare(data)?)?;
    let character = |code: u8| character_of_name(table.glyph_name(table.glyph_index(code)?)?);
    Some((0..=255).map(character).collect())
}

/// What the identifiers of a composite font mean (ISO 32000-1, 9.7.4.2: those of a font that is not made for identifiers are glyph numbers).
pub(super) fn program(data: &[u8]) -> Option<Program> {
    let data = bare(data)?;
    let table = Table::parse(data)?;
    if let Some(ordering) = ordering(data) {
        return Some(Program::Collection(ordering.to_vec()));
    }
    let named = |glyph: u16| Some((u32::from(glyph), character_of_name(table.glyph_name(GlyphId(glyph))?)?));
    Some(Program::Glyphs((0..table.number_of_glyphs()).filter_map(named).collect()))
}

/// The ordering of a font's character collection (the operator ROS of its top dictionary); `None` for fonts with named glyphs.
fn ordering(data: &[u8]) -> Option<&[u8]> {
    let names = usize::from(*data.get(2)?);
    let dictionaries = Index::at(data, names)?.end()?;
    let dictionaries = Index::at(data, dictionaries)?;
    let strings = Index::at(data, dictionaries.end()?)?;
    let mut rest = data.get(dictionaries.item(0)?)?;
    let mut operands: Vec<i64> = Vec::new();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        let byte = |at: usize| behind.get(at).map(|byte| i64::from(*byte));
        let used = match first {
            12 if byte(0)? == 30 => {
                let &[.., ordering, _] = operands.as_slice() else { return None };
                let own = usize::try_from(ordering).ok()?.checked_sub(STANDARD_STRINGS)?;
                return data.get(strings.item(own)?);
            }
            12 => {
                operands.clear();
                1
            }
            0..=21 => {
                operands.clear();
                0
            }
            28 => {
                operands.push(byte(0)? << 8 | byte(1)?);
                2
            }
            29 => {
                operands.push(byte(0)? << 24 | byte(1)? << 16 | byte(2)? << 8 | byte(3)?);
                4
            }
            // A real number ends with a half byte of ones.
            30 => behind.iter().position(|byte| byte & 0xF == 0xF || byte >> 4 == 0xF)? + 1,
            32..=246 => {
                operands.push(i64::from(*first) - 139);
                0
            }
            247..=250 => {
                operands.push((i64::from(*first) - 247) * 256 + byte(0)? + 108);
                1
            }
            _ => {
                operands.push(0);
                usize::from((251..=254).contains(first))
            }
        };
        if operands.len() > 48 {
            return None;
        }
        rest = rest.get(used..)?;
    }
    None
}

/// A list of byte strings.
struct Index<'a> {
    data: &'a [u8],
    /// Where the offsets begin, and how wide they are.
    offsets: usize,
    width: usize,
    count: usize,
}

impl<'a> Index<'a> {
    fn at(data: &'a [u8], at: usize) -> Option<Self> {
        let head = data.get(at..)?;
        let count = usize::from(u16::from_be_bytes([*head.first()?, *head.get(1)?]));
        let width = if count == 0 { 0 } else { usize::from(*head.get(2)?) };
        ((1..=4).contains(&width) || count == 0).then_some(Index { data, offsets: at + 3, width, count })
    }

    /// Where the item `number` begins; for the number behind the last, where the list ends.
    fn start(&self, number: usize) -> Option<usize> {
        let at = self.offsets + number * self.width;
        let offset = self.data.get(at..at + self.width)?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        // Offsets count from the byte before the first item.
        (self.offsets + (self.count + 1) * self.width - 1).checked_add(offset)
    }

    fn item(&self, number: usize) -> Option<Range<usize>> {
        (number < self.count).then_some(self.start(number)?..self.start(number + 1)?)
    }

    fn end(&self) -> Option<usize> {
        // An empty list is its count alone.
        if self.count == 0 { Some(self.offsets - 1) } else { self.start(self.count) }
    }
}
