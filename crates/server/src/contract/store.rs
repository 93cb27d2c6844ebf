//! SQL of contracts, their parties, lists and typeset texts.

use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use yinxin_domain::award::Award;
use yinxin_domain::contract::invariants::broken_by_transition;
use yinxin_domain::contract::view::List;
use yinxin_domain::contract::{Contract, Effect, Transition};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, OrganisationId};
use yinxin_domain::signing::{Anchor, PageSize};

use crate::award::use_cases as awards;
use crate::db::{expect_version, parsed};
use crate::failure::Failure;

/// A contract as stored.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The aggregate.
    pub(super) contract: Contract,
    /// The award as it was when drafting began.
    pub(super) award: Award,
    /// The template's id.
    pub(super) template: String,
    /// The values of the draft.
    pub(super) fields: Value,
    /// The contract's number.
    pub(super) number: String,
    /// The contract's title.
    pub(super) title: String,
}

/// One line of a list.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The aggregate.
    pub(super) contract: Contract,
    /// The contract's number.
    pub(super) number: String,
    /// The contract's title.
    pub(super) title: String,
    /// The project's name.
    pub(super) project_name: String,
    /// Since when it stands in the list; of a tab, when it was begun.
    pub(super) since: i64,
    /// When it last changed.
    pub(super) updated_at: i64,
}

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

/// Adds a contract that was just begun, with its parties and lists. Its award is locked by the caller, in the same commit.
pub(super) async fn insert(conn: &mut AnyConnection, row: &Row, at: i64) -> Result<(), Failure> {
    let contract = &row.contract;
    sqlx::query(
        "INSERT INTO contracts (id, version, state, profile, phase, award_id, award, template_id, fields, number, title, project_name, search, \
         started_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
    )
    .bind(contract.id().to_string())
    .bind(contract.version())
    .bind(stored_state(contract)?)
    .bind(contract.profile())
    .bind(contract.phase().code())
    .bind(contract.award().to_string())
    .bind(text("contracts.award", &row.award)?)
    .bind(&row.template)
    .bind(row.fields.to_string())
    .bind(&row.number)
    .bind(&row.title)
    .bind(&row.award.project.name)
    .bind(search_text(row))
    .bind(at)
    .execute(&mut *conn)
    .await?;
    for party in contract.parties() {
        sqlx::query("INSERT INTO contract_parties (contract_id, party_key, organisation_id) VALUES ($1, $2, $3)")
            .bind(contract.id().to_string())
            .bind(party.key.to_string())
            .bind(party.organisation.to_string())
            .execute(&mut *conn)
            .await?;
        for list in contract.lists_of(party.key) {
            enter_list(&mut *conn, party.organisation, list, contract.id(), at).await?;
        }
    }
    Ok(())
}

/// What a search looks through, in lower case.
fn search_text(row: &Row) -> String {
    let names = row.contract.parties().iter().map(|party| party.name.as_str());
    let words = [row.number.as_str(), &row.title, &row.award.project.name, &row.award.project.code];
    words.into_iter().chain(names).collect::<Vec<_>>().join("\n").to_lowercase()
}

/// Saves a transition of a contract that was read as `before`: state, projections and lists, and gives its award back if it ended. For every
/// feature that moves a contract, inside its own commit; the events and messages are those of [`super::effects::record`].
///
/// # Errors
/// [`Failure::StaleVersion`] when the contract has changed since; [`Failure::Damaged`] when the transition breaks what must hold.
pub async fn save_transition(
    conn: &mut AnyConnection,
    before: &Contract,
    transition: &Transition,
    at: i64,
) -> Result<(), Failure> {
    let next = &transition.next;
    let broken = broken_by_transition(before, transition);
    if !broken.is_empty() {
        return Err(Failure::damaged("contract transition", broken.join("; ")));
    }
    let done = sqlx::query(
        "UPDATE contracts SET version = $3, state = $4, phase = $5, updated_at = $6 WHERE id = $1 AND version = $2",
    )
    .bind(next.id().to_string())
    .bind(before.version())
    .bind(next.version())
    .bind(stored_state(next)?)
    .bind(next.phase().code())
    .bind(at)
    .execute(&mut *conn)
    .await?;
    expect_version(done.rows_affected(), "contract")?;
    for party in next.parties() {
        let (were, are) = (before.lists_of(party.key), next.lists_of(party.key));
        for list in were.iter().filter(|list| !are.contains(list)) {
            leave_list(&mut *conn, party.organisation, *list, next.id()).await?;
        }
        for list in are.iter().filter(|list| !were.contains(list)) {
            enter_list(&mut *conn, party.organisation, *list, next.id(), at).await?;
        }
    }
    if transition.effects.contains(&Effect::ReleaseAward) {
        awards::release(conn, next.award(), next.id(), at).await?;
    }
    Ok(())
}

