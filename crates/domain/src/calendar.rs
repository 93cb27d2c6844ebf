//! Days, working days and the periods that the law counts with them.
//!
//! A day is a day in China (UTC+8, no summer time since 1991). Periods follow the Civil Code: the first day is not
//! counted (art. 201); a period whose last day is a day of rest ends on the next working day, at 24:00 (art. 203).
//! Which days are worked is decided each year by the State Council, make-up workdays included, so it is data
//! (`calendar/working_days.toml`), not arithmetic.

mod date;
mod working_days;

pub use date::{Date, DateError, Weekday};
pub use working_days::{Deadline, WorkingDays, WorkingDaysError};
