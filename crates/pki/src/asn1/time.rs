//! Calendar time in certificates: UTCTime and GeneralizedTime to and from microseconds UTC.

use super::Asn1Error;

/// Microseconds in a second; all times in this crate are microseconds UTC since 1970-01-01.
pub const MICROS_PER_SECOND: i64 = 1_000_000;

const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time split into the fields of the proleptic Gregorian calendar, UTC.
pub(super) struct Civil {
    pub year: i64,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub micros: u32,
}

impl Civil {
    pub(super) const fn from_micros(micros_utc: i64) -> Self {
        let seconds = micros_utc.div_euclid(MICROS_PER_SECOND);
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let in_day = seconds.rem_euclid(SECONDS_PER_DAY);
        // Days to civil date over 400-year eras that begin on 1 March, so that the leap day comes last.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self {
            year: year_of_era + era * 400 + (month <= 2) as i64,
            month: month as u8,
            day: (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8,
            hour: (in_day / 3_600) as u8,
            minute: (in_day / 60 % 60) as u8,
            second: (in_day % 60) as u8,
            micros: micros_utc.rem_euclid(MICROS_PER_SECOND) as u32,
        }
    }

    /// `None` if the fields name no real moment.
    const fn to_micros(&self) -> Option<i64> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let last_day = match self.month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if self.day == 0 || self.day > last_day || self.hour > 23 || self.minute > 59 || self.second > 59 {
            return None;
        }
        let year = self.year - (self.month <= 2) as i64;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = (self.month as i64 + 9) % 12;
        let day_of_year = (153 * shifted_month + 2) / 5 + self.day as i64 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * 146_097 + day_of_era - 719_468;
        let seconds = days * SECONDS_PER_DAY + self.hour as i64 * 3_600 + self.minute as i64 * 60 + self.second as i64;
        Some(seconds * MICROS_PER_SECOND + self.micros as i64)
    }
}

/// Reads `YYMMDDHHMMSSZ` (RFC 5280 4.1.2.5.1: years 50 to 99 are 1950 to 1999) into microseconds UTC.
///
/// # Errors
/// [`Asn1Error::Value`] if the form differs or names no real moment.
pub fn parse_utc_time(text: &[u8]) -> Result<i64, Asn1Error> {
    let bad = Asn1Error::Value("UTCTime");
    let fields = text.strip_suffix(b"Z").filter(|fields| fields.len() == 12).ok_or(bad)?;
    let short = two_digits(fields, 0).ok_or(bad)?;
    let year = if short >= 50 { 1900 + i64::from(short) } else { 2000 + i64::from(short) };
    civil(year, &fields[2..], 0).ok_or(bad)
}

/// Reads `YYYYMMDDHHMMSS[.f…]Z` into microseconds UTC; digits below the microsecond are cut off.
///
/// # Errors
/// [`Asn1Error::Value`] if the form differs (no local times, no comma) or names no real moment.
pub fn parse_generalized_time(text: &[u8]) -> Result<i64, Asn1Error> {
    let bad = Asn1Error::Value("GeneralizedTime");
    let fields = text.strip_suffix(b"Z").ok_or(bad)?;
    let (fields, fraction) = match fields.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&fields[..dot], &fields[dot + 1..]),
        None => (fields, &b"0"[..]),
    };
    if fields.len() != 14 || fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return Err(bad);
    }
    let micros =
        (0..6).fold(0u32, |micros, index| micros * 10 + fraction.get(index).map_or(0, |digit| u32::from(digit - b'0')));
    let century = two_digits(fields, 0).ok_or(bad)?;
    let short = two_digits(fields, 2).ok_or(bad)?;
    civil(i64::from(century) * 100 + i64::from(short), &fields[4..], micros).ok_or(bad)
}

/// `rest` is `MMDDHHMMSS`.
fn civil(year: i64, rest: &[u8], micros: u32) -> Option<i64> {
    Civil {
        year,
        month: two_digits(rest, 0)?,
        day: two_digits(rest, 2)?,
        hour: two_digits(rest, 4)?,
        minute: two_digits(rest, 6)?,
        second: two_digits(rest, 8)?,
        micros,
    }
    .to_micros()
}

fn two_digits(text: &[u8], at: usize) -> Option<u8> {
    match text.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_are_read_and_impossible_ones_refused() {
        assert_eq!(parse_utc_time(b"700101000000Z"), Ok(0));
        assert_eq!(parse_utc_time(b"491231235959Z"), Ok(2_524_607_999 * MICROS_PER_SECOND));
        assert_eq!(parse_utc_time(b"500101000000Z"), Ok(-631_152_000 * MICROS_PER_SECOND));
        assert_eq!(parse_generalized_time(b"20240229120000.25Z"), Ok(1_709_208_000_250_000));
        for bad in
            [&b"20230229000000Z"[..], b"20241301000000Z", b"20240101240000Z", b"20240101000000", b"20240101000000.Z"]
        {
            assert_eq!(parse_generalized_time(bad), Err(Asn1Error::Value("GeneralizedTime")));
        }
        assert!(parse_utc_time(b"2401010000Z").is_err());
        assert!(parse_utc_time(b"240101000000+0800").is_err());
    }

    #[test]
    fn every_day_of_four_centuries_survives_the_round_trip() {
        for day in -10_000..140_000i64 {
            let micros = (day * SECONDS_PER_DAY + 3_661) * MICROS_PER_SECOND + 7;
            assert_eq!(Civil::from_micros(micros).to_micros(), Some(micros));
        }
    }
}
