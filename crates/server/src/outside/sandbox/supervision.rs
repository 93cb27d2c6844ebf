//! A supervising system (监管系统) that accepts, refuses, answers late, twice, contradicts itself, or says nothing at all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sm3::{Digest as _, Sm3};

use super::super::call::{self, Connection};
use super::super::connector::{self, ConnectorError, System};
use super::super::store::{self, Intake, Rule};
use super::errors::SandboxError;
use super::jobs;
use crate::actor::{Actor, ClientKind, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::jobs::{JobError, Message};

/// Under which name its intake is kept.
pub(super) const RECEIVER: &str = "supervision";
/// The longest delay, seconds: a year.
const LONGEST_DELAY: i64 = 31_536_000;
/// What it says when it refuses and nothing else is set.
const REASON: &str = "沙箱监管系统：合同要素与采购结果不符，请核对后重新提交。";

/// How the supervising system behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Accepts at once.
    Accept,
    /// Refuses at once, with a reason.
    Refuse,
    /// Takes it, and accepts later.
    Late,
    /// Accepts at once, and says so again later.
    Twice,
    /// Accepts at once, and says later that it refuses.
    Contradict,
    /// Takes it and says nothing, not even that it has it.
    Silent,
}

impl Behaviour {
    fn code(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Late => "late",
            Self::Twice => "twice",
            Self::Contradict => "contradict",
            Self::Silent => "silent",
        }
    }

    fn parse(code: &str) -> Self {
        [Self::Refuse, Self::Late, Self::Twice, Self::Contradict, Self::Silent]
            .into_iter()
            .find(|behaviour| behaviour.code() == code)
            .unwrap_or(Self::Accept)
    }

    fn answers_later(self) -> bool {
        match self {
            Self::Late | Self::Twice | Self::Contradict => true,
            Self::Accept | Self::Refuse | Self::Silent => false,
        }
    }
}

/// How it is to behave from now on.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// How.
    pub behaviour: Behaviour,
    /// Towards projects whose number begins so; empty: towards all. The longest that fits counts.
    #[serde(default)]
    pub project_prefix: String,
    /// Seconds until what it says later; 2 unless set.
    pub delay_seconds: Option<i64>,
    /// What it says when it refuses.
    pub reason: Option<String>,
}

/// Sets how it behaves towards what comes from now on.
///
/// # Errors
/// [`SandboxError::Setting`].
pub async fn set(app: &App, actor: &Actor, setting: Setting) -> Result<(), SandboxError> {
    let permit = actor.permit(&[Need::Anybody])?;
    let rule = Rule {
        project_prefix: setting.project_prefix,
        behaviour: setting.behaviour.code().to_owned(),
        delay_seconds: setting.delay_seconds.unwrap_or(2),
        reason: setting.reason.unwrap_or_else(|| REASON.to_owned()),
    };
    let reason = rule.reason.chars().count();
    if !(0..=LONGEST_DELAY).contains(&rule.delay_seconds)
        || rule.project_prefix.chars().count() > 100
        || !(1..=500).contains(&reason)
    {
        return Err(SandboxError::Setting);
    }
    let facts = json!({ "behaviour": rule.behaviour, "project_prefix": rule.project_prefix });
    let record = Record::of(Event::new("sandbox", RECEIVER, "sandbox.behaviour_set", facts));
    app.db
        .commit(&permit, record, rule, |rule, conn| {
            Box::pin(async move { Ok::<_, CommitError<SandboxError>>(store::put_rule(conn, rule).await?) })
        })
        .await
}

