//! EnvelopedData and the further forms of SignedData, with OpenSSL and BouncyCastle, both directions. (S3: bid files)

use yinxin_pki::asn1::{Tag, Writer};
use yinxin_pki::cipher::CbcCipher;
use yinxin_pki::cms::{
    Commitment, Content, ContentKey, EncryptedKey, Envelope, EnvelopeError, EnvelopeReader, EnvelopeWriter,
    FurtherAttributes, PlainSignature, Profile, SignaturePolicy, SignedAttributes, SignedData, SignedReader, seal,
};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, Signer};
use yinxin_pki::oid;
use yinxin_pki::x509::{Certificate, CertificateProfile, issue};

use crate::hierarchy::{Hierarchy, Identity, POLICY, SIGNED_AT, request};
use crate::oracle::{Workplace, bouncy_castle, openssl_available, shows};

fn encryption_identity(h: &mut Hierarchy, algorithm: KeyAlgorithm, name: &str) -> Identity {
    let key = match algorithm {
        KeyAlgorithm::Rsa => PrivateKey::generate_rsa(yinxin_pki::key::RsaSize::Bits2048).unwrap(),
        _ => PrivateKey::generate(algorithm, &mut h.rng).unwrap(),
    };
    let asked = request(CertificateProfile::PersonEncryption, name, key.public_key(), &mut h.rng);
    let certificate = issue(&asked, Some(&h.sub.certificate), &h.sub.key).unwrap();
    Identity { key, certificate }
}

/// Opens piece by piece, as a file is read.
fn open_in_pieces(message: &[u8], piece: usize, who: &Identity) -> Result<Vec<u8>, EnvelopeError> {
    let (mut reader, mut out, mut has_key) = (EnvelopeReader::new(), Vec::new(), false);
    for piece in message.chunks(piece) {
        reader.push(piece, &mut out)?;
        let found = reader.recipients().map(|all| all.iter().find(|one| one.is(&who.certificate)).cloned());
        if let (Some(recipient), false) = (found, has_key) {
            let cipher = reader.cipher().unwrap();
            let key = recipient.ok_or(EnvelopeError::NotAddressed)?.decrypt(&who.key, cipher)?;
            reader.set_key(&key, &mut out)?;
            has_key = true;
        }
    }
    reader.finish(&mut out)?;
    Ok(out)
}

#[test]
fn envelopes_open_for_each_recipient_whole_and_in_pieces_and_for_nobody_else() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 60);
    let [a, b, stranger] =
        ["示例甲", "示例乙", "示例丙"].map(|name| encryption_identity(&mut h, KeyAlgorithm::Sm2, name));
    let rsa = encryption_identity(&mut h, KeyAlgorithm::Rsa, "示例丁");
    for (profile, cipher) in
        [(Profile::Gmt0010, CbcCipher::Sm4), (Profile::Rfc5652, CbcCipher::Sm4), (Profile::Rfc5652, CbcCipher::Aes256)]
    {
        for length in [0, 1, 16, 5_000] {
            let content: Vec<u8> = (0..length).map(|index| (index * 31) as u8).collect();
            let recipients = [&a.certificate, &b.certificate, &rsa.certificate];
            let message = seal(&content, &recipients, cipher, profile, &mut h.rng).unwrap();
            let envelope = Envelope::from_der(&message).unwrap();
            assert_eq!((envelope.recipients().len(), envelope.cipher()), (3, cipher));
            for who in [&a, &b, &rsa] {
                assert_eq!(envelope.open(&who.certificate, &who.key).unwrap().as_slice(), content);
                for piece in [7, 1024] {
                    assert_eq!(open_in_pieces(&message, piece, who).unwrap(), content);
                }
            }
            let refused = envelope.open(&stranger.certificate, &stranger.key).unwrap_err();
            assert_eq!(refused, EnvelopeError::NotAddressed);
            assert!(envelope.open(&a.certificate, &b.key).is_err());
        }
    }
    let no_key = seal(b"x", &[&a.certificate], CbcCipher::Sm4, Profile::Gmt0010, &mut h.rng).unwrap();
    assert!(SignedData::from_der(&no_key).is_err());
    assert_eq!(seal(b"x", &[], CbcCipher::Sm4, Profile::Gmt0010, &mut h.rng).unwrap_err(), EnvelopeError::Recipients);
    let p256 = Hierarchy::new(KeyAlgorithm::EcdsaP256, 61).party.certificate;
    let refused = seal(b"x", &[&p256], CbcCipher::Aes128, Profile::Rfc5652, &mut h.rng).unwrap_err();
    assert_eq!(refused, EnvelopeError::RecipientKey);
}

