//! Collecting the objects of a file whose cross-reference leads nowhere: by their heads, `12 0 obj`, as every repairing reader does.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::repair::RepairError;
use crate::syntax::{Dictionary, Object, ObjectId, Parser, Stream, decode_stream};

/// Objects beyond which a file is not rebuilt.
const MAX_OBJECTS: usize = 1_000_000;
/// Unpacked bytes of all object streams together beyond which a file is not rebuilt.
const MAX_UNPACKED: usize = 256 << 20;
/// Bytes parsed in vain, per byte of the file, beyond which a file is not rebuilt.
const MAX_IN_VAIN: usize = 4;

/// Everything found in a file, the last definition of each object.
pub(super) struct Salvage {
    /// Objects by number, with their generation.
    pub objects: BTreeMap<u32, (u16, Object)>,
    /// Trailers and the dictionaries of cross-reference streams, in the order of the file.
    pub trailers: Vec<Dictionary>,
    /// Object heads behind which nothing readable stands.
    pub unreadable: Vec<u32>,
}

pub(super) fn salvage(file: &[u8]) -> Result<Salvage, RepairError> {
    let mut found = Salvage { objects: BTreeMap::new(), trailers: Vec::new(), unreadable: Vec::new() };
    let integers = integers(file);
    let mut in_vain = file.len().saturating_mul(MAX_IN_VAIN).saturating_add(1 << 20);
    let mut unpacked = MAX_UNPACKED;
    let mut at = 0;
    let mut landmarks = Landmarks::new(file);
    while let Some(next) = landmarks.after(at) {
        match next {
            Landmark::Object { start, id } => {
                let mut parser = Parser::new(file, start).lenient();
                match read_object(file, &mut parser, &integers) {
                    Some(object) => {
                        at = parser.offset();
                        take(file, id, object, &mut found, &mut unpacked)?;
                    }
                    None => {
                        found.unreadable.push(id.number);
                        in_vain = in_vain.checked_sub(parser.offset() - start).ok_or(RepairError::Hopeless)?;
                        at = start;
                    }
                }
            }
            Landmark::Trailer { start } => {
                let mut parser = Parser::new(file, start).lenient();
                if let Ok(Object::Dictionary(trailer)) = parser.object() {
                    found.trailers.push(trailer);
                }
                in_vain = in_vain.checked_sub(parser.offset() - start).ok_or(RepairError::Hopeless)?;
                at = start;
            }
        }
        if found.objects.len() > MAX_OBJECTS || found.unreadable.len() > MAX_OBJECTS {
            return Err(RepairError::Hopeless);
        }
    }
    Ok(found)
}

enum Landmark {
    /// An object whose body starts at `start`.
    Object { start: usize, id: ObjectId },
    /// A trailer dictionary.
    Trailer { start: usize },
}

/// Finds `N G obj` and `trailer` from the beginning to the end; each byte is searched once for each word.
struct Landmarks<'a> {
    file: &'a [u8],
    /// Where the next of each word stands, as far as that was searched; the length of the file when there is none.
    object: usize,
    trailer: usize,
}

impl<'a> Landmarks<'a> {
    fn new(file: &'a [u8]) -> Self {
        let mut landmarks = Landmarks { file, object: 0, trailer: 0 };
        landmarks.object = landmarks.find(0, b"obj");
        landmarks.trailer = landmarks.find(0, b"trailer");
        landmarks
    }

    fn find(&self, at: usize, word: &[u8]) -> usize {
        self.file
            .get(at..)
            .and_then(|rest| memchr::memmem::find(rest, word))
            .map_or(self.file.len(), |found| at + found)
    }

    /// The first landmark from byte `at`, which never goes back.
    fn after(&mut self, mut at: usize) -> Option<Landmark> {
        loop {
            if self.object < at {
                self.object = self.find(at, b"obj");
            }
            if self.trailer < at {
                self.trailer = self.find(at, b"trailer");
            }
            let word = self.object.min(self.trailer);
            if word >= self.file.len() {
                return None;
            }
            if word == self.trailer {
                return Some(Landmark::Trailer { start: word + b"trailer".len() });
            }
            at = word + b"obj".len();
            if let Some(id) = head_before(self.file, word) {
                return Some(Landmark::Object { start: at, id });
            }
        }
    }
}

/// The number and generation in front of the word `obj` at byte `word`.
fn head_before(file: &[u8], word: usize) -> Option<ObjectId> {
    let (generation, before) = number_before(file, word)?;
    let (number, _) = number_before(file, before)?;
    let id = ObjectId { number: u32::try_from(number).ok()?, generation: u16::try_from(generation).ok()? };
    (1..=8_388_607).contains(&id.number).then_some(id)
}

