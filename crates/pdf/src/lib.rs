//! Reading, incrementally signing and verifying PDF files.
//!
//! A file is opened once ([`Opened`]) and read lazily: only what is asked for is parsed, and nothing is repaired. Every change is an incremental
//! update that leaves the existing bytes alone. There is no clock, no randomness and no key in here: time, the random half of the file's id and
//! the signature itself are handed in. Why signatures look the way they do is told in `docs/adr/0002`.
//!
//! # From an uploaded file to a verified contract
//!
//! **The gate.** What is this file, and what may be done with it? A damaged file is written anew only while it bears no signature.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/example.rs"));
//! use std::sync::Arc;
//! use yinxin_pdf::gate::{self, Act};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut bytes: Arc<[u8]> = Arc::from(example_file());
//! let found = gate::inspect(Arc::clone(&bytes));
//! assert_eq!(found.pages.len(), 2);
//! if found.damage.is_some() && found.may(Act::Repair).is_ok() {
//!     bytes = gate::repair(&bytes)?.bytes.into();
//! }
//! if let Err(obstacle) = gate::inspect(Arc::clone(&bytes)).may(Act::PrepareForm) {
//!     return Err(obstacle.en().into());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! **Freezing and placing.** When the text is final, [`prepare_form`] adds one empty button per page and party; later steps draw in them, which
//! other validators count as form filling. Places are millimetres from the top left corner of the page as seen, or words that stand there.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/example.rs"));
//! # use std::sync::Arc;
//! use yinxin_pdf::text::Anchor;
//! use yinxin_pdf::{Mark, Opened, PartyKey, place_upright, prepare_form, seam_slices};
//! # use yinxin_seal::PdfForm;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let buyer = PartyKey::new("A").ok_or("a key of letters and digits")?;
//! let uploaded = Opened::open(Arc::from(example_file()))?;
//! let file = Opened::open(Arc::from(prepare_form(&uploaded, std::slice::from_ref(&buyer), [1; 16])?))?;
//!
//! let pages = file.pages()?;
//! let by_millimetres = place_upright(&pages[0], 120.0, 200.0, 42.0, 42.0);
//! let hit = &file.find_keyword("Buyer (seal)", None)?[0];
//! let by_words = hit.place(&pages[hit.page], Anchor::After, 2.0, 0.0, 42.0, 42.0);
//! assert_eq!(hit.page, 1);
//! # assert!(pages[0].crop_box.contains(by_millimetres) && pages[1].crop_box.contains(by_words));
//!
//! // The seal's drawing comes from `yinxin_seal`; here it is a square. The seam seal has a slice of it on each page.
//! let drawing = PdfForm { width_pt: 119.0, height_pt: 119.0, content: b"0 0 119 119 re f".to_vec() };
//! let slices = seam_slices(pages, drawing.width_pt, drawing.height_pt, 100.0)?;
//! let marks: Vec<Mark<'_>> = slices
//!     .iter()
//!     .map(|slice| Mark { page: slice.page, rect: slice.rect, form: &drawing, clip: Some(slice.clip) })
//!     .collect();
//! assert_eq!(marks.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! **Signing.** `Opened → Prepared → Signed`: preparing writes the whole revision but for the signature and needs no key. A [`Prepared`] can be
//! stored and resumed days later in another process; the signature over its digest comes from wherever the key is.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/example.rs"));
//! # use std::sync::Arc;
//! use yinxin_pdf::{Dss, Opened, Prepared, SignatureKind, SignatureRequest};
//! use yinxin_pki::digest::DigestAlgorithm;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let sign_elsewhere = |_digest: &[u8]| vec![0x30, 0x00];
//! let file = Opened::open(Arc::from(example_file()))?;
//! let nothing = Dss::default();
//! let prepared = file.prepare(&SignatureRequest {
//!     field_name: "buyer-1",
//!     kind: SignatureKind::Sm2Cms,
//!     signer_name: "示例人员",
//!     reason: "签订合同",
//!     location: None,
//!     signed_at_micros: 1_795_305_600_000_000,
//!     widget: None,
//!     page_marks: None,
//!     dss: &nothing,
//!     contents_capacity: 8192, // see `cms_capacity` and `timestamp_capacity`
//!     file_id: [2; 16],
//! })?;
//! let stored = prepared.to_bytes();
//!
//! let resumed = Prepared::from_bytes(file.shared_bytes(), &stored)?;
//! let digest = resumed.byte_range_digest(DigestAlgorithm::Sm3);
//! let signed = resumed.embed(&sign_elsewhere(digest.as_bytes()))?;
//! assert!(signed.length() > file.bytes().len());
//! # Ok(())
//! # }
//! ```
//!
//! Evidence goes in with the signature (`dss`) or afterwards with [`add_dss`]; a document timestamp is a signature of its own kind. Before it
//! expires, newer evidence and a further timestamp keep the file valid (see `renew_before` in [`Report`]).
//!
//! **Verifying.** Every signature, seal, timestamp and chain, and what each later revision changed; roots come from the caller only.
//!
//! ```
//! # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/example.rs"));
//! # use std::sync::Arc;
//! use yinxin_pdf::{Verdict, VerifyOptions, verify};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let options = VerifyOptions { roots: vec![], at_micros: 1_795_305_600_000_000, limits: Default::default() };
//! let report = verify(Arc::from(example_file()), &options)?;
//! assert_eq!(report.verdict, Verdict::Invalid); // it bears no signature
//! println!("{}", report.summary.zh);
//! # Ok(())
//! # }
//! ```

mod appearance;
mod capacity;
mod choice;
mod dangling;
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
