//! The attacks of standards 9.3 and 9.5, each carried out, and each refused.

use ::sm2::elliptic_curve::ops::Reduce;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::device::combine;
use super::server::answer;
use super::*;
use crate::asn1::Writer;
use crate::key::{PrivateKey, PublicKey, SignatureAlgorithm, sm2_signature_to_raw};

const NOW: i64 = 1_000_000_000;
const LATER: i64 = NOW + 60_000_000;
const CHEAP: PinCost = PinCost { memory_kib: 8, passes: 1 };
const MESSAGE: &[u8] = b"message digest";

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn enrol(rng: &mut ChaCha20Rng) -> (DeviceShare, ServerRecord) {
    let session = [7; 32];
    let (server, commitment) = ServerEnrolment::begin(&session, "user-1", rng).unwrap();
    let commitment = Commitment::from_bytes(commitment.to_bytes());
    let (device, opening) = DeviceEnrolment::begin(&session, "user-1", commitment, rng).unwrap();
    let opening = DeviceOpening::from_bytes(&opening.to_bytes()).unwrap();
    let (record, opening) = server.finish(&opening).unwrap();
    let share = device.finish(&ServerOpening::from_bytes(&opening.to_bytes()).unwrap()).unwrap();
    assert_eq!(share.public_key(), record.public_key());
    (share, record)
}

fn intent(id: u8, key: &PublicKey, message: &[u8]) -> Intent {
    Intent::sign([id; 16], [id; 32], LATER, key, message).unwrap()
}

fn sign(
    share: &DeviceShare,
    record: &mut ServerRecord,
    id: u8,
    rng: &mut ChaCha20Rng,
) -> Result<Vec<u8>, TwoPartyError> {
    let intent = intent(id, record.public_key(), MESSAGE);
    let (signing, request) = share.begin_signing(&intent, NOW, rng)?;
    let answer = record.answer_signing(&intent, &SignRequest::from_bytes(&request.to_bytes()).unwrap(), NOW, rng)?;
    let signature = signing.finish(&SignAnswer::from_bytes(&answer.to_bytes()).unwrap())?;
    record.check_signature(&intent, &signature)?;
    Ok(signature)
}

fn holds(key: &PublicKey, signature: &[u8]) -> bool {
    key.verify(SignatureAlgorithm::Sm2Sm3, MESSAGE, signature).is_ok()
}

fn hex_scalar(text: &str) -> Scalar {
    *read_scalar(&hex::decode(text).unwrap()).unwrap()
}

fn bytes_of(scalar: &Scalar) -> [u8; 32] {
    scalar.to_repr().into()
}

#[test]
fn the_algebra_gives_the_known_answer() {
    let [d1, d2, k1, k2, k3] = ["11", "22", "33", "44", "55"].map(|byte| hex_scalar(&byte.repeat(32)));
    let point = |scalar: &Scalar| ProjectivePoint::mul_by_generator(scalar);
    let device_point = point(&d1.invert().unwrap());
    let public = public_point(&(device_point * d2.invert().unwrap())).unwrap();
    assert_eq!(
        hex::encode(wire_point(&public).unwrap()),
        "4edec24581c5989e9fee5891bbce9707e65f3b3f996412087065944a0e1ffff1\
         a92bda6f2c8458e0ffffb2f9a104d5fee1552a884d3152e85a486b048957dee1"
    );
    let key = device::public_key(&public).unwrap();
    let digest = key.signing_digest(MESSAGE);
    assert_eq!(hex::encode(digest.as_bytes()), "ff8d544aef49401f604eee5109c87078ce3b6bc3870513c46b889ba9277f7845");
    let e = Scalar::reduce(&::sm2::FieldBytes::from(<[u8; 32]>::try_from(digest.as_bytes()).unwrap()));
    let SignAnswer([r, s2, s3]) = answer(&d2, &e, &point(&k1), &k2, &k3).unwrap();
    assert_eq!(hex::encode(r), "51ccd8076cc029d09adfa70c5246f916a27add5b3ac5b31dbf725e7cb6215f6e");
    assert_eq!(hex::encode(s2), "e4eba3bb956e02b8af0663eca1e93d30b6139f71c482509085c99fcc8db4d71e");
    assert_eq!(hex::encode(s3), "ddbc98fd41bfff54ee0abe95b1916e7b87c1baa4c7e680c921ffaf6d9a719ef1");
    let [r, s2, s3] = [r, s2, s3].map(|part| *read_scalar(&part).unwrap());
    let s = combine(&d1, &k1, &r, &s2, &s3);
    assert_eq!(hex::encode(bytes_of(&s)), "9d7fd10cfcf9a2b638808511aaf1cd6bf8c300aced17e94af63ca2654b6678fc");
}

