//! A sealed OFD of the ofdrw project as golden input: its seal, its seal signature, and what they are over.

use std::collections::BTreeMap;

use yinxin_pki::chain::{ChainProblem, RevocationEvidence, Validator};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_seal::ses::{Role, Seal, SealFault, SealSignature, SealVersion, verify_seal_signature};

use crate::world::ofdrw;

/// The files of a ZIP archive without splitting, encryption or ZIP64, which is all that the sample is.
fn unzip(archive: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]]));
    let u32_at = |at: usize| u16_at(at) | u16_at(at + 2) << 16;
    let end = archive.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let (count, mut at) = (u16_at(end + 10), u32_at(end + 16));
    let mut files = BTreeMap::new();
    for _ in 0..count {
        let (method, size, local) = (u16_at(at + 10), u32_at(at + 20), u32_at(at + 42));
        let name = String::from_utf8(archive[at + 46..at + 46 + u16_at(at + 28)].to_vec()).unwrap();
        let data = local + 30 + u16_at(local + 26) + u16_at(local + 28);
        let packed = &archive[data..data + size];
        let bytes = match method {
            0 => packed.to_vec(),
            8 => miniz_oxide::inflate::decompress_to_vec(packed).unwrap(),
            other => panic!("compression {other}"),
        };
        files.insert(name, bytes);
        at += 46 + u16_at(at + 28) + u16_at(at + 30) + u16_at(at + 32);
    }
    files
}

#[test]
fn the_seal_signature_of_a_sealed_ofd_holds_over_its_signature_file() {
    let Some(archive) = ofdrw("SESV4SignDoc.ofd") else { return };
    let files = unzip(&archive);
    let find = |suffix: &str| files.iter().find(|(name, _)| name.ends_with(suffix)).map(|(_, bytes)| bytes).unwrap();
    let bytes = find("SignedValue.dat");
    let signature = SealSignature::parse(bytes).unwrap();
    assert_eq!(signature.version, SealVersion::V4);
    assert_eq!(signature.seal.raw, find("Seal.esl"), "the seal inside is the one beside");
    let beside = Seal::parse(find("Seal.esl")).unwrap();
    assert_eq!(beside.record(), signature.seal.record());
    let path = signature.property_info.trim_start_matches('/');
    let digest = DigestAlgorithm::Sm3.digest(&files[path]);
    let now = signature.claimed_time.unwrap();
    // Signature, digest, list and seal hold. The sample was signed after its certificates and its seal had ended, under roots that are
    // nobody's; all of that has to be told, and nothing else.
    let [untrusted, ended] = [ChainProblem::NoTrustedRoot, ChainProblem::Expired { index: 0 }];
    let of = |role| [SealFault::Chain(role, untrusted), SealFault::Chain(role, ended)];
    let expected = [&of(Role::Signer)[..], &of(Role::SealMaker), &[SealFault::SealValidity]].concat();
    let judge = |data_hash: &[u8]| {
        let mut validator = Validator::new(&[]);
        verify_seal_signature(&signature, data_hash, &mut validator, &RevocationEvidence::default(), now).faults
    };
    assert_eq!(judge(digest.as_bytes()), expected);
    let mut changed = files[path].clone();
    changed[0] ^= 1;
    assert!(judge(DigestAlgorithm::Sm3.digest(&changed).as_bytes()).contains(&SealFault::DataHash));
    crate::interop::shown!("Seal signatures, GB/T 38540-2020", "ofdrw", Theirs, "SESV4SignDoc.ofd");
}
