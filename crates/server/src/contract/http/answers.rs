//! What the API says of contracts.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use yinxin_domain::calendar::{Deadline, WorkingDays};
use yinxin_domain::contract::milestone::{Milestone, Progress};
use yinxin_domain::contract::permission::Action;
use yinxin_domain::contract::view::Visibility;
use yinxin_domain::contract::{Contract, Text};
use yinxin_domain::law::RuleTables;
use yinxin_domain::template::{self, Deviation, DeviationLevel, Missing};

use super::listing::{ClockOut, HolderOut};
use crate::contract::use_cases::drafting::Checks;
use crate::contract::use_cases::reading::{Seen, actions};
use crate::contract::use_cases::standing::{Standing, StandingKind};
use crate::failure::Failure;

/// A text in both languages.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct TextOut {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

impl From<Text> for TextOut {
    fn from(text: Text) -> Self {
        Self { zh: text.zh, en: text.en }
    }
}

/// What a verb answers.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MovedOut {
    /// `ctr_…`
    contract_id: String,
    /// The version now; the next request names it.
    version: i64,
    /// The state in one word.
    phase: String,
}

impl From<Contract> for MovedOut {
    fn from(contract: Contract) -> Self {
        Self { contract_id: contract.id().to_string(), version: contract.version(), phase: contract.phase().code() }
    }
}

/// A verb that is offered.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ActionOut {
    /// The stable code: `send`, `confirm`, `seal` …
    verb: &'static str,
    /// What its button is called.
    label: TextOut,
}

/// The state, axis by axis, as the rules keep it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct StateOut {
    /// The text: `{state: drafting | returned | in_review | frozen, …}`.
    content: Value,
    /// The signatures: `{state: not_started | signing | concluded | offline | rejected | revoked | expired, …}`.
    signing: Value,
    /// The filing: `{state: not_wanted | not_due | due | pushed | accepted | refused, …}`.
    filing: Value,
    /// The notice: `{state: not_wanted | not_due | due | submitted | published | exempt, …}`.
    notice: Value,
    /// `{state: free | held, …}`.
    hold: Value,
    /// All in one word.
    phase: String,
    /// The name of the state for who looks.
    label: TextOut,
}

/// One party.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct PartyOut {
    /// `A`, `B` …
    key: String,
    /// purchaser or supplier.
    role: &'static str,
    /// `org_…`
    organisation_id: String,
    /// Its name.
    name: String,
    /// Whether it is the one that looks.
    own: bool,
}

impl From<Action> for ActionOut {
    fn from(action: Action) -> Self {
        Self { verb: action.verb.code(), label: action.text.into() }
    }
}

/// What has stopped the contract, or sent it back.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct StandingOut {
    /// held, rejected, revoked, expired, returned, disagreed, withdrawn, modified, filing_refused
    kind: &'static str,
    /// The party that did it; none where a supervisor, the supervising system or the clock did.
    party: Option<String>,
    /// Its name.
    organisation_name: Option<String>,
    /// Who did it; of another party's people the first character only.
    person_name: Option<String>,
    /// When, microseconds UTC.
    at: i64,
    /// Why, in his words.
    reason: Option<String>,
    /// By which document, where a supervisor halted it.
    document: Option<String>,
    /// The party in whose hands it is now; none where no party can do anything.
    back_to: Option<String>,
}

impl From<Standing> for StandingOut {
    fn from(standing: Standing) -> Self {
        let Standing { kind, back_to, entry } = standing;
        Self {
            kind: kind.code(),
            party: entry.party.map(|party| party.to_string()),
            document: entry.data["document"].as_str().filter(|_| kind == StandingKind::Held).map(str::to_owned),
            organisation_name: entry.organisation_name,
            person_name: entry.person_name,
            at: entry.event.at,
            reason: entry.opinion,
            back_to: back_to.map(|party| party.to_string()),
        }
    }
}

/// One milestone on the way from draft to notice.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MilestoneOut {
    /// draft, review, step.0 …, offline, filing, notice.
    key: String,
    /// Its name.
    label: TextOut,
    /// The party whose turn it is there.
    party: Option<String>,
    /// done, now, later, never.
    progress: &'static str,
    /// When it was done, or since when it is the turn, microseconds UTC.
    at: Option<i64>,
    /// The last day, where the law sets one, YYYY-MM-DD.
    due_on: Option<String>,
}

impl From<Milestone> for MilestoneOut {
    fn from(milestone: Milestone) -> Self {
        let (progress, at) = match milestone.progress {
            Progress::Done { at } => ("done", at),
            Progress::Now { since } => ("now", Some(since)),
            Progress::Later => ("later", None),
            Progress::Never => ("never", None),
        };
        Self {
            key: milestone.key,
            label: milestone.text.into(),
            party: milestone.party.map(|party| party.to_string()),
            progress,
            at,
            due_on: milestone.due.map(|day| day.to_string()),
        }
    }
}

