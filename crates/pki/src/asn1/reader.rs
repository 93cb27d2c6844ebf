//! The reader: a cursor over elements.

use std::borrow::Cow;

use super::{Asn1Error, MAX_DEPTH, ObjectIdentifier, Tag, parse_generalized_time, parse_utc_time};

/// Which encoding rules the reader demands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rules {
    /// Distinguished encoding: definite minimal lengths, minimal integers, BOOLEAN only 00 or FF.
    Der,
    /// Basic encoding: also indefinite lengths, padded lengths and constructed strings. Values are still checked.
    Ber,
}

/// One element as it stands in the input.
#[derive(Clone, Copy, Debug)]
pub struct Element<'a> {
    tag: Tag,
    raw: &'a [u8],
    contents: &'a [u8],
    rules: Rules,
}

/// The value of a BIT STRING.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BitString<'a> {
    /// How many of the last byte's low bits do not belong to the value, 0 to 7.
    pub unused_bits: u8,
    /// The bytes, the first bit being the highest of the first byte.
    pub bytes: &'a [u8],
}

impl<'a> BitString<'a> {
    /// The bytes of a BIT STRING that carries whole octets (a signature value, a public key).
    ///
    /// # Errors
    /// [`Asn1Error::Value`] if the number of bits is not a multiple of eight.
    pub fn octets(self) -> Result<&'a [u8], Asn1Error> {
        if self.unused_bits == 0 { Ok(self.bytes) } else { Err(Asn1Error::Value("BIT STRING")) }
    }

    /// Whether the named bit `index` (0 = first) is set; bits beyond the end are not.
    pub fn bit(self, index: usize) -> bool {
        self.bytes.get(index / 8).is_some_and(|byte| byte & (0x80 >> (index % 8)) != 0)
    }
}

impl<'a> Element<'a> {
    /// Reads the one element that fills `input` under DER.
    ///
    /// # Errors
    /// Any [`Asn1Error`], [`Asn1Error::TrailingData`] if bytes follow the element.
    pub fn from_der(input: &'a [u8]) -> Result<Self, Asn1Error> {
        let mut reader = Reader::der(input);
        let element = reader.any()?;
        reader.finish()?;
        Ok(element)
    }

