//! What chains accept and refuse, and how revocation is judged against the signing time (S1: a seal stays provable after revocation).

use yinxin_pki::asn1::MICROS_PER_SECOND;
use yinxin_pki::chain::{ChainProblem, Purpose, RevocationEvidence, RevocationStatus, Validator};
use yinxin_pki::crl::RevocationReason;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey};
use yinxin_pki::ocsp::CertificateStatus;
use yinxin_pki::x509::{Certificate, CertificateProfile, IssueError, issue};

use crate::hierarchy::{CREDIT_CODE, Hierarchy, NOT_AFTER, NOT_BEFORE, SIGNED_AT, request};

const NONE: RevocationEvidence<'static> = RevocationEvidence { ocsp_responses: &[], crls: &[] };

fn problems(hierarchy: &Hierarchy, leaf: &Certificate, purpose: Purpose, at: i64) -> Vec<ChainProblem> {
    let roots = [hierarchy.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&hierarchy.sub.certificate));
    validator.validate(leaf, purpose, at, &NONE).problems
}

#[test]
fn every_certificate_serves_its_purpose_and_not_the_others() {
    use Purpose as P;
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 10);
    let none: &[ChainProblem] = &[];
    let purpose_refused: &[ChainProblem] = &[ChainProblem::ExtendedKeyUsage];
    let cases = [
        (&h.party, P::ContractSigning, none),
        (&h.person, P::ContractSigning, none),
        (&h.platform, P::ContractSigning, none),
        (&h.seal_maker, P::SealMaking, none),
        (&h.tsa, P::TimeStamping, none),
        (&h.ocsp, P::OcspSigning, none),
        (&h.sub, P::CertSign, none),
        (&h.root, P::CertSign, none),
        (&h.tsa, P::ContractSigning, purpose_refused),
        (&h.ocsp, P::SealMaking, purpose_refused),
        (&h.party, P::TimeStamping, purpose_refused),
        (&h.party, P::OcspSigning, purpose_refused),
        (&h.sub, P::ContractSigning, &[ChainProblem::KeyUsage]),
        (&h.party, P::CertSign, &[ChainProblem::KeyUsage, ChainProblem::NotACa { index: 0 }]),
    ];
    for (identity, purpose, expected) in cases {
        assert_eq!(problems(&h, &identity.certificate, purpose, SIGNED_AT), expected, "{purpose:?}");
    }
}

#[test]
fn the_issued_certificate_says_what_was_asked_for() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 11);
    let party = &h.party.certificate;
    assert_eq!(party.unified_social_credit_code(), Some(CREDIT_CODE));
    let expected = format!("C=CN, O=示例科技有限公司, CN=示例科技有限公司, organizationIdentifier=NTRCN-{CREDIT_CODE}");
    assert_eq!(party.subject().to_string(), expected);
    assert_eq!((party.not_before(), party.not_after()), (NOT_BEFORE, NOT_AFTER));
    assert_eq!(party.extensions().ocsp_urls, ["http://127.0.0.1:8080/ocsp"]);
    assert_eq!(party.extensions().crl_urls, ["http://127.0.0.1:8080/crl/sub.crl"]);
    assert_eq!(party.extensions().authority_key_identifier, h.sub.certificate.extensions().subject_key_identifier);
    assert_eq!(Certificate::from_pem(&party.to_pem()).unwrap(), std::slice::from_ref(party));
    assert!(!party.is_ca() && h.sub.certificate.is_ca());
    // The parameters of the SM2 signature algorithm are absent (standards 2).
    let identifier = hex::decode("300a06082a811ccf55018375").unwrap();
    assert_eq!(party.as_der().windows(identifier.len()).filter(|window| *window == identifier).count(), 2);
}

#[test]
fn dates_decide_at_the_second() {
    let h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 12);
    let at = |time| problems(&h, &h.party.certificate, Purpose::ContractSigning, time);
    let all = |problem: fn(usize) -> ChainProblem| (0..3).map(problem).collect::<Vec<_>>();
    assert_eq!(at(NOT_BEFORE), []);
    assert_eq!(at(NOT_BEFORE - 1), all(|index| ChainProblem::NotYetValid { index }));
    assert_eq!(at(NOT_AFTER + MICROS_PER_SECOND - 1), []);
    assert_eq!(at(NOT_AFTER + MICROS_PER_SECOND), all(|index| ChainProblem::Expired { index }));
}

#[test]
fn trust_comes_from_the_callers_roots_only() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 13);
    let other = Hierarchy::new(KeyAlgorithm::Sm2, 14);
    let roots = [other.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    // The right root among the candidates, with the same names as the trusted one, is still no root.
    validator.add_candidates(&[h.sub.certificate.clone(), h.root.certificate.clone(), other.sub.certificate.clone()]);
    let report = validator.validate(&h.party.certificate, Purpose::ContractSigning, SIGNED_AT, &NONE);
    assert!(report.only_root_is_missing() && !report.is_valid());
    assert_eq!(report.path.len(), 3);
    let report = Validator::new(&[]).validate(&h.party.certificate, Purpose::ContractSigning, SIGNED_AT, &NONE);
    assert_eq!((report.path.len(), report.only_root_is_missing()), (1, true));
}

