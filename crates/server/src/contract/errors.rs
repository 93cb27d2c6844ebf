//! Why a use case of contracts is refused.

use axum::http::StatusCode;
use serde_json::json;
use yinxin_domain::contract::view::Who;
use yinxin_domain::contract::{PartyKey, Refusal};
use yinxin_domain::template::{Deviation, FieldFault, Missing};
use yinxin_pdf::gate::{Damage, Obstacle};

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Fault, Public, PublicError};

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The actor may not do this.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The rules of the contract refuse.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No contract has this id, or none that the actor may see.
    #[error("no such contract")]
    NotFound,
    /// There is no such award for this party, or it is not open.
    #[error("the award cannot be drafted from")]
    AwardNotOpen,
    /// The template does not exist or is not for this award.
    #[error("the template does not fit the award")]
    TemplateUnfit,
    /// Somebody changed the contract after it was opened.
    #[error("the contract was changed meanwhile")]
    EditedMeanwhile(Box<Meanwhile>),
    /// Values of fields are wrong.
    #[error("{} fields are wrong", .0.len())]
    Fields(Vec<FieldFault>),
    /// The text cannot leave the drafter's hands yet.
    #[error("the text is not complete, or departs from the award")]
    NotReady {
        /// What is missing.
        missing: Vec<Missing>,
        /// What departs from the award.
        deviations: Vec<Deviation>,
    },
    /// An attachment that is not taken: no readable PDF, or one that shows something else tomorrow.
    #[error("the attachment is not taken: {}", .0.code())]
    Attachment(Obstacle),
    /// There is no document yet, or none that this party may see.
    #[error("there is no document to see")]
    NoDocument,
    /// The track has no such entry, or none that this party may see.
    #[error("the track has no such entry")]
    NoEntry,
    /// A list, tab or cursor that does not exist.
    #[error("there is no such list")]
    NoSuchList,
    /// A filter of a list that cannot be read.
    #[error("the filter {0} cannot be read")]
    FilterUnfit(&'static str),
    /// No other party holds the contract.
    #[error("no other party can be urged")]
    NothingToUrge,
    /// The party urged less than four hours ago.
    #[error("the party has urged recently")]
    UrgedRecently {
        /// When it may again, microseconds UTC.
        again_at: i64,
        /// Now, microseconds UTC.
        now: i64,
    },
}

/// What somebody else did after a version was read.
#[derive(Debug, Clone)]
pub struct Meanwhile {
    /// The version now.
    pub version: i64,
    /// When it was changed last.
    pub at: i64,
    /// The person who did.
    pub person: Option<String>,
    /// For whom.
    pub organisation: Option<String>,
    /// The fields that changed.
    pub fields: Vec<String>,
    /// The kinds of the events.
    pub kinds: Vec<String>,
}

fn field_fault(fault: &FieldFault) -> Fault {
    Fault {
        path: format!("fields.{}", fault.field),
        code: fault.code.clone(),
        message: (fault.message_zh.clone(), fault.message_en.clone()).into(),
        remedy: ("请改正后重新保存。", "Correct it and save again.").into(),
    }
}

fn missing_fault(missing: &Missing) -> Fault {
    Fault {
        path: missing.field.as_ref().map_or_else(|| "fields".to_owned(), |field| format!("fields.{field}")),
        code: missing.code.clone(),
        message: (missing.message_zh.clone(), missing.message_en.clone()).into(),
        remedy: ("请补充填写后再办理。", "Fill it in and try again.").into(),
    }
}

fn deviation_fault(deviation: &Deviation) -> Fault {
    Fault {
        path: format!("fields.{}", deviation.field),
        code: deviation.code.clone(),
        message: (deviation.message_zh.clone(), deviation.message_en.clone()).into(),
        remedy: ("请按中标（成交）结果改正。", "Mend it as the award says.").into(),
    }
}

fn held_by(who: &Who) -> serde_json::Value {
    match who {
        Who::Parties(parties) => json!(parties.iter().map(PartyKey::to_string).collect::<Vec<_>>()),
        Who::Platform => json!("platform"),
        Who::SupervisingSystem => json!("supervising_system"),
        Who::Supervisor => json!("supervisor"),
        Who::Medium => json!("medium"),
        Who::Nobody => json!("nobody"),
    }
}

