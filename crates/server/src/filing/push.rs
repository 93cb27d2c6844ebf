//! The push itself: what goes over the wire, and what comes back with it.
//!
//! POST, JSON, signed (`http::signed`), `Idempotency-Key` = the submission's id:
//! `{"filing_id", "answer_to", "filing": {…}, "files": [{"role", "name", "media_type", "sm3", "content_base64"}]}`.
//! Answer: `{"outcome": "accepted", "receipt"?}`, `{"outcome": "refused", "reason"}`, or `{"outcome": "pending"}`: it will say later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use yinxin_domain::contract::conclusion::FilingOutcome;
use yinxin_domain::filing::FilingPackage;
use yinxin_domain::identifiers::Sm3Digest;
use yinxin_domain::ids::FilingId;

use super::errors::FilingError;
use super::store::Filing;
use crate::app::App;
use crate::failure::Failure;
use crate::outside::call;
use crate::outside::connector::{self, System};

/// The most that the files of one push have together, bytes.
const FILES_LIMIT: usize = 96 * 1024 * 1024;

#[derive(Serialize)]
struct Pushed<'a> {
    filing_id: FilingId,
    answer_to: String,
    filing: &'a FilingPackage,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    role: &'a str,
    name: &'a str,
    media_type: &'static str,
    sm3: Sm3Digest,
    content_base64: String,
}

/// What the supervising system says, with a push or later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Said {
    /// 备案通过.
    Accepted {
        /// 备案回执.
        receipt: Option<String>,
    },
    /// 备案不通过.
    Refused {
        /// Why.
        reason: String,
    },
    /// It will say later.
    Pending,
}

impl Said {
    /// The outcome, if it is one.
    pub(super) fn outcome(self) -> Option<FilingOutcome> {
        match self {
            Self::Accepted { receipt } => Some(FilingOutcome::Accepted { receipt }),
            Self::Refused { reason } => Some(FilingOutcome::Refused { reason }),
            Self::Pending => None,
        }
    }
}

/// Pushes a submission: the first time and every time again are the same request but for its time.
pub(super) async fn push(app: &App, filing: &Filing) -> Result<Said, FilingError> {
    let to = connector::connection(app, System::Supervision).await?;
    let package = &filing.package;
    let mut wanted = vec![("contract", "contract.pdf", package.document_sm3)];
    wanted.extend(package.scan_sm3.map(|scan| ("scan", "scan.pdf", scan)));
    wanted.extend(
        package
            .attachments
            .iter()
            .filter(|file| Some(file.sm3) != package.scan_sm3)
            .map(|file| ("attachment", file.name.as_str(), file.sm3)),
    );
    let mut files = Vec::with_capacity(wanted.len());
    let mut length = 0;
    for (role, name, sm3) in wanted {
        let content = app.files.shared(sm3).await.map_err(Failure::from)?;
        length += content.len();
        if length > FILES_LIMIT {
            return Err(FilingError::TooLarge { limit: FILES_LIMIT });
        }
        let content_base64 = STANDARD.encode(content);
        files.push(File { role, name, media_type: "application/pdf", sm3, content_base64 });
    }
    let answer_to = format!("{}/api/v1/filings/{}/answers", app.config.http.public_url, filing.id);
    let body = serde_json::to_vec(&Pushed { filing_id: filing.id, answer_to, filing: package, files })
        .map_err(|error| Failure::engine("json", error))?;
    let reply = call::post(app, &to, &filing.id.to_string(), body).await?;
    serde_json::from_slice(&reply.body).map_err(FilingError::AnswerUnreadable)
}
