//! Reading and writing ASN.1 over byte slices: strict DER, and BER where other people's files need it.
//!
//! The reader never copies and always gives back the original bytes ([`Element::raw`]), because a signature covers the bytes that were
//! received and not a re-encoding of them. It refuses what it does not understand, looks no deeper than [`MAX_DEPTH`] levels of indefinite
//! length, and never allocates in proportion to a length field.
//!
//! What is deliberately absent: tag numbers above 30 (no format here uses them), REAL, and schema compilation.

mod reader;
mod time;
mod writer;

pub use der::asn1::ObjectIdentifier;
pub use reader::{BitString, Element, Reader, Rules};
pub use time::{MICROS_PER_SECOND, parse_generalized_time, parse_utc_time};
pub use writer::Writer;

/// The deepest nesting of indefinite lengths that is followed before the input is refused.
pub const MAX_DEPTH: u8 = 32;

/// An identifier octet: class, constructed bit and a tag number up to 30 (X.690 8.1.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tag(u8);

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Self = Self(0x01);
    /// INTEGER.
    pub const INTEGER: Self = Self(0x02);
    /// BIT STRING.
    pub const BIT_STRING: Self = Self(0x03);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self(0x04);
    /// NULL.
    pub const NULL: Self = Self(0x05);
    /// OBJECT IDENTIFIER.
    pub const OID: Self = Self(0x06);
    /// ENUMERATED.
    pub const ENUMERATED: Self = Self(0x0a);
    /// UTF8String.
    pub const UTF8_STRING: Self = Self(0x0c);
    /// NumericString.
    pub const NUMERIC_STRING: Self = Self(0x12);
    /// PrintableString.
    pub const PRINTABLE_STRING: Self = Self(0x13);
    /// TeletexString, also called T61String.
    pub const TELETEX_STRING: Self = Self(0x14);
    /// IA5String.
    pub const IA5_STRING: Self = Self(0x16);
    /// UTCTime.
    pub const UTC_TIME: Self = Self(0x17);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Self = Self(0x18);
    /// VisibleString.
    pub const VISIBLE_STRING: Self = Self(0x1a);
    /// UniversalString.
    pub const UNIVERSAL_STRING: Self = Self(0x1c);
    /// BMPString.
    pub const BMP_STRING: Self = Self(0x1e);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self(0x30);
    /// SET and SET OF.
    pub const SET: Self = Self(0x31);

    /// The constructed context-specific tag `[number]`, as EXPLICIT tags and IMPLICIT sequences use it; `number` is taken modulo 32.
    pub const fn context(number: u8) -> Self {
        Self(0xa0 | (number & 0x1f))
    }

    /// The primitive context-specific tag `[number]`, as IMPLICIT strings and integers use it; `number` is taken modulo 32.
    pub const fn context_primitive(number: u8) -> Self {
        Self(0x80 | (number & 0x1f))
    }

    /// The identifier octet itself.
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// Whether the contents are themselves elements.
    pub const fn is_constructed(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// The same class and number with the constructed bit set.
    pub const fn constructed(self) -> Self {
        Self(self.0 | 0x20)
    }
}

/// Why bytes are not the ASN.1 that was expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Asn1Error {
    /// The input ends inside an element.
    #[error("asn1.truncated: the input ends inside an element")]
    Truncated,
    /// Another element stands where this one was expected.
    #[error("asn1.unexpected_tag: expected tag {expected:#04x}, found {found:#04x}")]
    UnexpectedTag {
        /// The identifier octet that the structure demands.
        expected: u8,
        /// The identifier octet that was found.
        found: u8,
    },
    /// A tag number above 30, which nothing here uses.
    #[error("asn1.high_tag: tag numbers above 30 are not supported")]
    HighTag,
    /// A length that is not minimal, indefinite where DER is demanded, or longer than any input can be.
    #[error("asn1.length: the length is not allowed here")]
    Length,
    /// Indefinite lengths nested deeper than [`MAX_DEPTH`].
    #[error("asn1.too_deep: the nesting is too deep")]
    TooDeep,
    /// Bytes follow where the structure must end.
    #[error("asn1.trailing_data: bytes follow the end of the structure")]
    TrailingData,
    /// The contents of a primitive element break its own rules (non-minimal integer, bad time, bad characters …).
    #[error("asn1.value: the contents of the {0} are not valid")]
    Value(&'static str),
}
