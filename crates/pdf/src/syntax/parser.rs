//! A recursive-descent parser over a slice, with limits on depth and on the number of objects, and exact byte offsets.

use std::ops::Range;

use super::object::{Dictionary, Name, Object, ObjectId, Stream};

/// Nesting of arrays and dictionaries beyond which an object is refused.
const MAX_DEPTH: usize = 64;
/// Objects inside one indirect object beyond which it is refused (a page tree of 500,000 pages has fewer).
const MAX_NODES: usize = 2_000_000;
/// Bytes of a name; ISO 32000-1 annex C says 127, some writers exceed it.
const MAX_NAME: usize = 4096;

/// What is wrong with the syntax, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("pdf.syntax.{fault} at byte {offset}")]
pub struct SyntaxError {
    /// Offset in the file, or in the decoded object stream.
    pub offset: usize,
    /// What was found.
    pub fault: SyntaxFault,
}

/// The ways in which an object can be malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxFault {
    /// The data ends inside an object.
    #[error("truncated")]
    Truncated,
    /// A byte or word that no object begins with.
    #[error("unexpected_token")]
    UnexpectedToken,
    /// A number that is not one.
    #[error("bad_number")]
    BadNumber,
    /// A name or string with a bad escape, or a name that is too long.
    #[error("bad_name")]
    BadName,
    /// A hexadecimal string with other digits.
    #[error("bad_hex_string")]
    BadHexString,
    /// A dictionary has the same key twice: readers disagree on which counts.
    #[error("duplicate_key")]
    DuplicateKey,
    /// Nested too deeply.
    #[error("too_deep")]
    TooDeep,
    /// Too many objects in one.
    #[error("too_large")]
    TooLarge,
    /// The place does not hold the object that the cross-reference promises.
    #[error("wrong_object")]
    WrongObject,
    /// A stream whose /Length does not lead to `endstream`.
    #[error("bad_stream_length")]
    BadStreamLength,
}

/// Where the value of a key lies in the file; recorded for the outermost dictionary of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueSpan {
    /// The key.
    pub key: Name,
    /// The bytes of the value as written, delimiters included.
    pub bytes: Range<usize>,
}

/// Reads objects from a slice, starting at any offset.
pub struct Parser<'a> {
    data: &'a [u8],
    at: usize,
    nodes: usize,
    lenient: bool,
}

/// White space of ISO 32000-1, table 1.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !is_delimiter(byte)
}

const fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Stands in [`HEX`] for what is no digit.
const NO_DIGIT: u8 = 16;

/// [`hex_value`] of every byte.
const HEX: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(value) = hex_value(byte as u8) {
            values[byte] = value;
        }
        byte += 1;
    }
    values
};

impl<'a> Parser<'a> {
    /// A parser over `data` that begins at byte `at`.
    pub fn new(data: &'a [u8], at: usize) -> Self {
        Parser { data, at, nodes: 0, lenient: false }
    }

    /// The same parser for a file that is being rebuilt: of a key given twice the last counts, as most readers have it.
    pub(crate) fn lenient(self) -> Self {
        Parser { lenient: true, ..self }
    }

    /// The offset of the next byte to be read.
    pub fn offset(&self) -> usize {
        self.at
    }

