//! Quantities, unit prices and ratios: exact decimals, never floating.

use crate::money::{Money, MoneyError, grouped};
use std::fmt;

/// Decimals that a [`Decimal`] can carry.
pub const MAX_DECIMALS: u8 = 6;
const SCALE: i64 = 1_000_000;
/// Digits before the point: 10^12 - 1 at most, so that quantity × price stays inside 128 bits by far.
const MAX_WHOLE_DIGITS: usize = 12;

/// Why a text is not a decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// Code `decimal.format`: not digits, optionally a point and digits.
    #[error("a number is digits, optionally followed by a point and digits: 122477.60")]
    Format,
    /// Code `decimal.negative`: below zero.
    #[error("the number may not be negative")]
    Negative,
    /// Code `decimal.too_many_decimals`: more than six.
    #[error("the number has at most six decimals")]
    TooManyDecimals,
    /// Code `decimal.too_large`: more than twelve digits before the point.
    #[error("the number has at most twelve digits before the point")]
    TooLarge,
}

impl DecimalError {
    /// The stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "decimal.format",
            Self::Negative => "decimal.negative",
            Self::TooManyDecimals => "decimal.too_many_decimals",
            Self::TooLarge => "decimal.too_large",
        }
    }
}

/// A non-negative decimal number with up to twelve digits before the point and six after it.
///
/// It remembers how many decimals were written (`696.00` prints as `696.00`), but compares by value.
#[derive(Clone, Copy)]
pub struct Decimal {
    /// The value in millionths.
    millionths: i64,
    /// Decimals as written.
    decimals: u8,
}

impl Decimal {
    /// One.
    pub const ONE: Self = Self { millionths: SCALE, decimals: 0 };
    /// Zero.
    pub const ZERO: Self = Self { millionths: 0, decimals: 0 };

    /// Reads a decimal number strictly: no sign, exponent, separator or leading zeros.
    ///
    /// # Errors
    /// [`DecimalError`] saying what is wrong.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        if let Some(rest) = text.strip_prefix('-') {
            return Err(Self::parse(rest).map_or(DecimalError::Format, |_| DecimalError::Negative));
        }
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(DecimalError::Format),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(DecimalError::Format);
        }
        if fraction.len() > usize::from(MAX_DECIMALS) {
            return Err(DecimalError::TooManyDecimals);
        }
        if whole.len() > MAX_WHOLE_DIGITS {
            return Err(DecimalError::TooLarge);
        }
        let number = |part: &str| part.bytes().fold(0i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        let decimals = fraction.len() as u8;
        let millionths = number(whole) * SCALE + number(fraction) * 10i64.pow(u32::from(MAX_DECIMALS - decimals));
        Ok(Self { millionths, decimals })
    }

    /// Makes a number from millionths; below zero becomes zero.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self { millionths: if millionths < 0 { 0 } else { millionths }, decimals: MAX_DECIMALS }
    }

    /// The value in millionths.
    pub const fn millionths(self) -> i64 {
        self.millionths
    }

    /// How it is written for a person: thousands separators, at least `least` decimals.
    pub fn to_text(self, least: u8) -> String {
        let decimals = self.decimals.max(least).min(MAX_DECIMALS);
        let whole = grouped(self.millionths / SCALE);
        if decimals == 0 {
            return whole;
        }
        let fraction = self.millionths % SCALE / 10i64.pow(u32::from(MAX_DECIMALS - decimals));
        format!("{whole}.{fraction:0width$}", width = usize::from(decimals))
    }

    /// The value as a percentage, without needless zeros: 0.05 is `5%`.
    pub fn to_percent(self) -> String {
        let (whole, fraction) = (self.millionths / (SCALE / 100), self.millionths % (SCALE / 100));
        if fraction == 0 {
            return format!("{}%", grouped(whole));
        }
        let fraction = format!("{fraction:04}");
        format!("{}.{}%", grouped(whole), fraction.trim_end_matches('0'))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.millionths == other.millionths
    }
}
impl Eq for Decimal {}
impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.millionths.cmp(&other.millionths)
    }
}

/// As written, without separators, so that reading gives the same number again.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_text(0).replace(',', ""))
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Quantity × unit price (yuan), rounded half up to 分.
///
/// # Errors
/// [`MoneyError::TooLarge`] above the bound of [`Money`].
pub fn line_amount(quantity: Decimal, unit_price: Decimal) -> Result<Money, MoneyError> {
    // Millionths × millionths are 10^-12 yuan; a 分 is 10^10 of them.
    const PER_FEN: i128 = 10_000_000_000;
    let product = i128::from(quantity.millionths) * i128::from(unit_price.millionths);
    rounded(product, PER_FEN)
}

