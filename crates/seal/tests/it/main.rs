//! Seals drawn by this crate and seen by others (poppler), structures made by this crate and checked by others (integer arithmetic in
//! Python), structures made by others (ofdrw) and read by this crate, and what must be refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code, its helper functions included")]

mod bouncy_castle;
mod deviations;
mod drawing;
mod forge;
mod hostile;
#[path = "../../../../oracles/interop.rs"]
mod interop;
mod ofd;
mod photo;
mod photo_hard;
mod seeds;
mod structures;
#[path = "../../../pki/tests/it/variants.rs"]
mod variants;
mod verification;
mod world;
