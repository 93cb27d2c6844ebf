//! What verifying a seal signature finds: everything in order, and each way in which it may not be.

use std::sync::LazyLock;

use crate::world::{DAY, Holder, NOW, SECOND, World, data_hash, ofdrw};
use proptest::prelude::*;
use yinxin_pki::asn1::{Tag, Writer};
use yinxin_pki::chain::{ChainProblem, RevocationEvidence, Validator};
use yinxin_pki::crl::{self, RevocationListContent, RevocationReason, RevokedCertificate};
use yinxin_pki::oid;
use yinxin_pki::tsp::TimestampError;
use yinxin_pki::x509::CertificateProfile;
use yinxin_seal::ses::{
    Role, Seal, SealDraft, SealFault, SealSignature, SealSignatureDraft, SealSignatureReport, Verdict,
    assemble_seal_signature, verify_seal, verify_seal_signature, with_timestamp,
};

const DOCUMENT: &[u8] = b"contract";

fn verify_with(world: &World, bytes: &[u8], crls: &[&[u8]], now: i64) -> SealSignatureReport {
    let roots = [world.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&world.ca.certificate));
    let evidence = RevocationEvidence { ocsp_responses: &[], crls };
    let signature = SealSignature::parse(bytes).unwrap();
    verify_seal_signature(&signature, &data_hash(DOCUMENT), &mut validator, &evidence, now)
}

fn verify(world: &World, bytes: &[u8]) -> SealSignatureReport {
    verify_with(world, bytes, &[], NOW + DAY)
}

/// The world's seal with a small picture, so that mutating each byte stays quick.
fn small_seal(world: &World) -> SealDraft {
    SealDraft { picture_png: b"png".to_vec(), ..world.seal_draft() }
}

fn stamped(world: &mut World, bytes: &[u8], time: i64) -> Vec<u8> {
    let token = world.stamp(SealSignature::parse(bytes).unwrap().signature, time);
    with_timestamp(bytes, &token).unwrap()
}

/// A seal signature with `seal`, put together by hand, so that what the drafts refuse can be made as well.
fn sign_by_hand(seal: &[u8], signer: &Holder, algorithm: yinxin_pki::asn1::ObjectIdentifier) -> Vec<u8> {
    let to_be_signed = Writer::sequence_of(|tbs| {
        tbs.u64(4);
        tbs.raw(seal);
        tbs.generalized_time(NOW);
        tbs.bit_string(&data_hash(DOCUMENT));
        tbs.ia5_string("field=Party_2");
    });
    let signature = signer.sign(&to_be_signed);
    Writer::sequence_of(|whole| {
        whole.raw(&to_be_signed);
        whole.octet_string(signer.certificate.as_der());
        whole.oid(algorithm);
        whole.bit_string(&signature);
    })
}

#[test]
fn a_stamped_seal_signature_is_valid_at_the_stamped_time() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    let bytes = stamped(&mut world, &bytes, NOW + 2 * SECOND);
    let report = verify(&world, &bytes);
    assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Valid, &[][..]));
    assert!(report.time_is_proven());
    assert_eq!(report.signing_time, Some(NOW + 2 * SECOND));
    assert_eq!(report.timestamp.unwrap().authority, world.tsa.certificate);
    assert_eq!(
        (report.signer, report.maker),
        (Some(world.company.certificate.clone()), Some(world.maker.certificate.clone()))
    );
    assert_eq!(report.signer_chain.unwrap().path.last(), Some(&world.root.certificate));
}

#[test]
fn without_a_time_stamp_the_claimed_time_counts_and_is_not_called_proven() {
    let world = World::new();
    let report = verify(&world, &world.sign(&world.seal(), DOCUMENT, NOW));
    assert_eq!((report.verdict(), report.signing_time, report.time_is_proven()), (Verdict::Valid, Some(NOW), false));
}

#[test]
fn a_changed_document_is_invalid() {
    let world = World::new();
    let report = verify(&world, &world.sign(&world.seal(), b"another contract", NOW));
    assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Invalid, &[SealFault::DataHash][..]));
}

