//! SQL of contracts, their parties and typeset texts; their lists are in [`lists`].

pub mod lists;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use yinxin_domain::award::Award;
use yinxin_domain::contract::invariants::broken_by_transition;
use yinxin_domain::contract::{Contract, Effect, Transition};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, OrganisationId};
use yinxin_domain::signing::{Anchor, PageSize};

use super::awards::Awards;
use crate::award::use_cases as award_use_cases;
use crate::db::parsed;
use crate::failure::Failure;

/// A contract as stored.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The aggregate.
    pub(super) contract: Contract,
    /// The award as it was when drafting began.
    pub(super) award: Arc<Award>,
    /// The template's id.
    pub(super) template: String,
    /// The values of the draft.
    pub(super) fields: Value,
    /// The contract's number.
    pub(super) number: String,
    /// The contract's title.
    pub(super) title: String,
    /// Why fields depart from the award, by field.
    pub(super) reasons: Reasons,
}

/// Why fields of a draft depart from the award, by field.
pub type Reasons = BTreeMap<String, String>;

/// A typeset text.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredText {
    /// SM3 of the PDF.
    pub sm3: Sm3Digest,
    /// The sizes of its pages.
    pub pages: Vec<PageSize>,
    /// The places it leaves for the parties.
    pub anchors: Vec<Anchor>,
}

fn state(row: &AnyRow) -> Result<Contract, Failure> {
    Contract::from_stored(row.try_get("state")?).map_err(|error| Failure::damaged("contracts.state", error))
}

fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &'static str) -> Result<T, Failure> {
    serde_json::from_str(row.try_get(column)?).map_err(|error| Failure::damaged(column, error))
}

fn text<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::damaged(what, error))
}

fn stored_state(contract: &Contract) -> Result<String, Failure> {
    contract.to_stored().map_err(|error| Failure::damaged("contracts.state", error))
}

/// Adds a contract that was just begun, with its parties and lists. Its award is locked by the caller, in the same commit. `due_at` is
/// [`super::loaded::due_at`].
pub(super) async fn insert(
    conn: &mut AnyConnection,
    row: &Row,
    amount_fen: i64,
    due_at: i64,
    at: i64,
) -> Result<(), Failure> {
    let contract = &row.contract;
    let shown = lists::Shown { search: search_text(row), amount_fen, due_at };
    sqlx::query(
        "INSERT INTO contracts (id, version, state, profile, phase, award_id, award, template_id, fields, number, title, project_name, search, \
         started_at, updated_at, amount_fen, reasons) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, $16)",
    )
    .bind(contract.id().to_string())
    .bind(contract.version())
    .bind(stored_state(contract)?)
    .bind(contract.profile())
    .bind(contract.phase().code())
    .bind(contract.award().to_string())
    .bind(text("contracts.award", &*row.award)?)
    .bind(&row.template)
    .bind(row.fields.to_string())
    .bind(&row.number)
    .bind(&row.title)
    .bind(&row.award.project.name)
    .bind(&shown.search)
    .bind(at)
    .bind(shown.amount_fen)
    .bind(text("contracts.reasons", &row.reasons)?)
    .execute(&mut *conn)
    .await?;
    for party in contract.parties() {
        sqlx::query("INSERT INTO contract_parties (contract_id, party_key, organisation_id) VALUES ($1, $2, $3)")
            .bind(contract.id().to_string())
            .bind(party.key.to_string())
            .bind(party.organisation.to_string())
            .execute(&mut *conn)
            .await?;
    }
    lists::enter_all(conn, contract, &shown, at).await
}

/// What a search looks through, in lower case.
fn search_text(row: &Row) -> String {
    let names = row.contract.parties().iter().map(|party| party.name.as_str());
    let words = [row.number.as_str(), &row.title, &row.award.project.name, &row.award.project.code];
    words.into_iter().chain(names).collect::<Vec<_>>().join("\n").to_lowercase()
}

/// Saves a transition of a contract that was read as `before`: state, projections and lists, and gives its award back if it ended. For every
/// feature that moves a contract, inside its own commit; the events and messages are those of [`super::effects::record`], and `due_at` is
/// [`super::loaded::Loaded::due_at`] of what it becomes.
///
/// # Errors
/// [`Failure::StaleVersion`] when the contract has changed since; [`Failure::Damaged`] when the transition breaks what must hold.
pub async fn save_transition(
    conn: &mut AnyConnection,
    before: &Contract,
    transition: &Transition,
    due_at: i64,
    at: i64,
) -> Result<(), Failure> {
    let next = &transition.next;
    let broken = broken_by_transition(before, transition);
    if !broken.is_empty() {
        return Err(Failure::damaged("contract transition", broken.join("; ")));
    }
    let saved = sqlx::query(
        "UPDATE contracts SET version = $3, state = $4, phase = $5, updated_at = $6 WHERE id = $1 AND version = $2 RETURNING search, amount_fen",
    )
    .bind(next.id().to_string())
    .bind(before.version())
    .bind(next.version())
    .bind(stored_state(next)?)
    .bind(next.phase().code())
    .bind(at)
    .fetch_optional(&mut *conn)
    .await?;
    let saved = saved.ok_or(Failure::StaleVersion { what: "contract" })?;
    let shown = lists::Shown { search: saved.try_get("search")?, amount_fen: saved.try_get("amount_fen")?, due_at };
    lists::follow(&mut *conn, before, next, &shown, at).await?;
    if transition.effects.contains(&Effect::ReleaseAward) {
        award_use_cases::release(conn, next.award(), next.id(), at).await?;
    }
    Ok(())
}

