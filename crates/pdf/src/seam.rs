//! The seam seal (骑缝章): one seal drawing cut into upright slices along the right edge of consecutive pages.

use crate::geometry::{Clip, POINTS_PER_MM, PdfRect, place_upright, seen_size_mm};
use crate::pages::Page;

/// Pages over which one impression is spread at most; more pages get further impressions.
pub const MAX_PAGES_PER_IMPRESSION: usize = 20;

/// The slice on one page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeamSlice {
    /// Page, from 0.
    pub page: usize,
    /// Where the slice is drawn, in default user space.
    pub rect: PdfRect,
    /// Which part of the drawing it shows.
    pub clip: Clip,
}

/// Why a document takes no seam seal.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SeamError {
    /// A single page has no seam.
    #[error("pdf.seam.one_page: a document of one page takes no seam seal")]
    OnePage,
    /// The seal would leave the page, or has no size.
    #[error("pdf.seam.does_not_fit: page {page}")]
    DoesNotFit {
        /// The first page on which it does not fit, from 0.
        page: usize,
    },
}

/// The slices of a seal of `width_pt` × `height_pt` points at the right edge of all `pages`, its top `top_mm` below the upper edge as seen.
///
/// Pages are spread evenly over as few impressions as possible, each on at most 20 pages and none on a single one. Within an impression the width is
/// split evenly in thousandths of a point and the last slice takes the rest, so that the slices laid side by side are the whole seal.
///
/// # Errors
/// [`SeamError`].
pub fn seam_slices(pages: &[Page], width_pt: f64, height_pt: f64, top_mm: f64) -> Result<Vec<SeamSlice>, SeamError> {
    if pages.len() < 2 {
        return Err(SeamError::OnePage);
    }
    let impressions = pages.len().div_ceil(MAX_PAGES_PER_IMPRESSION);
    let (each, longer) = (pages.len() / impressions, pages.len() % impressions);
    let mut slices = Vec::with_capacity(pages.len());
    let mut rest = pages;
    for impression in 0..impressions {
        let (group, after) = rest.split_at(each + usize::from(impression < longer));
        rest = after;
        let step = (width_pt / group.len() as f64 * 1000.0).floor() / 1000.0;
        for (position, page) in group.iter().enumerate() {
            let from = step * position as f64;
            let to = if position + 1 == group.len() { width_pt } else { from + step };
            let (w_mm, h_mm) = ((to - from) / POINTS_PER_MM, height_pt / POINTS_PER_MM);
            let (seen_width, _) = seen_size_mm(page);
            let rect = place_upright(page, seen_width - w_mm, top_mm, w_mm, h_mm);
            if !(to > from && height_pt > 0.0 && rect.is_finite() && page.crop_box.contains(rect)) {
                return Err(SeamError::DoesNotFit { page: page.index });
            }
            let clip = Clip { left: from / width_pt, right: to / width_pt, ..Clip::WHOLE };
            slices.push(SeamSlice { page: page.index, rect, clip });
        }
    }
    Ok(slices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::ObjectId;

    fn pages(count: usize) -> Vec<Page> {
        let area = PdfRect { x0: 0.0, y0: 0.0, x1: 595.0, y1: 842.0 };
        (0..count)
            .map(|index| Page {
                index,
                id: ObjectId { number: 1 + index as u32, generation: 0 },
                media_box: area,
                crop_box: area,
                rotate: [0, 90, 180, 270][index % 4],
                user_unit: 1.0,
            })
            .collect()
    }

    #[test]
    fn a_one_page_document_takes_no_seam_seal() {
        assert_eq!(seam_slices(&pages(1), 119.0, 119.0, 100.0), Err(SeamError::OnePage));
    }

    #[test]
    fn a_seal_that_leaves_the_page_is_refused() {
        assert_eq!(seam_slices(&pages(2), 119.0, 119.0, 280.0), Err(SeamError::DoesNotFit { page: 0 }));
        assert_eq!(seam_slices(&pages(2), 0.0, 119.0, 100.0), Err(SeamError::DoesNotFit { page: 0 }));
    }

    #[test]
    fn slices_of_every_impression_laid_side_by_side_are_the_whole_seal() {
        for count in 2..130 {
            let slices = seam_slices(&pages(count), 119.055, 119.055, 100.0).unwrap();
            assert_eq!(slices.iter().map(|slice| slice.page).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
            let mut sizes = Vec::new();
            let mut reached = 1.0;
            for slice in &slices {
                if slice.clip.left == 0.0 {
                    assert_eq!(reached, 1.0, "{count} pages: an impression ends with the seal's right edge");
                    sizes.push(0);
                } else {
                    assert!((slice.clip.left - reached).abs() < 1e-9, "{count} pages: no gap");
                }
                reached = slice.clip.right;
                *sizes.last_mut().unwrap() += 1;
            }
            assert_eq!(reached, 1.0);
            assert!(sizes.iter().all(|size| (2..=20).contains(size)), "{count} pages: {sizes:?}");
        }
    }
}
