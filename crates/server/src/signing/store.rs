//! SQL of intents, of batches of them and of the signatures that came of them.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::contract::PartyKey;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{BatchId, CertificateId, ContractId, IntentId, PersonId, SealId, SignatureId};
use yinxin_domain::signing::{Batch, Intent, Placed, PlacementKind, Summary};

use crate::db::{expect_version, parsed};
use crate::failure::Failure;

/// An intent as stored.
#[derive(Clone, Debug)]
pub struct StoredIntent {
    /// The intent.
    pub intent: Intent,
    /// What the signer was shown.
    pub summary: Summary,
    /// What its completion answered, JSON.
    pub result: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

/// A batch as stored.
#[derive(Clone, Debug)]
pub struct StoredBatch {
    /// The batch.
    pub batch: Batch,
    /// Grows with every change.
    pub version: i64,
}

/// One signature of a party as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// `sig_…`
    pub id: SignatureId,
    /// The contract.
    pub contract: ContractId,
    /// The number of the draft that had become the text.
    pub draft: u32,
    /// The number of the step.
    pub step: usize,
    /// The party.
    pub party: PartyKey,
    /// An organisation's seal or a personal signature.
    pub kind: PlacementKind,
    /// The field in the PDF.
    pub field: String,
    /// The seal.
    pub seal: SealId,
    /// The certificate.
    pub certificate: CertificateId,
    /// Its serial number, hexadecimal.
    pub certificate_serial: String,
    /// Who signed.
    pub person: PersonId,
    /// By which intent.
    pub intent: IntentId,
    /// What was placed with it.
    pub placed: Vec<Placed>,
    /// SM3 of the revision that holds it.
    pub document: Sm3Digest,
    /// When, microseconds UTC.
    pub signed_at: i64,
    /// The time that its timestamp gives, microseconds UTC.
    pub stamped_at: i64,
}

fn digest(row: &AnyRow, column: &'static str) -> Result<Sm3Digest, Failure> {
    let text: &str = row.try_get(column)?;
    Sm3Digest::parse(text).map_err(|error| Failure::damaged(column, error))
}

fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, Failure> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|error| Failure::damaged(column, error))
}

fn text<T: serde::Serialize>(value: &T, what: &'static str) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::damaged(what, error))
}

fn stored_intent(row: &AnyRow) -> Result<StoredIntent, Failure> {
    Ok(StoredIntent {
        intent: json(row, "intent")?,
        summary: json(row, "summary")?,
        result: row.try_get("result")?,
        version: row.try_get("version")?,
    })
}

/// Adds an intent, in version 1.
pub(super) async fn insert_intent(conn: &mut AnyConnection, intent: &Intent, summary: &Summary) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO signing_intents (id, contract_id, person_id, organisation_id, intent, summary, batch_id, version) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
    )
    .bind(intent.id.to_string())
    .bind(intent.contract.to_string())
    .bind(intent.person.to_string())
    .bind(intent.organisation.to_string())
    .bind(text(intent, "signing_intents.intent")?)
    .bind(text(summary, "signing_intents.summary")?)
    .bind(intent.batch.map(|batch| batch.to_string()))
    .execute(conn)
    .await?;
    Ok(())
}

/// The intent with this id.
pub(super) async fn find_intent(conn: &mut AnyConnection, id: IntentId) -> Result<Option<StoredIntent>, Failure> {
    let row = sqlx::query("SELECT intent, summary, result, version FROM signing_intents WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(stored_intent).transpose()
}

/// The intents of a batch.
pub(super) async fn intents_of(conn: &mut AnyConnection, batch: BatchId) -> Result<Vec<StoredIntent>, Failure> {
    let rows =
        sqlx::query("SELECT intent, summary, result, version FROM signing_intents WHERE batch_id = $1 ORDER BY id")
            .bind(batch.to_string())
            .fetch_all(conn)
            .await?;
    rows.iter().map(stored_intent).collect()
}

/// Adds a batch, in version 1.
pub(super) async fn insert_batch(conn: &mut AnyConnection, batch: &Batch) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO signing_batches (id, person_id, organisation_id, batch, version) VALUES ($1, $2, $3, $4, 1)",
    )
    .bind(batch.id.to_string())
    .bind(batch.person.to_string())
    .bind(batch.organisation.to_string())
    .bind(text(batch, "signing_batches.batch")?)
    .execute(conn)
    .await?;
    Ok(())
}