#[test]
fn a_root_that_the_caller_does_not_trust_is_told_apart_from_a_broken_signature() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    let bytes = stamped(&mut world, &bytes, NOW);
    let signature = SealSignature::parse(&bytes).unwrap();
    // The document's own certificates never become roots.
    let mut validator = Validator::new(&[]);
    validator.add_candidates(&[world.ca.certificate.clone(), world.root.certificate.clone()]);
    let none = RevocationEvidence::default();
    let report = verify_seal_signature(&signature, &data_hash(DOCUMENT), &mut validator, &none, NOW);
    let expected = [Role::Signer, Role::SealMaker, Role::TimestampAuthority]
        .map(|role| SealFault::Chain(role, ChainProblem::NoTrustedRoot));
    assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Untrusted, &expected[..]));
    assert!(!report.time_is_proven());
}

#[test]
fn a_signature_of_another_key_is_invalid() {
    let world = World::new();
    let draft = SealSignatureDraft {
        seal: world.seal(),
        signed_at: NOW,
        data_hash: data_hash(DOCUMENT),
        property_info: "field=Party_2".into(),
    };
    let to_be_signed = draft.to_be_signed().unwrap();
    let foreign = world.maker.sign(&to_be_signed);
    let bytes = assemble_seal_signature(&to_be_signed, world.company.certificate.as_der(), &foreign, None).unwrap();
    assert_eq!(verify(&world, &bytes).faults, [SealFault::Signature(Role::Signer)]);
}

#[test]
fn a_signer_whom_the_seal_does_not_name_is_invalid() {
    let mut world = World::new();
    let stranger = world.issue(CertificateProfile::OrganisationSigning, "示例他人有限公司", (NOW - DAY, NOW + 9 * DAY));
    let bytes = sign_by_hand(&world.seal(), &stranger, oid::SM2_WITH_SM3);
    assert_eq!(verify(&world, &bytes).faults, [SealFault::SignerNotListed]);
}

#[test]
fn other_names_of_sm2_are_read_and_other_algorithms_are_not_judged() {
    let world = World::new();
    for algorithm in [oid::SM2, oid::SM2_SIGN] {
        assert_eq!(verify(&world, &sign_by_hand(&world.seal(), &world.company, algorithm)).verdict(), Verdict::Valid);
    }
    let report = verify(&world, &sign_by_hand(&world.seal(), &world.company, oid::ECDSA_SHA256));
    assert_eq!(report.faults, [SealFault::Algorithm(Role::Signer, oid::ECDSA_SHA256)]);
    assert_eq!(report.verdict(), Verdict::Indeterminate);
}

#[test]
fn a_seal_is_valid_from_its_first_to_its_last_second() {
    let world = World::new();
    let draft = SealDraft { valid_from: NOW - DAY, valid_to: NOW + DAY, ..world.seal_draft() };
    let seal = world.make_seal(&draft);
    for (signed_at, good) in
        [(NOW - DAY - SECOND, false), (NOW - DAY, true), (NOW + DAY, true), (NOW + DAY + SECOND, false)]
    {
        let report = verify_with(&world, &world.sign(&seal, DOCUMENT, signed_at), &[], NOW + 2 * DAY);
        let expected: &[SealFault] = if good { &[] } else { &[SealFault::SealValidity] };
        assert_eq!(report.faults, expected, "{}", signed_at - NOW);
    }
}

#[test]
fn a_certificate_that_had_expired_at_signing_is_invalid() {
    let world = World::new();
    let after = world.company.certificate.not_after() + SECOND;
    let seal = world.make_seal(&SealDraft { valid_to: after + DAY, ..world.seal_draft() });
    let report = verify_with(&world, &world.sign(&seal, DOCUMENT, after), &[], after);
    assert_eq!(report.verdict(), Verdict::Invalid);
    assert!(report.faults.contains(&SealFault::Chain(Role::Signer, ChainProblem::Expired { index: 0 })));
}

