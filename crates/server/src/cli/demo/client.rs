//! The demo's HTTP client: it knows the product only as a browser or another system does.

use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use serde_json::Value;

use super::DemoError;
use crate::http::signed::signature;

/// One visitor of the product, signed in or not, acting in one capacity.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    session: Option<(String, String)>,
    actor: String,
}

/// A machine client's id and secret.
pub(super) struct Machine {
    pub id: String,
    pub secret: String,
}

impl Client {
    /// A visitor of the product at `base`.
    pub(super) fn new(base: &str) -> Result<Self, DemoError> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(120)).build()?;
        Ok(Self { http, base: base.to_owned(), session: None, actor: "person".to_owned() })
    }

    /// Signs in with phone and password.
    pub(super) async fn sign_in(&self, phone: &str, password: &str) -> Result<Self, DemoError> {
        let body = serde_json::json!({ "phone": phone, "password": password });
        let request = self.http.post(format!("{}/api/v1/sessions", self.base)).json(&body);
        let answer = request.send().await?;
        let cookie = answer
            .headers()
            .get(header::SET_COOKIE)
            .and_then(|cookie| cookie.to_str().ok())
            .and_then(|cookie| cookie.split(';').next())
            .map(str::to_owned);
        let status = answer.status();
        let json: Value = answer.json().await?;
        match (cookie, json["csrf_token"].as_str()) {
            (Some(cookie), Some(token)) => Ok(Self { session: Some((cookie, token.to_owned())), ..self.clone() }),
            _ => {
                Err(DemoError::Refused { what: "POST /api/v1/sessions".into(), status: status.as_u16(), problem: json })
            }
        }
    }

    /// The same session, acting as `person`, `operator` or an organisation.
    pub(super) fn acting_as(&self, actor: &str) -> Self {
        Self { actor: actor.to_owned(), ..self.clone() }
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, DemoError> {
        Ok(serde_json::from_slice(&self.send(Method::GET, path, None).await?)?)
    }

    pub(super) async fn bytes(&self, path: &str) -> Result<Vec<u8>, DemoError> {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        let bytes = self.send(Method::POST, path, Some(body)).await?;
        if bytes.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&bytes)?) }
    }

    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        Ok(serde_json::from_slice(&self.send(Method::PATCH, path, Some(body)).await?)?)
    }

    /// PATCH whose answer has no body.
    pub(super) async fn patch_nothing(&self, path: &str, body: &Value) -> Result<(), DemoError> {
        self.send(Method::PATCH, path, Some(body)).await.map(|_| ())
    }

    /// PUT whose answer has no body.
    pub(super) async fn put_nothing(&self, path: &str, body: &Value) -> Result<(), DemoError> {
        self.send(Method::PUT, path, Some(body)).await.map(|_| ())
    }

    /// Pushes bytes as a machine does; an answer of any status.
    pub(super) async fn push(
        &self,
        machine: &Machine,
        path: &str,
        body: Vec<u8>,
        now: i64,
    ) -> Result<(StatusCode, Value), DemoError> {
        let timestamp = (now / 1_000_000).to_string();
        let signed = signature(machine.secret.as_bytes(), &timestamp, "POST", path, &body);
        let answer = self
            .http
            .post(format!("{}{path}", self.base))
            .header("X-Client-Id", &machine.id)
            .header("X-Timestamp", timestamp)
            .header("X-Signature", signed)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .send()
            .await?;
        let status = answer.status();
        Ok((status, answer.json().await?))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Vec<u8>, DemoError> {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some((cookie, token)) = &self.session {
            request = request.header(header::COOKIE, cookie).header("X-Actor", &self.actor);
            if method != Method::GET {
                request = request.header("X-CSRF-Token", token);
            }
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?.to_vec();
        if status.is_success() {
            return Ok(bytes);
        }
        let problem = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Err(DemoError::Refused { what: format!("{method} {path}"), status: status.as_u16(), problem })
    }
}
