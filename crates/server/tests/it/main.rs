//! Tests of the whole server: the real one on a free port, on SQLite and PostgreSQL, driven over HTTP or through use cases.
//!
//! One file per feature. `harness` starts servers and sends requests, `world` makes people and organisations; a test looks like
//! ```ignore
//! #[tokio::test(flavor = "multi_thread")]
//! async fn a_visitor_may_not_read_this() {
//!     everywhere(async |app| {
//!         assert_eq!(app.visitor().get("/api/v1/session").await.status, 401);
//!     })
//!     .await;
//! }
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod award;
mod batch;
mod ceremony;
mod certificate;
mod contract;
mod db;
mod edge;
mod ending;
mod filing;
mod harness;
mod identity;
mod jobs;
mod live;
mod open_api;
#[allow(dead_code, reason = "the tests of the pki crate use more of it")]
#[path = "../../../pki/tests/it/oracle.rs"]
mod oracle;
mod organisation;
mod pages;
mod seal;
mod signing;
mod verification;
mod world;
