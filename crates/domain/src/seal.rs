//! Seals of organisations and persons: their states, and who may use one.

use crate::certificate::Owner;
use crate::ids::{ContractId, PersonId};
use crate::organisation::Role;
use crate::signing::SealType;

/// Whether a seal can be used (rules 4.6: 停用, 恢复, 注销).
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealState {
    /// 可用.
    Usable,
    /// 已停用, for a while.
    Suspended,
    /// 已注销, for ever.
    Cancelled,
}

/// What is done to a seal's state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SealVerb {
    /// 停用.
    Suspend,
    /// 恢复.
    Resume,
    /// 注销.
    Cancel,
}

impl SealVerb {
    /// The kind of the event that records it.
    #[must_use]
    pub const fn event(self) -> &'static str {
        match self {
            Self::Suspend => "seal.suspended",
            Self::Resume => "seal.resumed",
            Self::Cancel => "seal.cancelled",
        }
    }
}

/// The seal's state does not allow this. Code `seal.state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a seal that is {} does not allow this", .0.as_str())]
pub struct WrongSealState(pub SealState);

impl SealState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Usable, Self::Suspended, Self::Cancelled];

    /// The stored and public spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`SealState::as_str`]'s spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// The state after a verb.
    ///
    /// # Errors
    /// [`WrongSealState`] when this state does not allow it; a cancelled seal allows nothing.
    pub fn after(self, verb: SealVerb) -> Result<Self, WrongSealState> {
        match (self, verb) {
            (Self::Usable, SealVerb::Suspend) => Ok(Self::Suspended),
            (Self::Suspended, SealVerb::Resume) => Ok(Self::Usable),
            (Self::Usable | Self::Suspended, SealVerb::Cancel) => Ok(Self::Cancelled),
            (Self::Usable, SealVerb::Resume) | (Self::Suspended, SealVerb::Suspend) | (Self::Cancelled, _) => {
                Err(WrongSealState(self))
            }
        }
    }
}

/// The right of a member to use an organisation's seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub person: PersonId,
    /// On which contract only; on all if none.
    pub contract: Option<ContractId>,
    /// Until when, microseconds UTC; without end if none.
    pub expires_at: Option<i64>,
}

impl Grant {
    /// Whether it allows `person` to use the seal on `contract` at `now`. Where no contract is named yet, only a grant for all counts.
    #[must_use]
    pub fn allows(&self, person: PersonId, contract: Option<ContractId>, now: i64) -> bool {
        self.person == person
            && self.expires_at.is_none_or(|end| now < end)
            && (self.contract.is_none() || self.contract == contract)
    }
}

/// Whether somebody may use a seal (S3-058): an organisation's seal a member acting for it who keeps its seals or has a grant;
/// a person's own seal that person, in any capacity. `acting_for` and `roles` are those in which he acts.
#[must_use]
pub fn may_use(
    owner: Owner,
    person: PersonId,
    acting_for: Option<Owner>,
    roles: &[Role],
    grants: &[Grant],
    contract: Option<ContractId>,
    now: i64,
) -> bool {
    match owner {
        Owner::Person(owner) => owner == person,
        Owner::Organisation(_) => {
            acting_for == Some(owner)
                && (roles.contains(&Role::SealKeeper) || grants.iter().any(|grant| grant.allows(person, contract, now)))
        }
    }
}

/// The full name of a seal: whose it is and what it is for.
#[must_use]
pub fn seal_name(owner_name: &str, seal_type: SealType) -> String {
    format!("{}{}", owner_name.trim(), seal_type.zh())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrganisationId;

    #[test]
    fn a_suspended_seal_can_be_resumed_and_a_cancelled_one_never() {
        let suspended = SealState::Usable.after(SealVerb::Suspend).unwrap();
        assert_eq!(suspended.after(SealVerb::Resume), Ok(SealState::Usable));
        assert_eq!(suspended.after(SealVerb::Suspend), Err(WrongSealState(SealState::Suspended)));
        let cancelled = suspended.after(SealVerb::Cancel).unwrap();
        for verb in [SealVerb::Suspend, SealVerb::Resume, SealVerb::Cancel] {
            assert_eq!(cancelled.after(verb), Err(WrongSealState(SealState::Cancelled)));
        }
        assert!(SealState::ALL.iter().all(|state| SealState::parse(state.as_str()) == Some(*state)));
    }

    #[test]
    fn an_organisations_seal_is_used_by_its_keepers_and_by_those_with_a_grant() {
        // S3-058, S3-060
        let now = 1_700_000_000_000_000;
        let (organisation, other) = (OrganisationId::new(now, [1; 10]), OrganisationId::new(now, [2; 10]));
        let (ours, theirs) = (Owner::Organisation(organisation), Owner::Organisation(other));
        let (keeper, clerk) = (PersonId::new(now, [3; 10]), PersonId::new(now, [4; 10]));
        let contract = ContractId::new(now, [5; 10]);
        let may = |person, acting_for, roles: &[Role], grants: &[Grant], on| {
            may_use(ours, person, acting_for, roles, grants, on, now)
        };
        assert!(may(keeper, Some(ours), &[Role::SealKeeper], &[], None));
        assert!(!may(keeper, Some(theirs), &[Role::SealKeeper], &[], None));
        assert!(!may(keeper, None, &[], &[], None), "acting for himself");
        assert!(!may(clerk, Some(ours), &[Role::Administrator, Role::Clerk], &[], None));

        let all = Grant { person: clerk, contract: None, expires_at: None };
        assert!(may(clerk, Some(ours), &[Role::Clerk], std::slice::from_ref(&all), Some(contract)));
        assert!(!may(keeper, Some(ours), &[Role::Clerk], std::slice::from_ref(&all), None), "another's grant");
        let ended = Grant { expires_at: Some(now), ..all.clone() };
        assert!(!may(clerk, Some(ours), &[Role::Clerk], &[ended], None));
        let one = Grant { contract: Some(contract), ..all };
        assert!(may(clerk, Some(ours), &[Role::Clerk], std::slice::from_ref(&one), Some(contract)));
        assert!(!may(clerk, Some(ours), &[Role::Clerk], std::slice::from_ref(&one), None));
        let elsewhere = Some(ContractId::new(now, [6; 10]));
        assert!(!may(clerk, Some(ours), &[Role::Clerk], &[one], elsewhere));
    }

    #[test]
    fn a_persons_own_seal_is_his_in_every_capacity_and_nobody_elses() {
        let now = 1_700_000_000_000_000;
        let (person, other) = (PersonId::new(now, [3; 10]), PersonId::new(now, [4; 10]));
        let organisation = Some(Owner::Organisation(OrganisationId::new(now, [1; 10])));
        assert!(may_use(Owner::Person(person), person, organisation, &[], &[], None, now));
        assert!(may_use(Owner::Person(person), person, None, &[], &[], None, now));
        assert!(!may_use(Owner::Person(person), other, organisation, &[Role::SealKeeper], &[], None, now));
    }
}
