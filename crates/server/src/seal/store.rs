//! SQL of seals and grants.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::certificate::Owner;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{CertificateId, ContractId, PersonId, SealGrantId, SealId};
use yinxin_domain::seal::{Grant, SealState};
use yinxin_domain::signing::SealType;

use crate::db::{expect_version, parsed};
use crate::failure::Failure;

/// A seal as stored.
#[derive(Clone, Debug)]
pub struct StoredSeal {
    /// `seal_…`
    pub id: SealId,
    /// Whose.
    pub owner: Owner,
    /// The certificate that uses it.
    pub certificate: CertificateId,
    /// What it is for.
    pub seal_type: SealType,
    /// Its full name.
    pub name: String,
    /// The name that is drawn.
    pub drawn_name: String,
    /// Thirteen digits, if it is filed with the police.
    pub code: Option<String>,
    /// Where its structure lies.
    pub structure: Sm3Digest,
    /// Whether it can be used.
    pub state: SealState,
    /// Grows with every change.
    pub version: i64,
    /// Microseconds UTC.
    pub created_at: i64,
}

/// The stored spelling of a type is its code.
fn seal_type(text: &str) -> Option<SealType> {
    use SealType::{Bid, Company, Contract, Finance, LegalRepresentative, PersonalName};
    [Company, Contract, Finance, LegalRepresentative, PersonalName, Bid].into_iter().find(|one| one.code() == text)
}

fn one_of<T>(row: &AnyRow, column: &'static str, parse: fn(&str) -> Option<T>) -> Result<T, Failure> {
    let text: &str = row.try_get(column)?;
    parse(text).ok_or_else(|| Failure::damaged(column, format!("unknown value {text:?}")))
}

fn seal(row: &AnyRow) -> Result<StoredSeal, Failure> {
    Ok(StoredSeal {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        certificate: parsed(row, "certificate_id")?,
        seal_type: one_of(row, "seal_type", seal_type)?,
        name: row.try_get("name")?,
        drawn_name: row.try_get("drawn_name")?,
        code: row.try_get("code")?,
        structure: parsed(row, "structure")?,
        state: one_of(row, "state", SealState::parse)?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
    })
}

