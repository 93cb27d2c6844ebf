use std::fmt;

/// A text is not a mobile number of mainland China. Code `phone.format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mobile number has eleven digits and begins with 13 to 19")]
pub struct PhoneError;

/// A mobile number of mainland China: eleven digits, without the country code (rules 6.4). Prints as `***`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads a number; spaces, hyphens and a leading `+86`, `0086` or `86` are dropped.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        // Longer texts are no number with separators; the bound keeps hostile input from being copied.
        if text.len() > 32 {
            return Err(PhoneError);
        }
        let plain: String = text.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        let national = match plain.strip_prefix("+86").or_else(|| plain.strip_prefix("0086")) {
            Some(rest) => rest,
            None if plain.len() == 13 => plain.strip_prefix("86").ok_or(PhoneError)?,
            None => &plain,
        };
        let digits = national.as_bytes();
        let wellformed = digits.len() == 11
            && digits.iter().all(u8::is_ascii_digit)
            && digits[0] == b'1'
            && (b'3'..=b'9').contains(&digits[1]);
        if wellformed { Ok(Self(national.to_owned())) } else { Err(PhoneError) }
    }

    /// The eleven digits, for storing and sending.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may be shown: `134****6577` (rules 4.5).
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[7..])
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_number_becomes_one() {
        for text in ["13400006577", "+8613400006577", "+86 134-0000-6577", "8613400006577", "0086 134 0000 6577"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "13400006577", "{text}");
        }
    }

    #[test]
    fn what_is_no_mainland_mobile_number_is_refused() {
        for text in [
            "",
            "12400006577",
            "1340000657",
            "134000065770",
            "1340000657x",
            "１３４００００６５７７",
            "+8523400006577",
            "86",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(PhoneError), "{text}");
        }
        assert_eq!(PhoneNumber::parse(&" ".repeat(10_000)), Err(PhoneError));
    }

    #[test]
    fn a_number_shows_itself_masked_only() {
        let phone = PhoneNumber::parse("13400006577").unwrap();
        assert_eq!(format!("{phone:?}"), "***");
        assert_eq!(phone.masked(), "134****6577");
    }
}
