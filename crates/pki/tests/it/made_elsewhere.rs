//! Objects that BouncyCastle makes (`oracles/SmMaker.java`), and SM2 lists and status responses of OpenSSL: read and verified by this crate,
//! and refused with a changed bit.

use yinxin_pki::chain::{ChainReport, Purpose, RevocationEvidence, RevocationStatus, Validator};
use yinxin_pki::cms::{Content, Envelope, SignedData};
use yinxin_pki::crl::{RevocationList, RevocationReason};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, RsaSize, SignatureAlgorithm, Signer};
use yinxin_pki::ocsp::{CertificateStatus, StatusResponse};
use yinxin_pki::pkcs12::KeyFile;
use yinxin_pki::tsp::{Query, Token};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificationRequest, issue};

use crate::hierarchy::{Hierarchy, Identity, request};
use crate::oracle::{Workplace, made_by_bouncy_castle, openssl_available, shows};

const CONTENT: &[u8] = "内容 content".as_bytes();

/// What BouncyCastle wrote into its folder.
struct Made<'a> {
    place: &'a Workplace,
    folder: String,
    suite: &'static str,
}

impl Made<'_> {
    fn read(&self, name: &str) -> Vec<u8> {
        self.place.read(&format!("{}/{name}", self.folder))
    }

    fn certificate(&self, name: &str) -> Certificate {
        Certificate::from_der(&self.read(&format!("{name}.cer"))).unwrap()
    }

    /// The name of a row of docs/standards/interop.md.
    fn row(&self, artefact: &str) -> String {
        format!("{artefact}, {}", self.suite)
    }

    fn validate(&self, leaf: &str, purpose: Purpose, evidence: &RevocationEvidence<'_>) -> ChainReport {
        let leaf = self.certificate(leaf);
        let roots = [self.certificate("root")];
        let mut validator = Validator::new(&roots);
        validator.add_candidates(&[self.certificate("ca")]);
        // A while after it was made, so that only the certificate's own dates and the evidence decide.
        validator.validate(&leaf, purpose, leaf.not_before() + 3_600_000_000, evidence)
    }
}

/// The same with one bit changed near the end, which belongs to a signature.
fn changed(der: &[u8]) -> Vec<u8> {
    let mut changed = der.to_vec();
    let at = der.len() - 4;
    changed[at] ^= 2;
    changed
}

#[test]
fn sm2_objects_of_bouncy_castle_are_understood() {
    all_objects(KeyAlgorithm::Sm2, "SM2");
}

#[test]
fn p256_objects_of_bouncy_castle_are_understood() {
    all_objects(KeyAlgorithm::EcdsaP256, "P-256");
}

fn all_objects(algorithm: KeyAlgorithm, name: &str) {
    let mut h = Hierarchy::new(algorithm, 95);
    let place = Workplace::new(&format!("bc-made-{name}"));
    let query = Query::new(h.digest().digest(b"stamp me"), &mut h.rng);
    place.write("query.tsq", query.to_der());
    place.folder("made");
    if !made_by_bouncy_castle(&place, &["pki", name, "query.tsq", "made"]) {
        return;
    }
    let suite = if algorithm == KeyAlgorithm::Sm2 { "SM2" } else { "ECDSA and RSA" };
    let made = Made { place: &place, folder: "made".into(), suite };
    certificates_and_revocation(&made);
    requests_keys_and_key_files(&made, algorithm);
    stamps_and_messages(&made, &query);
}

