//! Writes the fuzzer's seeds into `crates/pki/fuzz/seeds`: one object of each kind, all made anew. Every key in them is a test key, made here
//! and good for nothing else.
//!
//! `cargo run -p yinxin-pki --example pki_seeds`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool of the workshop, built from test code"
)]

#[allow(dead_code, reason = "the tests need more of it")]
#[path = "../tests/it/hierarchy.rs"]
mod hierarchy;

use std::convert::Infallible;
use std::path::Path;

use hierarchy::{Hierarchy, SIGNED_AT, request};
use rand_chacha::rand_core::{TryCryptoRng, TryRng};
use yinxin_pki::asn1::{Reader, Tag, Writer};
use yinxin_pki::cipher::CbcCipher;
use yinxin_pki::cms::{PlainSignature, Profile, seal, set_unsigned_timestamp};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{EnvelopedKey, KeyAlgorithm, PrivateKey, RsaSize, Signer, Sm2CiphertextOrder};
use yinxin_pki::ocsp::{CertificateId, CertificateStatus, StatusRequest};
use yinxin_pki::password::PasswordEncryption;
use yinxin_pki::pkcs12::KeyFile;
use yinxin_pki::tsp::{Query, granted};
use yinxin_pki::two_party::{DeviceEnrolment, Intent, PinCost, ProtectedShare, ServerEnrolment};
use yinxin_pki::x509::{
    CertificateProfile, CertificateReply, CertificationRequest, DistinguishedName, SerialNumber, issue,
};

/// No generator at all: the content keys of the seeds are sixteen sevens, so that the fuzzer can open what it changes.
struct Sevens;

impl TryRng for Sevens {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0x0707_0707)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0x0707_0707_0707_0707)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(7);
        Ok(())
    }
}

impl TryCryptoRng for Sevens {}

fn write(name: &str, bytes: impl AsRef<[u8]>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn main() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 90);
    certificates(&h);
    let token = statuses(&mut h);
    messages(&h, &token);
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 91);
    envelopes(&mut h);
    keys(&mut h);
    two_parties(&mut h);
}

fn certificates(h: &Hierarchy) {
    for (name, who) in
        [("root", &h.root), ("ca", &h.sub), ("party", &h.party), ("person", &h.person), ("stamper", &h.tsa)]
    {
        write(&format!("certificates/{name}.der"), who.certificate.as_der());
    }
    write("certificates/party.pem", h.party.certificate.to_pem());
    write("certificates/list.der", h.revocation_list(SIGNED_AT, SIGNED_AT));
    let subject = DistinguishedName::new("CN").common_name("示例");
    write("certificates/request.der", CertificationRequest::create(&subject, &h.party.key).unwrap());
    let domestic = Hierarchy::new(KeyAlgorithm::Sm2, 92);
    write("certificates/domestic.der", domestic.party.certificate.as_der());
    let key = EnvelopedKey::seal(&domestic.person.key, domestic.party.key.public_key(), &mut Sevens).unwrap();
    let [signing, encryption] = [&domestic.party, &domestic.person].map(|one| vec![one.certificate.clone()]);
    write("certificates/reply.der", CertificateReply { signing, encryption_key: Some(key), encryption }.to_der());
}

/// Returns the token over the content of the messages.
fn statuses(h: &mut Hierarchy) -> Vec<u8> {
    let ids = vec![CertificateId::new(&h.party.certificate, &h.sub.certificate, DigestAlgorithm::Sha256)];
    let nonce = Some(StatusRequest::nonce_of(&[7; 32]));
    write("statuses/request.der", StatusRequest { certificates: ids, nonce: nonce.clone() }.to_der());
    let status = h.status(&h.party.certificate, CertificateStatus::Good, DigestAlgorithm::Sha256);
    write("statuses/response.der", h.ocsp_response(vec![status], nonce));
    let query = Query::new(h.digest().digest(b"content"), &mut h.rng);
    write("statuses/query.der", query.to_der());
    let serial = SerialNumber::generate(&mut h.rng);
    let token = h.authority().stamp(&query, &serial, SIGNED_AT).unwrap();
    write("statuses/token.der", &token);
    write("statuses/stamped.der", granted(&token));
    token
}

fn messages(h: &Hierarchy, token: &[u8]) {
    let message = h.sign(b"content");
    write("messages/detached.der", &message);
    write("messages/stamped.der", set_unsigned_timestamp(&message, token).unwrap());
    let plain = PlainSignature { profile: Profile::Rfc5652, signer: &h.party.certificate, chain: &[] };
    let signature = h.party.key.sign(&plain.signing_digest(b"content")).unwrap();
    let attached = plain.assemble(&signature, Some(b"content"));
    write("messages/attached.der", &attached);
    write("messages/attached.ber", indefinite(&attached, Tag::OCTET_STRING));
    let domestic = Hierarchy::new(KeyAlgorithm::Sm2, 93);
    let plain = PlainSignature { profile: Profile::Gmt0010, signer: &domestic.party.certificate, chain: &[] };
    let signature = domestic.party.key.sign(&plain.signing_digest(b"content")).unwrap();
    write("messages/domestic.der", plain.assemble(&signature, Some(b"content")));
}

