//! The signing session: `Opened → Prepared → Signed`.
//!
//! Preparing writes the whole revision but for the signature itself, and needs no key and no certificate. A [`Prepared`] can be stored and resumed
//! days later in another process; the signature comes from wherever the key is.

use yinxin_seal::PdfForm;

use crate::appearance::{Drawings, Mark};
use crate::dss::{Dss, add_to_revision};
use crate::form::{ANNOTATION_FLAGS, PartyKey, annotations, button_appearance, find_button, page_node, rect_object};
use crate::geometry::{Clip, PdfRect};
use crate::open::Opened;
use crate::pages::Page;
use crate::prepared::Prepared;
use crate::syntax::{Dictionary, Object, ObjectId, text_string, write_name, write_text_string};
use crate::write::{Revision, WriteError};

/// Bytes that may be reserved for a signature at most.
const MAX_CAPACITY: usize = 4 << 20;
/// Characters of a field name at most.
const MAX_FIELD_NAME: usize = 100;

/// What a signature field carries, which decides its /Type and /SubFilter (docs/adr/0002).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureKind {
    /// A GB/T 38540 seal signature as bare DER, `/GM.sm2seal`.
    Seal,
    /// CMS with RSA or ECDSA, PAdES, `/ETSI.CAdES.detached`.
    Cms,
    /// CMS with SM2, `/GM.sm2cms`: under the PAdES name, validators without SM3 fail on the whole file.
    Sm2Cms,
    /// An RFC 3161 token over the document, `/ETSI.RFC3161`.
    DocTimeStamp,
}

impl SignatureKind {
    /// The /SubFilter written for it.
    pub fn sub_filter(self) -> &'static str {
        match self {
            SignatureKind::Seal => "GM.sm2seal",
            SignatureKind::Cms => "ETSI.CAdES.detached",
            SignatureKind::Sm2Cms => "GM.sm2cms",
            SignatureKind::DocTimeStamp => "ETSI.RFC3161",
        }
    }
}

/// Drawings in one party's page buttons: seam slices, a date seal, repetitions of the seal. What the party drew there before is kept.
#[derive(Debug, Clone)]
pub struct PageMarks<'a> {
    /// The party, as given to [`crate::prepare_form`].
    pub party: PartyKey,
    /// The drawings, in order.
    pub marks: Vec<Mark<'a>>,
}

/// Everything that one signing step puts into the file, but for the signature.
#[derive(Debug, Clone)]
pub struct SignatureRequest<'a> {
    /// Name of the new field, unique in the file, without points.
    pub field_name: &'a str,
    /// What the field will carry.
    pub kind: SignatureKind,
    /// /Name, left out when empty or for a document timestamp.
    pub signer_name: &'a str,
    /// /Reason, left out when empty or for a document timestamp.
    pub reason: &'a str,
    /// /Location.
    pub location: Option<&'a str>,
    /// /M in microseconds UTC, written with the offset +08'00'; the claim of the signer, not a proof.
    pub signed_at_micros: i64,
    /// The field's own visible mark; `None` makes an invisible field.
    pub widget: Option<Mark<'a>>,
    /// Drawings in the signer's page buttons.
    pub page_marks: Option<PageMarks<'a>>,
    /// Validation data stored in the same revision; what the file holds already is not stored again.
    pub dss: &'a Dss,
    /// Bytes reserved for the signature's DER.
    pub contents_capacity: usize,
    /// The random second half of the new /ID.
    pub file_id: [u8; 16],
}

