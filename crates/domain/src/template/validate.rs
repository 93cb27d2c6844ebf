//! Whether a template fits together as a whole: ids, sources, conditions, slots, and every legal term served.

use super::fill::Side;
use super::spec::{Change, ClauseBody, Condition, FieldKind, LegalTerm, Part, Source, Template};
use super::value::FieldValue;
use std::collections::BTreeSet;

impl Template {
    /// Adds everything that does not fit together.
    pub(super) fn validate(&self, wrong: &mut Vec<String>) {
        let mut ids = BTreeSet::new();
        for field in &self.fields {
            let id = &field.id;
            // Both sides may have a field of one name; what belongs to no party has its name alone.
            let clash =
                self.fields.iter().any(|other| other.id == *id && other.party.is_some() != field.party.is_some());
            if clash
                || !ids.insert((id.as_str(), field.party == Some(Side::Supplier)))
                || id.is_empty()
                || !id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            {
                wrong.push(format!("field {id}: the id stands twice or is not of a-z and _"));
            }
            if !self.sections.iter().any(|section| section.id == field.section) {
                wrong.push(format!("field {id}: there is no section {}", field.section));
            }
            if let Source::Award(value) = field.source
                && value.is_of_party() != field.party.is_some()
            {
                wrong.push(format!("field {id}: its source and its party do not fit"));
            }
            if (field.kind == FieldKind::Choice) == field.choices.is_empty()
                || (field.kind == FieldKind::Table) == field.columns.is_empty()
            {
                wrong.push(format!("field {id}: choices and columns belong to their kinds"));
            }
            if field.change == Change::Locked && field.source == Source::Hand {
                wrong.push(format!("field {id}: what people enter cannot be locked"));
            }
            if let Some(default) = &field.default
                && let Err(fault) = FieldValue::parse(field, id, default, &|_| Vec::new())
            {
                wrong.push(format!("field {id}: its default is refused: {}", fault.message_en));
            }
            if field.party.is_some() && field.when.is_some() {
                wrong.push(format!("field {id}: a party's field has no condition"));
            }
            self.validate_condition(field.when.as_ref(), &format!("field {id}"), wrong);
        }
        for term in LegalTerm::ALL {
            if !self.fields.iter().any(|field| field.terms.contains(&term)) {
                wrong.push(format!("no field serves the term {}", term.label_zh()));
            }
        }
        for row in &self.cover {
            self.validate_parts(&row.text, None, row.when.as_ref(), &format!("cover {}", row.label), wrong);
        }
        for (rows, side) in [(&self.purchaser_rows, Side::Purchaser), (&self.supplier_rows, Side::Supplier)] {
            for row in rows {
                self.validate_parts(&row.text, Some(side), row.when.as_ref(), &format!("row {}", row.label), wrong);
            }
        }
        for clause in self.preamble.iter().chain(self.articles.iter().flat_map(|article| &article.clauses)) {
            match &clause.body {
                ClauseBody::Text(parts) | ClauseBody::Emphasised(parts) => {
                    let place = format!("clause {:?}", parts.first());
                    self.validate_parts(parts, None, clause.when.as_ref(), &place, wrong);
                }
                ClauseBody::Table(id) => {
                    if self.field(id, None).is_none_or(|field| field.kind != FieldKind::Table) {
                        wrong.push(format!("a clause prints the table {id}, which is no table field"));
                    }
                    self.validate_condition(clause.when.as_ref(), id, wrong);
                }
                ClauseBody::PriceTable => self.validate_condition(clause.when.as_ref(), "price table", wrong),
            }
        }
    }

    fn validate_condition(&self, condition: Option<&Condition>, place: &str, wrong: &mut Vec<String>) {
        match condition {
            None | Some(Condition::Fact(_)) => {}
            Some(Condition::Filled(id) | Condition::Empty(id)) => {
                if self.field(id, None).is_none() {
                    wrong.push(format!("{place}: its condition names {id}, which is no field"));
                }
            }
            Some(Condition::Is(id, value)) => {
                let known = self.field(id, None).is_some_and(|field| field.choices.iter().any(|c| c.value == *value));
                if !known {
                    wrong.push(format!("{place}: its condition names {id} = {value}, which cannot be"));
                }
            }
            Some(Condition::All(all)) => all.iter().for_each(|one| self.validate_condition(Some(one), place, wrong)),
        }
    }

    /// Every slot names a field, and one that is sure to be filled when the text is printed.
    fn validate_parts(
        &self,
        parts: &[Part],
        side: Option<Side>,
        when: Option<&Condition>,
        place: &str,
        wrong: &mut Vec<String>,
    ) {
        self.validate_condition(when, place, wrong);
        for part in parts {
            let Part::Slot { field: id, capitals } = part else { continue };
            let Some(field) = self.field(id, side) else {
                wrong.push(format!("{place}: {{{{{id}}}}} is no field that can stand here"));
                continue;
            };
            if *capitals && field.kind != FieldKind::Money {
                wrong.push(format!("{place}: only money has capitals, {id} is none"));
            }
            if field.kind == FieldKind::Table {
                wrong.push(format!("{place}: the table {id} cannot stand in a text"));
            }
            // Rows of the cover and of signature blocks may stay blank; a sentence may not.
            let sure = side.is_some()
                || place.starts_with("cover")
                || field.required && (field.when.is_none() || field.when.as_ref() == when)
                || when.is_some_and(|when| implies_filled(when, id));
            if !sure {
                wrong.push(format!("{place}: {id} may be empty when this is printed"));
            }
        }
    }
}

fn implies_filled(condition: &Condition, id: &str) -> bool {
    match condition {
        Condition::Filled(filled) => filled == id,
        Condition::All(all) => all.iter().any(|one| implies_filled(one, id)),
        Condition::Empty(_) | Condition::Is(..) | Condition::Fact(_) => false,
    }
}
