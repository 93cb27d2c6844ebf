//! What happened to a contract: the facts of the signing track (签署轨迹).
//!
//! Who acted, for whom, when and from where stands beside each event in the audit record; an event says what. The list is a stored format:
//! a kind is never renamed and never loses a field.

use crate::calendar::Date;
use crate::contract::axes::{Act, FrozenDocument, Payment};
use crate::contract::party::PartyKey;
use crate::contract::text::Text;
use crate::identifiers::Sm3Digest;
use crate::ids::AwardId;
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContractEvent {
    /// The first draft was begun and locked the award.
    Started {
        /// The award.
        award: AwardId,
        /// The flow profile.
        profile: String,
        /// The party that began it.
        initiator: PartyKey,
    },
    /// Fields were changed.
    DraftEdited {
        /// The party that changed them.
        party: PartyKey,
        /// Their ids.
        fields: Vec<String>,
    },
    /// A file was attached.
    Attached {
        /// The party that attached it.
        party: PartyKey,
        /// The slot.
        slot: String,
        /// SM3 of the file.
        sm3: Sm3Digest,
        /// Its name.
        name: String,
    },
    /// The draft was sent to its reviewer.
    Sent {
        /// Who reviews.
        reviewer: PartyKey,
    },
    /// The draft was taken back.
    Withdrawn {
        /// The party that took it back.
        party: PartyKey,
    },
    /// The text was confirmed.
    Confirmed {
        /// The party that confirmed.
        party: PartyKey,
        /// What was said about payment.
        payment: Option<Payment>,
        /// Whether it will be sealed online.
        online: bool,
    },
    /// The draft was returned.
    Returned {
        /// The party that returned it.
        party: PartyKey,
        /// Why.
        reason: String,
    },
    /// The reviewer took the draft to change it himself.
    Modified {
        /// The party.
        party: PartyKey,
    },
    /// The text was frozen.
    Frozen {
        /// The number of the draft.
        draft: u32,
        /// The typeset text.
        document: FrozenDocument,
    },
    /// The contract was signed on paper.
    SignedOffline {
        /// The date on the paper.
        signed_on: Date,
        /// The scan, if there is one.
        scan: Option<Sm3Digest>,
    },
    /// A step of the signing order opened.
    StepOpened {
        /// Its number from 0.
        step: usize,
        /// Whose it is.
        party: PartyKey,
    },
    /// Seals or signatures were set, privately.
    Sealed {
        /// The number of the step.
        step: usize,
        /// The party.
        party: PartyKey,
        /// SM3 of the private revision.
        document: Sm3Digest,
        /// What was set now.
        acts: Vec<Act>,
    },
    /// What was sealed and not submitted was discarded.
    UnsentDiscarded {
        /// The number of the step.
        step: usize,
        /// The party.
        party: PartyKey,
        /// SM3 of the void revision.
        document: Sm3Digest,
        /// What stood on it.
        acts: Vec<Act>,
    },
    /// What was sealed became part of the contract.
    StepSent {
        /// The number of the step.
        step: usize,
        /// The party.
        party: PartyKey,
        /// SM3 of the revision.
        document: Sm3Digest,
        /// Whether the signer chose to end with his seals (结束签章), so that they were sent as soon as they were made (S3-086).
        #[serde(default)]
        with_seals: bool,
    },
    /// A party agreed to the sealed text.
    Agreed {
        /// The party.
        party: PartyKey,
    },
    /// A party disagreed with the sealed text, which ended.
    Disagreed {
        /// The party.
        party: PartyKey,
        /// Why.
        reason: String,
        /// The text that ended.
        document: FrozenDocument,
    },
    /// A new draft was opened in its place.
    DraftOpened {
        /// Its number.
        draft: u32,
    },
    /// A party refused to sign.
    Rejected {
        /// The party.
        party: PartyKey,
        /// Why.
        reason: String,
    },
    /// The initiator ended the contract.
    Revoked {
        /// The party.
        party: PartyKey,
        /// Why.
        reason: String,
    },
    /// The time for signing ran out.
    Expired {
        /// When it had run out, microseconds UTC.
        expired_at: i64,
    },
    /// All steps are sent.
    Concluded {
        /// SM3 of the document that all parties have signed.
        document: Sm3Digest,
    },
    /// The platform's own signature was added.
    PlatformSignatureAdded {
        /// SM3 of the document with it.
        document: Sm3Digest,
    },
    /// The filing is to be pushed.
    FilingDue {
        /// The number of the submission.
        attempt: u32,
    },
    /// The filing was handed over.
    FilingPushed {
        /// The number of the submission.
        attempt: u32,
    },
    /// The filing was accepted.
    FilingAccepted {
        /// The number of the submission.
        attempt: u32,
        /// The receipt.
        receipt: Option<String>,
    },
    /// The filing was refused.
    FilingRefused {
        /// The number of the submission.
        attempt: u32,
        /// Why.
        reason: String,
    },
    /// An answer of the supervising system changed nothing.
    FilingAnswerIgnored {
        /// The number of the submission it answers.
        attempt: u32,
        /// Whether it says accepted.
        accepted: bool,
        /// Why it changed nothing.
        why: Ignored,
    },
    /// A refused filing is to be submitted again.
    FilingResubmitted {
        /// The party that submits it.
        party: PartyKey,
        /// The number of the new submission.
        attempt: u32,
        /// What the party says to it.
        note: String,
    },
    /// The notice is to be submitted.
    NoticeDue,
    /// The notice was handed to the medium.
    NoticeSubmitted,
    /// The notice was published.
    NoticePublished {
        /// The medium's receipt.
        receipt: String,
        /// Where it can be read.
        address: String,
    },
    /// The contract was exempted from publication.
    NoticeExempted {
        /// On what ground.
        ground: String,
        /// By which document.
        document: String,
    },
    /// The contract was halted.
    Held {
        /// By which document.
        document: String,
        /// Why.
        reason: String,
    },
    /// The contract goes on.
    Resumed {
        /// By which document.
        document: String,
        /// How long it had been halted, microseconds; running clocks are moved on by it.
        held_micros: i64,
    },
}

