//! The extensions of a certificate that decide something, read once.

use super::constraints::{GeneralName, NameConstraints};
use super::identity::is_identity;
use crate::asn1::{Asn1Error, Element, ObjectIdentifier, Reader, Tag};
use crate::oid;

/// What a key may be used for (RFC 5280 4.2.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Signatures other than on certificates and CRLs.
    pub const DIGITAL_SIGNATURE: Self = Self(0x8000);
    /// Signatures that bind the signer (contentCommitment).
    pub const NON_REPUDIATION: Self = Self(0x4000);
    /// Encrypting keys to the subject.
    pub const KEY_ENCIPHERMENT: Self = Self(0x2000);
    /// Encrypting data to the subject without a key between.
    pub const DATA_ENCIPHERMENT: Self = Self(0x1000);
    /// Agreeing on keys with the subject.
    pub const KEY_AGREEMENT: Self = Self(0x0800);
    /// Certificates.
    pub const KEY_CERT_SIGN: Self = Self(0x0400);
    /// CRLs.
    pub const CRL_SIGN: Self = Self(0x0200);

    /// Both usages.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether at least one usage of `wanted` is allowed.
    pub const fn allows_any(self, wanted: Self) -> bool {
        self.0 & wanted.0 != 0
    }

    /// The named bits, bit 0 highest.
    pub const fn bits(self) -> u16 {
        self.0
    }
}

/// Whether a certificate belongs to a CA, and how many CAs may stand below it (RFC 5280 4.2.1.9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BasicConstraints {
    /// The subject is a CA.
    pub ca: bool,
    /// The most CAs that may follow it in a chain, `None` for any number.
    pub path_length: Option<u64>,
}

/// The purposes to which a key is restricted (RFC 5280 4.2.1.12).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExtendedKeyUsage {
    /// Whether the extension is marked critical.
    pub critical: bool,
    /// The purposes.
    pub purposes: Vec<ObjectIdentifier>,
}

/// The extensions of a certificate.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// Identifier of the subject's key.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// Identifier of the issuer's key.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// Key usage; `None` leaves every usage open.
    pub key_usage: Option<KeyUsage>,
    /// Extended key usage; `None` leaves every purpose open.
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// Basic constraints; `None` is an end entity.
    pub basic_constraints: Option<BasicConstraints>,
    /// Where OCSP answers for this certificate.
    pub ocsp_urls: Vec<String>,
    /// Where the issuer's certificate is.
    pub ca_issuers_urls: Vec<String>,
    /// Where the CRL is.
    pub crl_urls: Vec<String>,
    /// This OCSP responder's certificate is not itself to be checked for revocation (RFC 6960 4.2.2.2.1).
    pub ocsp_no_check: bool,
    /// Chinese identity extensions by object identifier, decoded for reading (GM/T 0015, and vendors').
    pub identities: Vec<(ObjectIdentifier, String)>,
    /// Further names of the subject.
    pub alternative_names: Vec<GeneralName>,
    /// Which names the certificates below this CA may have; `None` for all.
    pub name_constraints: Option<NameConstraints>,
    /// Critical extensions that are not understood here: a chain through this certificate must be refused (RFC 5280 4.2).
    pub unknown_critical: Vec<ObjectIdentifier>,
}

