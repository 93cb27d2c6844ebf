//! What can be done with accounts: register, log in and out, reset the password, claim a real name, decide on it.

use serde_json::json;
use sm3::{Digest as _, Sm3};
use subtle::ConstantTimeEq as _;
use yinxin_domain::calendar::Date;
use yinxin_domain::identifiers::{PhoneNumber, ResidentId};
use yinxin_domain::identity::{Gate, LockoutPolicy, RealName, Verified, check_password};
use yinxin_domain::ids::{CaptchaId, PersonId, RealNameClaimId};
use zeroize::Zeroizing;

use super::challenge::{self, Purpose};
use super::errors::IdentityError;
use super::password;
use super::sessions::{NewSession, Session};
use super::store::{self, Claim};
pub use super::store::{Person, SamplePerson};
use crate::actor::{Actor, Need};
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;

/// Sends a code for a purpose other than signing. For a phone without account it does nothing, and says nothing of it,
/// unless the purpose is registration.
///
/// # Errors
/// [`IdentityError::Phone`], [`super::errors::ChallengeError::TooSoon`].
pub async fn send_code(app: &App, actor: &Actor, phone: &str, purpose: Purpose) -> Result<(), IdentityError> {
    let permit = actor.permit(&[Need::Anybody])?;
    let phone = PhoneNumber::parse(phone).map_err(|_| IdentityError::Phone)?;
    let known = store::find_person_by_phone(&mut *app.db.read().await?, &phone).await?.is_some();
    if known || purpose == Purpose::Register {
        challenge::issue(app, &permit, &phone, purpose, "").await?;
    }
    Ok(())
}

/// Opens an account for who holds the phone (S3-009 to S3-014).
///
/// # Errors
/// [`IdentityError`]: phone, password, agreements, code, or an account that exists.
pub async fn register(
    app: &App,
    actor: &Actor,
    phone: &str,
    password: Zeroizing<String>,
    sms_code: &str,
    agreed: bool,
) -> Result<PersonId, IdentityError> {
    let permit = actor.permit(&[Need::Anybody])?;
    let phone = PhoneNumber::parse(phone).map_err(|_| IdentityError::Phone)?;
    check_password(&password)?;
    if !agreed {
        return Err(IdentityError::NotAgreed);
    }
    let passed = challenge::check(app, &phone, Purpose::Register, "", sms_code).await?;
    let hash = password::hash(app, password).await?;
    let (id, now) = (app.new_id(PersonId::new), app.now());
    let record = Record::of(Event::new("person", id, "person.registered", json!({})));
    app.db
        .commit(&permit, record, (passed, phone, hash), move |(passed, phone, hash), conn| {
            Box::pin(async move {
                passed.consume::<IdentityError>(conn, now).await?;
                if store::insert_person(conn, id, phone, hash, false, now).await? {
                    Ok(id)
                } else {
                    Err(CommitError::Refused(IdentityError::AccountExists))
                }
            })
        })
        .await
}

/// How somebody proves who he is.
pub enum Credential {
    /// The account's password, with a captcha's answer when one is asked for.
    Password {
        /// The password.
        password: Zeroizing<String>,
        /// Captcha and answer.
        captcha: Option<(CaptchaId, String)>,
    },
    /// A code sent to the phone (S3-018).
    SmsCode(String),
}

/// A session just opened.
pub struct Login {
    /// Goes into the cookie and nowhere else.
    pub token: Zeroizing<String>,
    /// Must come back in `X-CSRF-Token`.
    pub csrf_token: String,
    /// Who.
    pub person: Person,
}

