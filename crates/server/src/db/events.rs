//! The audit events: what was done, by whom, for whom, when, from where. Written by [`super::Db::commit`] only.
//!
//! The events of one thing (an *aggregate*: kind and id) form a chain: `h_i = SM3(h_{i-1} ‖ canonical(event_i))`, `h_0` being 32
//! zero bytes, so that an event left out, changed or moved shows, and a later evidence log can build on the heads. The
//! canonical form is every field in the order of [`Recorded`], each as a 32-bit big-endian length and its UTF-8 bytes;
//! an absent field is length 0xFFFFFFFF and no bytes. It must never change; a new form takes a new chain.
//!
//! Event kinds are `feature.past_participle` (`contract.sent`); treat the list as a stored format. `data` holds facts by
//! id, never secrets, and personal data only where the act is about it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use sm3::{Digest as _, Sm3};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use yinxin_domain::ids::EventId;

use crate::actor::{Actor, Capacity};
use crate::failure::Failure;

/// How often in a row the next place of a chain may be lost to others before the caller is told to try again.
const LOST_PLACES: u32 = 100;
/// The head of an empty chain.
const GENESIS: [u8; 32] = [0; 32];

/// Something that happened, to be recorded with the change it describes.
#[derive(Clone, Debug)]
pub struct Event {
    aggregate_kind: &'static str,
    aggregate_id: String,
    kind: &'static str,
    data: Value,
}

impl Event {
    /// What happened to one thing: `Event::new("contract", &id, "contract.sent", json!({ "version": 3 }))`.
    pub fn new(
        aggregate_kind: &'static str,
        aggregate_id: impl std::fmt::Display,
        kind: &'static str,
        data: Value,
    ) -> Self {
        Self { aggregate_kind, aggregate_id: aggregate_id.to_string(), kind, data }
    }
}

/// An event as stored. All texts are as written to the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Recorded {
    /// `evt_…`
    pub id: String,
    /// Microseconds UTC.
    pub at: i64,
    /// Kind of the thing.
    pub aggregate_kind: String,
    /// Its id.
    pub aggregate_id: String,
    /// Position in the thing's chain, from 1.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// In which capacity: visitor, person, member, operator, client, system.
    pub actor_kind: String,
    /// Who, if a human.
    pub person_id: Option<String>,
    /// For whom, if for an organisation.
    pub organisation_id: Option<String>,
    /// Which machine client or which background job.
    pub agent: Option<String>,
    /// From which address.
    pub ip: Option<String>,
    /// With which program.
    pub user_agent: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// Facts, as JSON text.
    pub data: String,
    /// SM3 in hex over the previous hash and the canonical form of this event.
    pub hash: String,
}

impl Recorded {
    /// The hash this event must have after `previous`.
    fn chained(&self, previous: &[u8]) -> [u8; 32] {
        let (at, seq) = (self.at.to_string(), self.seq.to_string());
        let fields = [
            Some(self.id.as_str()),
            Some(&at),
            Some(&self.aggregate_kind),
            Some(&self.aggregate_id),
            Some(&seq),
            Some(&self.kind),
            Some(&self.actor_kind),
            self.person_id.as_deref(),
            self.organisation_id.as_deref(),
            self.agent.as_deref(),
            self.ip.as_deref(),
            self.user_agent.as_deref(),
            self.request_id.as_deref(),
            Some(&self.data),
        ];
        let mut hash = Sm3::new();
        hash.update(previous);
        for field in fields {
            match field {
                None => hash.update(u32::MAX.to_be_bytes()),
                Some(text) => {
                    hash.update(u32::try_from(text.len()).unwrap_or(u32::MAX - 1).to_be_bytes());
                    hash.update(text.as_bytes());
                }
            }
        }
        hash.finalize().into()
    }
}

/// Chains whose last event is remembered; with more, all are forgotten.
const MOST_HEADS: usize = 20_000;

/// The position and hash of the last event of chains that were appended to, so that they need not be read again.
///
/// What is remembered may be wrong: the transaction may have been undone, or another process may have appended. An event is stored only where
/// the one before it stands with that very hash.
#[derive(Default)]
pub(super) struct Heads(Mutex<HashMap<Chain, Head>>);

