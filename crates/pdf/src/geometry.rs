//! Where things stand on a page: millimetres as a person measures them on the page as seen, and PDF's default user space.
//!
//! Default user space has its origin anywhere, y upwards, before the page's rotation. A person counts from the top left corner of what is seen,
//! y downwards, after rotation. Everything here is a pure function between the two.

use crate::pages::Page;

/// Points (1/72 inch) in one millimetre.
pub const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Millimetres to points.
pub fn mm_to_points(mm: f64) -> f64 {
    mm * POINTS_PER_MM
}

/// Points to millimetres.
pub fn points_to_mm(points: f64) -> f64 {
    points / POINTS_PER_MM
}

/// A rectangle in default user space units (points, unless the page has a /UserUnit), `x0 <= x1`, `y0 <= y1`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PdfRect {
    /// Left.
    pub x0: f64,
    /// Bottom.
    pub y0: f64,
    /// Right.
    pub x1: f64,
    /// Top.
    pub y1: f64,
}

impl PdfRect {
    /// The rectangle between any two opposite corners.
    pub fn from_corners(x0: f64, y0: f64, x1: f64, y1: f64) -> Self {
        PdfRect { x0: x0.min(x1), y0: y0.min(y1), x1: x0.max(x1), y1: y0.max(y1) }
    }

    /// Width in user space units.
    pub fn width(&self) -> f64 {
        self.x1 - self.x0
    }

    /// Height in user space units.
    pub fn height(&self) -> f64 {
        self.y1 - self.y0
    }

    /// What both cover; of no width or height when they do not meet.
    #[must_use]
    pub fn intersection(self, other: PdfRect) -> Self {
        let (x0, y0) = (self.x0.max(other.x0), self.y0.max(other.y0));
        PdfRect { x0, y0, x1: self.x1.min(other.x1).max(x0), y1: self.y1.min(other.y1).max(y0) }
    }

    /// The box around both.
    pub(crate) fn union(self, other: PdfRect) -> Self {
        PdfRect {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// Whether `other` lies inside, with a hundredth of a unit to spare for rounding.
    pub fn contains(&self, other: PdfRect) -> bool {
        let spare = 0.01;
        other.x0 >= self.x0 - spare
            && other.y0 >= self.y0 - spare
            && other.x1 <= self.x1 + spare
            && other.y1 <= self.y1 + spare
    }

    pub(crate) fn is_finite(&self) -> bool {
        [self.x0, self.y0, self.x1, self.y1].iter().all(|corner| corner.is_finite() && corner.abs() < 1e7)
    }
}

/// A PDF transformation `[a b c d e f]`: `x' = a·x + c·y + e`, `y' = b·x + d·y + f` (ISO 32000-1, 8.3.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Matrix(pub [f64; 6]);

impl Matrix {
    /// Where the point lands.
    pub fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }
}

/// Width and height of the page as seen, in millimetres, after rotation and with its /UserUnit.
pub fn seen_size_mm(page: &Page) -> (f64, f64) {
    let scale = page.user_unit / POINTS_PER_MM;
    let (width, height) = (page.crop_box.width() * scale, page.crop_box.height() * scale);
    if page.rotate.is_multiple_of(180) { (width, height) } else { (height, width) }
}

/// The rectangle in default user space of a box given as seen: `x_mm`, `y_mm` from the top left corner of the page as shown, `w_mm` wide, `h_mm` high.
///
/// It may lie outside of the page; [`PdfRect::contains`] on the CropBox tells.
pub fn place_upright(page: &Page, x_mm: f64, y_mm: f64, w_mm: f64, h_mm: f64) -> PdfRect {
    let unit = POINTS_PER_MM / page.user_unit;
    let (x, y, w, h) = (x_mm * unit, y_mm * unit, w_mm * unit, h_mm * unit);
    let area = page.crop_box;
    match page.rotate {
        90 => PdfRect { x0: area.x0 + y, y0: area.y0 + x, x1: area.x0 + y + h, y1: area.y0 + x + w },
        180 => PdfRect { x0: area.x1 - x - w, y0: area.y0 + y, x1: area.x1 - x, y1: area.y0 + y + h },
        270 => PdfRect { x0: area.x1 - y - h, y0: area.y1 - x - w, x1: area.x1 - y, y1: area.y1 - x },
        _ => PdfRect { x0: area.x0 + x, y0: area.y1 - y - h, x1: area.x0 + x + w, y1: area.y1 - y },
    }
}

/// The inverse of [`place_upright`]: `(x_mm, y_mm, w_mm, h_mm)` of a rectangle as seen.
pub fn seen_place_mm(page: &Page, rect: PdfRect) -> (f64, f64, f64, f64) {
    let area = page.crop_box;
    let (x, y, w, h) = match page.rotate {
        90 => (rect.y0 - area.y0, rect.x0 - area.x0, rect.height(), rect.width()),
        180 => (area.x1 - rect.x1, rect.y0 - area.y0, rect.width(), rect.height()),
        270 => (area.y1 - rect.y1, area.x1 - rect.x1, rect.height(), rect.width()),
        _ => (rect.x0 - area.x0, area.y1 - rect.y1, rect.width(), rect.height()),
    };
    let mm = page.user_unit / POINTS_PER_MM;
    (x * mm, y * mm, w * mm, h * mm)
}

/// The part of a drawing that is shown, as fractions of its width and height from the bottom left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clip {
    /// Left edge, 0 to 1.
    pub left: f64,
    /// Bottom edge, 0 to 1.
    pub bottom: f64,
    /// Right edge, greater than `left`, at most 1.
    pub right: f64,
    /// Top edge, greater than `bottom`, at most 1.
    pub top: f64,
}

