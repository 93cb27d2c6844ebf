//! Confirmation: the placements are frozen, the signer is shown what he will sign, and a code goes to his phone (S3-086, S3-087).

use serde_json::json;
use yinxin_domain::contract::PartyKey;
use yinxin_domain::ids::{CertificateId, ContractId, IntentId};
use yinxin_domain::signing::intent::{LIFETIME_MICROS, TRIES};
use yinxin_domain::signing::placement::check;
use yinxin_domain::signing::{
    Intent, IntentState, Placement, PlacementKind, PlacementWarning, Summary, SummaryParty, SummaryPlacement,
};

use super::case::Case;
use crate::actor::Actor;
use crate::app::App;
use crate::db::{Event, Record};
use crate::identity::challenge::{self, Purpose};
use crate::identity::use_cases as identity;
use crate::seal::use_cases as seals;
use crate::signing::engine;
use crate::signing::errors::SigningError;
use crate::signing::store;

/// What a confirmation gives.
#[derive(Debug)]
pub struct Confirmed {
    /// The intent, with its frozen placements.
    pub intent: Intent,
    /// What the signer is shown.
    pub summary: Summary,
    /// What he should look at.
    pub warnings: Vec<PlacementWarning>,
}

/// Freezes placements on the contract in `version` and issues the intent, with a code to the actor's phone bound to it.
///
/// # Errors
/// What the contract's rules refuse; [`SigningError::Placements`] with every fault; [`SigningError::Meanwhile`] when the contract is no
/// longer in that version; [`SigningError::NotVerified`] for a personal signature without a verified name.
pub async fn confirm(
    app: &App,
    actor: &Actor,
    contract: ContractId,
    version: i64,
    wanted: &[Placement],
) -> Result<Confirmed, SigningError> {
    let case = Case::load(app, actor, contract).await?;
    if case.contract().version() != version {
        return Err(super::case::meanwhile(app, actor, contract).await?);
    }
    let usable = seals::usable_seals(app, actor, Some(contract)).await?;
    let offered: Vec<_> = usable.iter().map(seals::UsableSeal::to_placement).collect();
    let step = case.step()?;
    let (placed, warnings) =
        check(wanted, &case.text.pages, &offered, &step.rule, &case.present()).map_err(SigningError::Placements)?;
    let person = identity::find_person(app, case.person).await?.ok_or(crate::actor::Forbidden::NotSignedIn)?;
    let personal = placed.iter().any(|one| one.kind == PlacementKind::Personal);
    if personal && identity::find_verified(app, case.person).await?.is_none() {
        return Err(SigningError::NotVerified);
    }

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
    };
    let now = app.now();
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
        certificates,
        issued_at: now,
        expires_at: now.saturating_add(LIFETIME_MICROS),
        tries_left: TRIES,
        state: IntentState::Issued { checked: Vec::new() },
    };
    let code = challenge::prepare(app, &person.phone, Purpose::Sign, &intent.id.to_string()).await?;
    let issued = Event::new(
        "signing_intent",
        intent.id,
        "signing.intent_issued",
        json!({
            "contract": contract, "version": version, "party": case.party, "document": intent.document,
            "summary_sm3": intent.summary, "placements": intent.placements, "certificates": intent.certificates,
        }),
    );
    let record = Record::of(issued).and(code.event()).then(code.message());
    app.db
        .commit(&case.permit, record, (intent.clone(), summary.clone(), code), |(intent, summary, code), conn| {
            Box::pin(async move {
                store::insert_intent(conn, intent, summary).await?;
                code.insert(conn).await?;
                Ok::<_, crate::db::CommitError<SigningError>>(())
            })
        })
        .await?;
    Ok(Confirmed { intent, summary, warnings })
}

fn parties(case: &Case<'_>) -> Vec<SummaryParty> {
    let shown = |party: &yinxin_domain::contract::Party| -> (PartyKey, String) { (party.key, party.name.clone()) };
    case.contract().parties().iter().map(shown).map(|(key, name)| SummaryParty { key, name }).collect()
}
