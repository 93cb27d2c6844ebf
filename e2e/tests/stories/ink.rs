//! Seals as they are printed: round, upright, 42 mm across, letting the text below show, and seam slices that meet across pages.

use std::collections::BTreeSet;
use std::path::Path;

use e2e::Error;
use e2e::checkers::{self, Picture};

const DPI: u32 = 300;
const DOTS_PER_MM: f64 = DPI as f64 / 25.4;
/// The diameter of a unit's seal, and how far a print may be off.
const ACROSS_MM: f64 = 42.0;
const OFF_MM: f64 = 0.3;

/// Whether a dot bears red ink, also over black text.
fn is_ink([red, green, blue]: [u8; 3]) -> bool {
    i32::from(red) - (i32::from(green) + i32::from(blue)) / 2 > 48
}

/// Which dots of an area bear ink.
struct Ink {
    width: usize,
    height: usize,
    dots: Vec<bool>,
}

impl Ink {
    fn of(picture: &Picture, from: usize, width: usize) -> Self {
        let dot = |at: usize| is_ink(picture.dot(from + at % width, at / width));
        Self { width, height: picture.height, dots: (0..width * picture.height).map(dot).collect() }
    }

    /// Pieces of ink that hang together: (left, top, right, bottom) of each, at least `least` dots wide and high.
    fn pieces(&self, least: usize) -> Vec<[usize; 4]> {
        let mut left_over = self.dots.clone();
        let mut found = Vec::new();
        for start in 0..left_over.len() {
            if !left_over[start] {
                continue;
            }
            left_over[start] = false;
            let mut piece = [start % self.width, start / self.width, start % self.width, start / self.width];
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                let (x, y) = (at % self.width, at / self.width);
                piece = [piece[0].min(x), piece[1].min(y), piece[2].max(x), piece[3].max(y)];
                for (near_x, near_y) in
                    (y.saturating_sub(1)..=y + 1).flat_map(|y| (x.saturating_sub(1)..=x + 1).map(move |x| (x, y)))
                {
                    if near_x < self.width && near_y < self.height && left_over[near_y * self.width + near_x] {
                        left_over[near_y * self.width + near_x] = false;
                        open.push(near_y * self.width + near_x);
                    }
                }
            }
            if piece[2] - piece[0] + 1 >= least && piece[3] - piece[1] + 1 >= least {
                found.push(piece);
            }
        }
        found
    }
}

/// Checks that a ring of ink is round and 42 mm across; `off` is how far its width may be off, mm.
fn check_ring([left, top, right, bottom]: [usize; 4], off: f64) {
    let (width, height) = ((right - left + 1) as f64 / DOTS_PER_MM, (bottom - top + 1) as f64 / DOTS_PER_MM);
    assert!((width - ACROSS_MM).abs() <= off && (height - ACROSS_MM).abs() <= OFF_MM, "{width} by {height} mm");
}

/// Looks at the unit seals and the seam seals of a contract of so many parties, whose seals stand on its last pages.
pub fn look_at_seals(contract: &Path, parties: usize) -> Result<(), Error> {
    let mut pictures = Vec::new();
    for page in 1.. {
        // Beyond the last page poppler refuses.
        match checkers::draw(contract, page, DPI) {
            Ok(Some(picture)) => pictures.push(picture),
            Ok(None) => return Ok(()),
            Err(_) if page > 2 => break,
            Err(error) => return Err(error),
        }
    }
    let least = ((ACROSS_MM - 4.0) * DOTS_PER_MM) as usize;
    let mut seals = 0;
    for picture in &pictures {
        // The seam slices reach at most 21 mm into the page.
        let width = picture.width - (21.5 * DOTS_PER_MM) as usize;
        for ring in Ink::of(picture, 0, width).pieces(least) {
            check_ring(ring, OFF_MM);
            check_inside(picture, ring);
            seals += 1;
        }
    }
    assert_eq!(seals, parties, "a seal of each party");
    check_seams(&pictures, parties);
    Ok(())
}

