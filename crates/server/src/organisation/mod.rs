//! Organisations, their members and roles. The worked example of docs/guides/adding-a-feature.md.
//!
//! An organisation becomes known from an award, unverified ([`use_cases::provision`]); an operator verifies it and names its
//! first administrator; administrators manage members. Whoever acts for an organisation is a living member of it.

pub mod errors;
pub mod http;
pub mod store;
pub mod use_cases;
