//! Why a use case of this feature is refused.

use axum::http::StatusCode;
use yinxin_domain::identity::{NameError, PasswordFault};

use crate::actor::Forbidden;
use crate::failure::Failure;
use crate::http::problem::{Public, PublicError};

/// Why a code was not sent or does not count.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// One was sent less than a minute ago.
    #[error("a code was sent less than a minute ago")]
    TooSoon {
        /// Seconds until another may be sent.
        seconds: i64,
    },
    /// Not the code that was sent.
    #[error("not the code that was sent")]
    Wrong,
    /// Used, too old, or tried too often.
    #[error("the code no longer counts")]
    Spent,
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl PublicError for ChallengeError {
    fn public(&self) -> Public {
        match self {
            Self::TooSoon { seconds } => Public::new(
                StatusCode::TOO_MANY_REQUESTS,
                "sms_code.too_soon",
                ("验证码发送过于频繁", "A code was sent a moment ago"),
                (
                    format!("验证码已发送，请在 {seconds} 秒后重新获取。"),
                    format!("A code was sent; ask for another in {seconds} s."),
                ),
            )
            .retry_after(*seconds),
            Self::Wrong => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "sms_code.wrong",
                ("短信验证码错误", "Wrong SMS code"),
                (
                    "短信验证码不正确，请核对后重新输入。",
                    "This is not the code that was sent. Check it and enter it again.",
                ),
            ),
            Self::Spent => Public::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "sms_code.spent",
                ("短信验证码已失效", "The SMS code no longer counts"),
                (
                    "短信验证码已使用、已过期或错误次数过多，请重新获取。",
                    "The code was used, is older than five minutes or was tried too often. Ask for another.",
                ),
            ),
            Self::Failure(error) => error.public(),
        }
    }
}

/// Why a use case of this feature is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The actor may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The SMS code.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// Not a mainland mobile number.
    #[error("not a mainland mobile number")]
    Phone,
    /// The agreements were not accepted (S3-013).
    #[error("the agreements were not accepted")]
    NotAgreed,
    /// The new password breaks the rule.
    #[error(transparent)]
    Password(#[from] PasswordFault),
    /// The phone number has an account (told only to who holds the phone).
    #[error("the phone number has an account")]
    AccountExists,
    /// Unknown account or wrong password; which of the two is not told.
    #[error("unknown account or wrong password")]
    WrongLogin,
    /// Neither password nor code, or both.
    #[error("a login takes either a password or an SMS code")]
    LoginMethod,
    /// The captcha must be answered first.
    #[error("a captcha must be answered first")]
    CaptchaRequired,
    /// The captcha's answer is wrong, or it was used.
    #[error("the captcha's answer is wrong")]
    CaptchaWrong,
    /// Too many failures.
    #[error("the account is locked")]
    Locked {
        /// Seconds until the lock ends.
        seconds: i64,
    },
    /// Not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Not a resident identity number.
    #[error("not a resident identity number")]
    ResidentId,
    /// Verified already.
    #[error("the person is verified already")]
    AlreadyVerified,
    /// A claim is waiting already.
    #[error("a claim is waiting already")]
    ClaimPending,
    /// No claim is waiting under this id.
    #[error("no claim is waiting under this id")]
    NoClaim,
    /// A refusal needs a reason.
    #[error("a refusal needs a reason")]
    ReasonMissing,
}

