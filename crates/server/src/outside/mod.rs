//! Systems of other people. The one HTTP client is made here, so that none goes without time limits.

use std::time::Duration;

/// The client for outside systems: 5 s to connect, 30 s in all, no redirects (an address is configured or it is not).
///
/// # Errors
/// When the TLS library cannot be set up.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("yinxin/", env!("CARGO_PKG_VERSION")))
        .build()
}
