use std::fmt;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// China Standard Time is eight hours ahead of UTC.
const CHINA_OFFSET_MICROS: i64 = 8 * 3_600_000_000;

/// Why a text or number is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DateError {
    /// Code `date.format`: not `YYYY-MM-DD`.
    #[error("a date is written YYYY-MM-DD")]
    Format,
    /// Code `date.not_real`: the calendar has no such day.
    #[error("there is no such day")]
    NotReal,
    /// Code `date.out_of_range`: outside the years 1800 to 2999.
    #[error("the year must lie between 1800 and 2999")]
    OutOfRange,
}

impl DateError {
    /// The stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Format => "date.format",
            Self::NotReal => "date.not_real",
            Self::OutOfRange => "date.out_of_range",
        }
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the days of the week say themselves")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// A day of the Gregorian calendar between 1800-01-01 and 2999-12-31, as counted in China; in JSON `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

impl Date {
    const FIRST: i32 = -62_091;
    const LAST: i32 = 376_199;

    /// Makes a day from year, month (1-12) and day (1-31).
    ///
    /// # Errors
    /// [`DateError::NotReal`], [`DateError::OutOfRange`].
    pub fn new(year: i32, month: u32, day: u32) -> Result<Self, DateError> {
        if !(1800..=2999).contains(&year) {
            return Err(DateError::OutOfRange);
        }
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return Err(DateError::NotReal);
        }
        // Days since 0000-03-01 of the proleptic calendar, with the year beginning in March so that the leap day is last.
        let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let era = shifted_year / 400;
        let year_of_era = shifted_year % 400;
        let day_of_year = (153 * shifted_month as i32 + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Ok(Self { days: era * 146_097 + day_of_era - 719_468 })
    }

    /// Reads `YYYY-MM-DD`, strictly.
    ///
    /// # Errors
    /// [`DateError`].
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(DateError::Format);
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0u32, |sum, byte| {
                byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')).ok_or(DateError::Format)
            })
        };
        Self::new(number(0..4)? as i32, number(5..7)?, number(8..10)?)
    }

    /// The day in China at a moment (microseconds UTC); moments beyond the calendar's bounds give its first or last day.
    pub fn at(micros: i64) -> Self {
        let days = micros.saturating_add(CHINA_OFFSET_MICROS).div_euclid(MICROS_PER_DAY);
        Self { days: days.clamp(i64::from(Self::FIRST), i64::from(Self::LAST)) as i32 }
    }

    /// The moment at which the day begins in China, microseconds UTC.
    pub const fn start_micros(self) -> i64 {
        self.days as i64 * MICROS_PER_DAY - CHINA_OFFSET_MICROS
    }

    /// The moment at which the day ends in China (24:00), microseconds UTC.
    pub const fn end_micros(self) -> i64 {
        self.start_micros() + MICROS_PER_DAY
    }

    /// The day so many days later (or earlier), held inside the calendar's bounds.
    pub fn plus_days(self, days: i32) -> Self {
        Self { days: self.days.saturating_add(days).clamp(Self::FIRST, Self::LAST) }
    }

    /// How many days `later` comes after this day; negative if before.
    pub const fn days_until(self, later: Self) -> i32 {
        later.days - self.days
    }

    /// Year, month (1-12), day (1-31).
    pub const fn parts(self) -> (i32, u32, u32) {
        let shifted = self.days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year_of_era, month + 3) } else { (year_of_era + 1, month - 9) };
        (era * 400 + year, month as u32, day as u32)
    }

    /// The day of the week.
    pub const fn weekday(self) -> Weekday {
        match (self.days + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// How a Chinese contract writes it: 2025年3月18日.
    pub fn to_chinese(self) -> String {
        let (year, month, day) = self.parts();
        format!("{year}年{month}月{day}日")
    }
}

const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(out, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl std::str::FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        Self::parse(text)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_twelve_centuries_follows_the_one_before() {
        let mut date = Date::new(1800, 1, 1).unwrap();
        assert_eq!(date.days, Date::FIRST);
        let last = Date::new(2999, 12, 31).unwrap();
        assert_eq!(last.days, Date::LAST);
        let (mut year, mut month, mut day) = (1800, 1, 1);
        while date < last {
            date = date.plus_days(1);
            day += 1;
            if day > days_in_month(year, month) {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
            assert_eq!(date.parts(), (year, month, day));
            assert_eq!(Date::new(year, month, day), Ok(date));
        }
        assert_eq!(last.plus_days(1), last);
    }

    #[test]
    fn reading_is_strict() {
        for (text, error) in [
            ("", DateError::Format),
            ("2025-3-18", DateError::Format),
            ("2025/03/18", DateError::Format),
            ("2025-03-1八", DateError::Format),
            ("2025-02-29", DateError::NotReal),
            ("2025-13-01", DateError::NotReal),
            ("2025-00-10", DateError::NotReal),
            ("2025-04-31", DateError::NotReal),
            ("0001-01-01", DateError::OutOfRange),
        ] {
            assert_eq!(Date::parse(text), Err(error), "{text}");
        }
        assert_eq!(Date::parse("2024-02-29").unwrap().to_chinese(), "2024年2月29日");
    }

    #[test]
    fn a_moment_belongs_to_the_day_in_china() {
        // 2025-03-18T15:59:59.999999Z is still the 18th in China, one microsecond later it is the 19th.
        let day = Date::parse("2025-03-18").unwrap();
        assert_eq!(Date::at(day.end_micros() - 1), day);
        assert_eq!(Date::at(day.end_micros()), day.plus_days(1));
        assert_eq!(day.start_micros(), 1_742_227_200_000_000);
        assert_eq!(Date::at(i64::MIN).parts().0, 1800);
        assert_eq!(Date::at(i64::MAX).parts().0, 2999);
        assert_eq!(day.weekday(), Weekday::Tuesday);
    }
}