async fn enter_list(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    list: List,
    contract: ContractId,
    since: i64,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO contract_lists (organisation_id, list, contract_id, since) VALUES ($1, $2, $3, $4)")
        .bind(organisation.to_string())
        .bind(list.code())
        .bind(contract.to_string())
        .bind(since)
        .execute(conn)
        .await?;
    Ok(())
}

async fn leave_list(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    list: List,
    contract: ContractId,
) -> Result<(), Failure> {
    sqlx::query("DELETE FROM contract_lists WHERE organisation_id = $1 AND list = $2 AND contract_id = $3")
        .bind(organisation.to_string())
        .bind(list.code())
        .bind(contract.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// Replaces the values of a draft; the version was checked by [`save_transition`] in the same commit.
pub(super) async fn set_fields(conn: &mut AnyConnection, id: ContractId, fields: &Value) -> Result<(), Failure> {
    sqlx::query("UPDATE contracts SET fields = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(fields.to_string())
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

/// The organisations that are parties of a contract; empty if there is no such contract. Read before anything else, to decide who may.
pub(super) async fn parties(conn: &mut AnyConnection, id: ContractId) -> Result<Vec<OrganisationId>, Failure> {
    let rows = sqlx::query("SELECT organisation_id FROM contract_parties WHERE contract_id = $1 ORDER BY party_key")
        .bind(id.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| parsed(row, "organisation_id")).collect()
}

/// A contract.
pub(super) async fn find(conn: &mut AnyConnection, id: ContractId) -> Result<Option<Row>, Failure> {
    let row = sqlx::query("SELECT state, award, template_id, fields, number, title FROM contracts WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        Ok(Row {
            contract: state(&row)?,
            award: json(&row, "award")?,
            template: row.try_get("template_id")?,
            fields: json(&row, "fields")?,
            number: row.try_get("number")?,
            title: row.try_get("title")?,
        })
    })
    .transpose()
}

fn line(row: &AnyRow) -> Result<Line, Failure> {
    Ok(Line {
        contract: state(row)?,
        number: row.try_get("number")?,
        title: row.try_get("title")?,
        project_name: row.try_get("project_name")?,
        since: row.try_get("since")?,
        updated_at: row.try_get("updated_at")?,
    })
}

/// A pattern for LIKE that finds the words literally; `%` finds all.
fn pattern(words: &str) -> String {
    let mut escaped = String::from("%");
    for character in words.trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '!') {
            escaped.push('!');
        }
        escaped.push(character);
    }
    escaped.push('%');
    escaped
}

/// The contracts in one list of an organisation, newest in it first, before `(since, id)`.
pub(super) async fn in_list(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    list: List,
    words: &str,
    before: &(i64, String),
    limit: i64,
) -> Result<Vec<Line>, Failure> {
    let rows = sqlx::query(
        "SELECT c.state, c.number, c.title, c.project_name, c.updated_at, l.since FROM contract_lists l \
         JOIN contracts c ON c.id = l.contract_id WHERE l.organisation_id = $1 AND l.list = $2 AND c.search LIKE $3 ESCAPE '!' \
         AND (l.since < $4 OR (l.since = $4 AND l.contract_id < $5)) ORDER BY l.since DESC, l.contract_id DESC LIMIT $6",
    )
    .bind(organisation.to_string())
    .bind(list.code())
    .bind(pattern(words))
    .bind(before.0)
    .bind(&before.1)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(line).collect()
}

/// The contracts of an organisation that are in one of these phases of a profile, newest first, before `(started, id)`.
pub(super) async fn in_phases(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    profile: &str,
    phases: &[String],
    before: &(i64, String),
    limit: i64,
) -> Result<Vec<Line>, Failure> {
    let places: Vec<String> = (0..phases.len()).map(|at| format!("${}", at + 6)).collect();
    let sql = format!(
        "SELECT c.state, c.number, c.title, c.project_name, c.updated_at, c.started_at AS since FROM contract_parties p \
         JOIN contracts c ON c.id = p.contract_id WHERE p.organisation_id = $1 AND c.profile = $2 \
         AND (c.started_at < $3 OR (c.started_at = $3 AND c.id < $4)) AND c.phase IN ({}) \
         ORDER BY c.started_at DESC, c.id DESC LIMIT $5",
        places.join(", ")
    );
    // The text holds nothing but placeholders.
    let mut query = sqlx::query(AssertSqlSafe(sql))
        .bind(organisation.to_string())
        .bind(profile)
        .bind(before.0)
        .bind(&before.1)
        .bind(limit);
    for phase in phases {
        query = query.bind(phase);
    }
    query.fetch_all(conn).await?.iter().map(line).collect()
}

/// How many contracts stand in each list of an organisation; lists without any are left out.
pub(super) async fn counts(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
) -> Result<Vec<(String, i64)>, Failure> {
    let rows =
        sqlx::query("SELECT list, COUNT(*) AS many FROM contract_lists WHERE organisation_id = $1 GROUP BY list")
            .bind(organisation.to_string())
            .fetch_all(conn)
            .await?;
    rows.iter().map(|row| Ok((row.try_get("list")?, row.try_get("many")?))).collect()
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
