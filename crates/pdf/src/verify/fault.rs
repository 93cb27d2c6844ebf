//! What can speak against a signature: one enum, each fault with a stable code, its weight, and a sentence in Chinese and in English.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use yinxin_pki::chain::ChainProblem;
use yinxin_pki::cms::{CmsError, CmsVerifyError};
use yinxin_pki::tsp::TimestampError;
use yinxin_seal::ses::{ParseError, Role, SealFault};

/// What all checks come to, from best to worst; the worst fault decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything holds, and every chain ends in a root that the caller trusts.
    ValidTrusted,
    /// Everything holds, except that some chain does not end in a root that the caller trusts.
    ValidUntrusted,
    /// Something that would decide cannot be established.
    Indeterminate,
    /// Something does not hold.
    Invalid,
}

impl From<yinxin_seal::ses::Verdict> for Verdict {
    fn from(verdict: yinxin_seal::ses::Verdict) -> Self {
        match verdict {
            yinxin_seal::ses::Verdict::Valid => Verdict::ValidTrusted,
            yinxin_seal::ses::Verdict::Untrusted => Verdict::ValidUntrusted,
            yinxin_seal::ses::Verdict::Indeterminate => Verdict::Indeterminate,
            yinxin_seal::ses::Verdict::Invalid => Verdict::Invalid,
        }
    }
}

/// Which part of the unsigned frame of a signature is not written in the one canonical way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// The hexadecimal string: odd length, white space, mixed case, or another form of string.
    Hexadecimal,
    /// Bytes behind the message that are not zero.
    Padding,
    /// Lengths, tags or members of the message itself.
    Message,
    /// The name and serial number by which the message names its signer.
    SignerIdentifier,
    /// An unsigned attribute that is not understood.
    UnsignedAttribute,
    /// A certificate or revocation value that cannot be read.
    Material,
}

/// One thing that speaks against a signature or against the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file bears no signature.
    NoSignature,
    /// Bytes follow the last revision.
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// The evidence store of the file cannot be read.
    EvidenceUnreadable,
    /// /ByteRange is absent or not four numbers beginning with 0.
    ByteRangeMissing,
    /// What /ByteRange leaves out is not exactly the value of /Contents.
    ByteRangeGap,
    /// /ByteRange does not end where its revision ends.
    ByteRangeEnd,
    /// /Contents is empty.
    ContentsMissing,
    /// Something outside of the signed bytes is not in canonical form, so that it could have been changed unnoticed.
    NotCanonical(Frame),
    /// The bytes are neither a seal signature, nor CMS, nor a timestamp.
    UnknownKind,
    /// No field of the file shows this signature any more.
    NotInForm,
    /// A later revision changed more than signing needs.
    AlteredAfter,
    /// A later revision changed what signing needs, but this signature certified the file or locked its fields against that.
    PermissionExceeded,
    /// The file was certified so that annotations may come, and some came that can hide or imitate what stands there.
    AnnotatedAfter,
    /// The message has no signer, or several.
    SignerCount,
    /// The message carries its content instead of the digest of the file.
    AttachedContent,
    /// The seal signature cannot be read.
    SealUnreadable(ParseError),
    /// A fault of the seal signature or of its seal.
    Seal(SealFault),
    /// The message cannot be read.
    CmsUnreadable(CmsError),
    /// The signature does not hold.
    Cms(CmsVerifyError),
    /// The timestamp does not hold.
    Timestamp(TimestampError),
    /// A certificate chain does not hold.
    Chain(Role, ChainProblem),
    /// A certificate or revocation value outside of the signed bytes was changed: its issuer did not sign it so.
    MaterialBroken,
    /// A certificate outside of the signed bytes belongs to nobody who is trusted.
    MaterialUnanchored,
    /// More certificates than any honest signature needs.
    MaterialExcess,
    /// The time is only claimed, and a certificate that was good then is not any more.
    TimeNotProven,
    /// The authority of the timestamp was good when it stamped and is not any more, and no later timestamp shows that this one existed before.
    TimestampNotProven,
    /// The time of signing is before that of a signature which this one covers, or in the future.
    TimeOrder,
    /// A certificate has ended, and the file holds no revocation status of it that was issued after the signature.
    RevocationNotProven(Role),
}

