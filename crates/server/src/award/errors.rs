//! Why a use case of awards is refused.

use axum::http::StatusCode;
use yinxin_domain::award;
use yinxin_domain::ids::AwardId;

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Fault, Public, PublicError};

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
pub enum AwardError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The pushed file is not an award; all that is wrong with it.
    #[error("the award has {} faults", .0.len())]
    Refused(Vec<award::Fault>),
    /// No award has this id, or none that the actor may see.
    #[error("no such award")]
    NotFound,
    /// A contract is being drafted from it, so it can no longer be corrected or cancelled.
    #[error("a contract is being drafted from the award")]
    DraftingStarted(AwardId),
    /// One of its lots, or its order, belongs to another award that is not cancelled.
    #[error("a lot or the order belongs to another award")]
    SubjectTaken(AwardId),
    /// The award was cancelled.
    #[error("the award was cancelled")]
    Cancelled,
    /// The push was accepted; there is nothing to check again.
    #[error("the push was accepted")]
    PushAccepted,
    /// A cancellation without reason, or with one that is too long.
    #[error("a cancellation has a reason of 1 to 500 characters")]
    Reason,
}

impl PublicError for AwardError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Refused(faults) => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "award.refused",
                ("推送内容未通过检查", "The award is refused"),
                (
                    format!("推送内容有 {} 处问题，未作任何更改。请按 faults 逐项修正后重新推送。", faults.len()),
                    format!("There are {} faults; nothing was changed. Mend each of the faults and push again.", faults.len()),
                ),
            )
            .faults(faults.iter().cloned().map(public_fault)),
            Self::PushAccepted => Public::new(
                StatusCode::CONFLICT,
                "award.push_accepted",
                ("该推送已被接受", "The push was accepted"),
                ("该推送已被接受，无需重新检查。", "The push was accepted; there is nothing to check again."),
            ),
            Self::NotFound => Public::new(
                StatusCode::NOT_FOUND,
                "award.not_found",
                ("未找到中标（成交）结果", "No such award"),
                (
                    "没有这一中标（成交）结果，或者您当前的操作身份无权查看。",
                    "There is no such award, or the identity you act as may not see it.",
                ),
            ),
            Self::DraftingStarted(id) => Public::new(
                StatusCode::CONFLICT,
                "award.drafting_started",
                ("已开始起草合同", "Drafting has started"),
                (
                    "已根据该结果起草合同，不能再更正或撤销。请与合同双方联系，由其作废草稿后重新推送。",
                    "A contract is being drafted from this award, so it can no longer be corrected or cancelled. Ask the parties to end that contract, then push again.",
                ),
            )
            .with("award_id", id.to_string()),
            Self::SubjectTaken(id) => Public::new(
                StatusCode::CONFLICT,
                "award.lot_taken",
                ("标段或订单已有结果", "A lot or the order is taken"),
                (
                    "其中的标段或订单已属于另一条未撤销的结果。请核对编号，或者先撤销原结果。",
                    "One of the lots, or the order, belongs to another award that is not cancelled. Check the codes, or cancel that award first.",
                ),
            )
            .with("award_id", id.to_string()),
            Self::Cancelled => Public::new(
                StatusCode::CONFLICT,
                "award.cancelled",
                ("结果已撤销", "The award was cancelled"),
                ("该中标（成交）结果已被撤销，不能据此起草合同。", "The award was cancelled; no contract can be drafted from it."),
            ),
            Self::Reason => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "award.reason",
                ("缺少撤销理由", "A reason is missing"),
                ("请在 reason 中填写 1 至 500 字的撤销理由。", "Give a reason of 1 to 500 characters in reason."),
            ),
        }
    }
}

fn public_fault(fault: award::Fault) -> Fault {
    Fault {
        path: fault.path,
        code: fault.code,
        message: (fault.message_zh, fault.message_en).into(),
        remedy: (fault.remedy_zh, fault.remedy_en).into(),
    }
}
