//! Where the seal is, and whether there is one.

use super::ink::redness;
use super::paper::Paper;
use super::picture::Picture;
use super::{LEAST_SEAL, PhotoError, SealShape};

/// The longer side of the picture in which is searched, in pixels.
const SEARCHED: usize = 600;

/// The seal in the photo.
pub(super) struct Found {
    pub(super) shape: SealShape,
    /// First column and row, and those behind the last, in pixels of the photo, with a margin.
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
    /// The middle of the frame and half its width and height, its soft edge included, in pixels of the photo.
    pub(super) middle: (f32, f32),
    pub(super) half: (f32, f32),
    /// How red the ink is, 0 to 1.
    pub(super) redness: f32,
    /// How much green the ink takes away, 0 to 1.
    pub(super) depth: f32,
}

/// A part of the picture that may be a seal, in reduced pixels.
struct Candidate {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
    shape: SealShape,
}

pub(super) fn find(picture: &Picture, paper: &Paper) -> Result<Found, PhotoError> {
    let factor = picture.width.max(picture.height).div_ceil(SEARCHED).max(1);
    let (width, height) = (picture.width.div_ceil(factor), picture.height.div_ceil(factor));
    let mut red = Vec::with_capacity(width * height);
    let mut green = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let middle = |at: usize| (at as f64 + 0.5) * factor as f64;
            let light = paper.reflected(picture.mean(x, y, factor), middle(x), middle(y));
            red.push(redness(light));
            green.push(light[1]);
        }
    }
    // The ink is what is redder than any shade of paper, text and light; strong as the redder half of it.
    let mut strong: Vec<f32> = red.iter().copied().filter(|red| *red > 0.25).collect();
    if strong.len() < width * height / 3000 {
        return Err(PhotoError::NoSeal);
    }
    strong.sort_unstable_by(f32::total_cmp);
    let ink_red = strong[strong.len() * 3 / 4];
    let mask: Vec<bool> = red.iter().map(|red| *red > 0.45 * ink_red).collect();

    let parts = parts(&mask, width, height);
    let mut candidates: Vec<Candidate> = parts.iter().filter_map(|part| judge(&mask, width, part)).collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.size()));
    let Some(best) = candidates.first() else {
        let cut_off = parts.iter().any(|part| cut_off(part, width, height, LEAST_SEAL as usize / 2 / factor));
        return Err(if cut_off { PhotoError::CutOff } else { PhotoError::NoSeal });
    };
    if candidates.get(1).is_some_and(|second| second.size() * 10 > best.size() * 4) {
        return Err(PhotoError::Several);
    }
    if best.left <= 1 || best.top <= 1 || best.right + 1 >= width || best.bottom + 1 >= height {
        return Err(PhotoError::CutOff);
    }
    let short = (best.right - best.left).min(best.bottom - best.top) * factor;
    if short < LEAST_SEAL as usize {
        return Err(PhotoError::TooSmall { least: LEAST_SEAL });
    }
    let mut depths: Vec<f32> = (0..mask.len()).filter(|i| red[*i] > 0.8 * ink_red).map(|i| 1.0 - green[i]).collect();
    depths.sort_unstable_by(f32::total_cmp);
    let depth = depths.get(depths.len() / 2).copied().unwrap_or(0.5).clamp(0.2, 1.0);
    // A little more than was found, for the soft edge, which is as wide as a searched pixel and one of the photo's.
    let soft = factor + 1;
    let more = soft + (best.right - best.left) * factor / 100;
    let half_of = |reduced: usize| (reduced * factor) as f32 / 2.0;
    Ok(Found {
        shape: best.shape,
        left: (best.left * factor).saturating_sub(more),
        top: (best.top * factor).saturating_sub(more),
        right: (best.right * factor + more).min(picture.width),
        bottom: (best.bottom * factor + more).min(picture.height),
        middle: (half_of(best.left + best.right), half_of(best.top + best.bottom)),
        half: (half_of(best.right - best.left) + soft as f32, half_of(best.bottom - best.top) + soft as f32),
        redness: ink_red,
        depth,
    })
}

impl Candidate {
    fn size(&self) -> usize {
        (self.right - self.left) * (self.bottom - self.top)
    }
}

/// The pixels of each connected part, where what is nearer than a gap between the characters of a seal counts as connected.
fn parts(mask: &[bool], width: usize, height: usize) -> Vec<Vec<usize>> {
    let reach = (width.max(height) / 90).max(2);
    let near = dilated(mask, width, height, reach);
    let mut seen = vec![false; mask.len()];
    let mut parts = Vec::new();
    for start in 0..mask.len() {
        if !near[start] || seen[start] {
            continue;
        }
        let mut open = vec![start];
        seen[start] = true;
        let mut part = Vec::new();
        while let Some(i) = open.pop() {
            if mask[i] {
                part.push(i);
            }
            let (x, y) = (i % width, i / width);
            let mut visit = |i: usize| {
                if near[i] && !std::mem::replace(&mut seen[i], true) {
                    open.push(i);
                }
            };
            if x > 0 {
                visit(i - 1);
            }
            if x + 1 < width {
                visit(i + 1);
            }
            if y > 0 {
                visit(i - width);
            }
            if y + 1 < height {
                visit(i + width);
            }
        }
        parts.push(part);
    }
    parts
}

