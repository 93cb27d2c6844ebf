//! Why a use case of this feature is refused.

use axum::http::StatusCode;
use yinxin_domain::organisation::MembershipError;

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrganisationError {
    /// The actor may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// No such organisation, or none that the actor may see.
    #[error("no such organisation")]
    NotFound,
    /// The organisation is not verified yet.
    #[error("the organisation is not verified")]
    NotVerified,
    /// The person named has no account, or his real name is not verified.
    #[error("the person has no account or is not verified")]
    PersonNotVerified,
    /// The person is no member.
    #[error("the person is no member")]
    NotMember,
    /// The person is a member already.
    #[error("the person is a member already")]
    AlreadyMember,
    /// The members may not be changed so.
    #[error(transparent)]
    Membership(#[from] MembershipError),
    /// A verification needs a note on what was examined.
    #[error("a verification needs a note")]
    NoteMissing,
}

impl PublicError for OrganisationError {
    fn public(&self) -> Public {
        let unprocessable = |code, title: (&'static str, &'static str), detail: (&'static str, &'static str)| {
            Public::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
        };
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::NotFound => Public::new(
                StatusCode::NOT_FOUND,
                "organisation.not_found",
                ("单位不存在", "No such organisation"),
                (
                    "没有找到该单位，或您当前的操作身份无权查看。",
                    "There is no such organisation, or the identity you act as may not see it.",
                ),
            ),
            Self::NotVerified => Public::new(
                StatusCode::CONFLICT,
                "organisation.not_verified",
                ("单位尚未认证", "The organisation is not verified"),
                ("该单位尚未通过认证，请先由平台运营完成单位认证。", "An operator must verify the organisation first."),
            ),
            Self::PersonNotVerified => unprocessable(
                "organisation.person_not_verified",
                ("人员未实名认证", "The person is not verified"),
                (
                    "该人员尚未注册或未完成实名认证，请其先注册并完成实名认证。",
                    "The person must first register and have his real name verified.",
                ),
            ),
            Self::NotMember => Public::new(
                StatusCode::NOT_FOUND,
                "organisation.not_member",
                ("不是单位成员", "Not a member"),
                ("该人员不是本单位成员。", "The person is no member of this organisation."),
            ),
            Self::AlreadyMember => Public::new(
                StatusCode::CONFLICT,
                "organisation.already_member",
                ("已是单位成员", "A member already"),
                (
                    "该人员已是本单位成员，可直接修改其角色。",
                    "The person is a member already; change the roles instead.",
                ),
            ),
            Self::Membership(MembershipError::NoRole) => unprocessable(
                "organisation.roles_missing",
                ("请选择角色", "No role"),
                ("成员至少应有一个角色。", "A member needs at least one role."),
            ),
            Self::Membership(MembershipError::LastAdministrator) => Public::new(
                StatusCode::CONFLICT,
                "organisation.last_administrator",
                ("不能移除最后一名管理员", "The last administrator"),
                (
                    "单位至少应有一名管理员，请先指定另一名管理员。",
                    "Somebody must stay administrator: appoint another one first.",
                ),
            ),
            Self::NoteMissing => unprocessable(
                "organisation.note_missing",
                ("请填写核验说明", "A note is needed"),
                ("请填写核验所依据的材料或方式。", "Say what was examined and how."),
            ),
        }
    }
}
