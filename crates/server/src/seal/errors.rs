//! Why a use case of this feature is refused.

use axum::http::StatusCode;
use yinxin_domain::seal::{SealState, WrongSealState};
use yinxin_seal::draw::DrawError;

use crate::actor::Forbidden;
use crate::certificate::CertificateError;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The actor may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The certificate of the seal.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// No such seal, or none that the actor may see.
    #[error("no such seal")]
    NotFound,
    /// The actor has no right to use it (S3-058).
    #[error("the actor may not use this seal")]
    NotGranted,
    /// Suspended, cancelled, or its certificate is not in force.
    #[error("the seal cannot be used now")]
    NotUsable {
        /// Its own state.
        state: SealState,
    },
    /// The state does not allow it.
    #[error(transparent)]
    State(#[from] WrongSealState),
    /// Such a seal belongs to the other kind of owner.
    #[error("such a seal does not belong to this owner")]
    WrongOwner,
    /// The owner has a seal of this type.
    #[error("the owner has a seal of this type")]
    Exists,
    /// A legal representative's seal needs a member with a verified name.
    #[error("a legal representative's seal needs a member with a verified name")]
    PersonNeeded,
    /// A grant is for members of the organisation.
    #[error("the person is no member of the organisation")]
    NotMember,
    /// A personal seal is nobody else's.
    #[error("a personal seal cannot be granted")]
    NotGrantable,
    /// A grant that has ended before it begins.
    #[error("the end of the grant is not in the future")]
    Expiry,
    /// No such grant.
    #[error("no such grant")]
    NoGrant,
    /// A change of state needs a reason.
    #[error("a reason is needed")]
    ReasonMissing,
    /// It cannot be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
}

impl PublicError for SealError {
    fn public(&self) -> Public {
        let new = |status: StatusCode,
                   code: &'static str,
                   title: (&'static str, &'static str),
                   detail: (&'static str, &'static str)| Public::new(status, code, title, detail);
        let (unprocessable, conflict) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT);
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Certificate(error) => error.public(),
            Self::Draw(error) => draw(error),
            Self::NotFound => new(
                StatusCode::NOT_FOUND,
                "seal.not_found",
                ("未找到印章", "No such seal"),
                (
                    "没有找到该印章，或您当前的操作身份无权查看。",
                    "There is no such seal, or the identity you act as may not see it.",
                ),
            ),
            Self::NotGranted => new(
                StatusCode::FORBIDDEN,
                "seal.not_granted",
                ("没有用印权限", "Not granted"),
                (
                    "您未获授权使用该印章。请单位管理员授予印章管理员角色，或将该印章授权给您。",
                    "You may not use this seal. Ask your organisation's administrator for the role of seal keeper or for a grant of this seal.",
                ),
            ),
            Self::NotUsable { state } => new(
                conflict,
                "seal.not_usable",
                ("印章不可用", "The seal cannot be used"),
                (
                    "印章已停用、已注销，或其证书已失效。请选用其他印章，或请单位管理员处理。",
                    "The seal is suspended or cancelled, or its certificate is not in force. Choose another, or ask your organisation's administrator.",
                ),
            )
            .with("seal_state", state.as_str()),
            Self::State(WrongSealState(state)) => new(
                conflict,
                "seal.state",
                ("印章状态不允许此操作", "The seal's state does not allow this"),
                (
                    "印章当前状态不允许此操作，请刷新查看；已注销的印章不能恢复。",
                    "The seal's present state does not allow this. Look at it again; a cancelled seal cannot be restored.",
                ),
            )
            .with("seal_state", state.as_str()),
            Self::WrongOwner => new(
                unprocessable,
                "seal.wrong_owner",
                ("印章类型与证书主体不符", "The type of seal does not fit the certificate"),
                (
                    "个人名章须使用个人证书，其他印章须使用单位证书。请选择相应的证书。",
                    "A personal seal needs a person's certificate, every other seal an organisation's. Choose the right certificate.",
                ),
            ),
            Self::Exists => new(
                conflict,
                "seal.exists",
                ("该类型印章已存在", "There is a seal of this type"),
                (
                    "已有同类型印章。如需重新制作（如证书更换后），请先注销原印章。",
                    "There is a seal of this type. To make it anew (after a change of certificate), cancel the old one first.",
                ),
            ),
            Self::PersonNeeded => new(
                unprocessable,
                "seal.person_needed",
                ("请指定法定代表人", "Name the legal representative"),
                (
                    "法定代表人章须以 person_id 指定本单位已实名认证的成员。",
                    "A legal representative's seal needs the person_id of a member whose name is verified.",
                ),
            ),
            Self::NotMember => new(
                unprocessable,
                "seal.not_a_member",
                ("不是本单位成员", "Not a member"),
                (
                    "只能将印章授权给本单位成员，请先添加成员。",
                    "A seal can be granted to members of the organisation only. Add the person first.",
                ),
            ),
            Self::NotGrantable => new(
                unprocessable,
                "seal.personal",
                ("个人名章不能授权他人使用", "A personal seal cannot be granted"),
                ("个人名章只能由本人使用。", "Only its owner uses a personal seal."),
            ),
            Self::Expiry => new(
                unprocessable,
                "seal.expiry",
                ("授权截止时间有误", "The end of the grant is wrong"),
                ("授权截止时间须晚于当前时间。", "The end of a grant must lie in the future."),
            ),
            Self::NoGrant => new(
                StatusCode::NOT_FOUND,
                "seal.grant_not_found",
                ("未找到授权", "No such grant"),
                (
                    "没有找到该授权，可能已被收回，请刷新。",
                    "There is no such grant; perhaps it was withdrawn already. Reload.",
                ),
            ),
            Self::ReasonMissing => new(
                unprocessable,
                "seal.reason_missing",
                ("请填写原因", "A reason is missing"),
                ("停用或注销印章须填写原因。", "Suspending or cancelling a seal needs a reason."),
            ),
        }
    }
}

