//! HTTP of certificates: applications, decisions, passwords, revocation. The protocols of PKI are in [`super::protocols`].

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::certificate::{CertificateState, Owner, RevocationGround};
use yinxin_domain::ids::{CertificateApplicationId, CertificateId};
use zeroize::Zeroizing;

use super::passwords;
use super::use_cases::{self, Application, StoredCertificate};
use crate::actor::Actor;
use crate::app::App;
use crate::http::extract::{Json, Path, Query};
use crate::http::problem::Problem;
use crate::page;

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(apply, list_applications))
        .routes(routes!(list_waiting))
        .routes(routes!(decide))
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(change_password))
        .routes(routes!(reset_password))
        .routes(routes!(revoke))
        .merge(super::protocols::routes())
}

/// An application.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Apply {
    /// Will guard the certificate's key: 8 to 32 characters, two of letters, digits and others.
    #[schema(value_type = String)]
    certificate_password: Zeroizing<String>,
}

/// The new application.
#[derive(Serialize, utoipa::ToSchema)]
struct Applied {
    /// `cta_…`
    #[schema(value_type = String)]
    application_id: CertificateApplicationId,
}

/// Applies for a cloud certificate: for the organisation whose administrator acts, or for the person acting for himself. The subject must be verified.
#[utoipa::path(post, path = "/api/v1/certificate-applications", tag = "certificate", request_body = Apply, responses((status = 201, body = Applied)))]
async fn apply(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<Apply>,
) -> Result<(StatusCode, Json<Applied>), Problem> {
    let application_id = use_cases::apply(&app, &actor, body.certificate_password).await?;
    Ok((StatusCode::CREATED, Json(Applied { application_id })))
}

/// An application as shown.
#[derive(Serialize, utoipa::ToSchema)]
struct ApplicationOut {
    /// `cta_…`
    #[schema(value_type = String)]
    id: CertificateApplicationId,
    /// `org_…` or `per_…`
    owner: String,
    /// The verified name of the owner; for operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_name: Option<String>,
    /// pending, accepted or refused.
    state: String,
    /// Why it was refused.
    reason: Option<String>,
    /// The certificate, if accepted.
    #[schema(value_type = Option<String>)]
    certificate_id: Option<CertificateId>,
    /// Microseconds UTC.
    created_at: i64,
    /// Microseconds UTC.
    decided_at: Option<i64>,
}

impl ApplicationOut {
    fn of(application: Application, owner_name: Option<String>) -> Self {
        Self {
            id: application.id,
            owner: application.owner.to_string(),
            owner_name,
            state: application.state,
            reason: application.reason,
            certificate_id: application.certificate,
            created_at: application.created_at,
            decided_at: application.decided_at,
        }
    }
}

/// One page of applications.
#[derive(Serialize, utoipa::ToSchema)]
struct Applications {
    /// The applications.
    items: Vec<ApplicationOut>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// The applications of the organisation acted for, or of the person himself, newest first.
#[utoipa::path(get, path = "/api/v1/certificate-applications", tag = "certificate", responses((status = 200, body = Applications)))]
async fn list_applications(State(app): State<App>, actor: Actor) -> Result<Json<Applications>, Problem> {
    let applications = use_cases::applications(&app, &actor).await?;
    let items = applications.into_iter().map(|application| ApplicationOut::of(application, None)).collect();
    Ok(Json(Applications { items, next_cursor: None }))
}

/// Which applications to list.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct WaitingQuery {
    /// pending (default), accepted or refused.
    state: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most 100.
    limit: Option<i64>,
}

/// Applications of all owners in one state, oldest first; for operators.
#[utoipa::path(get, path = "/api/v1/operator/certificate-applications", tag = "operator", params(WaitingQuery), responses((status = 200, body = Applications)))]
async fn list_waiting(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<WaitingQuery>,
) -> Result<Json<Applications>, Problem> {
    let limit = page::limit(query.limit);
    let state = query.state.as_deref().unwrap_or("pending");
    crate::http::json::known_value("state", state, &["pending", "accepted", "refused"])?;
    let after = query.cursor.as_deref().unwrap_or_default();
    let found = use_cases::waiting_applications(&app, &actor, state, after, limit).await?;
    let items: Vec<_> = found.into_iter().map(|(application, name)| ApplicationOut::of(application, name)).collect();
    let next_cursor = page::last(&items, limit).map(|last| last.id.to_string());
    Ok(Json(Applications { items, next_cursor }))
}

/// A decision.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    /// Whether the certificate is issued.
    accept: bool,
    /// Why not; needed for a refusal.
    reason: Option<String>,
}

/// What came of it.
#[derive(Serialize, utoipa::ToSchema)]
struct Decided {
    /// The certificate, if accepted.
    #[schema(value_type = Option<String>)]
    certificate_id: Option<CertificateId>,
}

/// Accepts an application, which issues the certificate, or refuses it with a reason.
#[utoipa::path(post, path = "/api/v1/operator/certificate-applications/{id}/decision", tag = "operator", request_body = Decision, params(("id" = String, Path)), responses((status = 200, body = Decided)))]
async fn decide(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CertificateApplicationId>,
    Json(body): Json<Decision>,
) -> Result<Json<Decided>, Problem> {
    let refusal = if body.accept { None } else { Some(body.reason.unwrap_or_default()) };
    let certificate_id = use_cases::decide(&app, &actor, id, refusal).await?;
    Ok(Json(Decided { certificate_id }))
}

