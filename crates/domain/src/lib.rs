//! The rules of the business: no I/O, no clock, no randomness.