fn draw(error: &DrawError) -> Public {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match error {
        DrawError::Unprintable { characters } => {
            let named: Vec<String> =
                characters.iter().map(|character| format!("{character}（U+{:04X}）", u32::from(*character))).collect();
            let list = named.join("、");
            Public::new(
                status,
                "seal.unprintable",
                ("名称含无法印制的字符", "The name has characters that cannot be printed"),
                (
                    format!("名称中的字符 {list} 无法印制，请联系平台运营人员核对名称。"),
                    format!(
                        "These characters of the name cannot be printed: {list}. Ask the operator to check the name."
                    ),
                ),
            )
            .with("characters", characters.iter().map(char::to_string).collect::<Vec<_>>())
        }
        DrawError::NameTooShort { .. } | DrawError::NameTooLong { .. } => Public::new(
            status,
            "seal.name_length",
            ("名称长度不适合制章", "The name does not fit on a seal"),
            (
                "单位名称须为 2 至 60 个字，个人姓名须为 2 至 20 个字，方可制章。请联系平台运营人员核对名称。",
                "An organisation's name of 2 to 60 characters fits on a seal, a person's of 2 to 20. Ask the operator to check the name.",
            ),
        ),
        DrawError::Code => Public::new(
            status,
            "seal.code",
            ("印章编码有误", "The seal code is wrong"),
            (
                "印章编码须为 13 位数字，且仅用于圆形印章；没有编码时请留空。",
                "A seal code has 13 digits and stands on round seals only. Leave it out if there is none.",
            ),
        ),
        DrawError::Resolution { least, most } => Public::new(
            status,
            "seal.resolution",
            ("分辨率超出范围", "The resolution is out of range"),
            (format!("分辨率须为 {least} 至 {most} dpi。"), format!("A picture has {least} to {most} dots per inch.")),
        ),
        DrawError::NoStrokes | DrawError::Strokes => Public::new(
            status,
            "seal.strokes",
            ("手写签名无法使用", "The signature cannot be used"),
            (
                "手写签名没有留下笔迹，或笔迹过多。请清除后重新书写。",
                "The signature leaves no mark, or has too many strokes. Clear it and write it again.",
            ),
        ),
        // Size and date are the program's own: a wrong one is its fault. The engine's list is open for others like them.
        _ => Public::internal(),
    }
}
