//! SQL of notices.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};
use yinxin_domain::contract::Text;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, NoticeId};
use yinxin_domain::notice::NoticeContent;

use crate::db::parsed;
use crate::failure::Failure;

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// `ntc_…`, also the idempotency key of every try to hand it in.
    pub id: NoticeId,
    /// The contract.
    pub contract: ContractId,
    /// What is published.
    pub content: NoticeContent,
    /// SM3 of the document that goes with it.
    pub document: Sm3Digest,
    /// The medium's name.
    pub medium: Text,
    /// When it was put together, microseconds UTC.
    pub prepared_at: i64,
    /// Once it is published.
    pub published: Option<Published>,
}

/// What the medium gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// When, microseconds UTC.
    pub at: i64,
    /// The receipt.
    pub receipt: String,
    /// Where it can be read.
    pub address: String,
}

fn notice(row: &AnyRow) -> Result<Notice, Failure> {
    let at: Option<i64> = row.try_get("published_at")?;
    let published = match at {
        Some(at) => Some(Published { at, receipt: row.try_get("receipt")?, address: row.try_get("address")? }),
        None => None,
    };
    Ok(Notice {
        id: parsed(row, "id")?,
        contract: parsed(row, "contract_id")?,
        content: serde_json::from_str(row.try_get("content")?)
            .map_err(|error| Failure::damaged("notices.content", error))?,
        document: parsed(row, "document_sm3")?,
        medium: serde_json::from_str(row.try_get("medium")?)
            .map_err(|error| Failure::damaged("notices.medium", error))?,
        prepared_at: row.try_get("prepared_at")?,
        published,
    })
}

/// What the public may look for, in lower case.
fn search(content: &NoticeContent) -> String {
    let suppliers = content.suppliers.iter().map(|supplier| supplier.name.as_str());
    let words = [
        content.contract_number.as_str(),
        &content.title,
        &content.project_code,
        &content.project_name,
        &content.purchaser.name,
    ];
    words.into_iter().chain(suppliers).collect::<Vec<_>>().join("\n").to_lowercase()
}

/// Keeps what will be published, unless the contract has a notice already.
pub(super) async fn insert(conn: &mut AnyConnection, notice: &Notice) -> Result<(), Failure> {
    let json = |what, value: serde_json::Result<String>| value.map_err(|error| Failure::damaged(what, error));
    sqlx::query(
        "INSERT INTO notices (id, contract_id, content, document_sm3, medium, search, prepared_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (contract_id) DO NOTHING",
    )
    .bind(notice.id.to_string())
    .bind(notice.contract.to_string())
    .bind(json("notices.content", serde_json::to_string(&notice.content))?)
    .bind(notice.document.to_string())
    .bind(json("notices.medium", serde_json::to_string(&notice.medium))?)
    .bind(search(&notice.content))
    .bind(notice.prepared_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The notice of a contract.
pub(super) async fn of_contract(conn: &mut AnyConnection, contract: ContractId) -> Result<Option<Notice>, Failure> {
    let row = sqlx::query("SELECT * FROM notices WHERE contract_id = $1")
        .bind(contract.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(notice).transpose()
}

/// A notice.
pub(super) async fn find(conn: &mut AnyConnection, id: NoticeId) -> Result<Option<Notice>, Failure> {
    let row = sqlx::query("SELECT * FROM notices WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(notice).transpose()
}

/// Keeps what the medium gave; from now on the notice is public.
pub(super) async fn publish(conn: &mut AnyConnection, id: NoticeId, published: &Published) -> Result<(), Failure> {
    sqlx::query("UPDATE notices SET published_at = $2, receipt = $3, address = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(published.at)
        .bind(&published.receipt)
        .bind(&published.address)
        .execute(conn)
        .await?;
    Ok(())
}

/// A pattern for LIKE that finds the words literally; none finds all.
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

/// Published notices in which the words occur, newest first, before `(published_at, id)`.
pub(super) async fn published(
    conn: &mut AnyConnection,
    words: &str,
    before: &(i64, String),
    limit: i64,
) -> Result<Vec<Notice>, Failure> {
    let rows = sqlx::query(
        "SELECT * FROM notices WHERE published_at IS NOT NULL AND search LIKE $1 ESCAPE '!' \
         AND (published_at < $2 OR (published_at = $2 AND id < $3)) ORDER BY published_at DESC, id DESC LIMIT $4",
    )
    .bind(pattern(words))
    .bind(before.0)
    .bind(&before.1)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(notice).collect()
}
