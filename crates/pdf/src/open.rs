//! Opening a file and looking up its objects, one at a time and only when asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use yinxin_pki::digest::{Digest, DigestAlgorithm};
use yinxin_pki::hashed::Hashed;

use crate::pages::{Page, PageError};
use crate::syntax::{
    Dictionary, Object, ObjectId, Parser, Stream, StreamError, SyntaxError, SyntaxFault, ValueSpan, XrefEntry,
    XrefError, XrefForm, XrefSection, decode_stream, find_startxref, read_sections,
};

/// Bytes of object streams kept decoded at the same time.
const CACHED_BYTES: usize = 64 << 20;
/// Bytes that may be parsed or unpacked to look at a file and at its earlier revisions: some seconds. Sound files of the largest size that is
/// taken need a tenth; one that needs more refers to the same again and again.
pub(crate) const MOST_WORK: u64 = 512 << 20;
/// What looking up one object costs beside its bytes.
const LOOKING_UP: usize = 200;

/// Why a file is refused at the door. Such a file may be made acceptable by rewriting it, but only while it bears no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// `%PDF-` is not at byte 0: offsets would mean different things to different readers.
    #[error("pdf.open.no_header: the file must begin with %PDF-")]
    NoHeader,
    /// The cross-reference is missing or malformed.
    #[error("pdf.open.bad_xref: {0}")]
    BadXref(#[from] XrefError),
    /// The file is encrypted, be it with an empty password.
    #[error("pdf.open.encrypted: remove the protection before uploading")]
    Encrypted,
    /// The trailer has no usable /Root or /Size.
    #[error("pdf.open.bad_trailer")]
    BadTrailer,
    /// The document catalogue cannot be read.
    #[error("pdf.open.bad_catalog: {0}")]
    BadCatalog(ReadError),
}

/// Why an object of an opened file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The object is malformed.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// Its stream cannot be decoded.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The object has another type than its place demands.
    #[error("pdf.read.wrong_type: object {0}")]
    WrongType(ObjectId),
    /// An object stream is malformed, or holds another object than the cross-reference says.
    #[error("pdf.read.bad_object_stream: {0}")]
    BadObjectStream(u32),
    /// References lead in a circle, or deeper than any sound file.
    #[error("pdf.read.loop: object {0}")]
    Loop(ObjectId),
    /// To look at the file takes more than is done for any.
    #[error("pdf.read.too_much_work: the file is too intricate")]
    TooMuchWork,
}

/// An opened file: its cross-reference is read, nothing else.
///
/// The bytes are shared, never copied. It is immutable: signing yields the bytes to be appended.
#[derive(Debug)]
pub struct Opened {
    bytes: Arc<[u8]>,
    length: usize,
    /// Those of the whole file, newest first, shared by its earlier revisions.
    sections: Arc<Vec<XrefSection>>,
    /// The newest of them that belongs to this revision.
    newest: usize,
    object_streams: Mutex<ObjectStreams>,
    work: Arc<Work>,
    pages: OnceLock<Vec<Page>>,
    /// The SM3 of the bytes, if whoever opened the file had computed it.
    hashed: Option<Hashed>,
}

/// What was done to look at a file, all its revisions together, in bytes parsed and unpacked.
#[derive(Debug)]
struct Work {
    done: AtomicU64,
    most: u64,
}

/// Object streams that are kept decoded.
#[derive(Debug, Default)]
struct ObjectStreams {
    by_number: HashMap<u32, Arc<ObjectStream>>,
    bytes: usize,
}

#[derive(Debug)]
pub(crate) struct ObjectStream {
    pub(crate) data: Vec<u8>,
    /// Object number and offset in `data`, in stream order.
    index: Vec<(u32, usize)>,
}

impl Opened {
    /// Opens a whole file.
    ///
    /// # Errors
    /// See [`OpenError`]; the file is refused, never repaired.
    pub fn open(bytes: Arc<[u8]>) -> Result<Self, OpenError> {
        Self::open_within(bytes, MOST_WORK)
    }

