use crate::calendar::Date;
use std::fmt;

/// Why a text is not a resident identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResidentIdError {
    /// Code `resident_id.format`: not 17 digits and a digit or X. Old numbers of 15 digits are not accepted.
    #[error("a resident number has 17 digits and a digit or X")]
    Format,
    /// Code `resident_id.area`: the first two digits name no province.
    #[error("the first two digits of the resident number name no province")]
    Area,
    /// Code `resident_id.birth_date`: digits 7 to 14 are no real date, or lie in the future.
    #[error("the resident number holds no real date of birth")]
    BirthDate,
    /// Code `resident_id.check_digit`: the last character does not fit the others.
    #[error("the check digit of the resident number is wrong")]
    CheckDigit,
}

impl ResidentIdError {
    /// The stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "resident_id.format",
            Self::Area => "resident_id.area",
            Self::BirthDate => "resident_id.birth_date",
            Self::CheckDigit => "resident_id.check_digit",
        }
    }
}

/// A resident identity number of 18 characters (GB 11643-1999). Prints as `***`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId(String);

/// Province codes of GB/T 2260, with the ranges of Taiwan, Hong Kong, Macao and residence permits.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 83,
];

impl ResidentId {
    /// Reads a number; a lower case x is accepted. `today` bounds the date of birth.
    ///
    /// # Errors
    /// [`ResidentIdError`] saying which part is wrong.
    pub fn parse(text: &str, today: Date) -> Result<Self, ResidentIdError> {
        let bytes = text.as_bytes();
        let wellformed = bytes.len() == 18
            && bytes[..17].iter().all(u8::is_ascii_digit)
            && (bytes[17].is_ascii_digit() || matches!(bytes[17], b'x' | b'X'));
        if !wellformed {
            return Err(ResidentIdError::Format);
        }
        if !PROVINCES.contains(&((bytes[0] - b'0') * 10 + bytes[1] - b'0')) {
            return Err(ResidentIdError::Area);
        }
        let born = Date::parse(&format!("{}-{}-{}", &text[6..10], &text[10..12], &text[12..14]));
        if !born.is_ok_and(|born| born <= today) {
            return Err(ResidentIdError::BirthDate);
        }
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
        if b"10X98765432"[(sum % 11) as usize] != bytes[17].to_ascii_uppercase() {
            return Err(ResidentIdError::CheckDigit);
        }
        Ok(Self(text.to_ascii_uppercase()))
    }

    /// The 18 characters, for the identity check and the sealed store only.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What may be shown: `1*************0019` (rules 4.5).
    pub fn masked(&self) -> String {
        format!("{}{}{}", &self.0[..1], "*".repeat(13), &self.0[14..])
    }

    /// Whether digit 17 says male (odd).
    pub fn is_male(&self) -> bool {
        self.0.as_bytes()[16] % 2 == 1
    }
}

impl fmt::Debug for ResidentId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ResidentId, ResidentIdError> {
        ResidentId::parse(text, Date::parse("2025-06-01").unwrap())
    }

    /// Published example numbers of the standard and of rules 6.3; they belong to nobody.
    #[test]
    fn published_examples_are_accepted() {
        for text in ["11010519491231002X", "11010519491231002x", "440524188001010014", "34052419800101001X"] {
            assert!(parse(text).is_ok(), "{text}");
        }
        assert!(parse("440524188001010014").unwrap().is_male());
        assert!(!parse("11010519491231002X").unwrap().is_male());
    }

    #[test]
    fn each_part_is_checked() {
        for (text, error) in [
            ("", ResidentIdError::Format),
            ("110105491231002", ResidentIdError::Format),
            ("1101051949123100२X", ResidentIdError::Format),
            ("99010519491231002X", ResidentIdError::Area),
            ("11010519490231002X", ResidentIdError::BirthDate),
            ("11010520261231002X", ResidentIdError::BirthDate),
            ("110105194912310021", ResidentIdError::CheckDigit),
            ("11010519491231003X", ResidentIdError::CheckDigit),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_number_shows_itself_masked_only() {
        let id = parse("440524188001010014").unwrap();
        assert_eq!(format!("{id:?}"), "***");
        assert_eq!(id.masked(), "4*************0014");
    }
}
