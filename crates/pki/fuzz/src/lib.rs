//! What the fuzzer asks of every input, by groups of parsers. Each function says whether anything was read from the bytes.
//!
//! The seeds go through the same functions in `cargo test -p yinxin-pki`, so that they stay good. They are made by
//! `cargo run -p yinxin-pki --example pki_seeds`; every key in them is a test key.

use yinxin_pki::asn1::{Reader, Tag, Writer};
use yinxin_pki::chain::{Purpose, RevocationEvidence, Validator};
use yinxin_pki::cms::{Content, ContentKey, Envelope, EnvelopeReader, SignedData, SignedReader};
use yinxin_pki::crl::RevocationList;
use yinxin_pki::key::{
    EnvelopedKey, PrivateKey, PublicKey, Sm2Ciphertext, Sm2CiphertextOrder, sm2_signature_from_raw,
    sm2_signature_from_skf, sm2_signature_to_raw,
};
use yinxin_pki::ocsp::{StatusRequest, StatusResponse};
use yinxin_pki::password::KeyedHash;
use yinxin_pki::pkcs12::KeyFile;
use yinxin_pki::tsp::{Query, Token};
use yinxin_pki::two_party::{
    DeviceOpening, PointRequest, ProtectedShare, RefreshConfirmation, RefreshRequest, ServerOpening, ServerRecord,
    SignAnswer, SignRequest,
};
use yinxin_pki::x509::{Certificate, CertificateReply, CertificationRequest};
use yinxin_pki::{oid, pem};

/// What is done with the bytes of one input.
pub type Target = fn(&[u8]) -> bool;

/// The targets by the names of their folders of seeds.
pub const TARGETS: [(&str, Target); 5] = [
    ("certificates", certificates),
    ("statuses", statuses),
    ("messages", messages),
    ("envelopes", envelopes),
    ("keys", keys),
];

/// Certificates of one hierarchy, everything signed in it at [`SIGNED_AT`]: the only objects under this root that may ever be believed.
const ROOT: &[u8] = include_bytes!("../seeds/certificates/root.der");
const CA: &[u8] = include_bytes!("../seeds/certificates/ca.der");
const LEAVES: [&[u8]; 3] = [
    include_bytes!("../seeds/certificates/party.der"),
    include_bytes!("../seeds/certificates/person.der"),
    include_bytes!("../seeds/certificates/stamper.der"),
];
const LIST: &[u8] = include_bytes!("../seeds/certificates/list.der");
const STATUS: &[u8] = include_bytes!("../seeds/statuses/response.der");
/// 2025-06-01 12:00:00.5.
const SIGNED_AT: i64 = 1_748_779_200_500_000;
/// What the messages and the timestamp among the seeds are over.
const CONTENT: &[u8] = b"content";
/// The password of the seeds, and the content key of the envelopes.
const PASSWORD: &str = "pw";
const CONTENT_KEY: [u8; 16] = [7; 16];

fn certificate(der: &[u8]) -> Certificate {
    Certificate::from_der(der).expect("the seed is a certificate")
}

/// Certificates, requests for them, answers to those, revocation lists.
pub fn certificates(bytes: &[u8]) -> bool {
    let mut read = false;
    if let Ok(found) = Certificate::from_der(bytes) {
        read = true;
        assert_eq!(found.as_der(), bytes);
        assert_eq!(Certificate::from_pem(&found.to_pem()), Ok(vec![found.clone()]));
        let _ = (found.subject().common_name(), found.identities().count(), found.unified_social_credit_code());
        let roots = [certificate(ROOT)];
        let mut validator = Validator::new(&roots);
        validator.add_candidates(&[certificate(CA)]);
        let evidence = RevocationEvidence { ocsp_responses: &[], crls: &[] };
        for purpose in [Purpose::ContractSigning, Purpose::TimeStamping] {
            if validator.validate(&found, purpose, SIGNED_AT, &evidence).is_valid() {
                assert!(LEAVES.contains(&bytes), "a certificate that nobody issued is valid");
            }
        }
        assert!(found.verify_signature(certificate(ROOT).public_key()).is_err() || [ROOT, CA].contains(&bytes));
    }
    if let Ok(request) = CertificationRequest::from_der(bytes) {
        read = true;
        assert_eq!(request.as_der(), bytes);
        assert_eq!(PublicKey::from_spki_der(request.public_key().to_spki_der()).as_ref(), Ok(request.public_key()));
        let _ = request.subject().common_name();
    }
    if let Ok(reply) = CertificateReply::from_der(bytes) {
        read = true;
        assert_eq!(CertificateReply::from_der(&reply.to_der()), Ok(reply));
    }
    if let Ok(list) = RevocationList::from_der(bytes) {
        read = true;
        for leaf in LEAVES.map(certificate) {
            let _ = (list.covers(&leaf), list.find(leaf.serial()));
        }
        assert!(list.verify(&certificate(CA)).is_err() || bytes == LIST, "a list that nobody issued is believed");
    }
    if let Ok(blocks) = std::str::from_utf8(bytes).map_or(Ok(vec![]), pem::decode) {
        for block in blocks {
            read = true;
            let again = pem::encode(&block.label, &block.der).expect("what was decoded can be encoded");
            let again = pem::decode(&again).expect("what was encoded can be decoded");
            assert_eq!((&again[0].label, &again[0].der), (&block.label, &block.der));
        }
    }
    read
}

