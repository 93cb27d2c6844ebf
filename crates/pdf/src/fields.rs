//! Signature fields and signature dictionaries as they stand in a file (ISO 32000-1, 12.7.4.5 and 12.8.1).

use std::collections::HashSet;
use std::ops::Range;

use crate::geometry::PdfRect;
use crate::open::{Opened, ReadError};
use crate::pages::{PageError, rectangle};
use crate::permission::FieldLock;
use crate::syntax::{Dictionary, Name, Object, ObjectId, text_of};

/// Fields beyond which a form is refused: 500 pages, four parties and their signatures have 2,100.
const MAX_FIELDS: usize = 200_000;
/// Depth of the field tree beyond which a form is refused.
const MAX_DEPTH: usize = 32;

/// One signature field, signed or empty.
#[derive(Debug, Clone, PartialEq)]
pub struct SignatureField {
    /// Fully qualified name, partial names joined by points.
    pub name: String,
    /// The field object.
    pub id: ObjectId,
    /// Its widgets: the field itself when merged, or its kids.
    pub widgets: Vec<Widget>,
    /// The signature, `None` while the field is empty.
    pub value: Option<SignatureValue>,
    /// /P of the field's lock: what its signature leaves to later revisions (ISO 32000-2, table 236).
    pub lock: Option<i64>,
}

/// Where a field is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Widget {
    /// The annotation object.
    pub id: ObjectId,
    /// Its page from 0, by /P or else by the page whose /Annots names it; `None` when no page has it.
    pub page: Option<usize>,
    /// /Rect in default user space; empty when invisible or absent.
    pub rect: PdfRect,
}

impl Widget {
    /// Whether it covers any area.
    pub fn is_visible(&self) -> bool {
        self.rect.width() > 0.0 && self.rect.height() > 0.0
    }
}

/// A signature dictionary, with nothing about it believed yet: every entry is as written.
#[derive(Debug, Clone, PartialEq)]
pub struct SignatureValue {
    /// The dictionary's object, `None` when it is written directly into the field.
    pub id: Option<ObjectId>,
    /// /Type, `Sig` or `DocTimeStamp`.
    pub kind: Option<Name>,
    /// /Filter.
    pub filter: Option<Name>,
    /// /SubFilter.
    pub sub_filter: Option<Name>,
    /// /ByteRange as four file positions `[start length start length]`; `None` when it is not exactly four non-negative integers written directly.
    pub byte_range: Option<[usize; 4]>,
    /// The decoded /Contents, zero padding included; empty when absent.
    pub contents: Vec<u8>,
    /// Where /Contents stands in the file, angle brackets included; `None` when it is not a direct string of an object at a known place.
    pub contents_at: Option<Range<usize>>,
    /// /Name.
    pub name: Option<String>,
    /// /Reason.
    pub reason: Option<String>,
    /// /Location.
    pub location: Option<String>,
    /// /M as written, a PDF date that nobody vouches for.
    pub modified: Option<String>,
    /// The whole dictionary.
    pub dictionary: Dictionary,
}

/// Why the form cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// An object of the form cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The pages cannot be listed.
    #[error(transparent)]
    Page(#[from] PageError),
    /// The form, its /Fields or a field is malformed.
    #[error("pdf.form.malformed")]
    Malformed,
    /// The field tree runs in a circle, or is too deep or too large.
    #[error("pdf.form.bad_tree: object {0}")]
    BadTree(ObjectId),
}

/// A terminal field of any type, found while walking the tree.
pub(crate) struct TerminalField {
    pub name: String,
    pub id: ObjectId,
    pub dictionary: Dictionary,
    pub field_type: Option<Name>,
    pub value: Option<Object>,
    pub kids: Vec<ObjectId>,
}

impl Opened {
    /// The interactive form of the catalogue and, when it is an object of its own, its id.
    pub(crate) fn form(&self) -> Result<Option<(Dictionary, Option<ObjectId>)>, FieldError> {
        let catalog = self.catalog()?;
        let id = catalog.get("AcroForm").and_then(Object::as_reference);
        match self.get(&catalog, "AcroForm")? {
            None => Ok(None),
            Some(Object::Dictionary(form)) => Ok(Some((form, id))),
            Some(_) => Err(FieldError::Malformed),
        }
    }