#[test]
fn a_certificate_issued_by_an_end_entity_or_below_the_allowed_depth_is_refused() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 15);
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut h.rng).unwrap();
    let leaf = request(CertificateProfile::PersonSigning, "示例冒充", key.public_key(), &mut h.rng);
    assert_eq!(issue(&leaf, Some(&h.party.certificate), &h.party.key), Err(IssueError::Issuer));
    assert_eq!(issue(&leaf, Some(&h.sub.certificate), &h.party.key), Err(IssueError::Issuer));
    assert_eq!(issue(&leaf, None, &key), Err(IssueError::NotRoot));
    let ca = request(CertificateProfile::SubCa, "示例下级", key.public_key(), &mut h.rng);
    assert_eq!(issue(&ca, Some(&h.sub.certificate), &h.sub.key), Err(IssueError::Issuer));
    let mut long = leaf.clone();
    long.not_after += MICROS_PER_SECOND;
    assert_eq!(issue(&long, Some(&h.sub.certificate), &h.sub.key), Err(IssueError::Validity));
    long.not_after = long.not_before;
    assert_eq!(issue(&long, Some(&h.sub.certificate), &h.sub.key), Err(IssueError::Validity));

    // Another issuer may be careless: a root that bears the party's name and key issues in the party's place.
    let mut careless = request(CertificateProfile::Root, "x", h.party.key.public_key(), &mut h.rng);
    careless.subject = yinxin_pki::x509::DistinguishedName::new("CN")
        .organisation("示例科技有限公司")
        .common_name("示例科技有限公司")
        .with(yinxin_pki::oid::ORGANISATION_IDENTIFIER, &format!("NTRCN-{CREDIT_CODE}"));
    let careless = issue(&careless, None, &h.party.key).unwrap();
    let forged = issue(&leaf, Some(&careless), &h.party.key).unwrap();
    let roots = [h.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(&[h.party.certificate.clone(), h.sub.certificate.clone(), careless]);
    let report = validator.validate(&forged, Purpose::ContractSigning, SIGNED_AT, &NONE);
    assert_eq!(report.problems, [ChainProblem::NotACa { index: 1 }, ChainProblem::PathLength { index: 2 }]);
}

