//! What can be done with seals.

use std::sync::Arc;

use serde_json::json;
use sqlx::AnyConnection;
use yinxin_domain::certificate::{CertificateState, Owner};
use yinxin_domain::ids::{CertificateId, ContractId, PersonId, SealGrantId, SealId};
use yinxin_domain::organisation::Role;
use yinxin_domain::seal::{Grant, SealState, SealVerb, may_use, seal_name};
use yinxin_domain::signing::{self, SealType};
use yinxin_seal::draw::{DrawError, Drawing, SealCode};

use super::art::{self, MakeError, Order, SealArt};
use super::errors::SealError;
use super::store;
use crate::actor::{Actor, Capacity, Forbidden, Need, Permit};
use crate::app::App;
use crate::certificate::{self, CertificateError};
use crate::db::events::{self, Recorded};
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::{identity, organisation};

pub use super::store::{EndingGrant, StoredGrant, StoredSeal};

/// Whom the actor acts for.
fn acting_for(actor: &Actor) -> Result<(PersonId, Owner), Forbidden> {
    match &actor.capacity {
        Capacity::Member { person, organisation, .. } => Ok((*person, Owner::Organisation(*organisation))),
        Capacity::Person(person) => Ok((*person, Owner::Person(*person))),
        Capacity::Visitor => Err(Forbidden::NotSignedIn),
        Capacity::Operator(_) | Capacity::Client { .. } | Capacity::System(_) => Err(Forbidden::NotAllowed),
    }
}

/// The permit to manage the seals of an owner: of an organisation its administrators, of a person he himself.
fn manage(actor: &Actor, owner: Owner) -> Result<Permit, Forbidden> {
    match owner {
        Owner::Organisation(organisation) => actor.permit(&[Need::Role(organisation, &[Role::Administrator])]),
        Owner::Person(person) => actor.permit(&[Need::Person(person)]),
    }
}

/// A seal to be made.
pub struct NewSeal {
    /// What it is for.
    pub seal_type: SealType,
    /// The certificate that will use it.
    pub certificate: CertificateId,
    /// Thirteen digits, if it is filed with the police; round seals only.
    pub code: Option<String>,
    /// The legal representative, for his seal: a member with a verified name.
    pub person: Option<PersonId>,
}