    /// All signature fields in the order of the form.
    ///
    /// # Errors
    /// [`FieldError`] if the form is malformed.
    pub fn signature_fields(&self) -> Result<Vec<SignatureField>, FieldError> {
        let terminal = terminal_fields(self)?;
        terminal
            .into_iter()
            .filter(|field| field.field_type.as_ref().is_some_and(|name| name == "Sig"))
            .map(|field| self.signature_field(field))
            .collect()
    }

    fn signature_field(&self, field: TerminalField) -> Result<SignatureField, FieldError> {
        let mut widgets = Vec::new();
        if field.kids.is_empty() {
            widgets.push(self.widget(field.id, &field.dictionary)?);
        }
        for kid in &field.kids {
            if let Object::Dictionary(dictionary) = self.object(*kid)? {
                widgets.push(self.widget(*kid, &dictionary)?);
            }
        }
        let value = match field.value {
            None | Some(Object::Null) => None,
            Some(value) => self.signature_value(&value)?,
        };
        let lock = match self.get(&field.dictionary, "Lock")? {
            Some(Object::Dictionary(lock)) => self.get(&lock, "P")?.map(|level| level.as_integer().unwrap_or(1)),
            _ => None,
        };
        Ok(SignatureField { name: field.name, id: field.id, widgets, value, lock })
    }

    fn widget(&self, id: ObjectId, dictionary: &Dictionary) -> Result<Widget, FieldError> {
        let rect = match self.get(dictionary, "Rect")? {
            Some(rect) => rectangle(self, &rect)?.unwrap_or_default(),
            None => PdfRect::default(),
        };
        let pages = self.pages()?;
        let page = match dictionary.get("P").and_then(Object::as_reference) {
            Some(page_id) => pages.iter().position(|page| page.id == page_id),
            None => {
                let mut found = None;
                for page in pages {
                    let Object::Dictionary(node) = self.object(page.id)? else { continue };
                    let annotations = self.get(&node, "Annots")?;
                    let names_it = annotations
                        .as_ref()
                        .and_then(Object::as_array)
                        .is_some_and(|items| items.contains(&Object::Reference(id)));
                    if names_it {
                        found = Some(page.index);
                        break;
                    }
                }
                found
            }
        };
        Ok(Widget { id, page, rect })
    }

    pub(crate) fn signature_value(&self, value: &Object) -> Result<Option<SignatureValue>, FieldError> {
        let (object, spans, id) = match value {
            Object::Reference(id) => {
                let (object, spans) = self.object_with_spans(*id)?;
                (object, spans, Some(*id))
            }
            direct => (direct.clone(), Vec::new(), None),
        };
        let dictionary = match object {
            Object::Null => return Ok(None),
            Object::Dictionary(dictionary) => dictionary,
            _ => return Err(FieldError::Malformed),
        };
        let name = |key: &str| dictionary.get(key).and_then(Object::as_name).cloned();
        let text = |key: &str| -> Result<Option<String>, FieldError> {
            Ok(self.get(&dictionary, key)?.as_ref().and_then(Object::as_string).map(text_of))
        };
        let numbers: Option<Vec<usize>> = dictionary.get("ByteRange").and_then(Object::as_array).and_then(|items| {
            items.iter().map(|item| item.as_integer().and_then(|value| usize::try_from(value).ok())).collect()
        });
        let contents = dictionary.get("Contents").and_then(Object::as_string);
        Ok(Some(SignatureValue {
            id,
            kind: name("Type"),
            filter: name("Filter"),
            sub_filter: name("SubFilter"),
            byte_range: numbers.and_then(|numbers| <[usize; 4]>::try_from(numbers).ok()),
            contents_at: contents.and(spans.iter().find(|span| span.key == "Contents").map(|span| span.bytes.clone())),
            contents: contents.map(<[u8]>::to_vec).unwrap_or_default(),
            name: text("Name")?,
            reason: text("Reason")?,
            location: text("Location")?,
            modified: text("M")?,
            dictionary: dictionary.clone(),
        }))
    }
}

