//! Templates: versioned contract forms as data (typed fields, articles, signature blocks), and what becomes of them.
//!
//! A template file is read and validated as a whole ([`Template::parse`]); those of the product stand in `templates/` at
//! the root of the workspace. Drafting goes through five plain functions: [`prefill`] takes what the award knows,
//! [`merge`] takes what people enter, [`check_complete`] says which legal terms are still missing (Civil Code art. 470
//! and procurement law), [`deviations`] says where the draft departs from the award (S0-004, S0-005), and [`expand`]
//! gives the text. Field values are data only: they are put into the text after it was taken apart, so that no value can
//! become a slot, a clause or markup.

mod bundled;
mod check;
mod compare;
mod expand;
mod file;
mod fill;
mod source;
mod spec;
mod text;
mod validate;
mod value;

pub use bundled::{all, find};
pub use check::{Deviation, DeviationLevel, Missing, check_complete, deviations};
pub use compare::{Compared, compare};
pub use expand::expand;
pub use fill::{ContractParty, FormField, Side, System, form, merge, parties, prefill, read_fields};
pub use source::{AwardValue, SystemValue};
pub use spec::{
    Change, Choice, Column, ColumnKind, Condition, Fact, Field, FieldKind, LegalTerm, Section, Source, Template,
    TemplateError,
};
pub use text::{Article, Clause, ContractText, CoverRow, PriceLine, PriceTable, SignatureBlock, Table, TableColumn};
pub use value::{FieldFault, FieldValue, Fields, MAX_FIELD_ROWS};
