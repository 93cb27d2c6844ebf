//! A handwritten signature from the strokes of a finger, a mouse or a pen.

use super::outline::Outline;
use super::trace::outlines;
use super::{BLACK, DrawError, Drawing, Point, Segment};

/// One reported position of the pen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PenPoint {
    /// To the right, in any unit, less than 10⁹.
    pub x: f64,
    /// Down, as on screens, in the same unit.
    pub y: f64,
    /// 0 to 1; 0.5 where the device does not tell (as in the Pointer Events of browsers).
    pub pressure: f64,
}

/// 手写签名: strokes as they were written, each a run of positions, to be fitted into a box.
#[derive(Debug, Clone, PartialEq)]
pub struct HandwrittenSignature {
    /// The strokes in the order of writing; at most 20,000 positions and some seven metres of line in all.
    pub strokes: Vec<Vec<PenPoint>>,
    /// Width of the box in millimetres, 10 to 80.
    pub width_mm: f64,
    /// Height of the box in millimetres, 5 to 40.
    pub height_mm: f64,
}

const MOST_POINTS: usize = 20_000;
/// Width of the line at usual pressure and speed: a gel pen.
const PEN_MM: f64 = 0.55;
/// Thickest line in parts of the usual one; the signature keeps half of it away from the edge of the box.
const THICKEST: f64 = 1.6;
/// Distance of the places at which the curve is drawn.
const STEP_MM: f64 = 0.12;
const PIXELS_PER_MM: f64 = 32.0;
/// Most places of the pen in all, some seven metres of line: no hand writes more, and what draws it must not fill the memory.
const MOST_NIBS: usize = 60_000;

/// A place on the curve and half the width of the line there, in millimetres.
#[derive(Debug, Clone, Copy)]
struct Nib {
    at: Point,
    radius: f64,
}

impl HandwrittenSignature {
    /// Draws the signature in black: as large as the box allows, in its own proportions, in the middle, thicker where it was pressed or
    /// written slowly.
    ///
    /// # Errors
    /// [`DrawError::NoStrokes`] if it leaves no mark, [`DrawError::Strokes`] if a position is not a number or there are too many, and
    /// [`DrawError::Size`] if the box is not as large as it has to be.
    pub fn draw(&self) -> Result<Drawing, DrawError> {
        let (width, height) = (self.width_mm, self.height_mm);
        if !(10.0..=80.0).contains(&width) || !(5.0..=40.0).contains(&height) {
            return Err(DrawError::Size { least_mm: 5, most_mm: 80 });
        }
        let count: usize = self.strokes.iter().map(Vec::len).sum();
        let number = |p: &PenPoint| [p.x, p.y].iter().all(|v| v.abs() < 1e9) && (0.0..=1.0).contains(&p.pressure);
        if count > MOST_POINTS || !self.strokes.iter().flatten().all(number) {
            return Err(DrawError::Strokes);
        }
        let points = || self.strokes.iter().flatten();
        let bounds = |value: fn(&PenPoint) -> f64| {
            points().map(value).fold((f64::MAX, f64::MIN), |(least, most), v| (least.min(v), most.max(v)))
        };
        let ((left, right), (top, bottom)) = (bounds(|p| p.x), bounds(|p| p.y));
        let (across, down) = (right - left, bottom - top);
        if count == 0 || across.max(down) < 1e-6 {
            return Err(DrawError::NoStrokes);
        }
        let margin = PEN_MM * THICKEST / 2.0 + 0.1;
        let scale = ((width - 2.0 * margin) / across).min((height - 2.0 * margin) / down);
        let to_mm = |p: &PenPoint| Point {
            x: width / 2.0 + (p.x - (left + right) / 2.0) * scale,
            y: height / 2.0 - (p.y - (top + bottom) / 2.0) * scale,
        };
        // A device without a sense of pressure reports the same everywhere; then the speed has to tell.
        let first = points().next().map_or(0.5, |p| p.pressure);
        let pressed = points().any(|p| (p.pressure - first).abs() > 1e-6);
        let mut ink = Outline::default();
        let mut room = MOST_NIBS;
        for stroke in &self.strokes {
            let stroke: Vec<(Point, f64)> = stroke.iter().map(|p| (to_mm(p), p.pressure)).collect();
            let nibs = nibs(&stroke, pressed, room).ok_or(DrawError::Strokes)?;
            room -= nibs.len();
            draw_stroke(&nibs, &mut ink);
        }
        let strokes = Drawing { width_mm: width, height_mm: height, ink: BLACK, outline: ink.0 };
        // One outline of the whole instead of thousands of pieces that lie over each other.
        let outline = outlines(&strokes.field(PIXELS_PER_MM)?, PIXELS_PER_MM);
        if outline.is_empty() { Err(DrawError::NoStrokes) } else { Ok(Drawing { outline, ..strokes }) }
    }
}

