//! Certificate passwords (S4-028 and design, section 6): checking one gives a ticket for one signing intent; five wrong ones lock.
//!
//! A try is counted before it is checked, and tries at one certificate take turns, so that many guesses at once are no more than five.
//! Only who gives the right password, or resets it with a code sent to his phone, sets the count back.

use rand_core::Rng as _;
use serde_json::json;
use sm3::{Digest as _, Sm3};
use sqlx::AnyConnection;
use yinxin_domain::certificate::{
    CertificateState, Owner, TICKET_LIFE_MICROS, WRONG_PASSWORDS, check_certificate_password,
};
use yinxin_domain::ids::CertificateId;
use yinxin_domain::organisation::Role;
use zeroize::Zeroizing;

use super::errors::CertificateError;
use super::store::{self, StoredCertificate};
use crate::actor::{Actor, Forbidden, Need, Permit};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::identity;
use crate::identity::challenge::{self, Purpose};

/// Proof that the password of a certificate was given for one subject.
pub struct Ticket {
    /// 64 hex digits; only their digest is stored.
    pub text: Zeroizing<String>,
    /// Microseconds UTC.
    pub expires_at: i64,
}

fn digest(ticket: &str) -> String {
    hex::encode(Sm3::digest(ticket.as_bytes()))
}

/// A certificate and the permit to use it: an organisation's for its members, a person's for that person in any capacity.
async fn usable_by(
    app: &App,
    actor: &Actor,
    id: CertificateId,
) -> Result<(Permit, StoredCertificate), CertificateError> {
    let stored = store::find(&mut *app.db.read().await?, id).await?.ok_or(CertificateError::NotFound)?;
    let permit = match stored.owner {
        Owner::Organisation(organisation) => actor.permit(&[Need::Member(organisation)]),
        Owner::Person(person) if actor.person() == Some(person) => actor.permit(&[Need::SignedIn]),
        Owner::Person(_) => Err(Forbidden::NotAllowed),
    };
    Ok((permit.map_err(|_| CertificateError::NotFound)?, stored))
}

/// A certificate and the permit to manage it: an organisation's for its administrators, a person's for himself.
pub(super) async fn managed_by(
    app: &App,
    actor: &Actor,
    id: CertificateId,
) -> Result<(Permit, StoredCertificate), CertificateError> {
    let (_, stored) = usable_by(app, actor, id).await?;
    let permit = match stored.owner {
        Owner::Organisation(organisation) => actor.permit(&[Need::Role(organisation, &[Role::Administrator])])?,
        Owner::Person(person) => actor.permit(&[Need::Person(person)])?,
    };
    Ok((permit, stored))
}

/// Checks a password; while what it returns lives, no other try at this certificate is checked. The caller's commit sets the count back
/// ([`store::forget_tries`] or [`store::set_password`]).
pub(super) async fn guard<'a>(
    app: &'a App,
    permit: &Permit,
    stored: &StoredCertificate,
    password: Zeroizing<String>,
) -> Result<tokio::sync::MutexGuard<'a, ()>, CertificateError> {
    let state = stored.validity.state(app.now());
    if state != CertificateState::InForce {
        return Err(CertificateError::NotInForce(state));
    }
    let turn = app.trust.turns.take(stored.id).await;
    let id = stored.id;
    let counted = app
        .db
        .bookkeep_one((), move |(), conn| {
            Box::pin(async move { Ok(store::count_try(conn, id, WRONG_PASSWORDS).await?) })
        })
        .await?;
    let Some(tries) = counted else { return Err(CertificateError::Locked) };
    let hash = store::password_hash(&mut *app.db.read().await?, id).await?;
    if identity::password::fits(app, password, hash).await? {
        return Ok(turn);
    }
    let left = WRONG_PASSWORDS - tries;
    let event = |kind, facts| Event::new("certificate", id, kind, facts);
    let mut record = Record::of(event("certificate.password_wrong", json!({ "tries_left": left })));
    if left <= 0 {
        record = record.and(event("certificate.locked", json!({})));
    }
    app.db.commit(permit, record, (), |(), _| Box::pin(async { Ok::<_, CommitError<Failure>>(()) })).await?;
    Err(if left <= 0 { CertificateError::Locked } else { CertificateError::WrongPassword { left } })
}

/// Checks the password of a certificate for a subject, such as a signing intent, and gives a ticket that [`consume_ticket`] takes.
///
/// # Errors
/// [`CertificateError::NotFound`] also when the actor may not use it; [`CertificateError::NotInForce`],
/// [`CertificateError::WrongPassword`], [`CertificateError::Locked`].
pub async fn check_password(
    app: &App,
    actor: &Actor,
    certificate: CertificateId,
    password: Zeroizing<String>,
    subject: &str,
) -> Result<Ticket, CertificateError> {
    let (permit, stored) = usable_by(app, actor, certificate).await?;
    let _turn = guard(app, &permit, &stored, password).await?;
    let mut bytes = Zeroizing::new([0u8; 32]);
    app.rng().fill_bytes(bytes.as_mut_slice());
    let text = Zeroizing::new(hex::encode(bytes.as_slice()));
    let expires_at = app.now() + TICKET_LIFE_MICROS;
    let record = Record::of(Event::new(
        "certificate",
        certificate,
        "certificate.password_checked",
        json!({ "subject": subject }),
    ));
    app.db
        .commit(&permit, record, (digest(&text), subject.to_owned()), move |(digest, subject), conn| {
            Box::pin(async move {
                store::forget_tries(conn, certificate).await?;
                store::insert_ticket(conn, digest, certificate, subject, expires_at).await?;
                Ok::<_, CommitError<Failure>>(())
            })
        })
        .await?;
    Ok(Ticket { text, expires_at })
}

