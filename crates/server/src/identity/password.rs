//! Password hashes: argon2id (RFC 9106) in PHC string form, on the CPU pool.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::Rng as _;
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::Failure;

fn hasher(app: &App) -> Result<Argon2<'static>, Failure> {
    let identity = &app.config.identity;
    let params = Params::new(identity.argon2_memory_kib, identity.argon2_passes, identity.argon2_lanes, None)
        .map_err(|error| Failure::engine("argon2", error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash to store for a new password, with the configured cost and a random salt of 16 bytes.
///
/// # Errors
/// [`Failure`].
pub async fn hash(app: &App, password: Zeroizing<String>) -> Result<String, Failure> {
    let hasher = hasher(app)?;
    let mut salt = [0u8; 16];
    app.rng().fill_bytes(&mut salt);
    app.cpu(move || hasher.hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| Failure::engine("argon2", error.to_string()))
}

/// Whether the password fits the stored hash. Without a hash (no such account) it costs as much and answers no.
///
/// # Errors
/// [`Failure`].
pub async fn fits(app: &App, password: Zeroizing<String>, stored: Option<String>) -> Result<bool, Failure> {
    let Some(stored) = stored else {
        hash(app, password).await?;
        return Ok(false);
    };
    app.cpu(move || {
        let parsed =
            PasswordHash::new(&stored).map_err(|error| Failure::damaged("persons.password_hash", error.to_string()))?;
        // The cost is read from the hash, so that older hashes stay good when the configuration changes.
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    })
    .await?
}