/// The message in indefinite lengths, its content in two strings, as programs write that do not know the length beforehand.
fn indefinite(message: &[u8], string: Tag) -> Vec<u8> {
    let open = |tag: Tag, inside: Vec<u8>| [&[tag.byte(), 0x80][..], &inside, &[0, 0]].concat();
    let mut info = Reader::der(message).sequence().unwrap();
    let kind = info.any().unwrap().raw();
    let mut data = info.element(Tag::context(0)).unwrap().reader().sequence().unwrap();
    let (version, set) = (data.any().unwrap().raw(), data.any().unwrap().raw());
    let mut content = data.sequence().unwrap();
    let behind = data.rest();
    let mut inside = content.any().unwrap().raw().to_vec();
    let octets = if string == Tag::OCTET_STRING {
        content.element(Tag::context(0)).unwrap().reader().octet_string().unwrap()
    } else {
        inside.extend_from_slice(content.any().unwrap().raw());
        content.any().unwrap().contents()
    };
    let mut pieces = Writer::new();
    octets.chunks(octets.len().div_ceil(2)).for_each(|piece| pieces.octet_string(piece));
    let pieces = open(string.constructed(), pieces.finish());
    inside.extend(if string == Tag::OCTET_STRING { open(Tag::context(0), pieces) } else { pieces });
    let data = [version, set, &open(Tag::SEQUENCE, inside), behind].concat();
    open(Tag::SEQUENCE, [kind, &open(Tag::context(0), open(Tag::SEQUENCE, data))].concat())
}

fn envelopes(h: &mut Hierarchy) {
    let rsa = PrivateKey::generate_rsa(RsaSize::Bits2048).unwrap();
    let rsa = request(CertificateProfile::PersonEncryption, "示例", rsa.public_key(), &mut h.rng);
    let rsa = issue(&rsa, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let content = b"content of a bid file".repeat(3);
    let sealed = |profile, cipher, to: &[&_]| seal(&content, to, cipher, profile, &mut Sevens).unwrap();
    let domestic = sealed(Profile::Gmt0010, CbcCipher::Sm4, &[&h.party.certificate]);
    write("envelopes/domestic.der", &domestic);
    write("envelopes/domestic.ber", indefinite(&domestic, Tag::context_primitive(0)));
    write("envelopes/two.der", sealed(Profile::Rfc5652, CbcCipher::Aes128, &[&h.party.certificate, &rsa]));
}

fn keys(h: &mut Hierarchy) {
    let sm2 = &h.person.key;
    let p256 = PrivateKey::generate(KeyAlgorithm::EcdsaP256, &mut h.rng).unwrap();
    let rsa = PrivateKey::generate_rsa(RsaSize::Bits2048).unwrap();
    for (name, key) in [("sm2", sm2), ("p256", &p256), ("rsa", &rsa)] {
        write(&format!("keys/{name}.pkcs8"), key.to_pkcs8_der().as_slice());
        write(&format!("keys/{name}.spki"), key.public_key().to_spki_der());
    }
    write("keys/sm2.skf", sm2.public_key().to_skf().unwrap());
    let digest = sm2.public_key().signing_digest(b"content");
    write("keys/sm2.signature", sm2.sign(&digest).unwrap());
    let protection = PasswordEncryption { iterations: 2, ..PasswordEncryption::DOMESTIC };
    write("keys/sm2.encrypted", sm2.to_encrypted_pkcs8_der("pw", protection, &mut h.rng).unwrap());
    let file = KeyFile {
        key: PrivateKey::from_pkcs8_der(&sm2.to_pkcs8_der()).unwrap(),
        certificate: Some(h.person.certificate.clone()),
        chain: vec![h.sub.certificate.clone()],
        name: Some("示例".into()),
    };
    write("keys/file.p12", file.to_der("pw", protection, &mut h.rng).unwrap());
    let envelope = EnvelopedKey::seal(sm2, h.party.key.public_key(), &mut Sevens).unwrap();
    write("keys/envelope.der", envelope.to_der());
    write("keys/envelope.skf", envelope.to_skf().unwrap());
    let ciphertext = sm2.public_key().encrypt_sm2(b"content", &mut h.rng).unwrap();
    write("keys/ciphertext.der", ciphertext.to_der());
    write("keys/ciphertext.skf", ciphertext.to_skf().unwrap());
    write("keys/ciphertext.c1c3c2", ciphertext.to_bytes(Sm2CiphertextOrder::C1C3C2));
}

fn two_parties(h: &mut Hierarchy) {
    let rng = &mut h.rng;
    let (server, commitment) = ServerEnrolment::begin(&[1; 32], "u", rng).unwrap();
    let (device, device_opening) = DeviceEnrolment::begin(&[1; 32], "u", commitment, rng).unwrap();
    let (mut record, server_opening) = server.finish(&device_opening).unwrap();
    let share = device.finish(&server_opening).unwrap();
    write("keys/device-opening", device_opening.to_bytes());
    write("keys/server-opening", server_opening.to_bytes());
    let cost = PinCost { memory_kib: 8, passes: 1 };
    write("keys/protected-share", ProtectedShare::seal(&share, "1", cost, rng).unwrap().to_bytes().as_slice());
    let until = SIGNED_AT + 60_000_000;
    let intent = Intent::sign([1; 16], [2; 32], until, share.public_key(), b"content").unwrap();
    let (_, asked) = share.begin_signing(&intent, SIGNED_AT, rng).unwrap();
    write("keys/sign-request", asked.to_bytes());
    write("keys/sign-answer", record.answer_signing(&intent, &asked, SIGNED_AT, rng).unwrap().to_bytes());
    write("keys/server-record", record.to_bytes().unwrap().as_slice());
    let ciphertext = share.public_key().encrypt_sm2(b"content", rng).unwrap();
    let intent = Intent::decrypt([3; 16], [4; 32], until, share.public_key(), &ciphertext).unwrap();
    let (_, point) = share.begin_decryption(&intent, &ciphertext, SIGNED_AT, rng).unwrap();
    write("keys/point-request", point.to_bytes());
}
