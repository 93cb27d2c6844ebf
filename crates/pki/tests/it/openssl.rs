//! OpenSSL checks what this crate makes (P-256 and RSA in full, SM2 as far as it can: standards 12), and makes what this crate must accept.

use yinxin_pki::chain::{ChainProblem, Purpose, RevocationEvidence, Validator};
use yinxin_pki::cms::{CmsVerifyError, Content, SignedData, set_unsigned_timestamp};
use yinxin_pki::crl::{RevocationList, RevocationReason};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, SignatureAlgorithm, Signer};
use yinxin_pki::ocsp::{CertificateStatus, SingleStatus, StatusRequest, StatusResponse};
use yinxin_pki::tsp::{Query, Token, granted};
use yinxin_pki::x509::{Certificate, CertificationRequest, DistinguishedName, SerialNumber};

use crate::hierarchy::{Hierarchy, NOT_AFTER, SIGNED_AT};
use crate::oracle::{Workplace, openssl_available, shows};

const DISTID: &str = "distid:1234567812345678";

fn write_hierarchy(place: &Workplace, hierarchy: &Hierarchy) {
    place.write("root.pem", hierarchy.root.certificate.to_pem());
    place.write("sub.pem", hierarchy.sub.certificate.to_pem());
    for (name, identity) in ["tsa", "ocsp", "maker", "party", "person", "platform"].iter().zip(hierarchy.leaves()) {
        place.write(&format!("{name}.pem"), identity.certificate.to_pem());
    }
}

#[test]
fn ecdsa_and_rsa_certificates_lists_and_messages_are_accepted() {
    if !openssl_available() {
        return;
    }
    for (algorithm, name) in
        [(KeyAlgorithm::EcdsaP256, "p256"), (KeyAlgorithm::EcdsaP384, "p384"), (KeyAlgorithm::Rsa, "rsa")]
    {
        let hierarchy = Hierarchy::new(algorithm, 2);
        let place = Workplace::new(&format!("openssl-{name}"));
        write_hierarchy(&place, &hierarchy);
        let list = hierarchy.revocation_list(SIGNED_AT, SIGNED_AT);
        place.write("list.der", &list);
        place.must("openssl", &["crl", "-inform", "DER", "-in", "list.der", "-out", "list.pem"]);
        let with_list = [
            "verify",
            "-x509_strict",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "sub.pem",
            "-crl_check",
            "-CRLfile",
            "list.pem",
        ];
        for leaf in ["tsa.pem", "ocsp.pem", "maker.pem", "party.pem", "platform.pem"] {
            place.must("openssl", &[&with_list[..], &[leaf]].concat());
        }
        shows!(place, "Certificates, ECDSA and RSA", Ours);
        shows!(place, "Revocation lists, ECDSA and RSA", Ours);
        let (accepted, text) = place.run("openssl", &[&with_list[..], &["person.pem"]].concat());
        assert!(!accepted && text.contains("revoked"), "{text}");
        place.must(
            "openssl",
            &["verify", "-CAfile", "root.pem", "-untrusted", "sub.pem", "-purpose", "timestampsign", "tsa.pem"],
        );

        place.write("content.bin", b"content");
        place.write("signed.der", hierarchy.sign(b"content"));
        let verify = [
            "cms",
            "-verify",
            "-cades",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "signed.der",
            "-CAfile",
            "root.pem",
            "-out",
            "out.bin",
        ];
        place.must("openssl", &[&verify[..], &["-content", "content.bin"]].concat());
        shows!(place, "CMS (RFC 5652), ECDSA and RSA", Ours);
        place.write("content.bin", b"kontent");
        assert!(!place.run("openssl", &[&verify[..], &["-content", "content.bin"]].concat()).0);

        place.write(
            "request.der",
            CertificationRequest::create(&DistinguishedName::new("CN"), &hierarchy.person.key).unwrap(),
        );
        place.must("openssl", &["req", "-inform", "DER", "-in", "request.der", "-verify", "-noout"]);
        shows!(place, "Certificate requests, ECDSA and RSA", Ours);
    }
}

