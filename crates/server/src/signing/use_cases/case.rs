//! One contract on the desk of somebody whose turn it is: everything the acts of the ceremony ask of it.

use yinxin_domain::contract::axes::Step;
use yinxin_domain::contract::{self as domain, Context, Contract, PartyKey};
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::{ContractId, PersonId};
use yinxin_domain::signing::{Placed, PlacementKind};

use crate::actor::{Actor, Forbidden, Permit};
use crate::app::App;
use crate::contract::use_cases::StoredText;
use crate::contract::{Loaded, use_cases as contract};
use crate::failure::Failure;
use crate::identity::use_cases as identity;
use crate::signing::errors::SigningError;
use crate::signing::store::{self, Signature, StoredIntent};

/// See the module head.
pub(super) struct Case<'a> {
    /// The contract.
    pub loaded: Loaded<'a>,
    /// The right to change it.
    pub permit: Permit,
    /// Who acts, in the contract's words.
    pub actor: domain::Actor,
    /// The person behind it.
    pub person: PersonId,
    /// The party he acts for.
    pub party: PartyKey,
    /// The number of the step whose turn it is.
    pub number: usize,
    /// The document as this party sees it now: its unsent revision, or the shared one.
    pub document: Sm3Digest,
    /// The typeset text: sizes of pages, places left for the parties.
    pub text: StoredText,
    /// The signatures on this text that were not discarded.
    pub signatures: Vec<Signature>,
}

impl<'a> Case<'a> {
    /// Loads a contract that this actor may seal now.
    ///
    /// # Errors
    /// What the contract's rules refuse, with who holds it; [`SigningError::NoDocument`].
    pub async fn load(app: &'a App, actor: &Actor, id: ContractId) -> Result<Self, SigningError> {
        let (loaded, who, permit) = contract::load_for_signing(app, actor, id).await?;
        let person = actor.person().ok_or(Forbidden::NotAllowed)?;
        let contract = &loaded.contract;
        let (number, step) = contract.current_step().ok_or(SigningError::NoDocument)?;
        let party = step.party;
        let document = contract.document_for(&who).ok_or(SigningError::NoDocument)?;
        let mut conn = app.db.read().await?;
        let text = contract::find_text(&mut conn, id, contract.draft()).await?.ok_or(SigningError::NoDocument)?;
        let signatures = store::standing_signatures(&mut conn, id, contract.draft()).await?;
        Ok(Self { loaded, permit, actor: who, person, party, number, document, text, signatures })
    }

    /// The contract.
    pub fn contract(&self) -> &Contract {
        &self.loaded.contract
    }

    /// What a verb is handed.
    pub fn context(&self, at: i64) -> Context<'_> {
        self.loaded.context(&self.actor, at)
    }

    /// The step whose turn it is.
    ///
    /// # Errors
    /// [`SigningError::NoDocument`], which [`Case::load`] has ruled out.
    pub fn step(&self) -> Result<&Step, SigningError> {
        self.contract().current_step().map(|(_, step)| step).ok_or(SigningError::NoDocument)
    }

    /// What this party has sealed and not sent.
    pub fn unsent(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(|one| one.step == self.number)
    }

    /// What stands on the document and a new placement may meet; another party's seam seal is no obstacle to one of this party's.
    pub fn present(&self) -> Vec<Placed> {
        let met = |one: &&Signature, placed: &Placed| one.party == self.party || placed.kind != PlacementKind::Seam;
        let placed = self.signatures.iter().flat_map(|one| one.placed.iter().map(move |placed| (one, placed)));
        placed.filter(|(one, placed)| met(one, placed)).map(|(_, placed)| placed.clone()).collect()
    }
}

/// An intent of this actor.
///
/// # Errors
/// [`SigningError::NoIntent`] when there is none, or it is another person's, or he acts for another organisation now.
pub(super) async fn own_intent(
    app: &App,
    actor: &Actor,
    id: yinxin_domain::ids::IntentId,
) -> Result<StoredIntent, SigningError> {
    let stored = store::find_intent(&mut *app.db.read().await?, id).await?.ok_or(SigningError::NoIntent)?;
    let own = actor.person() == Some(stored.intent.person) && actor.organisation() == Some(stored.intent.organisation);
    if own { Ok(stored) } else { Err(SigningError::NoIntent) }
}

/// What to tell somebody whose contract has changed under his hands: a colleague's name, if it was one.
pub(super) async fn meanwhile(app: &App, actor: &Actor, id: ContractId) -> Result<SigningError, SigningError> {
    let (loaded, ..) = contract::load_permitted(app, actor, id).await?;
    let own = actor.organisation().and_then(|organisation| loaded.contract.party_of(organisation));
    let latest = {
        let mut conn = app.db.read().await?;
        store::standing_signatures(&mut conn, id, loaded.contract.draft()).await?.pop()
    };
    let Some(latest) = latest.filter(|latest| own.is_some_and(|party| party.key == latest.party)) else {
        return Ok(SigningError::Meanwhile { by: None, at: None });
    };
    let person = identity::find_person(app, latest.person).await?;
    let by = person.map(|person| person.name.unwrap_or_else(|| person.phone.masked()));
    Ok(SigningError::Meanwhile { by, at: Some(latest.signed_at) })
}

/// Whether a commit was refused because what it was based on has changed.
pub(super) fn is_stale(error: &SigningError) -> bool {
    matches!(error, SigningError::Failure(Failure::StaleVersion { .. }))
}