#[test]
fn revocation_is_judged_against_the_signing_time() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 16);
    let roots = [h.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
    let second = MICROS_PER_SECOND;
    let revoked_at = SIGNED_AT.div_euclid(second) * second;
    let mut judge = |leaf: &Certificate, at: i64, ocsp: &[&[u8]], crls: &[&[u8]]| {
        let evidence = RevocationEvidence { ocsp_responses: ocsp, crls };
        let report = validator.validate(leaf, Purpose::ContractSigning, at, &evidence);
        assert_eq!(report.revocation.len(), 2);
        let refused = report.problems.iter().any(|problem| matches!(problem, ChainProblem::Revoked { .. }));
        assert_eq!(refused, matches!(report.revocation[0], RevocationStatus::RevokedBefore { .. }));
        report.revocation[0]
    };
    let crl = h.revocation_list(revoked_at, revoked_at);
    let (person, party) = (&h.person.certificate, &h.party.certificate);
    let reason = RevocationReason::KeyCompromise;
    assert_eq!(judge(person, SIGNED_AT, &[], &[&crl]), RevocationStatus::RevokedBefore { at: revoked_at, reason });
    assert_eq!(judge(person, revoked_at, &[], &[&crl]), RevocationStatus::RevokedBefore { at: revoked_at, reason });
    assert_eq!(judge(person, revoked_at - 1, &[], &[&crl]), RevocationStatus::RevokedAfter { at: revoked_at, reason });
    assert_eq!(judge(party, SIGNED_AT, &[], &[&crl]), RevocationStatus::Good { this_update: revoked_at });
    assert_eq!(judge(party, SIGNED_AT, &[], &[]), RevocationStatus::Unknown);

    let good = h.ocsp_response(vec![h.status(person, CertificateStatus::Good, DigestAlgorithm::Sm3)], None);
    assert_eq!(judge(person, SIGNED_AT, &[&good], &[]), RevocationStatus::Good { this_update: revoked_at });
    // Evidence of revocation outweighs evidence of none, whatever the order.
    let verdict = judge(person, SIGNED_AT, &[&good], &[&crl]);
    assert_eq!(verdict, RevocationStatus::RevokedBefore { at: revoked_at, reason });
    let unknown = h.ocsp_response(vec![h.status(person, CertificateStatus::Unknown, DigestAlgorithm::Sm3)], None);
    assert_eq!(judge(person, SIGNED_AT, &[&unknown, b"garbage"], &[b"garbage"]), RevocationStatus::Unknown);

    // Evidence from before the signing without a promise that reaches it proves nothing.
    let mut stale = h.status(person, CertificateStatus::Good, DigestAlgorithm::Sm3);
    stale.next_update = None;
    let stale = h.ocsp_response(vec![stale], None);
    assert_eq!(judge(person, SIGNED_AT + 10 * second, &[&stale], &[]), RevocationStatus::Unknown);

    // "Good" from before the signing is enough while it is in force, but only what was issued then or later is final; the newest counts.
    let status_made = |this_update: i64| {
        let mut status = h.status(person, CertificateStatus::Good, DigestAlgorithm::Sm3);
        (status.this_update, status.next_update) = (this_update, Some(this_update + 3600 * second));
        h.ocsp_response(vec![status], None)
    };
    let (early, late) = (status_made(revoked_at - second), status_made(revoked_at));
    let before = judge(person, SIGNED_AT, &[&early], &[]);
    assert_eq!(before, RevocationStatus::Good { this_update: revoked_at - second });
    assert!(!before.is_final_at(SIGNED_AT) && before.is_final_at(SIGNED_AT - second));
    for both in [[&early[..], &late], [&late, &early]] {
        let newest = judge(person, SIGNED_AT, &both, &[]);
        assert!(newest == RevocationStatus::Good { this_update: revoked_at } && newest.is_final_at(SIGNED_AT));
    }
    let hidden = judge(person, SIGNED_AT, &[&early], &[&crl]);
    assert!(hidden == RevocationStatus::RevokedBefore { at: revoked_at, reason } && hidden.is_final_at(SIGNED_AT));
    assert!(!RevocationStatus::Unknown.is_final_at(SIGNED_AT));
    let evidence = RevocationEvidence { ocsp_responses: &[&late], crls: &[] };
    let alone = yinxin_pki::chain::status_at(person, &h.sub.certificate, &evidence, SIGNED_AT);
    assert_eq!(alone, RevocationStatus::Good { this_update: revoked_at });
    let elsewhere = yinxin_pki::chain::status_at(person, &h.root.certificate, &evidence, SIGNED_AT);
    assert_eq!(elsewhere, RevocationStatus::Unknown);

    // A response signed by somebody else of the same CA, or by another CA, counts for nothing.
    let other = Hierarchy::new(KeyAlgorithm::Sm2, 17);
    let content = |status| yinxin_pki::ocsp::StatusResponseContent {
        statuses: vec![h.status(person, status, DigestAlgorithm::Sha1)],
        produced_at: SIGNED_AT,
        nonce: None,
    };
    let by_party = yinxin_pki::ocsp::respond(&content(CertificateStatus::Good), party, &h.party.key).unwrap();
    let by_other =
        yinxin_pki::ocsp::respond(&content(CertificateStatus::Good), &other.ocsp.certificate, &other.ocsp.key).unwrap();
    let by_ca = yinxin_pki::ocsp::respond(&content(CertificateStatus::Good), &h.sub.certificate, &h.sub.key).unwrap();
    assert_eq!(judge(person, SIGNED_AT, &[&by_party, &by_other], &[]), RevocationStatus::Unknown);
    assert_eq!(judge(person, SIGNED_AT, &[&by_ca], &[]), RevocationStatus::Good { this_update: revoked_at });
}

#[test]
fn a_certificate_or_list_with_a_forged_signature_counts_for_nothing() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 18);
    // The last byte belongs to the signature value, so everything still reads the same.
    let forge = |der: &[u8]| {
        let mut forged = der.to_vec();
        *forged.last_mut().unwrap() ^= 1;
        forged
    };
    let forged = Certificate::from_der(&forge(h.party.certificate.as_der())).unwrap();
    assert_eq!(problems(&h, &forged, Purpose::ContractSigning, SIGNED_AT), [ChainProblem::NoTrustedRoot]);
    let forged = Certificate::from_der(&forge(h.sub.certificate.as_der())).unwrap();
    let roots = [h.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&forged));
    let list = forge(&h.revocation_list(SIGNED_AT, SIGNED_AT));
    let evidence = RevocationEvidence { ocsp_responses: &[], crls: &[&list] };
    let report = validator.validate(&h.party.certificate, Purpose::ContractSigning, SIGNED_AT, &evidence);
    assert!(report.only_root_is_missing());
    validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
    let report = validator.validate(&h.person.certificate, Purpose::ContractSigning, SIGNED_AT, &evidence);
    assert!(report.is_valid());
    assert_eq!(report.revocation[0], RevocationStatus::Unknown);
}
