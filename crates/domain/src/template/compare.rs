//! The award and the draft side by side: what a reviewer reads before he confirms (S0-004, S0-005).

use super::check::{DeviationLevel, deviations};
use super::fill::{awarded, form};
use super::spec::Template;
use super::value::Fields;
use crate::award::Award;

/// One item that the award gives, as it stands in the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The field.
    pub field: String,
    /// The section of the form it stands in.
    pub section: String,
    /// Its name in Chinese.
    pub label_zh: String,
    /// Its name in English.
    pub label_en: String,
    /// What the award says, as printed.
    pub awarded: String,
    /// What the draft says, as printed; none where it says nothing.
    pub drafted: Option<String>,
    /// Whether both say the same.
    pub same: bool,
    /// How much the difference weighs; none where there is none, or the field may be changed freely.
    pub level: Option<DeviationLevel>,
    /// What the difference means, in Chinese; empty where it weighs nothing.
    pub message_zh: String,
    /// What the difference means, in English; empty where it weighs nothing.
    pub message_en: String,
}

/// Every item that the award gives, in the order of the form.
pub fn compare(template: &Template, award: &Award, fields: &Fields) -> Vec<Compared> {
    let weighed = deviations(template, award, fields);
    let items = form(template, award).into_iter().filter_map(|entry| {
        let given = awarded(&entry, award)?;
        let drafted = fields.get(&entry.id);
        let same = drafted == Some(&given);
        let weight = weighed.iter().find(|one| !same && one.field == entry.id);
        Some(Compared {
            section: entry.field.section.clone(),
            label_zh: entry.field.label_zh.clone(),
            label_en: entry.field.label_en.clone(),
            awarded: given.print(entry.field),
            drafted: drafted.map(|value| value.print(entry.field)),
            same,
            level: weight.map(|one| one.level),
            message_zh: weight.map(|one| one.message_zh.clone()).unwrap_or_default(),
            message_en: weight.map(|one| one.message_en.clone()).unwrap_or_default(),
            field: entry.id,
        })
    });
    items.collect()
}