#[test]
fn timestamp_and_status_exchanges_with_openssl_clients_hold() {
    if !openssl_available() {
        return;
    }
    let mut hierarchy = Hierarchy::new(KeyAlgorithm::EcdsaP256, 3);
    let place = Workplace::new("openssl-exchange");
    write_hierarchy(&place, &hierarchy);
    place.write("data.bin", b"data");

    place.must("openssl", &["ts", "-query", "-data", "data.bin", "-sha256", "-cert", "-out", "query.tsq"]);
    let query = Query::from_der(&place.read("query.tsq")).unwrap();
    let serial = SerialNumber::generate(&mut hierarchy.rng);
    let token = hierarchy.authority().stamp(&query, &serial, SIGNED_AT).unwrap();
    place.write("response.tsr", granted(&token));
    let verify = ["ts", "-verify", "-in", "response.tsr", "-CAfile", "root.pem", "-untrusted", "sub.pem"];
    place.must("openssl", &[&verify[..], &["-queryfile", "query.tsq"]].concat());
    shows!(place, "Timestamps, ECDSA and RSA", Ours);
    place.must("openssl", &[&verify[..], &["-data", "data.bin"]].concat());
    let text = place.must("openssl", &["ts", "-reply", "-in", "response.tsr", "-text"]);
    assert!(text.contains("Accuracy: 0x01 seconds, 0x01F4 millis, 0xFA micros"), "{text}");

    // Our own query must be one that OpenSSL reads, and its refusals ones that we read.
    place.write("ours.tsq", Query::new(DigestAlgorithm::Sm3.digest(b"x"), &mut hierarchy.rng).to_der());
    assert!(place.must("openssl", &["ts", "-query", "-in", "ours.tsq", "-text"]).contains("Hash Algorithm: sm3"));

    place.must(
        "openssl",
        &["ocsp", "-issuer", "sub.pem", "-cert", "party.pem", "-cert", "person.pem", "-reqout", "request.der"],
    );
    let request = StatusRequest::from_der(&place.read("request.der")).unwrap();
    assert_eq!(StatusRequest::from_der(&request.to_der()).unwrap(), request);
    assert!(
        request.nonce.is_some() && request.certificates.iter().all(|id| id.is_issued_by(&hierarchy.sub.certificate))
    );
    let statuses = request.certificates.iter().map(|certificate| SingleStatus {
        certificate: certificate.clone(),
        status: if certificate.serial() == hierarchy.party.certificate.serial() {
            CertificateStatus::Good
        } else {
            CertificateStatus::Revoked { at: SIGNED_AT, reason: RevocationReason::KeyCompromise }
        },
        this_update: SIGNED_AT,
        next_update: Some(NOT_AFTER),
    });
    let response = hierarchy.ocsp_response(statuses.collect(), request.nonce.clone());
    place.write("response.der", &response);
    // With its own request at hand the client compares the nonce; with the certificates at hand it prints their status.
    let verify =
        ["ocsp", "-issuer", "sub.pem", "-respin", "response.der", "-CAfile", "root.pem", "-verify_other", "sub.pem"];
    let text = place.must("openssl", &[&verify[..], &["-reqin", "request.der"]].concat());
    assert!(text.contains("Response verify OK"), "{text}");
    let text =
        place.must("openssl", &[&verify[..], &["-no_nonce", "-cert", "party.pem", "-cert", "person.pem"]].concat());
    for expected in ["Response verify OK", "party.pem: good", "person.pem: revoked", "keyCompromise"] {
        assert!(text.contains(expected), "no {expected:?} in {text}");
    }
    shows!(place, "Status responses, ECDSA and RSA", Ours);
}

