//! Signing: where seals and signatures go on the pages, what a signer is shown, and how his intent is proved.
//!
//! * [`placement`]: placements as data, the rules they keep, and suggestions from the places the text leaves for them.
//! * [`summary`]: what the signer saw, in one canonical form with a digest, so that what was seen is what is signed.
//! * [`intent`]: the state of one intent from its issue to its single use. [`batch`]: several contracts signed together.

mod seal_type;

pub mod batch;
pub mod intent;
pub mod placement;
pub mod summary;

pub use batch::{Batch, MOST_IN_BATCH};
pub use intent::{Intent, IntentRefusal, IntentState};
pub use placement::{
    Anchor, AnchorKind, PageSize, Placed, Placement, PlacementFault, PlacementKind, PlacementWarning, UsableSeal,
};
pub use seal_type::SealType;
pub use summary::{Summary, SummaryParty, SummaryPlacement};
