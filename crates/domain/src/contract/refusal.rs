//! Why a verb was refused: stable codes, and words that say what to do.

use crate::contract::party::{PartyKey, PartyRole};
use crate::contract::text::Text;
use crate::contract::verb::Verb;
use crate::contract::view::{Holder, Who};
use crate::organisation::Role;
use crate::signing::{PlacementKind, SealType};

/// Why a verb was refused. A refusal changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
pub enum Refusal {
    /// The actor is nobody to this contract.
    NotConcerned,
    /// The verb belongs to another side: a party's, the platform's or the supervising one.
    NotYours {
        /// The verb.
        verb: Verb,
    },
    /// The contract's profile has no such act.
    NotInProfile {
        /// The verb.
        verb: Verb,
    },
    /// The profile gives the verb to other roles.
    RoleMissing {
        /// The roles that may.
        needed: Vec<Role>,
    },
    /// A supervisor's document halts the contract.
    OnHold {
        /// The document.
        document: String,
    },
    /// The contract was refused, revoked or has expired.
    Ended,
    /// Not now, or not by this party: another holds the contract, or it is past this point.
    NotNow {
        /// The verb.
        verb: Verb,
        /// Who holds it.
        holder: Holder,
    },
    /// Sent to the other party: what was sealed can no longer be changed (S1-032).
    AlreadySent,
    /// The text is frozen: it can no longer change (S1-011, S4-008).
    TextFrozen,
    /// The award's parties do not make a contract of this profile.
    PartiesUnfit,
    /// The profile does not let this side begin a contract.
    MayNotBegin {
        /// The sides that may.
        may: Vec<PartyRole>,
    },
    /// Fields of the text are missing.
    Incomplete {
        /// Their ids.
        fields: Vec<String>,
    },
    /// Fields differ from the award in a way that is not allowed (S0-005).
    Deviates {
        /// Their ids.
        fields: Vec<String>,
    },
    /// Nothing was changed.
    NothingChanged,
    /// A reason is needed.
    ReasonMissing,
    /// A text is longer than 500 characters, or holds control characters.
    TextUnfit {
        /// Which argument.
        what: &'static str,
    },
    /// The payment method is missing, or not one of the profile's.
    PaymentMethod {
        /// The codes to choose from.
        known: Vec<String>,
    },
    /// The payment amount is missing, not above zero, or above the contract's.
    PaymentAmount {
        /// The highest allowed, in 分.
        most_fen: Option<i64>,
    },
    /// This profile always seals online.
    OfflineNotAllowed,
    /// The date of signing on paper is missing.
    SignedOnMissing,
    /// The date on the paper lies in the future.
    SignedInFuture,
    /// Parties have no usable certificate for sealing online; paper remains (S1-017).
    NoCertificate {
        /// Their names.
        parties: Vec<String>,
    },
    /// There is no such slot, or it is not open now, or not for this party.
    SlotClosed {
        /// The slot.
        slot: String,
    },
    /// The frozen document has no pages.
    EmptyDocument,
    /// Nothing was set.
    NoActs,
    /// The step does not allow this kind of act.
    ActNotAllowed {
        /// The kind.
        kind: PlacementKind,
    },
    /// The step does not allow this type of seal.
    SealTypeNotAllowed {
        /// The type.
        seal_type: SealType,
        /// The types allowed.
        allowed: Vec<SealType>,
    },
    /// The step cannot be ended without these.
    ActsMissing {
        /// What is missing.
        kinds: Vec<PlacementKind>,
    },
    /// An answer to a submission that was never made.
    UnknownSubmission {
        /// Its number.
        attempt: u32,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotConcerned => "contract.not_concerned",
            Self::NotYours { .. } => "contract.not_yours",
            Self::NotInProfile { .. } => "contract.not_in_profile",
            Self::RoleMissing { .. } => "contract.role_missing",
            Self::OnHold { .. } => "contract.on_hold",
            Self::Ended => "contract.ended",
            Self::NotNow { .. } => "contract.not_now",
            Self::AlreadySent => "contract.already_sent",
            Self::TextFrozen => "contract.text_frozen",
            Self::PartiesUnfit => "contract.parties_unfit",
            Self::MayNotBegin { .. } => "contract.may_not_begin",
            Self::Incomplete { .. } => "contract.incomplete",
            Self::Deviates { .. } => "contract.deviates",
            Self::NothingChanged => "contract.nothing_changed",
            Self::ReasonMissing => "contract.reason_missing",
            Self::TextUnfit { .. } => "contract.text_unfit",
            Self::PaymentMethod { .. } => "contract.payment_method",
            Self::PaymentAmount { .. } => "contract.payment_amount",
            Self::OfflineNotAllowed => "contract.offline_not_allowed",
            Self::SignedOnMissing => "contract.signed_on_missing",
            Self::SignedInFuture => "contract.signed_in_future",
            Self::NoCertificate { .. } => "contract.no_certificate",
            Self::SlotClosed { .. } => "contract.slot_closed",
            Self::EmptyDocument => "contract.empty_document",
            Self::NoActs => "contract.no_acts",
            Self::ActNotAllowed { .. } => "contract.act_not_allowed",
            Self::SealTypeNotAllowed { .. } => "contract.seal_type_not_allowed",
            Self::ActsMissing { .. } => "contract.acts_missing",
            Self::UnknownSubmission { .. } => "contract.unknown_submission",
        }
    }

    /// Whether the refusal is about the actor or the state (then the verb is not among the offered actions), not about what was handed in.
    pub fn is_about_state(&self) -> bool {
        match self {
            Self::NotConcerned
            | Self::NotYours { .. }
            | Self::NotInProfile { .. }
            | Self::RoleMissing { .. }
            | Self::OnHold { .. }
            | Self::Ended
            | Self::NotNow { .. }
            | Self::AlreadySent
            | Self::TextFrozen => true,
            Self::PartiesUnfit
            | Self::MayNotBegin { .. }
            | Self::Incomplete { .. }
            | Self::Deviates { .. }
            | Self::NothingChanged
            | Self::ReasonMissing
            | Self::TextUnfit { .. }
            | Self::PaymentMethod { .. }
            | Self::PaymentAmount { .. }
            | Self::OfflineNotAllowed
            | Self::SignedOnMissing
            | Self::SignedInFuture
            | Self::NoCertificate { .. }
            | Self::SlotClosed { .. }
            | Self::EmptyDocument
            | Self::NoActs
            | Self::ActNotAllowed { .. }
            | Self::SealTypeNotAllowed { .. }
            | Self::ActsMissing { .. }
            | Self::UnknownSubmission { .. } => false,
        }
    }

    /// Whether the refusal is about who the actor is, not about what he asked or when.
    pub fn is_about_actor(&self) -> bool {
        matches!(self, Self::NotConcerned | Self::NotYours { .. } | Self::RoleMissing { .. } | Self::MayNotBegin { .. })
    }

    /// What happened, and what to do.
    pub fn text(&self) -> Text {
        match self {
            Self::NotConcerned => Text::new(
                "您当前的操作身份不是该合同的一方。请在右上角切换到合同一方的单位身份。",
                "You are not acting for a party of this contract. Switch to the organisation that is one.",
            ),
            Self::NotYours { verb } => Text::new(
                format!("“{}”不由您当前的操作身份办理。", verb.text().zh),
                format!("\"{}\" is not done by whom you are acting as.", verb.text().en),
            ),
            Self::NotInProfile { verb } => Text::new(
                format!("该业务流程没有“{}”这一步，请按页面给出的操作办理。", verb.text().zh),
                format!("This flow has no \"{}\"; use the actions that are offered.", verb.text().en),
            ),
            Self::RoleMissing { needed } => Text::new(
                format!("该操作须由本单位的{}办理，请联系本单位管理员授权。", list(needed, "、", role_zh)),
                format!(
                    "This needs the role {} in your organisation; ask its administrator.",
                    list(needed, " or ", role_en)
                ),
            ),
            Self::OnHold { document } => Text::new(
                format!("合同已按监管文件“{document}”暂停，恢复后方可办理。"),
                format!("The contract is on hold by the document \"{document}\"; wait until it is resumed."),
            ),
            Self::Ended => Text::new(
                "合同已终止（拒签、撤销或逾期），不能再办理。如仍需签订，请重新起草。",
                "The contract has ended (refused, revoked or expired). Draft a new one if it is still wanted.",
            ),
            Self::NotNow { verb, holder } => Text::new(
                format!("现在不能“{}”：合同目前{}。", verb.text().zh, holder_zh(&holder.who)),
                format!("\"{}\" is not possible now: the contract {}.", verb.text().en, holder_en(&holder.who)),
            ),
            Self::AlreadySent => {
                Text::new("已发送的签章不能再更改或删除。", "What was sent can no longer be changed or deleted.")
            }
            Self::TextFrozen => {
                Text::new("合同文本已定稿，不能再修改或补充。", "The text is final and can no longer be changed.")
            }
            Self::PartiesUnfit => Text::new(
                "合同须有一个采购人和至少一个供应商，且各方不得重复。请核对推送的成交结果。",
                "A contract needs one purchaser and at least one supplier, all different. Check the award that was pushed.",
            ),
            Self::MayNotBegin { may } => Text::new(
                format!("该业务流程由{}起草合同。", list(may, "或", |role| role.zh())),
                format!("In this flow {} drafts the contract.", list(may, " or ", |role| role.en())),
            ),
            Self::Incomplete { fields } => Text::new(
                format!("合同要素不完整，请填写：{}。", fields.join("、")),
                format!("The text is incomplete; fill in: {}.", fields.join(", ")),
            ),
            Self::Deviates { fields } => Text::new(
                format!("与成交结果不一致，请改正：{}。", fields.join("、")),
                format!("The text departs from the award; mend: {}.", fields.join(", ")),
            ),
            Self::NothingChanged => Text::new("没有任何改动。", "Nothing was changed."),
            Self::ReasonMissing => Text::new("请填写理由。", "State a reason."),
            Self::TextUnfit { what } => Text::new(
                format!("“{what}”须为1至500个字，且不含控制字符。"),
                format!("\"{what}\" has 1 to 500 characters and no control characters."),
            ),
            Self::PaymentMethod { known } => Text::new(
                format!("请选择支付方式：{}。", known.join("、")),
                format!("Choose the payment method: {}.", known.join(", ")),
            ),
            Self::PaymentAmount { most_fen: Some(most) } => Text::new(
                format!("请填写支付金额：大于零且不超过合同金额（{} 分）。", most),
                format!("State the payment amount: above zero, at most the contract's amount ({most} fen)."),
            ),
            Self::PaymentAmount { most_fen: None } => {
                Text::new("请填写支付金额，须大于零。", "State the payment amount, above zero.")
            }
            Self::OfflineNotAllowed => {
                Text::new("该业务流程只能线上签章。", "In this flow contracts are sealed online only.")
            }
            Self::SignedOnMissing => {
                Text::new("请填写纸质合同上的签订日期。", "State the date of signing that the paper bears.")
            }
            Self::SignedInFuture => Text::new(
                "线下签订日期不能晚于今天，请核对纸质合同。",
                "The date of signing on paper cannot lie in the future; look at the paper.",
            ),
            Self::NoCertificate { parties } => Text::new(
                format!("{}尚无可用的数字证书，不能线上签章；请先办理证书，或选择线下盖章。", parties.join("、")),
                format!(
                    "{} have no usable certificate: obtain one first, or choose to sign on paper.",
                    parties.join(", ")
                ),
            ),
            Self::SlotClosed { slot } => Text::new(
                format!("现在不能向“{slot}”上传附件；线下盖章合同的附件须在确认之前上传。"),
                format!(
                    "Nothing can be attached to \"{slot}\" now; the scan of a paper contract is attached before confirming."
                ),
            ),
            Self::EmptyDocument => Text::new("合同文件没有页面。", "The document has no pages."),
            Self::NoActs => Text::new("请至少放置一枚印章或一个签名。", "Place at least one seal or signature."),
            Self::ActNotAllowed { kind } => {
                Text::new(format!("本环节不能加盖{}。", kind.zh()), format!("This step takes no {}.", kind.en()))
            }
            Self::SealTypeNotAllowed { seal_type, allowed } => Text::new(
                format!("本环节不能使用{}，请改用{}。", seal_type.zh(), list(allowed, "或", |kind| kind.zh())),
                format!("This step takes no {}; use a {}.", seal_type.en(), list(allowed, " or a ", |kind| kind.en())),
            ),
            Self::ActsMissing { kinds } => Text::new(
                format!("还缺少：{}。", list(kinds, "、", |kind| kind.zh())),
                format!("Still missing: {}.", list(kinds, ", ", |kind| kind.en())),
            ),
            Self::UnknownSubmission { attempt } => {
                Text::new(format!("没有第{attempt}次备案提交。"), format!("There is no submission number {attempt}."))
            }
        }
    }
}

