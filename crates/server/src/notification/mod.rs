//! Notifications: the contract's parties are told at each turn, and the platform's operators of what only a human can settle.
//!
//! A transition queues what is to be told ([`use_cases::messages`]); a job finds the persons whose roles concern it and keeps one row for
//! each, made once however often the job runs. The text is made when it is read, in the reader's language ([`yinxin_domain::notification`]).
//! Where the flow profile asks for it, the person is also told by SMS. [`live`] tells browsers that something happened, as it happens.

pub mod errors;
pub mod http;
pub mod jobs;
pub mod live;
pub mod store;
pub mod use_cases;

pub use errors::NotificationError;
