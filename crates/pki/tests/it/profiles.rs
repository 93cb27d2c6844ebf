//! Profiles beyond signing: dual certificates, identities, name constraints, partitioned lists, and chains with several ways to a root.

use yinxin_pki::asn1::{Tag, Writer};
use yinxin_pki::chain::{ChainProblem, Purpose, RevocationEvidence, RevocationStatus, Validator};
use yinxin_pki::crl::{RevocationList, RevocationListError};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{EnvelopedKey, KeyAlgorithm, PrivateKey, Signer};
use yinxin_pki::ocsp::CertificateStatus;
use yinxin_pki::oid;
use yinxin_pki::x509::{
    Additions, Certificate, CertificateProfile, CertificateReply, DistinguishedName, GeneralName, Identity,
    IdentityKind, IssueError, KeyUsage, NameConstraints, issue, issue_with,
};

use crate::hierarchy::{Hierarchy, NOT_AFTER, SIGNED_AT, request};
use crate::oracle::{Workplace, bouncy_castle, openssl_available};

const NONE: RevocationEvidence<'static> = RevocationEvidence { ocsp_responses: &[], crls: &[] };

#[test]
fn dual_certificates_travel_in_one_reply_and_serve_one_purpose_each() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 50);
    let encryption = PrivateKey::generate(KeyAlgorithm::Sm2, &mut h.rng).unwrap();
    let profile = CertificateProfile::OrganisationEncryption;
    let asked = request(profile, "示例科技有限公司", encryption.public_key(), &mut h.rng);
    let certificate = issue(&asked, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let usage = certificate.extensions().key_usage.unwrap();
    assert_eq!(usage.bits(), 0x3800);
    assert!(!usage.allows_any(KeyUsage::DIGITAL_SIGNATURE));

    let roots = [h.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
    let mut problems = |of: &Certificate, purpose| validator.validate(of, purpose, SIGNED_AT, &NONE).problems;
    assert_eq!(problems(&certificate, Purpose::Encryption), []);
    assert_eq!(problems(&certificate, Purpose::ContractSigning), [ChainProblem::KeyUsage]);
    assert_eq!(problems(&h.party.certificate, Purpose::Encryption), [ChainProblem::KeyUsage]);

    let sealed = EnvelopedKey::seal(&encryption, h.party.key.public_key(), &mut h.rng).unwrap();
    let reply = CertificateReply {
        signing: vec![h.party.certificate.clone()],
        encryption_key: Some(sealed),
        encryption: vec![certificate.clone()],
    };
    let again = CertificateReply::from_der(&reply.to_der()).unwrap();
    assert_eq!(again, reply);
    let opened = again.encryption_key.unwrap().open(&h.party.key).unwrap();
    assert_eq!(opened.public_key(), again.encryption[0].public_key());
    for end in 0..reply.to_der().len() {
        assert!(CertificateReply::from_der(&reply.to_der()[..end]).is_err());
    }
    let place = Workplace::new("dual");
    place.write("encryption.cer", certificate.as_der());
    place.write("encryption.pem", certificate.to_pem());
    place.write("sub.cer", h.sub.certificate.as_der());
    place.write("root.cer", h.root.certificate.as_der());
    if let Some((success, text)) = bouncy_castle(&place, &["chain", "encryption.cer", "sub.cer", "root.cer"]) {
        assert!(success, "{text}");
    }
    if openssl_available() {
        let text = place.must("openssl", &["x509", "-in", "encryption.pem", "-noout", "-ext", "keyUsage"]);
        assert!(text.contains("Key Encipherment, Data Encipherment, Key Agreement"), "{text}");
    }
}

#[test]
fn identities_are_written_in_one_form_and_read_back_by_kind() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 51);
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut h.rng).unwrap();
    let asked = request(CertificateProfile::PersonSigning, "示例人", key.public_key(), &mut h.rng);
    let make = |identities: &[(IdentityKind, &str)]| {
        let identities = identities.iter().map(|(kind, value)| Identity::new(*kind, value)).collect();
        let additions = Additions { identities, ..Additions::default() };
        issue_with(&asked, &additions, Some(&h.sub.certificate), &h.sub.key)
    };
    use IdentityKind as K;
    let all = [
        (K::ResidentId, "11000019000101000X"),
        (K::SocialInsurance, "000000000000"),
        (K::BusinessRegistration, "110000000000000"),
        (K::OrganisationCode, "91000000MA00000000"),
        (K::Taxation, "910000000000000000"),
    ];
    let certificate = make(&all).unwrap();
    let read: Vec<_> = certificate.identities().map(|one| (one.kind(), one.value().to_owned())).collect();
    assert_eq!(read, all.map(|(kind, value)| (kind, value.to_owned())));
    assert_eq!(certificate.unified_social_credit_code(), Some("91000000MA00000000"));
    for (kind, value) in [(K::MilitaryOfficer, "军字第000000号"), (K::Passport, "E00000000")] {
        let certificate = make(&[(kind, value)]).unwrap();
        let read: Vec<_> = certificate.identities().collect();
        assert_eq!(read, [Identity::new(kind, value)]);
    }
    assert_eq!(make(&[(K::ResidentId, "1"), (K::Passport, "2")]).err(), Some(IssueError::Text));
    assert_eq!(make(&[(K::Taxation, "税号")]).err(), Some(IssueError::Text));
    assert_eq!(make(&[(K::Taxation, "")]).err(), Some(IssueError::Text));
    assert_eq!(make(&[(K::Vendor, "1")]).err(), Some(IssueError::Addition));
}