impl PublicError for IdentityError {
    fn public(&self) -> Public {
        let unprocessable = |code, title: (&'static str, &'static str), detail: (&'static str, &'static str)| {
            Public::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, detail)
        };
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Challenge(error) => error.public(),
            Self::Phone => unprocessable(
                "identity.phone",
                ("手机号码有误", "Not a mobile number"),
                ("请输入 11 位中国大陆手机号码。", "Enter a mainland mobile number of 11 digits."),
            ),
            Self::NotAgreed => unprocessable(
                "identity.not_agreed",
                ("未同意协议", "The agreements were not accepted"),
                ("请阅读并勾选同意相关协议后再注册。", "Read and accept the agreements, then register."),
            ),
            Self::Password(PasswordFault::Length) => unprocessable(
                "password.length",
                ("密码长度不符", "Password length"),
                ("密码应为 8 至 64 个字符。", "A password has 8 to 64 characters."),
            ),
            Self::Password(PasswordFault::Kinds) => unprocessable(
                "password.kinds",
                ("密码过于简单", "Password too simple"),
                (
                    "密码须包含大写字母、小写字母、数字、特殊符号中的至少三种。",
                    "A password has at least three of: upper case letter, lower case letter, digit, other character.",
                ),
            ),
            Self::AccountExists => Public::new(
                StatusCode::CONFLICT,
                "identity.account_exists",
                ("账号已存在", "The account exists"),
                (
                    "该手机号码已注册，请直接登录或找回密码。",
                    "This phone number has an account. Log in, or reset the password.",
                ),
            ),
            Self::WrongLogin => Public::new(
                StatusCode::UNAUTHORIZED,
                "identity.wrong_login",
                ("账号或密码错误", "Unknown account or wrong password"),
                (
                    "账号或密码错误，请核对后重试；忘记密码可通过短信验证码重置。",
                    "Check both and try again; a forgotten password can be reset by SMS code.",
                ),
            ),
            Self::LoginMethod => unprocessable(
                "identity.login_method",
                ("登录方式有误", "Password or code"),
                ("请提供登录密码或短信验证码其中之一。", "Give either the password or an SMS code."),
            ),
            Self::CaptchaRequired => unprocessable(
                "identity.captcha_required",
                ("需要图片验证码", "A captcha is needed"),
                (
                    "登录失败次数较多，请获取并输入图片验证码。",
                    "After several failures a captcha must be answered: get one from /api/v1/captchas and send captcha_id and captcha.",
                ),
            ),
            Self::CaptchaWrong => unprocessable(
                "identity.captcha_wrong",
                ("图片验证码错误", "Wrong captcha answer"),
                (
                    "图片验证码错误或已失效，请换一张后重新输入。",
                    "The answer is wrong or the captcha was used. Get another.",
                ),
            ),
            Self::Locked { seconds } => Public::new(
                StatusCode::LOCKED,
                "identity.locked",
                ("账号已锁定", "The account is locked"),
                (
                    format!("登录失败次数过多，账号已锁定，请在 {} 分钟后重试。", seconds / 60 + 1),
                    format!("Too many failures; try again in {} min.", seconds / 60 + 1),
                ),
            )
            .retry_after(*seconds),
            Self::Name(_) => unprocessable(
                "identity.name",
                ("姓名有误", "Not a name"),
                ("姓名应为 2 至 50 个字符。", "A name has 2 to 50 characters."),
            ),
            Self::ResidentId => unprocessable(
                "identity.resident_id",
                ("身份证号码有误", "Not a resident identity number"),
                ("请核对 18 位居民身份证号码。", "Check the resident identity number of 18 characters."),
            ),
            Self::AlreadyVerified => Public::new(
                StatusCode::CONFLICT,
                "identity.already_verified",
                ("已完成实名认证", "Verified already"),
                ("您已完成实名认证，无需再次申请。", "Your real name is verified; there is nothing to do."),
            ),
            Self::ClaimPending => Public::new(
                StatusCode::CONFLICT,
                "identity.claim_pending",
                ("实名认证审核中", "A claim is waiting"),
                ("您的实名认证申请正在审核，请等待结果。", "Your claim is being examined; please wait."),
            ),
            Self::NoClaim => Public::new(
                StatusCode::NOT_FOUND,
                "identity.no_claim",
                ("没有待审核的申请", "No claim is waiting"),
                (
                    "没有找到该待审核的实名认证申请，可能已被处理。",
                    "No claim is waiting under this id; perhaps it was decided already.",
                ),
            ),
            Self::ReasonMissing => unprocessable(
                "identity.reason_missing",
                ("请填写原因", "A reason is needed"),
                ("拒绝时须填写原因，以便申请人改正。", "Give a reason, so that the applicant can mend it."),
            ),
        }
    }
}
