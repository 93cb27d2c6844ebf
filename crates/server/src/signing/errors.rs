//! Why an act of the ceremony is refused, and what to do then.

use axum::http::StatusCode;
use yinxin_domain::contract::Refusal;
use yinxin_domain::signing::{IntentRefusal, MOST_IN_BATCH, PlacementFault};
use yinxin_pdf::text::KeywordError;

use super::engine::EngineError;
use super::use_cases::batch::Apart;
use crate::actor::Forbidden;
use crate::certificate::CertificateError;
use crate::contract::ContractError;
use crate::failure::Failure;
use crate::http::problem::{Fault, Public, PublicError};
use crate::identity::errors::ChallengeError;
use crate::seal::SealError;

/// Why a use case of this feature is refused; the contract is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The actor may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// An obstacle.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The contract cannot be seen, or does not allow it now.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The certificate: password, lock, ticket, revocation.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The seal: suspended, cancelled, not granted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The SMS code.
    #[error(transparent)]
    Challenge(#[from] ChallengeError),
    /// No intent of this person has this id.
    #[error("no such intent")]
    NoIntent,
    /// No batch of this person has this id.
    #[error("no such batch")]
    NoBatch,
    /// No contract was chosen, or more than a batch holds.
    #[error("a batch of no contract, or of too many")]
    BatchSize,
    /// Contracts that cannot be signed together with the others.
    #[error("{} contracts cannot be signed together", .0.len())]
    BatchRefused(Vec<Apart>),
    /// One contract is named twice.
    #[error("the contract is named twice")]
    BatchTwice,
    /// The party has sealed it already and not sent it.
    #[error("it is sealed and not sent")]
    BatchSealed,
    /// The actor has no seal that the step takes.
    #[error("there is no seal for it")]
    BatchNoSeal,
    /// The text leaves no place for a mark that the step asks for.
    #[error("its marks must be placed by hand")]
    BatchByHand,
    /// Its seal signs by another certificate than the others'.
    #[error("it is signed by another certificate")]
    BatchOtherCertificate,
    /// The intent cannot go on.
    #[error("the intent cannot go on: {0}")]
    Intent(#[from] IntentRefusal),
    /// Placements break rules.
    #[error("{} placements cannot be", .0.len())]
    Placements(Vec<PlacementFault>),
    /// There is no text to sign.
    #[error("there is no frozen text")]
    NoDocument,
    /// Somebody else has acted on the contract since this intent was issued.
    #[error("the contract was changed meanwhile")]
    Meanwhile {
        /// Who, as his colleagues know him; `None` when it was another party or the platform.
        by: Option<String>,
        /// When, microseconds UTC.
        at: Option<i64>,
    },
    /// A seal was suspended, cancelled or made anew, or its certificate ended, after the placements were confirmed.
    #[error("a seal can no longer be used")]
    SealChanged,
    /// A certificate that signs was not released with its password.
    #[error("a ticket is missing")]
    TicketMissing {
        /// The certificate.
        certificate: String,
    },
    /// Several certificates sign, and it was not said which password this is.
    #[error("it was not said whose password this is")]
    WhichCertificate {
        /// The certificates.
        certificates: Vec<String>,
    },
    /// The person has no verified real name and cannot sign in his own.
    #[error("the signer's real name is not verified")]
    NotVerified,
    /// The document takes no such mark: certified by its author, or signed elsewhere before it came.
    #[error("the document takes no such mark")]
    Document(#[source] EngineError),
    /// No place can be found by such a keyword.
    #[error("no place can be found by this keyword")]
    Keyword(#[source] KeywordError),
    /// What was made did not stand our own verification; it was thrown away.
    #[error("the new signature does not verify")]
    Unverified(#[source] EngineError),
}

impl From<Refusal> for SigningError {
    fn from(refusal: Refusal) -> Self {
        Self::Contract(refusal.into())
    }
}

impl From<EngineError> for SigningError {
    fn from(error: EngineError) -> Self {
        use yinxin_pdf::SignError;
        match error {
            EngineError::Prepare(
                SignError::Certified | SignError::CertifiedVisible | SignError::Locked(_) | SignError::NoPageButton(_),
            )
            | EngineError::Seam(_) => Self::Document(error),
            EngineError::Unverified(_) => Self::Unverified(error),
            _ => Self::Failure(Failure::engine("signing", error)),
        }
    }
}

impl PublicError for SigningError {
    fn public(&self) -> Public {
        let conflict = StatusCode::CONFLICT;
        let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
        match self {
            Self::Forbidden(error) => error.public(),
            Self::Failure(error) => error.public(),
            Self::Contract(error) => error.public(),
            Self::Certificate(error) => error.public(),
            Self::Seal(error) => error.public(),
            Self::Challenge(error) => error.public(),
            Self::NoIntent => Public::new(
                StatusCode::NOT_FOUND,
                "signing.no_intent",
                ("没有这次签署确认", "No such confirmation"),
                (
                    "没有找到这次签署确认，或它不是您以当前身份发起的。请回到签署页面重新确认签章。",
                    "There is no such confirmation of yours in this identity. Go back to the desk and confirm the seals again.",
                ),
            ),
            Self::NoBatch => Public::new(
                StatusCode::NOT_FOUND,
                "signing.no_batch",
                ("没有这次批量签署", "No such batch"),
                (
                    "没有找到这次批量签署，或它不是您以当前身份发起的。请回到合同列表重新选择。",
                    "There is no such batch of yours in this identity. Go back to the list and choose the contracts again.",
                ),
            ),
            Self::BatchSize => Public::new(
                unprocessable,
                "signing.batch_size",
                ("合同份数不符", "Too many contracts, or none"),
                (
                    format!("一次批量签署 1 至 {MOST_IN_BATCH} 份合同。请减少所选合同后重试。"),
                    format!("1 to {MOST_IN_BATCH} contracts can be signed together. Choose fewer and try again."),
                ),
            )
            .with("most", MOST_IN_BATCH),
            Self::BatchRefused(apart) => Public::new(
                conflict,
                "signing.batch_refused",
                ("有合同不能一并签署", "Some contracts cannot be signed with the others"),
                (
                    "所列合同已变化或不能一并签署，本次没有签署任何合同。请将其移出后重新确认。",
                    "The contracts listed have changed or cannot be signed with the others; nothing was signed. Leave them out and confirm again.",
                ),
            )
            .faults(apart.iter().map(apart_fault)),
            Self::BatchTwice => Public::new(
                unprocessable,
                "signing.batch_twice",
                ("合同重复", "Named twice"),
                ("同一份合同只能选一次。", "A contract can be chosen once."),
            ),
            Self::BatchSealed => Public::new(
                conflict,
                "signing.batch_sealed",
                ("已盖章，尚未发送", "Sealed, not sent"),
                (
                    "本方已在这份合同上盖章，尚未发送。请打开合同核对后发送，或删除重盖。",
                    "Your side has sealed this contract and not sent it. Open it and send, or delete the seals and redo them.",
                ),
            ),
            Self::BatchNoSeal => Public::new(
                conflict,
                "signing.batch_no_seal",
                ("没有可用的印章", "No seal for it"),
                (
                    "您没有可用于这份合同的印章。请联系本单位印章管理员授权，或先申请证书、制作印章。",
                    "You have no seal that this contract takes. Ask a seal keeper of your organisation, or apply for a certificate and have a seal made.",
                ),
            ),
            Self::BatchByHand => Public::new(
                conflict,
                "signing.batch_by_hand",
                ("须手工放置印章", "Seals go by hand"),
                (
                    "这份合同的文本没有为必盖的印章预留位置，须打开合同手工放置。",
                    "Its text leaves no place for a seal that must be set. Open it and place the seals by hand.",
                ),
            ),
            Self::BatchOtherCertificate => Public::new(
                conflict,
                "signing.batch_other_certificate",
                ("使用另一张证书", "Another certificate"),
                (
                    "这份合同的印章使用另一张证书，证书密码不同，须另行签署。",
                    "Its seal signs by another certificate with a password of its own. Sign it by itself.",
                ),
            ),
            Self::Intent(refusal) => {
                let text = refusal.text();
                Public::new(
                    conflict,
                    refusal.code(),
                    ("签署确认不能继续", "The confirmation cannot go on"),
                    (text.zh, text.en),
                )
            }
            Self::Placements(faults) => Public::new(
                unprocessable,
                "signing.placements",
                ("印章放置有误", "Seals cannot be placed so"),
                ("请按下列提示调整印章后重新确认。", "Change the placements as listed and confirm again."),
            )
            .faults(faults.iter().map(placement_fault)),
            Self::NoDocument => Public::new(
                conflict,
                "signing.no_document",
                ("合同尚未定稿", "The text is not final"),
                ("合同定稿后方可签章。", "The contract can be sealed once its text is final."),
            ),
            Self::Meanwhile { by, at } => {
                let (zh, en) = match by {
                    Some(name) => (
                        format!("{name}已先完成操作，合同已变化。请查看最新内容后重新确认签章。"),
                        format!(
                            "{name} was faster and the contract has changed. Look at it and confirm the seals again."
                        ),
                    ),
                    None => (
                        "合同已发生变化。请查看最新内容后重新确认签章。".to_owned(),
                        "The contract has changed meanwhile. Look at it and confirm the seals again.".to_owned(),
                    ),
                };
                let public =
                    Public::new(conflict, "signing.meanwhile", ("合同已变化", "The contract has changed"), (zh, en));
                let public = by.iter().fold(public, |public, by| public.with("by", by.as_str()));
                at.iter().fold(public, |public, at| public.with("at", *at))
            }
            Self::SealChanged => Public::new(
                conflict,
                "signing.seal_changed",
                ("印章已不可用", "A seal can no longer be used"),
                (
                    "确认签章之后，印章已被停用、注销或重新制作，或其证书已失效。请换用可用的印章重新确认。",
                    "Since the confirmation a seal was suspended, cancelled or made anew, or its certificate has ended. Confirm again with a seal in force.",
                ),
            ),
            Self::TicketMissing { certificate } => Public::new(
                unprocessable,
                "signing.ticket_missing",
                ("请先验证证书密码", "Check the certificate password first"),
                (
                    "有一张签署证书尚未验证密码，或验证已超过5分钟。请输入证书密码后重试。",
                    "A certificate that signs was not released with its password, or longer than five minutes ago. Enter its password and try again.",
                ),
            )
            .with("certificate_id", certificate.as_str()),
            Self::WhichCertificate { certificates } => Public::new(
                unprocessable,
                "signing.which_certificate",
                ("请指明证书", "Say which certificate"),
                (
                    "本次签署使用多张证书，请指明所输入的是哪一张证书的密码。",
                    "Several certificates sign here. Say whose password this is with certificate_id.",
                ),
            )
            .with("certificates", certificates.clone()),
            Self::NotVerified => Public::new(
                conflict,
                "signing.not_verified_person",
                ("尚未实名认证", "Real name not verified"),
                (
                    "个人签章须先完成实名认证。",
                    "A personal signature needs a verified real name. Have yours verified first.",
                ),
            ),
            Self::Document(_) => Public::new(
                conflict,
                "signing.document",
                ("该文件不能加盖此印章", "The document takes no such mark"),
                (
                    "该文件在上传前已签名或受保护，不能加盖骑缝章、日期章或新的印章。请去掉这些位置后重试。",
                    "The file was signed or protected before it came here and takes no such mark. Remove these placements and try again.",
                ),
            ),
            Self::Keyword(KeywordError::TooMany) => Public::new(
                unprocessable,
                "signing.keyword_too_many",
                ("这个词出现得太多", "The word stands too often"),
                (
                    "这个词在正文中出现超过一万次。请输入更具体的词，例如“甲方（公章）”。",
                    "The word stands more than ten thousand times in the text. Enter more of what stands at the place.",
                ),
            ),
            Self::Keyword(_) => Public::new(
                unprocessable,
                "signing.keyword_unfit",
                ("请输入要查找的词", "Enter the words to look for"),
                ("要查找的词须为 1 至 200 个字。", "The words to look for have 1 to 200 characters."),
            ),
            Self::Unverified(_) => Public::new(
                conflict,
                "signing.unverified",
                ("签章未通过核验", "The new signature did not verify"),
                (
                    "刚生成的签章未通过平台核验，已作废，合同未变。请检查证书、印章是否有效后重试；如仍出现，请联系平台运营。",
                    "The signature just made did not stand the platform's verification and was thrown away; the contract is unchanged. Check that certificate and seal are in force and try again; if it persists, tell the operator.",
                ),
            ),
        }
    }
}

fn apart_fault(apart: &Apart) -> Fault {
    let public = apart.why.public();
    Fault {
        path: format!("contracts[{}]", apart.index),
        code: public.code().clone(),
        message: public.detail().clone(),
        remedy: ("请将这份合同移出本批，单独处理。", "Leave it out and see to it by itself.").into(),
    }
}

fn placement_fault(fault: &PlacementFault) -> Fault {
    Fault {
        path: fault.index.map_or_else(|| "placements".to_owned(), |index| format!("placements[{index}]")),
        code: fault.code.into(),
        message: (fault.text.zh.clone(), fault.text.en.clone()).into(),
        remedy: ("请调整该印章的位置、种类或印章。", "Change its position, its kind or its seal.").into(),
    }
}
