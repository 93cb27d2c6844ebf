//! Seals and seal signatures as structures: what is written is read back, others' samples are read, and nothing panics.

use std::process::Command;
use std::sync::LazyLock;

use crate::forge::Forge;
use crate::interop::shown;
use crate::world::{DAY, NOW, SECOND, World, data_hash, ofdrw, workspace};
use proptest::prelude::*;
use yinxin_pki::chain::{RevocationEvidence, Validator};
use yinxin_pki::key::SignatureAlgorithm;
use yinxin_pki::tsp::TimestampError;
use yinxin_pki::x509::{Certificate, CertificateProfile};
use yinxin_seal::ses::{
    CertificateList, DraftError, ParseError, Seal, SealAge, SealFault, SealSignature, SealSignatureDraft, SealType,
    SealVersion, WrittenVersion, assemble_seal, assemble_seal_signature, seal_signature_size, seal_with_timestamp,
    verify_seal, verify_seal_signature, with_timestamp,
};

fn verifies(certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let certificate = Certificate::from_der(certificate).unwrap();
    certificate.public_key().verify(SignatureAlgorithm::Sm2Sm3, message, signature).is_ok()
}

#[test]
fn a_written_seal_is_read_back_with_every_field() {
    let world = World::new();
    let draft = world.seal_draft();
    let bytes = world.make_seal(&draft);
    let seal = Seal::parse(&bytes).unwrap();
    assert_eq!((seal.version, seal.raw), (SealVersion::V4, &bytes[..]));
    assert_eq!((seal.es_id.as_str(), seal.vendor_id.as_str()), ("ES-43010200-0001", "YINXIN"));
    assert_eq!((seal.name.as_str(), seal.seal_type), ("示例园林绿化有限公司合同专用章", 3));
    assert_eq!(seal.certificates, CertificateList::Certificates(vec![world.company.certificate.as_der()]));
    assert_eq!((seal.created_at, seal.valid_from, seal.valid_to), (draft.created_at, draft.valid_from, draft.valid_to));
    assert_eq!((seal.picture.format, seal.picture.data), (&b"PNG"[..], &draft.picture_png[..]));
    assert_eq!((seal.picture.width_mm, seal.picture.height_mm), (38, 38));
    assert_eq!(seal.owner_code(), Some("91430104MA000231X7"));
    assert_eq!(seal.seal_code(), Some("4301020000012"));
    assert!(seal.extensions.iter().flatten().all(|extension| !extension.critical));
    let maker = seal.maker.unwrap();
    assert_eq!(maker.certificate, world.maker.certificate.as_der());
    assert!(verifies(maker.certificate, &maker.to_be_signed, maker.signature));
    assert!(maker.timestamp.is_none());
}

#[test]
fn a_written_seal_signature_is_read_back_and_a_timestamp_can_be_added_later() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, b"contract", NOW);
    let signed = SealSignature::parse(&bytes).unwrap();
    assert_eq!((signed.version, signed.raw, signed.seal.raw), (SealVersion::V4, &bytes[..], &seal[..]));
    assert_eq!(signed.claimed_time, Some(NOW));
    assert_eq!(signed.data_hash, data_hash(b"contract"));
    assert_eq!(signed.property_info, "ByteRange=[0 1000 9000 500];field=Party_2");
    assert!(verifies(signed.certificate, signed.to_be_signed, signed.signature));
    assert_eq!(signed.timestamp, None);

    let token = world.stamp(signed.signature, NOW + SECOND);
    let stamped = with_timestamp(&bytes, &token).unwrap();
    let read = SealSignature::parse(&stamped).unwrap();
    assert_eq!(
        (read.timestamp, read.to_be_signed, read.signature),
        (Some(&token[..]), signed.to_be_signed, signed.signature)
    );
    let another = world.stamp(signed.signature, NOW + 2 * SECOND);
    let replaced = with_timestamp(&stamped, &another).unwrap();
    assert_eq!(SealSignature::parse(&replaced).unwrap().timestamp, Some(&another[..]));

    let at_once =
        assemble_seal_signature(signed.to_be_signed, signed.certificate, signed.signature, Some(&token)).unwrap();
    assert_eq!(at_once, stamped);
}

