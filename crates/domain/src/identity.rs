//! Persons: passwords, lockout, names claimed and names verified.

use std::fmt;
use std::marker::PhantomData;

/// Fewest characters of a password.
pub const PASSWORD_MIN: usize = 8;
/// Most characters of a password.
pub const PASSWORD_MAX: usize = 64;

/// What is wrong with a password (S3-010, with the longer limit of the product's own rule).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Code `password.length`.
    #[error("a password has 8 to 64 characters")]
    Length,
    /// Code `password.kinds`.
    #[error("a password has three of: upper case letter, lower case letter, digit, other character")]
    Kinds,
}

/// Checks a new password: 8 to 64 characters, three kinds of four (upper, lower, digit, other).
///
/// # Errors
/// [`PasswordFault`], the length first.
pub fn check_password(password: &str) -> Result<(), PasswordFault> {
    let length = password.chars().take(PASSWORD_MAX + 1).count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Err(PasswordFault::Length);
    }
    let has = |kind: fn(char) -> bool| usize::from(password.chars().any(kind));
    let kinds = has(|c| c.is_ascii_uppercase())
        + has(|c| c.is_ascii_lowercase())
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_ascii_alphanumeric());
    if kinds >= 3 { Ok(()) } else { Err(PasswordFault::Kinds) }
}

/// How many failures lead to what (configuration).
#[derive(Clone, Copy, Debug)]
pub struct LockoutPolicy {
    /// Failures before a captcha is asked for.
    pub captcha_after: i64,
    /// Failures before the account is locked.
    pub lock_after: i64,
    /// Length of the lock, microseconds.
    pub lock_micros: i64,
}

/// The failures of one account so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// Since the last success or the end of the last lock.
    pub count: i64,
    /// Locked until (microseconds UTC); 0 when not.
    pub locked_until: i64,
}

/// What stands before the password check of one login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The password is checked.
    Open,
    /// A captcha is checked first.
    Captcha,
    /// Nothing is checked until this time (microseconds UTC).
    Locked {
        /// End of the lock.
        until: i64,
    },
}

impl LockoutPolicy {
    /// What stands before the next try.
    #[must_use]
    pub fn gate(&self, failures: Failures, now: i64) -> Gate {
        if failures.locked_until > now {
            Gate::Locked { until: failures.locked_until }
        } else if failures.count >= self.captcha_after {
            Gate::Captcha
        } else {
            Gate::Open
        }
    }

    /// The failures after one more. At the limit the account is locked and the count falls back to where a captcha is
    /// asked for, so that after the lock each further try costs a captcha and the next lock comes as soon again.
    #[must_use]
    pub fn after_failure(&self, failures: Failures, now: i64) -> Failures {
        let count = failures.count + 1;
        if count >= self.lock_after {
            Failures { count: self.captcha_after.min(self.lock_after - 1).max(0), locked_until: now + self.lock_micros }
        } else {
            Failures { count, locked_until: 0 }
        }
    }
}

/// Said by the person, checked by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {}

/// Checked by somebody with the right to (design, invariant 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {}

/// Why a text cannot be a person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a name has 2 to 50 characters and no control characters")]
pub struct NameError;

/// A person's name, claimed or verified; only a verified one may stand in a certificate. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct RealName<State> {
    name: String,
    state: PhantomData<State>,
}

impl RealName<Claimed> {
    /// Reads a name as the person gives it: outer blanks fall, 2 to 50 characters, no control characters.
    ///
    /// # Errors
    /// [`NameError`].
    pub fn claim(text: &str) -> Result<Self, NameError> {
        let name = text.trim();
        let length = name.chars().take(51).count();
        if !(2..=50).contains(&length) || name.chars().any(char::is_control) {
            return Err(NameError);
        }
        Ok(Self { name: name.to_owned(), state: PhantomData })
    }

    /// The same name, once somebody with the right has checked it. Called where that decision is made or read back, nowhere else.
    #[must_use]
    pub fn verified(self) -> RealName<Verified> {
        RealName { name: self.name, state: PhantomData }
    }
}

impl<State> RealName<State> {
    /// The name in full.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// 张*: the first character, and one star per further character (rules 4.5).
    #[must_use]
    pub fn masked(&self) -> String {
        mask_name(&self.name)
    }
}

impl<State> fmt::Debug for RealName<State> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

/// 张*: the first character, and one star per further character, at most three (rules 4.5).
#[must_use]
pub fn mask_name(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map(|first| format!("{first}{}", "*".repeat(characters.count().clamp(1, 3)))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: LockoutPolicy = LockoutPolicy { captcha_after: 3, lock_after: 5, lock_micros: 900 };

    #[test]
    fn a_password_needs_three_kinds_and_8_to_64_characters() {
        // S3-010
        for good in ["Abcdef12", "abc-1234", "ABC-1234", "Abcd-efg", &"aB3".repeat(21), "密码Abc123"] {
            assert_eq!(check_password(good), Ok(()), "{good}");
        }
        assert_eq!(check_password("Abc-123"), Err(PasswordFault::Length));
        assert_eq!(check_password(&"aB3-".repeat(17)), Err(PasswordFault::Length));
        for weak in ["abcdefgh", "abcd1234", "ABCD1234", "abcd-efg", "12345678", "密码密码1234"] {
            assert_eq!(check_password(weak), Err(PasswordFault::Kinds), "{weak}");
        }
    }

    #[test]
    fn the_third_failure_asks_for_a_captcha_and_the_fifth_locks() {
        let mut failures = Failures::default();
        let mut gates = Vec::new();
        for _ in 0..5 {
            gates.push(POLICY.gate(failures, 100));
            failures = POLICY.after_failure(failures, 100);
        }
        assert_eq!(gates, [Gate::Open, Gate::Open, Gate::Open, Gate::Captcha, Gate::Captcha]);
        assert_eq!(POLICY.gate(failures, 100), Gate::Locked { until: 1000 });
        assert_eq!(POLICY.gate(failures, 1000), Gate::Captcha, "after the lock a captcha stands");
    }

    #[test]
    fn names_print_as_stars_and_mask_all_but_the_first_character() {
        let name = RealName::claim(" 张示例 ").unwrap();
        assert_eq!(format!("{name:?}"), "***");
        assert_eq!(name.masked(), "张**");
        assert_eq!(name.verified().as_str(), "张示例");
        assert_eq!(RealName::claim("张"), Err(NameError));
        assert_eq!(RealName::claim("张\u{7}示"), Err(NameError));
        assert_eq!(RealName::claim(&"张".repeat(51)), Err(NameError));
    }
}
