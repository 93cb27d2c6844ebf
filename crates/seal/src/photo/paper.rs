//! The light on the paper.

use super::picture::Picture;

/// Tiles along the longer side of the photo.
const TILES: usize = 24;

/// How bright blank paper is at each place of a photo, for each of the three colours: a surface of the second degree, which follows
/// light from one side and darkening towards the corners, but no ink, however much of a tile the ink covers.
pub(super) struct Paper {
    coefficients: [[f64; 6]; 3],
    width: f64,
    height: f64,
}

fn terms(u: f64, v: f64) -> [f64; 6] {
    [1.0, u, v, u * u, u * v, v * v]
}

impl Paper {
    /// Estimates the paper; `None` if there is nothing that could be paper.
    pub(super) fn of(picture: &Picture) -> Option<Self> {
        let tile = picture.width.max(picture.height).div_ceil(TILES).max(1);
        // Every fourth pixel is enough to know a tile.
        let step = (tile / 16).max(1);
        let mut samples = Vec::new();
        for top in (0..picture.height).step_by(tile) {
            for left in (0..picture.width).step_by(tile) {
                let (right, bottom) = ((left + tile).min(picture.width), (top + tile).min(picture.height));
                let mut values: [Vec<u8>; 3] = Default::default();
                for y in (top..bottom).step_by(step) {
                    for x in (left..right).step_by(step) {
                        let pixel = picture.at(x, y);
                        (0..3).for_each(|c| values[c].push(pixel[c]));
                    }
                }
                let bright = values.map(|mut values| {
                    values.sort_unstable();
                    f64::from(values[values.len() * 4 / 5])
                });
                let u = (left + right) as f64 / picture.width as f64 - 1.0;
                let v = (top + bottom) as f64 / picture.height as f64 - 1.0;
                samples.push((u, v, bright));
            }
        }
        let mut paper =
            Self { coefficients: [[0.0; 6]; 3], width: picture.width as f64, height: picture.height as f64 };
        let mut used = vec![true; samples.len()];
        for round in 0..6 {
            for c in 0..3 {
                let chosen =
                    samples.iter().zip(&used).filter(|(_, used)| **used).map(|((u, v, bright), _)| (*u, *v, bright[c]));
                paper.coefficients[c] = fit(chosen, if round < 2 { 3 } else { 6 })?;
            }
            // Tiles full of ink, of text or of the table beside the sheet say nothing about the paper.
            let before = used.clone();
            for (used, (u, v, bright)) in used.iter_mut().zip(&samples) {
                let expected = paper.at_unit(*u, *v);
                let least = if round < 2 { 0.8 } else { 0.88 };
                *used = (0..3).all(|c| (least * expected[c]..1.25 * expected[c]).contains(&bright[c]));
            }
            if used.iter().filter(|used| **used).count() < 12 {
                return None;
            }
            if used == before && round >= 2 {
                break;
            }
        }
        // Warm lamps colour paper, but what is this far from white is a red sheet, or no paper. Lamps take blue away, red paper green as well:
        // ink on it stands out so little that print passes for ink.
        let middle = paper.at_unit(0.0, 0.0);
        let (least, most) =
            (middle.iter().copied().fold(f64::MAX, f64::min), middle.iter().copied().fold(0.0, f64::max));
        (most > 60.0 && least > 0.4 * most && middle[1] > 0.62 * middle[0]).then_some(paper)
    }

    fn at_unit(&self, u: f64, v: f64) -> [f64; 3] {
        let terms = terms(u, v);
        let value = |c: usize| terms.iter().zip(&self.coefficients[c]).map(|(t, k)| t * k).sum::<f64>();
        // Below this a division would only blow up noise.
        [value(0).max(40.0), value(1).max(40.0), value(2).max(40.0)]
    }

    /// What `pixel` at (`x`, `y`) would be under even white light, 1 for blank paper.
    pub(super) fn reflected(&self, pixel: [f32; 3], x: f64, y: f64) -> [f32; 3] {
        let paper = self.at_unit(2.0 * x / self.width - 1.0, 2.0 * y / self.height - 1.0);
        [0, 1, 2].map(|c| (pixel[c] / paper[c] as f32).min(1.2))
    }
}

/// Least squares with the first `count` terms; `None` if the samples do not determine them.
fn fit(samples: impl Iterator<Item = (f64, f64, f64)>, count: usize) -> Option<[f64; 6]> {
    let mut rows = [[0.0; 7]; 6];
    for (u, v, value) in samples {
        let terms = terms(u, v);
        for i in 0..count {
            for j in 0..count {
                rows[i][j] += terms[i] * terms[j];
            }
            rows[i][6] += terms[i] * value;
        }
    }
    // Gauss, with the greatest pivot first.
    for i in 0..count {
        let pivot = (i..count).max_by(|a, b| rows[*a][i].abs().total_cmp(&rows[*b][i].abs()))?;
        rows.swap(i, pivot);
        if rows[i][i].abs() < 1e-9 {
            return None;
        }
        for k in 0..count {
            if k != i {
                let factor = rows[k][i] / rows[i][i];
                let row = rows[i];
                rows[k].iter_mut().zip(row).for_each(|(value, of_pivot)| *value -= factor * of_pivot);
            }
        }
    }
    let mut solution = [0.0; 6];
    (0..count).for_each(|i| solution[i] = rows[i][6] / rows[i][i]);
    Some(solution)
}
