//! What can be done with organisations and their members.

use serde_json::json;
use sqlx::AnyConnection;
use yinxin_domain::identifiers::{PhoneNumber, UnifiedSocialCreditCode};
use yinxin_domain::ids::{MembershipId, OrganisationId, PersonId};
use yinxin_domain::organisation::{MembershipError, OrganisationKind, OrganisationState, Role, may_change, tidy_roles};

use super::errors::OrganisationError;
pub use super::store::Organisation;
use super::store::{self, Membership};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::identity;

/// An organisation that an award names and that may have to be made known, inside the award's own commit.
#[derive(Clone, Debug)]
pub struct Provision {
    organisation: Organisation,
}

/// Prepares to make an organisation known, unverified, unless its credit code is known. Put [`Provision::event`] into the
/// record and [`Provision::ensure`] into the write.
#[must_use]
pub fn provision(app: &App, uscc: UnifiedSocialCreditCode, name: &str, kind: OrganisationKind) -> Provision {
    let organisation = Organisation {
        id: app.new_id(OrganisationId::new),
        uscc,
        name: name.to_owned(),
        kind,
        state: OrganisationState::Unverified,
        version: 1,
        created_at: app.now(),
        verified_at: None,
    };
    Provision { organisation }
}

impl Provision {
    /// The event that goes with it: the award named this organisation.
    #[must_use]
    pub fn event(&self) -> Event {
        let organisation = &self.organisation;
        let facts = json!({ "name": organisation.name, "kind": organisation.kind });
        Event::new("organisation", organisation.uscc.as_str(), "organisation.named_by_award", facts)
    }

    /// Makes it known unless it is, and gives the id under which it is known.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn ensure(&self, conn: &mut AnyConnection) -> Result<OrganisationId, Failure> {
        if store::insert(conn, &self.organisation).await? {
            return Ok(self.organisation.id);
        }
        let known = store::find_by_uscc(conn, &self.organisation.uscc).await?;
        known.map(|known| known.id).ok_or_else(|| Failure::damaged("organisations.uscc", "known and not found"))
    }
}

/// An organisation by id, for other use cases; the caller has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn find(app: &App, id: OrganisationId) -> Result<Option<Organisation>, Failure> {
    store::find(&mut *app.db.read().await?, id).await
}

/// An organisation by credit code, for other use cases; the caller has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn find_by_uscc(app: &App, uscc: &UnifiedSocialCreditCode) -> Result<Option<Organisation>, Failure> {
    store::find_by_uscc(&mut *app.db.read().await?, uscc).await
}

/// The roles of a person in an organisation, if he is a member.
///
/// # Errors
/// [`Failure`].
pub async fn roles_of(app: &App, organisation: OrganisationId, person: PersonId) -> Result<Option<Vec<Role>>, Failure> {
    let membership = store::find_membership(&mut *app.db.read().await?, organisation, person).await?;
    Ok(membership.map(|membership| membership.roles))
}

/// The organisations a person acts for, with his roles.
///
/// # Errors
/// [`Failure`].
pub async fn organisations_of(app: &App, person: PersonId) -> Result<Vec<(Organisation, Vec<Role>)>, Failure> {
    store::organisations_of(&mut *app.db.read().await?, person).await
}

/// The persons of an organisation who have at least one of the roles: whom to notify.
///
/// # Errors
/// [`Failure`].
pub async fn persons_with(app: &App, organisation: OrganisationId, any_of: &[Role]) -> Result<Vec<PersonId>, Failure> {
    let members = store::members(&mut *app.db.read().await?, organisation).await?;
    let fits = |member: &Membership| member.roles.iter().any(|role| any_of.contains(role));
    Ok(members.into_iter().filter(fits).map(|member| member.person).collect())
}

/// An organisation, for its members and operators.
///
/// # Errors
/// [`OrganisationError::NotFound`] also when the actor may not see it.
pub async fn show(app: &App, actor: &Actor, id: OrganisationId) -> Result<Organisation, OrganisationError> {
    actor.permit(&[Need::Member(id), Need::Operator]).map_err(|_| OrganisationError::NotFound)?;
    find(app, id).await?.ok_or(OrganisationError::NotFound)
}

/// Organisations in a state (or all), oldest first, after an id; for operators.
///
/// # Errors
/// [`OrganisationError::Forbidden`].
pub async fn list(
    app: &App,
    actor: &Actor,
    state: Option<OrganisationState>,
    after: &str,
    limit: i64,
) -> Result<Vec<Organisation>, OrganisationError> {
    actor.permit(&[Need::Operator])?;
    Ok(store::list(&mut *app.db.read().await?, state, after, limit).await?)
}

/// Verifies an organisation and names an administrator, who must be a verified person (S3-015, S3-047).
///
/// # Errors
/// [`OrganisationError`]: not an operator, unknown, person not verified, note missing.
pub async fn verify(
    app: &App,
    actor: &Actor,
    id: OrganisationId,
    administrator: PersonId,
    note: &str,
) -> Result<(), OrganisationError> {
    let permit = actor.permit(&[Need::Operator])?;
    let note = note.trim();
    if note.is_empty() {
        return Err(OrganisationError::NoteMissing);
    }
    let organisation = find(app, id).await?.ok_or(OrganisationError::NotFound)?;
    verified_person(app, administrator).await?;
    let mut roles = roles_of(app, id, administrator).await?.unwrap_or_default();
    roles.push(Role::Administrator);
    let now = app.now();
    let membership = Membership {
        id: app.new_id(MembershipId::new),
        organisation: id,
        person: administrator,
        roles: tidy_roles(&roles)?,
    };
    let facts = json!({ "administrator": administrator, "note": note });
    let record = Record::of(Event::new("organisation", organisation.uscc.as_str(), "organisation.verified", facts));
    app.db
        .commit(&permit, record, (organisation, membership), move |(organisation, membership), conn| {
            Box::pin(async move {
                store::verify(conn, organisation.id, organisation.version, now).await?;
                Ok(store::put_membership(conn, membership, now).await?)
            })
        })
        .await
}

