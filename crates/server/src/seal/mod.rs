//! Seals: made from what was verified about their owner, signed by the seal maker, used by those who may, suspended, cancelled.
//!
//! - [`use_cases`]: make, look at, grant, suspend and cancel; [`usable`](use_cases::usable) for signing.
//! - [`art`]: the structure (GB/T 38540) and the drawing of one seal. The drawing is not stored: the same name gives the same lines.
//!
//! A seal binds the certificate it was made for, byte by byte (GM/T 0031-2014 6.2.2): when that certificate ends or is revoked, the seal
//! can no longer be used and is made anew. Seals made here are for an organisation's own business (rules 4.6).

pub mod art;
pub mod errors;
pub mod http;
mod store;
pub mod use_cases;

pub use art::{Cache, SealArt};
pub use errors::SealError;
