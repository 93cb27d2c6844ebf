//! Every byte of what is signed counts: no change of a single byte leaves certificate, list, response, token or message valid and saying
//! something else.

use yinxin_pki::chain::{Purpose, RevocationEvidence, Validator};
use yinxin_pki::cms::{Content, SignedAttributes, SignedData, set_unsigned_timestamp};
use yinxin_pki::crl::RevocationList;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::ocsp::{CertificateStatus, StatusResponse};
use yinxin_pki::tsp::{Query, Token};
use yinxin_pki::x509::{Certificate, CertificationRequest, DistinguishedName, SerialNumber};

use crate::hierarchy::{Hierarchy, SIGNED_AT};

/// Flips a bit of each byte in turn and says at which offsets `holds` still holds. P-256 because its verification is quick.
fn survivors(original: &[u8], holds: impl Fn(&[u8]) -> bool) -> Vec<usize> {
    assert!(holds(original));
    let mut bytes = original.to_vec();
    let mut survivors = Vec::new();
    for offset in 0..bytes.len() {
        bytes[offset] ^= 1 << (offset % 8);
        if holds(&bytes) {
            survivors.push(offset);
        }
        bytes[offset] = original[offset];
    }
    survivors
}

fn hierarchy() -> Hierarchy {
    Hierarchy::new(KeyAlgorithm::EcdsaP256, 20)
}

#[test]
fn certificates_requests_and_lists_do_not_survive_the_change_of_a_bit() {
    let h = hierarchy();
    let issuer = h.sub.certificate.public_key();
    let certificate_holds = |der: &[u8]| Certificate::from_der(der).is_ok_and(|c| c.verify_signature(issuer).is_ok());
    assert_eq!(survivors(h.party.certificate.as_der(), certificate_holds), []);
    let list = h.revocation_list(SIGNED_AT, SIGNED_AT);
    let list_holds =
        |der: &[u8]| RevocationList::from_der(der).is_ok_and(|list| list.verify(&h.sub.certificate).is_ok());
    assert_eq!(survivors(&list, list_holds), []);
    let request = CertificationRequest::create(&DistinguishedName::new("CN"), &h.person.key).unwrap();
    assert_eq!(survivors(&request, |der| CertificationRequest::from_der(der).is_ok()), []);
}

#[test]
fn a_status_response_does_not_survive_a_change_of_what_is_signed() {
    let h = hierarchy();
    let party = &h.party.certificate;
    let status = h.status(party, CertificateStatus::Good, DigestAlgorithm::Sha256);
    let response = h.ocsp_response(vec![status.clone()], None);
    let survivors = survivors(&response, |der| {
        let Ok(response) = StatusResponse::from_der(der) else { return false };
        let says = response.find(party, &h.sub.certificate).cloned();
        if response.verify(&h.sub.certificate).is_err() {
            return false;
        }
        assert_eq!(says.map(|single| single.status), Some(CertificateStatus::Good));
        true
    });
    // The outer ENUMERATED, OID and lengths are not signed, but each of them decides whether the response can be read at all.
    assert_eq!(survivors, []);
}

#[test]
fn a_message_and_its_timestamp_do_not_survive_a_change_outside_the_other_certificates() {
    let mut h = hierarchy();
    let content = b"the content";
    let signed = h.sign(content);
    let parsed = SignedData::from_der(&signed).unwrap();
    let query = Query::new(h.digest().digest(parsed.signers()[0].signature()), &mut h.rng);
    let serial = SerialNumber::generate(&mut h.rng);
    let token = h.authority().stamp(&query, &serial, SIGNED_AT).unwrap();
    let stamped = set_unsigned_timestamp(&signed, &token).unwrap();
    // The same message results whether the timestamp comes with the assembly or after it.
    let party = &h.party.certificate;
    let attributes = SignedAttributes::new(&h.digest().digest(content), party).unwrap();
    let signature = parsed.signers()[0].signature();
    let chain = std::slice::from_ref(&h.sub.certificate);
    assert_eq!(attributes.assemble(signature, party, chain, Some(&token)).unwrap(), stamped);
    assert!(set_unsigned_timestamp(&stamped, &token).is_err());

    let roots = [h.root.certificate.clone()];
    let holds = |der: &[u8]| -> bool {
        let Ok(signed) = SignedData::from_der(der) else { return false };
        let [signer] = signed.signers() else { return false };
        let Ok(certificate) = signed.verify(signer, &Content::Parts(&[content]), &[]) else { return false };
        let [token] = signer.timestamps() else { return false };
        let Ok(token) = Token::from_der(token) else { return false };
        let Ok(stamp) = token.verify(&[signer.signature()], &[]) else { return false };
        assert_eq!((stamp.time, stamp.accuracy_micros), (SIGNED_AT, Some(1_500_250)));
        let mut validator = Validator::new(&roots);
        validator.add_candidates(signed.certificates());
        validator.add_candidates(token.certificates());
        let none = RevocationEvidence::default();
        validator.validate(&certificate, Purpose::ContractSigning, stamp.time, &none).is_valid()
            && validator.validate(&stamp.authority, Purpose::TimeStamping, stamp.time, &none).is_valid()
    };
    // What is not signed may change without harm: in both messages the version numbers, the list of digest algorithms, spelling (string
    // type and case) of the issuer's name that merely points at the signer's certificate, and one of the two copies of the sub CA's
    // certificate. Nothing else, so nothing that is signed and nothing that decides who signed.
    let sub = h.sub.certificate.as_der();
    let name = h.sub.certificate.subject().as_der();
    let digests = [&[0x31, 0x0d], &h.digest().identifier()[..]].concat();
    let places = |part: &[u8], before: usize| -> Vec<std::ops::Range<usize>> {
        let starts = (0..=stamped.len() - part.len()).filter(|&at| stamped[at..].starts_with(part));
        starts.map(|at| at - before..at + part.len()).collect()
    };
    // The version stands one byte before the list of digests, and three before the name.
    let harmless = [places(sub, 0), places(name, 3), places(&digests, 1)];
    assert_eq!((harmless[0].len(), harmless[2].len()), (2, 2));
    let harmful: Vec<usize> = survivors(&stamped, holds)
        .into_iter()
        .filter(|offset| !harmless.iter().flatten().any(|range| range.contains(offset)))
        .collect();
    assert_eq!(harmful, []);
}

#[test]
fn a_certificate_cannot_be_exchanged_for_another_with_the_same_key() {
    // Two certificates for one key: the message names which of them signed (RFC 5035), so neither can stand in for the other.
    let mut h = hierarchy();
    let other = crate::hierarchy::request(
        yinxin_pki::x509::CertificateProfile::OrganisationSigning,
        "示例分公司",
        h.party.key.public_key(),
        &mut h.rng,
    );
    let mut other_request = other.clone();
    other_request.serial = SerialNumber::from_bytes(h.party.certificate.serial()).unwrap();
    let other = yinxin_pki::x509::issue(&other_request, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let signed = h.sign(b"content");
    let attributes = SignedAttributes::new(&h.digest().digest(b"content"), &h.party.certificate).unwrap();
    let signature = SignedData::from_der(&signed).unwrap().signers()[0].signature().to_vec();
    let exchanged = attributes.assemble(&signature, &other, &[], None).unwrap();
    let parsed = SignedData::from_der(&exchanged).unwrap();
    let verdict = parsed.verify(&parsed.signers()[0], &Content::Parts(&[b"content"]), &[]);
    assert_eq!(verdict.unwrap_err(), yinxin_pki::cms::CmsVerifyError::CertificateSubstituted);
}
