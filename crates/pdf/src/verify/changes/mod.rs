//! What one update changed, and whether signing needs it: an allow-list over the objects of two consecutive revisions.
//!
//! Everything that an update writes must be explained by one of a few changes: a new signature field with its widget, the appearance of page
//! buttons, evidence, and what writers note about themselves. One object that is not explained makes the update an alteration: page content,
//! annotations, fonts in use, catalogue keys, values of earlier fields, layers, permissions, and objects that nothing refers to.

mod annotations;
mod evidence;

use std::collections::{BTreeMap, HashSet};

use super::button::{drawn, keeps, page_button};
use super::change::{Alteration, Change};
use super::pages::{PageReport, page_changes, shown_on};
use crate::dangling::Waiting;
use crate::open::Opened;
use crate::syntax::{Dictionary, Name, Object, ObjectId, Stream, XrefEntry, XrefForm, XrefSection, text_of};

/// Objects of one update that are followed at most.
const MAX_FOLLOWED: usize = 200_000;

/// The changes of one update that was read to its last byte, and the pages that they touch. `before` and `after` are the file without and with
/// it, `section` is its cross-reference; `waiting` is what waits in `before`, and in `after` from then on, if the update is allowed (`None` asks
/// nothing of that kind); `annotating` is whether the file is certified so that annotations may come.
pub(super) fn compare(
    before: &Opened,
    after: &Opened,
    section: &XrefSection,
    waiting: Option<&mut Waiting>,
    annotating: bool,
) -> (Vec<Change>, Vec<PageReport>) {
    let mut comparison = Comparison {
        before,
        after,
        written: BTreeMap::new(),
        new: Vec::new(),
        explained: HashSet::new(),
        followed: 0,
        changes: Vec::new(),
        widgets: Vec::new(),
        signed_here: false,
        annotating,
    };
    if let Err(forbidden) = comparison.run(section, waiting) {
        comparison.changes.push(forbidden);
    }
    let Comparison { changes, written, explained, .. } = comparison;
    let altered = |number: u32| written.contains_key(&number) && !explained.contains(&number);
    let pages = page_changes(before, after, &changes, &altered);
    (changes, pages)
}

struct Comparison<'a> {
    before: &'a Opened,
    after: &'a Opened,
    /// Objects that the update writes, by number: what they are, and what they were (null for new ones).
    written: BTreeMap<u32, (Object, Object)>,
    /// Those that have never been there.
    new: Vec<ObjectId>,
    explained: HashSet<u32>,
    followed: usize,
    changes: Vec<Change>,
    /// New widgets with the page they say they are on.
    widgets: Vec<(ObjectId, Option<ObjectId>)>,
    /// Whether the update brings a signature of its own.
    signed_here: bool,
    /// Whether annotations may come.
    annotating: bool,
}

type Judged<T> = Result<T, Change>;

fn refuse<T>(what: Alteration, object: Option<u32>) -> Judged<T> {
    Err(Change::forbidden(what, object))
}

