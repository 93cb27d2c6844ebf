//! Numbers that the law sets, as dated tables (`law.toml`): a rule that changes gets a new table, never new code.

use crate::calendar::{Date, Deadline, WorkingDays};
use crate::quantity::Decimal;
use std::sync::LazyLock;

const BUNDLED: &str = include_str!("law.toml");

/// Why tables of legal numbers cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LawError {
    /// Code `law.format`: not the expected TOML.
    #[error("the tables of legal numbers cannot be read: {0}")]
    Format(String),
    /// Code `law.order`: no table, or two that do not follow each other in time.
    #[error("the tables of legal numbers must follow each other in time")]
    Order,
}

/// The numbers in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// The first day on which the numbers hold.
    pub from: Date,
    /// Natural days from the award notice to signing (政府采购法 art. 46).
    pub sign_within_days: u16,
    /// Working days from signing to filing (政府采购法 art. 47).
    pub file_within_working_days: u16,
    /// Working days from signing to publication (政府采购法实施条例 art. 50).
    pub publish_within_working_days: u16,
    /// Highest performance bond, share of the contract amount (政府采购法实施条例 art. 48).
    pub performance_bond_max: Decimal,
    /// Highest sum of supplements, share of the original amount (政府采购法 art. 49).
    pub supplement_max: Decimal,
    /// Longest usual period of services, years (财库〔2014〕37号).
    pub services_max_years: u16,
}

impl RuleTable {
    /// The last day for signing after an award notice was issued.
    pub fn sign_deadline(&self, notice_issued_on: Date, calendar: &WorkingDays) -> Deadline {
        calendar.natural_days_after(notice_issued_on, self.sign_within_days)
    }

    /// The last day for filing after signing.
    pub fn filing_deadline(&self, signed_on: Date, calendar: &WorkingDays) -> Deadline {
        calendar.working_days_after(signed_on, self.file_within_working_days)
    }

    /// The last day for publication after signing.
    pub fn publication_deadline(&self, signed_on: Date, calendar: &WorkingDays) -> Deadline {
        calendar.working_days_after(signed_on, self.publish_within_working_days)
    }
}

/// All dated tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTables {
    /// At least one, in order of time.
    tables: Vec<RuleTable>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    table: Vec<RuleTable>,
}

impl RuleTables {
    /// The tables that ship with the product.
    pub fn bundled() -> &'static Self {
        #[expect(clippy::expect_used, reason = "the tables are part of the program and a test reads them")]
        static TABLES: LazyLock<RuleTables> =
            LazyLock::new(|| RuleTables::parse(BUNDLED).expect("the bundled tables are valid"));
        &TABLES
    }

    /// Reads tables (TOML: `[[table]]` in order of `from`).
    ///
    /// # Errors
    /// [`LawError`].
    pub fn parse(text: &str) -> Result<Self, LawError> {
        let file: File = toml::from_str(text).map_err(|error| LawError::Format(error.to_string()))?;
        let in_order = file.table.windows(2).all(|pair| pair[0].from < pair[1].from);
        if file.table.is_empty() || !in_order {
            return Err(LawError::Order);
        }
        Ok(Self { tables: file.table })
    }

    /// The table in force on a day; before the first, the first.
    pub fn in_force(&self, day: Date) -> &RuleTable {
        let after = self.tables.partition_point(|table| table.from <= day);
        &self.tables[after.saturating_sub(1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn the_table_of_the_day_is_in_force() {
        let later =
            BUNDLED.replace("2015-03-01", "2030-01-01").replace("sign_within_days = 30", "sign_within_days = 20");
        let tables = RuleTables::parse(&format!("{BUNDLED}\n{later}")).unwrap();
        assert_eq!(tables.in_force(day("2029-12-31")).sign_within_days, 30);
        assert_eq!(tables.in_force(day("2030-01-01")).sign_within_days, 20);
        assert_eq!(tables.in_force(day("1990-01-01")).sign_within_days, 30);
        assert_eq!(RuleTables::parse(&format!("{later}\n{BUNDLED}")), Err(LawError::Order));
        assert!(matches!(RuleTables::parse(""), Err(LawError::Format(_))));
    }

    #[test]
    fn the_three_clocks_of_procurement_law_run() {
        let (rules, calendar) = (RuleTables::bundled().in_force(day("2025-03-18")), WorkingDays::bundled());
        assert_eq!(rules.sign_deadline(day("2025-03-18"), calendar).last_day, day("2025-04-17"));
        assert_eq!(rules.filing_deadline(day("2025-04-03"), calendar).last_day, day("2025-04-15"));
        assert_eq!(rules.publication_deadline(day("2025-04-03"), calendar).last_day, day("2025-04-08"));
    }
}