    fn fail<T>(&self, fault: SyntaxFault) -> Result<T, SyntaxError> {
        Err(SyntaxError { offset: self.at, fault })
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    /// Skips white space and comments.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Whether `word` stands here as a whole word; if so it is consumed.
    pub fn take_word(&mut self, word: &[u8]) -> bool {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let whole = rest.starts_with(word) && rest.get(word.len()).is_none_or(|next| !is_regular(*next));
        if whole {
            self.at += word.len();
        }
        whole
    }

    /// Reads one object; references are not followed.
    ///
    /// # Errors
    /// The first fault found, with its offset.
    pub fn object(&mut self) -> Result<Object, SyntaxError> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Result<Object, SyntaxError> {
        if depth > MAX_DEPTH {
            return self.fail(SyntaxFault::TooDeep);
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.fail(SyntaxFault::TooLarge);
        }
        self.skip_space();
        match self.peek() {
            None => self.fail(SyntaxFault::Truncated),
            Some(b'/') => Ok(Object::Name(self.name()?)),
            Some(b'(') => Ok(Object::String(self.literal_string()?)),
            Some(b'<') if self.data.get(self.at + 1) == Some(&b'<') => {
                Ok(Object::Dictionary(self.dictionary(depth, &mut |_, _| ())?))
            }
            Some(b'<') => Ok(Object::String(self.hex_string()?)),
            Some(b'[') => self.array(depth),
            Some(b'+' | b'-' | b'.' | b'0'..=b'9') => self.number_or_reference(),
            Some(_) => {
                if self.take_word(b"true") {
                    Ok(Object::Boolean(true))
                } else if self.take_word(b"false") {
                    Ok(Object::Boolean(false))
                } else if self.take_word(b"null") {
                    Ok(Object::Null)
                } else {
                    self.fail(SyntaxFault::UnexpectedToken)
                }
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Object, SyntaxError> {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                None => return self.fail(SyntaxFault::Truncated),
                Some(b']') => {
                    self.at += 1;
                    return Ok(Object::Array(items));
                }
                Some(_) => items.push(self.nested(depth + 1)?),
            }
        }
    }

    fn dictionary(
        &mut self,
        depth: usize,
        record: &mut dyn FnMut(&Name, Range<usize>),
    ) -> Result<Dictionary, SyntaxError> {
        self.at += 2;
        let mut dictionary = Dictionary::new();
        // Beyond a handful of entries a sorted list finds duplicates without comparing all pairs.
        let mut seen: Option<std::collections::HashSet<Name>> = None;
        loop {
            self.skip_space();
            match self.peek() {
                None => return self.fail(SyntaxFault::Truncated),
                Some(b'>') if self.data.get(self.at + 1) == Some(&b'>') => {
                    self.at += 2;
                    return Ok(dictionary);
                }
                Some(b'/') => {
                    let key_at = self.at;
                    let key = self.name()?;
                    self.skip_space();
                    let value_at = self.at;
                    let value = self.nested(depth + 1)?;
                    record(&key, value_at..self.at);
                    let duplicate = match &mut seen {
                        Some(seen) => !seen.insert(key.clone()),
                        None => dictionary.iter().any(|(name, _)| *name == key),
                    };
                    if duplicate && self.lenient {
                        dictionary.set(&key.to_string(), value);
                        continue;
                    }
                    if duplicate {
                        return Err(SyntaxError { offset: key_at, fault: SyntaxFault::DuplicateKey });
                    }
                    dictionary.push(key, value);
                    if dictionary.len() == 32 {
                        seen = Some(dictionary.iter().map(|(name, _)| name.clone()).collect());
                    }
                }
                Some(_) => return self.fail(SyntaxFault::UnexpectedToken),
            }
        }
    }

    fn name(&mut self) -> Result<Name, SyntaxError> {
        self.at += 1;
        let mut bytes = Vec::new();
        while let Some(byte) = self.peek().filter(|byte| is_regular(*byte)) {
            if bytes.len() >= MAX_NAME {
                return self.fail(SyntaxFault::BadName);
            }
            let escaped = match (byte, self.data.get(self.at + 1), self.data.get(self.at + 2)) {
                (b'#', Some(high), Some(low)) => hex_value(*high).zip(hex_value(*low)),
                _ => None,
            };
            match escaped {
                Some((high, low)) => {
                    bytes.push(high << 4 | low);
                    self.at += 3;
                }
                // Before PDF 1.2 a bare # was an ordinary character.
                None => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        Ok(Name(bytes))
    }

    fn literal_string(&mut self) -> Result<Vec<u8>, SyntaxError> {
        self.at += 1;
        let mut bytes = Vec::new();
        let mut open = 1usize;
        loop {
            let Some(byte) = self.peek() else { return self.fail(SyntaxFault::Truncated) };
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(bytes);
                    }
                }
                b'\\' => {
                    self.string_escape(&mut bytes)?;
                    continue;
                }
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    bytes.push(b'\n');
                    continue;
                }
                _ => {}
            }
            bytes.push(byte);
        }
    }

