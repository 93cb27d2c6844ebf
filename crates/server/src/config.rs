//! The configuration: `config.default.toml` (embedded, documents every key), then `--config FILE`, then the environment.
//!
//! Each section is one struct; an unknown key is an error at start. Nothing else in the program reads the environment.
//! A feature that needs a key adds a section here and to `config.default.toml`, nowhere else.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

/// The documented defaults, as shipped.
pub const DEFAULTS: &str = include_str!("../../../config.default.toml");

/// Environment variables that begin so override keys: `YINXIN__SECTION__KEY`.
const ENVIRONMENT_PREFIX: &str = "YINXIN__";

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file of `--config` cannot be read.
    #[error("the configuration file {path} cannot be read: {source}")]
    Unreadable {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A text is not TOML, or a key is unknown or of the wrong type.
    #[error("the configuration is not valid ({origin}): {source}")]
    Invalid {
        /// Which text: the file, or the whole after overlaying.
        origin: String,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A combination that must not run (design, invariant 10).
    #[error("the configuration is refused: {0}")]
    Refused(&'static str),
}

/// Sandbox is not production (design, invariant 10).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Outside systems are played by this program; nothing that it issues is real.
    Sandbox,
    /// Sandbox outside systems refuse to start.
    Production,
}

/// The whole configuration. See `config.default.toml` for the meaning of each key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Sandbox or production.
    pub environment: Environment,
    /// Database, documents and keys.
    pub data_dir: PathBuf,
    /// The HTTP server.
    pub http: Http,
    /// The database.
    pub database: Database,
    /// Background jobs.
    pub jobs: Jobs,
    /// Work that occupies a processor.
    pub cpu: Cpu,
    /// Logging.
    pub log: Log,
    /// Rate limits.
    pub rate: Rate,
    /// Accounts and sessions.
    pub identity: Identity,
    /// Contracts.
    pub contract: Contract,
    /// Whom the public verifier trusts.
    pub verification: Verification,
    /// Whom users ask.
    pub help: Help,
    /// The supervising system that concluded contracts are filed with.
    pub supervision: Connector,
    /// The medium that notices are published on.
    pub medium: Connector,
    /// Where keys are.
    pub keys: Keys,
    /// The built-in certification authority.
    pub ca: Ca,
    /// The first start.
    pub bootstrap: Bootstrap,
}

/// `[http]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address users know; empty: where it listens.
    pub public_url: String,
    /// Whether X-Forwarded-For comes from our own balancer.
    pub trust_forwarded_for: bool,
    /// Seconds before 503.
    pub request_timeout_seconds: u64,
    /// Bytes of the largest JSON body.
    pub json_limit_bytes: usize,
    /// Bytes of the largest uploaded document.
    pub upload_limit_bytes: usize,
}

/// `[help]`: whom users ask; empty where nobody is named.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Help {
    /// Who helps.
    pub organisation: String,
    /// The telephone number.
    pub phone: String,
    /// The address of e-mail.
    pub email: String,
    /// When somebody is there.
    pub hours: String,
}

/// `[supervision]` and `[medium]`: a system of others that this server calls.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connector {
    /// Where requests go; empty: the sandbox's own system.
    pub url: String,
    /// What it knows this server by.
    pub client_id: String,
    /// The HMAC key, as text.
    pub secret: String,
    /// How long an answer may take.
    pub timeout_seconds: u64,
    /// Hours after which it is asked again for an answer that it promised for later.
    pub ask_again_hours: i64,
}

impl std::fmt::Debug for Connector {
    /// The secret is not printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("timeout_seconds", &self.timeout_seconds).finish_non_exhaustive()
    }
}

impl Connector {
    fn check(&self, environment: Environment) -> Result<(), ConfigError> {
        if self.timeout_seconds == 0 || self.ask_again_hours < 1 {
            return Err(ConfigError::Refused("timeout_seconds and ask_again_hours must be at least 1"));
        }
        if !self.url.is_empty() && (self.client_id.is_empty() || self.secret.is_empty()) {
            return Err(ConfigError::Refused("an outside system with a url needs a client_id and a secret"));
        }
        if environment == Environment::Production && !self.url.is_empty() {
            if !self.url.starts_with("https://") {
                return Err(ConfigError::Refused(
                    "environment is \"production\" but an outside system's url is not https://",
                ));
            }
            if self.url.contains("/sandbox/") {
                return Err(ConfigError::Refused(
                    "environment is \"production\" but an outside system's url is the sandbox's: contracts would be filed with nobody",
                ));
            }
        }
        Ok(())
    }
}

/// `[contract]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// A directory with flow profiles of this installation, beside those that ship.
    #[serde(deserialize_with = "path_or_none")]
    pub profiles_dir: Option<PathBuf>,
}

