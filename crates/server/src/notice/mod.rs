//! The public notice of a contract (合同公告, 实施条例 art. 50): given to the medium that finance designates, and mirrored here for everybody
//! at `/api/v1/notices` (S0-034, S4-003).
//!
//! What is published, and when it is due, is decided by [`yinxin_domain::notice`] and [`yinxin_domain::contract`]. The content is put
//! together once and kept before the medium gets it, so that every try hands in the same notice under the same key; it is public here only
//! from the moment the medium has given its receipt.

pub mod errors;
pub mod http;
pub mod jobs;
pub mod store;
pub mod use_cases;

pub use errors::NoticeError;
