//! What handlers take: JSON, path and query whose rejections are problems; documents; who acts.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::json;
use super::problem::{Problem, Public};
use crate::actor::{Actor, Origin};
use crate::app::App;

/// A JSON body, in and out.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let json = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !json {
            return Err(unsupported("application/json").into());
        }
        let bytes = body(request, app.config.http.json_limit_bytes).await?;
        Ok(Self(json::read(&bytes)?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// A password or key in a request body: kept out of `Debug` and wiped when dropped.
#[derive(Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Secret {
    /// The secret, for the use case.
    #[must_use]
    pub fn into_inner(self) -> Zeroizing<String> {
        self.0
    }
}

/// A PDF in the body, up to the upload limit. That it is a PDF is checked by whoever reads it; here only the content type is.
pub struct PdfBody(pub Bytes);

impl FromRequest<App> for PdfBody {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.trim().eq_ignore_ascii_case("application/pdf") {
            return Err(unsupported("application/pdf").into());
        }
        Ok(Self(body(request, app.config.http.upload_limit_bytes).await?))
    }
}

/// The whole body, at most `limit` bytes.
pub(super) async fn body(request: Request, limit: usize) -> Result<Bytes, Problem> {
    let declared = request
        .headers()
        .get(axum::http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(too_large(limit).into());
    }
    axum::body::to_bytes(request.into_body(), limit).await.map_err(|error| {
        let too_long =
            std::error::Error::source(&error).is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
        if too_long { too_large(limit).into() } else { json::broken_off().into() }
    })
}

/// Path parameters.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match axum::extract::Path::from_request_parts(parts, app).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            // An id that is not an id names nothing.
            Err(_) => Err(not_found().into()),
        }
    }
}

/// Query parameters.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, app).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => {
                let said = std::error::Error::source(&rejection).map(ToString::to_string);
                Err(json::bad_query(&said.unwrap_or_default()).into())
            }
        }
    }
}

/// Somebody unknown: for routes that need no session. Every public route takes it, because it also counts against the
/// address those requests that escaped the edge's limit by carrying a cookie or client id that nobody checks here.
pub struct Visitor(pub Actor);

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let origin = origin(parts);
        if super::claims_identity(&parts.headers) && !super::is_played(parts.uri.path()) {
            super::charge_address(app, &origin)?;
        }
        Ok(Self(Actor::visitor(origin)))
    }
}

/// From where a request came, as the outermost layer noted it.
pub(crate) fn origin(parts: &Parts) -> Origin {
    parts.extensions.get::<Origin>().cloned().unwrap_or_default()
}

/// 404: nothing of that id or at that address, or nothing that the actor may see.
pub(crate) fn not_found() -> Public {
    Public::new(
        StatusCode::NOT_FOUND,
        "request.not_found",
        ("未找到", "Not found"),
        (
            "没有找到所请求的内容，或您当前的操作身份无权查看。",
            "Nothing is found here, or the identity you act as may not see it.",
        ),
    )
}

fn too_large(limit: usize) -> Public {
    Public::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request.too_large",
        ("内容过大", "Too large"),
        (format!("请求内容超过上限 {limit} 字节。"), format!("The body has more than {limit} bytes.")),
    )
    .with("limit_bytes", limit)
}

fn unsupported(expected: &'static str) -> Public {
    Public::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "request.content_type",
        ("内容类型不支持", "Unsupported content type"),
        (format!("请求的 Content-Type 应为 {expected}。"), format!("The Content-Type must be {expected}.")),
    )
}
