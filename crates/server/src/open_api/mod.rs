//! Machine clients of the open interface: trading centres and malls that push awards, supervising systems that answer filings.
//!
//! An operator makes a client and hands its secret over once; requests are signed with it (`http::signed`).

pub mod http;
pub mod store;
pub mod use_cases;
