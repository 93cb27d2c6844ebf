//! SQL of keys, authorities, certificates, applications and tickets.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use yinxin_domain::certificate::{Owner, RevocationGround, Validity};
use yinxin_domain::ids::{CertificateApplicationId, CertificateId, KeyId, PersonId};
use yinxin_pki::x509::Certificate;

use super::authorities::Authority;
use super::keys::{KeyPurpose, WRAPPING_VERSION};
use crate::db::parsed;
use crate::failure::Failure;

fn bytes(row: &AnyRow, column: &'static str) -> Result<Vec<u8>, Failure> {
    let text: &str = row.try_get(column)?;
    hex::decode(text).map_err(|error| Failure::damaged(column, error))
}

fn certificate(row: &AnyRow) -> Result<Certificate, Failure> {
    Certificate::from_der(&bytes(row, "certificate")?).map_err(|error| Failure::damaged("certificate", error))
}

/// A key as stored.
pub(super) struct StoredKey {
    pub(super) purpose: String,
    pub(super) wrapping_version: i64,
    pub(super) wrapped: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    pub(super) public_key: Vec<u8>,
}

/// Stores a wrapped key.
pub(super) async fn insert_key(
    conn: &mut AnyConnection,
    id: KeyId,
    purpose: KeyPurpose,
    wrapped: &str,
    public_key: &str,
    now: i64,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO keys (id, purpose, wrapping_version, wrapped, public_key, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id.to_string())
    .bind(purpose.as_str())
    .bind(WRAPPING_VERSION)
    .bind(wrapped)
    .bind(public_key)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// A wrapped key.
pub(super) async fn find_key(conn: &mut AnyConnection, id: KeyId) -> Result<Option<StoredKey>, Failure> {
    let row = sqlx::query("SELECT purpose, wrapping_version, wrapped, public_key FROM keys WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        Ok(StoredKey {
            purpose: row.try_get("purpose")?,
            wrapping_version: row.try_get("wrapping_version")?,
            wrapped: bytes(&row, "wrapped")?,
            public_key: bytes(&row, "public_key")?,
        })
    })
    .transpose()
}

/// Adds an authority; false when there is one of that name.
pub(super) async fn insert_authority(
    conn: &mut AnyConnection,
    authority: &Authority,
    issuer: &str,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO authorities (name, issuer, serial, certificate, key_id, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING",
    )
    .bind(&authority.name)
    .bind(issuer)
    .bind(hex::encode(authority.certificate.serial()))
    .bind(hex::encode(authority.certificate.as_der()))
    .bind(authority.key.to_string())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Every authority.
pub(super) async fn authorities(conn: &mut AnyConnection) -> Result<Vec<Authority>, Failure> {
    let rows = sqlx::query("SELECT name, certificate, key_id FROM authorities ORDER BY name").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Authority { name: row.try_get("name")?, certificate: certificate(row)?, key: parsed(row, "key_id")? })
        })
        .collect()
}

/// A party's certificate as stored.
#[derive(Clone, Debug)]
pub struct StoredCertificate {
    /// `cert_…`
    pub id: CertificateId,
    /// Whose.
    pub owner: Owner,
    /// The name of the authority that issued it.
    pub issuer: String,
    /// The certificate.
    pub certificate: Certificate,
    /// Its key.
    pub key: KeyId,
    /// Whether too many wrong passwords were given.
    pub locked: bool,
    /// When it can be used.
    pub validity: Validity,
    /// Why it was revoked, if it was.
    pub ground: Option<RevocationGround>,
}

fn stored_certificate(row: &AnyRow) -> Result<StoredCertificate, Failure> {
    let ground: Option<String> = row.try_get("revocation_ground")?;
    let read = |text: String| {
        RevocationGround::parse(&text)
            .ok_or_else(|| Failure::damaged("revocation_ground", format!("unknown: {text:?}")))
    };
    Ok(StoredCertificate {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        issuer: row.try_get("issuer")?,
        certificate: certificate(row)?,
        key: parsed(row, "key_id")?,
        locked: row.try_get::<i64, _>("failures")? >= yinxin_domain::certificate::WRONG_PASSWORDS,
        validity: Validity {
            not_before: row.try_get("not_before")?,
            not_after: row.try_get("not_after")?,
            revoked_at: row.try_get("revoked_at")?,
        },
        ground: ground.map(read).transpose()?,
    })
}

