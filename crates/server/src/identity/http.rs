//! HTTP of accounts, sessions, codes and real names.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_domain::identity::mask_name;
use yinxin_domain::ids::{CaptchaId, PersonId, RealNameClaimId};

use super::captcha;
use super::challenge::Purpose;
use super::errors::IdentityError;
use super::use_cases::{self, Credential, Person, SamplePerson};
use crate::actor::Actor;
use crate::app::App;
use crate::failure::Failure;
use crate::http::extract::{Json, Path, Query, Secret, Visitor};
use crate::http::json::bad_value;
use crate::http::problem::Problem;
use crate::http::session::{self, SignedIn};
use crate::organisation;
use crate::page::{self, PageQuery};

/// The routes of this feature.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(send_sms_code))
        .routes(routes!(register))
        .routes(routes!(issue_captcha))
        .routes(routes!(log_in))
        .routes(routes!(show_session, log_out))
        .routes(routes!(reset_password))
        .routes(routes!(claim_real_name))
        .routes(routes!(list_claims))
        .routes(routes!(decide_claim))
}

/// What the sandbox shows.
pub fn sandbox_routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sandbox_messages)).routes(routes!(sample_people, mark_sample_people))
}

/// For which phone and purpose.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SmsCodeRequest {
    /// Mobile number.
    phone: String,
    /// What the code will be used for (not `sign`: that code comes with the signing intent).
    purpose: Purpose,
}

/// Sends an SMS code. The answer is the same whether or not the phone has an account.
#[utoipa::path(post, path = "/api/v1/sms-codes", tag = "identity", request_body = SmsCodeRequest, responses((status = 202)))]
async fn send_sms_code(
    State(app): State<App>,
    Visitor(actor): Visitor,
    Json(request): Json<SmsCodeRequest>,
) -> Result<StatusCode, Problem> {
    if request.purpose == Purpose::Sign {
        let message = (
            "签署验证码随签署发起时发出，不在此处申请",
            "the code for signing comes with the signing intent, not from here",
        );
        let remedy = ("请从签章页面发起签署", "Begin signing at the desk");
        return Err(bad_value("purpose", message, remedy).into());
    }
    use_cases::send_code(&app, &actor, &request.phone, request.purpose).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A new account.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Registration {
    /// Mobile number; becomes the login account.
    phone: String,
    /// 8 to 64 characters, three kinds of four.
    #[schema(value_type = String)]
    password: Secret,
    /// The code sent for `register`.
    sms_code: String,
    /// That the agreements were read and accepted.
    agreed: bool,
}

/// The new account.
#[derive(Serialize, utoipa::ToSchema)]
struct Registered {
    /// `per_…`
    #[schema(value_type = String)]
    person_id: PersonId,
}

/// Opens an account.
#[utoipa::path(post, path = "/api/v1/registrations", tag = "identity", request_body = Registration, responses((status = 201, body = Registered)))]
async fn register(
    State(app): State<App>,
    Visitor(actor): Visitor,
    Json(body): Json<Registration>,
) -> Result<(StatusCode, Json<Registered>), Problem> {
    let person_id =
        use_cases::register(&app, &actor, &body.phone, body.password.into_inner(), &body.sms_code, body.agreed).await?;
    Ok((StatusCode::CREATED, Json(Registered { person_id })))
}

/// A picture to be read.
#[derive(Serialize, utoipa::ToSchema)]
struct CaptchaOut {
    /// Send it back with the answer.
    #[schema(value_type = String)]
    captcha_id: CaptchaId,
    /// An SVG picture of five digits.
    svg: String,
}

/// Draws a captcha, good for one login within five minutes.
#[utoipa::path(post, path = "/api/v1/captchas", tag = "identity", responses((status = 201, body = CaptchaOut)))]
async fn issue_captcha(
    State(app): State<App>,
    Visitor(actor): Visitor,
) -> Result<(StatusCode, Json<CaptchaOut>), Problem> {
    let captcha = captcha::issue(&app, &actor).await?;
    Ok((StatusCode::CREATED, Json(CaptchaOut { captcha_id: captcha.id, svg: captcha.svg })))
}

/// A login by password or by SMS code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginRequest {
    /// Mobile number.
    phone: String,
    /// The password; or …
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
    /// … the code sent for `login`.
    sms_code: Option<String>,
    /// Asked for after several failures.
    #[schema(value_type = Option<String>)]
    captcha_id: Option<CaptchaId>,
    /// Its answer.
    captcha: Option<String>,
}

/// The signed-in person.
#[derive(Serialize, utoipa::ToSchema)]
struct PersonOut {
    /// `per_…`
    #[schema(value_type = String)]
    id: PersonId,
    /// 134****6577
    phone_masked: String,
    /// 张**, once verified.
    name_masked: Option<String>,
    /// Whether the real name is verified.
    verified: bool,
}

/// One identity to act as: what `X-Actor` may say.
#[derive(Serialize, utoipa::ToSchema)]
struct ActorOut {
    /// `person`, `operator` or `org_…`.
    actor: String,
    /// The organisation's name, or the person's masked.
    name: String,
    /// Roles in the organisation.
    roles: Vec<String>,
}