#[test]
fn both_together_sign_and_the_record_survives_its_store() {
    let mut rng = rng(1);
    let (share, mut record) = enrol(&mut rng);
    for id in 0..4 {
        let signature = sign(&share, &mut record, id, &mut rng).unwrap();
        assert!(holds(share.public_key(), &signature));
        record = ServerRecord::from_bytes(&record.to_bytes().unwrap()).unwrap();
    }
    let bytes = record.to_bytes().unwrap();
    for end in 0..bytes.len() {
        let cut = ServerRecord::from_bytes(&bytes[..end]);
        // Only whole intents at the end can be missing without notice; that is what the caller's seal is for.
        assert!(cut.is_err() || (bytes.len() - end) % 24 == 0);
    }
    let mut foreign = bytes.to_vec();
    foreign[10] ^= 1;
    assert_eq!(ServerRecord::from_bytes(&foreign).err(), Some(TwoPartyError::Malformed));
}

/// Attack 1: with k3 = 0 the signature holds, and reveals d to the server, which chose k.
#[test]
fn an_answer_without_the_phones_nonce_is_refused() {
    let mut rng = rng(2);
    let (share, record) = enrol(&mut rng);
    let intent = intent(1, record.public_key(), MESSAGE);
    let (signing, _) = share.begin_signing(&intent, NOW, &mut rng).unwrap();
    let k2 = random_share(&mut rng).unwrap();
    let e = Scalar::reduce(&::sm2::FieldBytes::from(*intent.e().unwrap()));
    let x = coordinates(&ProjectivePoint::mul_by_generator(&*k2)).unwrap();
    let r = e + Scalar::reduce(&::sm2::FieldBytes::from(<[u8; 32]>::try_from(&x[..32]).unwrap()));
    let s3 = **record.share() * (r + *k2);
    // What a careless phone would release: a valid signature, from which the server computes the whole key.
    let s = combine(share.share(), &Scalar::ONE, &r, &Scalar::ZERO, &s3);
    let der = Writer::sequence_of(|w| {
        w.unsigned(&bytes_of(&r));
        w.unsigned(&bytes_of(&s));
    });
    assert!(holds(share.public_key(), &der));
    let d = (*k2 - s) * (s + r).invert().unwrap();
    let stolen = PrivateKey::from_sm2_secret(&bytes_of(&d)).unwrap();
    assert_eq!(stolen.public_key(), share.public_key());
    // What this phone does.
    let attack = SignAnswer([bytes_of(&r), [0; 32], bytes_of(&s3)]);
    assert_eq!(signing.finish(&attack), Err(TwoPartyError::Answer));
}

