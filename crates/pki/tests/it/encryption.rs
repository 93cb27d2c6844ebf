//! Ciphers and key files against OpenSSL and BouncyCastle, both directions (S3: bid files, dual certificates).

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use yinxin_pki::cipher::{CbcCipher, Sm4};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{
    KeyAlgorithm, PrivateKey, RsaPadding, RsaSize, SignatureAlgorithm, Signer, Sm2Ciphertext, Sm2CiphertextOrder,
};
use yinxin_pki::password::{KeyedHash, PasswordEncryption};
use yinxin_pki::pkcs12::{KeyFile, KeyFileError};

use crate::hierarchy::Hierarchy;
use crate::oracle::{Workplace, bouncy_castle, openssl_available, shows};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

#[test]
fn sm4_modes_are_those_of_openssl_and_bouncy_castle() {
    let place = Workplace::new("sm4");
    let (key, iv) = ([0x5a; 16], [0xff; 16]);
    let message: Vec<u8> = (0..1003u32).map(|i| (i * 7) as u8).collect();
    place.write("message.bin", &message);
    if openssl_available() {
        let with = |mode: &str, out: &str| {
            let (key, iv) = (hex::encode(key), hex::encode(iv));
            place.must("openssl", &["enc", mode, "-K", &key, "-iv", &iv, "-in", "message.bin", "-out", out]);
            place.read(out)
        };
        let theirs = with("-sm4-cbc", "cbc.bin");
        assert_eq!(CbcCipher::Sm4.encrypt(&key, &iv, &message).unwrap(), theirs);
        assert_eq!(CbcCipher::Sm4.decrypt(&key, &iv, &theirs).unwrap().as_slice(), message);
        // The counter ff…ff wraps around as one number of 128 bits.
        let mut ours = message.clone();
        Sm4::new(&key).ctr_apply(&iv, &mut ours);
        assert_eq!(ours, with("-sm4-ctr", "ctr.bin"));
        shows!(place, "SM4 ciphers", Same);
        let digest = place.must("openssl", &["dgst", "-sm3", "-r", "message.bin"]);
        assert!(digest.starts_with(&hex::encode(DigestAlgorithm::Sm3.digest(&message).as_bytes())), "{digest}");
        shows!(place, "SM3 digests", Same);
    }
    let nonce = [3; 12];
    let arguments = [hex::encode(key), hex::encode(nonce), hex::encode(b"header")];
    let [k, n, a] = &arguments;
    if let Some((success, text)) = bouncy_castle(&place, &["sm4-gcm", k, n, a, "message.bin", "gcm.bin"]) {
        assert!(success, "{text}");
        let mut sealed = message.clone();
        Sm4::new(&key).gcm_seal(&nonce, b"header", &mut sealed).unwrap();
        assert_eq!(sealed, place.read("gcm.bin"));
        shows!(place, "SM4 ciphers", Same);
    }
}

#[test]
fn sm2_encryption_and_signatures_pass_between_openssl_bouncy_castle_and_us() {
    let place = Workplace::new("sm2-encryption");
    let mut rng = rng(1);
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
    place.write("key.pem", key.to_pkcs8_pem().as_bytes());
    place.write("key.p8", key.to_pkcs8_der().as_slice());
    place.write("public.der", key.public_key().to_spki_der());
    let message = "投标文件密钥 key of a bid".as_bytes();
    place.write("message.bin", message);
    let ours = key.public_key().encrypt_sm2(message, &mut rng).unwrap();
    place.write("ours.der", ours.to_der());
    place.write("ours.bin", ours.to_bytes(Sm2CiphertextOrder::C1C3C2));
    if openssl_available() {
        place.must("openssl", &["pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", "ours.der", "-out", "plain.bin"]);
        assert_eq!(place.read("plain.bin"), message);
        shows!(place, "SM2 ciphertexts", Ours);
        let encrypt = ["pkeyutl", "-encrypt", "-inkey", "key.pem", "-in", "message.bin", "-out", "theirs.der"];
        for _ in 0..4 {
            place.must("openssl", &encrypt);
            let theirs = Sm2Ciphertext::from_der(&place.read("theirs.der")).unwrap();
            assert_eq!(key.decrypt_sm2(&theirs).unwrap().as_slice(), message);
        }
        shows!(place, "SM2 ciphertexts", Theirs);
    }
    let oracle = |arguments: &[&str]| bouncy_castle(&place, arguments).inspect(|(_, text)| println!("{text}"));
    let Some((true, _)) = oracle(&["sm2-decrypt", "key.p8", "ours.bin", "plain.bin"]) else {
        assert!(oracle(&["chain"]).is_none(), "BouncyCastle does not open our ciphertext");
        return;
    };
    assert_eq!(place.read("plain.bin"), message);
    shows!(place, "SM2 ciphertexts", Ours);
    shows!(place, "PKCS#8 keys", Ours);
    assert!(oracle(&["sm2-encrypt", "public.der", "message.bin", "theirs.bin"]).unwrap().0);
    let theirs = Sm2Ciphertext::from_bytes(Sm2CiphertextOrder::C1C3C2, &place.read("theirs.bin")).unwrap();
    assert_eq!(key.decrypt_sm2(&theirs).unwrap().as_slice(), message);
    shows!(place, "SM2 ciphertexts", Theirs);

    let signature = key.sign_hedged(&key.public_key().signing_digest(message), &mut rng).unwrap();
    place.write("ours.sig", &signature);
    assert!(oracle(&["sm2-verify", "public.der", "message.bin", "ours.sig"]).unwrap().0);
    shows!(place, "SM2 signatures", Ours);
    assert!(!oracle(&["sm2-verify", "public.der", "ours.bin", "ours.sig"]).unwrap().0);
    assert!(oracle(&["sm2-sign", "key.p8", "message.bin", "theirs.sig"]).unwrap().0);
    let theirs = place.read("theirs.sig");
    assert_eq!(key.public_key().verify(SignatureAlgorithm::Sm2Sm3, message, &theirs), Ok(()));
    shows!(place, "SM2 signatures", Theirs);
}

