//! Contours: points, segments, and what circles, stars and characters look like as such.

use std::f64::consts::{PI, TAU};

use yinxin_fonts::{Face, Family, Style, Weight, face_for};

use super::DrawError;

/// A point in millimetres, y up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// One step of a contour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Begins a contour.
    Move(Point),
    /// A straight line to the point.
    Line(Point),
    /// A cubic Bézier curve over two control points to the third point.
    Cubic(Point, Point, Point),
    /// Ends the contour.
    Close,
}

impl Segment {
    fn mapped(&self, matrix: Matrix) -> Self {
        match *self {
            Self::Move(p) => Self::Move(matrix.apply(p)),
            Self::Line(p) => Self::Line(matrix.apply(p)),
            Self::Cubic(p, q, r) => Self::Cubic(matrix.apply(p), matrix.apply(q), matrix.apply(r)),
            Self::Close => Self::Close,
        }
    }
}

/// Maps a point: `x' = a x + c y + e`, `y' = b x + d y + f`, as in PDF.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    e: f64,
    f: f64,
}

impl Matrix {
    pub(super) fn scale(x: f64, y: f64) -> Self {
        Self { a: x, b: 0.0, c: 0.0, d: y, e: 0.0, f: 0.0 }
    }

    /// Counter-clockwise, in radians.
    pub(super) fn turn(angle: f64) -> Self {
        let (sin, cos) = angle.sin_cos();
        Self { a: cos, b: sin, c: -sin, d: cos, e: 0.0, f: 0.0 }
    }

    pub(super) fn shift(x: f64, y: f64) -> Self {
        Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: x, f: y }
    }

    /// First `self`, then `next`.
    pub(super) fn then(self, next: Self) -> Self {
        Self {
            a: next.a * self.a + next.c * self.b,
            b: next.b * self.a + next.d * self.b,
            c: next.a * self.c + next.c * self.d,
            d: next.b * self.c + next.d * self.d,
            e: next.a * self.e + next.c * self.f + next.e,
            f: next.b * self.e + next.d * self.f + next.f,
        }
    }

    pub(super) fn apply(&self, p: Point) -> Point {
        Point { x: self.a * p.x + self.c * p.y + self.e, y: self.b * p.x + self.d * p.y + self.f }
    }
}

/// Contours under construction.
#[derive(Debug, Default)]
pub(super) struct Outline(pub(super) Vec<Segment>);

impl Outline {
    /// A circle, counter-clockwise; `hole` turns it round, so that it takes ink away by the nonzero rule.
    pub(super) fn circle(&mut self, centre: Point, radius: f64, hole: bool) {
        // Four quarters; 0.5522847 makes a cubic follow a quarter circle to within 0.03 %.
        let k = 4.0 / 3.0 * (PI / 8.0).tan();
        let sign = if hole { -1.0 } else { 1.0 };
        let at = |x: f64, y: f64| Point { x: centre.x + radius * x, y: centre.y + radius * y * sign };
        self.0.extend([
            Segment::Move(at(1.0, 0.0)),
            Segment::Cubic(at(1.0, k), at(k, 1.0), at(0.0, 1.0)),
            Segment::Cubic(at(-k, 1.0), at(-1.0, k), at(-1.0, 0.0)),
            Segment::Cubic(at(-1.0, -k), at(-k, -1.0), at(0.0, -1.0)),
            Segment::Cubic(at(k, -1.0), at(1.0, -k), at(1.0, 0.0)),
            Segment::Close,
        ]);
    }

    /// An ellipse, counter-clockwise; `hole` as for [`Outline::circle`].
    pub(super) fn ellipse(&mut self, centre: Point, across: f64, up: f64, hole: bool) {
        let mut unit = Self::default();
        unit.circle(Point { x: 0.0, y: 0.0 }, 1.0, hole);
        let matrix = Matrix::scale(across, up).then(Matrix::shift(centre.x, centre.y));
        self.0.extend(unit.0.iter().map(|segment| segment.mapped(matrix)));
    }

    /// A regular five-pointed star, one point up, on a circle of `radius`.
    pub(super) fn star(&mut self, centre: Point, radius: f64) {
        // cos 72° / cos 36°: the five points of a pentagram lie on straight lines.
        let inner = radius * (TAU / 5.0).cos() / (PI / 5.0).cos();
        for i in 0..10 {
            let r = if i % 2 == 0 { radius } else { inner };
            let (sin, cos) = (PI / 2.0 + f64::from(i) * PI / 5.0).sin_cos();
            let p = Point { x: centre.x + r * cos, y: centre.y + r * sin };
            self.0.push(if i == 0 { Segment::Move(p) } else { Segment::Line(p) });
        }
        self.0.push(Segment::Close);
    }

    /// A square with rounded corners and its lower left corner at (`inset`, `inset`); `hole` as for [`Outline::circle`].
    pub(super) fn square(&mut self, side: f64, inset: f64, corner: f64, hole: bool) {
        let k = corner * (1.0 - 4.0 / 3.0 * (PI / 8.0).tan());
        let (low, high) = (inset, side - inset);
        // Mirrored about the diagonal, the same contour runs the other way round.
        let at = |x: f64, y: f64| if hole { Point { x: y, y: x } } else { Point { x, y } };
        self.0.extend([
            Segment::Move(at(low + corner, low)),
            Segment::Line(at(high - corner, low)),
            Segment::Cubic(at(high - k, low), at(high, low + k), at(high, low + corner)),
            Segment::Line(at(high, high - corner)),
            Segment::Cubic(at(high, high - k), at(high - k, high), at(high - corner, high)),
            Segment::Line(at(low + corner, high)),
            Segment::Cubic(at(low + k, high), at(low, high - k), at(low, high - corner)),
            Segment::Line(at(low, low + corner)),
            Segment::Cubic(at(low, low + k), at(low + k, low), at(low + corner, low)),
            Segment::Close,
        ]);
    }

