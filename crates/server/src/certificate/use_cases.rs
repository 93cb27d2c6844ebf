//! What can be done with certificates of parties: apply, decide, look at, revoke. Passwords are in [`super::passwords`], signing in
//! [`super::signing`]; both are re-exported here, because other features call use cases.

use serde_json::json;
use sqlx::AnyConnection;
use yinxin_domain::certificate::{CertificateState, Owner, RevocationGround, Validity, check_certificate_password};
use yinxin_domain::ids::{CertificateApplicationId, CertificateId};
use yinxin_domain::organisation::{OrganisationState, Role};
use yinxin_pki::key::Signer as _;
use yinxin_pki::x509::{CertificateProfile, CertificateRequest, DistinguishedName, SerialNumber, issue};
use zeroize::Zeroizing;

use super::authorities::{Addresses, BACKDATED_MICROS, marked};
use super::errors::CertificateError;
use super::keys::{self, KeyPurpose, NewKey};
use super::{passwords, store};
use crate::actor::{Actor, Capacity, Forbidden, Need, Permit};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::{identity, organisation, seal};

pub use super::passwords::{Ticket, check_password, consume_ticket, ticket_counts};
pub use super::signing::{SigningMaterial, platform_material, roots, signing_material};
pub use super::store::{Application, Ending, StoredCertificate};

/// How long a party's certificate is valid: three years.
const LIFE_MICROS: i64 = 3 * 365 * 86_400 * 1_000_000;

/// For whom the actor applies and manages: the organisation whose administrator he is, or himself.
fn managed_owner(actor: &Actor) -> Result<(Permit, Owner), Forbidden> {
    match &actor.capacity {
        Capacity::Member { organisation, .. } => {
            let permit = actor.permit(&[Need::Role(*organisation, &[Role::Administrator])])?;
            Ok((permit, Owner::Organisation(*organisation)))
        }
        Capacity::Person(person) => Ok((actor.permit(&[Need::AnyPerson])?, Owner::Person(*person))),
        Capacity::Visitor => Err(Forbidden::NotSignedIn),
        Capacity::Operator(_) | Capacity::Client { .. } | Capacity::System(_) => Err(Forbidden::NotAllowed),
    }
}

/// As whom the actor looks: the organisation he acts for, or himself.
fn looking_owner(actor: &Actor) -> Result<Owner, Forbidden> {
    match &actor.capacity {
        Capacity::Member { organisation, .. } => Ok(Owner::Organisation(*organisation)),
        Capacity::Person(person) => Ok(Owner::Person(*person)),
        Capacity::Visitor => Err(Forbidden::NotSignedIn),
        Capacity::Operator(_) | Capacity::Client { .. } | Capacity::System(_) => Err(Forbidden::NotAllowed),
    }
}

/// What goes into the certificate of an owner; only what was verified (design, invariant 9). The resident identity number does not:
/// everybody reads certificates. A person's serialNumber is that of the account instead, which leads to it for who may know.
struct Subject {
    name: String,
    credit_code: Option<String>,
    number: Option<String>,
}

async fn subject(app: &App, owner: Owner) -> Result<Subject, CertificateError> {
    match owner {
        Owner::Organisation(id) => {
            let found = organisation::use_cases::find(app, id).await?;
            let verified = found.filter(|found| found.state == OrganisationState::Verified);
            let organisation = verified.ok_or(CertificateError::NotVerified)?;
            let credit_code = Some(organisation.uscc.as_str().to_owned());
            Ok(Subject { name: organisation.name, credit_code, number: None })
        }
        Owner::Person(id) => {
            let verified = identity::use_cases::find_verified(app, id).await?;
            let person = verified.ok_or(CertificateError::NotVerified)?;
            let name = person.name.as_str().to_owned();
            Ok(Subject { name, credit_code: None, number: Some(id.to_string()) })
        }
    }
}

/// The verified name of who owns a certificate or a seal.
///
/// # Errors
/// [`CertificateError::NotVerified`], or an obstacle.
pub async fn verified_name(app: &App, owner: Owner) -> Result<String, CertificateError> {
    Ok(subject(app, owner).await?.name)
}

