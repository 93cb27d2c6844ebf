//! The verifier on files that are sound, and on the whole of a contract: every layer is found, told by its bytes and judged (S1-030).

use std::sync::LazyLock;

use proptest::prelude::*;
use yinxin_pdf::verify::{
    Clock, Kind, Limits, Report, Revocation, SignatureReport, Unreadable, Verdict, VerifyOptions, verify,
};
use yinxin_pdf::{Dss, add_dss};
use yinxin_pki::crl::RevocationReason;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::ocsp::CertificateStatus;
use yinxin_pki::x509::{Certificate, CertificateProfile};

use crate::layering::{conclude, sealed_contract};
use crate::parties::{Hierarchy, NOW, prepared_form, request};
use crate::sample::{Sample, Xref};
use crate::verifying_world::{World, small_contract};

/// Verifies under the roots of a PEM text, an hour from now.
pub fn judged(bytes: &[u8], trust: &str) -> Report {
    let roots = if trust.is_empty() { Vec::new() } else { Certificate::from_pem(trust).unwrap() };
    let options = VerifyOptions {
        roots,
        at_micros: crate::judges::real_time_micros() + 3_600_000_000,
        limits: Default::default(),
    };
    verify(bytes.into(), &options).unwrap()
}

pub fn explained(report: &Report) -> String {
    serde_json::to_string_pretty(report).unwrap()
}

#[test]
fn a_whole_contract_is_valid_under_its_roots_and_untrusted_under_others() {
    for xref in [Xref::Table, Xref::Stream, Xref::Hybrid] {
        let (file, sm2_root) = sealed_contract(Sample { xref, ..Sample::default() }.build());
        let (file, p256_root) = conclude(file);
        let report = judged(file.bytes(), &(sm2_root.clone() + &p256_root));
        assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
        let kinds: Vec<Kind> = report.signatures.iter().map(|signature| signature.kind).collect();
        assert_eq!(kinds, [Kind::Seal, Kind::Cms, Kind::Seal, Kind::Cms, Kind::Cms, Kind::DocumentTimestamp]);
        assert_eq!(report.signatures[0].seal.as_ref().unwrap().name, "示例合同专用章");
        assert_eq!(report.signatures[0].page, Some(3));
        // The platform's clock hangs under the root that certified the platform.
        assert_eq!(report.signatures[4].time.clock, Some(Clock::Operator));
        assert!(report.signatures[5].covers_whole_file && !report.signatures[4].covers_whole_file);
        assert!(report.revisions[1..].iter().flat_map(|revision| &revision.changes).all(|change| change.is_allowed()));

        let report = judged(file.bytes(), &p256_root);
        assert_eq!(report.verdict, Verdict::ValidUntrusted, "{}", explained(&report));
        assert_eq!(report.signatures[4].verdict, Verdict::ValidTrusted);
        let report = judged(file.bytes(), "");
        assert!(report.signatures.iter().all(|signature| signature.verdict == Verdict::ValidUntrusted));
    }
}

/// S1-030: a timestamp that hangs under another root than the signers' is an outside clock, and proves the time only when it is trusted.
#[test]
fn a_time_is_proven_only_by_a_trusted_clock_and_the_report_says_whose_it_is() {
    let mut world = World::new();
    let file = small_contract(&mut world);
    let report = judged(file.bytes(), &world.trust());
    let times: Vec<Option<String>> =
        report.signatures.iter().map(|signature| signature.time.proven.map(|time| time.to_string())).collect();
    let (signed, concluded) = ("2026-11-22T08:00:00+08:00".to_owned(), "2026-11-22T08:01:00+08:00".to_owned());
    let archived = "2026-11-22T08:02:00+08:00".to_owned();
    assert_eq!(times, [Some(signed.clone()), Some(signed), Some(concluded), Some(archived)]);
    let good = |signature: &SignatureReport| {
        signature.signer.as_ref().is_some_and(|signer| signer.revocation == Revocation::Unknown && signer.trusted)
    };
    // The leaves have OCSP responses, the authority above them has no evidence: unknown, and not held against the signature.
    assert!(report.signatures.iter().all(good), "{}", explained(&report));
    let untrusted = judged(file.bytes(), &world.sm2.root.to_pem());
    assert_eq!(untrusted.signatures[3].time.proven, None);
    assert_eq!(untrusted.signatures[0].time.clock, Some(Clock::Operator));
}

