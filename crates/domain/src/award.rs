//! Awards: what a trading or mall system pushes when a contract may be drafted (`yinxin.award/1`).
//!
//! [`check`] turns bytes into an [`Award`] or into *all* faults at once, each with its path, a stable code and what to
//! do about it, in Chinese and English; a pushing system mends everything in one round. What the format calls optional
//! may be absent, `null` or empty. What would break a contract (a sum that does not add up, a credit code with a wrong
//! check character, a secret project, one party on both sides) is refused. A member that this version does not know is
//! reported, not refused, unless its name is a likely misspelling of a known one: then dropping it could change what is
//! contracted.
//!
//! The format's JSON Schema is `samples/award.schema.json`.

mod check;
mod fault;
mod items;
mod json;
mod model;
mod read;

pub use check::{CheckContext, Checked, KnownProfile, MAX_AWARD_BYTES, MAX_ITEMS, MAX_SUPPLIERS, StartsFrom, check};
pub use fault::{Fault, MAX_FAULTS};
pub use model::{
    Agency, Award, AwardNotice, Category, Item, Lot, Order, OrganisationSize, Party, PaymentStage, PerformanceBond,
    Period, Pricing, Project, Terms,
};
