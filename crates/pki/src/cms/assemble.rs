//! Making a SignedData in two steps.

use super::plain::frame_content;
use super::{FurtherAttributes, signing_certificate_v2};
use crate::asn1::{Asn1Error, ObjectIdentifier, Reader, Tag, Writer};
use crate::digest::{Digest, DigestAlgorithm};
use crate::key::SigningDigest;
use crate::oid;
use crate::x509::Certificate;

/// Why no message could be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AssembleError {
    /// The content was hashed with another algorithm than the signer's key demands (SM3 for SM2).
    #[error("cms.digest_mismatch: the content must be hashed with {expected:?} for this signer's key")]
    DigestMismatch {
        /// The algorithm that the signer's key demands.
        expected: DigestAlgorithm,
    },
    /// Stored attributes or the message to be extended are not what this crate made.
    #[error("cms.malformed: {0}")]
    Malformed(#[from] Asn1Error),
    /// The message has no signer, several, or a timestamp already.
    #[error("cms.not_extendable: a timestamp can only be added to a message with one signer and no timestamp")]
    NotExtendable,
}

/// The attributes that one signer signs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedAttributes {
    /// DER of the SET OF Attribute.
    set: Vec<u8>,
    content_type: ObjectIdentifier,
}

/// The digest algorithm that messages of this certificate's key are made with.
fn digest_algorithm(signer: &Certificate) -> DigestAlgorithm {
    signer.public_key().algorithm().signature_algorithm().digest_algorithm()
}

impl SignedAttributes {
    /// The attributes for detached content of type id-data with this digest.
    ///
    /// # Errors
    /// [`AssembleError::DigestMismatch`] if the digest is not of the algorithm that belongs to the signer's key.
    pub fn new(content_digest: &Digest, signer: &Certificate) -> Result<Self, AssembleError> {
        Self::for_content(oid::DATA, content_digest, signer)
    }

    /// As [`SignedAttributes::new`], with what the signer says beyond it.
    ///
    /// # Errors
    /// As [`SignedAttributes::new`].
    pub fn with_further(
        content_digest: &Digest,
        signer: &Certificate,
        further: &FurtherAttributes,
    ) -> Result<Self, AssembleError> {
        Self::build(oid::DATA, content_digest, signer, further)
    }

    pub(crate) fn for_content(
        content_type: ObjectIdentifier,
        content_digest: &Digest,
        signer: &Certificate,
    ) -> Result<Self, AssembleError> {
        Self::build(content_type, content_digest, signer, &FurtherAttributes::default())
    }

    fn build(
        content_type: ObjectIdentifier,
        content_digest: &Digest,
        signer: &Certificate,
        further: &FurtherAttributes,
    ) -> Result<Self, AssembleError> {
        let expected = digest_algorithm(signer);
        if content_digest.algorithm() != expected {
            return Err(AssembleError::DigestMismatch { expected });
        }
        let attribute = |oid: ObjectIdentifier, value: &dyn Fn(&mut Writer)| {
            Writer::sequence_of(|attribute| {
                attribute.oid(oid);
                attribute.constructed(Tag::SET, value);
            })
        };
        let mut set = Writer::new();
        let mut members = further.to_members();
        members.extend([
            attribute(oid::CONTENT_TYPE, &|value| value.oid(content_type)),
            attribute(oid::MESSAGE_DIGEST, &|value| value.octet_string(content_digest.as_bytes())),
            attribute(oid::SIGNING_CERTIFICATE_V2, &|value| value.raw(&signing_certificate_v2(signer, expected))),
        ]);
        set.set_of(members);
        Ok(Self { set: set.finish(), content_type })
    }

    /// The attributes from what [`SignedAttributes::to_be_signed`] gave before, for signing that resumes in another process.
    ///
    /// # Errors
    /// [`AssembleError::Malformed`] if the bytes are not such attributes.
    pub fn from_to_be_signed(set: &[u8]) -> Result<Self, AssembleError> {
        let mut outer = Reader::der(set);
        let mut attributes = outer.set()?;
        outer.finish()?;
        let mut content_type = None;
        while !attributes.is_empty() {
            let mut attribute = attributes.sequence()?;
            if attribute.oid()? == oid::CONTENT_TYPE {
                content_type = Some(attribute.set()?.oid()?);
            }
        }
        let content_type = content_type.ok_or(Asn1Error::Value("signed attributes"))?;
        Ok(Self { set: set.to_vec(), content_type })
    }

    /// The message that the signer's key signs: the DER of the attributes as a SET (RFC 5652 5.4).
    pub fn to_be_signed(&self) -> &[u8] {
        &self.set
    }

    /// What goes to the signer's key: the digest of [`SignedAttributes::to_be_signed`] under that key, for SM2 with ZA.
    pub fn signing_digest(&self, signer: &Certificate) -> SigningDigest {
        signer.public_key().signing_digest(&self.set)
    }

    /// Builds the ContentInfo with SignedData, detached. `signature` is the signer's over [`SignedAttributes::to_be_signed`];
    /// `chain` are further certificates to carry (intermediates; the signer's own is always carried); `timestamp` is a TimeStampToken over
    /// the signature value, if it is already there.
    ///
    /// # Errors
    /// [`AssembleError::Malformed`] if the timestamp is not one DER element.
    pub fn assemble(
        &self,
        signature: &[u8],
        signer: &Certificate,
        chain: &[Certificate],
        timestamp: Option<&[u8]>,
    ) -> Result<Vec<u8>, AssembleError> {
        self.assemble_content(signature, signer, &carried(signer, chain), None, timestamp)
    }

