//! The HTTP API as a browser or another system speaks it.

use std::time::Duration;

use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HeaderMap, SET_COOKIE};
use serde_json::{Value, json};

use crate::error::Error;

const SESSION_COOKIE: &str = "yinxin_session";

/// A person at a browser: holds the session cookie, the CSRF token and the acting identity, and sends them as a page would.
///
/// A clone is a second tab of the same browser: the same session, and an actor of its own.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::blocking::Client,
    base: String,
    session: Option<Session>,
    actor: String,
}

#[derive(Clone, Debug)]
struct Session {
    cookie: String,
    csrf_token: String,
}

impl Client {
    /// Somebody who is not signed in, at the server with this URL, acting as himself.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(url: &str) -> Result<Self, Error> {
        let base = url.trim_end_matches('/').to_owned();
        Ok(Self { http: http(Duration::from_secs(60))?, base, session: None, actor: "person".to_owned() })
    }

    /// Signs in and keeps the session.
    ///
    /// # Errors
    /// When the server refuses, or answers without cookie or CSRF token.
    pub fn sign_in(&mut self, phone: &str, password: &str) -> Result<Reply, Error> {
        let reply = self.post("/api/v1/sessions", &json!({ "phone": phone, "password": password }))?.ok()?;
        let cookie = reply.cookie(SESSION_COOKIE).ok_or_else(|| reply.unexpected("a session cookie"))?;
        let token = reply.json()?["csrf_token"].as_str().map(str::to_owned);
        let csrf_token = token.ok_or_else(|| reply.unexpected("a csrf_token"))?;
        self.session = Some(Session { cookie, csrf_token });
        Ok(reply)
    }

    /// The same session acting as `person` or as the organisation with this id.
    #[must_use]
    pub fn acting_as(&self, actor: &str) -> Self {
        Self { actor: actor.to_owned(), ..self.clone() }
    }

    /// The same server at another URL: what a browser sees after a restart on another port.
    #[must_use]
    pub fn moved_to(&self, url: &str) -> Self {
        Self { base: url.trim_end_matches('/').to_owned(), ..self.clone() }
    }

    /// The same session with a wrong CSRF token, as a request forged by another site would carry.
    #[must_use]
    pub fn with_forged_csrf(&self) -> Self {
        let session = self.session.clone().map(|session| Session { csrf_token: "forged".to_owned(), ..session });
        Self { session, ..self.clone() }
    }

    /// GET.
    ///
    /// # Errors
    /// When no answer comes; any status is an answer.
    pub fn get(&self, path: &str) -> Result<Reply, Error> {
        self.send(Method::GET, path, |request| request)
    }

    /// POST with a JSON body.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Reply, Error> {
        self.send(Method::POST, path, |request| request.json(body))
    }

    /// PUT with a JSON body.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn put(&self, path: &str, body: &Value) -> Result<Reply, Error> {
        self.send(Method::PUT, path, |request| request.json(body))
    }

    /// PATCH with a JSON body.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn patch(&self, path: &str, body: &Value) -> Result<Reply, Error> {
        self.send(Method::PATCH, path, |request| request.json(body))
    }

    /// DELETE.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn delete(&self, path: &str) -> Result<Reply, Error> {
        self.send(Method::DELETE, path, |request| request)
    }

    /// Any request: `shape` adds headers and a body to what every page sends.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub fn send(
        &self,
        method: Method,
        path: &str,
        shape: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<Reply, Error> {
        let name = format!("{method} {path}");
        let safe = method.is_safe();
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(session) = &self.session {
            request = request.header("cookie", format!("{SESSION_COOKIE}={}", session.cookie));
            request = request.header("x-actor", &self.actor);
            if !safe {
                request = request.header("x-csrf-token", &session.csrf_token);
            }
        }
        let failed = |source| Error::Http { request: name.clone(), source };
        let reply = shape(request).send().map_err(failed)?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let body = reply.bytes().map_err(failed)?.to_vec();
        Ok(Reply { request: name, status, headers, body })
    }
}

