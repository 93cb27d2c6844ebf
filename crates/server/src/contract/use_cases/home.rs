//! 首页: what waits for somebody in all his organisations, which clocks of the law run out soon, what expires.

use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::certificate::Owner;
use yinxin_domain::contract::task::{Act, Clock, ClockKind, Tone};
use yinxin_domain::contract::view::List;
use yinxin_domain::contract::{PartyKey, PartyRole, Text};
use yinxin_domain::ids::{AwardId, ContractId, OrganisationId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::Role;

use super::lists::{self, Counts, Listed, Place};
use crate::actor::Actor;
use crate::app::App;
use crate::award::use_cases::{self as awards, StoredAward};
use crate::contract::errors::ContractError;
use crate::failure::Failure;
use crate::{certificate, seal};

/// Tasks shown for one organisation.
const MOST_TASKS: i64 = 20;
/// Contracts of one phase whose clocks are looked at.
const MOST_CLOCKS: i64 = 20;
/// Clocks shown.
const CLOCKS_SHOWN: usize = 10;
/// A clock of signing is near when so many days are left.
const NEAR_DAYS: i32 = 10;
/// What expires within so many days is told.
const EXPIRES_WITHIN_DAYS: i64 = 60;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The phases after signing in which a clock of the law may run.
const AFTER_SIGNING: [&str; 7] =
    ["concluded", "offline", "filing_due", "filing_pushed", "filing_refused", "filing_accepted", "notice_submitted"];

/// What a task is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A contract.
    Contract(ContractId),
    /// An award from which a contract is to be drafted.
    Award(AwardId),
}

/// One thing that waits.
pub struct Task {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// What it is about.
    pub target: Target,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// The names of the other parties.
    pub others: Vec<String>,
    /// The amount, 分.
    pub amount_fen: i64,
    /// The name of the state.
    pub label: Text,
    /// How that is shown.
    pub tone: Tone,
    /// The clock that runs out first.
    pub clock: Option<Clock>,
    /// Since when the organisation holds it.
    pub since: i64,
    /// Who handed it over, if a party did: its place in the text, its name.
    pub handed_over_by: Option<(String, String)>,
    /// The act that fits.
    pub act: Act,
    /// What its button is called.
    pub text: Text,
}

/// What waits in one organisation.
pub struct Group {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// The roles of who looks.
    pub roles: Vec<Role>,
    /// What is counted of its lists.
    pub counts: Counts,
    /// Awards from which it may begin a contract, up to `MOST_TASKS`.
    pub open_awards: usize,
    /// What waits for who looks, nearest deadline first.
    pub tasks: Vec<Task>,
}

/// A clock of the law that runs out soon.
pub struct RunningClock {
    /// For which organisation.
    pub organisation: OrganisationId,
    /// Of which contract.
    pub contract: ContractId,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// The clock.
    pub clock: Clock,
}

/// What expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiryKind {
    /// A certificate.
    Certificate,
    /// The right to use a seal.
    SealGrant,
}

/// Something that expires soon.
pub struct Expiry {
    /// What.
    pub kind: ExpiryKind,
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Whose: an organisation, or the person himself.
    pub organisation: Option<OrganisationId>,
    /// When, microseconds UTC.
    pub at: i64,
}

/// What stands on the first page.
pub struct Home {
    /// The sums.
    pub counts: Counts,
    /// By organisation.
    pub groups: Vec<Group>,
    /// Where in `groups` the most urgent task stands: group and task.
    pub urgent: Option<(usize, usize)>,
    /// The clocks of the law that run out soon, the nearest end first.
    pub clocks: Vec<RunningClock>,
    /// What expires soon, the nearest first.
    pub expiries: Vec<Expiry>,
}

