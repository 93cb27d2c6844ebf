//! SQL of submissions and answers.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use yinxin_domain::filing::FilingPackage;
use yinxin_domain::ids::{ContractId, FilingId};

use crate::db::parsed;
use crate::failure::Failure;

/// One submission of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// `fil_…`, also the idempotency key of every push of it.
    pub id: FilingId,
    /// The contract.
    pub contract: ContractId,
    /// Counts the contract's submissions, from 1.
    pub attempt: u32,
    /// What the supervising system is given.
    pub package: FilingPackage,
    /// When it was put together, microseconds UTC.
    pub prepared_at: i64,
    /// When the supervising system first had it, microseconds UTC.
    pub pushed_at: Option<i64>,
    /// When it was decided, microseconds UTC.
    pub answered_at: Option<i64>,
}

/// One answer of the supervising system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// When it came, microseconds UTC.
    pub received_at: i64,
    /// Whether it came with a push; otherwise the supervising system called.
    pub asked: bool,
    /// Whether it says accepted.
    pub accepted: bool,
    /// The receipt.
    pub receipt: Option<String>,
    /// Why it refuses.
    pub reason: Option<String>,
    /// What it did: `decided`, `repeated`, `superseded`, `contradictory`.
    pub effect: String,
}

fn outcome(accepted: bool) -> &'static str {
    if accepted { "accepted" } else { "refused" }
}

fn filing(row: &AnyRow) -> Result<Filing, Failure> {
    let attempt: i64 = row.try_get("attempt")?;
    Ok(Filing {
        id: parsed(row, "id")?,
        contract: parsed(row, "contract_id")?,
        attempt: u32::try_from(attempt).map_err(|error| Failure::damaged("filings.attempt", error))?,
        package: serde_json::from_str(row.try_get("package")?)
            .map_err(|error| Failure::damaged("filings.package", error))?,
        prepared_at: row.try_get("prepared_at")?,
        pushed_at: row.try_get("pushed_at")?,
        answered_at: row.try_get("answered_at")?,
    })
}

/// Keeps what will be pushed, unless this submission is kept already; gives whether it was not.
pub(super) async fn insert(conn: &mut AnyConnection, filing: &Filing) -> Result<bool, Failure> {
    let package = serde_json::to_string(&filing.package).map_err(|error| Failure::damaged("filings.package", error))?;
    let done = sqlx::query(
        "INSERT INTO filings (id, contract_id, attempt, package, prepared_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (contract_id, attempt) DO NOTHING",
    )
    .bind(filing.id.to_string())
    .bind(filing.contract.to_string())
    .bind(i64::from(filing.attempt))
    .bind(package)
    .bind(filing.prepared_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A submission.
pub(super) async fn find(conn: &mut AnyConnection, id: FilingId) -> Result<Option<Filing>, Failure> {
    let row = sqlx::query("SELECT * FROM filings WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(filing).transpose()
}

/// The submissions of a contract, first to last.
pub(super) async fn of_contract(conn: &mut AnyConnection, contract: ContractId) -> Result<Vec<Filing>, Failure> {
    let rows = sqlx::query("SELECT * FROM filings WHERE contract_id = $1 ORDER BY attempt")
        .bind(contract.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(filing).collect()
}

/// Submissions of all contracts, newest first, before an id (empty for the first page): `waiting` for an answer, `accepted` or `refused`; all if
/// empty.
pub(super) async fn list(
    conn: &mut AnyConnection,
    outcome: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Filing>, Failure> {
    let rows = sqlx::query(
        "SELECT * FROM filings WHERE ($1 = '' OR outcome = $1 OR ($1 = 'waiting' AND outcome IS NULL)) AND ($2 = '' OR id < $2) \
         ORDER BY id DESC LIMIT $3",
    )
    .bind(outcome)
    .bind(before)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(filing).collect()
}

/// The number of the newest submission of a contract; 0 before the first.
pub(super) async fn newest_attempt(conn: &mut AnyConnection, contract: ContractId) -> Result<u32, Failure> {
    let row = sqlx::query("SELECT COALESCE(MAX(attempt), 0) AS newest FROM filings WHERE contract_id = $1")
        .bind(contract.to_string())
        .fetch_one(conn)
        .await?;
    let newest: i64 = row.try_get("newest")?;
    u32::try_from(newest).map_err(|error| Failure::damaged("filings.attempt", error))
}

/// How many submissions wait for an answer.
pub(super) async fn count_waiting(conn: &mut AnyConnection) -> Result<i64, Failure> {
    let row = sqlx::query("SELECT COUNT(*) AS many FROM filings WHERE outcome IS NULL").fetch_one(conn).await?;
    Ok(row.try_get("many")?)
}

/// Notes that the supervising system has it.
pub(super) async fn note_pushed(conn: &mut AnyConnection, id: FilingId, at: i64) -> Result<(), Failure> {
    sqlx::query("UPDATE filings SET pushed_at = COALESCE(pushed_at, $2) WHERE id = $1")
        .bind(id.to_string())
        .bind(at)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps an answer, and of the one that decides what it says. The contract's version was checked in the same commit, so that answers to one
/// contract come one after the other.
pub(super) async fn add_answer(conn: &mut AnyConnection, id: FilingId, answer: &Answer) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO filing_answers (filing_id, seq, received_at, asked, outcome, receipt, reason, effect) \
         SELECT $1, COUNT(*) + 1, $2, $3, $4, $5, $6, $7 FROM filing_answers WHERE filing_id = $1",
    )
    .bind(id.to_string())
    .bind(answer.received_at)
    .bind(i64::from(answer.asked))
    .bind(outcome(answer.accepted))
    .bind(&answer.receipt)
    .bind(&answer.reason)
    .bind(&answer.effect)
    .execute(&mut *conn)
    .await?;
    if answer.effect == "decided" {
        sqlx::query(
            "UPDATE filings SET pushed_at = COALESCE(pushed_at, $2), answered_at = $2, outcome = $3, receipt = $4, reason = $5 WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(answer.received_at)
        .bind(outcome(answer.accepted))
        .bind(&answer.receipt)
        .bind(&answer.reason)
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// The answers to a submission, in the order they came.
pub(super) async fn answers(conn: &mut AnyConnection, id: FilingId) -> Result<Vec<Answer>, Failure> {
    let rows = sqlx::query("SELECT * FROM filing_answers WHERE filing_id = $1 ORDER BY seq")
        .bind(id.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let (asked, said): (i64, &str) = (row.try_get("asked")?, row.try_get("outcome")?);
            Ok(Answer {
                received_at: row.try_get("received_at")?,
                asked: asked == 1,
                accepted: said == outcome(true),
                receipt: row.try_get("receipt")?,
                reason: row.try_get("reason")?,
                effect: row.try_get("effect")?,
            })
        })
        .collect()
}
