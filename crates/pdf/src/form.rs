//! The page buttons: what must stand in a file before its first signature so that later parties may draw on its pages (docs/adr/0002).
//!
//! A button covers its page's CropBox, is read-only and empty. A party's step later changes only the button's appearance, which validators
//! allow as form filling; a new annotation would count as tampering.

use std::fmt;

use crate::geometry::PdfRect;
use crate::open::Opened;
use crate::pages::Page;
use crate::syntax::{Dictionary, Object, ObjectId, text_of, text_string};
use crate::write::{Revision, WriteError};

/// Parties of one contract at most.
pub const MAX_PARTIES: usize = 16;
/// Read-only push button (ISO 32000-1, tables 221 and 226).
pub(crate) const BUTTON_FLAGS: i64 = 1 | 1 << 16;
/// Printed and locked (ISO 32000-1, table 165).
pub(crate) const ANNOTATION_FLAGS: i64 = 4 | 128;

/// The short name of a party in field names, such as `A`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartyKey(String);

impl PartyKey {
    /// A key of 1 to 16 ASCII letters and digits; `None` for anything else.
    pub fn new(key: &str) -> Option<Self> {
        let sound = (1..=16).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        sound.then(|| PartyKey(key.to_owned()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of this party's button on the page `index`, counted from 0.
    pub fn button_name(&self, index: usize) -> String {
        format!("page-{}-{}", index + 1, self.0)
    }
}

impl fmt::Display for PartyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a file cannot be made ready for signing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The file bears a signature, which the page buttons would invalidate.
    #[error("pdf.form.already_signed: field {0}")]
    AlreadySigned(String),
    /// The file has an XFA form, whose appearance is not in the PDF.
    #[error("pdf.form.xfa: print the form to PDF first")]
    Xfa,
    /// A field with this name exists.
    #[error("pdf.form.field_exists: {0}")]
    FieldExists(String),
    /// No party, too many, or one twice.
    #[error("pdf.form.bad_parties")]
    BadParties,
}

/// The whole file with an empty form and one page button per page and party; done once, when the text is frozen (清稿).
///
/// `file_id` is the random second half of the new /ID.
///
/// # Errors
/// [`PrepareError`]; the file is left as it was.
pub fn prepare_form(file: &Opened, parties: &[PartyKey], file_id: [u8; 16]) -> Result<Vec<u8>, PrepareError> {
    let repeated = parties.iter().enumerate().any(|(index, party)| parties[..index].contains(party));
    if parties.is_empty() || parties.len() > MAX_PARTIES || repeated {
        return Err(PrepareError::BadParties);
    }
    let mut form = match file.form().map_err(WriteError::from)? {
        Some((form, _)) => form,
        None => Dictionary::new(),
    };
    if form.contains("XFA") {
        return Err(PrepareError::Xfa);
    }
    let present = crate::fields::terminal_fields(file).map_err(WriteError::from)?;
    let names: std::collections::HashSet<&str> = present.iter().map(|field| field.name.as_str()).collect();
    let is_signature =
        |field: &crate::fields::TerminalField| field.field_type.as_ref().is_some_and(|name| name == "Sig");
    if let Some(signed) = present.iter().find(|field| is_signature(field) && field.value.is_some()) {
        return Err(PrepareError::AlreadySigned(signed.name.clone()));
    }
    let mut fields = match file.get(&form, "Fields").map_err(WriteError::from)? {
        Some(Object::Array(items)) => items,
        _ => Vec::new(),
    };

    let mut revision = Revision::begin(file, file_id)?;
    let mut empties: Vec<(PdfRect, ObjectId)> = Vec::new();
    for page in file.pages().map_err(WriteError::from)? {
        let empty = match empties.iter().find(|(area, _)| *area == page.crop_box) {
            Some((_, id)) => *id,
            None => {
                let id = revision.add_stream(form_xobject(page.crop_box, Dictionary::new()), b"")?;
                empties.push((page.crop_box, id));
                id
            }
        };
        let mut node = page_node(file, page)?;
        let mut annotations = annotations(file, &node)?;
        // An annotation written directly into the array becomes an object: validators compare the array by references.
        for annotation in annotations.iter_mut().filter(|item| matches!(item, Object::Dictionary(_))) {
            *annotation = Object::Reference(revision.add(annotation)?);
        }
        for party in parties {
            let name = party.button_name(page.index);
            if names.contains(name.as_str()) {
                return Err(PrepareError::FieldExists(name));
            }
            let button = Dictionary::new()
                .with("Type", Object::name("Annot"))
                .with("Subtype", Object::name("Widget"))
                .with("FT", Object::name("Btn"))
                .with("Ff", Object::Integer(BUTTON_FLAGS))
                .with("T", Object::String(text_string(&name)))
                .with("F", Object::Integer(ANNOTATION_FLAGS))
                .with("Rect", rect_object(page.crop_box))
                .with("P", Object::Reference(page.id))
                .with("AP", button_appearance(empty))
                .with("AS", Object::name("On"));
            let id = revision.add(&Object::Dictionary(button))?;
            annotations.push(Object::Reference(id));
            fields.push(Object::Reference(id));
        }
        node.set("Annots", Object::Array(annotations));
        revision.update(page.id, &Object::Dictionary(node));
    }

    form.set("Fields", Object::Array(fields));
    // Signatures exist and the file must only be appended to (ISO 32000-1, table 219). Set now, since changing it later would count as a change.
    form.set("SigFlags", Object::Integer(3));
    form.remove("NeedAppearances");
    let form = revision.add(&Object::Dictionary(form))?;
    let mut catalog = file.catalog().map_err(WriteError::from)?;
    catalog.set("AcroForm", Object::Reference(form));
    declare_extension(file, &mut catalog)?;
    revision.update(file.catalog_id(), &Object::Dictionary(catalog));
    let appended = revision.finish();
    Ok([file.bytes(), &appended].concat())
}

/// Declares the PAdES extensions to PDF 1.7 (ETSI EN 319 142-1, 5.6).
fn declare_extension(file: &Opened, catalog: &mut Dictionary) -> Result<(), WriteError> {
    let mut extensions = match file.get(catalog, "Extensions")? {
        Some(Object::Dictionary(extensions)) => extensions,
        _ => Dictionary::new(),
    };
    let etsi = Dictionary::new().with("BaseVersion", Object::name("1.7")).with("ExtensionLevel", Object::Integer(2));
    extensions.set("ESIC", Object::Dictionary(etsi));
    catalog.set("Extensions", Object::Dictionary(extensions));
    Ok(())
}

/// /AP of a button: a sub-dictionary of states, as PDF/A-2 demands of buttons (ISO 19005-2, 6.3.3).
pub(crate) fn button_appearance(normal: ObjectId) -> Object {
    let states = Dictionary::new().with("On", Object::Reference(normal));
    Object::Dictionary(Dictionary::new().with("N", Object::Dictionary(states)))
}

/// The dictionary of a form XObject with this bounding box.
pub(crate) fn form_xobject(bounds: PdfRect, resources: Dictionary) -> Dictionary {
    Dictionary::new()
        .with("Type", Object::name("XObject"))
        .with("Subtype", Object::name("Form"))
        .with("BBox", rect_object(bounds))
        .with("Resources", Object::Dictionary(resources))
}

pub(crate) fn rect_object(rect: PdfRect) -> Object {
    Object::Array([rect.x0, rect.y0, rect.x1, rect.y1].map(Object::Real).to_vec())
}

pub(crate) fn page_node(file: &Opened, page: &Page) -> Result<Dictionary, WriteError> {
    match file.object(page.id)? {
        Object::Dictionary(node) => Ok(node),
        _ => Err(crate::pages::PageError::BadNode(page.id).into()),
    }
}

pub(crate) fn annotations(file: &Opened, node: &Dictionary) -> Result<Vec<Object>, WriteError> {
    match file.get(node, "Annots")? {
        Some(Object::Array(items)) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// The button `name` of a page, found among its annotations.
pub(crate) fn find_button(
    file: &Opened,
    page: &Page,
    name: &str,
) -> Result<Option<(ObjectId, Dictionary)>, WriteError> {
    let node = page_node(file, page)?;
    for annotation in annotations(file, &node)? {
        let Some(id) = annotation.as_reference() else { continue };
        let Object::Dictionary(widget) = file.object(id)? else { continue };
        let is_button = widget.get("FT").and_then(Object::as_name).is_some_and(|kind| kind == "Btn");
        let named = widget.get("T").and_then(Object::as_string).is_some_and(|title| text_of(title) == name);
        if is_button && named {
            return Ok(Some((id, widget)));
        }
    }
    Ok(None)
}
