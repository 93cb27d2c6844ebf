//! The lists over HTTP, and urging.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::task::{Clock, Offer};
use yinxin_domain::contract::view::{Holder, List, Who};
use yinxin_domain::contract::{Contract, PartyKey};
use yinxin_domain::ids::{ContractId, OrganisationId};

use super::answers::{ActionOut, TextOut};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::contract::store::lists::SortBy;
use crate::contract::use_cases::lists::{self, Counts, Filter, Listed, Which};
use crate::contract::use_cases::urging;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;

/// The largest page of a list.
const LARGEST_PAGE: i64 = 100;
/// The page of a list when none is asked for.
const USUAL_PAGE: i64 = 20;

/// Which contracts to list, and how.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// waiting_for_me, waiting_for_others, completed, voided, started_by_me, drafts. Either this, or profile and tab.
    list: Option<String>,
    /// A flow profile: for one of its tabs, or to narrow a list.
    profile: Option<String>,
    /// A tab of that profile.
    tab: Option<String>,
    /// Words to look for in number, title, project and names of parties.
    q: Option<String>,
    /// Words to look for in the names of the other parties.
    party: Option<String>,
    /// The state in one word (`phase`).
    state: Option<String>,
    /// In the list from this day on, YYYY-MM-DD.
    from: Option<String>,
    /// In the list up to this day, YYYY-MM-DD.
    to: Option<String>,
    /// To be signed from this day on, YYYY-MM-DD.
    due_from: Option<String>,
    /// To be signed up to this day, YYYY-MM-DD.
    due_to: Option<String>,
    /// The least amount, 分.
    min_amount_fen: Option<i64>,
    /// The largest amount, 分.
    max_amount_fen: Option<i64>,
    /// since (when it came into the list), due, or amount. Lists begin with the newest, due with the nearest, amount with the largest.
    sort: Option<String>,
    /// asc or desc, if not the order that the sort begins with.
    order: Option<String>,
    /// next_cursor of the page before; with the same filter and sort.
    cursor: Option<String>,
    /// 1 to 100.
    limit: Option<i64>,
}

impl ListQuery {
    fn filter(&self) -> Result<Filter, ContractError> {
        let (by, descending) = match self.sort.as_deref() {
            None | Some("since") => (SortBy::Since, true),
            Some("due") => (SortBy::Due, false),
            Some("amount") => (SortBy::Amount, true),
            Some(_) => return Err(ContractError::FilterUnfit("sort")),
        };
        let descending = match self.order.as_deref() {
            None => descending,
            Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(ContractError::FilterUnfit("order")),
        };
        let day = |name: &'static str, text: &Option<String>| {
            let text = text.as_deref().filter(|text| !text.is_empty());
            text.map(|text| Date::parse(text).map_err(|_| ContractError::FilterUnfit(name))).transpose()
        };
        let from = day("from", &self.from)?.map_or(i64::MIN, Date::start_micros);
        let to = day("to", &self.to)?.map_or(i64::MAX, |day| day.end_micros() - 1);
        // What is due on a day is due at its end.
        let due_from = day("due_from", &self.due_from)?.map_or(i64::MIN, Date::end_micros);
        let due_to = day("due_to", &self.due_to)?.map_or(i64::MAX, Date::end_micros);
        let some = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Ok(Filter {
            words: self.q.clone().unwrap_or_default(),
            party: self.party.clone().unwrap_or_default(),
            phase: some(&self.state),
            profile: some(&self.profile),
            since: (from, to),
            due: (due_from, due_to),
            amount: (self.min_amount_fen.unwrap_or(i64::MIN), self.max_amount_fen.unwrap_or(i64::MAX)),
            by,
            descending,
        })
    }
}

/// A clock that runs.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ClockOut {
    /// sign (30 days after the award notice), notice (2 working days), filing (7 working days), signing_ends (the flow's own time).
    kind: &'static str,
    /// The day from which it counts, YYYY-MM-DD.
    from: String,
    /// The last day, YYYY-MM-DD.
    last_day: String,
    /// Whether it counts working days.
    working_days: bool,
    /// Days of the whole period, of the kind it counts.
    days: i32,
    /// Days left after today, of the kind it counts; negative once it is over.
    days_left: i32,
    /// Whether holidays that are not announced yet may move the last day.
    provisional: bool,
    /// Whether it is over.
    over: bool,
}

impl ClockOut {
    pub(super) fn of(clock: Clock, now: i64) -> Self {
        let Clock { kind, from, deadline } = clock;
        let (today, calendar) = (Date::at(now), WorkingDays::bundled());
        let between = |from: Date, to: Date| {
            if kind.counts_working_days() { calendar.working_days_between(from, to) } else { from.days_until(to) }
        };
        Self {
            kind: kind.code(),
            from: from.to_string(),
            last_day: deadline.last_day.to_string(),
            working_days: kind.counts_working_days(),
            days: between(from, deadline.last_day),
            days_left: between(today, deadline.last_day),
            provisional: deadline.provisional,
            over: deadline.is_over(now),
        }
    }
}

