//! Names of other kinds than distinguished ones, and the constraints that a CA's certificate puts on names below it (RFC 5280 4.2.1.6 and
//! 4.2.1.10).

use super::Name;
use crate::asn1::{Asn1Error, Reader, Tag, Writer};

/// No honest certificate has more names than this.
const MAX_NAMES: usize = 1024;
/// Nor more subtrees; checking takes time in proportion to both.
const MAX_SUBTREES: usize = 128;

/// One of the forms of GeneralName; those that no product uses are kept as "other".
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum GeneralName {
    /// rfc822Name: an address, or in a constraint a host or a domain with a dot in front.
    Mail(String),
    /// dNSName.
    Host(String),
    /// directoryName, DER of the Name.
    Directory(Vec<u8>),
    /// uniformResourceIdentifier; in a constraint a host or a domain with a dot in front.
    Uri(String),
    /// iPAddress: 4 or 16 bytes, in a constraint followed by a mask of the same length.
    Address(Vec<u8>),
    /// A form that is not understood, or contents that break the form's rules (there are certificates with Chinese text in an IA5String), by
    /// its tag number.
    Other(u8),
}

impl GeneralName {
    /// Reads the GeneralNames inside a SEQUENCE.
    pub(super) fn read_list(list: &mut Reader<'_>) -> Result<Vec<Self>, Asn1Error> {
        let mut names = Vec::new();
        while !list.is_empty() {
            if names.len() == MAX_NAMES {
                return Err(Asn1Error::Value("list of names"));
            }
            names.push(Self::read(list)?);
        }
        Ok(names)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Asn1Error> {
        let element = reader.any()?;
        let contents = element.contents();
        let other = Self::Other(element.tag().byte() & 0x1f);
        let ascii = |name: fn(String) -> Self| {
            let text = std::str::from_utf8(contents).ok().filter(|text| text.is_ascii());
            text.map_or(other.clone(), |text| name(text.to_owned()))
        };
        Ok(match element.tag().byte() {
            0x81 => ascii(Self::Mail),
            0x82 => ascii(Self::Host),
            0x86 => ascii(Self::Uri),
            0x87 => Self::Address(contents.to_vec()),
            0xa4 => Name::from_der(contents).map_or(other, |name| Self::Directory(name.as_der().to_vec())),
            _ => other,
        })
    }

    /// Whether it can be written as it is.
    pub(super) fn is_writable(&self) -> bool {
        match self {
            Self::Mail(text) | Self::Host(text) | Self::Uri(text) => text.is_ascii(),
            Self::Directory(der) => Name::from_der(der).is_ok(),
            Self::Address(bytes) => [4, 16].contains(&bytes.len()),
            Self::Other(_) => false,
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Mail(text) => writer.primitive(Tag::context_primitive(1), text.as_bytes()),
            Self::Host(text) => writer.primitive(Tag::context_primitive(2), text.as_bytes()),
            Self::Uri(text) => writer.primitive(Tag::context_primitive(6), text.as_bytes()),
            Self::Address(bytes) => writer.primitive(Tag::context_primitive(7), bytes),
            Self::Directory(der) => writer.context(4, |name| name.raw(der)),
            Self::Other(_) => {}
        }
    }

    /// The tag number of its form.
    const fn form(&self) -> u8 {
        match self {
            Self::Mail(_) => 1,
            Self::Host(_) => 2,
            Self::Directory(_) => 4,
            Self::Uri(_) => 6,
            Self::Address(_) => 7,
            Self::Other(form) => *form,
        }
    }

    /// Whether this name lies in the subtree `base` of the same form; `None` if that cannot be said.
    fn is_within(&self, base: &Self) -> Option<bool> {
        match (self, base) {
            (Self::Mail(name), Self::Mail(base)) => {
                let (_, host) = name.rsplit_once('@')?;
                Some(if base.contains('@') {
                    let (local, base_host) = base.rsplit_once('@')?;
                    name.rsplit_once('@')?.0 == local && host.eq_ignore_ascii_case(base_host)
                } else {
                    host_is_within(host, base)
                })
            }
            // A host constraint covers the host itself and everything to its left.
            (Self::Host(name), Self::Host(base)) => {
                let base = base.strip_prefix('.').unwrap_or(base);
                Some(base.is_empty() || name.eq_ignore_ascii_case(base) || host_is_within(name, &format!(".{base}")))
            }
            (Self::Uri(name), Self::Uri(base)) => Some(host_is_within(host_of(name)?, base)),
            (Self::Address(name), Self::Address(base)) => {
                let (network, mask) = base.split_at_checked(base.len() / 2)?;
                let same_kind = name.len() == network.len() && mask.len() == network.len();
                let within = |((name, network), mask): ((&u8, &u8), &u8)| name & mask == network & mask;
                Some(same_kind && name.iter().zip(network).zip(mask).all(within))
            }
            (Self::Directory(name), Self::Directory(base)) => {
                Some(Name::from_der(name).ok()?.is_within(&Name::from_der(base).ok()?))
            }
            _ => None,
        }
    }
}

/// RFC 5280 4.2.1.10 for mail and URI: a base with a dot in front covers hosts below it, another one that host alone.
fn host_is_within(host: &str, base: &str) -> bool {
    if !base.starts_with('.') {
        return host.eq_ignore_ascii_case(base);
    }
    let cut = host.len().checked_sub(base.len());
    cut.is_some_and(|at| at > 0 && host.is_char_boundary(at) && host[at..].eq_ignore_ascii_case(base))
}

/// The host of a URI with an authority.
fn host_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    (!host.is_empty()).then_some(host)
}

