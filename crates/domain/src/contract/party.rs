//! Who takes part in a contract, and who is acting on it.

use crate::ids::{OrganisationId, PersonId};
use crate::organisation::Role;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The place of a party in the text: `A` is the purchaser, `B`, `C` … are the suppliers in the order of the award.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartyKey(u8);

impl PartyKey {
    /// Party A, the purchaser.
    pub const A: Self = Self(b'A');
    /// Party B, the first (with several: the leading) supplier.
    pub const B: Self = Self(b'B');

    /// The key of the party at `index` (0 is A); none beyond Z.
    pub fn at(index: usize) -> Option<Self> {
        u8::try_from(index).ok().filter(|i| *i < 26).map(|i| Self(b'A' + i))
    }

    /// Reads a key written as one capital letter.
    pub fn parse(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [letter @ b'A'..=b'Z'] => Some(Self(*letter)),
            _ => None,
        }
    }

    /// The traditional Chinese name of the party's place: 甲方, 乙方, 丙方, 丁方, then by letter.
    pub fn zh(self) -> String {
        match self.0 {
            b'A' => "甲方".to_owned(),
            b'B' => "乙方".to_owned(),
            b'C' => "丙方".to_owned(),
            b'D' => "丁方".to_owned(),
            letter => format!("{}方", char::from(letter)),
        }
    }
}

impl fmt::Display for PartyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", char::from(self.0))
    }
}

impl fmt::Debug for PartyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PartyKey {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(text)
    }
}

impl From<PartyKey> for String {
    fn from(key: PartyKey) -> Self {
        key.to_string()
    }
}

/// On which side of the contract a party stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// 采购人: who buys.
    Purchaser,
    /// 供应商: who sells; several when they won as a consortium, and then all sign.
    Supplier,
}

impl PartyRole {
    /// The stable code, as in JSON and in profile files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Purchaser => "purchaser",
            Self::Supplier => "supplier",
        }
    }

    /// The side in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Purchaser => "采购人",
            Self::Supplier => "供应商",
        }
    }

    /// The side in English.
    pub fn en(self) -> &'static str {
        match self {
            Self::Purchaser => "the purchaser",
            Self::Supplier => "the supplier",
        }
    }
}

/// One organisation that concludes the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Its place in the text.
    pub key: PartyKey,
    /// Its side.
    pub role: PartyRole,
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name as the award writes it.
    pub name: String,
}

/// Who is acting: a person for an organisation, the supervising side, or the platform itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person acting for an organisation, with the roles he holds in it.
    Member {
        /// The person.
        person: PersonId,
        /// The organisation he acts for.
        organisation: OrganisationId,
        /// What he may do there.
        roles: Vec<Role>,
    },
    /// A person acting for himself; no contract of organisations is moved by one.
    Person {
        /// The person.
        person: PersonId,
    },
    /// 监管人员: a supervisor, or an operator acting on a supervisor's document.
    Supervisor {
        /// The person.
        person: PersonId,
    },
    /// The supervising system that answers filings.
    SupervisingSystem,
    /// The platform's own jobs.
    Platform,
}

impl Actor {
    /// The person who acts, when it is one.
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Member { person, .. } | Self::Person { person } | Self::Supervisor { person } => Some(person),
            Self::SupervisingSystem | Self::Platform => None,
        }
    }
}
