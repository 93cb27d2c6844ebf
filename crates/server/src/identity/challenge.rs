//! SMS codes: six digits to a phone, for one purpose and subject, for five minutes, five tries, once.
//!
//! The code stands in the database wrapped by the key-encryption key (a digest of six digits would be no secret). Only the
//! newest code of a phone, purpose and subject counts. Use it in two steps: [`check`] counts a try and compares;
//! [`Passed::consume`] uses the code up inside the commit of what it allows, so that a code is never spent on a change
//! that did not happen, and never allows two.
//!
//! For signing, `subject` is the intent's id, or that of the batch which it belongs to: a code sent for one opens no other (S1-030 and
//! design, section 6).

use serde_json::json;
use sqlx::AnyConnection;
use subtle::ConstantTimeEq as _;
use yinxin_domain::identifiers::PhoneNumber;
use yinxin_domain::ids::ChallengeId;

use super::errors::ChallengeError;
use super::store;
use crate::actor::Permit;
use crate::app::App;
use crate::db::{CommitError, Event, Record};
use crate::failure::Failure;
use crate::jobs::Message;

/// How long a code counts.
pub const LIFE_MICROS: i64 = 300_000_000;
/// How soon another may be sent for the same phone, purpose and subject.
pub const RESEND_MICROS: i64 = 60_000_000;
/// How often a code may be tried.
pub const TRIES: i64 = 5;

/// What a code is for; a code for one purpose is none for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A new account.
    Register,
    /// Login without password.
    Login,
    /// A forgotten password.
    ResetPassword,
    /// A forgotten certificate password.
    ResetCertificatePassword,
    /// Signing; the subject is the intent, or the batch of intents.
    Sign,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Login => "login",
            Self::ResetPassword => "reset_password",
            Self::ResetCertificatePassword => "reset_certificate_password",
            Self::Sign => "sign",
        }
    }

    fn in_chinese(stored: &str) -> &'static str {
        match stored {
            "register" => "注册账号",
            "login" => "登录",
            "reset_password" => "重置登录密码",
            "reset_certificate_password" => "重置证书密码",
            "sign" => "签署合同",
            _ => "身份验证",
        }
    }
}

/// A code ready to be stored and sent with a commit.
pub struct Prepared {
    /// `chl_…`
    pub id: ChallengeId,
    /// Microseconds UTC.
    pub expires_at: i64,
    phone: PhoneNumber,
    purpose: Purpose,
    subject: String,
    about: Option<String>,
    code: String,
    created_at: i64,
}

/// Makes a code; put [`Prepared::event`] and [`Prepared::message`] into the record and [`Prepared::insert`] into the write.
///
/// # Errors
/// [`ChallengeError::TooSoon`] within a minute of the last one; [`Failure`].
pub async fn prepare(
    app: &App,
    phone: &PhoneNumber,
    purpose: Purpose,
    subject: &str,
) -> Result<Prepared, ChallengeError> {
    let now = app.now();
    if let Some(last) = store::newest_challenge(&mut *app.db.read().await?, phone, purpose.as_str(), subject).await?
        && last.used_at.is_none()
        && last.created_at + RESEND_MICROS > now
    {
        return Err(ChallengeError::TooSoon { seconds: (last.created_at + RESEND_MICROS - now) / 1_000_000 + 1 });
    }
    let mut rng = app.rng();
    let code = format!("{:06}", six_digits(&mut rng));
    let id = app.new_id(ChallengeId::new);
    let wrapped = app.kek.wrap(&mut rng, &wrapped_for(id), code.as_bytes()).map_err(Failure::from)?;
    Ok(Prepared {
        id,
        expires_at: now + LIFE_MICROS,
        phone: phone.clone(),
        purpose,
        subject: subject.to_owned(),
        about: None,
        code: hex::encode(wrapped),
        created_at: now,
    })
}

/// A number below a million without bias: the few values that would favour small numbers are drawn again.
fn six_digits(rng: &mut impl rand_core::Rng) -> u32 {
    loop {
        let value = rng.next_u32();
        if value < u32::MAX / 1_000_000 * 1_000_000 {
            return value % 1_000_000;
        }
    }
}

fn wrapped_for(id: ChallengeId) -> String {
    format!("challenge/{id}/code")
}

impl Prepared {
    /// Lets the message say what exactly the code is for, in Chinese, after 您正在.
    #[must_use]
    pub fn about(mut self, what: String) -> Self {
        self.about = Some(what);
        self
    }

    /// The event that goes with it.
    #[must_use]
    pub fn event(&self) -> Event {
        Event::new(
            "challenge",
            self.id,
            "challenge.issued",
            json!({ "purpose": self.purpose.as_str(), "subject": self.subject }),
        )
    }

