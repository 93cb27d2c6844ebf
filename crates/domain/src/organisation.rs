//! Organisations: what kinds there are, in which state, and which roles their members have.

use std::fmt;
use std::ops::RangeInclusive;

/// How many characters the registered name of an organisation has, which its seals carry whole. Who trades without a name of his own is
/// registered under his personal one, of two characters; no registered name comes near sixty.
pub const NAME_CHARACTERS: RangeInclusive<usize> = 2..=60;

/// What a member may do in his organisation (design, section 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 管理员: manages members, certificates and seals.
    Administrator,
    /// 办事人员 (经办人): drafts and sends contracts.
    Clerk,
    /// 印章管理员: uses the organisation's seals.
    SealKeeper,
    /// 审批人: approves inside the organisation.
    Approver,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Clerk, Self::SealKeeper, Self::Approver];

    /// The stored and public spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Clerk => "clerk",
            Self::SealKeeper => "seal_keeper",
            Self::Approver => "approver",
        }
    }

    /// Reads [`Role::as_str`]'s spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// What an organisation is in procurement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    /// 采购人.
    Purchaser,
    /// 供应商.
    Supplier,
    /// 代理机构: may draft.
    Agency,
    /// 监管部门: verifies filings in its administrative division.
    Supervisor,
}

impl OrganisationKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Purchaser, Self::Supplier, Self::Agency, Self::Supervisor];

    /// The stored and public spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Purchaser => "purchaser",
            Self::Supplier => "supplier",
            Self::Agency => "agency",
            Self::Supervisor => "supervisor",
        }
    }

    /// Reads [`OrganisationKind::as_str`]'s spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whether somebody with the right has checked that the organisation is what it says (design, invariant 9).
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationState {
    /// Known from an award only.
    Unverified,
    /// Checked; has an administrator.
    Verified,
}

impl OrganisationState {
    /// The stored and public spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Verified => "verified",
        }
    }

    /// Reads [`OrganisationState::as_str`]'s spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Unverified, Self::Verified].into_iter().find(|state| state.as_str() == text)
    }
}

/// Why the members of an organisation may not be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MembershipError {
    /// Code `organisation.roles_missing`: a member needs at least one role.
    #[error("a member needs at least one role")]
    NoRole,
    /// Code `organisation.last_administrator`: somebody must be able to manage members, certificates and seals.
    #[error("the last administrator cannot leave or lose the role")]
    LastAdministrator,
}

/// Roles once each, in a fixed order.
///
/// # Errors
/// [`MembershipError::NoRole`] when there are none.
pub fn tidy_roles(roles: &[Role]) -> Result<Vec<Role>, MembershipError> {
    let mut tidy = roles.to_vec();
    tidy.sort_unstable();
    tidy.dedup();
    if tidy.is_empty() { Err(MembershipError::NoRole) } else { Ok(tidy) }
}

/// Whether a member may get `new` roles (or leave, if none), given his `old` ones and how many other administrators there are.
///
/// # Errors
/// [`MembershipError::LastAdministrator`].
pub fn may_change(old: &[Role], new: Option<&[Role]>, other_administrators: i64) -> Result<(), MembershipError> {
    let was = old.contains(&Role::Administrator);
    let stays = new.is_some_and(|roles| roles.contains(&Role::Administrator));
    if was && !stays && other_administrators == 0 { Err(MembershipError::LastAdministrator) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_reads_back() {
        assert!(Role::ALL.iter().all(|role| Role::parse(role.as_str()) == Some(*role)));
        assert!(OrganisationKind::ALL.iter().all(|kind| OrganisationKind::parse(kind.as_str()) == Some(*kind)));
        assert_eq!(Role::parse("Administrator"), None);
    }

    #[test]
    fn the_last_administrator_can_neither_leave_nor_step_down() {
        let admin = [Role::Administrator];
        assert_eq!(may_change(&admin, None, 0), Err(MembershipError::LastAdministrator));
        assert_eq!(may_change(&admin, Some(&[Role::Clerk]), 0), Err(MembershipError::LastAdministrator));
        assert_eq!(may_change(&admin, Some(&[Role::Clerk]), 1), Ok(()));
        assert_eq!(may_change(&[Role::Clerk], None, 0), Ok(()));
    }

    #[test]
    fn roles_are_kept_once_and_never_none() {
        assert_eq!(
            tidy_roles(&[Role::Clerk, Role::Administrator, Role::Clerk]),
            Ok(vec![Role::Administrator, Role::Clerk])
        );
        assert_eq!(tidy_roles(&[]), Err(MembershipError::NoRole));
    }
}