/// Why an answer of the supervising system changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    /// It says again what was already said.
    Repeated,
    /// It answers an earlier submission than the current one.
    Superseded,
    /// It contradicts the answer already given to the same submission; the first decides, and the operator is told.
    Contradictory,
}

impl ContractEvent {
    /// The kind under which it stands in the audit record: `contract.` and its tag in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "contract.started",
            Self::DraftEdited { .. } => "contract.draft_edited",
            Self::Attached { .. } => "contract.attached",
            Self::Sent { .. } => "contract.sent",
            Self::Withdrawn { .. } => "contract.withdrawn",
            Self::Confirmed { .. } => "contract.confirmed",
            Self::Returned { .. } => "contract.returned",
            Self::Modified { .. } => "contract.modified",
            Self::Frozen { .. } => "contract.frozen",
            Self::SignedOffline { .. } => "contract.signed_offline",
            Self::StepOpened { .. } => "contract.step_opened",
            Self::Sealed { .. } => "contract.sealed",
            Self::UnsentDiscarded { .. } => "contract.unsent_discarded",
            Self::StepSent { .. } => "contract.step_sent",
            Self::Agreed { .. } => "contract.agreed",
            Self::Disagreed { .. } => "contract.disagreed",
            Self::DraftOpened { .. } => "contract.draft_opened",
            Self::Rejected { .. } => "contract.rejected",
            Self::Revoked { .. } => "contract.revoked",
            Self::Expired { .. } => "contract.expired",
            Self::Concluded { .. } => "contract.concluded",
            Self::PlatformSignatureAdded { .. } => "contract.platform_signature_added",
            Self::FilingDue { .. } => "contract.filing_due",
            Self::FilingPushed { .. } => "contract.filing_pushed",
            Self::FilingAccepted { .. } => "contract.filing_accepted",
            Self::FilingRefused { .. } => "contract.filing_refused",
            Self::FilingAnswerIgnored { .. } => "contract.filing_answer_ignored",
            Self::FilingResubmitted { .. } => "contract.filing_resubmitted",
            Self::NoticeDue => "contract.notice_due",
            Self::NoticeSubmitted => "contract.notice_submitted",
            Self::NoticePublished { .. } => "contract.notice_published",
            Self::NoticeExempted { .. } => "contract.notice_exempted",
            Self::Held { .. } => "contract.held",
            Self::Resumed { .. } => "contract.resumed",
        }
    }

    /// The step of the track in words (S4-053: 步骤).
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::Started { .. } => ("新建合同", "Contract begun"),
            Self::DraftEdited { .. } => ("编辑草稿", "Draft edited"),
            Self::Attached { .. } => ("上传附件", "File attached"),
            Self::Sent { .. } => ("发送", "Sent for review"),
            Self::Withdrawn { .. } => ("撤回", "Taken back"),
            Self::Confirmed { .. } => ("确认", "Confirmed"),
            Self::Returned { .. } => ("退回", "Returned"),
            Self::Modified { .. } => ("修改", "Taken for modification"),
            Self::Frozen { .. } => ("清稿", "Text finalised"),
            Self::SignedOffline { .. } => ("线下签订", "Signed on paper"),
            Self::StepOpened { .. } => ("待签章", "Step opened"),
            Self::Sealed { .. } => ("签章", "Sealed"),
            Self::UnsentDiscarded { .. } => ("删除未发送签章", "Unsent seals discarded"),
            Self::StepSent { with_seals: true, .. } => ("签章后结束签章并发送", "Sealed to end: seals sent"),
            Self::StepSent { with_seals: false, .. } => ("结束签章并发送", "Signing ended: seals sent"),
            Self::Agreed { .. } => ("同意", "Agreed"),
            Self::Disagreed { .. } => ("不同意", "Disagreed"),
            Self::DraftOpened { .. } => ("新建草稿", "New draft opened"),
            Self::Rejected { .. } => ("拒签", "Refused to sign"),
            Self::Revoked { .. } => ("撤销", "Revoked"),
            Self::Expired { .. } => ("逾期", "Expired"),
            Self::Concluded { .. } => ("签订完成", "Concluded"),
            Self::PlatformSignatureAdded { .. } => ("平台存证签名", "Platform signature added"),
            Self::FilingDue { .. } => ("待备案", "Filing due"),
            Self::FilingPushed { .. } => ("推送备案", "Pushed for filing"),
            Self::FilingAccepted { .. } => ("备案通过", "Filing accepted"),
            Self::FilingRefused { .. } => ("备案未通过", "Filing refused"),
            Self::FilingAnswerIgnored { .. } => ("备案答复（未采用）", "Filing answer without effect"),
            Self::FilingResubmitted { .. } => ("重新提交备案", "Filing submitted again"),
            Self::NoticeDue => ("待公告", "Notice due"),
            Self::NoticeSubmitted => ("提交公告", "Notice submitted"),
            Self::NoticePublished { .. } => ("发布公告", "Notice published"),
            Self::NoticeExempted { .. } => ("免予公告", "Exempt from publication"),
            Self::Held { .. } => ("暂停", "Put on hold"),
            Self::Resumed { .. } => ("恢复", "Resumed"),
        };
        Text::new(zh, en)
    }

    /// What was said with it (S4-053: 处理意见), if anything was.
    pub fn opinion(&self) -> Option<&str> {
        match self {
            Self::Returned { reason, .. }
            | Self::Disagreed { reason, .. }
            | Self::Rejected { reason, .. }
            | Self::Revoked { reason, .. }
            | Self::FilingRefused { reason, .. }
            | Self::Held { reason, .. }
            | Self::FilingResubmitted { note: reason, .. }
            | Self::NoticeExempted { ground: reason, .. } => Some(reason),
            Self::Started { .. }
            | Self::DraftEdited { .. }
            | Self::Attached { .. }
            | Self::Sent { .. }
            | Self::Withdrawn { .. }
            | Self::Confirmed { .. }
            | Self::Modified { .. }
            | Self::Frozen { .. }
            | Self::SignedOffline { .. }
            | Self::StepOpened { .. }
            | Self::Sealed { .. }
            | Self::UnsentDiscarded { .. }
            | Self::StepSent { .. }
            | Self::Agreed { .. }
            | Self::DraftOpened { .. }
            | Self::Expired { .. }
            | Self::Concluded { .. }
            | Self::PlatformSignatureAdded { .. }
            | Self::FilingDue { .. }
            | Self::FilingPushed { .. }
            | Self::FilingAccepted { .. }
            | Self::FilingAnswerIgnored { .. }
            | Self::NoticeDue
            | Self::NoticeSubmitted
            | Self::NoticePublished { .. }
            | Self::Resumed { .. } => None,
        }
    }

    /// Whether only the party itself may see it in the track: what it sealed and has not sent is its own affair (invariant 11).
    ///
    /// Once the step is sent the earlier private acts stay private; what was sent is told by [`ContractEvent::StepSent`].
    pub fn private_to(&self) -> Option<PartyKey> {
        match self {
            Self::Sealed { party, .. } | Self::UnsentDiscarded { party, .. } => Some(*party),
            _ => None,
        }
    }
}