type Chain = (&'static str, String);
type Head = (i64, [u8; 32]);

impl Heads {
    fn find(&self, chain: &Chain) -> Option<Head> {
        self.lock().get(chain).copied()
    }

    fn remember(&self, chain: Chain, head: Head) {
        let mut heads = self.lock();
        if heads.len() >= MOST_HEADS {
            heads.clear();
        }
        heads.insert(chain, head);
    }

    fn forget(&self, chain: &Chain) {
        self.lock().remove(chain);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Chain, Head>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Appends an event to the chain of its thing.
///
/// The place in the chain is unique: of two transactions that take the same one, PostgreSQL lets the second wait for the first, which then
/// takes the next. SQLite has one writer.
pub(super) async fn append(
    conn: &mut AnyConnection,
    heads: &Heads,
    actor: &Actor,
    event: &Event,
    now_micros: i64,
    id_bytes: [u8; 10],
) -> Result<(), Failure> {
    let chain = (event.aggregate_kind, event.aggregate_id.clone());
    let mut recorded = recorded(actor, event, now_micros, id_bytes);
    // A chain that is not remembered is mostly one that begins here; where it is not, its first place is taken.
    let mut known = heads.find(&chain).unwrap_or((0, GENESIS));
    for _ in 0..LOST_PLACES {
        let (last, previous) = known;
        recorded.seq = last + 1;
        let hash = recorded.chained(&previous);
        recorded.hash = hex::encode(hash);
        if insert(conn, &recorded, &previous).await? {
            heads.remember(chain, (recorded.seq, hash));
            return Ok(());
        }
        heads.forget(&chain);
        known = head(conn, event).await?;
    }
    Err(Failure::StaleVersion { what: "events" })
}

fn recorded(actor: &Actor, event: &Event, now_micros: i64, id_bytes: [u8; 10]) -> Recorded {
    let agent = match &actor.capacity {
        Capacity::Client { client, .. } => Some(client.to_string()),
        Capacity::System(name) => Some((*name).to_owned()),
        Capacity::Visitor | Capacity::Person(_) | Capacity::Member { .. } | Capacity::Operator(_) => None,
    };
    Recorded {
        id: EventId::new(now_micros, id_bytes).to_string(),
        at: now_micros,
        aggregate_kind: event.aggregate_kind.to_owned(),
        aggregate_id: event.aggregate_id.clone(),
        seq: 0,
        kind: event.kind.to_owned(),
        actor_kind: actor.kind().to_owned(),
        person_id: actor.person().map(|id| id.to_string()),
        organisation_id: actor.organisation().map(|id| id.to_string()),
        agent,
        ip: actor.origin.ip.clone(),
        user_agent: actor.origin.user_agent.clone(),
        request_id: actor.origin.request_id.clone(),
        data: event.data.to_string(),
        hash: String::new(),
    }
}

/// Stores an event; false when another one took its place in the chain, or what stands before it is not what it was chained to.
async fn insert(conn: &mut AnyConnection, recorded: &Recorded, previous: &[u8; 32]) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO events (id, at, aggregate_kind, aggregate_id, seq, kind, actor_kind, person_id, organisation_id, agent, ip, user_agent, request_id, data, hash) \
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 \
         WHERE $5 = 1 OR EXISTS (SELECT 1 FROM events WHERE aggregate_kind = $3 AND aggregate_id = $4 AND seq = $5 - 1 AND hash = $16) \
         ON CONFLICT (aggregate_kind, aggregate_id, seq) DO NOTHING",
    )
    .bind(&recorded.id)
    .bind(recorded.at)
    .bind(&recorded.aggregate_kind)
    .bind(&recorded.aggregate_id)
    .bind(recorded.seq)
    .bind(&recorded.kind)
    .bind(&recorded.actor_kind)
    .bind(&recorded.person_id)
    .bind(&recorded.organisation_id)
    .bind(&recorded.agent)
    .bind(&recorded.ip)
    .bind(&recorded.user_agent)
    .bind(&recorded.request_id)
    .bind(&recorded.data)
    .bind(&recorded.hash)
    .bind(hex::encode(previous))
    .execute(&mut *conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The position and hash of the last event of a chain.
async fn head(conn: &mut AnyConnection, event: &Event) -> Result<(i64, [u8; 32]), Failure> {
    let row = sqlx::query(
        "SELECT seq, hash FROM events WHERE aggregate_kind = $1 AND aggregate_id = $2 ORDER BY seq DESC LIMIT 1",
    )
    .bind(event.aggregate_kind)
    .bind(&event.aggregate_id)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok((0, GENESIS)) };
    let (text, mut hash): (&str, _) = (row.try_get(1)?, GENESIS);
    hex::decode_to_slice(text, &mut hash).map_err(|error| Failure::damaged("events.hash", error))?;
    Ok((row.try_get(0)?, hash))
}

/// All events of one thing, in order. The caller decides who may see them.
///
/// # Errors
/// [`Failure::Database`].
pub async fn track(
    conn: &mut AnyConnection,
    aggregate_kind: &'static str,
    aggregate_id: &str,
) -> Result<Vec<Recorded>, Failure> {
    let rows = sqlx::query("SELECT * FROM events WHERE aggregate_kind = $1 AND aggregate_id = $2 ORDER BY seq")
        .bind(aggregate_kind)
        .bind(aggregate_id)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| read(row).map_err(Failure::from)).collect()
}

/// The newest event of one thing that is of one of these kinds; none if there is none. The caller decides who may see it.
///
/// # Errors
/// [`Failure::Database`].
pub async fn newest_of(
    conn: &mut AnyConnection,
    aggregate_kind: &'static str,
    aggregate_id: &str,
    kinds: &[&'static str],
) -> Result<Option<Recorded>, Failure> {
    // Only the number of placeholders differs; nothing of the values stands in the text.
    let places: Vec<String> = (0..kinds.len()).map(|index| format!("${}", index + 3)).collect();
    let text = format!(
        "SELECT * FROM events WHERE aggregate_kind = $1 AND aggregate_id = $2 AND kind IN ({}) ORDER BY seq DESC LIMIT 1",
        places.join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(aggregate_kind).bind(aggregate_id);
    for kind in kinds {
        query = query.bind(*kind);
    }
    let row = query.fetch_optional(conn).await?;
    row.as_ref().map(|row| read(row).map_err(Failure::from)).transpose()
}

/// The events of all contracts, notifications and persons after an id, in the order of their ids; for the live feed, which decides whom they
/// concern.
pub(crate) async fn after(conn: &mut AnyConnection, id: &str, limit: i64) -> Result<Vec<Recorded>, Failure> {
    let rows = sqlx::query(
        "SELECT * FROM events WHERE id > $1 AND aggregate_kind IN ('contract', 'notification', 'person') ORDER BY id LIMIT $2",
    )
    .bind(id)
    .bind(limit)
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| read(row).map_err(Failure::from)).collect()
}

/// When the newest event was recorded, microseconds UTC; none before the first.
///
/// # Errors
/// [`Failure::Database`].
pub async fn newest_at(conn: &mut AnyConnection) -> Result<Option<i64>, Failure> {
    // Identifiers begin with the time, so the greatest is the newest.
    let row = sqlx::query("SELECT at FROM events ORDER BY id DESC LIMIT 1").fetch_optional(conn).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Whether a whole track, as [`track`] reads it, is an unbroken chain.
#[must_use]
pub fn is_unbroken(track: &[Recorded]) -> bool {
    let mut previous = GENESIS;
    for (position, event) in (1..).zip(track) {
        let expected = event.chained(&previous);
        if event.seq != position || event.hash != hex::encode(expected) {
            return false;
        }
        previous = expected;
    }
    true
}

fn read(row: &AnyRow) -> Result<Recorded, sqlx::Error> {
    Ok(Recorded {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        aggregate_kind: row.try_get("aggregate_kind")?,
        aggregate_id: row.try_get("aggregate_id")?,
        seq: row.try_get("seq")?,
        kind: row.try_get("kind")?,
        actor_kind: row.try_get("actor_kind")?,
        person_id: row.try_get("person_id")?,
        organisation_id: row.try_get("organisation_id")?,
        agent: row.try_get("agent")?,
        ip: row.try_get("ip")?,
        user_agent: row.try_get("user_agent")?,
        request_id: row.try_get("request_id")?,
        data: row.try_get("data")?,
        hash: row.try_get("hash")?,
    })
}
