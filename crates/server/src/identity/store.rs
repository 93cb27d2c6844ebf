//! SQL of accounts, sessions, captchas, codes and real-name claims.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::identifiers::PhoneNumber;
use yinxin_domain::identity::Failures;
use yinxin_domain::ids::{CaptchaId, ChallengeId, PersonId, RealNameClaimId, SessionId};

use super::sessions::{NewSession, Session};
use crate::db::parsed;
use crate::failure::Failure;

/// An account as stored.
pub struct Person {
    /// `per_…`
    pub id: PersonId,
    /// The login account.
    pub phone: PhoneNumber,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// Whether he runs the platform.
    pub operator: bool,
    /// The verified name, if verified.
    pub name: Option<String>,
    /// The resident id, wrapped (hex), if verified.
    pub resident_id: Option<String>,
}

fn phone(row: &AnyRow) -> Result<PhoneNumber, Failure> {
    PhoneNumber::parse(row.try_get("phone")?).map_err(|error| Failure::damaged("phone", error))
}

fn person(row: &AnyRow) -> Result<Person, Failure> {
    Ok(Person {
        id: parsed(row, "id")?,
        phone: phone(row)?,
        password_hash: row.try_get("password_hash")?,
        operator: row.try_get::<i64, _>("operator")? != 0,
        name: row.try_get("name")?,
        resident_id: row.try_get("resident_id")?,
    })
}

