//! SQL of awards, their parties, and pushes.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::award::{Award, Fault};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{AwardId, ClientId, ContractId, OrganisationId, PushId};

use crate::db::parsed;
use crate::failure::Failure;

/// Where an award stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AwardState {
    /// No contract has been begun; it may be corrected and cancelled.
    Open,
    /// A contract has been begun.
    Drafting,
    /// Its pusher cancelled it.
    Cancelled,
}

impl AwardState {
    /// The stored spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Drafting => "drafting",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An award as stored.
#[derive(Clone, Debug)]
pub struct StoredAward {
    /// `awd_…`
    pub id: AwardId,
    /// Who pushed it.
    pub client: ClientId,
    /// Where it stands.
    pub state: AwardState,
    /// Grows with every change.
    pub version: i64,
    /// What was awarded.
    pub award: Award,
    /// SM3 of the stored JSON: equal for equal awards.
    pub digest: Sm3Digest,
    /// The contract that was begun from it.
    pub contract: Option<ContractId>,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub updated_at: i64,
}

/// An organisation's place in an award.
#[derive(Clone, Debug)]
pub struct AwardParty {
    /// `A` for the purchaser, `B`, `C` … for the suppliers.
    pub key: String,
    /// The organisation.
    pub organisation: OrganisationId,
}

/// A push that changed something or was refused.
#[derive(Clone, Debug)]
pub struct Push {
    /// `psh_…`
    pub id: PushId,
    /// Who pushed.
    pub client: ClientId,
    /// Microseconds UTC.
    pub received_at: i64,
    /// `created`, `corrected`, `refused` or `conflict`.
    pub outcome: String,
    /// The award it made or changed, or the one that stood in its way.
    pub award: Option<AwardId>,
    /// The body as it came, in the document store.
    pub file: Sm3Digest,
    /// What was wrong with it.
    pub faults: Vec<Fault>,
}

fn stored_award(row: &AnyRow) -> Result<StoredAward, Failure> {
    let state = match row.try_get::<&str, _>("state")? {
        "open" => AwardState::Open,
        "drafting" => AwardState::Drafting,
        "cancelled" => AwardState::Cancelled,
        other => return Err(Failure::damaged("awards.state", format!("unknown state {other:?}"))),
    };
    let body: &str = row.try_get("body")?;
    let contract: Option<&str> = row.try_get("contract_id")?;
    Ok(StoredAward {
        id: parsed(row, "id")?,
        client: parsed(row, "client_id")?,
        state,
        version: row.try_get("version")?,
        award: serde_json::from_str(body).map_err(|error| Failure::damaged("awards.body", error))?,
        digest: parsed(row, "body_sm3")?,
        contract: contract
            .map(|id| id.parse().map_err(|error| Failure::damaged("awards.contract_id", error)))
            .transpose()?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}

/// The stored form of an award; its SM3 is `body_sm3`.
///
/// # Errors
/// [`Failure::Damaged`], which cannot happen for a checked award.
pub(super) fn body(award: &Award) -> Result<String, Failure> {
    serde_json::to_string(award).map_err(|error| Failure::damaged("awards.body", error))
}

/// Adds an award.
pub(super) async fn insert(conn: &mut AnyConnection, award: &StoredAward) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO awards (id, client_id, award_key, state, version, profile, category, project_code, project_name, amount_fen, \
         body, body_sm3, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(award.id.to_string())
    .bind(award.client.to_string())
    .bind(award.award.key())
    .bind(award.state.as_str())
    .bind(award.version)
    .bind(&award.award.profile)
    .bind(award.award.project.category.as_str())
    .bind(&award.award.project.code)
    .bind(&award.award.project.name)
    .bind(award.award.amount.fen())
    .bind(body(&award.award)?)
    .bind(award.digest.to_string())
    .bind(award.created_at)
    .bind(award.updated_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Replaces the content of an open award; false if it is not open at that version any more.
pub(super) async fn correct(conn: &mut AnyConnection, award: &StoredAward, version: i64) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE awards SET version = $3, profile = $4, category = $5, project_code = $6, project_name = $7, amount_fen = $8, \
         body = $9, body_sm3 = $10, updated_at = $11 WHERE id = $1 AND version = $2 AND state = 'open'",
    )
    .bind(award.id.to_string())
    .bind(version)
    .bind(award.version)
    .bind(&award.award.profile)
    .bind(award.award.project.category.as_str())
    .bind(&award.award.project.code)
    .bind(&award.award.project.name)
    .bind(award.award.amount.fen())
    .bind(body(&award.award)?)
    .bind(award.digest.to_string())
    .bind(award.updated_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Cancels an open award and gives back its lots or order; false if it is not open at that version any more.
pub(super) async fn cancel(
    conn: &mut AnyConnection,
    id: AwardId,
    version: i64,
    reason: &str,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE awards SET state = 'cancelled', cancel_reason = $3, version = version + 1, updated_at = $4 \
         WHERE id = $1 AND version = $2 AND state = 'open'",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(reason)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM award_subjects WHERE award_id = $1").bind(id.to_string()).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}

/// Claims a lot or order for an award; the award that has it, if another has.
pub(super) async fn claim_subject(
    conn: &mut AnyConnection,
    client: ClientId,
    subject: &str,
    award: AwardId,
) -> Result<Option<AwardId>, Failure> {
    let done = sqlx::query(
        "INSERT INTO award_subjects (client_id, subject, award_id) VALUES ($1, $2, $3) ON CONFLICT (client_id, subject) DO NOTHING",
    )
    .bind(client.to_string())
    .bind(subject)
    .bind(award.to_string())
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(None);
    }
    let row = sqlx::query("SELECT award_id FROM award_subjects WHERE client_id = $1 AND subject = $2")
        .bind(client.to_string())
        .bind(subject)
        .fetch_one(conn)
        .await?;
    let holder: AwardId = parsed(&row, "award_id")?;
    Ok(Some(holder).filter(|holder| *holder != award))
}

/// Sets the parties of an award.
pub(super) async fn put_parties(
    conn: &mut AnyConnection,
    award: AwardId,
    parties: &[AwardParty],
) -> Result<(), Failure> {
    sqlx::query("DELETE FROM award_parties WHERE award_id = $1").bind(award.to_string()).execute(&mut *conn).await?;
    for party in parties {
        sqlx::query("INSERT INTO award_parties (award_id, party_key, organisation_id) VALUES ($1, $2, $3)")
            .bind(award.to_string())
            .bind(&party.key)
            .bind(party.organisation.to_string())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// The parties of an award, A first. For every feature that works with the award.
///
/// # Errors
/// [`Failure`].
pub async fn parties(conn: &mut AnyConnection, award: AwardId) -> Result<Vec<AwardParty>, Failure> {
    let rows =
        sqlx::query("SELECT party_key, organisation_id FROM award_parties WHERE award_id = $1 ORDER BY party_key")
            .bind(award.to_string())
            .fetch_all(conn)
            .await?;
    rows.iter()
        .map(|row| Ok(AwardParty { key: row.try_get("party_key")?, organisation: parsed(row, "organisation_id")? }))
        .collect()
}

/// An award. For every feature that works with it.
///
/// # Errors
/// [`Failure`].
pub async fn find(conn: &mut AnyConnection, id: AwardId) -> Result<Option<StoredAward>, Failure> {
    let row = sqlx::query("SELECT * FROM awards WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(stored_award).transpose()
}

/// The award of a client with a key, unless it was cancelled.
pub(super) async fn find_living(
    conn: &mut AnyConnection,
    client: ClientId,
    key: &str,
) -> Result<Option<StoredAward>, Failure> {
    let row =
        sqlx::query("SELECT * FROM awards WHERE client_id = $1 AND award_key = $2 AND state IN ('open', 'drafting')")
            .bind(client.to_string())
            .bind(key)
            .fetch_optional(conn)
            .await?;
    row.as_ref().map(stored_award).transpose()
}

/// The open awards of an organisation, oldest first, after an id (empty for the first page), with its key in each.
pub(super) async fn open_of(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    after: &str,
    limit: i64,
) -> Result<Vec<(StoredAward, String)>, Failure> {
    // Open awards are few and have an index of their own; CROSS JOIN makes SQLite begin with them.
    let rows = sqlx::query(
        "SELECT a.*, p.party_key FROM awards a CROSS JOIN award_parties p WHERE a.state = 'open' AND p.award_id = a.id \
         AND p.organisation_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3",
    )
    .bind(organisation.to_string())
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((stored_award(row)?, row.try_get("party_key")?))).collect()
}

/// Awards, newest first, before an id (empty for the first page); of one organisation, or all; in one state, or all.
pub(super) async fn list(
    conn: &mut AnyConnection,
    organisation: Option<OrganisationId>,
    state: Option<AwardState>,
    before: &str,
    limit: i64,
) -> Result<Vec<StoredAward>, Failure> {
    let organisation = organisation.map(|id| id.to_string()).unwrap_or_default();
    let rows = sqlx::query(
        "SELECT * FROM awards WHERE ($1 = '' OR id IN (SELECT award_id FROM award_parties WHERE organisation_id = $1)) \
         AND ($2 = '' OR id < $2) AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4",
    )
    .bind(organisation)
    .bind(before)
    .bind(state.map(AwardState::as_str).unwrap_or_default())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(stored_award).collect()
}

/// Begins a contract from an open award, inside the contract's own commit; false if the award is not open (any more): a
/// contract has been begun, or it was cancelled.
///
/// # Errors
/// [`Failure`].
pub async fn begin_drafting(
    conn: &mut AnyConnection,
    id: AwardId,
    version: i64,
    contract: ContractId,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE awards SET state = 'drafting', contract_id = $3, version = version + 1, updated_at = $4 \
         WHERE id = $1 AND version = $2 AND state = 'open'",
    )
    .bind(id.to_string())
    .bind(version)
    .bind(contract.to_string())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Opens an award again whose contract came to nothing (rejected, revoked, expired), inside the contract's own commit;
/// false if the award does not belong to that contract.
///
/// # Errors
/// [`Failure`].
pub async fn release(conn: &mut AnyConnection, id: AwardId, contract: ContractId, now: i64) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE awards SET state = 'open', contract_id = NULL, version = version + 1, updated_at = $3 \
         WHERE id = $1 AND contract_id = $2 AND state = 'drafting'",
    )
    .bind(id.to_string())
    .bind(contract.to_string())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps a push.
pub(super) async fn insert_push(conn: &mut AnyConnection, push: &Push) -> Result<(), Failure> {
    let faults = serde_json::to_string(&push.faults).map_err(|error| Failure::damaged("pushes.faults", error))?;
    sqlx::query(
        "INSERT INTO pushes (id, client_id, received_at, outcome, award_id, file_sm3, faults) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(push.id.to_string())
    .bind(push.client.to_string())
    .bind(push.received_at)
    .bind(&push.outcome)
    .bind(push.award.map(|award| award.to_string()))
    .bind(push.file.to_string())
    .bind(faults)
    .execute(conn)
    .await?;
    Ok(())
}

/// Pushes with an outcome (all if empty), newest first, before an id.
pub(super) async fn pushes(
    conn: &mut AnyConnection,
    outcome: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Push>, Failure> {
    let rows = sqlx::query(
        "SELECT * FROM pushes WHERE ($1 = '' OR outcome = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
    )
    .bind(outcome)
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(push).collect()
}

fn push(row: &AnyRow) -> Result<Push, Failure> {
    let award: Option<&str> = row.try_get("award_id")?;
    let faults: &str = row.try_get("faults")?;
    Ok(Push {
        id: parsed(row, "id")?,
        client: parsed(row, "client_id")?,
        received_at: row.try_get("received_at")?,
        outcome: row.try_get("outcome")?,
        award: award.map(|id| id.parse().map_err(|error| Failure::damaged("pushes.award_id", error))).transpose()?,
        file: parsed(row, "file_sm3")?,
        faults: serde_json::from_str(faults).map_err(|error| Failure::damaged("pushes.faults", error))?,
    })
}

/// How many pushes had each outcome.
pub(super) async fn push_counts(conn: &mut AnyConnection) -> Result<Vec<(String, i64)>, Failure> {
    let rows = sqlx::query("SELECT outcome, COUNT(*) AS many FROM pushes GROUP BY outcome ORDER BY outcome")
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("outcome")?, row.try_get("many")?))).collect()
}

/// A push.
pub(super) async fn find_push(conn: &mut AnyConnection, id: PushId) -> Result<Option<Push>, Failure> {
    let row = sqlx::query("SELECT * FROM pushes WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(push).transpose()
}
