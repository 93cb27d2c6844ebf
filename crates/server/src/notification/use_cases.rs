//! What can be done with notifications: tell, remind, list, mark as read.

use serde_json::json;
use yinxin_domain::calendar::Date;
use yinxin_domain::contract::{PartyKey, Transition};
use yinxin_domain::ids::{ContractId, NotificationId, PersonId};
use yinxin_domain::notification::{Clock, Facts, Kind, Request, reminder, signing_expires_at, tellings};

use super::errors::NotificationError;
use super::jobs;
use super::store::{self, Notification};
use crate::actor::{Actor, Capacity, Forbidden, Need};
use crate::app::App;
use crate::contract::Loaded;
use crate::contract::use_cases::load;
use crate::db::{CommitError, Event, Record};
use crate::jobs::Message;
use crate::page;
use crate::{identity, organisation};

/// The audience of the platform's operators.
const OPERATORS: &str = "operator";

/// The jobs that a transition asks of this feature.
#[must_use]
pub fn messages(transition: &Transition) -> Vec<Message> {
    let (id, version) = (transition.next.id(), transition.next.version());
    let mut messages: Vec<Message> = tellings(transition)
        .into_iter()
        .map(|telling| {
            let cause = format!("{id}/{version}/{}", telling.kind.code());
            let payload = json!({
                "contract": id,
                "cause": cause,
                "kind": telling.kind.code(),
                "to": telling.to,
                "opinion": telling.opinion,
            });
            Message::new(jobs::TELL, &cause, payload)
        })
        .collect();
    if let Some(reminder) = reminder(transition) {
        let payload = json!({ "contract": id, "expires_at": reminder.expires_at });
        messages
            .push(Message::new(jobs::REMIND, format!("{id}/{}", reminder.expires_at), payload).not_before(reminder.at));
    }
    messages
}

/// The job that tells the holders of a contract that a party urges them; for the commit that notes it.
#[must_use]
pub fn urge(contract: ContractId, by: &str, holders: &[PartyKey], at: i64) -> Message {
    let kind = Kind::Request(Request::Urged);
    let cause = format!("{contract}/{at}/{by}/{}", kind.code());
    let payload = json!({ "contract": contract, "cause": cause, "kind": kind.code(), "to": holders, "opinion": Option::<String>::None });
    Message::new(jobs::TELL, &cause, payload)
}

/// What is to be told.
#[derive(Clone, Debug)]
pub struct Telling {
    /// Of which contract.
    pub contract: ContractId,
    /// The turn it is made for; the same cause is told once.
    pub cause: String,
    /// About what.
    pub kind: Kind,
    /// The parties; empty for the platform's operators.
    pub to: Vec<PartyKey>,
    /// What was said with it.
    pub opinion: Option<String>,
}

/// Tells everybody whom it concerns, once.
///
/// # Errors
/// [`NotificationError::Failure`].
pub async fn tell(app: &App, actor: &Actor, telling: Telling) -> Result<(), NotificationError> {
    let Some(loaded) = load(app, telling.contract).await? else { return Ok(()) };
    let facts = facts(&loaded, telling.opinion.clone(), None);
    tell_with(app, actor, &loaded, &telling, facts).await
}

/// Reminds the party whose turn it is that the time for signing runs out; not if that time has been moved, or the signing has ended.
///
/// # Errors
/// [`NotificationError::Failure`].
pub async fn remind(app: &App, actor: &Actor, contract: ContractId, expires_at: i64) -> Result<(), NotificationError> {
    let Some(loaded) = load(app, contract).await? else { return Ok(()) };
    let Some((_, step)) = loaded.contract.current_step() else { return Ok(()) };
    if signing_expires_at(&loaded.contract) != Some(expires_at) || app.now() >= expires_at {
        return Ok(());
    }
    let kind = Kind::Clock(Clock::SigningEndsSoon);
    let cause = format!("{contract}/{expires_at}/{}", kind.code());
    let telling = Telling { contract, cause, kind, to: vec![step.party], opinion: None };
    // The time runs out with the end of a day; the moment itself is already the next.
    let facts = facts(&loaded, None, Some(Date::at(expires_at - 1)));
    tell_with(app, actor, &loaded, &telling, facts).await
}

fn facts(loaded: &Loaded<'_>, opinion: Option<String>, last_day: Option<Date>) -> Facts {
    let number = Some(loaded.number.clone()).filter(|number| !number.is_empty());
    Facts { title: loaded.title.clone(), number, opinion, last_day }
}