#[test]
fn a_proven_time_keeps_a_signature_valid_after_expiry_and_a_claimed_one_does_not() {
    let mut world = World::new();
    // Signer, maker and seal end after 700 days, the authority of the stamp after 1,000.
    world.tsa = world.issue(CertificateProfile::Tsa, "示例时间戳服务", (NOW - DAY, NOW + 1000 * DAY));
    let seal = world.seal();
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    let proven = stamped(&mut world, &bytes, NOW);
    let report = verify_with(&world, &proven, &[], NOW + 800 * DAY);
    assert_eq!((report.verdict(), report.time_is_proven()), (Verdict::Valid, true));
    let report = verify_with(&world, &bytes, &[], NOW + 800 * DAY);
    assert_eq!((report.verdict(), &report.faults[..]), (Verdict::Indeterminate, &[SealFault::TimeNotProven][..]));
    // Once the authority has ended its key may be anybody's: the stamp says no more than a claim (ETSI EN 319 102-1, 5.6.2.4).
    let report = verify_with(&world, &proven, &[], NOW + 1001 * DAY);
    assert_eq!((report.verdict(), report.time_is_proven()), (Verdict::Indeterminate, false));
    assert_eq!(report.faults, [SealFault::TimeNotProven, SealFault::TimestampNotProven]);
}

#[test]
fn a_time_stamp_whose_authority_has_ended_proves_nothing_though_the_signer_is_still_good() {
    let mut world = World::new();
    world.tsa = world.issue(CertificateProfile::Tsa, "示例时间戳服务", (NOW - DAY, NOW + 100 * DAY));
    let bytes = world.sign(&world.seal(), DOCUMENT, NOW);
    let bytes = stamped(&mut world, &bytes, NOW);
    assert_eq!(verify_with(&world, &bytes, &[], NOW + 99 * DAY).verdict(), Verdict::Valid);
    let report = verify_with(&world, &bytes, &[], NOW + 101 * DAY);
    assert_eq!(report.faults, [SealFault::TimestampNotProven]);
    assert_eq!((report.verdict(), report.time_is_proven()), (Verdict::Indeterminate, false));
    // Nor does one whose authority was revoked since; what was known to exist before (`now`) keeps it.
    let list = RevocationListContent {
        number: 1,
        this_update: NOW + 50 * DAY,
        next_update: NOW + 51 * DAY,
        revoked: vec![RevokedCertificate {
            serial: world.tsa.certificate.serial().to_vec(),
            revoked_at: NOW + 40 * DAY,
            reason: RevocationReason::KeyCompromise,
        }],
    };
    let list = crl::issue(&list, &world.ca.certificate, &world.ca.key).unwrap();
    assert_eq!(verify_with(&world, &bytes, &[&list], NOW + 60 * DAY).faults, [SealFault::TimestampNotProven]);
    assert_eq!(verify_with(&world, &bytes, &[&list], NOW + 30 * DAY).faults, []);
}

#[test]
fn revocation_is_judged_against_the_time_of_signing() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    let proven = stamped(&mut world, &bytes, NOW);
    let revoked = |holder: &Holder, revoked_at: i64| {
        let content = RevocationListContent {
            number: 1,
            this_update: NOW + DAY,
            next_update: NOW + 2 * DAY,
            revoked: vec![RevokedCertificate {
                serial: holder.certificate.serial().to_vec(),
                revoked_at,
                reason: RevocationReason::KeyCompromise,
            }],
        };
        crl::issue(&content, &world.ca.certificate, &world.ca.key).unwrap()
    };
    for (role, holder) in [(Role::Signer, &world.company), (Role::SealMaker, &world.maker)] {
        let before = revoked(holder, NOW - SECOND);
        let report = verify_with(&world, &proven, &[&before], NOW + DAY);
        assert_eq!(report.verdict(), Verdict::Invalid);
        let reason = RevocationReason::KeyCompromise;
        assert_eq!(
            report.faults,
            [SealFault::Chain(role, ChainProblem::Revoked { index: 0, at: NOW - SECOND, reason })]
        );

        let after = revoked(holder, NOW + SECOND);
        assert_eq!(verify_with(&world, &proven, &[&after], NOW + DAY).verdict(), Verdict::Valid);
        let report = verify_with(&world, &bytes, &[&after], NOW + DAY);
        assert_eq!(report.faults, [SealFault::TimeNotProven], "{role:?}");
    }
}