/// Attack 2: answers that do not belong together release d1 to whoever sees s.
#[test]
fn inconsistent_answers_are_refused_before_anything_leaves() {
    let mut rng = rng(3);
    let (share, mut record) = enrol(&mut rng);
    let one = bytes_of(&Scalar::ONE);
    // s + r would be d1 itself.
    let r = random_share(&mut rng).unwrap();
    let s = combine(share.share(), &Scalar::from(5u64), &r, &Scalar::ZERO, &Scalar::ONE);
    assert_eq!(s + *r, **share.share());
    let n = hex::decode("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123").unwrap();
    let n: [u8; 32] = n.try_into().unwrap();
    for index in 0..9u8 {
        let intent = intent(index, record.public_key(), MESSAGE);
        let (signing, request) = share.begin_signing(&intent, NOW, &mut rng).unwrap();
        let SignAnswer(good) = record.answer_signing(&intent, &request, NOW, &mut rng).unwrap();
        let [r, s2, s3] = good;
        let attack = match index {
            0 => [r, [0; 32], one],
            1 => [r, one, one],
            2 => [r, s2, one],
            3 => [r, s3, s2],
            4 => [[0; 32], s2, s3],
            5 => [n, s2, s3],
            6 => [r, n, s3],
            7 => [r, s2, [0xff; 32]],
            _ => [r, s2, [0; 32]],
        };
        assert_eq!(signing.finish(&SignAnswer(attack)), Err(TwoPartyError::Answer), "{index}");
    }
}

/// Attacks 3 and 4: two answers under one k1 reveal d1, two under one k2 reveal d2.
#[test]
fn an_intent_is_answered_once_even_after_a_restart_and_with_a_rewound_generator() {
    let mut rng = rng(4);
    let (share, mut record) = enrol(&mut rng);
    let first = intent(1, record.public_key(), MESSAGE);
    let (signing, request) = share.begin_signing(&first, NOW, &mut rng).unwrap();
    let answer = record.answer_signing(&first, &request, NOW, &mut self::rng(99)).unwrap();
    let mut restarted = ServerRecord::from_bytes(&record.to_bytes().unwrap()).unwrap();
    for record in [&mut record, &mut restarted] {
        let again = record.answer_signing(&first, &request, NOW, &mut rng);
        assert_eq!(again.unwrap_err(), TwoPartyError::Answered);
    }
    // Why: with two answers to one k1, d1 = ((s+r) − (s'+r')·s2/s2')/(s3 − s3'·s2/s2').
    assert!(signing.finish(&answer).is_ok());

    // The server's generator starts again from the same state: its nonces still differ, as the request does.
    let second = intent(2, record.public_key(), MESSAGE);
    let (_, request) = share.begin_signing(&second, NOW, &mut rng).unwrap();
    let other = record.answer_signing(&second, &request, NOW, &mut self::rng(99)).unwrap();
    let s2 = |answer: &SignAnswer| answer.0[1];
    assert_ne!(s2(&answer), s2(&other));
    // And so do the phone's.
    let [a, b] = [&first, &second].map(|intent| share.begin_signing(intent, NOW, &mut self::rng(5)).unwrap().1.point);
    assert_ne!(a, b);
}

/// Attack 5: the phone shows one document, the server signs another; or a request is used for another intent.
#[test]
fn both_must_mean_the_same_document_key_and_intent() {
    let mut rng = rng(5);
    let (share, mut record) = enrol(&mut rng);
    let key = record.public_key().clone();
    let shown = intent(1, &key, MESSAGE);
    let (_, request) = share.begin_signing(&shown, NOW, &mut rng).unwrap();
    let swapped = intent(1, &key, b"another document");
    let other_id = Intent::sign([2; 16], [1; 32], LATER, &key, MESSAGE).unwrap();
    let other_nonce = Intent::sign([1; 16], [2; 32], LATER, &key, MESSAGE).unwrap();
    let other_end = Intent::sign([1; 16], [1; 32], LATER - 1, &key, MESSAGE).unwrap();
    for intent in [swapped, other_id, other_nonce, other_end] {
        let refused = record.answer_signing(&intent, &request, NOW, &mut rng).unwrap_err();
        assert_eq!(refused, TwoPartyError::Proof);
    }
    let mut foreign = request.clone();
    foreign.point = wire_point(&ProjectivePoint::GENERATOR).unwrap();
    assert_eq!(record.answer_signing(&shown, &foreign, NOW, &mut rng).unwrap_err(), TwoPartyError::Proof);
    assert!(record.is_locked());

    let (other_share, mut other_record) = enrol(&mut rng);
    let theirs = intent(1, &key, MESSAGE);
    assert_eq!(other_share.begin_signing(&theirs, NOW, &mut rng).err(), Some(TwoPartyError::OtherIntent));
    assert_eq!(other_record.answer_signing(&theirs, &request, NOW, &mut rng).unwrap_err(), TwoPartyError::OtherIntent);
    assert_eq!(other_record.failures(), 0);
}