#[test]
fn rsa_of_every_size_signs_and_encrypts_with_openssl() {
    if !openssl_available() {
        return;
    }
    let place = Workplace::new("rsa-encryption");
    place.write("message.bin", b"content key");
    for (size, bits) in [(RsaSize::Bits2048, 2048), (RsaSize::Bits3072, 3072), (RsaSize::Bits4096, 4096)] {
        // Generating long keys takes seconds without optimisation; those come from OpenSSL, which also shows that they are read.
        let key = if bits == 2048 {
            PrivateKey::generate_rsa(size).unwrap()
        } else {
            let bits = format!("rsa_keygen_bits:{bits}");
            place.must("openssl", &["genpkey", "-algorithm", "RSA", "-pkeyopt", &bits, "-out", "made.pem"]);
            PrivateKey::from_pkcs8_pem(std::str::from_utf8(&place.read("made.pem")).unwrap()).unwrap()
        };
        assert_eq!(key.public_key().bits(), bits);
        place.write("key.pem", key.to_pkcs8_pem().as_bytes());
        let oaep256 = ["-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"];
        for (padding, options) in
            [(RsaPadding::Pkcs1, &[][..]), (RsaPadding::OaepSha1, &oaep256[..2]), (RsaPadding::OaepSha256, &oaep256)]
        {
            let run = |direction, from, to| {
                let all = ["pkeyutl", direction, "-inkey", "key.pem", "-in", from, "-out", to];
                place.must("openssl", &[&all[..], options].concat());
            };
            place.write("ours.bin", key.public_key().encrypt_rsa(padding, b"content key").unwrap());
            run("-decrypt", "ours.bin", "plain.bin");
            assert_eq!(place.read("plain.bin"), b"content key");
            shows!(place, "RSA ciphertexts and signatures", Ours);
            run("-encrypt", "message.bin", "theirs.bin");
            let theirs = place.read("theirs.bin");
            assert_eq!(key.decrypt_rsa(padding, &theirs).unwrap().as_slice(), b"content key");
            shows!(place, "RSA ciphertexts and signatures", Theirs);
            let mut changed = theirs;
            changed[20] ^= 1;
            if padding != RsaPadding::Pkcs1 {
                assert!(key.decrypt_rsa(padding, &changed).is_err());
            }
        }
        let digest = key.public_key().signing_digest(b"content key");
        place.write("signature.bin", key.sign(&digest).unwrap());
        place.must("openssl", &["pkey", "-in", "key.pem", "-pubout", "-out", "public.pem"]);
        let verify = ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature.bin", "message.bin"];
        place.must("openssl", &verify);
        shows!(place, "RSA ciphertexts and signatures", Ours);
    }
}

