//! Files that another product signed, sound and attacked: this verifier and an independent one come to the same verdict.

use std::path::Path;

use yinxin_pdf::verify::{Kind, Revocation, Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, SignatureKind, SignatureRequest};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::x509::{Certificate, CertificateProfile};

use crate::bases::{rsa, store};
use crate::interop::shown;
use crate::judges;
use crate::judges::real_time_micros;
use crate::parties::{Hierarchy, prepared_form, reopen, request};
use crate::sample::{Sample, Xref};
use crate::verifying::{explained, judged};

#[test]
fn files_of_another_product_get_the_verdict_that_an_independent_verifier_gives() {
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 21);
    let trust = authority.root.certificate.to_pem();
    let directory = judges::TempFolder::new("foreign");
    store(directory.path(), "rsa", &rsa(&mut authority, CertificateProfile::PersonSigning));
    store(directory.path(), "ecdsa", &authority.certify(CertificateProfile::PersonSigning, "示例 ECDSA"));
    store(directory.path(), "tsa", &rsa(&mut authority, CertificateProfile::Tsa));
    std::fs::write(directory.path().join("root.crt"), &trust).unwrap();
    std::fs::write(directory.path().join("list.crl"), authority.revocation_list(real_time_micros())).unwrap();
    for xref in [Xref::Table, Xref::Stream] {
        let base = Sample { pages: 2, xref, ..Sample::default() }.build();
        let base_file = judges::TempFile::new("pdf", &base);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/foreign.py");
        let Some(mut python) = judges::python() else { return };
        let arguments = [script.as_path(), base_file.path(), directory.path()];
        let Some(output) = judges::run(python.args(arguments)) else { return };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut seen = 0;
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "pdf") {
                continue;
            }
            seen += 1;
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            let report = judged(&bytes, &trust);
            // The text of a packed file is not found by the script, which then changes another byte of the file.
            let wanted = if name.starts_with("bad-") { Verdict::Invalid } else { Verdict::ValidTrusted };
            assert_eq!(report.verdict, wanted, "{xref:?} {name}\n{}", explained(&report));
            if let Some((holds, text)) = judges::check_signatures(&bytes, &trust)
                && name != "bad-cut"
            {
                assert_eq!(holds, wanted == Verdict::ValidTrusted, "{xref:?} {name}\n{text}");
            }
        }
        assert_eq!(seen, 12);
        let read =
            |name: &str| judged(&std::fs::read(directory.path().join(name).with_extension("pdf")).unwrap(), &trust);
        for (name, level) in [("ecdsa", "B-B"), ("pss-pades", "B-T"), ("b-lt", "B-LT"), ("b-lta", "B-LTA")] {
            let report = read(name);
            let first = &report.signatures[0];
            assert_eq!(first.sub_filter.as_deref(), Some("ETSI.CAdES.detached"));
            let evidence = matches!(first.signer.as_ref().unwrap().revocation, Revocation::Good { .. });
            let archived = report.signatures.iter().any(|one| one.kind == Kind::DocumentTimestamp);
            let found = match (first.time.proven.is_some(), evidence, archived) {
                (false, false, false) => "B-B",
                (true, false, false) => "B-T",
                (true, true, false) => "B-LT",
                (true, true, true) => "B-LTA",
                other => panic!("{name}: {other:?}"),
            };
            assert_eq!(found, level, "{}", explained(&report));
            shown!(
                &format!("PAdES {level}"),
                "pyHanko",
                Theirs,
                &format!("python foreign.py BASE.pdf KEYS ({name}.pdf)")
            );
        }
        shown!("PDF structure", "pyHanko", Theirs, "python foreign.py BASE.pdf KEYS");
    }
}

