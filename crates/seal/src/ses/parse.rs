//! Reading seals and seal signatures of all versions.

use std::borrow::Cow;

use yinxin_pki::asn1::{
    Asn1Error, Element, ObjectIdentifier, Reader, Tag, Writer, parse_generalized_time, parse_utc_time,
};

use super::model::{
    CertificateList, Deviation, Extension, MakerSignature, ParseError, Picture, Seal, SealSignature, SealVersion,
};

/// Most entries of a list of certificates or of further data; seals in use have a handful.
const MOST_ENTRIES: usize = 1000;

/// The deviations that were met, each once.
#[derive(Default)]
struct Notes(Vec<Deviation>);

impl Notes {
    fn add(&mut self, deviation: Deviation) {
        if !self.0.contains(&deviation) {
            self.0.push(deviation);
        }
    }

    /// Notes `deviation` unless the element carries `tag`.
    fn unless(&mut self, element: &Element<'_>, tag: Tag, deviation: Deviation) {
        if element.tag() != tag {
            self.add(deviation);
        }
    }
}

impl<'a> Seal<'a> {
    /// Reads the one seal that fills `bytes`, of any version.
    ///
    /// # Errors
    /// [`ParseError`] if the bytes are anything else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut notes = Notes::default();
        let mut reader = Reader::ber(bytes);
        let mut seal = Self::read(&reader.any()?, &mut notes)?;
        reader.finish()?;
        note_encoding(bytes, &mut notes);
        seal.deviations = notes.0;
        Ok(seal)
    }

    /// Reads a seal, also where a vendor wrapped it in an OCTET STRING. The deviations are left to the caller.
    fn read(outer: &Element<'a>, notes: &mut Notes) -> Result<Self, ParseError> {
        let outer = if outer.tag() == Tag::OCTET_STRING {
            notes.add(Deviation::WrappedSeal);
            whole(outer.contents())?
        } else {
            *outer
        };
        let parts = elements(&outer, 8)?;
        let info = parts.first().ok_or(Asn1Error::Truncated)?;
        let mut fields = sequence(info)?;

        let mut header = fields.sequence()?;
        let id = header.any()?;
        if id.contents() != b"ES" {
            return Err(ParseError::NotASeal);
        }
        notes.unless(&id, Tag::IA5_STRING, Deviation::IdentifierType);
        let version = match (parts.len(), header.u64()?) {
            (2, 1) => SealVersion::V1,
            (4, 4) => SealVersion::V4,
            (4 | 5, 5) => SealVersion::V5,
            _ => return Err(ParseError::Version),
        };
        let vendor_id = identifier(&mut header, notes)?;
        header.finish()?;
        let es_id = identifier(&mut fields, notes)?;

        let mut property = fields.sequence()?;
        let seal_type = property.u64()?;
        let name = property.any()?;
        notes.unless(&name, Tag::UTF8_STRING, Deviation::NameType);
        let list_type = if version == SealVersion::V1 { 1 } else { property.u64()? };
        let certificates = certificate_list(list_type, property.sequence()?)?;
        let mut time = || {
            let element = property.any()?;
            let demanded = if version == SealVersion::V1 { Tag::UTC_TIME } else { Tag::GENERALIZED_TIME };
            notes.unless(&element, demanded, Deviation::TimeType);
            element.to_time()
        };
        let (created_at, valid_from, valid_to) = (time()?, time()?, time()?);
        property.finish()?;

        let mut picture = fields.sequence()?;
        let format = picture.any()?;
        notes.unless(&format, Tag::IA5_STRING, Deviation::IdentifierType);
        let picture = Picture {
            format: format.contents(),
            data: picture.octet_string()?,
            width_mm: picture.u64()?,
            height_mm: picture.u64()?,
        };
        let extensions = extensions(&mut fields, version, notes)?;
        let maker = match version {
            SealVersion::V1 => maker_of_version_1(info, &parts[1], notes),
            SealVersion::V4 | SealVersion::V5 => maker_of_later_versions(info, &parts[1..], notes),
        };
        if maker.is_err() {
            notes.add(Deviation::MakerLayout);
        }
        Ok(Self {
            raw: outer.raw(),
            version,
            vendor_id,
            es_id,
            seal_type,
            name: name.to_text(),
            certificates,
            created_at,
            valid_from,
            valid_to,
            picture,
            extensions,
            maker: maker.ok(),
            deviations: Vec::new(),
        })
    }
}