/// Everything within `reach` of the mask, sideways first and then up and down.
fn dilated(mask: &[bool], width: usize, height: usize, reach: usize) -> Vec<bool> {
    let mut across = vec![false; mask.len()];
    for y in 0..height {
        for x in 0..width {
            if mask[y * width + x] {
                across[y * width + x.saturating_sub(reach)..=y * width + (x + reach).min(width - 1)].fill(true);
            }
        }
    }
    let mut both = vec![false; mask.len()];
    for y in 0..height {
        for x in 0..width {
            if across[y * width + x] {
                for y in y.saturating_sub(reach)..=(y + reach).min(height - 1) {
                    both[y * width + x] = true;
                }
            }
        }
    }
    both
}

/// First and last column and row of a part; a thousandth at each end may be noise.
fn bounds(part: &[usize], width: usize) -> (usize, usize, usize, usize) {
    let along = |of: fn(usize, usize) -> usize| {
        let mut places: Vec<usize> = part.iter().map(|i| of(*i, width)).collect();
        places.sort_unstable();
        let dust = places.len() / 1000;
        (places[dust], places[places.len() - 1 - dust])
    };
    let ((left, right), (top, bottom)) = (along(|i, width| i % width), along(|i, width| i / width));
    (left, right, top, bottom)
}

/// Whether a part without a whole frame may be the rest of a seal that goes on beyond the photo: large, loose and at the edge.
fn cut_off(part: &[usize], width: usize, height: usize, least: usize) -> bool {
    if part.is_empty() {
        return false;
    }
    let (left, right, top, bottom) = bounds(part, width);
    let (across, up) = (right - left + 1, bottom - top + 1);
    let at_the_edge = left <= 1 || top <= 1 || right + 2 >= width || bottom + 2 >= height;
    at_the_edge && across.min(up) > least.max(8) && across.max(up) < 4 * across.min(up) && part.len() * 2 < across * up
}

/// Whether a part has the frame of a seal: seen from its middle, the outermost ink lies on an ellipse or a square nearly all round.
fn judge(mask: &[bool], width: usize, part: &[usize]) -> Option<Candidate> {
    const RAYS: usize = 120;
    /// Dust has no shape.
    const LEAST: usize = 20;
    if part.len() < 4 * LEAST {
        return None;
    }
    let (left, right, top, bottom) = bounds(part, width);
    let (right, bottom) = (right + 1, bottom + 1);
    let (across, up) = ((right - left) as f64 / 2.0, (bottom - top) as f64 / 2.0);
    if across.min(up) * 2.0 < LEAST as f64 || across.max(up) > 1.7 * across.min(up) {
        return None;
    }
    let (cx, cy) = ((left + right) as f64 / 2.0, (top + bottom) as f64 / 2.0);
    let height = mask.len() / width;
    let (mut on_ellipse, mut on_square) = (0, 0);
    for ray in 0..RAYS {
        let (sin, cos) = (std::f64::consts::TAU * ray as f64 / RAYS as f64).sin_cos();
        let ellipse = 1.0 / (cos / across).hypot(sin / up);
        let square = (across / cos.abs()).min(up / sin.abs());
        let mut reached = 1.08 * square;
        while reached > 0.0 {
            let (x, y) = (cx + reached * cos, cy + reached * sin);
            let inside = x >= 0.0 && y >= 0.0 && (x as usize) < width && (y as usize) < height;
            if inside && mask[y as usize * width + x as usize] {
                break;
            }
            reached -= 0.5;
        }
        let near = |edge: f64| reached > 0.9 * edge - 1.5 && reached < 1.05 * edge + 1.5;
        on_ellipse += usize::from(near(ellipse));
        on_square += usize::from(near(square));
    }
    let stretched = across.max(up) > 1.15 * across.min(up);
    let shape = match (on_ellipse >= on_square, on_ellipse.max(on_square) * 100 >= 80 * RAYS) {
        (_, false) => return None,
        (true, _) if stretched => SealShape::Oval,
        (true, _) => SealShape::Round,
        (false, _) if stretched => return None,
        (false, _) => SealShape::Square,
    };
    // A red sheet, a red disc or a blot is no seal: there is always something cut out of it.
    let area = 4.0 * across * up * if shape == SealShape::Square { 1.0 } else { std::f64::consts::FRAC_PI_4 };
    let filled = part.len() as f64 / area;
    (0.05..0.85).contains(&filled).then_some(Candidate { left, top, right, bottom, shape })
}
