//! A timestamp is worth what its authority is (ETSI EN 319 102-1, 5.6.2.4): once that has expired or been revoked its key may be anybody's, and
//! only what shows that the stamp existed before keeps it.

use yinxin_pdf::verify::{Report, Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, Opened, SignatureRequest, cms_capacity, timestamp_capacity};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::x509::CertificateProfile;

use crate::archiving::{DAY, archived, until};
use crate::evidence::{HOUR, codes, list, with};
use crate::judges;
use crate::parties::{Hierarchy, Holder, NOW, prepared_form, reopen, request};
use crate::sample::Sample;
use crate::verifying::explained;
use crate::verifying_world::{World, stamp_form};

/// When everything was signed that is judged now.
const SIGNED_AT: i64 = NOW - 200 * DAY;

/// A signer, an authority of another house that stamped the signature, and a third house's for what comes later.
struct Houses {
    issuer: Hierarchy,
    signer: Holder,
    clock: Hierarchy,
    tsa: Holder,
    later: Hierarchy,
    later_tsa: Holder,
}

impl Houses {
    /// The certificates of signer and authority end so many days after now.
    fn new(seed: u64, signer: i64, tsa: i64) -> Self {
        let mut root = |name| Hierarchy::named(KeyAlgorithm::EcdsaP256, seed, name);
        let [mut issuer, mut clock, mut later] = ["示例甲根", "示例乙根", "示例丙根"].map(&mut root);
        let signer = until(&mut issuer, CertificateProfile::Platform, "示例平台", signer);
        let tsa = until(&mut clock, CertificateProfile::Tsa, "示例时间戳一", tsa);
        let later_tsa = until(&mut later, CertificateProfile::Tsa, "示例时间戳二", 1000);
        Self { issuer, signer, clock, tsa, later, later_tsa }
    }

    /// A PAdES B-T signature with status of everybody that was issued after it: nothing but the authority's end can be against it.
    fn signed(&mut self) -> Opened {
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
        let token = self.tsa.stamp(imprint, &mut self.clock.rng, SIGNED_AT);
        let message = attributes.assemble(&signature, &self.signer.certificate, &[], Some(&token)).unwrap();
        let file = reopen(prepared.embed(&message).unwrap());
        let file = with(&file, &[&self.signer, &self.issuer.root], list(&self.issuer, SIGNED_AT + HOUR, None));
        with(&file, &[&self.tsa, &self.clock.root], list(&self.clock, SIGNED_AT + HOUR, None))
    }

    /// Under a document timestamp of the later house.
    fn kept(&mut self, file: &Opened, at: i64) -> Opened {
        archived(file, &self.later_tsa, &mut self.later, "archive", at)
    }

    /// With a list that the authority was revoked at that time.
    fn revoked(&self, file: &Opened, at: i64) -> Opened {
        with(file, &[&self.tsa, &self.clock.root], list(&self.clock, at + HOUR, Some((&self.tsa, at))))
    }

    fn judge(&self, file: &Opened, at_micros: i64) -> Report {
        let roots = [&self.issuer, &self.clock, &self.later].map(|house| house.root.certificate.clone()).into();
        verify(file.bytes().into(), &VerifyOptions { roots, at_micros, limits: Default::default() }).unwrap()
    }

    /// Whether pyHanko finds signature and timestamp valid and trusted today.
    fn elsewhere(&self, file: &Opened) -> Option<bool> {
        let trust = [&self.issuer, &self.clock].map(|house| house.root.certificate.to_pem()).concat();
        judges::check_level(file.bytes(), &trust, "platform", &["B-T"]).map(|(passed, _)| passed)
    }
}

fn is_valid(report: &Report) {
    assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(report));
    assert!(report.signatures[0].time.proven.is_some_and(|time| time.0 == SIGNED_AT));
}

fn is_not_proven(report: &Report, expected: &[&str]) {
    assert_eq!((report.verdict, codes(report)), (Verdict::Indeterminate, expected.to_vec()), "{}", explained(report));
    let time = &report.signatures[0].time;
    assert_eq!((time.proven, time.clock), (None, None), "a stamp that counts for nothing proves no time");
    assert_eq!(time.claimed.map(|time| time.0), Some(SIGNED_AT));
}