/// Logs in. An unknown account costs and answers as a wrong password does; after several failures a captcha is asked for,
/// after more the account is locked for a while. Parallel tries are counted before the password is looked at.
///
/// # Errors
/// [`IdentityError`]: `WrongLogin`, `CaptchaRequired`, `CaptchaWrong`, `Locked`, or the code.
pub async fn log_in(app: &App, actor: &Actor, phone: &str, credential: Credential) -> Result<Login, IdentityError> {
    let permit = actor.permit(&[Need::Anybody])?;
    let phone = PhoneNumber::parse(phone).map_err(|_| IdentityError::Phone)?;
    let passed = match credential {
        Credential::SmsCode(code) => Some(challenge::check(app, &phone, Purpose::Login, "", &code).await?),
        Credential::Password { password, captcha } => {
            count_try(app, &phone, captcha).await?;
            let stored = store::find_person_by_phone(&mut *app.db.read().await?, &phone).await?;
            let hash = stored.as_ref().map(|person| person.password_hash.clone());
            if !password::fits(app, password, hash).await? {
                // The number itself is personal data of perhaps nobody's account: the record names its digest.
                let (kind, id) = match &stored {
                    Some(person) => ("person", person.id.to_string()),
                    None => ("unknown_account", hex::encode(Sm3::digest(phone.as_str()))),
                };
                let record = Record::of(Event::new(kind, id, "person.login_failed", json!({})));
                return app
                    .db
                    .commit(&permit, record, (), |(), _| Box::pin(async { Ok(()) }))
                    .await
                    .and(Err(IdentityError::WrongLogin));
            }
            None
        }
    };
    let person =
        store::find_person_by_phone(&mut *app.db.read().await?, &phone).await?.ok_or(IdentityError::WrongLogin)?;
    let session = NewSession::new(app);
    let (token, csrf_token, now) = (session.token.clone(), session.csrf_token.clone(), app.now());
    let record = Record::of(Event::new("person", person.id, "person.logged_in", json!({ "session": session.id })));
    let id = person.id;
    app.db
        .commit(&permit, record, (session, phone, passed), move |(session, phone, passed), conn| {
            Box::pin(async move {
                if let Some(passed) = passed {
                    passed.consume::<IdentityError>(conn, now).await?;
                }
                store::forget_failures(conn, phone).await?;
                store::insert_session(conn, session, id).await?;
                Ok::<(), CommitError<IdentityError>>(())
            })
        })
        .await?;
    Ok(Login { token, csrf_token, person })
}

/// Lets a password be tried, and counts the try as failed already; a success forgets it.
async fn count_try(app: &App, phone: &PhoneNumber, captcha: Option<(CaptchaId, String)>) -> Result<(), IdentityError> {
    let identity = &app.config.identity;
    let policy = LockoutPolicy {
        captcha_after: identity.captcha_after,
        lock_after: identity.lock_after,
        lock_micros: identity.lock_minutes * 60_000_000,
    };
    let now = app.now();
    let data = (phone.clone(), captcha, policy);
    let gate = app
        .db
        .bookkeep(data, move |(phone, captcha, policy), conn| {
            Box::pin(async move {
                let failures = store::lock_failures(conn, phone).await?;
                let gate = policy.gate(failures, now);
                let answered = match (gate, captcha) {
                    (Gate::Locked { .. }, _) => return Ok(Tried::Gate(gate)),
                    (Gate::Open, _) => true,
                    (Gate::Captcha, None) => return Ok(Tried::Gate(gate)),
                    (Gate::Captcha, Some((id, given))) => {
                        let answer = store::take_captcha(conn, *id, now).await?;
                        answer.is_some_and(|answer| bool::from(answer.as_bytes().ct_eq(given.trim().as_bytes())))
                    }
                };
                if !answered {
                    return Ok(Tried::WrongCaptcha);
                }
                store::set_failures(conn, phone, policy.after_failure(failures, now)).await?;
                Ok(Tried::Counted)
            })
        })
        .await?;
    match gate {
        Tried::Counted => Ok(()),
        Tried::WrongCaptcha => Err(IdentityError::CaptchaWrong),
        Tried::Gate(Gate::Locked { until }) => Err(IdentityError::Locked { seconds: (until - now) / 1_000_000 }),
        Tried::Gate(Gate::Captcha | Gate::Open) => Err(IdentityError::CaptchaRequired),
    }
}

