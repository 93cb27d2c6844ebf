//! The product's server: everything that touches the world. See ARCHITECTURE.md for the map and docs/guides/adding-a-feature.md for the way in.
//!
//! Rooms shared by all features: [`app`] (what a use case may reach), [`actor`] (who acts, and the permit), [`db`] (reading,
//! committing, documents), [`jobs`] (work for later), [`http`] (the edge), [`keys`] (secrets at rest), [`outside`] (other
//! people's systems), [`failure`], `page` (lists in pages). Then one folder per feature: `http.rs` calls `use_cases.rs`, which calls the domain and
//! its own `store.rs`; nobody but `store.rs` and `db/` writes SQL.

pub mod actor;
pub mod app;
pub mod award;
pub mod certificate;
pub mod cli;
pub mod config;
pub mod contract;
pub mod cpu;
pub mod db;
pub mod failure;
pub mod features;
pub mod filing;
pub mod help;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod keys;
pub mod notice;
pub mod notification;
pub mod open_api;
pub mod organisation;
pub mod outside;
mod page;
pub mod seal;
pub mod server;
pub mod signing;
pub mod template;
pub mod verification;
