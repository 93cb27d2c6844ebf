//! Contracts: drafting from an award and a template, review, freezing, and what every party may see of it.
//!
//! What a verb means and who may do it is decided by [`yinxin_domain::contract`]; here its transition is stored with its events and its
//! effects become outbox messages (`effects.rs`), all in one commit. Other features move a contract in the same way, inside commits of their
//! own: [`use_cases::load_for_signing`] or [`use_cases::load_permitted`], a verb of the domain, [`effects::record`], and
//! [`store::save_transition`] in the closure.

pub mod awards;
pub mod effects;
pub mod errors;
pub mod http;
pub mod jobs;
pub mod loaded;
pub mod sample;
pub mod store;
pub mod text;
pub mod use_cases;

pub use awards::Awards;
pub use errors::ContractError;
pub use loaded::Loaded;
