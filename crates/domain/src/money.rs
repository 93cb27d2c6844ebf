//! Amounts of money: whole 分 (hundredths of a yuan), never negative, never floating.

use std::fmt;

/// The largest amount: 10^15 分, ten trillion yuan. It keeps every sum of a contract far from overflow.
pub const MAX_FEN: i64 = 1_000_000_000_000_000;

/// Why a text or number is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Code `money.format`: not digits, optionally a point and one or two digits.
    #[error("an amount is digits, optionally followed by a point and one or two digits: 486350.00")]
    Format,
    /// Code `money.negative`: below zero.
    #[error("an amount may not be negative")]
    Negative,
    /// Code `money.too_many_decimals`: finer than 分.
    #[error("an amount has at most two decimals")]
    TooManyDecimals,
    /// Code `money.too_large`: above [`MAX_FEN`].
    #[error("an amount may not exceed 10,000,000,000,000.00 yuan")]
    TooLarge,
}

impl MoneyError {
    /// The stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "money.format",
            Self::Negative => "money.negative",
            Self::TooManyDecimals => "money.too_many_decimals",
            Self::TooLarge => "money.too_large",
        }
    }
}

/// An amount in 分, from zero to [`MAX_FEN`]; in JSON the integer number of 分.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Makes an amount from 分.
    ///
    /// # Errors
    /// [`MoneyError::Negative`], [`MoneyError::TooLarge`].
    pub const fn from_fen(fen: i64) -> Result<Self, MoneyError> {
        if fen < 0 {
            Err(MoneyError::Negative)
        } else if fen > MAX_FEN {
            Err(MoneyError::TooLarge)
        } else {
            Ok(Self(fen))
        }
    }

    /// The amount in 分.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Reads a decimal number of yuan, strictly: `486350`, `486350.0`, `486350.00`; no sign, no exponent, no separators,
    /// no leading zeros, no more than two decimals.
    ///
    /// # Errors
    /// [`MoneyError`] saying what is wrong.
    pub fn parse_yuan(text: &str) -> Result<Self, MoneyError> {
        if let Some(rest) = text.strip_prefix('-') {
            return Err(Self::parse_yuan(rest).map_or(MoneyError::Format, |_| MoneyError::Negative));
        }
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(MoneyError::Format),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err(MoneyError::Format);
        }
        if fraction.len() > 2 {
            return Err(MoneyError::TooManyDecimals);
        }
        if whole.len() > 14 {
            return Err(MoneyError::TooLarge);
        }
        let number = |part: &str| part.bytes().fold(0i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        let cents = if fraction.len() == 1 { number(fraction) * 10 } else { number(fraction) };
        Self::from_fen(number(whole) * 100 + cents)
    }

    /// Adds, or refuses above [`MAX_FEN`].
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub const fn plus(self, other: Self) -> Result<Self, MoneyError> {
        // Both are at most 10^15, so the machine sum cannot overflow.
        Self::from_fen(self.0 + other.0)
    }

    /// The amount as plain decimal yuan with two decimals: `486350.00`.
    pub fn to_decimal(self) -> String {
        format!("{}.{:02}", self.0 / 100, self.0 % 100)
    }

    /// The amount in capital numerals as on Chinese cheques and contracts: 壹仟壹佰壹拾壹元整.
    ///
    /// Of the spellings that the payment rules allow (支付结算办法, appendix 1) the one without optional 零 is used;
    /// 整 closes every amount that has no 分, so that nothing can be written behind it.
    pub fn to_capitals(self) -> String {
        let (yuan, jiao, fen) = (self.0 / 100, self.0 / 10 % 10, self.0 % 10);
        let mut text = String::new();
        if yuan > 0 {
            write_integer(yuan, &mut text);
            text.push('元');
        }
        match (jiao, fen) {
            (0, 0) if yuan == 0 => text.push_str("零元整"),
            (0, 0) => text.push('整'),
            (0, fen) => {
                if yuan > 0 {
                    text.push('零');
                }
                text.push(DIGITS[fen as usize]);
                text.push('分');
            }
            (jiao, fen) => {
                text.push(DIGITS[jiao as usize]);
                text.push('角');
                if fen == 0 {
                    text.push('整');
                } else {
                    text.push(DIGITS[fen as usize]);
                    text.push('分');
                }
            }
        }
        text
    }
}

/// With thousands separators and two decimals: `486,350.00`.
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:02}", grouped(self.0 / 100), self.0 % 100)
    }
}

impl TryFrom<i64> for Money {
    type Error = MoneyError;