#[test]
fn a_large_content_passes_through_in_pieces_that_give_the_same_as_the_whole() {
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 62);
    let a = encryption_identity(&mut h, KeyAlgorithm::Sm2, "示例甲");
    let piece = vec![0x5a; 64 * 1024];
    let mut message = Vec::new();
    let (length, profile) = (piece.len() as u64 * 8, Profile::Gmt0010);
    let mut writer =
        EnvelopeWriter::new(length, &[&a.certificate], CbcCipher::Sm4, profile, &mut h.rng, &mut message).unwrap();
    for _ in 0..8 {
        writer.update(&piece, &mut message).unwrap();
    }
    writer.finish(&mut message).unwrap();
    let opened = open_in_pieces(&message, 64 * 1024 + 3, &a).unwrap();
    assert_eq!(DigestAlgorithm::Sm3.digest(&opened), DigestAlgorithm::Sm3.digest(&piece.repeat(8)));

    let mut out = Vec::new();
    let mut begin = |out: &mut Vec<u8>| {
        EnvelopeWriter::new(3, &[&a.certificate], CbcCipher::Sm4, profile, &mut h.rng, out).unwrap()
    };
    assert_eq!(begin(&mut out).update(b"four", &mut out).unwrap_err(), EnvelopeError::Length);
    assert_eq!(begin(&mut out).finish(&mut out).unwrap_err(), EnvelopeError::Length);
}