    fn string_escape(&mut self, bytes: &mut Vec<u8>) -> Result<(), SyntaxError> {
        let Some(byte) = self.peek() else { return self.fail(SyntaxFault::Truncated) };
        self.at += 1;
        match byte {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                // High-order overflow is ignored (ISO 32000-1, 7.3.4.2).
                bytes.push((value & 0xFF) as u8);
            }
            other => bytes.push(other),
        }
        Ok(())
    }

    fn hex_string(&mut self) -> Result<Vec<u8>, SyntaxError> {
        self.at += 1;
        let rest = self.data.get(self.at..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'>', rest) else { return self.fail(SyntaxFault::Truncated) };
        let mut bytes = Vec::with_capacity(length.div_ceil(2));
        // Signatures are many digits without anything between them.
        let pairs = rest[..length].chunks_exact(2).map(|pair| (HEX[usize::from(pair[0])], HEX[usize::from(pair[1])]));
        bytes.extend(pairs.take_while(|(high, low)| high | low < NO_DIGIT).map(|(high, low)| high << 4 | low));
        let mut high = None;
        for (index, byte) in rest[..length].iter().enumerate().skip(2 * bytes.len()) {
            match (HEX[usize::from(*byte)], high) {
                (NO_DIGIT, _) if is_space(*byte) => {}
                (NO_DIGIT, _) => {
                    return Err(SyntaxError { offset: self.at + index, fault: SyntaxFault::BadHexString });
                }
                (digit, None) => high = Some(digit),
                (digit, Some(first)) => {
                    bytes.push(first << 4 | digit);
                    high = None;
                }
            }
        }
        if let Some(digit) = high {
            bytes.push(digit << 4);
        }
        self.at += length + 1;
        Ok(bytes)
    }

    fn number_or_reference(&mut self) -> Result<Object, SyntaxError> {
        let start = self.at;
        let number = self.number()?;
        let Object::Integer(value) = number else { return Ok(number) };
        let Ok(object_number) = u32::try_from(value) else { return Ok(number) };
        // "12 0 R": look ahead and come back if it is not a reference.
        let after = self.at;
        if self.data.get(start).is_some_and(u8::is_ascii_digit) && self.peek().is_some_and(is_space) {
            self.skip_space();
            if let Some(generation) = self.unsigned().and_then(|value| u16::try_from(value).ok())
                && self.peek().is_some_and(is_space)
            {
                self.skip_space();
                if self.take_word(b"R") {
                    return Ok(Object::Reference(ObjectId { number: object_number, generation }));
                }
            }
        }
        self.at = after;
        Ok(number)
    }

    /// Reads digits as an unsigned integer; consumes nothing and returns `None` if there are none or too many.
    pub fn unsigned(&mut self) -> Option<u64> {
        let rest = self.data.get(self.at..)?;
        let length = rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 || length > 19 {
            return None;
        }
        let value = rest[..length].iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        self.at += length;
        Some(value)
    }

    fn number(&mut self) -> Result<Object, SyntaxError> {
        let rest = self.data.get(self.at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_regular(**byte)).count();
        let text = &rest[..length];
        let (sign, digits) = match text {
            [b'-', digits @ ..] => (-1.0, digits),
            [b'+', digits @ ..] => (1.0, digits),
            digits => (1.0, digits),
        };
        let points = digits.iter().filter(|byte| **byte == b'.').count();
        let well_formed = digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
            && points <= 1
            && digits.len() > points
            && length <= 64;
        if !well_formed {
            return self.fail(SyntaxFault::BadNumber);
        }
        let object = if points == 0 && digits.len() <= 18 {
            let value = digits.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
            Object::Integer(if sign < 0.0 { -value } else { value })
        } else {
            let value = std::str::from_utf8(digits).ok().and_then(|text| text.parse::<f64>().ok());
            match value {
                Some(value) => Object::Real(sign * value),
                None => return self.fail(SyntaxFault::BadNumber),
            }
        };
        self.at += length;
        Ok(object)
    }

    /// Reads `N G obj`, the head of an indirect object.
    ///
    /// # Errors
    /// [`SyntaxFault::WrongObject`] if there is none.
    pub fn object_head(&mut self) -> Result<ObjectId, SyntaxError> {
        let start = self.at;
        let wrong = SyntaxError { offset: start, fault: SyntaxFault::WrongObject };
        self.skip_space();
        let number = self.unsigned().and_then(|value| u32::try_from(value).ok()).ok_or(wrong)?;
        self.skip_space();
        let generation = self.unsigned().and_then(|value| u16::try_from(value).ok()).ok_or(wrong)?;
        self.skip_space();
        if !self.take_word(b"obj") {
            return Err(wrong);
        }
        Ok(ObjectId { number, generation })
    }

    /// Reads the body of an indirect object up to `endobj`, with the spans of the outermost dictionary's values.
    ///
    /// `length_of` tells the length of a stream from its dictionary, because /Length may be a reference.
    ///
    /// # Errors
    /// A fault in the object, or [`SyntaxFault::BadStreamLength`].
    pub fn object_body(
        &mut self,
        length_of: &mut dyn FnMut(&Dictionary) -> Option<usize>,
    ) -> Result<(Object, Vec<ValueSpan>), SyntaxError> {
        self.skip_space();
        let mut spans = Vec::new();
        if !self.data.get(self.at..).unwrap_or_default().starts_with(b"<<") {
            let object = self.object()?;
            return Ok((object, spans));
        }
        let dictionary = self.dictionary(0, &mut |key, bytes| spans.push(ValueSpan { key: key.clone(), bytes }))?;
        self.skip_space();
        if !self.take_word(b"stream") {
            return Ok((Object::Dictionary(dictionary), spans));
        }
        // After the keyword: CR LF or LF, never CR alone (ISO 32000-1, 7.3.8.1).
        if self.peek() == Some(b'\r') {
            self.at += 1;
        }
        if self.peek() != Some(b'\n') {
            return self.fail(SyntaxFault::BadStreamLength);
        }
        self.at += 1;
        let start = self.at;
        let end = length_of(&dictionary).and_then(|length| start.checked_add(length));
        let Some(end) = end.filter(|end| *end <= self.data.len()) else {
            return self.fail(SyntaxFault::BadStreamLength);
        };
        self.at = end;
        while self.peek().is_some_and(is_space) && self.at < end + 2 {
            self.at += 1;
        }
        if !self.take_word(b"endstream") {
            return self.fail(SyntaxFault::BadStreamLength);
        }
        Ok((Object::Stream(Stream { dictionary, data: start..end }), spans))
    }
}