fn number_before(file: &[u8], end: usize) -> Option<(u64, usize)> {
    let head = &file[end.saturating_sub(40)..end];
    let white = head.iter().rev().take_while(|byte| byte.is_ascii_whitespace() || **byte == 0).count();
    let digits = head.iter().rev().skip(white).take_while(|byte| byte.is_ascii_digit()).count();
    if white == 0 || digits == 0 || digits > 10 {
        return None;
    }
    let start = end - white - digits;
    let value = file[start..start + digits].iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
    Some((value, start))
}

/// Objects that are nothing but an integer: lengths of streams, which must be known before the streams can be read.
fn integers(file: &[u8]) -> HashMap<u32, usize> {
    let mut found = HashMap::new();
    let mut at = 0;
    let mut landmarks = Landmarks::new(file);
    while let Some(landmark) = landmarks.after(at) {
        let (Landmark::Object { start, .. } | Landmark::Trailer { start }) = landmark;
        at = start;
        let Landmark::Object { id, .. } = landmark else { continue };
        // Looked at no further than a number reaches, or comments without end would be read again and again.
        let mut parser = Parser::new(&file[..file.len().min(start + 64)], start);
        parser.skip_space();
        let value = parser.unsigned().and_then(|value| usize::try_from(value).ok());
        parser.skip_space();
        if let Some(value) = value.filter(|_| parser.take_word(b"endobj")) {
            found.insert(id.number, value);
        }
    }
    found
}

/// The object at the parser; a stream whose length is wrong reaches to its `endstream`.
fn read_object<'a>(file: &'a [u8], parser: &mut Parser<'a>, integers: &HashMap<u32, usize>) -> Option<Object> {
    let start = parser.offset();
    let length = &mut |dictionary: &Dictionary| match dictionary.get("Length")? {
        Object::Integer(length) => usize::try_from(*length).ok(),
        Object::Reference(id) => integers.get(&id.number).copied(),
        _ => None,
    };
    if let Ok((object, _)) = parser.object_body(length) {
        return Some(object);
    }
    let mut again = Parser::new(file, start).lenient();
    let Ok(Object::Dictionary(dictionary)) = again.object() else { return None };
    again.skip_space();
    if !again.take_word(b"stream") {
        return None;
    }
    let mut data = again.offset();
    data += match file.get(data..)? {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => 0,
    };
    let end = data + memchr::memmem::find(&file[data..], b"endstream")?;
    *parser = Parser::new(file, end + b"endstream".len()).lenient();
    Some(Object::Stream(Stream { dictionary, data: data..without_line_end(file, data..end) }))
}

/// The line end before `endstream` belongs to the keyword.
fn without_line_end(file: &[u8], data: Range<usize>) -> usize {
    match &file[data.clone()] {
        [.., b'\r', b'\n'] => data.end - 2,
        [.., b'\n' | b'\r'] => data.end - 1,
        _ => data.end,
    }
}

fn take(
    file: &[u8],
    id: ObjectId,
    object: Object,
    found: &mut Salvage,
    unpacked: &mut usize,
) -> Result<(), RepairError> {
    let kind = object.as_dictionary().and_then(|found| found.get("Type")).and_then(Object::as_name);
    match (&object, kind.map(|name| name.as_bytes())) {
        (Object::Stream(stream), Some(b"XRef")) => found.trailers.push(stream.dictionary.clone()),
        (Object::Stream(stream), Some(b"ObjStm")) => {
            if let Some(data) = decode_stream(file, stream).ok().filter(|_| !stream.dictionary.contains("Encrypt")) {
                *unpacked = unpacked.checked_sub(data.len()).ok_or(RepairError::Hopeless)?;
                unpack(&stream.dictionary, &data, found);
            } else {
                found.unreadable.push(id.number);
            }
        }
        _ => {
            found.objects.insert(id.number, (id.generation, object));
        }
    }
    Ok(())
}

fn unpack(dictionary: &Dictionary, data: &[u8], found: &mut Salvage) {
    let integer = |key: &str| {
        dictionary.get(key).and_then(Object::as_integer).and_then(|value| usize::try_from(value).ok()).unwrap_or(0)
    };
    let (count, first) = (integer("N").min(data.len()), integer("First").min(data.len()));
    let mut header = Parser::new(&data[..first], 0);
    for _ in 0..count {
        header.skip_space();
        let Some(number) = header.unsigned().and_then(|number| u32::try_from(number).ok()) else { return };
        header.skip_space();
        let Some(at) = header.unsigned().and_then(|at| usize::try_from(at).ok()) else { return };
        let Some(at) = first.checked_add(at).filter(|at| *at < data.len()) else { continue };
        match Parser::new(data, at).lenient().object() {
            Ok(object) if (1..=8_388_607).contains(&number) => {
                found.objects.insert(number, (0, object));
            }
            Ok(_) => {}
            Err(_) => found.unreadable.push(number),
        }
    }
}