    /// The identifier octet.
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// The whole element as received: identifier, length, contents. This is what is hashed.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The contents octets, without the end-of-contents marker of an indefinite length.
    pub const fn contents(&self) -> &'a [u8] {
        self.contents
    }

    /// A reader over the elements inside.
    pub const fn reader(&self) -> Reader<'a> {
        Reader { rest: self.contents, rules: self.rules }
    }

    /// The OBJECT IDENTIFIER in the contents.
    ///
    /// # Errors
    /// [`Asn1Error::Value`] if it is malformed or longer than 39 bytes.
    pub fn to_oid(&self) -> Result<ObjectIdentifier, Asn1Error> {
        ObjectIdentifier::from_bytes(self.contents).map_err(|_| Asn1Error::Value("OBJECT IDENTIFIER"))
    }

    /// The contents of an INTEGER or ENUMERATED in two's complement, checked to be minimal.
    ///
    /// # Errors
    /// [`Asn1Error::Value`] if empty or not minimal.
    pub fn to_integer(&self) -> Result<&'a [u8], Asn1Error> {
        match self.contents {
            [] => Err(Asn1Error::Value("INTEGER")),
            [0x00, next, ..] if next & 0x80 == 0 => Err(Asn1Error::Value("INTEGER")),
            [0xff, next, ..] if next & 0x80 != 0 => Err(Asn1Error::Value("INTEGER")),
            contents => Ok(contents),
        }
    }

    /// The magnitude of a non-negative INTEGER, big-endian without leading zeros (zero is the empty slice).
    ///
    /// # Errors
    /// [`Asn1Error::Value`] if negative, empty or not minimal.
    pub fn to_unsigned(&self) -> Result<&'a [u8], Asn1Error> {
        match self.to_integer()? {
            [0x00, rest @ ..] => Ok(rest),
            [first, ..] if first & 0x80 != 0 => Err(Asn1Error::Value("INTEGER")),
            magnitude => Ok(magnitude),
        }
    }

    /// A small non-negative INTEGER or ENUMERATED.
    ///
    /// # Errors
    /// [`Asn1Error::Value`] if it is negative or does not fit in 64 bits.
    pub fn to_u64(&self) -> Result<u64, Asn1Error> {
        let magnitude = self.to_unsigned()?;
        if magnitude.len() > 8 {
            return Err(Asn1Error::Value("INTEGER"));
        }
        Ok(magnitude.iter().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
    }

    /// The value of a BIT STRING.
    ///
    /// # Errors
    /// [`Asn1Error::Value`] if the count of unused bits is wrong or, in DER, unused bits are set.
    pub fn to_bit_string(&self) -> Result<BitString<'a>, Asn1Error> {
        let bad = Asn1Error::Value("BIT STRING");
        let (&unused_bits, bytes) = self.contents.split_first().ok_or(bad)?;
        if unused_bits > 7 || (unused_bits > 0 && bytes.is_empty()) {
            return Err(bad);
        }
        let stray = bytes.last().is_some_and(|last| last & ((1 << unused_bits) - 1) != 0);
        if stray && self.rules == Rules::Der {
            return Err(bad);
        }
        Ok(BitString { unused_bits, bytes })
    }

    /// The octets of an OCTET STRING, joined if BER cut it into pieces.
    ///
    /// # Errors
    /// [`Asn1Error::UnexpectedTag`] for a piece that is not a primitive OCTET STRING.
    pub fn to_octets(&self) -> Result<Cow<'a, [u8]>, Asn1Error> {
        if !self.tag.is_constructed() {
            return Ok(Cow::Borrowed(self.contents));
        }
        if self.rules == Rules::Der {
            return Err(Asn1Error::UnexpectedTag { expected: Tag::OCTET_STRING.byte(), found: self.tag.byte() });
        }
        let mut joined = Vec::new();
        let mut pieces = self.reader();
        while !pieces.is_empty() {
            joined.extend_from_slice(pieces.element(Tag::OCTET_STRING)?.contents);
        }
        Ok(Cow::Owned(joined))
    }

    /// The text of any of the string types, decoded defensively: UTF8String, PrintableString, IA5String, VisibleString and NumericString as
    /// UTF-8, BMPString as UTF-16, UniversalString as UTF-32, TeletexString as UTF-8 or else Latin-1. Characters that cannot be decoded
    /// become U+FFFD, so the result is for display and never for comparison.
    pub fn to_text(&self) -> String {
        match self.tag {
            Tag::BMP_STRING => {
                let units = self.contents.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            Tag::UNIVERSAL_STRING => {
                let units = self.contents.as_chunks::<4>().0.iter().map(|quad| u32::from_be_bytes(*quad));
                units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            Tag::TELETEX_STRING => match std::str::from_utf8(self.contents) {
                Ok(text) => text.to_owned(),
                Err(_) => self.contents.iter().map(|byte| char::from(*byte)).collect(),
            },
            _ => String::from_utf8_lossy(self.contents).into_owned(),
        }
    }

    /// The time in a UTCTime or GeneralizedTime, in microseconds UTC since 1970.
    ///
    /// # Errors
    /// [`Asn1Error::UnexpectedTag`] for another type, [`Asn1Error::Value`] for a malformed or impossible time.
    pub fn to_time(&self) -> Result<i64, Asn1Error> {
        match self.tag {
            Tag::UTC_TIME => parse_utc_time(self.contents),
            Tag::GENERALIZED_TIME => parse_generalized_time(self.contents),
            found => Err(Asn1Error::UnexpectedTag { expected: Tag::GENERALIZED_TIME.byte(), found: found.byte() }),
        }
    }
}

/// A cursor over the elements of a slice; cloning it is cheap and remembers the position.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    rules: Rules,
}

impl<'a> Reader<'a> {
    /// A reader that demands DER.
    pub const fn der(input: &'a [u8]) -> Self {
        Self { rest: input, rules: Rules::Der }
    }

    /// A reader that also takes BER.
    pub const fn ber(input: &'a [u8]) -> Self {
        Self { rest: input, rules: Rules::Ber }
    }

    /// Whether every element has been read.
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The bytes that have not been read.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The tag of the next element, `None` at the end.
    pub fn peek(&self) -> Option<Tag> {
        self.rest.first().copied().map(Tag)
    }

    /// Demands that every byte has been read.
    ///
    /// # Errors
    /// [`Asn1Error::TrailingData`].
    pub const fn finish(&self) -> Result<(), Asn1Error> {
        if self.rest.is_empty() { Ok(()) } else { Err(Asn1Error::TrailingData) }
    }