/// What a new signature field has to fit in with.
pub(crate) struct Roots {
    /// The names of the form's root fields, which is where new signature fields go.
    pub names: Vec<String>,
    /// The strictest /P of the locks of signed fields.
    pub lock: Option<i64>,
    /// The locks that signatures put on other fields.
    pub locks: Vec<FieldLock>,
}

/// Reads the whole form: what cannot be read before the signature could not be read after it either.
pub(crate) fn roots(file: &Opened) -> Result<Roots, FieldError> {
    let mut found = Roots { names: Vec::new(), lock: None, locks: Vec::new() };
    for field in terminal_fields(file)? {
        let root = field.name.split_once('.').map_or(field.name.as_str(), |(root, _)| root);
        if found.names.last().is_none_or(|last| last != root) {
            found.names.push(root.to_owned());
        }
        if field.field_type.as_ref().is_none_or(|name| name != "Sig") {
            continue;
        }
        let field = file.signature_field(field)?;
        if let Some(value) = &field.value {
            found.lock = found.lock.into_iter().chain(field.lock).min();
            found.locks.push(FieldLock::set_by(file, &value.dictionary));
        }
    }
    Ok(found)
}

/// Terminal fields of the form, in order; kids without a /T are widgets of their parent.
pub(crate) fn terminal_fields(file: &Opened) -> Result<Vec<TerminalField>, FieldError> {
    let Some((form, _)) = file.form()? else { return Ok(Vec::new()) };
    let roots = match file.get(&form, "Fields")? {
        None => return Ok(Vec::new()),
        Some(Object::Array(items)) => items,
        Some(_) => return Err(FieldError::Malformed),
    };
    struct Pending {
        id: ObjectId,
        depth: usize,
        prefix: String,
        field_type: Option<Name>,
        value: Option<Object>,
    }
    let mut stack = Vec::with_capacity(roots.len());
    for item in roots.iter().rev() {
        let id = item.as_reference().ok_or(FieldError::Malformed)?;
        stack.push(Pending { id, depth: 0, prefix: String::new(), field_type: None, value: None });
    }
    let mut seen = HashSet::new();
    let mut fields = Vec::new();
    while let Some(Pending { id, depth, prefix, field_type, value }) = stack.pop() {
        if depth > MAX_DEPTH || seen.len() > MAX_FIELDS || !seen.insert(id) {
            return Err(FieldError::BadTree(id));
        }
        let dictionary = match file.object(id)? {
            Object::Dictionary(dictionary) => dictionary,
            Object::Null => continue,
            _ => return Err(FieldError::Malformed),
        };
        let partial = match file.get(&dictionary, "T")? {
            None => None,
            Some(Object::String(bytes)) => Some(text_of(&bytes)),
            Some(_) => return Err(FieldError::Malformed),
        };
        let name = match partial {
            None => prefix,
            Some(partial) if prefix.is_empty() => partial,
            Some(partial) => format!("{prefix}.{partial}"),
        };
        let field_type = dictionary.get("FT").and_then(Object::as_name).cloned().or(field_type);
        let value = dictionary.get("V").cloned().or(value);
        let mut kids = Vec::new();
        let mut children = Vec::new();
        if let Some(list) = file.get(&dictionary, "Kids")? {
            for kid in list.as_array().ok_or(FieldError::Malformed)? {
                let kid = kid.as_reference().ok_or(FieldError::Malformed)?;
                let is_field = match file.object(kid)? {
                    Object::Dictionary(kid) => kid.contains("T"),
                    _ => false,
                };
                if is_field {
                    children.push(kid);
                } else {
                    kids.push(kid);
                }
            }
        }
        if children.is_empty() {
            fields.push(TerminalField { name, id, dictionary, field_type, value, kids });
        } else {
            for id in children.into_iter().rev() {
                let (prefix, field_type, value) = (name.clone(), field_type.clone(), value.clone());
                stack.push(Pending { id, depth: depth + 1, prefix, field_type, value });
            }
        }
    }
    Ok(fields)
}