fn certificates_and_revocation(made: &Made<'_>) {
    let none = RevocationEvidence::default();
    for (leaf, purpose) in [
        ("leaf", Purpose::ContractSigning),
        ("tsa", Purpose::TimeStamping),
        ("ocsp", Purpose::OcspSigning),
        ("ca", Purpose::CertSign),
    ] {
        let report = made.validate(leaf, purpose, &none);
        assert!(report.is_valid(), "{leaf}: {report:?}");
    }
    assert!(!made.validate("ocsp", Purpose::ContractSigning, &none).is_valid());
    let forged = Certificate::from_der(&changed(&made.read("leaf.cer"))).unwrap();
    assert!(forged.verify_signature(made.certificate("ca").public_key()).is_err());
    assert_eq!(made.certificate("leaf").subject().common_name().as_deref(), Some("示例人"));
    shows!(made.place, &made.row("Certificates"), Theirs);

    let (list, ca, gone) = (made.read("list.crl"), made.certificate("ca"), made.certificate("gone"));
    let read = RevocationList::from_der(&list).unwrap();
    read.verify(&ca).unwrap();
    let entry = read.find(gone.serial()).unwrap().unwrap();
    assert_eq!((entry.reason, read.number()), (RevocationReason::Superseded, Some(&[10][..])));
    assert!(RevocationList::from_der(&changed(&list)).is_ok_and(|list| list.verify(&ca).is_err()));
    shows!(made.place, &made.row("Revocation lists"), Theirs);

    let response = made.read("status.ocsp");
    let read = StatusResponse::from_der(&response).unwrap();
    assert_eq!(read.verify(&ca).unwrap(), made.certificate("ocsp"));
    assert_eq!(read.find(&made.certificate("leaf"), &ca).unwrap().status, CertificateStatus::Good);
    let status = read.find(&gone, &ca).unwrap().status;
    assert!(matches!(status, CertificateStatus::Revoked { reason: RevocationReason::Superseded, .. }));
    // The end of the response is the responder's certificate; its signature stands before that.
    let at = response.windows(8).rposition(|window| window == &read.certificates()[0].as_der()[..8]).unwrap();
    let mut forged = response.clone();
    forged[at - 20] ^= 1;
    assert!(StatusResponse::from_der(&forged).is_ok_and(|read| read.verify(&ca).is_err()));
    shows!(made.place, &made.row("Status responses"), Theirs);

    for evidence in [
        RevocationEvidence { ocsp_responses: &[&response], crls: &[] },
        RevocationEvidence { ocsp_responses: &[], crls: &[&list] },
    ] {
        let judged = |leaf| made.validate(leaf, Purpose::ContractSigning, &evidence).revocation[0];
        assert!(matches!(judged("leaf"), RevocationStatus::Good { .. }));
        assert!(matches!(judged("gone"), RevocationStatus::RevokedBefore { .. }));
    }
}

fn requests_keys_and_key_files(made: &Made<'_>, algorithm: KeyAlgorithm) {
    let leaf = made.certificate("leaf");
    let asked = made.read("request.csr");
    let read = CertificationRequest::from_der(&asked).unwrap();
    assert_eq!((read.public_key(), read.subject().to_string().as_str()), (leaf.public_key(), "C=CN, CN=示例人"));
    assert!(CertificationRequest::from_der(&changed(&asked)).is_err());
    shows!(made.place, &made.row("Certificate requests"), Theirs);

    let key = PrivateKey::from_pkcs8_der(&made.read("leaf.p8")).unwrap();
    assert_eq!((key.public_key(), key.algorithm()), (leaf.public_key(), algorithm));
    shows!(made.place, "PKCS#8 keys", Theirs);
    let protected = made.read("leaf-password.p8");
    let key = PrivateKey::from_encrypted_pkcs8_der(&protected, "password").unwrap();
    assert_eq!(key.public_key(), leaf.public_key());
    assert!(PrivateKey::from_encrypted_pkcs8_der(&protected, "Password").is_err());
    shows!(made.place, "PKCS#8 keys under a password", Theirs);
    let file = KeyFile::from_der(&made.read("leaf.p12"), "password").unwrap();
    assert_eq!((file.key.public_key(), file.certificate.as_ref()), (leaf.public_key(), Some(&leaf)));
    assert_eq!((file.chain.len(), file.name.as_deref()), (2, Some("theirs")));
    assert!(KeyFile::from_der(&made.read("leaf.p12"), "Password").is_err());
    shows!(made.place, "PKCS#12 key files", Theirs);
}