    /// Reads the next element whatever it is.
    ///
    /// # Errors
    /// [`Asn1Error::Truncated`], [`Asn1Error::HighTag`], [`Asn1Error::Length`] or [`Asn1Error::TooDeep`].
    pub fn any(&mut self) -> Result<Element<'a>, Asn1Error> {
        let header = Header::read(self.rest, self.rules)?;
        let (contents_end, element_end) = match header.length {
            Some(length) => {
                let end = header.size.checked_add(length).ok_or(Asn1Error::Length)?;
                (end, end)
            }
            None => {
                let end = end_of_indefinite(self.rest, header.size)?;
                (end - 2, end)
            }
        };
        let raw = self.rest.get(..element_end).ok_or(Asn1Error::Truncated)?;
        let contents = raw.get(header.size..contents_end).ok_or(Asn1Error::Truncated)?;
        self.rest = &self.rest[element_end..];
        Ok(Element { tag: header.tag, raw, contents, rules: self.rules })
    }

    /// Reads the next element, which must carry `tag`.
    ///
    /// # Errors
    /// [`Asn1Error::UnexpectedTag`], or as [`Reader::any`].
    pub fn element(&mut self, tag: Tag) -> Result<Element<'a>, Asn1Error> {
        match self.peek() {
            Some(found) if found == tag => self.any(),
            Some(found) => Err(Asn1Error::UnexpectedTag { expected: tag.byte(), found: found.byte() }),
            None => Err(Asn1Error::Truncated),
        }
    }

    /// Reads the next element if it carries `tag`.
    ///
    /// # Errors
    /// As [`Reader::any`].
    pub fn optional(&mut self, tag: Tag) -> Result<Option<Element<'a>>, Asn1Error> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Reads the identifier and length of a constructed element or a string whose contents may not have arrived yet, and stands at its
    /// contents. `None` is an indefinite length.
    ///
    /// # Errors
    /// [`Asn1Error::Truncated`] if the header itself is not there yet, otherwise as [`Reader::element`].
    pub(crate) fn enter(&mut self, tag: Tag) -> Result<Option<u64>, Asn1Error> {
        let header = Header::read(self.rest, self.rules)?;
        if header.tag != tag {
            return Err(Asn1Error::UnexpectedTag { expected: tag.byte(), found: header.tag.byte() });
        }
        self.rest = self.rest.get(header.size..).ok_or(Asn1Error::Truncated)?;
        Ok(header.length.map(|length| length as u64))
    }

    /// Enters a SEQUENCE.
    ///
    /// # Errors
    /// As [`Reader::element`].
    pub fn sequence(&mut self) -> Result<Self, Asn1Error> {
        self.element(Tag::SEQUENCE).map(|element| element.reader())
    }

    /// Enters a SET.
    ///
    /// # Errors
    /// As [`Reader::element`].
    pub fn set(&mut self) -> Result<Self, Asn1Error> {
        self.element(Tag::SET).map(|element| element.reader())
    }

    /// Enters the constructed `[number]`, if it comes next.
    ///
    /// # Errors
    /// As [`Reader::any`].
    pub fn optional_context(&mut self, number: u8) -> Result<Option<Self>, Asn1Error> {
        Ok(self.optional(Tag::context(number))?.map(|element| element.reader()))
    }

    /// Reads an OBJECT IDENTIFIER.
    ///
    /// # Errors
    /// As [`Reader::element`] and [`Element::to_oid`].
    pub fn oid(&mut self) -> Result<ObjectIdentifier, Asn1Error> {
        self.element(Tag::OID)?.to_oid()
    }

    /// Reads an INTEGER as its minimal two's complement contents (a serial number keeps exactly these bytes).
    ///
    /// # Errors
    /// As [`Reader::element`] and [`Element::to_integer`].
    pub fn integer(&mut self) -> Result<&'a [u8], Asn1Error> {
        self.element(Tag::INTEGER)?.to_integer()
    }

    /// Reads a non-negative INTEGER as its magnitude without leading zeros.
    ///
    /// # Errors
    /// As [`Reader::element`] and [`Element::to_unsigned`].
    pub fn unsigned(&mut self) -> Result<&'a [u8], Asn1Error> {
        self.element(Tag::INTEGER)?.to_unsigned()
    }

    /// Reads a non-negative INTEGER that fits in 64 bits.
    ///
    /// # Errors
    /// As [`Reader::element`] and [`Element::to_u64`].
    pub fn u64(&mut self) -> Result<u64, Asn1Error> {
        self.element(Tag::INTEGER)?.to_u64()
    }

    /// Reads a BOOLEAN.
    ///
    /// # Errors
    /// As [`Reader::element`]; [`Asn1Error::Value`] if it is neither 00 nor, in DER, FF.
    pub fn boolean(&mut self) -> Result<bool, Asn1Error> {
        let element = self.element(Tag::BOOLEAN)?;
        match (element.contents, self.rules) {
            ([0x00], _) => Ok(false),
            ([0xff], _) | ([_], Rules::Ber) => Ok(true),
            _ => Err(Asn1Error::Value("BOOLEAN")),
        }
    }

    /// Reads a primitive OCTET STRING without copying.
    ///
    /// # Errors
    /// As [`Reader::element`].
    pub fn octet_string(&mut self) -> Result<&'a [u8], Asn1Error> {
        self.element(Tag::OCTET_STRING).map(|element| element.contents)
    }

    /// Reads an OCTET STRING, also one that BER cut into pieces.
    ///
    /// # Errors
    /// As [`Reader::element`] and [`Element::to_octets`].
    pub fn octets(&mut self) -> Result<Cow<'a, [u8]>, Asn1Error> {
        match self.peek() {
            Some(tag) if tag == Tag::OCTET_STRING.constructed() => self.any()?.to_octets(),
            _ => self.octet_string().map(Cow::Borrowed),
        }
    }

    /// Reads a BIT STRING.
    ///
    /// # Errors
    /// As [`Reader::element`] and [`Element::to_bit_string`].
    pub fn bit_string(&mut self) -> Result<BitString<'a>, Asn1Error> {
        self.element(Tag::BIT_STRING)?.to_bit_string()
    }

    /// Reads a UTCTime or GeneralizedTime, in microseconds UTC since 1970.
    ///
    /// # Errors
    /// As [`Reader::any`] and [`Element::to_time`].
    pub fn time(&mut self) -> Result<i64, Asn1Error> {
        self.any()?.to_time()
    }
}

