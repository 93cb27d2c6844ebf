//! Revocation evidence and the time of signing (ETSI EN 319 102-1, 5.6.2): "not revoked" said before the signature does not outlive the
//! certificate, said after it does; and the report says what to add while it can still be had.

use std::sync::Arc;

use yinxin_pdf::verify::{Report, Revocation, Time, Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, Opened, SignatureRequest, add_dss, cms_capacity, timestamp_capacity};
use yinxin_pki::chain::RevocationEvidence;
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::crl::{RevocationListContent, RevocationReason, RevokedCertificate};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::ocsp::{CertificateId, CertificateStatus, SingleStatus, StatusResponseContent, respond};
use yinxin_pki::x509::CertificateProfile;

use crate::archiving::{DAY, archived, until};
use crate::judges::{self, real_time_micros};
use crate::parties::{Hierarchy, Holder, NOW, reopen, request};
use crate::sample::Sample;
use crate::verifying::explained;

pub const HOUR: i64 = 3_600_000_000;
/// Long before [`NOW`], when everything has been made that is judged now.
const SIGNED_AT: i64 = NOW - 200 * DAY;

/// When the archive is renewed by another authority, while the first one's certificate is still good.
const RENEWED_AT: i64 = NOW - 150 * DAY;

/// A signer whose certificate ended 120 days ago, an authority of another house whose certificate ended 100 days ago, and a third house's that
/// renewed the archive.
struct Archive {
    issuer: Hierarchy,
    signer: Holder,
    clock: Hierarchy,
    tsa: Holder,
    later: Hierarchy,
    later_tsa: Holder,
}

impl Archive {
    fn new(seed: u64) -> Self {
        let mut root = |name| Hierarchy::named(KeyAlgorithm::EcdsaP256, seed, name);
        let [mut issuer, mut clock, mut later] = ["示例甲根", "示例乙根", "示例丙根"].map(&mut root);
        let signer = until(&mut issuer, CertificateProfile::Platform, "示例平台", -120);
        let tsa = until(&mut clock, CertificateProfile::Tsa, "示例时间戳一", -100);
        let later_tsa = until(&mut later, CertificateProfile::Tsa, "示例时间戳二", 1000);
        Self { issuer, signer, clock, tsa, later, later_tsa }
    }

    fn trust(&self) -> String {
        [&self.issuer, &self.clock, &self.later].map(|house| house.root.certificate.to_pem()).concat()
    }

    /// Signed at [`SIGNED_AT`], as its stamp says or, without one, as the signer says.
    fn signed(&mut self, stamped: bool) -> Opened {
        let nothing = Dss::default();
        let token_size = timestamp_capacity(std::slice::from_ref(&self.tsa.certificate)).unwrap();
        let contents_capacity = cms_capacity(&self.signer.certificate, &[], token_size);
        let signing =
            SignatureRequest { signed_at_micros: SIGNED_AT, contents_capacity, ..request("platform", &nothing) };
        let prepared = Sample::default().open().prepare(&signing).unwrap();
        let digest = prepared.byte_range_digest(DigestAlgorithm::Sha256);
        let attributes = SignedAttributes::new(&digest, &self.signer.certificate).unwrap();
        let signature = self.signer.sign(attributes.to_be_signed());
        let imprint = DigestAlgorithm::Sha256.digest(&signature);
        let token = stamped.then(|| self.tsa.stamp(imprint, &mut self.clock.rng, SIGNED_AT));
        let message = attributes.assemble(&signature, &self.signer.certificate, &[], token.as_deref()).unwrap();
        reopen(prepared.embed(&message).unwrap())
    }

    /// With a list of the signer's issuer, the signer revoked or not, under a document timestamp of the same time.
    fn kept(&mut self, file: &Opened, issued_at: i64, revoked_at: Option<i64>, kept_at: i64) -> Opened {
        let list = list(&self.issuer, issued_at, revoked_at.map(|at| (&self.signer, at)));
        let file = with(file, &[&self.signer, &self.issuer.root], list);
        archived(&file, &self.tsa, &mut self.clock, &format!("archive-{kept_at}"), kept_at)
    }

    /// Renewed in time, so that only what was said of the signer can be missing.
    fn renewed(&mut self, file: &Opened) -> Opened {
        let file = with(file, &[&self.tsa, &self.clock.root], list(&self.clock, RENEWED_AT - HOUR, None));
        archived(&file, &self.later_tsa, &mut self.later, "renewal", RENEWED_AT)
    }

    fn judge(&self, file: &Opened, at_micros: i64) -> Report {
        let roots = [&self.issuer, &self.clock, &self.later].map(|house| house.root.certificate.clone()).into();
        verify(file.bytes().into(), &VerifyOptions { roots, at_micros, limits: Default::default() }).unwrap()
    }

    /// Whether pyHanko finds the signature of a renewed file valid today, told that the last authority has not been revoked.
    fn elsewhere(&self, file: &Opened) -> Option<bool> {
        let file = with(file, &[&self.later_tsa, &self.later.root], list(&self.later, real_time_micros() - HOUR, None));
        judges::check_level(file.bytes(), &self.trust(), "platform", &["B-LTA"]).map(|(passed, _)| passed)
    }
}

