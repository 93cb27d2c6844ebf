//! Which supervising system and which medium are configured. Without a configured address the sandbox's own are meant; production has none.

use std::time::Duration;

use reqwest::Url;
use zeroize::Zeroizing;

use super::call::Connection;
use super::sandbox::{self, SandboxError};
use crate::app::App;
use crate::config::Connector;
use crate::failure::Failure;
use crate::open_api;

/// A system that contracts are told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// 监管系统: takes filings (`[supervision]`).
    Supervision,
    /// 指定媒体: publishes notices (`[medium]`).
    Medium,
}

/// Why a system cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    /// No address is configured, and this is production.
    #[error("outside.not_configured: set url, client_id and secret in [{0}]")]
    NotConfigured(&'static str),
    /// The address is not one.
    #[error("outside.address: url in [{0}] is not an address")]
    Address(&'static str),
    /// The sandbox's own system does not stand.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl System {
    fn section(self) -> &'static str {
        match self {
            Self::Supervision => "supervision",
            Self::Medium => "medium",
        }
    }

    fn sandbox_path(self) -> &'static str {
        match self {
            Self::Supervision => sandbox::SUPERVISION_PATH,
            Self::Medium => sandbox::MEDIUM_PATH,
        }
    }
}

/// How a system is reached.
///
/// # Errors
/// [`ConnectorError`].
pub async fn connection(app: &App, system: System) -> Result<Connection, ConnectorError> {
    let config: &Connector = match system {
        System::Supervision => &app.config.supervision,
        System::Medium => &app.config.medium,
    };
    let timeout = Duration::from_secs(config.timeout_seconds);
    let address = |text: &str| Url::parse(text).map_err(|_| ConnectorError::Address(system.section()));
    if !config.url.is_empty() {
        let secret = Zeroizing::new(config.secret.as_bytes().to_vec());
        return Ok(Connection { url: address(&config.url)?, client_id: config.client_id.clone(), secret, timeout });
    }
    if !app.config.is_sandbox() {
        return Err(ConnectorError::NotConfigured(system.section()));
    }
    let client = sandbox::client(app).await?;
    let verification = open_api::use_cases::client_for_verification(app, client)
        .await?
        .ok_or(ConnectorError::NotConfigured(system.section()))?;
    let url = address(&format!("{}{}", app.config.http.public_url, system.sandbox_path()))?;
    Ok(Connection { url, client_id: client.to_string(), secret: verification.secret, timeout })
}