/// A day by which something is due.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DeadlineOut {
    /// The last day.
    last_day: String,
    /// Whether holidays that are not announced yet may move it.
    provisional: bool,
    /// Whether it is over.
    over: bool,
}

/// An attached file.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AttachmentOut {
    /// Its place in the list; the path of its file ends with it.
    place: usize,
    /// The slot of the flow profile.
    slot: String,
    /// Its name.
    name: String,
    /// SM3 of the file.
    sm3: String,
    /// The party that attached it.
    by: String,
    /// When, microseconds UTC.
    at: i64,
}

/// A contract as who looks may see it.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ContractOut {
    /// `ctr_…`
    contract_id: String,
    /// Every change names the version it was made on.
    version: i64,
    /// Its number.
    number: String,
    /// Its title.
    title: String,
    /// The flow profile.
    profile: String,
    /// `awd_…`
    award_id: String,
    /// `goods-1`
    template_id: String,
    /// outline (what another party writes, or has sealed and not sent, is its own) or whole.
    visibility: &'static str,
    /// The parties, purchaser first.
    parties: Vec<PartyOut>,
    /// The party that began it.
    initiator: String,
    /// Counts the drafts; a disagreement opens the next.
    draft: u32,
    /// When it was begun, microseconds UTC.
    started_at: i64,
    /// The amount the text names, 分; in an outline the awarded amount.
    amount_fen: i64,
    /// That amount in capitals.
    amount_capitals: String,
    /// The state.
    state: StateOut,
    /// What has stopped it, or sent it back; none while it goes its way.
    standing: Option<StandingOut>,
    /// How the state's name is shown: in_hand, attention, done, fact.
    tone: &'static str,
    /// Who must act.
    holder: HolderOut,
    /// Whether who looks may urge the holder.
    may_urge: bool,
    /// When he may again, if his party has urged less than four hours ago, microseconds UTC.
    urge_again_at: Option<i64>,
    /// The way from draft to notice.
    milestones: Vec<MilestoneOut>,
    /// The clocks that run, the nearest end first.
    clocks: Vec<ClockOut>,
    /// Why fields depart from the award, by field; none in an outline.
    reasons: BTreeMap<String, String>,
    /// What who looks can do now.
    actions: Vec<ActionOut>,
    /// The values of the draft by field id; none in an outline.
    fields: Option<Value>,
    /// The attached files; none in an outline.
    attachments: Vec<AttachmentOut>,
    /// Pages of the frozen text; none before, or in an outline.
    pages: Option<u32>,
    /// SM3 of the document that who looks may see; none before there is one.
    document_sm3: Option<String>,
    /// By when it should be signed.
    signing_deadline: Option<DeadlineOut>,
    /// By when it should be filed.
    filing_deadline: Option<DeadlineOut>,
    /// By when it should be published.
    notice_deadline: Option<DeadlineOut>,
}

fn value<T: Serialize>(axis: &T) -> Result<Value, Failure> {
    serde_json::to_value(axis).map_err(|error| Failure::damaged("contract state", error))
}

/// What another party sealed and has not sent looks as if its step were still open (undo boundary 10).
fn hide_unsent(mut signing: Value, own: Option<&str>) -> Value {
    for step in signing["steps"].as_array_mut().into_iter().flatten() {
        if step["state"]["state"] == "sealed" && step["party"].as_str() != own {
            step["state"] = json!({ "state": "open", "since": step["state"]["since"] });
        }
    }
    signing
}

/// In an outline the text's state is its name alone: reasons and digests are for who may see the text.
fn outlined(content: Value) -> Value {
    json!({ "state": content["state"] })
}

fn deadline(deadline: Option<Deadline>, at: i64) -> Option<DeadlineOut> {
    deadline.map(|deadline| DeadlineOut {
        last_day: deadline.last_day.to_string(),
        provisional: deadline.provisional,
        over: deadline.is_over(at),
    })
}

