//! Identifiers that others assign: credit codes, telephone numbers, resident numbers, digests.
//!
//! They are parsed, not validated: a value of such a type has passed every check of its standard. What identifies a
//! natural person prints as `***` and has no serde form, so that it cannot slip into a log or an answer by accident.

mod digest;
mod phone;
mod resident;
mod uscc;

pub use digest::{DigestError, Sm3Digest};
pub use phone::{PhoneError, PhoneNumber};
pub use resident::{ResidentId, ResidentIdError};
pub use uscc::{UnifiedSocialCreditCode, UsccError};
