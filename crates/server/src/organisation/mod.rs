//! Organisations and their members.
pub mod http;
pub mod store;
pub mod use_cases;