#[test]
fn sm2_certificates_requests_and_signatures_are_accepted_with_the_distinguishing_identifier() {
    if !openssl_available() {
        return;
    }
    let hierarchy = Hierarchy::new(KeyAlgorithm::Sm2, 4);
    let place = Workplace::new("openssl-sm2");
    write_hierarchy(&place, &hierarchy);
    // The option reaches the leaf only, so the chain is checked one link at a time.
    for (issuer, issued) in [("root.pem", "sub.pem"), ("sub.pem", "party.pem"), ("sub.pem", "tsa.pem")] {
        place.must("openssl", &["verify", "-vfyopt", DISTID, "-partial_chain", "-trusted", issuer, issued]);
    }
    shows!(place, "Certificates, SM2", Ours);
    place.write(
        "request.der",
        CertificationRequest::create(&DistinguishedName::new("CN"), &hierarchy.person.key).unwrap(),
    );
    place.must("openssl", &["req", "-inform", "DER", "-in", "request.der", "-verify", "-vfyopt", DISTID, "-noout"]);
    shows!(place, "Certificate requests, SM2", Ours);
    place.write("key.pem", hierarchy.person.key.to_pkcs8_pem().as_bytes());
    place.must("openssl", &["pkey", "-in", "key.pem", "-check", "-noout"]);
    shows!(place, "PKCS#8 keys", Ours);
    place.must("openssl", &["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"]);
    place.write("data.bin", b"data");
    place.write(
        "ours.sig",
        hierarchy.person.key.sign(&hierarchy.person.key.public_key().signing_digest(b"data")).unwrap(),
    );
    place.must(
        "openssl",
        &["dgst", "-sm3", "-verify", "public.pem", "-sigopt", DISTID, "-signature", "ours.sig", "data.bin"],
    );
    shows!(place, "SM2 signatures", Ours);
    place.must("openssl", &["dgst", "-sm3", "-sign", "key.pem", "-sigopt", DISTID, "-out", "theirs.sig", "data.bin"]);
    let public = hierarchy.person.key.public_key();
    assert_eq!(public.verify(SignatureAlgorithm::Sm2Sm3, b"data", &place.read("theirs.sig")), Ok(()));
    shows!(place, "SM2 signatures", Theirs);

    place.must("openssl", &["genpkey", "-algorithm", "SM2", "-out", "their.key"]);
    PrivateKey::from_pkcs8_pem(&String::from_utf8(place.read("their.key")).unwrap()).unwrap();
    shows!(place, "PKCS#8 keys", Theirs);
    let self_signed =
        ["req", "-new", "-x509", "-key", "their.key", "-sm3", "-sigopt", DISTID, "-subj", "/C=CN/CN=theirs"];
    place.must("openssl", &[&self_signed[..], &["-out", "their.pem"]].concat());
    let theirs = &Certificate::from_pem(&String::from_utf8(place.read("their.pem")).unwrap()).unwrap()[0];
    assert_eq!(theirs.verify_signature(theirs.public_key()), Ok(()));
    shows!(place, "Certificates, SM2", Theirs);
    place.must(
        "openssl",
        &[
            "req",
            "-new",
            "-key",
            "their.key",
            "-sm3",
            "-sigopt",
            DISTID,
            "-subj",
            "/CN=a",
            "-outform",
            "DER",
            "-out",
            "their.csr",
        ],
    );
    assert_eq!(CertificationRequest::from_der(&place.read("their.csr")).unwrap().subject().to_string(), "CN=a");
    shows!(place, "Certificate requests, SM2", Theirs);
}

