//! Who acts, for whom, from where; and the permit that a commit asks for.
//!
//! Every use case takes an [`Actor`] and asks it for a [`Permit`] before it reads anything out (design, invariant 5):
//! ```ignore
//! let permit = actor.permit(&[Need::Role(contract.purchaser, &[Role::Clerk, Role::Administrator]), Need::Operator])?;
//! ```
//! A `Permit` can only be made here, and `Db::commit` cannot be called without one, so no change exists that nobody was allowed to make.
//! What the *state* of a thing allows is not decided here but in `domain`.

use axum::http::StatusCode;
use yinxin_domain::ids::{ClientId, OrganisationId, PersonId};
use yinxin_domain::organisation::Role;

use crate::http::problem::{Public, PublicError};

/// Where a request came from; recorded with every event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address, if there was a network.
    pub ip: Option<String>,
    /// What the client calls itself, cut to 200 characters.
    pub user_agent: Option<String>,
    /// The id of the request, also in its answer and in the log.
    pub request_id: Option<String>,
}

/// The kind of system behind a machine client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientKind {
    /// A trading centre's system: pushes awards.
    Trading,
    /// A mall: pushes orders.
    Mall,
    /// A supervising system: answers filings.
    Supervision,
}

impl ClientKind {
    /// The stored and public spelling.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trading => "trading",
            Self::Mall => "mall",
            Self::Supervision => "supervision",
        }
    }

    /// Reads [`ClientKind::as_str`]'s spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Trading, Self::Mall, Self::Supervision].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// In which capacity somebody acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// Nobody known: registration, login, public pages.
    Visitor,
    /// A person for himself (`X-Actor: person`).
    Person(PersonId),
    /// A person for an organisation he is an active member of (`X-Actor: org_…`).
    Member {
        /// Who.
        person: PersonId,
        /// For whom.
        organisation: OrganisationId,
        /// His roles there.
        roles: Vec<Role>,
    },
    /// A person with the platform's operator role, acting as such (`X-Actor: operator`).
    Operator(PersonId),
    /// A machine that signed its request.
    Client {
        /// Which.
        client: ClientId,
        /// What it is.
        kind: ClientKind,
    },
    /// The product itself: a background job or the first start, by name.
    System(&'static str),
}

/// Who acts, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// In which capacity.
    pub capacity: Capacity,
    /// From where.
    pub origin: Origin,
}

