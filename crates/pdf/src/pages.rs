//! The page tree: pages in order with the inherited boxes and rotation.

use std::collections::HashSet;

use crate::geometry::PdfRect;
use crate::open::{Opened, ReadError};
use crate::syntax::{Dictionary, Object, ObjectId};

/// Pages beyond which a file is refused.
const MAX_PAGES: usize = 20_000;
/// Depth of the page tree beyond which a file is refused.
const MAX_DEPTH: usize = 64;

/// One page, with what it inherits (ISO 32000-1, 7.7.3).
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Position in the document, from 0.
    pub index: usize,
    /// The page object.
    pub id: ObjectId,
    /// /MediaBox in default user space units, normalised.
    pub media_box: PdfRect,
    /// /CropBox intersected with the MediaBox: what is seen; the MediaBox when there is none.
    pub crop_box: PdfRect,
    /// Clockwise rotation when shown, in degrees: 0, 90, 180 or 270.
    pub rotate: u16,
    /// Size of a user space unit in points, 1 unless the page says otherwise.
    pub user_unit: f64,
}

/// Why the pages cannot be listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// An object of the tree cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The catalogue has no /Pages, or a node is no dictionary.
    #[error("pdf.pages.bad_node: object {0}")]
    BadNode(ObjectId),
    /// The tree runs in a circle, uses a page twice, or is too deep or too large.
    #[error("pdf.pages.bad_tree: object {0}")]
    BadTree(ObjectId),
    /// A page has no usable /MediaBox, or an empty one.
    #[error("pdf.pages.bad_box: page object {0}")]
    BadBox(ObjectId),
    /// /Rotate is no multiple of 90, or /UserUnit is not positive.
    #[error("pdf.pages.bad_rotation: page object {0}")]
    BadRotation(ObjectId),
    /// The document has no page.
    #[error("pdf.pages.none")]
    None,
}

/// Attributes that pages inherit.
#[derive(Clone, Default)]
struct Inherited {
    media_box: Option<PdfRect>,
    crop_box: Option<PdfRect>,
    rotate: Option<Object>,
}

pub(crate) fn read_pages(file: &Opened) -> Result<Vec<Page>, PageError> {
    let catalog_id = file.catalog_id();
    let catalog = file.catalog()?;
    let root = catalog.get("Pages").and_then(Object::as_reference).ok_or(PageError::BadNode(catalog_id))?;
    let mut pages = Vec::new();
    let mut seen = HashSet::new();
    // An explicit stack, last child first, so that hostile depth cannot exhaust the thread's.
    let mut stack = vec![(root, 0usize, Inherited::default())];
    while let Some((id, depth, inherited)) = stack.pop() {
        if depth > MAX_DEPTH || pages.len() >= MAX_PAGES || !seen.insert(id) {
            return Err(PageError::BadTree(id));
        }
        let Object::Dictionary(node) = file.object(id)? else { return Err(PageError::BadNode(id)) };
        let inherited = inherit(file, &node, inherited)?;
        match node.get("Kids") {
            Some(kids) => {
                let kids = file.resolve(kids)?;
                let kids = kids.as_array().ok_or(PageError::BadNode(id))?;
                for kid in kids.iter().rev() {
                    let kid = kid.as_reference().ok_or(PageError::BadNode(id))?;
                    stack.push((kid, depth + 1, inherited.clone()));
                }
            }
            None => pages.push(page(file, pages.len(), id, &node, inherited)?),
        }
        if stack.len() > MAX_PAGES {
            return Err(PageError::BadTree(id));
        }
    }
    if pages.is_empty() { Err(PageError::None) } else { Ok(pages) }
}

fn inherit(file: &Opened, node: &Dictionary, mut inherited: Inherited) -> Result<Inherited, ReadError> {
    if let Some(value) = file.get(node, "MediaBox")? {
        inherited.media_box = rectangle(file, &value)?;
    }
    if let Some(value) = file.get(node, "CropBox")? {
        inherited.crop_box = rectangle(file, &value)?;
    }
    if let Some(value) = file.get(node, "Rotate")? {
        inherited.rotate = Some(value);
    }
    Ok(inherited)
}

/// A rectangle from an array of four numbers, `None` if it is not one.
pub(crate) fn rectangle(file: &Opened, value: &Object) -> Result<Option<PdfRect>, ReadError> {
    let Some(items) = value.as_array() else { return Ok(None) };
    let mut corners = [0.0; 4];
    if items.len() != corners.len() {
        return Ok(None);
    }
    for (corner, item) in corners.iter_mut().zip(items) {
        match file.resolve(item)?.as_number() {
            Some(number) => *corner = number,
            None => return Ok(None),
        }
    }
    let [x0, y0, x1, y1] = corners;
    Ok(Some(PdfRect::from_corners(x0, y0, x1, y1)))
}

fn page(file: &Opened, index: usize, id: ObjectId, node: &Dictionary, inherited: Inherited) -> Result<Page, PageError> {
    let sound = |area: &PdfRect| area.width() > 0.0 && area.height() > 0.0;
    let media_box = inherited.media_box.filter(sound).ok_or(PageError::BadBox(id))?;
    // A CropBox outside of the MediaBox is ignored, as readers do.
    let crop_box = inherited.crop_box.map(|crop| crop.intersection(media_box)).filter(sound).unwrap_or(media_box);
    let rotate = match inherited.rotate {
        None => 0,
        Some(Object::Integer(degrees)) if degrees % 90 == 0 => degrees.rem_euclid(360) as u16,
        Some(_) => return Err(PageError::BadRotation(id)),
    };
    let user_unit = match file.get(node, "UserUnit")? {
        None => 1.0,
        Some(unit) => {
            unit.as_number().filter(|unit| (0.001..=1_000_000.0).contains(unit)).ok_or(PageError::BadRotation(id))?
        }
    };
    Ok(Page { index, id, media_box, crop_box, rotate, user_unit })
}
