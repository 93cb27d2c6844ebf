//! The seam seal (骑缝章): one seal drawing cut into slices along one edge of consecutive pages, whole again when the pages are fanned out.

use crate::geometry::{Clip, PdfRect, place_upright, points_to_mm, seen_size_mm};
use crate::pages::Page;

/// Pages over which one impression is spread at most; more pages get further impressions.
pub const MAX_PAGES_PER_IMPRESSION: usize = 20;

/// The edge of the pages as seen, whatever their rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeamEdge {
    /// The right edge, the usual one: the first page bears the left end of the seal.
    Right,
    /// The left edge: the first page bears the right end, as it lies when the pages are fanned out to the left.
    Left,
    /// The upper edge: the first page bears the lower end.
    Top,
    /// The lower edge: the first page bears the upper end.
    Bottom,
}

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
/// # Errors
/// As [`seam_slices_at`].
pub fn seam_slices(pages: &[Page], width_pt: f64, height_pt: f64, top_mm: f64) -> Result<Vec<SeamSlice>, SeamError> {
    seam_slices_at(SeamEdge::Right, pages, width_pt, height_pt, top_mm)
}

/// The slices of a seal of `width_pt` × `height_pt` points at one edge of all `pages`, `offset_mm` from the upper edge (at the left and right
/// edge) or from the left edge (at the upper and lower edge) as seen.
///
/// Pages are spread evenly over as few impressions as possible, each on at most 20 pages and none on a single one. Within an impression the seal is
/// split evenly in thousandths of a point and the last slice takes the rest, so that the slices laid side by side are the whole seal.
///
/// # Errors
/// [`SeamError`].
pub fn seam_slices_at(
    edge: SeamEdge,
    pages: &[Page],
    width_pt: f64,
    height_pt: f64,
    offset_mm: f64,
) -> Result<Vec<SeamSlice>, SeamError> {
    if pages.len() < 2 {
        return Err(SeamError::OnePage);
    }
    let upright = matches!(edge, SeamEdge::Right | SeamEdge::Left);
    let (split, across) = if upright { (width_pt, height_pt) } else { (height_pt, width_pt) };
    let impressions = pages.len().div_ceil(MAX_PAGES_PER_IMPRESSION);
    let (each, longer) = (pages.len() / impressions, pages.len() % impressions);
    let mut slices = Vec::with_capacity(pages.len());
    let mut rest = pages;
    for impression in 0..impressions {
        let (group, after) = rest.split_at(each + usize::from(impression < longer));
        rest = after;
        let step = (split / group.len() as f64 * 1000.0).floor() / 1000.0;
        for (position, page) in group.iter().enumerate() {
            // From the left end, or from the upper end, of the seal.
            let place = match edge {
                SeamEdge::Right | SeamEdge::Bottom => position,
                SeamEdge::Left | SeamEdge::Top => group.len() - 1 - position,
            };
            let from = step * place as f64;
            let to = if place + 1 == group.len() { split } else { from + step };
            let (slice_mm, across_mm) = (points_to_mm(to - from), points_to_mm(across));
            let (seen_width, seen_height) = seen_size_mm(page);
            let (x, y, w, h) = match edge {
                SeamEdge::Right => (seen_width - slice_mm, offset_mm, slice_mm, across_mm),
                SeamEdge::Left => (0.0, offset_mm, slice_mm, across_mm),
                SeamEdge::Top => (offset_mm, 0.0, across_mm, slice_mm),
                SeamEdge::Bottom => (offset_mm, seen_height - slice_mm, across_mm, slice_mm),
            };
            let rect = place_upright(page, x, y, w, h);
            if !(to > from && across > 0.0 && rect.is_finite() && page.crop_box.contains(rect)) {
                return Err(SeamError::DoesNotFit { page: page.index });
            }
            let (from, to) = (from / split, to / split);
            let clip = if upright {
                Clip { left: from, right: to, ..Clip::WHOLE }
            } else {
                Clip { bottom: 1.0 - to, top: 1.0 - from, ..Clip::WHOLE }
            };
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

    /// Whichever edge it is, the slices put in the order in which the fanned pages lie are the whole seal, each at its edge.
    #[test]
    fn slices_at_every_edge_are_the_whole_seal_when_the_pages_are_fanned_out() {
        use crate::geometry::seen_place_mm;
        let pages = pages(45);
        for edge in [SeamEdge::Right, SeamEdge::Left, SeamEdge::Top, SeamEdge::Bottom] {
            let slices = seam_slices_at(edge, &pages, 119.0, 85.0, 30.0).unwrap();
            assert_eq!(slices.len(), 45);
            for group in slices.chunks(15) {
                // From the left or upper end of the seal to the other.
                let mut ends: Vec<(f64, f64)> = group
                    .iter()
                    .map(|slice| match edge {
                        SeamEdge::Right | SeamEdge::Left => (slice.clip.left, slice.clip.right),
                        SeamEdge::Top | SeamEdge::Bottom => (1.0 - slice.clip.top, 1.0 - slice.clip.bottom),
                    })
                    .collect();
                if matches!(edge, SeamEdge::Left | SeamEdge::Top) {
                    ends.reverse();
                }
                assert!(ends[0].0.abs() < 1e-9 && (ends[14].1 - 1.0).abs() < 1e-9, "{edge:?}: {ends:?}");
                assert!(ends.windows(2).all(|pair| (pair[0].1 - pair[1].0).abs() < 1e-9), "{edge:?}: {ends:?}");
            }
            for slice in &slices {
                let page = &pages[slice.page];
                let (seen_width, seen_height) = seen_size_mm(page);
                let (x, y, w, h) = seen_place_mm(page, slice.rect);
                let at_edge = match edge {
                    SeamEdge::Right => seen_width - x - w,
                    SeamEdge::Left => x,
                    SeamEdge::Top => y,
                    SeamEdge::Bottom => seen_height - y - h,
                };
                let along = if matches!(edge, SeamEdge::Right | SeamEdge::Left) { y } else { x };
                assert!(at_edge.abs() < 1e-6 && (along - 30.0).abs() < 1e-6, "{edge:?} on page {}", slice.page);
            }
        }
        assert_eq!(seam_slices_at(SeamEdge::Top, &pages, 119.0, 85.0, 180.0), Err(SeamError::DoesNotFit { page: 0 }));
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
