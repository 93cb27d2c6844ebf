//! The one use case: verify a file that somebody sent.

use std::path::Path;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use yinxin_pdf::Opened;
use yinxin_pdf::gate::{Act, Obstacle, inspect};
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
    #[error("{reason}")]
    Unreadable {
        /// What the verifier says.
        reason: Unreadable,
        /// What the gate says of it, where that tells a person more.
        obstacle: Option<Obstacle>,
    },
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
            Self::Unreadable { reason, obstacle } => {
                let (zh, en) = match (reason, obstacle) {
                    (Unreadable::TooLarge { .. } | Unreadable::TooMany, _) => (
                        "文件过大，或签名、修订次数过多，超出可验证的范围。请用命令行 yinxin verify 验证，或联系平台运营。".to_owned(),
                        "The file is larger, or has more signatures or revisions, than are verified here. Use `yinxin verify`, or ask the operator.".to_owned(),
                    ),
                    (Unreadable::TooIntricate, _) => (
                        "文件的内部结构异常繁复，全部核对所需的时间超出限制，因此不作判断；签署后的合同文件不会如此。请向对方索取签署时的原文件。".to_owned(),
                        "The file is built so intricately that checking all of it takes too long, so no verdict is given; contracts as they were signed are not so. Ask for the file as it was signed.".to_owned(),
                    ),
                    (_, Some(obstacle)) => (obstacle.zh(), obstacle.en()),
                    (_, None) => (
                        "文件不是 PDF，或已损坏。请上传签署后未经转换的 PDF 原文件；压缩包、图片、Word 文件不能验证。".to_owned(),
                        "The file is no PDF, or is damaged. Send the PDF as it was signed, not converted; archives, pictures and Word files cannot be verified.".to_owned(),
                    ),
                };
                let title = ("文件无法验证", "The file cannot be verified");
                let public = Public::new(StatusCode::UNPROCESSABLE_ENTITY, "verification.unreadable", title, (zh, en));
                obstacle.iter().fold(public, |public, obstacle| public.with("obstacle", obstacle.code()))
            }
        }
    }
}

/// What is answered: the report, and what a person who looks at it wants to know besides.
#[derive(Debug, Serialize)]
pub(crate) struct Verified {
    #[serde(flatten)]
    report: Report,
    /// How many parties the text was made for, and how many have signed; none where the file does not say it.
    contract: Option<Parties>,
    /// The pictures of the seals.
    pictures: Vec<Picture>,
}

impl Verified {
    /// The report on these bytes, with the rest.
    pub(crate) fn of(bytes: Arc<[u8]>, report: Report) -> Self {
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
        match verify(bytes.clone(), &VerifyOptions { roots, at_micros, limits }) {
            Ok(report) => Ok(Verified::of(bytes, report)),
            Err(reason) => Err(VerificationError::Unreadable { obstacle: obstacle(bytes), reason }),
        }
    })
    .await?
}

/// What stands in the way of reading a PDF; of what is none the gate says only that it is damaged.
fn obstacle(bytes: Arc<[u8]>) -> Option<Obstacle> {
    match inspect(bytes).may(Act::SignInvisibly) {
        Err(found @ (Obstacle::Encrypted | Obstacle::DamagedAfterSigning(_))) => Some(found),
        _ => None,
    }
}

/// Read anew every time, so that an operator who adds a root need not restart.
fn configured_roots(path: &Path) -> Result<Vec<Certificate>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::engine("trusted roots", error))?;
    Certificate::from_pem(&text).map_err(|error| Failure::engine("trusted roots", error))
}
