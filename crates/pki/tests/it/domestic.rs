//! SM2 messages and certificates as domestic tools write them (standards 1.4, 2 and 3): other algorithm identifiers, GM/T 0010 types,
//! signatures without attributes. BouncyCastle refuses some of these, so they are built here by hand.

use yinxin_pki::asn1::{ObjectIdentifier, Tag, Writer};
use yinxin_pki::cms::{CmsVerifyError, Content, SignedData};
use yinxin_pki::digest::DigestAlgorithm;
use yinxin_pki::key::{KeyAlgorithm, Signer, VerifyError};
use yinxin_pki::oid;
use yinxin_pki::x509::Certificate;

use crate::hierarchy::Hierarchy;

/// SignedData in the shape of GM/T 0010-2012: version 1, SM3 with NULL, no signed attributes.
fn gmt_0010(h: &Hierarchy, algorithm: ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    let signature = h.party.key.sign(&h.party.key.public_key().signing_digest(content)).unwrap();
    let sm3_with_null = Writer::sequence_of(|w| {
        w.oid(oid::SM3);
        w.null();
    });
    Writer::sequence_of(|info| {
        info.oid(oid::GM_SIGNED_DATA);
        info.context(0, |tagged| {
            tagged.sequence(|data| {
                data.u64(1);
                data.set_of(vec![sm3_with_null.clone()]);
                data.sequence(|inner| {
                    inner.oid(oid::GM_DATA);
                    inner.context(0, |tagged| tagged.octet_string(content));
                });
                data.context(0, |set| set.raw(h.party.certificate.as_der()));
                data.constructed(Tag::SET, |signers| {
                    signers.sequence(|signer| {
                        signer.u64(1);
                        signer.sequence(|pair| {
                            pair.raw(h.party.certificate.issuer().as_der());
                            pair.integer(h.party.certificate.serial());
                        });
                        signer.raw(&sm3_with_null);
                        signer.algorithm(algorithm);
                        signer.octet_string(&signature);
                    });
                });
            });
        });
    })
}

#[test]
fn messages_of_gmt_0010_are_verified_under_each_identifier_of_sm2() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 40);
    for algorithm in [oid::SM2_WITH_SM3, oid::SM2_SIGN, oid::SM2, oid::EC_PUBLIC_KEY] {
        let message = gmt_0010(&h, algorithm, b"content");
        let signed = SignedData::from_der(&message).unwrap();
        let signer = &signed.signers()[0];
        assert_eq!(signed.content(), Some(&b"content"[..]));
        let verify = |content: Content<'_>| signed.verify(signer, &content, &[]);
        assert_eq!(verify(Content::Parts(&[b"con", b"tent"])).unwrap(), h.party.certificate);
        let refused = verify(Content::Parts(&[b"kontent"])).unwrap_err();
        assert_eq!(refused, CmsVerifyError::Signature(VerifyError::Invalid));
        // Without attributes SM2 signs ZA and the content: the digest is not enough, and says so.
        let digest = Content::Digest(DigestAlgorithm::Sm3.digest(b"content"));
        assert_eq!(verify(digest).unwrap_err(), CmsVerifyError::ContentNeeded);
    }
}

#[test]
fn our_own_message_under_the_identifier_of_gmt_0010_is_verified() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 41);
    let ours = h.sign(b"content");
    // The last algorithm identifier is the SignerInfo's; .501 and .301 have the same length.
    let (from, to) = (oid::SM2_WITH_SM3.as_bytes(), oid::SM2.as_bytes());
    let at = (0..ours.len() - from.len()).rev().find(|&at| ours[at..].starts_with(from)).unwrap();
    let mut theirs = ours.clone();
    theirs[at..at + to.len()].copy_from_slice(to);
    let signed = SignedData::from_der(&theirs).unwrap();
    assert!(signed.verify(&signed.signers()[0], &Content::Parts(&[b"content"]), &[]).is_ok());
}

#[test]
fn a_digest_of_another_algorithm_than_the_signatures_is_refused() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 42);
    let ours = h.sign(b"content");
    let signed = SignedData::from_der(&ours).unwrap();
    let content = Content::Digest(DigestAlgorithm::Sha256.digest(b"content"));
    assert_eq!(signed.verify(&signed.signers()[0], &content, &[]).unwrap_err(), CmsVerifyError::DigestMismatch);
    assert_eq!(
        signed.verify(&signed.signers()[0], &Content::Parts(&[b"kontent"]), &[]).unwrap_err(),
        CmsVerifyError::ContentChanged
    );
}

#[test]
fn a_certificate_with_null_parameters_is_accepted_and_differing_algorithms_are_not() {
    let h = Hierarchy::new(KeyAlgorithm::Sm2, 43);
    let absent = hex::decode("300a06082a811ccf55018375").unwrap();
    let null = hex::decode("300c06082a811ccf550183750500").unwrap();
    let tbs = h.party.certificate.tbs_der();
    let at = tbs.windows(absent.len()).position(|window| window == absent).unwrap();
    // The same certificate as an old CA would write it, signed anew.
    let tbs_with_null = {
        let header = 4;
        let contents = [&tbs[header..at], &null, &tbs[at + absent.len()..]].concat();
        Writer::sequence_of(|w| w.raw(&contents))
    };
    let signature = h.sub.key.sign(&h.sub.key.public_key().signing_digest(&tbs_with_null)).unwrap();
    let certificate = |outer: &[u8]| {
        Writer::sequence_of(|w| {
            w.raw(&tbs_with_null);
            w.raw(outer);
            w.bit_string(&signature);
        })
    };
    let old = Certificate::from_der(&certificate(&null)).unwrap();
    assert_eq!(old.verify_signature(h.sub.certificate.public_key()), Ok(()));
    assert!(Certificate::from_der(&certificate(&absent)).is_err());
}