/// Adds an account; false when the phone number has one already.
pub(super) async fn insert_person(
    conn: &mut AnyConnection,
    id: PersonId,
    phone: &PhoneNumber,
    password_hash: &str,
    operator: bool,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO persons (id, phone, password_hash, operator, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (phone) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(phone.as_str())
    .bind(password_hash)
    .bind(i64::from(operator))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The account of a phone number.
pub async fn find_person_by_phone(conn: &mut AnyConnection, phone: &PhoneNumber) -> Result<Option<Person>, Failure> {
    let row = sqlx::query("SELECT * FROM persons WHERE phone = $1").bind(phone.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(person).transpose()
}

/// An account.
pub async fn find_person(conn: &mut AnyConnection, id: PersonId) -> Result<Option<Person>, Failure> {
    let row = sqlx::query("SELECT * FROM persons WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(person).transpose()
}

/// Whether anybody runs the platform yet.
pub(super) async fn has_operator(conn: &mut AnyConnection) -> Result<bool, Failure> {
    Ok(sqlx::query("SELECT id FROM persons WHERE operator = 1 LIMIT 1").fetch_optional(conn).await?.is_some())
}

/// Who runs the platform.
pub(super) async fn operators(conn: &mut AnyConnection) -> Result<Vec<PersonId>, Failure> {
    let rows = sqlx::query("SELECT id FROM persons WHERE operator = 1 ORDER BY id").fetch_all(conn).await?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// The failed logins of a phone number; its row is locked until the transaction ends, so that parallel tries are counted one after another.
pub(super) async fn lock_failures(conn: &mut AnyConnection, phone: &PhoneNumber) -> Result<Failures, Failure> {
    let row = sqlx::query(
        "INSERT INTO login_failures (phone, count, locked_until) VALUES ($1, 0, 0) \
         ON CONFLICT (phone) DO UPDATE SET count = login_failures.count RETURNING count, locked_until",
    )
    .bind(phone.as_str())
    .fetch_one(conn)
    .await?;
    Ok(Failures { count: row.try_get(0)?, locked_until: row.try_get(1)? })
}

/// Notes the failed logins of a phone number.
pub(super) async fn set_failures(
    conn: &mut AnyConnection,
    phone: &PhoneNumber,
    failures: Failures,
) -> Result<(), Failure> {
    sqlx::query("UPDATE login_failures SET count = $2, locked_until = $3 WHERE phone = $1")
        .bind(phone.as_str())
        .bind(failures.count)
        .bind(failures.locked_until)
        .execute(conn)
        .await?;
    Ok(())
}

/// Forgets the failed logins of a phone number.
pub(super) async fn forget_failures(conn: &mut AnyConnection, phone: &PhoneNumber) -> Result<(), Failure> {
    sqlx::query("DELETE FROM login_failures WHERE phone = $1").bind(phone.as_str()).execute(conn).await?;
    Ok(())
}

/// Replaces the password.
pub(super) async fn set_password(conn: &mut AnyConnection, id: PersonId, password_hash: &str) -> Result<(), Failure> {
    sqlx::query("UPDATE persons SET password_hash = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(password_hash)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes the verified name.
pub(super) async fn set_verified(
    conn: &mut AnyConnection,
    id: PersonId,
    name: &str,
    resident_id: &str,
    now: i64,
) -> Result<(), Failure> {
    sqlx::query("UPDATE persons SET name = $2, resident_id = $3, verified_at = $4 WHERE id = $1")
        .bind(id.to_string())
        .bind(name)
        .bind(resident_id)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Opens a session.
pub(super) async fn insert_session(
    conn: &mut AnyConnection,
    session: &NewSession,
    person: PersonId,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO sessions (id, token_digest, person_id, csrf_token, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)",
    )
    .bind(session.id.to_string())
    .bind(&session.token_digest)
    .bind(person.to_string())
    .bind(&session.csrf_token)
    .bind(session.created_at)
    .bind(session.expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// A session that has not been ended, by its token's digest.
pub(super) async fn find_session(conn: &mut AnyConnection, token_digest: &str) -> Result<Option<Session>, Failure> {
    let row = sqlx::query(
        "SELECT s.id, s.person_id, s.csrf_token, s.last_used_at, s.expires_at, p.operator \
         FROM sessions s JOIN persons p ON p.id = s.person_id WHERE s.token_digest = $1 AND s.ended_at IS NULL",
    )
    .bind(token_digest)
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Session {
            id: parsed(&row, "id")?,
            person: parsed(&row, "person_id")?,
            csrf_token: row.try_get("csrf_token")?,
            operator: row.try_get::<i64, _>("operator")? != 0,
            last_used_at: row.try_get("last_used_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    })
    .transpose()
}

/// When a session that has not been ended was last used, and when it ends.
pub(super) async fn session_times(conn: &mut AnyConnection, id: SessionId) -> Result<Option<(i64, i64)>, Failure> {
    let row = sqlx::query("SELECT last_used_at, expires_at FROM sessions WHERE id = $1 AND ended_at IS NULL")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok((row.try_get("last_used_at")?, row.try_get("expires_at")?))).transpose()
}

/// Notes the last use.
pub(super) async fn touch_session(conn: &mut AnyConnection, id: SessionId, now: i64) -> Result<(), Failure> {
    sqlx::query("UPDATE sessions SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2")
        .bind(id.to_string())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends one session.
pub(super) async fn end_session(conn: &mut AnyConnection, id: SessionId, now: i64) -> Result<(), Failure> {
    sqlx::query("UPDATE sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id.to_string())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends every session of a person.
pub(super) async fn end_sessions(conn: &mut AnyConnection, person: PersonId, now: i64) -> Result<(), Failure> {
    sqlx::query("UPDATE sessions SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL")
        .bind(person.to_string())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps a captcha's answer.
pub(super) async fn insert_captcha(
    conn: &mut AnyConnection,
    id: CaptchaId,
    answer: &str,
    expires_at: i64,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO captchas (id, answer, expires_at) VALUES ($1, $2, $3)")
        .bind(id.to_string())
        .bind(answer)
        .bind(expires_at)
        .execute(conn)
        .await?;
    Ok(())
}

/// Uses a captcha up, whatever the answer; its answer if it was open.
pub(super) async fn take_captcha(conn: &mut AnyConnection, id: CaptchaId, now: i64) -> Result<Option<String>, Failure> {
    let row = sqlx::query(
        "UPDATE captchas SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2 RETURNING answer",
    )
    .bind(id.to_string())
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// A code waiting for its answer.
pub(super) struct StoredChallenge {
    pub(super) id: ChallengeId,
    pub(super) phone: PhoneNumber,
    pub(super) purpose: String,
    pub(super) about: Option<String>,
    pub(super) code: String,
    pub(super) tries: i64,
    pub(super) created_at: i64,
    pub(super) expires_at: i64,
    pub(super) used_at: Option<i64>,
}

fn challenge(row: &AnyRow) -> Result<StoredChallenge, Failure> {
    Ok(StoredChallenge {
        id: parsed(row, "id")?,
        phone: phone(row)?,
        purpose: row.try_get("purpose")?,
        about: row.try_get("about")?,
        code: row.try_get("code")?,
        tries: row.try_get("tries")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        used_at: row.try_get("used_at")?,
    })
}

/// Keeps a code; earlier ones of the same phone, purpose and subject no longer count, because only the newest is read.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) async fn insert_challenge(
    conn: &mut AnyConnection,
    id: ChallengeId,
    phone: &PhoneNumber,
    purpose: &str,
    subject: &str,
    about: Option<&str>,
    code: &str,
    now: i64,
    expires_at: i64,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO challenges (id, phone, purpose, subject, about, code, tries, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8)",
    )
    .bind(id.to_string())
    .bind(phone.as_str())
    .bind(purpose)
    .bind(subject)
    .bind(about)
    .bind(code)
    .bind(now)
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest code of a phone, purpose and subject.
pub(super) async fn newest_challenge(
    conn: &mut AnyConnection,
    phone: &PhoneNumber,
    purpose: &str,
    subject: &str,
) -> Result<Option<StoredChallenge>, Failure> {
    let row = sqlx::query(
        "SELECT * FROM challenges WHERE phone = $1 AND purpose = $2 AND subject = $3 ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(phone.as_str())
    .bind(purpose)
    .bind(subject)
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(challenge).transpose()
}

/// A code by its id.
pub(super) async fn find_challenge(
    conn: &mut AnyConnection,
    id: ChallengeId,
) -> Result<Option<StoredChallenge>, Failure> {
    let row = sqlx::query("SELECT * FROM challenges WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(challenge).transpose()
}

/// Counts one try of a code that is open at `now` and has fewer than `limit` tries; false when it may not be tried.
pub(super) async fn count_try(
    conn: &mut AnyConnection,
    id: ChallengeId,
    now: i64,
    limit: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE challenges SET tries = tries + 1 WHERE id = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3",
    )
    .bind(id.to_string())
    .bind(now)
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Uses a code up; false when it was used up meanwhile.
pub(super) async fn use_challenge(conn: &mut AnyConnection, id: ChallengeId, now: i64) -> Result<bool, Failure> {
    let done = sqlx::query("UPDATE challenges SET used_at = $2 WHERE id = $1 AND used_at IS NULL")
        .bind(id.to_string())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Shows a message in the sandbox; the same id twice is one message.
pub(crate) async fn insert_sandbox_message(
    conn: &mut AnyConnection,
    id: &str,
    recipient: &str,
    text: &str,
    now: i64,
) -> Result<(), Failure> {
    sqlx::query("INSERT INTO sandbox_messages (id, recipient, text, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING")
        .bind(id)
        .bind(recipient)
        .bind(text)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Messages to everybody, newest first: (recipient, text, microseconds UTC).
pub(super) async fn all_sandbox_messages(conn: &mut AnyConnection) -> Result<Vec<(String, String, i64)>, Failure> {
    let rows = sqlx::query(
        "SELECT recipient, text, created_at FROM sandbox_messages ORDER BY created_at DESC, id DESC LIMIT 100",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

/// A sample person of the sandbox, with what is needed to log in as him.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamplePerson {
    /// The phone number, which is the login.
    pub phone: String,
    /// An invented name.
    pub name: String,
    /// The password of the account.
    pub password: String,
    /// The password of his certificates, if he has any.
    pub certificate_password: Option<String>,
    /// `org_…`: for which organisation he is shown; none for an operator.
    pub organisation_id: Option<String>,
    /// Its name.
    pub organisation_name: Option<String>,
    /// What he does there: `purchaser`, `supplier`, `operator`.
    pub role: String,
    /// The flow profile that he shows, if it is one.
    pub profile: Option<String>,
    /// What to try with him, in Chinese.
    pub note_zh: String,
    /// The same in English.
    pub note_en: String,
}

/// Keeps the sample people of the sandbox in place of those kept before.
pub(super) async fn put_sample_people(conn: &mut AnyConnection, people: &[SamplePerson]) -> Result<(), Failure> {
    sqlx::query("DELETE FROM sandbox_people").execute(&mut *conn).await?;
    for (position, person) in (0i64..).zip(people) {
        let text = serde_json::to_string(person).map_err(|error| Failure::damaged("sandbox_people.person", error))?;
        sqlx::query("INSERT INTO sandbox_people (position, person) VALUES ($1, $2)")
            .bind(position)
            .bind(text)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// The sample people of the sandbox.
pub(super) async fn sample_people(conn: &mut AnyConnection) -> Result<Vec<SamplePerson>, Failure> {
    let rows = sqlx::query("SELECT person FROM sandbox_people ORDER BY position").fetch_all(conn).await?;
    let person =
        |text: &str| serde_json::from_str(text).map_err(|error| Failure::damaged("sandbox_people.person", error));
    rows.iter().map(|row| person(row.try_get("person")?)).collect()
}

/// How many claims to real names wait for a decision.
pub(super) async fn count_claims(conn: &mut AnyConnection) -> Result<i64, Failure> {
    let row =
        sqlx::query("SELECT COUNT(*) AS many FROM real_name_claims WHERE state = 'pending'").fetch_one(conn).await?;
    Ok(row.try_get("many")?)
}

/// Messages to a recipient, newest first: (text, microseconds UTC).
pub(super) async fn sandbox_messages(conn: &mut AnyConnection, recipient: &str) -> Result<Vec<(String, i64)>, Failure> {
    let rows = sqlx::query("SELECT text, created_at FROM sandbox_messages WHERE recipient = $1 ORDER BY created_at DESC, id DESC LIMIT 100")
        .bind(recipient)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// A claim to a real name.
pub struct Claim {
    /// `rnc_…`
    pub id: RealNameClaimId,
    /// Who claims.
    pub person: PersonId,
    /// The name claimed.
    pub name: String,
    /// Wrapped (hex).
    pub resident_id: String,
    /// pending, accepted or refused.
    pub state: String,
    /// Microseconds UTC.
    pub created_at: i64,
}

fn claim(row: &AnyRow) -> Result<Claim, Failure> {
    Ok(Claim {
        id: parsed(row, "id")?,
        person: parsed(row, "person_id")?,
        name: row.try_get("name")?,
        resident_id: row.try_get("resident_id")?,
        state: row.try_get("state")?,
        created_at: row.try_get("created_at")?,
    })
}

/// Files a claim; false when the person has one pending.
pub(super) async fn insert_claim(conn: &mut AnyConnection, claim: &Claim) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO real_name_claims (id, person_id, name, resident_id, state, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(claim.id.to_string())
    .bind(claim.person.to_string())
    .bind(&claim.name)
    .bind(&claim.resident_id)
    .bind(&claim.state)
    .bind(claim.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A claim.
pub(super) async fn find_claim(conn: &mut AnyConnection, id: RealNameClaimId) -> Result<Option<Claim>, Failure> {
    let row =
        sqlx::query("SELECT * FROM real_name_claims WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(claim).transpose()
}

/// Claims in one state, oldest first, after an id.
pub(super) async fn list_claims(
    conn: &mut AnyConnection,
    state: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Claim>, Failure> {
    let rows = sqlx::query("SELECT * FROM real_name_claims WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3")
        .bind(state)
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(claim).collect()
}

/// Decides a pending claim; false when it is not pending.
pub(super) async fn decide_claim(
    conn: &mut AnyConnection,
    id: RealNameClaimId,
    state: &str,
    reason: Option<&str>,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE real_name_claims SET state = $2, reason = $3, decided_at = $4 WHERE id = $1 AND state = 'pending'",
    )
    .bind(id.to_string())
    .bind(state)
    .bind(reason)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
