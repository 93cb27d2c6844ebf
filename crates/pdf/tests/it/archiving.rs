//! Long-term validity: the archive is renewed before its timestamp expires, and what is reserved for signatures always suffices.

use std::sync::Arc;

use yinxin_pdf::verify::{Time, Verdict, VerifyOptions, verify};
use yinxin_pdf::{Dss, Opened, SignatureKind, SignatureRequest, add_dss, cms_capacity, timestamp_capacity};
use yinxin_pki::cms::SignedAttributes;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};

use crate::bases::rsa;
use crate::judges;
use crate::parties::{Hierarchy, Holder, NOW, reopen, request};
use crate::sample::{Sample, Xref};
use crate::verifying::explained;

pub const DAY: i64 = 86_400_000_000;

/// Certified until `days` from now.
pub fn until(authority: &mut Hierarchy, profile: CertificateProfile, name: &str, days: i64) -> Holder {
    let key = PrivateKey::generate(authority.algorithm, &mut authority.rng).unwrap();
    let request = CertificateRequest {
        profile,
        subject: DistinguishedName::new("CN").common_name(name),
        unified_social_credit_code: None,
        public_key: key.public_key().clone(),
        not_before: NOW - 400 * DAY,
        not_after: NOW + days * DAY,
        serial: SerialNumber::generate(&mut authority.rng),
        ocsp_url: None,
        crl_url: None,
        ca_issuers_url: None,
    };
    let certificate = issue(&request, Some(&authority.root.certificate), &authority.root.key).unwrap();
    Holder { key, certificate }
}

fn with_evidence(file: &Opened, authority: &Hierarchy, holders: &[&Holder], at: i64) -> Opened {
    let certificates = holders.iter().map(|holder| &holder.certificate).chain([&authority.root.certificate]);
    let dss = Dss {
        certificates: certificates.map(|certificate| certificate.as_der().to_vec()).collect(),
        ocsps: vec![],
        crls: vec![authority.revocation_list(at)],
    };
    let appended = add_dss(file, &dss, [3; 16]).unwrap();
    Opened::open(Arc::from([file.bytes(), &appended].concat())).unwrap()
}

pub fn archived(file: &Opened, tsa: &Holder, authority: &mut Hierarchy, name: &str, at: i64) -> Opened {
    let nothing = Dss::default();
    let size = timestamp_capacity(std::slice::from_ref(&tsa.certificate)).unwrap();
    let kind = SignatureKind::DocTimeStamp;
    let stamp = SignatureRequest { kind, contents_capacity: size, ..request(name, &nothing) };
    let prepared = file.prepare(&stamp).unwrap();
    let token = tsa.stamp(prepared.byte_range_digest(DigestAlgorithm::Sha256), &mut authority.rng, at);
    reopen(prepared.embed(&token).unwrap())
}

/// The signer's and the first authority's certificates have expired; what a second authority stamped in time keeps everything valid.
#[test]
fn an_archive_renewed_before_its_timestamp_expires_stays_valid() {
    for xref in [Xref::Table, Xref::Stream] {
        let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 61);
        let platform = until(&mut authority, CertificateProfile::Platform, "示例平台", -120);
        let first = until(&mut authority, CertificateProfile::Tsa, "示例时间戳一", -100);
        // Years later another authority stamps, under another root.
        let mut later = Hierarchy::new(KeyAlgorithm::EcdsaP384, 65);
        let second = until(&mut later, CertificateProfile::Tsa, "示例时间戳二", 1000);
        let trust = authority.root.certificate.to_pem() + &later.root.certificate.to_pem();
        let (signed_at, renewed_at) = (NOW - 200 * DAY, NOW - 150 * DAY);

        let nothing = Dss::default();
        let token_size = timestamp_capacity(std::slice::from_ref(&first.certificate)).unwrap();
        let size = cms_capacity(&platform.certificate, &[], token_size);
        let signing =
            SignatureRequest { signed_at_micros: signed_at, contents_capacity: size, ..request("platform", &nothing) };
        let prepared = Sample { xref, ..Sample::default() }.open().prepare(&signing).unwrap();
        let digest = prepared.byte_range_digest(DigestAlgorithm::Sha256);
        let attributes = SignedAttributes::new(&digest, &platform.certificate).unwrap();
        let signature = platform.sign(attributes.to_be_signed());
        let token = first.stamp(DigestAlgorithm::Sha256.digest(&signature), &mut authority.rng, signed_at);
        let message = attributes.assemble(&signature, &platform.certificate, &[], Some(&token)).unwrap();
        let file = reopen(prepared.embed(&message).unwrap());
        // Evidence that was issued before the signature says nothing about it once the certificate has expired: it must be newer.
        let evidence_at = signed_at + 2 * DAY;
        let file = with_evidence(&file, &authority, &[&platform, &first], evidence_at);
        let old = archived(&file, &first, &mut authority, "archive-1", evidence_at);

        let judge = |file: &Opened, at_micros| {
            let roots = Certificate::from_pem(&trust).unwrap();
            verify(file.bytes().into(), &VerifyOptions { roots, at_micros, limits: Default::default() }).unwrap()
        };
        // While the first authority is good the file is, and the report says until when that lasts.
        let report = judge(&old, renewed_at);
        assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
        assert_eq!(report.renew_before, Some(Time(first.certificate.not_after())));
        // Left alone it cannot be determined any more.
        assert_eq!(judge(&old, NOW).verdict, Verdict::Indeterminate);

        let renewed = with_evidence(&old, &authority, &[&first], renewed_at);
        let renewed = archived(&renewed, &second, &mut later, "archive-2", renewed_at);
        let report = judge(&renewed, NOW);
        assert_eq!(report.verdict, Verdict::ValidTrusted, "{}", explained(&report));
        assert_eq!(report.renew_before, Some(Time(second.certificate.not_after())));
        // The independent judge wants to know today that the second authority is not revoked, as anybody may add at any time.
        let renewed = with_evidence(&renewed, &later, &[&second], crate::judges::real_time_micros());
        assert_eq!(judge(&renewed, NOW).verdict, Verdict::ValidTrusted);
        judges::qpdf_check(renewed.bytes());
        judges::check_long_term(renewed.bytes(), &trust, "platform");
    }
}