/// A seal is upright: its star has one point up and two down, mirrored about the vertical.
fn check_inside(picture: &Picture, [left, top, right, bottom]: [usize; 4]) {
    let (centre_x, centre_y) = (usize::midpoint(left, right), usize::midpoint(top, bottom));
    let star = piece_at(picture, centre_x, centre_y);
    assert!(star.len() > 500, "the star is there: {} dots", star.len());
    let ends = |row: usize| {
        let dots = || star.iter().filter(move |(_, y)| *y == row).map(|(x, _)| *x);
        (dots().min().unwrap_or(0), dots().max().unwrap_or(0))
    };
    let rows = || star.iter().map(|(_, y)| *y);
    let (highest, lowest) = (rows().min().unwrap_or(0), rows().max().unwrap_or(0));
    let (upper, lower) = (ends(highest + 2), ends(lowest - 2));
    // 8 dots are two thirds of a millimetre.
    assert!(upper.1 - upper.0 < 8 && lower.1 - lower.0 > 16, "one point up, two down: {upper:?} {lower:?}");
    for (one, other) in [upper, lower] {
        assert!(usize::midpoint(one, other).abs_diff(centre_x) <= 4, "upright: {upper:?} {lower:?} {centre_x}");
    }
}

/// Whether printed text shows through a seal that was set over it: where black letters fade, the ink is darker than anywhere beside them, and
/// over white paper it is never that dark.
pub fn look_at_text_below(contract: &Path, page: u32) -> Result<(), Error> {
    let Some(picture) = checkers::draw(contract, page, DPI)? else { return Ok(()) };
    let dots = (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
    let red: Vec<u8> = dots.map(|(x, y)| picture.dot(x, y)).filter(|dot| is_ink(*dot)).map(|[red, ..]| red).collect();
    let dark = red.iter().filter(|red| **red < 150).count();
    assert!(red.len() > 10_000 && dark > 200, "{dark} dark dots among {}", red.len());
    Ok(())
}

/// The dots of ink that hang together with this one.
fn piece_at(picture: &Picture, x: usize, y: usize) -> BTreeSet<(usize, usize)> {
    let mut piece = BTreeSet::new();
    let mut open = vec![(x, y)];
    while let Some((x, y)) = open.pop() {
        if is_ink(picture.dot(x, y)) && piece.insert((x, y)) {
            open.extend([(x + 1, y), (x.saturating_sub(1), y), (x, y + 1), (x, y.saturating_sub(1))]);
        }
    }
    piece
}

/// The slices at the right edges of consecutive pages, laid side by side, are whole seals, one below the other.
fn check_seams(pictures: &[Picture], parties: usize) {
    let impressions = pictures.len().div_ceil(20);
    let (each, longer) = (pictures.len() / impressions, pictures.len() % impressions);
    let mut rest = pictures;
    for impression in 0..impressions {
        let (group, after) = rest.split_at(each + usize::from(impression < longer));
        rest = after;
        let slice = (ACROSS_MM / group.len() as f64 * DOTS_PER_MM).round() as usize;
        let slices: Vec<Ink> = group.iter().map(|picture| Ink::of(picture, picture.width - slice, slice)).collect();
        let height = slices.iter().map(|slice| slice.height).min().unwrap_or(0);
        let width = slice * slices.len();
        let joined = Ink {
            width,
            height,
            dots: (0..width * height)
                .map(|at| {
                    let (x, y) = (at % width, at / width);
                    slices[x / slice].dots[y * slice + x % slice]
                })
                .collect(),
        };
        let rings = joined.pieces(((ACROSS_MM - 4.0) * DOTS_PER_MM) as usize);
        assert_eq!(rings.len(), parties, "every slice meets the next: {rings:?}");
        let mut below = 0;
        for ring in rings {
            // Each slice is drawn to whole dots, so that the joined width is off by half a dot a page at most.
            check_ring(ring, OFF_MM + group.len() as f64 / 2.0 / DOTS_PER_MM);
            assert!(ring[1] >= below, "the parties' seam seals leave each other free");
            below = ring[3];
        }
    }
}