fn stamps_and_messages(made: &Made<'_>, query: &Query) {
    let token = Token::from_response(&made.read("stamp.tsr")).unwrap();
    token.answers(query).unwrap();
    let stamp = token.verify(&[b"stamp ", b"me"], &[]).unwrap();
    assert_eq!(stamp.authority, made.certificate("tsa"));
    assert!(token.verify(&[b"stamp you"], &[]).is_err());
    let none = RevocationEvidence::default();
    assert!(made.validate("tsa", Purpose::TimeStamping, &none).is_valid());
    shows!(made.place, &made.row("Timestamps"), Theirs);

    for (file, attached) in [("signed.der", false), ("attached.der", true)] {
        let message = made.read(file);
        let signed = SignedData::from_der(&message).unwrap();
        let [signer] = signed.signers() else { panic!("one signer") };
        assert_eq!(signed.content(), attached.then_some(CONTENT));
        let by = signed.verify(signer, &Content::Parts(&[CONTENT]), &[]).unwrap();
        assert_eq!(by, made.certificate("leaf"));
        assert!(signed.verify(signer, &Content::Parts(&[b"other"]), &[]).is_err());
        let forged = changed(&message);
        let forged = SignedData::from_der(&forged).unwrap();
        assert!(forged.verify(&forged.signers()[0], &Content::Parts(&[CONTENT]), &[]).is_err());
    }
    shows!(made.place, &made.row("CMS (RFC 5652)"), Theirs);
}

fn encryption_identity(h: &mut Hierarchy, key: PrivateKey) -> Identity {
    let asked = request(CertificateProfile::PersonEncryption, "示例甲", key.public_key(), &mut h.rng);
    let certificate = issue(&asked, Some(&h.sub.certificate), &h.sub.key).unwrap();
    Identity { key, certificate }
}

/// S3: bid files; the two messages of GM/T 0010 as another writer lays them out.
#[test]
fn messages_of_gmt_0010_put_together_with_bouncy_castle_are_understood() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 96);
    let place = Workplace::new("bc-made-gm");
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut h.rng).unwrap();
    let a = encryption_identity(&mut h, key);
    let content = "投标文件 bid".repeat(40);
    place.write("content.bin", &content);
    place.write("recipient.cer", a.certificate.as_der());
    place.folder("made");
    if !made_by_bouncy_castle(&place, &["gm", "content.bin", "recipient.cer", "made"]) {
        return;
    }
    let message = place.read("made/plain.der");
    let signed = SignedData::from_der(&message).unwrap();
    let signer = &signed.signers()[0];
    assert_eq!(signed.content(), Some(content.as_bytes()));
    assert_eq!(signer.signature_algorithm(), SignatureAlgorithm::Sm2Sm3);
    let by = signed.verify(signer, &Content::Parts(&[content.as_bytes()]), &[]).unwrap();
    assert_eq!(by, Certificate::from_der(&place.read("made/plain.cer")).unwrap());
    assert!(signed.verify(signer, &Content::Parts(&[b"other"]), &[]).is_err());
    shows!(place, "CMS (GM/T 0010)", Theirs);

    let message = place.read("made/envelope.der");
    let envelope = Envelope::from_der(&message).unwrap();
    assert_eq!(envelope.open(&a.certificate, &a.key).unwrap().as_slice(), content.as_bytes());
    assert!(envelope.open(&a.certificate, &h.person.key).is_err());
    shows!(place, "Envelopes (GM/T 0010), SM2", Theirs);
}

#[test]
fn rsa_envelopes_of_bouncy_castle_are_opened() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 97);
    let place = Workplace::new("bc-made-envelope");
    let a = encryption_identity(&mut h, PrivateKey::generate_rsa(RsaSize::Bits2048).unwrap());
    let content = b"content of an envelope".repeat(3000);
    place.write("content.bin", &content);
    place.write("recipient.cer", a.certificate.as_der());
    if !made_by_bouncy_castle(&place, &["envelope", "content.bin", "recipient.cer", "theirs.der"]) {
        return;
    }
    let message = place.read("theirs.der");
    assert_eq!(Envelope::from_der(&message).unwrap().open(&a.certificate, &a.key).unwrap().as_slice(), content);
    shows!(place, "Envelopes, RSA", Theirs);
}

