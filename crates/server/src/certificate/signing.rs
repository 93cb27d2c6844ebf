//! What a signature needs of this feature: the certificate, its chain, and a handle on its key.

use yinxin_domain::certificate::CertificateState;
use yinxin_domain::ids::CertificateId;
use yinxin_pki::x509::Certificate;

use super::authorities::{Authority, Hierarchy};
use super::errors::CertificateError;
use super::keys::{self, KeyHandle};
use super::store;
use crate::app::App;
use crate::failure::Failure;

/// A certificate ready to sign with.
#[derive(Clone)]
pub struct SigningMaterial {
    /// The signer's certificate.
    pub certificate: Certificate,
    /// Its CA, then the root.
    pub chain: Vec<Certificate>,
    /// Its key.
    pub key: KeyHandle,
}

/// A party's certificate with its key. It asks for no permission: the caller holds a ticket for this certificate and intent, and uses it
/// up in the commit of what it signs.
///
/// # Errors
/// [`CertificateError::NotFound`], [`CertificateError::NotInForce`], or an obstacle.
pub async fn signing_material(app: &App, certificate: CertificateId) -> Result<SigningMaterial, CertificateError> {
    let stored = store::find(&mut *app.db.read().await?, certificate).await?.ok_or(CertificateError::NotFound)?;
    let state = stored.validity.state(app.now());
    if state != CertificateState::InForce {
        return Err(CertificateError::NotInForce(state));
    }
    let hierarchies = app.trust.hierarchies()?.both();
    let hierarchy = hierarchies.into_iter().find(|hierarchy| hierarchy.ca.name == stored.issuer);
    let hierarchy = hierarchy.ok_or_else(|| Failure::damaged("certificates.issuer", "no such authority"))?;
    let key = keys::open(app, stored.key).await?;
    Ok(SigningMaterial { certificate: stored.certificate, chain: hierarchy.chain(), key })
}

/// The platform's own P-256 identity, which signs concluded contracts (平台存证签名，非合同当事人).
///
/// # Errors
/// [`CertificateError::NoAuthority`], or an obstacle.
pub async fn platform_material(app: &App) -> Result<SigningMaterial, CertificateError> {
    let hierarchy = &app.trust.hierarchies()?.p256;
    of_authority(app, hierarchy, &hierarchy.signatory).await
}

/// Who takes part in every seal and signature of a party: the timestamping authority and the seal maker.
///
/// # Errors
/// [`CertificateError::NoAuthority`].
pub fn witnesses(app: &App) -> Result<[Certificate; 2], CertificateError> {
    let hierarchy = &app.trust.hierarchies()?.sm2;
    Ok([&hierarchy.tsa, &hierarchy.signatory].map(|authority| authority.certificate.clone()))
}

/// The seal maker, which signs electronic seals.
///
/// # Errors
/// [`CertificateError::NoAuthority`], or an obstacle.
pub async fn seal_maker(app: &App) -> Result<SigningMaterial, CertificateError> {
    let hierarchy = &app.trust.hierarchies()?.sm2;
    of_authority(app, hierarchy, &hierarchy.signatory).await
}

async fn of_authority(
    app: &App,
    hierarchy: &Hierarchy,
    authority: &Authority,
) -> Result<SigningMaterial, CertificateError> {
    let key = keys::open(app, authority.key).await?;
    Ok(SigningMaterial { certificate: authority.certificate.clone(), chain: hierarchy.chain(), key })
}

/// Both roots, SM2 first: what our own verifier trusts by itself, and `trust.pem` holds.
///
/// # Errors
/// [`CertificateError::NoAuthority`].
pub fn roots(app: &App) -> Result<Vec<Certificate>, CertificateError> {
    Ok(app.trust.hierarchies()?.roots())
}