/// Why a signing step cannot be prepared.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SignError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The field name is empty, too long or has a point.
    #[error("pdf.sign.bad_field_name")]
    BadFieldName,
    /// A field with this name exists.
    #[error("pdf.sign.field_exists: {0}")]
    FieldExists(String),
    /// No space, or more than 4 MiB, was to be reserved.
    #[error("pdf.sign.bad_capacity: {0} bytes")]
    BadCapacity(usize),
    /// A mark names a page that does not exist.
    #[error("pdf.sign.no_such_page: {0}")]
    NoSuchPage(usize),
    /// A mark is empty, leaves its page as seen, or shows an impossible part of its drawing.
    #[error("pdf.sign.bad_mark on page {page}")]
    BadMark {
        /// The page, from 0.
        page: usize,
    },
    /// The file has no button for this party on this page: it was not prepared here, or signed elsewhere before it came.
    #[error("pdf.sign.no_page_button: {0}")]
    NoPageButton(String),
    /// The file's author certified it and allows no change.
    #[error("pdf.sign.certified: the file's certification allows no further signature")]
    Certified,
    /// The file's author certified it; a visible field would break that, an invisible one would not.
    #[error("pdf.sign.certified_visible: the file's certification allows no new visible signature")]
    CertifiedVisible,
    /// An earlier signer locked the fields of the form, this one among them.
    #[error("pdf.sign.locked: an earlier signer locked the fields of the form: {0}")]
    Locked(String),
    /// The time is not between the years 1970 and 9999.
    #[error("pdf.sign.bad_time")]
    BadTime,
}

impl Opened {
    /// Writes the revision of one signing step; the file itself is left alone.
    ///
    /// # Errors
    /// [`SignError`] says what to change; nothing is written then.
    pub fn prepare(&self, request: &SignatureRequest<'_>) -> Result<Prepared, SignError> {
        let pages = self.pages().map_err(WriteError::from)?;
        check(self, pages, request)?;
        let mut revision = Revision::begin(self, request.file_id)?;
        let mut drawings = Drawings::default();
        let mut catalog = self.catalog().map_err(WriteError::from)?;

        let value = revision.reserve()?;
        let field = write_field(&mut revision, &mut drawings, pages, request, value)?;
        let mut catalog_changed = add_to_form(&mut revision, &mut catalog, field)?;
        if let Some(page_marks) = &request.page_marks {
            draw_page_marks(&mut revision, &mut drawings, pages, page_marks)?;
        }
        catalog_changed |= add_to_revision(&mut revision, &mut catalog, request.dss)?;
        if catalog_changed {
            revision.update(self.catalog_id(), &Object::Dictionary(catalog));
        }
        let hole = write_value(&mut revision, value, request)?;
        let end = revision.finish();
        Ok(Prepared::new(self.shared_bytes(), self.known_hash(), end, hole, request.field_name))
    }
}

fn check(file: &Opened, pages: &[Page], request: &SignatureRequest<'_>) -> Result<(), SignError> {
    let name = request.field_name;
    if name.is_empty() || name.contains('.') || name.chars().count() > MAX_FIELD_NAME {
        return Err(SignError::BadFieldName);
    }
    if !(1..=MAX_CAPACITY).contains(&request.contents_capacity) {
        return Err(SignError::BadCapacity(request.contents_capacity));
    }
    let roots = crate::fields::roots(file).map_err(WriteError::from)?;
    match crate::permission::certified(file).map_err(WriteError::from)?.into_iter().chain(roots.lock).min() {
        Some(..=1) => return Err(SignError::Certified),
        Some(_) if request.widget.is_some() || request.page_marks.is_some() => return Err(SignError::CertifiedVisible),
        _ => {}
    }
    if request.kind != SignatureKind::DocTimeStamp && roots.locks.iter().any(|lock| lock.covers(name)) {
        return Err(SignError::Locked(name.to_owned()));
    }
    let marks = request.page_marks.iter().flat_map(|marks| marks.marks.iter().map(|mark| (&marks.party, mark.page)));
    for (party, page) in marks.filter(|_| !roots.locks.is_empty()) {
        let name = party.button_name(page);
        if roots.locks.iter().any(|lock| lock.covers(&name)) {
            return Err(SignError::Locked(name));
        }
    }
    if roots.names.iter().any(|field| field == name) {
        return Err(SignError::FieldExists(name.to_owned()));
    }
    let marks = request.page_marks.iter().flat_map(|page_marks| &page_marks.marks).chain(&request.widget);
    for mark in marks {
        let page = pages.get(mark.page).ok_or(SignError::NoSuchPage(mark.page))?;
        let PdfForm { width_pt, height_pt, .. } = mark.form;
        let drawable = [*width_pt, *height_pt].iter().all(|size| size.is_finite() && *size > 0.0);
        let placed = mark.rect.is_finite() && mark.rect.width() > 0.0 && mark.rect.height() > 0.0;
        let clipped = mark.clip.unwrap_or(Clip::WHOLE).is_sound();
        if !(drawable && placed && clipped && page.crop_box.contains(mark.rect)) {
            return Err(SignError::BadMark { page: mark.page });
        }
    }
    Ok(())
}