/// The places of the pen along a smooth curve through the positions; `None` if they are more than `most`.
fn nibs(stroke: &[(Point, f64)], pressed: bool, most: usize) -> Option<Vec<Nib>> {
    let distance = |a: Point, b: Point| (a.x - b.x).hypot(a.y - b.y);
    // Positions that hardly differ would make the curve tremble.
    let mut points: Vec<(Point, f64)> = Vec::new();
    for (i, (at, pressure)) in stroke.iter().enumerate() {
        let far = points.last().is_none_or(|(last, _)| distance(*last, *at) > 0.08);
        if far || (i + 1 == stroke.len() && points.len() == 1 && distance(points[0].0, *at) > 0.0) {
            points.push((*at, *pressure));
        }
    }
    // Devices report at a steady rate, so the distance of two reports is the speed.
    let mean = match points.len() {
        0 | 1 => 1.0,
        n => points.windows(2).map(|pair| distance(pair[0].0, pair[1].0)).sum::<f64>() / (n - 1) as f64,
    };
    let mut smooth = None;
    let widths: Vec<f64> = (0..points.len())
        .map(|i| {
            let factor = if pressed {
                0.45 + 1.1 * points[i].1
            } else {
                // The first position has no distance of its own.
                let i = i.max(1).min(points.len() - 1);
                let speed = distance(points[i].0, points[i.saturating_sub(1)].0) / mean;
                1.25 / (0.65 + 0.6 * speed)
            };
            let factor = factor.clamp(0.5, THICKEST);
            let before = smooth.unwrap_or(factor);
            let now = before + 0.35 * (factor - before);
            smooth = Some(now);
            now * PEN_MM / 2.0
        })
        .collect();
    let mut nibs = Vec::new();
    for i in 0..points.len() {
        let (at, radius) = (points[i].0, widths[i]);
        let Some((next, _)) = points.get(i + 1) else {
            // The pen leaves the paper thinner than it wrote.
            nibs.push(Nib { at, radius: if points.len() > 1 { 0.7 * radius } else { radius } });
            break;
        };
        let before = if i == 0 { at } else { points[i - 1].0 };
        let after = points.get(i + 2).map_or(*next, |(after, _)| *after);
        let steps = (distance(at, *next) / STEP_MM).ceil().clamp(1.0, 1_000.0) as usize;
        if nibs.len() + steps >= most {
            return None;
        }
        for k in 0..steps {
            let t = k as f64 / steps as f64;
            let curve = |a: f64, b: f64, c: f64, d: f64| {
                // Catmull and Rom.
                let (u, v, w) = (c - a, 2.0 * a - 5.0 * b + 4.0 * c - d, 3.0 * b - 3.0 * c + d - a);
                b + 0.5 * t * (u + t * (v + t * w))
            };
            let at = Point { x: curve(before.x, at.x, next.x, after.x), y: curve(before.y, at.y, next.y, after.y) };
            nibs.push(Nib { at, radius: radius + (widths[i + 1] - radius) * t });
        }
    }
    (nibs.len() <= most).then_some(nibs)
}