/// Which names the certificates below a CA may have.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NameConstraints {
    /// If there is a subtree of a name's form, the name must lie in one of them.
    pub permitted: Vec<GeneralName>,
    /// No name may lie in one of these.
    pub excluded: Vec<GeneralName>,
}

impl NameConstraints {
    /// Reads the extension's value.
    pub(super) fn read(value: &[u8]) -> Result<Self, Asn1Error> {
        let mut outer = Reader::der(value);
        let mut constraints = outer.sequence()?;
        outer.finish()?;
        let mut list = |number| -> Result<Vec<GeneralName>, Asn1Error> {
            let Some(mut subtrees) = constraints.optional_context(number)? else { return Ok(Vec::new()) };
            let mut names = Vec::new();
            while !subtrees.is_empty() {
                if names.len() == MAX_SUBTREES {
                    return Err(Asn1Error::Value("name constraints"));
                }
                let mut subtree = subtrees.sequence()?;
                let base = GeneralName::read(&mut subtree)?;
                // RFC 5280: minimum is 0 and maximum is absent; anything else is of another profile and cannot be judged.
                names.push(if subtree.is_empty() { base } else { GeneralName::Other(base.form()) });
            }
            Ok(names)
        };
        let result = Self { permitted: list(0)?, excluded: list(1)? };
        constraints.finish()?;
        Ok(result)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.sequence(|constraints| {
            for (number, names) in [(0, &self.permitted), (1, &self.excluded)] {
                if !names.is_empty() {
                    constraints.context(number, |list| {
                        names.iter().for_each(|name| list.sequence(|subtree| name.write(subtree)));
                    });
                }
            }
        });
    }

    /// Whether a certificate with this subject and these further names may stand below. A name whose form is constrained and that cannot be
    /// judged is not allowed (RFC 5280 6.1.3 (b), (c); 4.2.1.10: a form that is not understood refuses the certificate).
    pub(crate) fn allow(&self, subject: &Name<'_>, alternative_names: &[GeneralName]) -> bool {
        let mut names: Vec<GeneralName> = alternative_names.to_vec();
        if !subject.is_empty() {
            names.push(GeneralName::Directory(subject.as_der().to_vec()));
        }
        // RFC 5280 4.2.1.10: mail constraints also bind the address in a name, if there is no alternative mail name.
        if !alternative_names.iter().any(|name| matches!(name, GeneralName::Mail(_))) {
            names.extend(subject.attribute(crate::oid::EMAIL_ADDRESS).map(GeneralName::Mail));
        }
        names.iter().all(|name| self.allows(name))
    }