/// The merged field and widget, and its entry in the page's /Annots.
fn write_field<'a>(
    revision: &mut Revision<'_>,
    drawings: &mut Drawings<'a>,
    pages: &[Page],
    request: &SignatureRequest<'a>,
    value: ObjectId,
) -> Result<ObjectId, SignError> {
    let shown_on = request.widget.map_or(0, |mark| mark.page);
    let page = pages.get(shown_on).ok_or(SignError::NoSuchPage(shown_on))?;
    let rect = request.widget.map_or(PdfRect::default(), |mark| mark.rect);
    let mut field = Dictionary::new()
        .with("Type", Object::name("Annot"))
        .with("Subtype", Object::name("Widget"))
        .with("FT", Object::name("Sig"))
        .with("T", Object::String(text_string(request.field_name)))
        .with("F", Object::Integer(ANNOTATION_FLAGS))
        .with("Rect", rect_object(rect))
        .with("P", Object::Reference(page.id))
        .with("V", Object::Reference(value));
    if let Some(mark) = &request.widget {
        let normal = drawings.widget(revision, mark, page.rotate)?;
        field.set("AP", Object::Dictionary(Dictionary::new().with("N", Object::Reference(normal))));
    }
    let id = revision.add(&Object::Dictionary(field))?;

    let file = revision.base();
    let mut node = page_node(file, page)?;
    let mut list = annotations(file, &node)?;
    list.push(Object::Reference(id));
    match node.get("Annots").and_then(Object::as_reference) {
        // An array of its own is written again alone, so that the page stays as it is.
        Some(array) if matches!(file.object(array).map_err(WriteError::from)?, Object::Array(_)) => {
            revision.update(array, &Object::Array(list));
        }
        _ => {
            node.set("Annots", Object::Array(list));
            revision.update(page.id, &Object::Dictionary(node));
        }
    }
    Ok(id)
}

/// Adds the field to the form; returns whether the catalogue was changed.
fn add_to_form(revision: &mut Revision<'_>, catalog: &mut Dictionary, field: ObjectId) -> Result<bool, WriteError> {
    let file = revision.base();
    let (mut form, form_id) = match file.form()? {
        Some((form, id)) => (form, id),
        None => (Dictionary::new(), None),
    };
    let mut fields = match file.get(&form, "Fields")? {
        Some(Object::Array(items)) => items,
        _ => Vec::new(),
    };
    fields.push(Object::Reference(field));
    let fields_id = form.get("Fields").and_then(Object::as_reference);
    let flags = form.get("SigFlags").and_then(Object::as_integer);
    if let (Some(list), Some(3), Some(_)) = (fields_id, flags, form_id) {
        revision.update(list, &Object::Array(fields));
        return Ok(false);
    }
    form.set("Fields", Object::Array(fields));
    form.set("SigFlags", Object::Integer(3));
    match form_id {
        Some(id) => {
            revision.update(id, &Object::Dictionary(form));
            Ok(false)
        }
        None => {
            let id = revision.add(&Object::Dictionary(form))?;
            catalog.set("AcroForm", Object::Reference(id));
            Ok(true)
        }
    }
}

fn draw_page_marks<'a>(
    revision: &mut Revision<'_>,
    drawings: &mut Drawings<'a>,
    pages: &[Page],
    page_marks: &PageMarks<'a>,
) -> Result<(), SignError> {
    let file = revision.base();
    let mut drawn_on: Vec<usize> = page_marks.marks.iter().map(|mark| mark.page).collect();
    drawn_on.sort_unstable();
    drawn_on.dedup();
    for index in drawn_on {
        let page = pages.get(index).ok_or(SignError::NoSuchPage(index))?;
        let name = page_marks.party.button_name(index);
        let (id, mut button) = find_button(file, page, &name)?.ok_or_else(|| SignError::NoPageButton(name.clone()))?;
        let before = drawn_before(file, &button)?;
        let marks: Vec<_> =
            page_marks.marks.iter().filter(|mark| mark.page == index).map(|mark| (mark, page.rotate)).collect();
        let normal = drawings.appearance(revision, page.crop_box, before, &marks)?;
        button.set("AP", button_appearance(normal));
        revision.update(id, &Object::Dictionary(button));
    }
    Ok(())
}

