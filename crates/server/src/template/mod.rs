//! Templates: the contract forms of this installation, for those who draft.
//!
//! A template is data of the program ([`yinxin_domain::template`]), the same for everybody; this feature shows it, and turns
//! the text of a contract into the document that is typeset ([`document`]).

pub mod document;
pub mod http;