struct Header {
    tag: Tag,
    /// Bytes of identifier and length together.
    size: usize,
    /// `None` is the indefinite form.
    length: Option<usize>,
}

impl Header {
    fn read(input: &[u8], rules: Rules) -> Result<Self, Asn1Error> {
        let (&identifier, &first) = match input {
            [identifier, first, ..] => (identifier, first),
            _ => return Err(Asn1Error::Truncated),
        };
        if identifier & 0x1f == 0x1f {
            return Err(Asn1Error::HighTag);
        }
        let tag = Tag(identifier);
        if first < 0x80 {
            return Ok(Self { tag, size: 2, length: Some(usize::from(first)) });
        }
        if first == 0x80 {
            return match rules {
                Rules::Ber if tag.is_constructed() => Ok(Self { tag, size: 2, length: None }),
                _ => Err(Asn1Error::Length),
            };
        }
        let count = usize::from(first & 0x7f);
        if count > 4 {
            return Err(Asn1Error::Length);
        }
        let octets = input.get(2..2 + count).ok_or(Asn1Error::Truncated)?;
        let length = octets.iter().fold(0usize, |length, octet| (length << 8) | usize::from(*octet));
        let minimal = octets.first() != Some(&0) && length >= 0x80;
        if rules == Rules::Der && !minimal {
            return Err(Asn1Error::Length);
        }
        Ok(Self { tag, size: 2 + count, length: Some(length) })
    }
}