/// S1-030: a seal signature that ofdrw made is read and verified in a PDF as well, up to the digest of a document that is not this one.
#[test]
fn a_published_seal_signature_in_a_pdf_holds_but_for_the_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/ofdrw/SignedValueV4.dat");
    let Ok(golden) = std::fs::read(&path) else {
        eprintln!("SKIPPED: the published seal signatures are not there");
        return;
    };
    let file = prepared_form(Sample::default().build(), &["A"]);
    let none = Dss::default();
    let request = SignatureRequest {
        kind: SignatureKind::Seal,
        contents_capacity: golden.len() + 16,
        ..request("golden", &none)
    };
    let prepared = file.prepare(&request).unwrap();
    assert_ne!(prepared.byte_range_digest(DigestAlgorithm::Sm3).as_bytes(), [0; 32]);
    let file = reopen(prepared.embed(&golden).unwrap());
    let report = judged(file.bytes(), "");
    let signature = &report.signatures[0];
    assert_eq!(signature.seal.as_ref().unwrap().standard, "GB/T 38540-2020");
    let codes: Vec<&str> = signature.faults.iter().map(|fault| fault.code()).collect();
    assert!(codes.contains(&"seal.data_hash") && !codes.contains(&"seal.signature"), "{}", explained(&report));
    assert_eq!(report.verdict, Verdict::Invalid);
    shown!("PDF with SM2 seals (GB/T 38540)", "ofdrw", Theirs, "SignedValueV4.dat as /Contents");
    // The script wants some root; this one certified nobody here.
    let other = Hierarchy::new(KeyAlgorithm::EcdsaP256, 23).root.certificate.to_pem();
    if let Some((holds, text)) = judges::check_signatures(file.bytes(), &other) {
        assert!(!holds && text.contains("SES-v4") && text.contains("intact=False valid=True"), "{text}");
    }
}

/// S1-030: products put seals and SM2 messages under whatever name; the bytes tell what they are, in every version of the standard.
#[test]
fn what_a_signature_is_is_told_by_its_bytes_under_any_name() {
    let mut sm2 = Hierarchy::new(KeyAlgorithm::Sm2, 24);
    let trust = sm2.root.certificate.to_pem();
    let maker = sm2.certify(CertificateProfile::SealMaker, "示例制章单位");
    let organisation = sm2.certify(CertificateProfile::OrganisationSigning, "示例单位");
    let person = sm2.certify(CertificateProfile::PersonSigning, "示例人员");
    let seal = organisation.seal(&maker);
    let none = Dss::default();
    let kinds = [SignatureKind::Seal, SignatureKind::Cms, SignatureKind::Sm2Cms, SignatureKind::DocTimeStamp];
    for kind in kinds {
        for sealed in [true, false] {
            let file = prepared_form(Sample::default().build(), &["A"]);
            let prepared = file.prepare(&SignatureRequest { kind, ..request("one", &none) }).unwrap();
            let digest = prepared.byte_range_digest(DigestAlgorithm::Sm3);
            let message = if sealed { organisation.seal_signature(&seal, &digest) } else { person.cms(&digest) };
            let report = judged(prepared.embed(&message).unwrap().into_bytes().as_slice(), &trust);
            let signature = &report.signatures[0];
            assert_eq!(report.verdict, Verdict::ValidTrusted, "{kind:?} {sealed}\n{}", explained(&report));
            assert_eq!(signature.kind, if sealed { Kind::Seal } else { Kind::Cms });
            assert_eq!(signature.sub_filter.as_deref(), Some(kind.sub_filter()));
            assert_eq!(signature.algorithm.as_deref(), Some("SM2-SM3"));
        }
    }
    for (name, standard) in [("SignedValueV4.dat", "GB/T 38540-2020"), ("SignedValueV5.dat", "GM/T 0031-2025")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures/ofdrw").join(name);
        let Ok(golden) = std::fs::read(&path) else {
            eprintln!("SKIPPED: the published seal signatures are not there");
            return;
        };
        let capacity = golden.len() + 16;
        let wrapped = SignatureRequest { contents_capacity: capacity, ..request("golden", &none) };
        let prepared = Sample::default().open().prepare(&wrapped).unwrap();
        let report = judged(prepared.embed(&golden).unwrap().into_bytes().as_slice(), "");
        assert_eq!(report.signatures[0].seal.as_ref().map(|seal| seal.standard), Some(standard));
    }
}

/// The roots come from the caller only, however many the file carries.
#[test]
fn a_root_inside_the_file_is_not_trusted() {
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 22);
    let person = authority.certify(CertificateProfile::PersonSigning, "示例人员");
    let dss = Dss { certificates: vec![authority.root.certificate.as_der().to_vec()], ..Dss::default() };
    let file = prepared_form(Sample::default().build(), &["A"]);
    let file = person.step(&file, &request("one", &dss), None);
    assert_eq!(judged(file.bytes(), "").verdict, Verdict::ValidUntrusted);
    assert_eq!(judged(file.bytes(), &authority.root.certificate.to_pem()).verdict, Verdict::ValidTrusted);
    // A leaf is no root either unless the caller says so.
    let options = VerifyOptions {
        roots: vec![Certificate::from_der(person.certificate.as_der()).unwrap()],
        at_micros: judges::real_time_micros(),
        limits: Default::default(),
    };
    assert_eq!(verify(file.bytes().into(), &options).unwrap().verdict, Verdict::ValidTrusted);
}