#[test]
fn messages_of_openssl_are_verified_also_streamed_with_pss_and_without_attributes() {
    if !openssl_available() {
        return;
    }
    let place = Workplace::new("openssl-foreign");
    place.must(
        "openssl",
        &["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key", "-out", "rsa.pem", "-subj", "/CN=rsa"],
    );
    let curve = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-subj", "/CN=ec"];
    place.must("openssl", &[&curve[..], &["-keyout", "ec.key", "-out", "ec.pem"]].concat());
    place.write("data.bin", b"data of others");
    let pss = ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:-1"];
    let cases: [(&str, &str, &[&str], SignatureAlgorithm); 7] = [
        ("rsa", "sha256", &[], SignatureAlgorithm::RsaPkcs1Sha256),
        ("rsa", "sha384", &["-noattr"], SignatureAlgorithm::RsaPkcs1Sha384),
        ("rsa", "sha1", &[], SignatureAlgorithm::RsaPkcs1Sha1),
        ("rsa", "sha512", &pss, SignatureAlgorithm::RsaPssSha512),
        ("rsa", "sha256", &["-keyid", "-nodetach", "-stream", "-indef"], SignatureAlgorithm::RsaPkcs1Sha256),
        ("ec", "sha512", &["-cades"], SignatureAlgorithm::EcdsaSha512),
        ("ec", "sha256", &["-noattr"], SignatureAlgorithm::EcdsaSha256),
    ];
    for (key, digest, options, algorithm) in cases {
        let (signer, key) = (format!("{key}.pem"), format!("{key}.key"));
        let sign =
            ["cms", "-sign", "-binary", "-in", "data.bin", "-outform", "DER", "-out", "theirs.der", "-md", digest];
        place.must("openssl", &[&sign[..], &["-signer", &signer, "-inkey", &key], options].concat());
        let message = place.read("theirs.der");
        let signed = SignedData::from_der(&message).unwrap();
        let [info] = signed.signers() else { panic!("one signer") };
        assert_eq!(info.signature_algorithm(), algorithm);
        let parts: [&[u8]; 2] = [b"data of ", b"others"];
        let by = signed.verify(info, &Content::Parts(&parts), &[]).unwrap();
        assert_eq!(by.subject().common_name().as_deref(), signer.strip_suffix(".pem"));
        if options.contains(&"-nodetach") {
            assert_eq!(signed.content(), Some(&b"data of others"[..]));
        }
        assert_eq!(info.names_its_certificate(), options.contains(&"-cades"));
        let digest = Content::Digest(info.digest_algorithm().digest(b"data of others"));
        assert!(signed.verify(info, &digest, &[]).is_ok());
        let refused = signed.verify(info, &Content::Parts(&[b"data of mothers"]), &[]).unwrap_err();
        assert!(matches!(refused, CmsVerifyError::ContentChanged | CmsVerifyError::Signature(_)));
        shows!(place, "CMS (RFC 5652), ECDSA and RSA", Theirs);
        let padded = [&message[..], &[0; 50]].concat();
        assert!(SignedData::from_padded(&padded).is_ok() && SignedData::from_der(&padded).is_err());
    }
}

#[test]
fn lists_responses_and_tokens_of_openssl_are_understood() {
    if !openssl_available() {
        return;
    }
    let mut hierarchy = Hierarchy::new(KeyAlgorithm::EcdsaP256, 5);
    let place = Workplace::new("openssl-ca");
    write_hierarchy(&place, &hierarchy);
    place.write("sub.key", hierarchy.sub.key.to_pkcs8_pem().as_bytes());
    place.write("ocsp.key", hierarchy.ocsp.key.to_pkcs8_pem().as_bytes());
    place.write("tsa.key", hierarchy.tsa.key.to_pkcs8_pem().as_bytes());
    let hex_serial = |certificate: &Certificate| hex::encode_upper(certificate.serial());
    let index = format!(
        "V\t471231000000Z\t\t{}\tunknown\t/CN=party\nR\t471231000000Z\t250601000000Z,superseded\t{}\tunknown\t/CN=person\n",
        hex_serial(&hierarchy.party.certificate),
        hex_serial(&hierarchy.person.certificate)
    );
    place.write("index.txt", index);
    place.write("number", "0A\n");
    place.write(
        "ca.cnf",
        "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n\
         [tsa]\ndefault_tsa=t\n[t]\nserial=tsserial\ndefault_policy=1.2.3.4\ndigests=sha256,sm3\nsigner_digest=sha256\n",
    );
    place.write("tsserial", "01\n");
    place.must(
        "openssl",
        &["ca", "-config", "ca.cnf", "-gencrl", "-cert", "sub.pem", "-keyfile", "sub.key", "-out", "list.pem"],
    );
    let listed_by = place.last().1;
    place.must("openssl", &["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"]);
    let list = place.read("list.der");
    let list = RevocationList::from_der(&list).unwrap();
    list.verify(&hierarchy.sub.certificate).unwrap();
    crate::interop::shown!("Revocation lists, ECDSA and RSA", "OpenSSL", Theirs, &listed_by);
    let entry = list.find(hierarchy.person.certificate.serial()).unwrap().unwrap();
    assert_eq!((entry.reason, list.number()), (RevocationReason::Superseded, Some(&[10][..])));
    assert_eq!(list.find(hierarchy.party.certificate.serial()).unwrap(), None);

    place.must(
        "openssl",
        &["ocsp", "-issuer", "sub.pem", "-cert", "person.pem", "-cert", "party.pem", "-reqout", "request.der"],
    );
    place.must(
        "openssl",
        &[
            "ocsp",
            "-index",
            "index.txt",
            "-CA",
            "sub.pem",
            "-rsigner",
            "ocsp.pem",
            "-rkey",
            "ocsp.key",
            "-reqin",
            "request.der",
            "-respout",
            "response.der",
            "-ndays",
            "1",
        ],
    );
    let response = StatusResponse::from_der(&place.read("response.der")).unwrap();
    assert_eq!(response.verify(&hierarchy.sub.certificate).unwrap(), hierarchy.ocsp.certificate);
    let status = |of| response.find(of, &hierarchy.sub.certificate).unwrap().status;
    assert_eq!(status(&hierarchy.party.certificate), CertificateStatus::Good);
    assert!(matches!(
        status(&hierarchy.person.certificate),
        CertificateStatus::Revoked { reason: RevocationReason::Superseded, .. }
    ));
    shows!(place, "Status responses, ECDSA and RSA", Theirs);

    let query = Query::new(DigestAlgorithm::Sha256.digest(b"stamp me"), &mut hierarchy.rng);
    place.write("query.tsq", query.to_der());
    place.must(
        "openssl",
        &[
            "ts",
            "-reply",
            "-config",
            "ca.cnf",
            "-queryfile",
            "query.tsq",
            "-signer",
            "tsa.pem",
            "-inkey",
            "tsa.key",
            "-out",
            "reply.tsr",
        ],
    );
    let token = Token::from_response(&place.read("reply.tsr")).unwrap();
    token.answers(&query).unwrap();
    let stamp = token.verify(&[b"stamp", b" me"], &[]).unwrap();
    let roots = [hierarchy.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&hierarchy.sub.certificate));
    let report =
        validator.validate(&stamp.authority, Purpose::TimeStamping, stamp.time, &RevocationEvidence::default());
    assert!(report.is_valid(), "{report:?}");
    shows!(place, "Timestamps, ECDSA and RSA", Theirs);

    // A message with that timestamp in it is still one that OpenSSL accepts.
    place.write("content.bin", b"content");
    place.write("stamped.der", set_unsigned_timestamp(&hierarchy.sign(b"content"), token.as_der()).unwrap());
    place.must(
        "openssl",
        &[
            "cms",
            "-verify",
            "-cades",
            "-binary",
            "-inform",
            "DER",
            "-in",
            "stamped.der",
            "-content",
            "content.bin",
            "-CAfile",
            "root.pem",
            "-out",
            "out",
        ],
    );
}

