//! Notifications: what the people of a party are told at each turn of a contract, in words, and which of them are told.
//!
//! What is kept of a notification is its [`Kind`] and its [`Facts`]; the text is made when it is read, in the reader's language, so that a
//! better sentence also mends what was told before.

use crate::calendar::Date;
use crate::contract::profile::{Profile, Review};
use crate::contract::{Contract, ContractEvent, Effect, PartyKey, Signing, Text, Topic, Transition};
use crate::organisation::Role;
use serde::{Deserialize, Serialize};

/// How long before the time for signing runs out its party is reminded, microseconds: three days.
const REMINDED_BEFORE_MICROS: i64 = 3 * 86_400_000_000;
/// The longest title that is written out in a short message, characters.
const LONGEST_TITLE_BY_SMS: usize = 40;

/// What a notification is about; its code is stored and is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kind {
    /// A turn of the contract.
    Turn(Topic),
    /// A clock that is about to run out.
    Clock(Clock),
    /// Something that a party asks of another.
    Request(Request),
}

/// Something that a party asks of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// 催办: the party that waits asks the holder to go on.
    Urged,
}

/// A clock that somebody is reminded of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The time for signing runs out soon.
    SigningEndsSoon,
}

/// What the text of a notification needs besides its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The contract's title.
    pub title: String,
    /// The contract's number, once it has one.
    pub number: Option<String>,
    /// What was said with it: the reason of a return, of a refusal.
    pub opinion: Option<String>,
    /// The last day of the clock.
    pub last_day: Option<Date>,
}

/// Whom a transition asks to tell what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// About what.
    pub kind: Kind,
    /// The parties; empty for the platform's operators.
    pub to: Vec<PartyKey>,
    /// What was said with it.
    pub opinion: Option<String>,
}

/// A reminder that a transition asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// When to remind, microseconds UTC.
    pub at: i64,
    /// When the time for signing runs out, microseconds UTC; the reminder is void if that has changed.
    pub expires_at: i64,
}

impl Kind {
    /// The stable code, as stored and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Turn(topic) => topic.code(),
            Self::Clock(Clock::SigningEndsSoon) => "signing_ends_soon",
            Self::Request(Request::Urged) => "urged",
        }
    }

    /// The kind with this code.
    pub fn parse(code: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
    }

    /// The headline.
    pub fn headline(self) -> Text {
        let (zh, en) = match self {
            Self::Turn(topic) => match topic {
                Topic::ToReview => ("合同待确认", "A contract to confirm"),
                Topic::Withdrawn => ("合同已撤回", "Contract taken back"),
                Topic::Confirmed => ("合同已确认", "Contract confirmed"),
                Topic::Returned => ("合同已退回", "Contract returned"),
                Topic::Modified => ("合同修改中", "Contract being changed"),
                Topic::ToSign => ("合同待签章", "A contract to seal"),
                Topic::Signed => ("对方已签章", "Sealed by another party"),
                Topic::Disagreed => ("对方不同意", "A party disagreed"),
                Topic::Rejected => ("合同被拒签", "Signing refused"),
                Topic::Revoked => ("合同已撤销", "Contract revoked"),
                Topic::Expired => ("合同逾期未签署", "Time for signing run out"),
                Topic::Concluded => ("合同签订完成", "Contract concluded"),
                Topic::FilingAccepted => ("备案已通过", "Filing accepted"),
                Topic::FilingRefused => ("备案未通过", "Filing refused"),
                Topic::FilingContradicted => ("备案答复矛盾", "Contradictory answers to a filing"),
                Topic::Published => ("合同公告已发布", "Contract notice published"),
                Topic::Held => ("合同已暂停", "Contract on hold"),
                Topic::Resumed => ("合同已恢复", "Contract resumed"),
            },
            Self::Clock(Clock::SigningEndsSoon) => ("签署期限将至", "Time for signing ends soon"),
            Self::Request(Request::Urged) => ("对方催办", "The other party asks you to go on"),
        };
        Text::new(zh, en)
    }

    /// The whole text.
    pub fn text(self, facts: &Facts) -> Text {
        let sentence = match self {
            Self::Turn(topic) => topic.text(),
            Self::Clock(Clock::SigningEndsSoon) => match facts.last_day {
                Some(day) => {
                    let (year, month, date) = day.parts();
                    Text::new(
                        format!("签署期限至{}止，请尽快签章。", day.to_chinese()),
                        format!("The time for signing ends on {year:04}-{month:02}-{date:02}: please sign soon."),
                    )
                }
                None => Text::new("签署期限将至，请尽快签章。", "The time for signing ends soon: please sign."),
            },
            Self::Request(Request::Urged) => {
                Text::new("对方请您尽快办理。", "the other party asks you to go on with it soon.")
            }
        };
        let number = facts.number.as_deref().unwrap_or_default();
        let (number_zh, number_en) = if number.is_empty() {
            (String::new(), String::new())
        } else {
            (format!("（{number}）"), format!(" ({number})"))
        };
        let (said_zh, said_en) = match facts.opinion.as_deref().map(str::trim).filter(|said| !said.is_empty()) {
            Some(said) => (format!("理由：{said}"), format!(" Reason: {said}")),
            None => (String::new(), String::new()),
        };
        Text::new(
            format!("《{}》{number_zh}：{}{said_zh}", facts.title, sentence.zh),
            format!("“{}”{number_en}: {}{said_en}", facts.title, sentence.en),
        )
    }

    /// The short message (S2-015): no reason, no number, a long title cut; who reads it follows it to the platform.
    pub fn short_message(self, facts: &Facts) -> String {
        let mut title: String = facts.title.chars().take(LONGEST_TITLE_BY_SMS).collect();
        if title.chars().count() < facts.title.chars().count() {
            title.push('…');
        }
        let facts = Facts { title, number: None, opinion: None, last_day: facts.last_day };
        format!("【印信】{}请登录平台办理。", self.text(&facts).zh)
    }

    /// Which members of a party are told: of what somebody must do, those who can do it; of everything else, all who take part in the flow.
    pub fn roles(self, profile: &Profile, contract: &Contract, party: PartyKey) -> Vec<Role> {
        let reviewing: &[Role] = match &profile.review {
            Review::ConfirmReturnModify { by, roles, .. }
                if contract.first_of(*by).is_some_and(|reviewer| reviewer.key == party) =>
            {
                roles
            }
            Review::InternalApproval { roles } if contract.initiator() == party => roles,
            Review::None
            | Review::AgreeDisagreeAfterSealing
            | Review::ConfirmReturnModify { .. }
            | Review::InternalApproval { .. } => &[],
        };
        let signing = contract.steps().iter().filter(|step| step.party == party).flat_map(|step| &step.rule.roles);
        let mut roles: Vec<Role> = match self {
            Self::Turn(Topic::ToReview) => reviewing.to_vec(),
            Self::Turn(Topic::ToSign) | Self::Clock(Clock::SigningEndsSoon) => signing.copied().collect(),
            Self::Request(Request::Urged) | Self::Turn(_) => {
                let filing = profile.filing.iter().flat_map(|rules| &rules.roles);
                profile.drafting.roles.iter().chain(reviewing).chain(signing).chain(filing).copied().collect()
            }
        };
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

/// What a transition asks to tell.
pub fn tellings(transition: &Transition) -> Vec<Telling> {
    let opinion = || transition.events.iter().find_map(ContractEvent::opinion).map(str::to_owned);
    transition
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Notify { to, topic } => {
                Some(Telling { kind: Kind::Turn(*topic), to: to.clone(), opinion: opinion() })
            }
            Effect::TellOperator { topic } => {
                Some(Telling { kind: Kind::Turn(*topic), to: Vec::new(), opinion: opinion() })
            }
            Effect::LockAward
            | Effect::ReleaseAward
            | Effect::OpenStep { .. }
            | Effect::DropRevision { .. }
            | Effect::AddPlatformSignature
            | Effect::PushFiling { .. }
            | Effect::SubmitNotice => None,
        })
        .filter(|telling| !telling.to.is_empty() || matches!(telling.kind, Kind::Turn(Topic::FilingContradicted)))
        .collect()
}