/// `[verification]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Further root certificates in PEM.
    #[serde(deserialize_with = "path_or_none")]
    pub trust_file: Option<PathBuf>,
}

/// A path; empty means none.
fn path_or_none<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(deserializer)?;
    Ok(Some(path).filter(|path| !path.as_os_str().is_empty()))
}

/// `[database]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Empty for SQLite in the data directory, or a postgres:// address.
    pub url: String,
    /// Size of the pool.
    pub connections: u32,
}

impl std::fmt::Debug for Database {
    /// The address may hold a password and is not printed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// `[jobs]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Jobs at the same time.
    pub concurrency: usize,
    /// Milliseconds between looks at the table.
    pub poll_milliseconds: u64,
    /// Seconds until a silent worker loses its job.
    pub lease_seconds: u64,
    /// Attempts before a job is dead.
    pub max_attempts: i64,
}

/// `[cpu]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cpu {
    /// Tasks at the same time; 0: one per processor.
    pub concurrency: usize,
}

/// `[log]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Text or JSON.
    pub format: LogFormat,
    /// A tracing filter.
    pub filter: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

/// `[rate]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Refill for one address without a session.
    pub anonymous_per_second: u32,
    /// Size of its bucket.
    pub anonymous_burst: u32,
    /// Refill for one person or client.
    pub account_per_second: u32,
    /// Size of its bucket.
    pub account_burst: u32,
}

/// `[identity]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// KiB of memory per hash.
    pub argon2_memory_kib: u32,
    /// Passes over the memory.
    pub argon2_passes: u32,
    /// Parallel lanes.
    pub argon2_lanes: u32,
    /// Failures before a captcha.
    pub captcha_after: i64,
    /// Failures before the lock.
    pub lock_after: i64,
    /// How long the lock holds.
    pub lock_minutes: i64,
    /// Minutes without a request.
    pub session_idle_minutes: i64,
    /// Hours at most.
    pub session_hours: i64,
    /// Who sends the codes.
    pub sms: SmsGateway,
}

/// Who carries short messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsGateway {
    /// A table that the sandbox shows.
    Sandbox,
}

/// `[keys]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// File of the key-encryption key; empty: in the data directory.
    pub kek_file: PathBuf,
}

/// `[ca]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ca {
    /// Whether what is issued is somebody's private CA, and not a test.
    pub private: bool,
    /// Whose.
    pub name: String,
}

/// `[bootstrap]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bootstrap {
    /// Phone number of the first operator, or empty.
    pub operator_phone: String,
}

impl std::fmt::Debug for Bootstrap {
    /// A phone number is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bootstrap(***)")
    }
}

impl Config {
    /// Reads the defaults, lays `file` and the process's environment over them, and checks the whole.
    ///
    /// # Errors
    /// A file that cannot be read, text that is not TOML, an unknown key, a wrong type, or a refused combination.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match file {
            None => None,
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?,
            ),
        };
        Self::from_parts(text.as_deref(), std::env::vars())
    }

    /// As [`Config::load`], from text and variables handed in.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_parts(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut whole = parse("config.default.toml", DEFAULTS)?;
        if let Some(file) = file {
            overlay(&mut whole, parse("--config", file)?);
        }
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) {
                let keys: Vec<String> = path.split("__").map(str::to_ascii_lowercase).collect();
                let value = variable(&whole, &keys, value);
                overlay(&mut whole, nested(&keys, value));
            }
        }
        let config: Self = Value::Table(whole).try_into().map_err(|source| ConfigError::Invalid {
            origin: "file and environment".into(),
            source: Box::new(source),
        })?;
        config.check()?;
        Ok(config)
    }

    /// Whether this is the sandbox.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.environment == Environment::Sandbox
    }

    /// The file of the key-encryption key.
    #[must_use]
    pub fn kek_file(&self) -> PathBuf {
        if self.keys.kek_file.as_os_str().is_empty() {
            self.data_dir.join("kek.key")
        } else {
            self.keys.kek_file.clone()
        }
    }

    /// Refuses what must not run together (design, invariant 10).
    fn check(&self) -> Result<(), ConfigError> {
        self.supervision.check(self.environment)?;
        self.medium.check(self.environment)?;
        if self.environment == Environment::Production && self.identity.sms == SmsGateway::Sandbox {
            return Err(ConfigError::Refused(
                "environment is \"production\" but identity.sms is \"sandbox\": codes would be shown instead of sent; configure a carrier",
            ));
        }
        if self.ca.private && self.ca.name.trim().is_empty() {
            return Err(ConfigError::Refused(
                "ca.private needs ca.name: certificates say whose private CA issued them",
            ));
        }
        if self.http.json_limit_bytes == 0
            || self.http.upload_limit_bytes == 0
            || self.http.request_timeout_seconds == 0
        {
            return Err(ConfigError::Refused("a limit of zero in [http] would refuse every request"));
        }
        if self.jobs.concurrency == 0
            || self.jobs.lease_seconds == 0
            || self.jobs.max_attempts < 1
            || self.jobs.poll_milliseconds == 0
        {
            return Err(ConfigError::Refused("a zero in [jobs] would stop background work"));
        }
        if self.database.connections == 0 {
            return Err(ConfigError::Refused("database.connections must be at least 1"));
        }
        Ok(())
    }
}

