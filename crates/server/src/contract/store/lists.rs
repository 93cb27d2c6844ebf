//! SQL of the lists in which the parties find their contracts.
//!
//! What a list filters and sorts by stands in its own row, written in the commit that changes the contract; a page is one walk along an index,
//! begun where the last ended (keyset), so that it stays right while contracts come and go.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};
use yinxin_domain::contract::view::List;
use yinxin_domain::contract::{Contract, Party};
use yinxin_domain::ids::{ContractId, OrganisationId};

use super::state;
use crate::failure::Failure;

/// The list of every contract of an organisation, for the tabs of flow profiles.
pub(crate) const ALL: &str = "all";
/// Stands where a contract is due on no day: it sorts last.
pub(crate) const NEVER: i64 = i64::MAX;

/// One line of a list.
#[derive(Clone, Debug)]
pub struct Line {
    /// The aggregate.
    pub contract: Contract,
    /// The contract's number.
    pub number: String,
    /// The contract's title.
    pub title: String,
    /// The project's name.
    pub project_name: String,
    /// The amount as its party sees it, 分.
    pub amount_fen: i64,
    /// Since when it stands in the list; of a tab, when it was begun.
    pub since: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// What the list is sorted by.
    pub key: i64,
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Since when it stands in the list.
    Since,
    /// By when it should be signed.
    Due,
    /// The amount.
    Amount,
}

impl SortBy {
    fn column(self) -> &'static str {
        match self {
            Self::Since => "l.since",
            Self::Due => "l.due_at",
            Self::Amount => "l.amount_fen",
        }
    }
}

/// One stretch of one organisation's list.
#[derive(Clone, Debug)]
pub struct Stretch<'a> {
    /// Whose list.
    pub organisation: OrganisationId,
    /// The list's code, or `all`.
    pub list: &'a str,
    /// In one phase only.
    pub phase: Option<&'a str>,
    /// Of one flow profile only.
    pub profile: Option<&'a str>,
    /// Words that number, title, project or a party's name hold.
    pub words: &'a str,
    /// Words that another party's name holds.
    pub party: &'a str,
    /// In the list between these moments, both included.
    pub since: (i64, i64),
    /// Due between these moments, both included.
    pub due: (i64, i64),
    /// Amounts between these, 分, both included.
    pub amount: (i64, i64),
    /// The order.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
    /// Only what comes after this key and contract; `true` lets the contract itself come too.
    pub after: Option<(i64, &'a str, bool)>,
    /// At most so many.
    pub limit: i64,
}

