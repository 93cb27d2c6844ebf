//! Drawing seals and writing, reading and verifying electronic-seal structures (GB/T 38540, GM/T 0031).
//!
//! Two kinds of knowledge live here. [`draw`] is the seal maker's: what a round company seal, a square name seal and a date seal
//! look like, from one vector source that becomes a PDF form, a PNG and an SVG. [`ses`] is the standards' part: the signed structures that bind such a picture
//! to a certificate, and a document to such a seal.

pub mod draw;
pub mod photo;
pub mod ses;

/// The content of a PDF form XObject that draws a seal without fonts, images or other resources.
///
/// Whoever embeds it writes `/BBox [0 0 width_pt height_pt]` and puts ink and blending (94 %, multiply) around it.
#[derive(Debug, Clone, PartialEq)]
pub struct PdfForm {
    /// Width in points (1/72 inch).
    pub width_pt: f64,
    /// Height in points (1/72 inch).
    pub height_pt: f64,
    /// PDF operators `q cm rg m l c h f Q` only, not compressed.
    pub content: Vec<u8>,
}