pub fn list(issuer: &Hierarchy, this_update: i64, revoked: Option<(&Holder, i64)>) -> Vec<u8> {
    let revoked = revoked.map(|(holder, revoked_at)| RevokedCertificate {
        serial: holder.certificate.serial().to_vec(),
        revoked_at,
        reason: RevocationReason::KeyCompromise,
    });
    let content = RevocationListContent {
        this_update,
        next_update: this_update + 30 * DAY,
        number: 1,
        revoked: revoked.into_iter().collect(),
    };
    yinxin_pki::crl::issue(&content, &issuer.root.certificate, &issuer.root.key).unwrap()
}

pub fn with(file: &Opened, holders: &[&Holder], list: Vec<u8>) -> Opened {
    let certificates = holders.iter().map(|holder| holder.certificate.as_der().to_vec()).collect();
    let appended = add_dss(file, &Dss { certificates, ocsps: vec![], crls: vec![list] }, [3; 16]).unwrap();
    Opened::open(Arc::from([file.bytes(), &appended].concat())).unwrap()
}

pub fn codes(report: &Report) -> Vec<&'static str> {
    report.signatures.iter().flat_map(|signature| &signature.faults).map(|fault| fault.code()).collect()
}

#[test]
fn good_said_before_the_signature_does_not_outlive_the_certificate_and_said_after_it_does() {
    // In force at the time of signing, final, and what pyHanko says: it goes by the end of what the evidence promises, where the standard says
    // its issuance, so that it is no judge of the second case.
    for (issued_at, in_force, is_final, elsewhere) in [
        (SIGNED_AT - 40 * DAY, false, false, Some(false)),
        (SIGNED_AT - HOUR, true, false, None),
        (SIGNED_AT, true, true, Some(true)),
        (SIGNED_AT + HOUR, true, true, Some(true)),
    ] {
        let mut archive = Archive::new(81);
        let signed = archive.signed(true);
        let file = archive.kept(&signed, issued_at, None, SIGNED_AT + 2 * HOUR);

        // While the certificate has not ended the file is valid all the same, and the report says what is wanted until when.
        let then = archive.judge(&file, SIGNED_AT + DAY);
        assert_eq!(then.verdict, Verdict::ValidTrusted, "{}", explained(&then));
        let revocation = then.signatures[0].signer.as_ref().unwrap().revocation;
        let good = Revocation::Good { as_of: Time(issued_at) };
        assert_eq!(revocation, if in_force { good } else { Revocation::Unknown });
        let ends = archive.signer.certificate.not_after();
        let wanted = then.wanted_evidence.iter().find(|wanted| wanted.certificate == archive.signer.certificate);
        assert_eq!(wanted.is_some(), !is_final);
        if let Some(wanted) = wanted {
            assert_eq!((wanted.issued_from, wanted.with_renewal), (SIGNED_AT, false));
            assert_eq!(wanted.issuer, archive.issuer.root.certificate);
            assert_eq!(then.evidence_before, Some(Time(ends)));
        }

        // Afterwards nobody can ask any more.
        let renewed = archive.renewed(&file);
        let now = archive.judge(&renewed, NOW);
        let expected = if is_final { Verdict::ValidTrusted } else { Verdict::Indeterminate };
        assert_eq!(now.verdict, expected, "{}", explained(&now));
        assert_eq!(codes(&now), if is_final { &[][..] } else { &["revocation.not_proven"] });
        assert!(now.wanted_evidence.iter().all(|wanted| wanted.certificate != archive.signer.certificate));
        if let Some((expected, passed)) = elsewhere.zip(archive.elsewhere(&renewed)) {
            assert_eq!(passed, expected, "issued {} hours after", (issued_at - SIGNED_AT) / HOUR);
        }
    }
}

/// What "good" said before the signature cannot show: that the certificate was revoked in between.
#[test]
fn good_said_before_is_no_proof_against_a_revocation_that_comes_to_light_after() {
    for (revoked_at, verdict) in
        [(SIGNED_AT - HOUR / 2, Verdict::Invalid), (SIGNED_AT + HOUR / 2, Verdict::ValidTrusted)]
    {
        let mut archive = Archive::new(83);
        let signed = archive.signed(true);
        let early = archive.kept(&signed, SIGNED_AT - HOUR, None, SIGNED_AT + HOUR);
        assert_eq!(archive.judge(&early, SIGNED_AT + DAY).verdict, Verdict::ValidTrusted);
        let late = archive.kept(&early, SIGNED_AT + HOUR, Some(revoked_at), SIGNED_AT + 2 * HOUR);
        let renewed = archive.renewed(&late);
        for (file, at) in [(&late, SIGNED_AT + DAY), (&renewed, NOW)] {
            let report = archive.judge(file, at);
            assert_eq!(report.verdict, verdict, "{}", explained(&report));
            let time = Time(revoked_at);
            let expected = match verdict {
                Verdict::Invalid => Revocation::RevokedBefore { at: time },
                _ => Revocation::RevokedAfter { at: time },
            };
            assert_eq!(report.signatures[0].signer.as_ref().unwrap().revocation, expected);
        }
        // pyHanko refuses the first too; of the second it says that the signer's certificate is not shown to have existed before its revocation.
        if verdict == Verdict::Invalid
            && let Some(passed) = archive.elsewhere(&renewed)
        {
            assert!(!passed);
        }
    }
}

