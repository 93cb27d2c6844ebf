//! How large a document may be.
//!
//! The layout is fixed and has no loops that data could make endless, so the size of the data bounds the time and memory of a call:
//! at these limits a call takes seconds, not minutes. What is larger is refused before any work is done.

/// All texts together, in characters.
pub const TEXT_CHARACTERS: usize = 400_000;
/// The title, in characters.
pub const TITLE_CHARACTERS: usize = 60;
/// The contract's number, in characters.
pub const NUMBER_CHARACTERS: usize = 60;
/// The title and the number stand on one page with other things and in the running head: the lines of each, estimated from its length.
pub const TITLE_LINES: usize = 5;
/// The heading of an article, an appendix or a signature block, in characters.
pub const HEADING_CHARACTERS: usize = 120;
/// Rows of the cover.
pub const COVER_ROWS: usize = 10;
/// The cover is one page: the lines of its rows, estimated from their lengths.
pub const COVER_LINES: usize = 14;
/// Rows of all tables together.
pub const TABLE_ROWS: usize = 5_000;
/// Columns of one table.
pub const TABLE_COLUMNS: usize = 12;
/// The heading of a table's column, in characters: heads are repeated and never split over pages.
pub const COLUMN_HEADING_CHARACTERS: usize = 40;
/// Articles, clauses, paragraphs and appendices together.
pub const PARTS: usize = 5_000;
/// Levels under the root of a price table.
pub const PRICE_DEPTH: u8 = 8;
/// Parties that sign.
pub const PARTIES: usize = 16;
/// A signature block never splits over pages: its lines, estimated from its rows and their lengths.
pub const SIGNATURE_BLOCK_LINES: usize = 26;
/// The key of a party, in characters.
pub const PARTY_KEY_CHARACTERS: usize = 16;
