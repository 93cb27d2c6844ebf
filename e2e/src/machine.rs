//! Another system that pushes signed requests: a trading or mall system, or the supervising one.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::Value;
use sha2::Sha256;

use crate::client::{Client, Reply};
use crate::error::Error;
use crate::server::Server;

/// A registered machine client with its secret.
///
/// It signs with HMAC-SHA-256 over timestamp, method, path with query, and body, joined by line ends; the timestamp is
/// that of the server's clock, also after a story has moved it.
#[derive(Clone)]
pub struct Machine {
    id: String,
    secret: String,
}

impl Machine {
    /// One that the operator registers now; `kind` is `trading`, `mall` or `supervision`.
    ///
    /// # Errors
    /// When the server refuses, or its answer lacks the secret.
    pub fn register(operator: &Client, name: &str, kind: &str) -> Result<Self, Error> {
        let body = serde_json::json!({ "name": name, "kind": kind });
        let reply = operator.post("/api/v1/operator/clients", &body)?.ok()?;
        let answer = reply.json()?;
        match (answer["client_id"].as_str(), answer["secret"].as_str()) {
            (Some(id), Some(secret)) => Ok(Self { id: id.to_owned(), secret: secret.to_owned() }),
            _ => Err(reply.unexpected("client_id and secret")),
        }
    }

    /// The same client with a secret that is not its own.
    #[must_use]
    pub fn with_wrong_secret(&self) -> Self {
        Self { secret: format!("{}x", self.secret), ..self.clone() }
    }

    /// Pushes JSON by POST.
    ///
    /// # Errors
    /// When no answer comes; any status is an answer.
    pub fn push(&self, server: &Server, path: &str, body: &Value) -> Result<Reply, Error> {
        self.push_text(server, path, &body.to_string())
    }

    /// Pushes text that need not be JSON by POST.
    ///
    /// # Errors
    /// As [`Machine::push`].
    pub fn push_text(&self, server: &Server, path: &str, body: &str) -> Result<Reply, Error> {
        self.push_by(&Client::new(server.url())?, server.now_seconds(), path, body)
    }

    /// Pushes text through a client that is there already, at a time of the server's clock (seconds UTC).
    ///
    /// # Errors
    /// As [`Machine::push`].
    pub fn push_by(&self, client: &Client, now_seconds: i64, path: &str, body: &str) -> Result<Reply, Error> {
        let timestamp = now_seconds.to_string();
        let signature = signature(self.secret.as_bytes(), &timestamp, "POST", path, body.as_bytes());
        client.send(Method::POST, path, |request| {
            request
                .header("content-type", "application/json")
                .header("x-client-id", &self.id)
                .header("x-timestamp", timestamp)
                .header("x-signature", signature)
                .body(body.to_owned())
        })
    }
}

/// The signature of a request in hex.
fn signature(secret: &[u8], timestamp: &str, method: &str, target: &str, body: &[u8]) -> String {
    #[expect(clippy::expect_used, reason = "RFC 2104, section 2: HMAC takes a key of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any length");
    for part in [timestamp.as_bytes(), b"\n", method.as_bytes(), b"\n", target.as_bytes(), b"\n", body] {
        mac.update(part);
    }
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_openssl_computes() {
        // printf '1700000000\nPOST\n/api/v1/awards\n{"示例":1}' | openssl dgst -sha256 -hmac sample-secret
        let computed = signature(b"sample-secret", "1700000000", "POST", "/api/v1/awards", "{\"示例\":1}".as_bytes());
        assert_eq!(computed, "44714cac1503eb7ab16b7148ddc31882e3e5dc14cab08714e6fcaf88d3837f23");
    }
}