impl<'a> SealSignature<'a> {
    /// Reads the one seal signature that fills `bytes`, of any version. Padding, as in the `/Contents` of a PDF signature, is for
    /// the caller to cut off.
    ///
    /// # Errors
    /// [`ParseError`] if the bytes are anything else.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let mut notes = Notes::default();
        let mut reader = Reader::ber(bytes);
        let outer = reader.any()?;
        reader.finish()?;
        let parts = elements(&outer, 8)?;
        let to_be_signed = parts.first().ok_or(Asn1Error::Truncated)?;
        let mut fields = sequence(to_be_signed)?;
        let version = fields.u64()?;
        let mut seal_notes = Notes::default();
        let seal_element = fields.any()?;
        let mut seal = Seal::read(&seal_element, &mut seal_notes)?;
        let shape = match (parts.len(), seal.version, version) {
            (2, SealVersion::V1, _) => SealVersion::V1,
            (4 | 5, SealVersion::V4, 4) => SealVersion::V4,
            (4 | 5, SealVersion::V5, 5) => SealVersion::V5,
            _ => return Err(ParseError::Version),
        };
        note_encoding(seal.raw, &mut seal_notes);
        seal_notes.0.iter().for_each(|deviation| notes.add(*deviation));
        seal.deviations = seal_notes.0;
        let time = fields.any()?;
        let (claimed_time, token) = if shape == SealVersion::V1 {
            time_of_version_1(&time, &mut notes)?
        } else {
            notes.unless(&time, Tag::GENERALIZED_TIME, Deviation::TimeType);
            (Some(time.to_time()?), None)
        };
        let data_hash = octets(&fields.any()?, &mut notes)?;
        let property_info = identifier(&mut fields, &mut notes)?;

        let (certificate, algorithm, signature, extensions, timestamp) = if shape == SealVersion::V1 {
            let (certificate, algorithm) = (fields.octet_string()?, fields.oid()?);
            fields.finish()?;
            (certificate, algorithm, octets(&parts[1], &mut notes)?, Some(Vec::new()), token)
        } else {
            let extensions = extensions(&mut fields, shape, &mut notes)?;
            let stamp = parts.get(4).map(|element| timestamp(element, &mut notes)).transpose()?;
            (octet_string(&parts[1])?, oid(&parts[2])?, octets(&parts[3], &mut notes)?, extensions, stamp)
        };
        note_encoding(bytes, &mut notes);
        Ok(Self {
            raw: outer.raw(),
            version: shape,
            to_be_signed: to_be_signed.raw(),
            seal,
            claimed_time,
            data_hash,
            property_info,
            extensions,
            certificate,
            algorithm,
            signature,
            timestamp,
            deviations: notes.0,
        })
    }
}

/// The elements of a SEQUENCE, at most `most`.
fn elements<'a>(element: &Element<'a>, most: usize) -> Result<Vec<Element<'a>>, Asn1Error> {
    let mut reader = sequence(element)?;
    let mut parts = Vec::new();
    while !reader.is_empty() {
        if parts.len() == most {
            return Err(Asn1Error::TrailingData);
        }
        parts.push(reader.any()?);
    }
    Ok(parts)
}

/// Text of an identifier, whatever type of string a vendor wrote it as.
fn identifier(fields: &mut Reader<'_>, notes: &mut Notes) -> Result<String, Asn1Error> {
    let element = fields.any()?;
    notes.unless(&element, Tag::IA5_STRING, Deviation::IdentifierType);
    Ok(element.to_text())
}