/// A certificate in force that ends soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// `cert_…`
    pub id: CertificateId,
    /// When, microseconds UTC.
    pub not_after: i64,
}

/// The certificate of an owner that is in force longest, unless it ends after a moment.
pub(super) async fn ending(
    conn: &mut AnyConnection,
    owner: Owner,
    now: i64,
    until: i64,
) -> Result<Option<Ending>, Failure> {
    let row = sqlx::query(
        "SELECT id, not_after FROM certificates WHERE owner = $1 AND not_before <= $2 AND not_after > $2 AND revoked_at IS NULL \
         ORDER BY not_after DESC, id DESC LIMIT 1",
    )
    .bind(owner.to_string())
    .bind(now)
    .fetch_optional(conn)
    .await?;
    let ending =
        row.map(|row| Ok::<_, Failure>(Ending { id: parsed(&row, "id")?, not_after: row.try_get("not_after")? }));
    Ok(ending.transpose()?.filter(|ending| ending.not_after <= until))
}

/// Adds a certificate.
pub(super) async fn insert_certificate(
    conn: &mut AnyConnection,
    stored: &StoredCertificate,
    password_hash: &str,
    now: i64,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO certificates (id, owner, issuer, serial, certificate, key_id, password_hash, failures, not_before, not_after, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)",
    )
    .bind(stored.id.to_string())
    .bind(stored.owner.to_string())
    .bind(&stored.issuer)
    .bind(hex::encode(stored.certificate.serial()))
    .bind(hex::encode(stored.certificate.as_der()))
    .bind(stored.key.to_string())
    .bind(password_hash)
    .bind(stored.validity.not_before)
    .bind(stored.validity.not_after)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// A certificate.
pub(super) async fn find(conn: &mut AnyConnection, id: CertificateId) -> Result<Option<StoredCertificate>, Failure> {
    let row = sqlx::query("SELECT * FROM certificates WHERE id = $1").bind(id.to_string()).fetch_optional(conn).await?;
    row.as_ref().map(stored_certificate).transpose()
}

