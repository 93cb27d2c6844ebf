//! Live events over HTTP: a stream (`text/event-stream`), and for networks that hold streams back the same by waiting requests.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use yinxin_domain::ids::{EventId, SessionId};

use crate::actor::{Actor, Capacity, Forbidden};
use crate::app::App;
use crate::http::extract::{Json, Query};
use crate::http::json::bad_value;
use crate::http::problem::{Problem, Public};
use crate::http::session::{SignedIn, capacity};
use crate::identity::sessions;
use crate::notification::live::{self, Batch, Happened, Listener, Told};
use crate::organisation;

/// How often a silent stream says that it lives, and whether its session does is looked at.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The longest that a waiting request waits.
const LONGEST_WAIT_SECONDS: u64 = 25;

/// What to listen to.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct EventsQuery {
    /// As whom: person, operator or `org_…`; where `X-Actor` cannot be sent, as by EventSource.
    actor: Option<String>,
    /// The cursor after which to go on; a stream may send `Last-Event-ID` instead. From now on, if absent.
    since: Option<String>,
    /// Seconds to wait for something to happen, 0 to 25; without a stream only.
    wait: Option<u64>,
}

/// One thing that happened.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub(super) struct LiveEvent {
    /// contract (it changed), counts (lists of an organisation changed), notification (one came), reset (too much was missed: read everything
    /// anew), ended (the session is over).
    event: &'static str,
    /// Pass it as `since`.
    cursor: String,
    /// `ctr_…`, of contract and notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    contract_id: Option<String>,
    /// The contract's version then, where it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    /// `org_…`: whose lists changed, or for whom the notification came (or `operator`).
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation_id: Option<String>,
    /// What the notification is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
}

/// What happened since a cursor.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct LiveEvents {
    /// Oldest first; empty when nothing happened while the request waited.
    items: Vec<LiveEvent>,
    /// Pass it as `since` of the next request.
    cursor: String,
}

impl LiveEvent {
    fn plain(event: &'static str, cursor: &str) -> Self {
        let cursor = cursor.to_owned();
        Self { event, cursor, contract_id: None, version: None, organisation_id: None, kind: None }
    }
}

/// One listening browser.
struct Hearing {
    listener: Listener,
    session: SessionId,
}

impl Hearing {
    /// What this listener is told of something that happened.
    fn hear(&self, told: &Told) -> Vec<LiveEvent> {
        let plain = |event| LiveEvent::plain(event, &told.cursor);
        match &told.happened {
            Happened::Contract { contract, version, organisations } => {
                let own = self.listener.concerned(organisations);
                if own.is_empty() {
                    return Vec::new();
                }
                let changed = LiveEvent { contract_id: Some(contract.clone()), version: *version, ..plain("contract") };
                let counts = own.into_iter().filter(|_| version.is_some());
                let counts = counts.map(|id| LiveEvent { organisation_id: Some(id.to_string()), ..plain("counts") });
                std::iter::once(changed).chain(counts).collect()
            }
            Happened::Notified { contract, kind, people } => match self.listener.notified_for(people) {
                Some(audience) => vec![LiveEvent {
                    contract_id: Some(contract.clone()),
                    organisation_id: Some(audience),
                    kind: Some(kind.clone()),
                    ..plain("notification")
                }],
                None => Vec::new(),
            },
            Happened::LoggedOut { session, person } => {
                let ended = self.listener.is_ended_by(self.session, *session, person);
                if ended { vec![plain("ended")] } else { Vec::new() }
            }
        }
    }

    fn hear_all<'t>(&self, batch: impl IntoIterator<Item = &'t Told>) -> Vec<LiveEvent> {
        batch.into_iter().flat_map(|told| self.hear(told)).collect()
    }
}

/// Live events: with `Accept: text/event-stream` a stream that begins with `hello`, else what happened since `since`, waiting for it if nothing
/// has. A session has at most six at a time. A stream ends with `ended` when the session does.
#[utoipa::path(get, path = "/api/v1/events", tag = "notification", security(("session" = [])), params(EventsQuery), responses((status = 200, content((LiveEvents = "application/json"), (LiveEvent = "text/event-stream")))))]
pub(super) async fn events(
    State(app): State<App>,
    SignedIn { session, actor }: SignedIn,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let header_text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let acting = query.actor.as_deref().or_else(|| header_text("x-actor"));
    let actor = Actor { capacity: capacity(&app, &session, acting).await?, origin: actor.origin };
    let organisations = match &actor.capacity {
        Capacity::Person(person) => organisation::use_cases::organisations_of(&app, *person).await?,
        _ => Vec::new(),
    };
    let organisations = organisations.into_iter().map(|(one, _)| one.id).collect();
    let listener = Listener::of(&actor, organisations).ok_or(Forbidden::NotAllowed)?;
    let since = query.since.as_deref().or_else(|| header_text("last-event-id"));
    let since = match since {
        Some(since) => Some(EventId::parse(since).map_err(|_| {
            let message = ("不是事件的编号", "it is no event's id");
            bad_value(
                "since",
                message,
                ("请填写上次收到的编号，或去掉该参数", "Give the last id that you heard, or leave it out"),
            )
        })?),
        None => None,
    };
    let hearing = Hearing { listener, session: session.id };
    if wants_stream(&headers) {
        stream_events(app, actor, hearing, since).await
    } else {
        let wait = Duration::from_secs(query.wait.unwrap_or(0).min(LONGEST_WAIT_SECONDS));
        wait_for_events(&app, &hearing, since, wait).await
    }
}