/// OCSP and timestamps, both directions.
pub fn statuses(bytes: &[u8]) -> bool {
    let mut read = false;
    if let Ok(request) = StatusRequest::from_der(bytes) {
        read = true;
        assert_eq!(StatusRequest::from_der(&request.to_der()), Ok(request));
    }
    if let Ok(response) = StatusResponse::from_der(bytes) {
        read = true;
        let [ca, party] = [CA, LEAVES[0]].map(certificate);
        let said = response.find(&party, &ca).map(|single| single.status);
        if response.verify(&ca).is_ok() {
            let genuine = StatusResponse::from_der(STATUS).expect("the seed is a response");
            let genuine = genuine.find(&party, &ca).map(|single| single.status);
            assert_eq!(said, genuine, "a status that nobody gave is believed");
        }
    }
    if let Ok(query) = Query::from_der(bytes) {
        read = true;
        assert_eq!(Query::from_der(&query.to_der()), Ok(query));
    }
    if let Ok(token) = Token::from_token_or_response(bytes) {
        read = true;
        let again = Token::from_der(token.as_der()).expect("a token is read again");
        assert_eq!(again.as_der(), token.as_der());
        if let Ok(stamp) = token.verify(&[CONTENT], &[]) {
            // Anybody may stamp; that it was this authority is what its certificate says.
            assert!(
                stamp.authority.as_der() != LEAVES[2] || stamp.time == SIGNED_AT,
                "a time that nobody stamped is believed"
            );
        }
    }
    read
}

/// A message through [`SignedReader`] in pieces of `size`: its content, and who signed it.
fn streamed(bytes: &[u8], size: usize) -> Option<(Vec<u8>, Vec<Certificate>)> {
    let (mut reader, mut content) = (SignedReader::new(&[certificate(LEAVES[0])]), Vec::new());
    for piece in bytes.chunks(size) {
        reader.push(piece, &mut content).ok()?;
    }
    let message = reader.finish().ok()?;
    let signers = message.signed_data().signers().iter();
    let signers = signers.filter_map(|signer| message.verify(signer, &[]).ok()).collect();
    Some((content, signers))
}

/// Signed messages, whole and in pieces.
pub fn messages(bytes: &[u8]) -> bool {
    let whole = SignedData::from_der(bytes).ok();
    if let Some(signed) = &whole {
        let padded = [bytes, &[0; 16]].concat();
        let padded = SignedData::from_padded(&padded).expect("zeros behind a message are no part of it");
        assert_eq!(padded.content(), signed.content());
        for signer in signed.signers() {
            for content in [CONTENT, signed.content().unwrap_or(CONTENT)] {
                let Ok(by) = signed.verify(signer, &Content::Parts(&[content]), &[]) else { continue };
                assert!(by.as_der() != LEAVES[0] || content == CONTENT, "a message that nobody signed is believed");
            }
            let _ = signer.timestamps().iter().filter(|token| Token::from_der(token).is_ok()).count();
        }
    }
    let in_pieces = streamed(bytes, 7);
    let at_once = streamed(bytes, bytes.len().max(1));
    assert_eq!(in_pieces, at_once, "the size of the pieces matters");
    if let (Some((content, signers)), Some(signed)) = (&at_once, &whole) {
        assert_eq!(Some(&content[..]), signed.content(), "whole and in pieces are not the same message");
        let party = signers.iter().any(|signer| signer.as_der() == LEAVES[0]);
        assert!(!party || content == CONTENT, "a streamed message that nobody signed is believed");
    }
    whole.is_some() || at_once.is_some()
}

