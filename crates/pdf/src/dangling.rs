//! References to objects that a file does not have.
//!
//! Such a reference means null (ISO 32000-1, 7.3.10), until somebody gives the number to a new object: then the page that a party saw suddenly
//! has that object in its content, its resources or its boxes. So a new object never takes a number that anything in the file refers to.

use std::collections::BTreeSet;

use memchr::memchr_iter;

use crate::open::{Opened, ReadError};
use crate::syntax::{Object, ObjectId, Stream, XrefEntry};
use crate::write::MAX_OBJECT_NUMBER;

/// Bytes that all object streams of a file may unpack to before it takes no update.
const MOST_UNPACKED: usize = 256 << 20;

/// The numbers from `least` on that the file refers to, in order, each once; nearly always none. What only looks like a reference (inside a
/// string or a picture) counts too: a number is skipped needlessly then.
///
/// # Errors
/// [`ReadError::BadObjectStream`] when object streams unpack to more than 256 MiB.
pub(crate) fn referred_to(file: &Opened, least: u32) -> Result<Vec<u32>, ReadError> {
    let mut found = Vec::new();
    references(file.bytes(), least, &mut found);
    let containers: BTreeSet<u32> = (file.sections().iter().flat_map(|section| &section.entries))
        .filter_map(|(_, entry)| match entry {
            XrefEntry::Compressed { stream, .. } => Some(*stream),
            XrefEntry::Free | XrefEntry::InUse { .. } => None,
        })
        .collect();
    let mut unpacked = 0;
    for number in containers {
        // One that cannot be unpacked gives no objects, now or later.
        let Ok(container) = file.object_stream(number) else { continue };
        unpacked += container.data.len();
        if unpacked > MOST_UNPACKED {
            return Err(ReadError::BadObjectStream(number));
        }
        references(&container.data, least, &mut found);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The first of these new objects that an object of the file as it was `before` refers to: what showed nothing there would show it now.
///
/// # Errors
/// [`ReadError::BadObjectStream`] as [`referred_to`].
pub(crate) fn awaited(before: &Opened, new: &BTreeSet<ObjectId>) -> Result<Option<ObjectId>, ReadError> {
    let Some(least) = new.first() else { return Ok(None) };
    let suspected = referred_to(before, least.number)?;
    let suspected: BTreeSet<ObjectId> =
        new.iter().copied().filter(|id| suspected.binary_search(&id.number).is_ok()).collect();
    if suspected.is_empty() {
        return Ok(None);
    }
    // Rare, so that all that stands there may be read to tell references from what only looks like one.
    let numbers: BTreeSet<u32> =
        before.sections().iter().flat_map(|section| &section.entries).map(|(number, _)| *number).collect();
    for number in numbers {
        let generation = match before.entry(number) {
            Some(XrefEntry::InUse { generation, .. }) => generation,
            Some(XrefEntry::Compressed { .. }) => 0,
            None | Some(XrefEntry::Free) => continue,
        };
        // What cannot be read shows nothing.
        let Ok(object) = before.object(ObjectId { number, generation }) else { continue };
        if let Some(id) = first_of(&object, &suspected) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// The first reference to one of these in an object.
fn first_of(object: &Object, sought: &BTreeSet<ObjectId>) -> Option<ObjectId> {
    let mut left = vec![object];
    while let Some(object) = left.pop() {
        match object {
            Object::Reference(id) if sought.contains(id) => return Some(*id),
            Object::Array(items) => left.extend(items),
            Object::Dictionary(dictionary) | Object::Stream(Stream { dictionary, .. }) => {
                left.extend(dictionary.iter().map(|(_, value)| value));
            }
            _ => {}
        }
    }
    None
}

/// Every `12 0 R` in `bytes`, read backwards from its `R`, because few bytes are one.
fn references(bytes: &[u8], least: u32, found: &mut Vec<u32>) {
    for at in memchr_iter(b'R', bytes) {
        for generation_ends in before_space(bytes, at) {
            let Some((_, begins)) = number(bytes, generation_ends) else { continue };
            for number_ends in before_space(bytes, begins) {
                let number = number(bytes, number_ends).map(|(number, _)| number);
                found.extend(number.filter(|number| (least..=MAX_OBJECT_NUMBER).contains(number)));
            }
        }
    }
}

/// Where what stands before the white space at `end` may end: before that space, and, if the line before it has a `%`, before that comment too.
/// Nothing if there is no space.
fn before_space(bytes: &[u8], end: usize) -> impl Iterator<Item = usize> + use<> {
    let ends = |end: usize| bytes[..end].iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    let plain = ends(end);
    let mut comment = None;
    if plain < end && bytes[plain..end].iter().any(|byte| is_line_end(*byte)) {
        let mut line_ends = plain;
        // Comment may follow upon comment.
        loop {
            let begins = bytes[..line_ends].iter().rposition(|byte| is_line_end(*byte)).map_or(0, |last| last + 1);
            let Some(percent) = bytes[begins..line_ends].iter().position(|byte| *byte == b'%') else { break };
            let before = ends(begins + percent);
            comment = Some(before);
            if before > begins || before == 0 {
                break;
            }
            line_ends = before;
        }
    }
    (plain < end).then_some(plain).into_iter().chain(comment)
}

/// The number whose last digit stands before `end`, and where it begins.
fn number(bytes: &[u8], end: usize) -> Option<(u32, usize)> {
    let begins = bytes[..end].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
    let digits = std::str::from_utf8(&bytes[begins..end]).ok()?;
    Some((digits.parse().ok()?, begins))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_however_they_are_spaced() {
        let of = |text: &str| -> Vec<u32> {
            let mut found = Vec::new();
            references(text.as_bytes(), 6, &mut found);
            found.sort_unstable();
            found.dedup();
            found
        };
        assert_eq!(of("[6 0 R 7 0 R]/A 12 1 R"), [6, 7, 12]);
        assert_eq!(of("/A 5 0 R/B 0006\t\r\n0\x00R"), [6]);
        assert_eq!(of("/A 6 % six\n0 % none\r\nR"), [6]);
        assert_eq!(of("/A 6 % six\n% and\n%%\n 0 R"), [6]);
        assert_eq!(of("/A 6 %7\n0 R"), [6, 7]);
        assert!(of("/A 6 0R/R R 6R 0 R").is_empty());
        assert_eq!(of("8388607 0 R 8388608 0 R 99999999999 0 R"), [8_388_607]);
        assert_eq!(of("(50%) 9\n0 R"), [9, 50]);
        assert!(of("R 0 R").is_empty());
    }
}