/// The reminder that a transition asks for: when a text is frozen, and when a hold has moved the end of the time for signing.
pub fn reminder(transition: &Transition) -> Option<Reminder> {
    let moved = transition
        .events
        .iter()
        .any(|event| matches!(event, ContractEvent::Frozen { .. } | ContractEvent::Resumed { .. }));
    let expires_at = signing_expires_at(&transition.next).filter(|_| moved)?;
    Some(Reminder { at: expires_at.saturating_sub(REMINDED_BEFORE_MICROS), expires_at })
}

/// When the time for signing runs out, while it runs; microseconds UTC.
pub fn signing_expires_at(contract: &Contract) -> Option<i64> {
    match contract.signing() {
        Signing::Signing { expires_at, .. } => *expires_at,
        Signing::NotStarted
        | Signing::Concluded { .. }
        | Signing::Offline { .. }
        | Signing::Rejected { .. }
        | Signing::Revoked { .. }
        | Signing::Expired { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            title: "示例办公设备采购合同".to_owned(),
            number: Some("示例-2026-001".to_owned()),
            opinion: None,
            last_day: None,
        }
    }

    #[test]
    fn a_text_names_the_contract_and_what_was_said() {
        let returned = Kind::Turn(Topic::Returned);
        let said = Facts { opinion: Some("数量有误".to_owned()), ..facts() };
        assert_eq!(
            returned.text(&said).zh,
            "《示例办公设备采购合同》（示例-2026-001）：合同已退回，请按退回理由修改后重新发送。理由：数量有误"
        );
        assert!(returned.text(&said).en.ends_with("change it as asked and send it again. Reason: 数量有误"));
        let unnumbered = Facts { number: None, ..facts() };
        assert_eq!(Kind::Turn(Topic::ToSign).text(&unnumbered).zh, "《示例办公设备采购合同》：轮到您签章。");
        let soon = Facts { last_day: Some(Date::new(2026, 3, 9).unwrap()), ..facts() };
        assert!(Kind::Clock(Clock::SigningEndsSoon).text(&soon).zh.contains("2026年3月9日"));
        assert!(Kind::Clock(Clock::SigningEndsSoon).text(&soon).en.contains("2026-03-09"));
    }

    #[test]
    fn a_short_message_holds_no_reason_and_cuts_a_long_title() {
        let long = Facts { title: "长".repeat(300), opinion: Some("理由".to_owned()), ..facts() };
        let text = Kind::Turn(Topic::Returned).short_message(&long);
        assert!(text.starts_with("【印信】《") && text.ends_with("请登录平台办理。"), "{text}");
        assert!(!text.contains("理由：") && text.chars().count() < 120, "{text}");
    }

    #[test]
    fn every_code_is_read_back_and_nothing_else_is() {
        for kind in [
            Kind::Turn(Topic::ToReview),
            Kind::Turn(Topic::Published),
            Kind::Clock(Clock::SigningEndsSoon),
            Kind::Request(Request::Urged),
        ] {
            assert_eq!(Kind::parse(kind.code()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("{:?}", kind.code()));
        }
        assert_eq!(Kind::parse("nothing"), None);
    }
}