/// A phone whose k1 is not its own choice alone: the proof of k1 is missing.
#[test]
fn a_nonce_that_the_phone_does_not_know_is_refused() {
    let mut rng = rng(6);
    let (share, mut record) = enrol(&mut rng);
    let intent = intent(1, record.public_key(), MESSAGE);
    let (_, mut request) = share.begin_signing(&intent, NOW, &mut rng).unwrap();
    // The share's proof is made anew over a point of somebody else, as a thief of the share could.
    request.point = wire_point(&(ProjectivePoint::GENERATOR * *random_share(&mut rng).unwrap())).unwrap();
    request.share_proof = share.prove_share(&intent, &request.point, &mut rng).unwrap();
    assert_eq!(record.answer_signing(&intent, &request, NOW, &mut rng).unwrap_err(), TwoPartyError::Proof);
}

/// Attack 6: many sessions in parallel.
#[test]
fn only_so_many_intents_are_open_and_none_for_long() {
    let mut rng = rng(7);
    let (share, mut record) = enrol(&mut rng);
    for id in 0..MAX_OPEN_INTENTS as u8 {
        sign(&share, &mut record, id, &mut rng).unwrap();
    }
    assert_eq!(sign(&share, &mut record, 200, &mut rng), Err(TwoPartyError::Busy));
    let key = record.public_key().clone();
    let after = Intent::sign([201; 16], [0; 32], LATER + 1_000_000, &key, MESSAGE).unwrap();
    let (_, request) = share.begin_signing(&after, LATER, &mut rng).unwrap();
    assert!(record.answer_signing(&after, &request, LATER, &mut rng).is_ok());
    for (end, now) in [(LATER, LATER), (LATER, LATER + 1), (NOW + MAX_LIFETIME_MICROS + 1, NOW)] {
        let stale = Intent::sign([9; 16], [0; 32], end, &key, MESSAGE).unwrap();
        assert_eq!(share.begin_signing(&stale, now, &mut rng).err(), Some(TwoPartyError::Expired));
        assert_eq!(record.answer_signing(&stale, &request, now, &mut rng).unwrap_err(), TwoPartyError::Expired);
    }
}

/// Attack 7: points that give a weak key, or that their party does not know the secret of, or that were chosen after the other's.
#[test]
fn rogue_enrolments_are_refused() {
    let mut rng = rng(8);
    let session = [7; 32];
    let begin = |rng: &mut ChaCha20Rng| {
        let (server, commitment) = ServerEnrolment::begin(&session, "user-1", rng).unwrap();
        let (device, opening) = DeviceEnrolment::begin(&session, "user-1", commitment, rng).unwrap();
        (server, device, opening)
    };
    // The phone registers a point that it does not know the secret of: A = A* − something.
    let (server, _, opening) = begin(&mut rng);
    let mut bytes = opening.to_bytes();
    let rogue = read_wire_point(&bytes[..64]).unwrap() + ProjectivePoint::GENERATOR;
    bytes[..64].copy_from_slice(&wire_point(&rogue).unwrap());
    let refused = server.finish(&DeviceOpening::from_bytes(&bytes).unwrap()).err();
    assert_eq!(refused, Some(TwoPartyError::Proof));
    // A point off the curve.
    let (server, _, opening) = begin(&mut rng);
    let mut bytes = opening.to_bytes();
    bytes[10] ^= 1;
    let refused = server.finish(&DeviceOpening::from_bytes(&bytes).unwrap()).err();
    assert_eq!(refused, Some(TwoPartyError::Malformed));
    // The server changes its point after it has seen the phone's: another honest one, with its own proof.
    let (server, device, opening) = begin(&mut rng);
    server.finish(&opening).unwrap();
    let (late, _) = ServerEnrolment::begin(&session, "user-1", &mut rng).unwrap();
    let (_, late) = late.finish(&opening).unwrap();
    assert_eq!(device.finish(&late).err(), Some(TwoPartyError::Commitment));
    // A proof from another session or for another user.
    for (other_session, user) in [([8; 32], "user-1"), (session, "user-2")] {
        let (server, commitment) = ServerEnrolment::begin(&session, "user-1", &mut rng).unwrap();
        let (_, opening) = DeviceEnrolment::begin(&other_session, user, commitment, &mut rng).unwrap();
        assert_eq!(server.finish(&opening).err(), Some(TwoPartyError::Proof));
    }
    // d1·d2 = 1 would make d = 0, and P infinity.
    assert_eq!(public_point(&ProjectivePoint::GENERATOR).err(), Some(TwoPartyError::WeakKey));
    assert_eq!(public_point(&ProjectivePoint::IDENTITY).err(), Some(TwoPartyError::WeakKey));
}