/// Makes a seal with the verified name of who owns the certificate (S3-050, S3-055).
///
/// # Errors
/// [`SealError`]: not the manager of the certificate's owner, certificate not in force, wrong type, a seal of this type exists, a name that
/// cannot be drawn.
pub async fn create(app: &App, actor: &Actor, new: NewSeal) -> Result<SealId, SealError> {
    let certificate = certificate::use_cases::show(app, actor, new.certificate).await?;
    let owner = certificate.owner;
    let permit = manage(actor, owner)?;
    let now = app.now();
    match certificate.validity.state(now) {
        CertificateState::InForce => {}
        state => return Err(CertificateError::NotInForce(state).into()),
    }
    let of_person = matches!(owner, Owner::Person(_));
    if new.seal_type.is_personal() != of_person {
        return Err(SealError::WrongOwner);
    }
    let owner_name = certificate::use_cases::verified_name(app, owner).await?;
    let square = of_person || new.seal_type == SealType::LegalRepresentative;
    let code: Option<SealCode> = match new.code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        Some(_) if square => return Err(DrawError::Code.into()),
        Some(code) => Some(code.parse()?),
        None => None,
    };
    let drawn_name = match (new.seal_type, owner) {
        (SealType::LegalRepresentative, Owner::Organisation(organisation)) => {
            let person = new.person.ok_or(SealError::PersonNeeded)?;
            let roles = organisation::use_cases::roles_of(app, organisation, person).await?;
            let verified = identity::use_cases::find_verified(app, person).await?;
            let person = verified.filter(|_| roles.is_some()).ok_or(SealError::PersonNeeded)?;
            person.name.as_str().to_owned()
        }
        _ => owner_name.clone(),
    };
    let id = app.new_id(SealId::new);
    let name = seal_name(&owner_name, new.seal_type);
    let order = Order {
        id,
        seal_type: new.seal_type,
        name: name.clone(),
        drawn_name: drawn_name.clone(),
        code: code.clone(),
        owner,
        certificate: certificate.certificate,
        now,
    };
    let maker = certificate::signing::seal_maker(app).await?;
    let made = app.cpu(move || art::make(&order, &maker)).await?;
    let der = made.map_err(|error| match error {
        MakeError::Draw(error) => SealError::Draw(error),
        MakeError::Failure(failure) => SealError::Failure(failure),
    })?;
    let structure = app.files.put(der).await.map_err(Failure::from)?;
    let stored = StoredSeal {
        id,
        owner,
        certificate: new.certificate,
        seal_type: new.seal_type,
        name,
        drawn_name,
        code: code.map(|code| code.as_str().to_owned()),
        structure,
        state: SealState::Usable,
        version: 1,
        created_at: now,
    };
    let facts = json!({
        "owner": owner.to_string(),
        "type": new.seal_type.code(),
        "certificate": new.certificate,
        "structure": structure.to_string(),
        "legal_representative": new.person,
    });
    let record = Record::of(Event::new("seal", id, "seal.made", facts));
    app.db
        .commit(&permit, record, stored, move |stored, conn| {
            Box::pin(async move {
                // The certificate may have been revoked while the seal was drawn.
                if !certificate::use_cases::in_force(conn, stored.certificate, now).await? {
                    let state = CertificateState::Revoked;
                    return Err(CommitError::Refused(CertificateError::NotInForce(state).into()));
                }
                if store::insert(conn, stored).await? {
                    Ok(stored.id)
                } else {
                    Err(CommitError::Refused(SealError::Exists))
                }
            })
        })
        .await
}

/// A seal as somebody sees it.
pub struct SeenSeal {
    /// The seal.
    pub seal: StoredSeal,
    /// Whether its certificate is in force.
    pub certificate_in_force: bool,
    /// Whether the actor may set it now.
    pub usable: bool,
}

/// Looks at one seal with the actor's eyes; `None` where he may not see it: managers, operators and those who may use it do.
async fn seen(
    conn: &mut AnyConnection,
    actor: &Actor,
    seal: StoredSeal,
    contract: Option<ContractId>,
    now: i64,
) -> Result<Option<SeenSeal>, Failure> {
    let granted = granted(conn, actor, &seal, contract, now).await?;
    if !granted && manage(actor, seal.owner).is_err() && !actor.meets(&[Need::Operator]) {
        return Ok(None);
    }
    let certificate_in_force = certificate::use_cases::in_force(conn, seal.certificate, now).await?;
    let usable = granted && certificate_in_force && seal.state == SealState::Usable;
    Ok(Some(SeenSeal { seal, certificate_in_force, usable }))
}

async fn granted(
    conn: &mut AnyConnection,
    actor: &Actor,
    seal: &StoredSeal,
    contract: Option<ContractId>,
    now: i64,
) -> Result<bool, Failure> {
    let Ok((person, acting_for)) = acting_for(actor) else { return Ok(false) };
    let grants = match seal.owner {
        Owner::Organisation(_) => store::grants_to(conn, seal.id, person).await?,
        Owner::Person(_) => Vec::new(),
    };
    let grants: Vec<Grant> = grants.into_iter().map(|stored| stored.grant).collect();
    Ok(may_use(seal.owner, person, Some(acting_for), actor.roles(), &grants, contract, now))
}

/// The seals that the actor sees: acting for an organisation those of it that he may use or manages, acting for himself his own
/// (S3-056, S3-058).
///
/// # Errors
/// [`SealError::Forbidden`].
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<SeenSeal>, SealError> {
    let (_, owner) = acting_for(actor)?;
    let mut conn = app.db.read().await?;
    let now = app.now();
    let mut list = Vec::new();
    for seal in store::of_owner(&mut conn, owner).await? {
        list.extend(seen(&mut conn, actor, seal, None, now).await?);
    }
    Ok(list)
}

