import { describe, expect, it } from 'vitest';
import { GAP, clampZoom, column, currentPage, fitWidth, keepPlace, nextZoom, pageAt, seenPages, wanted } from './layout';

const A4 = { width: 210, height: 297 };
const sizes = Array.from({ length: 200 }, () => A4);

describe('the column of pages', () => {
  it('stands with a gap between pages', () => {
    const { pages, height } = column([A4, { width: 297, height: 210 }], 1);
    expect(pages[0]).toEqual({ top: GAP, width: 793, height: 1122 });
    expect(pages[1]?.top).toBe(1122 + 2 * GAP);
    expect(height).toBe(1122 + 793 + 3 * GAP);
  });

  it('finds pages by position, also past both ends', () => {
    const { pages } = column(sizes, 1);
    expect(pageAt(pages, -50)).toBe(0);
    expect(pageAt(pages, 1e9)).toBe(199);
    expect(pageAt(pages, pages[120]!.top + 1)).toBe(120);
    expect(seenPages(pages, pages[7]!.top - 100, 900)).toEqual({ first: 6, last: 7 });
    expect(seenPages([], 0, 900)).toEqual({ first: 0, last: 0 });
  });

  it('says the reader is on the page that takes most of the view', () => {
    const { pages } = column(sizes, 1);
    expect(currentPage(pages, pages[7]!.top - 100, 900)).toBe(7);
    expect(currentPage(pages, pages[7]!.top - 700, 900)).toBe(6);
  });

  it('wants what is seen first, then neighbours, never a page that is not', () => {
    expect(wanted(200, { first: 10, last: 11 }, 2)).toEqual([10, 11, 12, 9, 13, 8]);
    expect(wanted(2, { first: 0, last: 1 }, 3)).toEqual([0, 1]);
    expect(wanted(0, { first: 0, last: 0 }, 1)).toEqual([]);
  });
});

describe('zoom', () => {
  it('keeps the place under the pointer', () => {
    const before = column(sizes, 1);
    const after = column(sizes, 2);
    const page = before.pages[50]!;
    const top = keepPlace(before, after, page.top + page.height / 2 - 300, 300);
    const there = after.pages[50]!;
    expect(top + 300).toBeCloseTo(there.top + there.height / 2, 6);
  });

  it('steps, and ends at its ends', () => {
    expect(nextZoom(1, 1)).toBe(1.1);
    expect(nextZoom(0.97, 1)).toBe(1);
    expect(nextZoom(1, -1)).toBe(0.9);
    expect(nextZoom(4, 1)).toBe(4);
    expect([clampZoom(9), clampZoom(0)]).toEqual([4, 0.2]);
  });

  it('fits the widest page into the width', () => {
    expect(fitWidth([A4, { width: 420, height: 297 }], 800, 10)).toBeCloseTo(780 / 1587.4, 3);
  });
});