#[test]
fn sm2_envelopes_are_opened_and_made_with_the_primitives_of_openssl() {
    if !openssl_available() {
        return;
    }
    let mut h = Hierarchy::new(KeyAlgorithm::Sm2, 63);
    let a = encryption_identity(&mut h, KeyAlgorithm::Sm2, "示例甲");
    let place = Workplace::new("sm2-envelope");
    place.write("key.pem", a.key.to_pkcs8_pem().as_bytes());
    let content = "投标文件 bid".repeat(20);
    for profile in [Profile::Rfc5652, Profile::Gmt0010] {
        let message = seal(content.as_bytes(), &[&a.certificate], CbcCipher::Sm4, profile, &mut h.rng).unwrap();
        let envelope = Envelope::from_der(&message).unwrap();
        let EncryptedKey::Sm2(ciphertext) = envelope.recipients()[0].encrypted_key() else { panic!("not SM2") };
        place.write("key.enc", ciphertext.to_der());
        place.must("openssl", &["pkeyutl", "-decrypt", "-inkey", "key.pem", "-in", "key.enc", "-out", "key.bin"]);
        // The ciphertext is the end of the message; before it stand its header and the initialisation vector.
        let length = CbcCipher::ciphertext_length(content.len() as u64) as usize;
        let (head, ciphertext) = message.split_at(message.len() - length);
        let algorithm = hex::decode("06082a811ccf550168020410").unwrap();
        let at = head.windows(algorithm.len()).position(|window| window == algorithm).unwrap() + algorithm.len();
        let (key, iv) = (hex::encode(place.read("key.bin")), hex::encode(&head[at..at + 16]));
        place.write("content.enc", ciphertext);
        let decrypt = ["enc", "-d", "-sm4-cbc", "-K", &key, "-iv", &iv, "-in", "content.enc", "-out", "content.bin"];
        place.must("openssl", &decrypt);
        assert_eq!(place.read("content.bin"), content.as_bytes());
        if profile == Profile::Gmt0010 {
            shows!(place, "Envelopes (GM/T 0010), SM2", Ours);
            place.write("ours.der", &message);
            place.write("key.p8", a.key.to_pkcs8_der().as_slice());
            if let Some((success, text)) = bouncy_castle(&place, &["gm-envelope", "ours.der", "key.p8", "opened.bin"]) {
                assert!(success, "{text}");
                assert_eq!(place.read("opened.bin"), content.as_bytes());
                shows!(place, "Envelopes (GM/T 0010), SM2", Ours);
            }
        }
    }

    // A message as CFCA writes it: SM4 without mode, recipient by key identifier; both primitives by OpenSSL.
    let (key, iv) = ([0x42u8; 16], [0x24u8; 16]);
    place.write("key.bin", key);
    place.write("content.bin", content.as_bytes());
    place.must("openssl", &["pkeyutl", "-encrypt", "-inkey", "key.pem", "-in", "key.bin", "-out", "key.enc"]);
    let wrapped_by = place.last().1;
    let (k, i) = (hex::encode(key), hex::encode(iv));
    place.must("openssl", &["enc", "-sm4-cbc", "-K", &k, "-iv", &i, "-in", "content.bin", "-out", "content.enc"]);
    let identifier = a.certificate.extensions().subject_key_identifier.clone().unwrap();
    let theirs = Writer::sequence_of(|info| {
        info.oid(oid::GM_ENVELOPED_DATA);
        info.context(0, |tagged| {
            tagged.sequence(|data| {
                data.u64(2);
                data.constructed(Tag::SET, |set| {
                    set.sequence(|recipient| {
                        recipient.u64(2);
                        recipient.primitive(Tag::context_primitive(0), &identifier);
                        recipient.algorithm(oid::SM2_ENCRYPT);
                        recipient.octet_string(&place.read("key.enc"));
                    });
                });
                data.sequence(|content| {
                    content.oid(oid::GM_DATA);
                    content.sequence(|algorithm| {
                        algorithm.oid(oid::SM4);
                        algorithm.octet_string(&iv);
                    });
                    content.primitive(Tag::context_primitive(0), &place.read("content.enc"));
                });
            });
        });
    });
    let envelope = Envelope::from_der(&theirs).unwrap();
    assert_eq!(envelope.open(&a.certificate, &a.key).unwrap().as_slice(), content.as_bytes());
    assert_eq!(envelope.open_with(&ContentKey::from_bytes(&key)).unwrap().as_slice(), content.as_bytes());
    assert!(envelope.open_with(&ContentKey::from_bytes(&key[1..])).is_err());
    let command = format!("{wrapped_by}; {}", place.last().1);
    crate::interop::shown!("Envelopes (GM/T 0010), SM2", "OpenSSL", Theirs, &command);
}