/// Who must act.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct HolderOut {
    /// party, platform, supervising_system, supervisor, medium, nobody.
    who: &'static str,
    /// The parties, if it is one or several.
    parties: Vec<String>,
    /// Their names.
    names: Vec<String>,
    /// Whether the party that looks is among them.
    own: bool,
    /// Since when, microseconds UTC.
    since: i64,
}

impl HolderOut {
    pub(super) fn of(contract: &Contract, holder: Holder, own: Option<PartyKey>) -> Self {
        let (who, keys) = match holder.who {
            Who::Parties(keys) => ("party", keys),
            Who::Platform => ("platform", Vec::new()),
            Who::SupervisingSystem => ("supervising_system", Vec::new()),
            Who::Supervisor => ("supervisor", Vec::new()),
            Who::Medium => ("medium", Vec::new()),
            Who::Nobody => ("nobody", Vec::new()),
        };
        Self {
            who,
            own: own.is_some_and(|own| keys.contains(&own)),
            names: keys.iter().filter_map(|key| contract.party(*key)).map(|party| party.name.clone()).collect(),
            parties: keys.iter().map(ToString::to_string).collect(),
            since: holder.since,
        }
    }
}

/// The act that fits, and the rest.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct OfferOut {
    /// draft, confirm, sign, submit, agree, resubmit, view.
    code: &'static str,
    /// The page on which it is done: draft, review, desk, filing, contract.
    page: &'static str,
    /// What its button is called.
    label: TextOut,
    /// The other verbs that can be done now.
    rest: Vec<ActionOut>,
}

impl From<Offer> for OfferOut {
    fn from(offer: Offer) -> Self {
        Self {
            code: offer.act.code(),
            page: offer.act.page(),
            label: offer.text.into(),
            rest: offer.rest.into_iter().map(Into::into).collect(),
        }
    }
}

/// One line of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ListedOut {
    /// `ctr_…`
    contract_id: String,
    /// `org_…`: in whose list it stands.
    organisation_id: String,
    /// The version.
    version: i64,
    /// Its number.
    number: String,
    /// Its title.
    title: String,
    /// The project's name.
    project_name: String,
    /// The flow profile.
    profile: String,
    /// The names of the parties, purchaser first.
    parties: Vec<String>,
    /// The names of the other parties.
    others: Vec<String>,
    /// The amount that the text names, or was awarded while the text is another party's own, 分.
    amount_fen: i64,
    /// The state in one word.
    phase: String,
    /// The name of the state for who looks.
    label: TextOut,
    /// How it is shown: in_hand, attention, done, fact.
    tone: &'static str,
    /// Who must act, and since when.
    holder: HolderOut,
    /// The clock that runs out first.
    deadline: Option<ClockOut>,
    /// What can be done.
    action: OfferOut,
    /// Whether the holder may be urged.
    may_urge: bool,
    /// Since when it stands in this list, microseconds UTC.
    since: i64,
    /// When it last changed, microseconds UTC.
    updated_at: i64,
}

impl ListedOut {
    fn of(listed: Listed, now: i64) -> Self {
        let contract = &listed.contract;
        let own = contract.party_of(listed.organisation).map(|party| party.key);
        let names = |others_only: bool| {
            let parties = contract.parties().iter().filter(|party| !others_only || Some(party.key) != own);
            parties.map(|party| party.name.clone()).collect()
        };
        Self {
            contract_id: contract.id().to_string(),
            organisation_id: listed.organisation.to_string(),
            version: contract.version(),
            profile: contract.profile().to_owned(),
            parties: names(false),
            others: names(true),
            amount_fen: listed.amount_fen,
            phase: contract.phase().code(),
            tone: listed.tone.code(),
            holder: HolderOut::of(contract, listed.holder, own),
            deadline: listed.clock.map(|clock| ClockOut::of(clock, now)),
            number: listed.number,
            title: listed.title,
            project_name: listed.project_name,
            label: listed.label.into(),
            action: listed.offer.into(),
            may_urge: listed.may_urge,
            since: listed.since,
            updated_at: listed.updated_at,
        }
    }
}

/// One page of a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ListOut {
    /// The lines.
    items: Vec<ListedOut>,
    /// Hand it back as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One page of a list: of the organisation acted for, or (`X-Actor: person`) of all of the person's together.