#[test]
fn a_certificate_with_a_critical_extension_that_is_not_understood_is_refused() {
    if !openssl_available() {
        return;
    }
    let h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 6);
    let place = Workplace::new("openssl-critical");
    write_hierarchy(&place, &h);
    place.write("sub.key", h.sub.key.to_pkcs8_pem().as_bytes());
    place.write("request.der", CertificationRequest::create(&DistinguishedName::new("CN"), &h.person.key).unwrap());
    let sign = [
        "x509",
        "-req",
        "-inform",
        "DER",
        "-in",
        "request.der",
        "-CA",
        "sub.pem",
        "-CAkey",
        "sub.key",
        "-extfile",
        "ext.cnf",
    ];
    let roots = [h.root.certificate.clone()];
    let mut validator = Validator::new(&roots);
    validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
    let mut problems = |constraint: &str| {
        place.write("ext.cnf", constraint);
        place.must("openssl", &[&sign[..], &["-set_serial", "77", "-out", "odd.pem"]].concat());
        let odd = Certificate::from_pem(&String::from_utf8(place.read("odd.pem")).unwrap()).unwrap().remove(0);
        let (at, none) = (odd.not_before(), RevocationEvidence::default());
        validator.validate(&odd, Purpose::ContractSigning, at, &none).problems
    };
    assert_eq!(problems("1.2.3.4=DER:0500\n"), []);
    let extension = yinxin_pki::asn1::ObjectIdentifier::new_unwrap("1.2.3.4");
    let refused = ChainProblem::UnknownCriticalExtension { index: 0, extension };
    assert_eq!(problems("1.2.3.4=critical,DER:0500\n"), [refused]);
    let extension = yinxin_pki::asn1::ObjectIdentifier::new_unwrap("2.5.29.36");
    let refused = ChainProblem::UnknownCriticalExtension { index: 0, extension };
    assert_eq!(problems("policyConstraints=critical,requireExplicitPolicy:0\n"), [refused]);
}
