//! What can be done with filings: push, answer, submit again, look.

use serde_json::json;
use yinxin_domain::calendar::{Deadline, WorkingDays};
use yinxin_domain::contract::conclusion::{FilingAnswer, FilingOutcome};
use yinxin_domain::contract::{self as domain, Contract, ContractEvent, Effect, Filing as Axis, Transition, Verb};
use yinxin_domain::filing::package;
use yinxin_domain::ids::{ContractId, FilingId};
use yinxin_domain::law::RuleTables;

use super::errors::FilingError;
use super::jobs;
use super::push::{self, Said};
use super::store::{self, Answer, Filing};
use crate::actor::{Actor, ClientKind, Need, Permit};
use crate::app::App;
use crate::contract::use_cases::{load, load_permitted, save_transition};
use crate::contract::{ContractError, Loaded, effects};
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::jobs::Message;

/// How often a promised answer is asked for before the operator must look.
const ASKED_AT_MOST: i64 = 14;

/// The jobs that a transition asks of this feature.
#[must_use]
pub fn messages(transition: &Transition) -> Vec<Message> {
    let (id, version) = (transition.next.id(), transition.next.version());
    let push = |effect: &Effect| match effect {
        Effect::PushFiling { attempt } => {
            let payload = json!({ "contract": id, "attempt": attempt, "asked": 0 });
            Some(Message::new(jobs::PUSH, format!("{id}/{version}"), payload))
        }
        _ => None,
    };
    transition.effects.iter().filter_map(push).collect()
}

/// Pushes one submission of a contract, or asks again for the answer to it, and records what came back. Doing it again changes nothing: a
/// submission that is decided, or is not the current one, is left alone, and the supervising system knows a repeated push by its key.
///
/// # Errors
/// [`FilingError`]; the job tries again unless that cannot help ([`FilingError::is_final`]).
pub async fn push_filing(
    app: &App,
    actor: &Actor,
    contract: ContractId,
    attempt: u32,
    asked: i64,
) -> Result<(), FilingError> {
    let permit = actor.permit(&[Need::System])?;
    let Some(loaded) = load(app, contract).await? else { return Err(FilingError::Unknown) };
    let platform = domain::Actor::Platform;
    let current = loaded.contract.filing_attempt() == attempt;
    let waits = match loaded.contract.filing() {
        // Not while on hold: lifting it queues the push again.
        Axis::Due { .. } => loaded.contract.permits(&loaded.context(&platform, app.now()), Verb::PushFiling).is_ok(),
        Axis::Pushed { .. } => true,
        Axis::NotWanted | Axis::NotDue | Axis::Accepted { .. } | Axis::Refused { .. } => false,
    };
    if !current || !waits {
        return Ok(());
    }
    let filing = prepared(app, &permit, &loaded, attempt).await?;
    let said = push::push(app, &filing).await?;
    let pushed = record_pushed(app, &permit, &filing, matches!(said, Said::Pending), asked).await?;
    match said.outcome() {
        Some(outcome) if pushed => decide(app, &permit, &filing, outcome, true).await.map(|_| ()),
        Some(_) => Ok(()),
        None if asked >= ASKED_AT_MOST => Err(FilingError::Unanswered { asked }),
        None => Ok(()),
    }
}