/// GM/T 0031 6.2.3: revoked before the proven time is invalid, after it is not.
#[test]
fn revocation_is_judged_against_the_stamped_time() {
    for (at, expected) in [(NOW - 60_000_000, Verdict::Invalid), (NOW + 60_000_000, Verdict::ValidTrusted)] {
        let mut world = World::new();
        let reason = RevocationReason::KeyCompromise;
        let revoked = world.sm2.good(&world.person, CertificateStatus::Revoked { at, reason });
        let file = world.sign_a(&prepared_form(Sample::default().build(), &["A"]));
        let evidence = Dss { ocsps: vec![revoked], ..Dss::default() };
        let bytes = [file.bytes(), &add_dss(&file, &evidence, [5; 16]).unwrap()].concat();
        let report = judged(&bytes, &world.trust());
        assert_eq!(report.verdict, expected, "{}", explained(&report));
    }
}

/// A time that only the signer claims does not save a certificate that has expired since.
#[test]
fn a_claimed_time_proves_nothing_about_an_expired_certificate() {
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 31);
    let person = authority.certify(CertificateProfile::PersonSigning, "示例人员");
    let file = person.step(&prepared_form(Sample::default().build(), &["A"]), &request("one", &Dss::default()), None);
    let options = |at_micros| VerifyOptions {
        roots: vec![authority.root.certificate.clone()],
        at_micros,
        limits: Default::default(),
    };
    assert_eq!(verify(file.bytes().into(), &options(NOW)).unwrap().verdict, Verdict::ValidTrusted);
    let late = verify(file.bytes().into(), &options(NOW + 4000 * 86_400_000_000)).unwrap();
    assert_eq!(late.verdict, Verdict::Indeterminate);
    assert_eq!(late.signatures[0].faults[0].code(), "time.not_proven");
    // The claim lies in the future of whoever verifies.
    let early = verify(file.bytes().into(), &options(NOW - 86_400_000_000)).unwrap();
    assert!(early.signatures[0].faults.iter().any(|fault| fault.code() == "time.order"));
}

#[test]
fn a_file_without_signatures_or_that_is_no_pdf_is_not_valid() {
    let plain = judged(&Sample::default().build(), "");
    assert_eq!((plain.verdict, plain.faults[0].code()), (Verdict::Invalid, "file.no_signature"));
    let options = VerifyOptions { roots: vec![], at_micros: NOW, limits: Limits { bytes: 100, ..Limits::default() } };
    let refused = |bytes: &[u8]| verify(bytes.into(), &options).unwrap_err();
    assert!(matches!(refused(b"plain text"), Unreadable::Open(_)));
    assert!(matches!(refused(&[b' '; 101]), Unreadable::TooLarge { length: 101, limit: 100 }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    /// No input makes the verifier fail otherwise than by saying so, and none that differs from the file is valid.
    #[test]
    fn mutated_files_never_panic_and_are_never_valid(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        static FILE: LazyLock<(Vec<u8>, String)> = LazyLock::new(|| {
            let mut world = World::new();
            (small_contract(&mut world).bytes().to_vec(), world.trust())
        });
        let (file, trust) = &*FILE;
        let mut bytes = file.clone();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
        prop_assume!(bytes != *file);
        let options = VerifyOptions { roots: Certificate::from_pem(trust).unwrap(), at_micros: NOW + 1, limits: Default::default() };
        if let Ok(report) = verify(bytes.as_slice().into(), &options) {
            // A whole revision cut off leaves a file that was once complete.
            let is_prefix = file.starts_with(&bytes);
            prop_assert!(is_prefix || report.verdict >= Verdict::Indeterminate);
        }
    }
}