/// Attack 8: a stolen phone and all the time in the world.
#[test]
fn a_stolen_phone_tells_nothing_about_the_pin_and_the_server_counts() {
    let mut rng = rng(9);
    let (share, mut record) = enrol(&mut rng);
    let stored = ProtectedShare::seal(&share, "271828", CHEAP, &mut rng).unwrap().to_bytes();
    let stolen = ProtectedShare::from_bytes(&stored).unwrap();
    // Every PIN opens to a share in range that signs requests like any other; the right one among them is not told apart.
    let mut shares = Vec::new();
    for pin in ["271828", "000000", "271829", ""] {
        let opened = stolen.open(pin).unwrap();
        assert_eq!(opened.public_key(), share.public_key());
        let intent = intent(1, opened.public_key(), MESSAGE);
        assert!(opened.begin_signing(&intent, NOW, &mut rng).is_ok());
        shares.push(bytes_of(opened.share()));
    }
    assert_eq!(shares[0], bytes_of(share.share()));
    shares.sort_unstable();
    shares.dedup();
    assert_eq!(shares.len(), 4);
    // What the phone stores holds no point of either share: with one, d1'⁻¹·B = P + G would tell.
    let device_point = wire_point(record.device_point()).unwrap();
    let server_point = wire_point(&ProjectivePoint::mul_by_generator(&*inverse(record.share()).unwrap())).unwrap();
    for point in [device_point, server_point] {
        assert!(!stored.windows(32).any(|window| point.chunks(32).any(|half| half == window)));
    }

    let attempt = |record: &mut ServerRecord, pin: &str, id: u8, rng: &mut ChaCha20Rng| {
        sign(&stolen.open(pin).unwrap(), record, id, rng).map(|_| ())
    };
    for id in 0..MAX_FAILURES - 1 {
        assert_eq!(attempt(&mut record, "000000", id, &mut rng), Err(TwoPartyError::Proof));
    }
    // The owner in between: the count begins anew.
    assert_eq!(attempt(&mut record, "271828", 100, &mut rng), Ok(()));
    assert_eq!(record.failures(), 0);
    for id in 0..MAX_FAILURES {
        assert_eq!(record.failures(), id);
        assert_eq!(attempt(&mut record, "111111", id, &mut rng), Err(TwoPartyError::Proof));
        record = ServerRecord::from_bytes(&record.to_bytes().unwrap()).unwrap();
    }
    assert_eq!(attempt(&mut record, "271828", 101, &mut rng), Err(TwoPartyError::Locked));
}

