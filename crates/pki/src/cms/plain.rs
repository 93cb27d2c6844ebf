//! Signatures over the content itself, without attributes: the SignedData of GM/T 0010-2012 as domestic tools write and expect it.

use super::Profile;
use crate::asn1::{ObjectIdentifier, Tag, Writer};
use crate::key::{KeyAlgorithm, SigningDigest};
use crate::oid;
use crate::x509::Certificate;

/// A SignedData whose signer signs the content's octets: for SM2, e = SM3(ZA‖content). It holds no signed proof of which certificate was
/// meant, so prefer [`SignedAttributes`](super::SignedAttributes) where the reader takes it.
#[derive(Clone, Copy, Debug)]
pub struct PlainSignature<'a> {
    /// Whose identifiers the message bears.
    pub profile: Profile,
    /// The signer's certificate.
    pub signer: &'a Certificate,
    /// Further certificates to carry.
    pub chain: &'a [Certificate],
}

impl PlainSignature<'_> {
    /// What goes to the signer's key.
    pub fn signing_digest(&self, content: &[u8]) -> SigningDigest {
        self.signer.public_key().signing_digest(content)
    }

    /// Builds the ContentInfo. `content` is carried along if it is given.
    pub fn assemble(&self, signature: &[u8], content: Option<&[u8]>) -> Vec<u8> {
        let (before, after) = self.frame(signature, content.map(|content| content.len() as u64));
        [&before, content.unwrap_or_default(), &after].concat()
    }

    /// What stands before and behind a content of `content_length` bytes that is not held in memory, `None` for a detached message.
    pub fn frame(&self, signature: &[u8], content_length: Option<u64>) -> (Vec<u8>, Vec<u8>) {
        let gm = self.profile == Profile::Gmt0010;
        let (message_type, content_type) =
            if gm { (oid::GM_SIGNED_DATA, oid::GM_DATA) } else { (oid::SIGNED_DATA, oid::DATA) };
        let algorithm = self.signer.public_key().algorithm();
        let digest = algorithm.signature_algorithm().digest_algorithm().identifier();
        let mut behind = Writer::new();
        let mut members: Vec<&[u8]> = std::iter::once(self.signer).chain(self.chain).map(Certificate::as_der).collect();
        members.sort_unstable();
        members.dedup();
        behind.context(0, |set| members.iter().for_each(|member| set.raw(member)));
        behind.constructed(Tag::SET, |signers| {
            signers.sequence(|info| {
                info.u64(1);
                self.signer.write_issuer_and_serial(info);
                info.raw(&digest);
                // GM/T 0010 names the curve's signature, everybody else the scheme with its hash.
                match (gm, algorithm) {
                    (true, KeyAlgorithm::Sm2) => info.algorithm(oid::SM2_SIGN),
                    _ => info.raw(&algorithm.signature_algorithm().identifier()),
                }
                info.octet_string(signature);
            });
        });
        let mut head = Writer::new();
        head.u64(1);
        head.set_of(vec![digest.clone()]);
        frame_content(message_type, content_type, &head.finish(), &behind.finish(), content_length)
    }
}

/// SEQUENCE { type, [0] SEQUENCE { head, SEQUENCE { content type, [0] OCTET STRING }, behind } } cut where the content's octets are.
pub(super) fn frame_content(
    message_type: ObjectIdentifier,
    content_type: ObjectIdentifier,
    head: &[u8],
    behind: &[u8],
    content_length: Option<u64>,
) -> (Vec<u8>, Vec<u8>) {
    let element = |oid: ObjectIdentifier| {
        let mut writer = Writer::new();
        writer.oid(oid);
        writer.finish()
    };
    let (message_type, content_type) = (element(message_type), element(content_type));
    let content = content_length.unwrap_or(0);
    let octets = content_length.map(|length| Writer::header(Tag::OCTET_STRING, length)).unwrap_or_default();
    let octets_length = octets.len() as u64 + content;
    let tagged = content_length.map(|_| Writer::header(Tag::context(0), octets_length)).unwrap_or_default();
    let info_length = content_type.len() as u64 + tagged.len() as u64 + octets_length;
    let info = Writer::header(Tag::SEQUENCE, info_length);
    let data_length = head.len() as u64 + info.len() as u64 + info_length + behind.len() as u64;
    let data = Writer::header(Tag::SEQUENCE, data_length);
    let explicit = Writer::header(Tag::context(0), data.len() as u64 + data_length);
    let whole_length = message_type.len() as u64 + explicit.len() as u64 + data.len() as u64 + data_length;
    let whole = Writer::header(Tag::SEQUENCE, whole_length);
    let before = [&whole[..], &message_type, &explicit, &data, head, &info, &content_type, &tagged, &octets].concat();
    (before, behind.to_vec())
}