impl Fault {
    /// What the fault means for the signature.
    pub fn verdict(&self) -> Verdict {
        match self {
            Fault::Seal(fault) => fault.verdict().into(),
            Fault::Chain(_, ChainProblem::NoTrustedRoot) | Fault::MaterialUnanchored => Verdict::ValidUntrusted,
            Fault::EvidenceUnreadable
            | Fault::UnknownKind
            | Fault::NotCanonical(Frame::UnsignedAttribute)
            | Fault::AttachedContent
            | Fault::CmsUnreadable(CmsError::UnsupportedDigest(_) | CmsError::UnsupportedSignature(_))
            | Fault::AnnotatedAfter
            | Fault::TimeNotProven
            | Fault::TimestampNotProven
            | Fault::TimeOrder
            | Fault::RevocationNotProven(_) => Verdict::Indeterminate,
            _ => Verdict::Invalid,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Fault::NoSignature => "file.no_signature",
            Fault::TrailingBytes { .. } => "file.trailing_bytes",
            Fault::EvidenceUnreadable => "file.evidence_unreadable",
            Fault::ByteRangeMissing => "byte_range.missing",
            Fault::ByteRangeGap => "byte_range.gap",
            Fault::ByteRangeEnd => "byte_range.end",
            Fault::ContentsMissing => "contents.missing",
            Fault::NotCanonical(Frame::Hexadecimal) => "contents.hexadecimal",
            Fault::NotCanonical(Frame::Padding) => "contents.padding",
            Fault::NotCanonical(Frame::Message) => "contents.not_canonical",
            Fault::NotCanonical(Frame::SignerIdentifier) => "contents.signer_identifier",
            Fault::NotCanonical(Frame::UnsignedAttribute) => "contents.unsigned_attribute",
            Fault::NotCanonical(Frame::Material) => "contents.material_unreadable",
            Fault::UnknownKind => "contents.unknown_kind",
            Fault::NotInForm => "signature.not_in_form",
            Fault::AlteredAfter => "signature.altered_after",
            Fault::PermissionExceeded => "signature.permission_exceeded",
            Fault::AnnotatedAfter => "signature.annotated_after",
            Fault::SignerCount => "signature.signer_count",
            Fault::AttachedContent => "signature.attached_content",
            Fault::SealUnreadable(_) => "seal.unreadable",
            Fault::Seal(fault) => seal_code(fault),
            Fault::CmsUnreadable(_) => "cms.unreadable",
            Fault::Cms(error) => cms_code(error),
            Fault::Timestamp(error) => timestamp_code(error),
            Fault::Chain(_, problem) => problem.code(),
            Fault::MaterialBroken => "material.broken",
            Fault::MaterialUnanchored => "material.unanchored",
            Fault::MaterialExcess => "material.excess",
            Fault::TimeNotProven => "time.not_proven",
            Fault::TimestampNotProven => "timestamp.not_proven",
            Fault::TimeOrder => "time.order",
            Fault::RevocationNotProven(_) => "revocation.not_proven",
        }
    }

