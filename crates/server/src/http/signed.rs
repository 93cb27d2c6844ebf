//! Requests of machine clients: `X-Client-Id`, `X-Timestamp` (Unix seconds, ±300 s) and
//! `X-Signature` = hex HMAC-SHA-256(secret, timestamp "\n" METHOD "\n" path-and-query "\n" body).
//!
//! A handler takes [`Signed`] as its last argument and gets the actor and the body exactly as signed.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use yinxin_domain::ids::ClientId;

use super::extract::{body, origin};
use super::problem::{Problem, Public};
use crate::actor::{Actor, Capacity, ClientKind};
use crate::app::App;
use crate::failure::Failure;
use crate::open_api;

/// How far a timestamp may be from ours, seconds.
const TOLERANCE_SECONDS: u64 = 300;

/// A request whose signature holds.
pub struct Signed {
    /// The machine client.
    pub actor: Actor,
    /// The body, as signed.
    pub body: Bytes,
}

impl FromRequest<App> for Signed {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        Self::read(request, app, app.config.http.json_limit_bytes).await
    }
}

impl Signed {
    /// A signed request with a body of at most `limit` bytes, for handlers that take more than JSON is allowed elsewhere.
    pub(crate) async fn read(request: Request, app: &App, limit: usize) -> Result<Self, Problem> {
        let (parts, content) = request.into_parts();
        let origin = origin(&parts);
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let given = (header("x-client-id"), header("x-timestamp"), header("x-signature"));
        let target = parts.uri.path_and_query().map_or("/", axum::http::uri::PathAndQuery::as_str).to_owned();
        let method = parts.method.clone();
        let body = body(Request::from_parts(parts, content), limit).await?;
        match verify(app, given, method.as_str(), &target, &body).await? {
            Ok((client, kind)) => {
                app.rate.account(&client.to_string(), app.now()).map_err(super::too_many)?;
                Ok(Self { actor: Actor { capacity: Capacity::Client { client, kind }, origin }, body })
            }
            Err(refusal) => {
                // Who only claims to be a client is counted by his address, not at the client's expense.
                super::charge_address(app, &origin)?;
                Err((*refusal).into())
            }
        }
    }
}

/// The client whose signature holds, or the refusal.
async fn verify(
    app: &App,
    given: (Option<String>, Option<String>, Option<String>),
    method: &str,
    target: &str,
    body: &[u8],
) -> Result<Result<(ClientId, ClientKind), Box<Public>>, Failure> {
    let (Some(id), Some(timestamp), Some(signature)) = given else { return Ok(Err(Box::new(missing()))) };
    let Ok(id) = id.parse::<ClientId>() else { return Ok(Err(Box::new(mismatch()))) };
    let near = |time: i64| time.abs_diff(app.now() / 1_000_000) <= TOLERANCE_SECONDS;
    if !timestamp.parse().is_ok_and(near) {
        return Ok(Err(Box::new(stale())));
    }
    // An unknown client and a wrong signature answer alike, so that ids cannot be probed.
    let Some(client) = open_api::use_cases::client_for_verification(app, id).await? else {
        return Ok(Err(Box::new(mismatch())));
    };
    let holds = hex::decode(signature).is_ok_and(|given| {
        mac(&client.secret, &timestamp, method, target, body).is_some_and(|mac| mac.verify_slice(&given).is_ok())
    });
    Ok(if holds { Ok((id, client.kind)) } else { Err(Box::new(mismatch())) })
}

/// The HMAC over what is signed; nothing only if the key length is refused, which HMAC never does.
fn mac(secret: &[u8], timestamp: &str, method: &str, target: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    for part in [timestamp.as_bytes(), b"\n", method.as_bytes(), b"\n", target.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    Some(mac)
}

/// The `X-Signature` for a request, in hex: what a client computes. `target` is path and query.
#[must_use]
pub fn signature(secret: &[u8], timestamp: &str, method: &str, target: &str, body: &[u8]) -> String {
    mac(secret, timestamp, method, target, body).map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default()
}

fn refused(code: &'static str, zh: &'static str, en: &'static str) -> Public {
    Public::new(
        StatusCode::UNAUTHORIZED,
        code,
        ("接口签名未通过", "The request's signature does not hold"),
        (
            format!("{zh}。请核对接口说明中的签名方法。"),
            format!("{en}. See how requests are signed in the API description."),
        ),
    )
}

fn missing() -> Public {
    refused(
        "client.signature_missing",
        "缺少 X-Client-Id、X-Timestamp 或 X-Signature 请求头",
        "X-Client-Id, X-Timestamp or X-Signature is missing",
    )
}

fn mismatch() -> Public {
    refused(
        "client.signature_wrong",
        "签名与内容不符，或客户端不存在、已停用",
        "The signature does not fit, or the client is unknown or disabled",
    )
}

fn stale() -> Public {
    refused(
        "client.timestamp",
        "X-Timestamp 应为当前 Unix 秒数，误差不超过 300 秒",
        "X-Timestamp must be the current Unix time in seconds, within 300 seconds",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_covers_time_method_target_and_body() {
        // printf '1700000000\nPOST\n/api/v1/awards?x=1\n{}' | openssl dgst -sha256 -hmac secret
        let expected = signature(b"secret", "1700000000", "POST", "/api/v1/awards?x=1", b"{}");
        assert_eq!(expected, "de0b4ebc02a5a2354eafca7787458e583b03e10d3658c1b0604cc7c0e16a1354");
        for other in [
            signature(b"secreT", "1700000000", "POST", "/api/v1/awards?x=1", b"{}"),
            signature(b"secret", "1700000001", "POST", "/api/v1/awards?x=1", b"{}"),
            signature(b"secret", "1700000000", "PUT", "/api/v1/awards?x=1", b"{}"),
            signature(b"secret", "1700000000", "POST", "/api/v1/awards?x=2", b"{}"),
            signature(b"secret", "1700000000", "POST", "/api/v1/awards?x=1", b"{ }"),
        ] {
            assert_ne!(other, expected);
        }
    }
}
