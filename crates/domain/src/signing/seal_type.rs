//! The kinds of seals.

use serde::{Deserialize, Serialize};

/// What a seal is for (design section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SealType {
    /// 公章.
    Company,
    /// 合同专用章.
    Contract,
    /// 财务专用章.
    Finance,
    /// 法定代表人章.
    LegalRepresentative,
    /// 个人名章.
    PersonalName,
    /// 投标专用章.
    Bid,
}

impl SealType {
    /// The stable code, as in JSON and in profile files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Contract => "contract",
            Self::Finance => "finance",
            Self::LegalRepresentative => "legal_representative",
            Self::PersonalName => "personal_name",
            Self::Bid => "bid",
        }
    }

    /// The kind in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Company => "公章",
            Self::Contract => "合同专用章",
            Self::Finance => "财务专用章",
            Self::LegalRepresentative => "法定代表人章",
            Self::PersonalName => "个人名章",
            Self::Bid => "投标专用章",
        }
    }

    /// The kind in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Company => "company seal",
            Self::Contract => "contract seal",
            Self::Finance => "finance seal",
            Self::LegalRepresentative => "legal representative's seal",
            Self::PersonalName => "personal seal",
            Self::Bid => "bid seal",
        }
    }

    /// Whether the seal belongs to a person rather than to an organisation.
    pub fn is_personal(self) -> bool {
        self == Self::PersonalName
    }
}