    /// Opens a whole file, for which at most so many bytes are parsed and unpacked.
    pub(crate) fn open_within(bytes: Arc<[u8]>, most: u64) -> Result<Self, OpenError> {
        let length = bytes.len();
        Self::open_prefix(bytes, length, Arc::new(Work { done: AtomicU64::new(0), most }), None)
    }

    /// Opens a whole file whose SM3 is known, so that it is not computed again to sign it or to check what was signed.
    ///
    /// # Errors
    /// As [`Opened::open`].
    pub fn open_hashed(hashed: Hashed) -> Result<Self, OpenError> {
        let opened = Self::open(Arc::clone(hashed.bytes()))?;
        Ok(Self { hashed: Some(hashed), ..opened })
    }

    pub(crate) fn known_hash(&self) -> Option<Hashed> {
        self.hashed.clone()
    }

    /// The file with its SM3, computed if it was not known.
    pub fn hashed(&self) -> Hashed {
        self.hashed.clone().unwrap_or_else(|| Hashed::new(self.shared_bytes()))
    }

    /// The digest of all bytes but those of `gap`, the place of a signature; `None` if it is no range of them.
    pub fn digest_around(&self, algorithm: DigestAlgorithm, gap: Range<usize>) -> Option<Digest> {
        if let (Some(hashed), DigestAlgorithm::Sm3) = (&self.hashed, algorithm) {
            return hashed.digest_around(gap);
        }
        let parts = [self.bytes().get(..gap.start)?, self.bytes().get(gap.end..)?];
        (gap.start <= gap.end).then(|| algorithm.digest_parts(&parts))
    }

    /// The same file as it was when it was `length` bytes long, sharing the bytes: an earlier revision.
    ///
    /// # Errors
    /// See [`OpenError`], for instance when no revision ends there.
    pub fn at_length(&self, length: usize) -> Result<Self, OpenError> {
        let (bytes, work) = (Arc::clone(&self.bytes), Arc::clone(&self.work));
        Self::open_prefix(bytes, length.min(self.length), work, Some(&self.sections))
    }

    fn open_prefix(
        bytes: Arc<[u8]>,
        length: usize,
        work: Arc<Work>,
        known: Option<&Arc<Vec<XrefSection>>>,
    ) -> Result<Self, OpenError> {
        let file = bytes.get(..length).unwrap_or_default();
        if !file.starts_with(b"%PDF-") {
            return Err(OpenError::NoHeader);
        }
        let start = find_startxref(file)?;
        // The sections of an earlier revision are those of the later one from some point on; they are not read twice.
        let shared = known.and_then(|known| {
            let newest = known.iter().position(|section| section.offset == start)?;
            let inside = |section: &XrefSection| section.end <= length && section.hybrid.is_none();
            known[newest..].iter().all(inside).then(|| (Arc::clone(known), newest))
        });
        let (sections, newest) = match shared {
            Some(shared) => shared,
            None => (Arc::new(read_sections(file, start)?), 0),
        };
        if sections[newest..].iter().any(|section| section.trailer.contains("Encrypt")) {
            return Err(OpenError::Encrypted);
        }
        let opened = Opened {
            length,
            sections,
            newest,
            object_streams: Mutex::default(),
            work,
            pages: OnceLock::new(),
            hashed: None,
            bytes: Arc::clone(&bytes),
        };
        let size = opened.trailer().get("Size").and_then(Object::as_integer);
        if size.is_none_or(|size| size < 1) || opened.trailer().get("Root").and_then(Object::as_reference).is_none() {
            return Err(OpenError::BadTrailer);
        }
        opened.catalog().map_err(OpenError::BadCatalog)?;
        Ok(opened)
    }