/// A client that follows no redirect and gives up after `timeout`.
pub(crate) fn http(timeout: Duration) -> Result<reqwest::blocking::Client, Error> {
    reqwest::blocking::Client::builder()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|source| Error::Http { request: "make the HTTP client".to_owned(), source })
}

/// The answer to one request.
#[derive(Debug)]
pub struct Reply {
    request: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Reply {
    /// This answer if its status is 2xx.
    ///
    /// # Errors
    /// When it is another; the error shows the whole answer.
    pub fn ok(self) -> Result<Self, Error> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(self.unexpected("2xx")) }
    }

    /// The body of a successful answer as JSON.
    ///
    /// # Errors
    /// When the status is not 2xx or the body is not JSON.
    pub fn ok_json(self) -> Result<Value, Error> {
        self.ok()?.json()
    }

    /// The body as JSON, whatever the status.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body).map_err(|_| self.unexpected("JSON"))
    }

    /// The problem that this answer tells, which must have this status.
    ///
    /// # Errors
    /// When the status is another, or the body is no problem details (RFC 9457) with our `code`.
    pub fn refused(self, status: u16) -> Result<Problem, Error> {
        if self.status != status {
            return Err(self.unexpected(&format!("a refusal with {status}")));
        }
        let kind = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/problem+json") {
            return Err(self.unexpected("application/problem+json"));
        }
        let body = self.json()?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (Some(code), Some(title)) = (text(&body["code"]), text(&body["title"])) else {
            return Err(self.unexpected("a problem with code and title"));
        };
        if body["status"].as_u64().is_some_and(|told| told != u64::from(status)) {
            return Err(self.unexpected("a problem whose status is that of the answer"));
        }
        let mut faults = Vec::new();
        for fault in body["faults"].as_array().into_iter().flatten() {
            let (Some(path), Some(code)) = (text(&fault["path"]), text(&fault["code"])) else {
                return Err(self.unexpected("faults with path and code"));
            };
            faults.push(Fault { path, code, body: fault.clone() });
        }
        Ok(Problem { code, title, detail: text(&body["detail"]).unwrap_or_default(), faults, body })
    }

    /// The value of a cookie that this answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.headers.get_all(SET_COOKIE).iter().find_map(|header| {
            let (own, rest) = header.to_str().ok()?.split_once('=')?;
            (own.trim() == name).then(|| rest.split(';').next().unwrap_or_default().to_owned())
        })
    }

    /// An error that shows this answer beside what was expected.
    pub fn unexpected(&self, expected: &str) -> Error {
        let body = String::from_utf8_lossy(&self.body).chars().take(4_000).collect();
        Error::Unexpected { request: self.request.clone(), expected: expected.to_owned(), status: self.status, body }
    }
}

/// A refusal: RFC 9457 problem details with our members.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The stable code.
    pub code: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// What is wrong this time, and what to do; empty if it does not say.
    pub detail: String,
    /// Every fault of the input, each with its place.
    pub faults: Vec<Fault>,
    /// The whole body.
    pub body: Value,
}

