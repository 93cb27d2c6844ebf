//! Opening an envelope that comes in pieces, in bounded memory.

use super::envelope::{check_type, read_cipher, read_recipients};
use super::{ContentKey, EnvelopeError, Recipient};
use crate::asn1::{Asn1Error, Reader, Tag};
use crate::cipher::{BLOCK_LENGTH, CbcCipher, CbcDecryptor};

/// The head of an envelope (its recipients) and what stands behind its content are each not longer than this.
const MAX_HEAD_LENGTH: usize = 1 << 20;

/// Opens an envelope piece by piece: [`EnvelopeReader::push`] until the recipients are known, [`EnvelopeReader::set_key`], then push the rest.
/// What was decrypted is not to be believed before [`EnvelopeReader::finish`] has succeeded.
pub struct EnvelopeReader {
    /// What has arrived and was not yet used.
    buffer: Vec<u8>,
    head: Option<Head>,
    decryptor: Option<CbcDecryptor>,
    state: State,
    /// Bytes that the outermost length announces in all, `None` if it is indefinite.
    expected: Option<u64>,
    received: u64,
    /// End-of-contents markers that must close the message.
    open_ends: usize,
}

struct Head {
    recipients: Vec<Recipient>,
    cipher: CbcCipher,
    iv: [u8; BLOCK_LENGTH],
}

/// Where in the encrypted content the reader stands.
#[derive(Clone, Copy)]
enum State {
    /// Inside a string of which so much is still to come; then more strings, or none.
    Within { missing: u64, pieces: Pieces },
    /// Between the strings of a constructed one.
    Between(Pieces),
    /// Behind the content.
    Behind,
}

/// How the strings of a constructed one end.
#[derive(Clone, Copy)]
enum Pieces {
    /// There is only one.
    One,
    /// With a marker.
    UntilMarker,
    /// After so many bytes, headers included.
    Length(u64),
}

impl Default for EnvelopeReader {
    fn default() -> Self {
        Self {
            buffer: Vec::new(),
            head: None,
            decryptor: None,
            state: State::Behind,
            expected: None,
            received: 0,
            open_ends: 0,
        }
    }
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
            self.read_head()?;
        }
        if self.decryptor.is_some() {
            self.decrypt(out)?;
        }
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
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let decryptor = self.decryptor.take().ok_or(Asn1Error::Truncated)?;
        if !matches!(self.state, State::Behind) || self.head.is_none() {
            return Err(Asn1Error::Truncated.into());
        }
        if self.expected.is_some_and(|expected| expected != self.received) {
            return Err(Asn1Error::Truncated.into());
        }
        // Behind the content stand attributes that nobody signed, if any, and the markers of indefinite lengths.
        let end = self.buffer.len().checked_sub(2 * self.open_ends).ok_or(Asn1Error::Truncated)?;
        let (attributes, markers) = self.buffer.split_at(end);
        let mut rest = Reader::ber(attributes);
        rest.optional_context(1)?;
        if !rest.is_empty() || markers.iter().any(|byte| *byte != 0) {
            return Err(Asn1Error::TrailingData.into());
        }
        Ok(decryptor.finish(out)?)
    }

    /// Tries to read the head from what has arrived.
    fn read_head(&mut self) -> Result<(), EnvelopeError> {
        match self.try_head() {
            Err(EnvelopeError::Malformed(Asn1Error::Truncated)) if self.buffer.len() <= MAX_HEAD_LENGTH => Ok(()),
            other => other,
        }
    }

    fn try_head(&mut self) -> Result<(), EnvelopeError> {
        let mut reader = Reader::ber(&self.buffer);
        let mut open_ends = 0;
        let mut enter = |reader: &mut Reader<'_>, tag| -> Result<Option<u64>, Asn1Error> {
            let length = reader.enter(tag)?;
            open_ends += usize::from(length.is_none());
            Ok(length)
        };
        let whole = enter(&mut reader, Tag::SEQUENCE)?;
        let whole_header = self.buffer.len() - reader.rest().len();
        check_type(reader.oid()?)?;
        enter(&mut reader, Tag::context(0))?;
        enter(&mut reader, Tag::SEQUENCE)?;
        reader.u64()?;
        reader.optional_context(0)?;
        let recipients = read_recipients(&mut reader.set()?)?;
        // The marker of the content's own SEQUENCE comes before unsigned attributes; it is taken off in `behind`.
        let content = reader.enter(Tag::SEQUENCE)?;
        reader.oid()?;
        let (cipher, iv) = read_cipher(&reader.element(Tag::SEQUENCE)?)?;
        let next = reader.peek().ok_or(Asn1Error::Truncated)?;
        let state = if next == Tag::context_primitive(0) {
            let missing = reader.enter(next)?.ok_or(Asn1Error::Length)?;
            State::Within { missing, pieces: Pieces::One }
        } else if next == Tag::context(0) {
            State::Between(reader.enter(next)?.map_or(Pieces::UntilMarker, Pieces::Length))
        } else {
            return Err(EnvelopeError::NoContent);
        };
        let used = self.buffer.len() - reader.rest().len();
        self.expected = whole.map(|length| length + whole_header as u64);
        // Nothing may stand behind the encrypted content in its SEQUENCE; an indefinite one is closed like the others when there are no
        // attributes, which is the only case that occurs.
        self.open_ends = open_ends + usize::from(content.is_none());
        self.head = Some(Head { recipients, cipher, iv });
        self.state = state;
        self.buffer.drain(..used);
        Ok(())
    }

    /// Decrypts as much of the buffer as is content.
    fn decrypt(&mut self, out: &mut Vec<u8>) -> Result<(), EnvelopeError> {
        let Some(decryptor) = &mut self.decryptor else { return Ok(()) };
        let mut used = 0;
        loop {
            let rest = &self.buffer[used..];
            match self.state {
                State::Behind => break,
                State::Within { missing, pieces } => {
                    let length = usize::try_from(missing).unwrap_or(usize::MAX).min(rest.len());
                    decryptor.update(&rest[..length], out)?;
                    used += length;
                    let missing = missing - length as u64;
                    if missing > 0 {
                        self.state = State::Within { missing, pieces };
                        break;
                    }
                    self.state = match pieces {
                        Pieces::One | Pieces::Length(0) => State::Behind,
                        more => State::Between(more),
                    };
                }
                State::Between(Pieces::UntilMarker) if rest.starts_with(&[0, 0]) => {
                    used += 2;
                    self.state = State::Behind;
                }
                State::Between(Pieces::Length(0)) => self.state = State::Behind,
                State::Between(pieces) => {
                    let mut reader = Reader::ber(rest);
                    let missing = match reader.enter(Tag::OCTET_STRING) {
                        Ok(length) => length.ok_or(Asn1Error::Length)?,
                        Err(Asn1Error::Truncated) => break,
                        Err(error) => return Err(error.into()),
                    };
                    let header = rest.len() - reader.rest().len();
                    used += header;
                    let pieces = match pieces {
                        Pieces::Length(length) => {
                            let taken = missing.saturating_add(header as u64);
                            Pieces::Length(length.checked_sub(taken).ok_or(Asn1Error::Length)?)
                        }
                        other => other,
                    };
                    self.state = State::Within { missing, pieces };
                }
            }
        }
        self.buffer.drain(..used);
        Ok(())
    }
}