    /// All bytes of the file (of the revision, after [`Opened::at_length`]).
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The shared buffer if this is the whole of it, else a copy of the revision.
    pub fn shared_bytes(&self) -> Arc<[u8]> {
        if self.length == self.bytes.len() { Arc::clone(&self.bytes) } else { Arc::from(self.bytes()) }
    }

    /// The cross-reference sections, newest first.
    pub fn sections(&self) -> &[XrefSection] {
        &self.sections[self.newest..]
    }

    /// The newest section; there always is one.
    pub(crate) fn newest(&self) -> &XrefSection {
        // `read_sections` reads at least the section that startxref names, or fails; a shared list is entered at one of its own.
        &self.sections[self.newest]
    }

    /// The newest trailer dictionary.
    pub fn trailer(&self) -> &Dictionary {
        &self.newest().trailer
    }

    /// Where the update that `section` closes ends in the file: just after its `%%EOF` and line end. `None` if it has no such end mark.
    pub fn end_of_update(&self, section: &XrefSection) -> Option<usize> {
        crate::syntax::end_of_update(self.bytes(), section)
    }

    /// The id of the document catalogue.
    pub fn catalog_id(&self) -> ObjectId {
        let root = self.trailer().get("Root").and_then(Object::as_reference);
        // Checked when opening.
        root.unwrap_or(ObjectId { number: 0, generation: 0 })
    }

    /// The document catalogue.
    ///
    /// # Errors
    /// [`ReadError`] if it is no dictionary.
    pub fn catalog(&self) -> Result<Dictionary, ReadError> {
        let id = self.catalog_id();
        match self.object(id)? {
            Object::Dictionary(catalog) => Ok(catalog),
            _ => Err(ReadError::WrongType(id)),
        }
    }

    /// What the newest section that knows object `number` says of it.
    pub fn entry(&self, number: u32) -> Option<XrefEntry> {
        self.sections().iter().find_map(|section| section.entry(number))
    }

    /// Reads an indirect object; a missing or freed one is [`Object::Null`] (ISO 32000-1, 7.3.10).
    ///
    /// # Errors
    /// [`ReadError`] if its place holds something else.
    pub fn object(&self, id: ObjectId) -> Result<Object, ReadError> {
        self.object_with_spans(id).map(|(object, _)| object)
    }

    /// Reads an indirect object, and where in the file the values of its outermost dictionary stand.
    ///
    /// The spans are empty for an object inside an object stream.
    ///
    /// # Errors
    /// As [`Opened::object`].
    pub fn object_with_spans(&self, id: ObjectId) -> Result<(Object, Vec<ValueSpan>), ReadError> {
        match self.entry(id.number) {
            None | Some(XrefEntry::Free) => Ok((Object::Null, Vec::new())),
            Some(XrefEntry::InUse { generation, .. }) if generation != id.generation => Ok((Object::Null, Vec::new())),
            Some(XrefEntry::InUse { offset, .. }) => self.object_at(id, offset),
            Some(XrefEntry::Compressed { stream, index }) if id.generation == 0 => {
                Ok((self.compressed_object(id.number, stream, index)?, Vec::new()))
            }
            Some(XrefEntry::Compressed { .. }) => Ok((Object::Null, Vec::new())),
        }
    }