#[test]
fn a_pin_is_changed_without_the_server_and_damaged_stores_are_refused() {
    let mut rng = rng(10);
    let (share, mut record) = enrol(&mut rng);
    let stored = ProtectedShare::seal(&share, "old", CHEAP, &mut rng).unwrap();
    let changed = stored.change_pin("old", "new", &mut rng).unwrap();
    assert!(sign(&changed.open("new").unwrap(), &mut record, 1, &mut rng).is_ok());
    assert_eq!(sign(&changed.open("old").unwrap(), &mut record, 2, &mut rng), Err(TwoPartyError::Proof));
    let bytes = stored.to_bytes();
    assert!(ProtectedShare::from_bytes(&bytes[1..]).is_err());
    for (at, value) in [(0, 9), (1, 0xff), (5, 0xff), (60, bytes[60] ^ 1)] {
        let mut damaged = bytes.to_vec();
        damaged[at] = value;
        assert!(ProtectedShare::from_bytes(&damaged).is_err(), "{at}");
    }
}

/// Attack 9: shares that leaked at different times.
#[test]
fn after_a_refresh_old_shares_are_worth_nothing_and_the_key_is_the_same() {
    let mut rng = rng(11);
    let (share, mut record) = enrol(&mut rng);
    let stored = ProtectedShare::seal(&share, "pin", CHEAP, &mut rng).unwrap();
    let old_record = record.to_bytes().unwrap();
    let key = record.public_key().clone();
    let intent = Intent::refresh([50; 16], [50; 32], LATER, &key).unwrap();
    let (refresh, request) = share.begin_refresh(&intent, NOW, &mut rng).unwrap();
    let request = RefreshRequest::from_bytes(&request.to_bytes()).unwrap();
    let (pending, part) = record.begin_refresh(&intent, &request, NOW, &mut rng).unwrap();
    // Before the phone has confirmed, the old share still works: a lost connection loses no key.
    assert!(sign(&stored.open("pin").unwrap(), &mut record, 1, &mut rng).is_ok());
    let (new, confirmation) = refresh.finish(&part, &mut rng).unwrap();
    let confirmation = RefreshConfirmation::from_bytes(&confirmation.to_bytes()).unwrap();
    record.finish_refresh(pending, &part, &confirmation, NOW).unwrap();
    record = ServerRecord::from_bytes(&record.to_bytes().unwrap()).unwrap();
    assert_eq!(record.public_key(), &key);
    let signature = sign(&new, &mut record, 2, &mut rng).unwrap();
    assert!(holds(&key, &signature));
    // Old phone with new server, and new phone with a leaked old record.
    assert_eq!(sign(&stored.open("pin").unwrap(), &mut record, 3, &mut rng), Err(TwoPartyError::Proof));
    let mut leaked = ServerRecord::from_bytes(&old_record).unwrap();
    assert_eq!(sign(&new, &mut leaked, 4, &mut rng), Err(TwoPartyError::Proof));
    // Even one who holds both, and skips the proofs, gets no signature.
    let old_phone = stored.open("pin").unwrap();
    let product = **old_phone.share() * **record.share();
    let wrong = product.invert().unwrap() - Scalar::ONE;
    let wrong = PrivateKey::from_sm2_secret(&bytes_of(&wrong)).unwrap();
    assert_ne!(wrong.public_key(), &key);
}

#[test]
fn a_refresh_needs_the_pin_a_confirmation_and_no_other_refresh_between() {
    let mut rng = rng(12);
    let (share, mut record) = enrol(&mut rng);
    let stored = ProtectedShare::seal(&share, "pin", CHEAP, &mut rng).unwrap();
    let key = record.public_key().clone();
    let intent = |id: u8| Intent::refresh([id; 16], [id; 32], LATER, &key).unwrap();
    let (_, wrong) = stored.open("nip").unwrap().begin_refresh(&intent(1), NOW, &mut rng).unwrap();
    assert_eq!(record.begin_refresh(&intent(1), &wrong, NOW, &mut rng).err(), Some(TwoPartyError::Proof));
    let mut begin = |id: u8, rng: &mut ChaCha20Rng| {
        let (refresh, request) = stored.open("pin").unwrap().begin_refresh(&intent(id), NOW, rng).unwrap();
        let (pending, part) = record.begin_refresh(&intent(id), &request, NOW, rng).unwrap();
        let (new, confirmation) = refresh.finish(&part, rng).unwrap();
        (pending, part, new, confirmation)
    };
    let (first, first_part, _, first_proof) = begin(2, &mut rng);
    let (second, second_part, new, second_proof) = begin(3, &mut rng);
    let (third, third_part, _, third_proof) = begin(4, &mut rng);
    // The confirmation of another refresh.
    let refused = record.finish_refresh(third, &third_part, &first_proof, NOW);
    assert_eq!(refused, Err(TwoPartyError::Proof));
    let _ = third_proof;
    record.finish_refresh(second, &second_part, &second_proof, NOW).unwrap();
    let refused = record.finish_refresh(first, &first_part, &first_proof, NOW);
    assert_eq!(refused, Err(TwoPartyError::Answered));
    assert!(sign(&new, &mut record, 9, &mut rng).is_ok());
}

