//! What a signature leaves to later revisions: certification (DocMDP), a field's lock, and locked fields (FieldMDP).

use super::change::Change;
use crate::open::Opened;
use crate::permission::{FieldLock, docmdp_level};
use crate::syntax::Dictionary;

/// The limits that one signature set.
pub(super) struct Limit {
    /// 1 evidence only, 2 also filling in and signing, 3 also annotations; `None` when it did not certify or lock.
    pub level: Option<i64>,
    fields: FieldLock,
}

impl Limit {
    /// The limits that the signature dictionary `signature` and its field's `lock` set. What cannot be read counts as the strictest.
    pub fn set_by(file: &Opened, signature: &Dictionary, lock: Option<i64>) -> Self {
        let certified = docmdp_level(file, signature).unwrap_or(Some(1));
        Limit { level: certified.into_iter().chain(lock).min(), fields: FieldLock::set_by(file, signature) }
    }

    /// Whether a change of a later revision stays within the limits. Changes that are allowed to nobody are judged elsewhere.
    pub fn allows(&self, change: &Change) -> bool {
        let by_level = match (self.level, change) {
            (None, _) | (_, Change::Evidence | Change::Metadata | Change::Forbidden { .. }) => true,
            (_, Change::SignatureField { timestamp: true, page: None, .. }) => true,
            (Some(..=1), _) => false,
            // Signing an empty field is filling in; a new visible one is an annotation.
            (Some(2), Change::SignatureField { page, .. }) => page.is_none(),
            (Some(2), Change::Annotations { .. }) => false,
            (Some(_), _) => true,
        };
        by_level
            && match change {
                // An invisible timestamp is what archiving needs.
                Change::SignatureField { timestamp: true, page: None, .. } => true,
                Change::SignatureField { name, .. } => !self.fields.covers(name),
                Change::SignedField { name, .. } => !self.fields.covers(name),
                Change::PageButtons { party, pages } => {
                    !pages.iter().any(|page| self.fields.covers(&format!("page-{page}-{party}")))
                }
                _ => true,
            }
    }
}
