//! A contract from its first draft to its public notice: four independent axes, a hold across them, and the verbs that move them.
//!
//! * [`profile`]: the flow profile, data that says who drafts, who reviews how, who signs in which order with what, and what follows.
//! * [`axes`]: content, signing, filing, notice and hold, each an enum that carries its facts.
//! * [`state`]: the aggregate [`Contract`]; every verb consumes it and gives a [`Transition`] or a typed [`Refusal`].
//! * [`permission`]: the one place that decides who may do what and when; [`Contract::actions`] and every verb ask it.
//! * verbs by subject: [`drafting`], [`review`], [`sealing`], [`conclusion`], [`supervision`].
//! * [`view`]: what a viewer sees of it: label, lists, holder, whose document.
//! * [`milestone`]: the way from draft to notice.
//! * [`task`]: what a list offers a party: the act that fits, the clocks that run, whom it may urge.
//! * `invariants`: what must hold whatever anybody does, checked by the property test.
//!
//! Nothing here knows a profile by its name: what two regions do differently stands in their files under `profiles/`.
//! Nothing here reads a clock, draws a number at random, or touches the world: a verb's [`Effect`]s say what the world must do.

pub mod axes;
pub mod conclusion;
pub mod deadline;
pub mod drafting;
pub mod effect;
pub mod event;
pub mod invariants;
pub mod milestone;
pub mod party;
pub mod permission;
pub mod profile;
mod profile_check;
pub mod refusal;
pub mod review;
pub mod sealing;
pub mod state;
pub mod supervision;
pub mod task;
pub mod text;
pub mod verb;
pub mod view;

pub use axes::{Content, Filing, Hold, Notice, Signing};
pub use effect::{Effect, Topic};
pub use event::ContractEvent;
pub use party::{Actor, Party, PartyKey, PartyRole};
pub use profile::{Profile, ProfileFault, Profiles, StepRule};
pub use refusal::Refusal;
pub use state::{Context, Contract, Transition};
pub use text::Text;
pub use verb::Verb;
