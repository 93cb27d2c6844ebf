//! 首页 over HTTP.

use axum::extract::State;
use serde::Serialize;
use yinxin_domain::calendar::Date;

use super::answers::TextOut;
use super::listing::{ClockOut, CountsOut, id_text};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::use_cases::home::{self, Expiry, ExpiryKind, Group, Home, RunningClock, Target, Task};
use crate::http::extract::Json;
use crate::http::problem::Problem;

/// What a task is about.
#[derive(Serialize, utoipa::ToSchema)]
struct TargetOut {
    /// contract or award.
    kind: &'static str,
    /// `ctr_…` or `awd_…`
    id: String,
    /// The page on which it is done: draft, review, desk, filing.
    page: &'static str,
}

/// Who handed a contract over.
#[derive(Serialize, utoipa::ToSchema)]
struct HandedOverOut {
    /// Its place in the text: `A`, `B` …
    party: String,
    /// Its name.
    name: String,
}

/// One thing that waits.
#[derive(Serialize, utoipa::ToSchema)]
struct TaskOut {
    /// `org_…`: for which organisation; opening it means to act for it.
    organisation_id: String,
    /// Its title.
    title: String,
    /// Its number.
    number: String,
    /// The names of the other parties.
    others: Vec<String>,
    /// The amount, 分.
    amount_fen: i64,
    /// The name of the state, as the flow profile calls it.
    label: TextOut,
    /// How it is shown: in_hand, attention, done, fact.
    tone: &'static str,
    /// The clock that runs out first.
    deadline: Option<ClockOut>,
    /// Since when the organisation holds it, microseconds UTC.
    since: i64,
    /// Who handed it over, if another party did, at `since`.
    handed_over_by: Option<HandedOverOut>,
    /// draft, confirm, sign, submit, agree, resubmit.
    action: &'static str,
    /// What its button is called.
    action_label: TextOut,
    /// Where it leads.
    target: TargetOut,
}

impl TaskOut {
    fn of(task: &Task, now: i64) -> Self {
        let (kind, id) = match task.target {
            Target::Contract(id) => ("contract", id.to_string()),
            Target::Award(id) => ("award", id.to_string()),
        };
        let handed = task.handed_over_by.clone();
        Self {
            organisation_id: task.organisation.to_string(),
            title: task.title.clone(),
            number: task.number.clone(),
            others: task.others.clone(),
            amount_fen: task.amount_fen,
            label: task.label.clone().into(),
            tone: task.tone.code(),
            deadline: task.clock.map(|clock| ClockOut::of(clock, now)),
            since: task.since,
            handed_over_by: handed.map(|(party, name)| HandedOverOut { party, name }),
            action: task.act.code(),
            action_label: task.text.clone().into(),
            target: TargetOut { kind, id, page: task.act.page() },
        }
    }
}

/// What waits in one organisation.
#[derive(Serialize, utoipa::ToSchema)]
struct GroupOut {
    /// `org_…`
    organisation_id: String,
    /// Its name.
    name: String,
    /// The roles of who looks: administrator, clerk, seal_keeper, approver.
    roles: Vec<&'static str>,
    /// What is counted of its lists.
    counts: CountsOut,
    /// Awards from which a contract may be begun, as far as shown.
    open_awards: usize,
    /// What waits for who looks, nearest deadline first; at most 20.
    tasks: Vec<TaskOut>,
}

/// A clock of the law that runs out soon.
#[derive(Serialize, utoipa::ToSchema)]
struct RunningClockOut {
    /// `org_…`
    organisation_id: String,
    /// `ctr_…`
    contract_id: String,
    /// Its title.
    title: String,
    /// Its number.
    number: String,
    /// The clock.
    clock: ClockOut,
}

/// Something that expires soon.
#[derive(Serialize, utoipa::ToSchema)]
struct ExpiryOut {
    /// certificate or seal_grant.
    kind: &'static str,
    /// `cert_…` or `seal_…`
    id: String,
    /// What it is called: the owner of a certificate (empty for the person's own), the name of a seal.
    name: String,
    /// `org_…`; none for the person's own.
    organisation_id: Option<String>,
    /// When, microseconds UTC.
    expires_at: i64,
    /// Days left after today.
    days_left: i32,
}

/// The first page.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HomeOut {
    /// The server's time, microseconds UTC.
    now_at: i64,
    /// The sums over all groups.
    counts: CountsOut,
    /// The most urgent task, which also stands in its group.
    urgent: Option<TaskOut>,
    /// What waits, by organisation, the most urgent first.
    groups: Vec<GroupOut>,
    /// The clocks of the law that run out soon, the nearest end first.
    clocks: Vec<RunningClockOut>,
    /// What expires within 60 days, the nearest first.
    expiries: Vec<ExpiryOut>,
}

/// 首页: what waits for the person in all his organisations (`X-Actor: person`), or in the organisation acted for (S3-027).
#[utoipa::path(get, path = "/api/v1/home", tag = "contract", security(("session" = [])), responses((status = 200, body = HomeOut)))]
pub(super) async fn home(State(app): State<App>, actor: Actor) -> Result<Json<HomeOut>, Problem> {
    let Home { counts, groups, urgent, clocks, expiries } = home::home(&app, &actor).await?;
    let now = app.now();
    let urgent = urgent.and_then(|(group, task)| groups.get(group)?.tasks.get(task)).map(|task| TaskOut::of(task, now));
    let group = |Group { organisation, name, roles, counts, open_awards, tasks }| GroupOut {
        organisation_id: organisation.to_string(),
        name,
        roles: roles.into_iter().map(|role| role.as_str()).collect(),
        counts: counts.into(),
        open_awards,
        tasks: tasks.iter().map(|task| TaskOut::of(task, now)).collect(),
    };
    let clock = |RunningClock { organisation, contract, title, number, clock }| RunningClockOut {
        organisation_id: organisation.to_string(),
        contract_id: contract.to_string(),
        title,
        number,
        clock: ClockOut::of(clock, now),
    };
    let expiry = |Expiry { kind, id, name, organisation, at }| ExpiryOut {
        kind: match kind {
            ExpiryKind::Certificate => "certificate",
            ExpiryKind::SealGrant => "seal_grant",
        },
        id,
        name,
        organisation_id: id_text(organisation),
        expires_at: at,
        days_left: Date::at(now).days_until(Date::at(at)),
    };
    Ok(Json(HomeOut {
        now_at: now,
        counts: counts.into(),
        urgent,
        groups: groups.into_iter().map(group).collect(),
        clocks: clocks.into_iter().map(clock).collect(),
        expiries: expiries.into_iter().map(expiry).collect(),
    }))
}
