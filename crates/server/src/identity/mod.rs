//! Accounts, sessions, SMS codes and real names.
pub mod bootstrap;
pub mod http;
pub mod jobs;
pub mod sessions;
pub mod store;