enum Tried {
    Counted,
    WrongCaptcha,
    Gate(Gate),
}

/// Ends a session.
///
/// # Errors
/// [`Failure`].
pub async fn log_out(app: &App, actor: &Actor, session: &Session) -> Result<(), IdentityError> {
    let permit = actor.permit(&[Need::Person(session.person)])?;
    let record =
        Record::of(Event::new("person", session.person, "person.logged_out", json!({ "session": session.id })));
    app.db
        .commit(&permit, record, (session.id, app.now()), |(id, now), conn| {
            Box::pin(async move { Ok(store::end_session(conn, *id, *now).await?) })
        })
        .await
}

/// Sets a new password for who holds the phone, and ends all sessions of the account (S3-024, S3-025).
///
/// # Errors
/// [`IdentityError`]: phone, password, code.
pub async fn reset_password(
    app: &App,
    actor: &Actor,
    phone: &str,
    new_password: Zeroizing<String>,
    sms_code: &str,
) -> Result<(), IdentityError> {
    let permit = actor.permit(&[Need::Anybody])?;
    let phone = PhoneNumber::parse(phone).map_err(|_| IdentityError::Phone)?;
    check_password(&new_password)?;
    let passed = challenge::check(app, &phone, Purpose::ResetPassword, "", sms_code).await?;
    let person =
        store::find_person_by_phone(&mut *app.db.read().await?, &phone).await?.ok_or(IdentityError::WrongLogin)?;
    let hash = password::hash(app, new_password).await?;
    let (id, now) = (person.id, app.now());
    let record = Record::of(Event::new("person", id, "person.password_reset", json!({})));
    app.db
        .commit(&permit, record, (passed, hash, phone), move |(passed, hash, phone), conn| {
            Box::pin(async move {
                passed.consume::<IdentityError>(conn, now).await?;
                store::set_password(conn, id, hash).await?;
                store::forget_failures(conn, phone).await?;
                Ok(store::end_sessions(conn, id, now).await?)
            })
        })
        .await
}

/// An account, for the person himself or for use cases that need his name or phone. The caller has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn find_person(app: &App, id: PersonId) -> Result<Option<Person>, Failure> {
    store::find_person(&mut *app.db.read().await?, id).await
}

/// The account of a phone number, for use cases that name persons by phone.
///
/// # Errors
/// [`Failure`].
pub async fn find_person_by_phone(app: &App, phone: &PhoneNumber) -> Result<Option<Person>, Failure> {
    store::find_person_by_phone(&mut *app.db.read().await?, phone).await
}

/// Who runs the platform: whom to tell of what only a human can settle.
///
/// # Errors
/// [`Failure`].
pub async fn operators(app: &App) -> Result<Vec<PersonId>, Failure> {
    store::operators(&mut *app.db.read().await?).await
}

/// A person whose real name was verified.
pub struct VerifiedPerson {
    /// Who.
    pub id: PersonId,
    /// The verified name.
    pub name: RealName<Verified>,
    /// The verified resident identity number.
    pub resident_id: ResidentId,
    /// Where codes go.
    pub phone: PhoneNumber,
}

/// The verified name and number of a person, if verified: what a certificate needs (design, invariant 9).
///
/// # Errors
/// [`Failure`].
pub async fn find_verified(app: &App, id: PersonId) -> Result<Option<VerifiedPerson>, Failure> {
    let Some(person) = find_person(app, id).await? else { return Ok(None) };
    let (Some(name), Some(wrapped)) = (&person.name, &person.resident_id) else { return Ok(None) };
    let name = RealName::claim(name).map_err(|error| Failure::damaged("persons.name", error))?.verified();
    let resident_id = unwrap_resident_id(app, &person_purpose(id), wrapped)?;
    Ok(Some(VerifiedPerson { id, name, resident_id, phone: person.phone }))
}

