//! Each departure from the letter of the standards that products in the field are known for: read, told, and judged rightly; and the
//! same structure with one byte of what is signed changed is not believed, so that no tolerance opens a door.

use yinxin_pki::asn1::Tag;
use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_seal::ses::{
    Deviation, Seal, SealFault, SealSignature, SealSignatureReport, SealVersion, Verdict, verify_seal,
    verify_seal_signature,
};

use crate::forge::{DOCUMENT, Forge, Further, TOKEN, TimeInfo};
use crate::world::{NOW, World, data_hash};

const ALL: [u64; 3] = [1, 4, 5];
const LATER: [u64; 2] = [4, 5];

fn judge(world: &World, bytes: &[u8]) -> SealSignatureReport {
    let roots = [world.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&world.ca.certificate));
    let signature = SealSignature::parse(bytes).unwrap();
    verify_seal_signature(&signature, &data_hash(DOCUMENT), &mut validator, &RevocationEvidence::default(), NOW)
}

/// Reads and verifies the deviant structure in each version, and then again with the signed name changed.
fn tolerated(versions: &[u64], deviant: impl Fn(&mut Forge), expected: &[Deviation]) {
    let world = World::new();
    for version in versions {
        let mut forge = Forge::new(*version);
        deviant(&mut forge);
        let bytes = forge.signature(&world);
        let signature = SealSignature::parse(&bytes).unwrap();
        assert_eq!(signature.deviations, expected, "version {version}");
        assert_eq!(signature.claimed_time, Some(NOW));
        assert_eq!((signature.seal.es_id.as_str(), signature.seal.vendor_id.as_str()), ("ES-1", "YINXIN"));
        assert_eq!(signature.seal.name, "示例公章");
        assert_eq!(signature.property_info, "/Doc_0/Signs/Sign_0/Signature.xml");
        assert_eq!(signature.seal.owner_code(), (forge.further != Further::Absent).then_some("91"));
        let report = judge(&world, &bytes);
        assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Valid, &[][..]), "version {version}");

        let mut changed = bytes.clone();
        let at = changed.windows(6).position(|window| window == "示例".as_bytes()).unwrap();
        changed[at..at + 6].copy_from_slice("真实".as_bytes());
        assert_eq!(judge(&world, &changed).verdict(), Verdict::Invalid, "version {version}");
    }
}

#[test]
fn a_structure_by_the_letter_of_each_standard_has_no_deviation() {
    tolerated(&ALL, |_| {}, &[]);
    tolerated(&ALL, |forge| forge.further = Further::Absent, &[]);
}

#[test]
fn a_signing_time_in_an_octet_string_is_read_in_version_1() {
    tolerated(&[1], |forge| forge.time_info = TimeInfo::InOctetString, &[Deviation::TimeInfo]);
}

#[test]
fn a_signing_time_as_bare_characters_is_read_in_version_1() {
    tolerated(&[1], |forge| forge.time_info = TimeInfo::BareCharacters, &[Deviation::TimeInfo]);
}

#[test]
fn a_signing_time_without_any_wrapping_is_read_in_version_1() {
    tolerated(&[1], |forge| forge.time_info = TimeInfo::Unwrapped, &[Deviation::TimeInfo]);
}

#[test]
fn a_digest_in_an_octet_string_is_read() {
    tolerated(&ALL, |forge| forge.hash_in_octet_string = true, &[Deviation::OctetString]);
}

#[test]
fn signature_values_in_octet_strings_are_read() {
    tolerated(&ALL, |forge| forge.signatures_in_octet_string = true, &[Deviation::OctetString]);
}

#[test]
fn dates_of_the_other_type_are_read() {
    // Version 1 with GeneralizedTime, as 4.5 of the reference has it, and the later versions with UTCTime.
    tolerated(&ALL, |forge| forge.other_time_type = true, &[Deviation::TimeType]);
}

#[test]
fn further_data_without_its_tag_is_read() {
    // Version 1 does not say which tag: there it is no deviation.
    tolerated(&LATER, |forge| forge.further = Further::Untagged, &[Deviation::UntaggedExtensions]);
    tolerated(&[1], |forge| forge.further = Further::Untagged, &[]);
}

#[test]
fn further_data_wrapped_in_an_octet_string_is_read() {
    let wrapped = [Deviation::UntaggedExtensions, Deviation::WrappedExtensions];
    tolerated(&LATER, |forge| forge.further = Further::Wrapped, &wrapped);
    tolerated(&[1], |forge| forge.further = Further::Wrapped, &wrapped[1..]);
    tolerated(&ALL, |forge| forge.further = Further::TaggedAndWrapped, &wrapped[1..]);
}

#[test]
fn critical_false_written_although_it_is_the_default_is_read() {
    tolerated(&ALL, |forge| forge.critical = Some(false), &[Deviation::DefaultWritten]);
    // TRUE is no default; the owner's code is understood, so it may be critical.
    tolerated(&ALL, |forge| forge.critical = Some(true), &[]);
}

#[test]
fn a_seal_wrapped_in_an_octet_string_is_read() {
    tolerated(&ALL, |forge| forge.wrapped_seal = true, &[Deviation::WrappedSeal]);
    // Alone as well, as a file.
    let world = World::new();
    let inner = Forge::new(4).seal(&world);
    let mut wrapped = yinxin_pki::asn1::Writer::new();
    wrapped.octet_string(&inner);
    let wrapped = wrapped.finish();
    let seal = Seal::parse(&wrapped).unwrap();
    assert_eq!((seal.raw, &seal.deviations[..]), (&inner[..], &[Deviation::WrappedSeal][..]));
}