#[test]
fn decryption_is_for_the_phone_alone_and_for_one_ciphertext() {
    let mut rng = rng(13);
    let (share, mut record) = enrol(&mut rng);
    let key = record.public_key().clone();
    let ciphertext = key.encrypt_sm2(b"key of a bid", &mut rng).unwrap();
    let other = key.encrypt_sm2(b"key of another", &mut rng).unwrap();
    let intent = |id: u8, of| Intent::decrypt([id; 16], [id; 32], LATER, &key, of).unwrap();
    let mine = intent(1, &ciphertext);
    let (decryption, request) = share.begin_decryption(&mine, &ciphertext, NOW, &mut rng).unwrap();
    let request = PointRequest::from_bytes(&request.to_bytes()).unwrap();
    // An intent for one ciphertext opens no other.
    let refused = record.answer_decryption(&mine, &other, &request, NOW).unwrap_err();
    assert_eq!(refused, TwoPartyError::OtherIntent);
    let refused = record.answer_decryption(&intent(2, &other), &other, &request, NOW).unwrap_err();
    assert_eq!(refused, TwoPartyError::Proof);
    let answer = record.answer_decryption(&mine, &ciphertext, &request, NOW).unwrap();
    let answer = PointAnswer::from_bytes(answer.to_bytes());
    let again = record.answer_decryption(&mine, &ciphertext, &request, NOW).unwrap_err();
    assert_eq!(again, TwoPartyError::Answered);
    // The server's part alone opens nothing.
    let part = read_wire_point(&answer.to_bytes()).unwrap();
    assert!(ciphertext.open(&(part - ciphertext.to_point().unwrap())).is_err());
    assert_eq!(decryption.finish(&answer).unwrap().as_slice(), b"key of a bid");

    // A wrong PIN, and an answer that is not the right one.
    let stored = ProtectedShare::seal(&share, "pin", CHEAP, &mut rng).unwrap();
    let mine = intent(3, &other);
    let (_, request) = stored.open("nip").unwrap().begin_decryption(&mine, &other, NOW, &mut rng).unwrap();
    assert_eq!(record.answer_decryption(&mine, &other, &request, NOW).unwrap_err(), TwoPartyError::Proof);
    let (decryption, _) = share.begin_decryption(&mine, &other, NOW, &mut rng).unwrap();
    assert_eq!(decryption.finish(&answer).unwrap_err(), TwoPartyError::Ciphertext);
    // An intent to sign decrypts nothing, and the other way round.
    let to_sign = self::intent(4, &key, MESSAGE);
    assert_eq!(share.begin_decryption(&to_sign, &other, NOW, &mut rng).err(), Some(TwoPartyError::OtherIntent));
    assert_eq!(share.begin_signing(&mine, NOW, &mut rng).err(), Some(TwoPartyError::OtherIntent));
}

#[test]
fn signatures_of_both_parties_are_like_any_other() {
    let mut rng = rng(14);
    let (share, mut record) = enrol(&mut rng);
    let signature = sign(&share, &mut record, 1, &mut rng).unwrap();
    let mut raw = sm2_signature_to_raw(&signature).unwrap();
    raw[63] ^= 1;
    assert!(!holds(share.public_key(), &crate::key::sm2_signature_from_raw(&raw)));
}