/// A member as the administrator sees him.
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// The verified name.
    pub name: String,
    /// 134****6577.
    pub phone_masked: String,
}

/// The members of an organisation, for its members and operators.
///
/// # Errors
/// [`OrganisationError::NotFound`] also when the actor may not see it.
pub async fn members(app: &App, actor: &Actor, id: OrganisationId) -> Result<Vec<Member>, OrganisationError> {
    show(app, actor, id).await?;
    let memberships = store::members(&mut *app.db.read().await?, id).await?;
    let mut members = Vec::with_capacity(memberships.len());
    for membership in memberships {
        let person = identity::use_cases::find_person(app, membership.person).await?;
        let (name, phone_masked) = person.map(|p| (p.name.unwrap_or_default(), p.phone.masked())).unwrap_or_default();
        members.push(Member { membership, name, phone_masked });
    }
    Ok(members)
}

/// Makes a verified person, named by phone, a member with these roles.
///
/// # Errors
/// [`OrganisationError`]: not an administrator, organisation not verified, person not verified, a member already, no role.
pub async fn add_member(
    app: &App,
    actor: &Actor,
    id: OrganisationId,
    phone: &str,
    roles: &[Role],
) -> Result<PersonId, OrganisationError> {
    let permit = actor.permit(&[Need::Role(id, &[Role::Administrator])])?;
    let organisation = find(app, id).await?.ok_or(OrganisationError::NotFound)?;
    if organisation.state != OrganisationState::Verified {
        return Err(OrganisationError::NotVerified);
    }
    let roles = tidy_roles(roles)?;
    let phone = PhoneNumber::parse(phone).map_err(|_| OrganisationError::PersonNotVerified)?;
    let person =
        identity::use_cases::find_person_by_phone(app, &phone).await?.ok_or(OrganisationError::PersonNotVerified)?;
    verified_person(app, person.id).await?;
    let membership = Membership { id: app.new_id(MembershipId::new), organisation: id, person: person.id, roles };
    let facts = json!({ "person": person.id, "roles": membership.roles });
    let record = Record::of(Event::new("organisation", organisation.uscc.as_str(), "organisation.member_added", facts));
    let now = app.now();
    app.db
        .commit(&permit, record, membership, move |membership, conn| {
            Box::pin(async move {
                store::lock(conn, membership.organisation).await?;
                if store::find_membership(conn, membership.organisation, membership.person).await?.is_some() {
                    return Err(CommitError::Refused(OrganisationError::AlreadyMember));
                }
                store::put_membership(conn, membership, now).await?;
                Ok(membership.person)
            })
        })
        .await
}

/// Gives a member other roles, or (with none given) ends his membership. The last administrator stays one.
///
/// # Errors
/// [`OrganisationError`]: not an administrator, not a member, no role, last administrator.
pub async fn change_member(
    app: &App,
    actor: &Actor,
    id: OrganisationId,
    person: PersonId,
    roles: Option<&[Role]>,
) -> Result<(), OrganisationError> {
    let permit = actor.permit(&[Need::Role(id, &[Role::Administrator])])?;
    let organisation = find(app, id).await?.ok_or(OrganisationError::NotFound)?;
    let roles = roles.map(tidy_roles).transpose()?;
    let kind = if roles.is_some() { "organisation.member_changed" } else { "organisation.member_removed" };
    let facts = json!({ "person": person, "roles": roles });
    let record = Record::of(Event::new("organisation", organisation.uscc.as_str(), kind, facts));
    let now = app.now();
    app.db
        .commit(&permit, record, roles, move |roles, conn| {
            Box::pin(async move {
                // Locked first, so that two administrators cannot remove each other at the same moment.
                store::lock(conn, id).await?;
                let members = store::members(conn, id).await?;
                let is_other_administrator =
                    |m: &&Membership| m.person != person && m.roles.contains(&Role::Administrator);
                let others = i64::try_from(members.iter().filter(is_other_administrator).count()).unwrap_or(i64::MAX);
                let Some(member) = members.iter().find(|member| member.person == person) else {
                    return Err(CommitError::Refused(OrganisationError::NotMember));
                };
                let refuse = |error: MembershipError| CommitError::Refused(OrganisationError::from(error));
                may_change(&member.roles, roles.as_deref(), others).map_err(refuse)?;
                match roles {
                    Some(roles) => {
                        let changed = Membership { roles: roles.clone(), ..member.clone() };
                        Ok(store::put_membership(conn, &changed, now).await?)
                    }
                    None => Ok(store::end_membership(conn, id, person, now).await?),
                }
            })
        })
        .await
}

async fn verified_person(app: &App, person: PersonId) -> Result<(), OrganisationError> {
    let verified = identity::use_cases::find_verified(app, person).await?;
    verified.map(|_| ()).ok_or(OrganisationError::PersonNotVerified)
}

/// How many organisations are not verified; for the operator's overview, which has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn count_unverified(app: &App) -> Result<i64, Failure> {
    store::count_unverified(&mut *app.db.read().await?).await
}