#[test]
fn a_claimed_time_in_the_future_or_after_the_time_stamp_is_invalid() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, DOCUMENT, NOW + DAY);
    assert_eq!(verify_with(&world, &bytes, &[], NOW).faults, [SealFault::ClaimedTime]);
    let bytes = stamped(&mut world, &bytes, NOW);
    assert_eq!(verify_with(&world, &bytes, &[], NOW + 2 * DAY).faults, [SealFault::ClaimedTime]);
}

#[test]
fn a_time_stamp_over_anything_else_is_invalid() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    let token = world.stamp(b"another signature", NOW);
    let report = verify(&world, &with_timestamp(&bytes, &token).unwrap());
    assert_eq!(report.faults, [SealFault::Timestamp(TimestampError::Imprint)]);
    let report = verify(&world, &with_timestamp(&bytes, b"\x30\x00").unwrap());
    assert!(matches!(report.faults[..], [SealFault::Timestamp(_)]));
    assert_eq!(report.verdict(), Verdict::Invalid);
}

#[test]
fn a_certificate_of_a_time_stamping_authority_makes_no_seals() {
    let mut world = World::new();
    let seals_with_tsa = Holder { certificate: world.tsa.certificate.clone(), key: copy(&world.tsa) };
    world.maker = seals_with_tsa;
    let report = verify(&world, &world.sign(&world.seal(), DOCUMENT, NOW));
    assert_eq!(report.faults, [SealFault::Chain(Role::SealMaker, ChainProblem::ExtendedKeyUsage)]);
}

fn copy(holder: &Holder) -> yinxin_pki::key::PrivateKey {
    yinxin_pki::key::PrivateKey::from_pkcs8_der(&holder.key.to_pkcs8_der()).unwrap()
}

/// The world's seal with its information changed by hand and signed again by the maker.
fn seal_with_extensions(world: &World, extensions: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let draft = SealDraft { owner_code: None, seal_code: None, ..small_seal(world) };
    let info = draft.to_be_signed().unwrap();
    let contents = yinxin_pki::asn1::Element::from_der(&info).unwrap().contents().to_vec();
    let info = Writer::sequence_of(|whole| {
        whole.raw(&contents);
        extensions(whole);
    });
    yinxin_seal::ses::assemble_seal(&info, world.maker.certificate.as_der(), &world.maker.sign(&info)).unwrap()
}

#[test]
fn unknown_data_is_passed_over_unless_it_is_critical_or_unreadable() {
    let world = World::new();
    let extension = |critical: bool| {
        seal_with_extensions(&world, |info| {
            info.context(0, |tagged| {
                tagged.sequence(|list| {
                    list.sequence(|entry| {
                        entry.primitive(Tag::OID, &[0x2a, 3, 4]);
                        entry.boolean(critical);
                        entry.octet_string(b"?");
                    });
                });
            });
        })
    };
    assert_eq!(verify(&world, &world.sign(&extension(false), DOCUMENT, NOW)).verdict(), Verdict::Valid);
    let critical = verify(&world, &world.sign(&extension(true), DOCUMENT, NOW));
    assert_eq!((critical.verdict(), &critical.faults[..]), (Verdict::Indeterminate, &[SealFault::Extension][..]));
    let unreadable = seal_with_extensions(&world, |info| info.octet_string(b"\x30\x03\x30\x01\x00"));
    assert_eq!(verify(&world, &world.sign(&unreadable, DOCUMENT, NOW)).faults, [SealFault::Extension]);
}

#[test]
fn a_seal_alone_is_verified_at_the_time_asked_for() {
    let world = World::new();
    let bytes = world.seal();
    let seal = Seal::parse(&bytes).unwrap();
    let roots = [world.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&world.ca.certificate));
    let none = RevocationEvidence::default();
    let report = verify_seal(&seal, &mut validator, &none, NOW);
    assert_eq!((report.verdict(), report.maker), (Verdict::Valid, Some(world.maker.certificate.clone())));
    let report = verify_seal(&seal, &mut validator, &none, seal.valid_to + SECOND);
    assert_eq!(report.faults, [SealFault::SealValidity]);
    let mut changed = bytes.clone();
    let name = changed.windows(6).position(|window| window == "示例".as_bytes()).unwrap();
    changed[name..name + 6].copy_from_slice("真实".as_bytes());
    let report = verify_seal(&Seal::parse(&changed).unwrap(), &mut validator, &none, NOW);
    assert_eq!(report.faults, [SealFault::Signature(Role::SealMaker)]);
}

