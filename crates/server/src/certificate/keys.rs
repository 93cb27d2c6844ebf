//! The key store: private keys are generated here, stand in the database wrapped by the key-encryption key, and sign. There is no other
//! way to use one and no way out (design, invariant 7); a hardware module would take the place of this file.
//!
//! The associated data of the wrapping names key, purpose and version, so that a wrapped key moved to another row does not open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::AnyConnection;
use yinxin_domain::ids::KeyId;
use yinxin_pki::key::{KeyAlgorithm, PrivateKey, PublicKey, SignError, Signer, SigningDigest};

use super::store;
use crate::app::{App, Chance};
use crate::failure::Failure;
use crate::keys::kek::Kek;

/// The wrapping: PKCS#8 under [`crate::keys::kek::Kek`], associated data `key/<id>/<purpose>/1`.
pub(super) const WRAPPING_VERSION: i64 = 1;

/// Open keys that are kept in memory, so that a signature does not wait for the database. Beyond it, all are wiped and opened anew.
const MOST_OPEN: usize = 512;

/// What a key signs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyPurpose {
    /// For an authority of the platform.
    Authority,
    /// For a party: contracts.
    Party,
}

impl KeyPurpose {
    /// The stored spelling.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Party => "party",
        }
    }
}

/// Keys that were opened. Wiped when dropped.
#[derive(Default)]
pub(super) struct Cache(Mutex<HashMap<KeyId, Arc<PrivateKey>>>);

impl Cache {
    fn get(&self, id: KeyId) -> Option<Arc<PrivateKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone)
    }

    fn put(&self, id: KeyId, key: Arc<PrivateKey>) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST_OPEN {
            open.clear();
        }
        open.insert(id, key);
    }

    /// Wipes a key from memory once the signatures under way are made.
    pub(super) fn forget(&self, id: KeyId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

/// Signs with one key of the store. Cloning shares it; it can be handed to the CPU pool.
#[derive(Clone)]
pub struct KeyHandle {
    key: Arc<PrivateKey>,
    chance: Arc<Chance>,
}

impl Signer for KeyHandle {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, digest: &SigningDigest) -> Result<Vec<u8>, SignError> {
        self.key.sign_hedged(digest, &mut self.chance.fork())
    }
}

/// A key that was generated and is not stored yet.
pub struct NewKey {
    /// Under which it will be stored.
    pub id: KeyId,
    purpose: KeyPurpose,
    wrapped: String,
    key: Arc<PrivateKey>,
}

/// Generates and wraps a key. Occupies the processor for about a millisecond.
///
/// # Errors
/// [`Failure::Engine`] or [`Failure::Kek`].
pub fn generate(app: &App, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> Result<NewKey, Failure> {
    let mut rng = app.rng();
    let id = app.new_id(KeyId::new);
    let key = PrivateKey::generate(algorithm, &mut rng).map_err(|error| Failure::engine("key generation", error))?;
    let wrapped = app.kek.wrap(&mut rng, &wrapped_for(id, purpose.as_str(), WRAPPING_VERSION), &key.to_pkcs8_der())?;
    Ok(NewKey { id, purpose, wrapped: hex::encode(wrapped), key: Arc::new(key) })
}

fn wrapped_for(id: KeyId, purpose: &str, version: i64) -> String {
    format!("key/{id}/{purpose}/{version}")
}

impl NewKey {
    /// Signs with the key before it is stored: certificates of the hierarchy are issued so.
    #[must_use]
    pub fn handle(&self, app: &App) -> KeyHandle {
        KeyHandle { key: Arc::clone(&self.key), chance: Arc::clone(&app.chance) }
    }

    /// Stores the wrapped key.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn insert(&self, conn: &mut AnyConnection, now: i64) -> Result<(), Failure> {
        let public = hex::encode(self.key.public_key().to_spki_der());
        store::insert_key(conn, self.id, self.purpose, &self.wrapped, &public, now).await
    }
}

/// Opens a key for signing.
///
/// # Errors
/// [`Failure::Damaged`] when there is no such key or it is not the one whose public half is beside it; [`Failure::Kek`] when the
/// key-encryption key is another one.
pub async fn open(app: &App, id: KeyId) -> Result<KeyHandle, Failure> {
    let key = match app.trust.keys.get(id) {
        Some(key) => key,
        None => {
            let stored = store::find_key(&mut *app.db.read().await?, id).await?;
            let stored = stored.ok_or_else(|| Failure::damaged("keys", "a key that is referred to is missing"))?;
            let key = Arc::new(unwrapped(&app.kek, id, &stored)?);
            app.trust.keys.put(id, Arc::clone(&key));
            key
        }
    };
    Ok(KeyHandle { key, chance: Arc::clone(&app.chance) })
}

fn unwrapped(kek: &Kek, id: KeyId, stored: &store::StoredKey) -> Result<PrivateKey, Failure> {
    let purpose = wrapped_for(id, &stored.purpose, stored.wrapping_version);
    let pkcs8 = kek.unwrap(&purpose, &stored.wrapped)?;
    let key = PrivateKey::from_pkcs8_der(&pkcs8).map_err(|error| Failure::damaged("keys.wrapped", error))?;
    if key.public_key().to_spki_der() == stored.public_key {
        Ok(key)
    } else {
        Err(Failure::damaged("keys.public_key", "not the public half of the wrapped key"))
    }
}

/// Whether the key-encryption key opens a key, and it is that of a certificate's public key.
///
/// # Errors
/// As [`open`].
pub(super) async fn check(conn: &mut AnyConnection, kek: &Kek, id: KeyId, public: &PublicKey) -> Result<(), Failure> {
    let stored = store::find_key(conn, id).await?;
    let stored = stored.ok_or_else(|| Failure::damaged("keys", "a key that is referred to is missing"))?;
    if unwrapped(kek, id, &stored)?.public_key() == public {
        Ok(())
    } else {
        Err(Failure::damaged("authorities.key_id", "the key of another certificate"))
    }
}
