//! Timestamps (RFC 3161; GB/T 20520): over HTTP for anybody, and inside the process for our own signatures.
//!
//! The clock is the platform's own; whoever wants somebody else's configures an outside authority (a later stage), and
//! `yinxin verify` says whose clock a time comes from.

use rand_core::CryptoRng;
use yinxin_pki::asn1::ObjectIdentifier;
use yinxin_pki::digest::{Digest, DigestAlgorithm};
use yinxin_pki::tsp::{self, Failure as Refusal, IssueTimestampError, Query};
use yinxin_pki::x509::{Certificate, SerialNumber};

use super::Suite;
use super::errors::CertificateError;
use super::keys::{self, KeyHandle};
use crate::app::App;

/// anyPolicy (RFC 5280 4.2.1.4): no arc of our own is registered, and none is claimed.
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32.0");

/// How far the clock is stated to be off at most, microseconds.
const ACCURACY_MICROS: u64 = 1_000_000;

/// Stamps with one authority. It can be handed to the CPU pool; cloning shares the key.
#[derive(Clone)]
pub struct Stamper {
    certificate: Certificate,
    above: Vec<Certificate>,
    key: KeyHandle,
}

/// The timestamping authority of a suite.
///
/// # Errors
/// [`CertificateError::NoAuthority`], or an obstacle.
pub async fn stamper(app: &App, suite: Suite) -> Result<Stamper, CertificateError> {
    let hierarchy = app.trust.hierarchies()?.of(suite);
    let key = keys::open(app, hierarchy.tsa.key).await?;
    Ok(Stamper { certificate: hierarchy.tsa.certificate.clone(), above: hierarchy.chain(), key })
}

impl Stamper {
    /// The TimeStampToken in DER over a digest (SM3 for the SM2 authority, SHA-256 for the P-256 one), at `now` (microseconds UTC).
    ///
    /// # Errors
    /// [`IssueTimestampError`].
    pub fn stamp(&self, imprint: Digest, now: i64, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, IssueTimestampError> {
        let query = Query { imprint, policy: None, nonce: None, certificate_requested: true };
        self.stamp_query(&query, now, rng)
    }

    fn stamp_query(&self, query: &Query, now: i64, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, IssueTimestampError> {
        let authority = tsp::Authority {
            certificate: &self.certificate,
            // The root is known to whoever trusts it.
            chain: self.above.get(..1).unwrap_or_default(),
            signer: &self.key,
            policy: POLICY,
            accuracy_micros: ACCURACY_MICROS,
        };
        authority.stamp(query, &SerialNumber::generate(rng), now)
    }

    /// The authority's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The authority's certificate, its CA, its root.
    #[must_use]
    pub fn chain(&self) -> Vec<Certificate> {
        std::iter::once(&self.certificate).chain(&self.above).cloned().collect()
    }
}

/// Answers a TimeStampReq in DER, always with a TimeStampResp. SM3 digests are stamped by the SM2 authority, all others by the P-256 one.
///
/// # Errors
/// [`CertificateError::NoAuthority`], or an obstacle.
pub async fn answer(app: &App, query: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let query = match Query::from_der(query) {
        Ok(query) => query,
        Err(error) => return Ok(tsp::refused(error.failure())),
    };
    let suite = if query.imprint.algorithm() == DigestAlgorithm::Sm3 { Suite::Sm2 } else { Suite::P256 };
    let stamper = stamper(app, suite).await?;
    let (now, mut rng) = (app.now(), app.rng());
    let stamped = app.cpu(move || stamper.stamp_query(&query, now, &mut rng)).await?;
    Ok(match stamped {
        Ok(token) => tsp::granted(&token),
        Err(IssueTimestampError::Policy(_)) => tsp::refused(Refusal::UnacceptedPolicy),
        Err(error) => {
            tracing::error!(%error, "a timestamp could not be made");
            tsp::refused(Refusal::SystemFailure)
        }
    })
}
