//! What the sandbox's systems refuse.

use axum::http::StatusCode;

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};
use crate::open_api::use_cases::OpenApiError;

/// Why a system of the sandbox refuses.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// It does not know who calls.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// Its machine client cannot be made.
    #[error(transparent)]
    Client(#[from] OpenApiError),
    /// There is no `Idempotency-Key`.
    #[error("sandbox.key_missing")]
    KeyMissing,
    /// What came is not what it takes.
    #[error("sandbox.malformed")]
    Malformed(#[source] serde_json::Error),
    /// A field that it needs is not there.
    #[error("sandbox.field_missing")]
    FieldMissing,
    /// A file is not the one that was named.
    #[error("sandbox.file_damaged")]
    FileDamaged,
    /// A delay or a text is out of bounds.
    #[error("sandbox.setting")]
    Setting,
    /// Nothing was handed in under this key.
    #[error("sandbox.unknown")]
    Unknown,
}

impl PublicError for SandboxError {
    fn public(&self) -> Public {
        let unfit = |code: &'static str, zh: &'static str, en: &'static str| {
            Public::new(StatusCode::UNPROCESSABLE_ENTITY, code, ("沙箱系统未受理", "The sandbox refuses"), (zh, en))
        };
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Client(error) => error.public(),
            Self::KeyMissing => unfit(
                "sandbox.key_missing",
                "缺少 Idempotency-Key 请求头，请补充后重新推送。",
                "The Idempotency-Key header is missing: send it with the request.",
            ),
            Self::Malformed(_) | Self::FieldMissing => unfit(
                "sandbox.malformed",
                "推送内容不符合接口格式，请对照接口说明核对各字段。",
                "The content has not the agreed form: compare its fields with the description of the interface.",
            ),
            Self::FileDamaged => unfit(
                "sandbox.file_damaged",
                "附件内容与其 SM3 摘要不符，请重新推送。",
                "A file does not have the SM3 digest that is named for it: send it again.",
            ),
            Self::Setting => unfit(
                "sandbox.setting",
                "延时应为 0 至 31536000 秒，项目编号前缀不超过 100 字，理由为 1 至 500 字。",
                "A delay has 0 to 31536000 seconds, a prefix at most 100 characters, a reason 1 to 500 characters.",
            ),
            Self::Unknown => Public::new(
                StatusCode::NOT_FOUND,
                "sandbox.unknown",
                ("未找到", "Not found"),
                ("沙箱系统没有收到过该编号的内容。", "Nothing was handed in to the sandbox under this key."),
            ),
        }
    }
}