    /// One sentence in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Fault::NoSignature => "文件中没有签名或签章。".into(),
            Fault::TrailingBytes { count } => format!("文件末尾有 {count} 字节不属于任何修订版本。"),
            Fault::EvidenceUnreadable => "文件中存档的验证材料无法读取。".into(),
            Fault::ByteRangeMissing => "签名没有有效的签名范围。".into(),
            Fault::ByteRangeGap => "签名范围之外不只是签名值本身，可能藏有未签名的内容。".into(),
            Fault::ByteRangeEnd => "签名范围没有覆盖其所在的整个修订版本。".into(),
            Fault::ContentsMissing => "签名值为空。".into(),
            Fault::NotCanonical(Frame::Hexadecimal) => "签名值的十六进制书写不规范，可能被改动。".into(),
            Fault::NotCanonical(Frame::Padding) => "签名值后的填充不是全零，可能被改动。".into(),
            Fault::NotCanonical(Frame::Message) => "签名数据的编码不规范，可能被改动。".into(),
            Fault::NotCanonical(Frame::SignerIdentifier) => "签名数据中的签名人标识与证书不一致。".into(),
            Fault::NotCanonical(Frame::UnsignedAttribute) => "签名数据带有无法识别的未签名属性。".into(),
            Fault::NotCanonical(Frame::Material) => "签名数据所带的证书或吊销数据无法读取。".into(),
            Fault::UnknownKind => "签名数据的类型无法识别。".into(),
            Fault::NotInForm => "签名已不属于文件的任何签名域。".into(),
            Fault::AlteredAfter => "签名之后文件又被改动，改动超出签署所需。".into(),
            Fault::PermissionExceeded => "签名之后的改动超出了认证或锁定所允许的范围。".into(),
            Fault::AnnotatedAfter => "签名之后新增的批注可能遮盖或仿冒原有内容，请逐页查看。".into(),
            Fault::SignerCount => "签名数据应当恰有一个签名人。".into(),
            Fault::AttachedContent => "签名数据自带原文，不支持这种旧格式。".into(),
            Fault::SealUnreadable(_) => "电子签章的结构无法读取。".into(),
            Fault::Seal(fault) => seal_zh(fault),
            Fault::CmsUnreadable(_) => "签名数据的结构无法读取。".into(),
            Fault::Cms(CmsVerifyError::ContentChanged) => "文件内容在签名后被改动。".into(),
            Fault::Cms(_) => "签名值验证不通过。".into(),
            Fault::Timestamp(TimestampError::Imprint) => "时间戳不是对这份数据加盖的。".into(),
            Fault::Timestamp(_) => "时间戳验证不通过。".into(),
            Fault::Chain(role, problem) => chain_zh(*role, problem),
            Fault::MaterialBroken => "签名数据所带的证书或吊销数据被改动。".into(),
            Fault::MaterialUnanchored => "签名数据所带的证书不能追溯到受信任的根证书。".into(),
            Fault::MaterialExcess => "签名数据所带的证书过多。".into(),
            Fault::TimeNotProven => "签名时间没有可信时间戳，而证书此后已过期或被吊销。".into(),
            Fault::TimestampNotProven => TIMESTAMP_NOT_PROVEN_ZH.into(),
            Fault::TimeOrder => "签名时间早于它之前的签名，或在未来。".into(),
            Fault::RevocationNotProven(role) => {
                format!("{}的证书链中有证书现已过期，而文件中没有签名之后出具的吊销状态证据。", role_zh(*role))
            }
        }
    }

    /// One sentence in English.
    pub fn en(&self) -> String {
        match self {
            Fault::NoSignature => "The file bears no signature or seal.".into(),
            Fault::TrailingBytes { count } => format!("{count} bytes at the end of the file belong to no revision."),
            Fault::EvidenceUnreadable => "The validation data archived in the file cannot be read.".into(),
            Fault::ByteRangeMissing => "The signature has no sound byte range.".into(),
            Fault::ByteRangeGap => "What the byte range leaves out is not exactly the signature value.".into(),
            Fault::ByteRangeEnd => "The byte range does not cover the whole of its revision.".into(),
            Fault::ContentsMissing => "The signature value is empty.".into(),
            Fault::NotCanonical(Frame::Hexadecimal) => {
                "The hexadecimal form of the signature value is irregular and may have been changed.".into()
            }
            Fault::NotCanonical(Frame::Padding) => "The padding of the signature value is not all zero.".into(),
            Fault::NotCanonical(Frame::Message) => {
                "The encoding of the signature is irregular and may have been changed.".into()
            }
            Fault::NotCanonical(Frame::SignerIdentifier) => {
                "The identifier of the signer differs from the certificate.".into()
            }
            Fault::NotCanonical(Frame::UnsignedAttribute) => {
                "The signature carries an unsigned attribute that is not understood.".into()
            }
            Fault::NotCanonical(Frame::Material) => {
                "A certificate or revocation value of the signature cannot be read.".into()
            }
            Fault::UnknownKind => "The kind of the signature is not known.".into(),
            Fault::NotInForm => "No field of the file shows this signature any more.".into(),
            Fault::AlteredAfter => "The file was changed after this signature, by more than signing needs.".into(),
            Fault::PermissionExceeded => {
                "A later revision changed more than this signature's certification or lock allows.".into()
            }
            Fault::AnnotatedAfter => {
                "Annotations were added after this signature that can hide or imitate what stands there: look at their pages.".into()
            }
            Fault::SignerCount => "The signature must have exactly one signer.".into(),
            Fault::AttachedContent => {
                "The signature carries its own content, an old form that is not supported.".into()
            }
            Fault::SealUnreadable(error) => format!("The seal signature cannot be read: {error}."),
            Fault::Seal(fault) => format!("{fault}."),
            Fault::CmsUnreadable(error) => format!("The signature cannot be read: {error}."),
            Fault::Cms(error) => format!("The signature does not hold: {error}."),
            Fault::Timestamp(error) => format!("The timestamp does not hold: {error}."),
            Fault::Chain(role, problem) => {
                format!("The certificate chain of the {role:?} does not hold: {}.", problem.code())
            }
            Fault::MaterialBroken => "A certificate or revocation value of the signature was changed.".into(),
            Fault::MaterialUnanchored => "A certificate of the signature leads to no trusted root.".into(),
            Fault::MaterialExcess => "The signature carries more certificates than any honest one.".into(),
            Fault::TimeNotProven => {
                "The time is only claimed, and the certificate has expired or been revoked since.".into()
            }
            Fault::TimestampNotProven => "The certificate of the timestamp's authority has expired or been revoked since, and no later \
                 timestamp shows that this one existed before."
                .into(),
            Fault::TimeOrder => "The time of signing is before that of an earlier signature, or in the future.".into(),
            Fault::RevocationNotProven(role) => format!(
                "A certificate in the chain of the {role:?} has ended, and the file holds no evidence of its revocation status that was \
                 issued after the signature."
            ),
        }
    }
}