impl Clip {
    /// The whole drawing.
    pub const WHOLE: Clip = Clip { left: 0.0, bottom: 0.0, right: 1.0, top: 1.0 };

    pub(crate) fn is_sound(&self) -> bool {
        0.0 <= self.left
            && self.left < self.right
            && self.right <= 1.0
            && 0.0 <= self.bottom
            && self.bottom < self.top
            && self.top <= 1.0
    }
}

/// The matrix that draws the part `clip` of a form of `width` × `height` into `rect` so that it stands upright on a page rotated by `rotate` degrees.
pub fn upright_matrix(rect: PdfRect, rotate: u16, width: f64, height: f64, clip: Clip) -> Matrix {
    // The part's own size and corner in form space.
    let (part_w, part_h) = (width * (clip.right - clip.left), height * (clip.top - clip.bottom));
    let (part_x, part_y) = (width * clip.left, height * clip.bottom);
    let (w, h) = (rect.width(), rect.height());
    // Rotated back, so that the viewer's clockwise rotation puts it upright.
    let [a, b, c, d, e, f] = match rotate {
        90 => [0.0, h / part_w, -w / part_h, 0.0, rect.x1, rect.y0],
        180 => [-w / part_w, 0.0, 0.0, -h / part_h, rect.x1, rect.y1],
        270 => [0.0, -h / part_w, w / part_h, 0.0, rect.x0, rect.y1],
        _ => [w / part_w, 0.0, 0.0, h / part_h, rect.x0, rect.y0],
    };
    Matrix([a, b, c, d, e - a * part_x - c * part_y, f - b * part_x - d * part_y])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ObjectId;

    fn page(rotate: u16) -> Page {
        let crop_box = PdfRect { x0: 20.0, y0: 30.0, x1: 320.0, y1: 530.0 };
        let media_box = PdfRect { x0: 0.0, y0: 0.0, x1: 400.0, y1: 600.0 };
        Page { index: 0, id: ObjectId { number: 3, generation: 0 }, media_box, crop_box, rotate, user_unit: 1.0 }
    }

    /// Where a viewer shows a point of user space, in points from the top left of the page as seen.
    fn seen(page: &Page, x: f64, y: f64) -> (f64, f64) {
        let area = page.crop_box;
        match page.rotate {
            90 => (y - area.y0, x - area.x0),
            180 => (area.x1 - x, y - area.y0),
            270 => (area.y1 - y, area.x1 - x),
            _ => (x - area.x0, area.y1 - y),
        }
    }

    fn near(left: (f64, f64), right: (f64, f64)) -> bool {
        (left.0 - right.0).abs() < 1e-6 && (left.1 - right.1).abs() < 1e-6
    }

    #[test]
    fn a_seal_stands_upright_at_its_place_for_every_rotation() {
        let (x, y, w, h) = (10.0, 25.0, 42.0, 20.0);
        let pt = POINTS_PER_MM;
        for rotate in [0, 90, 180, 270] {
            let page = page(rotate);
            let rect = place_upright(&page, x, y, w, h);
            let matrix = upright_matrix(rect, rotate, 100.0, 50.0, Clip::WHOLE);
            let on_screen = |form_x, form_y| {
                let (user_x, user_y) = matrix.apply(form_x, form_y);
                seen(&page, user_x, user_y)
            };
            assert!(near(on_screen(0.0, 50.0), (x * pt, y * pt)), "top left, {rotate}");
            assert!(near(on_screen(100.0, 50.0), ((x + w) * pt, y * pt)), "top right, {rotate}");
            assert!(near(on_screen(0.0, 0.0), (x * pt, (y + h) * pt)), "bottom left, {rotate}");
        }
    }

    #[test]
    fn placing_and_reading_a_place_are_inverse_with_user_units() {
        for rotate in [0, 90, 180, 270] {
            let page = Page { user_unit: 2.0, ..page(rotate) };
            let rect = place_upright(&page, 12.5, 7.25, 42.0, 18.0);
            let (x, y, w, h) = seen_place_mm(&page, rect);
            assert!(near((x, y), (12.5, 7.25)) && near((w, h), (42.0, 18.0)), "{rotate}");
        }
        let (width, height) = seen_size_mm(&Page { user_unit: 2.0, ..page(90) });
        assert!(near((width, height), (points_to_mm(1000.0), points_to_mm(600.0))));
    }

    #[test]
    fn a_clipped_part_fills_its_rectangle() {
        let rect = PdfRect { x0: 100.0, y0: 200.0, x1: 110.0, y1: 240.0 };
        let clip = Clip { left: 0.25, right: 0.5, ..Clip::WHOLE };
        for rotate in [0, 90, 180, 270] {
            let matrix = upright_matrix(rect, rotate, 40.0, 40.0, clip);
            let (x0, y0) = matrix.apply(10.0, 0.0);
            let (x1, y1) = matrix.apply(20.0, 40.0);
            let covered = PdfRect::from_corners(x0, y0, x1, y1);
            assert!(rect.contains(covered) && covered.contains(rect), "{rotate}: {covered:?}");
        }
    }
}
