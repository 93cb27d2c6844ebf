//! What the text of one file may be read from, and at what cost: unpacked bytes, fonts and tables are counted, so that a small file cannot keep
//! a reader busy.

use std::collections::HashMap;
use std::rc::Rc;

use hayro_cmap::{CMap, CMapName, load_embedded};

use super::filters::decode;
use crate::open::Opened;
use crate::syntax::{Stream, StreamError};

/// Unpacked bytes per byte of the file, and for any file; content that many pages share is unpacked for each.
const UNPACKED_PER_BYTE: usize = 64;
const UNPACKED: usize = 256 << 20;
/// Fonts read at most, and embedded fonts whose own table is turned round at most.
const FONTS: usize = 4_096;
const FACES: usize = 256;

pub(super) struct Source<'a> {
    pub file: &'a Opened,
    unpacked: usize,
    fonts: usize,
    faces: usize,
    /// The predefined tables that were needed, each read once.
    tables: HashMap<Vec<u8>, Option<Rc<CMap>>>,
}

impl<'a> Source<'a> {
    pub fn new(file: &'a Opened) -> Self {
        let unpacked = file.bytes().len().saturating_mul(UNPACKED_PER_BYTE).saturating_add(UNPACKED);
        Source { file, unpacked, fonts: FONTS, faces: FACES, tables: HashMap::new() }
    }

    /// The decoded bytes of a stream.
    pub fn decode(&mut self, stream: &Stream) -> Result<Vec<u8>, StreamError> {
        let data = decode(self.file, stream)?;
        self.unpacked = self.unpacked.checked_sub(data.len()).ok_or(StreamError::TooLarge)?;
        Ok(data)
    }

    /// A CMap that is written in the file.
    pub fn written_table(&mut self, stream: &Stream) -> Option<Rc<CMap>> {
        let data = self.decode(stream).ok()?;
        CMap::parse(&data, load_embedded).map(Rc::new)
    }

    /// A predefined CMap (ISO 32000-1, 9.7.5.2).
    pub fn predefined_table(&mut self, name: CMapName<'_>) -> Option<Rc<CMap>> {
        let key = name.to_bytes().to_vec();
        let read = || {
            let table = match name {
                CMapName::IdentityH => CMap::identity_h(),
                CMapName::IdentityV => CMap::identity_v(),
                other => CMap::parse(load_embedded(other)?, load_embedded)?,
            };
            Some(Rc::new(table))
        };
        self.tables.entry(key).or_insert_with(read).clone()
    }

    /// Whether one more font may be read.
    pub fn take_font(&mut self) -> Option<()> {
        self.fonts = self.fonts.checked_sub(1)?;
        Some(())
    }

    /// Whether one more embedded font may be looked into.
    pub fn take_face(&mut self) -> Option<()> {
        self.faces = self.faces.checked_sub(1)?;
        Some(())
    }
}
