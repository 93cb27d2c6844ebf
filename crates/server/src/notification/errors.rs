//! What can be refused or fail around notifications.

use axum::http::StatusCode;

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
pub enum NotificationError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The actor has no such notification.
    #[error("notification.unknown")]
    Unknown,
}

impl PublicError for NotificationError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Unknown => Public::new(
                StatusCode::NOT_FOUND,
                "notification.unknown",
                ("没有该消息", "No such notification"),
                (
                    "没有该编号的消息，或其不属于您当前的操作身份。",
                    "There is no notification with this id for the identity you act as.",
                ),
            ),
        }
    }
}