    /// As [`SignedAttributes::assemble`], with the content carried along.
    ///
    /// # Errors
    /// As [`SignedAttributes::assemble`].
    pub fn assemble_attached(
        &self,
        signature: &[u8],
        signer: &Certificate,
        chain: &[Certificate],
        content: &[u8],
        timestamp: Option<&[u8]>,
    ) -> Result<Vec<u8>, AssembleError> {
        self.assemble_content(signature, signer, &carried(signer, chain), Some(content), timestamp)
    }

    pub(crate) fn assemble_content(
        &self,
        signature: &[u8],
        signer: &Certificate,
        certificates: &[&Certificate],
        content: Option<&[u8]>,
        timestamp: Option<&[u8]>,
    ) -> Result<Vec<u8>, AssembleError> {
        let (before, after) =
            self.frame(signature, signer, certificates, content.map(|content| content.len() as u64), timestamp)?;
        Ok([&before, content.unwrap_or_default(), &after].concat())
    }

    /// What stands before and behind an attached content of `content_length` bytes that is not held in memory; as
    /// [`SignedAttributes::assemble_attached`].
    ///
    /// # Errors
    /// As [`SignedAttributes::assemble`].
    pub fn frame_attached(
        &self,
        signature: &[u8],
        signer: &Certificate,
        chain: &[Certificate],
        content_length: u64,
        timestamp: Option<&[u8]>,
    ) -> Result<(Vec<u8>, Vec<u8>), AssembleError> {
        self.frame(signature, signer, &carried(signer, chain), Some(content_length), timestamp)
    }

    fn frame(
        &self,
        signature: &[u8],
        signer: &Certificate,
        certificates: &[&Certificate],
        content_length: Option<u64>,
        timestamp: Option<&[u8]>,
    ) -> Result<(Vec<u8>, Vec<u8>), AssembleError> {
        let unsigned = timestamp.map(unsigned_timestamp).transpose()?;
        let digest = digest_algorithm(signer).identifier();
        let mut head = Writer::new();
        head.u64(if self.content_type == oid::DATA { 1 } else { 3 });
        head.set_of(vec![digest.clone()]);
        let mut behind = Writer::new();
        if !certificates.is_empty() {
            let mut members: Vec<&[u8]> = certificates.iter().map(|certificate| certificate.as_der()).collect();
            members.sort_unstable();
            behind.context(0, |set| members.iter().for_each(|member| set.raw(member)));
        }
        behind.constructed(Tag::SET, |signers| {
            signers.sequence(|info| {
                info.u64(1);
                signer.write_issuer_and_serial(info);
                info.raw(&digest);
                // The same attributes, re-tagged from SET to [0] IMPLICIT.
                info.primitive(Tag::context(0), set_contents(&self.set));
                info.raw(&signer.public_key().algorithm().signature_algorithm().identifier());
                info.octet_string(signature);
                if let Some(unsigned) = &unsigned {
                    info.raw(unsigned);
                }
            });
        });
        let (head, behind) = (head.finish(), behind.finish());
        Ok(frame_content(oid::SIGNED_DATA, self.content_type, &head, &behind, content_length))
    }
}

/// The certificates to be carried: the signer's own first, none twice.
fn carried<'a>(signer: &'a Certificate, chain: &'a [Certificate]) -> Vec<&'a Certificate> {
    std::iter::once(signer).chain(chain.iter().filter(|certificate| *certificate != signer)).collect()
}

/// The contents of the SET that this module wrote or has read before.
fn set_contents(set: &[u8]) -> &[u8] {
    Reader::der(set).any().map_or(&[], |element| element.contents())
}

/// unsignedAttrs with one signatureTimeStampToken (RFC 3161 appendix A).
fn unsigned_timestamp(token: &[u8]) -> Result<Vec<u8>, AssembleError> {
    let mut reader = Reader::der(token);
    reader.element(Tag::SEQUENCE)?;
    reader.finish()?;
    let mut writer = Writer::new();
    writer.context(1, |attributes| {
        attributes.sequence(|attribute| {
            attribute.oid(oid::SIGNATURE_TIME_STAMP);
            attribute.constructed(Tag::SET, |values| values.raw(token));
        });
    });
    Ok(writer.finish())
}

/// Adds a TimeStampToken over the signature value to a message in DER that has one signer and no unsigned attributes; nothing that is signed
/// changes.
///
/// # Errors
/// [`AssembleError::NotExtendable`] or [`AssembleError::Malformed`].
pub fn set_unsigned_timestamp(message: &[u8], token: &[u8]) -> Result<Vec<u8>, AssembleError> {
    let unsigned = unsigned_timestamp(token)?;
    let mut outer = Reader::der(message);
    let mut info = outer.sequence()?;
    outer.finish()?;
    let content_type = info.element(Tag::OID)?.raw();
    let mut data = info.element(Tag::context(0))?.reader().sequence()?;
    let mut parts = Vec::new();
    while !data.is_empty() {
        parts.push(data.any()?);
    }
    let (signers, before) = parts.split_last().ok_or(AssembleError::NotExtendable)?;
    let mut signer_infos = signers.reader();
    let signer = signer_infos.element(Tag::SEQUENCE)?;
    let last = {
        let mut fields = signer.reader();
        let mut last = None;
        while !fields.is_empty() {
            last = Some(fields.any()?.tag());
        }
        last
    };
    if signers.tag() != Tag::SET || !signer_infos.is_empty() || last != Some(Tag::OCTET_STRING) {
        return Err(AssembleError::NotExtendable);
    }
    Ok(Writer::sequence_of(|info| {
        info.raw(content_type);
        info.context(0, |tagged| {
            tagged.sequence(|data| {
                before.iter().for_each(|part| data.raw(part.raw()));
                data.constructed(Tag::SET, |set| {
                    set.sequence(|info| {
                        info.raw(signer.contents());
                        info.raw(&unsigned);
                    });
                });
            });
        });
    }))
}
