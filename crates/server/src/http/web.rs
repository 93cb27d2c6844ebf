//! The web application: its files, and its one document for every page address.
//!
//! Whatever no route takes and is no address of the API is a page of the application, and gets the document with status 200; the application
//! itself says when there is no such page. Only a file under `/assets/` that does not exist is not found, because the document in its place would
//! be taken for a script.

use axum::body::{Body, Bytes};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use yinxin_web::{Asset, asset};

use super::extract::not_found;
use super::file::names;
use super::problem::Problem;

/// Nothing from elsewhere, nothing inline; `blob:` is what pdf.js makes its worker and pictures of.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; \
    connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";
/// The application's one document.
const DOCUMENT: &str = "index.html";

/// Whether an address belongs to the API or to played outside systems, where nothing of the application is.
pub(super) fn is_api(path: &str) -> bool {
    ["/api/", "/sandbox/"].iter().any(|room| path.starts_with(room)) || path == "/api" || path == "/sandbox"
}

/// Whether a content coding may be used: it is named, and not with weight 0.
fn takes(headers: &HeaderMap, coding: &str) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let refused = parts.any(|part| matches!(part.strip_prefix("q="), Some("0" | "0.0" | "0.00" | "0.000")));
        named && !refused
    })
}

/// Answers what no route took.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if is_api(path) || !matches!(method, Method::GET | Method::HEAD) {
        return Problem::from(not_found()).into_response();
    }
    let (brotli, gzip) = (takes(&headers, "br"), takes(&headers, "gzip"));
    let file = match asset(path, brotli, gzip) {
        Some(file) => Some(file),
        None if path.starts_with("/assets/") => None,
        None => asset(DOCUMENT, brotli, gzip),
    };
    file.map_or_else(|| Problem::from(not_found()).into_response(), |file| answer(&headers, file))
}

fn answer(headers: &HeaderMap, file: Asset) -> Response {
    let cache = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [
        (CACHE_CONTROL, cache),
        (ETAG, file.etag),
        (VARY, "Accept-Encoding"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CONTENT_TYPE, file.content_type),
    ];
    if names(headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()), file.etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let body = Body::from(Bytes::from_static(file.bytes));
    match file.encoding {
        Some(encoding) => (common, [(CONTENT_ENCODING, encoding)], body).into_response(),
        None => (common, body).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_taken_when_it_is_named_and_not_refused() {
        let accepting = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, text.parse().unwrap());
            headers
        };
        assert!(takes(&accepting("gzip, deflate, br"), "br"));
        assert!(takes(&accepting("BR;q=0.5"), "br"));
        assert!(!takes(&accepting("br;q=0, gzip"), "br"));
        assert!(!takes(&accepting("brotli"), "br"));
        assert!(!takes(&HeaderMap::new(), "gzip"));
    }
}