/// A CA below the root that may only name 示例 organisations in CN and hosts of example.org, and a leaf of it.
fn constrained(
    algorithm: KeyAlgorithm,
    subject: &DistinguishedName,
    host: &str,
) -> (Hierarchy, Certificate, Certificate) {
    let mut h = Hierarchy::new(algorithm, 52);
    let key = PrivateKey::generate(algorithm, &mut h.rng).unwrap();
    let ca = request(CertificateProfile::SubCa, "示例受限CA", key.public_key(), &mut h.rng);
    let permitted = DistinguishedName::new("CN").organisation("示例科技有限公司");
    let constraints = NameConstraints {
        permitted: vec![GeneralName::Directory(permitted.to_der()), GeneralName::Host("example.org".into())],
        excluded: vec![GeneralName::Host("secret.example.org".into())],
    };
    let additions = Additions { name_constraints: Some(constraints), ..Additions::default() };
    let ca = issue_with(&ca, &additions, Some(&h.root.certificate), &h.root.key).unwrap();
    let mut leaf = request(CertificateProfile::PersonSigning, "x", h.person.key.public_key(), &mut h.rng);
    leaf.subject = subject.clone();
    let names = Additions { alternative_names: vec![GeneralName::Host(host.into())], ..Additions::default() };
    let leaf = issue_with(&leaf, &names, Some(&ca), &key).unwrap();
    (h, ca, leaf)
}

