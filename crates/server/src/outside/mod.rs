//! Systems of other people: how they are reached, and the sandbox that plays them.
//!
//! * [`call`]: one signed request to another system, with limits on time and size.
//! * [`connector`]: which supervising system and which medium are configured.
//! * [`sms`]: short messages.
//! * [`sandbox`]: a supervising system, a medium and a carrier that this program plays itself; production refuses to have them.

pub mod call;
pub mod connector;
pub mod sandbox;
pub mod sms;
pub(crate) mod store;

use std::time::Duration;

/// The client for outside systems: 5 s to connect, 30 s in all unless a call says otherwise, no redirects (an address is configured or it
/// is not, and a signed request goes to no other host), no proxy from the environment (nothing but the configuration decides).
///
/// # Errors
/// When the TLS library cannot be set up.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("yinxin/", env!("CARGO_PKG_VERSION")))
        .build()
}