/// A seal, for those who may see it.
///
/// # Errors
/// [`SealError::NotFound`].
pub async fn show(app: &App, actor: &Actor, id: SealId) -> Result<SeenSeal, SealError> {
    let mut conn = app.db.read().await?;
    let seal = store::find(&mut conn, id).await?.ok_or(SealError::NotFound)?;
    seen(&mut conn, actor, seal, None, app.now()).await?.ok_or(SealError::NotFound)
}

/// The grants and the history of a seal, for who manages it and for operators; others get none.
///
/// # Errors
/// [`Failure`].
pub async fn particulars(
    app: &App,
    actor: &Actor,
    seal: &StoredSeal,
) -> Result<(Vec<StoredGrant>, Vec<Recorded>), Failure> {
    if manage(actor, seal.owner).is_err() && !actor.meets(&[Need::Operator]) {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut conn = app.db.read().await?;
    let grants = store::grants(&mut conn, seal.id).await?;
    let history = events::track(&mut conn, "seal", &seal.id.to_string()).await?;
    Ok((grants, history))
}

/// The drawing of a seal, for those who may see it.
///
/// # Errors
/// [`SealError::NotFound`].
pub async fn drawing(app: &App, actor: &Actor, id: SealId) -> Result<Drawing, SealError> {
    let seen = show(app, actor, id).await?;
    Ok(art::load(app, &seen.seal).await?.drawing.clone())
}

/// The width and height of a stored seal's picture, millimetres.
///
/// # Errors
/// [`Failure`].
pub async fn size_mm(app: &App, seal: &StoredSeal) -> Result<(f64, f64), Failure> {
    let art = art::load(app, seal).await?;
    Ok((art.drawing.width_mm, art.drawing.height_mm))
}

/// Lets a member use an organisation's seal (S3-060): on one contract or on all, for a time or without end.
///
/// # Errors
/// [`SealError`]: not found, not an administrator, a personal seal, cancelled, no member, an end in the past.
pub async fn grant(app: &App, actor: &Actor, id: SealId, grant: Grant) -> Result<SealGrantId, SealError> {
    let seal = show(app, actor, id).await?.seal;
    let permit = manage(actor, seal.owner)?;
    let Owner::Organisation(organisation) = seal.owner else { return Err(SealError::NotGrantable) };
    if seal.state == SealState::Cancelled {
        return Err(SealError::NotUsable { state: seal.state });
    }
    let now = app.now();
    if grant.expires_at.is_some_and(|end| end <= now) {
        return Err(SealError::Expiry);
    }
    if organisation::use_cases::roles_of(app, organisation, grant.person).await?.is_none() {
        return Err(SealError::NotMember);
    }
    let stored = StoredGrant { id: app.new_id(SealGrantId::new), seal: id, grant, created_at: now };
    let facts = json!({
        "grant": stored.id,
        "person": stored.grant.person,
        "contract": stored.grant.contract,
        "expires_at": stored.grant.expires_at,
    });
    let record = Record::of(Event::new("seal", id, "seal.granted", facts));
    app.db
        .commit(&permit, record, stored, |stored, conn| {
            Box::pin(async move {
                store::insert_grant(conn, stored).await?;
                Ok(stored.id)
            })
        })
        .await
}

/// Withdraws a grant.
///
/// # Errors
/// [`SealError`]: not found, not an administrator, no such grant.
pub async fn end_grant(app: &App, actor: &Actor, id: SealId, grant: SealGrantId) -> Result<(), SealError> {
    let seal = show(app, actor, id).await?.seal;
    let permit = manage(actor, seal.owner)?;
    let record = Record::of(Event::new("seal", id, "seal.grant_ended", json!({ "grant": grant })));
    let now = app.now();
    app.db
        .commit(&permit, record, (), move |(), conn| {
            Box::pin(async move {
                if store::end_grant(conn, id, grant, now).await? {
                    Ok(())
                } else {
                    Err(CommitError::Refused(SealError::NoGrant))
                }
            })
        })
        .await
}

/// Suspends, resumes or cancels a seal; all but resuming with a reason (rules 4.6).
///
/// # Errors
/// [`SealError`]: not found, not the manager, state, reason missing.
pub async fn change_state(app: &App, actor: &Actor, id: SealId, verb: SealVerb, reason: &str) -> Result<(), SealError> {
    let seal = show(app, actor, id).await?.seal;
    let permit = manage(actor, seal.owner)?;
    let state = seal.state.after(verb)?;
    let reason = reason.trim();
    if reason.is_empty() && verb != SealVerb::Resume {
        return Err(SealError::ReasonMissing);
    }
    let record = Record::of(Event::new("seal", id, verb.event(), json!({ "reason": reason })));
    app.db
        .commit(&permit, record, (), move |(), conn| {
            Box::pin(async move { Ok(store::set_state(conn, id, seal.version, state).await?) })
        })
        .await
}

/// The seals that end with a certificate, inside the commit that revokes it.
pub struct CancelledSeals {
    certificate: CertificateId,
}

/// Prepares to cancel the seals of a certificate: their events for the record, and what the commit applies.
///
/// # Errors
/// [`Failure`].
pub async fn cancelled_with(app: &App, certificate: CertificateId) -> Result<(CancelledSeals, Vec<Event>), Failure> {
    let seals = store::of_certificate(&mut *app.db.read().await?, certificate).await?;
    let event = |seal: StoredSeal| {
        let facts = json!({ "reason": "certificate_revoked", "certificate": certificate });
        Event::new("seal", seal.id, SealVerb::Cancel.event(), facts)
    };
    Ok((CancelledSeals { certificate }, seals.into_iter().map(event).collect()))
}

impl CancelledSeals {
    /// Cancels them.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn apply(&self, conn: &mut AnyConnection) -> Result<(), Failure> {
        store::cancel_of_certificate(conn, self.certificate).await
    }
}