/// The submission as it is pushed, kept before the first push so that every push of it is the same.
async fn prepared(app: &App, permit: &Permit, loaded: &Loaded<'_>, attempt: u32) -> Result<Filing, FilingError> {
    let contract = loaded.contract.id();
    let kept = |filings: Vec<Filing>| filings.into_iter().find(|filing| filing.attempt == attempt);
    if let Some(filing) = kept(store::of_contract(&mut *app.db.read().await?, contract).await?) {
        return Ok(filing);
    }
    let package = package(&loaded.contract, &loaded.award, loaded.subject())
        .ok_or_else(|| Failure::damaged("contracts.state", "a filing is due of a contract that is not signed"))?;
    let filing = Filing {
        id: app.new_id(FilingId::new),
        contract,
        attempt,
        package,
        prepared_at: app.now(),
        pushed_at: None,
        answered_at: None,
    };
    let facts = json!({ "contract": contract, "attempt": attempt, "document": filing.package.document_sm3 });
    let record = Record::of(Event::new("filing", filing.id, "filing.prepared", facts));
    app.db
        .commit(permit, record, filing, |filing, conn| {
            Box::pin(async move { Ok::<_, CommitError<FilingError>>(store::insert(conn, filing).await?) })
        })
        .await?;
    let filings = store::of_contract(&mut *app.db.read().await?, contract).await?;
    kept(filings).ok_or_else(|| Failure::damaged("filings", "a submission was kept and is not there").into())
}

/// Records that the supervising system has the submission, and when it is asked again if it said that it will answer later. False when an
/// answer was faster than this record, and has decided already.
async fn record_pushed(
    app: &App,
    permit: &Permit,
    filing: &Filing,
    pending: bool,
    asked: i64,
) -> Result<bool, FilingError> {
    let Some(loaded) = load(app, filing.contract).await? else { return Err(FilingError::Unknown) };
    let at = app.now();
    let (contract, attempt, id) = (filing.contract, filing.attempt, filing.id);
    let again = || {
        let hours = app.config.supervision.ask_again_hours;
        Message::new(
            jobs::PUSH,
            format!("{contract}/{attempt}/asked/{}", asked + 1),
            json!({ "contract": contract, "attempt": attempt, "asked": asked + 1 }),
        )
        .not_before(at.saturating_add(hours.saturating_mul(3_600_000_000)))
    };
    if loaded.contract.filing_attempt() != attempt {
        return Ok(false);
    }
    match loaded.contract.filing() {
        Axis::Due { .. } => {}
        Axis::Pushed { .. } if pending && asked < ASKED_AT_MOST => {
            let facts = json!({ "contract": contract, "attempt": attempt, "asked": asked });
            let record = Record::of(Event::new("filing", id, "filing.asked_again", facts)).then(again());
            let none: Result<(), FilingError> =
                app.db.commit(permit, record, (), |(), _| Box::pin(async { Ok(()) })).await;
            return none.map(|()| true);
        }
        Axis::Pushed { .. } => return Ok(true),
        Axis::NotWanted | Axis::NotDue | Axis::Accepted { .. } | Axis::Refused { .. } => return Ok(false),
    }
    let platform = domain::Actor::Platform;
    let transition = loaded.contract.clone().filing_pushed(&loaded.context(&platform, at))?;
    let due_at = loaded.due_at(&transition.next);
    let mut record = effects::record(Some(&loaded.contract), &transition)?;
    if pending {
        record = record.then(again());
    }
    let saved: Result<(), FilingError> = app
        .db
        .commit(permit, record, (loaded.contract, transition, id), move |(before, transition, id), conn| {
            Box::pin(async move {
                save_transition(&mut *conn, before, transition, due_at, at).await?;
                Ok(store::note_pushed(conn, *id, at).await?)
            })
        })
        .await;
    saved.map(|()| true)
}

/// What an answer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effected {
    /// It decided.
    Decided,
    /// It said again what had been said.
    Repeated,
    /// It answers an earlier submission.
    Superseded,
    /// It contradicts the answer that decided; the operator is told.
    Contradictory,
}

impl Effected {
    /// The code, as stored and in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Repeated => "repeated",
            Self::Superseded => "superseded",
            Self::Contradictory => "contradictory",
        }
    }

    fn of(transition: &Transition) -> Self {
        let ignored = transition.events.iter().find_map(|event| match event {
            ContractEvent::FilingAnswerIgnored { why, .. } => Some(*why),
            _ => None,
        });
        match ignored {
            None => Self::Decided,
            Some(domain::event::Ignored::Repeated) => Self::Repeated,
            Some(domain::event::Ignored::Superseded) => Self::Superseded,
            Some(domain::event::Ignored::Contradictory) => Self::Contradictory,
        }
    }
}

