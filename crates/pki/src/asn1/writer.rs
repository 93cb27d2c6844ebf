//! The writer: DER into one growing buffer.

use super::time::{Civil, MICROS_PER_SECOND};
use super::{ObjectIdentifier, Tag};

/// Writes DER elements one after another into a buffer.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty buffer.
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// An empty buffer that holds `capacity` bytes before it must move, for writing secrets without leaving copies behind.
    pub fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// The bytes written.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes one SEQUENCE and returns its bytes.
    pub fn sequence_of(contents: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut writer = Self::new();
        writer.sequence(contents);
        writer.finish()
    }

    /// Writes a constructed element whose contents `contents` writes.
    pub fn constructed(&mut self, tag: Tag, contents: impl FnOnce(&mut Self)) {
        self.bytes.push(tag.byte());
        let start = self.bytes.len();
        contents(self);
        let (length, size) = length_octets(self.bytes.len() - start);
        self.bytes.splice(start..start, length[..size].iter().copied());
    }

    /// Identifier and length of an element whose contents are written elsewhere.
    pub(crate) fn header(tag: Tag, length: u64) -> Vec<u8> {
        let (octets, size) = length_octets(length as usize);
        [&[tag.byte()], &octets[..size]].concat()
    }

    /// Writes a primitive element.
    pub fn primitive(&mut self, tag: Tag, contents: &[u8]) {
        self.bytes.push(tag.byte());
        let (length, size) = length_octets(contents.len());
        self.bytes.extend_from_slice(&length[..size]);
        self.bytes.extend_from_slice(contents);
    }

    /// Copies elements that are already encoded.
    pub fn raw(&mut self, elements: &[u8]) {
        self.bytes.extend_from_slice(elements);
    }

    /// Writes a SEQUENCE.
    pub fn sequence(&mut self, contents: impl FnOnce(&mut Self)) {
        self.constructed(Tag::SEQUENCE, contents);
    }

    /// Writes a SET OF from encoded members, in the order that DER demands (X.690 11.6).
    pub fn set_of(&mut self, mut members: Vec<Vec<u8>>) {
        members.sort_unstable();
        self.constructed(Tag::SET, |set| members.iter().for_each(|member| set.raw(member)));
    }

    /// Writes the constructed `[number]` (an EXPLICIT tag, or an IMPLICIT one over a SEQUENCE or SET).
    pub fn context(&mut self, number: u8, contents: impl FnOnce(&mut Self)) {
        self.constructed(Tag::context(number), contents);
    }

    /// Writes an OBJECT IDENTIFIER.
    pub fn oid(&mut self, oid: ObjectIdentifier) {
        self.primitive(Tag::OID, oid.as_bytes());
    }

    /// Writes an AlgorithmIdentifier without parameters, as the SM2, SM3 and ECDSA identifiers are written.
    pub fn algorithm(&mut self, oid: ObjectIdentifier) {
        self.sequence(|algorithm| algorithm.oid(oid));
    }

    /// Writes a small non-negative INTEGER.
    pub fn u64(&mut self, value: u64) {
        self.unsigned(&value.to_be_bytes());
    }

    /// Writes a small non-negative INTEGER under an IMPLICIT tag.
    pub fn tagged_u64(&mut self, tag: Tag, value: u64) {
        let start = self.bytes.len();
        self.u64(value);
        self.bytes[start] = tag.byte();
    }

    /// Writes a non-negative INTEGER from its big-endian magnitude; leading zeros are dropped.
    pub fn unsigned(&mut self, magnitude: &[u8]) {
        let start = magnitude.iter().position(|byte| *byte != 0).unwrap_or(magnitude.len());
        let magnitude = &magnitude[start..];
        let pad = magnitude.first().is_none_or(|first| first & 0x80 != 0);
        self.bytes.push(Tag::INTEGER.byte());
        let (length, size) = length_octets(magnitude.len() + usize::from(pad));
        self.bytes.extend_from_slice(&length[..size]);
        if pad {
            self.bytes.push(0);
        }
        self.bytes.extend_from_slice(magnitude);
    }

    /// Writes an INTEGER from contents that are already in minimal two's complement (a serial number read from elsewhere).
    pub fn integer(&mut self, contents: &[u8]) {
        self.primitive(Tag::INTEGER, contents);
    }

    /// Writes a BOOLEAN.
    pub fn boolean(&mut self, value: bool) {
        self.primitive(Tag::BOOLEAN, &[if value { 0xff } else { 0x00 }]);
    }

    /// Writes a NULL.
    pub fn null(&mut self) {
        self.primitive(Tag::NULL, &[]);
    }

    /// Writes an OCTET STRING.
    pub fn octet_string(&mut self, octets: &[u8]) {
        self.primitive(Tag::OCTET_STRING, octets);
    }

    /// Writes a BIT STRING of whole octets.
    pub fn bit_string(&mut self, octets: &[u8]) {
        self.bytes.push(Tag::BIT_STRING.byte());
        let (length, size) = length_octets(octets.len() + 1);
        self.bytes.extend_from_slice(&length[..size]);
        self.bytes.push(0);
        self.bytes.extend_from_slice(octets);
    }

    /// Writes a BIT STRING of named bits (X.690 11.2.2: no trailing zero bits); bit 0 of the value is the highest bit of `bits`.
    pub fn named_bits(&mut self, bits: u16) {
        let bytes = bits.to_be_bytes();
        let used: &[u8] = match bytes {
            [0, 0] => &[],
            [_, 0] => &bytes[..1],
            _ => &bytes,
        };
        let unused = used.last().map_or(0, |last| last.trailing_zeros() as u8);
        self.primitive(Tag::BIT_STRING, &[&[unused], used].concat());
    }

    /// Writes a UTF8String.
    pub fn utf8_string(&mut self, text: &str) {
        self.primitive(Tag::UTF8_STRING, text.as_bytes());
    }

    /// Writes a PrintableString; the caller answers for the characters.
    pub fn printable_string(&mut self, text: &str) {
        self.primitive(Tag::PRINTABLE_STRING, text.as_bytes());
    }

    /// Writes an IA5String; the caller answers for the characters.
    pub fn ia5_string(&mut self, text: &str) {
        self.primitive(Tag::IA5_STRING, text.as_bytes());
    }

    /// Writes a time as certificates and CRLs do (RFC 5280 4.1.2.5): UTCTime from 1950 to 2049, else GeneralizedTime; whole seconds.
    pub fn time(&mut self, micros_utc: i64) {
        let civil = Civil::from_micros(micros_utc);
        if (1950..2050).contains(&civil.year) {
            let text = format!("{:02}{}Z", civil.year % 100, month_to_second(&civil));
            self.primitive(Tag::UTC_TIME, text.as_bytes());
        } else {
            self.generalized_time(micros_utc);
        }
    }

    /// Writes a GeneralizedTime in whole seconds; a fraction is cut off.
    pub fn generalized_time(&mut self, micros_utc: i64) {
        self.precise_time(micros_utc.div_euclid(MICROS_PER_SECOND) * MICROS_PER_SECOND);
    }

    /// Writes a GeneralizedTime with its fraction of a second, without trailing zeros (RFC 3161 2.4.2).
    pub fn precise_time(&mut self, micros_utc: i64) {
        let civil = Civil::from_micros(micros_utc);
        let mut text = format!("{:04}{}", civil.year, month_to_second(&civil));
        if civil.micros != 0 {
            let fraction = format!("{:06}", civil.micros);
            text.push('.');
            text.push_str(fraction.trim_end_matches('0'));
        }
        text.push('Z');
        self.primitive(Tag::GENERALIZED_TIME, text.as_bytes());
    }
}