/// A ratio of an amount, rounded half up to 分: 5 % of 100.01 is 5.00.
///
/// # Errors
/// [`MoneyError::TooLarge`] above the bound of [`Money`].
pub fn share(amount: Money, ratio: Decimal) -> Result<Money, MoneyError> {
    rounded(i128::from(amount.fen()) * i128::from(ratio.millionths), i128::from(SCALE))
}

/// Divides two non-negative numbers, rounding half up.
fn rounded(product: i128, divisor: i128) -> Result<Money, MoneyError> {
    let fen = (product + divisor / 2) / divisor;
    Money::from_fen(i64::try_from(fen).map_err(|_| MoneyError::TooLarge)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_line_is_rounded_half_up_to_fen() {
        for (quantity, price, fen) in [
            ("60", "5980.00", 35_880_000),
            ("13", "125.115", 162_650),
            ("1", "0.005", 1),
            ("1", "0.004999", 0),
            ("3", "0.015", 5),
            ("0.5", "0.01", 1),
            ("122477.60", "4.54", 55_604_830),
            ("0", "99", 0),
        ] {
            assert_eq!(line_amount(decimal(quantity), decimal(price)).map(Money::fen), Ok(fen), "{quantity} x {price}");
        }
        assert_eq!(line_amount(decimal("999999999999"), decimal("999999999999.999999")), Err(MoneyError::TooLarge));
    }

    #[test]
    fn numbers_are_read_strictly() {
        for (text, error) in [
            ("", DecimalError::Format),
            ("1.", DecimalError::Format),
            (".1", DecimalError::Format),
            ("1e1", DecimalError::Format),
            ("00", DecimalError::Format),
            ("1,0", DecimalError::Format),
            ("-0.1", DecimalError::Negative),
            ("0.1234567", DecimalError::TooManyDecimals),
            ("1000000000000", DecimalError::TooLarge),
        ] {
            assert_eq!(Decimal::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn written_decimals_are_kept_but_values_compare() {
        assert_eq!(decimal("696.00").to_string(), "696.00");
        assert_eq!(decimal("696.00"), decimal("696"));
        assert_eq!(decimal("5980").to_text(2), "5,980.00");
        assert_eq!(decimal("125.115").to_text(2), "125.115");
        assert_eq!(decimal("0.05").to_percent(), "5%");
        assert_eq!(decimal("0.333333").to_percent(), "33.3333%");
        assert_eq!(decimal("1.00").to_percent(), "100%");
        assert_eq!(decimal("0.0001").to_percent(), "0.01%");
    }

    #[test]
    fn a_share_is_rounded_half_up() {
        let amount = Money::parse_yuan("100.01").unwrap();
        assert_eq!(share(amount, decimal("0.05")).map(Money::fen), Ok(500));
        assert_eq!(share(amount, decimal("0.5")).map(Money::fen), Ok(5001));
    }

    proptest! {
        #[test]
        fn numbers_survive_writing_and_reading(whole in 0i64..1_000_000_000_000, fraction in "[0-9]{0,6}") {
            let text = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
            prop_assert_eq!(decimal(&text).to_string(), text);
        }

        /// The independent route: long multiplication on decimal digits, then rounding by looking at one digit.
        #[test]
        fn a_line_agrees_with_schoolbook_multiplication(q in 0i64..10_000_000_000, p in 0i64..1_000_000_000) {
            let quantity = decimal(&format!("{}.{:06}", q / SCALE, q % SCALE));
            let price = decimal(&format!("{}.{:06}", p / SCALE, p % SCALE));
            let left: Vec<u32> = format!("{q:012}").chars().rev().filter_map(|c| c.to_digit(10)).collect();
            let right: Vec<u32> = format!("{p:012}").chars().rev().filter_map(|c| c.to_digit(10)).collect();
            let mut digits = [0u32; 26];
            for (i, a) in left.iter().enumerate() {
                for (j, b) in right.iter().enumerate() {
                    digits[i + j] += a * b;
                    let mut k = i + j;
                    while digits[k] > 9 {
                        digits[k + 1] += digits[k] / 10;
                        digits[k] %= 10;
                        k += 1;
                    }
                }
            }
            let kept = digits[10..].iter().rev().fold(0i64, |sum, digit| sum * 10 + i64::from(*digit));
            let expected = kept + i64::from(digits[9] >= 5);
            prop_assert_eq!(line_amount(quantity, price).map(Money::fen), Ok(expected));
        }
    }
}