/// An answer that the supervising system gives later, or again. The first answer to a submission decides; the others are recorded.
///
/// # Errors
/// [`FilingError::Forbidden`] for others than supervising systems, [`FilingError::Unknown`], [`FilingError::AnswerUnfit`].
pub async fn answer(app: &App, actor: &Actor, id: FilingId, said: Said) -> Result<Effected, FilingError> {
    let permit = actor.permit(&[Need::Client(&[ClientKind::Supervision])])?;
    let filing = store::find(&mut *app.db.read().await?, id).await?.ok_or(FilingError::Unknown)?;
    let outcome = said.outcome().ok_or(FilingError::AnswerUnfit)?;
    decide(app, &permit, &filing, outcome, false).await
}

/// Lets an answer decide, or be recorded as one that does not. Somebody who moved the contract at the same moment makes it look once more.
async fn decide(
    app: &App,
    permit: &Permit,
    filing: &Filing,
    outcome: FilingOutcome,
    asked: bool,
) -> Result<Effected, FilingError> {
    let mut tries = 0;
    loop {
        match decide_once(app, permit, filing, outcome.clone(), asked).await {
            Err(FilingError::Failure(Failure::StaleVersion { .. })) if tries < 5 => tries += 1,
            other => return other,
        }
    }
}

async fn decide_once(
    app: &App,
    permit: &Permit,
    filing: &Filing,
    outcome: FilingOutcome,
    asked: bool,
) -> Result<Effected, FilingError> {
    let Some(loaded) = load(app, filing.contract).await? else { return Err(FilingError::Unknown) };
    let at = app.now();
    let (accepted, receipt, reason) = match &outcome {
        FilingOutcome::Accepted { receipt } => (true, receipt.clone(), None),
        FilingOutcome::Refused { reason } => (false, None, Some(reason.clone())),
    };
    let who = domain::Actor::SupervisingSystem;
    let answer = FilingAnswer { attempt: filing.attempt, outcome };
    let transition =
        loaded.contract.clone().filing_answered(&loaded.context(&who, at), answer).map_err(
            |refusal| match refusal {
                domain::Refusal::TextUnfit { .. } => FilingError::AnswerUnfit,
                other => other.into(),
            },
        )?;
    let effect = Effected::of(&transition);
    let kept = Answer { received_at: at, asked, accepted, receipt, reason, effect: effect.code().to_owned() };
    let facts = json!({ "contract": filing.contract, "attempt": filing.attempt, "accepted": accepted, "effect": effect.code() });
    let due_at = loaded.due_at(&transition.next);
    let record = effects::record(Some(&loaded.contract), &transition)?.and(Event::new(
        "filing",
        filing.id,
        "filing.answered",
        facts,
    ));
    let saved: Result<(), FilingError> = app
        .db
        .commit(
            permit,
            record,
            (loaded.contract, transition, filing.id, kept),
            move |(before, transition, id, kept), conn| {
                Box::pin(async move {
                    save_transition(&mut *conn, before, transition, due_at, at).await?;
                    Ok(store::add_answer(conn, *id, kept).await?)
                })
            },
        )
        .await;
    saved.map(|()| effect)
}

