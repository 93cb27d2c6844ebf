//! Certificates of parties: who owns one, which password guards its key, when it is in force, when another may be asked for.

use crate::ids::{OrganisationId, PersonId};
use std::fmt;

/// Fewest characters of a certificate password.
pub const PASSWORD_MIN: usize = 8;
/// Most characters of a certificate password.
pub const PASSWORD_MAX: usize = 32;
/// Wrong passwords in a row until the certificate is locked; then only a reset by SMS code helps.
pub const WRONG_PASSWORDS: i64 = 5;
/// How long a ticket for a checked password counts, microseconds.
pub const TICKET_LIFE_MICROS: i64 = 300_000_000;
/// How long before its end a certificate may be renewed (S4-023), microseconds.
pub const RENEWAL_MICROS: i64 = 30 * 86_400 * 1_000_000;

/// What is wrong with a certificate password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificatePasswordFault {
    /// Code `certificate.password_length`.
    #[error("a certificate password has 8 to 32 characters")]
    Length,
    /// Code `certificate.password_kinds`.
    #[error("a certificate password has two of: letter, digit, other character")]
    Kinds,
}

/// Checks a new certificate password: 8 to 32 characters, two kinds of three (letter, digit, other). It is typed for every
/// signature, so it is asked to be less than an account's password, and guarded by [`WRONG_PASSWORDS`] instead.
///
/// # Errors
/// [`CertificatePasswordFault`], the length first.
pub fn check_certificate_password(password: &str) -> Result<(), CertificatePasswordFault> {
    let length = password.chars().take(PASSWORD_MAX + 1).count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Err(CertificatePasswordFault::Length);
    }
    let has = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
    let kinds = has(|c| c.is_ascii_alphabetic()) + has(|c| c.is_ascii_digit()) + has(|c| !c.is_ascii_alphanumeric());
    if kinds >= 2 { Ok(()) } else { Err(CertificatePasswordFault::Kinds) }
}

/// Whose a certificate or a seal is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Owner {
    /// An organisation's.
    Organisation(OrganisationId),
    /// A natural person's.
    Person(PersonId),
}

impl fmt::Display for Owner {
    /// `org_…` or `per_…`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation(id) => id.fmt(out),
            Self::Person(id) => id.fmt(out),
        }
    }
}

impl std::str::FromStr for Owner {
    type Err = crate::ids::IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OrganisationId::parse(text).map(Self::Organisation).or_else(|_| PersonId::parse(text).map(Self::Person))
    }
}

/// Why a certificate is revoked, as its owner or the operator says (a subset of RFC 5280 5.3.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RevocationGround {
    /// The key or its password is, or may be, known to others (电子签名法 article 15).
    KeyCompromise,
    /// The name or other facts have changed (S4-024).
    AffiliationChanged,
    /// Another certificate takes its place.
    Superseded,
    /// No longer needed.
    CessationOfOperation,
}

impl RevocationGround {
    /// Every ground.
    pub const ALL: [Self; 4] =
        [Self::KeyCompromise, Self::AffiliationChanged, Self::Superseded, Self::CessationOfOperation];

    /// The stored and public spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyCompromise => "key_compromise",
            Self::AffiliationChanged => "affiliation_changed",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessation_of_operation",
        }
    }

    /// Reads [`RevocationGround::as_str`]'s spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.as_str() == text)
    }
}

/// Whether a certificate can be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    /// 生效中.
    InForce,
    /// 已失效: its time is over, or has not begun.
    Expired,
    /// 已注销, for ever.
    Revoked,
}

impl CertificateState {
    /// The public spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in_force",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// The facts about a certificate that decide whether it can be used; microseconds UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Validity {
    /// First moment.
    pub not_before: i64,
    /// Last moment.
    pub not_after: i64,
    /// When it was revoked, if it was.
    pub revoked_at: Option<i64>,
}

impl Validity {
    /// The state at a time.
    #[must_use]
    pub fn state(&self, now: i64) -> CertificateState {
        if self.revoked_at.is_some() {
            CertificateState::Revoked
        } else if (self.not_before..=self.not_after).contains(&now) {
            CertificateState::InForce
        } else {
            CertificateState::Expired
        }
    }

    /// Whether another certificate may be asked for beside this one: an account has one (S1-029), but it may be renewed
    /// before it ends (S4-023).
    #[must_use]
    pub fn leaves_room_for_another(&self, now: i64) -> bool {
        self.state(now) != CertificateState::InForce || self.not_after.saturating_sub(now) <= RENEWAL_MICROS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_password_has_two_kinds_and_8_to_32_characters() {
        for good in ["abcd1234", "abcd-efg", "1234-567", &"a1".repeat(16), "密码abcdefg"] {
            assert_eq!(check_certificate_password(good), Ok(()), "{good}");
        }
        assert_eq!(check_certificate_password("abc-123"), Err(CertificatePasswordFault::Length));
        assert_eq!(check_certificate_password(&"a1-".repeat(11)), Err(CertificatePasswordFault::Length));
        for weak in ["abcdEFGH", "12345678", "--------", "密码密码密码密码"] {
            assert_eq!(check_certificate_password(weak), Err(CertificatePasswordFault::Kinds), "{weak}");
        }
    }

    #[test]
    fn a_revoked_certificate_is_revoked_whatever_its_dates_say() {
        let valid = Validity { not_before: 10, not_after: 20, revoked_at: None };
        assert_eq!(valid.state(9), CertificateState::Expired);
        assert_eq!(valid.state(10), CertificateState::InForce);
        assert_eq!(valid.state(20), CertificateState::InForce);
        assert_eq!(valid.state(21), CertificateState::Expired);
        assert_eq!(Validity { revoked_at: Some(15), ..valid }.state(30), CertificateState::Revoked);
    }

    #[test]
    fn another_certificate_may_be_asked_for_near_the_end_and_after_it() {
        // S1-029, S4-023
        let validity = Validity { not_before: 0, not_after: 100 * RENEWAL_MICROS, revoked_at: None };
        assert!(!validity.leaves_room_for_another(98 * RENEWAL_MICROS));
        assert!(validity.leaves_room_for_another(99 * RENEWAL_MICROS));
        assert!(validity.leaves_room_for_another(101 * RENEWAL_MICROS));
        assert!(Validity { revoked_at: Some(1), ..validity }.leaves_room_for_another(2));
    }

    #[test]
    fn owners_and_grounds_read_back() {
        let owners = [
            Owner::Organisation(OrganisationId::new(1_700_000_000_000_000, [1; 10])),
            Owner::Person(PersonId::new(1_700_000_000_000_000, [2; 10])),
        ];
        for owner in owners {
            assert_eq!(owner.to_string().parse(), Ok(owner));
        }
        assert!("ctr_00000000000000000000000000".parse::<Owner>().is_err());
        assert!(RevocationGround::ALL.iter().all(|ground| RevocationGround::parse(ground.as_str()) == Some(*ground)));
    }
}