/// How HTTP tells a refusal of the domain.
fn refusal(refusal: &Refusal) -> Public {
    let status = if refusal.is_about_actor() {
        StatusCode::FORBIDDEN
    } else if refusal.is_about_state() {
        StatusCode::CONFLICT
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let text = refusal.text();
    let public = Public::new(status, refusal.code(), ("不能进行此操作", "This cannot be done"), (text.zh, text.en));
    match refusal {
        Refusal::NotNow { holder, .. } => public.with("held_by", held_by(&holder.who)).with("held_since", holder.since),
        _ => public,
    }
}

impl PublicError for ContractError {
    fn public(&self) -> Public {
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Refused(error) => refusal(error),
            Self::NotFound => Public::new(
                StatusCode::NOT_FOUND,
                "contract.not_found",
                ("未找到合同", "No such contract"),
                (
                    "没有这一合同，或者您当前的操作身份无权查看。请核对编号或切换操作身份。",
                    "There is no such contract, or the identity you act as may not see it. Check the id or switch the identity.",
                ),
            ),
            Self::AwardNotOpen => Public::new(
                StatusCode::CONFLICT,
                "contract.award_not_open",
                ("不能据此起草合同", "No contract can be drafted from this"),
                (
                    "该中标（成交）结果已有合同在起草或签署，或已被撤销。请打开已有的合同办理。",
                    "A contract is already being made from this award, or the award was cancelled. Open the contract there is.",
                ),
            ),
            Self::TemplateUnfit => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.template_unfit",
                ("范本不适用", "The template does not fit"),
                (
                    "没有这个范本，或者它不适用于该项目的类别。请从该项目可用的范本中选择。",
                    "There is no such template, or it is not for projects of this kind. Choose one that fits.",
                ),
            ),
            Self::EditedMeanwhile(meanwhile) => Public::new(
                StatusCode::CONFLICT,
                "contract.edited_meanwhile",
                ("合同已被他人修改", "Edited by somebody else meanwhile"),
                (
                    "您打开之后，他人已修改该合同，本次操作未生效。请查看改动后，在最新版本上重新办理。",
                    "Somebody changed the contract after you opened it; nothing was changed by this request. Look at the changes and try again on the latest version.",
                ),
            )
            .with("version", meanwhile.version)
            .with("changed_at", meanwhile.at)
            .with("changed_by", meanwhile.person.clone())
            .with("changed_for", meanwhile.organisation.clone())
            .with("changed_fields", meanwhile.fields.clone())
            .with("changes", meanwhile.kinds.clone()),
            Self::Fields(faults) => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.fields",
                ("填写内容有误", "Some values are wrong"),
                (
                    format!("有 {} 处填写有误，未保存任何内容。请逐项改正。", faults.len()),
                    format!("{} values are wrong; nothing was saved. Correct each of them.", faults.len()),
                ),
            )
            .faults(faults.iter().map(field_fault)),
            Self::NotReady { missing, deviations } => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.incomplete",
                ("合同内容还不能提交", "The text is not ready"),
                (
                    "合同要素不完整，或与中标（成交）结果不一致。请按 faults 逐项处理。",
                    "Terms are missing, or the text departs from the award. Mend each of the faults.",
                ),
            )
            .faults(missing.iter().map(missing_fault).chain(deviations.iter().map(deviation_fault))),
            Self::Attachment(Obstacle::Damaged(Damage::Open(_))) => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.attachment_not_pdf",
                ("附件不是可读取的 PDF", "The file is not a readable PDF"),
                ("请上传完整、未加密的 PDF 文件。", "Attach a whole PDF that is not encrypted."),
            ),
            Self::Attachment(obstacle) => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.attachment_refused",
                ("附件不能使用", "The file cannot be attached"),
                (obstacle.zh(), obstacle.en()),
            )
            .with("obstacle", obstacle.code()),
            Self::NoDocument => Public::new(
                StatusCode::NOT_FOUND,
                "contract.no_document",
                ("尚无可查看的合同文件", "There is no document to see"),
                (
                    "合同尚未定稿，或对方尚未发送。草稿请使用预览。",
                    "The text is not final yet, or the other party has not sent it. Use the preview for a draft.",
                ),
            ),
            Self::NoEntry => Public::new(
                StatusCode::NOT_FOUND,
                "contract.no_entry",
                ("没有该条记录", "No such entry"),
                (
                    "签署轨迹中没有该条记录，或者您当前的操作身份无权查看。",
                    "The track has no such entry, or the identity you act as may not see it.",
                ),
            ),
            Self::NoSuchList => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.no_such_list",
                ("没有这个列表", "There is no such list"),
                (
                    "请核对 list、tab 与 profile，翻页请原样使用 next_cursor。",
                    "Check list, tab and profile; hand back next_cursor as it was.",
                ),
            ),
            Self::FilterUnfit(name) => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "contract.filter_unfit",
                ("筛选条件有误", "The filter cannot be read"),
                (
                    format!("筛选条件 {name} 有误：日期请按 2025-03-24 填写，金额为整数（分）。请改正后重试。"),
                    format!("The filter {name} cannot be read: days are written 2025-03-24, amounts are whole numbers of fen."),
                ),
            ),
            Self::NothingToUrge => Public::new(
                StatusCode::CONFLICT,
                "contract.nothing_to_urge",
                ("无需催办", "There is nobody to urge"),
                (
                    "该合同现在不由对方办理，无需催办。请刷新查看现由谁办理。",
                    "No other party holds the contract now. Reload the page to see who does.",
                ),
            ),
            Self::UrgedRecently { again_at, now } => {
                let minutes = again_at.saturating_sub(*now).max(0) / 60_000_000 + 1;
                Public::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "contract.urged_recently",
                    ("已经催办过", "Urged already"),
                    (
                        format!("您方已催办过，对方已收到提醒。每 4 小时可催办一次，请约 {minutes} 分钟后再试。"),
                        format!("Your party has urged already, and the other was told. Once in 4 hours is possible: try again in about {minutes} minutes."),
                    ),
                )
                .with("again_at", *again_at)
                .retry_after(minutes * 60)
            }
        }
    }
}
