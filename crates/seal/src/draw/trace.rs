//! From a field of ink strengths back to outlines.
//!
//! Two things need it: characters cut out of a ground (the contours of a font overlap each other, so that the winding rule alone cannot
//! take them away), and what was never an outline, such as pen strokes and photos.

use std::collections::HashMap;

use super::{Point, Segment};

/// Ink strengths, 0 to 255, in rows from the top down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) levels: Vec<u8>,
}

impl Field {
    /// The strength at a place that may lie outside.
    fn at(&self, x: i64, y: i64) -> u8 {
        let inside = (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y);
        if inside { self.levels[y as usize * self.width + x as usize] } else { 0 }
    }
}

/// Parts of a contour that are closer than this to a straight line become one, in pixels.
const TOLERANCE: f64 = 0.2;
/// Less ink than this, in square pixels, is dust.
const DUST: f64 = 2.0;

/// A side between the middles of two neighbouring pixels: of the left and right one (`across`), or of the upper and lower one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Side {
    x: i32,
    y: i32,
    across: bool,
}

/// The outlines where the strength passes one half, `pixels_per_mm` to the millimetre, with the origin in the lower left corner.
///
/// Contours run with the ink at their left, so that the nonzero rule fills the same.
pub(crate) fn outlines(field: &Field, pixels_per_mm: f64) -> Vec<Segment> {
    let mut next: HashMap<Side, Side> = HashMap::new();
    let mut starts = Vec::new();
    // Cells between the middles of four pixels, one beyond the field on each side.
    for y in -1..field.height as i64 {
        for x in -1..field.width as i64 {
            let ink = |dx: i64, dy: i64| field.at(x + dx, y + dy) > 127;
            let corners = [ink(0, 0), ink(1, 0), ink(1, 1), ink(0, 1)];
            if corners == [corners[0]; 4] {
                continue;
            }
            let (x, y) = (x as i32, y as i32);
            let sides = [
                Side { x, y, across: true },
                Side { x: x + 1, y, across: false },
                Side { x, y: y + 1, across: true },
                Side { x, y, across: false },
            ];
            // Clockwise round the cell, a contour goes out where ink ends and has come in at the last side before where ink begins: then
            // the ink is at its left as seen with y upwards, and two corners of ink that only touch are kept apart.
            for i in 0..4 {
                if corners[i] && !corners[(i + 1) % 4] {
                    let from = (1..4).map(|k| (i + 4 - k) % 4).find(|k| !corners[*k] && corners[(*k + 1) % 4]);
                    if let Some(from) = from {
                        next.insert(sides[from], sides[i]);
                        starts.push(sides[from]);
                    }
                }
            }
        }
    }
    let mut segments = Vec::new();
    for start in starts {
        let mut contour = Vec::new();
        let mut side = start;
        while let Some(following) = next.remove(&side) {
            contour.push(crossing(field, side));
            side = following;
        }
        if area(&contour).abs() < DUST {
            continue;
        }
        let height = field.height as f64;
        let to_mm = |p: &Point| Point { x: p.x / pixels_per_mm, y: (height - p.y) / pixels_per_mm };
        let contour = simplify(&contour);
        segments.extend(contour.iter().enumerate().map(|(i, p)| {
            let p = to_mm(p);
            if i == 0 { Segment::Move(p) } else { Segment::Line(p) }
        }));
        segments.push(Segment::Close);
    }
    segments
}

/// Where on a side the strength passes one half, in pixels from the upper left corner.
fn crossing(field: &Field, side: Side) -> Point {
    let (x, y) = (i64::from(side.x), i64::from(side.y));
    let a = f64::from(field.at(x, y));
    let b = f64::from(if side.across { field.at(x + 1, y) } else { field.at(x, y + 1) });
    let t = ((127.5 - a) / (b - a)).clamp(0.0, 1.0);
    let (x, y) = (f64::from(side.x) + 0.5, f64::from(side.y) + 0.5);
    if side.across { Point { x: x + t, y } } else { Point { x, y: y + t } }
}

