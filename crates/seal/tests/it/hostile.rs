//! Five hundred changed and five hundred cut variants of seals and of seal signatures in each version: none is accepted as valid, none
//! panics, and none makes the reader take more memory than the input warrants.
//!
//! The variants come from seeds made at test time, see [`crate::variants`].

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use yinxin_pki::asn1::Writer;
use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_seal::ses::{
    ParseError, Seal, SealSignature, SealSignatureReport, Verdict, seal_with_timestamp, verify_seal,
    verify_seal_signature, with_timestamp,
};

use crate::forge::{DOCUMENT, Forge};
use crate::variants::{VARIANTS, attack, mutate};
use crate::world::{NOW, World, data_hash};

fn with_validator<T>(world: &World, judge: impl FnOnce(&mut Validator<'_>, &RevocationEvidence<'_>) -> T) -> T {
    let roots = [world.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&world.ca.certificate));
    judge(&mut validator, &RevocationEvidence::default())
}

/// A seal whose maker's certificate was damaged is one of an unknown maker: untrusted, as one with a root of its own would be.
fn seal_accepted(world: &World, bytes: &[u8]) -> bool {
    let Ok(seal) = Seal::parse(bytes) else { return false };
    let _ = seal.record();
    with_validator(world, |validator, evidence| verify_seal(&seal, validator, evidence, NOW)).verdict()
        == Verdict::Valid
}

/// Of a seal signature not even that is taken: its certificate is in the seal, and the seal is what was signed.
fn report(world: &World, bytes: &[u8]) -> Option<SealSignatureReport> {
    let signature = SealSignature::parse(bytes).ok()?;
    let report = with_validator(world, |validator, evidence| {
        verify_seal_signature(&signature, &data_hash(DOCUMENT), validator, evidence, NOW)
    });
    (report.verdict() < Verdict::Indeterminate).then_some(report)
}

#[test]
fn seals_of_every_version() {
    let mut world = World::new();
    let other = world.company.certificate.as_der().to_vec();
    for version in [1, 4, 5] {
        let seed = Forge::new(version).seal(&world);
        attack(&format!("seal {version}"), &seed, &other, &|bytes| seal_accepted(&world, bytes), &|_| false);
    }
    let seed = Forge::new(5).seal(&world);
    let token = world.stamp(Seal::parse(&seed).unwrap().maker.unwrap().signature, NOW);
    let seed = seal_with_timestamp(&seed, &token).unwrap();
    // The token is not part of what the maker signed, and has parts that nobody signed: the seal must still be the same.
    let signed = Seal::parse(&seed).unwrap().maker.unwrap().to_be_signed.into_owned();
    let same = |bytes: &[u8]| *Seal::parse(bytes).unwrap().maker.unwrap().to_be_signed == signed[..];
    attack("stamped seal", &seed, &token, &|bytes| seal_accepted(&world, bytes), &same);
}

#[test]
fn seal_signatures_of_every_version() {
    let mut world = World::new();
    let other = world.maker.certificate.as_der().to_vec();
    for version in [1, 4, 5] {
        let seed = Forge::new(version).signature(&world);
        let name = format!("signature {version}");
        attack(&name, &seed, &other, &|bytes| report(&world, bytes).is_some(), &|_| false);
        if version == 1 {
            continue;
        }
        let token = world.stamp(SealSignature::parse(&seed).unwrap().signature, NOW);
        let seed = with_timestamp(&seed, &token).unwrap();
        let original = SealSignature::parse(&seed).unwrap();
        let time = report(&world, &seed).unwrap().signing_time;
        // Of the stamp only what its authority signed counts: the same statement with the same time, or none that is believed.
        let same = |bytes: &[u8]| {
            let variant = SealSignature::parse(bytes).unwrap();
            (variant.to_be_signed, variant.signature, variant.certificate)
                == (original.to_be_signed, original.signature, original.certificate)
                && report(&world, bytes).unwrap().signing_time == time
        };
        attack(&format!("stamped {name}"), &seed, &token, &|bytes| report(&world, bytes).is_some(), &same);
    }
}

#[test]
fn a_signature_of_another_document_is_never_accepted_whatever_is_changed() {
    let world = World::new();
    let seed = Forge::new(4).signature(&world);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for _ in 0..VARIANTS {
        let variant = mutate(&seed, &seed, &mut rng);
        let Ok(signature) = SealSignature::parse(&variant) else { continue };
        let report = with_validator(&world, |validator, evidence| {
            verify_seal_signature(&signature, &data_hash(b"kontract"), validator, evidence, NOW)
        });
        assert_eq!(report.verdict(), Verdict::Invalid);
    }
}

#[test]
fn announced_sizes_and_endless_nesting_take_no_memory() {
    // Lengths of gigabytes in front of nothing: refused at once, as the time limit of the tests would show.
    for head in
        [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff], &[0x04, 0x84, 0x30, 0, 0, 0]]
    {
        let bytes = [head, &[0x30; 200]].concat();
        assert!(Seal::parse(&bytes).is_err() && SealSignature::parse(&bytes).is_err());
    }
    for nested in [[0x30, 0x80].repeat(100_000), [0x04, 0x80].repeat(100_000), [0xa0, 0x80].repeat(100_000)] {
        assert!(Seal::parse(&nested).is_err() && SealSignature::parse(&nested).is_err());
    }
    // An OCTET STRING in an OCTET STRING in an …: one wrapping is known, a second is not followed.
    let mut wrapped = Forge::new(4).seal(&World::new());
    for _ in 0..2 {
        let mut writer = Writer::new();
        writer.octet_string(&wrapped);
        wrapped = writer.finish();
    }
    assert!(matches!(Seal::parse(&wrapped), Err(ParseError::Structure(_))));
    // A million empty entries where a handful is usual.
    let many = Writer::sequence_of(|list| list.raw(&[0x04, 0x00].repeat(1_000_000)));
    let world = World::new();
    let seal = Forge::new(4).seal(&world);
    let list = Writer::sequence_of(|list| list.octet_string(world.company.certificate.as_der()));
    let at = seal.windows(list.len()).position(|window| window == list).unwrap();
    let stuffed = [&seal[..at], &many, &seal[at + list.len()..]].concat();
    assert!(Seal::parse(&stuffed).is_err());
}
