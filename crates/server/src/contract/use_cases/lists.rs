//! The lists: six for every user (S3-079, S3-080), the tabs of the flow profiles, their counts.

use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::task::{Clock, Offer, Tone};
use yinxin_domain::contract::view::{Holder, List};
use yinxin_domain::contract::{self as domain, Context, Contract, Profile};
use yinxin_domain::ids::{ContractId, OrganisationId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::organisation::Role;

use crate::actor::{Actor, Capacity, Forbidden, Need};
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::contract::store::lists::{self as store, Line, SortBy, Stretch};
use crate::failure::Failure;
use crate::organisation;

/// The organisations of a person that one page looks through; more than anybody acts for.
const MOST_ORGANISATIONS: usize = 50;

/// Which contracts to list.
#[derive(Clone, Debug)]
pub enum Which {
    /// One of the six lists of every user.
    List(List),
    /// A tab of a flow profile.
    Tab {
        /// The profile's name.
        profile: String,
        /// The tab's key.
        tab: String,
    },
}

/// What narrows a list, and its order.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Words that number, title, project or a party's name hold.
    pub words: String,
    /// Words that another party's name holds.
    pub party: String,
    /// In one phase only.
    pub phase: Option<String>,
    /// Of one flow profile only.
    pub profile: Option<String>,
    /// In the list between these moments, both included.
    pub since: (i64, i64),
    /// Due between these moments, both included.
    pub due: (i64, i64),
    /// Amounts between these, 分, both included.
    pub amount: (i64, i64),
    /// The order.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
}

/// One line of a list, as the actor sees it.
pub struct Listed {
    /// The organisation in whose list it stands.
    pub organisation: OrganisationId,
    /// The contract.
    pub contract: Contract,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The project's name.
    pub project_name: String,
    /// The amount as the party sees it, 分.
    pub amount_fen: i64,
    /// Since when it stands in the list.
    pub since: i64,
    /// When it last changed.
    pub updated_at: i64,
    /// The name of its state.
    pub label: domain::Text,
    /// How that is shown.
    pub tone: Tone,
    /// Who must act.
    pub holder: Holder,
    /// The clock that runs out first.
    pub clock: Option<Clock>,
    /// What the actor can do.
    pub offer: Offer,
    /// Whether the organisation may urge the holder.
    pub may_urge: bool,
}

/// One page of a list, and where the next begins.
pub struct Page {
    /// The lines.
    pub items: Vec<Listed>,
    /// Hand it back for the next page.
    pub next_cursor: Option<String>,
}

/// One organisation whose lists an actor sees.
pub(super) struct Place {
    pub(super) organisation: OrganisationId,
    pub(super) name: String,
    pub(super) roles: Vec<Role>,
    pub(super) who: domain::Actor,
}

/// The organisation that is acted for; acting for himself, every one of the person's.
pub(super) async fn places(app: &App, actor: &Actor) -> Result<Vec<Place>, ContractError> {
    match &actor.capacity {
        Capacity::Member { person, organisation, roles } => {
            actor.permit(&[Need::Member(*organisation)])?;
            let name = organisation::use_cases::find(app, *organisation).await?.map(|one| one.name).unwrap_or_default();
            let who = domain::Actor::Member { person: *person, organisation: *organisation, roles: roles.clone() };
            Ok(vec![Place { organisation: *organisation, name, roles: roles.clone(), who }])
        }
        Capacity::Person(person) => {
            actor.permit(&[Need::Person(*person)])?;
            let organisations = organisation::use_cases::organisations_of(app, *person).await?;
            let place = |(one, roles): (organisation::use_cases::Organisation, Vec<Role>)| Place {
                organisation: one.id,
                name: one.name,
                who: domain::Actor::Member { person: *person, organisation: one.id, roles: roles.clone() },
                roles,
            };
            Ok(organisations.into_iter().take(MOST_ORGANISATIONS).map(place).collect())
        }
        Capacity::Visitor => Err(Forbidden::NotSignedIn.into()),
        Capacity::Operator(_) | Capacity::Client { .. } | Capacity::System(_) => Err(Forbidden::NotAllowed.into()),
    }
}

/// Where a page begins: after this key, contract and organisation.
struct After {
    key: i64,
    contract: ContractId,
    organisation: OrganisationId,
}