/// A session.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionOut {
    /// Send it as `X-CSRF-Token` with every unsafe request.
    csrf_token: String,
    /// Who.
    person: PersonOut,
    /// As whom he may act.
    actors: Vec<ActorOut>,
}

async fn session_out(app: &App, person: Person, csrf_token: String) -> Result<SessionOut, Failure> {
    let masked = person.name.as_deref().map(mask_name);
    let phone_masked = person.phone.masked();
    let mut actors = vec![ActorOut {
        actor: "person".into(),
        name: masked.clone().unwrap_or_else(|| phone_masked.clone()),
        roles: Vec::new(),
    }];
    for (organisation, roles) in organisation::use_cases::organisations_of(app, person.id).await? {
        let roles = roles.iter().map(ToString::to_string).collect();
        actors.push(ActorOut { actor: organisation.id.to_string(), name: organisation.name, roles });
    }
    if person.operator {
        actors.push(ActorOut { actor: "operator".into(), name: "平台运营".into(), roles: Vec::new() });
    }
    let verified = person.name.is_some();
    Ok(SessionOut {
        csrf_token,
        person: PersonOut { id: person.id, phone_masked, name_masked: masked, verified },
        actors,
    })
}

fn with_cookie(app: &App, token: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // A token of ours is base64url and always a valid header value.
    if let Ok(value) = HeaderValue::from_str(&session::cookie(app, token)) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}

/// Logs in and sets the session cookie.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "identity", request_body = LoginRequest, responses((status = 201, body = SessionOut)))]
async fn log_in(
    State(app): State<App>,
    Visitor(actor): Visitor,
    Json(body): Json<LoginRequest>,
) -> Result<(StatusCode, HeaderMap, Json<SessionOut>), Problem> {
    let credential = match (body.password, body.sms_code) {
        (Some(password), None) => {
            Credential::Password { password: password.into_inner(), captcha: body.captcha_id.zip(body.captcha) }
        }
        (None, Some(code)) => Credential::SmsCode(code),
        (Some(_), Some(_)) | (None, None) => return Err(IdentityError::LoginMethod.into()),
    };
    let login = use_cases::log_in(&app, &actor, &body.phone, credential).await?;
    let headers = with_cookie(&app, Some(&login.token));
    Ok((StatusCode::CREATED, headers, Json(session_out(&app, login.person, login.csrf_token).await?)))
}

/// Who is signed in, and as whom he may act.
#[utoipa::path(get, path = "/api/v1/session", tag = "identity", security(("session" = [])), responses((status = 200, body = SessionOut)))]
async fn show_session(State(app): State<App>, signed_in: SignedIn) -> Result<Json<SessionOut>, Problem> {
    let person = use_cases::find_person(&app, signed_in.session.person)
        .await?
        .ok_or_else(|| Failure::damaged("sessions.person_id", "no such person"))?;
    Ok(Json(session_out(&app, person, signed_in.session.csrf_token).await?))
}

/// Logs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "identity", security(("session" = [])), responses((status = 204)))]
async fn log_out(State(app): State<App>, signed_in: SignedIn) -> Result<(StatusCode, HeaderMap), Problem> {
    use_cases::log_out(&app, &signed_in.actor, &signed_in.session).await?;
    Ok((StatusCode::NO_CONTENT, with_cookie(&app, None)))
}

/// A new password for who holds the phone.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordReset {
    /// Mobile number.
    phone: String,
    /// 8 to 64 characters, three kinds of four.
    #[schema(value_type = String)]
    new_password: Secret,
    /// The code sent for `reset_password`.
    sms_code: String,
}