#[test]
fn the_size_kept_free_is_enough_and_not_wasteful() {
    let mut world = World::new();
    let seal = world.seal();
    let bytes = world.sign(&seal, b"contract", NOW);
    let signed = SealSignature::parse(&bytes).unwrap();
    let token = world.stamp(signed.signature, NOW);
    let stamped = with_timestamp(&bytes, &token).unwrap();
    for (real, token) in [(bytes.len(), 0), (stamped.len(), token.len())] {
        let kept = seal_signature_size(seal.len(), signed.certificate.len(), signed.property_info.len(), token);
        assert!((real..real + 64).contains(&kept), "{real} {kept}");
    }
}

#[test]
fn a_draft_that_no_verifier_would_take_is_refused() {
    let world = World::new();
    let refused = |change: &dyn Fn(&mut yinxin_seal::ses::SealDraft)| {
        let mut draft = world.seal_draft();
        change(&mut draft);
        draft.to_be_signed().unwrap_err()
    };
    assert_eq!(refused(&|draft| draft.es_id.clear()), DraftError::Identifier);
    assert_eq!(refused(&|draft| draft.vendor_id = "印信".into()), DraftError::Identifier);
    assert_eq!(refused(&|draft| draft.owner_code = Some("9143\n".into())), DraftError::Identifier);
    assert_eq!(refused(&|draft| draft.name = "  ".into()), DraftError::Name);
    assert_eq!(refused(&|draft| draft.certificates.clear()), DraftError::NoCertificate);
    assert_eq!(refused(&|draft| draft.certificates[0].push(0)), DraftError::Certificate);
    assert_eq!(refused(&|draft| draft.picture_png.clear()), DraftError::Picture);
    assert_eq!(refused(&|draft| draft.width_mm = 0), DraftError::Picture);
    assert_eq!(refused(&|draft| draft.valid_to = draft.valid_from), DraftError::Validity);

    let to_be_signed = world.seal_draft().to_be_signed().unwrap();
    let (maker, signature) = (world.maker.certificate.as_der(), world.maker.sign(&to_be_signed));
    assert_eq!(assemble_seal(&to_be_signed, b"", &signature), Err(DraftError::Certificate));
    assert_eq!(assemble_seal(&to_be_signed, maker, &signature[1..]), Err(DraftError::Signature));
    assert!(matches!(assemble_seal(&to_be_signed[1..], maker, &signature), Err(DraftError::ToBeSigned(_))));
}

#[test]
fn only_a_certificate_in_the_list_of_the_seal_may_sign_with_it() {
    let mut world = World::new();
    // The same company after a renewal: another certificate, for which the seal must be made anew.
    let renewed = world.issue(CertificateProfile::OrganisationSigning, "示例园林绿化有限公司", (NOW - DAY, NOW + DAY));
    let draft = SealSignatureDraft {
        seal: world.seal(),
        signed_at: NOW,
        data_hash: data_hash(b"contract"),
        property_info: "field=Party_2".into(),
    };
    let to_be_signed = draft.to_be_signed().unwrap();
    let signature = renewed.sign(&to_be_signed);
    let refused = assemble_seal_signature(&to_be_signed, renewed.certificate.as_der(), &signature, None);
    assert_eq!(refused, Err(DraftError::SignerNotListed));
}

#[test]
fn others_seals_of_all_versions_are_read_and_their_maker_signatures_hold() {
    for (file, version, seal_type) in [
        ("UserV1.esl", SealVersion::V1, 1),
        ("UserV4.esl", SealVersion::V4, 3),
        ("UserV5.esl", SealVersion::V5, 3),
        ("UserV5_ts.esl", SealVersion::V5, 3),
    ] {
        let Some(bytes) = ofdrw(file) else { return };
        let seal = Seal::parse(&bytes).unwrap();
        assert_eq!((seal.version, seal.seal_type), (version, seal_type), "{file}");
        assert_eq!((seal.picture.width_mm, seal.picture.height_mm, seal.picture.format), (40, 40, &b"PNG"[..]));
        assert!(seal.name.contains("测试用印章"));
        assert!(seal.valid_from < seal.valid_to);
        let maker = seal.maker.as_ref().unwrap();
        assert!(verifies(maker.certificate, &maker.to_be_signed, maker.signature), "{file}");
        assert_eq!(maker.timestamp.is_some(), file == "UserV5_ts.esl");
        assert_eq!(seal.deviations, [], "{file}");
        // The rule of the other versions must not hold, or the test would show nothing.
        let other = if version == SealVersion::V1 { &maker.to_be_signed[4..] } else { seal.raw };
        assert!(!verifies(maker.certificate, other, maker.signature), "{file}");
        shown!(&format!("Seals, {}", standard(version)), "ofdrw", Theirs, file);
    }
}

