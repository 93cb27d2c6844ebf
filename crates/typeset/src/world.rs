//! What the typesetter can see: one layout, one file of data, the bundled fonts. No packages, no other file, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// Parsed once for the whole process: fonts, library and layout.
static SHARED: LazyLock<Shared> = LazyLock::new(Shared::new);

struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    layout: Source,
    data: FileId,
}

impl Shared {
    fn new() -> Self {
        let fonts: Vec<Font> =
            yinxin_fonts::faces().iter().filter_map(|face| Font::new(Bytes::new(face.bytes), face.index)).collect();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            layout: Source::new(file_id("/main.typ"), include_str!("contract.typ").to_owned()),
            data: file_id("/data.json"),
        }
    }
}

/// File ids are interned for the life of the process, 2^16 at most: only constant names come here, never one per contract.
fn file_id(name: &'static str) -> FileId {
    #[expect(
        clippy::expect_used,
        reason = "both names are constants without `..` or backslash, and the tests pass them"
    )]
    let path = VirtualPath::new(name).expect("a constant virtual path");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// The world of one document.
pub(crate) struct ContractWorld {
    shared: &'static Shared,
    json: Bytes,
}

impl ContractWorld {
    /// A world whose `/data.json` is `json`.
    pub(crate) fn new(json: Vec<u8>) -> Self {
        Self { shared: &SHARED, json: Bytes::new(json) }
    }
}

impl World for ContractWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.shared.layout.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.shared.layout.id() { Ok(self.shared.layout.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shared.data { Ok(self.json.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.fonts.get(index).cloned()
    }

    /// There is no clock: the same document gives the same file.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
