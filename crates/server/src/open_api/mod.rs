//! Machine clients of the open interface.
pub mod http;
pub mod store;
pub mod use_cases;