/// OpenSSL signs lists and status responses with SM2; it has no way to be told the user id when it verifies ours (standards 7).
#[test]
fn sm2_lists_and_status_responses_of_openssl_are_understood() {
    if !openssl_available() {
        return;
    }
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 98);
    let place = Workplace::new("openssl-sm2-ca");
    for (name, identity) in
        [("sub", &h.sub), ("ocsp", &h.ocsp), ("party", &h.party), ("person", &h.person), ("root", &h.root)]
    {
        place.write(&format!("{name}.pem"), identity.certificate.to_pem());
        place.write(&format!("{name}.key"), identity.key.to_pkcs8_pem().as_bytes());
    }
    let serial = |identity: &Identity| hex::encode_upper(identity.certificate.serial());
    let index = format!(
        "V\t471231000000Z\t\t{}\tunknown\t/CN=party\nR\t471231000000Z\t250601000000Z,superseded\t{}\tunknown\t/CN=person\n",
        serial(&h.party),
        serial(&h.person)
    );
    place.write("index.txt", index);
    place.write("number", "0A\n");
    place.write(
        "ca.cnf",
        "[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sm3\ndefault_crl_days=30\n",
    );
    let distid = "distid:1234567812345678";
    let list = ["ca", "-config", "ca.cnf", "-gencrl", "-sigopt", distid, "-cert", "sub.pem", "-keyfile", "sub.key"];
    place.must("openssl", &[&list[..], &["-out", "list.pem"]].concat());
    let (_, told) = place.last();
    place.must("openssl", &["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"]);
    let list = place.read("list.der");
    let list = RevocationList::from_der(&list).unwrap();
    list.verify(&h.sub.certificate).unwrap();
    assert!(list.verify(&h.root.certificate).is_err());
    assert_eq!(
        list.find(h.person.certificate.serial()).unwrap().map(|entry| entry.reason),
        Some(RevocationReason::Superseded)
    );
    assert_eq!(list.find(h.party.certificate.serial()).unwrap(), None);
    crate::interop::shown!("Revocation lists, SM2", "OpenSSL", Theirs, &told);

    let ask = ["ocsp", "-issuer", "sub.pem", "-cert", "person.pem", "-cert", "party.pem", "-reqout", "request.der"];
    place.must("openssl", &ask);
    let answer = ["ocsp", "-index", "index.txt", "-CA", "sub.pem", "-rsigner", "ocsp.pem", "-rkey", "ocsp.key"];
    let by_sm2 =
        ["-rmd", "sm3", "-rsigopt", distid, "-reqin", "request.der", "-respout", "response.der", "-ndays", "1"];
    place.must("openssl", &[&answer[..], &by_sm2].concat());
    let response = StatusResponse::from_der(&place.read("response.der")).unwrap();
    assert_eq!(response.verify(&h.sub.certificate).unwrap(), h.ocsp.certificate);
    let status = |of: &Identity| response.find(&of.certificate, &h.sub.certificate).unwrap().status;
    assert_eq!(status(&h.party), CertificateStatus::Good);
    assert!(matches!(status(&h.person), CertificateStatus::Revoked { .. }));
    shows!(place, "Status responses, SM2", Theirs);
}