/// Applies for a certificate, for the organisation whose administrator the actor is, or for himself. The password that will guard its key is
/// chosen now.
///
/// # Errors
/// [`CertificateError`]: not an administrator, not verified, password rule, pending, one in force.
pub async fn apply(
    app: &App,
    actor: &Actor,
    password: Zeroizing<String>,
) -> Result<CertificateApplicationId, CertificateError> {
    let (permit, owner) = managed_owner(actor)?;
    app.trust.hierarchies()?;
    check_certificate_password(&password)?;
    subject(app, owner).await?;
    check_room(app, owner).await?;
    let applicant = actor.person().ok_or(Forbidden::NotAllowed)?;
    let hash = identity::password::hash(app, password).await?;
    let application = Application {
        id: app.new_id(CertificateApplicationId::new),
        owner,
        applicant,
        state: "pending".to_owned(),
        reason: None,
        certificate: None,
        created_at: app.now(),
        decided_at: None,
    };
    let id = application.id;
    let facts = json!({ "owner": owner.to_string() });
    let record = Record::of(Event::new("certificate_application", id, "certificate_application.filed", facts));
    app.db
        .commit(&permit, record, (application, hash), |(application, hash), conn| {
            Box::pin(async move {
                if store::insert_application(conn, application, hash).await? {
                    Ok(application.id)
                } else {
                    Err(CommitError::Refused(CertificateError::Pending))
                }
            })
        })
        .await
}

/// Refuses where an owner has a certificate that leaves no room for another (S1-029).
async fn check_room(app: &App, owner: Owner) -> Result<(), CertificateError> {
    let certificates = store::of_owner(&mut *app.db.read().await?, owner).await?;
    let now = app.now();
    let room = certificates.iter().all(|certificate| certificate.validity.leaves_room_for_another(now));
    if room { Ok(()) } else { Err(CertificateError::OneInForce) }
}

/// The applications of the organisation acted for, or of the person himself.
///
/// # Errors
/// [`CertificateError::Forbidden`].
pub async fn applications(app: &App, actor: &Actor) -> Result<Vec<Application>, CertificateError> {
    let owner = looking_owner(actor)?;
    Ok(store::applications_of(&mut *app.db.read().await?, owner).await?)
}

/// Applications that wait for a decision, oldest first, with the names of their owners; for operators.
///
/// # Errors
/// [`CertificateError::Forbidden`].
pub async fn waiting_applications(
    app: &App,
    actor: &Actor,
    state: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(Application, Option<String>)>, CertificateError> {
    actor.permit(&[Need::Operator])?;
    let found = store::list_applications(&mut *app.db.read().await?, state, after, limit).await?;
    let mut applications = Vec::with_capacity(found.len());
    for application in found {
        let name = match subject(app, application.owner).await {
            Ok(subject) => Some(subject.name),
            Err(CertificateError::NotVerified) => None,
            Err(error) => return Err(error),
        };
        applications.push((application, name));
    }
    Ok(applications)
}

/// Accepts an application, which issues the certificate, or refuses it with a reason.
///
/// # Errors
/// [`CertificateError`]: not an operator, no application, decided already, reason missing, no longer verified, one in force.
pub async fn decide(
    app: &App,
    actor: &Actor,
    id: CertificateApplicationId,
    refusal: Option<String>,
) -> Result<Option<CertificateId>, CertificateError> {
    let permit = actor.permit(&[Need::Operator])?;
    let application = store::find_application(&mut *app.db.read().await?, id).await?;
    let application = application.ok_or(CertificateError::NoApplication)?;
    if application.state != "pending" {
        return Err(CertificateError::Decided);
    }
    match refusal {
        Some(reason) => refuse(app, &permit, id, reason).await.map(|()| None),
        None => accept(app, &permit, application).await.map(Some),
    }
}

async fn refuse(
    app: &App,
    permit: &Permit,
    id: CertificateApplicationId,
    reason: String,
) -> Result<(), CertificateError> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(CertificateError::ReasonMissing);
    }
    let now = app.now();
    let facts = json!({ "reason": reason });
    let record = Record::of(Event::new("certificate_application", id, "certificate_application.refused", facts));
    app.db
        .commit(permit, record, reason, move |reason, conn| {
            Box::pin(async move {
                match store::decide(conn, id, Some(reason), now).await? {
                    Some(_) => Ok(()),
                    None => Err(CommitError::Refused(CertificateError::Decided)),
                }
            })
        })
        .await
}