/// The first page of the organisation acted for, or of all of a person's together.
///
/// # Errors
/// [`ContractError::Forbidden`] for who acts neither for himself nor for an organisation.
pub async fn home(app: &App, actor: &Actor) -> Result<Home, ContractError> {
    let places = lists::places(app, actor).await?;
    let mut home =
        Home { counts: Counts::default(), groups: Vec::new(), urgent: None, clocks: Vec::new(), expiries: Vec::new() };
    for place in &places {
        let counts = lists::counts_of(app, place).await?;
        home.counts.add(&counts);
        let (group, clocks) = group(app, place, counts).await?;
        home.groups.push(group);
        home.clocks.extend(clocks);
    }
    let nearest = |task: &Task| task.clock.map_or(i64::MAX, |clock| clock.deadline.last_day.end_micros());
    home.groups.sort_by_key(|group| group.tasks.first().map_or(i64::MAX, nearest));
    home.urgent = home
        .groups
        .iter()
        .enumerate()
        .flat_map(|(at, group)| group.tasks.first().map(|task| (at, nearest(task))))
        .min_by_key(|(_, end)| *end)
        .map(|(at, _)| (at, 0));
    home.clocks.sort_by_key(|one| (one.clock.deadline.last_day, one.clock.kind, one.contract));
    // A person of both parties has each clock once.
    home.clocks.dedup_by_key(|one| (one.clock.kind, one.contract));
    home.clocks.truncate(CLOCKS_SHOWN);
    home.expiries = expiries(app, actor, &places).await?;
    Ok(home)
}

async fn group(app: &App, place: &Place, counts: Counts) -> Result<(Group, Vec<RunningClock>), Failure> {
    let now = app.now();
    let today = Date::at(now);
    let mut tasks: Vec<Task> = Vec::new();
    let mut clocks: Vec<RunningClock> = Vec::new();
    for list in [List::WaitingForMe, List::Drafts, List::WaitingForOthers] {
        for line in lists::due_first(app, place, list, MOST_TASKS).await? {
            let listed = lists::listed(app, place, line, now)?;
            let near = listed.clock.filter(|clock| {
                clock.kind != ClockKind::SigningEnds && today.days_until(clock.deadline.last_day) <= NEAR_DAYS
            });
            let known = clocks.iter().any(|one| one.contract == listed.contract.id());
            if let Some(clock) = near.filter(|_| !known) {
                clocks.push(running(place, &listed, clock));
            }
            let known = tasks.iter().any(|task| task.target == Target::Contract(listed.contract.id()));
            if list != List::WaitingForOthers && listed.offer.act != Act::View && !known {
                tasks.push(task(place, listed));
            }
        }
    }
    for phase in AFTER_SIGNING {
        for line in lists::in_phase(app, place, List::Completed, phase, MOST_CLOCKS).await? {
            let listed = lists::listed(app, place, line, now)?;
            let profile = lists::profile_of(app, &listed.contract)?;
            for clock in listed.contract.clocks(profile, RuleTables::bundled(), WorkingDays::bundled()) {
                clocks.push(running(place, &listed, clock));
            }
        }
    }
    let open = awards::open_of(app, place.organisation, MOST_TASKS).await?;
    let mut open_awards = 0;
    for (stored, key) in open {
        let role = if key == PartyKey::A.to_string() { PartyRole::Purchaser } else { PartyRole::Supplier };
        if let Some(task) = drafting_task(app, place, &stored, role) {
            open_awards += 1;
            tasks.push(task);
        }
    }
    tasks.sort_by_key(|task| (task.clock.map_or(i64::MAX, |clock| clock.deadline.last_day.end_micros()), task.since));
    tasks.truncate(usize::try_from(MOST_TASKS).unwrap_or(usize::MAX));
    let Place { organisation, name, roles, .. } = place;
    Ok((
        Group { organisation: *organisation, name: name.clone(), roles: roles.clone(), counts, open_awards, tasks },
        clocks,
    ))
}

fn running(place: &Place, listed: &Listed, clock: Clock) -> RunningClock {
    RunningClock {
        organisation: place.organisation,
        contract: listed.contract.id(),
        title: listed.title.clone(),
        number: listed.number.clone(),
        clock,
    }
}