/// 重新提交备案: a party to which a refused filing came back submits it again (S0-035).
///
/// # Errors
/// [`FilingError::Contract`]: not the actor's, another version, or nothing was refused.
pub async fn resubmit(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    note: &str,
) -> Result<Contract, FilingError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    if loaded.contract.version() != seen {
        return Err(Failure::StaleVersion { what: "contract" }.into());
    }
    let at = app.now();
    let transition =
        loaded.contract.clone().resubmit_filing(&loaded.context(&who, at), note).map_err(ContractError::from)?;
    let due_at = loaded.due_at(&transition.next);
    let record = effects::record(Some(&loaded.contract), &transition)?;
    let next = transition.next.clone();
    let saved: Result<(), FilingError> = app
        .db
        .commit(&permit, record, (loaded.contract, transition), move |(before, transition), conn| {
            Box::pin(async move { Ok(save_transition(conn, before, transition, due_at, at).await?) })
        })
        .await;
    saved.map(|()| next)
}

/// A contract's filing as its parties see it.
pub struct Seen {
    /// The contract.
    pub contract: Contract,
    /// The last day for filing (采购法 art. 47), once the contract is signed.
    pub deadline: Option<Deadline>,
    /// Its submissions with their answers, first to last.
    pub submissions: Vec<(Filing, Vec<Answer>)>,
}

/// A contract's filing, for its parties, the operator and supervising systems.
///
/// # Errors
/// [`FilingError::Contract`] also when the contract is not the actor's.
pub async fn show(app: &App, actor: &Actor, id: ContractId) -> Result<Seen, FilingError> {
    let mut version = load_permitted(app, actor, id).await?.0.contract.version();
    let mut tries = 0;
    loop {
        let submissions = submissions(app, id).await?;
        // What decides a submission moves its contract in the same commit: both are of one moment when the contract stood still.
        let (now, ..) = load_permitted(app, actor, id).await?;
        if now.contract.version() == version || tries == 5 {
            let deadline = now.contract.filing_deadline(now.profile, RuleTables::bundled(), WorkingDays::bundled());
            return Ok(Seen { contract: now.contract, deadline, submissions });
        }
        version = now.contract.version();
        tries += 1;
    }
}

async fn submissions(app: &App, id: ContractId) -> Result<Vec<(Filing, Vec<Answer>)>, FilingError> {
    let mut conn = app.db.read().await?;
    let mut submissions = Vec::new();
    for filing in store::of_contract(&mut conn, id).await? {
        let answers = store::answers(&mut conn, filing.id).await?;
        submissions.push((filing, answers));
    }
    Ok(submissions)
}

/// Submissions of all contracts with their answers, newest first, before an id; for operators. `outcome` is waiting, accepted, refused, or empty.
///
/// # Errors
/// [`FilingError::Forbidden`].
pub async fn list(
    app: &App,
    actor: &Actor,
    outcome: &str,
    before: &str,
    limit: i64,
) -> Result<Vec<Listed>, FilingError> {
    actor.permit(&[Need::Operator])?;
    let mut conn = app.db.read().await?;
    let mut found = Vec::new();
    for filing in store::list(&mut conn, outcome, before, limit).await? {
        let answers = store::answers(&mut conn, filing.id).await?;
        let resubmitted = store::newest_attempt(&mut conn, filing.contract).await? > filing.attempt;
        found.push(Listed { filing, answers, resubmitted });
    }
    Ok(found)
}

/// A submission as the operator's list shows it.
pub struct Listed {
    /// The submission.
    pub filing: Filing,
    /// Its answers, in the order they came.
    pub answers: Vec<Answer>,
    /// Whether a later submission of the same contract follows it.
    pub resubmitted: bool,
}

/// How many submissions wait for an answer; for the operator's overview, which has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn count_waiting(app: &App) -> Result<i64, Failure> {
    store::count_waiting(&mut *app.db.read().await?).await
}

impl FilingError {
    /// Whether trying the same again cannot help, so that the operator must look.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Call(error) => error.is_final(),
            Self::TooLarge { .. } | Self::Unanswered { .. } | Self::Unknown => true,
            Self::Forbidden(_)
            | Self::Contract(_)
            | Self::Failure(_)
            | Self::AnswerUnfit
            | Self::Connector(_)
            | Self::AnswerUnreadable(_) => false,
        }
    }
}
