//! Confirmation: the placements are frozen, the signer is shown what he will sign, and a code goes to his phone (S3-086, S3-087).

use serde_json::json;
use yinxin_domain::contract::sealing::NewAct;
use yinxin_domain::contract::{PartyKey, Transition};
use yinxin_domain::ids::{CertificateId, ContractId, IntentId};
use yinxin_domain::signing::intent::{LIFETIME_MICROS, TRIES};
use yinxin_domain::signing::placement::check;
use yinxin_domain::signing::{
    Intent, IntentRefusal, IntentState, Placed, Placement, PlacementKind, PlacementWarning, Summary, SummaryParty,
    SummaryPlacement,
};

use super::case::{Case, own_intent};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::identity::challenge::{self, Purpose};
use crate::identity::use_cases as identity;
use crate::seal::use_cases as seals;
use crate::signing::engine;
use crate::signing::errors::SigningError;
use crate::signing::store::{self, StoredIntent};

/// What a confirmation gives.
#[derive(Debug)]
pub struct Confirmed {
    /// The intent, with its frozen placements.
    pub intent: Intent,
    /// What the signer is shown.
    pub summary: Summary,
    /// What he should look at.
    pub warnings: Vec<PlacementWarning>,
    /// The kinds without which the step cannot be ended, and that these placements do not bring.
    pub missing: Vec<PlacementKind>,
}

/// Freezes placements on the contract in `version` and issues the intent, with a code to the actor's phone bound to it. With `ends_step` the
/// step ends with it (结束签章), which [`choose_ending`] may still change.
///
/// # Errors
/// What the contract's rules refuse, also against ending the step; [`SigningError::Placements`] with every fault;
/// [`SigningError::Meanwhile`] when the contract is no longer in that version; [`SigningError::NotVerified`] for a personal signature
/// without a verified name.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    contract: ContractId,
    version: i64,
    wanted: &[Placement],
    ends_step: bool,
) -> Result<Confirmed, SigningError> {
    let (case, confirmed) = draw_up(app, actor, contract, version, wanted, ends_step).await?;
    let Confirmed { intent, summary, .. } = &confirmed;
    let person = identity::find_person(app, case.person).await?.ok_or(crate::actor::Forbidden::NotSignedIn)?;
    let code = challenge::prepare(app, &person.phone, Purpose::Sign, &intent.id.to_string()).await?;
    let record = Record::of(issued(intent)).and(code.event()).then(code.message());
    app.db
        .commit(&case.permit, record, (intent.clone(), summary.clone(), code), |(intent, summary, code), conn| {
            Box::pin(async move {
                store::insert_intent(conn, intent, summary).await?;
                code.insert(conn).await?;
                Ok::<_, CommitError<SigningError>>(())
            })
        })
        .await?;
    Ok(confirmed)
}

/// The event of an intent that is issued.
pub(super) fn issued(intent: &Intent) -> Event {
    Event::new(
        "signing_intent",
        intent.id,
        "signing.intent_issued",
        json!({
            "contract": intent.contract, "version": intent.contract_version, "party": intent.party, "document": intent.document,
            "summary_sm3": intent.summary, "placements": intent.placements, "certificates": intent.certificates,
            "ends_step": intent.ends_step, "batch": intent.batch,
        }),
    )
}

