//! The acts of the ceremony, one file each.
//!
//! * [`desk`]: what a signer sees before he confirms. [`keyword`]: where words stand. [`confirm`]: placements frozen, summary bound, code sent.
//! * [`release`]: a certificate's password. [`complete`]: the signatures themselves. [`batch`]: several contracts by one password and code.
//! * [`send`]: discard what is unsent, or submit it. [`archive`]: the platform's signature after conclusion.
//! * [`signatures`]: what was signed, for the track.

pub mod archive;
pub mod batch;
mod case;
pub mod complete;
pub mod confirm;
pub mod desk;
pub mod keyword;
pub mod release;
pub mod send;
pub mod signatures;

pub use super::store::newest_documents;
