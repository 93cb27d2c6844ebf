//! Certificates: the platform's own authorities, the certificates of parties, and the key store that signs for them.
//!
//! - [`authorities`]: two hierarchies (SM2 and P-256), made at the first start and kept.
//! - [`keys`]: private keys, wrapped by the key-encryption key; used by signing, and in no other way.
//! - [`use_cases`]: apply, decide, look at, revoke; [`passwords`]: certificate passwords and the tickets that a checked one
//!   gives; [`signing`]: what a signature needs.
//! - [`responder`]: certificate status (OCSP, revocation lists); [`tsa`]: timestamps. Both inside the process and over HTTP
//!   ([`protocols`]).
//!
//! In sandbox, and wherever nobody says that this is his private CA, everything that is issued here says TEST: certification by
//! third parties is for licensed bodies only (电子签名法 articles 16, 18 and 29).

pub mod authorities;
pub mod errors;
pub mod http;
pub mod keys;
pub mod passwords;
pub mod protocols;
pub mod responder;
pub mod signing;
mod store;
pub mod tsa;
pub mod use_cases;

use std::sync::{Arc, OnceLock};

use yinxin_domain::ids::CertificateId;
use yinxin_pki::chain::KnownSignatures;
use yinxin_pki::key::KeyAlgorithm;

pub use authorities::{Authority, Hierarchies, Hierarchy, first_start};
pub use errors::CertificateError;
pub use signing::SigningMaterial;

/// Which cryptography.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Suite {
    /// SM2 and SM3: what parties sign with.
    Sm2,
    /// ECDSA P-256 and SHA-256: what the platform signs with, for readers that do not know SM2.
    P256,
}

impl Suite {
    /// The kind of its keys.
    #[must_use]
    pub const fn key_algorithm(self) -> KeyAlgorithm {
        match self {
            Self::Sm2 => KeyAlgorithm::Sm2,
            Self::P256 => KeyAlgorithm::EcdsaP256,
        }
    }
}

/// What this feature keeps in memory; one per [`crate::app::App`].
#[derive(Default)]
pub struct Trust {
    hierarchies: OnceLock<Hierarchies>,
    keys: keys::Cache,
    evidence: responder::Cache,
    /// What our authorities were found to have signed, for checking documents that were just made with it.
    pub known: Arc<KnownSignatures>,
    turns: Turns,
}

impl Trust {
    /// The hierarchies, once the first start has made or found them.
    ///
    /// # Errors
    /// [`CertificateError::NoAuthority`] where there are none: in production without a private CA.
    pub fn hierarchies(&self) -> Result<&Hierarchies, CertificateError> {
        self.hierarchies.get().ok_or(CertificateError::NoAuthority)
    }
}

/// Takes turns in checking passwords, so that parallel guesses at one certificate are counted one after another. Certificates that share
/// a lock wait for each other for no more than one hash.
struct Turns([tokio::sync::Mutex<()>; 64]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| tokio::sync::Mutex::default()))
    }
}

impl Turns {
    async fn take(&self, certificate: CertificateId) -> tokio::sync::MutexGuard<'_, ()> {
        use std::hash::BuildHasher as _;
        let hash = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one(certificate);
        let [first, ..] = &self.0;
        self.0.get((hash % 64) as usize).unwrap_or(first).lock().await
    }
}