/// The stretch of a list, in order.
pub(in crate::contract) async fn lines(conn: &mut AnyConnection, stretch: &Stretch<'_>) -> Result<Vec<Line>, Failure> {
    let key = stretch.by.column();
    let (order, beyond) = if stretch.descending { ("DESC", "<") } else { ("ASC", ">") };
    let mut numbers: Vec<i64> = Vec::new();
    let mut texts: Vec<String> = vec![stretch.organisation.to_string(), stretch.list.to_owned()];
    // Texts are bound first, numbers after them; the statement holds nothing but placeholders.
    let mut conditions = String::new();
    for (column, text) in [("l.phase", stretch.phase), ("l.profile", stretch.profile)] {
        if let Some(text) = text {
            texts.push(text.to_owned());
            conditions.push_str(&format!(" AND {column} = ${}", texts.len()));
        }
    }
    for (column, words) in [("l.search", stretch.words), ("l.others", stretch.party)] {
        if !words.trim().is_empty() {
            texts.push(pattern(words));
            conditions.push_str(&format!(" AND {column} LIKE ${} ESCAPE '!'", texts.len()));
        }
    }
    let place = stretch.after.map(|(value, contract, inclusive)| {
        texts.push(contract.to_owned());
        (texts.len(), value, if inclusive { format!("{beyond}=") } else { beyond.to_owned() })
    });
    let mut number = |value: i64| {
        numbers.push(value);
        texts.len() + numbers.len()
    };
    for (column, (least, most)) in
        [("l.since", stretch.since), ("l.due_at", stretch.due), ("l.amount_fen", stretch.amount)]
    {
        if least > i64::MIN {
            conditions.push_str(&format!(" AND {column} >= ${}", number(least)));
        }
        if most < i64::MAX {
            conditions.push_str(&format!(" AND {column} <= ${}", number(most)));
        }
    }
    if let Some((contract, value, beyond_or_same)) = place {
        let value = number(value);
        // The first comparison lets the database begin the walk at the key.
        conditions.push_str(&format!(
            " AND {key} {beyond}= ${value} AND ({key} {beyond} ${value} OR l.contract_id {beyond_or_same} ${contract})"
        ));
    }
    let limit = number(stretch.limit);
    let sql = format!(
        "SELECT c.state, c.number, c.title, c.project_name, c.updated_at, l.since, l.amount_fen, {key} AS sort_key \
         FROM contract_lists l JOIN contracts c ON c.id = l.contract_id WHERE l.organisation_id = $1 AND l.list = $2{conditions} \
         ORDER BY {key} {order}, l.contract_id {order} LIMIT ${limit}"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for text in texts {
        query = query.bind(text);
    }
    for number in numbers {
        query = query.bind(number);
    }
    query.fetch_all(conn).await?.iter().map(line).collect()
}

fn line(row: &AnyRow) -> Result<Line, Failure> {
    Ok(Line {
        contract: state(row)?,
        number: row.try_get("number")?,
        title: row.try_get("title")?,
        project_name: row.try_get("project_name")?,
        amount_fen: row.try_get("amount_fen")?,
        since: row.try_get("since")?,
        updated_at: row.try_get("updated_at")?,
        key: row.try_get("sort_key")?,
    })
}

/// A pattern for LIKE that finds the words literally.
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

/// How many contracts stand in each list of an organisation; lists without any are left out.
pub(in crate::contract) async fn counts(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
) -> Result<Vec<(String, i64)>, Failure> {
    let rows = sqlx::query(
        "SELECT list, COUNT(*) AS many FROM contract_lists WHERE organisation_id = $1 AND list IN \
         ('waiting_for_me', 'waiting_for_others', 'completed', 'voided', 'started_by_me', 'drafts') GROUP BY list",
    )
    .bind(organisation.to_string())
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("list")?, row.try_get("many")?))).collect()
}

/// How many contracts of a list are in a phase.
pub(in crate::contract) async fn count_in_phase(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    list: List,
    phase: &str,
) -> Result<i64, Failure> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS many FROM contract_lists WHERE organisation_id = $1 AND list = $2 AND phase = $3",
    )
    .bind(organisation.to_string())
    .bind(list.code())
    .bind(phase)
    .fetch_one(conn)
    .await?;
    Ok(row.try_get("many")?)
}

/// How many contracts of a list are due between two moments, the first included.
pub(in crate::contract) async fn count_due(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    list: List,
    (from, before): (i64, i64),
) -> Result<i64, Failure> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS many FROM contract_lists WHERE organisation_id = $1 AND list = $2 AND due_at >= $3 AND due_at < $4",
    )
    .bind(organisation.to_string())
    .bind(list.code())
    .bind(from)
    .bind(before)
    .fetch_one(conn)
    .await?;
    Ok(row.try_get("many")?)
}

/// How many contracts came into a list since a moment.
pub(in crate::contract) async fn count_since(
    conn: &mut AnyConnection,
    organisation: OrganisationId,
    list: List,
    since: i64,
) -> Result<i64, Failure> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS many FROM contract_lists WHERE organisation_id = $1 AND list = $2 AND since >= $3",
    )
    .bind(organisation.to_string())
    .bind(list.code())
    .bind(since)
    .fetch_one(conn)
    .await?;
    Ok(row.try_get("many")?)
}

/// How many contracts there are in each phase, over all organisations; for the operator.
pub(in crate::contract) async fn phases(conn: &mut AnyConnection) -> Result<Vec<(String, i64)>, Failure> {
    let rows = sqlx::query("SELECT phase, COUNT(*) AS many FROM contracts GROUP BY phase ORDER BY phase")
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("phase")?, row.try_get("many")?))).collect()
}

/// What the lists show of a contract that does not stand in its state.
#[derive(Clone, Debug)]
pub(in crate::contract) struct Shown {
    /// What a search looks through, in lower case.
    pub(in crate::contract) search: String,
    /// What its text names, 分.
    pub(in crate::contract) amount_fen: i64,
    /// By when it is due; [`NEVER`] where no clock runs.
    pub(in crate::contract) due_at: i64,
}