#[test]
fn rsa_envelopes_pass_between_openssl_bouncy_castle_and_us() {
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 64);
    let a = encryption_identity(&mut h, KeyAlgorithm::Rsa, "示例甲");
    let place = Workplace::new("rsa-envelope");
    place.write("key.pem", a.key.to_pkcs8_pem().as_bytes());
    place.write("key.p8", a.key.to_pkcs8_der().as_slice());
    place.write("cert.pem", a.certificate.to_pem());
    let content = b"content of an envelope".repeat(3000);
    place.write("content.bin", &content);
    for (cipher, name) in
        [(CbcCipher::Aes128, "-aes128"), (CbcCipher::Aes192, "-aes192"), (CbcCipher::Aes256, "-aes256")]
    {
        let message = seal(&content, &[&a.certificate], cipher, Profile::Rfc5652, &mut h.rng).unwrap();
        place.write("ours.der", &message);
        if openssl_available() {
            let decrypt = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", "ours.der", "-inkey", "key.pem"];
            place.must("openssl", &[&decrypt[..], &["-recip", "cert.pem", "-out", "plain.bin"]].concat());
            assert_eq!(place.read("plain.bin"), content);
            shows!(place, "Envelopes, RSA", Ours);
            let encrypt =
                ["cms", "-encrypt", "-binary", "-outform", "DER", "-in", "content.bin", "-out", "theirs.der", name];
            let oaep = ["-recip", "cert.pem", "-keyopt", "rsa_padding_mode:oaep"];
            let oaep256 = [&oaep[..], &["-keyopt", "rsa_oaep_md:sha256"]].concat();
            for options in [&["cert.pem"][..], &["-stream", "cert.pem"], &["-keyid", "cert.pem"], &oaep, &oaep256] {
                place.must("openssl", &[&encrypt[..], options].concat());
                let theirs = place.read("theirs.der");
                let envelope = Envelope::from_der(&theirs).unwrap();
                assert_eq!(envelope.open(&a.certificate, &a.key).unwrap().as_slice(), content, "{options:?}");
                shows!(place, "Envelopes, RSA", Theirs);
                for piece in [1000, 4096] {
                    assert_eq!(open_in_pieces(&theirs, piece, &a).unwrap(), content, "{options:?}");
                }
                for cut in [1, 2, 3, 9, 17, 500] {
                    let cut = &theirs[..theirs.len() - cut];
                    assert!(Envelope::from_der(cut).is_err() && open_in_pieces(cut, 4096, &a).is_err(), "{options:?}");
                }
            }
        }
        if let Some((success, text)) = bouncy_castle(&place, &["envelope", "ours.der", "key.p8", "plain.bin"]) {
            assert!(success, "{text}");
            assert_eq!(place.read("plain.bin"), content);
            shows!(place, "Envelopes, RSA", Ours);
        }
    }
}

#[test]
fn a_wrong_rsa_padding_is_told_to_nobody() {
    if !openssl_available() {
        return;
    }
    let mut h = Hierarchy::new(KeyAlgorithm::EcdsaP256, 65);
    let a = encryption_identity(&mut h, KeyAlgorithm::Rsa, "示例甲");
    let place = Workplace::new("bleichenbacher");
    place.write("cert.pem", a.certificate.to_pem());
    place.write("content.bin", b"content");
    let encrypt =
        ["cms", "-encrypt", "-binary", "-outform", "DER", "-aes256", "-in", "content.bin", "-out", "theirs.der"];
    place.must("openssl", &[&encrypt[..], &["cert.pem"]].concat());
    let message = place.read("theirs.der");
    let envelope = Envelope::from_der(&message).unwrap();
    let EncryptedKey::Rsa { octets, .. } = envelope.recipients()[0].encrypted_key() else { panic!("not RSA") };
    let at = message.windows(octets.len()).position(|window| window == octets).unwrap();
    for byte in 0..40 {
        let mut changed = message.clone();
        changed[at + 200 + byte] ^= 1;
        let changed = Envelope::from_der(&changed).unwrap();
        let recipient = &changed.recipients()[0];
        let [first, second] = [(); 2].map(|()| recipient.decrypt(&a.key, changed.cipher()).unwrap());
        // A key like any other, and the same each time it is asked for.
        assert_eq!((first.as_bytes().len(), first.as_bytes()), (32, second.as_bytes()));
        let opened = changed.open(&a.certificate, &a.key);
        assert!(!opened.is_ok_and(|opened| opened.as_slice() == b"content"));
    }
}