impl Comparison<'_> {
    fn run(&mut self, section: &XrefSection, waiting: Option<&mut Waiting>) -> Judged<()> {
        self.collect(section)?;
        waiting.map_or(Ok(()), |waiting| self.awaited(waiting))?;
        self.trailer()?;
        self.catalogue()?;
        self.fields_signed()?;
        self.pages()?;
        self.page_buttons()?;
        self.annotations()?;
        self.leftovers()
    }

    fn collect(&mut self, section: &XrefSection) -> Judged<()> {
        if let XrefForm::Stream(id) = section.form {
            self.explained.insert(id.number);
        }
        let previous = &self.before;
        for &(number, entry) in &section.entries {
            let known = previous.entry(number).filter(|entry| *entry != XrefEntry::Free);
            let generation = match entry {
                XrefEntry::Free if known.is_some() => return refuse(Alteration::Removed, Some(number)),
                XrefEntry::Free => continue,
                XrefEntry::InUse { generation, .. } => generation,
                XrefEntry::Compressed { stream, .. } => {
                    // A container is only a wrapping; what is in it is judged by itself. It must be new, or old contents would move.
                    if previous.entry(stream).is_some_and(|entry| entry != XrefEntry::Free) {
                        return refuse(Alteration::Replaced, Some(stream));
                    }
                    self.explained.insert(stream);
                    0
                }
            };
            let id = ObjectId { number, generation };
            let old = match known {
                None => {
                    self.new.push(id);
                    Object::Null
                }
                Some(XrefEntry::InUse { generation: before, .. }) if before != generation => {
                    return refuse(Alteration::Replaced, Some(number));
                }
                // What was unreadable before and is written anew cannot be judged.
                Some(_) => match previous.object(id) {
                    Ok(object) => object,
                    Err(_) => return refuse(Alteration::Replaced, Some(number)),
                },
            };
            let Ok(new) = self.after.object(id) else { return refuse(Alteration::HiddenBytes, Some(number)) };
            self.written.insert(number, (new, old));
        }
        if let Some(at) = section.hybrid {
            let id = crate::syntax::Parser::new(self.after.bytes(), at).object_head();
            self.explained.extend(id.ok().map(|id| id.number));
        }
        Ok(())
    }

    /// Whatever a new object is for, nothing that stood there before may have waited for it (docs/standards/pdf.md, dangling references).
    fn awaited(&self, waiting: &mut Waiting) -> Judged<()> {
        let awaited = self.new.iter().find(|id| waiting.for_object(**id)).copied();
        for (number, (object, _)) in &self.written {
            waiting.note(*number, object);
        }
        awaited.map_or(Ok(()), |id| refuse(Alteration::Awaited, Some(id.number)))
    }

    fn is_new(&self, number: u32) -> bool {
        self.written.get(&number).is_some_and(|(_, old)| *old == Object::Null)
    }

    fn trailer(&mut self) -> Judged<()> {
        let (before, after) = (self.before.trailer(), self.after.trailer());
        if before.get("Root") != after.get("Root") {
            return refuse(Alteration::Trailer, None);
        }
        match (before.get("Info"), after.get("Info")) {
            (Some(old), Some(new)) if old != new => return refuse(Alteration::Trailer, None),
            (Some(_), None) | (None, None) => {}
            (None, Some(Object::Reference(id))) if self.is_new(id.number) => {
                self.adopt(&Object::Reference(*id))?;
                self.note_metadata();
            }
            (_, Some(Object::Reference(id))) => {
                if let Some((Object::Dictionary(new), Object::Dictionary(old))) = self.written.get(&id.number).cloned()
                {
                    let noted = ["ModDate", "Producer"];
                    if differing(&old, &new).any(|key| !noted.iter().any(|noted| key == noted)) {
                        return refuse(Alteration::Replaced, Some(id.number));
                    }
                    self.explained.insert(id.number);
                    self.note_metadata();
                }
            }
            (_, Some(_)) => {}
        }
        Ok(())
    }

    fn note_metadata(&mut self) {
        if !self.changes.contains(&Change::Metadata) {
            self.changes.push(Change::Metadata);
        }
    }

    fn catalogue(&mut self) -> Judged<()> {
        let id = self.after.catalog_id();
        let (Ok(old), Ok(new)) = (self.before.catalog(), self.after.catalog()) else {
            return refuse(Alteration::Catalogue, Some(id.number));
        };
        self.explained.insert(id.number);
        for key in differing(&old, &new) {
            match key.as_bytes() {
                b"AcroForm" | b"DSS" => {}
                b"Extensions" if new.contains("Extensions") => {
                    self.adopt_value(&new, "Extensions")?;
                    self.note_metadata();
                }
                b"Version" if matches!(new.get("Version"), Some(Object::Name(_))) => self.note_metadata(),
                _ => return refuse(Alteration::Catalogue, Some(id.number)),
            }
        }
        // The same reference to a changed dictionary of extensions or of metadata.
        for (key, allowed) in [("Extensions", None), ("Metadata", Some("Metadata"))] {
            let Some(Object::Reference(id)) = new.get(key) else { continue };
            let Some((now, was)) = self.written.get(&id.number) else { continue };
            let kind = |object: &Object| {
                let kind = object.as_dictionary().and_then(|found| found.get("Type")).and_then(Object::as_name);
                kind.map(|name| name.as_bytes().to_vec())
            };
            let same_kind = allowed.is_none_or(|wanted| {
                [now, was].iter().all(|object| kind(object).as_deref() == Some(wanted.as_bytes()))
            });
            if *was != Object::Null && same_kind {
                self.explained.insert(id.number);
                self.note_metadata();
            }
        }
        self.form(&old, &new)?;
        self.evidence(&old, &new)
    }

    /// A value that may be direct or a reference: the object, its number being explained when it was written here.
    fn opened(&mut self, file: &Opened, holder: &Dictionary, key: &str) -> Judged<Option<Object>> {
        if let Some(Object::Reference(id)) = holder.get(key)
            && self.written.contains_key(&id.number)
        {
            self.explained.insert(id.number);
        }
        file.get(holder, key).map_err(|_| Change::forbidden(Alteration::HiddenBytes, None))
    }

    fn form(&mut self, old: &Dictionary, new: &Dictionary) -> Judged<()> {
        let (before, after) = (self.before, self.after);
        let old_form = self.opened(before, old, "AcroForm")?;
        let new_form = self.opened(after, new, "AcroForm")?;
        let (old_form, new_form) = match (old_form, new_form) {
            (None, None) => return Ok(()),
            (None, Some(Object::Dictionary(new))) => (None, new),
            (Some(Object::Dictionary(old)), Some(Object::Dictionary(new))) => (Some(old), new),
            _ => return refuse(Alteration::Form, None),
        };
        let first = old_form.is_none();
        let old_form = old_form.unwrap_or_default();
        for key in differing(&old_form, &new_form) {
            match key.as_bytes() {
                b"Fields" => {}
                // Bit 1 and 2 may be set, never cleared (ISO 32000-1, table 219).
                b"SigFlags" => {
                    let flags = |form: &Dictionary| form.get("SigFlags").and_then(Object::as_integer).unwrap_or(0);
                    if flags(&new_form) & !3 != 0 || flags(&old_form) & !flags(&new_form) != 0 {
                        return refuse(Alteration::Form, None);
                    }
                }
                b"DA" | b"DR" if first => self.adopt_value(&new_form, &key.to_string())?,
                _ => return refuse(Alteration::Form, None),
            }
        }
        let old_fields = self.opened(before, &old_form, "Fields")?;
        let new_fields = self.opened(after, &new_form, "Fields")?;
        let items = |list: &Option<Object>| match list {
            None => Some(Vec::new()),
            Some(Object::Array(items)) => Some(items.clone()),
            Some(_) => None,
        };
        let (Some(old_fields), Some(new_fields)) = (items(&old_fields), items(&new_fields)) else {
            return refuse(Alteration::Form, None);
        };
        if !new_fields.starts_with(&old_fields) {
            return refuse(Alteration::Form, None);
        }
        for field in &new_fields[old_fields.len()..] {
            match field {
                Object::Reference(id) if self.is_new(id.number) => self.new_field(*id)?,
                _ => return refuse(Alteration::Form, None),
            }
        }
        Ok(())
    }

    fn new_field(&mut self, id: ObjectId) -> Judged<()> {
        const FIELD: [&str; 10] = ["FT", "T", "V", "Ff", "TU", "TM", "Lock", "SV", "Kids", "DA"];
        let wrong = || Change::forbidden(Alteration::Form, Some(id.number));
        let Some((Object::Dictionary(field), _)) = self.written.get(&id.number).cloned() else { return Err(wrong()) };
        self.explained.insert(id.number);
        let is_signature = field.get("FT").and_then(Object::as_name).is_some_and(|kind| kind == "Sig");
        let known = |name: &Name| FIELD.iter().chain(&WIDGET).any(|known| name == known);
        if !is_signature || field.iter().any(|(name, _)| !known(name)) || !field.contains("V") {
            return Err(wrong());
        }
        let name = match self.after.get(&field, "T") {
            Ok(Some(Object::String(name))) => text_of(&name),
            _ => return Err(wrong()),
        };
        let value = self.signature_value(&field).ok_or_else(wrong)?;
        let kind = |value: &Object| value.as_dictionary()?.get("Type")?.as_name().map(|name| *name == "DocTimeStamp");
        let timestamp = self.written.get(&value.number).and_then(|(value, _)| kind(value)).unwrap_or(false);
        let mut page = shown_on(self.after, &field);
        for key in ["V", "Lock", "SV"] {
            self.adopt_value(&field, key)?;
        }
        match field.get("Kids") {
            None => self.new_widget(id, &field)?,
            Some(Object::Array(kids)) => {
                for kid in kids {
                    let widget = kid.as_reference().filter(|kid| self.is_new(kid.number)).ok_or_else(wrong)?;
                    let Some((Object::Dictionary(found), _)) = self.written.get(&widget.number).cloned() else {
                        return Err(wrong());
                    };
                    if found.iter().any(|(name, _)| !WIDGET.iter().any(|known| name == known)) {
                        return Err(wrong());
                    }
                    self.explained.insert(widget.number);
                    page = page.or_else(|| shown_on(self.after, &found));
                    self.new_widget(widget, &found)?;
                }
            }
            Some(_) => return Err(wrong()),
        }
        self.signed_here = true;
        self.changes.push(Change::SignatureField { name, page, timestamp });
        Ok(())
    }

    /// The signature dictionary of a field, which must be written in this update.
    fn signature_value(&self, field: &Dictionary) -> Option<ObjectId> {
        let id = field.get("V")?.as_reference().filter(|id| self.is_new(id.number))?;
        let (value, _) = self.written.get(&id.number)?;
        value.as_dictionary().filter(|value| value.contains("ByteRange")).map(|_| id)
    }

    fn new_widget(&mut self, id: ObjectId, widget: &Dictionary) -> Judged<()> {
        for key in ["AP", "MK", "BS", "Border"] {
            self.adopt_value(widget, key)?;
        }
        self.widgets.push((id, widget.get("P").and_then(Object::as_reference)));
        Ok(())
    }

    /// Empty signature fields that were there before and are signed in this update.
    fn fields_signed(&mut self) -> Judged<()> {
        let candidates: Vec<(u32, Dictionary, Dictionary)> = self
            .written
            .iter()
            .filter(|(number, _)| !self.explained.contains(number))
            .filter_map(|(number, (new, old))| match (new, old) {
                (Object::Dictionary(new), Object::Dictionary(old)) => Some((*number, new.clone(), old.clone())),
                _ => None,
            })
            .collect();
        for (number, new, old) in candidates {
            let is_signature =
                |field: &Dictionary| field.get("FT").and_then(Object::as_name).is_some_and(|kind| kind == "Sig");
            if !is_signature(&old) || !is_signature(&new) {
                continue;
            }
            let allowed = ["V", "AP", "F", "M"];
            let only_signed = differing(&old, &new).all(|key| allowed.iter().any(|allowed| key == allowed));
            let was_empty = matches!(self.before.get(&old, "V"), Ok(None));
            if !only_signed || !was_empty || self.signature_value(&new).is_none() {
                return refuse(Alteration::Form, Some(number));
            }
            self.explained.insert(number);
            self.adopt_value(&new, "V")?;
            self.adopt_value(&new, "AP")?;
            self.signed_here = true;
            let name = new.get("T").and_then(Object::as_string).map(text_of).unwrap_or_default();
            let page = shown_on(self.after, &new);
            self.changes.push(Change::SignedField { name, page });
        }
        Ok(())
    }

    /// The pages of the new widgets: only the list of annotations may have grown, and only by them.
    fn pages(&mut self) -> Judged<()> {
        let mut pages: Vec<ObjectId> = self.widgets.iter().filter_map(|(_, page)| *page).collect();
        pages.sort_unstable();
        pages.dedup();
        for id in pages {
            let wrong = Change::forbidden(Alteration::Page, Some(id.number));
            let (_, added) = self.grown(id)?.ok_or_else(|| wrong.clone())?;
            // Other annotations beside them are judged later, where annotations may come at all.
            let is_new_widget = |item: &Object| {
                item.as_reference().is_some_and(|id| self.widgets.iter().any(|(widget, _)| *widget == id))
            };
            if !self.annotating && !added.iter().all(is_new_widget) {
                return Err(wrong);
            }
            if self.written.contains_key(&id.number) {
                self.explained.insert(id.number);
            }
        }
        Ok(())
    }

    /// The annotations that a page had and those that were added behind them; `None` if anything else of the page was changed.
    fn grown(&mut self, page: ObjectId) -> Judged<Option<(Vec<Object>, Vec<Object>)>> {
        let (before, after) = (self.before, self.after);
        let (Ok(Object::Dictionary(old)), Ok(Object::Dictionary(new))) = (before.object(page), after.object(page))
        else {
            return Ok(None);
        };
        if differing(&old, &new).any(|key| *key != "Annots") {
            return Ok(None);
        }
        let list = |object: Option<Object>| match object {
            None => Some(Vec::new()),
            Some(Object::Array(items)) => Some(items),
            Some(_) => None,
        };
        let old_list = list(self.opened(before, &old, "Annots")?);
        let new_list = list(self.opened(after, &new, "Annots")?);
        let (Some(old_list), Some(new_list)) = (old_list, new_list) else { return Ok(None) };
        let added = new_list.strip_prefix(&old_list[..]).map(<[_]>::to_vec);
        Ok(added.map(|added| (old_list, added)))
    }

    /// Page buttons (docs/adr/0002): one party draws in its own, over what stood there, in a revision that it signs.
    fn page_buttons(&mut self) -> Judged<()> {
        let mut party: Option<String> = None;
        let mut pages = Vec::new();
        let numbers: Vec<u32> =
            self.written.keys().copied().filter(|number| !self.explained.contains(number)).collect();
        for number in numbers {
            let Some((Object::Dictionary(new), Object::Dictionary(old))) = self.written.get(&number).cloned() else {
                continue;
            };
            let Some((page, key)) = page_button(&old) else { continue };
            let wrong = Change::forbidden(Alteration::PageButton, Some(number));
            let same_party = party.get_or_insert_with(|| key.clone()) == &key;
            if !same_party || !self.signed_here || differing(&old, &new).any(|key| *key != "AP") {
                return Err(wrong);
            }
            let shown_before = drawn(self.before, &old);
            let (Some(shown_before), Some(shown_now)) = (shown_before, drawn(self.after, &new)) else {
                return Err(wrong);
            };
            if !keeps(self.before, self.after, shown_before, shown_now) {
                return Err(wrong);
            }
            self.explained.insert(number);
            self.adopt_value(&new, "AP")?;
            pages.push(page);
        }
        if let Some(party) = party {
            pages.sort_unstable();
            self.changes.push(Change::PageButtons { party, pages });
        }
        Ok(())
    }

    fn adopt_value(&mut self, holder: &Dictionary, key: &str) -> Judged<()> {
        holder.get(key).cloned().map_or(Ok(()), |value| self.adopt(&value))
    }

    /// Explains all new objects that `object` leads to, unless they do what no appearance or signature needs.
    fn adopt(&mut self, object: &Object) -> Judged<()> {
        let mut stack = vec![(object.clone(), None)];
        while let Some((object, number)) = stack.pop() {
            self.followed += 1;
            if self.followed > MAX_FOLLOWED {
                return refuse(Alteration::Unexplained, number);
            }
            match object {
                Object::Reference(id) => {
                    if self.is_new(id.number)
                        && self.explained.insert(id.number)
                        && let Some((found, _)) = self.written.get(&id.number)
                    {
                        stack.push((found.clone(), Some(id.number)));
                    }
                }
                Object::Array(items) => stack.extend(items.into_iter().map(|item| (item, number))),
                Object::Dictionary(dictionary) | Object::Stream(Stream { dictionary, .. }) => {
                    if is_active(&dictionary) {
                        return refuse(Alteration::Unexplained, number);
                    }
                    stack.extend(dictionary.iter().map(|(_, value)| (value.clone(), number)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What is left must be a rewriting that changes nothing.
    fn leftovers(&mut self) -> Judged<()> {
        for (number, (new, old)) in &self.written {
            if self.explained.contains(number) || same(self.before, old, self.after, new) {
                continue;
            }
            let what = match old {
                Object::Null => Alteration::Unexplained,
                Object::Dictionary(dictionary) => match dictionary.get("Type").and_then(Object::as_name) {
                    Some(kind) if kind == "Page" || kind == "Pages" => Alteration::Page,
                    _ if dictionary.contains("FT") => Alteration::Form,
                    _ => Alteration::Replaced,
                },
                _ => Alteration::Replaced,
            };
            return refuse(what, Some(*number));
        }
        Ok(())
    }
}

/// Keys of a widget that do nothing but show it.
const WIDGET: [&str; 14] =
    ["Type", "Subtype", "Rect", "P", "F", "AP", "AS", "MK", "BS", "Border", "Parent", "NM", "M", "StructParent"];

/// The keys whose values differ.
fn differing<'a>(old: &'a Dictionary, new: &'a Dictionary) -> impl Iterator<Item = &'a Name> {
    let changed = move |key: &&Name| old.get(&key.to_string()) != new.get(&key.to_string());
    let gone = old.iter().map(|(name, _)| name).filter(|name| !new.contains(&name.to_string()));
    new.iter().map(|(name, _)| name).filter(changed).chain(gone)
}

fn same(before: &Opened, old: &Object, after: &Opened, new: &Object) -> bool {
    match (old, new) {
        (Object::Stream(a), Object::Stream(b)) => {
            a.dictionary == b.dictionary && before.bytes().get(a.data.clone()) == after.bytes().get(b.data.clone())
        }
        _ => old == new && *old != Object::Null,
    }
}

/// Scripts, actions, layers, pages and attachments have no business in what a signature brings.
fn is_active(dictionary: &Dictionary) -> bool {
    const KEYS: [&str; 6] = ["JS", "AA", "A", "OC", "OpenAction", "EmbeddedFiles"];
    const TYPES: [&str; 8] = ["Page", "Pages", "Catalog", "OCG", "OCMD", "Filespec", "EmbeddedFile", "Action"];
    // Single letters are also names of resources and of characters, where they hold references or streams and not actions.
    let is_action = |value: &Object| value.as_dictionary().is_some_and(|found| found.contains("S"));
    let key = |name: &Name, value: &Object| KEYS.iter().any(|key| name == key) && (*name != "A" || is_action(value));
    let typed =
        dictionary.get("Type").and_then(Object::as_name).is_some_and(|kind| TYPES.iter().any(|name| kind == name));
    typed || dictionary.iter().any(|(name, value)| key(name, value))
}
