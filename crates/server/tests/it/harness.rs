//! A server per test, and clients that remember cookie, CSRF token and acting identity.

use std::sync::OnceLock;

use reqwest::Method;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use yinxin_server::app::App;
use yinxin_server::config::Config;
use yinxin_server::server::Server;

/// The administrative address of a PostgreSQL server where databases may be made.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment which tools there are")]
fn postgres() -> Option<&'static str> {
    static URL: OnceLock<Option<String>> = OnceLock::new();
    URL.get_or_init(|| {
        let url = std::env::var("YINXIN_TEST_POSTGRES").ok();
        if url.is_none() {
            assert_ne!(
                std::env::var("YINXIN_ORACLES").as_deref(),
                Ok("required"),
                "YINXIN_ORACLES=required, but YINXIN_TEST_POSTGRES names no PostgreSQL server"
            );
            eprintln!("the PostgreSQL half of these tests is skipped: YINXIN_TEST_POSTGRES names no server");
        }
        url
    })
    .as_deref()
}

/// A running server with a database and directory of its own.
pub struct TestApp {
    /// The server.
    pub server: Server,
    http: reqwest::Client,
    _directory: tempfile::TempDir,
}

/// Runs a test on SQLite, then (when there is one) on PostgreSQL.
pub async fn everywhere(test: impl AsyncFn(&TestApp)) {
    everywhere_with("", test).await;
}

/// As [`everywhere`], with TOML laid over the test configuration.
pub async fn everywhere_with(settings: &str, test: impl AsyncFn(&TestApp)) {
    let app = TestApp::start(settings, "").await;
    test(&app).await;
    app.server.stop().await;
    if let Some(admin) = postgres() {
        let name = format!("yinxin_test_{}", hex::encode(fresh_bytes()));
        let mut connection = sqlx::PgConnection::connect(admin).await.expect("YINXIN_TEST_POSTGRES cannot be reached");
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
        let (server, _) = admin.rsplit_once('/').expect("an address with a database");
        let app = TestApp::start(settings, &format!("{server}/{name}")).await;
        test(&app).await;
        app.server.stop().await;
        connection.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "a name for a database of this test alone")]
fn fresh_bytes() -> [u8; 8] {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

impl TestApp {
    async fn start(settings: &str, database_url: &str) -> Self {
        sqlx::any::install_default_drivers();
        let directory = tempfile::tempdir().unwrap();
        // Password hashing is made cheap; everything else is as shipped. Variables win over the file, so a test's own settings go there.
        let variables = [
            ("YINXIN__DATA_DIR", directory.path().display().to_string()),
            ("YINXIN__HTTP__LISTEN", "127.0.0.1:0".to_owned()),
            ("YINXIN__DATABASE__URL", database_url.to_owned()),
            ("YINXIN__DATABASE__CONNECTIONS", "8".to_owned()),
            ("YINXIN__IDENTITY__ARGON2_MEMORY_KIB", "64".to_owned()),
            ("YINXIN__IDENTITY__ARGON2_PASSES", "1".to_owned()),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value));
        let config = Config::from_parts(Some(settings), variables).unwrap();
        let server = Server::start(config).await.unwrap();
        // A server that refuses a large body ends the connection: a request that took it from the pool at that moment would fail for
        // nothing that a test is about.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { server, http, _directory: directory }
    }

    /// What use cases reach.
    pub fn app(&self) -> &App {
        &self.server.app
    }

    /// Somebody without a session.
    pub fn visitor(&self) -> Client<'_> {
        Client { app: self, cookie: None, csrf: None, actor: None, headers: Vec::new() }
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Client<'a> {
    /// Whose server.
    pub app: &'a TestApp,
    /// Cookie header, once logged in.
    pub cookie: Option<String>,
    /// CSRF token, once logged in.
    pub csrf: Option<String>,
    /// `X-Actor`.
    pub actor: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body as JSON, or null when it is not.
    pub json: Value,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The stable code of a problem.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or("")
    }

    /// The answer, if it has this status; panics with the problem otherwise.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }
}

impl Client<'_> {
    /// The same client acting as `person`, `operator` or `org_…`.
    pub fn acting(&self, actor: impl std::fmt::Display) -> Self {
        Self { actor: Some(actor.to_string()), ..self.clone() }
    }

    /// The same client with one more header.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// POST of JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(("application/json", body.to_string().into_bytes()))).await
    }

    /// PATCH of JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(("application/json", body.to_string().into_bytes()))).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// A GET whose answer is a stream of events, not yet read.
    pub async fn open(&self, path: &str) -> reqwest::Response {
        let mut request = self.app.http.get(format!("http://{}{path}", self.app.server.address));
        request = request.header("accept", "text/event-stream");
        for (name, value) in [("cookie", &self.cookie), ("x-actor", &self.actor)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        request.send().await.unwrap()
    }

    /// Any request.
    pub async fn send(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        let mut request = self.app.http.request(method, format!("http://{}{path}", self.app.server.address));
        let own = [("cookie", &self.cookie), ("x-csrf-token", &self.csrf), ("x-actor", &self.actor)];
        for (name, value) in own {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some((kind, bytes)) = body {
            request = request.header("content-type", kind).body(bytes);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, json, bytes }
    }
}
