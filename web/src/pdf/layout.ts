// Where the pages of a document stand in one long column, and which of them are near. Lengths in CSS pixels.
import { mmToPixels, type Size } from './geometry';

/** Between two pages, and above the first and below the last. */
export const GAP = 12;

export interface PlacedPage {
  top: number;
  width: number;
  height: number;
}

export interface Column {
  pages: PlacedPage[];
  width: number;
  height: number;
}

/** Pages of `sizes` (mm) under each other at a zoom. */
export function column(sizes: readonly Size[], zoom: number): Column {
  let top = GAP;
  let width = 0;
  const pages = sizes.map((size) => {
    const page = { top, width: Math.floor(mmToPixels(size.width, zoom)), height: Math.floor(mmToPixels(size.height, zoom)) };
    top += page.height + GAP;
    width = Math.max(width, page.width);
    return page;
  });
  return { pages, width, height: top };
}

/** The first page whose lower edge is below `y`; the last page if none is. */
export function pageAt(pages: readonly PlacedPage[], y: number): number {
  let low = 0;
  let high = pages.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const page = pages[middle];
    if (page && page.top + page.height > y) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low);
}

/** From the first to the last page that is seen between `top` and `top + height`. */
export function seenPages(pages: readonly PlacedPage[], top: number, height: number): { first: number; last: number } {
  const first = pageAt(pages, top);
  let last = first;
  for (let next = last + 1; next < pages.length && (pages[next]?.top ?? 0) < top + height; next += 1) last = next;
  return { first, last };
}

/** The page that takes most of what is seen: the one the reader is on. */
export function currentPage(pages: readonly PlacedPage[], top: number, height: number): number {
  const { first, last } = seenPages(pages, top, height);
  let best = first;
  let most = -1;
  for (let index = first; index <= last; index += 1) {
    const page = pages[index];
    if (!page) continue;
    const seen = Math.min(page.top + page.height, top + height) - Math.max(page.top, top);
    if (seen > most + 1) {
      most = seen;
      best = index;
    }
  }
  return best;
}

/** The pages to render, the most wanted first: those seen, then one after and one before for each step of `ahead`. */
export function wanted(pages: number, seen: { first: number; last: number }, ahead: number): number[] {
  const order: number[] = [];
  for (let index = seen.first; index <= seen.last; index += 1) order.push(index);
  for (let step = 1; step <= ahead; step += 1) {
    if (seen.last + step < pages) order.push(seen.last + step);
    if (seen.first - step >= 0) order.push(seen.first - step);
  }
  return order.filter((index) => index >= 0 && index < pages);
}

/** The scroll position after a zoom that keeps the point `anchor` below the upper edge of what is seen on the same place of its page. */
export function keepPlace(before: Column, after: Column, scrollTop: number, anchor: number): number {
  const y = scrollTop + anchor;
  const index = pageAt(before.pages, y);
  const was = before.pages[index];
  const is = after.pages[index];
  if (!was || !is) return scrollTop;
  const share = (y - was.top) / was.height;
  return Math.max(0, is.top + share * is.height - anchor);
}

/** Zooms that buttons step through. */
export const ZOOMS = [0.25, 0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4];
export const LEAST_ZOOM = 0.2;
export const MOST_ZOOM = 4;

export const clampZoom = (zoom: number): number => Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));

/** The next step up (1) or down (-1). */
export function nextZoom(zoom: number, direction: 1 | -1): number {
  const steps = direction > 0 ? ZOOMS.filter((step) => step > zoom + 0.005) : ZOOMS.filter((step) => step < zoom - 0.005);
  return (direction > 0 ? steps[0] : steps[steps.length - 1]) ?? zoom;
}

/** The zoom at which the widest page fills `width` pixels less a margin on both sides. */
export function fitWidth(sizes: readonly Size[], width: number, margin: number): number {
  const widest = Math.max(1, ...sizes.map((size) => size.width));
  return clampZoom((width - 2 * margin) / mmToPixels(widest, 1));
}
