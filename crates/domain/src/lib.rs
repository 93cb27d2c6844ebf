//! The rules of the business: no I/O, no clock, no randomness.

pub mod award;
pub mod calendar;
pub mod contract;
pub mod identifiers;
pub mod ids;
pub mod law;
pub mod money;
pub mod quantity;
pub mod signing;
