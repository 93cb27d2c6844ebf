//! Which of the chosen contracts can be signed together: those whose marks all have a place in the text, under the same certificates.

use yinxin_domain::contract::Text;
use yinxin_domain::ids::{CertificateId, ContractId};
use yinxin_domain::signing::placement::suggest;
use yinxin_domain::signing::{MOST_IN_BATCH, Placement, PlacementKind};

use super::super::case::Case;
use super::super::confirm::{Confirmed, draw_up};
use super::{Apart, about_one};
use crate::actor::{Actor, Forbidden};
use crate::app::App;
use crate::contract::{ContractError, use_cases as contract};
use crate::seal::use_cases as seals;
use crate::signing::errors::SigningError;

/// The chosen contracts, sorted.
pub struct BatchDesk {
    /// Those that can be signed together, in the order in which they were named.
    pub ready: Vec<Ready>,
    /// The others.
    pub apart: Vec<Apart>,
    /// The certificates whose passwords release all that is ready.
    pub certificates: Vec<CertificateId>,
}

/// A contract that can be signed with others.
pub struct Ready {
    /// Its number.
    pub number: String,
    /// The placements that its text suggests, as a confirmation takes them.
    pub placements: Vec<Placement>,
    /// What will be confirmed; the intent in it is not issued.
    pub drawn: Confirmed,
    /// What ends its step is called so.
    pub submit: Text,
}

/// Sorts the chosen contracts: what is named twice is taken once.
///
/// # Errors
/// [`SigningError::BatchSize`]; [`Forbidden`] for who acts for no organisation. What is against a single contract is told with it.
pub async fn show(app: &App, actor: &Actor, chosen: &[String]) -> Result<BatchDesk, SigningError> {
    actor.organisation().ok_or(Forbidden::NotAllowed)?;
    let mut named: Vec<&String> = Vec::new();
    for one in chosen {
        if !named.contains(&one) {
            named.push(one);
        }
    }
    if named.len() > MOST_IN_BATCH {
        return Err(SigningError::BatchSize);
    }
    let (mut ready, mut apart) = (Vec::new(), Vec::new());
    for (index, name) in named.into_iter().enumerate() {
        match one(app, actor, name).await {
            Ok(one) => ready.push((index, one)),
            Err(error) => apart.push(set_apart(app, actor, index, name, about_one(error)?).await?),
        }
    }
    let certificates = most_used(&ready);
    let (together, others): (Vec<_>, Vec<_>) =
        ready.into_iter().partition(|(_, one)| sorted(&one.drawn.intent.certificates) == certificates);
    for (index, one) in others {
        let known = Some((one.drawn.summary.title, one.number));
        let contract = one.drawn.summary.contract.to_string();
        apart.push(Apart { index, contract, known, why: SigningError::BatchOtherCertificate });
    }
    apart.sort_by_key(|one| one.index);
    Ok(BatchDesk { ready: together.into_iter().map(|(_, one)| one).collect(), apart, certificates })
}

async fn one(app: &App, actor: &Actor, name: &str) -> Result<Ready, SigningError> {
    let id: ContractId = name.parse().map_err(|_| ContractError::NotFound)?;
    let case = Case::load(app, actor, id).await?;
    let placements = suggested(app, actor, &case).await?;
    let (number, submit) = (case.loaded.number.clone(), case.step()?.rule.submit.clone());
    let (_, drawn) = draw_up(app, actor, id, case.contract().version(), &placements, false).await?;
    if !drawn.missing.is_empty() {
        return Err(SigningError::BatchByHand);
    }
    Ok(Ready { number, placements, drawn, submit })
}

/// What the desk would have filled in: the marks that the step asks for, and with an organisation's seal its date and seam seal.
async fn suggested(app: &App, actor: &Actor, case: &Case<'_>) -> Result<Vec<Placement>, SigningError> {
    if case.unsent().next().is_some() {
        return Err(SigningError::BatchSealed);
    }
    let rule = &case.step()?.rule;
    let usable = seals::usable_seals(app, actor, Some(case.contract().id())).await?;
    let offered: Vec<_> = usable.iter().map(seals::UsableSeal::to_placement).collect();
    let required = rule.still_missing(|_| false);
    let without_seal = |kind: &PlacementKind| !offered.iter().any(|seal| rule.allows(*kind, seal.seal_type).is_ok());
    if required.is_empty() || required.iter().any(without_seal) {
        return Err(if required.is_empty() { SigningError::BatchByHand } else { SigningError::BatchNoSeal });
    }
    let suggestions = suggest(rule, case.party, &case.text.anchors, &case.text.pages, &offered);
    let placed = |kind: &PlacementKind| suggestions.iter().any(|one| one.placement.kind == *kind);
    if !required.iter().all(placed) {
        return Err(SigningError::BatchByHand);
    }
    let sealed = required.contains(&PlacementKind::Seal);
    let wanted = |kind: PlacementKind| {
        required.contains(&kind) || (sealed && matches!(kind, PlacementKind::Date | PlacementKind::Seam))
    };
    Ok(suggestions.into_iter().map(|one| one.placement).filter(|one| wanted(one.kind)).collect())
}

/// Says of a contract what its actor may know: of one that he may not see as much as of one that does not exist.
async fn set_apart(
    app: &App,
    actor: &Actor,
    index: usize,
    name: &str,
    why: SigningError,
) -> Result<Apart, SigningError> {
    let known = match name.parse() {
        Ok(id) => match contract::load_permitted(app, actor, id).await {
            Ok((loaded, ..)) => Some((loaded.title, loaded.number)),
            Err(error) => about_one(error.into()).map(|_| None)?,
        },
        Err(_) => None,
    };
    Ok(Apart { index, contract: name.to_owned(), known, why })
}

/// The certificates that most of the contracts ask for; of equally many those that come first.
fn most_used(ready: &[(usize, Ready)]) -> Vec<CertificateId> {
    let sets: Vec<Vec<CertificateId>> = ready.iter().map(|(_, one)| sorted(&one.drawn.intent.certificates)).collect();
    let count = |set: &Vec<CertificateId>| sets.iter().filter(|other| *other == set).count();
    // Of equal ones `max_by_key` gives the last, so it is asked from behind.
    sets.iter().rev().max_by_key(|set| count(set)).cloned().unwrap_or_default()
}

/// Certificates in an order that does not depend on the placements.
pub(super) fn sorted(certificates: &[CertificateId]) -> Vec<CertificateId> {
    let mut sorted = certificates.to_vec();
    sorted.sort_unstable();
    sorted
}