fn area(contour: &[Point]) -> f64 {
    let following = contour.iter().cycle().skip(1);
    contour.iter().zip(following).map(|(p, q)| p.x * q.y - q.x * p.y).sum::<f64>() / 2.0
}

/// Leaves out points that lie on the way between others (Douglas and Peucker), without recursion.
fn simplify(contour: &[Point]) -> Vec<Point> {
    let count = contour.len();
    if count < 4 {
        return contour.to_vec();
    }
    // A closed line is cut in two at the point that is farthest from the first.
    let from_first = |p: &Point| (p.x - contour[0].x).hypot(p.y - contour[0].y);
    let far = (0..count).max_by(|a, b| from_first(&contour[*a]).total_cmp(&from_first(&contour[*b]))).unwrap_or(0);
    let mut keep = vec![false; count + 1];
    (keep[0], keep[far], keep[count]) = (true, true, true);
    let at = |i: usize| contour[i % count];
    let mut open = vec![(0, far), (far, count)];
    while let Some((from, to)) = open.pop() {
        let (a, b) = (at(from), at(to));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx.hypot(dy);
        let distance = |i: usize| {
            let p = at(i);
            if length < 1e-9 {
                (p.x - a.x).hypot(p.y - a.y)
            } else {
                ((p.x - a.x) * dy - (p.y - a.y) * dx).abs() / length
            }
        };
        let worst = (from + 1..to).max_by(|i, k| distance(*i).total_cmp(&distance(*k)));
        if let Some(worst) = worst.filter(|worst| distance(*worst) > TOLERANCE) {
            keep[worst] = true;
            open.extend([(from, worst), (worst, to)]);
        }
    }
    (0..count).filter(|i| keep[*i]).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(rows: &[&str]) -> Field {
        let levels = rows.iter().flat_map(|row| row.bytes().map(|b| if b == b'#' { 255 } else { 0 })).collect();
        Field { width: rows[0].len(), height: rows.len(), levels }
    }

    fn contours(segments: &[Segment]) -> Vec<Vec<Point>> {
        let mut contours = Vec::new();
        for segment in segments {
            match *segment {
                Segment::Move(p) => contours.push(vec![p]),
                Segment::Line(p) => contours.last_mut().unwrap().push(p),
                Segment::Cubic(..) => panic!("lines only"),
                Segment::Close => {}
            }
        }
        contours
    }

    #[test]
    fn ink_turns_counter_clockwise_and_holes_clockwise() {
        let ring =
            field(&["        ", " ###### ", " ###### ", " ##  ## ", " ##  ## ", " ###### ", " ###### ", "        "]);
        let found = contours(&outlines(&ring, 1.0));
        let mut areas: Vec<f64> = found.iter().map(|contour| area(contour)).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(areas.len(), 2);
        // Corners are cut by half a pixel each way.
        assert!((-4.6..-3.0).contains(&areas[0]) && (35.0..36.1).contains(&areas[1]), "{areas:?}");
    }

    #[test]
    fn ink_at_the_edge_of_the_field_is_closed_too() {
        let full = field(&["###", "###", "###"]);
        let found = contours(&outlines(&full, 2.0));
        assert_eq!(found.len(), 1);
        assert!(found[0].iter().all(|p| (-0.3..=1.8).contains(&p.x) && (-0.3..=1.8).contains(&p.y)));
    }

    #[test]
    fn diagonal_neighbours_are_two_pieces_and_dust_is_none() {
        let pieces = field(&["###   ", "###   ", "###   ", "   ###", "   ###", "   ###"]);
        assert_eq!(contours(&outlines(&pieces, 1.0)).len(), 2);
        assert!(outlines(&field(&["   ", " # ", "   "]), 1.0).is_empty());
        assert!(outlines(&Field { width: 0, height: 0, levels: Vec::new() }, 1.0).is_empty());
    }

    #[test]
    fn straight_edges_become_few_points() {
        let square = Field { width: 100, height: 100, levels: vec![255; 10_000] };
        assert!(outlines(&square, 1.0).len() < 14);
    }
}