/// Notes where headers are not those of DER, down to the depth that the structures have.
fn note_encoding(bytes: &[u8], notes: &mut Notes) {
    fn strict(mut reader: Reader<'_>, depth: usize) -> bool {
        while !reader.is_empty() {
            let Ok(element) = reader.any() else { return false };
            if depth > 0 && element.tag().is_constructed() && !strict(element.reader(), depth - 1) {
                return false;
            }
        }
        true
    }
    if !strict(Reader::der(bytes), 8) {
        notes.add(Deviation::Encoding);
    }
}

fn expect(element: &Element<'_>, tag: Tag) -> Result<(), Asn1Error> {
    if element.tag() == tag {
        Ok(())
    } else {
        Err(Asn1Error::UnexpectedTag { expected: tag.byte(), found: element.tag().byte() })
    }
}

fn sequence<'a>(element: &Element<'a>) -> Result<Reader<'a>, Asn1Error> {
    expect(element, Tag::SEQUENCE)?;
    Ok(element.reader())
}

fn octet_string<'a>(element: &Element<'a>) -> Result<&'a [u8], Asn1Error> {
    expect(element, Tag::OCTET_STRING)?;
    Ok(element.contents())
}

fn oid(element: &Element<'_>) -> Result<ObjectIdentifier, Asn1Error> {
    expect(element, Tag::OID)?;
    element.to_oid()
}

/// The octets of a BIT STRING, or of an OCTET STRING where a vendor wrote one instead.
fn octets<'a>(element: &Element<'a>, notes: &mut Notes) -> Result<&'a [u8], Asn1Error> {
    if element.tag() == Tag::OCTET_STRING {
        notes.add(Deviation::OctetString);
        return Ok(element.contents());
    }
    expect(element, Tag::BIT_STRING)?;
    element.to_bit_string()?.octets()
}

/// The one element that fills `bytes`.
pub(super) fn whole(bytes: &[u8]) -> Result<Element<'_>, Asn1Error> {
    let mut reader = Reader::ber(bytes);
    let element = reader.any()?;
    reader.finish()?;
    Ok(element)
}

/// `[0] EXPLICIT BIT STRING`.
fn timestamp<'a>(element: &Element<'a>, notes: &mut Notes) -> Result<&'a [u8], Asn1Error> {
    expect(element, Tag::context(0))?;
    octets(&whole(element.contents())?, notes)
}

fn certificate_list(list_type: u64, mut entries: Reader<'_>) -> Result<CertificateList<'_>, ParseError> {
    const TOO_MANY: ParseError = ParseError::TooMany { most: MOST_ENTRIES };
    match list_type {
        1 => {
            let mut certificates = Vec::new();
            while !entries.is_empty() {
                if certificates.len() == MOST_ENTRIES {
                    return Err(TOO_MANY);
                }
                certificates.push(entries.octet_string()?);
            }
            Ok(CertificateList::Certificates(certificates))
        }
        2 => {
            let mut digests = Vec::new();
            while !entries.is_empty() {
                if digests.len() == MOST_ENTRIES {
                    return Err(TOO_MANY);
                }
                let mut digest = entries.sequence()?;
                digests.push((digest.any()?.to_text(), digest.octet_string()?));
            }
            Ok(CertificateList::Digests(digests))
        }
        _ => Err(ParseError::CertificateList),
    }
}

/// Extension data as the standards have it (`[0]`), without the tag, or wrapped in an OCTET STRING. What cannot be read is `None`,
/// which a verifier must not take for nothing.
fn extensions<'a>(
    fields: &mut Reader<'a>,
    version: SealVersion,
    notes: &mut Notes,
) -> Result<Option<Vec<Extension<'a>>>, ParseError> {
    if fields.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let mut element = fields.any()?;
    fields.finish()?;
    if element.tag() != Tag::context(0) && version != SealVersion::V1 {
        notes.add(Deviation::UntaggedExtensions);
    }
    let mut read = || {
        // Two wrappings at most: `[0]` around an OCTET STRING has been seen.
        for _ in 0..2 {
            if element.tag() == Tag::OCTET_STRING {
                notes.add(Deviation::WrappedExtensions);
            }
            if element.tag() == Tag::context(0) || element.tag() == Tag::OCTET_STRING {
                element = whole(element.contents())?;
            }
        }
        let mut entries = sequence(&element)?;
        let mut extensions = Vec::new();
        while !entries.is_empty() {
            if extensions.len() == MOST_ENTRIES {
                return Err(Asn1Error::TrailingData);
            }
            let mut entry = entries.sequence()?;
            let oid = entry.element(Tag::OID)?.contents();
            let critical = if entry.peek() == Some(Tag::BOOLEAN) {
                let critical = entry.boolean()?;
                if !critical {
                    notes.add(Deviation::DefaultWritten);
                }
                critical
            } else {
                false
            };
            let value = entry.octet_string()?;
            entry.finish()?;
            extensions.push(Extension { oid, critical, value });
        }
        Ok::<_, Asn1Error>(extensions)
    };
    let extensions = read().ok();
    if extensions.is_none() {
        notes.add(Deviation::UnreadableExtensions);
    }
    Ok(extensions)
}