/// One fault of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where in the input.
    pub path: String,
    /// The stable code.
    pub code: String,
    /// The whole fault, with what it tells a person.
    pub body: Value,
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};
    use std::thread;

    use super::*;

    /// Answers requests in turn with these heads and bodies; gives the URL and what was asked.
    fn answering(answers: Vec<(&'static str, String)>) -> (String, Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (tell, asked) = channel();
        thread::spawn(move || {
            for (head, body) in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
                let mut request = String::new();
                while !request.ends_with("\r\n\r\n") {
                    assert!(reader.read_line(&mut request).expect("a head") > 0);
                }
                let length = request.lines().find_map(|line| line.strip_prefix("content-length: "));
                let mut content = vec![0; length.map_or(0, |length| length.parse().expect("a number"))];
                reader.read_exact(&mut content).expect("a body");
                request.push_str(&String::from_utf8_lossy(&content));
                tell.send(request).expect("the test listens");
                write!(stream, "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
                    .expect("answered");
            }
        });
        (url, asked)
    }

    const SIGNED_IN: &str =
        "201 Created\r\ncontent-type: application/json\r\nset-cookie: yinxin_session=abc; HttpOnly; Path=/";

    #[test]
    fn a_session_is_sent_with_every_request_and_the_token_with_unsafe_ones() -> Result<(), Error> {
        let answers = vec![
            (SIGNED_IN, json!({ "csrf_token": "tok" }).to_string()),
            ("200 OK", "{}".to_owned()),
            ("200 OK", "{}".to_owned()),
            ("200 OK", "{}".to_owned()),
        ];
        let (url, asked) = answering(answers);
        let asked = || asked.recv().expect("a request");
        let mut client = Client::new(&url)?;
        client.sign_in("13800000001", "secret")?;
        let first = asked();
        assert!(first.starts_with("POST /api/v1/sessions ") && first.contains("13800000001"), "{first}");
        assert!(!first.contains("x-csrf-token") && !first.contains("cookie:"), "{first}");
        client.get("/a")?.ok_json()?;
        let second = asked();
        assert!(
            second.contains("cookie: yinxin_session=abc\r\n") && second.contains("x-actor: person\r\n"),
            "{second}"
        );
        assert!(!second.contains("x-csrf-token"), "{second}");
        client.acting_as("org_1").post("/b", &json!({ "x": 1 }))?.ok()?;
        let third = asked();
        assert!(third.contains("x-actor: org_1\r\n") && third.contains("x-csrf-token: tok\r\n"), "{third}");
        client.with_forged_csrf().delete("/c")?.ok()?;
        assert!(asked().contains("x-csrf-token: forged\r\n"));
        Ok(())
    }

    #[test]
    fn a_refusal_is_read_with_all_its_faults() -> Result<(), Error> {
        let body = json!({ "status": 422, "title": "t", "code": "award.refused", "faults": [
            { "path": "lines[0].amount", "code": "award.sum", "detail": "d" },
            { "path": "buyer.uscc", "code": "award.uscc" } ] });
        let problem = "422 Unprocessable Content\r\ncontent-type: application/problem+json";
        let (url, _asked) = answering(vec![(problem, body.to_string()), (problem, body.to_string())]);
        let client = Client::new(&url)?;
        let refused = client.get("/x")?.refused(422)?;
        assert_eq!(refused.code, "award.refused");
        let codes: Vec<&str> = refused.faults.iter().map(|fault| fault.code.as_str()).collect();
        assert_eq!(codes, ["award.sum", "award.uscc"]);
        let error = client.get("/x")?.ok().expect_err("422 is no success").to_string();
        assert!(error.contains("GET /x") && error.contains("award.refused"), "{error}");
        Ok(())
    }

    #[test]
    fn what_is_no_problem_details_is_not_taken_for_a_refusal() -> Result<(), Error> {
        let json_type = "404 Not Found\r\ncontent-type: application/json";
        let problem_type = "404 Not Found\r\ncontent-type: application/problem+json";
        let full = json!({ "title": "t", "code": "c" });
        let answers = vec![
            (json_type, full.to_string()),
            (problem_type, json!({ "title": "t" }).to_string()),
            (problem_type, json!({ "title": "t", "code": "c", "status": 400 }).to_string()),
            (problem_type, json!({ "title": "t", "code": "c", "faults": [{ "code": "c" }] }).to_string()),
            (problem_type, full.to_string()),
        ];
        let last = answers.len() - 1;
        let (url, _asked) = answering(answers);
        for place in 0..=last {
            let refused = Client::new(&url)?.get("/x")?.refused(404);
            assert_eq!(refused.is_ok(), place == last, "{refused:?}");
        }
        Ok(())
    }
}
