//! Cross-reference tables, streams and hybrids, newest first along the /Prev chain (ISO 32000-1, 7.5.4 to 7.5.8).

use std::collections::HashSet;

use super::object::{Dictionary, Object, ObjectId};
use super::parser::{Parser, SyntaxError, is_space};
use super::stream::{StreamError, decode_stream};

/// Incremental updates beyond which a file is refused.
const MAX_SECTIONS: usize = 4096;
/// Highest object number accepted (ISO 32000-1, annex C).
const MAX_OBJECT_NUMBER: u32 = 8_388_607;
/// Entries of all sections together, and decoded bytes of all cross-reference streams together, beyond which a file is refused. A file also has
/// no more entries than bytes, a small one excepted.
const MAX_ENTRIES: usize = 16_777_216;
const ENTRIES_OF_A_SMALL_FILE: usize = 131_072;
const MAX_DECODED: usize = 256 << 20;
/// How far from the end `startxref` is looked for; some writers pad the end.
const TAIL: usize = 4096;

/// What a section says about one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XrefEntry {
    /// The number is not in use.
    Free,
    /// The object stands at this byte.
    InUse {
        /// Byte offset in the file.
        offset: usize,
        /// Generation.
        generation: u16,
    },
    /// The object is in an object stream.
    Compressed {
        /// Number of the object stream.
        stream: u32,
        /// Position inside it.
        index: u32,
    },
}

/// How a section is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XrefForm {
    /// The classic table.
    Table,
    /// A cross-reference stream, itself the object with this id.
    Stream(ObjectId),
}

/// One cross-reference section; every incremental update adds one.
#[derive(Debug, Clone)]
pub struct XrefSection {
    /// Byte offset of the table or of the stream object.
    pub offset: usize,
    /// Table or stream.
    pub form: XrefForm,
    /// Object numbers and what the section says of them, ascending by number, each number once.
    pub entries: Vec<(u32, XrefEntry)>,
    /// The trailer dictionary, or the dictionary of the stream.
    pub trailer: Dictionary,
    /// Byte after the trailer dictionary or after `endstream`; `startxref` and `%%EOF` follow.
    pub end: usize,
    /// Where the hybrid's additional stream stands (/XRefStm), if there is one; its entries are already merged into `entries`.
    pub hybrid: Option<usize>,
}

impl XrefSection {
    /// What this section says of object `number`, if it mentions it.
    pub fn entry(&self, number: u32) -> Option<XrefEntry> {
        let at = self.entries.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        self.entries.get(at).map(|(_, entry)| *entry)
    }
}

/// Why the cross-reference of a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XrefError {
    /// There is no `startxref` near the end.
    #[error("pdf.xref.no_startxref")]
    NoStartxref,
    /// `startxref` or /Prev leads to this byte, where no cross-reference stands.
    #[error("pdf.xref.not_there at byte {0}")]
    NotThere(usize),
    /// A table at this byte is malformed.
    #[error("pdf.xref.bad_table at byte {0}")]
    BadTable(usize),
    /// A cross-reference stream at this byte is malformed.
    #[error("pdf.xref.bad_stream at byte {0}")]
    BadStream(usize),
    /// The /Prev chain runs in a circle.
    #[error("pdf.xref.loop at byte {0}")]
    Loop(usize),
    /// More updates or objects than the limits allow.
    #[error("pdf.xref.too_large")]
    TooLarge,
    /// A trailer or stream dictionary is malformed.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// The data of a cross-reference stream cannot be decoded.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// The offset that the last `startxref` gives.
///
/// # Errors
/// [`XrefError::NoStartxref`].
pub fn find_startxref(file: &[u8]) -> Result<usize, XrefError> {
    let word = b"startxref";
    let from = file.len().saturating_sub(TAIL);
    let tail = &file[from..];
    let at = tail.windows(word.len()).rposition(|window| window == word).ok_or(XrefError::NoStartxref)?;
    let mut parser = Parser::new(file, from + at + word.len());
    parser.skip_space();
    parser.unsigned().and_then(|offset| usize::try_from(offset).ok()).ok_or(XrefError::NoStartxref)
}

