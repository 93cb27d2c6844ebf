//! The eight kinds of PDF objects as plain owned data.

use std::fmt;
use std::ops::Range;

/// Number and generation of an indirect object (ISO 32000-1, 7.3.10).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ObjectId {
    /// Object number, at least 1 for a usable object.
    pub number: u32,
    /// Generation, 0 for everything that modern writers make.
    pub generation: u16,
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.generation)
    }
}

/// A name without its slash, `#xx` escapes already decoded (ISO 32000-1, 7.3.5).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub Vec<u8>);

impl Name {
    /// The name as bytes, for comparison with a literal.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Name(text.as_bytes().to_vec())
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// A dictionary that keeps the order of its entries, so that writing it again changes nothing but what was changed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Dictionary {
    entries: Vec<(Name, Object)>,
}

impl Dictionary {
    /// A dictionary without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `key` as it is written, that is, perhaps a reference; `None` when absent.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Sets `key`, in place when it is there, at the end when it is not.
    pub fn set(&mut self, key: &str, value: Object) {
        match self.entries.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((Name::from(key), value)),
        }
    }

    /// The same dictionary with `key` set; for building.
    #[must_use]
    pub fn with(mut self, key: &str, value: Object) -> Self {
        self.set(key, value);
        self
    }

    /// Removes `key` and returns what it held.
    pub fn remove(&mut self, key: &str) -> Option<Object> {
        let at = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(at).1)
    }

    /// Whether `key` is present.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// All entries in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Object)> {
        self.entries.iter().map(|(name, value)| (name, value))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn push(&mut self, name: Name, value: Object) {
        self.entries.push((name, value));
    }
}

/// A stream: its dictionary and where its encoded bytes lie in the file.
#[derive(Clone, PartialEq, Debug)]
pub struct Stream {
    /// The stream dictionary.
    pub dictionary: Dictionary,
    /// Byte range of the encoded data in the file, without `stream` and `endstream`.
    pub data: Range<usize>,
}

/// One PDF object.
#[derive(Clone, PartialEq, Debug)]
pub enum Object {
    /// `null`, also what a reference to a missing object means.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A real number.
    Real(f64),
    /// A string, literal or hexadecimal, decoded.
    String(Vec<u8>),
    /// A name.
    Name(Name),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// A stream; only ever the whole of an indirect object.
    Stream(Stream),
    /// A reference to an indirect object.
    Reference(ObjectId),
}

impl Object {
    /// A name object.
    pub fn name(text: &str) -> Self {
        Object::Name(Name::from(text))
    }

    /// The integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Object::Integer(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if it is an integer or a real.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Object::Integer(value) => Some(*value as f64),
            Object::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The name, if it is one.
    pub fn as_name(&self) -> Option<&Name> {
        match self {
            Object::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The decoded string bytes, if it is a string.
    pub fn as_string(&self) -> Option<&[u8]> {
        match self {
            Object::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    pub fn as_array(&self) -> Option<&[Object]> {
        match self {
            Object::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The dictionary, if it is one or a stream.
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Object::Dictionary(dictionary) => Some(dictionary),
            Object::Stream(stream) => Some(&stream.dictionary),
            _ => None,
        }
    }

    /// The reference, if it is one.
    pub fn as_reference(&self) -> Option<ObjectId> {
        match self {
            Object::Reference(id) => Some(*id),
            _ => None,
        }
    }
}

/// The text of a PDF text string: UTF-16BE or UTF-8 with its mark, else PDFDocEncoding (ISO 32000-2, 7.9.2.2).
pub(crate) fn text_of(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => {
            let units = rest.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xFFFD,
            });
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        // PDFDocEncoding equals Latin-1 for what field names and dates use.
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