/// A claimed time can be set back: evidence then has to be newer than the document timestamp that shows when the signature existed.
#[test]
fn without_a_stamp_evidence_must_be_newer_than_the_document_timestamp() {
    let mut archive = Archive::new(85);
    let signed = archive.signed(false);
    let once = archive.kept(&signed, SIGNED_AT + HOUR, None, SIGNED_AT + 2 * HOUR);
    let report = archive.judge(&once, SIGNED_AT + DAY);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
    assert_eq!(report.wanted_evidence[0].issued_from.max(report.wanted_evidence[1].issued_from), SIGNED_AT + 2 * HOUR);
    let renewed = archive.renewed(&once);
    assert_eq!(codes(&archive.judge(&renewed, NOW)), ["revocation.not_proven"]);
    let twice = archive.kept(&once, SIGNED_AT + 3 * HOUR, None, SIGNED_AT + 4 * HOUR);
    let renewed = archive.renewed(&twice);
    let report = archive.judge(&renewed, NOW);
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
}

/// Whoever gathers asks before archiving whether an answer is worth it.
#[test]
fn only_an_answer_of_the_issuer_that_is_new_enough_is_what_is_wanted() {
    let mut archive = Archive::new(87);
    let responder = archive.issuer.certify(CertificateProfile::Ocsp, "示例状态查询");
    let stranger = archive.clock.certify(CertificateProfile::Ocsp, "示例状态查询");
    let file = archive.signed(true);
    let report = archive.judge(&file, SIGNED_AT + HOUR);
    let wanted = report.wanted_evidence.iter().find(|wanted| wanted.certificate == archive.signer.certificate).unwrap();
    let answer = |by: &Holder, status, this_update| {
        let certificate = CertificateId::new(&wanted.certificate, &wanted.issuer, DigestAlgorithm::Sha1);
        let single = SingleStatus { certificate, status, this_update, next_update: Some(this_update + DAY) };
        let content = StatusResponseContent { statuses: vec![single], produced_at: this_update, nonce: None };
        respond(&content, &by.certificate, &by.key).unwrap()
    };
    let good = CertificateStatus::Good;
    let revoked = CertificateStatus::Revoked { at: SIGNED_AT + HOUR, reason: RevocationReason::Superseded };
    for (response, expected) in [
        (answer(&responder, good, SIGNED_AT - 1_000_000), false),
        (answer(&responder, good, SIGNED_AT), true),
        (answer(&responder, good, SIGNED_AT + HOUR), true),
        (answer(&responder, revoked, SIGNED_AT + HOUR), true),
        (answer(&responder, CertificateStatus::Unknown, SIGNED_AT + HOUR), false),
        (answer(&stranger, good, SIGNED_AT + HOUR), false),
    ] {
        let evidence = RevocationEvidence { ocsp_responses: &[&response], crls: &[] };
        assert_eq!(wanted.is_met_by(&evidence), expected);
    }
    let lists = [list(&archive.issuer, SIGNED_AT - HOUR, None), list(&archive.issuer, SIGNED_AT + HOUR, None)];
    let met = |list: &[u8]| wanted.is_met_by(&RevocationEvidence { ocsp_responses: &[], crls: &[list] });
    assert_eq!(lists.each_ref().map(|list| met(list)), [false, true]);
    assert!(wanted.is_met_by(&RevocationEvidence { ocsp_responses: &[], crls: &[&lists[0], &lists[1]] }));
}

/// The authority of the newest document timestamp has time until the next; everything else does not.
#[test]
fn what_is_wanted_of_the_newest_timestamps_authority_goes_with_the_renewal() {
    let mut archive = Archive::new(89);
    let signed = archive.signed(true);
    let clock_list = list(&archive.clock, SIGNED_AT + HOUR, None);
    let file = with(&signed, &[&archive.tsa, &archive.clock.root], clock_list);
    let file = archive.kept(&file, SIGNED_AT + HOUR, None, SIGNED_AT + 2 * HOUR);
    let report = archive.judge(&file, SIGNED_AT + DAY);
    let [wanted] = &report.wanted_evidence[..] else { panic!("{}", explained(&report)) };
    assert_eq!((&wanted.certificate, wanted.issued_from), (&archive.tsa.certificate, SIGNED_AT + 2 * HOUR));
    assert!(wanted.with_renewal);
    assert_eq!(report.evidence_before, None);
    assert_eq!(report.renew_before, Some(Time(archive.tsa.certificate.not_after())));
}
