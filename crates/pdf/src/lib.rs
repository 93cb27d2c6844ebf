//! Reading, incrementally signing and verifying PDF files.
//!
//! A file is opened once ([`Opened`]) and read lazily: only what is asked for is parsed, and nothing is repaired. Every change is an incremental
//! update that leaves the existing bytes alone.
//!
//! The way of a contract through this crate:
//! 1. [`prepare_form`] once, when the text is frozen: the form and one page button per page and party;
//! 2. per signing step [`Opened::prepare`] → [`Prepared::byte_range_digest`] → signature from wherever the key is → [`Prepared::embed`];
//! 3. [`add_dss`] and a document timestamp, again through [`Opened::prepare`], for the platform's long-term signature.
//!
//! Why signatures look the way they do is told in `docs/adr/0002`.

mod appearance;
mod capacity;
mod choice;
mod dss;
mod fields;
mod form;
pub mod gate;
mod geometry;
mod open;
mod pages;
mod permission;
mod prepared;
mod seam;
mod sign;
pub mod syntax;
pub mod text;
pub mod verify;
mod write;

pub use appearance::Mark;
pub use capacity::{cms_capacity, timestamp_capacity};
pub use choice::{ChoiceError, PageChoice};
pub use dss::{Dss, add_dss};
pub use fields::{FieldError, SignatureField, SignatureValue, Widget};
pub use form::{MAX_PARTIES, PartyKey, PrepareError, prepare_form};
pub use geometry::{
    Clip, Matrix, POINTS_PER_MM, PdfRect, mm_to_points, place_upright, points_to_mm, seen_place_mm, seen_size_mm,
    upright_matrix,
};
pub use open::{OpenError, Opened, ReadError};
pub use pages::{Page, PageError};
pub use prepared::{EmbedError, Prepared, ResumeError, Signed};
pub use seam::{MAX_PAGES_PER_IMPRESSION, SeamEdge, SeamError, SeamSlice, seam_slices, seam_slices_at};
pub use sign::{PageMarks, SignError, SignatureKind, SignatureRequest};
pub use verify::{Report, Unreadable, Verdict, VerifyOptions, verify};
pub use write::WriteError;
