//! SM2, SM3 and SM4 against sm-crypto, an implementation in JavaScript on a big-number library of its own; web pages in China sign with it.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use yinxin_pki::cipher::CbcCipher;
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{
    KeyAlgorithm, PrivateKey, SignatureAlgorithm, Sm2Ciphertext, Sm2CiphertextOrder, sm2_signature_from_raw,
    sm2_signature_to_raw,
};

use crate::oracle::{Workplace, shows, sm_crypto};

/// Keys of a fixed seed, and the messages that are tried: empty, one byte, text, and about the length of several blocks.
fn begin(name: &str, seed: u64) -> (Workplace, PrivateKey, ChaCha20Rng, Vec<Vec<u8>>) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let place = Workplace::new(name);
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
    place.write("key.p8", key.to_pkcs8_der().as_slice());
    place.write("public.der", key.public_key().to_spki_der());
    let long = (0..1003u32).map(|index| (index * 7) as u8).collect();
    (place, key, rng, vec![vec![], vec![0], "合同 contract".as_bytes().to_vec(), long])
}

/// S1-030: signatures with the user id 1234567812345678, as r and s beside each other and as DER.
#[test]
fn signatures_pass_both_ways_raw_and_in_der_and_a_changed_bit_is_refused_by_both() {
    let (place, key, mut rng, messages) = begin("js-sign", 91);
    let public = key.public_key();
    for message in &messages {
        place.write("message.bin", message);
        let signature = key.sign_hedged(&public.signing_digest(message), &mut rng).unwrap();
        let raw = sm2_signature_to_raw(&signature).unwrap();
        for (form, ours) in [("der", &signature[..]), ("raw", &raw)] {
            let verify = ["sm2-verify", form, "public.der", "message.bin"];
            let verified = |file| sm_crypto(&place, &[&verify[..], &[file]].concat());
            place.write("ours.sig", ours);
            let Some((holds, text)) = verified("ours.sig") else { return };
            assert!(holds, "{form}: {text}");
            shows!(place, "SM2 signatures", Ours);
            let mut changed = ours.to_vec();
            changed[ours.len() - 3] ^= 4;
            place.write("changed.sig", &changed);
            assert!(!verified("changed.sig").unwrap().0, "{form}");
            place.write("message.bin", [&message[..], b"."].concat());
            assert!(!verified("ours.sig").unwrap().0, "{form}");
            place.write("message.bin", message);

            let (signed, text) = sm_crypto(&place, &["sm2-sign", form, "key.p8", "message.bin", "theirs.sig"]).unwrap();
            assert!(signed, "{text}");
            let theirs = place.read("theirs.sig");
            let in_der = |bytes: &[u8]| match form {
                "raw" => sm2_signature_from_raw(bytes.try_into().unwrap()),
                _ => bytes.to_vec(),
            };
            let holds = |message: &[u8], bytes: &[u8]| {
                public.verify(SignatureAlgorithm::Sm2Sm3, message, &in_der(bytes)).is_ok()
            };
            assert!(holds(message, &theirs), "{form}");
            shows!(place, "SM2 signatures", Theirs);
            for bit in [0, 9, 100, 300, 8 * theirs.len() - 1] {
                let mut changed = theirs.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(!holds(message, &changed), "{form} {bit}");
            }
            assert!(!holds(&[&message[..], b"."].concat(), &theirs));
        }
    }
}

#[test]
fn digests_and_ciphers_are_the_same() {
    let (place, _, _, messages) = begin("js-values", 92);
    let (key, iv) = ([0x5a; 16], [0xf0; 16]);
    let hexadecimal = [hex::encode(key), hex::encode(iv)];
    for message in &messages {
        place.write("message.bin", message);
        let Some((success, digest)) = sm_crypto(&place, &["sm3", "message.bin"]) else { return };
        assert!(success, "{digest}");
        assert_eq!(digest.trim(), hex::encode(DigestAlgorithm::Sm3.digest(message).as_bytes()));
        shows!(place, "SM3 digests", Same);
        let [k, i] = &hexadecimal;
        let (success, text) = sm_crypto(&place, &["sm4", "cbc", k, i, "message.bin", "theirs.bin"]).unwrap();
        assert!(success, "{text}");
        let theirs = place.read("theirs.bin");
        assert_eq!(CbcCipher::Sm4.encrypt(&key, &iv, message).unwrap(), theirs);
        assert_eq!(CbcCipher::Sm4.decrypt(&key, &iv, &theirs).unwrap().as_slice(), message);
        shows!(place, "SM4 ciphers", Same);
    }
}

/// Ciphertexts in both orders; this library leaves the leading 04 out, as old products do (standards 1.3).
#[test]
fn ciphertexts_pass_both_ways_in_both_orders_and_a_changed_bit_is_refused_by_both() {
    let (place, key, mut rng, messages) = begin("js-encrypt", 93);
    for (name, order) in [("C1C3C2", Sm2CiphertextOrder::C1C3C2), ("C1C2C3", Sm2CiphertextOrder::C1C2C3)] {
        for message in messages.iter().filter(|message| !message.is_empty()) {
            place.write("message.bin", message);
            let ours = key.public_key().encrypt_sm2(message, &mut rng).unwrap().to_bytes(order);
            assert_eq!(ours[0], 4);
            place.write("ours.bin", &ours[1..]);
            let decrypt = |file| sm_crypto(&place, &["sm2-decrypt", name, "key.p8", file, "plain.bin"]);
            let Some((success, text)) = decrypt("ours.bin") else { return };
            assert!(success, "{text}");
            assert_eq!(&place.read("plain.bin"), message);
            shows!(place, "SM2 ciphertexts", Ours);
            let mut changed = ours[1..].to_vec();
            let last = changed.len() - 1;
            changed[last] ^= 1;
            place.write("changed.bin", &changed);
            assert!(!decrypt("changed.bin").unwrap().0);

            let (success, text) =
                sm_crypto(&place, &["sm2-encrypt", name, "public.der", "message.bin", "theirs.bin"]).unwrap();
            assert!(success, "{text}");
            let theirs = [&[4], &place.read("theirs.bin")[..]].concat();
            let read = Sm2Ciphertext::from_bytes(order, &theirs).unwrap();
            assert_eq!(key.decrypt_sm2(&read).unwrap().as_slice(), message);
            shows!(place, "SM2 ciphertexts", Theirs);
            for bit in [300, 8 * 70, 8 * theirs.len() - 1] {
                let mut changed = theirs.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                let opened =
                    Sm2Ciphertext::from_bytes(order, &changed).ok().and_then(|read| key.decrypt_sm2(&read).ok());
                assert!(opened.is_none(), "{name} {bit}");
            }
        }
    }
}