/// A disc at each place and a strip between each two, all counter-clockwise, so that the nonzero rule joins them.
fn draw_stroke(nibs: &[Nib], ink: &mut Outline) {
    for nib in nibs {
        ink.circle(nib.at, nib.radius, false);
    }
    for pair in nibs.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (dx, dy) = (b.at.x - a.at.x, b.at.y - a.at.y);
        let length = dx.hypot(dy);
        if length > 0.0 {
            let (nx, ny) = (-dy / length, dx / length);
            let beside = |nib: Nib, side: f64| Point {
                x: nib.at.x + nx * nib.radius * side,
                y: nib.at.y + ny * nib.radius * side,
            };
            ink.0.extend([
                Segment::Move(beside(a, 1.0)),
                Segment::Line(beside(a, -1.0)),
                Segment::Line(beside(b, -1.0)),
                Segment::Line(beside(b, 1.0)),
                Segment::Close,
            ]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(points: &[(f64, f64, f64)]) -> Vec<PenPoint> {
        points.iter().map(|(x, y, pressure)| PenPoint { x: *x, y: *y, pressure: *pressure }).collect()
    }

    fn signature(strokes: Vec<Vec<PenPoint>>) -> HandwrittenSignature {
        HandwrittenSignature { strokes, width_mm: 36.0, height_mm: 12.0 }
    }

    fn bounds(drawing: &Drawing) -> (f64, f64, f64, f64) {
        let points = drawing.outline.iter().filter_map(|segment| match segment {
            Segment::Move(p) | Segment::Line(p) | Segment::Cubic(_, _, p) => Some(*p),
            Segment::Close => None,
        });
        points.fold((f64::MAX, f64::MIN, f64::MAX, f64::MIN), |(l, r, b, t), p| {
            (l.min(p.x), r.max(p.x), b.min(p.y), t.max(p.y))
        })
    }

    #[test]
    fn a_signature_fills_its_box_in_its_own_proportions_and_upright() {
        // A tall stroke at the left whose foot is pressed: the foot must come out below.
        let drawing = signature(vec![
            stroke(&[(100.0, 20.0, 0.1), (100.0, 60.0, 0.2), (100.0, 100.0, 0.9), (100.0, 120.0, 1.0)]),
            stroke(&[(120.0, 70.0, 0.5), (200.0, 70.0, 0.5)]),
        ])
        .draw()
        .unwrap();
        let (left, right, bottom, top) = bounds(&drawing);
        assert!(left > 0.0 && right < 36.0 && bottom > 0.0 && top < 12.0);
        assert!(top - bottom > 10.5, "the height limits: {bottom} {top}");
        assert!(((right - left) - (top - bottom)).abs() < 0.6, "as wide as high, as written");
        let field = drawing.field(20.0).unwrap();
        let ink = |rows: std::ops::Range<usize>| {
            rows.map(|y| field.levels[y * field.width..(y + 1) * field.width].iter().filter(|v| **v > 127).count())
                .sum::<usize>()
        };
        assert!(2 * ink(180..230) > 3 * ink(10..60), "{} {}", ink(180..230), ink(10..60));
        assert_eq!(drawing.ink, BLACK);
    }

    #[test]
    fn a_crossing_of_strokes_is_ink_too() {
        let cross = signature(vec![
            stroke(&[(0.0, 0.0, 0.5), (10.0, 10.0, 0.5)]),
            stroke(&[(10.0, 0.0, 0.5), (0.0, 10.0, 0.5)]),
        ]);
        let field = cross.draw().unwrap().field(20.0).unwrap();
        assert_eq!(field.levels[120 * field.width + 360], 255);
    }

    #[test]
    fn what_leaves_no_mark_or_is_no_number_is_refused() {
        for strokes in [vec![], vec![vec![]], vec![stroke(&[(5.0, 5.0, 0.5)])], vec![stroke(&[(5.0, 5.0, 0.5); 9])]] {
            assert_eq!(signature(strokes).draw(), Err(DrawError::NoStrokes));
        }
        let long = vec![PenPoint { x: 0.0, y: 0.0, pressure: 0.5 }; 20_001];
        for strokes in [
            stroke(&[(f64::NAN, 0.0, 0.5), (1.0, 1.0, 0.5)]),
            stroke(&[(0.0, f64::INFINITY, 0.5), (1.0, 1.0, 0.5)]),
            stroke(&[(0.0, 1e300, 0.5), (1.0, 1.0, 0.5)]),
            stroke(&[(0.0, 0.0, -0.1), (1.0, 1.0, 0.5)]),
            stroke(&[(0.0, 0.0, f64::NAN), (1.0, 1.0, 0.5)]),
            long,
        ] {
            assert_eq!(signature(vec![strokes]).draw(), Err(DrawError::Strokes));
        }
        // Few positions, but more line than any hand writes: from side to side and back.
        let across = |i: i32| PenPoint { x: f64::from(i % 2), y: f64::from(i) / 5000.0, pressure: 0.5 };
        assert_eq!(signature(vec![(0..5000).map(across).collect()]).draw(), Err(DrawError::Strokes));
        assert!(signature(vec![(0..50).map(across).collect()]).draw().is_ok());
        let strokes = vec![stroke(&[(0.0, 0.0, 0.5), (1.0, 1.0, 0.5)])];
        for (width_mm, height_mm) in [(9.9, 10.0), (80.1, 10.0), (30.0, 4.9), (30.0, 40.1), (f64::NAN, 10.0)] {
            let signature = HandwrittenSignature { strokes: strokes.clone(), width_mm, height_mm };
            assert_eq!(signature.draw(), Err(DrawError::Size { least_mm: 5, most_mm: 80 }));
        }
    }
}
