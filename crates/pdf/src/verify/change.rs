//! What a revision may change, in words.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

/// One change of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new signature field with its mark and signature.
    SignatureField {
        /// Name of the field.
        name: String,
        /// Page of its visible mark, from 1; `None` for an invisible field.
        page: Option<usize>,
        /// Whether it says that it is a document timestamp.
        timestamp: bool,
    },
    /// An empty signature field that was there before was signed.
    SignedField {
        /// Name of the field.
        name: String,
        /// Page of its visible mark, from 1.
        page: Option<usize>,
    },
    /// Drawings in a party's page buttons: seam slices, dates, repeated seals.
    PageButtons {
        /// Key of the party.
        party: String,
        /// Pages, from 1.
        pages: Vec<usize>,
    },
    /// Comments and the like, on a file whose author certified it so that they may come.
    Annotations {
        /// Pages, from 1.
        pages: Vec<usize>,
        /// Those of the pages on which one can show what its author likes, over what stands there.
        drawn: Vec<usize>,
    },
    /// Certificates and revocation data.
    Evidence,
    /// What a writer notes about the file: date of change, program, declared extensions.
    Metadata,
    /// Anything else, which invalidates the signatures before.
    Forbidden {
        /// What was changed.
        what: Alteration,
        /// Number of the object, where one can be named.
        object: Option<u32>,
    },
}

/// What a forbidden change touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alteration {
    /// The update cannot be read, or has bytes that its own cross-reference does not name.
    HiddenBytes,
    /// The trailer names another catalogue, or an object is taken from elsewhere.
    Trailer,
    /// An entry of the catalogue.
    Catalogue,
    /// The form, or a field other than the new signature's.
    Form,
    /// A page other than by the new signature's widget.
    Page,
    /// An appearance of a page button that drops what stood there before, or one changed without a signature.
    PageButton,
    /// An annotation that does more than comment.
    Annotation,
    /// Evidence that was removed or is malformed.
    Evidence,
    /// An object was removed.
    Removed,
    /// An existing object was replaced.
    Replaced,
    /// A new object that nothing allowed refers to, or that carries a script, a layer or a page.
    Unexplained,
    /// A new object that the file referred to when it was not there, so that what was signed shows it now.
    Awaited,
}

impl Alteration {
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::HiddenBytes => {
                ("change.hidden_bytes", "更新中有无法解释的字节", "the update holds bytes that it does not explain")
            }
            Self::Trailer => ("change.trailer", "文件的根对象被改动", "the root of the document was changed"),
            Self::Catalogue => ("change.catalogue", "文件目录被改动", "the catalogue was changed"),
            Self::Form => ("change.form", "表单或其他字段被改动", "the form or another field was changed"),
            Self::Page => ("change.page", "页面被改动", "a page was changed"),
            Self::PageButton => ("change.page_button", "页面签章域被不当改动", "a page button was changed improperly"),
            Self::Annotation => (
                "change.annotation",
                "新增了不只是批注的注释对象",
                "an annotation was added that does more than comment",
            ),
            Self::Evidence => {
                ("change.evidence_removed", "验证材料被移除或损坏", "evidence was removed or is malformed")
            }
            Self::Removed => ("change.removed", "有对象被删除", "an object was removed"),
            Self::Replaced => ("change.replaced", "有对象被替换", "an object was replaced"),
            Self::Unexplained => {
                ("change.unexplained", "新增了签署不需要的对象", "an object was added that signing does not need")
            }
            Self::Awaited => (
                "change.awaited",
                "新增了原文件早已引用却没有的对象，已签署的内容会因此改变",
                "an object was added that the file referred to before it was there, which changes what was signed",
            ),
        }
    }
}

impl Change {
    /// Whether it leaves earlier signatures valid.
    pub fn is_allowed(&self) -> bool {
        !matches!(self, Change::Forbidden { .. })
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Change::SignatureField { .. } => "change.signature_field",
            Change::SignedField { .. } => "change.signed_field",
            Change::PageButtons { .. } => "change.page_buttons",
            Change::Annotations { .. } => "change.annotations",
            Change::Evidence => "change.evidence",
            Change::Metadata => "change.metadata",
            Change::Forbidden { what, .. } => what.texts().0,
        }
    }

    /// In Chinese.
    pub fn zh(&self) -> String {
        match self {
            Change::SignatureField { name, .. } => format!("新增签名域“{name}”"),
            Change::SignedField { name, .. } => format!("签署了原有的空签名域“{name}”"),
            Change::PageButtons { party, pages } => {
                format!("{party} 方在 {} 个页面上加盖（骑缝章、日期等）", pages.len())
            }
            Change::Annotations { pages, drawn } if drawn.is_empty() => {
                format!("在第 {} 页新增批注", listed(pages, "、"))
            }
            Change::Annotations { pages, drawn } => {
                let [pages, drawn] = [pages, drawn].map(|list| listed(list, "、"));
                format!("在第 {pages} 页新增批注，其中第 {drawn} 页的批注可能遮盖或仿冒原有内容")
            }
            Change::Evidence => "新增验证材料".into(),
            Change::Metadata => "更新文件说明信息".into(),
            Change::Forbidden { what, object: Some(object) } => format!("{}（对象 {object}）", what.texts().1),
            Change::Forbidden { what, object: None } => what.texts().1.into(),
        }
    }

    /// In English.
    pub fn en(&self) -> String {
        match self {
            Change::SignatureField { name, .. } => format!("new signature field \"{name}\""),
            Change::SignedField { name, .. } => format!("the empty signature field \"{name}\" was signed"),
            Change::PageButtons { party, pages } => format!("party {party} stamped {} pages", pages.len()),
            Change::Annotations { pages, drawn } if drawn.is_empty() => {
                format!("comments were added on page {}", listed(pages, ", "))
            }
            Change::Annotations { pages, drawn } => {
                let [pages, drawn] = [pages, drawn].map(|list| listed(list, ", "));
                format!(
                    "comments were added on page {pages}; those on page {drawn} can hide or imitate what stands there"
                )
            }
            Change::Evidence => "evidence was added".into(),
            Change::Metadata => "notes about the file were updated".into(),
            Change::Forbidden { what, object: Some(object) } => format!("{} (object {object})", what.texts().2),
            Change::Forbidden { what, object: None } => what.texts().2.into(),
        }
    }

    pub(super) fn forbidden(what: Alteration, object: Option<u32>) -> Self {
        Change::Forbidden { what, object }
    }
}

/// The first twenty numbers of a list.
fn listed(numbers: &[usize], between: &str) -> String {
    let mut words: Vec<String> = numbers.iter().take(20).map(usize::to_string).collect();
    words.extend((numbers.len() > 20).then(|| "…".into()));
    words.join(between)
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("Change", 4)?;
        change.serialize_field("code", self.code())?;
        change.serialize_field("allowed", &self.is_allowed())?;
        change.serialize_field("zh", &self.zh())?;
        change.serialize_field("en", &self.en())?;
        change.end()
    }
}
