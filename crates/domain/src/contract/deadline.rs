//! The clocks of a contract: until when it should be signed, filed and published, and when the time for signing runs out.

use crate::calendar::{Date, Deadline, WorkingDays};
use crate::contract::profile::Profile;
use crate::contract::state::Contract;
use crate::law::RuleTables;

impl Contract {
    /// The last day for signing (采购法 art. 46): days from the issue of the award notice; none where nothing counts from one.
    pub fn signing_deadline(&self, profile: &Profile, law: &RuleTables, calendar: &WorkingDays) -> Option<Deadline> {
        let rule = profile.deadline.as_ref()?;
        let issued_on = self.award_notice_on?;
        let days = rule.days.unwrap_or(law.in_force(issued_on).sign_within_days);
        Some(calendar.natural_days_after(issued_on, days))
    }

    /// The last day for filing (采购法 art. 47): working days from signing; none before, or where nothing is filed.
    pub fn filing_deadline(&self, profile: &Profile, law: &RuleTables, calendar: &WorkingDays) -> Option<Deadline> {
        let rule = profile.filing.as_ref()?;
        let signed_on = self.signed_on()?;
        let days = rule.within_working_days.unwrap_or(law.in_force(signed_on).file_within_working_days);
        Some(calendar.working_days_after(signed_on, days))
    }

    /// The last day for publication (实施条例 art. 50): working days from signing; none before, or where nothing is published.
    pub fn notice_deadline(&self, profile: &Profile, law: &RuleTables, calendar: &WorkingDays) -> Option<Deadline> {
        let rule = profile.notice.as_ref()?;
        let signed_on = self.signed_on()?;
        let days = rule.within_working_days.unwrap_or(law.in_force(signed_on).publish_within_working_days);
        Some(calendar.working_days_after(signed_on, days))
    }
}

/// When the time for signing a text that is frozen now runs out, microseconds UTC.
pub(super) fn signing_expires_at(profile: &Profile, calendar: &WorkingDays, frozen_at: i64) -> Option<i64> {
    let days = profile.signing.expires_after_days?;
    Some(calendar.natural_days_after(Date::at(frozen_at), days).last_day.end_micros())
}
