//! Black-box tests of the engine: sample files of every shape, refusals, signing by several parties, and what independent tools say of the result.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what builds the samples may fail a test like the tests themselves"
)]

mod annotated;
mod archiving;
mod attacks;
mod authority;
mod bases;
mod bits;
mod cff;
mod evidence;
mod foreign;
mod gate;
mod hostile;
#[path = "../../../../oracles/interop.rs"]
mod interop;
mod judges;
mod layering;
mod matrix;
mod mutated;
mod parties;
mod permissions;
mod placing;
mod reading;
mod refusing;
mod reported;
mod sample;
mod seeds;
mod session;
mod text;
mod text_meant;
mod text_programs;
mod verifying;
mod verifying_world;
