//! A contract's life as its users live it, and what holds whatever anybody does.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod follows;
mod henan_mall;
mod jiaozuo;
mod other_flows;
mod property;
mod stored;
mod support;
