//! The technical room for keys: what wraps secrets at rest.

pub mod kek;
