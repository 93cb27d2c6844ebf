//! Contract text and data to PDF/A-2b.
//!
//! A [`ContractDocument`] is data: texts in the order in which they are printed, amounts already formatted. [`render`] sets it with one
//! fixed layout (`contract.typ`, A4) and the bundled fonts, and returns the file together with the places where the parties' seals,
//! signatures and dates belong.
//!
//! Three things hold for every document:
//! - **Values are never markup.** The layout reads them as JSON; nothing is put together as source or evaluated, and the typesetter
//!   sees no file, package, clock or network.
//! - **Nothing is lost silently.** Characters without a glyph are refused by name before anything is set, and lines without a place to
//!   break are broken anyway, so that no text runs off its cell or page.
//! - **The same document gives the same bytes.**
//!
//! ```
//! use yinxin_typeset::{Article, Clause, ContractDocument, SignatureBlock, render};
//!
//! # fn main() -> Result<(), yinxin_typeset::TypesetError> {
//! let document = ContractDocument {
//!     title: "政府采购货物买卖合同".into(),
//!     articles: vec![Article { heading: "合同标的".into(), clauses: vec![Clause::Text("甲方向乙方购买*货物*。".into())] }],
//!     signature_blocks: vec![SignatureBlock { party_key: "A".into(), heading: "甲方".into(), ..SignatureBlock::default() }],
//!     ..ContractDocument::default()
//! };
//! let rendered = render(&document, 1_742_256_000_000_000)?;
//! assert!(rendered.pdf.starts_with(b"%PDF-1.7"));
//! assert_eq!(rendered.anchors[0].party_key, "A");
//! # Ok(())
//! # }
//! ```

mod check;
mod document;
mod error;
pub mod limits;
mod model;
mod render;
mod text;
mod world;

pub use document::{
    Align, Anchor, AnchorKind, Appendix, Article, Clause, ContractDocument, CoverRow, PriceLine, PriceTable, Rendered,
    SignatureBlock, Table, TableColumn,
};
pub use error::TypesetError;
pub use render::render;
