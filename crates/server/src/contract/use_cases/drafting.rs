//! Drafting: begin, edit, attach, send, take back, end the text, revoke.

use std::sync::Arc;

use serde_json::{Map, Value};
use yinxin_domain::award::Award;
use yinxin_domain::calendar::{Date, WorkingDays};
use yinxin_domain::contract::drafting::{Beginning, TextCheck};
use yinxin_domain::contract::{Context, Contract, Party, PartyKey, PartyRole, Verb};
use yinxin_domain::ids::{AwardId, ContractId};
use yinxin_domain::law::RuleTables;
use yinxin_domain::template::{self, Deviation, DeviationLevel, FieldFault, Fields, Missing, System};
use yinxin_pdf::gate::{Act, Obstacle, inspect};

use super::{Also, act, expect_seen, load_permitted, save};
use crate::actor::{Actor, Forbidden, Need};
use crate::app::App;
use crate::award::use_cases::{self as awards, AwardState};
use crate::contract::errors::ContractError;
use crate::contract::loaded::{Loaded, domain_actor, drafted_amount, due_at};
use crate::contract::store::{self, Row};
use crate::contract::{effects, text};
use crate::db::CommitError;
use crate::failure::Failure;

/// Begins a contract from an award with a template: the first draft locks the award.
///
/// # Errors
/// [`ContractError::AwardNotOpen`], [`ContractError::TemplateUnfit`], and what the flow profile says against this drafter.
pub async fn begin(app: &App, actor: &Actor, award_id: AwardId, template_id: &str) -> Result<Contract, ContractError> {
    let mut conn = app.db.read().await?;
    let places = awards::places(&mut conn, award_id).await?;
    let needs: Vec<Need<'_>> = places.iter().map(|place| Need::Member(place.organisation)).collect();
    let permit = match actor.permit(&needs) {
        Ok(permit) => permit,
        Err(refused @ Forbidden::NotSignedIn) => return Err(refused.into()),
        Err(Forbidden::NotAllowed) => return Err(ContractError::NotFound),
    };
    let stored = awards::find_stored(&mut conn, award_id).await?.ok_or(ContractError::NotFound)?;
    drop(conn);
    if stored.state != AwardState::Open {
        return Err(ContractError::AwardNotOpen);
    }
    let template = template::find(template_id)
        .filter(|template| template.fits(&stored.award))
        .ok_or(ContractError::TemplateUnfit)?;
    let profile = app.profiles.get(&stored.award.profile).ok_or_else(|| {
        Failure::damaged("awards.profile", format!("this installation has no flow profile {:?}", stored.award.profile))
    })?;

    let at = app.now();
    let id = app.new_id(ContractId::new);
    let names = std::iter::once(&stored.award.purchaser).chain(&stored.award.suppliers);
    let mut parties = Vec::with_capacity(places.len());
    for (place, awarded) in places.iter().zip(names) {
        let key = PartyKey::parse(&place.key)
            .ok_or_else(|| Failure::damaged("award_parties.party_key", format!("{:?} is no party key", place.key)))?;
        let role = if key == PartyKey::A { PartyRole::Purchaser } else { PartyRole::Supplier };
        parties.push(Party { key, role, organisation: place.organisation, name: awarded.name.clone() });
    }
    let number = contract_number(id, at);
    let fields = template::prefill(template, &stored.award, &System { contract_number: number.clone() });
    let who = domain_actor(actor).ok_or(ContractError::NotFound)?;
    let ctx = Context { profile, calendar: WorkingDays::bundled(), law: RuleTables::bundled(), actor: &who, at };
    let beginning = Beginning {
        id,
        award: award_id,
        parties,
        amount_fen: Some(stored.award.most_payable().fen()),
        award_notice_on: stored.award.award_notice.as_ref().map(|notice| notice.issued_on),
    };
    let transition = Contract::begin(&ctx, beginning)?;
    let record = effects::record(None, &transition)?;
    let contract = transition.next.clone();
    let title = title_of(&stored.award);
    let row = Row {
        contract: transition.next,
        award: Arc::new(stored.award),
        template: template.id(),
        fields: fields_json(&fields)?,
        number,
        title,
        reasons: store::Reasons::new(),
    };
    let amount_fen = drafted_amount(&fields, &row.award).fen();
    let due = due_at(&row.contract, profile);
    let begun: Result<(), ContractError> = app
        .db
        .commit(&permit, record, (row, award_id, stored.version), move |(row, award_id, award_version), conn| {
            Box::pin(async move {
                // Whoever comes second finds the award taken; so does who drafts from an award that is being corrected.
                if !awards::begin_drafting(&mut *conn, *award_id, *award_version, row.contract.id(), at).await? {
                    return Err(CommitError::Refused(ContractError::AwardNotOpen));
                }
                store::insert(conn, row, amount_fen, due, at).await?;
                Ok(())
            })
        })
        .await;
    begun.map(|()| contract)
}

