//! Verifying an attached SignedData that comes in pieces, in bounded memory.

use super::stream::{ContentStream, Frame};
use super::{CmsError, CmsVerifyError, Content, SignedData, SignerInfo};
use crate::asn1::{Asn1Error, Reader, Tag, Writer};
use crate::digest::{Digest, DigestAlgorithm, Hasher};
use crate::key::{SigningDigest, SigningHasher};
use crate::x509::Certificate;

/// What stands before the content is not longer than this.
const MAX_HEAD_LENGTH: usize = 1 << 16;
/// Certificates, lists and signers behind the content are not longer than this.
const MAX_TAIL_LENGTH: usize = 16 << 20;
/// No honest message names more digest algorithms.
const MAX_DIGESTS: usize = 8;

/// Reads an attached message piece by piece and gives its content out; nothing of it is to be believed before
/// [`StreamedSignedData::verify`].
pub struct SignedReader {
    buffer: Vec<u8>,
    received: u64,
    head: Option<Head>,
    hashers: Vec<Hasher>,
    known: Vec<(Certificate, SigningHasher)>,
}

struct Head {
    /// The elements before the content, as the same message without content begins.
    message_type: Vec<u8>,
    front: Vec<u8>,
    content_type: Vec<u8>,
    frame: Frame,
    content: ContentStream,
}

impl SignedReader {
    /// A reader that has seen nothing. An SM2 signature without attributes (GM/T 0010) covers ZA before the content, while the signer's
    /// certificate stands behind it: such signers must be `known` beforehand.
    pub fn new(known: &[Certificate]) -> Self {
        let hasher = |certificate: &Certificate| (certificate.clone(), certificate.public_key().signing_hasher());
        let known = known.iter().map(hasher).collect();
        Self { buffer: Vec::new(), received: 0, head: None, hashers: Vec::new(), known }
    }

    /// Takes in the next piece and appends what of it is content to `out`.
    ///
    /// # Errors
    /// [`CmsError`]; [`Asn1Error::Length`] if what is not content is longer than any honest message's.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), CmsError> {
        self.received += piece.len() as u64;
        self.buffer.extend_from_slice(piece);
        if self.head.is_none() {
            match self.read_head() {
                Err(CmsError::Malformed(Asn1Error::Truncated)) if self.buffer.len() <= MAX_HEAD_LENGTH => {}
                other => other?,
            }
        }
        let Some(head) = &mut self.head else { return Ok(()) };
        let (hashers, known) = (&mut self.hashers, &mut self.known);
        let mut each = |octets: &[u8]| {
            hashers.iter_mut().for_each(|hasher| hasher.update(octets));
            known.iter_mut().for_each(|(_, hasher)| hasher.update(octets));
            out.extend_from_slice(octets);
            Ok::<(), CmsError>(())
        };
        let used = head.content.take(&self.buffer, &mut each)?;
        self.buffer.drain(..used);
        if self.buffer.len() > MAX_TAIL_LENGTH { Err(Asn1Error::Length.into()) } else { Ok(()) }
    }

    /// Checks that the message is complete.
    ///
    /// # Errors
    /// [`CmsError`].
    pub fn finish(self) -> Result<StreamedSignedData, CmsError> {
        let head = self.head.filter(|head| head.content.is_complete()).ok_or(Asn1Error::Truncated)?;
        let tail = head.frame.tail(&self.buffer, self.received)?;
        let detached = Writer::sequence_of(|info| {
            info.raw(&head.message_type);
            info.context(0, |tagged| {
                tagged.sequence(|data| {
                    data.raw(&head.front);
                    data.sequence(|content| content.raw(&head.content_type));
                    data.raw(tail);
                });
            });
        });
        Ok(StreamedSignedData {
            signed: SignedData::from_der(&detached)?,
            digests: self.hashers.into_iter().map(Hasher::finish).collect(),
            known: self.known.into_iter().map(|(certificate, hasher)| (certificate, hasher.finish())).collect(),
        })
    }

    fn read_head(&mut self) -> Result<(), CmsError> {
        let mut reader = Reader::ber(&self.buffer);
        let mut frame = Frame::default();
        let whole = reader.enter(Tag::SEQUENCE)?;
        frame.expected = whole.map(|length| length + (self.buffer.len() - reader.rest().len()) as u64);
        frame.outer_ends += usize::from(whole.is_none());
        let message_type = reader.element(Tag::OID)?;
        super::parse::check_type(message_type.to_oid()?)?;
        frame.outer_ends += usize::from(reader.enter(Tag::context(0))?.is_none());
        frame.outer_ends += usize::from(reader.enter(Tag::SEQUENCE)?.is_none());
        let version = reader.element(Tag::INTEGER)?;
        let digests = reader.element(Tag::SET)?;
        frame.inner_ends += usize::from(reader.enter(Tag::SEQUENCE)?.is_none());
        let content_type = reader.element(Tag::OID)?;
        frame.inner_ends += usize::from(reader.enter(Tag::context(0))?.is_none());
        let content = ContentStream::enter(&mut reader, Tag::OCTET_STRING)?.ok_or(Asn1Error::Value("content"))?;
        let mut list = digests.reader();
        while !list.is_empty() {
            let algorithm = DigestAlgorithm::from_oid(list.sequence()?.oid()?);
            let new = algorithm.filter(|new| self.hashers.iter().all(|hasher| hasher.algorithm() != *new));
            self.hashers.extend(new.map(Hasher::new));
            if self.hashers.len() > MAX_DIGESTS {
                return Err(CmsError::TooMany);
            }
        }
        let head = Head {
            message_type: message_type.raw().to_vec(),
            front: [version.raw(), digests.raw()].concat(),
            content_type: content_type.raw().to_vec(),
            frame,
            content,
        };
        let used = self.buffer.len() - reader.rest().len();
        self.head = Some(head);
        self.buffer.drain(..used);
        Ok(())
    }
}

/// A message whose content has passed through.
pub struct StreamedSignedData {
    signed: SignedData,
    digests: Vec<Digest>,
    known: Vec<(Certificate, SigningDigest)>,
}

impl StreamedSignedData {
    /// The message without its content.
    pub const fn signed_data(&self) -> &SignedData {
        &self.signed
    }

    /// Verifies one signer over the content that has passed; as [`SignedData::verify`].
    ///
    /// # Errors
    /// [`CmsVerifyError`]; [`CmsVerifyError::ContentNeeded`] for an SM2 signer without attributes who was not known beforehand.
    pub fn verify(&self, signer: &SignerInfo, further: &[Certificate]) -> Result<Certificate, CmsVerifyError> {
        let digest = self.digests.iter().find(|digest| digest.algorithm() == signer.digest_algorithm());
        let content = Content::Digest(*digest.ok_or(CmsVerifyError::DigestMismatch)?);
        match self.signed.verify(signer, &content, further) {
            Err(CmsVerifyError::ContentNeeded) => {
                let known = self.known.iter().map(|(certificate, _)| certificate.clone()).collect::<Vec<_>>();
                let certificate = signer.find_certificate(&known).ok_or(CmsVerifyError::ContentNeeded)?;
                let digest = self.known.iter().find(|(own, _)| own == certificate).map(|(_, digest)| digest);
                let digest = digest.ok_or(CmsVerifyError::ContentNeeded)?;
                certificate.public_key().verify_digest(digest, signer.signature())?;
                Ok(certificate.clone())
            }
            other => other,
        }
    }
}
