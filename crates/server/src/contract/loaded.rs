//! A contract as read from the store, with all that its rules ask.

use std::sync::Arc;

use yinxin_domain::award::Award;
use yinxin_domain::calendar::WorkingDays;
use yinxin_domain::contract::{self as domain, Context, Contract, Profile};
use yinxin_domain::filing::Subject;
use yinxin_domain::law::RuleTables;
use yinxin_domain::money::Money;
use yinxin_domain::template::{self, ContractText, FieldValue, Fields, Template};

use super::store::lists::NEVER;
use super::store::{Reasons, Row};
use crate::actor::{Actor, Capacity, ClientKind};
use crate::app::App;
use crate::failure::Failure;

/// A contract with its award, template, fields and flow profile.
#[derive(Clone, Debug)]
pub struct Loaded<'a> {
    /// The aggregate.
    pub contract: Contract,
    /// The award as it was when drafting began.
    pub award: Arc<Award>,
    /// The template it is drafted with.
    pub template: &'static Template,
    /// The values of the draft.
    pub fields: Fields,
    /// The contract's number.
    pub number: String,
    /// The contract's title.
    pub title: String,
    /// Why fields depart from the award, by field.
    pub reasons: Reasons,
    /// Its flow profile.
    pub profile: &'a Profile,
}

impl<'a> Loaded<'a> {
    /// Puts together what a row names.
    pub(super) fn of(app: &'a App, row: Row) -> Result<Self, Failure> {
        let Row { contract, award, template, fields, number, title, reasons } = row;
        let profile = app.profiles.get(contract.profile()).ok_or_else(|| {
            Failure::damaged(
                "contracts.profile",
                format!("this installation has no flow profile {:?}", contract.profile()),
            )
        })?;
        let template = template::find(&template)
            .ok_or_else(|| Failure::damaged("contracts.template_id", format!("there is no template {template:?}")))?;
        let fields = template::read_fields(template, &award, &fields)
            .map_err(|faults| Failure::damaged("contracts.fields", format!("{faults:?}")))?;
        Ok(Self { contract, award, template, fields, number, title, reasons, profile })
    }

    /// What a verb is handed. `actor` is [`domain_actor`]'s.
    pub fn context<'c>(&'c self, actor: &'c domain::Actor, at: i64) -> Context<'c> {
        Context { profile: self.profile, calendar: WorkingDays::bundled(), law: RuleTables::bundled(), actor, at }
    }

    /// The amount that the text names: the draft's where it has one, else the award's.
    pub fn amount(&self) -> Money {
        drafted_amount(&self.fields, &self.award)
    }

    /// What lists sort it by once it has become `next`.
    pub fn due_at(&self, next: &Contract) -> i64 {
        due_at(next, self.profile)
    }

    /// What filing and notice call it.
    pub fn subject(&self) -> Subject<'_> {
        Subject { number: &self.number, title: &self.title, amount: self.amount() }
    }

    /// The text as it stands; gaps of an incomplete draft print as blank lines.
    pub fn text(&self) -> ContractText {
        template::expand(self.template, &self.award, &self.fields)
    }
}

/// The moment by which a contract is due in its state, microseconds UTC; [`NEVER`] where no clock runs.
pub(super) fn due_at(contract: &Contract, profile: &Profile) -> i64 {
    contract.due_at(profile, RuleTables::bundled(), WorkingDays::bundled()).unwrap_or(NEVER)
}

/// The amount that a draft names, else the award's.
pub fn drafted_amount(fields: &Fields, award: &Award) -> Money {
    match fields.get("amount") {
        Some(FieldValue::Money(amount)) => *amount,
        Some(_) | None => award.amount,
    }
}

/// Who acts, in the words of the contract's rules; none for who can have nothing to do with a contract.
///
/// An operator acts as a supervisor: what he does he does on a supervisor's document, which the verb asks for.
pub fn domain_actor(actor: &Actor) -> Option<domain::Actor> {
    match &actor.capacity {
        Capacity::Person(person) => Some(domain::Actor::Person { person: *person }),
        Capacity::Member { person, organisation, roles } => {
            Some(domain::Actor::Member { person: *person, organisation: *organisation, roles: roles.clone() })
        }
        Capacity::Operator(person) => Some(domain::Actor::Supervisor { person: *person }),
        Capacity::Client { kind: ClientKind::Supervision, .. } => Some(domain::Actor::SupervisingSystem),
        Capacity::System(_) => Some(domain::Actor::Platform),
        Capacity::Client { kind: ClientKind::Trading | ClientKind::Mall, .. } | Capacity::Visitor => None,
    }
}
