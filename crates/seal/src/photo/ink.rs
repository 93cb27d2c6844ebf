//! How much ink is at each pixel of the seal.

use super::find::Found;
use super::paper::Paper;
use super::picture::Picture;
use super::{MOST_SIDE, SealShape};
use crate::draw::trace::Field;

/// How red light is that came back from the sheet: 0 for grey, however dark, near 1 for pure red.
pub(super) fn redness([red, green, blue]: [f32; 3]) -> f32 {
    // Black text under thin ink is dark and still a little red; what is nearly black is only noise.
    (red - green.max(blue)).max(0.0) / red.max(0.22)
}

/// Less red light than this comes back only from print: whether there is ink over it cannot be seen.
const BLACK: f32 = 0.4;

/// Print wider than two of this part of the seal is not bridged: then it would join what are two strokes.
const REACH: usize = 140;

/// 0 at `low`, 1 at `high`.
fn ramp(value: f32, low: f32, high: f32) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// The ink of the seal that was found.
///
/// Two facts are taken together. Colour tells ink from text, but cameras store it at half the resolution; brightness is sharp, and green is
/// what red ink takes away. So the colour says where there is ink, and the green says how it is bounded.
pub(super) fn take(picture: &Picture, paper: &Paper, found: &Found) -> Field {
    let longer = (found.right - found.left).max(found.bottom - found.top);
    let factor = longer.div_ceil(MOST_SIDE).max(1);
    // Whole blocks of the photo, from the block that the seal begins in.
    let (left, top) = (found.left / factor, found.top / factor);
    let (width, height) = ((found.right / factor - left).max(1), (found.bottom / factor - top).max(1));
    let (mut red, mut green) = (Vec::with_capacity(width * height), Vec::with_capacity(width * height));
    let mut black = Vec::with_capacity(width * height);
    for y in top..top + height {
        for x in left..left + width {
            let middle = |at: usize| (at as f64 + 0.5) * factor as f64;
            let light = paper.reflected(picture.mean(x, y, factor), middle(x), middle(y));
            red.push(redness(light));
            green.push(light[1]);
            black.push(light[0] < BLACK);
        }
    }
    let red = smoothed(&red, width, height);
    // Print beyond the frame has no say, whatever colour the camera gave it.
    let outside = |i: usize| {
        let in_photo = |at: usize, first: usize| ((at + first) as f32 + 0.5) * factor as f32;
        let x = (in_photo(i % width, left) - found.middle.0) / found.half.0;
        let y = (in_photo(i / width, top) - found.middle.1) / found.half.1;
        if found.shape == SealShape::Square { x.abs().max(y.abs()) > 1.0 } else { x.hypot(y) > 1.0 }
    };
    let mut levels: Vec<u8> = (0..width * height)
        .map(|i| {
            if outside(i) {
                return 0;
            }
            let coloured = ramp(red[i], 0.16 * found.redness, 0.42 * found.redness);
            let covered = ramp(1.0 - green[i], 0.22 * found.depth, 0.72 * found.depth);
            (255.0 * coloured * covered).round() as u8
        })
        .collect();
    bridge(&mut levels, &black, width, (width.max(height) / REACH).max(2));
    remove_dust(&mut levels, width);
    trimmed(&Field { width, height, levels })
}

/// Without the blank margin, so that the size of the field is that of the seal.
fn trimmed(field: &Field) -> Field {
    let inked = |x: usize, y: usize| field.levels[y * field.width + x] > 127;
    let column = |x: &usize| (0..field.height).any(|y| inked(*x, y));
    let row = |y: &usize| (0..field.width).any(|x| inked(x, *y));
    let (Some(left), Some(right)) = ((0..field.width).find(column), (0..field.width).rfind(column)) else {
        return field.clone();
    };
    let (Some(top), Some(bottom)) = ((0..field.height).find(row), (0..field.height).rfind(row)) else {
        return field.clone();
    };
    let rows = field.levels.chunks_exact(field.width).skip(top).take(bottom + 1 - top);
    let levels = rows.flat_map(|row| row[left..=right].iter().copied()).collect();
    Field { width: right + 1 - left, height: bottom + 1 - top, levels }
}

/// Where print hides the ink, it is taken to go on if there is ink on both sides of the print, at most `reach` away.
///
/// This is a closing (greatest value near, then least value near of those), which fills gaps and adds nothing outside.
fn bridge(levels: &mut [u8], black: &[bool], width: usize, reach: usize) {
    // Print itself is no witness: what colour it seems to have is noise.
    let seen: Vec<u8> = levels.iter().zip(black).map(|(level, black)| if *black { 0 } else { *level }).collect();
    let greatest = |values: &[u8]| values.iter().copied().max().unwrap_or(0);
    let least = |values: &[u8]| values.iter().copied().min().unwrap_or(0);
    let wide = filtered(&filtered(&seen, width, reach, greatest), levels.len() / width, reach, greatest);
    let closed = filtered(&filtered(&wide, width, reach, least), levels.len() / width, reach, least);
    for ((level, closed), _) in levels.iter_mut().zip(&closed).zip(black).filter(|(_, black)| **black) {
        *level = (*level).max(*closed);
    }
}

/// `of` the values within `reach` along each row; the result lies on its side, so that a second time works along the columns.
fn filtered(values: &[u8], width: usize, reach: usize, of: impl Fn(&[u8]) -> u8) -> Vec<u8> {
    let height = values.len() / width;
    let mut out = vec![0; values.len()];
    for (y, row) in values.chunks_exact(width).enumerate() {
        for x in 0..width {
            out[x * height + y] = of(&row[x.saturating_sub(reach)..(x + reach + 1).min(width)]);
        }
    }
    out
}

/// The mean of three by three values.
fn smoothed(values: &[f32], width: usize, height: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    for y in 0..height {
        for x in 0..width {
            let (mut sum, mut count) = (0.0, 0.0);
            for y in y.saturating_sub(1)..(y + 2).min(height) {
                for x in x.saturating_sub(1)..(x + 2).min(width) {
                    sum += values[y * width + x];
                    count += 1.0;
                }
            }
            out.push(sum / count);
        }
    }
    out
}

/// Takes away connected bits of ink that are smaller than any stroke.
fn remove_dust(levels: &mut [u8], width: usize) {
    let least = (levels.len() / 40_000).max(4);
    let mut seen = vec![false; levels.len()];
    for start in 0..levels.len() {
        if seen[start] || levels[start] < 24 {
            continue;
        }
        seen[start] = true;
        let mut part = vec![start];
        let mut next = 0;
        while next < part.len() {
            let i = part[next];
            next += 1;
            let (x, last) = (i % width, levels.len());
            for (neighbour, there) in [
                (i.wrapping_sub(1), x > 0),
                (i + 1, x + 1 < width),
                (i.wrapping_sub(width), i >= width),
                (i + width, i + width < last),
            ] {
                if there && !seen[neighbour] && levels[neighbour] >= 24 {
                    seen[neighbour] = true;
                    part.push(neighbour);
                }
            }
        }
        if part.len() < least {
            part.iter().for_each(|i| levels[*i] = 0);
        }
    }
}