    /// Reads an indirect object, and how many bytes had to be parsed or unpacked for it.
    pub(crate) fn object_and_cost(&self, id: ObjectId) -> Result<(Object, usize), ReadError> {
        match self.entry(id.number) {
            Some(XrefEntry::InUse { offset, generation }) if generation == id.generation => {
                let mut parser = Parser::new(self.bytes(), offset);
                if parser.object_head()? != id {
                    return Err(SyntaxError { offset, fault: SyntaxFault::WrongObject }.into());
                }
                let (object, _) = parser.object_body(&mut |dictionary| self.stream_length(dictionary))?;
                let skipped = match &object {
                    Object::Stream(stream) => stream.data.len(),
                    _ => 0,
                };
                Ok((object, (parser.offset() - offset).saturating_sub(skipped)))
            }
            Some(XrefEntry::Compressed { stream, index }) => {
                let cache = self.object_streams.lock().unwrap_or_else(PoisonError::into_inner);
                let unpacked = cache.by_number.contains_key(&stream);
                drop(cache);
                let container = self.object_stream(stream)?;
                let object = self.compressed_object(id.number, stream, index)?;
                let at = container.index.get(index as usize).map_or(0, |(_, at)| *at);
                let next = container.index.get(index as usize + 1).map_or(container.data.len(), |(_, next)| *next);
                let length = next.saturating_sub(at);
                Ok((object, if unpacked { length } else { length.saturating_add(container.data.len()) }))
            }
            _ => Ok((Object::Null, 0)),
        }
    }

    fn object_at(&self, id: ObjectId, offset: usize) -> Result<(Object, Vec<ValueSpan>), ReadError> {
        let mut parser = Parser::new(self.bytes(), offset);
        if parser.object_head()? != id {
            return Err(SyntaxError { offset, fault: SyntaxFault::WrongObject }.into());
        }
        let (object, spans) = parser.object_body(&mut |dictionary| self.stream_length(dictionary))?;
        let skipped = match &object {
            Object::Stream(stream) => stream.data.len(),
            _ => 0,
        };
        self.charge((parser.offset() - offset).saturating_sub(skipped))?;
        Ok((object, spans))
    }

    /// Counts what was parsed or unpacked.
    fn charge(&self, bytes: usize) -> Result<(), ReadError> {
        // Each section may have to be asked for each object.
        let cost = LOOKING_UP + 4 * self.sections().len() + bytes;
        self.work.done.fetch_add(cost as u64, Ordering::Relaxed);
        if self.is_exhausted() { Err(ReadError::TooMuchWork) } else { Ok(()) }
    }