#[test]
fn others_seal_signatures_are_read_and_hold() {
    for (file, version) in [("SignedValueV4.dat", SealVersion::V4), ("SignedValueV5.dat", SealVersion::V5)] {
        let Some(bytes) = ofdrw(file) else { return };
        let signed = SealSignature::parse(&bytes).unwrap();
        assert_eq!(signed.version, version);
        assert!(verifies(signed.certificate, signed.to_be_signed, signed.signature), "{file}");
        let maker = signed.seal.maker.as_ref().unwrap();
        assert!(verifies(maker.certificate, &maker.to_be_signed, maker.signature), "{file}");
        assert!(signed.seal.certificates.permits(signed.certificate));
        assert!(!signed.seal.certificates.permits(maker.certificate));
        assert_eq!(signed.property_info, "/Doc_0/Signs/Sign_0/Signature.xml");
        assert_eq!(signed.data_hash.len(), 32);
        shown!(&format!("Seal signatures, {}", standard(version)), "ofdrw", Theirs, file);
    }
}

fn standard(version: SealVersion) -> &'static str {
    match version {
        SealVersion::V1 => "GM/T 0031-2014",
        SealVersion::V4 => "GB/T 38540-2020",
        SealVersion::V5 => "GM/T 0031-2025",
    }
}

#[test]
fn version_5_is_written_on_request_and_so_are_signatures_with_such_a_seal() {
    let mut world = World::new();
    let info = world.seal_draft().to_be_signed_as(WrittenVersion::V5).unwrap();
    let seal = assemble_seal(&info, world.maker.certificate.as_der(), &world.maker.sign(&info)).unwrap();
    let read = Seal::parse(&seal).unwrap();
    assert_eq!((read.version, &read.deviations[..]), (SealVersion::V5, &[][..]));
    let four = world.seal();
    assert_eq!(Seal::parse(&four).unwrap().version, SealVersion::V4);
    assert_eq!(seal_with_timestamp(&four, b"0"), Err(DraftError::ToBeSigned(ParseError::Version)));

    let maker_token = world.stamp(read.maker.as_ref().unwrap().signature, NOW);
    let other_token = world.stamp(b"another signature", NOW);
    let roots = [world.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&world.ca.certificate));
    let none = RevocationEvidence::default();
    for (token, faults) in [
        (None, &[][..]),
        (Some(&maker_token), &[][..]),
        (Some(&other_token), &[SealFault::Timestamp(TimestampError::Imprint)][..]),
    ] {
        let seal = token.map_or_else(|| seal.clone(), |token| seal_with_timestamp(&seal, token).unwrap());
        let read = Seal::parse(&seal).unwrap();
        assert_eq!(read.maker.as_ref().unwrap().timestamp, token.map(Vec::as_slice));
        assert_eq!(verify_seal(&read, &mut validator, &none, NOW).faults, faults);

        let bytes = world.sign(&seal, b"contract", NOW);
        let stamp = world.stamp(SealSignature::parse(&bytes).unwrap().signature, NOW);
        let bytes = with_timestamp(&bytes, &stamp).unwrap();
        let signature = SealSignature::parse(&bytes).unwrap();
        assert_eq!((signature.version, signature.seal.raw), (SealVersion::V5, &seal[..]));
        let report = verify_seal_signature(&signature, &data_hash(b"contract"), &mut validator, &none, NOW);
        assert_eq!(report.faults, faults);
        assert!(report.time_is_proven());
        let kept =
            seal_signature_size(seal.len(), signature.certificate.len(), signature.property_info.len(), stamp.len());
        assert!((bytes.len()..bytes.len() + 64).contains(&kept), "{} {kept}", bytes.len());
    }
    // A stamp is replaced, not heaped up.
    let twice = seal_with_timestamp(&seal_with_timestamp(&seal, &other_token).unwrap(), &maker_token).unwrap();
    assert_eq!(twice, seal_with_timestamp(&seal, &maker_token).unwrap());
}

