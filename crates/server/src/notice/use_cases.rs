//! What can be done with notices: hand in, publish, look.

use axum::body::Bytes;
use serde::Deserialize;
use serde_json::json;
use yinxin_domain::calendar::{Date, Deadline, WorkingDays};
use yinxin_domain::contract::{self as domain, Contract, Effect, Notice as Axis, Profile, Signing, Transition, Verb};
use yinxin_domain::ids::{ContractId, NoticeId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::notice::content;

use super::errors::NoticeError;
use super::jobs;
use super::store::{self, Notice, Published};
use crate::actor::{Actor, Need, Permit};
use crate::app::App;
use crate::contract::use_cases::{load, load_permitted, save_transition};
use crate::contract::{Loaded, effects};
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::jobs::Message;
use crate::outside::call;
use crate::outside::connector::{self, System};
use crate::page;

/// How often a promised receipt is asked for before the operator must look.
const ASKED_AT_MOST: i64 = 14;

/// The jobs that a transition asks of this feature.
#[must_use]
pub fn messages(transition: &Transition) -> Vec<Message> {
    let (id, version) = (transition.next.id(), transition.next.version());
    if transition.effects.contains(&Effect::SubmitNotice) {
        vec![Message::new(jobs::SUBMIT, format!("{id}/{version}"), json!({ "contract": id, "asked": 0 }))]
    } else {
        Vec::new()
    }
}

/// What the medium says: with receipt and address it is published; without, it will be.
#[derive(Deserialize)]
struct Said {
    receipt: Option<String>,
    address: Option<String>,
}

/// Hands a contract's notice to the medium, or asks again for the receipt, and publishes it here once the medium has. Doing it again changes
/// nothing: the medium knows a repeated notice by its key, and a contract that has moved on is left alone.
///
/// # Errors
/// [`NoticeError`]; the job tries again unless that cannot help ([`NoticeError::is_final`]).
pub async fn submit(app: &App, actor: &Actor, contract: ContractId, asked: i64) -> Result<(), NoticeError> {
    let permit = actor.permit(&[Need::System])?;
    let Some(loaded) = load(app, contract).await? else { return Err(NoticeError::Unknown) };
    let verb = match loaded.contract.notice() {
        Axis::Due { .. } => Verb::SubmitNotice,
        Axis::Submitted { .. } => Verb::PublishNotice,
        Axis::NotWanted | Axis::NotDue | Axis::Published { .. } | Axis::Exempt { .. } => return Ok(()),
    };
    // Not while on hold: lifting it queues this again.
    if loaded.contract.permits(&loaded.context(&domain::Actor::Platform, app.now()), verb).is_err() {
        return Ok(());
    }
    let notice = prepared(app, &permit, &loaded).await?;
    let to = connector::connection(app, System::Medium).await?;
    let handed = json!({
        "notice_id": notice.id,
        "medium": notice.medium.zh,
        "notice": notice.content,
        "document_sm3": notice.document,
        "document_url": format!("{}/api/v1/notices/{}/document.pdf", app.config.http.public_url, notice.id),
    });
    let reply = call::post(app, &to, &notice.id.to_string(), handed.to_string().into_bytes()).await?;
    let said: Said = serde_json::from_slice(&reply.body).map_err(NoticeError::AnswerUnreadable)?;
    record_submitted(app, &permit, contract).await?;
    match said {
        Said { receipt: Some(receipt), address: Some(address) } => {
            record_published(app, &permit, &notice, &receipt, &address).await
        }
        Said { .. } if asked >= ASKED_AT_MOST => Err(NoticeError::Unanswered { asked }),
        Said { .. } => ask_again(app, &permit, &notice, asked + 1).await,
    }
}

/// The notice as it is handed in, kept before the first try so that every try is the same.
async fn prepared(app: &App, permit: &Permit, loaded: &Loaded<'_>) -> Result<Notice, NoticeError> {
    let id = loaded.contract.id();
    if let Some(notice) = store::of_contract(&mut *app.db.read().await?, id).await? {
        return Ok(notice);
    }
    let unsigned = || Failure::damaged("contracts.state", "a notice is due of a contract that is not signed");
    let content =
        content(&loaded.contract, &loaded.award, loaded.subject(), Date::at(app.now())).ok_or_else(unsigned)?;
    // Of a contract signed on paper the scan is published, where there is one (S1-014).
    let scan = match loaded.contract.signing() {
        Signing::Offline { scan, .. } => *scan,
        Signing::NotStarted
        | Signing::Signing { .. }
        | Signing::Concluded { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => None,
    };
    let document = scan.or_else(|| loaded.contract.shared_document()).ok_or_else(unsigned)?;
    let medium =
        medium(loaded.profile).ok_or_else(|| Failure::damaged("contracts.profile", "a profile without notice"))?;
    let notice = Notice {
        id: app.new_id(NoticeId::new),
        contract: id,
        content,
        document,
        medium,
        prepared_at: app.now(),
        published: None,
    };
    let facts = json!({ "contract": id, "document": notice.document });
    let record = Record::of(Event::new("notice", notice.id, "notice.prepared", facts));
    app.db
        .commit(permit, record, notice, |notice, conn| {
            Box::pin(async move { Ok::<_, CommitError<NoticeError>>(store::insert(conn, notice).await?) })
        })
        .await?;
    let notice = store::of_contract(&mut *app.db.read().await?, id).await?;
    notice.ok_or_else(|| Failure::damaged("notices", "a notice was kept and is not there").into())
}

fn medium(profile: &Profile) -> Option<domain::Text> {
    profile.notice.as_ref().map(|rules| rules.medium.clone())
}

/// Records that the medium has the notice, unless that is recorded.
async fn record_submitted(app: &App, permit: &Permit, id: ContractId) -> Result<(), NoticeError> {
    let Some(loaded) = load(app, id).await? else { return Err(NoticeError::Unknown) };
    let Axis::Due { .. } = loaded.contract.notice() else { return Ok(()) };
    let at = app.now();
    let transition = loaded.contract.clone().notice_submitted(&loaded.context(&domain::Actor::Platform, at))?;
    let due_at = loaded.due_at(&transition.next);
    let record = effects::record(Some(&loaded.contract), &transition)?;
    app.db
        .commit(permit, record, (loaded.contract, transition), move |(before, transition), conn| {
            Box::pin(async move {
                Ok::<_, CommitError<NoticeError>>(save_transition(conn, before, transition, due_at, at).await?)
            })
        })
        .await
}

/// Records the receipt and makes the notice public.
async fn record_published(
    app: &App,
    permit: &Permit,
    notice: &Notice,
    receipt: &str,
    address: &str,
) -> Result<(), NoticeError> {
    let Some(loaded) = load(app, notice.contract).await? else { return Err(NoticeError::Unknown) };
    let Axis::Submitted { .. } = loaded.contract.notice() else { return Ok(()) };
    let at = app.now();
    let transition =
        loaded.contract.clone().notice_published(&loaded.context(&domain::Actor::Platform, at), receipt, address)?;
    let published = Published { at, receipt: receipt.trim().to_owned(), address: address.trim().to_owned() };
    let facts = json!({ "contract": notice.contract, "receipt": published.receipt, "address": published.address });
    let due_at = loaded.due_at(&transition.next);
    let record = effects::record(Some(&loaded.contract), &transition)?.and(Event::new(
        "notice",
        notice.id,
        "notice.published",
        facts,
    ));
    let data = (loaded.contract, transition, notice.id, published);
    app.db
        .commit(permit, record, data, move |(before, transition, id, published), conn| {
            Box::pin(async move {
                save_transition(&mut *conn, before, transition, due_at, at).await?;
                Ok::<_, CommitError<NoticeError>>(store::publish(conn, *id, published).await?)
            })
        })
        .await
}

async fn ask_again(app: &App, permit: &Permit, notice: &Notice, asked: i64) -> Result<(), NoticeError> {
    let pause = app.config.medium.ask_again_hours.saturating_mul(3_600_000_000);
    let contract = notice.contract;
    let again = Message::new(
        jobs::SUBMIT,
        format!("{contract}/asked/{asked}"),
        json!({ "contract": contract, "asked": asked }),
    );
    let facts = json!({ "contract": contract, "asked": asked });
    let record = Record::of(Event::new("notice", notice.id, "notice.asked_again", facts))
        .then(again.not_before(app.now().saturating_add(pause)));
    app.db.commit(permit, record, (), |(), _| Box::pin(async { Ok::<_, CommitError<NoticeError>>(()) })).await
}

/// A contract's notice as its parties see it.
pub struct Seen {
    /// The contract.
    pub contract: Contract,
    /// The medium.
    pub medium: Option<domain::Text>,
    /// The last day for publication (实施条例 art. 50), once the contract is signed.
    pub deadline: Option<Deadline>,
    /// The notice, once it is put together.
    pub notice: Option<Notice>,
}

/// A contract's notice, for its parties and the operator.
///
/// # Errors
/// [`NoticeError::Contract`] also when the contract is not the actor's.
pub async fn show(app: &App, actor: &Actor, id: ContractId) -> Result<Seen, NoticeError> {
    let (loaded, _, _) = load_permitted(app, actor, id).await?;
    let deadline = loaded.contract.notice_deadline(loaded.profile, RuleTables::bundled(), WorkingDays::bundled());
    let notice = store::of_contract(&mut *app.db.read().await?, id).await?;
    Ok(Seen { medium: medium(loaded.profile), contract: loaded.contract, deadline, notice })
}

/// A published notice, for everybody.
///
/// # Errors
/// [`NoticeError::Unknown`] also while it is not published.
pub async fn find_public(app: &App, id: NoticeId) -> Result<Notice, NoticeError> {
    let notice = store::find(&mut *app.db.read().await?, id).await?;
    notice.filter(|notice| notice.published.is_some()).ok_or(NoticeError::Unknown)
}

/// The document of a published notice, for everybody.
///
/// # Errors
/// [`NoticeError::Unknown`].
pub async fn document(app: &App, id: NoticeId) -> Result<Bytes, NoticeError> {
    let notice = find_public(app, id).await?;
    Ok(app.files.get(notice.document).await.map_err(Failure::from)?)
}

/// Published notices in which the words occur, newest first, after a cursor; with the cursor of the next page.
///
/// # Errors
/// [`NoticeError::Cursor`].
pub async fn list_public(
    app: &App,
    words: &str,
    cursor: Option<&str>,
    limit: i64,
) -> Result<(Vec<Notice>, Option<String>), NoticeError> {
    let before = match cursor {
        None => (i64::MAX, String::new()),
        Some(cursor) => {
            let (at, id) = cursor.split_once('.').ok_or(NoticeError::Cursor)?;
            let id: NoticeId = id.parse().map_err(|_| NoticeError::Cursor)?;
            (at.parse().map_err(|_| NoticeError::Cursor)?, id.to_string())
        }
    };
    let words: String = words.chars().take(100).collect();
    let notices = store::published(&mut *app.db.read().await?, &words, &before, limit).await?;
    let next =
        page::last(&notices, limit).and_then(|notice| Some(format!("{}.{}", notice.published.as_ref()?.at, notice.id)));
    Ok((notices, next))
}