#[test]
fn name_constraints_bind_what_stands_below_as_openssl_says() {
    let own = DistinguishedName::new("CN").organisation("示例科技有限公司").common_name("示例人");
    let foreign = DistinguishedName::new("CN").organisation("他人公司").common_name("示例人");
    for (subject, host, expected) in [
        (&own, "a.example.org", true),
        (&own, "secret.example.org", false),
        (&own, "a.example.com", false),
        (&foreign, "a.example.org", false),
    ] {
        let (h, ca, leaf) = constrained(KeyAlgorithm::EcdsaP256, subject, host);
        let roots = [h.root.certificate.clone()];
        let mut validator = Validator::new(&roots);
        validator.add_candidates(std::slice::from_ref(&ca));
        let report = validator.validate(&leaf, Purpose::ContractSigning, SIGNED_AT, &NONE);
        let problems: &[ChainProblem] = if expected { &[] } else { &[ChainProblem::NameConstraints { index: 0 }] };
        assert_eq!(report.problems, problems, "{host}");
        if openssl_available() {
            let place = Workplace::new("constraints");
            place.write("root.pem", h.root.certificate.to_pem());
            place.write("ca.pem", ca.to_pem());
            place.write("leaf.pem", leaf.to_pem());
            let verify = ["verify", "-x509_strict", "-CAfile", "root.pem", "-untrusted", "ca.pem", "leaf.pem"];
            let (accepted, text) = place.run("openssl", &verify);
            assert_eq!(accepted, expected, "{host}: {text}");
        }
    }
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 53);
    let leaf = request(CertificateProfile::PersonSigning, "x", h.person.key.public_key(), &mut h.rng);
    let unfit = Additions { name_constraints: Some(NameConstraints::default()), ..Additions::default() };
    assert_eq!(issue_with(&leaf, &unfit, Some(&h.sub.certificate), &h.sub.key), Err(IssueError::Addition));
}

#[test]
fn path_lengths_are_given_and_kept() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 54);
    let mut ca = |issuer: &Certificate, signer: &PrivateKey, length: Option<u64>| {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256, &mut h.rng).unwrap();
        let asked = request(CertificateProfile::SubCa, "示例中间CA", key.public_key(), &mut h.rng);
        let additions = Additions { path_length: length, ..Additions::default() };
        issue_with(&asked, &additions, Some(issuer), signer).map(|certificate| (certificate, key))
    };
    let (two, two_key) = ca(&h.root.certificate, &h.root.key, Some(2)).unwrap();
    assert_eq!(ca(&two, &two_key, Some(2)).err(), Some(IssueError::Issuer));
    let (one, one_key) = ca(&two, &two_key, Some(1)).unwrap();
    let (zero, zero_key) = ca(&one, &one_key, None).unwrap();
    assert_eq!(ca(&zero, &zero_key, None).err(), Some(IssueError::Issuer));
}

#[test]
fn of_several_ways_to_a_root_the_flawless_one_is_taken() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 55);
    // The same CA, certified once more for a time that is over.
    let mut old = request(CertificateProfile::SubCa, "示例签发CA", h.sub.key.public_key(), &mut h.rng);
    old.not_after = SIGNED_AT - 1_000_000;
    let old = issue(&old, Some(&h.root.certificate), &h.root.key).unwrap();
    let roots = [h.root.certificate.clone()];
    for candidates in [[old.clone(), h.sub.certificate.clone()], [h.sub.certificate.clone(), old.clone()]] {
        let mut validator = Validator::new(&roots);
        validator.add_candidates(&candidates);
        let report = validator.validate(&h.party.certificate, Purpose::ContractSigning, SIGNED_AT, &NONE);
        assert!(report.is_valid() && report.path[1] == h.sub.certificate, "{:?}", report.problems);
    }
    let mut validator = Validator::new(&roots);
    validator.add_candidates(&[old]);
    let report = validator.validate(&h.party.certificate, Purpose::ContractSigning, SIGNED_AT, &NONE);
    assert_eq!(report.problems, [ChainProblem::Expired { index: 1 }]);
}

#[test]
fn certificates_that_all_issued_each_other_end_the_search() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 56);
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256, &mut h.rng).unwrap();
    let crowd: Vec<Certificate> = (0..40)
        .map(|_| {
            issue(&request(CertificateProfile::Root, "示例同名", key.public_key(), &mut h.rng), None, &key).unwrap()
        })
        .collect();
    let roots = [h.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(&crowd);
    for leaf in &crowd {
        let report = validator.validate(leaf, Purpose::CertSign, SIGNED_AT, &NONE);
        assert!(report.only_root_is_missing());
    }
}