/// A seal that the actor may set now, with all that setting it needs.
#[derive(Clone)]
pub struct UsableSeal {
    /// `seal_…`
    pub id: SealId,
    /// What it is for.
    pub seal_type: SealType,
    /// Its full name.
    pub name: String,
    /// Whose.
    pub owner: Owner,
    /// The certificate that signs with it.
    pub certificate: CertificateId,
    /// Structure and drawing.
    pub art: Arc<SealArt>,
}

impl UsableSeal {
    /// As the rules of placement know it.
    #[must_use]
    pub fn to_placement(&self) -> signing::UsableSeal {
        signing::UsableSeal {
            id: self.id,
            seal_type: self.seal_type,
            name: self.name.clone(),
            width_mm: self.art.drawing.width_mm,
            height_mm: self.art.drawing.height_mm,
        }
    }
}

async fn with_art(app: &App, seal: StoredSeal) -> Result<UsableSeal, Failure> {
    let art = art::load(app, &seal).await?;
    let StoredSeal { id, seal_type, name, owner, certificate, .. } = seal;
    Ok(UsableSeal { id, seal_type, name, owner, certificate, art })
}

/// A seal that the actor wants to set on a contract (S3-058).
///
/// # Errors
/// [`SealError::NotFound`] for seals of others, [`SealError::NotGranted`], [`SealError::NotUsable`].
pub async fn usable(
    app: &App,
    actor: &Actor,
    id: SealId,
    contract: Option<ContractId>,
) -> Result<UsableSeal, SealError> {
    let (person, acting_for) = acting_for(actor)?;
    let mut conn = app.db.read().await?;
    let seal = store::find(&mut conn, id).await?.ok_or(SealError::NotFound)?;
    if seal.owner != acting_for && seal.owner != Owner::Person(person) {
        return Err(SealError::NotFound);
    }
    let now = app.now();
    if !granted(&mut conn, actor, &seal, contract, now).await? {
        return Err(SealError::NotGranted);
    }
    let in_force = certificate::use_cases::in_force(&mut conn, seal.certificate, now).await?;
    drop(conn);
    if seal.state != SealState::Usable || !in_force {
        return Err(SealError::NotUsable { state: seal.state });
    }
    Ok(with_art(app, seal).await?)
}