/// An envelope through [`EnvelopeReader`] in pieces of `size`.
fn opened(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let (mut reader, mut content) = (EnvelopeReader::new(), Vec::new());
    let mut keyed = false;
    for piece in bytes.chunks(size) {
        reader.push(piece, &mut content).ok()?;
        if !keyed && reader.recipients().is_some() {
            reader.set_key(&ContentKey::from_bytes(&CONTENT_KEY), &mut content).ok()?;
            keyed = true;
        }
    }
    reader.finish(&mut content).ok()?;
    Some(content)
}

/// Encrypted messages, whole and in pieces.
pub fn envelopes(bytes: &[u8]) -> bool {
    let whole = Envelope::from_der(bytes).ok();
    let in_pieces = opened(bytes, 7);
    let at_once = opened(bytes, bytes.len().max(1));
    assert_eq!(in_pieces, at_once, "the size of the pieces matters");
    if let Some(envelope) = &whole {
        for recipient in envelope.recipients() {
            let _ = (recipient.is(&certificate(LEAVES[0])), recipient.encrypted_key());
        }
        let opened = envelope.open_with(&ContentKey::from_bytes(&CONTENT_KEY)).ok();
        if let (Some(opened), Some(at_once)) = (opened, at_once) {
            assert_eq!(opened[..], at_once[..], "whole and in pieces are not the same content");
        }
    }
    whole.is_some()
}

/// Keys in the clear, under a password and in envelopes; key files; the messages of phone and server.
pub fn keys(bytes: &[u8]) -> bool {
    let mut read = false;
    if let Ok(key) = PrivateKey::from_pkcs8_der(bytes) {
        read = true;
        let again = PrivateKey::from_pkcs8_der(&key.to_pkcs8_der()).expect("a key that was written is read");
        assert_eq!(again.public_key(), key.public_key());
    }
    if let Ok(key) = PublicKey::from_spki_der(bytes) {
        read = true;
        assert_eq!(PublicKey::from_spki_der(key.to_spki_der()), Ok(key));
    }
    if let Ok(key) = PublicKey::from_skf(bytes) {
        read = true;
        assert_eq!(key.to_skf().as_deref(), Ok(bytes));
    }
    if let Ok(raw) = sm2_signature_to_raw(bytes) {
        read = true;
        assert_eq!(sm2_signature_to_raw(&sm2_signature_from_raw(&raw)), Ok(raw));
    }
    let _ = sm2_signature_from_skf(bytes);
    read |= envelopes_of_keys(bytes);
    read |= of_two_parties(bytes);
    read |= cheap(bytes) && under_a_password(bytes);
    read
}

fn envelopes_of_keys(bytes: &[u8]) -> bool {
    let mut read = false;
    for envelope in [EnvelopedKey::from_der(bytes), EnvelopedKey::from_skf(bytes)].into_iter().flatten() {
        read = true;
        assert_eq!(EnvelopedKey::from_der(&envelope.to_der()).as_ref(), Ok(&envelope));
        if let Ok(blob) = envelope.to_skf() {
            assert_eq!(EnvelopedKey::from_skf(&blob).as_ref(), Ok(&envelope));
        }
        let _ = envelope.open_with(&CONTENT_KEY);
    }
    for order in [Sm2CiphertextOrder::C1C3C2, Sm2CiphertextOrder::C1C2C3] {
        if let Ok(ciphertext) = Sm2Ciphertext::from_bytes(order, bytes) {
            read = true;
            assert_eq!(Sm2Ciphertext::from_bytes(order, &ciphertext.to_bytes(order)), Ok(ciphertext));
        }
    }
    for ciphertext in [Sm2Ciphertext::from_der(bytes).ok(), Sm2Ciphertext::from_skf(bytes).ok()].into_iter().flatten() {
        read = true;
        assert_eq!(Sm2Ciphertext::from_der(&ciphertext.to_der()).as_ref(), Ok(&ciphertext));
        assert_eq!(Sm2Ciphertext::from_skf(&ciphertext.to_skf().expect("it is short")), Ok(ciphertext));
    }
    read
}

