//! Seals and seal signatures put together by hand in any version, with one deviation of the field at a time.

use yinxin_pki::asn1::{Tag, Writer};
use yinxin_pki::oid;
use yinxin_seal::ses::OWNER_CODE;

use crate::world::{DAY, NOW, World, data_hash};

/// What the forged signatures are over.
pub const DOCUMENT: &[u8] = b"contract";

/// Stands for a time-stamp token.
pub const TOKEN: &[u8] = &[0x30, 3, 2, 1, 0];

/// How the further data is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Further {
    Absent,
    /// `[0] EXPLICIT`, as the standards have it.
    Tagged,
    Untagged,
    /// An OCTET STRING around the SEQUENCE.
    Wrapped,
    /// `[0]` around an OCTET STRING around the SEQUENCE.
    TaggedAndWrapped,
    /// `[0]` around entries that are none.
    Unreadable,
}

/// How the time of signing of version 1 is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeInfo {
    /// BIT STRING around a UTCTime.
    Standard,
    /// OCTET STRING around a UTCTime.
    InOctetString,
    /// OCTET STRING around bare characters.
    BareCharacters,
    /// The time itself.
    Unwrapped,
    /// BIT STRING around what could be a time-stamp token, which the standard allows too.
    Token,
}

/// What is to be put together; [`Forge::new`] is without any deviation.
#[derive(Debug, Clone, Copy)]
pub struct Forge {
    pub version: u64,
    pub identifiers: Tag,
    pub name: Tag,
    pub other_time_type: bool,
    pub time_info: TimeInfo,
    pub hash_in_octet_string: bool,
    pub signatures_in_octet_string: bool,
    pub wrapped_seal: bool,
    pub further: Further,
    /// `critical` as written; `None` leaves the default out.
    pub critical: Option<bool>,
    pub vendor_layout: bool,
    pub long_lengths: bool,
}

impl Forge {
    pub fn new(version: u64) -> Self {
        Self {
            version,
            identifiers: Tag::IA5_STRING,
            name: Tag::UTF8_STRING,
            other_time_type: false,
            time_info: TimeInfo::Standard,
            hash_in_octet_string: false,
            signatures_in_octet_string: false,
            wrapped_seal: false,
            further: Further::Tagged,
            critical: None,
            vendor_layout: false,
            long_lengths: false,
        }
    }

    fn time(&self, w: &mut Writer, time: i64) {
        if (self.version == 1) == self.other_time_type { w.generalized_time(time) } else { w.time(time) }
    }

    fn bits(&self, w: &mut Writer, octets: &[u8], in_octet_string: bool) {
        if in_octet_string { w.octet_string(octets) } else { w.bit_string(octets) }
    }

    /// The length of a SEQUENCE with a leading zero: BER, but not DER.
    fn header(&self, sequence: Vec<u8>) -> Vec<u8> {
        if !self.long_lengths {
            return sequence;
        }
        assert_eq!(sequence[1], 0x82);
        [&[0x30, 0x83, 0], &sequence[2..]].concat()
    }

    fn info(&self, world: &World) -> Vec<u8> {
        let text = |w: &mut Writer, text: &str| w.primitive(self.identifiers, text.as_bytes());
        let info = Writer::sequence_of(|info| {
            info.sequence(|header| {
                text(header, "ES");
                header.u64(self.version);
                text(header, "YINXIN");
            });
            text(info, "ES-1");
            info.sequence(|property| {
                property.u64(1);
                property.primitive(self.name, "示例公章".as_bytes());
                if self.version != 1 {
                    property.u64(1);
                }
                property.sequence(|list| list.octet_string(world.company.certificate.as_der()));
                self.time(property, NOW - DAY);
                self.time(property, NOW - DAY);
                self.time(property, NOW + DAY);
            });
            info.sequence(|picture| {
                text(picture, "PNG");
                picture.octet_string(b"png");
                picture.u64(40);
                picture.u64(40);
            });
            let entries = Writer::sequence_of(|extensions| {
                extensions.sequence(|extension| {
                    extension.primitive(Tag::OID, OWNER_CODE);
                    if let Some(critical) = self.critical {
                        extension.boolean(critical);
                    }
                    extension.octet_string(b"\x13\x0291");
                });
            });
            match self.further {
                Further::Absent => {}
                Further::Tagged => info.context(0, |tagged| tagged.raw(&entries)),
                Further::Untagged => info.raw(&entries),
                Further::Wrapped => info.octet_string(&entries),
                Further::TaggedAndWrapped => info.context(0, |tagged| tagged.octet_string(&entries)),
                Further::Unreadable => {
                    info.context(0, |tagged| tagged.sequence(|list| list.utf8_string("not an entry")));
                }
            }
        });
        self.header(info)
    }

    /// The seal, signed by the world's seal maker as the version demands.
    pub fn seal(&self, world: &World) -> Vec<u8> {
        let info = self.info(world);
        let mut part = Writer::new();
        part.octet_string(world.maker.certificate.as_der());
        part.oid(oid::SM2_WITH_SM3);
        let parts = part.finish();
        let signed = if self.version == 1 {
            Writer::sequence_of(|tbs| tbs.raw(&[&info[..], &parts].concat()))
        } else {
            info.clone()
        };
        let signature = world.maker.sign(&signed);
        let seal = Writer::sequence_of(|seal| {
            seal.raw(&info);
            let own = |w: &mut Writer| {
                if self.vendor_layout {
                    w.utf8_string("signed elsewhere");
                    w.raw(&parts);
                } else {
                    w.raw(&parts);
                    self.bits(w, &signature, self.signatures_in_octet_string);
                }
            };
            if self.version == 1 { seal.sequence(own) } else { own(seal) }
        });
        self.header(seal)
    }

    /// A seal signature with that seal by the world's company over [`DOCUMENT`] at [`NOW`].
    pub fn signature(&self, world: &World) -> Vec<u8> {
        let seal = self.seal(world);
        let to_be_signed = Writer::sequence_of(|tbs| {
            tbs.u64(self.version);
            if self.wrapped_seal {
                tbs.octet_string(&seal)
            } else {
                tbs.raw(&seal)
            }
            match (self.version, self.time_info) {
                (4 | 5, _) => self.time(tbs, NOW),
                (_, TimeInfo::Standard) => tbs.bit_string(b"\x17\x0d250630080300Z"),
                (_, TimeInfo::InOctetString) => tbs.octet_string(b"\x17\x0d250630080300Z"),
                (_, TimeInfo::BareCharacters) => tbs.octet_string(b"250630080300Z"),
                (_, TimeInfo::Unwrapped) => tbs.time(NOW),
                (_, TimeInfo::Token) => tbs.bit_string(TOKEN),
            }
            self.bits(tbs, &data_hash(DOCUMENT), self.hash_in_octet_string);
            tbs.primitive(self.identifiers, b"/Doc_0/Signs/Sign_0/Signature.xml");
            if self.version == 1 {
                tbs.octet_string(world.company.certificate.as_der());
                tbs.oid(oid::SM2_WITH_SM3);
            }
        });
        let signature = world.company.sign(&to_be_signed);
        Writer::sequence_of(|whole| {
            whole.raw(&to_be_signed);
            if self.version != 1 {
                whole.octet_string(world.company.certificate.as_der());
                whole.oid(oid::SM2_WITH_SM3);
            }
            self.bits(whole, &signature, self.signatures_in_octet_string);
        })
    }
}