fn wants_stream(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/event-stream")
}

fn too_many_streams() -> Public {
    Public::new(
        StatusCode::TOO_MANY_REQUESTS,
        "events.too_many",
        ("打开的页面过多", "Too many pages are open"),
        (
            "同一登录打开的实时连接过多，请关闭不用的页面。页面会改为定时刷新。",
            "This session has too many live connections. Close pages that are not used; they refresh from time to time instead.",
        ),
    )
    .retry_after(30)
}

async fn replayed(app: &App, hearing: &Hearing, since: Option<EventId>) -> Result<Vec<LiveEvent>, Problem> {
    let Some(since) = since else { return Ok(Vec::new()) };
    let (batch, whole) = live::replay(app, since).await?;
    if whole { Ok(hearing.hear_all(&batch)) } else { Ok(vec![LiveEvent::plain("reset", &live::cursor_now(app))]) }
}

/// A place among the streams of a session; given back when dropped.
struct Place {
    app: App,
    session: SessionId,
}

impl Place {
    fn take(app: &App, session: SessionId) -> Result<Self, Problem> {
        if app.feed.join(session) { Ok(Self { app: app.clone(), session }) } else { Err(too_many_streams().into()) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.feed.leave(self.session);
    }
}

async fn wait_for_events(
    app: &App,
    hearing: &Hearing,
    since: Option<EventId>,
    wait: Duration,
) -> Result<Response, Problem> {
    let _place = Place::take(app, hearing.session)?;
    // Listening begins before looking back, so that nothing falls between.
    let mut batches = app.feed.listen();
    let start = live::cursor_now(app);
    let mut items = replayed(app, hearing, since).await?;
    let patience = tokio::time::sleep(if since.is_some() && items.is_empty() { wait } else { Duration::ZERO });
    tokio::pin!(patience);
    while items.is_empty() {
        tokio::select! {
            () = &mut patience => break,
            () = app.feed.closed() => break,
            heard = batches.recv() => match heard {
                Ok(batch) => items = hearing.hear_all(batch.iter()),
                Err(RecvError::Lagged(_)) => items = vec![LiveEvent::plain("reset", &live::cursor_now(app))],
                Err(RecvError::Closed) => break,
            },
        }
    }
    let cursor = items.last().map_or(start, |last| last.cursor.clone());
    Ok(Json(LiveEvents { items, cursor }).into_response())
}

/// A stream between two events.
struct Streaming {
    app: App,
    actor: Actor,
    hearing: Hearing,
    batches: Receiver<Batch>,
    waiting: VecDeque<Event>,
    over: bool,
    _place: Place,
}

impl Streaming {
    fn queue(&mut self, items: Vec<LiveEvent>) {
        for item in items {
            self.over |= item.event == "ended";
            let event = Event::default().event(item.event).id(&item.cursor);
            // Text and numbers always have a JSON form.
            self.waiting.extend(event.json_data(&item).ok());
        }
    }

    /// Whether session and membership still let it listen.
    async fn may_go_on(&self) -> bool {
        let alive = sessions::is_alive(&self.app, self.hearing.session).await;
        let member = match &self.actor.capacity {
            Capacity::Member { person, organisation, .. } => {
                let roles = organisation::use_cases::roles_of(&self.app, *organisation, *person).await;
                roles.is_ok_and(|roles| roles.is_some())
            }
            Capacity::Person(_) | Capacity::Operator(_) => true,
            Capacity::Visitor | Capacity::Client { .. } | Capacity::System(_) => false,
        };
        member && alive.unwrap_or(false)
    }

    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some((Ok(event), self));
            }
            if self.over {
                return None;
            }
            let heard = tokio::select! {
                () = self.app.feed.closed() => return None,
                () = tokio::time::sleep(HEARTBEAT) => None,
                heard = self.batches.recv() => Some(heard),
            };
            match heard {
                None => {
                    if self.may_go_on().await {
                        self.waiting.push_back(Event::default().comment("alive"));
                    } else {
                        let cursor = live::cursor_now(&self.app);
                        self.queue(vec![LiveEvent::plain("ended", &cursor)]);
                    }
                }
                Some(Ok(batch)) => {
                    let items = self.hearing.hear_all(batch.iter());
                    self.queue(items);
                }
                Some(Err(RecvError::Lagged(_))) => {
                    let cursor = live::cursor_now(&self.app);
                    self.queue(vec![LiveEvent::plain("reset", &cursor)]);
                }
                Some(Err(RecvError::Closed)) => return None,
            }
        }
    }
}

async fn stream_events(app: App, actor: Actor, hearing: Hearing, since: Option<EventId>) -> Result<Response, Problem> {
    let place = Place::take(&app, hearing.session)?;
    let batches = app.feed.listen();
    let hello = Event::default().event("hello").id(live::cursor_now(&app)).data("{}");
    let waiting = VecDeque::from([hello]);
    let mut streaming = Streaming { app: app.clone(), actor, hearing, batches, waiting, over: false, _place: place };
    let missed = replayed(&app, &streaming.hearing, since).await?;
    streaming.queue(missed);
    let events = stream::unfold(streaming, Streaming::next);
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("alive"));
    let headers = [("x-accel-buffering", "no"), ("cache-control", "no-cache, no-transform")];
    Ok((headers, sse).into_response())
}