/// Every seal that the actor may set on a contract now: those of the organisation he acts for, and his own name seal.
///
/// # Errors
/// [`SealError::Forbidden`].
pub async fn usable_seals(
    app: &App,
    actor: &Actor,
    contract: Option<ContractId>,
) -> Result<Vec<UsableSeal>, SealError> {
    let (person, owner) = acting_for(actor)?;
    let mut conn = app.db.read().await?;
    let mut found = store::of_owner(&mut conn, owner).await?;
    if owner != Owner::Person(person) {
        found.extend(store::of_owner(&mut conn, Owner::Person(person)).await?);
    }
    let now = app.now();
    let mut usable = Vec::new();
    for seal in found {
        usable.extend(seen(&mut conn, actor, seal, contract, now).await?.filter(|seen| seen.usable));
    }
    drop(conn);
    let mut seals = Vec::with_capacity(usable.len());
    for seen in usable {
        seals.push(with_art(app, seen.seal).await?);
    }
    Ok(seals)
}

/// Whether a seal is still usable with this certificate, inside the commit of what was sealed; the right to use it was checked before.
///
/// # Errors
/// [`Failure`].
pub async fn still_usable(
    conn: &mut AnyConnection,
    id: SealId,
    certificate: CertificateId,
    now: i64,
) -> Result<bool, Failure> {
    let usable = store::state(conn, id, certificate).await? == Some(SealState::Usable);
    Ok(usable && certificate::use_cases::in_force(conn, certificate, now).await?)
}

/// The rights to seals of a person that end before a moment; the caller has checked that it is the actor himself.
///
/// # Errors
/// [`Failure`].
pub async fn grants_ending_before(app: &App, person: PersonId, until: i64) -> Result<Vec<EndingGrant>, Failure> {
    store::ending_grants(&mut *app.db.read().await?, person, app.now(), until).await
}

/// Whether an owner could sign online: a certificate in force, and of these types a seal that such a certificate can set (S1-017).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// A certificate is in force.
    pub certificate: bool,
    /// A seal is usable.
    pub seal: bool,
}

/// Whether an owner could sign online now; tells nothing else of his certificates and seals.
///
/// # Errors
/// [`Failure`].
pub async fn readiness(app: &App, owner: Owner, types: &[SealType]) -> Result<Readiness, Failure> {
    let now = app.now();
    let mut conn = app.db.read().await?;
    let certificate = certificate::use_cases::owner_has_one_in_force(&mut conn, owner, now).await?;
    let mut seal = false;
    for one in store::of_owner(&mut conn, owner).await? {
        let fits = one.state == SealState::Usable && types.contains(&one.seal_type);
        seal |= fits && certificate::use_cases::in_force(&mut conn, one.certificate, now).await?;
    }
    Ok(Readiness { certificate, seal })
}

/// A seal by id, for other use cases; the caller has checked the right to it.
///
/// # Errors
/// [`Failure`], also when there is none.
pub async fn named(app: &App, id: SealId) -> Result<StoredSeal, Failure> {
    let found = store::find(&mut *app.db.read().await?, id).await?;
    found.ok_or_else(|| Failure::damaged("seals.id", format!("there is no seal {id}")))
}

/// The drawing of a seal by id, for other use cases; the caller has checked the right to it.
///
/// # Errors
/// [`Failure`], also when there is none.
pub async fn drawing_of(app: &App, id: SealId) -> Result<Drawing, Failure> {
    let seal = named(app, id).await?;
    Ok(art::load(app, &seal).await?.drawing.clone())
}
