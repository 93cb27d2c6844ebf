//! Password hashes: argon2id (RFC 9106) in PHC string form, on the CPU pool.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand_core::Rng as _;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::app::App;
use crate::failure::Failure;

/// Memory of hashes that are done, for those to come: fresh memory costs a quarter of a check in zeroing its pages.
///
/// As many areas as were in use at once, which `[cpu] concurrency` bounds. What they hold was derived from passwords, as memory given back
/// to the allocator would; every hash writes each block before it reads it.
static SPARE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

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
        let hasher = hasher(app)?;
        app.cpu(move || output(&hasher, &password, &[0; 16], 32)).await??;
        return Ok(false);
    };
    app.cpu(move || {
        let damaged = |reason: String| Failure::damaged("persons.password_hash", reason);
        let parsed = PasswordHash::new(&stored).map_err(|error| damaged(error.to_string()))?;
        let (Some(salt), Some(expected)) = (&parsed.salt, &parsed.hash) else {
            return Err(damaged("no salt or no hash".to_owned()));
        };
        // The cost is read from the hash, so that older hashes stay good when the configuration changes.
        let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|error| damaged(error.to_string()))?;
        let version = parsed.version.map_or(Ok(Version::V0x13), Version::try_from);
        let version = version.map_err(|error| damaged(error.to_string()))?;
        let params = Params::try_from(&parsed).map_err(|error| damaged(error.to_string()))?;
        let hasher = Argon2::new(algorithm, version, params);
        let found = output(&hasher, &password, salt, expected.as_bytes().len())?;
        Ok(bool::from(found.ct_eq(expected.as_bytes())))
    })
    .await?
}

/// The hash of a password, so many bytes long.
fn output(hasher: &Argon2<'_>, password: &str, salt: &[u8], length: usize) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let spare = || SPARE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut memory = spare().pop().unwrap_or_default();
    let blocks = hasher.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let mut output = Zeroizing::new(vec![0; length]);
    let hashed = hasher.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory.as_mut_slice());
    spare().push(memory);
    hashed.map_err(|error| Failure::engine("argon2", error.to_string()))?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_memory_changes_no_hash() {
        for (memory, passes, lanes) in [(64, 2, 1), (256, 1, 2), (32, 3, 1)] {
            let params = Params::new(memory, passes, lanes, None).unwrap();
            let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            for password in ["Abcd-1234", "示例密码-5678"] {
                let whole = hasher.hash_password_with_salt(password.as_bytes(), &[7; 16]).unwrap();
                let expected = whole.hash.unwrap();
                for _ in 0..2 {
                    assert_eq!(output(&hasher, password, &[7; 16], 32).unwrap().as_slice(), expected.as_bytes());
                }
                assert_ne!(output(&hasher, "Abcd-1235", &[7; 16], 32).unwrap().as_slice(), expected.as_bytes());
            }
        }
    }
}