    fn allows(&self, name: &GeneralName) -> bool {
        let of_form =
            |list: &[GeneralName]| list.iter().filter(|base| base.form() == name.form()).cloned().collect::<Vec<_>>();
        let permitted = of_form(&self.permitted);
        let is_permitted = permitted.is_empty() || permitted.iter().any(|base| name.is_within(base) == Some(true));
        let is_excluded = of_form(&self.excluded).iter().any(|base| name.is_within(base) != Some(false));
        is_permitted && !is_excluded
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::DistinguishedName;

    fn host(text: &str) -> GeneralName {
        GeneralName::Host(text.into())
    }

    fn mail(text: &str) -> GeneralName {
        GeneralName::Mail(text.into())
    }

    fn uri(text: &str) -> GeneralName {
        GeneralName::Uri(text.into())
    }

    fn directory(name: &DistinguishedName) -> GeneralName {
        GeneralName::Directory(name.to_der())
    }

    #[test]
    fn each_form_is_within_what_rfc_5280_says() {
        let cn = |name: &str| DistinguishedName::new("CN").organisation("示例").common_name(name);
        let net = GeneralName::Address(vec![10, 1, 0, 0, 255, 255, 0, 0]);
        for (name, base, expected) in [
            (host("a.example.org"), host("example.org"), Some(true)),
            (host("Example.ORG"), host("example.org"), Some(true)),
            (host("notexample.org"), host("example.org"), Some(false)),
            (host("a.example.org"), host(""), Some(true)),
            (mail("a@example.org"), mail("example.org"), Some(true)),
            (mail("a@b.example.org"), mail("example.org"), Some(false)),
            (mail("a@b.example.org"), mail(".example.org"), Some(true)),
            (mail("a@example.org"), mail(".example.org"), Some(false)),
            (mail("a@example.org"), mail("a@example.org"), Some(true)),
            (mail("b@example.org"), mail("a@example.org"), Some(false)),
            (mail("nonsense"), mail("example.org"), None),
            (uri("https://u@a.example.org:8443/x?y"), uri(".example.org"), Some(true)),
            (uri("https://evil.org/.example.org"), uri(".example.org"), Some(false)),
            (uri("urn:x"), uri(".example.org"), None),
            (GeneralName::Address(vec![10, 1, 2, 3]), net.clone(), Some(true)),
            (GeneralName::Address(vec![10, 2, 2, 3]), net.clone(), Some(false)),
            (GeneralName::Address(vec![0; 16]), net, Some(false)),
            (directory(&cn("a")), directory(&DistinguishedName::new("CN").organisation("示例")), Some(true)),
            (directory(&cn("a")), directory(&DistinguishedName::new("CN").organisation("他人")), Some(false)),
            (directory(&DistinguishedName::new("CN")), directory(&cn("a")), Some(false)),
            (GeneralName::Other(3), GeneralName::Other(3), None),
        ] {
            assert_eq!(name.is_within(&base), expected, "{name:?} in {base:?}");
        }
    }

    #[test]
    fn constraints_are_written_read_and_applied() {
        let constraints = NameConstraints {
            permitted: vec![directory(&DistinguishedName::new("CN")), host("example.org")],
            excluded: vec![host("secret.example.org"), mail(".")],
        };
        let mut writer = Writer::new();
        constraints.write(&mut writer);
        assert_eq!(NameConstraints::read(&writer.finish()).unwrap(), constraints);
        let der = DistinguishedName::new("CN").common_name("a").to_der();
        let other = DistinguishedName::new("XX").common_name("a").to_der();
        let (subject, other) = (Name::from_der(&der).unwrap(), Name::from_der(&other).unwrap());
        assert!(constraints.allow(&subject, &[]));
        assert!(!constraints.allow(&other, &[]));
        assert!(constraints.allow(&subject, &[host("a.example.org"), uri("https://elsewhere.org/")]));
        assert!(!constraints.allow(&subject, &[host("a.secret.example.org")]));
        assert!(!constraints.allow(&subject, &[host("a.example.org"), host("b.org")]));
        // An address that cannot be judged against an exclusion is not allowed, nor one that is no text.
        assert!(!constraints.allow(&subject, &[mail("nonsense")]));
        assert!(!constraints.allow(&subject, &[GeneralName::Other(1)]));
        let list = |bytes: &[u8]| GeneralName::read_list(&mut Reader::der(bytes)).unwrap();
        assert_eq!(list(&[0x81, 2, 0xd6, 0xd0]), [GeneralName::Other(1)]);
        assert_eq!(list(&[0xa4, 2, 5, 0]), [GeneralName::Other(4)]);
    }
}