    fn try_from(fen: i64) -> Result<Self, MoneyError> {
        Self::from_fen(fen)
    }
}

impl From<Money> for i64 {
    fn from(money: Money) -> Self {
        money.0
    }
}

/// Writes a non-negative integer with a comma before each group of three digits.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// Writes a positive integer: 亿 splits it once (so that 10^12 is 壹万亿), 万 splits each half, the rest are four digits.
fn write_integer(number: i64, text: &mut String) {
    for (unit, name) in [(100_000_000, '亿'), (10_000, '万')] {
        if number >= unit {
            write_integer(number / unit, text);
            text.push(name);
            let rest = number % unit;
            if rest > 0 {
                // 零 stands for the missing leading digits of what follows: 壹亿零伍仟, but 壹拾万柒仟.
                if rest < unit / 10 {
                    text.push('零');
                }
                write_integer(rest, text);
            }
            return;
        }
    }
    let mut gap = false;
    let mut begun = false;
    for (unit, name) in [(1000, Some('仟')), (100, Some('佰')), (10, Some('拾')), (1, None)] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = begun;
            continue;
        }
        if gap {
            text.push('零');
        }
        (gap, begun) = (false, true);
        text.push(DIGITS[digit as usize]);
        text.extend(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn capitals(text: &str) -> String {
        Money::parse_yuan(text).unwrap().to_capitals()
    }

    /// Published examples (rules.md 6.7; 支付结算办法 appendix 1) and the cases where 零 goes wrong.
    #[test]
    fn capitals_follow_the_payment_rules() {
        for (figures, expected) in [
            ("1111.00", "壹仟壹佰壹拾壹元整"),
            ("1025826.73", "壹佰零贰万伍仟捌佰贰拾陆元柒角叁分"),
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("0.55", "伍角伍分"),
            ("10", "壹拾元整"),
            ("10.05", "壹拾元零伍分"),
            ("100.10", "壹佰元壹角整"),
            ("10500", "壹万零伍佰元整"),
            ("105000", "壹拾万伍仟元整"),
            ("200500", "贰拾万零伍佰元整"),
            ("1000001", "壹佰万零壹元整"),
            ("10010010", "壹仟零壹万零壹拾元整"),
            ("100000000", "壹亿元整"),
            ("100010000", "壹亿零壹万元整"),
            ("100005000", "壹亿零伍仟元整"),
            ("1010000000", "壹拾亿壹仟万元整"),
            ("1000000000000", "壹万亿元整"),
            ("1000100000000", "壹万零壹亿元整"),
            ("1000000010000", "壹万亿零壹万元整"),
            ("9999999999999.99", "玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
            ("10000000000000", "壹拾万亿元整"),
        ] {
            assert_eq!(capitals(figures), expected, "{figures}");
        }
    }

    #[test]
    fn figures_are_read_strictly() {
        for (text, fen) in
            [("0", 0), ("0.1", 10), ("0.01", 1), ("486350.00", 48_635_000), ("10000000000000.00", MAX_FEN)]
        {
            assert_eq!(Money::parse_yuan(text).map(Money::fen), Ok(fen), "{text}");
        }
        for (text, error) in [
            ("", MoneyError::Format),
            (".5", MoneyError::Format),
            ("1.", MoneyError::Format),
            ("+1", MoneyError::Format),
            ("1e3", MoneyError::Format),
            ("1,000", MoneyError::Format),
            ("01", MoneyError::Format),
            (" 1", MoneyError::Format),
            ("１", MoneyError::Format),
            ("1.2.3", MoneyError::Format),
            ("--1", MoneyError::Format),
            ("NaN", MoneyError::Format),
            ("-1", MoneyError::Negative),
            ("1.000", MoneyError::TooManyDecimals),
            ("10000000000000.01", MoneyError::TooLarge),
            ("99999999999999999999999999", MoneyError::TooLarge),
        ] {
            assert_eq!(Money::parse_yuan(text), Err(error), "{text}");
        }
    }

    #[test]
    fn printing_separates_thousands() {
        for (fen, text) in
            [(0, "0.00"), (5, "0.05"), (99_999, "999.99"), (100_000, "1,000.00"), (48_635_000, "486,350.00")]
        {
            assert_eq!(Money::from_fen(fen).unwrap().to_string(), text);
        }
    }

    #[test]
    fn json_is_whole_fen_within_bounds() {
        assert_eq!(serde_json::to_string(&Money::from_fen(123).unwrap()).unwrap(), "123");
        for wrong in ["-1", "1.5", "\"1\"", "1000000000000001"] {
            assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sums_beyond_the_bound_are_refused() {
        let most = Money::from_fen(MAX_FEN).unwrap();
        assert_eq!(most.plus(Money::from_fen(1).unwrap()), Err(MoneyError::TooLarge));
        assert_eq!(most.plus(Money::ZERO), Ok(most));
    }

    /// An independent spelling by place: each digit is asked alone whether a 零 stands before it.
    fn capitals_by_place(yuan: i64) -> String {
        let digit = |place: u32| (yuan / 10i64.pow(place) % 10) as usize;
        let mut text = String::new();
        for place in (0..14).rev() {
            let above = yuan / 10i64.pow(place + 1);
            if digit(place) > 0 {
                // Behind 亿 or 万 a single missing digit of the part before is not spoken, unless all of 万 is missing.
                let silent = place == 7 || place == 11 || (place == 3 && yuan / 10_000 % 10_000 > 0);
                if above > 0 && digit(place + 1) == 0 && !silent {
                    text.push('零');
                }
                text.push(DIGITS[digit(place)]);
                text.push_str(["", "拾", "佰", "仟"][place as usize % 4]);
            }
            if (place == 4 && yuan / 10_000 % 10_000 > 0) || (place == 12 && yuan >= 1_000_000_000_000) {
                text.push('万');
            }
            if place == 8 && yuan >= 100_000_000 {
                text.push('亿');
            }
        }
        text
    }

    /// Reads capitals back by a third route, so that a wrong spelling cannot agree with itself.
    fn read_capitals(text: &str) -> i64 {
        let (mut total, mut section, mut digit) = (0i64, 0i64, 0i64);
        let mut fen = 0i64;
        for character in text.chars() {
            match character {
                '拾' | '佰' | '仟' => {
                    section += digit * [10, 100, 1000]["拾佰仟".chars().position(|c| c == character).unwrap()];
                    digit = 0;
                }
                '万' => {
                    total += (section + digit) * 10_000;
                    (section, digit) = (0, 0);
                }
                '亿' => {
                    total = (total + section + digit) * 100_000_000;
                    (section, digit) = (0, 0);
                }
                '元' => {
                    total += section + digit;
                    (section, digit) = (0, 0);
                }
                '角' => {
                    fen += digit * 10;
                    digit = 0;
                }
                '分' => {
                    fen += digit;
                    digit = 0;
                }
                '整' => {}
                other => digit = DIGITS.iter().position(|c| *c == other).unwrap() as i64,
            }
        }
        total * 100 + fen
    }

    proptest! {
        #[test]
        fn capitals_say_exactly_the_amount(digits in 1u32..16, seed in any::<i64>(), mask in any::<u16>()) {
            // Amounts with many zeros are the hard ones: blank digits by a mask.
            let mut fen = seed.rem_euclid(10i64.pow(digits));
            for place in 0..16 {
                if mask >> place & 1 == 1 {
                    let unit = 10i64.pow(place);
                    fen -= fen / unit % 10 * unit;
                }
            }
            let text = Money::from_fen(fen).unwrap().to_capitals();
            prop_assert_eq!(read_capitals(&text), fen, "{}", &text);
            prop_assert!(!text.contains("零零") && !text.contains("零万") && !text.contains("零亿") && !text.contains("零仟"), "{}", text);
        }

        #[test]
        fn whole_yuan_agree_with_a_spelling_by_place(digits in 1u32..14, seed in any::<i64>(), mask in any::<u16>()) {
            let mut yuan = seed.rem_euclid(10i64.pow(digits));
            for place in 0..13 {
                if mask >> place & 1 == 1 {
                    let unit = 10i64.pow(place);
                    yuan -= yuan / unit % 10 * unit;
                }
            }
            prop_assume!(yuan > 0);
            let text = Money::from_fen(yuan * 100).unwrap().to_capitals();
            prop_assert_eq!(text, capitals_by_place(yuan) + "元整");
        }

        #[test]
        fn figures_survive_writing_and_reading(fen in 0..=MAX_FEN) {
            let money = Money::from_fen(fen).unwrap();
            prop_assert_eq!(Money::parse_yuan(&money.to_decimal()), Ok(money));
            prop_assert_eq!(Money::parse_yuan(&money.to_string().replace(',', "")), Ok(money));
        }

        #[test]
        fn no_text_makes_reading_panic(text in ".{0,30}") {
            let _ = Money::parse_yuan(&text);
        }
    }
}
