//! The actor of a request: session cookie, CSRF token for unsafe methods, and the `X-Actor` header.
//!
//! A handler that needs somebody signed in takes `actor: Actor`. The cookie is HttpOnly, SameSite=Strict and Secure
//! (unless on plain HTTP in sandbox); the CSRF token is told at login and must come back in `X-CSRF-Token`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use subtle::ConstantTimeEq as _;
use yinxin_domain::ids::OrganisationId;

use super::extract::origin;
use super::problem::{Problem, Public, PublicError as _};
use crate::actor::{Actor, Capacity, Forbidden};
use crate::app::App;
use crate::identity::sessions::{self, Session};
use crate::organisation;

/// The cookie's name.
pub const COOKIE: &str = "yinxin_session";

/// The session token of a request, unchecked.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE && !value.is_empty()).then_some(value)
        })
}

/// `Set-Cookie` for a token, or for none.
pub(crate) fn cookie(app: &App, token: Option<&str>) -> String {
    let secure =
        if !app.config.is_sandbox() || app.config.http.public_url.starts_with("https://") { "; Secure" } else { "" };
    match token {
        Some(token) => format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}"),
        None => format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{secure}"),
    }
}

/// The session of a request whatever the capacity: for reading or ending the session itself.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The person acting for himself.
    pub actor: Actor,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let origin = origin(parts);
        let Some(token) = token(&parts.headers) else { return Err(Forbidden::NotSignedIn.into()) };
        let Some(session) = sessions::find_live(app, token).await? else {
            super::charge_address(app, &origin)?;
            return Err(Forbidden::NotSignedIn.into());
        };
        app.rate.account(&session.person.to_string(), app.now()).map_err(super::too_many)?;
        let safe = matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if !safe {
            let given = parts.headers.get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or_default();
            if !bool::from(given.as_bytes().ct_eq(session.csrf_token.as_bytes())) {
                return Err(csrf().into());
            }
        }
        let actor = Actor { capacity: Capacity::Person(session.person), origin };
        Ok(Self { session, actor })
    }
}

impl FromRequestParts<App> for Actor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let SignedIn { session, actor } = SignedIn::from_request_parts(parts, app).await?;
        let header = parts.headers.get("x-actor").and_then(|value| value.to_str().ok());
        Ok(Self { capacity: capacity(app, &session, header).await?, origin: actor.origin })
    }
}

/// In which capacity the person of a session acts, as `X-Actor` (or its stand-in where no header can be sent) says; checked.
pub(crate) async fn capacity(app: &App, session: &Session, acting: Option<&str>) -> Result<Capacity, Problem> {
    match acting {
        None | Some("") => Err(missing().into()),
        Some("person") => Ok(Capacity::Person(session.person)),
        Some("operator") if session.operator => Ok(Capacity::Operator(session.person)),
        Some("operator") => Err(not_yours().into()),
        Some(id) => {
            let id: OrganisationId = id.parse().map_err(|_| missing())?;
            let roles = organisation::use_cases::roles_of(app, id, session.person).await?.ok_or_else(not_yours)?;
            Ok(Capacity::Member { person: session.person, organisation: id, roles })
        }
    }
}

fn csrf() -> Public {
    Public::new(
        StatusCode::FORBIDDEN,
        "session.csrf",
        ("请求来源校验未通过", "The CSRF token is missing or wrong"),
        (
            "请刷新页面后重试；接口调用须携带登录时返回的 X-CSRF-Token。",
            "Reload the page and try again; API calls send the X-CSRF-Token told at login.",
        ),
    )
}

fn missing() -> Public {
    Public::new(
        StatusCode::BAD_REQUEST,
        "actor.missing",
        ("未选择操作身份", "No acting identity"),
        (
            "请求须以 X-Actor 指明操作身份：person、operator 或单位编号 org_…。",
            "Say in X-Actor as whom you act: person, operator, or an organisation's id org_….",
        ),
    )
}

/// Not an operator, or not a member of that organisation (which may not even exist: the answer is the same).
fn not_yours() -> Public {
    Forbidden::NotAllowed.public()
}
