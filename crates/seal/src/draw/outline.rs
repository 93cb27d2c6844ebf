//! Contours: points, segments, and what circles, stars and characters look like as such.

use std::f64::consts::{PI, TAU};

use yinxin_fonts::{Face, Family, Style, Weight, face_for};

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
        self.0.extend(glyph.outline.iter().map(|segment| match *segment {
            Segment::Move(p) => Segment::Move(matrix.apply(p)),
            Segment::Line(p) => Segment::Line(matrix.apply(p)),
            Segment::Cubic(p, q, r) => Segment::Cubic(matrix.apply(p), matrix.apply(q), matrix.apply(r)),
            Segment::Close => Segment::Close,
        }));
    }
}

/// Song-style characters of names and dates.
pub(super) const SONG: Style = Style { family: Family::Serif, weight: Weight::Bold };
/// Sans digits of the seal code.
pub(super) const DIGITS: Style = Style { family: Family::Sans, weight: Weight::Regular };

/// Height of the middle of a Song character above its baseline, in parts of its height. By this number, not by the metrics of a
/// font, which differ between fonts.
const MIDDLE: f64 = 0.375;

/// One character, in parts of its height, with (0, 0) in its middle.
#[derive(Debug)]
pub(super) struct Glyph {
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
        Some(Self { outline: pen.outline, advance })
    }
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