/// Whether a ticket counts, without using it up: to be asked before expensive work.
///
/// # Errors
/// [`CertificateError::TicketInvalid`].
pub async fn ticket_counts(
    app: &App,
    ticket: &str,
    certificate: CertificateId,
    subject: &str,
) -> Result<(), CertificateError> {
    let mut conn = app.db.read().await?;
    if store::ticket_counts(&mut conn, &digest(ticket), certificate, subject, app.now()).await? {
        Ok(())
    } else {
        Err(CertificateError::TicketInvalid)
    }
}

/// Uses a ticket up, inside the commit of what was signed; also looks once more whether the certificate is in force.
///
/// # Errors
/// [`CertificateError::TicketInvalid`] or [`CertificateError::NotInForce`] as a refusal.
pub async fn consume_ticket<E: From<CertificateError>>(
    conn: &mut AnyConnection,
    ticket: &str,
    certificate: CertificateId,
    subject: &str,
    now: i64,
) -> Result<(), CommitError<E>> {
    let refused = |error: CertificateError| Err(CommitError::Refused(error.into()));
    if !store::use_ticket(conn, &digest(ticket), certificate, subject, now).await? {
        return refused(CertificateError::TicketInvalid);
    }
    match store::validity(conn, certificate).await?.map(|validity| validity.state(now)) {
        Some(CertificateState::InForce) => Ok(()),
        Some(state) => refused(CertificateError::NotInForce(state)),
        None => refused(CertificateError::NotFound),
    }
}

/// The ticket that stands for another at one of the subjects to which it was handed on.
pub fn derived(ticket: &str, subject: &str) -> Zeroizing<String> {
    let parts = ["yinxin.ticket/1", subject, ticket];
    let digest = parts.iter().fold(Sm3::new(), |hash, part| hash.chain_update(part.as_bytes()).chain_update([0]));
    Zeroizing::new(hex::encode(digest.finalize()))
}

/// Uses a ticket up, inside the commit of what it allows, and puts one for each of `to` in its place: [`derived`] tells their text.
///
/// # Errors
/// As [`consume_ticket`].
pub async fn hand_on<E: From<CertificateError>>(
    conn: &mut AnyConnection,
    ticket: &str,
    certificate: CertificateId,
    from: &str,
    to: &[String],
    now: i64,
) -> Result<(), CommitError<E>> {
    consume_ticket(conn, ticket, certificate, from, now).await?;
    for subject in to {
        let next = digest(&derived(ticket, subject));
        store::insert_ticket(conn, &next, certificate, subject, now + TICKET_LIFE_MICROS).await?;
    }
    Ok(())
}

/// Replaces the password of a certificate by who knows the old one.
///
/// # Errors
/// As [`check_password`], and [`CertificateError::Password`].
pub async fn change(
    app: &App,
    actor: &Actor,
    certificate: CertificateId,
    old: Zeroizing<String>,
    new: Zeroizing<String>,
) -> Result<(), CertificateError> {
    let (permit, stored) = managed_by(app, actor, certificate).await?;
    check_certificate_password(&new)?;
    let _turn = guard(app, &permit, &stored, old).await?;
    let hash = identity::password::hash(app, new).await?;
    let record = Record::of(Event::new("certificate", certificate, "certificate.password_changed", json!({})));
    app.db
        .commit(&permit, record, hash, move |hash, conn| {
            Box::pin(async move { Ok(store::set_password(conn, certificate, hash).await?) })
        })
        .await
}

/// Replaces a forgotten password with a code that was sent to the actor's phone, and unlocks.
///
/// # Errors
/// [`CertificateError::Challenge`], [`CertificateError::Password`], [`CertificateError::NotFound`], [`CertificateError::Forbidden`].
pub async fn reset(
    app: &App,
    actor: &Actor,
    certificate: CertificateId,
    sms_code: &str,
    new: Zeroizing<String>,
) -> Result<(), CertificateError> {
    let (permit, _) = managed_by(app, actor, certificate).await?;
    check_certificate_password(&new)?;
    let person = actor.person().ok_or(Forbidden::NotAllowed)?;
    let person = identity::use_cases::find_person(app, person).await?.ok_or(Forbidden::NotAllowed)?;
    let passed = challenge::check(app, &person.phone, Purpose::ResetCertificatePassword, "", sms_code).await?;
    let hash = identity::password::hash(app, new).await?;
    let now = app.now();
    let record = Record::of(Event::new("certificate", certificate, "certificate.password_reset", json!({})));
    app.db
        .commit(&permit, record, (passed, hash), move |(passed, hash), conn| {
            Box::pin(async move {
                passed.consume::<CertificateError>(conn, now).await?;
                Ok(store::set_password(conn, certificate, hash).await?)
            })
        })
        .await
}
