//! Five hundred changed and five hundred cut variants of certificates and of each kind of message: none is accepted as valid, none panics,
//! and none makes a reader take more memory than the input warrants.
//!
//! The variants come from seeds made at test time, see [`crate::variants`].

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use yinxin_pki::chain::{Purpose, RevocationEvidence, Validator};
use yinxin_pki::cipher::CbcCipher;
use yinxin_pki::cms::{
    Content, Envelope, EnvelopeReader, PlainSignature, Profile, SignedData, seal, set_unsigned_timestamp,
};
use yinxin_pki::crl::RevocationList;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{EnvelopedKey, KeyAlgorithm, PrivateKey, PublicKey, RsaSize, Signer, Sm2Ciphertext};
use yinxin_pki::ocsp::{CertificateStatus, StatusResponse};
use yinxin_pki::password::PasswordEncryption;
use yinxin_pki::pkcs12::KeyFile;
use yinxin_pki::tsp::{Query, Token};
use yinxin_pki::two_party::{DeviceOpening, ProtectedShare, ServerOpening, ServerRecord, SignRequest};
use yinxin_pki::x509::{Certificate, CertificateProfile, CertificateReply, CertificationRequest, SerialNumber, issue};

use crate::hierarchy::{Hierarchy, SIGNED_AT, request};
use crate::variants::{VARIANTS, attack, below, mutate};

fn never(_: &[u8]) -> bool {
    false
}

#[test]
fn certificates_lists_and_responses() {
    let h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 80);
    let roots = [h.root.certificate.clone()];
    let other = h.tsa.certificate.as_der().to_vec();
    let certificate = |der: &[u8]| {
        let Ok(leaf) = Certificate::from_der(der) else { return false };
        let mut validator = Validator::new(&roots);
        validator.add_candidates(std::slice::from_ref(&h.sub.certificate));
        let evidence = RevocationEvidence { ocsp_responses: &[], crls: &[] };
        validator.validate(&leaf, Purpose::ContractSigning, SIGNED_AT, &evidence).is_valid()
    };
    // Another valid certificate of the same hierarchy is no forgery.
    let genuine = |der: &[u8]| h.leaves().iter().any(|leaf| leaf.certificate.as_der() == der);
    attack("certificate", h.party.certificate.as_der(), &other, &certificate, &genuine);

    let list = h.revocation_list(SIGNED_AT, SIGNED_AT);
    let holds = |der: &[u8]| RevocationList::from_der(der).is_ok_and(|list| list.verify(&h.sub.certificate).is_ok());
    attack("list", &list, &other, &holds, &never);

    let status = h.status(&h.party.certificate, CertificateStatus::Good, DigestAlgorithm::Sha256);
    let response = h.ocsp_response(vec![status], None);
    let good = |der: &[u8]| {
        let Ok(response) = StatusResponse::from_der(der) else { return false };
        let says = response.find(&h.party.certificate, &h.sub.certificate).map(|single| single.status);
        says == Some(CertificateStatus::Good) && response.verify(&h.sub.certificate).is_ok()
    };
    // What stands behind the signature (certificates that nobody needed) is not signed by anybody: the statement is the same.
    attack("status", &response, &other, &good, &|_| true);

    let csr = CertificationRequest::create(&yinxin_pki::x509::DistinguishedName::new("CN"), &h.person.key).unwrap();
    attack("request", &csr, &other, &|der| CertificationRequest::from_der(der).is_ok(), &never);
}

/// The signature by `wanted` over `content`, with its certificate named inside.
fn signed_by(message: &[u8], content: &[u8], wanted: &Certificate) -> bool {
    let Ok(signed) = SignedData::from_der(message) else { return false };
    signed.signers().iter().any(|signer| {
        signed.verify(signer, &Content::Parts(&[content]), &[]).is_ok_and(|certificate| certificate == *wanted)
    })
}