/// The offset just behind the end-of-contents marker that closes the indefinite length whose contents begin at `start`.
fn end_of_indefinite(input: &[u8], start: usize) -> Result<usize, Asn1Error> {
    let mut at = start;
    let mut open = 1u8;
    loop {
        let rest = input.get(at..).ok_or(Asn1Error::Truncated)?;
        if rest.starts_with(&[0, 0]) {
            at += 2;
            open -= 1;
            if open == 0 {
                return Ok(at);
            }
            continue;
        }
        let header = Header::read(rest, Rules::Ber)?;
        at = at.checked_add(header.size).ok_or(Asn1Error::Length)?;
        match header.length {
            Some(length) => at = at.checked_add(length).ok_or(Asn1Error::Length)?,
            None if open >= MAX_DEPTH => return Err(Asn1Error::TooDeep),
            None => open += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_refuses_what_ber_allows() {
        // Padded length, indefinite length, BOOLEAN 01.
        for (bytes, ber_ok) in [(&[0x04, 0x81, 0x01, 0xaa][..], true), (&[0x30, 0x80, 0x05, 0x00, 0x00, 0x00], true)] {
            assert!(Reader::der(bytes).any().is_err());
            assert_eq!(Reader::ber(bytes).any().is_ok(), ber_ok);
        }
        assert_eq!(Reader::der(&[1, 1, 1]).boolean(), Err(Asn1Error::Value("BOOLEAN")));
        assert_eq!(Reader::ber(&[1, 1, 1]).boolean(), Ok(true));
        // A primitive element has no indefinite form under either rule.
        assert_eq!(Reader::ber(&[0x04, 0x80, 0, 0]).any().map(|_| ()), Err(Asn1Error::Length));
    }

    #[test]
    fn integers_must_be_minimal_and_unsigned_ones_not_negative() {
        assert_eq!(Reader::der(&[2, 0]).integer(), Err(Asn1Error::Value("INTEGER")));
        assert_eq!(Reader::der(&[2, 2, 0, 1]).integer(), Err(Asn1Error::Value("INTEGER")));
        assert_eq!(Reader::der(&[2, 2, 0xff, 0x80]).integer(), Err(Asn1Error::Value("INTEGER")));
        assert_eq!(Reader::der(&[2, 1, 0x80]).unsigned(), Err(Asn1Error::Value("INTEGER")));
        assert_eq!(Reader::der(&[2, 2, 0, 0x80]).unsigned(), Ok(&[0x80][..]));
        assert_eq!(Reader::der(&[2, 1, 0]).u64(), Ok(0));
        assert_eq!(Reader::der(&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0]).u64(), Err(Asn1Error::Value("INTEGER")));
    }

    #[test]
    fn an_element_keeps_its_original_bytes() {
        let input = [0x30, 3, 2, 1, 5, 0xff];
        let mut reader = Reader::der(&input);
        let element = reader.any().unwrap();
        assert_eq!(element.raw(), &input[..5]);
        assert_eq!(element.contents(), &input[2..5]);
        assert_eq!(reader.finish(), Err(Asn1Error::TrailingData));
        assert_eq!(Element::from_der(&input).map(|_| ()), Err(Asn1Error::TrailingData));
    }

    #[test]
    fn pieces_of_a_ber_octet_string_are_joined() {
        let input = [0x24, 0x80, 4, 1, 0xaa, 4, 2, 0xbb, 0xcc, 0, 0];
        assert_eq!(Reader::ber(&input).octets().unwrap().as_ref(), &[0xaa, 0xbb, 0xcc]);
        assert!(Reader::der(&input).octets().is_err());
    }

    #[test]
    fn nesting_without_end_is_refused_and_so_is_a_length_beyond_the_input() {
        let deep = [0x30, 0x80].repeat(100_000);
        assert_eq!(Reader::ber(&deep).any().map(|_| ()), Err(Asn1Error::TooDeep));
        assert_eq!(Reader::der(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).any().map(|_| ()), Err(Asn1Error::Truncated));
        assert_eq!(Reader::der(&[0x30, 0x85, 1, 0, 0, 0, 0]).any().map(|_| ()), Err(Asn1Error::Length));
        assert_eq!(Reader::der(&[0x1f, 0x81, 0x01, 0]).any().map(|_| ()), Err(Asn1Error::HighTag));
    }

    #[test]
    fn text_of_every_string_type_is_readable() {
        let text = |bytes: &[u8]| Element::from_der(bytes).unwrap().to_text();
        assert_eq!(text(&[0x0c, 6, 0xe5, 0x8d, 0xb0, 0xe4, 0xbf, 0xa1]), "印信");
        assert_eq!(text(&[0x1e, 4, 0x53, 0x70, 0x4f, 0xe1]), "印信");
        assert_eq!(text(&[0x14, 1, 0xe9]), "é");
        assert_eq!(text(&[0x0c, 1, 0xff]), "\u{fffd}");
    }

    #[test]
    fn unused_bits_of_a_bit_string_are_checked() {
        assert!(Reader::der(&[3, 2, 8, 0]).bit_string().is_err());
        assert!(Reader::der(&[3, 1, 1]).bit_string().is_err());
        assert!(Reader::der(&[3, 2, 1, 1]).bit_string().is_err());
        let usage = Reader::der(&[3, 2, 6, 0xc0]).bit_string().unwrap();
        assert!(usage.bit(0) && usage.bit(1) && !usage.bit(2) && !usage.bit(99));
    }
}
