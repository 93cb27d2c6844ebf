//! SQL of organisations and memberships.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::identifiers::UnifiedSocialCreditCode;
use yinxin_domain::ids::{MembershipId, OrganisationId, PersonId};
use yinxin_domain::organisation::{OrganisationKind, OrganisationState, Role};

use crate::db::{expect_version, parsed};
use crate::failure::Failure;

/// An organisation as stored.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// `org_…`
    pub id: OrganisationId,
    /// Its unified social credit code.
    pub uscc: UnifiedSocialCreditCode,
    /// Its name as registered.
    pub name: String,
    /// What it is in procurement.
    pub kind: OrganisationKind,
    /// Whether it is verified.
    pub state: OrganisationState,
    /// Grows with every change.
    pub version: i64,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub verified_at: Option<i64>,
}

/// A text column that must be one of an enum's spellings.
fn one_of<T>(row: &AnyRow, column: &'static str, parse: fn(&str) -> Option<T>) -> Result<T, Failure> {
    let text: &str = row.try_get(column)?;
    parse(text).ok_or_else(|| Failure::damaged(column, format!("unknown value {text:?}")))
}

fn organisation(row: &AnyRow) -> Result<Organisation, Failure> {
    Ok(Organisation {
        id: parsed(row, "id")?,
        uscc: UnifiedSocialCreditCode::parse(row.try_get("uscc")?).map_err(|error| Failure::damaged("uscc", error))?,
        name: row.try_get("name")?,
        kind: one_of(row, "kind", OrganisationKind::parse)?,
        state: one_of(row, "state", OrganisationState::parse)?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        verified_at: row.try_get("verified_at")?,
    })
}