#[test]
fn version_1_is_only_read() {
    let world = World::new();
    let draft = SealSignatureDraft {
        seal: Forge::new(1).seal(&world),
        signed_at: NOW,
        data_hash: data_hash(b"contract"),
        property_info: "field=Party_2".into(),
    };
    assert_eq!(draft.to_be_signed(), Err(DraftError::ToBeSigned(ParseError::Version)));
    let signature = Forge::new(1).signature(&world);
    assert_eq!(with_timestamp(&signature, b"0"), Err(DraftError::ToBeSigned(ParseError::Version)));
}

/// The data of a seal's life: owner, social credit code, seal code, type, validity and list (国办发〔2025〕33号 art. 2).
#[test]
fn the_record_of_a_seal_says_whose_it_is_and_how_long_it_lasts() {
    let world = World::new();
    let draft = world.seal_draft();
    let bytes = world.make_seal(&draft);
    let record = Seal::parse(&bytes).unwrap().record();
    assert_eq!(record.version, SealVersion::V4);
    assert_eq!((record.es_id.as_str(), record.vendor_id.as_str()), ("ES-43010200-0001", "YINXIN"));
    assert_eq!(record.name, "示例园林绿化有限公司合同专用章");
    assert_eq!(SealType::from_code(record.seal_type), Some(SealType::Contract));
    assert_eq!(record.owner.as_deref(), Some("示例园林绿化有限公司"));
    assert_eq!(record.owner_code.as_deref(), Some("91430104MA000231X7"));
    assert_eq!(record.seal_code.as_deref(), Some("4301020000012"));
    assert_eq!(record.maker.as_deref(), Some("示例制章单位"));
    assert_eq!(
        (record.created_at, record.valid_from, record.valid_to),
        (draft.created_at, draft.valid_from, draft.valid_to)
    );
    let [listed] = &record.certificates[..] else { panic!("one certificate") };
    let certificate = &world.company.certificate;
    assert_eq!((listed.function.as_str(), &listed.digest[..]), ("SM3", certificate.sm3_fingerprint().as_bytes()));
    let holder = listed.holder.as_ref().unwrap();
    assert_eq!((holder.serial.as_slice(), holder.not_after), (certificate.serial(), certificate.not_after()));
    assert_eq!(holder.name.as_deref(), Some("示例园林绿化有限公司"));
    for (at, age) in [
        (draft.valid_from - SECOND, SealAge::NotYetValid),
        (draft.valid_from, SealAge::Valid),
        (draft.valid_to, SealAge::Valid),
        (draft.valid_to + SECOND, SealAge::Ended),
    ] {
        assert_eq!(record.age_at(at), age);
    }
    // A seal of another maker may list what is no certificate, or have a type that means nothing here.
    assert_eq!(SealType::from_code(7), None);
    let odd = yinxin_seal::ses::SealDraft { certificates: vec![vec![0x30, 0]], owner_code: None, ..draft };
    let odd = world.make_seal(&odd);
    let record = Seal::parse(&odd).unwrap().record();
    assert_eq!((record.owner, record.owner_code, record.certificates[0].holder.clone()), (None, None, None));
}

#[test]
fn lists_without_end_are_refused() {
    let world = World::new();
    let long = |count: usize| {
        let draft = yinxin_seal::ses::SealDraft { certificates: vec![vec![0x30, 0]; count], ..world.seal_draft() };
        let info = draft.to_be_signed().unwrap();
        assemble_seal(&info, world.maker.certificate.as_der(), &world.maker.sign(&info))
    };
    assert!(long(1000).is_ok());
    assert_eq!(long(1001), Err(DraftError::ToBeSigned(ParseError::TooMany { most: 1000 })));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let world = World::new();
    let bytes = world.seal();
    assert_eq!(Seal::parse(b"").unwrap_err(), ParseError::Structure(yinxin_pki::asn1::Asn1Error::Truncated));
    assert!(matches!(Seal::parse(&[&bytes[..], b"\0"].concat()), Err(ParseError::Structure(_))));
    // The version stands after the tag and length of two SEQUENCEs, of the header and of `ES`.
    let version = bytes.windows(3).position(|window| window == [2, 1, 4]).unwrap() + 2;
    for (other, error) in [(1, ParseError::Version), (5, ParseError::Version), (2, ParseError::Version)] {
        let mut changed = bytes.clone();
        changed[version] = other;
        match Seal::parse(&changed) {
            // A version 5 seal has the same shape; only its signature tells the difference.
            Ok(seal) => assert_eq!((other, seal.version), (5, SealVersion::V5)),
            Err(found) => assert_eq!(found, error),
        }
    }
    let mut not_a_seal = bytes.clone();
    not_a_seal[version - 3] = b'T';
    assert_eq!(Seal::parse(&not_a_seal).unwrap_err(), ParseError::NotASeal);
}