#[test]
fn further_attributes_and_attached_content_are_accepted_by_others() {
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256] {
        let h = Hierarchy::new(algorithm, 66);
        let content = b"content with attributes";
        let further = FurtherAttributes {
            signing_time: Some(SIGNED_AT),
            commitment: Some(Commitment::Approval),
            policy: Some(SignaturePolicy { id: POLICY, digest: h.digest().digest(b"policy") }),
        };
        let signer = &h.party.certificate;
        let attributes = SignedAttributes::with_further(&h.digest().digest(content), signer, &further).unwrap();
        let signature = h.party.key.sign(&attributes.signing_digest(signer)).unwrap();
        let chain = [h.sub.certificate.clone()];
        let message = attributes.assemble_attached(&signature, signer, &chain, content, None).unwrap();
        let read = SignedData::from_der(&message).unwrap();
        let info = &read.signers()[0];
        assert_eq!(read.content(), Some(&content[..]));
        assert_eq!(info.claimed_signing_time(), Some(SIGNED_AT / 1_000_000 * 1_000_000));
        assert_eq!(info.commitment().and_then(Commitment::from_oid), Some(Commitment::Approval));
        assert_eq!(info.policy(), Some(POLICY));
        assert_eq!(&read.verify(info, &Content::Parts(&[content]), &[]).unwrap(), signer);

        let place = Workplace::new(&format!("attributes-{algorithm:?}"));
        place.write("signed.der", &message);
        place.write("root.pem", h.root.certificate.to_pem());
        if let Some((success, text)) = bouncy_castle(&place, &["cms", "signed.der"]) {
            assert!(success, "{text}");
        }
        if algorithm == KeyAlgorithm::EcdsaP256 && openssl_available() {
            let verify = ["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "signed.der", "-CAfile"];
            place.must("openssl", &[&verify[..], &["root.pem", "-out", "out.bin"]].concat());
            assert_eq!(place.read("out.bin"), content);
        }
    }
}

fn verifies(message: &[u8], content: &[u8]) -> Option<Certificate> {
    let read = SignedData::from_der(message).ok()?;
    read.verify(read.signers().first()?, &Content::Parts(&[content]), &[]).ok()
}

#[test]
fn plain_signatures_of_gmt_0010_are_what_openssl_and_bouncy_castle_verify() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 67);
    let content = "内容 content".as_bytes();
    let place = Workplace::new("plain");
    place.write("content.bin", content);
    place.write("party.pem", h.party.certificate.to_pem());
    for profile in [Profile::Gmt0010, Profile::Rfc5652] {
        let plain =
            PlainSignature { profile, signer: &h.party.certificate, chain: std::slice::from_ref(&h.sub.certificate) };
        let signature = h.party.key.sign(&plain.signing_digest(content)).unwrap();
        for attached in [Some(content), None] {
            let message = plain.assemble(&signature, attached);
            assert_eq!(verifies(&message, content).as_ref(), Some(&h.party.certificate));
            assert_eq!(verifies(&message, b"other"), None);
            assert_eq!(SignedData::from_der(&message).unwrap().content(), attached);
        }
        let (before, after) = plain.frame(&signature, Some(content.len() as u64));
        assert_eq!([&before[..], content, &after].concat(), plain.assemble(&signature, Some(content)));
        if openssl_available() {
            place.write("signature.der", &signature);
            place.must("openssl", &["x509", "-in", "party.pem", "-pubkey", "-noout", "-out", "public.pem"]);
            let id = ["-sigopt", "distid:1234567812345678"];
            let verify = ["dgst", "-sm3", "-verify", "public.pem", "-signature", "signature.der"];
            place.must("openssl", &[&verify[..], &id, &["content.bin"]].concat());
            if profile == Profile::Gmt0010 {
                shows!(place, "CMS (GM/T 0010)", Ours);
            }
        }
        if profile == Profile::Gmt0010 {
            place.write("signed.der", plain.assemble(&signature, Some(content)));
            if let Some((success, text)) = bouncy_castle(&place, &["gm-signed", "signed.der"]) {
                assert!(success, "{text}");
                shows!(place, "CMS (GM/T 0010)", Ours);
                let mut changed = place.read("signed.der");
                let at = changed.windows(content.len()).position(|window| window == content).unwrap();
                changed[at] ^= 1;
                place.write("changed.der", changed);
                assert!(!bouncy_castle(&place, &["gm-signed", "changed.der"]).unwrap().0);
            }
        }
        // BouncyCastle knows SM2 by the identifier of RFC-style messages only (standards 0.2).
        if profile == Profile::Rfc5652 {
            place.write("signed.der", plain.assemble(&signature, Some(content)));
            if let Some((success, text)) = bouncy_castle(&place, &["cms", "signed.der"]) {
                assert!(success, "{text}");
                shows!(place, "CMS (RFC 5652), SM2", Ours);
            }
        }
    }
}