/// Adds a seal; false when the owner has one of this type that is not cancelled.
pub(super) async fn insert(conn: &mut AnyConnection, seal: &StoredSeal) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO seals (id, owner, certificate_id, seal_type, name, drawn_name, code, structure, state, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10) ON CONFLICT DO NOTHING",
    )
    .bind(seal.id.to_string())
    .bind(seal.owner.to_string())
    .bind(seal.certificate.to_string())
    .bind(seal.seal_type.code())
    .bind(&seal.name)
    .bind(&seal.drawn_name)
    .bind(seal.code.as_deref())
    .bind(seal.structure.to_string())
    .bind(seal.state.as_str())
    .bind(seal.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A seal.
pub(super) async fn find(conn: &mut AnyConnection, id: SealId) -> Result<Option<StoredSeal>, Failure> {
    let row = sqlx::query("SELECT * FROM seals WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(seal).transpose()
}

/// An owner's seals, newest first; at most a hundred.
pub(super) async fn of_owner(conn: &mut AnyConnection, owner: Owner) -> Result<Vec<StoredSeal>, Failure> {
    let rows = sqlx::query("SELECT * FROM seals WHERE owner = $1 ORDER BY id DESC LIMIT 100")
        .bind(owner.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(seal).collect()
}

/// The seals of a certificate that are not cancelled.
pub(super) async fn of_certificate(conn: &mut AnyConnection, id: CertificateId) -> Result<Vec<StoredSeal>, Failure> {
    let rows = sqlx::query("SELECT * FROM seals WHERE certificate_id = $1 AND state <> 'cancelled' ORDER BY id")
        .bind(id.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(seal).collect()
}

/// Cancels the seals of a certificate.
pub(super) async fn cancel_of_certificate(conn: &mut AnyConnection, id: CertificateId) -> Result<(), Failure> {
    sqlx::query(
        "UPDATE seals SET state = 'cancelled', version = version + 1 WHERE certificate_id = $1 AND state <> 'cancelled'",
    )
    .bind(id.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// Changes the state of the version that was looked at.
pub(super) async fn set_state(
    conn: &mut AnyConnection,
    id: SealId,
    version: i64,
    state: SealState,
) -> Result<(), Failure> {
    let done = sqlx::query("UPDATE seals SET state = $3, version = version + 1 WHERE id = $1 AND version = $2")
        .bind(id.to_string())
        .bind(version)
        .bind(state.as_str())
        .execute(conn)
        .await?;
    expect_version(done.rows_affected(), "seal")
}

/// The state of a seal that is bound to this certificate.
pub(super) async fn state(
    conn: &mut AnyConnection,
    id: SealId,
    certificate: CertificateId,
) -> Result<Option<SealState>, Failure> {
    let row = sqlx::query("SELECT state FROM seals WHERE id = $1 AND certificate_id = $2")
        .bind(id.to_string())
        .bind(certificate.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|row| one_of(&row, "state", SealState::parse)).transpose()
}

/// A grant as stored.
#[derive(Clone, Debug)]
pub struct StoredGrant {
    /// `grt_…`
    pub id: SealGrantId,
    /// Of which seal.
    pub seal: SealId,
    /// To whom, on what, until when.
    pub grant: Grant,
    /// Microseconds UTC.
    pub created_at: i64,
}

fn grant(row: &AnyRow) -> Result<StoredGrant, Failure> {
    let contract: Option<String> = row.try_get("contract_id")?;
    let contract = contract
        .map(|text| ContractId::parse(&text).map_err(|error| Failure::damaged("contract_id", error)))
        .transpose()?;
    Ok(StoredGrant {
        id: parsed(row, "id")?,
        seal: parsed(row, "seal_id")?,
        grant: Grant { person: parsed(row, "person_id")?, contract, expires_at: row.try_get("expires_at")? },
        created_at: row.try_get("created_at")?,
    })
}

/// A right to use a seal that ends soon.
#[derive(Clone, Debug)]
pub struct EndingGrant {
    /// The seal.
    pub seal: SealId,
    /// Whose.
    pub owner: Owner,
    /// Its name.
    pub name: String,
    /// When the right ends, microseconds UTC.
    pub expires_at: i64,
}

/// The rights of a person that end between two moments, the nearest first.
pub(super) async fn ending_grants(
    conn: &mut AnyConnection,
    person: PersonId,
    now: i64,
    until: i64,
) -> Result<Vec<EndingGrant>, Failure> {
    let rows = sqlx::query(
        "SELECT g.seal_id, g.expires_at, s.owner, s.name FROM seal_grants g JOIN seals s ON s.id = g.seal_id \
         WHERE g.person_id = $1 AND g.ended_at IS NULL AND g.expires_at > $2 AND g.expires_at <= $3 AND s.state = 'usable' \
         ORDER BY g.expires_at, g.id LIMIT 20",
    )
    .bind(person.to_string())
    .bind(now)
    .bind(until)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(EndingGrant {
                seal: parsed(row, "seal_id")?,
                owner: parsed(row, "owner")?,
                name: row.try_get("name")?,
                expires_at: row.try_get("expires_at")?,
            })
        })
        .collect()
}

/// Adds a grant.
pub(super) async fn insert_grant(conn: &mut AnyConnection, stored: &StoredGrant) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO seal_grants (id, seal_id, person_id, contract_id, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(stored.id.to_string())
    .bind(stored.seal.to_string())
    .bind(stored.grant.person.to_string())
    .bind(stored.grant.contract.map(|contract| contract.to_string()))
    .bind(stored.grant.expires_at)
    .bind(stored.created_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The grants of a seal that were not withdrawn, oldest first; those that have expired are among them.
pub(super) async fn grants(conn: &mut AnyConnection, seal: SealId) -> Result<Vec<StoredGrant>, Failure> {
    let rows = sqlx::query("SELECT * FROM seal_grants WHERE seal_id = $1 AND ended_at IS NULL ORDER BY id LIMIT 1000")
        .bind(seal.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(grant).collect()
}

/// Those of a seal's grants that a person has; withdrawn ones are not among them.
pub(super) async fn grants_to(
    conn: &mut AnyConnection,
    seal: SealId,
    person: PersonId,
) -> Result<Vec<StoredGrant>, Failure> {
    let rows = sqlx::query("SELECT * FROM seal_grants WHERE seal_id = $1 AND person_id = $2 AND ended_at IS NULL")
        .bind(seal.to_string())
        .bind(person.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(grant).collect()
}

/// Withdraws a grant; false when there is none.
pub(super) async fn end_grant(
    conn: &mut AnyConnection,
    seal: SealId,
    id: SealGrantId,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query("UPDATE seal_grants SET ended_at = $3 WHERE id = $1 AND seal_id = $2 AND ended_at IS NULL")
        .bind(id.to_string())
        .bind(seal.to_string())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
