//! What a reviewer and a drafter look at beside the text: the award against the draft, and whether both sides could sign online.

use yinxin_domain::certificate::Owner;
use yinxin_domain::contract::{PartyKey, PartyRole};
use yinxin_domain::ids::ContractId;
use yinxin_domain::signing::SealType;
use yinxin_domain::template::{self, Compared};

use super::reading::{Seen, show_whole};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::errors::ContractError;
use crate::seal::use_cases::{self as seals, Readiness};

/// The award and the draft side by side.
pub struct Comparison<'a> {
    /// The contract.
    pub seen: Seen<'a>,
    /// Every item that the award gives.
    pub items: Vec<Compared>,
}

/// Every item of the award beside what the text says, for who may see the text (S0-004, S0-005).
///
/// # Errors
/// [`ContractError::NoDocument`] while the text is another party's own.
pub async fn compare<'a>(app: &'a App, actor: &Actor, id: ContractId) -> Result<Comparison<'a>, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    let items = template::compare(seen.loaded.template, &seen.loaded.award, &seen.loaded.fields);
    Ok(Comparison { seen, items })
}

/// Whether one party could sign online.
pub struct PartyReadiness {
    /// Its place in the text.
    pub party: PartyKey,
    /// Its side.
    pub role: PartyRole,
    /// Its name.
    pub name: String,
    /// Whether it is the one that looks.
    pub own: bool,
    /// Its certificate and seal.
    pub readiness: Readiness,
}

/// Whether each party has a certificate in force and a seal that its step takes; nothing else of what it has (S1-017).
///
/// # Errors
/// [`ContractError::NoDocument`] for who does not see the text yet: it is asked where the question 是否线上签章 stands.
pub async fn readiness(app: &App, actor: &Actor, id: ContractId) -> Result<Vec<PartyReadiness>, ContractError> {
    let seen = show_whole(app, actor, id).await?;
    let contract = &seen.loaded.contract;
    let own = contract.party_of_actor(&seen.who).map(|party| party.key);
    let mut all = Vec::with_capacity(contract.parties().len());
    for party in contract.parties() {
        let types = contract.seal_types_of(seen.loaded.profile, party.key);
        let types: Vec<SealType> = types.into_iter().collect();
        let readiness = seals::readiness(app, Owner::Organisation(party.organisation), &types).await?;
        all.push(PartyReadiness {
            party: party.key,
            role: party.role,
            name: party.name.clone(),
            own: own == Some(party.key),
            readiness,
        });
    }
    Ok(all)
}