/// All sections, newest first, starting at byte `offset`.
///
/// # Errors
/// The first thing that does not hold; nothing is repaired.
pub fn read_sections(file: &[u8], offset: usize) -> Result<Vec<XrefSection>, XrefError> {
    let mut sections: Vec<XrefSection> = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(offset);
    let entries = file.len().clamp(ENTRIES_OF_A_SMALL_FILE, MAX_ENTRIES);
    let mut budget = Budget { entries, decoded: MAX_DECODED };
    while let Some(at) = next {
        if !seen.insert(at) {
            return Err(XrefError::Loop(at));
        }
        if sections.len() >= MAX_SECTIONS {
            return Err(XrefError::TooLarge);
        }
        let mut section = read_section(file, at, &mut budget)?;
        if section.form == XrefForm::Table
            && let Some(hybrid) = section.trailer.get("XRefStm")
        {
            let hybrid = offset_of(hybrid).ok_or(XrefError::BadTable(at))?;
            let stream = read_section(file, hybrid, &mut budget)?;
            if stream.form == XrefForm::Table {
                return Err(XrefError::NotThere(hybrid));
            }
            merge_hidden(&mut section, stream);
            section.hybrid = Some(hybrid);
        }
        next = match section.trailer.get("Prev") {
            None => None,
            Some(prev) => Some(offset_of(prev).ok_or(XrefError::BadTable(at))?),
        };
        sections.push(section);
    }
    Ok(sections)
}

/// What may still be read of one file, so that many small streams cannot unfold into more than memory and time allow.
struct Budget {
    entries: usize,
    decoded: usize,
}

impl Budget {
    fn take_entries(&mut self, count: usize) -> Result<(), XrefError> {
        self.entries = self.entries.checked_sub(count).ok_or(XrefError::TooLarge)?;
        Ok(())
    }
}

fn offset_of(object: &Object) -> Option<usize> {
    object.as_integer().and_then(|value| usize::try_from(value).ok())
}

/// Entries of a hybrid's stream are hidden from old readers: the table calls them free or leaves them out.
fn merge_hidden(section: &mut XrefSection, stream: XrefSection) {
    for (number, entry) in stream.entries {
        match section.entries.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) if section.entries[at].1 == XrefEntry::Free => section.entries[at].1 = entry,
            Ok(_) => {}
            Err(at) => section.entries.insert(at, (number, entry)),
        }
    }
}

fn read_section(file: &[u8], offset: usize, budget: &mut Budget) -> Result<XrefSection, XrefError> {
    let rest = file.get(offset..).ok_or(XrefError::NotThere(offset))?;
    let section = if rest.starts_with(b"xref") {
        read_table(file, offset)?
    } else if rest.first().is_some_and(u8::is_ascii_digit) {
        read_stream(file, offset, budget)?
    } else {
        return Err(XrefError::NotThere(offset));
    };
    budget.take_entries(section.entries.len())?;
    Ok(section)
}

fn read_table(file: &[u8], offset: usize) -> Result<XrefSection, XrefError> {
    let bad = || XrefError::BadTable(offset);
    let mut parser = Parser::new(file, offset + 4);
    let mut entries = Vec::new();
    loop {
        parser.skip_space();
        if parser.take_word(b"trailer") {
            break;
        }
        let first = parser.unsigned().ok_or_else(bad)?;
        parser.skip_space();
        let count = parser.unsigned().ok_or_else(bad)?;
        if first.checked_add(count).is_none_or(|end| end > u64::from(MAX_OBJECT_NUMBER) + 1) {
            return Err(XrefError::TooLarge);
        }
        for number in first..first + count {
            parser.skip_space();
            let place = parser.unsigned().ok_or_else(bad)?;
            parser.skip_space();
            let generation = parser.unsigned().ok_or_else(bad)?;
            parser.skip_space();
            let entry = if parser.take_word(b"n") {
                XrefEntry::InUse {
                    offset: usize::try_from(place).map_err(|_| bad())?,
                    generation: u16::try_from(generation).map_err(|_| bad())?,
                }
            } else if parser.take_word(b"f") {
                XrefEntry::Free
            } else {
                return Err(bad());
            };
            entries.push((u32::try_from(number).map_err(|_| bad())?, entry));
        }
    }
    let Object::Dictionary(trailer) = parser.object()? else { return Err(bad()) };
    let end = parser.offset();
    sort(&mut entries).ok_or_else(bad)?;
    Ok(XrefSection { offset, form: XrefForm::Table, entries, trailer, end, hybrid: None })
}

/// Sorts by number; a number given twice is refused.
fn sort(entries: &mut [(u32, XrefEntry)]) -> Option<()> {
    entries.sort_by_key(|(number, _)| *number);
    entries.windows(2).all(|pair| pair[0].0 != pair[1].0).then_some(())
}