/// Checks with the arithmetic of `oracles/check_pdf.py`, which shares nothing with this project.
#[test]
fn an_independent_checker_finds_our_seal_signatures_intact_valid_and_trusted() {
    let mut world = World::new();
    for (version, name, standard) in
        [(WrittenVersion::V4, "SES-v4", "GB/T 38540-2020"), (WrittenVersion::V5, "SES-v5", "GM/T 0031-2025")]
    {
        let info = world.seal_draft().to_be_signed_as(version).unwrap();
        let seal = assemble_seal(&info, world.maker.certificate.as_der(), &world.maker.sign(&info)).unwrap();
        check_elsewhere(&mut world, &seal, name);
        for artefact in ["Seals", "Seal signatures"] {
            shown!(
                &format!("{artefact}, {standard}"),
                "check_pdf.py",
                Ours,
                "python -c 'check_pdf.check_ses(SIGNATURE, DATA, …)'"
            );
        }
    }
}

fn check_elsewhere(world: &mut World, seal: &[u8], name: &str) {
    let bytes = world.sign(seal, b"contract", NOW);
    let token = world.stamp(SealSignature::parse(&bytes).unwrap().signature, NOW);
    let stamped = with_timestamp(&bytes, &token).unwrap();
    let script = "import sys, check_pdf\n\
        arguments = [bytes.fromhex(a) for a in sys.stdin.read().split()]\n\
        kind, intact, valid, trusted, leaf = check_pdf.check_ses(arguments[0], arguments[1], [arguments[2]], [arguments[3]])\n\
        print(kind, intact, valid, trusted, leaf == arguments[4])";
    let python = std::env::var_os("YINXIN_PYTHON").unwrap_or_else(|| {
        let own = workspace().join(".venv/bin/python");
        if own.exists() { own.into() } else { "python3".into() }
    });
    let run = |document: &[u8]| {
        let hex: Vec<String> = [
            &stamped[..],
            document,
            world.root.certificate.as_der(),
            world.ca.certificate.as_der(),
            world.company.certificate.as_der(),
        ]
        .iter()
        .map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        .collect();
        use std::io::Write as _;
        let mut child = Command::new(&python)
            .args(["-c", script])
            .env("PYTHONPATH", workspace().join("oracles"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .ok()?;
        child.stdin.take()?.write_all(hex.join(" ").as_bytes()).ok()?;
        let output = child.wait_with_output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(verdict) = run(b"contract") else {
        assert!(
            std::env::var_os("YINXIN_ORACLES").is_none_or(|value| value != "required"),
            "Python with pyHanko is missing"
        );
        println!("skipped: Python with pyHanko is not installed");
        return;
    };
    assert_eq!(verdict, format!("{name} True True True True"));
    assert_eq!(run(b"another contract").unwrap(), format!("{name} False True True True"));
}

static DEVIANT: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let (world, forge) = (World::new(), Forge { wrapped_seal: true, ..Forge::new(1) });
    (forge.seal(&world), forge.signature(&world))
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn truncated_and_random_input_never_panics(cut in 0_usize..4000, junk in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (seal, signed) = &*DEVIANT;
        for bytes in [&seal[..], &signed[..]] {
            let cut = cut.min(bytes.len() - 1);
            prop_assert!(Seal::parse(&bytes[..cut]).is_err() && SealSignature::parse(&bytes[..cut]).is_err());
            let _ = Seal::parse(&[&bytes[..cut], &junk].concat());
            let _ = SealSignature::parse(&[&bytes[..cut], &junk].concat());
        }
        let _ = (Seal::parse(&junk), SealSignature::parse(&junk));
    }
}