fn role_zh(role: Role) -> &'static str {
    match role {
        Role::Administrator => "管理员",
        Role::Clerk => "办事人员",
        Role::SealKeeper => "印章管理员",
        Role::Approver => "审批人",
    }
}

fn role_en(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Clerk => "clerk",
        Role::SealKeeper => "seal keeper",
        Role::Approver => "approver",
    }
}

fn list<T: Copy>(items: &[T], between: &str, name: impl Fn(T) -> &'static str) -> String {
    items.iter().map(|item| name(*item)).collect::<Vec<_>>().join(between)
}

fn keys(parties: &[PartyKey], between: &str, name: impl Fn(PartyKey) -> String) -> String {
    parties.iter().map(|key| name(*key)).collect::<Vec<_>>().join(between)
}

fn holder_zh(who: &Who) -> String {
    match who {
        Who::Parties(parties) => format!("由{}办理", keys(parties, "、", PartyKey::zh)),
        Who::Platform => "正由平台处理".to_owned(),
        Who::SupervisingSystem => "正由监管系统审核".to_owned(),
        Who::Supervisor => "已被监管暂停".to_owned(),
        Who::Medium => "正由公告媒体发布".to_owned(),
        Who::Nobody => "已办结".to_owned(),
    }
}

fn holder_en(who: &Who) -> String {
    match who {
        Who::Parties(parties) => format!("is held by party {}", keys(parties, ", ", |key| key.to_string())),
        Who::Platform => "is being worked on by the platform".to_owned(),
        Who::SupervisingSystem => "is with the supervising system".to_owned(),
        Who::Supervisor => "is halted by the supervisor".to_owned(),
        Who::Medium => "is with the medium for publication".to_owned(),
        Who::Nobody => "is settled".to_owned(),
    }
}
