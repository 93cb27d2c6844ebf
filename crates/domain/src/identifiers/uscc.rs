use std::fmt;

/// Why a text is not a unified social credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsccError {
    /// Code `uscc.length`: not 18 characters.
    #[error("a unified social credit code has 18 characters")]
    Length,
    /// Code `uscc.alphabet`: a character that the standard does not use (I, O, S, V, Z, lower case, others), or a letter
    /// in the six digits of the area.
    #[error("a unified social credit code holds digits and capital letters without I, O, S, V, Z")]
    Alphabet,
    /// Code `uscc.check_digit`: the last character does not fit the others; very likely a typing error.
    #[error("the check character of the unified social credit code should be {expected}")]
    CheckDigit {
        /// What the last character would have to be.
        expected: char,
    },
}

impl UsccError {
    /// The stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Length => "uscc.length",
            Self::Alphabet => "uscc.alphabet",
            Self::CheckDigit { .. } => "uscc.check_digit",
        }
    }
}

/// A unified social credit code (GB 32100-2015): 18 characters, the last a check character.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnifiedSocialCreditCode([u8; 18]);

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^(i-1) mod 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl UnifiedSocialCreditCode {
    /// Reads a code, strictly: 18 characters of the standard's alphabet, check character right.
    ///
    /// # Errors
    /// [`UsccError`] saying what is wrong.
    pub fn parse(text: &str) -> Result<Self, UsccError> {
        if text.chars().count() != 18 {
            return Err(UsccError::Length);
        }
        let bytes: [u8; 18] = text.as_bytes().try_into().map_err(|_| UsccError::Alphabet)?;
        let mut sum = 0;
        let mut check = 0;
        for (index, byte) in bytes.iter().enumerate() {
            let value = ALPHABET.iter().position(|candidate| candidate == byte).ok_or(UsccError::Alphabet)?;
            if (2..8).contains(&index) && value > 9 {
                return Err(UsccError::Alphabet);
            }
            match WEIGHTS.get(index) {
                Some(weight) => sum += value * weight,
                None => check = value,
            }
        }
        // The printed formula gives 31 for a remainder of 0; the character for that is 0 (rules 6.1).
        let expected = (31 - sum % 31) % 31;
        if expected != check {
            return Err(UsccError::CheckDigit { expected: char::from(ALPHABET[expected]) });
        }
        Ok(Self(bytes))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        // Parsing admits ASCII only; an empty text can never be returned.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for UnifiedSocialCreditCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Debug for UnifiedSocialCreditCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl std::str::FromStr for UnifiedSocialCreditCode {
    type Err = UsccError;

    fn from_str(text: &str) -> Result<Self, UsccError> {
        Self::parse(text)
    }
}

impl serde::Serialize for UnifiedSocialCreditCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for UnifiedSocialCreditCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of rules 6.1.
    #[test]
    fn the_check_character_decides() {
        for text in ["91330106673959654P", "91440300708461136T", "91110000802100433B", "91350100M000100Y43"] {
            assert_eq!(UnifiedSocialCreditCode::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(
            UnifiedSocialCreditCode::parse("91350100M000100Y4Z"),
            Err(UsccError::Alphabet),
            "Z is not in the alphabet"
        );
        assert_eq!(UnifiedSocialCreditCode::parse("91350100M000100Y44"), Err(UsccError::CheckDigit { expected: '3' }));
    }

    #[test]
    fn a_remainder_of_zero_gives_the_character_zero() {
        // Weighted sum of the first 17 characters is a multiple of 31.
        let found = ALPHABET.iter().find_map(|last| {
            let text = format!("9111000080210043{}0", char::from(*last));
            UnifiedSocialCreditCode::parse(&text).ok()
        });
        assert!(found.is_some());
    }

    #[test]
    fn one_changed_character_is_found() {
        let text = "91330106673959654P";
        for index in 0..18 {
            for other in ALPHABET {
                let mut changed = text.as_bytes().to_vec();
                if changed[index] == *other {
                    continue;
                }
                changed[index] = *other;
                let changed = String::from_utf8(changed).unwrap();
                assert!(UnifiedSocialCreditCode::parse(&changed).is_err(), "{changed}");
            }
        }
    }

    #[test]
    fn form_is_strict() {
        for (text, error) in [
            ("", UsccError::Length),
            ("91330106673959654", UsccError::Length),
            ("91330106673959654p", UsccError::Alphabet),
            ("91330106６73959654P", UsccError::Alphabet),
            ("9133010O673959654P", UsccError::Alphabet),
        ] {
            assert_eq!(UnifiedSocialCreditCode::parse(text), Err(error), "{text}");
        }
    }
}