impl Extensions {
    /// Reads the SEQUENCE OF Extension inside `[3]`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Asn1Error> {
        let mut result = Self::default();
        let mut seen = Vec::new();
        let mut list = reader.sequence()?;
        while !list.is_empty() {
            let mut extension = list.sequence()?;
            let oid = extension.oid()?;
            let critical = match extension.optional(Tag::BOOLEAN)? {
                // DEFAULT FALSE written out is not DER but occurs.
                Some(flag) => flag.contents() != [0],
                None => false,
            };
            let value = extension.octet_string()?;
            extension.finish()?;
            // RFC 5280 4.2: no extension twice; otherwise two readers could believe different things.
            if seen.contains(&oid) {
                return Err(Asn1Error::Value("extension list"));
            }
            seen.push(oid);
            result.read_one(oid, critical, value)?;
        }
        Ok(result)
    }

    fn read_one(&mut self, oid: ObjectIdentifier, critical: bool, value: &[u8]) -> Result<(), Asn1Error> {
        match oid {
            oid::SUBJECT_KEY_IDENTIFIER => {
                self.subject_key_identifier = Some(Reader::der(value).octet_string()?.to_vec());
            }
            oid::AUTHORITY_KEY_IDENTIFIER => {
                let mut aki = Reader::der(value).sequence()?;
                let key = aki.optional(Tag::context_primitive(0))?;
                self.authority_key_identifier = key.map(|key| key.contents().to_vec());
            }
            oid::KEY_USAGE => {
                let bits = Reader::der(value).bit_string()?;
                let usage = (0..16).filter(|index| bits.bit(*index)).fold(0, |usage, index| usage | (0x8000 >> index));
                self.key_usage = Some(KeyUsage(usage));
            }
            oid::EXTENDED_KEY_USAGE => {
                let mut list = Reader::der(value).sequence()?;
                let mut purposes = Vec::new();
                while !list.is_empty() {
                    purposes.push(list.oid()?);
                }
                self.extended_key_usage = Some(ExtendedKeyUsage { critical, purposes });
            }
            oid::BASIC_CONSTRAINTS => {
                let mut constraints = Reader::der(value).sequence()?;
                let ca = constraints.optional(Tag::BOOLEAN)?.is_some_and(|flag| flag.contents() != [0]);
                let path_length = constraints.optional(Tag::INTEGER)?.map(|length| length.to_u64()).transpose()?;
                constraints.finish()?;
                self.basic_constraints = Some(BasicConstraints { ca, path_length });
            }
            oid::AUTHORITY_INFO_ACCESS => self.read_access(value)?,
            oid::CRL_DISTRIBUTION_POINTS => self.read_distribution_points(value)?,
            oid::OCSP_NO_CHECK => self.ocsp_no_check = true,
            oid::NAME_CONSTRAINTS => self.name_constraints = Some(NameConstraints::read(value)?),
            oid::SUBJECT_ALT_NAME => {
                self.alternative_names = GeneralName::read_list(&mut Reader::der(value).sequence()?)?
            }
            _ if is_identity(oid) => self.identities.push((oid, identity_text(value))),
            // Understood in so far as they restrict nothing that is decided here.
            oid::CERTIFICATE_POLICIES => {}
            _ if critical => self.unknown_critical.push(oid),
            _ => {}
        }
        Ok(())
    }

    fn read_access(&mut self, value: &[u8]) -> Result<(), Asn1Error> {
        let mut list = Reader::der(value).sequence()?;
        while !list.is_empty() {
            let mut description = list.sequence()?;
            let method = description.oid()?;
            let location = description.any()?;
            if location.tag() == Tag::context_primitive(6) {
                match method {
                    oid::ACCESS_OCSP => self.ocsp_urls.push(location.to_text()),
                    oid::ACCESS_CA_ISSUERS => self.ca_issuers_urls.push(location.to_text()),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn read_distribution_points(&mut self, value: &[u8]) -> Result<(), Asn1Error> {
        let mut list = Reader::der(value).sequence()?;
        while !list.is_empty() {
            let mut point = list.sequence()?;
            let Some(mut name) = point.optional_context(0)? else { continue };
            let Some(mut full_name) = name.optional_context(0)? else { continue };
            while !full_name.is_empty() {
                let general_name = full_name.any()?;
                if general_name.tag() == Tag::context_primitive(6) {
                    self.crl_urls.push(general_name.to_text());
                }
            }
        }
        Ok(())
    }
}

/// The text of an identity extension in any of the forms that occur (standards 2.1): a string, a string behind an EXPLICIT or IMPLICIT tag,
/// or bare characters without any structure.
fn identity_text(value: &[u8]) -> String {
    let Ok(mut element) = Element::from_der(value) else {
        return String::from_utf8_lossy(value).into_owned();
    };
    // At most an EXPLICIT tag around an EXPLICIT tag; deeper is not a form that occurs.
    for _ in 0..3 {
        if !element.tag().is_constructed() {
            break;
        }
        match Element::from_der(element.contents()) {
            Ok(inner) => element = inner,
            Err(_) => break,
        }
    }
    element.to_text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_in_every_form_that_occurs() {
        let forms: [&[u8]; 5] = [b"\x13\x04ABCD", b"\x0c\x04ABCD", b"\x80\x04ABCD", b"\xa0\x06\x13\x04ABCD", b"ABCD"];
        for form in forms {
            assert_eq!(identity_text(form), "ABCD");
        }
    }

    #[test]
    fn an_extension_that_stands_twice_or_is_critical_and_unknown_is_noticed() {
        let extension = |oid: ObjectIdentifier, critical: bool, value: &[u8]| {
            crate::asn1::Writer::sequence_of(|w| {
                w.oid(oid);
                w.boolean(critical);
                w.octet_string(value);
            })
        };
        let read = |extensions: &[Vec<u8>]| {
            let list = crate::asn1::Writer::sequence_of(|w| extensions.iter().for_each(|extension| w.raw(extension)));
            Extensions::read(&mut Reader::der(&list))
        };
        let usage = extension(oid::KEY_USAGE, true, &[3, 2, 6, 0xc0]);
        let unknown = |critical| extension(ObjectIdentifier::new_unwrap("1.2.3.4"), critical, &[5, 0]);
        let one = read(&[usage.clone(), unknown(false)]).unwrap();
        assert!(one.unknown_critical.is_empty());
        assert!(one.key_usage.is_some_and(|usage| usage == KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION)));
        assert_eq!(read(&[usage.clone(), unknown(true)]).unwrap().unknown_critical.len(), 1);
        assert!(read(&[usage.clone(), usage]).is_err());
    }
}