/// The batch with this id.
pub(super) async fn find_batch(conn: &mut AnyConnection, id: BatchId) -> Result<Option<StoredBatch>, Failure> {
    let row = sqlx::query("SELECT batch, version FROM signing_batches WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    let stored = |row: &AnyRow| Ok(StoredBatch { batch: json(row, "batch")?, version: row.try_get("version")? });
    row.as_ref().map(stored).transpose()
}

/// Writes the next state of a batch.
///
/// # Errors
/// [`Failure::StaleVersion`] when it is no longer in the version that was read.
pub(super) async fn update_batch(conn: &mut AnyConnection, version: i64, batch: &Batch) -> Result<(), Failure> {
    let done =
        sqlx::query("UPDATE signing_batches SET batch = $1, version = version + 1 WHERE id = $2 AND version = $3")
            .bind(text(batch, "signing_batches.batch")?)
            .bind(batch.id.to_string())
            .bind(version)
            .execute(conn)
            .await?;
    expect_version(done.rows_affected(), "signing_batch")
}

/// Writes the next state of an intent, with the answer of its completion if it is completed.
///
/// # Errors
/// [`Failure::StaleVersion`] when it is no longer in the version that was read.
pub(super) async fn update_intent(
    conn: &mut AnyConnection,
    version: i64,
    intent: &Intent,
    result: Option<&str>,
) -> Result<(), Failure> {
    let done = sqlx::query(
        "UPDATE signing_intents SET intent = $1, result = $2, version = version + 1 WHERE id = $3 AND version = $4",
    )
    .bind(text(intent, "signing_intents.intent")?)
    .bind(result)
    .bind(intent.id.to_string())
    .bind(version)
    .execute(conn)
    .await?;
    expect_version(done.rows_affected(), "signing_intent")
}

/// Writes an intent of which nothing is proved yet, with what its signer is shown now.
///
/// # Errors
/// [`Failure::StaleVersion`] when it is no longer in the version that was read.
pub(super) async fn update_unproved(
    conn: &mut AnyConnection,
    version: i64,
    intent: &Intent,
    summary: &Summary,
) -> Result<(), Failure> {
    let done = sqlx::query(
        "UPDATE signing_intents SET intent = $1, summary = $2, version = version + 1 WHERE id = $3 AND version = $4",
    )
    .bind(text(intent, "signing_intents.intent")?)
    .bind(text(summary, "signing_intents.summary")?)
    .bind(intent.id.to_string())
    .bind(version)
    .execute(conn)
    .await?;
    expect_version(done.rows_affected(), "signing_intent")
}

/// Adds a signature.
pub(super) async fn insert_signature(conn: &mut AnyConnection, signature: &Signature) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO signatures (id, contract_id, draft, step, party, kind, field, seal_id, certificate_id, certificate_serial, \
         person_id, intent_id, placed, document, signed_at, stamped_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(signature.id.to_string())
    .bind(signature.contract.to_string())
    .bind(i64::from(signature.draft))
    .bind(i64::try_from(signature.step).unwrap_or(i64::MAX))
    .bind(signature.party.to_string())
    .bind(signature.kind.code())
    .bind(&signature.field)
    .bind(signature.seal.to_string())
    .bind(signature.certificate.to_string())
    .bind(&signature.certificate_serial)
    .bind(signature.person.to_string())
    .bind(signature.intent.to_string())
    .bind(text(&signature.placed, "signatures.placed")?)
    .bind(signature.document.to_string())
    .bind(signature.signed_at)
    .bind(signature.stamped_at)
    .execute(conn)
    .await?;
    Ok(())
}

fn signature(row: &AnyRow) -> Result<Signature, Failure> {
    let party: &str = row.try_get("party")?;
    let kind: &str = row.try_get("kind")?;
    let unknown = |column, value: &str| Failure::damaged(column, format!("unknown value {value:?}"));
    let (draft, step): (i64, i64) = (row.try_get("draft")?, row.try_get("step")?);
    Ok(Signature {
        id: parsed(row, "id")?,
        contract: parsed(row, "contract_id")?,
        draft: u32::try_from(draft).map_err(|error| Failure::damaged("signatures.draft", error))?,
        step: usize::try_from(step).map_err(|error| Failure::damaged("signatures.step", error))?,
        party: PartyKey::parse(party).ok_or_else(|| unknown("signatures.party", party))?,
        kind: PlacementKind::ALL
            .into_iter()
            .find(|one| one.code() == kind)
            .ok_or_else(|| unknown("signatures.kind", kind))?,
        field: row.try_get("field")?,
        seal: parsed(row, "seal_id")?,
        certificate: parsed(row, "certificate_id")?,
        certificate_serial: row.try_get("certificate_serial")?,
        person: parsed(row, "person_id")?,
        intent: parsed(row, "intent_id")?,
        placed: json(row, "placed")?,
        document: digest(row, "document")?,
        signed_at: row.try_get("signed_at")?,
        stamped_at: row.try_get("stamped_at")?,
    })
}

/// The signatures on one text of a contract (the draft names it) that were not discarded, oldest first.
pub(super) async fn standing_signatures(
    conn: &mut AnyConnection,
    contract: ContractId,
    draft: u32,
) -> Result<Vec<Signature>, Failure> {
    let rows = sqlx::query(
        "SELECT id, contract_id, draft, step, party, kind, field, seal_id, certificate_id, certificate_serial, person_id, intent_id, \
         placed, document, signed_at, stamped_at FROM signatures \
         WHERE contract_id = $1 AND draft = $2 AND discarded_at IS NULL ORDER BY signed_at, id",
    )
    .bind(contract.to_string())
    .bind(i64::from(draft))
    .fetch_all(conn)
    .await?;
    rows.iter().map(signature).collect()
}

/// Every signature on a contract, oldest first, with the moment at which it was discarded, if it was.
pub(super) async fn all_signatures(
    conn: &mut AnyConnection,
    contract: ContractId,
) -> Result<Vec<(Signature, Option<i64>)>, Failure> {
    let rows = sqlx::query("SELECT * FROM signatures WHERE contract_id = $1 ORDER BY signed_at, id")
        .bind(contract.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((signature(row)?, row.try_get("discarded_at")?))).collect()
}

/// Notes that what stands on a step is discarded; gives the number of signatures.
pub(super) async fn discard(
    conn: &mut AnyConnection,
    contract: ContractId,
    draft: u32,
    step: usize,
    now_micros: i64,
) -> Result<u64, Failure> {
    let done = sqlx::query(
        "UPDATE signatures SET discarded_at = $1 WHERE contract_id = $2 AND draft = $3 AND step = $4 AND discarded_at IS NULL",
    )
    .bind(now_micros)
    .bind(contract.to_string())
    .bind(i64::from(draft))
    .bind(i64::try_from(step).unwrap_or(i64::MAX))
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// SM3 of the revisions that were sealed last.
///
/// # Errors
/// [`Failure`].
pub async fn newest_documents(conn: &mut AnyConnection, limit: i64) -> Result<Vec<Sm3Digest>, Failure> {
    let rows =
        sqlx::query("SELECT document FROM signatures ORDER BY id DESC LIMIT $1").bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| digest(row, "document")).collect()
}