#[utoipa::path(get, path = "/api/v1/contracts", tag = "contract", security(("session" = [])), params(ListQuery), responses((status = 200, body = ListOut)))]
pub(super) async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<ListQuery>,
) -> Result<Json<ListOut>, Problem> {
    let which = match (query.list.as_deref(), &query.profile, &query.tab) {
        (Some(list), _, None) => Which::List(List::parse(list).ok_or(ContractError::NoSuchList)?),
        (None, Some(profile), Some(tab)) => Which::Tab { profile: profile.clone(), tab: tab.clone() },
        _ => return Err(ContractError::NoSuchList.into()),
    };
    let limit = query.limit.unwrap_or(USUAL_PAGE).clamp(1, LARGEST_PAGE);
    let filter = query.filter()?;
    let page = lists::list(&app, &actor, &which, &filter, query.cursor.as_deref(), limit).await?;
    let now = app.now();
    let items = page.items.into_iter().map(|listed| ListedOut::of(listed, now)).collect();
    Ok(Json(ListOut { items, next_cursor: page.next_cursor }))
}

/// How many contracts stand in a list.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CountOut {
    /// The list.
    list: &'static str,
    /// How many.
    count: i64,
}

/// How many contracts stand in each list: of the organisation acted for, or of all of the person's together.
#[utoipa::path(get, path = "/api/v1/contract-counts", tag = "contract", security(("session" = [])), responses((status = 200, body = Vec<CountOut>)))]
pub(super) async fn counts(State(app): State<App>, actor: Actor) -> Result<Json<Vec<CountOut>>, Problem> {
    let counted = lists::counts(&app, &actor).await?;
    Ok(Json(List::ALL.into_iter().map(|list| CountOut { list: list.code(), count: counted.of(list) }).collect()))
}

/// What is counted of the lists.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct CountsOut {
    /// 待我签署.
    waiting_for_me: i64,
    /// 待他人签署.
    waiting_for_others: i64,
    /// 已完成签署.
    completed: i64,
    /// 已作废.
    voided: i64,
    /// 我发起的.
    started_by_me: i64,
    /// 草稿箱.
    drafts: i64,
    /// 待确认: of those that wait for me, the ones to confirm.
    to_confirm: i64,
    /// Of those that wait for me, the ones that are due within three days.
    waiting_due_in_three_days: i64,
    /// 即将过期: not signed by all, and due within seven days.
    expiring_soon: i64,
    /// Not signed by all, and past the day.
    overdue: i64,
    /// Completed since 1 January.
    completed_this_year: i64,
}

impl From<Counts> for CountsOut {
    fn from(counts: Counts) -> Self {
        Self {
            waiting_for_me: counts.waiting_for_me,
            waiting_for_others: counts.waiting_for_others,
            completed: counts.completed,
            voided: counts.voided,
            started_by_me: counts.started_by_me,
            drafts: counts.drafts,
            to_confirm: counts.to_confirm,
            waiting_due_in_three_days: counts.waiting_due_in_three_days,
            expiring_soon: counts.expiring_soon,
            overdue: counts.overdue,
            completed_this_year: counts.completed_this_year,
        }
    }
}

/// A tab of a flow profile.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TabOut {
    /// The flow profile.
    profile: String,
    /// The tab.
    tab: String,
    /// Its name in Chinese.
    zh: String,
    /// Its name in English.
    en: String,
}

/// The tabs of all flow profiles, in their order.
#[utoipa::path(get, path = "/api/v1/contract-tabs", tag = "contract", security(("session" = [])), responses((status = 200, body = Vec<TabOut>)))]
pub(super) async fn tabs(State(app): State<App>, _actor: Actor) -> Json<Vec<TabOut>> {
    let tabs = app.profiles.iter().flat_map(|profile| {
        profile.tabs.iter().map(|tab| TabOut {
            profile: profile.name.clone(),
            tab: tab.key.clone(),
            zh: tab.zh.clone(),
            en: tab.en.clone(),
        })
    });
    Json(tabs.collect())
}

/// What came of urging.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct UrgedOut {
    /// The parties whose people are told.
    told: Vec<String>,
    /// When, microseconds UTC.
    urged_at: i64,
    /// When the party may urge again, microseconds UTC.
    again_at: i64,
}

/// 催办: the people of the party that holds the contract are told that another waits; once in four hours for a contract and party.
#[utoipa::path(post, path = "/api/v1/contracts/{id}/urging", tag = "contract", security(("session" = [])), params(("id" = String, Path)), responses((status = 200, body = UrgedOut)))]
pub(super) async fn urge(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ContractId>,
) -> Result<Json<UrgedOut>, Problem> {
    let urged = urging::urge(&app, &actor, id).await?;
    Ok(Json(UrgedOut {
        told: urged.told.iter().map(ToString::to_string).collect(),
        urged_at: urged.at,
        again_at: urged.at + urging::PAUSE_MICROS,
    }))
}

/// The organisation's id as text, where there is one.
pub(super) fn id_text(organisation: Option<OrganisationId>) -> Option<String> {
    organisation.map(|id| id.to_string())
}