/// Enters a contract that was just begun into the lists of its parties.
pub(in crate::contract) async fn enter_all(
    conn: &mut AnyConnection,
    contract: &Contract,
    shown: &Shown,
    at: i64,
) -> Result<(), Failure> {
    for party in contract.parties() {
        enter(&mut *conn, contract, party, ALL, shown, contract.started_at()).await?;
        for list in contract.lists_of(party.key) {
            enter(&mut *conn, contract, party, list.code(), shown, at).await?;
        }
    }
    Ok(())
}

/// Moves a contract between the lists of its parties, and brings up to date what they show of it.
pub(in crate::contract) async fn follow(
    conn: &mut AnyConnection,
    before: &Contract,
    next: &Contract,
    shown: &Shown,
    at: i64,
) -> Result<(), Failure> {
    for party in next.parties() {
        let are = next.lists_of(party.key);
        for list in before.lists_of(party.key).iter().filter(|list| !are.contains(list)) {
            leave(&mut *conn, party.organisation, *list, next.id()).await?;
        }
    }
    // Rows that show it already are not written anew, with all their indexes.
    sqlx::query(
        "UPDATE contract_lists SET phase = $2, due_at = $3, amount_fen = $4 \
         WHERE contract_id = $1 AND (phase <> $2 OR due_at <> $3 OR amount_fen <> $4)",
    )
    .bind(next.id().to_string())
    .bind(next.phase().code())
    .bind(shown.due_at)
    .bind(shown.amount_fen)
    .execute(&mut *conn)
    .await?;
    for party in next.parties() {
        let amount_fen = next.amount_shown(party.key, shown.amount_fen);
        if amount_fen != shown.amount_fen {
            sqlx::query("UPDATE contract_lists SET amount_fen = $3 WHERE contract_id = $1 AND organisation_id = $2")
                .bind(next.id().to_string())
                .bind(party.organisation.to_string())
                .bind(amount_fen)
                .execute(&mut *conn)
                .await?;
        }
        let were = before.lists_of(party.key);
        for list in next.lists_of(party.key).iter().filter(|list| !were.contains(list)) {
            enter(&mut *conn, next, party, list.code(), shown, at).await?;
        }
    }
    Ok(())
}

async fn enter(
    conn: &mut AnyConnection,
    contract: &Contract,
    party: &Party,
    list: &str,
    shown: &Shown,
    since: i64,
) -> Result<(), Failure> {
    let others: Vec<&str> =
        contract.parties().iter().filter(|one| one.key != party.key).map(|one| one.name.as_str()).collect();
    sqlx::query(
        "INSERT INTO contract_lists (organisation_id, list, contract_id, since, phase, profile, due_at, amount_fen, others, search) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(party.organisation.to_string())
    .bind(list)
    .bind(contract.id().to_string())
    .bind(since)
    .bind(contract.phase().code())
    .bind(contract.profile())
    .bind(shown.due_at)
    .bind(contract.amount_shown(party.key, shown.amount_fen))
    .bind(others.join("\n").to_lowercase())
    .bind(&shown.search)
    .execute(conn)
    .await?;
    Ok(())
}

async fn leave(
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

/// Notes that a party urges the holder, unless it did after `not_after`; gives when it last had, if so.
pub(in crate::contract) async fn note_urging(
    conn: &mut AnyConnection,
    contract: ContractId,
    party: &str,
    at: i64,
    not_after: i64,
) -> Result<Option<i64>, Failure> {
    let done = sqlx::query(
        "INSERT INTO contract_urgings (contract_id, party_key, urged_at) VALUES ($1, $2, $3) \
         ON CONFLICT (contract_id, party_key) DO UPDATE SET urged_at = excluded.urged_at WHERE contract_urgings.urged_at <= $4",
    )
    .bind(contract.to_string())
    .bind(party)
    .bind(at)
    .bind(not_after)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 1 { Ok(None) } else { urged_at(conn, contract, party).await }
}

/// When a party last urged the holder of a contract.
pub(in crate::contract) async fn urged_at(
    conn: &mut AnyConnection,
    contract: ContractId,
    party: &str,
) -> Result<Option<i64>, Failure> {
    let row = sqlx::query("SELECT urged_at FROM contract_urgings WHERE contract_id = $1 AND party_key = $2")
        .bind(contract.to_string())
        .bind(party)
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(row.try_get("urged_at")?)).transpose()
}