#[test]
fn signed_messages_and_timestamps() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 81);
    let query = Query::new(h.digest().digest(b"content"), &mut h.rng);
    let serial = SerialNumber::generate(&mut h.rng);
    let token = h.authority().stamp(&query, &serial, SIGNED_AT).unwrap();
    let message = h.sign(b"content");
    let stamped = set_unsigned_timestamp(&message, &token).unwrap();
    let plain = PlainSignature { profile: Profile::Gmt0010, signer: &h.party.certificate, chain: &[] };
    let signature = h.party.key.sign(&plain.signing_digest(b"content")).unwrap();
    let plain = plain.assemble(&signature, Some(b"content"));
    // A change is harmless only where nothing is signed; then what is signed is still there, byte by byte.
    let [signature, attributes] = {
        let read = SignedData::from_der(&message).unwrap();
        let signer = &read.signers()[0];
        [signer.signature().to_vec(), h.digest().digest(b"content").as_bytes().to_vec()]
    };
    let holds = |needle: &[u8], bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let untouched = |der: &[u8]| holds(&signature, der) && holds(&attributes, der);
    for (name, seed) in [("message", &message), ("stamped message", &stamped)] {
        attack(name, seed, &token, &|der| signed_by(der, b"content", &h.party.certificate), &untouched);
        let other_content = |der: &[u8]| signed_by(der, b"kontent", &h.party.certificate);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        (0..VARIANTS).for_each(|_| assert!(!other_content(&mutate(seed, &token, &mut rng))));
    }
    let plain_holds = |der: &[u8]| {
        let content = SignedData::from_der(der).ok().and_then(|signed| signed.content().map(<[u8]>::to_vec));
        content.is_some_and(|content| signed_by(der, &content, &h.party.certificate))
    };
    let same_content =
        |der: &[u8]| SignedData::from_der(der).is_ok_and(|signed| signed.content() == Some(&b"content"[..]));
    attack("plain message", &plain, &token, &plain_holds, &same_content);

    let stamps = |der: &[u8]| Token::from_der(der).is_ok_and(|token| token.verify(&[b"content"], &[]).is_ok());
    let same_time = |der: &[u8]| {
        Token::from_der(der).is_ok_and(|variant| {
            variant.verify(&[b"content"], &[]).is_ok_and(|stamp| {
                stamp.time == SIGNED_AT && stamp.authority == h.tsa.certificate && stamp.serial == serial.as_bytes()
            })
        })
    };
    attack("token", &token, &message, &stamps, &same_time);
}

