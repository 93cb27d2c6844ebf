//! The content of a message that comes in pieces: one string, or a constructed one of several, of definite or indefinite length.

use crate::asn1::{Asn1Error, Reader, Tag};

/// Where in the content the reader stands.
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

/// Takes the octets of the content out of what arrives.
pub(super) struct ContentStream(State);

impl ContentStream {
    /// Enters a string with this tag, primitive or constructed; `None` if another element comes next.
    pub(super) fn enter(reader: &mut Reader<'_>, primitive: Tag) -> Result<Option<Self>, Asn1Error> {
        let next = reader.peek().ok_or(Asn1Error::Truncated)?;
        let state = if next == primitive {
            State::Within { missing: reader.enter(next)?.ok_or(Asn1Error::Length)?, pieces: Pieces::One }
        } else if next == primitive.constructed() {
            State::Between(reader.enter(next)?.map_or(Pieces::UntilMarker, Pieces::Length))
        } else {
            return Ok(None);
        };
        Ok(Some(Self(state)))
    }

    /// Whether all of the content has come.
    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.0, State::Behind)
    }

    /// Hands the octets at the front of `buffer` to `each` and says how many bytes were used.
    pub(super) fn take<E: From<Asn1Error>>(
        &mut self,
        buffer: &[u8],
        each: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<usize, E> {
        let mut used = 0;
        loop {
            let rest = &buffer[used..];
            match self.0 {
                State::Behind => return Ok(used),
                State::Within { missing, pieces } => {
                    let length = usize::try_from(missing).unwrap_or(usize::MAX).min(rest.len());
                    each(&rest[..length])?;
                    used += length;
                    let missing = missing - length as u64;
                    if missing > 0 {
                        self.0 = State::Within { missing, pieces };
                        return Ok(used);
                    }
                    self.0 = match pieces {
                        Pieces::One | Pieces::Length(0) => State::Behind,
                        more => State::Between(more),
                    };
                }
                State::Between(Pieces::UntilMarker) if rest.starts_with(&[0, 0]) => {
                    used += 2;
                    self.0 = State::Behind;
                }
                State::Between(Pieces::Length(0)) => self.0 = State::Behind,
                State::Between(pieces) => {
                    let mut reader = Reader::ber(rest);
                    let missing = match reader.enter(Tag::OCTET_STRING) {
                        Ok(length) => length.ok_or(Asn1Error::Length)?,
                        Err(Asn1Error::Truncated) => return Ok(used),
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
                    self.0 = State::Within { missing, pieces };
                }
            }
        }
    }
}

/// The lengths around the content: how the message ends.
#[derive(Default)]
pub(super) struct Frame {
    /// Bytes that the outermost length announces in all, `None` if it is indefinite.
    pub(super) expected: Option<u64>,
    /// Markers that close the message's own levels.
    pub(super) outer_ends: usize,
    /// Markers that close the levels around the content alone.
    pub(super) inner_ends: usize,
}

impl Frame {
    /// What stands behind the content without the markers, `received` bytes having come in all.
    pub(super) fn tail<'a>(&self, behind: &'a [u8], received: u64) -> Result<&'a [u8], Asn1Error> {
        if self.expected.is_some_and(|expected| expected > received) {
            return Err(Asn1Error::Truncated);
        }
        if self.expected.is_some_and(|expected| expected < received) {
            return Err(Asn1Error::TrailingData);
        }
        let (inner, rest) = behind.split_at_checked(2 * self.inner_ends).ok_or(Asn1Error::Truncated)?;
        let end = rest.len().checked_sub(2 * self.outer_ends).ok_or(Asn1Error::Truncated)?;
        let (tail, outer) = rest.split_at(end);
        let closed = inner.iter().chain(outer).all(|byte| *byte == 0);
        if closed { Ok(tail) } else { Err(Asn1Error::TrailingData) }
    }
}
