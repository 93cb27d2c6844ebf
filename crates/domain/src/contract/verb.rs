//! The verbs: everything that can be done to a contract once it exists.

use crate::contract::text::Text;
use serde::{Deserialize, Serialize};

/// One thing that can be done to a contract; the code is what the API offers in `actions` and what a profile names buttons for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Change the fields of the draft.
    EditDraft,
    /// Put a file into one of the slots the profile names.
    Attach,
    /// 发送: give the draft to its reviewer.
    Send,
    /// 撤回: take a sent draft back before the reviewer has acted.
    Withdraw,
    /// 确认: the reviewer agrees to the text.
    Confirm,
    /// 退回: the reviewer sends it back with a reason.
    Return,
    /// 修改: the reviewer changes it himself; it becomes a draft again and must be sent again.
    Modify,
    /// 清稿: end the draft; the text can no longer change.
    Freeze,
    /// 签章: put seals and signatures on the text, privately until it is submitted.
    Seal,
    /// Take back all that this party sealed and has not submitted.
    DiscardUnsent,
    /// 发送 / 确认签章 / 提交合同: what this party sealed becomes part of the contract.
    Submit,
    /// 同意: the other party, having sealed, agrees; its seals become part of the contract.
    Agree,
    /// 不同意: the other party disagrees with a reason; the sealed text ends and a new draft opens.
    Disagree,
    /// 拒签: a party whose turn it is refuses to sign at all.
    Reject,
    /// 撤销: the party that began the contract ends it before another party has bound itself.
    Revoke,
    /// The time for signing has run out.
    Expire,
    /// The platform's own signature has been added after conclusion.
    AddPlatformSignature,
    /// The contract has been handed to the supervising system.
    PushFiling,
    /// The supervising system has answered.
    AnswerFiling,
    /// 重新提交备案: a party submits a refused filing again.
    ResubmitFiling,
    /// The notice has been handed to the medium.
    SubmitNotice,
    /// The medium has published the notice.
    PublishNotice,
    /// A supervisor exempts the contract from publication.
    ExemptNotice,
    /// 暂停: a supervisor's document halts the contract.
    Hold,
    /// 恢复: a supervisor's document lets it go on.
    Resume,
}

/// Whose verb it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A party's.
    Party,
    /// The platform's own.
    Platform,
    /// The supervising side's.
    Supervision,
}

impl Verb {
    /// All verbs.
    pub const ALL: [Self; 25] = [
        Self::EditDraft,
        Self::Attach,
        Self::Send,
        Self::Withdraw,
        Self::Confirm,
        Self::Return,
        Self::Modify,
        Self::Freeze,
        Self::Seal,
        Self::DiscardUnsent,
        Self::Submit,
        Self::Agree,
        Self::Disagree,
        Self::Reject,
        Self::Revoke,
        Self::Expire,
        Self::AddPlatformSignature,
        Self::PushFiling,
        Self::AnswerFiling,
        Self::ResubmitFiling,
        Self::SubmitNotice,
        Self::PublishNotice,
        Self::ExemptNotice,
        Self::Hold,
        Self::Resume,
    ];

    /// Whose verb it is.
    pub fn side(self) -> Side {
        match self {
            Self::EditDraft
            | Self::Attach
            | Self::Send
            | Self::Withdraw
            | Self::Confirm
            | Self::Return
            | Self::Modify
            | Self::Freeze
            | Self::Seal
            | Self::DiscardUnsent
            | Self::Submit
            | Self::Agree
            | Self::Disagree
            | Self::Reject
            | Self::Revoke
            | Self::ResubmitFiling => Side::Party,
            Self::Expire | Self::AddPlatformSignature | Self::PushFiling | Self::SubmitNotice | Self::PublishNotice => {
                Side::Platform
            }
            Self::AnswerFiling | Self::ExemptNotice | Self::Hold | Self::Resume => Side::Supervision,
        }
    }

    /// The stable code, as in JSON and in profile files.
    pub fn code(self) -> &'static str {
        match self {
            Self::EditDraft => "edit_draft",
            Self::Attach => "attach",
            Self::Send => "send",
            Self::Withdraw => "withdraw",
            Self::Confirm => "confirm",
            Self::Return => "return",
            Self::Modify => "modify",
            Self::Freeze => "freeze",
            Self::Seal => "seal",
            Self::DiscardUnsent => "discard_unsent",
            Self::Submit => "submit",
            Self::Agree => "agree",
            Self::Disagree => "disagree",
            Self::Reject => "reject",
            Self::Revoke => "revoke",
            Self::Expire => "expire",
            Self::AddPlatformSignature => "add_platform_signature",
            Self::PushFiling => "push_filing",
            Self::AnswerFiling => "answer_filing",
            Self::ResubmitFiling => "resubmit_filing",
            Self::SubmitNotice => "submit_notice",
            Self::PublishNotice => "publish_notice",
            Self::ExemptNotice => "exempt_notice",
            Self::Hold => "hold",
            Self::Resume => "resume",
        }
    }

    /// What the verb is called where the profile does not name it.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::EditDraft => ("编辑", "Edit"),
            Self::Attach => ("上传附件", "Attach a file"),
            Self::Send => ("发送", "Send"),
            Self::Withdraw => ("撤回", "Withdraw"),
            Self::Confirm => ("确认", "Confirm"),
            Self::Return => ("退回", "Return"),
            Self::Modify => ("修改", "Modify"),
            Self::Freeze => ("清稿", "Finalise the text"),
            Self::Seal => ("签章", "Seal"),
            Self::DiscardUnsent => ("删除签章", "Delete my seals"),
            Self::Submit => ("提交", "Submit"),
            Self::Agree => ("同意", "Agree"),
            Self::Disagree => ("不同意", "Disagree"),
            Self::Reject => ("拒签", "Refuse to sign"),
            Self::Revoke => ("撤销", "Revoke"),
            Self::Expire => ("逾期", "Expire"),
            Self::AddPlatformSignature => ("平台存证签名", "Platform signature"),
            Self::PushFiling => ("推送备案", "Push for filing"),
            Self::AnswerFiling => ("备案答复", "Answer the filing"),
            Self::ResubmitFiling => ("重新提交备案", "Submit the filing again"),
            Self::SubmitNotice => ("提交公告", "Submit the notice"),
            Self::PublishNotice => ("发布公告", "Publish the notice"),
            Self::ExemptNotice => ("免予公告", "Exempt from publication"),
            Self::Hold => ("暂停", "Put on hold"),
            Self::Resume => ("恢复", "Resume"),
        };
        Text::new(zh, en)
    }

    /// The verb with this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.code() == code)
    }
}