/// SES_SignInfo of version 1. The signature covers SEQUENCE(sealInfo, certificate, algorithm), of which only the outermost header is
/// not in the input.
fn maker_of_version_1<'a>(
    info: &Element<'a>,
    sign_info: &Element<'a>,
    notes: &mut Notes,
) -> Result<MakerSignature<'a>, Asn1Error> {
    let parts = elements(sign_info, 3)?;
    let [certificate, algorithm, signature] = parts.as_slice() else { return Err(Asn1Error::Truncated) };
    let to_be_signed = Writer::sequence_of(|tbs| {
        tbs.raw(info.raw());
        tbs.raw(certificate.raw());
        tbs.raw(algorithm.raw());
    });
    Ok(MakerSignature {
        to_be_signed: Cow::Owned(to_be_signed),
        certificate: octet_string(certificate)?,
        algorithm: oid(algorithm)?,
        signature: octets(signature, notes)?,
        timestamp: None,
    })
}

/// Certificate, algorithm, signature and in version 5 a time stamp; the signature covers the sealInfo.
fn maker_of_later_versions<'a>(
    info: &Element<'a>,
    parts: &[Element<'a>],
    notes: &mut Notes,
) -> Result<MakerSignature<'a>, Asn1Error> {
    let [certificate, algorithm, signature, rest @ ..] = parts else { return Err(Asn1Error::Truncated) };
    Ok(MakerSignature {
        to_be_signed: Cow::Borrowed(info.raw()),
        certificate: octet_string(certificate)?,
        algorithm: oid(algorithm)?,
        signature: octets(signature, notes)?,
        timestamp: rest.first().map(|element| timestamp(element, notes)).transpose()?,
    })
}

/// The timeInfo of version 1: a time as an element, as bare characters, or a time-stamp token, inside a BIT STRING or OCTET STRING.
fn time_of_version_1<'a>(
    element: &Element<'a>,
    notes: &mut Notes,
) -> Result<(Option<i64>, Option<&'a [u8]>), Asn1Error> {
    notes.unless(element, Tag::BIT_STRING, Deviation::TimeInfo);
    if matches!(element.tag(), Tag::UTC_TIME | Tag::GENERALIZED_TIME) {
        return Ok((Some(element.to_time()?), None));
    }
    let bytes = if element.tag() == Tag::OCTET_STRING {
        element.contents()
    } else {
        expect(element, Tag::BIT_STRING)?;
        element.to_bit_string()?.octets()?
    };
    if let Ok(time) = parse_generalized_time(bytes).or_else(|_| parse_utc_time(bytes)) {
        return Ok((Some(time), None));
    }
    match whole(bytes)?.to_time() {
        Ok(time) => Ok((Some(time), None)),
        Err(_) => Ok((None, Some(bytes))),
    }
}