/// The number under which people know the contract: the day in China, and the random end of its identifier.
fn contract_number(id: ContractId, at: i64) -> String {
    let id = id.to_string();
    let end = id.get(id.len().saturating_sub(10)..).unwrap_or_default().to_uppercase();
    format!("YX-{}-{end}", Date::at(at).to_string().replace('-', ""))
}

/// What people call the contract: project and lots, since contracts on one template differ in nothing else, and whoever signs must see which one
/// it is.
fn title_of(award: &Award) -> String {
    let project = award.project.name.trim();
    let lots: Vec<&str> = award
        .lots
        .iter()
        .filter(|lot| !lot.code.is_empty() && !project.contains(&lot.code))
        .filter(|lot| lot.name.as_ref().is_none_or(|name| !project.contains(name.as_str())))
        .map(|lot| lot.code.as_str())
        .collect();
    let lots = if lots.is_empty() { String::new() } else { format!("（{}）", lots.join("、")) };
    let end = if project.ends_with("合同") { "" } else { "合同" };
    format!("{project}{lots}{end}")
}

fn fields_json(fields: &Fields) -> Result<Value, Failure> {
    serde_json::to_value(fields).map_err(|error| Failure::damaged("contracts.fields", error))
}

/// Saves changed fields of the draft, and why they depart from the award; `null` and empty texts clear one. Nothing is saved unless everything is
/// right.
///
/// # Errors
/// [`ContractError::Fields`] with all that is wrong; [`ContractError::EditedMeanwhile`].
pub async fn edit(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    changes: &Map<String, Value>,
    reasons: &store::Reasons,
) -> Result<Contract, ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    let ctx = loaded.context(&who, app.now());
    loaded.contract.permits(&ctx, Verb::EditDraft)?;
    expect_seen(app, &loaded.contract, Some(seen)).await?;
    let unprintable = |text: &str| yinxin_fonts::unprintable(text);
    let merged = template::merge(loaded.template, &loaded.award, &loaded.fields, changes, &unprintable)
        .map_err(ContractError::Fields)?;
    let reasons = merge_reasons(&loaded, reasons, &unprintable).map_err(ContractError::Fields)?;
    let mut changed = changed_fields(&loaded.fields, &merged);
    changed
        .extend(reasons.iter().filter(|(id, said)| loaded.reasons.get(*id) != Some(*said)).map(|(id, _)| id.clone()));
    changed.sort_unstable();
    changed.dedup();
    let amount_fen = drafted_amount(&merged, &loaded.award).fen();
    let transition = loaded.contract.clone().edit_draft(&ctx, changed)?;
    save(app, &permit, &loaded, transition, Also::Fields(fields_json(&merged)?, reasons, amount_fen)).await
}

/// The longest reason, characters.
const LONGEST_REASON: usize = 300;

/// The reasons with those that were just given; an empty one is taken back.
fn merge_reasons(
    loaded: &Loaded<'_>,
    given: &store::Reasons,
    unprintable: &dyn Fn(&str) -> Vec<char>,
) -> Result<store::Reasons, Vec<FieldFault>> {
    let form = template::form(loaded.template, &loaded.award);
    let mut reasons = loaded.reasons.clone();
    let mut faults = Vec::new();
    let fault = |field: &str, code: &'static str, zh: &str, en: &str| FieldFault {
        field: field.to_owned(),
        code: code.into(),
        message_zh: zh.to_owned(),
        message_en: en.to_owned(),
    };
    for (id, said) in given {
        let said = said.trim();
        if !form.iter().any(|entry| entry.id == *id) {
            let shown: String = id.chars().take(40).filter(|character| !character.is_control()).collect();
            faults.push(fault(
                &shown,
                "field.unknown",
                "该范本没有这个字段，请核对字段名",
                "the template has no such field",
            ));
        } else if said.chars().count() > LONGEST_REASON {
            faults.push(fault(id, "reason.too_long", "修改原因不超过 300 字", "a reason has at most 300 characters"));
        } else if said.chars().any(char::is_control) || !unprintable(said).is_empty() {
            faults.push(fault(
                id,
                "reason.unprintable",
                "修改原因含有无法显示的字符",
                "the reason holds characters that cannot be shown",
            ));
        } else if said.is_empty() {
            reasons.remove(id);
        } else {
            reasons.insert(id.clone(), said.to_owned());
        }
    }
    if faults.is_empty() { Ok(reasons) } else { Err(faults) }
}