    pub(super) fn glyph(&mut self, glyph: &Glyph, matrix: Matrix) {
        self.0.extend(glyph.outline.iter().map(|segment| segment.mapped(matrix)));
    }

    /// Characters in a straight line about `middle`, `width` and `height` millimetres each.
    pub(super) fn line(&mut self, glyphs: &[Glyph], middle: Point, width: f64, height: f64) {
        let mut x = middle.x - glyphs.iter().map(|glyph| glyph.advance * width).sum::<f64>() / 2.0;
        for glyph in glyphs {
            let advance = glyph.advance * width;
            self.glyph(glyph, Matrix::scale(width, height).then(Matrix::shift(x + advance / 2.0, middle.y)));
            x += advance;
        }
    }
}

/// Song-style characters of names and dates.
pub(super) const SONG: Style = Style { family: Family::Serif, weight: Weight::Bold };
/// Sans digits of the seal code.
pub(super) const DIGITS: Style = Style { family: Family::Sans, weight: Weight::Regular };

/// Sans figures of the number on an oval seal.
pub(super) const FIGURES: Style = Style { family: Family::Sans, weight: Weight::Bold };

/// Height of the middle of a Song character above its baseline, in parts of its height. By this number, not by the metrics of a
/// font, which differ between fonts.
const MIDDLE: f64 = 0.375;

/// One character, in parts of its height, with (0, 0) in its middle.
#[derive(Debug)]
pub(super) struct Glyph {
    pub(super) character: char,
    outline: Vec<Segment>,
    /// How much room it takes along the line: 1 for a Chinese character, about half for digits and brackets.
    pub(super) advance: f64,
}

impl Glyph {
    /// The outline of `ch`, or `None` where no bundled face draws it.
    pub(super) fn of(ch: char, style: Style) -> Option<Self> {
        let face = face_for(ch, style)?;
        let parsed = parse(face)?;
        let id = parsed.glyph_index(ch)?;
        let em = 1.0 / f64::from(parsed.units_per_em());
        let mut advance = f64::from(parsed.glyph_hor_advance(id)?) * em;
        let mut centre = advance / 2.0;
        // A full-width bracket or mark stands at one side of its square. On a seal it takes the room of what is seen of it.
        if advance > 0.9
            && !ch.is_alphanumeric()
            && let Some(ink) = parsed.glyph_bounding_box(id)
        {
            centre = (f64::from(ink.x_min) + f64::from(ink.x_max)) / 2.0 * em;
            advance = (f64::from(ink.width()) * em + 0.2).min(1.0);
        }
        let to_middle = Matrix::scale(em, em).then(Matrix::shift(-centre, -MIDDLE));
        let mut pen = Pen { matrix: to_middle, outline: Vec::new(), at: Point { x: 0.0, y: 0.0 } };
        // A blank such as a space has no outline and only takes room.
        let _ = parsed.outline_glyph(id, &mut pen);
        let mut outline = pen.outline;
        if style.weight == Weight::Bold && face.style.weight != Weight::Bold {
            embolden(&mut outline);
        }
        Some(Self { character: ch, outline, advance })
    }
}

/// Thickens the outline of a regular character for a line of bold ones: a bold Song differs in its upright strokes, so the character is
/// laid over itself a little to the left and to the right. All contours of ink run the same way round, so the nonzero rule joins them.
fn embolden(outline: &mut Vec<Segment>) {
    /// In parts of the height; less than half an upright stroke, so that no gap opens.
    const SHIFT: f64 = 0.018;
    let moved = |outline: &[Segment], x: f64| -> Vec<Segment> {
        let matrix = Matrix::shift(x, 0.0);
        outline.iter().map(|segment| segment.mapped(matrix)).collect()
    };
    let (left, right) = (moved(outline, -SHIFT), moved(outline, SHIFT));
    outline.extend(left);
    outline.extend(right);
}

/// The outlines of characters.
///
/// # Errors
/// [`DrawError::Unprintable`] for one that no bundled face draws.
pub(super) fn glyphs(characters: &[char], style: Style) -> Result<Vec<Glyph>, DrawError> {
    let glyph = |ch: &char| Glyph::of(*ch, style).ok_or_else(|| DrawError::Unprintable { characters: vec![*ch] });
    characters.iter().map(glyph).collect()
}

fn parse(face: &Face) -> Option<ttf_parser::Face<'static>> {
    ttf_parser::Face::parse(face.bytes, face.index).ok()
}

/// Takes down what the font draws; its quadratic curves become cubic ones, which PDF needs.
struct Pen {
    matrix: Matrix,
    outline: Vec<Segment>,
    at: Point,
}

impl Pen {
    fn point(&mut self, x: f32, y: f32) -> Point {
        self.matrix.apply(Point { x: f64::from(x), y: f64::from(y) })
    }
}

impl ttf_parser::OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.point(x, y);
        self.outline.push(Segment::Move(self.at));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = self.point(x, y);
        self.outline.push(Segment::Line(self.at));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.point(x1, y1), self.point(x, y));
        let toward = |end: Point| Point {
            x: end.x + (control.x - end.x) * 2.0 / 3.0,
            y: end.y + (control.y - end.y) * 2.0 / 3.0,
        };
        self.outline.push(Segment::Cubic(toward(self.at), toward(to), to));
        self.at = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second) = (self.point(x1, y1), self.point(x2, y2));
        self.at = self.point(x, y);
        self.outline.push(Segment::Cubic(first, second, self.at));
    }

    fn close(&mut self) {
        self.outline.push(Segment::Close);
    }
}