    /// The job that sends it.
    #[must_use]
    pub fn message(&self) -> Message {
        Message::new(super::jobs::SEND, self.id, json!({ "challenge": self.id }))
    }

    /// Stores it.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn insert(&self, conn: &mut AnyConnection) -> Result<(), Failure> {
        store::insert_challenge(
            conn,
            self.id,
            &self.phone,
            self.purpose.as_str(),
            &self.subject,
            self.about.as_deref(),
            &self.code,
            self.created_at,
            self.expires_at,
        )
        .await
    }
}

/// Makes, stores and sends a code in a commit of its own.
///
/// # Errors
/// As [`prepare`].
pub async fn issue(
    app: &App,
    permit: &Permit,
    phone: &PhoneNumber,
    purpose: Purpose,
    subject: &str,
) -> Result<ChallengeId, ChallengeError> {
    let prepared = prepare(app, phone, purpose, subject).await?;
    let record = Record::of(prepared.event()).then(prepared.message());
    app.db
        .commit(permit, record, prepared, |prepared, conn| {
            Box::pin(async move {
                prepared.insert(conn).await?;
                Ok(prepared.id)
            })
        })
        .await
}

/// Proof that the right code was given; spent with [`Passed::consume`].
#[derive(Debug)]
pub struct Passed {
    id: ChallengeId,
}

/// Counts a try of the newest code of this phone, purpose and subject, and compares.
///
/// # Errors
/// [`ChallengeError::Wrong`] (also when none was sent), [`ChallengeError::Spent`] when it is used, too old or tried too often.
pub async fn check(
    app: &App,
    phone: &PhoneNumber,
    purpose: Purpose,
    subject: &str,
    code: &str,
) -> Result<Passed, ChallengeError> {
    let newest = store::newest_challenge(&mut *app.db.read().await?, phone, purpose.as_str(), subject).await?;
    let Some(challenge) = newest else { return Err(ChallengeError::Wrong) };
    let now = app.now();
    let counted = app
        .db
        .bookkeep_one((challenge.id, now), |(id, now), conn| {
            Box::pin(async move { Ok(store::count_try(conn, *id, *now, TRIES).await?) })
        })
        .await?;
    if !counted {
        return Err(ChallengeError::Spent);
    }
    let expected = unwrap_code(app, challenge.id, &challenge.code)?;
    if bool::from(expected.as_bytes().ct_eq(code.trim().as_bytes())) {
        Ok(Passed { id: challenge.id })
    } else {
        Err(ChallengeError::Wrong)
    }
}

impl Passed {
    /// Uses the code up, inside the commit of what it allows.
    ///
    /// # Errors
    /// [`ChallengeError::Spent`] as a refusal when it was used meanwhile.
    pub async fn consume<E: From<ChallengeError>>(
        &self,
        conn: &mut AnyConnection,
        now_micros: i64,
    ) -> Result<(), CommitError<E>> {
        if store::use_challenge(conn, self.id, now_micros).await? {
            Ok(())
        } else {
            Err(CommitError::Refused(ChallengeError::Spent.into()))
        }
    }
}

fn unwrap_code(app: &App, id: ChallengeId, wrapped: &str) -> Result<zeroize::Zeroizing<String>, Failure> {
    let wrapped = hex::decode(wrapped).map_err(|error| Failure::damaged("challenges.code", error))?;
    let code = app.kek.unwrap(&wrapped_for(id), &wrapped)?;
    let code = std::str::from_utf8(&code).map_err(|error| Failure::damaged("challenges.code", error))?;
    Ok(zeroize::Zeroizing::new(code.to_owned()))
}

/// The message to send for a code that still counts: (phone, text).
pub(super) async fn message_for(app: &App, id: ChallengeId) -> Result<Option<(PhoneNumber, String)>, Failure> {
    let Some(challenge) = store::find_challenge(&mut *app.db.read().await?, id).await? else { return Ok(None) };
    if challenge.used_at.is_some() || challenge.expires_at <= app.now() || challenge.tries >= TRIES {
        return Ok(None);
    }
    let code = unwrap_code(app, id, &challenge.code)?;
    let purpose = challenge.about.as_deref().unwrap_or_else(|| Purpose::in_chinese(&challenge.purpose));
    Ok(Some((
        challenge.phone,
        format!("【印信】您正在{purpose}，验证码：{}，5分钟内有效。请勿告诉他人。", code.as_str()),
    )))
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn codes_are_below_a_million_and_spread() {
        let mut rng = ChaCha20Rng::from_seed([1; 32]);
        let codes: Vec<u32> = (0..10_000).map(|_| six_digits(&mut rng)).collect();
        assert!(codes.iter().all(|code| *code < 1_000_000));
        assert!(codes.iter().any(|code| *code < 100_000) && codes.iter().any(|code| *code >= 900_000));
    }
}
