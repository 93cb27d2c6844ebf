//! What can be refused or fail in filing.

use axum::http::StatusCode;
use yinxin_domain::contract::Refusal;

use crate::actor::Forbidden;
use crate::contract::ContractError;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};
use crate::outside::call::CallError;
use crate::outside::connector::ConnectorError;

/// Why a use case of this feature is refused, or a push did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum FilingError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The contract refuses, or is not the actor's.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// There is no such submission.
    #[error("filing.unknown")]
    Unknown,
    /// An answer is neither accepted nor refused with a reason.
    #[error("filing.answer_unfit")]
    AnswerUnfit,
    /// The supervising system cannot be called.
    #[error(transparent)]
    Connector(#[from] ConnectorError),
    /// It could not be reached, or did not take the push.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It answered something that is no answer.
    #[error("filing.answer_unreadable: the supervising system's answer is not what was agreed")]
    AnswerUnreadable(#[source] serde_json::Error),
    /// The documents are more than is pushed in one request.
    #[error("filing.too_large: the documents have more than {limit} bytes")]
    TooLarge {
        /// The most that is pushed, bytes.
        limit: usize,
    },
    /// It was asked again and again for an answer that it had promised.
    #[error("filing.unanswered: asked {asked} times, no answer")]
    Unanswered {
        /// How often.
        asked: i64,
    },
}

impl From<Refusal> for FilingError {
    fn from(refusal: Refusal) -> Self {
        Self::Contract(refusal.into())
    }
}

impl PublicError for FilingError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Contract(error) => error.public(),
            Self::Failure(error) | Self::Connector(ConnectorError::Failure(error)) => error.public(),
            Self::Unknown => Public::new(
                StatusCode::NOT_FOUND,
                "filing.unknown",
                ("没有该备案", "No such filing"),
                (
                    "没有该编号的备案，或其与您无关。请核对备案编号。",
                    "There is no filing with this id, or it does not concern you. Check the id.",
                ),
            ),
            Self::AnswerUnfit => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "filing.answer_unfit",
                ("答复内容有误", "Not an answer"),
                (
                    "outcome 应为 accepted 或 refused；refused 须附 reason（1 至 2000 字），accepted 可附 receipt。",
                    "outcome is accepted or refused; refused needs a reason of 1 to 2000 characters, accepted may have a receipt.",
                ),
            ),
            Self::Connector(_)
            | Self::Call(_)
            | Self::AnswerUnreadable(_)
            | Self::TooLarge { .. }
            | Self::Unanswered { .. } => Public::internal(),
        }
    }
}
