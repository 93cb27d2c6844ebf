//! What has stopped a contract, or sent it back: who did it, when and why. Taken from the track, so that both say the same.

use yinxin_domain::contract::PartyKey;
use yinxin_domain::contract::axes::{Content, Filing, Hold, Signing};

use super::reading::Seen;
use super::track::{self, Entry};
use crate::actor::Actor;
use crate::app::App;
use crate::contract::errors::ContractError;

/// Why a contract does not go on as it was going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingKind {
    /// 暂停, by a supervisor's document.
    Held,
    /// 拒签.
    Rejected,
    /// 撤销.
    Revoked,
    /// 逾期未签署.
    Expired,
    /// 退回.
    Returned,
    /// 不同意: the sealed text ended, and a new draft was opened.
    Disagreed,
    /// 撤回, by the party that had sent it.
    Withdrawn,
    /// The reviewer changes the draft himself.
    Modified,
    /// 备案未通过.
    FilingRefused,
}

impl StandingKind {
    /// The stable code, as in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Returned => "returned",
            Self::Disagreed => "disagreed",
            Self::Withdrawn => "withdrawn",
            Self::Modified => "modified",
            Self::FilingRefused => "filing_refused",
        }
    }

    fn of_event(kind: &str) -> Option<Self> {
        Some(match kind {
            "contract.held" => Self::Held,
            "contract.rejected" => Self::Rejected,
            "contract.revoked" => Self::Revoked,
            "contract.expired" => Self::Expired,
            "contract.returned" => Self::Returned,
            "contract.disagreed" => Self::Disagreed,
            "contract.withdrawn" => Self::Withdrawn,
            "contract.modified" => Self::Modified,
            "contract.filing_refused" => Self::FilingRefused,
            _ => return None,
        })
    }
}

/// What has stopped a contract, or sent it back.
pub struct Standing {
    /// What.
    pub kind: StandingKind,
    /// The party in whose hands it is for that reason; none where no party can do anything.
    pub back_to: Option<PartyKey>,
    /// Its entry of the track: who, when, and what was said.
    pub entry: Entry,
}

/// What has stopped a contract, or sent it back; none while it goes its way. Who may see the contract may see this, as he may see its track.
///
/// # Errors
/// [`ContractError`].
pub async fn standing(app: &App, actor: &Actor, seen: &Seen<'_>) -> Result<Option<Standing>, ContractError> {
    let contract = &seen.loaded.contract;
    let initiator = Some(contract.initiator());
    // The events that may be the reason in this state: the newest of them is.
    let (kinds, back_to): (&[&'static str], _) = match (contract.hold(), contract.signing()) {
        (Hold::Held { .. }, _) => (&["contract.held"], None),
        (Hold::Free, Signing::Rejected { .. }) => (&["contract.rejected"], None),
        (Hold::Free, Signing::Revoked { .. }) => (&["contract.revoked"], None),
        (Hold::Free, Signing::Expired { .. }) => (&["contract.expired"], None),
        (Hold::Free, Signing::NotStarted) => match contract.content() {
            Content::Returned { .. } => (&["contract.returned"], initiator),
            // A draft that was begun, and not taken or sent back since it was last sent, has no such event as its newest.
            Content::Drafting { .. } => (
                &["contract.started", "contract.sent", "contract.disagreed", "contract.withdrawn", "contract.modified"],
                initiator,
            ),
            Content::InReview { .. } | Content::Frozen { .. } => return Ok(None),
        },
        (Hold::Free, Signing::Concluded { .. } | Signing::Offline { .. }) => match contract.filing() {
            Filing::Refused { back_to, .. } => (&["contract.filing_refused"], Some(*back_to)),
            Filing::NotWanted
            | Filing::NotDue
            | Filing::Due { .. }
            | Filing::Pushed { .. }
            | Filing::Accepted { .. } => return Ok(None),
        },
        (Hold::Free, Signing::Signing { .. }) => return Ok(None),
    };
    let Some(entry) = track::newest(app, actor, seen, kinds).await? else { return Ok(None) };
    Ok(StandingKind::of_event(&entry.event.kind).map(|kind| Standing { kind, back_to, entry }))
}