/// Replaces the values of a draft, before [`save_transition`] checks the version in the same commit and brings the lists up to date.
pub(super) async fn set_fields(
    conn: &mut AnyConnection,
    id: ContractId,
    fields: &Value,
    reasons: &Reasons,
    amount_fen: i64,
) -> Result<(), Failure> {
    sqlx::query("UPDATE contracts SET fields = $2, reasons = $3, amount_fen = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(fields.to_string())
        .bind(text("contracts.reasons", reasons)?)
        .bind(amount_fen)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps the typeset text of a draft.
pub(super) async fn insert_text(
    conn: &mut AnyConnection,
    id: ContractId,
    draft: u32,
    stored: &StoredText,
    at: i64,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO contract_texts (contract_id, draft, sm3, pages, anchors, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(i64::from(draft))
    .bind(stored.sm3.to_string())
    .bind(text("contract_texts.pages", &stored.pages)?)
    .bind(text("contract_texts.anchors", &stored.anchors)?)
    .bind(at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The typeset text of a draft: page sizes and the places left for the parties. For the signing desk.
///
/// # Errors
/// [`Failure`].
pub async fn find_text(conn: &mut AnyConnection, id: ContractId, draft: u32) -> Result<Option<StoredText>, Failure> {
    let row = sqlx::query("SELECT * FROM contract_texts WHERE contract_id = $1 AND draft = $2")
        .bind(id.to_string())
        .bind(i64::from(draft))
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        Ok(StoredText { sm3: parsed(&row, "sm3")?, pages: json(&row, "pages")?, anchors: json(&row, "anchors")? })
    })
    .transpose()
}

/// The organisations that are parties of a contract; empty if there is no such contract. Asked before anything else, to decide who may; they
/// are fixed when the contract begins.
pub(super) async fn parties(
    conn: &mut AnyConnection,
    awards: &Awards,
    id: ContractId,
) -> Result<Arc<[OrganisationId]>, Failure> {
    if let Some(known) = awards.parties(id) {
        return Ok(known);
    }
    let rows = sqlx::query("SELECT organisation_id FROM contract_parties WHERE contract_id = $1 ORDER BY party_key")
        .bind(id.to_string())
        .fetch_all(conn)
        .await?;
    let parties: Arc<[OrganisationId]> =
        rows.iter().map(|row| parsed(row, "organisation_id")).collect::<Result<_, Failure>>()?;
    // One that is not there may begin a moment later.
    if !parties.is_empty() {
        awards.remember_parties(id, &parties);
    }
    Ok(parties)
}

/// A contract; its award is read if it is not yet among `awards`.
pub(super) async fn find(conn: &mut AnyConnection, awards: &Awards, id: ContractId) -> Result<Option<Row>, Failure> {
    let known = awards.find(id);
    let query = match known {
        Some(_) => "SELECT state, template_id, fields, number, title, reasons FROM contracts WHERE id = $1",
        None => "SELECT state, award, template_id, fields, number, title, reasons FROM contracts WHERE id = $1",
    };
    let row = sqlx::query(query).bind(id.to_string()).fetch_optional(conn).await?;
    row.map(|row| {
        let award = match known {
            Some(award) => award,
            None => {
                let award = Arc::new(json(&row, "award")?);
                awards.remember(id, &award);
                award
            }
        };
        Ok(Row {
            contract: state(&row)?,
            award,
            template: row.try_get("template_id")?,
            fields: json(&row, "fields")?,
            number: row.try_get("number")?,
            title: row.try_get("title")?,
            reasons: json(&row, "reasons")?,
        })
    })
    .transpose()
}

/// SM3 of the typeset texts that were made last.
///
/// # Errors
/// [`Failure`].
pub async fn newest_documents(conn: &mut AnyConnection, limit: i64) -> Result<Vec<Sm3Digest>, Failure> {
    let rows = sqlx::query("SELECT sm3 FROM contract_texts ORDER BY contract_id DESC, draft DESC LIMIT $1")
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| parsed(row, "sm3")).collect()
}