#[test]
fn a_signature_timestamp_does_not_outlive_its_authority() {
    let mut houses = Houses::new(91, 1000, -100);
    let file = houses.signed();
    is_valid(&houses.judge(&file, NOW - 101 * DAY));
    is_not_proven(&houses.judge(&file, NOW), &["timestamp.not_proven"]);
    // What a document timestamp shows to have existed before stays; one that came too late shows nothing.
    let (kept, late) = (houses.kept(&file, NOW - 150 * DAY), houses.kept(&file, NOW - 50 * DAY));
    is_valid(&houses.judge(&kept, NOW));
    is_not_proven(&houses.judge(&late, NOW), &["timestamp.not_proven"]);
    // pyHanko says the same, and nothing against an authority that is still good.
    if let Some(passed) = houses.elsewhere(&file) {
        assert!(!passed, "pyHanko believes the timestamp of an authority that has ended");
        let mut good = Houses::new(92, 1000, 1000);
        let file = good.signed();
        assert_eq!(good.elsewhere(&file), Some(true));
        is_valid(&good.judge(&file, NOW));
    }
}

#[test]
fn an_ended_authority_saves_no_signer_who_has_ended_too() {
    let mut houses = Houses::new(93, -120, -100);
    let file = houses.signed();
    // The authority outlives the signer, and for as long it proves that he signed in time.
    is_valid(&houses.judge(&file, NOW - 110 * DAY));
    let expected = ["timestamp.not_proven", "time.not_proven", "revocation.not_proven"];
    is_not_proven(&houses.judge(&file, NOW), &expected);
    let kept = houses.kept(&file, NOW - 110 * DAY);
    is_valid(&houses.judge(&kept, NOW));
}

#[test]
fn a_timestamp_does_not_outlive_the_revocation_of_its_authority() {
    let mut houses = Houses::new(94, 1000, 1000);
    let file = houses.signed();
    let kept = houses.kept(&file, NOW - 150 * DAY);
    let revoked_at = NOW - 50 * DAY;
    is_not_proven(&houses.judge(&houses.revoked(&file, revoked_at), NOW), &["timestamp.not_proven"]);
    is_valid(&houses.judge(&houses.revoked(&kept, revoked_at), NOW));
    // Revoked before it stamped is worse, however early the file was kept.
    let before = houses.judge(&houses.revoked(&kept, SIGNED_AT - DAY), NOW);
    assert_eq!((before.verdict, codes(&before)[0]), (Verdict::Invalid, "chain.revoked"));

    // A document timestamp of that authority shows no more.
    let mut houses = Houses::new(95, 1000, 1000);
    let file = houses.signed();
    let file = archived(&file, &houses.tsa, &mut houses.clock, "archive", NOW - 150 * DAY);
    is_valid(&houses.judge(&file, NOW));
    let report = houses.judge(&houses.revoked(&file, revoked_at), NOW);
    is_not_proven(&report, &["timestamp.not_proven", "timestamp.not_proven"]);
    assert_eq!(report.renew_before, None);
}

/// The same of the timestamp of a seal (GB/T 38540-2020, timeStamp).
#[test]
fn the_timestamp_of_a_seal_does_not_outlive_its_authority() {
    let mut world = World::new();
    let file = world.seal_a(&prepared_form(Sample { pages: 1, ..Sample::default() }.build(), &["A"]), &stamp_form());
    let judge = |at_micros| {
        let options = VerifyOptions { roots: vec![world.sm2.root.clone()], at_micros, limits: Default::default() };
        verify(file.bytes().into(), &options).unwrap()
    };
    assert_eq!(judge(NOW + DAY).verdict, Verdict::ValidTrusted);
    let late = judge(world.sm2.tsa.certificate.not_after() + DAY);
    assert_eq!(late.verdict, Verdict::Indeterminate, "{}", explained(&late));
    let fault = late.signatures[0].faults.iter().find(|fault| fault.code() == "timestamp.not_proven").unwrap();
    assert!(fault.zh().contains("时间戳机构的证书此后已过期") && fault.en().contains("expired or been revoked since"));
    assert_eq!(late.signatures[0].time.proven, None);
}