    /// Whether so much was done that objects are no longer read: what was found since then may be wrong.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.work.done.load(Ordering::Relaxed) > self.work.most
    }

    /// Lets go of what was kept of objects and pages.
    pub(crate) fn forget(&mut self) {
        self.object_streams = Mutex::default();
        self.pages = OnceLock::new();
    }

    /// /Length, followed through one reference; the referenced integer is read without descending into anything else.
    fn stream_length(&self, dictionary: &Dictionary) -> Option<usize> {
        let length = match dictionary.get("Length")? {
            Object::Integer(length) => *length,
            Object::Reference(id) => match self.entry(id.number)? {
                XrefEntry::InUse { offset, generation } if generation == id.generation => {
                    let mut parser = Parser::new(self.bytes(), offset);
                    parser.object_head().ok().filter(|found| found == id)?;
                    parser.object().ok()?.as_integer()?
                }
                _ => return None,
            },
            _ => return None,
        };
        usize::try_from(length).ok()
    }

    fn compressed_object(&self, number: u32, stream: u32, index: u32) -> Result<Object, ReadError> {
        let bad = || ReadError::BadObjectStream(stream);
        let container = self.object_stream(stream)?;
        let (found, offset) = container.index.get(index as usize).copied().ok_or_else(bad)?;
        if found != number {
            return Err(bad());
        }
        let mut parser = Parser::new(&container.data, offset);
        let object = parser.object()?;
        self.charge(parser.offset() - offset)?;
        Ok(object)
    }

    /// The unpacked object stream of this number.
    pub(crate) fn object_stream(&self, number: u32) -> Result<Arc<ObjectStream>, ReadError> {
        let bad = || ReadError::BadObjectStream(number);
        // A poisoned lock only means that another thread died between two whole entries.
        if let Some(found) = self.object_streams.lock().unwrap_or_else(PoisonError::into_inner).by_number.get(&number) {
            return Ok(Arc::clone(found));
        }
        let Some(XrefEntry::InUse { offset, generation }) = self.entry(number) else { return Err(bad()) };
        let (object, _) = self.object_at(ObjectId { number, generation }, offset)?;
        let Object::Stream(stream) = object else { return Err(bad()) };
        let integer = |key: &str| {
            stream.dictionary.get(key).and_then(Object::as_integer).and_then(|value| usize::try_from(value).ok())
        };
        let (count, first) = integer("N").zip(integer("First")).ok_or_else(bad)?;
        let data = decode_stream(self.bytes(), &stream)?.into_owned();
        self.charge(data.len())?;
        if count > data.len() || first > data.len() {
            return Err(bad());
        }
        let mut header = Parser::new(data.get(..first).unwrap_or_default(), 0);
        let mut index = Vec::with_capacity(count);
        for _ in 0..count {
            header.skip_space();
            let object = header.unsigned().and_then(|value| u32::try_from(value).ok()).ok_or_else(bad)?;
            header.skip_space();
            let at = header.unsigned().and_then(|value| usize::try_from(value).ok()).ok_or_else(bad)?;
            index.push((object, first.checked_add(at).ok_or_else(bad)?));
        }
        let container = Arc::new(ObjectStream { data, index });
        let mut cache = self.object_streams.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.bytes + container.data.len() > CACHED_BYTES {
            *cache = ObjectStreams::default();
        }
        cache.bytes += container.data.len();
        cache.by_number.insert(number, Arc::clone(&container));
        Ok(container)
    }

    /// Follows `object` if it is a reference, through at most a few steps.
    ///
    /// # Errors
    /// [`ReadError`] if what it refers to cannot be read.
    pub fn resolve<'a>(&self, object: &'a Object) -> Result<Cow<'a, Object>, ReadError> {
        let Object::Reference(id) = object else { return Ok(Cow::Borrowed(object)) };
        let mut id = *id;
        for _ in 0..8 {
            match self.object(id)? {
                Object::Reference(next) => id = next,
                found => return Ok(Cow::Owned(found)),
            }
        }
        Err(ReadError::Loop(id))
    }

    /// The value of `key` with references followed; `None` when absent or null.
    ///
    /// # Errors
    /// As [`Opened::resolve`].
    pub fn get(&self, dictionary: &Dictionary, key: &str) -> Result<Option<Object>, ReadError> {
        match dictionary.get(key) {
            None => Ok(None),
            Some(value) => Ok(Some(self.resolve(value)?.into_owned()).filter(|value| *value != Object::Null)),
        }
    }

    /// The decoded bytes of a stream of this file.
    ///
    /// # Errors
    /// [`ReadError`]: other filters than Flate, damaged data, or more than 64 MiB.
    pub fn stream_data(&self, stream: &Stream) -> Result<Cow<'_, [u8]>, ReadError> {
        let data = decode_stream(self.bytes(), stream)?;
        self.charge(data.len())?;
        Ok(data)
    }

    /// The pages in order; read on the first call and kept.
    ///
    /// # Errors
    /// [`PageError`] if the page tree is malformed.
    pub fn pages(&self) -> Result<&[Page], PageError> {
        if let Some(pages) = self.pages.get() {
            return Ok(pages);
        }
        let pages = crate::pages::read_pages(self)?;
        Ok(self.pages.get_or_init(|| pages))
    }

    /// One more than the highest object number that any section mentions: the first that may be given to a new object.
    pub(crate) fn first_free_number(&self) -> u32 {
        let of_section = |section: &XrefSection| {
            let size = section.trailer.get("Size").and_then(Object::as_integer).unwrap_or(0);
            let own = match section.form {
                XrefForm::Stream(id) => id.number,
                XrefForm::Table => 0,
            };
            let last = section.entries.last().map_or(0, |(number, _)| *number).max(own);
            u32::try_from(size).unwrap_or(0).max(last.saturating_add(1))
        };
        self.sections().iter().map(of_section).max().unwrap_or(1)
    }
}