/// What it reads of a filing; the rest it keeps unread.
#[derive(Deserialize)]
struct Handed {
    answer_to: String,
    filing: Project,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Project {
    project_code: String,
}

#[derive(Deserialize)]
struct File {
    sm3: String,
    content_base64: String,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Said {
    /// 备案通过.
    Accepted {
        /// 备案回执.
        receipt: String,
    },
    /// 备案不通过.
    Refused {
        /// Why.
        reason: String,
    },
    /// It will say later.
    Pending,
}

/// Takes a filing; the same key again is the same filing. Nothing, if it says nothing.
///
/// # Errors
/// [`SandboxError`].
pub async fn receive(app: &App, actor: &Actor, key: &str, body: &[u8]) -> Result<Option<Said>, SandboxError> {
    let permit = actor.permit(&[Need::Client(&[ClientKind::Supervision])])?;
    let handed: Handed = serde_json::from_slice(body).map_err(SandboxError::Malformed)?;
    if !handed.files.iter().all(is_whole) || handed.files.is_empty() {
        return Err(SandboxError::FileDamaged);
    }
    let rules = store::rules(&mut *app.db.read().await?).await?;
    let rule = rules
        .into_iter()
        .filter(|rule| handed.filing.project_code.starts_with(&rule.project_prefix))
        .max_by_key(|rule| rule.project_prefix.len());
    let (behaviour, delay_seconds, reason) = match rule {
        Some(rule) => (Behaviour::parse(&rule.behaviour), rule.delay_seconds, rule.reason),
        None => (Behaviour::Accept, 0, REASON.to_owned()),
    };
    if behaviour == Behaviour::Silent {
        // As if it had never come: pushed again after a change of behaviour, it is new.
        return Ok(None);
    }
    let now = app.now();
    let intake = Intake {
        receiver: RECEIVER,
        idempotency_key: key.to_owned(),
        received_at: now,
        behaviour: behaviour.code().to_owned(),
        delay_seconds,
        reason,
        answer_to: handed.answer_to,
        content: without_files(body)?,
    };
    let mut record = Record::of(Event::new("sandbox", key, "sandbox.filing_received", json!({})));
    if behaviour.answers_later() {
        let later = Message::new(jobs::ANSWER, key, json!({ "key": key }));
        record = record.then(later.not_before(now.saturating_add(delay_seconds * 1_000_000)));
    }
    app.db
        .commit(&permit, record, intake, |intake, conn| {
            Box::pin(async move { Ok::<_, CommitError<SandboxError>>(store::take_in(conn, intake).await?) })
        })
        .await?;
    let (intake, _) =
        store::find_intake(&mut *app.db.read().await?, RECEIVER, key).await?.ok_or(SandboxError::Unknown)?;
    Ok(at_once(&intake, now))
}

fn is_whole(file: &File) -> bool {
    STANDARD
        .decode(&file.content_base64)
        .is_ok_and(|content| !content.is_empty() && hex::encode(Sm3::digest(&content)) == file.sm3)
}

/// What is kept of a filing: all but the content of its files.
fn without_files(body: &[u8]) -> Result<String, SandboxError> {
    let mut content: Value = serde_json::from_slice(body).map_err(SandboxError::Malformed)?;
    if let Some(files) = content.get_mut("files").and_then(Value::as_array_mut) {
        for file in files.iter_mut().filter_map(Value::as_object_mut) {
            file.remove("content_base64");
        }
    }
    Ok(content.to_string())
}

fn accepted(intake: &Intake) -> Said {
    let tail: String = intake.idempotency_key.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect();
    Said::Accepted { receipt: format!("沙箱备案-{}", tail.to_uppercase()) }
}

/// What it says to the push itself.
fn at_once(intake: &Intake, now: i64) -> Option<Said> {
    match Behaviour::parse(&intake.behaviour) {
        Behaviour::Accept | Behaviour::Twice | Behaviour::Contradict => Some(accepted(intake)),
        Behaviour::Refuse => Some(Said::Refused { reason: intake.reason.clone() }),
        Behaviour::Late if now >= intake.received_at.saturating_add(intake.delay_seconds * 1_000_000) => {
            Some(accepted(intake))
        }
        Behaviour::Late => Some(Said::Pending),
        Behaviour::Silent => None,
    }
}

/// Says later, over HTTP, what was not said at once, or says it again, or something else.
///
/// # Errors
/// When this server does not take it; it is then said again.
pub(super) async fn answer_later(app: &App, key: &str) -> Result<(), JobError> {
    let Some((intake, _)) = store::find_intake(&mut *app.db.read().await?, RECEIVER, key).await? else { return Ok(()) };
    let said = match Behaviour::parse(&intake.behaviour) {
        Behaviour::Late | Behaviour::Twice => accepted(&intake),
        Behaviour::Contradict => Said::Refused { reason: intake.reason },
        Behaviour::Accept | Behaviour::Refuse | Behaviour::Silent => return Ok(()),
    };
    let known = connector::connection(app, System::Supervision).await?;
    let url = reqwest::Url::parse(&intake.answer_to).map_err(|_| ConnectorError::Address("answer_to"))?;
    let to = Connection { url, ..known };
    match call::post(app, &to, key, serde_json::to_vec(&said)?).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_final() => Err(JobError::give_up(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// What was handed in under a key, and how often, as the sandbox shows it.
///
/// # Errors
/// [`SandboxError::Unknown`].
pub async fn shown(app: &App, key: &str) -> Result<Value, SandboxError> {
    let (intake, times) =
        store::find_intake(&mut *app.db.read().await?, RECEIVER, key).await?.ok_or(SandboxError::Unknown)?;
    let content: Value = serde_json::from_str(&intake.content).map_err(SandboxError::Malformed)?;
    Ok(json!({ "times": times, "received_at": intake.received_at, "behaviour": intake.behaviour, "content": content }))
}
