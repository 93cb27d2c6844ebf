//! Writing an incremental update: new and changed objects, a cross-reference of the same form as the last one, and the trailer.
//!
//! Nothing of the existing bytes is touched. Only the appended part is held here.

use std::collections::BTreeMap;

use crate::fields::FieldError;
use crate::open::{Opened, ReadError};
use crate::pages::PageError;
use crate::syntax::{Dictionary, Object, ObjectId, XrefForm, write_dictionary, write_object};

/// Highest object number that may be given out (ISO 32000-1, annex C).
pub(crate) const MAX_OBJECT_NUMBER: u32 = 8_388_607;

/// Why an update cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The file that is to be updated cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its pages cannot be listed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// Its form cannot be read.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// No object number is left.
    #[error("pdf.write.too_many_objects")]
    TooManyObjects,
}

/// One update being written.
pub(crate) struct Revision<'a> {
    base: &'a Opened,
    out: Vec<u8>,
    /// Object number to generation and absolute offset.
    offsets: BTreeMap<u32, (u16, usize)>,
    next_number: u32,
    /// Numbers that are not to be given: something in the file refers to them, and means null.
    referred_to: Vec<u32>,
    file_id: [u8; 16],
}

impl<'a> Revision<'a> {
    /// Begins an update of `base`.
    pub(crate) fn begin(base: &'a Opened, file_id: [u8; 16]) -> Result<Self, WriteError> {
        let mut out = Vec::with_capacity(16 << 10);
        if !matches!(base.bytes().last(), Some(b'\n' | b'\r')) {
            out.push(b'\n');
        }
        let next_number = base.first_free_number();
        let referred_to = crate::dangling::referred_to(base, next_number)?;
        Ok(Revision { base, out, offsets: BTreeMap::new(), next_number, referred_to, file_id })
    }