/// A list of the sub CA with an issuingDistributionPoint, and nothing on it.
fn partial_list(h: &Hierarchy, point: &dyn Fn(&mut Writer)) -> Vec<u8> {
    let key = &h.sub.key;
    let tbs = Writer::sequence_of(|tbs| {
        tbs.u64(1);
        tbs.raw(&key.signature_algorithm().identifier());
        tbs.raw(h.sub.certificate.subject().as_der());
        tbs.time(SIGNED_AT);
        tbs.time(NOT_AFTER);
        tbs.context(0, |tagged| {
            tagged.sequence(|extensions| {
                extensions.sequence(|w| {
                    w.oid(oid::ISSUING_DISTRIBUTION_POINT);
                    w.boolean(true);
                    w.constructed(Tag::OCTET_STRING, |w| w.sequence(point));
                });
            });
        });
    });
    let signature = key.sign(&key.public_key().signing_digest(&tbs)).unwrap();
    Writer::sequence_of(|list| {
        list.raw(&tbs);
        list.raw(&key.signature_algorithm().identifier());
        list.bit_string(&signature);
    })
}

#[test]
fn a_list_in_parts_speaks_only_of_its_own_part() {
    let h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 57);
    let at_url = |url: &'static str| {
        move |w: &mut Writer| {
            w.context(0, |w| w.context(0, |w| w.primitive(Tag::context_primitive(6), url.as_bytes())));
        }
    };
    let flag = |number: u8| move |w: &mut Writer| w.primitive(Tag::context_primitive(number), &[0xff]);
    let roots = [h.root.certificate.clone()];
    let judge = |list: &[u8]| {
        let mut validator = Validator::new(&roots);
        validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
        let evidence = RevocationEvidence { ocsp_responses: &[], crls: &[list] };
        validator.validate(&h.party.certificate, Purpose::ContractSigning, SIGNED_AT, &evidence).revocation[0]
    };
    let good = |list: &[u8]| matches!(judge(list), RevocationStatus::Good { .. });
    assert!(good(&partial_list(&h, &at_url("http://127.0.0.1:8080/crl/sub.crl"))));
    assert!(good(&partial_list(&h, &flag(1))));
    for other in [partial_list(&h, &at_url("http://127.0.0.1:8080/crl/other.crl")), partial_list(&h, &flag(2))] {
        assert_eq!(judge(&other), RevocationStatus::Unknown);
    }
    for number in [4, 5] {
        let refused = RevocationList::from_der(&partial_list(&h, &flag(number))).err();
        assert_eq!(refused, Some(RevocationListError::Unsupported(oid::ISSUING_DISTRIBUTION_POINT)));
    }
}

#[test]
fn evidence_made_after_a_certificate_has_expired_does_not_speak_for_it() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 58);
    let mut short = request(CertificateProfile::PersonSigning, "示例短期", h.person.key.public_key(), &mut h.rng);
    short.not_after = SIGNED_AT + 60_000_000;
    let short = issue(&short, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let roots = [h.root.certificate.clone()];
    let judge = |this_update: i64| {
        let list = h.revocation_list(this_update, SIGNED_AT);
        let mut status = h.status(&short, CertificateStatus::Good, DigestAlgorithm::Sha256);
        status.this_update = this_update;
        let response = h.ocsp_response(vec![status], None);
        let by = |crls: &[&[u8]], ocsp_responses: &[&[u8]]| {
            let mut validator = Validator::new(&roots);
            validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
            let evidence = RevocationEvidence { ocsp_responses, crls };
            validator.validate(&short, Purpose::ContractSigning, SIGNED_AT, &evidence).revocation[0]
        };
        [by(&[&list], &[]), by(&[], &[&response])]
    };
    for status in judge(SIGNED_AT + 30_000_000) {
        assert!(matches!(status, RevocationStatus::Good { .. }));
    }
    // The issuer may have dropped it from its list by then, revoked or not.
    assert_eq!(judge(SIGNED_AT + 3_600_000_000), [RevocationStatus::Unknown; 2]);
}