impl After {
    /// `key~contract~organisation`, as [`After::write`] wrote it.
    fn read(cursor: &str) -> Option<Self> {
        let mut parts = cursor.split('~');
        let after = Self {
            key: parts.next()?.parse().ok()?,
            contract: parts.next()?.parse().ok()?,
            organisation: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(after)
    }

    fn write(line: &Line, organisation: OrganisationId) -> String {
        format!("{}~{}~{organisation}", line.key, line.contract.id())
    }
}

/// One page of a list: of the organisation acted for, or of all of a person's together.
///
/// # Errors
/// [`ContractError::NoSuchList`] also for a cursor that is none; [`ContractError::Forbidden`].
pub async fn list(
    app: &App,
    actor: &Actor,
    which: &Which,
    filter: &Filter,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page, ContractError> {
    let places = places(app, actor).await?;
    let after = cursor.map(|cursor| After::read(cursor).ok_or(ContractError::NoSuchList)).transpose()?;
    let after_contract = after.as_ref().map(|after| after.contract.to_string()).unwrap_or_default();
    let (list, profile, phases) = match which {
        Which::List(list) => (list.code(), filter.profile.as_deref(), None),
        Which::Tab { profile, tab } => {
            let known = app.profiles.get(profile).and_then(|profile| profile.tab(tab));
            let phases = &known.ok_or(ContractError::NoSuchList)?.phases;
            (store::ALL, Some(profile.as_str()), Some(phases))
        }
    };
    let phases: Vec<Option<&str>> = match (phases, filter.phase.as_deref()) {
        (None, phase) => vec![phase],
        (Some(phases), None) => phases.iter().map(|phase| Some(phase.as_str())).collect(),
        (Some(phases), Some(phase)) => {
            phases.iter().filter(|one| *one == phase).map(|one| Some(one.as_str())).collect()
        }
    };
    // Every stretch is a short walk along an index; the page is the best of all of them. One more than asked, to know whether there is a next.
    let mut found: Vec<(usize, Line)> = Vec::new();
    let mut conn = app.db.read().await?;
    for (at, place) in places.iter().enumerate() {
        let after = after.as_ref().map(|after| {
            let same_comes_later = if filter.descending {
                place.organisation < after.organisation
            } else {
                place.organisation > after.organisation
            };
            (after.key, after_contract.as_str(), same_comes_later)
        });
        for phase in &phases {
            let stretch = Stretch {
                organisation: place.organisation,
                list,
                phase: *phase,
                profile,
                words: &filter.words,
                party: &filter.party,
                since: filter.since,
                due: filter.due,
                amount: filter.amount,
                by: filter.by,
                descending: filter.descending,
                after,
                limit: limit + 1,
            };
            found.extend(store::lines(&mut conn, &stretch).await?.into_iter().map(|line| (at, line)));
        }
    }
    drop(conn);
    let key =
        |(at, line): &(usize, Line)| (line.key, line.contract.id(), places.get(*at).map(|place| place.organisation));
    found.sort_by_key(key);
    if filter.descending {
        found.reverse();
    }
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    let next_cursor =
        found.last().filter(|_| more).and_then(|(at, line)| Some(After::write(line, places.get(*at)?.organisation)));
    let now = app.now();
    let mut items = Vec::with_capacity(found.len());
    for (at, line) in found {
        if let Some(place) = places.get(at) {
            items.push(listed(app, place, line, now)?);
        }
    }
    Ok(Page { items, next_cursor })
}

/// A line as a member of the place sees it.
pub(super) fn listed(app: &App, place: &Place, line: Line, now: i64) -> Result<Listed, Failure> {
    let Line { contract, number, title, project_name, amount_fen, since, updated_at, .. } = line;
    let profile = profile_of(app, &contract)?;
    let (law, calendar) = (RuleTables::bundled(), WorkingDays::bundled());
    let context = Context { profile, calendar, law, actor: &place.who, at: now };
    let own = contract.party_of(place.organisation).map(|party| party.key);
    Ok(Listed {
        organisation: place.organisation,
        number,
        title,
        project_name,
        amount_fen,
        since,
        updated_at,
        label: contract.label(profile, &place.who),
        tone: contract.tone(&place.who),
        holder: contract.holder(),
        clock: contract.clocks(profile, law, calendar).into_iter().next(),
        offer: contract.offer(&context),
        may_urge: own.is_some_and(|own| !contract.may_urge(own).is_empty()),
        contract,
    })
}

/// The lines of a place's list that are due first.
pub(super) async fn due_first(app: &App, place: &Place, list: List, limit: i64) -> Result<Vec<Line>, Failure> {
    let stretch = Stretch { limit, by: SortBy::Due, ..whole(place.organisation, list.code()) };
    store::lines(&mut *app.db.read().await?, &stretch).await
}

/// The lines of a place's list that are in a phase, newest first.
pub(super) async fn in_phase(
    app: &App,
    place: &Place,
    list: List,
    phase: &str,
    limit: i64,
) -> Result<Vec<Line>, Failure> {
    let stretch = Stretch { limit, phase: Some(phase), descending: true, ..whole(place.organisation, list.code()) };
    store::lines(&mut *app.db.read().await?, &stretch).await
}

fn whole(organisation: OrganisationId, list: &str) -> Stretch<'_> {
    let any = (i64::MIN, i64::MAX);
    Stretch {
        organisation,
        list,
        phase: None,
        profile: None,
        words: "",
        party: "",
        since: any,
        due: any,
        amount: any,
        by: SortBy::Since,
        descending: false,
        after: None,
        limit: 0,
    }
}

/// What is counted of the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// 待我签署.
    pub waiting_for_me: i64,
    /// 待他人签署.
    pub waiting_for_others: i64,
    /// 已完成签署.
    pub completed: i64,
    /// 已作废.
    pub voided: i64,
    /// 我发起的.
    pub started_by_me: i64,
    /// 草稿箱.
    pub drafts: i64,
    /// Of those that wait for me: to be confirmed (待确认).
    pub to_confirm: i64,
    /// Of those that wait for me: due within three days.
    pub waiting_due_in_three_days: i64,
    /// 即将过期: not signed by all, and due within seven days.
    pub expiring_soon: i64,
    /// Not signed by all, and past the day.
    pub overdue: i64,
    /// Completed since the year began in China.
    pub completed_this_year: i64,
}