async fn tell_with(
    app: &App,
    actor: &Actor,
    loaded: &Loaded<'_>,
    telling: &Telling,
    facts: Facts,
) -> Result<(), NotificationError> {
    let permit = actor.permit(&[Need::System])?;
    if store::is_told(&mut *app.db.read().await?, &telling.cause).await? {
        return Ok(());
    }
    let mut people: Vec<(PersonId, String)> = Vec::new();
    if telling.to.is_empty() {
        let operators = identity::use_cases::operators(app).await?;
        people.extend(operators.into_iter().map(|person| (person, OPERATORS.to_owned())));
    }
    for party in telling.to.iter().filter_map(|key| loaded.contract.party(*key)) {
        let roles = telling.kind.roles(loaded.profile, &loaded.contract, party.key);
        let members = organisation::use_cases::persons_with(app, party.organisation, &roles).await?;
        people.extend(members.into_iter().map(|person| (person, party.organisation.to_string())));
    }
    let now = app.now();
    let told: Vec<Notification> = people
        .into_iter()
        .map(|(person, audience)| Notification {
            id: app.new_id(NotificationId::new),
            person,
            audience,
            kind: telling.kind,
            contract: telling.contract,
            facts: facts.clone(),
            created_at: now,
            read_at: None,
        })
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let by_sms = loaded.profile.sms.contains(&telling.kind);
    let short_messages = told.iter().filter(|_| by_sms).map(|told| {
        let payload = json!({ "person": told.person, "text": told.kind.short_message(&told.facts) });
        Message::new(jobs::SMS, format!("{}/{}/{}", telling.cause, told.audience, told.person), payload)
    });
    let summary = json!({ "kind": telling.kind.code(), "cause": telling.cause, "persons": told.len(), "sms": by_sms });
    let record = Record::of(Event::new("notification", telling.contract, "notification.told", summary))
        .with([], short_messages.collect::<Vec<_>>());
    app.db
        .commit(&permit, record, (telling.cause.clone(), told), |(cause, told), conn| {
            Box::pin(async move {
                for notification in told {
                    store::insert(&mut *conn, cause, notification).await?;
                }
                Ok::<_, CommitError<NotificationError>>(())
            })
        })
        .await
}

/// Who reads, and for which audience: a member for his organisation, an operator as such; a person acting for himself for every organisation of
/// his (an empty audience).
fn reader(actor: &Actor) -> Result<(PersonId, String), NotificationError> {
    match &actor.capacity {
        Capacity::Member { person, organisation, .. } => Ok((*person, organisation.to_string())),
        Capacity::Operator(person) => Ok((*person, OPERATORS.to_owned())),
        Capacity::Person(person) => Ok((*person, String::new())),
        Capacity::Visitor => Err(Forbidden::NotSignedIn.into()),
        Capacity::Client { .. } | Capacity::System(_) => Err(Forbidden::NotAllowed.into()),
    }
}

/// One page of what the actor was told, and how much of it all he has not read.
pub struct Page {
    /// Newest first.
    pub items: Vec<Notification>,
    /// Not read, in all.
    pub unread: i64,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// What the actor was told, newest first, after a cursor.
///
/// # Errors
/// [`NotificationError::Forbidden`].
pub async fn list(
    app: &App,
    actor: &Actor,
    unread_only: bool,
    cursor: &str,
    limit: i64,
) -> Result<Page, NotificationError> {
    let (person, audience) = reader(actor)?;
    let mut conn = app.db.read().await?;
    let items = store::list(&mut conn, person, &audience, unread_only, cursor, limit).await?;
    let unread = store::unread(&mut conn, person, &audience).await?;
    let next_cursor = page::last(&items, limit).map(|last| last.id.to_string());
    Ok(Page { items, unread, next_cursor })
}

/// Marks a notification of the actor as read.
///
/// # Errors
/// [`NotificationError::Unknown`] also when it is somebody else's.
pub async fn mark_read(app: &App, actor: &Actor, id: NotificationId) -> Result<(), NotificationError> {
    let (person, audience) = reader(actor)?;
    let permit = actor.permit(&[Need::SignedIn])?;
    let now = app.now();
    let record = Record::of(Event::new("notification", id, "notification.read", json!({})));
    app.db
        .commit(&permit, record, audience, move |audience, conn| {
            Box::pin(async move {
                if store::mark_read(conn, id, person, audience, now).await? {
                    Ok(())
                } else {
                    Err(CommitError::Refused(NotificationError::Unknown))
                }
            })
        })
        .await
}

/// How much of what the actor was told he has not read.
///
/// # Errors
/// [`NotificationError::Forbidden`].
pub async fn unread(app: &App, actor: &Actor) -> Result<i64, NotificationError> {
    let (person, audience) = reader(actor)?;
    Ok(store::unread(&mut *app.db.read().await?, person, &audience).await?)
}

/// Marks everything that the actor was told as read; gives how much that was.
///
/// # Errors
/// [`NotificationError::Forbidden`].
pub async fn mark_all_read(app: &App, actor: &Actor) -> Result<i64, NotificationError> {
    let (person, audience) = reader(actor)?;
    let permit = actor.permit(&[Need::SignedIn])?;
    let now = app.now();
    // What comes while this is written was not on the page, and stays unread.
    let until = app.new_id(NotificationId::new).to_string();
    let facts = json!({ "audience": audience, "until": until });
    let record = Record::of(Event::new("person", person, "notification.all_read", facts));
    app.db
        .commit(&permit, record, (audience, until), move |(audience, until), conn| {
            Box::pin(async move { Ok(store::mark_all_read(conn, person, audience, until, now).await?) })
        })
        .await
}
