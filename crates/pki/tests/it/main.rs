//! Whole hierarchies made by this crate and checked by others (BouncyCastle, OpenSSL), objects made by others and checked by this crate,
//! and what must be refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code, its helper functions included")]

mod bouncy_castle;
mod chains;
mod domestic;
mod encryption;
mod envelopes;
mod hierarchy;
mod hostile;
#[path = "../../../../oracles/interop.rs"]
mod interop;
mod javascript;
mod made_elsewhere;
mod mutation;
mod openssl;
mod oracle;
mod profiles;
mod seeds;
mod tampering;
mod timestamps;
mod two_party;
mod variants;