#[test]
fn others_seal_signatures_hold_but_for_their_roots_and_the_dates_of_their_certificates() {
    let untrusted = [Role::Signer, Role::SealMaker].map(|role| SealFault::Chain(role, ChainProblem::NoTrustedRoot));
    // The sample of version 5 was signed in 2026 with certificates that ended in 2025.
    let expired =
        [Role::Signer, Role::SealMaker].map(|role| SealFault::Chain(role, ChainProblem::Expired { index: 0 }));
    for (file, expected) in
        [("SignedValueV4.dat", &untrusted[..]), ("SignedValueV5.dat", &[untrusted, expired].concat()[..])]
    {
        let Some(bytes) = ofdrw(file) else { return };
        let signature = SealSignature::parse(&bytes).unwrap();
        let mut validator = Validator::new(&[]);
        let none = RevocationEvidence::default();
        let now = signature.claimed_time.unwrap();
        let report = verify_seal_signature(&signature, signature.data_hash, &mut validator, &none, now);
        assert!(report.faults.iter().all(|fault| expected.contains(fault)), "{file}: {:?}", report.faults);
        assert_eq!(report.faults.len(), expected.len(), "{file}");
        let report = verify_seal_signature(&signature, &[1; 32], &mut validator, &none, now);
        assert!(report.faults.contains(&SealFault::DataHash), "{file}");
    }
}

/// Whether anything about the bytes may still be believed.
fn believed(world: &World, bytes: &[u8]) -> bool {
    let Ok(signature) = SealSignature::parse(bytes) else { return false };
    let roots = [world.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&world.ca.certificate));
    let none = RevocationEvidence::default();
    verify_seal_signature(&signature, &data_hash(DOCUMENT), &mut validator, &none, NOW).verdict()
        < Verdict::Indeterminate
}

#[test]
fn no_change_of_any_byte_is_believed() {
    let world = World::new();
    let seal = world.make_seal(&small_seal(&world));
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    assert!(believed(&world, &bytes));
    for i in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[i] ^= 1 << (i % 8);
        assert!(!believed(&world, &changed), "byte {i} of {}", bytes.len());
    }
}