#[test]
fn envelopes_and_keys() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 82);
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut h.rng).unwrap();
    let asked = request(CertificateProfile::PersonEncryption, "示例", key.public_key(), &mut h.rng);
    let certificate = issue(&asked, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let other = h.party.certificate.as_der().to_vec();
    let encryption = PasswordEncryption { iterations: 10, ..PasswordEncryption::DOMESTIC };

    let sealed = EnvelopedKey::seal(&key, h.party.key.public_key(), &mut h.rng).unwrap();
    let opens = |read: Option<EnvelopedKey>| read.is_some_and(|read| read.open(&h.party.key).is_ok());
    let same = |read: Option<EnvelopedKey>| read.as_ref() == Some(&sealed);
    attack("enveloped key", &sealed.to_der(), &other, &|der| opens(EnvelopedKey::from_der(der).ok()), &|der| {
        same(EnvelopedKey::from_der(der).ok())
    });
    attack("key blob", &sealed.to_skf().unwrap(), &other, &|blob| opens(EnvelopedKey::from_skf(blob).ok()), &|blob| {
        same(EnvelopedKey::from_skf(blob).ok())
    });
    let reply = CertificateReply { signing: vec![], encryption_key: Some(sealed.clone()), encryption: vec![] }.to_der();
    attack(
        "reply",
        &reply,
        &other,
        &|der| CertificateReply::from_der(der).is_ok_and(|reply| opens(reply.encryption_key)),
        &|der| CertificateReply::from_der(der).is_ok_and(|reply| same(reply.encryption_key)),
    );

    let ciphertext = key.public_key().encrypt_sm2(b"message", &mut h.rng).unwrap();
    let decrypts = |der: &[u8]| Sm2Ciphertext::from_der(der).is_ok_and(|read| key.decrypt_sm2(&read).is_ok());
    attack("ciphertext", &ciphertext.to_der(), &other, &decrypts, &never);

    let file = KeyFile {
        key: PrivateKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap(),
        certificate: Some(certificate.clone()),
        chain: vec![],
        name: None,
    };
    let p12 = file.to_der("pw", encryption, &mut h.rng).unwrap();
    // The MAC covers the contents; the identifiers around it may be written in other lengths.
    let same_key = |der: &[u8]| {
        KeyFile::from_der(der, "pw").is_ok_and(|read| {
            read.key.public_key() == key.public_key() && read.certificate.as_ref() == Some(&certificate)
        })
    };
    attack("key file", &p12, &other, &|der| KeyFile::from_der(der, "pw").is_ok(), &same_key);

    // CBC notices little; an envelope that still opens must be told from the true one by its content.
    let content = b"content of a bid file".repeat(5);
    let message = seal(&content, &[&certificate], CbcCipher::Sm4, Profile::Rfc5652, &mut h.rng).unwrap();
    let open = |der: &[u8]| {
        let whole = Envelope::from_der(der).ok()?.open(&certificate, &key).ok()?;
        Some(whole.to_vec())
    };
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    for _ in 0..VARIANTS {
        let variant = mutate(&message, &other, &mut rng);
        let _ = open(&variant);
        let (mut reader, mut out) = (EnvelopeReader::new(), Vec::new());
        for piece in variant.chunks(50) {
            if reader.push(piece, &mut out).is_err() {
                break;
            }
        }
        let end = below(&mut rng, message.len());
        assert_eq!(open(&message[..end]), None);
    }

    let record = {
        use yinxin_pki::two_party::{DeviceEnrolment, PinCost, ServerEnrolment};
        let (server, commitment) = ServerEnrolment::begin(&[1; 32], "u", &mut h.rng).unwrap();
        let (device, opening) = DeviceEnrolment::begin(&[1; 32], "u", commitment, &mut h.rng).unwrap();
        let (record, answer) = server.finish(&opening).unwrap();
        let share = device.finish(&answer).unwrap();
        let cost = PinCost { memory_kib: 8, passes: 1 };
        let stored = ProtectedShare::seal(&share, "1", cost, &mut h.rng).unwrap();
        for seed in [opening.to_bytes(), answer.to_bytes(), stored.to_bytes().to_vec()] {
            for _ in 0..VARIANTS {
                let variant = mutate(&seed, &other, &mut rng);
                let _ = (DeviceOpening::from_bytes(&variant), ServerOpening::from_bytes(&variant));
                let _ = (ProtectedShare::from_bytes(&variant).is_ok(), SignRequest::from_bytes(&variant));
            }
        }
        record.to_bytes().unwrap()
    };
    let key_of = |bytes: &[u8]| ServerRecord::from_bytes(bytes).ok().map(|record| record.public_key().clone());
    let genuine: Option<PublicKey> = key_of(&record);
    // The counter is not bound to the shares: the caller seals the record.
    attack("record", &record, &other, &|bytes| key_of(bytes).is_some(), &|bytes| key_of(bytes) == genuine);
}

#[test]
fn rsa_messages_are_not_forged_by_changes_either() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 83);
    let key = PrivateKey::generate_rsa(RsaSize::Bits2048).unwrap();
    let asked = request(CertificateProfile::PersonSigning, "示例", key.public_key(), &mut h.rng);
    let certificate = issue(&asked, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let plain = PlainSignature { profile: Profile::Rfc5652, signer: &certificate, chain: &[] };
    let signature = key.sign(&plain.signing_digest(b"content")).unwrap();
    let message = plain.assemble(&signature, None);
    let holds = |der: &[u8]| signed_by(der, b"content", &certificate);
    let kept = |der: &[u8]| der.windows(signature.len()).any(|window| window == signature);
    attack("rsa message", &message, h.party.certificate.as_der(), &holds, &kept);
}

#[test]
fn announced_sizes_take_no_memory() {
    // Lengths of gigabytes in front of nothing, nestings without end: refused at once, as the test's own time limit would show.
    for head in ["3084ffffffff", "30847fffffff0609", "a08430000000", "0484ffffffff", "3180"] {
        let bytes = [hex::decode(head).unwrap(), vec![0x30; 200]].concat();
        assert!(Certificate::from_der(&bytes).is_err() && SignedData::from_der(&bytes).is_err());
        assert!(Envelope::from_der(&bytes).is_err() && KeyFile::from_der(&bytes, "").is_err());
    }
    let nested = [0x30u8, 0x80].repeat(100_000);
    assert!(SignedData::from_der(&nested).is_err() && Envelope::from_der(&nested).is_err());
    let mut reader = EnvelopeReader::new();
    let mut out = Vec::new();
    let refused = (0..64).map(|_| reader.push(&nested, &mut out)).any(|result| result.is_err());
    assert!(refused && out.is_empty());
}