async fn accept(app: &App, permit: &Permit, application: Application) -> Result<CertificateId, CertificateError> {
    let subject = subject(app, application.owner).await?;
    check_room(app, application.owner).await?;
    let (id, owner) = (app.new_id(CertificateId::new), application.owner);
    let hierarchy = &app.trust.hierarchies()?.sm2;
    let issuer = hierarchy.ca.clone();
    let signer = keys::open(app, issuer.key).await?;
    let worker = app.clone();
    let (stored, key) = app
        .cpu(move || -> Result<(StoredCertificate, NewKey), Failure> {
            let key = keys::generate(&worker, KeyPurpose::Party, hierarchy_key(&issuer))?;
            let addresses = Addresses::of(&worker, &issuer.name);
            let not_before = worker.now() - BACKDATED_MICROS;
            let validity = Validity {
                not_before,
                not_after: (not_before + LIFE_MICROS).min(issuer.certificate.not_after()),
                revoked_at: None,
            };
            let request = CertificateRequest {
                profile: match owner {
                    Owner::Organisation(_) => CertificateProfile::OrganisationSigning,
                    Owner::Person(_) => CertificateProfile::PersonSigning,
                },
                subject: distinguished_name(&worker, &subject),
                unified_social_credit_code: subject.credit_code,
                public_key: key.handle(&worker).public_key().clone(),
                not_before,
                not_after: validity.not_after,
                serial: SerialNumber::generate(&mut worker.rng()),
                ocsp_url: Some(addresses.ocsp),
                crl_url: Some(addresses.crl),
                ca_issuers_url: Some(addresses.issuer),
            };
            let certificate = issue(&request, Some(&issuer.certificate), &signer)
                .map_err(|error| Failure::engine("certificate issue", error))?;
            let (key_id, issuer) = (key.id, issuer.name);
            let stored = StoredCertificate {
                id,
                owner,
                issuer,
                certificate,
                key: key_id,
                locked: false,
                validity,
                ground: None,
            };
            Ok((stored, key))
        })
        .await??;
    let facts = json!({
        "owner": owner.to_string(),
        "serial": hex::encode(stored.certificate.serial()),
        "sm3": hex::encode(stored.certificate.sm3_fingerprint().as_bytes()),
        "application": application.id,
    });
    let accepted = json!({ "certificate": id });
    let record = Record::of(Event::new("certificate", id, "certificate.issued", facts)).and(Event::new(
        "certificate_application",
        application.id,
        "certificate_application.accepted",
        accepted,
    ));
    let (now, application) = (app.now(), application.id);
    app.db
        .commit(permit, record, (stored, key), move |(stored, key), conn| {
            Box::pin(async move {
                let Some(password_hash) = store::decide(conn, application, None, now).await? else {
                    return Err(CommitError::Refused(CertificateError::Decided));
                };
                key.insert(conn, now).await?;
                store::insert_certificate(conn, stored, &password_hash, now).await?;
                store::set_outcome(conn, application, stored.id).await?;
                Ok(stored.id)
            })
        })
        .await
}

fn hierarchy_key(issuer: &super::Authority) -> yinxin_pki::key::KeyAlgorithm {
    issuer.certificate.public_key().algorithm()
}

fn distinguished_name(app: &App, subject: &Subject) -> DistinguishedName {
    let mut name = DistinguishedName::new("CN");
    if subject.credit_code.is_some() {
        name = name.organisation(&subject.name);
    }
    let name = marked(app, name).common_name(&subject.name);
    match &subject.number {
        Some(number) => name.serial_number(number),
        None => name,
    }
}

/// The certificates of the organisation acted for, or of the person himself, newest first.
///
/// # Errors
/// [`CertificateError::Forbidden`].
pub async fn list(app: &App, actor: &Actor) -> Result<Vec<StoredCertificate>, CertificateError> {
    let owner = looking_owner(actor)?;
    Ok(store::of_owner(&mut *app.db.read().await?, owner).await?)
}

