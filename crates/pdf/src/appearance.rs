//! What marks look like: vector forms painted like ink, without fonts.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use yinxin_seal::PdfForm;

use crate::form::form_xobject;
use crate::geometry::{Clip, Matrix, PdfRect, upright_matrix};
use crate::syntax::{Dictionary, Object, ObjectId, write_real};
use crate::write::{Revision, WriteError};

/// Opacity of the ink; together with multiplying it keeps the text under a seal readable.
const INK: f64 = 0.94;

/// One drawing at one place of one page.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// Page, from 0.
    pub page: usize,
    /// Where it goes, in default user space of the page; see [`crate::place_upright`]. The drawing stands upright as seen, whatever the page's rotation.
    pub rect: PdfRect,
    /// The drawing.
    pub form: &'a PdfForm,
    /// The part of the drawing that fills `rect`; `None` for all of it.
    pub clip: Option<Clip>,
}

/// Drawings already written in this update, so that twenty slices share one seal.
#[derive(Default)]
pub(crate) struct Drawings<'a> {
    written: Vec<(&'a PdfForm, ObjectId)>,
}

impl<'a> Drawings<'a> {
    /// The form XObject of a drawing: a transparency group, so that its ink does not darken where paths overlap.
    fn xobject(&mut self, revision: &mut Revision<'_>, form: &'a PdfForm) -> Result<ObjectId, WriteError> {
        if let Some((_, id)) = self.written.iter().find(|(known, _)| std::ptr::eq(*known, form)) {
            return Ok(*id);
        }
        let bounds = PdfRect { x0: 0.0, y0: 0.0, x1: form.width_pt, y1: form.height_pt };
        let group = Dictionary::new()
            .with("Type", Object::name("Group"))
            .with("S", Object::name("Transparency"))
            .with("CS", Object::name("DeviceRGB"))
            .with("I", Object::Boolean(true));
        let dictionary = form_xobject(bounds, Dictionary::new()).with("Group", Object::Dictionary(group));
        let id = match compress(&form.content) {
            Some(data) => revision.add_stream(dictionary.with("Filter", Object::name("FlateDecode")), &data)?,
            None => revision.add_stream(dictionary, &form.content)?,
        };
        self.written.push((form, id));
        Ok(id)
    }

    /// The appearance of a signature's own widget at `mark.rect`.
    pub(crate) fn widget(
        &mut self,
        revision: &mut Revision<'_>,
        mark: &Mark<'a>,
        rotate: u16,
    ) -> Result<ObjectId, WriteError> {
        let bounds = PdfRect { x0: 0.0, y0: 0.0, x1: mark.rect.width(), y1: mark.rect.height() };
        let at_origin = Mark { rect: bounds, ..*mark };
        self.appearance(revision, bounds, None, &[(&at_origin, rotate)])
    }

    /// An appearance with the box `bounds` that shows `before`, then the marks over it.
    pub(crate) fn appearance(
        &mut self,
        revision: &mut Revision<'_>,
        bounds: PdfRect,
        before: Option<ObjectId>,
        marks: &[(&Mark<'a>, u16)],
    ) -> Result<ObjectId, WriteError> {
        let mut xobjects = Dictionary::new();
        let mut content = Vec::new();
        if let Some(before) = before {
            xobjects.set("Before", Object::Reference(before));
            content.extend_from_slice(b"/Before Do\n");
        }
        for (index, (mark, rotate)) in marks.iter().enumerate() {
            let name = format!("Mark{index}");
            xobjects.set(&name, Object::Reference(self.xobject(revision, mark.form)?));
            let clip = mark.clip.unwrap_or(Clip::WHOLE);
            let matrix = upright_matrix(mark.rect, *rotate, mark.form.width_pt, mark.form.height_pt, clip);
            draw(&mut content, &name, mark.rect, matrix);
        }
        let ink = Dictionary::new()
            .with("Type", Object::name("ExtGState"))
            .with("ca", Object::Real(INK))
            .with("CA", Object::Real(INK))
            .with("BM", Object::name("Multiply"));
        let resources = Dictionary::new()
            .with("ExtGState", Object::Dictionary(Dictionary::new().with("Ink", Object::Dictionary(ink))))
            .with("XObject", Object::Dictionary(xobjects));
        revision.add_stream(form_xobject(bounds, resources), &content)
    }
}

fn draw(content: &mut Vec<u8>, name: &str, rect: PdfRect, matrix: Matrix) {
    content.extend_from_slice(b"q /Ink gs ");
    for number in [rect.x0, rect.y0, rect.width(), rect.height()] {
        write_coordinate(content, number);
    }
    content.extend_from_slice(b"re W n ");
    for number in matrix.0 {
        write_coordinate(content, number);
    }
    content.extend_from_slice(format!("cm /{name} Do Q\n").as_bytes());
}

/// Six decimals are far below what any device resolves, and keep scaled coordinates exact enough to meet across slices.
fn write_coordinate(content: &mut Vec<u8>, number: f64) {
    write_real(content, (number * 1e6).round() / 1e6);
    content.push(b' ');
}

fn compress(data: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(data.len() / 2), Compression::fast());
    encoder.write_all(data).ok()?;
    encoder.finish().ok()
}
