import { describe, expect, it } from 'vitest';
import {
  PIXELS_PER_MM, boxAround, boxToPdf, centreOf, clampIntoPage, clientToSeen, mmToPixels, mmToPoints, overlaps, pdfToBox,
  pixelsToMm, pointsToMm, raster, seamSlices, seenSize, sliceBox, snap, toPdf, toRotation, toSeen,
  type PageFrame, type Rotation,
} from './geometry';

const A4 = { width: 210, height: 297 };
const turned: Rotation[] = [0, 90, 180, 270];
const page = (rotate: Rotation, userUnit = 1): PageFrame => ({ crop: { x0: 30, y0: 50, x1: 330, y1: 650 }, rotate, userUnit });

describe('a page as seen', () => {
  it('is measured after rotation, by its CropBox and UserUnit', () => {
    expect(seenSize(page(0)).width).toBeCloseTo(pointsToMm(300), 9);
    expect(seenSize(page(90)).width).toBeCloseTo(pointsToMm(600), 9);
    expect(seenSize(page(180)).height).toBeCloseTo(pointsToMm(600), 9);
    expect(seenSize(page(270, 2)).height).toBeCloseTo(pointsToMm(600), 9);
  });

  it('has its upper left corner where rotation puts it', () => {
    const corner = { 0: { x: 30, y: 650 }, 90: { x: 30, y: 50 }, 180: { x: 330, y: 50 }, 270: { x: 330, y: 650 } };
    for (const rotate of turned) expect(toPdf(page(rotate), { x: 0, y: 0 })).toEqual(corner[rotate]);
  });

  it('goes to the PDF and back for every rotation, crop and unit', () => {
    for (const rotate of turned) {
      for (const unit of [1, 2.5]) {
        const frame = page(rotate, unit);
        const there = toPdf(frame, { x: 12.34, y: 56.78 });
        const back = toSeen(frame, there);
        expect(back.x).toBeCloseTo(12.34, 9);
        expect(back.y).toBeCloseTo(56.78, 9);
        const box = { x: 10, y: 20, width: 42, height: 21 };
        const again = pdfToBox(frame, boxToPdf(frame, box));
        for (const key of ['x', 'y', 'width', 'height'] as const) expect(again[key]).toBeCloseTo(box[key], 9);
      }
    }
  });

  it('agrees with the signing engine on where an upright seal goes', () => {
    // The four arms of place_upright in crates/pdf/src/geometry.rs, written out for a seal of 20 x 10 pt at (40, 60) pt.
    const at = { x: pointsToMm(40), y: pointsToMm(60), width: pointsToMm(20), height: pointsToMm(10) };
    const engine: Record<Rotation, [number, number, number, number]> = {
      0: [30 + 40, 650 - 60 - 10, 30 + 40 + 20, 650 - 60],
      90: [30 + 60, 50 + 40, 30 + 60 + 10, 50 + 40 + 20],
      180: [330 - 40 - 20, 50 + 60, 330 - 40, 50 + 60 + 10],
      270: [330 - 60 - 10, 650 - 40 - 20, 330 - 60, 650 - 40],
    };
    for (const rotate of turned) {
      const rect = boxToPdf(page(rotate), at);
      const [x0, y0, x1, y1] = engine[rotate];
      expect(rect.x0).toBeCloseTo(x0, 9);
      expect(rect.y0).toBeCloseTo(y0, 9);
      expect(rect.x1).toBeCloseTo(x1, 9);
      expect(rect.y1).toBeCloseTo(y1, 9);
    }
  });

  it('takes odd angles as readers do', () => {
    expect([-90, 450, 45, 720].map(toRotation)).toEqual([270, 90, 0, 0]);
  });
});

describe('the screen', () => {
  it('shows a millimetre as 3.7795 CSS pixels at 100 %', () => {
    expect(PIXELS_PER_MM).toBeCloseTo(3.7795, 4);
    expect(mmToPixels(210, 1)).toBeCloseTo(793.7, 1);
    expect(pixelsToMm(mmToPixels(42, 1.37), 1.37)).toBeCloseTo(42, 9);
    expect(mmToPoints(25.4)).toBeCloseTo(72, 9);
  });

  it('tells where on the page a pointer is, wherever the page was scrolled to', () => {
    const seen = clientToSeen({ x: 100 + mmToPixels(58, 0.5), y: -400 + mmToPixels(92, 0.5) }, { x: 100, y: -400 }, 0.5);
    expect(seen.x).toBeCloseTo(58, 9);
    expect(seen.y).toBeCloseTo(92, 9);
  });

  it('rasters to device pixels and no more than a canvas holds', () => {
    const sharp = raster(A4, 1, 2, 16e6);
    expect([sharp.width, sharp.height]).toEqual([1587, 2245]);
    expect(sharp.scale).toBeCloseTo((96 / 72) * 2, 9);
    const capped = raster(A4, 4, 3, 16e6);
    expect(capped.width * capped.height).toBeLessThanOrEqual(16e6);
    expect(capped.width / capped.height).toBeCloseTo(210 / 297, 2);
  });
});