impl Counts {
    /// How many stand in one list.
    #[must_use]
    pub fn of(&self, list: List) -> i64 {
        match list {
            List::WaitingForMe => self.waiting_for_me,
            List::WaitingForOthers => self.waiting_for_others,
            List::Completed => self.completed,
            List::Voided => self.voided,
            List::StartedByMe => self.started_by_me,
            List::Drafts => self.drafts,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.waiting_for_me += other.waiting_for_me;
        self.waiting_for_others += other.waiting_for_others;
        self.completed += other.completed;
        self.voided += other.voided;
        self.started_by_me += other.started_by_me;
        self.drafts += other.drafts;
        self.to_confirm += other.to_confirm;
        self.waiting_due_in_three_days += other.waiting_due_in_three_days;
        self.expiring_soon += other.expiring_soon;
        self.overdue += other.overdue;
        self.completed_this_year += other.completed_this_year;
    }
}

/// The lists in which a contract still waits for a signature.
const UNSETTLED: [List; 3] = [List::WaitingForMe, List::WaitingForOthers, List::Drafts];

/// What is counted of the lists of the organisation acted for, or of all of a person's together (S3-027).
///
/// # Errors
/// [`ContractError::Forbidden`].
pub async fn counts(app: &App, actor: &Actor) -> Result<Counts, ContractError> {
    let places = places(app, actor).await?;
    let mut sum = Counts::default();
    for place in &places {
        sum.add(&counts_of(app, place).await?);
    }
    Ok(sum)
}

/// What is counted of one organisation's lists.
pub(super) async fn counts_of(app: &App, place: &Place) -> Result<Counts, Failure> {
    let organisation = place.organisation;
    let now = app.now();
    let today = Date::at(now);
    let (year, _, _) = today.parts();
    let new_year = Date::new(year, 1, 1).map_or(0, Date::start_micros);
    let mut conn = app.db.read().await?;
    let counted = store::counts(&mut conn, organisation).await?;
    let of = |list: List| counted.iter().find(|(code, _)| code == list.code()).map_or(0, |(_, many)| *many);
    let mut counts = Counts {
        waiting_for_me: of(List::WaitingForMe),
        waiting_for_others: of(List::WaitingForOthers),
        completed: of(List::Completed),
        voided: of(List::Voided),
        started_by_me: of(List::StartedByMe),
        drafts: of(List::Drafts),
        ..Counts::default()
    };
    counts.to_confirm = store::count_in_phase(&mut conn, organisation, List::WaitingForMe, "in_review").await?;
    // The end of a last day is the beginning of the next, so a day that lies n days ahead ends before n + 2 days from the start of today.
    let start = today.start_micros();
    let within = |days: i32| (start + 1, today.plus_days(days + 1).start_micros() + 1);
    counts.waiting_due_in_three_days = store::count_due(&mut conn, organisation, List::WaitingForMe, within(3)).await?;
    for list in UNSETTLED {
        counts.expiring_soon += store::count_due(&mut conn, organisation, list, within(7)).await?;
        counts.overdue += store::count_due(&mut conn, organisation, list, (i64::MIN, start + 1)).await?;
    }
    counts.completed_this_year = store::count_since(&mut conn, organisation, List::Completed, new_year).await?;
    Ok(counts)
}

/// The flow profile of a contract.
pub(super) fn profile_of<'a>(app: &'a App, contract: &Contract) -> Result<&'a Profile, Failure> {
    app.profiles.get(contract.profile()).ok_or_else(|| {
        Failure::damaged("contracts.profile", format!("this installation has no flow profile {:?}", contract.profile()))
    })
}
