//! The Chinese identity extensions: read in every variant that occurs, written in one (GM/T 0015-2012 and -2023; standards 2.1).

use crate::asn1::{ObjectIdentifier, Tag, Writer};
use crate::oid;

/// What kind of number an identity is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum IdentityKind {
    /// Resident's identity number 居民身份证号.
    ResidentId,
    /// Number of a military officer's card 军官证号.
    MilitaryOfficer,
    /// Passport number 护照号.
    Passport,
    /// Social insurance number 社会保险号.
    SocialInsurance,
    /// Registration number of the business registry 工商注册号.
    BusinessRegistration,
    /// Organisation code or unified social credit code 组织机构代码、统一社会信用代码.
    OrganisationCode,
    /// Taxation number 税号.
    Taxation,
    /// An identifier of the CA's own making, whose meaning the caller must know. Read only.
    Vendor,
}

/// A number by which a CA says who the subject is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    kind: IdentityKind,
    value: String,
}

/// Which extension carries which kind, whatever the string inside looks like. `IDENTIFY_CODE` carries three kinds.
const KINDS: [(ObjectIdentifier, IdentityKind); 19] = [
    (oid::IDENTIFY_CODE, IdentityKind::ResidentId),
    (oid::RESIDENT_ID_2023, IdentityKind::ResidentId),
    (oid::PASSPORT_2023, IdentityKind::Passport),
    (oid::INSURANCE_NUMBER, IdentityKind::SocialInsurance),
    (oid::IC_REGISTRATION_NUMBER, IdentityKind::BusinessRegistration),
    (oid::ORGANISATION_CODE, IdentityKind::OrganisationCode),
    (oid::CREDIT_CODE_2023, IdentityKind::OrganisationCode),
    (oid::TAXATION_NUMBER, IdentityKind::Taxation),
    (oid::VENDOR_RESIDENT_ID, IdentityKind::ResidentId),
    (oid::VENDOR_REGISTRATION, IdentityKind::BusinessRegistration),
    (oid::VENDOR_ORGANISATION_CODE, IdentityKind::OrganisationCode),
    (oid::VENDOR_TAXATION, IdentityKind::Taxation),
    (oid::BJCA_UNIQUE, IdentityKind::Vendor),
    (oid::BJCA_UNIQUE_23, IdentityKind::Vendor),
    (oid::BJCA_UNIQUE_24, IdentityKind::Vendor),
    (oid::BJCA_UNIQUE_RSA, IdentityKind::Vendor),
    (oid::SHECA_UNIQUE, IdentityKind::Vendor),
    (oid::SHECA_UNIQUE_205, IdentityKind::Vendor),
    (oid::ZJCA_UNIQUE, IdentityKind::Vendor),
];

/// Letter codes before a number in BJCA's unique identifier. What is not in the table is left as it stands.
const BJCA_PREFIXES: [(&str, IdentityKind); 2] =
    [("SF", IdentityKind::ResidentId), ("JJ", IdentityKind::OrganisationCode)];

/// Whether an extension is read as an identity.
pub(super) fn is_identity(extension: ObjectIdentifier) -> bool {
    KINDS.iter().any(|(known, _)| *known == extension)
}

impl IdentityKind {
    /// The extension in which this kind is written, `None` for what is only read.
    pub const fn extension(self) -> Option<ObjectIdentifier> {
        match self {
            Self::ResidentId | Self::MilitaryOfficer | Self::Passport => Some(oid::IDENTIFY_CODE),
            Self::SocialInsurance => Some(oid::INSURANCE_NUMBER),
            Self::BusinessRegistration => Some(oid::IC_REGISTRATION_NUMBER),
            Self::OrganisationCode => Some(oid::ORGANISATION_CODE),
            Self::Taxation => Some(oid::TAXATION_NUMBER),
            Self::Vendor => None,
        }
    }
}

impl Identity {
    /// An identity to be written.
    pub fn new(kind: IdentityKind, value: &str) -> Self {
        Self { kind, value: value.to_owned() }
    }

    /// What kind of number it is.
    pub const fn kind(&self) -> IdentityKind {
        self.kind
    }

    /// The number.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// An extension's text with its kind; the tag of the CHOICE has been lost by then, so that the kind of an identity code is judged by its
    /// form: 18 digits (the last may be X) are a resident's.
    pub(super) fn from_extension(extension: ObjectIdentifier, text: &str) -> Self {
        let kind = KINDS.iter().find(|(known, _)| *known == extension).map_or(IdentityKind::Vendor, |(_, kind)| *kind);
        if [oid::BJCA_UNIQUE, oid::BJCA_UNIQUE_RSA].contains(&extension) {
            let known = BJCA_PREFIXES.iter().find_map(|(prefix, kind)| Some((text.strip_prefix(prefix)?, *kind)));
            if let Some((value, kind)) = known {
                return Self::new(kind, value);
            }
        }
        if extension == oid::IDENTIFY_CODE && !is_resident_id(text) {
            let passport = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            return Self::new(if passport { IdentityKind::Passport } else { IdentityKind::MilitaryOfficer }, text);
        }
        Self::new(kind, text)
    }

    /// Whether the string type of its extension can hold the value.
    pub(super) fn is_writable(&self) -> bool {
        let printable = self.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte));
        !self.value.is_empty() && (printable || self.kind == IdentityKind::MilitaryOfficer)
    }

    /// Writes the extension's value. The CHOICE of an identity code is tagged EXPLICIT, the default of X.680, as the standard says nothing
    /// else.
    pub(super) fn write(&self, writer: &mut Writer) {
        match self.kind {
            IdentityKind::ResidentId => writer.context(0, |choice| choice.printable_string(&self.value)),
            IdentityKind::MilitaryOfficer => writer.context(1, |choice| choice.utf8_string(&self.value)),
            IdentityKind::Passport => writer.context(2, |choice| choice.printable_string(&self.value)),
            _ => writer.primitive(Tag::PRINTABLE_STRING, self.value.as_bytes()),
        }
    }
}

fn is_resident_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    match bytes {
        [number @ .., last] if bytes.len() == 18 => digits(number) && (last.is_ascii_digit() || b"Xx".contains(last)),
        _ => bytes.len() == 15 && digits(bytes),
    }
}

impl std::fmt::Debug for Identity {
    /// Says the kind only: the value is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({:?}, ***)", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendors_prefixes_are_stripped_by_table_and_unknown_ones_left() {
        let read = |extension, text| Identity::from_extension(extension, text);
        assert_eq!(read(oid::BJCA_UNIQUE, "SF110000190001010000").kind(), IdentityKind::ResidentId);
        assert_eq!(read(oid::BJCA_UNIQUE, "SF110000190001010000").value(), "110000190001010000");
        assert_eq!(read(oid::BJCA_UNIQUE, "JJ000000000").kind(), IdentityKind::OrganisationCode);
        assert_eq!(read(oid::BJCA_UNIQUE_24, "1@0000SF0000").value(), "1@0000SF0000");
        assert_eq!(read(oid::BJCA_UNIQUE_24, "1@0000SF0000").kind(), IdentityKind::Vendor);
        assert_eq!(read(oid::IDENTIFY_CODE, "11000019000101000X").kind(), IdentityKind::ResidentId);
        assert_eq!(read(oid::IDENTIFY_CODE, "E00000000").kind(), IdentityKind::Passport);
        assert_eq!(read(oid::IDENTIFY_CODE, "军字第000000号").kind(), IdentityKind::MilitaryOfficer);
        assert!(!format!("{:?}", read(oid::IDENTIFY_CODE, "E00000000")).contains("E0"));
    }
}