/// Sets a new password and ends all sessions of the account.
#[utoipa::path(post, path = "/api/v1/password-resets", tag = "identity", request_body = PasswordReset, responses((status = 204)))]
async fn reset_password(
    State(app): State<App>,
    Visitor(actor): Visitor,
    Json(body): Json<PasswordReset>,
) -> Result<StatusCode, Problem> {
    use_cases::reset_password(&app, &actor, &body.phone, body.new_password.into_inner(), &body.sms_code).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A claim to a real name.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RealNameClaim {
    /// As on the identity card.
    name: String,
    /// 18 characters.
    resident_id: String,
}

/// The claim.
#[derive(Serialize, utoipa::ToSchema)]
struct ClaimCreated {
    /// `rnc_…`
    #[schema(value_type = String)]
    claim_id: RealNameClaimId,
}

/// Claims a real name; an operator decides.
#[utoipa::path(post, path = "/api/v1/real-name-claims", tag = "identity", security(("session" = [])), request_body = RealNameClaim, responses((status = 201, body = ClaimCreated)))]
async fn claim_real_name(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<RealNameClaim>,
) -> Result<(StatusCode, Json<ClaimCreated>), Problem> {
    let claim_id = use_cases::claim_real_name(&app, &actor, &body.name, &body.resident_id).await?;
    Ok((StatusCode::CREATED, Json(ClaimCreated { claim_id })))
}

/// A claim that waits.
#[derive(Serialize, utoipa::ToSchema)]
struct ClaimOut {
    /// `rnc_…`
    #[schema(value_type = String)]
    id: RealNameClaimId,
    /// `per_…`
    #[schema(value_type = String)]
    person_id: PersonId,
    /// The name claimed.
    name: String,
    /// 1***************0019
    resident_id_masked: String,
    /// 134****6577
    phone_masked: String,
    /// Microseconds UTC.
    created_at: i64,
}

/// A page of claims.
#[derive(Serialize, utoipa::ToSchema)]
struct ClaimPage {
    /// Oldest first.
    items: Vec<ClaimOut>,
    /// Pass as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Claims that wait for a decision.
#[utoipa::path(get, path = "/api/v1/operator/real-name-claims", tag = "operator", security(("session" = [])), params(PageQuery), responses((status = 200, body = ClaimPage)))]
async fn list_claims(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<PageQuery>,
) -> Result<Json<ClaimPage>, Problem> {
    let limit = page::limit(query.limit);
    let waiting = use_cases::waiting_claims(&app, &actor, query.cursor.as_deref().unwrap_or(""), limit).await?;
    let items: Vec<ClaimOut> = waiting
        .into_iter()
        .map(|waiting| ClaimOut {
            id: waiting.claim.id,
            person_id: waiting.claim.person,
            name: waiting.claim.name,
            resident_id_masked: waiting.resident_id_masked,
            phone_masked: waiting.phone_masked,
            created_at: waiting.claim.created_at,
        })
        .collect();
    let next_cursor = page::last(&items, limit).map(|item| item.id.to_string());
    Ok(Json(ClaimPage { items, next_cursor }))
}

/// A decision.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Decision {
    /// Accept or refuse.
    accept: bool,
    /// Required when refusing.
    reason: Option<String>,
}

/// Decides a claim.
#[utoipa::path(post, path = "/api/v1/operator/real-name-claims/{id}/decision", tag = "operator", security(("session" = [])), params(("id" = String, Path)), request_body = Decision, responses((status = 204)))]
async fn decide_claim(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<RealNameClaimId>,
    Json(body): Json<Decision>,
) -> Result<StatusCode, Problem> {
    use_cases::decide_claim(&app, &actor, id, body.accept, body.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whose messages.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
struct MessagesQuery {
    /// A phone number, or the id of a captcha; the newest to anybody if absent.
    phone: Option<String>,
}

/// What would have been sent.
#[derive(Serialize, utoipa::ToSchema)]
struct MessageOut {
    /// The phone number, or the id of a captcha.
    recipient: String,
    /// The text.
    text: String,
    /// Microseconds UTC.
    created_at: i64,
}

/// Messages, newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct Messages {
    /// The messages.
    items: Vec<MessageOut>,
}

/// What the sandbox would have sent by SMS (sandbox only).
#[utoipa::path(get, path = "/api/v1/sandbox/messages", tag = "sandbox", params(MessagesQuery), responses((status = 200, body = Messages)))]
async fn sandbox_messages(
    State(app): State<App>,
    Visitor(actor): Visitor,
    Query(query): Query<MessagesQuery>,
) -> Result<Json<Messages>, Problem> {
    let items = match query.phone {
        Some(recipient) => {
            let messages = use_cases::sandbox_messages(&app, &actor, &recipient).await?;
            let message = |(text, created_at)| MessageOut { recipient: recipient.clone(), text, created_at };
            messages.into_iter().map(message).collect()
        }
        None => {
            let messages = use_cases::sandbox_inbox(&app, &actor).await?;
            messages
                .into_iter()
                .map(|(recipient, text, created_at)| MessageOut { recipient, text, created_at })
                .collect()
        }
    };
    Ok(Json(Messages { items }))
}

/// The sample people of a demonstration.
#[derive(Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SamplePeople {
    /// They.
    people: Vec<SamplePerson>,
}

/// The sample people of the demonstration, with what is needed to log in as them (sandbox only).
#[utoipa::path(get, path = "/api/v1/sandbox/people", tag = "sandbox", responses((status = 200, body = SamplePeople)))]
async fn sample_people(State(app): State<App>, Visitor(actor): Visitor) -> Result<Json<SamplePeople>, Problem> {
    Ok(Json(SamplePeople { people: use_cases::sample_people(&app, &actor).await? }))
}

/// Marks accounts as the sample people of the demonstration, in place of those marked before (sandbox only; operator).
#[utoipa::path(put, path = "/api/v1/sandbox/people", tag = "sandbox", security(("session" = [])), request_body = SamplePeople, responses((status = 204)))]
async fn mark_sample_people(
    State(app): State<App>,
    actor: Actor,
    Json(body): Json<SamplePeople>,
) -> Result<StatusCode, Problem> {
    use_cases::mark_sample_people(&app, &actor, body.people).await?;
    Ok(StatusCode::NO_CONTENT)
}