static STAMPED: LazyLock<(World, Vec<u8>)> = LazyLock::new(|| {
    let mut world = World::new();
    let seal = world.make_seal(&small_seal(&world));
    let bytes = world.sign(&seal, DOCUMENT, NOW);
    let bytes = stamped(&mut world, &bytes, NOW);
    (world, bytes)
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_mixture_of_changes_is_judged_without_panic(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let (world, bytes) = &*STAMPED;
        let mut bytes = bytes.clone();
        for (index, value) in changes {
            let i = index.index(bytes.len());
            bytes[i] = value;
        }
        believed(world, &bytes);
    }
}

#[test]
fn certificates_in_the_list_by_digest_permit_their_holder() {
    let world = World::new();
    let digest = |function: &str, value: &[u8]| {
        let draft = SealDraft { owner_code: None, seal_code: None, ..small_seal(&world) };
        let info = draft.to_be_signed().unwrap();
        // The list stands behind certListType 1; rebuild the information around a list of digests.
        let list = Writer::sequence_of(|list| list.octet_string(world.company.certificate.as_der()));
        let by_digest = Writer::sequence_of(|list| {
            list.sequence(|entry| {
                entry.printable_string(function);
                entry.octet_string(value);
            });
        });
        replace_list(&info, &list, &by_digest)
    };
    let sm3 = world.company.certificate.sm3_fingerprint();
    let sha256 = world.company.certificate.sha256_fingerprint();
    for (function, value, good) in [
        ("SM3", sm3.as_bytes(), true),
        ("1.2.156.10197.1.401", sm3.as_bytes(), true),
        ("SHA256", sha256.as_bytes(), true),
        ("SHA256", sm3.as_bytes(), false),
        ("MD5", sm3.as_bytes(), false),
    ] {
        let info = digest(function, value);
        let seal =
            yinxin_seal::ses::assemble_seal(&info, world.maker.certificate.as_der(), &world.maker.sign(&info)).unwrap();
        let report = verify(&world, &sign_by_hand(&seal, &world.company, oid::SM2_WITH_SM3));
        let expected: &[SealFault] = if good { &[] } else { &[SealFault::SignerNotListed] };
        assert_eq!(report.faults, expected, "{function}");
    }
}

/// Puts `by_digest` and certListType 2 in place of `list` and certListType 1.
fn replace_list(info: &[u8], list: &[u8], by_digest: &[u8]) -> Vec<u8> {
    let mut outer = yinxin_pki::asn1::Reader::der(info).sequence().unwrap();
    Writer::sequence_of(|whole| {
        while !outer.is_empty() {
            let element = outer.any().unwrap();
            let Some(at) = element.raw().windows(list.len()).position(|window| window == list) else {
                whole.raw(element.raw());
                continue;
            };
            whole.sequence(|property| {
                let header = element.raw().len() - element.contents().len();
                property.raw(&element.contents()[..at - header - 3]);
                property.u64(2);
                property.raw(by_digest);
                property.raw(&element.raw()[at + list.len()..]);
            });
        }
    })
}

/// Everything wrong at once, so that the order can be seen: GM/T 0031-2014 6.2.3 b to f with 6.1.2 inside, then what GB/T 38540-2020 adds.
#[test]
fn faults_come_in_the_order_of_the_standard() {
    let mut world = World::new();
    let ended = (NOW - 9 * DAY, NOW - 8 * DAY);
    let stranger = world.issue(CertificateProfile::OrganisationSigning, "示例他人有限公司", ended);
    let info = SealDraft { valid_from: NOW + 3 * DAY, valid_to: NOW + 4 * DAY, ..small_seal(&world) };
    let info = info.to_be_signed().unwrap();
    let foreign = world.company.sign(&info);
    let seal = yinxin_seal::ses::assemble_seal(&info, world.maker.certificate.as_der(), &foreign).unwrap();
    let to_be_signed = Writer::sequence_of(|tbs| {
        tbs.u64(4);
        tbs.raw(&seal);
        tbs.generalized_time(NOW + 2 * DAY);
        tbs.bit_string(&data_hash(b"another contract"));
        tbs.ia5_string("field=Party_2");
        tbs.context(0, |tagged| tagged.null());
    });
    let bytes = Writer::sequence_of(|whole| {
        whole.raw(&to_be_signed);
        whole.octet_string(stranger.certificate.as_der());
        whole.oid(oid::SM2_WITH_SM3);
        whole.bit_string(&world.maker.sign(&to_be_signed));
    });
    let token = world.stamp(b"another signature", NOW);
    let bytes = with_timestamp(&bytes, &token).unwrap();
    let report = verify_with(&world, &bytes, &[], NOW);
    let expected = [
        (SealFault::Signature(Role::Signer), "GM/T 0031-2014 6.2.3 b"),
        (SealFault::Chain(Role::Signer, ChainProblem::Expired { index: 0 }), "GM/T 0031-2014 6.2.3 c"),
        (SealFault::ClaimedTime, "GM/T 0031-2014 6.2.3 d"),
        (SealFault::DataHash, "GM/T 0031-2014 6.2.3 e"),
        (SealFault::Signature(Role::SealMaker), "GM/T 0031-2014 6.1.2 b"),
        (SealFault::SealValidity, "GM/T 0031-2014 6.1.2 d"),
        (SealFault::SignerNotListed, "GM/T 0031-2014 6.2.2"),
        (SealFault::Extension, "GM/T 0031-2014 6.2.3 a"),
        (SealFault::Timestamp(TimestampError::Imprint), "GB/T 38540-2020, timeStamp"),
    ];
    assert_eq!(report.faults, expected.map(|(fault, _)| fault));
    assert_eq!(report.faults.iter().map(SealFault::clause).collect::<Vec<_>>(), expected.map(|(_, clause)| clause));
    assert_eq!(report.verdict(), Verdict::Invalid);
}