impl ContractOut {
    /// What one actor sees of a contract; `urge_again_at` says when his party may urge again.
    pub(super) fn of(
        seen: &Seen<'_>,
        standing: Option<Standing>,
        urge_again_at: Option<i64>,
        at: i64,
    ) -> Result<Self, Failure> {
        let Seen { loaded, who, visibility } = seen;
        let contract = &loaded.contract;
        let whole = *visibility == Visibility::Whole;
        let own_key = contract.party_of_actor(who).map(|party| party.key);
        let own = own_key.map(|key| key.to_string());
        let (law, calendar) = (RuleTables::bundled(), WorkingDays::bundled());
        let content = value(contract.content())?;
        let attachments = contract.attachments().iter().enumerate().map(|(place, file)| AttachmentOut {
            place,
            slot: file.slot.clone(),
            name: file.name.clone(),
            sm3: file.sm3.to_string(),
            by: file.by.to_string(),
            at: file.at,
        });
        let parties = contract.parties().iter().map(|party| PartyOut {
            key: party.key.to_string(),
            role: party.role.code(),
            organisation_id: party.organisation.to_string(),
            name: party.name.clone(),
            own: own == Some(party.key.to_string()),
        });
        let offered = actions(seen, at);
        let clocks = contract.clocks(loaded.profile, law, calendar).into_iter();
        let amount = if whole { loaded.amount() } else { loaded.award.amount };
        Ok(Self {
            contract_id: contract.id().to_string(),
            version: contract.version(),
            number: loaded.number.clone(),
            title: loaded.title.clone(),
            profile: contract.profile().to_owned(),
            award_id: contract.award().to_string(),
            template_id: loaded.template.id(),
            visibility: if whole { "whole" } else { "outline" },
            parties: parties.collect(),
            initiator: contract.initiator().to_string(),
            draft: contract.draft(),
            started_at: contract.started_at(),
            amount_fen: amount.fen(),
            amount_capitals: amount.to_capitals(),
            state: StateOut {
                content: if whole { content } else { outlined(content) },
                signing: hide_unsent(value(contract.signing())?, own.as_deref()),
                filing: value(contract.filing())?,
                notice: value(contract.notice())?,
                hold: value(contract.hold())?,
                phase: contract.phase().code(),
                label: contract.label(loaded.profile, who).into(),
            },
            standing: standing.map(Into::into),
            holder: HolderOut::of(contract, contract.holder(), own_key),
            tone: contract.tone(who).code(),
            may_urge: own_key.is_some_and(|own| !contract.may_urge(own).is_empty()),
            urge_again_at,
            milestones: contract.milestones(loaded.profile, law, calendar).into_iter().map(Into::into).collect(),
            clocks: clocks.map(|clock| ClockOut::of(clock, at)).collect(),
            reasons: if whole { loaded.reasons.clone() } else { BTreeMap::new() },
            actions: offered.into_iter().map(Into::into).collect(),
            fields: if whole { Some(value(&loaded.fields)?) } else { None },
            attachments: if whole { attachments.collect() } else { Vec::new() },
            pages: contract.frozen_document().filter(|_| whole).map(|document| document.pages),
            document_sm3: contract.document_for(who).map(|sm3| sm3.to_string()),
            signing_deadline: deadline(contract.signing_deadline(loaded.profile, law, calendar), at),
            filing_deadline: deadline(contract.filing_deadline(loaded.profile, law, calendar), at),
            notice_deadline: deadline(contract.notice_deadline(loaded.profile, law, calendar), at),
        })
    }
}

/// Something that a contract must say and the draft does not.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct MissingOut {
    /// The field to fill; none if any of several would do.
    field: Option<String>,
    /// The kind of value it takes: text, long_text, money, date, integer, choice, ratio, table.
    kind: Option<Value>,
    /// The values of a choice.
    choices: Vec<String>,
    /// The legal term that is missing with it.
    term: Option<TextOut>,
    /// The stable code.
    code: String,
    /// What to do.
    message: TextOut,
}

/// Where the draft departs from the award.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct DeviationOut {
    /// The field.
    field: String,
    /// Whether it must be mended before the text can be sent.
    blocks: bool,
    /// The stable code.
    code: String,
    /// What the award says.
    awarded: Option<String>,
    /// What the draft says.
    drafted: Option<String>,
    /// What it means.
    message: TextOut,
}

/// What stands in the way of sending.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ChecksOut {
    /// The version that was checked.
    version: i64,
    /// Whether the text may be sent.
    ready: bool,
    /// What is missing.
    missing: Vec<MissingOut>,
    /// Where it departs from the award.
    deviations: Vec<DeviationOut>,
}

impl ChecksOut {
    /// The checks of a draft.
    pub(super) fn of(seen: &Seen<'_>) -> Result<Self, Failure> {
        let loaded = &seen.loaded;
        let checks = Checks::of(loaded);
        let ready = checks.ready();
        let form = template::form(loaded.template, &loaded.award);
        let mut missing = Vec::with_capacity(checks.missing.len());
        for Missing { field, term, code, message_zh, message_en } in checks.missing {
            let entry = field.as_ref().and_then(|id| form.iter().find(|entry| entry.id == *id));
            let kind = entry.map(|entry| value(&entry.field.kind)).transpose()?;
            let choices = entry.map(|entry| entry.field.choices.iter().map(|choice| choice.value.clone()).collect());
            missing.push(MissingOut {
                field,
                kind,
                choices: choices.unwrap_or_default(),
                term: term.map(|term| Text::new(term.label_zh(), term.label_en()).into()),
                code: code.into_owned(),
                message: Text::new(message_zh, message_en).into(),
            });
        }
        let deviations = checks.deviations.into_iter().map(deviation).collect();
        Ok(Self { version: loaded.contract.version(), ready, missing, deviations })
    }
}

fn deviation(deviation: Deviation) -> DeviationOut {
    let Deviation { field, level, code, awarded, drafted, message_zh, message_en } = deviation;
    DeviationOut {
        field,
        blocks: level == DeviationLevel::Hard,
        code: code.into_owned(),
        awarded,
        drafted,
        message: Text::new(message_zh, message_en).into(),
    }
}