/// Claims a real name (S3-032, S3-033); an operator decides.
///
/// # Errors
/// [`IdentityError`]: name, number, verified already, or a claim waiting.
pub async fn claim_real_name(
    app: &App,
    actor: &Actor,
    name: &str,
    resident_id: &str,
) -> Result<RealNameClaimId, IdentityError> {
    let permit = actor.permit(&[Need::AnyPerson])?;
    let person = actor.person().ok_or(crate::actor::Forbidden::NotAllowed)?;
    let name = RealName::claim(name)?;
    let now = app.now();
    let resident_id = ResidentId::parse(resident_id.trim(), Date::at(now)).map_err(|_| IdentityError::ResidentId)?;
    if find_person(app, person).await?.is_some_and(|person| person.name.is_some()) {
        return Err(IdentityError::AlreadyVerified);
    }
    let id = app.new_id(RealNameClaimId::new);
    let claim = Claim {
        id,
        person,
        name: name.as_str().to_owned(),
        resident_id: wrap_resident_id(app, &claim_purpose(id), &resident_id)?,
        state: "pending".to_owned(),
        created_at: now,
    };
    let record = Record::of(Event::new("person", person, "person.name_claimed", json!({ "claim": id })));
    app.db
        .commit(&permit, record, claim, |claim, conn| {
            Box::pin(async move {
                if store::insert_claim(conn, claim).await? {
                    Ok(claim.id)
                } else {
                    Err(CommitError::Refused(IdentityError::ClaimPending))
                }
            })
        })
        .await
}

/// A waiting claim as the operator sees it.
pub struct WaitingClaim {
    /// The claim.
    pub claim: Claim,
    /// 1***************0019.
    pub resident_id_masked: String,
    /// 134****6577.
    pub phone_masked: String,
}

/// Claims that wait for a decision, oldest first, after an id.
///
/// # Errors
/// [`IdentityError::Forbidden`].
pub async fn waiting_claims(
    app: &App,
    actor: &Actor,
    after: &str,
    limit: i64,
) -> Result<Vec<WaitingClaim>, IdentityError> {
    actor.permit(&[Need::Operator])?;
    let mut conn = app.db.read().await?;
    let mut waiting = Vec::new();
    for claim in store::list_claims(&mut conn, "pending", after, limit).await? {
        let resident_id_masked = unwrap_resident_id(app, &claim_purpose(claim.id), &claim.resident_id)?.masked();
        let phone_masked =
            store::find_person(&mut conn, claim.person).await?.map(|p| p.phone.masked()).unwrap_or_default();
        waiting.push(WaitingClaim { claim, resident_id_masked, phone_masked });
    }
    Ok(waiting)
}

/// Accepts a claim (the name becomes verified) or refuses it with a reason.
///
/// # Errors
/// [`IdentityError`]: not an operator, no such claim waiting, reason missing.
pub async fn decide_claim(
    app: &App,
    actor: &Actor,
    id: RealNameClaimId,
    accept: bool,
    reason: Option<String>,
) -> Result<(), IdentityError> {
    let permit = actor.permit(&[Need::Operator])?;
    let claim = store::find_claim(&mut *app.db.read().await?, id).await?.ok_or(IdentityError::NoClaim)?;
    let reason = reason.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if !accept && reason.is_none() {
        return Err(IdentityError::ReasonMissing);
    }
    let resident_id = unwrap_resident_id(app, &claim_purpose(id), &claim.resident_id)?;
    let rewrapped = wrap_resident_id(app, &person_purpose(claim.person), &resident_id)?;
    let kind = if accept { "person.name_verified" } else { "person.name_refused" };
    let record = Record::of(Event::new("person", claim.person, kind, json!({ "claim": id, "reason": reason })));
    let now = app.now();
    app.db
        .commit(&permit, record, (claim, rewrapped, reason), move |(claim, rewrapped, reason), conn| {
            Box::pin(async move {
                let state = if accept { "accepted" } else { "refused" };
                if !store::decide_claim(conn, id, state, reason.as_deref(), now).await? {
                    return Err(CommitError::Refused(IdentityError::NoClaim));
                }
                if accept {
                    store::set_verified(conn, claim.person, &claim.name, rewrapped, now).await?;
                }
                Ok(())
            })
        })
        .await
}