fn read_stream(file: &[u8], offset: usize, budget: &mut Budget) -> Result<XrefSection, XrefError> {
    let bad = || XrefError::BadStream(offset);
    let mut parser = Parser::new(file, offset);
    let id = parser.object_head().map_err(|_| XrefError::NotThere(offset))?;
    // The length must be direct here: there is no cross-reference yet by which to resolve it.
    let (object, _) = parser.object_body(&mut |dictionary| dictionary.get("Length").and_then(offset_of))?;
    let end = parser.offset();
    let Object::Stream(stream) = object else { return Err(XrefError::NotThere(offset)) };
    if stream.dictionary.get("Type").and_then(Object::as_name).is_none_or(|name| name != "XRef") {
        return Err(XrefError::NotThere(offset));
    }
    let data = decode_stream(file, &stream)?;
    budget.decoded = budget.decoded.checked_sub(data.len()).ok_or(XrefError::TooLarge)?;
    let numbers = |key: &str| -> Option<Vec<u64>> {
        let items = stream.dictionary.get(key)?.as_array()?;
        items.iter().map(|item| item.as_integer().and_then(|value| u64::try_from(value).ok())).collect()
    };
    let widths = numbers("W").ok_or_else(bad)?;
    let [first_width, second_width, third_width] = widths[..] else { return Err(bad()) };
    if [first_width, second_width, third_width].iter().any(|width| *width > 8) || second_width == 0 {
        return Err(bad());
    }
    let size = stream.dictionary.get("Size").and_then(offset_of).ok_or_else(bad)?;
    let index = match stream.dictionary.get("Index") {
        None => vec![0, size as u64],
        Some(_) => numbers("Index").ok_or_else(bad)?,
    };
    let (pairs, []) = index.as_chunks::<2>() else { return Err(bad()) };
    let mut entries = Vec::new();
    let mut rows = data.chunks_exact((first_width + second_width + third_width) as usize);
    for [first, count] in pairs {
        if first.checked_add(*count).is_none_or(|end| end > u64::from(MAX_OBJECT_NUMBER) + 1) {
            return Err(XrefError::TooLarge);
        }
        if entries.len() as u64 + count > budget.entries as u64 {
            return Err(XrefError::TooLarge);
        }
        for number in *first..first + count {
            let row = rows.next().ok_or_else(bad)?;
            let (kind, row) = row.split_at(first_width as usize);
            let (second, third) = row.split_at(second_width as usize);
            let kind = if kind.is_empty() { 1 } else { big_endian(kind) };
            let (second, third) = (big_endian(second), big_endian(third));
            let entry = match kind {
                0 => XrefEntry::Free,
                1 => XrefEntry::InUse {
                    offset: usize::try_from(second).map_err(|_| bad())?,
                    generation: u16::try_from(third).map_err(|_| bad())?,
                },
                2 => XrefEntry::Compressed {
                    stream: u32::try_from(second).map_err(|_| bad())?,
                    index: u32::try_from(third).map_err(|_| bad())?,
                },
                // Unknown types mean null (ISO 32000-1, table 18).
                _ => XrefEntry::Free,
            };
            entries.push((u32::try_from(number).map_err(|_| bad())?, entry));
        }
    }
    sort(&mut entries).ok_or_else(bad)?;
    Ok(XrefSection { offset, form: XrefForm::Stream(id), entries, trailer: stream.dictionary, end, hybrid: None })
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// The end of the update that a section closes: just after its `%%EOF` and the line end that follows, if there is one.
pub(crate) fn end_of_update(file: &[u8], section: &XrefSection) -> Option<usize> {
    let mut parser = Parser::new(file, section.end);
    // `endobj` closes a cross-reference stream; comments would swallow the end mark, so only white space is skipped by hand below.
    for word in [b"endobj".as_slice(), b"startxref"] {
        skip_white(file, &mut parser);
        if !parser.take_word(word) && word == b"startxref" {
            return None;
        }
    }
    skip_white(file, &mut parser);
    parser.unsigned()?;
    skip_white(file, &mut parser);
    let mut end = parser.offset();
    if !file.get(end..)?.starts_with(b"%%EOF") {
        return None;
    }
    end += 5;
    if file.get(end) == Some(&b'\r') {
        end += 1;
    }
    if file.get(end) == Some(&b'\n') {
        end += 1;
    }
    Some(end)
}

fn skip_white<'a>(file: &'a [u8], parser: &mut Parser<'a>) {
    let from = parser.offset();
    let white = file.get(from..).unwrap_or_default().iter().take_while(|byte| is_space(**byte)).count();
    *parser = Parser::new(file, from + white);
}
