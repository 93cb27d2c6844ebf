//! What happens, told to browsers as it happens: a contract changed, the lists changed, a notification came.
//!
//! One task a process reads the audit events that came since it last looked (woken by commits of its own process, else once a second, and only
//! while somebody listens) and hands them to the streams. All processes read the same database, so it does not matter which of them a
//! browser is connected to. An event tells that something changed and never what: who is told reads it again with his own rights.
//!
//! Identifiers of events are ordered by time, not by commit: the task looks back a little, and passes over what it has handed on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use sqlx::AnyConnection;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use yinxin_domain::ids::{EventId, OrganisationId, PersonId, SessionId};

use super::store;
use crate::actor::{Actor, Capacity};
use crate::app::App;
use crate::contract;
use crate::db::events::{self, Recorded};
use crate::failure::Failure;

/// Without a commit of this process the task looks this often.
const TICK: Duration = Duration::from_secs(1);
/// After a commit it waits this long, so that one look serves many commits.
const GATHER: Duration = Duration::from_millis(50);
/// How far it looks back, microseconds: longer than a commit takes.
const OVERLAP_MICROS: i64 = 5_000_000;
/// Events read in one look, or replayed to one stream.
const MOST: i64 = 1000;
/// Batches that a slow stream may lag behind.
const BACKLOG: usize = 256;
/// Streams of one session at the same time.
const STREAMS_PER_SESSION: usize = 6;

/// What the contract's own parties are not told of each other's doings: drafts and seals that are not sent.
const PRIVATE: [&str; 4] =
    ["contract.draft_edited", "contract.attached", "contract.sealed", "contract.unsent_discarded"];

/// Something that happened, and whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happened {
    /// A contract changed.
    Contract {
        /// `ctr_…`
        contract: String,
        /// Its version then; none where the event did not change it.
        version: Option<i64>,
        /// The organisations that are told.
        organisations: Vec<OrganisationId>,
    },
    /// A person was notified.
    Notified {
        /// `ctr_…`
        contract: String,
        /// What about.
        kind: String,
        /// Who, and for whom: an organisation's id, or `operator`.
        people: Vec<(PersonId, String)>,
    },
    /// A session ended.
    LoggedOut {
        /// Which; every one of the person if absent.
        session: Option<SessionId>,
        /// Whose.
        person: String,
    },
}

/// One thing that a stream passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// `evt_…`; where to go on after it.
    pub cursor: String,
    /// What happened.
    pub happened: Happened,
}

/// Everything that one look found.
pub type Batch = Arc<Vec<Told>>;

/// The streams of this process.
pub struct Feed {
    batches: broadcast::Sender<Batch>,
    closing: watch::Sender<bool>,
    streams: Mutex<BTreeMap<SessionId, usize>>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { batches: broadcast::channel(BACKLOG).0, closing: watch::channel(false).0, streams: Mutex::default() }
    }
}

impl Feed {
    /// Ends every stream, so that the server can stop.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// What comes from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Batch> {
        self.batches.subscribe()
    }

    /// Resolves when the server stops.
    pub async fn closed(&self) {
        let mut closing = self.closing.subscribe();
        // An error means that the feed is gone: closed as well.
        let _gone = closing.wait_for(|closing| *closing).await;
    }

    /// Adds a stream to those of a session, unless it has too many; who was added leaves again with [`Feed::leave`].
    pub fn join(&self, session: SessionId) -> bool {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let count = streams.entry(session).or_default();
        if *count >= STREAMS_PER_SESSION {
            return false;
        }
        *count += 1;
        true
    }

    /// Takes a stream from those of a session.
    pub fn leave(&self, session: SessionId) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = streams.get_mut(&session) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                streams.remove(&session);
            }
        }
    }
}

/// Starts the task that looks for what happened; it ends when the feed is closed.
pub fn run(app: App) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut known: BTreeSet<String> = BTreeSet::new();
        let mut silent_at = app.now();
        loop {
            tokio::select! {
                () = app.feed.closed() => return,
                () = app.db.changed() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(TICK) => {}
            }
            if app.feed.batches.receiver_count() == 0 {
                silent_at = app.now();
                continue;
            }
            match look(&app, &mut known, silent_at).await {
                Ok(batch) if batch.is_empty() => {}
                // Nobody may be left to hear it.
                Ok(batch) => drop(app.feed.batches.send(Arc::new(batch))),
                Err(error) => tracing::warn!(error = %crate::jobs::chain(&error), "the feed could not look"),
            }
        }
    })
}