/// An owner's certificates, newest first; at most a hundred.
pub(super) async fn of_owner(conn: &mut AnyConnection, owner: Owner) -> Result<Vec<StoredCertificate>, Failure> {
    let rows = sqlx::query("SELECT * FROM certificates WHERE owner = $1 ORDER BY id DESC LIMIT 100")
        .bind(owner.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(stored_certificate).collect()
}

/// When a certificate can be used; none if there is no such certificate.
pub(super) async fn validity(conn: &mut AnyConnection, id: CertificateId) -> Result<Option<Validity>, Failure> {
    let row = sqlx::query("SELECT not_before, not_after, revoked_at FROM certificates WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Ok(Validity { not_before: row.try_get(0)?, not_after: row.try_get(1)?, revoked_at: row.try_get(2)? }))
        .transpose()
}

/// Revokes a certificate; false when it was revoked before.
pub(super) async fn revoke(
    conn: &mut AnyConnection,
    id: CertificateId,
    ground: RevocationGround,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE certificates SET revoked_at = $2, revocation_ground = $3 WHERE id = $1 AND revoked_at IS NULL",
    )
    .bind(id.to_string())
    .bind(now)
    .bind(ground.as_str())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a status answer says about the certificate with this serial number (hex) of an issuer: `None` if it has issued no such
/// certificate, else when and why it was revoked, if it was.
pub(super) async fn status(
    conn: &mut AnyConnection,
    issuer: &str,
    serial: &str,
) -> Result<Option<Option<(i64, RevocationGround)>>, Failure> {
    let row = sqlx::query(
        "SELECT revoked_at, revocation_ground FROM certificates WHERE issuer = $1 AND serial = $2 \
         UNION ALL SELECT NULL, NULL FROM authorities WHERE issuer = $1 AND serial = $2",
    )
    .bind(issuer)
    .bind(serial)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(at) = row.try_get::<Option<i64>, _>(0)? else { return Ok(Some(None)) };
    let ground: String = row.try_get(1)?;
    let read = RevocationGround::parse(&ground);
    Ok(Some(Some((at, read.ok_or_else(|| Failure::damaged("revocation_ground", format!("unknown: {ground:?}")))?))))
}

/// How many certificates of an issuer are revoked, and when the last was: what a list depends on.
pub(super) async fn revocation_state(conn: &mut AnyConnection, issuer: &str) -> Result<(i64, i64), Failure> {
    let row = sqlx::query(
        "SELECT COUNT(*), COALESCE(MAX(revoked_at), 0) FROM certificates WHERE issuer = $1 AND revoked_at IS NOT NULL",
    )
    .bind(issuer)
    .fetch_one(conn)
    .await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Serial number (hex), time and ground of every revoked certificate of an issuer.
pub(super) async fn revoked(
    conn: &mut AnyConnection,
    issuer: &str,
) -> Result<Vec<(Vec<u8>, i64, RevocationGround)>, Failure> {
    let rows = sqlx::query(
        "SELECT serial, revoked_at, revocation_ground FROM certificates WHERE issuer = $1 AND revoked_at IS NOT NULL ORDER BY revoked_at, serial",
    )
    .bind(issuer)
    .fetch_all(conn)
    .await?;
    rows.iter()
        .map(|row| {
            let ground: &str = row.try_get("revocation_ground")?;
            let read = RevocationGround::parse(ground)
                .ok_or_else(|| Failure::damaged("revocation_ground", format!("unknown: {ground:?}")))?;
            Ok((bytes(row, "serial")?, row.try_get("revoked_at")?, read))
        })
        .collect()
}

/// The password hash of a certificate.
pub(super) async fn password_hash(conn: &mut AnyConnection, id: CertificateId) -> Result<Option<String>, Failure> {
    let row = sqlx::query("SELECT password_hash FROM certificates WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Counts one try of the password before it is checked; the count with it, or `None` when `limit` were wrong.
pub(super) async fn count_try(conn: &mut AnyConnection, id: CertificateId, limit: i64) -> Result<Option<i64>, Failure> {
    let row = sqlx::query(
        "UPDATE certificates SET failures = failures + 1 WHERE id = $1 AND failures < $2 RETURNING failures",
    )
    .bind(id.to_string())
    .bind(limit)
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The password was right: the tries before it no longer count.
pub(super) async fn forget_tries(conn: &mut AnyConnection, id: CertificateId) -> Result<(), Failure> {
    sqlx::query("UPDATE certificates SET failures = 0 WHERE id = $1 AND failures > 0")
        .bind(id.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// Sets the password and unlocks.
pub(super) async fn set_password(
    conn: &mut AnyConnection,
    id: CertificateId,
    password_hash: &str,
) -> Result<(), Failure> {
    sqlx::query("UPDATE certificates SET password_hash = $2, failures = 0 WHERE id = $1")
        .bind(id.to_string())
        .bind(password_hash)
        .execute(conn)
        .await?;
    Ok(())
}

/// An application as stored.
#[derive(Clone, Debug)]
pub struct Application {
    /// `cta_…`
    pub id: CertificateApplicationId,
    /// For whom.
    pub owner: Owner,
    /// Who applied.
    pub applicant: PersonId,
    /// pending, accepted or refused.
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// The certificate, if accepted.
    pub certificate: Option<CertificateId>,
    /// Microseconds UTC.
    pub created_at: i64,
    /// Microseconds UTC.
    pub decided_at: Option<i64>,
}

fn application(row: &AnyRow) -> Result<Application, Failure> {
    let certificate: Option<String> = row.try_get("certificate_id")?;
    Ok(Application {
        id: parsed(row, "id")?,
        owner: parsed(row, "owner")?,
        applicant: parsed(row, "applicant")?,
        state: row.try_get("state")?,
        reason: row.try_get("reason")?,
        certificate: certificate
            .map(|text| text.parse().map_err(|error| Failure::damaged("certificate_id", error)))
            .transpose()?,
        created_at: row.try_get("created_at")?,
        decided_at: row.try_get("decided_at")?,
    })
}

/// Files an application; false when its owner has one pending.
pub(super) async fn insert_application(
    conn: &mut AnyConnection,
    application: &Application,
    password_hash: &str,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "INSERT INTO certificate_applications (id, owner, applicant, password_hash, state, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(application.id.to_string())
    .bind(application.owner.to_string())
    .bind(application.applicant.to_string())
    .bind(password_hash)
    .bind(&application.state)
    .bind(application.created_at)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An application.
pub(super) async fn find_application(
    conn: &mut AnyConnection,
    id: CertificateApplicationId,
) -> Result<Option<Application>, Failure> {
    let row = sqlx::query("SELECT * FROM certificate_applications WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(application).transpose()
}

/// An owner's applications, newest first; at most a hundred.
pub(super) async fn applications_of(conn: &mut AnyConnection, owner: Owner) -> Result<Vec<Application>, Failure> {
    let rows = sqlx::query("SELECT * FROM certificate_applications WHERE owner = $1 ORDER BY id DESC LIMIT 100")
        .bind(owner.to_string())
        .fetch_all(conn)
        .await?;
    rows.iter().map(application).collect()
}

/// Applications in one state, oldest first, after an id.
pub(super) async fn list_applications(
    conn: &mut AnyConnection,
    state: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Application>, Failure> {
    let rows = sqlx::query("SELECT * FROM certificate_applications WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3")
        .bind(state)
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(application).collect()
}

/// How many applications wait for a decision.
pub(super) async fn count_applications(conn: &mut AnyConnection) -> Result<i64, Failure> {
    let row = sqlx::query("SELECT COUNT(*) AS many FROM certificate_applications WHERE state = 'pending'")
        .fetch_one(conn)
        .await?;
    Ok(row.try_get("many")?)
}

/// Decides a pending application and takes its password hash out of it; `None` when it is not pending.
pub(super) async fn decide(
    conn: &mut AnyConnection,
    id: CertificateApplicationId,
    reason: Option<&str>,
    now: i64,
) -> Result<Option<String>, Failure> {
    let row = sqlx::query("SELECT password_hash FROM certificate_applications WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(&mut *conn)
        .await?;
    let hash: Option<String> = row.map(|row| row.try_get(0)).transpose()?;
    let done = sqlx::query(
        "UPDATE certificate_applications SET state = $2, reason = $3, decided_at = $4, password_hash = '' WHERE id = $1 AND state = 'pending'",
    )
    .bind(id.to_string())
    .bind(if reason.is_some() { "refused" } else { "accepted" })
    .bind(reason)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(hash.filter(|_| done.rows_affected() == 1))
}

/// Notes the certificate that came of an application.
pub(super) async fn set_outcome(
    conn: &mut AnyConnection,
    id: CertificateApplicationId,
    certificate: CertificateId,
) -> Result<(), Failure> {
    sqlx::query("UPDATE certificate_applications SET certificate_id = $2 WHERE id = $1")
        .bind(id.to_string())
        .bind(certificate.to_string())
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps a ticket.
pub(super) async fn insert_ticket(
    conn: &mut AnyConnection,
    digest: &str,
    certificate: CertificateId,
    subject: &str,
    expires_at: i64,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO certificate_tickets (digest, certificate_id, subject, expires_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(digest)
    .bind(certificate.to_string())
    .bind(subject)
    .bind(expires_at)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a ticket counts for this certificate and subject.
pub(super) async fn ticket_counts(
    conn: &mut AnyConnection,
    digest: &str,
    certificate: CertificateId,
    subject: &str,
    now: i64,
) -> Result<bool, Failure> {
    let row = sqlx::query(
        "SELECT digest FROM certificate_tickets WHERE digest = $1 AND certificate_id = $2 AND subject = $3 AND used_at IS NULL AND expires_at > $4",
    )
    .bind(digest)
    .bind(certificate.to_string())
    .bind(subject)
    .bind(now)
    .fetch_optional(conn)
    .await?;
    Ok(row.is_some())
}

/// Uses a ticket up; false when it does not count.
pub(super) async fn use_ticket(
    conn: &mut AnyConnection,
    digest: &str,
    certificate: CertificateId,
    subject: &str,
    now: i64,
) -> Result<bool, Failure> {
    let done = sqlx::query(
        "UPDATE certificate_tickets SET used_at = $4 WHERE digest = $1 AND certificate_id = $2 AND subject = $3 AND used_at IS NULL AND expires_at > $4",
    )
    .bind(digest)
    .bind(certificate.to_string())
    .bind(subject)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