/// A renewal that came too late proves nothing about the time before.
#[test]
fn an_archive_renewed_too_late_is_not_valid_again() {
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 62);
    let first = until(&mut authority, CertificateProfile::Tsa, "示例时间戳一", -100);
    let second = until(&mut authority, CertificateProfile::Tsa, "示例时间戳二", 1000);
    let file = with_evidence(&Sample::default().open(), &authority, &[&first], NOW - 200 * DAY);
    let file = archived(&file, &first, &mut authority, "archive-1", NOW - 200 * DAY);
    let file = archived(&file, &second, &mut authority, "archive-2", NOW - 50 * DAY);
    let roots = vec![authority.root.certificate.clone()];
    let options = VerifyOptions { roots, at_micros: NOW, limits: Default::default() };
    let report = verify(file.bytes().into(), &options).unwrap();
    assert_eq!(report.verdict, Verdict::Indeterminate, "{}", explained(&report));
    assert_eq!(report.signatures[0].faults[0].code(), "timestamp.not_proven");
}

#[test]
fn what_is_reserved_suffices_and_is_not_much_more() {
    let mut holders: Vec<(Hierarchy, Holder)> = Vec::new();
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256, KeyAlgorithm::EcdsaP384] {
        let mut authority = Hierarchy::new(algorithm, 63);
        let name = "示例很长很长的单位名称".repeat(if algorithm == KeyAlgorithm::Sm2 { 1 } else { 5 });
        let holder = authority.certify(CertificateProfile::PersonSigning, &name);
        holders.push((authority, holder));
    }
    let mut authority = Hierarchy::new(KeyAlgorithm::EcdsaP256, 64);
    let holder = rsa(&mut authority, CertificateProfile::PersonSigning);
    holders.push((authority, holder));
    for (mut authority, holder) in holders {
        let tsa = authority.certify(CertificateProfile::Tsa, "示例时间戳");
        let algorithm = holder.key.public_key().algorithm().signature_algorithm().digest_algorithm();
        let digest = algorithm.digest(b"document");
        let token = tsa.stamp(algorithm.digest(b"signature"), &mut authority.rng, NOW);
        let token_size = timestamp_capacity(std::slice::from_ref(&tsa.certificate)).unwrap();
        assert!((token.len()..=token.len() + 900).contains(&token_size), "{token_size} for {}", token.len());
        let attributes = SignedAttributes::new(&digest, &holder.certificate).unwrap();
        let signature = holder.sign(attributes.to_be_signed());
        let chain = vec![authority.root.certificate.clone(); 3];
        for length in 0..=3 {
            for stamp in [None, Some(token.as_slice())] {
                let message = attributes.assemble(&signature, &holder.certificate, &chain[..length], stamp).unwrap();
                let reserved = cms_capacity(&holder.certificate, &chain[..length], stamp.map_or(0, |_| token_size));
                let fits = (message.len()..=message.len() + 1800).contains(&reserved);
                assert!(fits, "{:?}, {length} above: {reserved} for {}", authority.algorithm, message.len());
            }
        }
    }
    assert_eq!(timestamp_capacity(&[]), None);
}
