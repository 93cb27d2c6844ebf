//! BouncyCastle checks everything that this crate makes, for SM2 and for P-256 (standards 0.2: it is the independent judge of SM2 objects).

use yinxin_pki::cms::set_unsigned_timestamp;
use yinxin_pki::crl::RevocationReason;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::KeyAlgorithm;
use yinxin_pki::ocsp::CertificateStatus;
use yinxin_pki::tsp::{Query, granted};
use yinxin_pki::x509::{CertificationRequest, DistinguishedName, SerialNumber};

use crate::hierarchy::{Hierarchy, SIGNED_AT};
use crate::oracle::{Workplace, bouncy_castle, shows};

/// The oracle accepts, and says what it is expected to say.
fn accepts(workplace: &Workplace, arguments: &[&str], says: &[&str]) {
    let Some((success, text)) = bouncy_castle(workplace, arguments) else { return };
    assert!(success, "{arguments:?}\n{text}");
    says.iter().for_each(|expected| assert!(text.contains(expected), "{arguments:?}: no {expected:?} in\n{text}"));
}

fn refuses(workplace: &Workplace, arguments: &[&str]) {
    let Some((success, text)) = bouncy_castle(workplace, arguments) else { return };
    assert!(!success, "{arguments:?}\n{text}");
}

fn check(algorithm: KeyAlgorithm, name: &str, signature_oid: &str) {
    let mut hierarchy = Hierarchy::new(algorithm, 1);
    let row = |artefact: &str| {
        format!("{artefact}, {}", if algorithm == KeyAlgorithm::Sm2 { "SM2" } else { "ECDSA and RSA" })
    };
    let place = Workplace::new(&format!("bc-{name}"));
    place.write("root.cer", hierarchy.root.certificate.as_der());
    place.write("sub.cer", hierarchy.sub.certificate.as_der());
    place.write("ocsp.cer", hierarchy.ocsp.certificate.as_der());
    for (index, leaf) in hierarchy.leaves().iter().enumerate() {
        let file = format!("leaf{index}.cer");
        place.write(&file, leaf.certificate.as_der());
        accepts(&place, &["chain", &file, "sub.cer", "root.cer"], &[signature_oid]);
    }
    shows!(place, &row("Certificates"), Ours);
    refuses(&place, &["chain", "leaf0.cer", "root.cer"]);

    place.write("list.crl", hierarchy.revocation_list(SIGNED_AT, SIGNED_AT));
    accepts(&place, &["crl", "list.crl", "sub.cer"], &["entries=1", "names the issuer"]);
    shows!(place, &row("Revocation lists"), Ours);
    refuses(&place, &["crl", "list.crl", "root.cer"]);

    for hash in [DigestAlgorithm::Sha1, DigestAlgorithm::Sm3, DigestAlgorithm::Sha256] {
        let revoked = CertificateStatus::Revoked { at: SIGNED_AT, reason: RevocationReason::Superseded };
        let statuses = vec![
            hierarchy.status(&hierarchy.party.certificate, CertificateStatus::Good, hash),
            hierarchy.status(&hierarchy.person.certificate, revoked, hash),
            hierarchy.status(&hierarchy.platform.certificate, CertificateStatus::Unknown, hash),
        ];
        place.write("status.der", hierarchy.ocsp_response(statuses, Some(vec![4, 2, 1, 2])));
        accepts(&place, &["ocsp", "status.der", "ocsp.cer"], &["good", "RevokedStatus", "UnknownStatus"]);
    }
    shows!(place, &row("Status responses"), Ours);

    let imprint = hierarchy.digest().digest(b"a document");
    let query = Query::new(imprint, &mut hierarchy.rng);
    let serial = SerialNumber::generate(&mut hierarchy.rng);
    let token = hierarchy.authority().stamp(&query, &serial, SIGNED_AT).unwrap();
    place.write("query.tsq", query.to_der());
    place.write("response.tsr", granted(&token));
    accepts(&place, &["tsp", "response.tsr", "query.tsq"], &["2025-06-01T12:00:00.500Z"]);
    shows!(place, &row("Timestamps"), Ours);
    let other = Query::new(imprint, &mut hierarchy.rng);
    place.write("other.tsq", other.to_der());
    refuses(&place, &["tsp", "response.tsr", "other.tsq"]);

    let content = b"content of a contract";
    let signed = hierarchy.sign(content);
    place.write("content.bin", content);
    place.write("signed.der", &signed);
    place.write("stamped.der", set_unsigned_timestamp(&signed, &token).unwrap());
    place.write("other.bin", b"content of another");
    accepts(&place, &["cms", "signed.der", "content.bin"], &[signature_oid]);
    accepts(&place, &["cms", "stamped.der", "content.bin"], &[signature_oid]);
    shows!(place, &row("CMS (RFC 5652)"), Ours);
    refuses(&place, &["cms", "signed.der", "other.bin"]);

    let subject = DistinguishedName::new("CN").common_name("示例人");
    place.write("request.der", CertificationRequest::create(&subject, &hierarchy.person.key).unwrap());
    accepts(&place, &["csr", "request.der"], &["CN="]);
    shows!(place, &row("Certificate requests"), Ours);
}

#[test]
fn a_whole_sm2_hierarchy_and_what_it_signs_is_accepted() {
    check(KeyAlgorithm::Sm2, "sm2", "1.2.156.10197.1.501");
}

#[test]
fn a_whole_p256_hierarchy_and_what_it_signs_is_accepted() {
    check(KeyAlgorithm::EcdsaP256, "p256", "1.2.840.10045.4.3.2");
}
