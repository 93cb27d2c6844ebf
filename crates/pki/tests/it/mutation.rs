//! No input makes a reader panic or run away: truncations and random changes of every kind of object, and pure noise.

use std::sync::LazyLock;

use proptest::prelude::*;
use yinxin_pki::asn1::Reader;
use yinxin_pki::chain::{Purpose, RevocationEvidence, Validator};
use yinxin_pki::cms::{Content, SignedAttributes, SignedData, set_unsigned_timestamp};
use yinxin_pki::crl::RevocationList;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, PublicKey};
use yinxin_pki::ocsp::{CertificateId, CertificateStatus, StatusRequest, StatusResponse};
use yinxin_pki::pem;
use yinxin_pki::tsp::{Query, Token, granted};
use yinxin_pki::x509::{Certificate, CertificationRequest, DistinguishedName, SerialNumber};

use crate::hierarchy::{Hierarchy, SIGNED_AT};

static SAMPLES: LazyLock<(Hierarchy, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 30);
    let query = Query::new(h.digest().digest(b"x"), &mut h.rng);
    let serial = SerialNumber::generate(&mut h.rng);
    let token = h.authority().stamp(&query, &serial, SIGNED_AT).unwrap();
    let id = CertificateId::new(&h.party.certificate, &h.sub.certificate, DigestAlgorithm::Sha1);
    let status = h.status(&h.party.certificate, CertificateStatus::Good, DigestAlgorithm::Sm3);
    let signed = h.sign(b"x");
    let samples = vec![
        h.party.certificate.as_der().to_vec(),
        h.revocation_list(SIGNED_AT, SIGNED_AT),
        h.ocsp_response(vec![status], Some(vec![1])),
        StatusRequest { certificates: vec![id], nonce: Some(vec![1, 2]) }.to_der(),
        query.to_der(),
        granted(&token),
        set_unsigned_timestamp(&signed, &token).unwrap(),
        token,
        signed,
        CertificationRequest::create(&DistinguishedName::new("CN"), &h.person.key).unwrap(),
        h.person.key.to_pkcs8_der().to_vec(),
        h.person.key.public_key().to_spki_der().to_vec(),
        SignedAttributes::new(&h.digest().digest(b"x"), &h.party.certificate).unwrap().to_be_signed().to_vec(),
    ];
    (h, samples)
});

/// Everything that reads bytes, with everything that is done to the result.
fn read_everything(bytes: &[u8]) {
    let (h, _) = &*SAMPLES;
    let issuer = &h.sub.certificate;
    for mut reader in [Reader::der(bytes), Reader::ber(bytes)] {
        while let Ok(element) = reader.any() {
            let _ =
                (element.to_text(), element.to_time(), element.to_bit_string(), element.to_octets(), element.to_oid());
            let _ = (element.to_integer(), element.to_u64());
        }
    }
    if let Ok(certificate) = Certificate::from_der(bytes) {
        let _ =
            (certificate.subject().to_string(), format!("{certificate:?}"), certificate.unified_social_credit_code());
        let roots = [h.root.certificate.clone()];
        let mut validator = Validator::new(&roots);
        validator.add_candidates(std::slice::from_ref(issuer));
        let evidence = RevocationEvidence { ocsp_responses: &[bytes], crls: &[bytes] };
        let _ = validator.validate(&certificate, Purpose::ContractSigning, SIGNED_AT, &evidence);
    }
    if let Ok(list) = RevocationList::from_der(bytes) {
        let _ = (list.verify(issuer), list.find(h.person.certificate.serial()), list.number());
    }
    if let Ok(response) = StatusResponse::from_der(bytes) {
        let _ = (response.verify(issuer), response.find(&h.party.certificate, issuer));
    }
    for signed in [SignedData::from_der(bytes), SignedData::from_padded(bytes)].into_iter().flatten() {
        for signer in signed.signers() {
            let _ = signed.verify(signer, &Content::Parts(&[b"x"]), std::slice::from_ref(issuer));
        }
    }
    for token in [Token::from_der(bytes), Token::from_response(bytes), Token::from_token_or_response(bytes)]
        .into_iter()
        .flatten()
    {
        let _ = token.verify(&[b"x"], &[]);
    }
    let _ = (StatusRequest::from_der(bytes), Query::from_der(bytes), CertificationRequest::from_der(bytes).is_ok());
    let _ = (
        PrivateKey::from_pkcs8_der(bytes).is_ok(),
        PublicKey::from_spki_der(bytes),
        pem::decode(&String::from_utf8_lossy(bytes)).is_ok(),
    );
    let _ = (set_unsigned_timestamp(bytes, bytes), SignedAttributes::from_to_be_signed(bytes));
}

#[test]
fn no_truncation_of_any_object_is_accepted_or_panics() {
    let (_, samples) = &*SAMPLES;
    for sample in samples {
        for end in 0..sample.len() {
            let part = &sample[..end];
            read_everything(part);
            assert!(Reader::der(part).any().is_err());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_objects_never_panic(which in 0usize..13, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = SAMPLES.1[which].clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        read_everything(&bytes);
    }

    #[test]
    fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_everything(&bytes);
    }

    #[test]
    fn inserted_and_removed_bytes_never_panic(which in 0usize..13, at in any::<prop::sample::Index>(), removed in 0usize..8, inserted in prop::collection::vec(any::<u8>(), 0..8)) {
        let mut bytes = SAMPLES.1[which].clone();
        let start = at.index(bytes.len());
        let end = (start + removed).min(bytes.len());
        bytes.splice(start..end, inserted);
        read_everything(&bytes);
    }
}