/// A certificate, for its owner and operators.
///
/// # Errors
/// [`CertificateError::NotFound`] also when the actor may not see it.
pub async fn show(app: &App, actor: &Actor, id: CertificateId) -> Result<StoredCertificate, CertificateError> {
    let stored = store::find(&mut *app.db.read().await?, id).await?.ok_or(CertificateError::NotFound)?;
    let need = match stored.owner {
        Owner::Organisation(organisation) => Need::Member(organisation),
        Owner::Person(person) => Need::Person(person),
    };
    actor.permit(&[need, Need::Operator]).map_err(|_| CertificateError::NotFound)?;
    Ok(stored)
}

/// A certificate by id, for other use cases; the caller has checked the right to it.
///
/// # Errors
/// [`CertificateError::NotFound`], or an obstacle.
pub async fn find(app: &App, id: CertificateId) -> Result<StoredCertificate, CertificateError> {
    store::find(&mut *app.db.read().await?, id).await?.ok_or(CertificateError::NotFound)
}

/// The certificate of an owner that ends before a moment, if no other of his is in force longer; the caller has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn ending_before(app: &App, owner: Owner, until: i64) -> Result<Option<Ending>, Failure> {
    store::ending(&mut *app.db.read().await?, owner, app.now(), until).await
}

/// Whether an owner has a certificate in force. For choosing how a contract is sealed (S1-017); it tells nothing else.
///
/// # Errors
/// [`Failure`].
pub async fn owner_has_one_in_force(conn: &mut AnyConnection, owner: Owner, now: i64) -> Result<bool, Failure> {
    let owned = store::of_owner(conn, owner).await?;
    Ok(owned.iter().any(|certificate| certificate.validity.state(now) == CertificateState::InForce))
}

/// Whether a certificate is in force, inside another feature's commit.
///
/// # Errors
/// [`Failure`].
pub async fn in_force(conn: &mut AnyConnection, id: CertificateId, now: i64) -> Result<bool, Failure> {
    let validity = store::validity(conn, id).await?;
    Ok(validity.is_some_and(|validity| validity.state(now) == CertificateState::InForce))
}

/// Revokes a certificate for ever (S4-028): its owner with the password, or an operator without. Its seals are cancelled with it, and status
/// answers and lists say so at once. What was signed before keeps its timestamp and stays valid.
///
/// # Errors
/// [`CertificateError`]: not found, not the manager, wrong password, locked, not in force.
pub async fn revoke(
    app: &App,
    actor: &Actor,
    id: CertificateId,
    ground: RevocationGround,
    password: Option<Zeroizing<String>>,
) -> Result<(), CertificateError> {
    let (permit, stored, _turn) = if let Ok(permit) = actor.permit(&[Need::Operator]) {
        let stored = find(app, id).await?;
        let state = stored.validity.state(app.now());
        if state == CertificateState::Revoked {
            return Err(CertificateError::NotInForce(state));
        }
        (permit, stored, None)
    } else {
        let (permit, stored) = passwords::managed_by(app, actor, id).await?;
        let turn = passwords::guard(app, &permit, &stored, password.unwrap_or_default()).await?;
        (permit, stored, Some(turn))
    };
    let facts = json!({ "ground": ground, "serial": hex::encode(stored.certificate.serial()) });
    let (seals, events) = seal::use_cases::cancelled_with(app, id).await?;
    let record = Record::of(Event::new("certificate", id, "certificate.revoked", facts)).with(events, []);
    let now = app.now();
    app.db
        .commit(&permit, record, seals, move |seals, conn| {
            Box::pin(async move {
                if !store::revoke(conn, id, ground, now).await? {
                    let revoked = CertificateError::NotInForce(CertificateState::Revoked);
                    return Err(CommitError::Refused(revoked));
                }
                store::forget_tries(conn, id).await?;
                Ok(seals.apply(conn).await?)
            })
        })
        .await?;
    app.trust.keys.forget(stored.key);
    app.trust.evidence.forget(&stored.certificate);
    Ok(())
}

/// How many applications for certificates wait for a decision; for the operator's overview, which has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn count_applications(app: &App) -> Result<i64, Failure> {
    store::count_applications(&mut *app.db.read().await?).await
}