fn task(place: &Place, listed: Listed) -> Task {
    let contract = &listed.contract;
    let others = contract.parties().iter().filter(|party| party.organisation != place.organisation);
    let handed = contract.handed_over_by().and_then(|key| contract.party(key));
    let handed = handed.filter(|party| party.organisation != place.organisation);
    Task {
        organisation: place.organisation,
        target: Target::Contract(contract.id()),
        others: others.map(|party| party.name.clone()).collect(),
        amount_fen: listed.amount_fen,
        label: listed.label,
        tone: listed.tone,
        clock: listed.clock,
        since: listed.holder.since,
        handed_over_by: handed.map(|party| (party.key.to_string(), party.name.clone())),
        act: listed.offer.act,
        text: listed.offer.text,
        title: listed.title,
        number: listed.number,
    }
}

/// An award from which this member may begin a contract.
fn drafting_task(app: &App, place: &Place, stored: &StoredAward, role: PartyRole) -> Option<Task> {
    let award = &stored.award;
    let profile = app.profiles.get(&award.profile)?;
    let has_role = place.roles.iter().any(|role| profile.drafting.roles.contains(role));
    if !has_role || !profile.drafting.by.contains(&role) {
        return None;
    }
    let others = match role {
        PartyRole::Purchaser => award.suppliers.iter().map(|supplier| supplier.name.clone()).collect(),
        PartyRole::Supplier => vec![award.purchaser.name.clone()],
    };
    let (law, calendar) = (RuleTables::bundled(), WorkingDays::bundled());
    let clock = profile.deadline.as_ref().zip(award.award_notice.as_ref()).map(|(rule, notice)| {
        let from = notice.issued_on;
        let days = rule.days.unwrap_or(law.in_force(from).sign_within_days);
        Clock { kind: ClockKind::Sign, from, deadline: calendar.natural_days_after(from, days) }
    });
    let number = award.order.as_ref().map_or_else(|| award.project.code.clone(), |order| order.code.clone());
    Some(Task {
        organisation: place.organisation,
        target: Target::Award(stored.id),
        title: award.project.name.clone(),
        number,
        others,
        amount_fen: award.amount.fen(),
        label: Text::new("待起草", "To be drafted"),
        tone: Tone::Fact,
        clock,
        since: stored.created_at,
        handed_over_by: None,
        act: Act::Draft,
        text: Text::new("起草", "Draft"),
    })
}

/// Certificates and rights to seals that end soon: the person's own, and the certificates of the organisations that he manages.
async fn expiries(app: &App, actor: &Actor, places: &[Place]) -> Result<Vec<Expiry>, ContractError> {
    let Some(person) = actor.person() else { return Ok(Vec::new()) };
    let until = app.now() + EXPIRES_WITHIN_DAYS * MICROS_PER_DAY;
    let manages =
        |place: &&Place| place.roles.iter().any(|role| matches!(role, Role::Administrator | Role::SealKeeper));
    let mut owners: Vec<(Option<OrganisationId>, Owner, String)> = places
        .iter()
        .filter(manages)
        .map(|place| (Some(place.organisation), Owner::Organisation(place.organisation), place.name.clone()))
        .collect();
    owners.push((None, Owner::Person(person), String::new()));
    let mut expiries = Vec::new();
    for (organisation, owner, name) in owners {
        if let Some(ending) = certificate::use_cases::ending_before(app, owner, until).await? {
            let expiry = Expiry {
                kind: ExpiryKind::Certificate,
                id: ending.id.to_string(),
                name: name.clone(),
                organisation,
                at: ending.not_after,
            };
            expiries.push(expiry);
        }
    }
    for grant in seal::use_cases::grants_ending_before(app, person, until).await? {
        let organisation = match grant.owner {
            Owner::Organisation(organisation) => Some(organisation),
            Owner::Person(_) => None,
        };
        if organisation.is_some_and(|id| places.iter().any(|place| place.organisation == id)) {
            let (id, name, at) = (grant.seal.to_string(), grant.name, grant.expires_at);
            expiries.push(Expiry { kind: ExpiryKind::SealGrant, id, name, organisation, at });
        }
    }
    expiries.sort_by_key(|expiry| expiry.at);
    Ok(expiries)
}
