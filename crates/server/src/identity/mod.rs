//! Accounts, sessions, SMS codes and real names.
//!
//! - [`use_cases`]: register, log in and out, reset the password, claim a real name and decide on it.
//! - [`sessions`]: what the cookie stands for.
//! - [`challenge`]: SMS codes, also for signing (bound to an intent by `subject`).
//! - [`captcha`], [`password`]: the picture and the hash.

pub mod bootstrap;
pub mod captcha;
pub mod challenge;
pub mod errors;
pub mod http;
pub mod jobs;
pub mod password;
pub mod sessions;
pub mod store;
pub mod use_cases;