    pub(crate) fn base(&self) -> &'a Opened {
        self.base
    }

    /// Whether no object was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// A number for an object that is written later in this update.
    pub(crate) fn reserve(&mut self) -> Result<ObjectId, WriteError> {
        self.pass_over_referred_to();
        if self.next_number > MAX_OBJECT_NUMBER {
            return Err(WriteError::TooManyObjects);
        }
        let id = ObjectId { number: self.next_number, generation: 0 };
        self.next_number += 1;
        Ok(id)
    }

    fn pass_over_referred_to(&mut self) {
        while self.referred_to.binary_search(&self.next_number).is_ok() {
            self.next_number += 1;
        }
    }

    fn absolute(&self) -> usize {
        self.base.bytes().len() + self.out.len()
    }

    /// Begins an object and returns the buffer for its body, which the caller must end with [`Revision::end`].
    pub(crate) fn start(&mut self, id: ObjectId) -> &mut Vec<u8> {
        self.offsets.insert(id.number, (id.generation, self.absolute()));
        self.out.extend_from_slice(format!("{id} obj\n").as_bytes());
        &mut self.out
    }

    /// Ends the object begun last.
    pub(crate) fn end(&mut self) {
        self.out.extend_from_slice(b"\nendobj\n");
    }

    /// Writes a new object.
    pub(crate) fn add(&mut self, object: &Object) -> Result<ObjectId, WriteError> {
        let id = self.reserve()?;
        self.update(id, object);
        Ok(id)
    }

    /// Writes an object in place of what `id` was.
    pub(crate) fn update(&mut self, id: ObjectId, object: &Object) {
        write_object(self.start(id), object);
        self.end();
    }

    /// Writes a new stream; /Length is set here, `data` is stored as it is.
    pub(crate) fn add_stream(&mut self, dictionary: Dictionary, data: &[u8]) -> Result<ObjectId, WriteError> {
        let id = self.reserve()?;
        self.write_stream(id, dictionary, data);
        Ok(id)
    }

    fn write_stream(&mut self, id: ObjectId, dictionary: Dictionary, data: &[u8]) {
        let dictionary = dictionary.with("Length", Object::Integer(data.len() as i64));
        let out = self.start(id);
        write_dictionary(out, &dictionary);
        out.extend_from_slice(b"\nstream\n");
        out.extend_from_slice(data);
        out.extend_from_slice(b"\nendstream");
        self.end();
    }

    /// Bytes written so far; offsets into it are offsets into what [`Revision::finish`] returns.
    pub(crate) fn written(&self) -> usize {
        self.out.len()
    }

    /// Closes the update and returns the bytes to append.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        let newest = self.base.newest();
        let previous = newest.offset as i64;
        let mut trailer = Dictionary::new();
        let old = &newest.trailer;
        for key in ["Root", "Info"] {
            if let Some(value) = old.get(key) {
                trailer.set(key, value.clone());
            }
        }
        let new_half = Object::String(self.file_id.to_vec());
        let first_half = match old.get("ID").and_then(Object::as_array) {
            Some([first @ Object::String(_), _]) => first.clone(),
            _ => new_half.clone(),
        };
        trailer.set("ID", Object::Array(vec![first_half, new_half]));
        trailer.set("Prev", Object::Integer(previous));
        let at = self.absolute();
        match newest.form {
            XrefForm::Table => self.write_table(trailer),
            XrefForm::Stream(_) => self.write_xref_stream(trailer),
        }
        self.out.extend_from_slice(format!("startxref\n{at}\n%%EOF\n").as_bytes());
        self.out
    }

    /// Runs of consecutive object numbers: first number and length.
    fn runs(&self) -> Vec<(u32, usize)> {
        let mut runs: Vec<(u32, usize)> = Vec::new();
        for number in self.offsets.keys() {
            match runs.last_mut() {
                Some((first, count)) if u64::from(*first) + *count as u64 == u64::from(*number) => *count += 1,
                _ => runs.push((*number, 1)),
            }
        }
        runs
    }

    fn write_table(&mut self, mut trailer: Dictionary) {
        trailer.set("Size", Object::Integer(i64::from(self.next_number)));
        let mut out = b"xref\n".to_vec();
        let mut entries = self.offsets.values();
        for (first, count) in self.runs() {
            out.extend_from_slice(format!("{first} {count}\n").as_bytes());
            for (generation, offset) in entries.by_ref().take(count) {
                out.extend_from_slice(format!("{offset:010} {generation:05} n \n").as_bytes());
            }
        }
        out.extend_from_slice(b"trailer\n");
        write_dictionary(&mut out, &trailer);
        out.push(b'\n');
        self.out.extend_from_slice(&out);
    }

    fn write_xref_stream(&mut self, trailer: Dictionary) {
        // The stream is itself an object of this update and names itself.
        self.pass_over_referred_to();
        let id = ObjectId { number: self.next_number, generation: 0 };
        self.next_number += 1;
        let at = self.absolute();
        self.offsets.insert(id.number, (0, at));
        let index = self
            .runs()
            .into_iter()
            .flat_map(|(first, count)| [Object::Integer(i64::from(first)), Object::Integer(count as i64)]);
        let offset_width = if at >> 32 == 0 { 4 } else { 8 };
        let widths = [1, offset_width as i64, 2].map(Object::Integer);
        let mut dictionary = Dictionary::new()
            .with("Type", Object::name("XRef"))
            .with("Size", Object::Integer(i64::from(self.next_number)))
            .with("W", Object::Array(widths.to_vec()))
            .with("Index", Object::Array(index.collect()));
        for (name, value) in trailer.iter() {
            dictionary.set(&name.to_string(), value.clone());
        }
        let mut data = Vec::with_capacity(self.offsets.len() * (3 + offset_width));
        for (generation, offset) in self.offsets.values() {
            data.push(1);
            data.extend_from_slice(&(*offset as u64).to_be_bytes()[8 - offset_width..]);
            data.extend_from_slice(&generation.to_be_bytes());
        }
        self.write_stream(id, dictionary, &data);
    }
}
