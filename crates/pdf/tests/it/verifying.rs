//! The verifier on files that are sound, and on the whole of a contract: every layer is found, told by its bytes and judged (S1-030).

use yinxin_pdf::verify::{Clock, Kind, Report, Verdict, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

use crate::layering::{conclude, sealed_contract};
use crate::parties::real_time_micros;
use crate::sample::{Sample, Xref};

/// Verifies under the roots of a PEM text, an hour from now.
pub fn judged(bytes: &[u8], trust: &str) -> Report {
    let roots = if trust.is_empty() { Vec::new() } else { Certificate::from_pem(trust).unwrap() };
    let options = VerifyOptions { roots, at_micros: real_time_micros() + 3_600_000_000, limits: Default::default() };
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