/// Whether a file asks for few repetitions, as far as its bytes tell; up to two million are allowed, for which the fuzzer has no time.
fn cheap(bytes: &[u8]) -> bool {
    let many = |count: &[u8]| match count {
        [2, 2, high, ..] => *high > 3,
        [2, length, ..] => *length > 2,
        _ => false,
    };
    // The count stands behind the salt, an OCTET STRING.
    let behind_a_salt = |at: usize| {
        (0..=at.min(127)).any(|length| {
            let before = &bytes[..at - length];
            before.ends_with(&[4, length as u8]) || before.ends_with(&[4, 0x81, length as u8])
        })
    };
    (0..bytes.len()).all(|at| !many(&bytes[at..]) || !behind_a_salt(at))
}

/// A key file around `contents` whose MAC is good: only so the fuzzer comes behind it.
fn key_file_around(contents: &[u8]) -> Vec<u8> {
    let mut key = [0; 32];
    KeyedHash::HmacSha256.derive(PASSWORD.as_bytes(), b"salt", 1, &mut key);
    let mac = KeyedHash::HmacSha256.mac(&key, &[contents]);
    let hash = Writer::sequence_of(|hash| {
        hash.oid(oid::HMAC_SHA256);
        hash.null();
    });
    Writer::sequence_of(|file| {
        file.u64(3);
        file.sequence(|info| {
            info.oid(oid::DATA);
            info.context(0, |tagged| tagged.octet_string(contents));
        });
        file.sequence(|mac_data| {
            mac_data.sequence(|info| {
                info.sequence(|algorithm| {
                    algorithm.oid(oid::PBMAC1);
                    algorithm.sequence(|parameters| {
                        parameters.sequence(|function| {
                            function.oid(oid::PBKDF2);
                            function.sequence(|how| {
                                how.octet_string(b"salt");
                                how.u64(1);
                                how.u64(32);
                                how.raw(&hash);
                            });
                        });
                        parameters.raw(&hash);
                    });
                });
                info.octet_string(&mac);
            });
            mac_data.octet_string(b"");
        });
    })
}

fn under_a_password(bytes: &[u8]) -> bool {
    let key = PrivateKey::from_encrypted_pkcs8_der(bytes, PASSWORD).ok();
    let file = KeyFile::from_der(bytes, PASSWORD).ok();
    // The contents of a true file, or the bytes themselves, behind a MAC that holds.
    let inside = contents_of(bytes).unwrap_or_else(|| bytes.to_vec());
    let rewrapped = KeyFile::from_der(&key_file_around(&inside), PASSWORD).ok();
    if let (Some(file), Some(rewrapped)) = (&file, &rewrapped) {
        assert_eq!(file.key.public_key(), rewrapped.key.public_key());
    }
    for file in [&file, &rewrapped].into_iter().flatten() {
        let own = file.certificate.as_ref().map(Certificate::public_key);
        assert!(own.is_none_or(|own| own == file.key.public_key()), "a certificate of another key");
    }
    key.is_some() || file.is_some() || rewrapped.is_some()
}

fn contents_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = Reader::ber(bytes).sequence().ok()?;
    file.u64().ok()?;
    let mut info = file.sequence().ok()?;
    info.oid().ok()?;
    Some(info.element(Tag::context(0)).ok()?.reader().octets().ok()?.into_owned())
}

fn of_two_parties(bytes: &[u8]) -> bool {
    let written = [
        DeviceOpening::from_bytes(bytes).ok().map(|message| message.to_bytes()),
        ServerOpening::from_bytes(bytes).ok().map(|message| message.to_bytes()),
        SignRequest::from_bytes(bytes).ok().map(|message| message.to_bytes()),
        SignAnswer::from_bytes(bytes).ok().map(|message| message.to_bytes()),
        PointRequest::from_bytes(bytes).ok().map(|message| message.to_bytes()),
        RefreshRequest::from_bytes(bytes).ok().map(|message| message.to_bytes().to_vec()),
        RefreshConfirmation::from_bytes(bytes).ok().map(|message| message.to_bytes()),
        ServerRecord::from_bytes(bytes).ok().map(|record| record.to_bytes().expect("it was read").to_vec()),
        ProtectedShare::from_bytes(bytes).ok().map(|share| share.to_bytes().to_vec()),
    ];
    let mut read = false;
    for message in written.into_iter().flatten() {
        read = true;
        assert_eq!(message, bytes, "a message has two forms");
    }
    read
}