/// What happened since the last look, and since somebody began to listen.
async fn look(app: &App, known: &mut BTreeSet<String>, silent_at: i64) -> Result<Vec<Told>, Failure> {
    let from = EventId::new(silent_at.max(app.now() - OVERLAP_MICROS), [0; 10]).to_string();
    let mut conn = app.db.read().await?;
    let found = events::after(&mut conn, &from, MOST).await?;
    *known = known.split_off(&from);
    let mut batch = Vec::new();
    for event in found {
        if known.insert(event.id.clone()) {
            batch.extend(told(app, &mut conn, event).await?);
        }
    }
    Ok(batch)
}

/// What an event tells to whom; nothing for what concerns no stream.
async fn told(app: &App, conn: &mut AnyConnection, event: Recorded) -> Result<Option<Told>, Failure> {
    let data: Value = serde_json::from_str(&event.data).map_err(|error| Failure::damaged("events.data", error))?;
    let happened = match (event.aggregate_kind.as_str(), event.kind.as_str()) {
        ("contract", kind) => {
            let own = event.organisation_id.as_deref().and_then(|id| id.parse().ok());
            let organisations = match (PRIVATE.contains(&kind), own) {
                (true, own) => own.into_iter().collect(),
                (false, _) => contract::use_cases::parties(app, &mut *conn, &event.aggregate_id).await?.to_vec(),
            };
            Happened::Contract { contract: event.aggregate_id, version: data["version"].as_i64(), organisations }
        }
        ("notification", "notification.told") => {
            let cause = data["cause"].as_str().unwrap_or_default();
            let people = store::told_of(conn, cause).await?;
            let kind = data["kind"].as_str().unwrap_or_default().to_owned();
            Happened::Notified { contract: event.aggregate_id, kind, people }
        }
        ("person", "person.logged_out") => {
            let session = data["session"].as_str().and_then(|id| id.parse().ok());
            Happened::LoggedOut { session, person: event.aggregate_id }
        }
        ("person", "person.password_reset") => Happened::LoggedOut { session: None, person: event.aggregate_id },
        _ => return Ok(None),
    };
    Ok(Some(Told { cursor: event.id, happened }))
}

/// What happened after a cursor, oldest first, and whether that is all of it: a stream that was away too long reads everything anew.
///
/// # Errors
/// [`Failure`].
pub async fn replay(app: &App, since: EventId) -> Result<(Vec<Told>, bool), Failure> {
    let mut conn = app.db.read().await?;
    let found = events::after(&mut conn, &since.to_string(), MOST).await?;
    let whole = i64::try_from(found.len()).is_ok_and(|length| length < MOST);
    let mut batch = Vec::new();
    for event in found {
        batch.extend(told(app, &mut conn, event).await?);
    }
    Ok((batch, whole))
}

/// The cursor of this moment.
#[must_use]
pub fn cursor_now(app: &App) -> String {
    EventId::new(app.now(), [0xff; 10]).to_string()
}

/// Who listens.
pub struct Listener {
    person: PersonId,
    organisations: Vec<OrganisationId>,
    operator: bool,
    all: bool,
}

impl Listener {
    /// A person listens for all his organisations, a member for the one he acts for, an operator as such; nobody else does.
    #[must_use]
    pub fn of(actor: &Actor, organisations: Vec<OrganisationId>) -> Option<Self> {
        match &actor.capacity {
            Capacity::Person(person) => Some(Self { person: *person, organisations, operator: false, all: true }),
            Capacity::Member { person, organisation, .. } => {
                Some(Self { person: *person, organisations: vec![*organisation], operator: false, all: false })
            }
            Capacity::Operator(person) => {
                Some(Self { person: *person, organisations: Vec::new(), operator: true, all: false })
            }
            Capacity::Visitor | Capacity::Client { .. } | Capacity::System(_) => None,
        }
    }

    /// The organisations of his that a change concerns.
    #[must_use]
    pub fn concerned(&self, organisations: &[OrganisationId]) -> Vec<OrganisationId> {
        self.organisations.iter().copied().filter(|own| organisations.contains(own)).collect()
    }

    /// For whom he was notified, if he was.
    #[must_use]
    pub fn notified_for(&self, people: &[(PersonId, String)]) -> Option<String> {
        let own = |audience: &str| {
            if self.operator {
                audience == "operator"
            } else {
                (self.all && audience != "operator")
                    || self.organisations.iter().any(|organisation| organisation.to_string() == audience)
            }
        };
        people.iter().find(|(person, audience)| *person == self.person && own(audience)).map(|(_, to)| to.clone())
    }

    /// Whether a log-out ends a stream of this session.
    #[must_use]
    pub fn is_ended_by(&self, session: SessionId, ended: Option<SessionId>, person: &str) -> bool {
        self.person.to_string() == person && ended.is_none_or(|ended| ended == session)
    }
}