/// The ids of the fields that differ.
fn changed_fields(before: &Fields, after: &Fields) -> Vec<String> {
    let mut ids: Vec<&String> = before.keys().chain(after.keys()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().filter(|id| before.get(*id) != after.get(*id)).cloned().collect()
}

/// What still stands in the way of sending, and what people should look at.
pub struct Checks {
    /// What is missing.
    pub missing: Vec<Missing>,
    /// Where the text departs from the award.
    pub deviations: Vec<Deviation>,
}

impl Checks {
    /// Checks a draft.
    pub fn of(loaded: &Loaded<'_>) -> Self {
        let Loaded { template, award, fields, .. } = loaded;
        Self {
            missing: template::check_complete(template, award, fields),
            deviations: template::deviations(template, award, fields),
        }
    }

    /// Whether the text may leave the drafter's hands.
    pub fn ready(&self) -> bool {
        self.missing.is_empty() && self.deviations.iter().all(|one| one.level != DeviationLevel::Hard)
    }

    /// For the verb that lets the text go: nothing, or all that stands in its way.
    fn passed(self) -> Result<TextCheck, ContractError> {
        if self.ready() {
            return Ok(TextCheck::default());
        }
        let hard = self.deviations.into_iter().filter(|one| one.level == DeviationLevel::Hard).collect();
        Err(ContractError::NotReady { missing: self.missing, deviations: hard })
    }
}

/// 发送: gives the draft to its reviewer.
///
/// # Errors
/// [`ContractError::NotReady`] with all that is missing or departs from the award; [`ContractError`].
pub async fn send(app: &App, actor: &Actor, id: ContractId, seen: i64) -> Result<Contract, ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    let ctx = loaded.context(&who, app.now());
    loaded.contract.permits(&ctx, Verb::Send)?;
    expect_seen(app, &loaded.contract, Some(seen)).await?;
    let transition = loaded.contract.clone().send(&ctx, Checks::of(&loaded).passed()?)?;
    save(app, &permit, &loaded, transition, Also::Nothing).await
}

/// 撤回: takes a sent draft back.
///
/// # Errors
/// [`ContractError`].
pub async fn withdraw(app: &App, actor: &Actor, id: ContractId, seen: i64) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.withdraw(ctx)).await
}

/// 清稿: typesets the draft and ends it; from here on the text cannot change.
///
/// # Errors
/// [`ContractError::NotReady`]; [`ContractError`].
pub async fn freeze(app: &App, actor: &Actor, id: ContractId, seen: i64) -> Result<Contract, ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    let at = app.now();
    let ctx = loaded.context(&who, at);
    loaded.contract.permits(&ctx, Verb::Freeze)?;
    expect_seen(app, &loaded.contract, Some(seen)).await?;
    let check = Checks::of(&loaded).passed()?;
    let (document, stored) = text::freeze(app, &loaded, at).await?;
    let draft = loaded.contract.draft();
    let transition = loaded.contract.clone().freeze(&ctx, check, document)?;
    save(app, &permit, &loaded, transition, Also::Text(draft, stored)).await
}

/// 撤销: ends the contract before another party is bound.
///
/// # Errors
/// [`ContractError`].
pub async fn revoke(
    app: &App,
    actor: &Actor,
    id: ContractId,
    seen: i64,
    reason: &str,
) -> Result<Contract, ContractError> {
    act(app, actor, id, Some(seen), |contract, ctx| contract.revoke(ctx, reason)).await
}

/// Attaches a PDF to a slot of the flow profile.
///
/// # Errors
/// [`ContractError::Attachment`]; [`ContractError`].
pub async fn attach(
    app: &App,
    actor: &Actor,
    id: ContractId,
    slot: &str,
    name: &str,
    file: Vec<u8>,
) -> Result<Contract, ContractError> {
    let (loaded, who, permit) = load_permitted(app, actor, id).await?;
    let ctx = loaded.context(&who, app.now());
    loaded.contract.permits(&ctx, Verb::Attach)?;
    let bytes: Arc<[u8]> = Arc::from(file);
    let checked = Arc::clone(&bytes);
    app.cpu(move || attachable(checked)).await??;
    let sm3 = app.files.put(bytes.to_vec()).await.map_err(Failure::from)?;
    let transition = loaded.contract.clone().attach(&ctx, slot, sm3, name)?;
    save(app, &permit, &loaded, transition, Also::Nothing).await
}

/// Whether a file shows the same to everybody, at any time; signatures in it are none of our business.
fn attachable(bytes: Arc<[u8]>) -> Result<(), ContractError> {
    match inspect(bytes).may(Act::SignInvisibly) {
        Err(
            refused @ (Obstacle::Encrypted
            | Obstacle::Damaged(_)
            | Obstacle::DamagedAfterSigning(_)
            | Obstacle::Xfa
            | Obstacle::Active(_)),
        ) => Err(ContractError::Attachment(refused)),
        Ok(())
        | Err(
            Obstacle::NotDamaged
            | Obstacle::Certified
            | Obstacle::CertifiedVisible
            | Obstacle::SignedBefore { .. }
            | Obstacle::Locked { .. }
            | Obstacle::NotPrepared,
        ) => Ok(()),
    }
}