/// Checks placements on a contract and draws up the intent and the summary that it is bound to; nothing is stored.
pub(super) async fn draw_up<'a>(
    app: &'a App,
    actor: &Actor,
    contract: ContractId,
    version: i64,
    wanted: &[Placement],
    ends_step: bool,
) -> Result<(Case<'a>, Confirmed), SigningError> {
    let case = Case::load(app, actor, contract).await?;
    if case.contract().version() != version {
        return Err(super::case::meanwhile(app, actor, contract).await?);
    }
    let usable = seals::usable_seals(app, actor, Some(contract)).await?;
    let offered: Vec<_> = usable.iter().map(seals::UsableSeal::to_placement).collect();
    let step = case.step()?;
    let (placed, warnings) =
        check(wanted, &case.text.pages, &offered, &step.rule, &case.present()).map_err(SigningError::Placements)?;
    let personal = placed.iter().any(|one| one.kind == PlacementKind::Personal);
    if personal && identity::find_verified(app, case.person).await?.is_none() {
        return Err(SigningError::NotVerified);
    }
    let now = app.now();
    let sealed = sealed(&case, &placed, now)?;
    if ends_step {
        sealed.next.clone().end_with_seals(&case.context(now))?;
    }
    let set = |kind| sealed.next.current_step().is_some_and(|(_, step)| step.acts().iter().any(|act| act.kind == kind));
    let missing = step.rule.still_missing(set);

    let mut certificates: Vec<CertificateId> = Vec::new();
    let mut shown = Vec::with_capacity(placed.len());
    for one in &placed {
        let seal = usable.iter().find(|seal| seal.id == one.seal).ok_or(crate::actor::Forbidden::NotAllowed)?;
        if !certificates.contains(&seal.certificate) {
            certificates.push(seal.certificate);
        }
        shown.push(SummaryPlacement::of(one, seal.name.as_str()));
    }
    let amount = case.loaded.amount();
    let summary = Summary {
        contract,
        title: case.loaded.title.clone(),
        parties: parties(&case),
        signs_for: case.party,
        amount_fen: Some(amount.fen()),
        amount_capitals: Some(amount.to_capitals()),
        pages: u32::try_from(case.text.pages.len()).unwrap_or(u32::MAX),
        digest_sm3: case.document,
        placements: shown,
        ends_step,
    };
    let intent = Intent {
        id: app.new_id(IntentId::new),
        person: case.person,
        organisation: actor.organisation().ok_or(crate::actor::Forbidden::NotAllowed)?,
        party: case.party,
        contract,
        contract_version: version,
        step: case.number,
        document: case.document,
        summary: engine::sm3(&summary.canonical()),
        placements: placed,
        ends_step,
        certificates,
        batch: None,
        issued_at: now,
        expires_at: now.saturating_add(LIFETIME_MICROS),
        tries_left: TRIES,
        state: IntentState::Issued { checked: Vec::new() },
    };
    Ok((case, Confirmed { intent, summary, warnings, missing }))
}

/// What the contract becomes by these marks; the document is not made yet, so its present digest stands for it.
fn sealed(case: &Case<'_>, placed: &[Placed], now: i64) -> Result<Transition, SigningError> {
    let acts: Vec<NewAct> = placed.iter().map(new_act).collect();
    Ok(case.contract().clone().seal(&case.context(now), case.document, &acts)?)
}

/// A frozen placement as the contract's rules know it.
pub(super) fn new_act(placed: &Placed) -> NewAct {
    NewAct { kind: placed.kind, seal: placed.seal, seal_type: placed.seal_type, page: placed.page }
}

/// Chooses anew whether the step ends with an intent of which nothing is proved yet; gives what the signer is shown then.
///
/// # Errors
/// What the contract's rules say against ending the step: [`yinxin_domain::contract::Refusal::ActsMissing`] first of all;
/// [`SigningError::Intent`] when a password was checked already, or it is over; [`SigningError::Meanwhile`].
pub async fn choose_ending(
    app: &App,
    actor: &Actor,
    id: IntentId,
    ends_step: bool,
) -> Result<(Intent, Summary), SigningError> {
    actor.permit(&[Need::SignedIn])?;
    let StoredIntent { intent, summary, version, .. } = own_intent(app, actor, id).await?;
    if intent.batch.is_some() {
        return Err(IntentRefusal::InBatch.into());
    }
    let case = Case::load(app, actor, intent.contract).await?;
    if case.contract().version() != intent.contract_version {
        return Err(super::case::meanwhile(app, actor, intent.contract).await?);
    }
    let now = app.now();
    let summary = Summary { ends_step, ..summary };
    let intent = intent.choose_ending(ends_step, engine::sm3(&summary.canonical()), now)?;
    if ends_step {
        sealed(&case, &intent.placements, now)?.next.end_with_seals(&case.context(now))?;
    }
    let chosen = Event::new(
        "signing_intent",
        id,
        "signing.ending_chosen",
        json!({ "contract": intent.contract, "ends_step": ends_step, "summary_sm3": intent.summary }),
    );
    app.db
        .commit(
            &case.permit,
            Record::of(chosen),
            (version, intent.clone(), summary.clone()),
            |(version, intent, summary), conn| {
                Box::pin(async move {
                    store::update_unproved(conn, *version, intent, summary).await?;
                    Ok::<_, CommitError<SigningError>>(())
                })
            },
        )
        .await?;
    Ok((intent, summary))
}

fn parties(case: &Case<'_>) -> Vec<SummaryParty> {
    let shown = |party: &yinxin_domain::contract::Party| -> (PartyKey, String) { (party.key, party.name.clone()) };
    case.contract().parties().iter().map(shown).map(|(key, name)| SummaryParty { key, name }).collect()
}
