//! A key that phone and server hold together does all that any other key does: a request with proof of possession, a certificate, a message,
//! an envelope; and other people's programs see no difference. It is also the second holder behind the `Signer` seam.

use std::sync::Mutex;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use yinxin_pki::cipher::CbcCipher;
use yinxin_pki::cms::{Content, ContentKey, EncryptedKey, Envelope, Profile, SignedAttributes, SignedData, seal};
use yinxin_pki::key::{KeyAlgorithm, PublicKey, SignError, Signer, SigningDigest};
use yinxin_pki::two_party::{DeviceEnrolment, DeviceShare, Intent, ServerEnrolment, ServerRecord};
use yinxin_pki::x509::{CertificateProfile, CertificationRequest, DistinguishedName, issue};

use crate::hierarchy::{Hierarchy, request};
use crate::oracle::{Workplace, bouncy_castle, openssl_available};

const NOW: i64 = 1_000_000_000;
const LATER: i64 = NOW + 60_000_000;

/// Both parties in one process. Each builds the intent from `message`, which is what it was shown.
struct Pair {
    share: DeviceShare,
    state: Mutex<(ServerRecord, ChaCha20Rng, u8)>,
    message: Vec<u8>,
}

impl Pair {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let (server, commitment) = ServerEnrolment::begin(&[1; 32], "示例用户", &mut rng).unwrap();
        let (device, opening) = DeviceEnrolment::begin(&[1; 32], "示例用户", commitment, &mut rng).unwrap();
        let (record, opening) = server.finish(&opening).unwrap();
        let share = device.finish(&opening).unwrap();
        Self { share, state: Mutex::new((record, rng, 0)), message: Vec::new() }
    }
}

impl Signer for Pair {
    fn public_key(&self) -> &PublicKey {
        self.share.public_key()
    }

    fn sign(&self, digest: &SigningDigest) -> Result<Vec<u8>, SignError> {
        let (record, rng, count) = &mut *self.state.lock().unwrap();
        *count += 1;
        let intent = Intent::sign([*count; 16], [*count; 32], LATER, self.public_key(), &self.message).unwrap();
        // A phone signs no digest that it has not made itself.
        if self.public_key().signing_digest(&self.message) != *digest {
            return Err(SignError::Unavailable);
        }
        let (signing, request) = self.share.begin_signing(&intent, NOW, rng).map_err(|_| SignError::Failed)?;
        let answer = record.answer_signing(&intent, &request, NOW, rng).map_err(|_| SignError::Failed)?;
        signing.finish(&answer).map_err(|_| SignError::Failed)
    }
}

#[test]
fn a_shared_key_is_certified_signs_messages_and_opens_envelopes() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 70);
    let mut pair = Pair::new(71);
    let place = Workplace::new("two-party");
    let subject = DistinguishedName::new("CN").common_name("示例用户");

    // The message to be signed is what a first attempt asks for and the phone has not agreed to.
    assert_eq!(CertificationRequest::create(&subject, &pair), Err(SignError::Unavailable));
    let single = yinxin_pki::key::PrivateKey::generate(KeyAlgorithm::Sm2, &mut h.rng).unwrap();
    let made = CertificationRequest::create(&subject, &single).unwrap();
    let own = made.windows(single.public_key().key_bits().len());
    let at = own.enumerate().find(|(_, window)| *window == single.public_key().key_bits()).unwrap().0;
    let mut info = made.clone();
    info[at..at + 65].copy_from_slice(pair.public_key().key_bits());
    let mut reader = yinxin_pki::asn1::Reader::der(&info).sequence().unwrap();
    pair.message = reader.any().unwrap().raw().to_vec();
    let csr = CertificationRequest::create(&subject, &pair).unwrap();
    assert_eq!(CertificationRequest::from_der(&csr).unwrap().public_key(), pair.public_key());
    place.write("request.der", &csr);
    if openssl_available() {
        let verify = ["req", "-inform", "DER", "-in", "request.der", "-verify", "-noout", "-vfyopt"];
        place.must("openssl", &[&verify[..], &["distid:1234567812345678"]].concat());
    }
    if let Some((success, text)) = bouncy_castle(&place, &["csr", "request.der"]) {
        assert!(success, "{text}");
    }

    let asked = request(CertificateProfile::PersonSigning, "示例用户", pair.public_key(), &mut h.rng);
    let certificate = issue(&asked, Some(&h.sub.certificate), &h.sub.key).unwrap();
    let attributes = SignedAttributes::new(&h.digest().digest(b"contract"), &certificate).unwrap();
    pair.message = attributes.to_be_signed().to_vec();
    let signature = pair.sign(&attributes.signing_digest(&certificate)).unwrap();
    let message = attributes.assemble(&signature, &certificate, &[], None).unwrap();
    let read = SignedData::from_der(&message).unwrap();
    assert!(read.verify(&read.signers()[0], &Content::Parts(&[b"contract"]), &[]).is_ok());
    place.write("signed.der", &message);
    place.write("content.bin", b"contract");
    if let Some((success, text)) = bouncy_castle(&place, &["cms", "signed.der", "content.bin"]) {
        assert!(success, "{text}");
    }

    // A bid file's envelope, opened by phone and server: the content key is all that passes.
    let message = seal(b"bid", &[&certificate], CbcCipher::Sm4, Profile::Gmt0010, &mut h.rng).unwrap();
    let envelope = Envelope::from_der(&message).unwrap();
    let EncryptedKey::Sm2(ciphertext) = envelope.recipients()[0].encrypted_key() else { panic!("not SM2") };
    let (record, rng, _) = &mut *pair.state.lock().unwrap();
    let intent = Intent::decrypt([99; 16], [99; 32], LATER, record.public_key(), ciphertext).unwrap();
    let (decryption, request) = pair.share.begin_decryption(&intent, ciphertext, NOW, rng).unwrap();
    let answer = record.answer_decryption(&intent, ciphertext, &request, NOW).unwrap();
    let key = ContentKey::from_bytes(&decryption.finish(&answer).unwrap());
    assert_eq!(envelope.open_with(&key).unwrap().as_slice(), b"bid");
}
