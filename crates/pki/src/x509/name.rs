//! Distinguished names: reading them defensively, and building our own.

use std::fmt;

use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Writer};
use crate::oid;

/// The attributes that have a customary short form.
const SHORT_FORMS: [(ObjectIdentifier, &str); 9] = [
    (oid::COUNTRY, "C"),
    (oid::STATE, "ST"),
    (oid::LOCALITY, "L"),
    (oid::ORGANISATION, "O"),
    (oid::ORGANISATIONAL_UNIT, "OU"),
    (oid::COMMON_NAME, "CN"),
    (oid::SERIAL_NUMBER, "serialNumber"),
    (oid::ORGANISATION_IDENTIFIER, "organizationIdentifier"),
    (oid::EMAIL_ADDRESS, "emailAddress"),
];

/// A distinguished name as it stands in a certificate.
#[derive(Clone, Copy)]
pub struct Name<'a> {
    der: &'a [u8],
}

impl<'a> Name<'a> {
    /// Wraps the DER of a Name after checking its structure.
    ///
    /// # Errors
    /// [`Asn1Error`].
    pub fn from_der(der: &'a [u8]) -> Result<Self, Asn1Error> {
        let name = Self { der };
        name.visit(|_, _| ())?;
        Ok(name)
    }

    /// Wraps bytes that [`Name::from_der`] has checked before.
    pub(super) const fn checked(der: &'a [u8]) -> Self {
        Self { der }
    }

    /// The original bytes.
    pub const fn as_der(&self) -> &'a [u8] {
        self.der
    }

    /// The last value of an attribute (the most specific one), decoded for display; `None` if the name has none.
    pub fn attribute(&self, attribute: ObjectIdentifier) -> Option<String> {
        let mut found = None;
        let visited = self.visit(|oid, text| {
            if oid == attribute {
                found = Some(text);
            }
        });
        visited.ok().and(found)
    }

    /// The common name, if there is one.
    pub fn common_name(&self) -> Option<String> {
        self.attribute(oid::COMMON_NAME)
    }

    /// Whether two names are the same: byte by byte, or else attribute by attribute without regard to string type, case and spacing
    /// (RFC 5280 7.1). Trust never rests on this; the signature check follows.
    pub fn matches(&self, other: &Name<'_>) -> bool {
        self.der == other.der || matches!((self.folded(), other.folded()), (Ok(a), Ok(b)) if a == b)
    }

    /// Whether the name has no attribute at all.
    pub fn is_empty(&self) -> bool {
        self.folded().is_ok_and(|attributes| attributes.is_empty())
    }

    /// Whether this name begins with all of `base`, compared as [`Name::matches`] does (RFC 5280 4.2.1.10).
    pub(crate) fn is_within(&self, base: &Name<'_>) -> bool {
        matches!((self.folded(), base.folded()), (Ok(name), Ok(base)) if name.starts_with(&base))
    }

    fn folded(&self) -> Result<Vec<(ObjectIdentifier, String)>, Asn1Error> {
        let mut attributes = Vec::new();
        self.visit(|oid, text| {
            attributes.push((oid, text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()));
        })?;
        Ok(attributes)
    }

    fn visit(&self, mut each: impl FnMut(ObjectIdentifier, String)) -> Result<(), Asn1Error> {
        let mut outer = Reader::der(self.der);
        let mut relative_names = outer.sequence()?;
        outer.finish()?;
        while !relative_names.is_empty() {
            let mut set = relative_names.set()?;
            while !set.is_empty() {
                let mut pair = set.sequence()?;
                let oid = pair.oid()?;
                let value = pair.any()?;
                pair.finish()?;
                each(oid, value.to_text());
            }
        }
        Ok(())
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let visited = self.visit(|oid, value| {
            let short = SHORT_FORMS.iter().find(|(known, _)| *known == oid).map(|(_, short)| (*short).to_owned());
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(&short.unwrap_or_else(|| oid.to_string()));
            text.push('=');
            // A separator or control character inside a value must not be able to forge another attribute.
            for character in value.chars() {
                match character {
                    ',' | '=' | '\\' => text.extend(['\\', character]),
                    control if control.is_control() => text.push('\u{fffd}'),
                    other => text.push(other),
                }
            }
        });
        if visited.is_err() {
            return Err(fmt::Error);
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

/// A distinguished name to be written: attributes in the order in which they were added.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DistinguishedName {
    attributes: Vec<(ObjectIdentifier, String)>,
}

impl DistinguishedName {
    /// A name that begins with the country, two letters (`CN`).
    pub fn new(country: &str) -> Self {
        Self::default().with(oid::COUNTRY, country)
    }

    /// Adds O.
    pub fn organisation(self, text: &str) -> Self {
        self.with(oid::ORGANISATION, text)
    }

    /// Adds OU.
    pub fn organisational_unit(self, text: &str) -> Self {
        self.with(oid::ORGANISATIONAL_UNIT, text)
    }

    /// Adds CN.
    pub fn common_name(self, text: &str) -> Self {
        self.with(oid::COMMON_NAME, text)
    }

    /// Adds serialNumber, which tells subjects of the same name apart.
    pub fn serial_number(self, text: &str) -> Self {
        self.with(oid::SERIAL_NUMBER, text)
    }

    /// Adds any other attribute as UTF8String.
    pub fn with(mut self, attribute: ObjectIdentifier, text: &str) -> Self {
        self.attributes.push((attribute, text.to_owned()));
        self
    }

    /// The name in DER: countryName and serialNumber as PrintableString, everything else as UTF8String (GM/T 0015; X.520). A value of
    /// those two that PrintableString cannot hold is written as UTF8String.
    pub fn to_der(&self) -> Vec<u8> {
        Writer::sequence_of(|name| {
            for (attribute, text) in &self.attributes {
                let pair = Writer::sequence_of(|pair| {
                    pair.oid(*attribute);
                    let printable = [oid::COUNTRY, oid::SERIAL_NUMBER].contains(attribute)
                        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte));
                    if printable { pair.printable_string(text) } else { pair.utf8_string(text) }
                });
                name.set_of(vec![pair]);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_and_read_back() {
        let der = DistinguishedName::new("CN").organisation("示例采购单位").common_name("示例, 印章").to_der();
        let name = Name::from_der(&der).unwrap();
        assert_eq!(name.to_string(), "C=CN, O=示例采购单位, CN=示例\\, 印章");
        assert_eq!(name.common_name().as_deref(), Some("示例, 印章"));
        assert_eq!(name.attribute(oid::LOCALITY), None);
        assert!(Name::from_der(&der[..der.len() - 1]).is_err());
    }

    #[test]
    fn names_match_across_string_types_and_case_but_not_across_values() {
        let name = |write: fn(&mut Writer)| {
            Writer::sequence_of(|name| {
                name.set_of(vec![Writer::sequence_of(|pair| {
                    pair.oid(oid::COMMON_NAME);
                    write(pair);
                })]);
            })
        };
        let printable = name(|pair| pair.printable_string("Sample  CA"));
        let utf8 = name(|pair| pair.utf8_string("sample ca"));
        let other = name(|pair| pair.utf8_string("sample cb"));
        let parsed = |der| Name::from_der(der).unwrap();
        assert!(parsed(&printable).matches(&parsed(&utf8)));
        assert!(!parsed(&printable).matches(&parsed(&other)));
    }
}
