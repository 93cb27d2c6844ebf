//! The revisions of a file: where each begins and ends, and what stands in it byte by byte.

use crate::open::Opened;
use crate::syntax::{Dictionary, Object, ObjectId, Parser, XrefEntry, XrefForm, XrefSection};

/// White space of ISO 32000-1, table 1.
fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

/// One revision: the original file, or one incremental update.
#[derive(Debug, Clone, Copy)]
pub(super) struct Revision {
    /// First byte that does not belong to the revision before.
    pub start: usize,
    /// Just after its `%%EOF`.
    pub mark_end: usize,
    /// Up to here only white space follows; the next revision, or anything else, begins here.
    pub limit: usize,
    /// Index into [`Opened::sections`] of the whole file.
    pub section: usize,
}

impl Revision {
    /// Where the revision ends with its own line end: as much as anybody may have signed without signing a part of what follows.
    pub fn own_end(&self, file: &[u8]) -> usize {
        match file.get(self.mark_end..) {
            Some([b'\r', b'\n', ..]) => self.mark_end + 2,
            Some([b'\r' | b'\n', ..]) => self.mark_end + 1,
            _ => self.mark_end,
        }
    }

    /// The length of a file that ends with this revision.
    pub fn length(&self, file: &[u8]) -> usize {
        self.own_end(file).min(self.limit)
    }
}

/// The end mark that follows a cross-reference section, comments in between being skipped: writers put their name there.
fn end_mark(file: &[u8], section: &XrefSection) -> Option<usize> {
    let mut parser = Parser::new(file, section.end);
    parser.skip_space();
    if parser.take_word(b"endobj") {
        parser.skip_space();
    }
    if !parser.take_word(b"startxref") {
        return None;
    }
    parser.skip_space();
    parser.unsigned()?;
    let mut at = parser.offset();
    while file.get(at).copied().is_some_and(is_white) {
        at += 1;
    }
    file.get(at..)?.starts_with(b"%%EOF").then_some(at + 5)
}

/// The revisions, oldest first; `None` if the sections do not lie one behind the other as updates do.
pub(super) fn revisions(file: &Opened) -> Option<Vec<Revision>> {
    let bytes = file.bytes();
    let sections = file.sections();
    let mut oldest_first = (0..sections.len()).rev().peekable();
    let oldest = oldest_first.next()?;
    // A linearised file has two sections, of which the older stands behind the newer: together they are the original file. The newer one has
    // an end mark of its own only if it is a table.
    let linearised = oldest_first.next_if(|next| sections[oldest].offset > sections[*next].offset);
    let mut ends = vec![(linearised.unwrap_or(oldest), end_mark(bytes, &sections[oldest])?)];
    for index in oldest_first {
        ends.push((index, end_mark(bytes, &sections[index])?));
    }
    let mut found: Vec<Revision> = Vec::with_capacity(ends.len());
    for (section, mark_end) in ends {
        let start = found.last().map_or(0, |before| before.limit);
        if mark_end <= start {
            return None;
        }
        let white = bytes[mark_end..].iter().take_while(|byte| is_white(**byte)).count();
        found.push(Revision { start, mark_end, limit: mark_end + white, section });
    }
    Some(found)
}

/// An indirect object as it stands in an update.
#[derive(Debug)]
pub(super) struct Written {
    pub id: ObjectId,
    pub object: Object,
}

impl Written {
    /// Whether it is a signature dictionary: anything with a /ByteRange.
    pub fn is_signature(&self) -> bool {
        matches!(&self.object, Object::Dictionary(dictionary) if dictionary.contains("ByteRange"))
    }
}

/// A revision as the file was when it ended there.
pub(super) struct Layer {
    pub revision: Revision,
    /// The file up to here; `None` if it cannot be opened so, or is another than the whole file's cross-references say.
    pub opened: Option<Opened>,
    /// The objects of an update, see [`walk`]; of the original file, which is not walked, always some.
    pub written: Option<Vec<Written>>,
}

impl Layer {
    pub fn read(file: &Opened, revision: Revision) -> Self {
        let section = &file.sections()[revision.section];
        let opened = file.at_length(revision.length(file.bytes())).ok();
        let opened = opened.filter(|opened| revision.start == 0 || opened.newest().offset == section.offset);
        let written = match &opened {
            _ if revision.start == 0 => Some(Vec::new()),
            Some(opened) => walk(opened, &revision, section),
            None => None,
        };
        Layer { revision, opened, written }
    }
}

/// Reads an update from its first byte to its last and gives its objects. `None` if anything stands there that the update's own
/// cross-reference does not name: a hidden object, a second copy, or bytes of any other kind.
fn walk(file: &Opened, revision: &Revision, section: &XrefSection) -> Option<Vec<Written>> {
    let bytes = file.bytes();
    let mut parser = Parser::new(bytes, revision.start);
    let mut written = Vec::new();
    loop {
        parser.skip_space();
        let at = parser.offset();
        if at == section.offset && section.form == XrefForm::Table {
            break;
        }
        if at >= section.end {
            return None;
        }
        let id = parser.object_head().ok()?;
        let named = section.entry(id.number) == Some(XrefEntry::InUse { offset: at, generation: id.generation });
        if !(named || at == section.offset || section.hybrid == Some(at)) {
            return None;
        }
        let length = &mut |dictionary: &Dictionary| {
            let length = file.get(dictionary, "Length").ok()??;
            usize::try_from(length.as_integer()?).ok()
        };
        let (object, _) = parser.object_body(length).ok()?;
        if at == section.offset {
            // Its `endobj` and the end mark were found before.
            break;
        }
        parser.skip_space();
        if !parser.take_word(b"endobj") {
            return None;
        }
        written.push(Written { id, object });
    }
    // Every object that the cross-reference names stands in this update: none is taken from the bytes of an earlier one.
    let inside = |entry: &XrefEntry| match *entry {
        XrefEntry::Free => true,
        XrefEntry::InUse { offset, .. } => (revision.start..section.end).contains(&offset),
        XrefEntry::Compressed { stream, .. } => matches!(section.entry(stream), Some(XrefEntry::InUse { .. })),
    };
    section.entries.iter().all(|(_, entry)| inside(entry)).then_some(written)
}
