//! What stands in the way, with a stable code, and in Chinese and English what to do about it.

use super::survey::ActiveContent;
use crate::fields::FieldError;
use crate::open::{OpenError, ReadError};
use crate::pages::PageError;

/// What is broken in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An object that the structure needs cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An object that the cross-reference names is not there, or malformed.
    #[error("pdf.damage.object {number}: {cause}")]
    Object {
        /// Its number.
        number: u32,
        /// What is wrong with it.
        cause: ReadError,
    },
    /// The pages cannot be listed.
    #[error(transparent)]
    Pages(#[from] PageError),
    /// The form cannot be read.
    #[error(transparent)]
    Form(#[from] FieldError),
    /// Reading it would cost out of proportion to its length.
    #[error("pdf.damage.too_costly")]
    TooCostly,
}

/// Why something may not be done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// It is encrypted.
    Encrypted,
    /// It is damaged and bears no signature: it may be repaired.
    Damaged(Damage),
    /// It is damaged and bears a signature: its bytes are evidence, nobody may repair it.
    DamagedAfterSigning(Damage),
    /// There is nothing to repair.
    NotDamaged,
    /// Its form is XFA.
    Xfa,
    /// It carries what acts on its own.
    Active(ActiveContent),
    /// Its author certified it, or a signer locked it, and no change is allowed.
    Certified,
    /// Its author certified it, and nothing visible may be added.
    CertifiedVisible,
    /// It was signed before it came, so that page buttons would break that signature.
    SignedBefore {
        /// The first signed field.
        field: String,
    },
    /// A signer locked the fields of the form.
    Locked {
        /// The field that locks.
        field: String,
    },
    /// It has no page buttons yet.
    NotPrepared,
}

impl Obstacle {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Obstacle::Encrypted => "pdf.gate.encrypted",
            Obstacle::Damaged(_) => "pdf.gate.damaged",
            Obstacle::DamagedAfterSigning(_) => "pdf.gate.damaged_after_signing",
            Obstacle::NotDamaged => "pdf.gate.not_damaged",
            Obstacle::Xfa => "pdf.gate.xfa",
            Obstacle::Active(_) => "pdf.gate.active_content",
            Obstacle::Certified => "pdf.gate.certified",
            Obstacle::CertifiedVisible => "pdf.gate.certified_visible",
            Obstacle::SignedBefore { .. } => "pdf.gate.signed_before",
            Obstacle::Locked { .. } => "pdf.gate.locked",
            Obstacle::NotPrepared => "pdf.gate.not_prepared",
        }
    }

    /// What is the matter and what to do, in Chinese.
    pub fn zh(&self) -> String {
        match self {
            Obstacle::Encrypted => "文件已加密（即使打开密码为空）。请先在原软件中取消文件保护，再上传。".into(),
            Obstacle::Damaged(_) => "文件结构损坏。请先修复文件，或从原软件重新导出 PDF 后再上传。".into(),
            Obstacle::DamagedAfterSigning(_) => {
                "文件结构损坏，而且已有签名，不能修复：修复会使签名失效。请向提供者索取未损坏的原件。".into()
            }
            Obstacle::NotDamaged => "文件没有损坏，不需要修复。".into(),
            Obstacle::Xfa => "文件是 XFA 动态表单，内容不在 PDF 中。请先将其打印为普通 PDF，再上传。".into(),
            Obstacle::Active(ActiveContent::Script) => {
                "文件含有 JavaScript 脚本，签署后显示的内容可能变化。请另存为不含脚本的 PDF，再上传。".into()
            }
            Obstacle::Active(ActiveContent::Action) => {
                "文件含有自动执行的动作（启动程序、导入数据等）。请另存为不含动作的 PDF，再上传。".into()
            }
            Obstacle::Active(ActiveContent::Media) => {
                "文件含有多媒体或三维内容，显示的内容可能变化。请另存为普通 PDF，再上传。".into()
            }
            Obstacle::Certified => "文件已由作者认证或被签名人锁定，不允许任何改动，因此不能再签署。".into(),
            Obstacle::CertifiedVisible => "文件已由作者认证，不能再加盖可见的印章，只能加不可见的签名。".into(),
            Obstacle::SignedBefore { field } => {
                format!("文件在上传前已签名（签名域“{field}”）。可以继续签名和盖章，但不能加盖骑缝章和日期章。")
            }
            Obstacle::Locked { field } => {
                format!("签名域“{field}”的签名人锁定了所有其他域，不能再签名或盖章。请使用未锁定的文件。")
            }
            Obstacle::NotPrepared => "文件尚未定稿，还没有各方的页面签章域。请先定稿。".into(),
        }
    }

    /// What is the matter and what to do, in English.
    pub fn en(&self) -> String {
        match self {
            Obstacle::Encrypted => {
                "The file is encrypted (be it with an empty password). Remove its protection in the program it came from and upload it again.".into()
            }
            Obstacle::Damaged(damage) => {
                format!("The file is damaged ({damage}). Repair it, or export it as PDF again, and upload it.")
            }
            Obstacle::DamagedAfterSigning(damage) => format!(
                "The file is damaged ({damage}) and bears a signature, which a repair would break. Ask for an undamaged original."
            ),
            Obstacle::NotDamaged => "The file is not damaged and needs no repair.".into(),
            Obstacle::Xfa => "The file is an XFA form whose content is not in the PDF. Print it to an ordinary PDF first.".into(),
            Obstacle::Active(ActiveContent::Script) => {
                "The file holds JavaScript, so what it shows may change after signing. Save it without scripts first.".into()
            }
            Obstacle::Active(ActiveContent::Action) => {
                "The file holds actions that run on their own (starting programs, importing data). Save it without them first.".into()
            }
            Obstacle::Active(ActiveContent::Media) => {
                "The file holds media or 3D content, so what it shows may change. Save it as an ordinary PDF first.".into()
            }
            Obstacle::Certified => {
                "The file's author certified it, or a signer locked it, so that no change is allowed: it cannot be signed.".into()
            }
            Obstacle::CertifiedVisible => {
                "The file's author certified it: nothing visible may be added, only an invisible signature.".into()
            }
            Obstacle::SignedBefore { field } => format!(
                "The file was signed before it came (field \"{field}\"). It takes further signatures and seals, but no seam or date seals."
            ),
            Obstacle::Locked { field } => {
                format!("The signer of field \"{field}\" locked all other fields: it cannot be signed any further. Use a file without this lock.")
            }
            Obstacle::NotPrepared => "The text is not frozen yet and has no page buttons for the parties. Freeze it first.".into(),
        }
    }
}
