//! Signing: from where a seal is to stand to a revision that bears it, and from there into the contract.
//!
//! ```text
//! desk → intent (placements frozen, summary shown, code sent) → password → completion → (again, or discard) → submission
//! ```
//! * [`engine`]: one signature on one document, checked; no world. [`platform`]: the platform's own, after conclusion.
//! * [`use_cases`]: the ceremony's acts, one file each; [`store`]: SQL; [`jobs`]: the platform's signature, and the end of time.
//!
//! Three promises: what the signer was shown is what is signed (the intent is bound to the digest of the summary); a signature is verified
//! before anything names it; whatever fails leaves the contract as it was.

pub mod engine;
pub mod errors;
pub mod http;
pub mod jobs;
pub mod platform;
pub mod store;
pub mod use_cases;
