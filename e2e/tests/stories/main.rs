//! The stories of the product, one module each; every story runs on both databases.

#![expect(clippy::disallowed_methods, reason = "the stories are outside the product: they wait on the real clock")]

mod accounts;
mod bits;
mod coming_up;
mod demo;
mod filing;
mod ink;
#[path = "../../../oracles/interop.rs"]
mod interop;
mod lot;
mod mall;
mod scene;
