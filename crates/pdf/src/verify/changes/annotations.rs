//! Annotations that come after a certification which leaves the file open to them (DocMDP with /P 3; ISO 32000-2, 12.8.2.2).
//!
//! They may only be added: one that goes or changes is an alteration. They do nothing (no action, no file, no form) and are of the kinds by which
//! people comment. Most kinds can draw whatever they like, over the text and over seals, which is how certified contracts were forged (the "evil
//! annotation attack"); such ones are told apart, and the verdict says that somebody has to look.

use super::{Comparison, Judged};
use crate::pages::rectangle;
use crate::syntax::{Dictionary, Object, ObjectId};
use crate::verify::change::{Alteration, Change};

/// Kinds that cover nothing as long as they bring no drawing of their own: notes, their windows, and marks that let the text shine through.
const PLAIN: [&str; 5] = ["Text", "Popup", "Highlight", "Underline", "Squiggly"];
/// Kinds that show what their author likes, or strike out what stands there.
const DRAWN: [&str; 10] =
    ["FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Stamp", "Caret", "Ink", "StrikeOut"];
/// The side of a note's own sign at most, in points; readers draw it at about 20.
const NOTE: f64 = 40.0;

impl Comparison<'_> {
    /// New annotations on any page, where they may come.
    pub(super) fn annotations(&mut self) -> Judged<()> {
        if !self.annotating {
            return Ok(());
        }
        let Ok(pages) = self.after.pages() else { return Ok(()) };
        let (mut on, mut drawn) = (Vec::new(), Vec::new());
        for page in pages {
            if !self.touches(page.id) {
                continue;
            }
            // A page that changed otherwise, or lost an annotation, is altered.
            let grown = self.grown(page.id)?;
            let (_, added) = grown.ok_or_else(|| Change::forbidden(Alteration::Page, Some(page.id.number)))?;
            for item in added {
                if item.as_reference().is_some_and(|id| self.widgets.iter().any(|(widget, _)| *widget == id)) {
                    continue;
                }
                let wrong = || Change::forbidden(Alteration::Annotation, item.as_reference().map(|id| id.number));
                let id = item.as_reference().filter(|id| self.is_new(id.number)).ok_or_else(wrong)?;
                let Some((Object::Dictionary(annotation), _)) = self.written.get(&id.number).cloned() else {
                    return Err(wrong());
                };
                let kind = annotation.get("Subtype").and_then(Object::as_name).ok_or_else(wrong)?;
                let is_one_of = |kinds: &[&str]| kinds.iter().any(|name| kind == name);
                if !is_one_of(&PLAIN) && !is_one_of(&DRAWN) {
                    return Err(wrong());
                }
                let shows = is_one_of(&DRAWN) || annotation.contains("AP") || !self.is_small_or_mark(&annotation);
                self.adopt(&item).map_err(|_| wrong())?;
                on.push(page.index + 1);
                drawn.extend(shows.then_some(page.index + 1));
            }
            if self.written.contains_key(&page.id.number) {
                self.explained.insert(page.id.number);
            }
        }
        if !on.is_empty() {
            on.dedup();
            drawn.dedup();
            self.changes.push(Change::Annotations { pages: on, drawn });
        }
        Ok(())
    }

    /// Whether the update writes a page or its list of annotations.
    fn touches(&self, page: ObjectId) -> bool {
        let list = match self.after.object(page) {
            Ok(Object::Dictionary(page)) => page.get("Annots").and_then(Object::as_reference),
            _ => None,
        };
        [Some(page), list].into_iter().flatten().any(|id| self.written.contains_key(&id.number))
    }

    /// Marks of text let it shine through wherever they are; the sign of a note must be small.
    fn is_small_or_mark(&self, annotation: &Dictionary) -> bool {
        if annotation.get("Subtype").and_then(Object::as_name).is_none_or(|kind| *kind != "Text") {
            return true;
        }
        let rect = self.after.get(annotation, "Rect").ok().flatten();
        let rect = rect.and_then(|rect| rectangle(self.after, &rect).ok().flatten());
        rect.is_some_and(|rect| rect.width() <= NOTE && rect.height() <= NOTE)
    }
}