/// One sufficient reason to be allowed something.
#[derive(Clone, Copy, Debug)]
pub enum Need<'a> {
    /// Anybody, even unknown.
    Anybody,
    /// Any signed-in person, in any capacity.
    SignedIn,
    /// This person, acting for himself.
    Person(PersonId),
    /// Any person acting for himself.
    AnyPerson,
    /// A member of this organisation, acting for it, whatever his roles.
    Member(OrganisationId),
    /// A member of this organisation with at least one of the roles, acting for it.
    Role(OrganisationId, &'a [Role]),
    /// The platform's operator.
    Operator,
    /// A machine client of one of the kinds.
    Client(&'a [ClientKind]),
    /// The product itself.
    System,
}

/// Proof that somebody was allowed; [`crate::db::Db::commit`] asks for it and records who it was.
#[derive(Clone, Debug)]
pub struct Permit {
    actor: Actor,
}

impl Permit {
    /// Who is allowed.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}

/// The actor may not do this.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Forbidden {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The actor lacks the role, or acts in the wrong capacity.
    #[error("the actor may not do this")]
    NotAllowed,
}

impl Actor {
    /// An unknown visitor.
    #[must_use]
    pub fn visitor(origin: Origin) -> Self {
        Self { capacity: Capacity::Visitor, origin }
    }

    /// The product itself, for a background job or the first start.
    #[must_use]
    pub fn system(name: &'static str) -> Self {
        Self { capacity: Capacity::System(name), origin: Origin::default() }
    }

    /// The human behind it, if any.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        match &self.capacity {
            Capacity::Person(person) | Capacity::Member { person, .. } | Capacity::Operator(person) => Some(*person),
            Capacity::Visitor | Capacity::Client { .. } | Capacity::System(_) => None,
        }
    }

    /// The organisation acted for, if any.
    #[must_use]
    pub fn organisation(&self) -> Option<OrganisationId> {
        match &self.capacity {
            Capacity::Member { organisation, .. } => Some(*organisation),
            Capacity::Visitor
            | Capacity::Person(_)
            | Capacity::Operator(_)
            | Capacity::Client { .. }
            | Capacity::System(_) => None,
        }
    }

    /// The roles in the organisation acted for; empty in every other capacity.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        match &self.capacity {
            Capacity::Member { roles, .. } => roles,
            Capacity::Visitor
            | Capacity::Person(_)
            | Capacity::Operator(_)
            | Capacity::Client { .. }
            | Capacity::System(_) => &[],
        }
    }

    /// The name of the capacity as stored with events.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.capacity {
            Capacity::Visitor => "visitor",
            Capacity::Person(_) => "person",
            Capacity::Member { .. } => "member",
            Capacity::Operator(_) => "operator",
            Capacity::Client { .. } => "client",
            Capacity::System(_) => "system",
        }
    }

    /// Whether one of the needs is met.
    #[must_use]
    pub fn meets(&self, any_of: &[Need<'_>]) -> bool {
        any_of.iter().any(|need| match (need, &self.capacity) {
            (Need::Anybody, _) => true,
            (Need::SignedIn, _) => self.person().is_some(),
            (Need::Person(wanted), Capacity::Person(person)) => wanted == person,
            (Need::AnyPerson, Capacity::Person(_)) => true,
            (Need::Member(wanted), Capacity::Member { organisation, .. }) => wanted == organisation,
            (Need::Role(wanted, any_role), Capacity::Member { organisation, roles, .. }) => {
                wanted == organisation && any_role.iter().any(|role| roles.contains(role))
            }
            (Need::Operator, Capacity::Operator(_)) => true,
            (Need::Client(kinds), Capacity::Client { kind, .. }) => kinds.contains(kind),
            (Need::System, Capacity::System(_)) => true,
            (
                Need::Person(_)
                | Need::AnyPerson
                | Need::Member(_)
                | Need::Role(..)
                | Need::Operator
                | Need::Client(_)
                | Need::System,
                _,
            ) => false,
        })
    }

    /// The permit to do something for which any one of the needs suffices.
    ///
    /// # Errors
    /// [`Forbidden`] when none is met.
    pub fn permit(&self, any_of: &[Need<'_>]) -> Result<Permit, Forbidden> {
        if self.meets(any_of) {
            Ok(Permit { actor: self.clone() })
        } else if self.capacity == Capacity::Visitor {
            Err(Forbidden::NotSignedIn)
        } else {
            Err(Forbidden::NotAllowed)
        }
    }
}

impl PublicError for Forbidden {
    fn public(&self) -> Public {
        match self {
            Self::NotSignedIn => Public::new(
                StatusCode::UNAUTHORIZED,
                "session.missing",
                ("请先登录", "Please sign in"),
                (
                    "您尚未登录或登录已过期，请登录后重试。",
                    "You are not signed in, or the session has ended. Sign in and try again.",
                ),
            ),
            Self::NotAllowed => Public::new(
                StatusCode::FORBIDDEN,
                "actor.forbidden",
                ("没有操作权限", "Not allowed"),
                (
                    "当前操作身份无权进行此操作。请切换操作身份，或请单位管理员授予相应角色。",
                    "The identity you act as may not do this. Switch to another identity, or ask your organisation's administrator for the role.",
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(capacity: Capacity) -> Actor {
        Actor { capacity, origin: Origin::default() }
    }

    #[test]
    fn roles_count_only_in_the_organisation_acted_for() {
        let (ours, theirs) = (OrganisationId::new(1, [0; 10]), OrganisationId::new(1, [1; 10]));
        let person = PersonId::new(1, [0; 10]);
        let clerk = actor(Capacity::Member { person, organisation: ours, roles: vec![Role::Clerk] });
        assert!(clerk.permit(&[Need::Role(ours, &[Role::Clerk])]).is_ok());
        assert!(clerk.permit(&[Need::Role(ours, &[Role::Administrator])]).is_err());
        assert!(clerk.permit(&[Need::Role(theirs, &[Role::Clerk])]).is_err());
        assert!(clerk.permit(&[Need::Person(person)]).is_err(), "acting for an organisation is not acting for oneself");
        assert!(clerk.permit(&[Need::Operator, Need::Member(ours)]).is_ok());
    }

    #[test]
    fn a_visitor_is_told_to_sign_in_and_others_that_they_may_not() {
        assert_eq!(actor(Capacity::Visitor).permit(&[Need::SignedIn]).unwrap_err(), Forbidden::NotSignedIn);
        assert_eq!(Actor::system("x").permit(&[Need::SignedIn]).unwrap_err(), Forbidden::NotAllowed);
        assert!(actor(Capacity::Visitor).permit(&[]).is_err());
    }
}