#[test]
fn identifiers_of_another_string_type_are_read() {
    for tag in [Tag::UTF8_STRING, Tag::PRINTABLE_STRING] {
        tolerated(&ALL, |forge| forge.identifiers = tag, &[Deviation::IdentifierType]);
    }
}

#[test]
fn a_name_of_another_string_type_is_read() {
    tolerated(&ALL, |forge| forge.name = Tag::PRINTABLE_STRING, &[Deviation::NameType]);
}

#[test]
fn a_producer_who_does_not_write_strict_der_is_verified_over_its_own_bytes() {
    tolerated(&ALL, |forge| forge.long_lengths = true, &[Deviation::Encoding]);
    // Also where the seal hides in an OCTET STRING.
    let hidden = |forge: &mut Forge| (forge.long_lengths, forge.wrapped_seal) = (true, true);
    tolerated(&ALL, hidden, &[Deviation::WrappedSeal, Deviation::Encoding]);
}

#[test]
fn all_deviations_together_are_told_each_once_in_the_order_of_the_structure() {
    let all = |forge: &mut Forge| {
        forge.identifiers = Tag::UTF8_STRING;
        forge.other_time_type = true;
        forge.hash_in_octet_string = true;
        forge.signatures_in_octet_string = true;
        forge.wrapped_seal = true;
        forge.further = Further::Wrapped;
        forge.critical = Some(false);
        forge.time_info = TimeInfo::BareCharacters;
    };
    tolerated(
        &[1],
        all,
        &[
            Deviation::WrappedSeal,
            Deviation::IdentifierType,
            Deviation::TimeType,
            Deviation::WrappedExtensions,
            Deviation::DefaultWritten,
            Deviation::OctetString,
            Deviation::TimeInfo,
        ],
    );
}

#[test]
fn further_data_that_cannot_be_read_is_never_taken_for_nothing() {
    let world = World::new();
    for version in ALL {
        let bytes = Forge { further: Further::Unreadable, ..Forge::new(version) }.signature(&world);
        let signature = SealSignature::parse(&bytes).unwrap();
        assert!(signature.seal.extensions.is_none());
        assert_eq!(signature.deviations, [Deviation::UnreadableExtensions]);
        let report = judge(&world, &bytes);
        assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Indeterminate, &[SealFault::Extension][..]));
    }
}

#[test]
fn a_makers_signature_in_a_vendors_own_layout_is_indeterminate_and_never_valid() {
    let world = World::new();
    for version in ALL {
        let forge = Forge { vendor_layout: true, ..Forge::new(version) };
        let bytes = forge.signature(&world);
        let signature = SealSignature::parse(&bytes).unwrap();
        assert!(signature.seal.maker.is_none());
        assert_eq!(signature.deviations, [Deviation::MakerLayout]);
        let report = judge(&world, &bytes);
        assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Indeterminate, &[SealFault::MakerUnreadable][..]));

        let seal = forge.seal(&world);
        let seal = Seal::parse(&seal).unwrap();
        let report = verify_seal(&seal, &mut Validator::new(&[]), &RevocationEvidence::default(), NOW);
        assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Indeterminate, &[SealFault::MakerUnreadable][..]));
    }
}

#[test]
fn a_time_stamp_in_the_place_of_the_signing_time_of_version_1_is_kept_and_proves_nothing() {
    // It is part of what is signed, and what it stamps is not laid down.
    let world = World::new();
    let bytes = Forge { time_info: TimeInfo::Token, ..Forge::new(1) }.signature(&world);
    let signature = SealSignature::parse(&bytes).unwrap();
    assert_eq!((signature.claimed_time, signature.timestamp), (None, Some(TOKEN)));
    assert_eq!(signature.deviations, []);
    let report = judge(&world, &bytes);
    assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Indeterminate, &[SealFault::NoTime][..]));
    assert!(!report.time_is_proven());
}

#[test]
fn the_version_is_told_by_shape_and_header_together() {
    let world = World::new();
    for (version, expected) in [(1, SealVersion::V1), (4, SealVersion::V4), (5, SealVersion::V5)] {
        let forge = Forge::new(version);
        let seal = forge.seal(&world);
        assert_eq!(Seal::parse(&seal).unwrap().version, expected);
        // Two parts are version 1, four are 4 or 5: any other number in the header contradicts the shape.
        let at = seal.windows(3).position(|window| window == [2, 1, version as u8]).unwrap() + 2;
        for other in [0, 1, 2, 3, 4, 5, 6].into_iter().filter(|other| u64::from(*other) != version) {
            let mut changed = seal.clone();
            changed[at] = other;
            match Seal::parse(&changed) {
                Ok(seal) => assert!(version != 1 && [SealVersion::V4, SealVersion::V5].contains(&seal.version)),
                Err(error) => assert_eq!(error, yinxin_seal::ses::ParseError::Version),
            }
        }
        // And the number that the signature gives must be that of the seal inside, except in version 1, where it is free.
        let bytes = forge.signature(&world);
        let at = bytes.windows(3).position(|window| window == [2, 1, version as u8]).unwrap() + 2;
        let mut changed = bytes.clone();
        changed[at] = 9;
        assert_eq!(SealSignature::parse(&changed).is_ok(), version == 1);
    }
}