#[test]
fn encrypted_pkcs8_passes_between_openssl_bouncy_castle_and_us() {
    let place = Workplace::new("pkcs8");
    let mut rng = rng(2);
    for kind in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256, KeyAlgorithm::EcdsaP384, KeyAlgorithm::Rsa] {
        let key = match kind {
            KeyAlgorithm::Rsa => PrivateKey::generate_rsa(RsaSize::Bits2048).unwrap(),
            _ => PrivateKey::generate(kind, &mut rng).unwrap(),
        };
        place.write("plain.pem", key.to_pkcs8_pem().as_bytes());
        for (cipher, hash, name, prf) in [
            (CbcCipher::Aes256, KeyedHash::HmacSha256, "aes-256-cbc", "hmacWithSHA256"),
            (CbcCipher::Aes128, KeyedHash::HmacSha1, "aes-128-cbc", "hmacWithSHA1"),
            (CbcCipher::Sm4, KeyedHash::HmacSha512, "sm4-cbc", "hmacWithSHA512"),
        ] {
            if !openssl_available() {
                break;
            }
            let encryption = PasswordEncryption { cipher, hash, iterations: 2048 };
            place.write("ours.pem", key.to_encrypted_pkcs8_pem("pass word", encryption, &mut rng).unwrap());
            let read = ["pkey", "-in", "ours.pem", "-passin", "pass:pass word", "-pubout", "-outform", "DER", "-out"];
            place.must("openssl", &[&read[..], &["public.der"]].concat());
            assert_eq!(place.read("public.der"), key.public_key().to_spki_der());
            shows!(place, "PKCS#8 keys under a password", Ours);
            let make =
                ["pkcs8", "-topk8", "-in", "plain.pem", "-v2", name, "-v2prf", prf, "-passout", "pass:pass word"];
            place.must("openssl", &[&make[..], &["-out", "theirs.pem"]].concat());
            let theirs = place.read("theirs.pem");
            let read = PrivateKey::from_encrypted_pkcs8_pem(std::str::from_utf8(&theirs).unwrap(), "pass word");
            assert_eq!(read.unwrap().public_key(), key.public_key());
            shows!(place, "PKCS#8 keys under a password", Theirs);
        }
    }
    // SM4 with HMAC-SM3: OpenSSL 3.0 does not know the keyed hash, BouncyCastle does.
    let key = PrivateKey::generate(KeyAlgorithm::Sm2, &mut rng).unwrap();
    let encryption = PasswordEncryption { iterations: 2048, ..PasswordEncryption::DOMESTIC };
    place.write("domestic.p8", key.to_encrypted_pkcs8_der("pass", encryption, &mut rng).unwrap());
    if let Some((success, text)) = bouncy_castle(&place, &["pkcs8", "domestic.p8", "pass", "opened.p8"]) {
        assert!(success, "{text}");
        assert_eq!(place.read("opened.p8"), key.to_pkcs8_der().as_slice());
        shows!(place, "PKCS#8 keys under a password", Ours);
        assert!(!bouncy_castle(&place, &["pkcs8", "domestic.p8", "wrong", "opened.p8"]).unwrap().0);
    }
}

#[test]
fn key_files_pass_between_openssl_bouncy_castle_and_us() {
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256] {
        let mut h = Hierarchy::new(algorithm, 3);
        let place = Workplace::new(&format!("pkcs12-{algorithm:?}"));
        let key = PrivateKey::from_pkcs8_der(&h.party.key.to_pkcs8_der()).unwrap();
        let chain = vec![h.sub.certificate.clone(), h.root.certificate.clone()];
        let file = KeyFile { key, certificate: Some(h.party.certificate.clone()), chain, name: Some("示例".into()) };
        let protection = PasswordEncryption { iterations: 2048, ..PasswordEncryption::INTERNATIONAL };
        place.write("ours.p12", file.to_der("password", protection, &mut h.rng).unwrap());
        if openssl_available() {
            let text =
                place.must("openssl", &["pkcs12", "-in", "ours.p12", "-passin", "pass:password", "-nodes", "-info"]);
            assert_eq!(text.matches("BEGIN CERTIFICATE").count(), 3);
            assert!(text.contains("BEGIN PRIVATE KEY") && text.contains("PBKDF2, AES-256-CBC"), "{text}");
            shows!(place, "PKCS#12 key files", Ours);
            assert!(!place.run("openssl", &["pkcs12", "-in", "ours.p12", "-passin", "pass:wrong", "-nodes"]).0);

            place.write("key.pem", h.party.key.to_pkcs8_pem().as_bytes());
            place.write("party.pem", h.party.certificate.to_pem());
            place.write("chain.pem", h.sub.certificate.to_pem() + &h.root.certificate.to_pem());
            let export = [
                "pkcs12",
                "-export",
                "-inkey",
                "key.pem",
                "-in",
                "party.pem",
                "-certfile",
                "chain.pem",
                "-name",
                "their name",
                "-passout",
                "pass:password",
                "-out",
                "theirs.p12",
            ];
            let by_triple_des = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
            for options in [&[][..], &["-macalg", "sha512"], &["-legacy"], &by_triple_des] {
                place.must("openssl", &[&export[..], options].concat());
                let theirs = KeyFile::from_der(&place.read("theirs.p12"), "password").unwrap();
                assert_eq!(theirs.key.public_key(), h.party.certificate.public_key());
                assert_eq!(theirs.certificate.as_ref(), Some(&h.party.certificate));
                assert_eq!((theirs.chain.len(), theirs.name.as_deref()), (2, Some("their name")));
                assert!(KeyFile::from_der(&place.read("theirs.p12"), "Password").is_err());
                shows!(place, "PKCS#12 key files", Theirs);
            }
            place.must("openssl", &[&export[..], &["-nomac"]].concat());
            let refused = KeyFile::from_der(&place.read("theirs.p12"), "password").err();
            assert_eq!(refused, Some(KeyFileError::NoMac));
        }
        if let Some((success, text)) = bouncy_castle(&place, &["pkcs12", "ours.p12", "password"]) {
            assert!(success && text.contains("key EC") && text.contains("chain="), "{text}");
            shows!(place, "PKCS#12 key files", Ours);
            assert!(!bouncy_castle(&place, &["pkcs12", "ours.p12", "wrong"]).unwrap().0);
        }
    }
}
