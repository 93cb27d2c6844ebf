//! From a JSON tree to typed values, noting every fault on the way instead of stopping at the first.

use super::fault::{Faults, Problem};
use super::json::Json;
use crate::calendar::{Date, DateError};
use crate::identifiers::{UnifiedSocialCreditCode, UsccError};
use crate::money::{Money, MoneyError};
use crate::organisation::NAME_CHARACTERS;
use crate::quantity::{Decimal, DecimalError};
use crate::text::{is_invisible, name_characters};

const TEXT: (&str, &str) = ("字符串", "a string");
const DECIMAL: (&str, &str) = ("字符串形式的十进制数", "a decimal number as a string");
const INTEGER: (&str, &str) = ("整数", "a whole number");

/// Notes faults and unknown members while values are taken out of the tree.
pub(super) struct Reader<'a> {
    pub(super) faults: Faults,
    /// Members that this version does not know.
    pub(super) ignored: Vec<String>,
    pub(super) unprintable: &'a dyn Fn(&str) -> Vec<char>,
}

/// The members of one object, `null` members left out.
pub(super) struct Members<'a> {
    path: String,
    members: Vec<(&'a str, &'a Json)>,
}

impl<'a> Members<'a> {
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Json> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

impl Reader<'_> {
    /// The members of an object; anything else is a fault. `known` are the names that this object may have.
    pub(super) fn object<'j>(
        &mut self,
        json: &'j Json,
        path: String,
        known: &'static [&'static str],
    ) -> Option<Members<'j>> {
        let Json::Object(entries) = json else {
            self.faults.push(path, Problem::WrongType { expected: ("对象", "an object"), found: json.kind() });
            return None;
        };
        let mut members = Members { path, members: Vec::with_capacity(entries.len()) };
        for (name, value) in entries {
            let at = members.path(name);
            if members.members.iter().any(|(earlier, _)| earlier == name) {
                self.faults.push(at, Problem::DuplicateMember);
                continue;
            }
            if !known.contains(&name.as_str()) {
                match known.iter().find(|candidate| looks_like(name, candidate)) {
                    Some(known) => self.faults.push(at, Problem::Misspelt { known }),
                    None if self.ignored.len() < super::fault::MAX_FAULTS => self.ignored.push(at),
                    None => {}
                }
            }
            members.members.push((name, value));
        }
        members.members.retain(|(_, value)| **value != Json::Null);
        Some(members)
    }

    /// A required member.
    pub(super) fn required<'j>(&mut self, members: &Members<'j>, name: &str) -> Option<&'j Json> {
        let found = members.get(name);
        if found.is_none() {
            self.faults.push(members.path(name), Problem::Missing);
        }
        found
    }

    /// A text of at most `limit` characters; absent, `null` and blank are the same.
    pub(super) fn text(&mut self, members: &Members<'_>, name: &str, limit: usize) -> Option<String> {
        let json = members.get(name)?;
        let path = members.path(name);
        let Json::Text(text) = json else {
            self.faults.push(path, Problem::WrongType { expected: TEXT, found: json.kind() });
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().count() > limit {
            self.faults.push(path, Problem::TooLong { limit });
            return None;
        }
        if let Some(character) = text.chars().find(|character| is_invisible(*character)) {
            self.faults.push(path, Problem::ControlCharacter { code: u32::from(character) });
            return None;
        }
        let unprintable = (self.unprintable)(text);
        if !unprintable.is_empty() {
            self.faults.push(path, Problem::Unprintable { characters: name_characters(&unprintable) });
            return None;
        }
        Some(text.to_owned())
    }

    /// A text that must be there.
    pub(super) fn required_text(&mut self, members: &Members<'_>, name: &str, limit: usize) -> Option<String> {
        match self.required(members, name)? {
            Json::Text(text) if text.trim().is_empty() => {
                self.faults.push(members.path(name), Problem::EmptyText);
                None
            }
            _ => self.text(members, name, limit),
        }
    }

    /// The registered name of an organisation. One that no seal can carry is a mistake of who pushes it, and found before anybody drafts.
    pub(super) fn party_name(&mut self, members: &Members<'_>) -> Option<String> {
        let name = self.required_text(members, "name", usize::MAX)?;
        let length = name.chars().count();
        if !NAME_CHARACTERS.contains(&length) {
            self.faults.push(members.path("name"), Problem::PartyName { length });
            return None;
        }
        Some(name)
    }

    /// One word of a fixed list.
    pub(super) fn word<T: Copy>(
        &mut self,
        members: &Members<'_>,
        name: &str,
        allowed: &'static [&'static str],
        values: &[T],
    ) -> Option<T> {
        let json = members.get(name)?;
        let path = members.path(name);
        let Json::Text(text) = json else {
            self.faults.push(path, Problem::WrongType { expected: TEXT, found: json.kind() });
            return None;
        };
        if text.is_empty() {
            return None;
        }
        let found = allowed.iter().position(|word| word == text).and_then(|index| values.get(index)).copied();
        if found.is_none() {
            self.faults.push(path, Problem::UnknownValue { allowed });
        }
        found
    }

    pub(super) fn boolean(&mut self, members: &Members<'_>, name: &str) -> Option<bool> {
        match members.get(name)? {
            Json::Bool(value) => Some(*value),
            other => {
                let expected = ("布尔值 true 或 false", "true or false");
                self.faults.push(members.path(name), Problem::WrongType { expected, found: other.kind() });
                None
            }
        }
    }

    /// A whole number between zero and `most`.
    pub(super) fn count(&mut self, members: &Members<'_>, name: &str, most: u32) -> Option<u32> {
        let json = members.get(name)?;
        let path = members.path(name);
        let Json::Integer(number) = json else {
            self.faults.push(path, Problem::WrongType { expected: INTEGER, found: json.kind() });
            return None;
        };
        match u32::try_from(*number) {
            Ok(number) if number <= most => Some(number),
            _ => {
                self.faults.push(path, Problem::NumberRange { least: 0, most: i64::from(most) });
                None
            }
        }
    }

    /// The text of a number; absent, `null` and empty are the same.
    fn number_text<'j>(&mut self, members: &Members<'j>, name: &str) -> Option<&'j str> {
        match members.get(name)? {
            Json::Text(text) if text.is_empty() => None,
            Json::Text(text) => Some(text),
            other => {
                self.faults.push(members.path(name), Problem::WrongType { expected: DECIMAL, found: other.kind() });
                None
            }
        }
    }

    /// An amount in yuan.
    pub(super) fn money(&mut self, members: &Members<'_>, name: &str) -> Option<Money> {
        let text = self.number_text(members, name)?;
        Money::parse_yuan(text)
            .map_err(|error| {
                let (detail_zh, detail_en) = match error {
                    MoneyError::Format => ("不是规范的金额", "it is not a well-formed amount"),
                    MoneyError::Negative => ("金额不能为负", "an amount may not be negative"),
                    MoneyError::TooManyDecimals => ("金额最多两位小数", "an amount has at most two decimals"),
                    MoneyError::TooLarge => ("金额超出系统上限（十万亿元）", "the amount exceeds ten trillion yuan"),
                };
                self.faults.push(members.path(name), Problem::Decimal { code: error.code(), detail_zh, detail_en });
            })
            .ok()
    }

    /// A quantity, unit price or ratio.
    pub(super) fn decimal(&mut self, members: &Members<'_>, name: &str) -> Option<Decimal> {
        let text = self.number_text(members, name)?;
        Decimal::parse(text)
            .map_err(|error| {
                let (detail_zh, detail_en) = match error {
                    DecimalError::Format => ("不是规范的数", "it is not a well-formed number"),
                    DecimalError::Negative => ("不能为负", "it may not be negative"),
                    DecimalError::TooManyDecimals => ("最多六位小数", "it has at most six decimals"),
                    DecimalError::TooLarge => ("整数部分最多十二位", "it has at most twelve digits before the point"),
                };
                self.faults.push(members.path(name), Problem::Decimal { code: error.code(), detail_zh, detail_en });
            })
            .ok()
    }

    /// A decimal number from 0 to 1.
    pub(super) fn ratio(&mut self, members: &Members<'_>, name: &str) -> Option<Decimal> {
        let ratio = self.decimal(members, name)?;
        if ratio > Decimal::ONE {
            self.faults.push(members.path(name), Problem::RatioRange);
            return None;
        }
        Some(ratio)
    }

    pub(super) fn date(&mut self, members: &Members<'_>, name: &str) -> Option<Date> {
        let json = members.get(name)?;
        let path = members.path(name);
        let Json::Text(text) = json else {
            self.faults.push(path, Problem::WrongType { expected: TEXT, found: json.kind() });
            return None;
        };
        if text.is_empty() {
            return None;
        }
        Date::parse(text)
            .map_err(|error| {
                let (detail_zh, detail_en) = match error {
                    DateError::Format => ("日期格式不对", "it is not a well-formed date"),
                    DateError::NotReal => ("没有这一天", "there is no such day"),
                    DateError::OutOfRange => ("年份超出范围", "the year is out of range"),
                };
                self.faults.push(path, Problem::Date { code: error.code(), detail_zh, detail_en });
            })
            .ok()
    }

    pub(super) fn required_date(&mut self, members: &Members<'_>, name: &str) -> Option<Date> {
        match self.required(members, name)? {
            Json::Text(text) if text.is_empty() => {
                self.faults.push(members.path(name), Problem::EmptyText);
                None
            }
            _ => self.date(members, name),
        }
    }

    /// A credit code.
    pub(super) fn uscc(&mut self, members: &Members<'_>, name: &str) -> Option<UnifiedSocialCreditCode> {
        let text = self.text(members, name, 64)?;
        UnifiedSocialCreditCode::parse(&text)
            .map_err(|error| {
                let expected = match error {
                    UsccError::CheckDigit { expected } => Some(expected),
                    UsccError::Length | UsccError::Alphabet => None,
                };
                self.faults.push(members.path(name), Problem::Uscc { code: error.code(), expected });
            })
            .ok()
    }

    /// The elements of an array of at most `limit`, each with its path; absent is empty.
    pub(super) fn array<'j>(&mut self, members: &Members<'j>, name: &str, limit: usize) -> Vec<(String, &'j Json)> {
        let path = members.path(name);
        match members.get(name) {
            None => Vec::new(),
            Some(Json::Array(elements)) if elements.len() > limit => {
                self.faults.push(path, Problem::TooMany { limit });
                Vec::new()
            }
            Some(Json::Array(elements)) => {
                elements.iter().enumerate().map(|(index, element)| (format!("{path}[{index}]"), element)).collect()
            }
            Some(other) => {
                self.faults.push(path, Problem::WrongType { expected: ("数组", "an array"), found: other.kind() });
                Vec::new()
            }
        }
    }
}

/// Whether a name is probably a misspelling: equal but for case and separators, or at most two edits away (one in short
/// names).
fn looks_like(name: &str, known: &str) -> bool {
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
    };
    if name.len() > 64 {
        return false;
    }
    let (left, right) = (plain(name), plain(known));
    let allowed = if right.len() <= 4 { 1 } else { 2 };
    if left.len().abs_diff(right.len()) > allowed || right.len() <= 2 {
        return left == right;
    }
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let cost = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()] <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspellings_are_told_from_other_words() {
        for (name, known, expected) in [
            ("unit_prize", "unit_price", true),
            ("unitPrice", "unit_price", true),
            ("Amount", "amount", true),
            ("ammount", "amount", true),
            ("performance_bonds", "performance_bond", true),
            ("nmae", "name", false),
            ("nme", "name", true),
            ("contact_email", "contact", false),
            ("id", "no", false),
            ("region", "order", false),
        ] {
            assert_eq!(looks_like(name, known), expected, "{name} for {known}");
        }
    }
}
