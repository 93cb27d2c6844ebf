//! One signed POST to another system: the same signature that machine clients use towards us ([`crate::http::signed`]), an
//! `Idempotency-Key` that stays the same however often it is sent, and limits on time and on the size of the answer.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName};
use reqwest::{StatusCode, Url};
use zeroize::Zeroizing;

use crate::app::App;
use crate::http::signed;

/// The largest answer that is read, bytes.
const ANSWER_LIMIT: usize = 64 * 1024;
/// The header that names what a request is about, so that the receiver does it once.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Another system, and what it knows us by.
pub struct Connection {
    /// Where requests go.
    pub url: Url,
    /// `X-Client-Id`.
    pub client_id: String,
    /// The HMAC key.
    pub secret: Zeroizing<Vec<u8>>,
    /// How long an answer may take.
    pub timeout: Duration,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
}

/// Why nothing came back. The texts name no address and no content.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection, a time limit, or a broken answer.
    #[error("outside.unreachable")]
    Unreachable(#[source] reqwest::Error),
    /// The answer is longer than what is read.
    #[error("outside.answer_too_large: more than {ANSWER_LIMIT} bytes")]
    AnswerTooLarge,
    /// What is asked for refuses the request for good: its form is not accepted.
    #[error("outside.refused_for_good: HTTP {0}")]
    RefusedForGood(u16),
    /// It does not do it now, or does not know us.
    #[error("outside.refused: HTTP {0}")]
    Refused(u16),
}

impl CallError {
    /// Whether sending the same again cannot help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::RefusedForGood(_))
    }
}

/// Sends JSON and reads a successful answer.
///
/// # Errors
/// [`CallError`]; every status but 2xx is one.
pub async fn post(app: &App, to: &Connection, idempotency_key: &str, body: Vec<u8>) -> Result<Reply, CallError> {
    let timestamp = (app.now() / 1_000_000).to_string();
    let target = match to.url.query() {
        Some(query) => format!("{}?{query}", to.url.path()),
        None => to.url.path().to_owned(),
    };
    let signature = signed::signature(&to.secret, &timestamp, "POST", &target, &body);
    let unreachable = |error: reqwest::Error| CallError::Unreachable(error.without_url());
    let mut response = app
        .http
        .post(to.url.clone())
        .timeout(to.timeout)
        .header(CONTENT_TYPE, "application/json")
        .header(IDEMPOTENCY_KEY, idempotency_key)
        .header("x-client-id", &to.client_id)
        .header("x-timestamp", timestamp)
        .header("x-signature", signature)
        .body(body)
        .send()
        .await
        .map_err(unreachable)?;
    let status = response.status();
    match status {
        _ if status.is_success() => {}
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNSUPPORTED_MEDIA_TYPE
        | StatusCode::UNPROCESSABLE_ENTITY => return Err(CallError::RefusedForGood(status.as_u16())),
        _ => return Err(CallError::Refused(status.as_u16())),
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > ANSWER_LIMIT {
            return Err(CallError::AnswerTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, body })
}