const TIMESTAMP_NOT_PROVEN_ZH: &str =
    "时间戳机构的证书此后已过期或被吊销，而没有更晚的可信时间戳证明这枚时间戳在此之前已经存在。";

fn role_zh(role: Role) -> &'static str {
    match role {
        Role::Signer => "签名人",
        Role::SealMaker => "制章者",
        Role::TimestampAuthority => "时间戳机构",
    }
}

fn chain_zh(role: Role, problem: &ChainProblem) -> String {
    let who = role_zh(role);
    match problem {
        ChainProblem::NoTrustedRoot => format!("{who}的证书不能追溯到受信任的根证书。"),
        ChainProblem::NotYetValid { .. } => format!("{who}的证书链在签名时尚未生效。"),
        ChainProblem::Expired { .. } => format!("{who}的证书链在签名时已过期。"),
        ChainProblem::Revoked { .. } => format!("{who}的证书链在签名前已被吊销。"),
        ChainProblem::KeyUsage | ChainProblem::ExtendedKeyUsage => format!("{who}的证书不得用于此用途。"),
        ChainProblem::NotACa { .. } | ChainProblem::PathLength { .. } | ChainProblem::NameConstraints { .. } => {
            format!("{who}的证书链中有证书无权签发证书。")
        }
        ChainProblem::UnknownCriticalExtension { .. } => format!("{who}的证书带有无法识别的关键扩展。"),
    }
}

