//! Filing (备案): a concluded contract is pushed to the supervising system, whose answer decides (S0-034, S0-035, S1-013, S1-016, S1-041).
//!
//! What is pushed, and what an answer means, is decided by [`yinxin_domain::filing`] and [`yinxin_domain::contract`]. Here it is carried out
//! and kept: one row per submission, under whose id it is pushed however often, and one row per answer, whether it came with the push or
//! later to `/api/v1/filings/{id}/answers`. No answer: the job tries again with growing pauses and ends as a dead job that the operator sees
//! and starts anew; an answer promised and not given is asked for again.

pub mod errors;
pub mod http;
pub mod jobs;
pub mod push;
pub mod store;
pub mod use_cases;

pub use errors::FilingError;
