//! The HTTP edge: routes of all features, and around them what every request gets.
//!
//! Order from outside to inside: request id and origin, rate limit, time limit, panic guard, then the handler. On the way
//! back: the language of a problem, security headers, metrics, one log line without personal data (no body, no query, no
//! address).

pub mod extract;
pub(crate) mod file;
mod health;
pub(crate) mod json;
pub mod problem;
pub mod rate;
pub mod sandbox;
pub mod session;
pub mod signed;
mod web;

use std::any::Any;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};

use crate::actor::Origin;
use crate::app::App;
pub(crate) use health::collect_metrics;
use problem::{Language, Problem, Public, Unrendered};

/// The answer's request id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "印信 Yinxin",
        description = "Concluding contracts online. Errors are RFC 9457 problem details with a stable `code`. Times are microseconds UTC (`*_at`), money is integer fen (`*_fen`)."
    ),
    components(schemas(problem::ProblemSchema, problem::FaultSchema))
)]
struct Description;

/// The description of the whole API, sandbox included, as committed in `api/openapi.json`.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut openapi = Description::openapi();
    openapi.merge(
        crate::features::routes()
            .merge(crate::features::sandbox_routes())
            .merge(crate::features::of("process", health::routes()))
            .into_openapi(),
    );
    let schemes = [
        ("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(session::COOKIE)))),
        ("client", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Signature")))),
    ];
    let components = openapi.components.get_or_insert_default();
    for (name, scheme) in schemes {
        components.add_security_scheme(name, scheme);
    }
    openapi
}

/// All routes with all layers.
pub fn router(app: App) -> Router {
    let mut routes = crate::features::routes().merge(crate::features::of("process", health::routes()));
    if app.config.is_sandbox() {
        routes = routes.merge(crate::features::sandbox_routes());
    }
    let (router, _) = routes.split_for_parts();
    router
        .fallback(web::serve)
        .method_not_allowed_fallback(|| async { Problem::from(method_not_allowed()) })
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(app.clone(), edge))
        .with_state(app)
}

async fn edge(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = app.now();
    let request_id = format!("req_{}", hex::encode(app.chance.id_bytes()));
    let ip = client_ip(&app, &request);
    let language = Language::negotiate(request.headers().get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()));
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.chars().take(200).collect());
    request.extensions_mut().insert(Origin {
        ip: ip.map(|ip| ip.to_string()),
        user_agent,
        request_id: Some(request_id.clone()),
    });
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let known = claims_identity(request.headers());
    let plain = matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics");
    let played = is_played(&route);
    // The application's files lie in memory; a sign-in page needs a dozen of them at once.
    let page = request.extensions().get::<MatchedPath>().is_none() && !web::is_api(request.uri().path());

    let limited = if known || plain || played || page { Ok(()) } else { app.rate.anonymous(&rate_key(ip), started) };
    let mut response = match limited {
        Err(seconds) => Problem::from(too_many(seconds)).into_response(),
        Ok(()) => {
            let limit = Duration::from_secs(app.config.http.request_timeout_seconds);
            match tokio::time::timeout(limit, next.run(request)).await {
                Ok(response) => response,
                Err(_) => Problem::from(timed_out()).into_response(),
            }
        }
    };

    if let Some(Unrendered(public)) = response.extensions_mut().remove::<Unrendered>() {
        let headers = std::mem::take(response.headers_mut());
        response = public.respond(language, Some(&request_id));
        for (name, value) in headers.iter().filter(|(name, _)| *name == header::SET_COOKIE || *name == header::ALLOW) {
            response.headers_mut().append(name, value.clone());
        }
    }
    secure(&app, response.headers_mut());
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let micros = app.now().saturating_sub(started).max(0);
    if !plain {
        tracing::info!(%method, route, status, micros, request_id, "request");
    }
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("http_requests_total", &labels).increment(1);
    #[expect(clippy::cast_precision_loss, reason = "a duration for statistics")]
    metrics::histogram!("http_request_seconds", &labels[..2]).record(micros as f64 / 1e6);
    response
}

/// Headers for every answer. What is served is data, never a page with scripts; the web pages bring their own policy.
fn secure(app: &App, headers: &mut HeaderMap) {
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    );
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::X_FRAME_OPTIONS, "DENY");
    default(header::REFERRER_POLICY, "no-referrer");
    default(header::CACHE_CONTROL, "no-store");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(header::VARY, "Accept-Language, Cookie");
    if app.config.http.public_url.starts_with("https://") {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

fn client_ip(app: &App, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    if app.config.http.trust_forwarded_for {
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .and_then(|value| value.trim().parse().ok());
        return forwarded.or(peer);
    }
    peer
}

/// IPv6 networks are counted as one (/64), since a single customer holds all addresses of it.
fn rate_key(ip: Option<IpAddr>) -> String {
    match ip {
        None => String::new(),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        Some(IpAddr::V6(v6)) => hex::encode(v6.octets().get(..8).unwrap_or_default()),
    }
}

/// Played outside systems are not the public: demonstrations and tests ask them often, and production does not have them.
fn is_played(path: &str) -> bool {
    path.starts_with("/api/v1/sandbox/") || path.starts_with("/sandbox/")
}

/// Whether a request says that it is somebody; whether it is true is for the extractors to find out.
fn claims_identity(headers: &HeaderMap) -> bool {
    session::token(headers).is_some() || headers.contains_key("x-client-id")
}

/// An unknown session or client must not escape the limit of its address.
pub(crate) fn charge_address(app: &App, origin: &Origin) -> Result<(), Problem> {
    let ip = origin.ip.as_deref().and_then(|ip| ip.parse().ok());
    app.rate.anonymous(&rate_key(ip), app.now()).map_err(|seconds| too_many(seconds).into())
}

#[expect(clippy::needless_pass_by_value, reason = "the signature that CatchPanicLayer asks for")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = message.unwrap_or("?"), "a handler panicked");
    Problem::from(Public::internal()).into_response()
}

pub(crate) fn too_many(seconds: i64) -> Public {
    Public::new(
        StatusCode::TOO_MANY_REQUESTS,
        "rate.limited",
        ("请求过于频繁", "Too many requests"),
        (format!("请求过于频繁，请在 {seconds} 秒后重试。"), format!("Too many requests; try again in {seconds} s.")),
    )
    .retry_after(seconds)
}

fn timed_out() -> Public {
    Public::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "server.timeout",
        ("处理超时", "The request took too long"),
        (
            "系统繁忙，未能及时完成。请刷新查看当前状态后再决定是否重试。",
            "The server is busy. Look at the current state before you try again.",
        ),
    )
    .retry_after(5)
}

fn method_not_allowed() -> Public {
    Public::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "request.method",
        ("请求方法不支持", "Method not allowed"),
        (
            "此地址不支持该请求方法，请查阅接口说明。",
            "This address does not take this method; see the API description.",
        ),
    )
}
