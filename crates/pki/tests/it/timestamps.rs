//! What an authority stamps, and which tokens are refused.

use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::tsp::{
    Authority, Failure, IssueTimestampError, Query, QueryError, TimestampError, Token, granted, refused,
};
use yinxin_pki::x509::SerialNumber;

use crate::hierarchy::{Hierarchy, NOT_AFTER, POLICY, SIGNED_AT};

#[test]
fn a_token_says_who_stamped_what_when_under_which_policy() {
    for (algorithm, digest) in
        [(KeyAlgorithm::Sm2, DigestAlgorithm::Sm3), (KeyAlgorithm::EcdsaP256, DigestAlgorithm::Sha512)]
    {
        let mut h = Hierarchy::new(algorithm, 50);
        let query = Query { policy: Some(POLICY), ..Query::new(digest.digest(b"signature value"), &mut h.rng) };
        assert_eq!(Query::from_der(&query.to_der()).unwrap(), query);
        let serial = SerialNumber::generate(&mut h.rng);
        let der = h.authority().stamp(&query, &serial, SIGNED_AT + 999).unwrap();
        let padded = [&der[..], &[0; 9]].concat();
        for token in [Token::from_der(&der), Token::from_der(&padded), Token::from_token_or_response(&granted(&der))] {
            let token = token.unwrap();
            token.answers(&query).unwrap();
            assert_eq!(token.as_der(), der);
            let stamp = token.verify(&[b"signature ", b"value"], &[]).unwrap();
            assert_eq!((stamp.time, stamp.accuracy_micros), (SIGNED_AT, Some(1_500_250)));
            assert_eq!(
                (stamp.authority, stamp.policy, &stamp.serial[..]),
                (h.tsa.certificate.clone(), POLICY, serial.as_bytes())
            );
            assert_eq!(token.verify(&[b"another value"], &[]).unwrap_err(), TimestampError::Imprint);
        }
        // Without its certificate the token can only be verified by somebody who has it.
        let bare = Query { certificate_requested: false, nonce: None, ..query };
        let token = Token::from_der(&h.authority().stamp(&bare, &serial, SIGNED_AT).unwrap()).unwrap();
        assert!(token.certificates().is_empty());
        assert!(matches!(token.verify(&[b"signature value"], &[]), Err(TimestampError::Signature(_))));
        assert!(token.verify(&[b"signature value"], std::slice::from_ref(&h.tsa.certificate)).is_ok());
    }
}

#[test]
fn an_authority_stamps_only_with_its_own_certificate_within_its_validity_and_policy() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 51);
    let query = Query::new(DigestAlgorithm::Sm3.digest(b"x"), &mut h.rng);
    let serial = SerialNumber::generate(&mut h.rng);
    let stamp = |authority: &Authority<'_>, query: &Query, at| authority.stamp(query, &serial, at).unwrap_err();
    let party = Authority { certificate: &h.party.certificate, signer: &h.party.key, ..h.authority() };
    assert_eq!(stamp(&party, &query, SIGNED_AT), IssueTimestampError::Authority);
    let other_key = Authority { signer: &h.party.key, ..h.authority() };
    assert_eq!(stamp(&other_key, &query, SIGNED_AT), IssueTimestampError::Authority);
    assert_eq!(stamp(&h.authority(), &query, NOT_AFTER + 2_000_000), IssueTimestampError::Authority);
    let policy = ObjectIdentifier::new_unwrap("1.2.3");
    let demanding = Query { policy: Some(policy), ..query };
    assert_eq!(stamp(&h.authority(), &demanding, SIGNED_AT), IssueTimestampError::Policy(policy));
}

#[test]
fn answers_to_other_queries_and_refusals_are_not_taken_for_timestamps() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 52);
    let query = Query::new(DigestAlgorithm::Sm3.digest(b"x"), &mut h.rng);
    let serial = SerialNumber::generate(&mut h.rng);
    let token = Token::from_der(&h.authority().stamp(&query, &serial, SIGNED_AT).unwrap()).unwrap();
    let other_nonce = Query::new(query.imprint, &mut h.rng);
    assert_eq!(token.answers(&other_nonce), Err(TimestampError::NotTheAnswer));
    let other_data = Query { imprint: DigestAlgorithm::Sm3.digest(b"y"), ..query.clone() };
    assert_eq!(token.answers(&other_data), Err(TimestampError::Imprint));
    let other_policy = Query { policy: Some(ObjectIdentifier::new_unwrap("1.2.3")), ..query };
    assert_eq!(token.answers(&other_policy), Err(TimestampError::NotTheAnswer));
    for failure in [Failure::BadAlgorithm, Failure::BadRequest, Failure::TimeNotAvailable, Failure::SystemFailure] {
        assert!(matches!(Token::from_response(&refused(failure)), Err(TimestampError::Refused(2))));
    }
    // PKIFailureInfo systemFailure is bit 25.
    assert_eq!(hex::encode(refused(Failure::SystemFailure)), "300c300a02010203050600000040");
    assert!(matches!(Token::from_der(&h.sign(b"content")), Err(TimestampError::NotAToken)));
}

#[test]
fn queries_that_cannot_be_answered_say_why() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 53);
    let weak = Query::new(DigestAlgorithm::Sha1.digest(b"x"), &mut h.rng).to_der();
    assert_eq!(Query::from_der(&weak), Err(QueryError::UnsupportedDigest));
    assert_eq!(QueryError::UnsupportedDigest.failure(), Failure::BadAlgorithm);
    let good = Query::new(DigestAlgorithm::Sm3.digest(b"x"), &mut h.rng).to_der();
    let error = Query::from_der(&good[1..]).unwrap_err();
    assert_eq!(error.failure(), Failure::BadDataFormat);
}