/// A root, a CA below it and a leaf, as `openssl x509 -req` issues them.
#[test]
fn certificates_and_requests_of_openssl_are_understood() {
    if !openssl_available() {
        return;
    }
    for (name, options) in [
        ("ec", ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("rsa", ["rsa:2048", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ] {
        let place = Workplace::new(&format!("openssl-issued-{name}"));
        place.write(
            "ca.cnf",
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
        );
        place.write(
            "leaf.cnf",
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\n",
        );
        for (subject, issuer) in [("root", "root"), ("ca", "root"), ("leaf", "ca")] {
            let (key, asked, certificate) =
                (format!("{subject}.key"), format!("{subject}.csr"), format!("{subject}.pem"));
            let common_name = format!("/C=CN/CN={subject}");
            let request = ["req", "-new", "-nodes", "-newkey", options[0], options[1], options[2], "-keyout", &key];
            place
                .must("openssl", &[&request[..], &["-subj", &common_name, "-outform", "DER", "-out", &asked]].concat());
            let der = place.read(&asked);
            let read = CertificationRequest::from_der(&der).unwrap();
            assert_eq!(read.subject().to_string(), format!("C=CN, CN={subject}"));
            let mut forged = der.clone();
            *forged.last_mut().unwrap() ^= 1;
            assert!(CertificationRequest::from_der(&forged).is_err());
            shows!(place, "Certificate requests, ECDSA and RSA", Theirs);
            let by = [format!("{issuer}.pem"), format!("{issuer}.key")];
            let signing = if subject == issuer {
                vec!["-signkey", &by[1]]
            } else {
                vec!["-CA", &by[0], "-CAkey", &by[1], "-CAcreateserial"]
            };
            let extensions = if subject == "leaf" { "leaf.cnf" } else { "ca.cnf" };
            let issue = ["x509", "-req", "-inform", "DER", "-in", &asked, "-days", "30", "-extfile", extensions];
            place.must("openssl", &[&issue[..], &signing, &["-out", &certificate]].concat());
        }
        let [root, ca, leaf] = ["root", "ca", "leaf"].map(|name| {
            let pem = String::from_utf8(place.read(&format!("{name}.pem"))).unwrap();
            Certificate::from_pem(&pem).unwrap().remove(0)
        });
        let validate = |leaf: &Certificate, roots: &[Certificate]| {
            let mut validator = Validator::new(roots);
            validator.add_candidates(std::slice::from_ref(&ca));
            validator.validate(leaf, Purpose::ContractSigning, leaf.not_before(), &RevocationEvidence::default())
        };
        let report = validate(&leaf, std::slice::from_ref(&root));
        assert!(report.is_valid() && report.path.len() == 3, "{report:?}");
        shows!(place, "Certificates, ECDSA and RSA", Theirs);
        let forged = Certificate::from_der(&changed(leaf.as_der())).unwrap();
        assert!(!validate(&forged, std::slice::from_ref(&root)).is_valid());
    }
}

/// `openssl cms -verify` cannot be told the user id; the value that it would check can be checked by hand.
#[test]
fn an_sm2_message_of_ours_holds_for_openssl_over_its_signed_attributes() {
    if !openssl_available() {
        return;
    }
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 99);
    let place = Workplace::new("openssl-sm2-message");
    let attributes =
        yinxin_pki::cms::SignedAttributes::new(&DigestAlgorithm::Sm3.digest(CONTENT), &h.party.certificate).unwrap();
    let signature = h.party.key.sign(&attributes.signing_digest(&h.party.certificate)).unwrap();
    let message = attributes.assemble(&signature, &h.party.certificate, &[], None).unwrap();
    place.write("signed.der", &message);
    place.write("party.pem", h.party.certificate.to_pem());
    // By their places as OpenSSL itself sees them, so that nothing of ours takes the message apart.
    let structure = place.must("openssl", &["asn1parse", "-inform", "DER", "-in", "signed.der"]);
    let places: Vec<(usize, usize, usize, &str)> = structure.lines().filter_map(placed).collect();
    let info = places.iter().rposition(|(_, _, _, what)| what.contains("cont [ 0 ]")).unwrap();
    let (at, header, length, _) = places[info];
    let mut attributes = message[at..at + header + length].to_vec();
    attributes[0] = 0x31;
    place.write("attributes.der", &attributes);
    let (at, header, length, _) = *places.last().unwrap();
    place.write("signature.der", &message[at + header..at + header + length]);
    place.must("openssl", &["x509", "-in", "party.pem", "-pubkey", "-noout", "-out", "public.pem"]);
    let verify = ["dgst", "-sm3", "-verify", "public.pem", "-sigopt", "distid:1234567812345678", "-signature"];
    let holds = |file: &str| place.run("openssl", &[&verify[..], &["signature.der", file]].concat()).0;
    assert!(holds("attributes.der"));
    shows!(place, "CMS (RFC 5652), SM2", Ours);
    assert!(!holds("party.pem"));
}

/// Offset, length of the header, length and description in a line of `openssl asn1parse`: `   10:d=2  hl=2 l=   9 prim: OBJECT …`.
fn placed(line: &str) -> Option<(usize, usize, usize, &str)> {
    let (at, rest) = line.split_once(':')?;
    let after = |key: &str| rest.split_once(key)?.1.split_whitespace().next()?.parse().ok();
    Some((at.trim().parse().ok()?, after("hl=")?, after(" l=")?, line))
}
