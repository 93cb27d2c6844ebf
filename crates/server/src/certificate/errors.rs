//! Why a use case of this feature is refused.

use axum::http::StatusCode;
use yinxin_domain::certificate::{CertificatePasswordFault, CertificateState};

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};
use crate::identity::errors::ChallengeError;

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The actor may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The SMS code.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// The new password breaks the rule.
    #[error(transparent)]
    Password(#[from] CertificatePasswordFault),
    /// No such certificate, or none that the actor may see.
    #[error("no such certificate")]
    NotFound,
    /// No such application.
    #[error("no such application")]
    NoApplication,
    /// The application was decided already.
    #[error("the application was decided already")]
    Decided,
    /// A refusal needs a reason.
    #[error("a refusal needs a reason")]
    ReasonMissing,
    /// The organisation or the person is not verified (design, invariant 9).
    #[error("the subject is not verified")]
    NotVerified,
    /// An application is waiting already.
    #[error("an application is waiting already")]
    Pending,
    /// There is a certificate in force that does not end soon (S1-029).
    #[error("there is a certificate in force already")]
    OneInForce,
    /// Not the password.
    #[error("not the password of the certificate")]
    WrongPassword {
        /// Tries until the lock.
        left: i64,
    },
    /// Too many wrong passwords.
    #[error("the certificate is locked")]
    Locked,
    /// Expired or revoked.
    #[error("the certificate is {}", .0.as_str())]
    NotInForce(CertificateState),
    /// The ticket is unknown, used, too old, or for something else.
    #[error("the ticket does not count")]
    TicketInvalid,
    /// This installation issues no certificates.
    #[error("this installation has no certification authority")]
    NoAuthority,
}

impl PublicError for CertificateError {
    fn public(&self) -> Public {
        let unprocessable =
            |code: &'static str, title: (&'static str, &'static str), detail: (&'static str, &'static str)| {
                Public::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
            };
        let conflict =
            |code: &'static str, title: (&'static str, &'static str), detail: (&'static str, &'static str)| {
                Public::new(StatusCode::CONFLICT, code, title, detail)
            };
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Challenge(error) => error.public(),
            Self::Password(CertificatePasswordFault::Length) => unprocessable(
                "certificate.password_length",
                ("证书密码长度不符", "The certificate password is too short or too long"),
                ("证书密码须为 8 至 32 个字符，请重新设置。", "A certificate password has 8 to 32 characters. Choose another."),
            ),
            Self::Password(CertificatePasswordFault::Kinds) => unprocessable(
                "certificate.password_kinds",
                ("证书密码过于简单", "The certificate password is too simple"),
                (
                    "证书密码须包含字母、数字、其他字符中的至少两种，请重新设置。",
                    "A certificate password has two of letters, digits and other characters. Choose another.",
                ),
            ),
            Self::NotFound => Public::new(
                StatusCode::NOT_FOUND,
                "certificate.not_found",
                ("未找到证书", "No such certificate"),
                ("没有找到该证书，或您当前的操作身份无权查看。", "There is no such certificate, or the identity you act as may not see it."),
            ),
            Self::NoApplication => Public::new(
                StatusCode::NOT_FOUND,
                "certificate.application_not_found",
                ("未找到证书申请", "No such application"),
                ("没有找到该证书申请，请刷新列表。", "There is no such application. Reload the list."),
            ),
            Self::Decided => conflict(
                "certificate.application_decided",
                ("证书申请已处理", "The application was decided already"),
                ("该证书申请已被处理，请刷新列表查看结果。", "The application was decided already. Reload the list to see how."),
            ),
            Self::ReasonMissing => unprocessable(
                "certificate.reason_missing",
                ("请填写原因", "A reason is missing"),
                ("不予通过时须填写原因，以便申请人补正。", "A refusal needs a reason, so that the applicant can mend it."),
            ),
            Self::NotVerified => unprocessable(
                "certificate.not_verified",
                ("主体尚未通过认证", "The subject is not verified"),
                (
                    "申请证书前，单位须通过平台核验，个人须通过实名认证。",
                    "Before a certificate can be applied for, the organisation or the person must be verified.",
                ),
            ),
            Self::Pending => conflict(
                "certificate.application_pending",
                ("已有待处理的证书申请", "An application is waiting already"),
                ("已有证书申请等待处理，请等待结果。", "An application is waiting for its decision already."),
            ),
            Self::OneInForce => conflict(
                "certificate.one_in_force",
                ("已有生效中的证书", "There is a certificate in force"),
                (
                    "每个主体只能持有一张生效中的证书；到期前 30 天内可申请续期，需要更换时请先注销现有证书。",
                    "A subject has one certificate in force. It can be renewed in its last 30 days; to replace it earlier, revoke it first.",
                ),
            ),
            Self::WrongPassword { left } => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "certificate.password_wrong",
                ("证书密码错误", "Wrong certificate password"),
                (
                    format!("证书密码不正确，还可尝试 {left} 次；次数用完后证书将锁定，须凭短信验证码重置密码。"),
                    format!("This is not the certificate password. Tries left: {left}; then the certificate is locked until its password is reset by SMS code."),
                ),
            )
            .with("tries_left", *left),
            Self::Locked => Public::new(
                StatusCode::LOCKED,
                "certificate.locked",
                ("证书已锁定", "The certificate is locked"),
                (
                    "证书密码连续输错，证书已锁定。请证书所有者（单位为管理员）凭短信验证码重置密码后再使用。",
                    "Too many wrong passwords. Its owner (of an organisation: an administrator) must reset the password by SMS code.",
                ),
            ),
            Self::NotInForce(state) => conflict(
                "certificate.not_in_force",
                ("证书不可用", "The certificate is not in force"),
                ("证书已过期或已注销，不能再使用。请重新申请证书并制作印章。", "The certificate has expired or was revoked and cannot be used. Apply for another and make the seals anew."),
            )
            .with("certificate_state", state.as_str()),
            Self::TicketInvalid => unprocessable(
                "certificate.ticket_invalid",
                ("证书密码验证已失效", "The password check no longer counts"),
                ("证书密码验证已使用、已超过 5 分钟或不属于本次签署，请重新输入证书密码。", "The password check was used, is older than five minutes, or was for something else. Enter the certificate password again."),
            ),
            Self::NoAuthority => Public::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "certificate.no_authority",
                ("本平台未启用签发机构", "No certification authority"),
                (
                    "本平台未配置证书签发机构，无法签发或使用证书。请平台运营人员配置 [ca]。",
                    "This installation has no certification authority. Its operator must configure [ca].",
                ),
            ),
        }
    }
}