/// Adds an unverified organisation; false when its credit code is known already.
pub(super) async fn insert(conn: &mut AnyConnection, organisation: &Organisation) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO organisations (id, uscc, name, kind, state, version, created_at) VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT (uscc) DO NOTHING",
    )
    .bind(organisation.id.to_string())
    .bind(organisation.uscc.as_str())
    .bind(&organisation.name)
    .bind(organisation.kind.as_str())
    .bind(organisation.state.as_str())
    .bind(organisation.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An organisation.
///
/// # Errors
/// [`Failure`].
pub async fn find(conn: &mut AnyConnection, id: OrganisationId) -> Result<Option<Organisation>, Failure> {
    let row =
        sqlx::query("SELECT * FROM organisations WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(organisation).transpose()
}

/// The organisation of a credit code.
///
/// # Errors
/// [`Failure`].
pub async fn find_by_uscc(
    conn: &mut AnyConnection,
    uscc: &UnifiedSocialCreditCode,
) -> Result<Option<Organisation>, Failure> {
    let row =
        sqlx::query("SELECT * FROM organisations WHERE uscc = $1").bind(uscc.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(organisation).transpose()
}

/// Organisations in one state (or all), oldest first, after an id.
pub(super) async fn list(
    conn: &mut AnyConnection,
    state: Option<OrganisationState>,
    after: &str,
    limit: i64,
) -> Result<Vec<Organisation>, Failure> {
    let rows =
        sqlx::query("SELECT * FROM organisations WHERE ($1 = '' OR state = $1) AND id > $2 ORDER BY id LIMIT $3")
            .bind(state.map_or("", OrganisationState::as_str))
            .bind(after)
            .bind(limit)
            .fetch_all(conn)
            .await?;
    rows.iter().map(organisation).collect()
}

/// Marks as verified the version that was looked at.
pub(super) async fn verify(
    conn: &mut AnyConnection,
    id: OrganisationId,
    version: i64,
    now: i64,
) -> Result<(), Failure> {
    let done = sqlx::query(
        "UPDATE organisations SET state = 'verified', verified_at = COALESCE(verified_at, $3), version = version + 1 WHERE id = $1 AND version = $2",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(now)
    .execute(conn)
    .await?;
    expect_version(done.rows_affected(), "organisation")
}

/// A person inside an organisation.
#[derive(Clone, Debug)]
pub struct Membership {
    /// `mem_…`
    pub id: MembershipId,
    /// Where.
    pub organisation: OrganisationId,
    /// Who.
    pub person: PersonId,
    /// What he may do.
    pub roles: Vec<Role>,
}

fn roles_text(roles: &[Role]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(",")
}

fn roles(row: &AnyRow) -> Result<Vec<Role>, Failure> {
    let text: &str = row.try_get("roles")?;
    text.split(',')
        .map(|role| Role::parse(role).ok_or_else(|| Failure::damaged("roles", format!("unknown role {role:?}"))))
        .collect()
}

fn membership(row: &AnyRow) -> Result<Membership, Failure> {
    Ok(Membership {
        id: parsed(row, "id")?,
        organisation: parsed(row, "organisation_id")?,
        person: parsed(row, "person_id")?,
        roles: roles(row)?,
    })
}

/// Makes somebody a member, or a member again, with these roles.
pub(super) async fn put_membership(conn: &mut AnyConnection, membership: &Membership, now: i64) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO memberships (id, organisation_id, person_id, roles, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (organisation_id, person_id) DO UPDATE SET roles = excluded.roles, ended_at = NULL",
    )
    .bind(membership.id.to_string())
    .bind(membership.organisation.to_string())
    .bind(membership.person.to_string())
    .bind(roles_text(&membership.roles))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a membership.
pub(super) async fn end_membership(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    person: PersonId,
    now: i64,
) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE memberships SET ended_at = $3 WHERE organisation_id = $1 AND person_id = $2 AND ended_at IS NULL",
    )
    .bind(organisation.to_string())
    .bind(person.to_string())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// The living membership of a person in an organisation.
pub(super) async fn find_membership(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    person: PersonId,
) -> Result<Option<Membership>, Failure> {
    let row =
        sqlx::query("SELECT * FROM memberships WHERE organisation_id = $1 AND person_id = $2 AND ended_at IS NULL")
            .bind(organisation.to_string())
            .bind(person.to_string())
            .fetch_optional(conn)
            .await?;
    row.as_ref().map(membership).transpose()
}

/// The living memberships of an organisation, in order of their beginning.
pub(super) async fn members(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
) -> Result<Vec<Membership>, Failure> {
    let rows = sqlx::query("SELECT * FROM memberships WHERE organisation_id = $1 AND ended_at IS NULL ORDER BY id")
        .bind(organisation.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(membership).collect()
}

/// The organisations a person is a living member of, with his roles, by name.
pub(super) async fn organisations_of(
    conn: &mut AnyConnection,
    person: PersonId,
) -> Result<Vec<(Organisation, Vec<Role>)>, Failure> {
    let rows = sqlx::query(
        "SELECT o.*, m.roles FROM memberships m JOIN organisations o ON o.id = m.organisation_id \
         WHERE m.person_id = $1 AND m.ended_at IS NULL ORDER BY o.id",
    )
    .bind(person.to_string())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((organisation(row)?, roles(row)?))).collect()
}

/// Serialises changes of one organisation's members: grows its version, which locks its row until the transaction ends.
pub(super) async fn lock(conn: &mut AnyConnection, id: OrganisationId) -> Result<(), Failure> {
    let done = sqlx::query("UPDATE organisations SET version = version + 1 WHERE id = $1")
        .bind(id.to_string())
        .execute(conn)
        .await?;
    expect_version(done.rows_affected(), "organisation")
}

/// How many organisations are not verified.
pub(super) async fn count_unverified(conn: &mut AnyConnection) -> Result<i64, Failure> {
    let row =
        sqlx::query("SELECT COUNT(*) AS many FROM organisations WHERE state = 'unverified'").fetch_one(conn).await?;
    Ok(row.try_get("many")?)
}
