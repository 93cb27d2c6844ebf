//! Certification and locks: respected when signing, and held against later revisions when verifying, as pyHanko does.

use std::sync::Arc;

use yinxin_pdf::gate::{Act, inspect};
use yinxin_pdf::verify::{Report, Verdict};
use yinxin_pdf::{Dss, Mark, Opened, PageMarks, SignError, SignatureKind, SignatureRequest, place_upright};
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::x509::CertificateProfile;

use crate::bases::{rsa, signed_elsewhere};
use crate::judges;
use crate::parties::{Hierarchy, Holder, key, prepared_form, request};
use crate::sample::Sample;
use crate::verifying::{explained, judged};
use crate::verifying_world::stamp_form;

struct Scene {
    trust: String,
    author: Holder,
    person: Holder,
}

fn scene() -> Scene {
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 51);
    let author = rsa(&mut authority, CertificateProfile::PersonSigning);
    let person = authority.certify(CertificateProfile::PersonSigning, "示例人员");
    Scene { trust: authority.root.certificate.to_pem(), author, person }
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.signatures.iter().flat_map(|signature| &signature.faults).map(|fault| fault.code()).collect()
}

/// Both verifiers say the same of the file.
#[track_caller]
fn agreed(bytes: &[u8], trust: &str, wanted: Verdict) -> Report {
    let report = judged(bytes, trust);
    assert_eq!(report.verdict, wanted, "{}", explained(&report));
    if let Some((holds, said)) = judges::check_signatures(bytes, trust) {
        assert_eq!(holds, wanted == Verdict::ValidTrusted, "{said}");
    }
    report
}

/// The same bytes with the certification hidden from the writer, so that it breaks what it should respect.
fn disrespectful(scene: &Scene, certified: &[u8], request: &SignatureRequest<'_>) -> Vec<u8> {
    let hidden = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        for word in [&b"/Perms"[..], b"/Lock", b"/Reference"] {
            let at = bytes.windows(word.len()).position(|window| window == word);
            if let Some(at) = at {
                bytes[at + 1] = b'X';
            }
        }
        bytes
    };
    let file = Opened::open(Arc::from(hidden(certified))).unwrap();
    let prepared = file.prepare(request).unwrap();
    let appended = prepared.embed(&[0]).unwrap().appended().to_vec();
    // The appended part names no certification, so it can be prepared again over the true bytes.
    signed_anew([certified, &appended].concat(), &scene.person)
}

/// The file with its last signature made over these bytes.
pub fn signed_anew(mut whole: Vec<u8>, signer: &Holder) -> Vec<u8> {
    let hole = whole.windows(11).rposition(|window| window == b"/Contents <").unwrap() + 10;
    let end = hole + whole[hole..].iter().position(|byte| *byte == b'>').unwrap() + 1;
    let digest = yinxin_pki::digest::DigestAlgorithm::Sha256.digest_parts(&[&whole[..hole], &whole[end..]]);
    for (index, byte) in signer.cms(&digest).iter().enumerate() {
        let digits = format!("{byte:02x}");
        whole[hole + 1 + 2 * index..][..2].copy_from_slice(digits.as_bytes());
    }
    whole
}

#[test]
fn a_file_certified_against_all_change_takes_no_signature() {
    let scene = scene();
    let Some(certified) = signed_elsewhere(&Sample::default().build(), &scene.author, "certified-1") else { return };
    let found = inspect(Arc::from(certified.as_slice()));
    let obstacle = found.may(Act::SignInvisibly).unwrap_err();
    assert_eq!(obstacle.code(), "pdf.gate.certified");
    let file = Opened::open(Arc::from(certified.as_slice())).unwrap();
    let dss = Dss::default();
    assert_eq!(file.prepare(&request("one", &dss)).unwrap_err(), SignError::Certified);
    let report = agreed(&certified, &scene.trust, Verdict::ValidTrusted);
    assert_eq!(report.signatures[0].permission, Some(1));
    // Somebody who signs all the same breaks the certification, and nothing but it.
    let broken = disrespectful(&scene, &certified, &request("one", &dss));
    let report = agreed(&broken, &scene.trust, Verdict::Invalid);
    assert_eq!(codes(&report), ["signature.permission_exceeded"], "{}", explained(&report));
    assert_eq!(report.signatures[1].verdict, Verdict::ValidTrusted);
}

