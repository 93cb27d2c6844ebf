//! The one use case: verify a file that somebody sent.

use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use yinxin_pdf::Opened;
use yinxin_pdf::verify::{Limits, Report, Unreadable, VerifyOptions, verify};
use yinxin_pki::x509::Certificate;

use super::parties::{self, Parties};
use super::pictures::{self, Picture};
use crate::actor::{Actor, Forbidden, Need};
use crate::app::App;
use crate::certificate::CertificateError;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};

/// Why a file is not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The actor may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It is no PDF that can be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The installation's own roots are not at hand.
    #[error(transparent)]
    Roots(#[from] CertificateError),
    /// The machine failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl PublicError for VerificationError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Roots(error) => error.public(),
            Self::Unreadable(reason) => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "verification.unreadable",
                ("文件无法验证", "The file cannot be verified"),
                (
                    format!("文件不是可以读取的 PDF，或已损坏、加密：{reason}。请上传签署后未经转换的原文件。"),
                    format!(
                        "The file is no readable PDF, or is damaged or encrypted: {reason}. Send the file as it was signed."
                    ),
                ),
            ),
        }
    }
}

/// What is answered: the report, and what a person who looks at it wants to know besides.
#[derive(Debug, Serialize)]
pub(super) struct Verified {
    #[serde(flatten)]
    report: Report,
    /// How many parties the text was made for, and how many have signed; none where the file does not say it.
    contract: Option<Parties>,
    /// The pictures of the seals.
    pictures: Vec<Picture>,
}

impl Verified {
    fn of(bytes: Arc<[u8]>, report: Report) -> Self {
        let (contract, pictures) = match Opened::open(bytes) {
            Ok(file) => (parties::of(&file, &report), pictures::of(&file, &report)),
            Err(_) => (None, Vec::new()),
        };
        Self { report, contract, pictures }
    }
}

/// Verifies under the roots of this installation, at the product's time, on the processors' own threads.
///
/// # Errors
/// [`VerificationError`].
pub(super) async fn report(app: &App, actor: &Actor, bytes: Arc<[u8]>) -> Result<Verified, VerificationError> {
    actor.permit(&[Need::Anybody])?;
    let limits = Limits { bytes: app.config.http.upload_limit_bytes, ..Limits::default() };
    let (at_micros, trust) = (app.now(), app.config.verification.trust_file.clone());
    let mut roots = crate::certificate::use_cases::roots(app)?;
    app.cpu(move || {
        roots.extend(trust.as_deref().map(configured_roots).transpose()?.unwrap_or_default());
        let report = verify(bytes.clone(), &VerifyOptions { roots, at_micros, limits })?;
        Ok(Verified::of(bytes, report))
    })
    .await?
}

/// Read anew every time, so that an operator who adds a root need not restart.
fn configured_roots(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::engine("trusted roots", error))?;
    Certificate::from_pem(&text).map_err(|error| Failure::engine("trusted roots", error))
}
