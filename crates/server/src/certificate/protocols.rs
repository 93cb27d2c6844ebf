//! The protocols of PKI over HTTP: status (RFC 6960 A.1), lists and certificates (RFC 5280 4.2.1.13, RFC 4387), timestamps (RFC 3161 3.4),
//! and the roots. All public: everything that they say is.
//!
//! A request that cannot be read is answered in the protocol's own way with HTTP status 200, because its clients read nothing else.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yinxin_pki::ocsp::{self, OcspFailure};

use super::{Hierarchy, responder, tsa, use_cases};
use crate::app::App;
use crate::http::extract::{Path, not_found};
use crate::http::problem::{Problem, Public};

/// The largest query: RFC 6960 and RFC 3161 requests have some hundred bytes.
const LARGEST: usize = 64 * 1024;

/// The routes of the protocols.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ocsp_post))
        // The path holds base 64 with slashes, which a description of the API cannot say.
        .route("/ocsp/{*request}", axum::routing::get(ocsp_get))
        .routes(routes!(timestamp))
        .routes(routes!(revocation_list))
        .routes(routes!(authority))
        .routes(routes!(trust))
}

/// A DER body of at most 64 KiB, with the content type that the protocol asks for.
async fn der(request: Request, kind: &'static str) -> Result<Bytes, Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !given.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind) {
        return Err(Public::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "request.content_type",
            ("内容类型不支持", "Unsupported content type"),
            (format!("请求的 Content-Type 应为 {kind}。"), format!("The Content-Type must be {kind}.")),
        )
        .into());
    }
    let (parts, body) = request.into_parts();
    let limited = Request::from_parts(parts, axum::body::Body::new(http_body_util::Limited::new(body, LARGEST)));
    Bytes::from_request(limited, &()).await.map_err(|_| {
        Public::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "request.too_large",
            ("内容过大", "Too large"),
            (format!("请求内容超过上限 {LARGEST} 字节。"), format!("The body has more than {LARGEST} bytes.")),
        )
        .with("limit_bytes", LARGEST)
        .into()
    })
}

fn answer(kind: &'static str, cache: &'static str, bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, cache)], bytes).into_response()
}

/// Certificate status: an OCSPRequest in DER, answered by the responder of the hierarchy that issued the certificate.
#[utoipa::path(post, path = "/ocsp", tag = "pki", request_body(content = Vec<u8>, content_type = "application/ocsp-request"), responses((status = 200, content_type = "application/ocsp-response", body = Vec<u8>)))]
async fn ocsp_post(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let request = der(request, "application/ocsp-request").await?;
    ocsp_answer(&app, &request).await
}

/// Certificate status by GET (RFC 6960 A.1): the request in base 64 behind the address, URL-encoded or not.
async fn ocsp_get(State(app): State<App>, Path(request): Path<String>) -> Result<Response, Problem> {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    if request.len() > LARGEST {
        return ocsp_malformed();
    }
    match GeneralPurpose::new(&STANDARD, lenient).decode(request.trim_start_matches('/')) {
        Ok(request) => ocsp_answer(&app, &request).await,
        Err(_) => ocsp_malformed(),
    }
}

async fn ocsp_answer(app: &App, request: &[u8]) -> Result<Response, Problem> {
    Ok(answer("application/ocsp-response", "no-store", responder::answer(app, request).await?))
}

fn ocsp_malformed() -> Result<Response, Problem> {
    Ok(answer("application/ocsp-response", "no-store", ocsp::failure(OcspFailure::MalformedRequest)))
}

/// Timestamps: a TimeStampReq in DER. SM3 digests are stamped by the SM2 authority, SHA-2 digests by the P-256 one.
#[utoipa::path(post, path = "/tsa", tag = "pki", request_body(content = Vec<u8>, content_type = "application/timestamp-query"), responses((status = 200, content_type = "application/timestamp-reply", body = Vec<u8>)))]
async fn timestamp(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let query = der(request, "application/timestamp-query").await?;
    Ok(answer("application/timestamp-reply", "no-store", tsa::answer(&app, &query).await?))
}

/// The revocation list of an issuer: `sm2-root.crl`, `sm2-ca.crl`, `p256-root.crl`, `p256-ca.crl`.
#[utoipa::path(get, path = "/crl/{file}", tag = "pki", params(("file" = String, Path)), responses((status = 200, content_type = "application/pkix-crl", body = Vec<u8>)))]
async fn revocation_list(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Problem> {
    let Some(issuer) = file.strip_suffix(".crl") else { return Err(not_found().into()) };
    match responder::revocation_list(&app, issuer).await? {
        Some(list) => Ok(answer("application/pkix-crl", "public, max-age=300", list)),
        None => Err(not_found().into()),
    }
}

/// The certificate of an authority: `sm2-ca.cer`, `p256-tsa.cer`, and so on.
#[utoipa::path(get, path = "/ca/{file}", tag = "pki", params(("file" = String, Path)), responses((status = 200, content_type = "application/pkix-cert", body = Vec<u8>)))]
async fn authority(State(app): State<App>, Path(file): Path<String>) -> Result<Response, Problem> {
    let name = file.strip_suffix(".cer");
    let mut all = app.trust.hierarchies()?.both().into_iter().flat_map(Hierarchy::all);
    match all.find(|authority| Some(authority.name.as_str()) == name) {
        Some(authority) => {
            let der = authority.certificate.as_der().to_vec();
            Ok(answer("application/pkix-cert", "public, max-age=86400", der))
        }
        None => Err(not_found().into()),
    }
}

/// Both roots in PEM: what a verifier is told to trust.
#[utoipa::path(get, path = "/api/v1/trust.pem", tag = "pki", responses((status = 200, content_type = "application/x-pem-file", body = String)))]
async fn trust(State(app): State<App>) -> Result<Response, Problem> {
    let pem: String = use_cases::roots(&app)?.iter().map(yinxin_pki::x509::Certificate::to_pem).collect();
    Ok(answer("application/x-pem-file", "public, max-age=86400", pem.into_bytes()))
}