fn month_to_second(civil: &Civil) -> String {
    format!("{:02}{:02}{:02}{:02}{:02}", civil.month, civil.day, civil.hour, civil.minute, civil.second)
}

/// The length octets and how many of them are used.
fn length_octets(length: usize) -> ([u8; 9], usize) {
    let mut octets = [0u8; 9];
    if length < 0x80 {
        octets[0] = length as u8;
        return (octets, 1);
    }
    let bytes = (length as u64).to_be_bytes();
    let skip = bytes.iter().position(|byte| *byte != 0).unwrap_or(7);
    let size = 8 - skip;
    octets[0] = 0x80 | size as u8;
    octets[1..=size].copy_from_slice(&bytes[skip..]);
    (octets, 1 + size)
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn lengths_take_the_shortest_form() {
        for (size, header) in [(0, &[4, 0][..]), (127, &[4, 127]), (128, &[4, 0x81, 128]), (256, &[4, 0x82, 1, 0])] {
            let mut writer = Writer::new();
            writer.octet_string(&vec![7; size]);
            let bytes = writer.finish();
            assert!(bytes.starts_with(header));
            assert_eq!(Reader::der(&bytes).octet_string().unwrap().len(), size);
            let mut nested = Writer::new();
            nested.sequence(|sequence| sequence.raw(&vec![0; size]));
            assert_eq!(nested.finish()[1..header.len()], header[1..]);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = Writer::sequence_of(|w| {
            w.u64(0);
            w.u64(128);
            w.unsigned(&[0, 0, 0xff]);
            w.boolean(true);
            w.named_bits(0xc000);
            w.time(1_700_000_000_000_000);
            w.precise_time(1_700_000_000_120_000);
            w.time(2_600_000_000_000_000);
        });
        let mut outer = Reader::der(&bytes);
        let mut r = outer.sequence().unwrap();
        assert_eq!((r.u64(), r.u64(), r.u64()), (Ok(0), Ok(128), Ok(255)));
        assert_eq!(r.boolean(), Ok(true));
        let bits = r.bit_string().unwrap();
        assert_eq!((bits.unused_bits, bits.bytes), (6, &[0xc0][..]));
        assert_eq!(r.peek(), Some(Tag::UTC_TIME));
        assert_eq!(r.time(), Ok(1_700_000_000_000_000));
        let precise = r.any().unwrap();
        assert_eq!(precise.contents(), b"20231114221320.12Z");
        assert_eq!(r.peek(), Some(Tag::GENERALIZED_TIME));
        assert_eq!(r.time(), Ok(2_600_000_000_000_000));
        r.finish().unwrap();
    }

    #[test]
    fn a_set_of_is_sorted_by_its_encoding() {
        let mut writer = Writer::new();
        writer.set_of(vec![vec![5, 0], vec![2, 1, 9], vec![2, 1, 3]]);
        assert_eq!(writer.finish(), [0x31, 8, 2, 1, 3, 2, 1, 9, 5, 0]);
    }
}
