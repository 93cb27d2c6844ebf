//! Opening an envelope that comes in pieces, in bounded memory.

use super::envelope::{check_type, read_cipher, read_recipients};
use super::stream::{ContentStream, Frame};
use super::{ContentKey, EnvelopeError, Recipient};
use crate::asn1::{Asn1Error, Reader, Tag};
use crate::cipher::{BLOCK_LENGTH, CbcCipher, CbcDecryptor};

/// The head of an envelope (its recipients) and what stands behind its content are each not longer than this.
const MAX_HEAD_LENGTH: usize = 1 << 20;

/// Opens an envelope piece by piece: [`EnvelopeReader::push`] until the recipients are known, [`EnvelopeReader::set_key`], then push the rest.
/// What was decrypted is not to be believed before [`EnvelopeReader::finish`] has succeeded.
#[derive(Default)]
pub struct EnvelopeReader {
    /// What has arrived and was not yet used.
    buffer: Vec<u8>,
    received: u64,
    head: Option<Head>,
    decryptor: Option<CbcDecryptor>,
}

struct Head {
    recipients: Vec<Recipient>,
    cipher: CbcCipher,
    iv: [u8; BLOCK_LENGTH],
    frame: Frame,
    content: ContentStream,
}

impl EnvelopeReader {
    /// A reader that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next piece and appends what could be decrypted to `out`: nothing before the key is set.
    ///
    /// # Errors
    /// [`EnvelopeError`]; [`Asn1Error::Length`] if the head is longer than 1 MiB, or if more than that was pushed without a key.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        self.received += piece.len() as u64;
        self.buffer.extend_from_slice(piece);
        if self.head.is_none() {
            match self.read_head() {
                // More may come.
                Err(EnvelopeError::Malformed(Asn1Error::Truncated)) => {}
                other => other?,
            }
        }
        self.decrypt(out)?;
        // With a key only headers and what stands behind the content wait here.
        if self.buffer.len() > MAX_HEAD_LENGTH + piece.len() { Err(Asn1Error::Length.into()) } else { Ok(()) }
    }

    /// The recipients, once the head has arrived.
    pub fn recipients(&self) -> Option<&[Recipient]> {
        self.head.as_ref().map(|head| head.recipients.as_slice())
    }

    /// The content's cipher, once the head has arrived.
    pub fn cipher(&self) -> Option<CbcCipher> {
        self.head.as_ref().map(|head| head.cipher)
    }

    /// Sets the content key and decrypts what has arrived already.
    ///
    /// # Errors
    /// [`EnvelopeError::Content`] for a key of the wrong length; [`EnvelopeError::Malformed`] before the head has arrived.
    pub fn set_key(&mut self, key: &ContentKey, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let head = self.head.as_ref().ok_or(Asn1Error::Truncated)?;
        self.decryptor = Some(CbcDecryptor::new(head.cipher, key.as_bytes(), &head.iv)?);
        self.decrypt(out)
    }

    /// Checks that the message is complete and appends the last of the content.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let (Some(head), Some(decryptor)) = (self.head, self.decryptor) else {
            return Err(Asn1Error::Truncated.into());
        };
        if !head.content.is_complete() {
            return Err(Asn1Error::Truncated.into());
        }
        // Behind the content stand attributes that nobody signed, if any.
        let mut tail = Reader::ber(head.frame.tail(&self.buffer, self.received)?);
        tail.optional_context(1)?;
        tail.finish()?;
        Ok(decryptor.finish(out)?)
    }

    fn read_head(&mut self) -> Result<(), EnvelopeError> {
        let mut reader = Reader::ber(&self.buffer);
        let mut frame = Frame::default();
        let whole = reader.enter(Tag::SEQUENCE)?;
        frame.expected = whole.map(|length| length + (self.buffer.len() - reader.rest().len()) as u64);
        frame.outer_ends += usize::from(whole.is_none());
        check_type(reader.oid()?)?;
        frame.outer_ends += usize::from(reader.enter(Tag::context(0))?.is_none());
        frame.outer_ends += usize::from(reader.enter(Tag::SEQUENCE)?.is_none());
        reader.u64()?;
        reader.optional_context(0)?;
        let recipients = read_recipients(&mut reader.set()?)?;
        frame.inner_ends += usize::from(reader.enter(Tag::SEQUENCE)?.is_none());
        reader.oid()?;
        let (cipher, iv) = read_cipher(&reader.element(Tag::SEQUENCE)?)?;
        let content = ContentStream::enter(&mut reader, Tag::context_primitive(0))?.ok_or(EnvelopeError::NoContent)?;
        let used = self.buffer.len() - reader.rest().len();
        self.head = Some(Head { recipients, cipher, iv, frame, content });
        self.buffer.drain(..used);
        Ok(())
    }

    /// Decrypts as much of the buffer as is content.
    fn decrypt(&mut self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let (Some(head), Some(decryptor)) = (&mut self.head, &mut self.decryptor) else { return Ok(()) };
        let mut each = |octets: &[u8]| Ok::<(), EnvelopeError>(decryptor.update(octets, out)?);
        let used = head.content.take(&self.buffer, &mut each)?;
        self.buffer.drain(..used);
        Ok(())
    }
}
