//! What the world must do after a verb: commands that the server carries out in the same transaction, or queues in it.

use crate::contract::party::PartyKey;
use crate::contract::text::Text;
use crate::identifiers::Sm3Digest;
use serde::{Deserialize, Serialize};

/// One command to the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// The first draft locks the lot or order: no second contract may grow from the award.
    LockAward,
    /// The contract ended without conclusion: another may grow from the award.
    ReleaseAward,
    /// A step opened: its party can sign.
    OpenStep {
        /// The number of the step, from 0.
        step: usize,
        /// Whose step it is.
        party: PartyKey,
    },
    /// A private revision is void; what its party sees is the shared document again.
    DropRevision {
        /// SM3 of the void revision.
        document: Sm3Digest,
    },
    /// Add the platform's own signature.
    AddPlatformSignature,
    /// Push the contract to the supervising system.
    PushFiling {
        /// The number of the submission, from 1.
        attempt: u32,
    },
    /// Submit the notice to the medium.
    SubmitNotice,
    /// Tell parties.
    Notify {
        /// Whom.
        to: Vec<PartyKey>,
        /// What of.
        topic: Topic,
    },
    /// Tell the operator of something that only a human can settle.
    TellOperator {
        /// What of.
        topic: Topic,
    },
}

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A draft waits for review.
    ToReview,
    /// The draft was taken back.
    Withdrawn,
    /// The text was confirmed.
    Confirmed,
    /// The draft was returned.
    Returned,
    /// The reviewer is changing the draft; it must be sent again.
    Modified,
    /// It is the party's turn to sign.
    ToSign,
    /// Another party has signed and sent.
    Signed,
    /// Another party disagreed; a new draft is open.
    Disagreed,
    /// A party refused to sign.
    Rejected,
    /// The initiator ended the contract.
    Revoked,
    /// The time for signing ran out.
    Expired,
    /// All parties have signed.
    Concluded,
    /// The filing was accepted.
    FilingAccepted,
    /// The filing was refused.
    FilingRefused,
    /// The supervising system contradicted its own answer.
    FilingContradicted,
    /// The notice is published.
    Published,
    /// The contract is halted.
    Held,
    /// The contract goes on.
    Resumed,
}

impl Topic {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ToReview => "to_review",
            Self::Withdrawn => "withdrawn",
            Self::Confirmed => "confirmed",
            Self::Returned => "returned",
            Self::Modified => "modified",
            Self::ToSign => "to_sign",
            Self::Signed => "signed",
            Self::Disagreed => "disagreed",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Concluded => "concluded",
            Self::FilingAccepted => "filing_accepted",
            Self::FilingRefused => "filing_refused",
            Self::FilingContradicted => "filing_contradicted",
            Self::Published => "published",
            Self::Held => "held",
            Self::Resumed => "resumed",
        }
    }

    /// The sentence that follows the contract's title in a notification.
    pub fn text(self) -> Text {
        let (zh, en) = match self {
            Self::ToReview => {
                ("合同已发送给您，请确认、退回或修改。", "A contract was sent to you: confirm, return or modify it.")
            }
            Self::Withdrawn => {
                ("对方已撤回合同，暂无需处理。", "The other party took the contract back; nothing is to be done.")
            }
            Self::Confirmed => ("合同内容已确认。", "The text of the contract was confirmed."),
            Self::Returned => (
                "合同已退回，请按退回理由修改后重新发送。",
                "The contract was returned: change it as asked and send it again.",
            ),
            Self::Modified => (
                "对方正在修改合同，修改后需重新发送。",
                "The other party is changing the contract; it must be sent again.",
            ),
            Self::ToSign => ("轮到您签章。", "It is your turn to sign."),
            Self::Signed => ("对方已签章并发送。", "Another party has signed and sent."),
            Self::Disagreed => (
                "有一方不同意，原文本作废，新的草稿已打开。",
                "A party disagreed: that text has ended, a new draft is open.",
            ),
            Self::Rejected => ("有一方拒绝签署，合同终止。", "A party refused to sign; the contract has ended."),
            Self::Revoked => ("发起方已撤销合同。", "The party that began the contract has revoked it."),
            Self::Expired => {
                ("签署期限已过，合同未签成。", "The time for signing has run out; the contract was not signed.")
            }
            Self::Concluded => ("各方均已签署，合同签订完成。", "All parties have signed; the contract is concluded."),
            Self::FilingAccepted => ("备案已通过。", "The filing was accepted."),
            Self::FilingRefused => {
                ("备案未通过，请查看原因后重新提交。", "The filing was refused: see why and submit it again.")
            }
            Self::FilingContradicted => {
                ("监管系统先后答复不一致，请人工核实。", "The supervising system contradicted its own answer: ask it.")
            }
            Self::Published => ("合同公告已发布。", "The contract notice is published."),
            Self::Held => ("合同已被暂停。", "The contract is on hold."),
            Self::Resumed => ("合同已恢复。", "The contract goes on."),
        };
        Text::new(zh, en)
    }
}
