use super::{Date, DateError, Weekday};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The table that ships with the product.
const BUNDLED: &str = include_str!("working_days.toml");

/// Days in a year of the table that may be listed; more is a mistake.
const MAX_DAYS_PER_YEAR: usize = 120;

/// Why a table of working days cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkingDaysError {
    /// Code `working_days.format`: not the expected TOML.
    #[error("the table of working days cannot be read: {0}")]
    Format(String),
    /// Code `working_days.date`: a day or range is not valid.
    #[error("{text:?} in the table of working days is not a day or a range of days: {source}")]
    Date {
        /// What stands in the table.
        text: String,
        /// What is wrong with it.
        source: DateError,
    },
    /// Code `working_days.range`: a range ends before it begins, leaves its year, is too long, or a day stands twice.
    #[error("{0:?} in the table of working days does not fit its year")]
    Range(String),
    /// Code `working_days.year_twice`: a year stands twice.
    #[error("the year {0} stands twice in the table of working days")]
    YearTwice(i32),
}

/// The last day of a legal period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deadline {
    /// The last day; the period ends with it, at 24:00 in China.
    pub last_day: Date,
    /// Whether the period touches a year whose working days have not been announced, so that the day may yet move.
    pub provisional: bool,
}

impl Deadline {
    /// Whether the period is over at a moment (microseconds UTC).
    pub const fn is_over(&self, now_micros: i64) -> bool {
        now_micros >= self.last_day.end_micros()
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    year: Vec<YearTable>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct YearTable {
    year: i32,
    #[expect(dead_code, reason = "every year names the announcement it was taken from, for those who check the table")]
    source: String,
    rest: Vec<String>,
    worked: Vec<String>,
}

#[derive(Debug)]
struct Year {
    rest: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

/// Which days are worked, year by year.
#[derive(Debug)]
pub struct WorkingDays {
    years: BTreeMap<i32, Year>,
}

impl WorkingDays {
    /// The table that ships with the product.
    pub fn bundled() -> &'static Self {
        #[expect(clippy::expect_used, reason = "the table is part of the program and a test reads it")]
        static TABLE: LazyLock<WorkingDays> =
            LazyLock::new(|| WorkingDays::parse(BUNDLED).expect("the bundled table is valid"));
        &TABLE
    }

    /// Reads a table (TOML: `[[year]]` with `year`, `source`, `rest`, `worked`).
    ///
    /// # Errors
    /// [`WorkingDaysError`].
    pub fn parse(text: &str) -> Result<Self, WorkingDaysError> {
        let table: Table = toml::from_str(text).map_err(|error| WorkingDaysError::Format(error.to_string()))?;
        let mut years = BTreeMap::new();
        for entry in table.year {
            let year = Year { rest: days(&entry.rest, entry.year)?, worked: days(&entry.worked, entry.year)? };
            if let Some(both) = year.rest.intersection(&year.worked).next() {
                return Err(WorkingDaysError::Range(both.to_string()));
            }
            if years.insert(entry.year, year).is_some() {
                return Err(WorkingDaysError::YearTwice(entry.year));
            }
        }
        Ok(Self { years })
    }

    /// Whether the working days of a year have been announced.
    pub fn covers(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// Whether a day is worked. In a year that is not covered: weekdays, except the holidays of fixed date
    /// (1 January, 1 and 2 May, 1 to 3 October).
    pub fn is_worked(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let (year, month, of_month) = day.parts();
        match self.years.get(&year) {
            Some(year) => year.worked.contains(&day) || !(weekend || year.rest.contains(&day)),
            None => !weekend && !matches!((month, of_month), (1, 1) | (5, 1 | 2) | (10, 1..=3)),
        }
    }

    /// This day if it is worked, else the next one that is.
    pub fn roll(&self, day: Date) -> Date {
        let mut day = day;
        // No table rests for more days than a year may list; the bound makes the end of the calendar harmless.
        for _ in 0..MAX_DAYS_PER_YEAR * 2 {
            if self.is_worked(day) {
                break;
            }
            day = day.plus_days(1);
        }
        day
    }

    /// How many working days follow a day up to and with another; negative where that one lies before it.
    pub fn working_days_between(&self, after: Date, until: Date) -> i32 {
        let (first, last, sign) = if after <= until { (after, until, 1) } else { (until, after, -1) };
        // Ten years are more than any period of the law; the bound keeps far days harmless.
        let days = first.days_until(last).min(3660);
        let worked = (1..=days).filter(|offset| self.is_worked(first.plus_days(*offset))).count();
        sign * i32::try_from(worked).unwrap_or(i32::MAX)
    }

    /// A period of natural days from an event: the day of the event is not counted (Civil Code art. 201), and a last day
    /// of rest moves to the next working day (art. 203).
    pub fn natural_days_after(&self, event: Date, days: u16) -> Deadline {
        let last_day = self.roll(event.plus_days(i32::from(days)));
        Deadline { last_day, provisional: !self.covers(last_day.parts().0) }
    }

    /// A period of working days from an event; the day of the event is not counted.
    pub fn working_days_after(&self, event: Date, days: u16) -> Deadline {
        let mut last_day = event;
        for _ in 0..days {
            last_day = self.roll(last_day.plus_days(1));
        }
        let first_year = event.parts().0;
        let last_year = last_day.parts().0;
        Deadline { last_day, provisional: (first_year..=last_year).any(|year| !self.covers(year)) }
    }
}

fn days(ranges: &[String], year: i32) -> Result<BTreeSet<Date>, WorkingDaysError> {
    let mut set = BTreeSet::new();
    for text in ranges {
        let wrong = |source| WorkingDaysError::Date { text: text.clone(), source };
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        let (first, last) = (Date::parse(first).map_err(wrong)?, Date::parse(last).map_err(wrong)?);
        if first > last || first.parts().0 != year || last.parts().0 != year {
            return Err(WorkingDaysError::Range(text.clone()));
        }
        for offset in 0..=first.days_until(last) {
            if !set.insert(first.plus_days(offset)) || set.len() > MAX_DAYS_PER_YEAR {
                return Err(WorkingDaysError::Range(text.clone()));
            }
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn make_up_workdays_are_worked_and_holidays_are_not() {
        let table = WorkingDays::bundled();
        for (text, worked) in [
            ("2025-01-26", true),
            ("2025-01-27", true),
            ("2025-01-28", false),
            ("2025-02-05", true),
            ("2025-02-08", true),
            ("2025-10-08", false),
            ("2025-10-11", true),
            ("2025-03-22", false),
            ("2026-02-14", true),
            ("2026-02-23", false),
            ("2026-02-24", true),
        ] {
            assert_eq!(table.is_worked(day(text)), worked, "{text}");
        }
    }

    /// Every announced rest block lies in its year, and no make-up workday falls on an ordinary weekday.
    #[test]
    fn the_bundled_table_is_consistent() {
        for (number, year) in &WorkingDays::bundled().years {
            for make_up in &year.worked {
                assert!(matches!(make_up.weekday(), Weekday::Saturday | Weekday::Sunday), "{make_up}");
            }
            let first = Date::new(*number, 1, 1).unwrap();
            let worked = (0..366).map(|n| first.plus_days(n)).filter(|d| d.parts().0 == *number);
            let worked = worked.filter(|d| WorkingDays::bundled().is_worked(*d)).count();
            assert!((247..=252).contains(&worked), "{number}: {worked} working days");
        }
    }

    #[test]
    fn working_days_between_two_days_skip_rest() {
        let table = WorkingDays::bundled();
        // Thursday 3 April 2025 to Tuesday 8 April: 清明 on Friday, then the weekend.
        assert_eq!(table.working_days_between(day("2025-04-03"), day("2025-04-08")), 2);
        assert_eq!(table.working_days_between(day("2025-04-08"), day("2025-04-03")), -2);
        assert_eq!(table.working_days_between(day("2025-04-08"), day("2025-04-08")), 0);
    }

    #[test]
    fn natural_days_skip_the_first_day_and_roll_off_a_day_of_rest() {
        let table = WorkingDays::bundled();
        // Tuesday 18 March 2025 + 30 is Thursday 17 April.
        assert_eq!(table.natural_days_after(day("2025-03-18"), 30).last_day, day("2025-04-17"));
        // + 30 is Friday 4 April 2025, 清明: the period ends on Monday 7 April.
        assert_eq!(table.natural_days_after(day("2025-03-05"), 30).last_day, day("2025-04-07"));
        // + 30 is Saturday 8 February 2025, a make-up workday: no roll.
        assert_eq!(table.natural_days_after(day("2025-01-09"), 30).last_day, day("2025-02-08"));
    }

    #[test]
    fn working_days_count_over_the_long_holidays() {
        let table = WorkingDays::bundled();
        // 28 September 2025 is a worked Sunday; the holidays last until 8 October; 11 October is a worked Saturday.
        let deadline = table.working_days_after(day("2025-09-27"), 7);
        assert_eq!(deadline, Deadline { last_day: day("2025-10-13"), provisional: false });
        assert_eq!(table.working_days_after(day("2025-06-05"), 2).last_day, day("2025-06-09"));
    }

    #[test]
    fn a_year_that_is_not_announced_is_said_to_be_provisional() {
        let table = WorkingDays::bundled();
        assert!(table.working_days_after(day("2026-12-30"), 7).provisional);
        assert!(!table.is_worked(day("2099-10-01")));
        assert!(table.natural_days_after(day("2999-12-31"), 30).provisional);
    }

    #[test]
    fn a_deadline_ends_at_midnight_in_china() {
        let deadline = WorkingDays::bundled().natural_days_after(day("2025-03-18"), 30);
        assert!(!deadline.is_over(day("2025-04-18").start_micros() - 1));
        assert!(deadline.is_over(day("2025-04-18").start_micros()));
    }

    #[test]
    fn a_wrong_table_is_refused() {
        let year = |rest: &str, worked: &str| {
            WorkingDays::parse(&format!("[[year]]\nyear = 2025\nsource = \"x\"\nrest = [{rest}]\nworked = [{worked}]"))
        };
        assert!(year("\"2025-01-01\"", "").is_ok());
        assert!(matches!(year("\"2025-02-30\"", ""), Err(WorkingDaysError::Date { .. })));
        for range in [
            "\"2025-01-05/2025-01-01\"",
            "\"2024-12-31\"",
            "\"2025-01-01/2025-12-31\"",
            "\"2025-01-01\", \"2025-01-01\"",
        ] {
            assert!(matches!(year(range, ""), Err(WorkingDaysError::Range(_))), "{range}");
        }
        assert!(matches!(year("\"2025-01-04\"", "\"2025-01-04\""), Err(WorkingDaysError::Range(_))));
        assert!(matches!(WorkingDays::parse("year = 1"), Err(WorkingDaysError::Format(_))));
    }
}
