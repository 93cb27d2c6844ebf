//! The rules of the business: no I/O, no clock, no randomness.

pub mod award;
pub mod calendar;
pub mod certificate;
pub mod contract;
pub mod filing;
pub mod identifiers;
pub mod identity;
pub mod ids;
pub mod law;
pub mod money;
pub mod not_json;
pub mod notice;
pub mod notification;
pub mod organisation;
pub mod quantity;
pub mod seal;
pub mod signing;
pub mod template;
mod text;
