//! What can be refused or fail around notices.

use axum::http::StatusCode;
use yinxin_domain::contract::Refusal;

use crate::actor::Forbidden;
use crate::contract::ContractError;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};
use crate::outside::call::CallError;
use crate::outside::connector::ConnectorError;

/// Why a use case of this feature is refused, or the medium did not take a notice.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The contract refuses, or is not the actor's.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// No such notice is published.
    #[error("notice.unknown")]
    Unknown,
    /// A cursor that no page gave.
    #[error("notice.cursor")]
    Cursor,
    /// The medium cannot be called.
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    /// It could not be reached, or did not take the notice.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It answered something that is no answer.
    #[error("notice.answer_unreadable: the medium's answer is not what was agreed")]
    AnswerUnreadable(#[source] serde_json::Error),
    /// It was asked again and again for a receipt that it had promised.
    #[error("notice.unanswered: asked {asked} times, no receipt")]
    Unanswered {
        /// How often.
        asked: i64,
    },
}

impl From<Refusal> for NoticeError {
    fn from(refusal: Refusal) -> Self {
        Self::Contract(refusal.into())
    }
}

impl NoticeError {
    /// Whether trying the same again cannot help, so that the operator must look.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Call(error) => error.is_final(),
            Self::Unknown | Self::Unanswered { .. } => true,
            Self::Forbidden(_)
            | Self::Contract(_)
            | Self::Failure(_)
            | Self::Cursor
            | Self::Connector(_)
            | Self::AnswerUnreadable(_) => false,
        }
    }
}

impl PublicError for NoticeError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Contract(error) => error.public(),
            Self::Failure(error) | Self::Connector(ConnectorError::Failure(error)) => error.public(),
            Self::Unknown => Public::new(
                StatusCode::NOT_FOUND,
                "notice.unknown",
                ("没有该公告", "No such notice"),
                ("没有该编号的公告，或尚未发布。", "No notice with this id is published."),
            ),
            Self::Cursor => Public::new(
                StatusCode::BAD_REQUEST,
                "notice.cursor",
                ("翻页参数有误", "Not a cursor"),
                ("cursor 应为上一页返回的 next_cursor。", "Pass the next_cursor of the page before as cursor."),
            ),
            Self::Connector(_) | Self::Call(_) | Self::AnswerUnreadable(_) | Self::Unanswered { .. } => {
                Public::internal()
            }
        }
    }
}
