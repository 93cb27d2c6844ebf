//! Verifying files for anybody, without an account: nothing is stored, and nothing about the file is logged.

pub mod http;
mod parties;
mod pictures;
mod use_cases;

pub(crate) use use_cases::Verified;