#[test]
fn a_file_certified_for_filling_in_takes_an_invisible_signature_only() {
    let scene = scene();
    let base = Sample::default().build();
    for level in [2, 3] {
        let Some(certified) = signed_elsewhere(&base, &scene.author, &format!("certified-{level}")) else { return };
        let file = Opened::open(Arc::from(certified.as_slice())).unwrap();
        let (dss, form) = (Dss::default(), stamp_form());
        let rect = place_upright(&file.pages().unwrap()[0], 20.0, 20.0, 20.0, 20.0);
        let visible =
            SignatureRequest { widget: Some(Mark { page: 0, rect, form: &form, clip: None }), ..request("one", &dss) };
        assert_eq!(file.prepare(&visible).unwrap_err(), SignError::CertifiedVisible);
        let signed = scene.person.step(&file, &request("one", &dss), None);
        let report = agreed(signed.bytes(), &scene.trust, Verdict::ValidTrusted);
        assert_eq!(report.signatures[0].permission, Some(level));
        if level == 2 {
            let broken = disrespectful(&scene, &certified, &visible);
            let report = agreed(&broken, &scene.trust, Verdict::Invalid);
            assert_eq!(codes(&report), ["signature.permission_exceeded"], "{}", explained(&report));
        }
    }
}

#[test]
fn a_lock_closes_the_file_or_its_fields() {
    let scene = scene();
    let dss = Dss::default();
    let Some(locked) = signed_elsewhere(&Sample::default().build(), &scene.author, "locked") else { return };
    let file = Opened::open(Arc::from(locked.as_slice())).unwrap();
    assert_eq!(file.prepare(&request("one", &dss)).unwrap_err(), SignError::Certified);
    let report = judged(&locked, &scene.trust);
    assert_eq!((report.verdict, report.signatures[0].permission), (Verdict::ValidTrusted, Some(1)));
    let report = judged(&disrespectful(&scene, &locked, &request("one", &dss)), &scene.trust);
    assert_eq!(codes(&report), ["signature.permission_exceeded"], "{}", explained(&report));

    // All fields are locked, page buttons and new ones among them.
    let prepared = prepared_form(Sample::default().build(), &["A"]);
    let Some(locked) = signed_elsewhere(prepared.bytes(), &scene.author, "locked-fields") else { return };
    let found = inspect(Arc::from(locked.as_slice()));
    for act in [Act::DrawOnPages, Act::SignVisibly, Act::SignInvisibly] {
        assert_eq!(found.may(act).unwrap_err().code(), "pdf.gate.locked");
    }
    let file = Opened::open(Arc::from(locked.as_slice())).unwrap();
    let stamp = SignatureRequest { kind: SignatureKind::DocTimeStamp, ..request("archive", &dss) };
    assert!(file.prepare(&stamp).is_ok(), "a timestamp is not a change");
    let form = stamp_form();
    let rect = place_upright(&file.pages().unwrap()[0], 20.0, 20.0, 20.0, 20.0);
    let mark = Mark { page: 0, rect, form: &form, clip: None };
    let marks = PageMarks { party: key("A"), marks: vec![mark] };
    let drawn = SignatureRequest { widget: Some(mark), page_marks: Some(marks), ..request("one", &dss) };
    for request in [request("one", &dss), drawn] {
        assert_eq!(file.prepare(&request).unwrap_err(), SignError::Locked("one".into()));
        let report = agreed(&disrespectful(&scene, &locked, &request), &scene.trust, Verdict::Invalid);
        assert_eq!(codes(&report), ["signature.permission_exceeded"], "{}", explained(&report));
    }
}