/// A certificate as shown: the six things of 电子签名法 article 21 stand in `certificate_pem`, and apart.
#[derive(Serialize, utoipa::ToSchema)]
struct CertificateOut {
    /// `cert_…`
    #[schema(value_type = String)]
    id: CertificateId,
    /// `org_…` or `per_…`
    owner: String,
    /// organisation or person.
    kind: &'static str,
    /// Distinguished name of the holder.
    subject: String,
    /// Distinguished name of the issuer.
    issuer: String,
    /// Serial number, hex.
    serial: String,
    /// Who holds the key: cloud.
    custody: &'static str,
    /// `in_force`, `expired` or `revoked`.
    state: &'static str,
    /// Whether too many wrong passwords were given; a reset by SMS code unlocks.
    locked: bool,
    /// First moment of validity, microseconds UTC.
    not_before_at: i64,
    /// Last moment of validity, microseconds UTC.
    not_after_at: i64,
    /// Whether another may be applied for now (renewal).
    renewable: bool,
    /// When it was revoked, microseconds UTC.
    revoked_at: Option<i64>,
    /// Why it was revoked.
    revocation_reason: Option<&'static str>,
    /// SM3 fingerprint, hex.
    sm3: String,
    /// The certificate.
    certificate_pem: String,
}

impl CertificateOut {
    fn of(stored: &StoredCertificate, now: i64) -> Self {
        let certificate = &stored.certificate;
        let state = stored.validity.state(now);
        Self {
            id: stored.id,
            owner: stored.owner.to_string(),
            kind: match stored.owner {
                Owner::Organisation(_) => "organisation",
                Owner::Person(_) => "person",
            },
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: hex::encode(certificate.serial()),
            custody: "cloud",
            state: state.as_str(),
            locked: stored.locked,
            not_before_at: stored.validity.not_before,
            not_after_at: stored.validity.not_after,
            renewable: state == CertificateState::InForce && stored.validity.leaves_room_for_another(now),
            revoked_at: stored.validity.revoked_at,
            revocation_reason: stored.ground.map(RevocationGround::as_str),
            sm3: hex::encode(certificate.sm3_fingerprint().as_bytes()),
            certificate_pem: certificate.to_pem(),
        }
    }
}

/// Certificates.
#[derive(Serialize, utoipa::ToSchema)]
struct Certificates {
    /// The certificates, newest first.
    items: Vec<CertificateOut>,
}

/// The certificates of the organisation acted for, or of the person himself, newest first.
#[utoipa::path(get, path = "/api/v1/certificates", tag = "certificate", responses((status = 200, body = Certificates)))]
async fn list(State(app): State<App>, actor: Actor) -> Result<Json<Certificates>, Problem> {
    let found = use_cases::list(&app, &actor).await?;
    let now = app.now();
    Ok(Json(Certificates { items: found.iter().map(|stored| CertificateOut::of(stored, now)).collect() }))
}

/// A certificate, for its owner and operators.
#[utoipa::path(get, path = "/api/v1/certificates/{id}", tag = "certificate", params(("id" = String, Path)), responses((status = 200, body = CertificateOut)))]
async fn show(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CertificateId>,
) -> Result<Json<CertificateOut>, Problem> {
    let stored = use_cases::show(&app, &actor, id).await?;
    Ok(Json(CertificateOut::of(&stored, app.now())))
}

/// A new password by who knows the old one.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The old password.
    #[schema(value_type = String)]
    old: Zeroizing<String>,
    /// The new one: 8 to 32 characters, two of letters, digits and others.
    #[schema(value_type = String)]
    new: Zeroizing<String>,
}

/// Replaces the password of a certificate; of an organisation's, an administrator does it.
#[utoipa::path(post, path = "/api/v1/certificates/{id}/password", tag = "certificate", request_body = PasswordChange, params(("id" = String, Path)), responses((status = 204)))]
async fn change_password(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CertificateId>,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, Problem> {
    passwords::change(&app, &actor, id, body.old, body.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new password by code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CertificatePasswordReset {
    /// The code sent to the actor's phone for `reset_certificate_password`.
    sms_code: String,
    /// The new password: 8 to 32 characters, two of letters, digits and others.
    #[schema(value_type = String)]
    new_password: Zeroizing<String>,
}

/// Replaces a forgotten password and unlocks the certificate; of an organisation's, an administrator does it.
#[utoipa::path(post, path = "/api/v1/certificates/{id}/password-reset", tag = "certificate", request_body = CertificatePasswordReset, params(("id" = String, Path)), responses((status = 204)))]
async fn reset_password(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CertificateId>,
    Json(body): Json<CertificatePasswordReset>,
) -> Result<StatusCode, Problem> {
    passwords::reset(&app, &actor, id, &body.sms_code, body.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A revocation.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Revocation {
    /// `key_compromise`, `affiliation_changed`, `superseded` or `cessation_of_operation`.
    #[schema(value_type = String)]
    reason: RevocationGround,
    /// The certificate's password; operators revoke without it.
    #[schema(value_type = Option<String>)]
    certificate_password: Option<Zeroizing<String>>,
}

/// Revokes a certificate for ever: it cannot be restored, its seals are cancelled, nothing can be signed with them again. What was signed before stays valid.
#[utoipa::path(post, path = "/api/v1/certificates/{id}/revocation", tag = "certificate", request_body = Revocation, params(("id" = String, Path)), responses((status = 204)))]
async fn revoke(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<CertificateId>,
    Json(body): Json<Revocation>,
) -> Result<StatusCode, Problem> {
    use_cases::revoke(&app, &actor, id, body.reason, body.certificate_password).await?;
    Ok(StatusCode::NO_CONTENT)
}