/// The button's present appearance, `None` when it is the empty one.
fn drawn_before(file: &Opened, button: &Dictionary) -> Result<Option<ObjectId>, WriteError> {
    let Some(appearance) = file.get(button, "AP")? else { return Ok(None) };
    let Some(states) = appearance.as_dictionary().map(|found| file.get(found, "N")).transpose()?.flatten() else {
        return Ok(None);
    };
    let Some(id) = states.as_dictionary().and_then(|states| states.get("On")).and_then(Object::as_reference) else {
        return Ok(None);
    };
    match file.object(id)? {
        Object::Stream(stream) if !stream.data.is_empty() => Ok(Some(id)),
        _ => Ok(None),
    }
}

/// Where the holes of the signature dictionary lie, in the appended bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hole {
    /// The `<` of /Contents.
    pub start: usize,
    /// Just after the `>`.
    pub end: usize,
    /// The `[` of /ByteRange.
    pub byte_range: usize,
}

/// Width of the /ByteRange array, wide enough for files of ten digits.
pub(crate) const BYTE_RANGE_WIDTH: usize = "[0 9999999999 9999999999 9999999999]".len();

fn write_value(revision: &mut Revision<'_>, id: ObjectId, request: &SignatureRequest<'_>) -> Result<Hole, SignError> {
    let is_timestamp = request.kind == SignatureKind::DocTimeStamp;
    let date = pdf_date(request.signed_at_micros).ok_or(SignError::BadTime)?;
    let started = revision.start(id);
    started.extend_from_slice(b"<</Type ");
    write_name(started, if is_timestamp { b"DocTimeStamp" } else { b"Sig" });
    started.extend_from_slice(b"/Filter /Adobe.PPKLite/SubFilter ");
    write_name(started, request.kind.sub_filter().as_bytes());
    started.extend_from_slice(b"/ByteRange ");
    let byte_range = started.len();
    started.resize(byte_range + BYTE_RANGE_WIDTH, b' ');
    started.extend_from_slice(b"/Contents ");
    let start = started.len();
    started.push(b'<');
    started.resize(started.len() + 2 * request.contents_capacity, b'0');
    started.push(b'>');
    let end = started.len();
    if !is_timestamp {
        started.extend_from_slice(format!("/M ({date})").as_bytes());
        let location = request.location.unwrap_or_default();
        for (key, text) in [("Name", request.signer_name), ("Reason", request.reason), ("Location", location)] {
            if !text.is_empty() {
                write_name(started, key.as_bytes());
                started.push(b' ');
                write_text_string(started, text);
            }
        }
    }
    started.extend_from_slice(b">>");
    revision.end();
    debug_assert!(end < revision.written());
    Ok(Hole { start, end, byte_range })
}

/// A PDF date in China's time (ISO 32000-1, 7.9.4), `None` outside of the years 1970 to 9999.
pub(crate) fn pdf_date(micros: i64) -> Option<String> {
    let seconds = micros.div_euclid(1_000_000).checked_add(8 * 3600)?;
    if !(0..253_402_300_800).contains(&seconds) {
        return None;
    }
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Days to a civil date; the era begins on 1 March 0000 so that the leap day is last.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
    Some(format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}+08'00'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_chinas_time() {
        for (micros, expected) in [
            (0, "D:19700101080000+08'00'"),
            (1_709_221_199_000_000, "D:20240229233959+08'00'"),
            (1_795_305_600_999_999, "D:20261122080000+08'00'"),
            (4_107_513_600_000_000, "D:21000301000000+08'00'"),
        ] {
            assert_eq!(pdf_date(micros).as_deref(), Some(expected), "{micros}");
        }
        assert_eq!(pdf_date(i64::MAX), None);
        assert_eq!(pdf_date(-86_400_000_000), None);
    }
}