fn seal_zh(fault: &SealFault) -> String {
    match fault {
        SealFault::Certificate(role) => format!("{}的证书无法读取。", role_zh(*role)),
        SealFault::Algorithm(role, _) => format!("{}的签名算法不受支持。", role_zh(*role)),
        SealFault::Signature(Role::SealMaker) => "电子印章的制章签名验证不通过。".into(),
        SealFault::Signature(_) => "签章的签名值验证不通过。".into(),
        SealFault::Chain(role, problem) => chain_zh(*role, problem),
        SealFault::DataHash => "文件内容在签章后被改动。".into(),
        SealFault::SealValidity => "签章时电子印章不在有效期内。".into(),
        SealFault::SignerNotListed => "电子印章没有授权这张证书使用。".into(),
        SealFault::MakerUnreadable => "制章者的签名无法读取。".into(),
        SealFault::Extension => "签章带有无法识别的扩展数据。".into(),
        SealFault::Timestamp(_) => "签章的时间戳验证不通过。".into(),
        SealFault::ClaimedTime => "签章声称的时间不可能为真。".into(),
        SealFault::NoTime => "签章时间无法读取。".into(),
        SealFault::TimeNotProven => "签章时间没有可信时间戳，而证书此后已过期或被吊销。".into(),
        SealFault::TimestampNotProven => TIMESTAMP_NOT_PROVEN_ZH.into(),
        _ => "签章验证不通过。".into(),
    }
}

fn seal_code(fault: &SealFault) -> &'static str {
    match fault {
        SealFault::Certificate(_) => "seal.certificate",
        SealFault::Algorithm(..) => "seal.algorithm",
        SealFault::Signature(_) => "seal.signature",
        SealFault::Chain(_, problem) => problem.code(),
        SealFault::DataHash => "seal.data_hash",
        SealFault::SealValidity => "seal.validity",
        SealFault::SignerNotListed => "seal.signer_not_listed",
        SealFault::MakerUnreadable => "seal.maker_unreadable",
        SealFault::Extension => "seal.extension",
        SealFault::Timestamp(error) => timestamp_code(error),
        SealFault::ClaimedTime => "seal.claimed_time",
        SealFault::NoTime => "seal.no_time",
        SealFault::TimeNotProven => "time.not_proven",
        SealFault::TimestampNotProven => "timestamp.not_proven",
        _ => "seal.other",
    }
}

fn cms_code(error: &CmsVerifyError) -> &'static str {
    match error {
        CmsVerifyError::SignerCertificateMissing => "cms.signer_certificate_missing",
        CmsVerifyError::ContentChanged => "cms.content_changed",
        CmsVerifyError::Attributes => "cms.attributes",
        CmsVerifyError::CertificateSubstituted => "cms.certificate_substituted",
        CmsVerifyError::DigestMismatch => "cms.digest_mismatch",
        CmsVerifyError::ContentNeeded => "cms.content_needed",
        CmsVerifyError::Signature(_) => "cms.signature",
    }
}

fn timestamp_code(error: &TimestampError) -> &'static str {
    match error {
        TimestampError::Imprint => "timestamp.imprint",
        TimestampError::Signature(_) => "timestamp.signature",
        TimestampError::Authority => "timestamp.authority",
        TimestampError::OutsideValidity => "timestamp.outside_validity",
        _ => "timestamp.unreadable",
    }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fault = serializer.serialize_struct("Fault", 4)?;
        fault.serialize_field("code", self.code())?;
        fault.serialize_field("verdict", &self.verdict())?;
        fault.serialize_field("zh", &self.zh())?;
        fault.serialize_field("en", &self.en())?;
        fault.end()
    }
}