/// What the sandbox would have sent to a phone number, or the answer of a captcha by its id: (text, microseconds UTC), newest first.
///
/// # Errors
/// [`IdentityError::Forbidden`] outside the sandbox.
pub async fn sandbox_messages(app: &App, actor: &Actor, recipient: &str) -> Result<Vec<(String, i64)>, IdentityError> {
    actor.permit(&[Need::Anybody])?;
    in_sandbox(app)?;
    Ok(store::sandbox_messages(&mut *app.db.read().await?, recipient).await?)
}

/// What the sandbox would have sent to anybody: (recipient, text, microseconds UTC), newest first.
///
/// # Errors
/// [`IdentityError::Forbidden`] outside the sandbox.
pub async fn sandbox_inbox(app: &App, actor: &Actor) -> Result<Vec<(String, String, i64)>, IdentityError> {
    actor.permit(&[Need::Anybody])?;
    in_sandbox(app)?;
    Ok(store::all_sandbox_messages(&mut *app.db.read().await?).await?)
}

/// The sample people of a demonstration, so that whoever looks can log in as them.
///
/// # Errors
/// [`IdentityError::Forbidden`] outside the sandbox.
pub async fn sample_people(app: &App, actor: &Actor) -> Result<Vec<SamplePerson>, IdentityError> {
    actor.permit(&[Need::Anybody])?;
    in_sandbox(app)?;
    Ok(store::sample_people(&mut *app.db.read().await?).await?)
}

/// Marks accounts as the sample people of a demonstration, in place of those marked before; by an operator.
///
/// # Errors
/// [`IdentityError::Forbidden`] also outside the sandbox.
pub async fn mark_sample_people(app: &App, actor: &Actor, people: Vec<SamplePerson>) -> Result<(), IdentityError> {
    let permit = actor.permit(&[Need::Operator])?;
    in_sandbox(app)?;
    let record = Record::of(Event::new("sandbox", "people", "sandbox.people_marked", json!({ "count": people.len() })));
    app.db
        .commit(&permit, record, people, |people, conn| {
            Box::pin(async move { Ok(store::put_sample_people(conn, people).await?) })
        })
        .await
}

fn in_sandbox(app: &App) -> Result<(), IdentityError> {
    if app.config.is_sandbox() { Ok(()) } else { Err(crate::actor::Forbidden::NotAllowed.into()) }
}

/// How many claims to real names wait for a decision; for the operator's overview, which has checked the right to it.
///
/// # Errors
/// [`Failure`].
pub async fn count_claims(app: &App) -> Result<i64, Failure> {
    store::count_claims(&mut *app.db.read().await?).await
}

fn claim_purpose(id: RealNameClaimId) -> String {
    format!("claim/{id}/resident_id")
}

fn person_purpose(id: PersonId) -> String {
    format!("person/{id}/resident_id")
}

fn wrap_resident_id(app: &App, purpose: &str, resident_id: &ResidentId) -> Result<String, Failure> {
    Ok(hex::encode(app.kek.wrap(&mut app.rng(), purpose, resident_id.as_str().as_bytes())?))
}

fn unwrap_resident_id(app: &App, purpose: &str, wrapped: &str) -> Result<ResidentId, Failure> {
    let wrapped = hex::decode(wrapped).map_err(|error| Failure::damaged("resident_id", error))?;
    let text = app.kek.unwrap(purpose, &wrapped)?;
    let text = std::str::from_utf8(&text).map_err(|error| Failure::damaged("resident_id", error))?;
    ResidentId::parse(text, Date::at(app.now())).map_err(|error| Failure::damaged("resident_id", error))
}
