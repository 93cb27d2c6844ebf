//! Awards: pushed by machine clients, corrected or cancelled until a contract is begun from them, read by their parties.
//!
//! What an award must be is decided by [`yinxin_domain::award`]; here it is received, kept and handed to the contract
//! feature, which begins ([`store::begin_drafting`]) and ends ([`store::release`]) its hold on it inside its own commits.

pub mod errors;
pub mod http;
pub mod store;
pub mod use_cases;
