//! References to objects that a file does not have.
//!
//! Such a reference means null (ISO 32000-1, 7.3.10), until somebody gives the number to a new object: then the page that a party saw suddenly
//! has that object in its content, its resources or its boxes. So a new object never takes a number that anything in the file refers to.

use std::collections::{BTreeSet, HashMap, HashSet};

use memchr::memchr_iter;

use crate::open::{Opened, ReadError};
use crate::syntax::{Object, ObjectId, Stream, XrefEntry, XrefSection};
use crate::write::MAX_OBJECT_NUMBER;

/// Bytes that all object streams of a file may unpack to before it takes no update.
const MOST_UNPACKED: usize = 256 << 20;

/// The numbers from `least` on that the file refers to, in order, each once; nearly always none. What only looks like a reference (inside a
/// string or a picture) counts too: a number is skipped needlessly then.
///
/// # Errors
/// [`ReadError::BadObjectStream`] when object streams unpack to more than 256 MiB, [`ReadError::TooMuchWork`].
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
        let container = match file.object_stream(number) {
            Ok(container) => container,
            // It may well refer to something.
            Err(ReadError::TooMuchWork) => return Err(ReadError::TooMuchWork),
            // One that cannot be unpacked gives no objects, now or later.
            Err(_) => continue,
        };
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

/// What waits, in a file and in the updates that follow it, for objects that come only later: what showed nothing there would show them then.
///
/// The file is looked through once, whatever the number of updates.
pub(crate) struct Waiting {
    /// Everything that an update brings for the first time.
    coming: HashSet<ObjectId>,
    /// The objects that refer to something that may still come, by what they refer to.
    holders: HashMap<ObjectId, HashSet<u32>>,
    /// The other way round.
    held: HashMap<u32, Vec<ObjectId>>,
}

impl Waiting {
    /// What waits in the file as it was `before` all `updates`.
    ///
    /// # Errors
    /// [`ReadError::BadObjectStream`] as [`referred_to`].
    pub(crate) fn new(before: &Opened, updates: &[&XrefSection]) -> Result<Self, ReadError> {
        let coming = updates.iter().flat_map(|section| &section.entries);
        let coming = coming.filter_map(|&(number, entry)| in_use(number, entry));
        let coming: HashSet<ObjectId> = coming.filter(|id| !is_there(before, id.number)).collect();
        let mut waiting = Self { coming, holders: HashMap::new(), held: HashMap::new() };
        let Some(least) = waiting.coming.iter().map(|id| id.number).min() else { return Ok(waiting) };
        let suspected = referred_to(before, least)?;
        if waiting.coming.iter().any(|id| suspected.binary_search(&id.number).is_ok()) {
            waiting.read(before);
        }
        Ok(waiting)
    }

    /// Notes what each object of the file refers to. Rare, so that all that stands there may be read to tell references from what only looks
    /// like one.
    fn read(&mut self, file: &Opened) {
        let numbers: BTreeSet<u32> =
            file.sections().iter().flat_map(|section| &section.entries).map(|(number, _)| *number).collect();
        let mut places: Vec<(u32, u32, ObjectId)> = Vec::new();
        for number in numbers {
            let Some((entry, id)) = file.entry(number).and_then(|entry| Some((entry, in_use(number, entry)?))) else {
                continue;
            };
            places.push(match entry {
                XrefEntry::Compressed { stream, index } => (stream, index, id),
                XrefEntry::Free | XrefEntry::InUse { .. } => (0, 0, id),
            });
        }
        // One object stream after the other, or each would be unpacked again and again.
        places.sort_unstable();
        for (_, _, id) in places {
            // What cannot be read shows nothing.
            if let Ok(object) = file.object(id) {
                self.note(id.number, &object);
            }
        }
    }

    /// Object `number` is from now on this one.
    pub(crate) fn note(&mut self, number: u32, object: &Object) {
        for id in self.held.remove(&number).unwrap_or_default() {
            if let Some(holders) = self.holders.get_mut(&id) {
                holders.remove(&number);
            }
        }
        let mut left = vec![object];
        while let Some(object) = left.pop() {
            match object {
                Object::Reference(id)
                    if self.coming.contains(id) && self.holders.entry(*id).or_default().insert(number) =>
                {
                    self.held.entry(number).or_default().push(*id);
                }
                Object::Array(items) => left.extend(items),
                Object::Dictionary(dictionary) | Object::Stream(Stream { dictionary, .. }) => {
                    left.extend(dictionary.iter().map(|(_, value)| value));
                }
                _ => {}
            }
        }
    }

    /// Whether an object that was there before refers to this new one.
    pub(crate) fn for_object(&self, id: ObjectId) -> bool {
        self.holders.get(&id).is_some_and(|holders| !holders.is_empty())
    }
}

/// The object that an entry says is there.
fn in_use(number: u32, entry: XrefEntry) -> Option<ObjectId> {
    match entry {
        XrefEntry::InUse { generation, .. } => Some(ObjectId { number, generation }),
        XrefEntry::Compressed { .. } => Some(ObjectId { number, generation: 0 }),
        XrefEntry::Free => None,
    }
}

fn is_there(file: &Opened, number: u32) -> bool {
    file.entry(number).is_some_and(|entry| entry != XrefEntry::Free)
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