describe('a seal on a page', () => {
  const seal = { width: 42, height: 42 };

  it('stays inside, to the hundredth, as the server asks', () => {
    expect(clampIntoPage({ x: -5, y: 500 }, seal, A4)).toEqual({ x: 21, y: 276 });
    expect(clampIntoPage({ x: 100.006, y: 100.004 }, seal, A4)).toEqual({ x: 100.01, y: 100 });
    const odd = clampIntoPage({ x: 999, y: 0 }, { width: 37.33, height: 37.33 }, { width: 209.99, height: 296.97 });
    expect(odd.x + 37.33 / 2).toBeLessThanOrEqual(209.99 + 1e-9);
    expect(odd.y - 37.33 / 2).toBeGreaterThanOrEqual(-1e-9);
    expect(clampIntoPage({ x: 1, y: 1 }, { width: 300, height: 10 }, A4)).toEqual({ x: 105, y: 5 });
  });

  it('is kept by its centre and measured by its corner', () => {
    expect(boxAround({ x: 79, y: 113 }, seal)).toEqual({ x: 58, y: 92, width: 42, height: 42 });
    expect(centreOf({ x: 58, y: 92, width: 42, height: 42 })).toEqual({ x: 79, y: 113 });
  });

  it('covers another only where they share a part', () => {
    const a = boxAround({ x: 50, y: 50 }, seal);
    expect(overlaps(a, boxAround({ x: 91.99, y: 50 }, seal))).toBe(true);
    expect(overlaps(a, boxAround({ x: 92, y: 50 }, seal))).toBe(false);
    expect(overlaps(a, boxAround({ x: 50, y: 92.01 }, seal))).toBe(false);
  });

  it('is drawn to the nearest line within reach, each axis by itself', () => {
    const other = { x: 100, y: 100, width: 40, height: 40 };
    const targets = { boxes: [other], points: [{ x: 60, y: 200 }] };
    const near = snap({ x: 60.8, y: 119.8 }, seal, targets, 1);
    expect(near.centre).toEqual({ x: 60, y: 120 });
    expect(near.guides).toEqual([{ axis: 'x', at: 60 }, { axis: 'y', at: 120 }]);
    const edge = snap({ x: 78.6, y: 10 }, seal, { boxes: [other], points: [] }, 1);
    expect(edge.centre.x).toBeCloseTo(79, 9);
    expect(edge.guides).toEqual([{ axis: 'x', at: 100 }]);
    expect(snap({ x: 62, y: 10 }, seal, targets, 1)).toEqual({ centre: { x: 62, y: 10 }, guides: [] });
  });
});

describe('a seam seal', () => {
  it('takes no single page, and is whole when its slices are laid side by side', () => {
    expect(seamSlices(1)).toEqual([]);
    for (let pages = 2; pages < 130; pages += 1) {
      const slices = seamSlices(pages);
      expect(slices.map((slice) => slice.page)).toEqual(Array.from({ length: pages }, (_, index) => index));
      let reached = 1;
      for (const slice of slices) {
        if (slice.part === 1) expect(reached).toBeCloseTo(1, 9);
        else expect(slice.left).toBeCloseTo(reached, 9);
        reached = slice.right;
        expect(slice.of).toBeGreaterThanOrEqual(2);
        expect(slice.of).toBeLessThanOrEqual(20);
      }
      expect(reached).toBeCloseTo(1, 9);
    }
  });

  it('is spread as the engine spreads it: the first impressions take the page more', () => {
    expect(seamSlices(41).filter((slice) => slice.part === 1).map((slice) => slice.of)).toEqual([14, 14, 13]);
  });

  it('stands flush with the right edge of the page', () => {
    const slice = seamSlices(8)[7]!;
    const box = sliceBox(slice, { width: 40, height: 40 }, 148.5, A4);
    expect(box).toEqual({ x: 205, y: 128.5, width: 5, height: 40 });
  });
});