/// Verifies an attached message piece by piece: its signer, and its content.
fn verify_in_pieces(message: &[u8], piece: usize, known: &[Certificate]) -> Option<(Certificate, Vec<u8>)> {
    let (mut reader, mut out) = (SignedReader::new(known), Vec::new());
    message.chunks(piece).try_for_each(|piece| reader.push(piece, &mut out)).ok()?;
    let read = reader.finish().ok()?;
    Some((read.verify(read.signed_data().signers().first()?, &[]).ok()?, out))
}

#[test]
fn large_attached_messages_are_made_and_verified_in_pieces() {
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256] {
        let h = Hierarchy::new(algorithm, 68);
        let signer = &h.party.certificate;
        let content: Vec<u8> = (0..200_000u32).map(|index| (index * 7) as u8).collect();
        let attributes = SignedAttributes::new(&h.digest().digest(&content), signer).unwrap();
        let signature = h.party.key.sign(&attributes.signing_digest(signer)).unwrap();
        let chain = [h.sub.certificate.clone()];
        let length = content.len() as u64;
        let (before, after) = attributes.frame_attached(&signature, signer, &chain, length, None).unwrap();
        let message = [&before[..], &content, &after].concat();
        assert_eq!(message, attributes.assemble_attached(&signature, signer, &chain, &content, None).unwrap());
        for piece in [997, 65_536] {
            assert_eq!(verify_in_pieces(&message, piece, &[]), Some((signer.clone(), content.clone())));
        }
        let mut changed = message.clone();
        changed[before.len() + 5] ^= 1;
        assert_eq!(verify_in_pieces(&changed, 65_536, &[]), None);
        for end in [0, 1, before.len(), message.len() - after.len(), message.len() - 1] {
            assert_eq!(verify_in_pieces(&message[..end], 65_536, &[]), None);
        }
        assert_eq!(verify_in_pieces(&[&message[..], &[0]].concat(), 65_536, &[]), None);

        // Without attributes SM2 needs the signer beforehand; the digest is made in pieces too.
        let plain = PlainSignature { profile: Profile::Gmt0010, signer, chain: &chain };
        let mut hasher = signer.public_key().signing_hasher();
        content.chunks(1000).for_each(|piece| hasher.update(piece));
        let digest = hasher.finish();
        assert_eq!(digest, plain.signing_digest(&content));
        let message = plain.assemble(&h.party.key.sign(&digest).unwrap(), Some(&content));
        let known = std::slice::from_ref(signer);
        assert_eq!(verify_in_pieces(&message, 4096, known), Some((signer.clone(), content.clone())));
        let unknown = verify_in_pieces(&message, 4096, &[]).is_some();
        assert_eq!(unknown, algorithm != KeyAlgorithm::Sm2);
        let mut changed = message;
        changed[3000] ^= 1;
        assert_eq!(verify_in_pieces(&changed, 4096, known), None);

        if algorithm == KeyAlgorithm::EcdsaP256 && openssl_available() {
            let place = Workplace::new("signed-stream");
            place.write("content.bin", &content);
            place.write("key.pem", h.party.key.to_pkcs8_pem().as_bytes());
            place.write("party.pem", signer.to_pem());
            let sign = ["cms", "-sign", "-binary", "-nodetach", "-in", "content.bin", "-inkey", "key.pem", "-signer"];
            for stream in [&["party.pem"][..], &["party.pem", "-stream"], &["party.pem", "-noattr"]] {
                let out = ["-outform", "DER", "-out", "theirs.der"];
                place.must("openssl", &[&sign[..], stream, &out].concat());
                let theirs = place.read("theirs.der");
                assert_eq!(verify_in_pieces(&theirs, 1000, &[]), Some((signer.clone(), content.clone())), "{stream:?}");
                for cut in [1, 2, 4, 40] {
                    assert_eq!(verify_in_pieces(&theirs[..theirs.len() - cut], 4096, &[]), None, "{stream:?}");
                }
            }
        }
    }
}