fn parse(origin: &str, text: &str) -> Result<Table, ConfigError> {
    text.parse().map_err(|source| ConfigError::Invalid { origin: origin.to_owned(), source: Box::new(source) })
}

/// Lays `over` on `base`: tables key by key, everything else replaced.
fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(above)) => overlay(below, above),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// A variable takes the type of the default it replaces, so that a text such as a phone number stays text.
fn variable(whole: &Table, keys: &[String], value: String) -> Value {
    let mut default = None;
    let mut table = Some(whole);
    for key in keys {
        default = table.and_then(|t| t.get(key));
        table = default.and_then(Value::as_table);
    }
    let typed = match default {
        Some(Value::Integer(_)) => value.parse().ok().map(Value::Integer),
        Some(Value::Boolean(_)) => value.parse().ok().map(Value::Boolean),
        Some(Value::Float(_)) => value.parse().ok().map(Value::Float),
        Some(Value::Array(_)) => format!("v = {value}").parse::<Table>().ok().and_then(|mut t| t.remove("v")),
        _ => None,
    };
    typed.unwrap_or(Value::String(value))
}

fn nested(keys: &[String], value: Value) -> Table {
    let mut table = Table::new();
    if let Some((first, rest)) = keys.split_first() {
        let value = if rest.is_empty() { value } else { Value::Table(nested(rest, value)) };
        table.insert(first.clone(), value);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(file: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_parts(Some(file), variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn defaults_are_complete_and_valid() {
        let config = with("", &[]).unwrap();
        assert!(config.is_sandbox());
        assert_eq!(config.http.listen.port(), 8080);
    }

    #[test]
    fn file_overrides_defaults_and_environment_overrides_the_file() {
        let config = with(
            "[http]\nlisten = \"127.0.0.1:1\"\njson_limit_bytes = 7",
            &[
                ("YINXIN__HTTP__LISTEN", "127.0.0.1:2"),
                ("YINXIN__BOOTSTRAP__OPERATOR_PHONE", "13800000000"),
                ("HOME", "/"),
            ],
        )
        .unwrap();
        assert_eq!(config.http.listen.port(), 2);
        assert_eq!(config.http.json_limit_bytes, 7);
        assert_eq!(config.bootstrap.operator_phone, "13800000000");
    }

    #[test]
    fn unknown_keys_are_refused_wherever_they_come_from() {
        assert!(matches!(with("[http]\nlissten = \"127.0.0.1:1\"", &[]), Err(ConfigError::Invalid { .. })));
        assert!(matches!(with("", &[("YINXIN__HTTPP__LISTEN", "x")]), Err(ConfigError::Invalid { .. })));
    }

    #[test]
    fn production_refuses_the_sandbox_sms_gateway() {
        assert!(matches!(with("environment = \"production\"", &[]), Err(ConfigError::Refused(_))));
    }

    #[test]
    fn production_refuses_the_sandbox_outside_systems_and_plain_http() {
        let said = |settings: &str| {
            let settings = format!("environment = \"production\"\n{settings}client_id = \"x\"\nsecret = \"geheim\"");
            with(&settings, &[]).unwrap_err().to_string()
        };
        assert!(said("[supervision]\nurl = \"https://h/sandbox/supervision/filings\"\n").contains("sandbox's"));
        assert!(said("[medium]\nurl = \"http://h/notices\"\n").contains("not https"));
        let unnamed = with("[supervision]\nurl = \"https://h/filings\"", &[]).unwrap_err().to_string();
        assert!(unnamed.contains("client_id"), "{unnamed}");
        let config = with("[medium]\nurl = \"https://h\"\nclient_id = \"x\"\nsecret = \"geheim\"", &[]).unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn the_debug_form_hides_the_database_password_and_the_operator_phone() {
        let config =
            with("[database]\nurl = \"postgres://u:geheim@h/d\"\n[bootstrap]\noperator_phone = \"13800000000\"", &[])
                .unwrap();
        let debug = format!("{config:?}");
        assert!(!debug.contains("geheim") && !debug.contains("13800000000"));
    }
}
