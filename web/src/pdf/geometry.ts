// Where things stand on a page. Three frames:
//   default user space (PDF): origin anywhere, y upwards, before rotation, in units of 1/72 inch × UserUnit;
//   as seen: from the upper left corner of the page as shown, y downwards, in millimetres; placements are kept so;
//   screen: CSS pixels from the upper left corner of the page's box at some zoom.
// Nothing here knows a browser. The Rust side has the same rules in crates/pdf/src/geometry.rs and seam.rs.

/** Points (1/72 inch) in a millimetre. */
export const POINTS_PER_MM = 72 / 25.4;
/** CSS pixels in a millimetre at 100 %: CSS defines an inch as 96 pixels. */
export const PIXELS_PER_MM = 96 / 25.4;
/** Pages over which one impression of a seam seal is spread at most. */
export const SEAM_PAGES = 20;

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A rectangle in default user space, x0 <= x1, y0 <= y1. */
export interface PdfRect {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** A box as seen: left and upper edge, width and height. */
export interface Box extends Point, Size {}

export type Rotation = 0 | 90 | 180 | 270;

/** What of a page decides where things are seen. */
export interface PageFrame {
  crop: PdfRect;
  rotate: Rotation;
  userUnit: number;
}

export const mmToPoints = (mm: number): number => mm * POINTS_PER_MM;
export const pointsToMm = (points: number): number => points / POINTS_PER_MM;

/** The nearest right angle that /Rotate means; anything that is no multiple of 90 counts as 0, as readers do. */
export function toRotation(degrees: number): Rotation {
  const turned = ((degrees % 360) + 360) % 360;
  return turned === 90 || turned === 180 || turned === 270 ? turned : 0;
}

/** Width and height of the page as seen, in mm. */
export function seenSize(page: PageFrame): Size {
  const mm = page.userUnit / POINTS_PER_MM;
  const width = (page.crop.x1 - page.crop.x0) * mm;
  const height = (page.crop.y1 - page.crop.y0) * mm;
  return page.rotate % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** A point of default user space as seen, in mm. */
export function toSeen(page: PageFrame, point: Point): Point {
  const { crop } = page;
  const mm = page.userUnit / POINTS_PER_MM;
  switch (page.rotate) {
    case 0:
      return { x: (point.x - crop.x0) * mm, y: (crop.y1 - point.y) * mm };
    case 90:
      return { x: (point.y - crop.y0) * mm, y: (point.x - crop.x0) * mm };
    case 180:
      return { x: (crop.x1 - point.x) * mm, y: (point.y - crop.y0) * mm };
    case 270:
      return { x: (crop.y1 - point.y) * mm, y: (crop.x1 - point.x) * mm };
  }
}

/** The inverse of {@link toSeen}. */
export function toPdf(page: PageFrame, seen: Point): Point {
  const { crop } = page;
  const unit = POINTS_PER_MM / page.userUnit;
  const x = seen.x * unit;
  const y = seen.y * unit;
  switch (page.rotate) {
    case 0:
      return { x: crop.x0 + x, y: crop.y1 - y };
    case 90:
      return { x: crop.x0 + y, y: crop.y0 + x };
    case 180:
      return { x: crop.x1 - x, y: crop.y0 + y };
    case 270:
      return { x: crop.x1 - y, y: crop.y1 - x };
  }
}

/** The rectangle in default user space of a box as seen. */
export function boxToPdf(page: PageFrame, box: Box): PdfRect {
  const a = toPdf(page, { x: box.x, y: box.y });
  const b = toPdf(page, { x: box.x + box.width, y: box.y + box.height });
  return { x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) };
}

/** The inverse of {@link boxToPdf}. */
export function pdfToBox(page: PageFrame, rect: PdfRect): Box {
  const a = toSeen(page, { x: rect.x0, y: rect.y0 });
  const b = toSeen(page, { x: rect.x1, y: rect.y1 });
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) };
}

/** CSS pixels of a length in mm at a zoom (1 = true size). */
export const mmToPixels = (mm: number, zoom: number): number => mm * PIXELS_PER_MM * zoom;
/** The inverse of {@link mmToPixels}. */
export const pixelsToMm = (pixels: number, zoom: number): number => pixels / (PIXELS_PER_MM * zoom);

/** A point of the browser's viewport, as seen on the page whose box begins at `origin` (both in CSS pixels). */
export function clientToSeen(client: Point, origin: Point, zoom: number): Point {
  return { x: pixelsToMm(client.x - origin.x, zoom), y: pixelsToMm(client.y - origin.y, zoom) };
}

/** The pixels of a canvas for a page: true to the device, unless that were more than `most` pixels. */
export interface Raster extends Size {
  /** Device pixels for a point of the page. */
  scale: number;
}

/** How a page is rastered at a zoom on a screen with `ratio` device pixels for a CSS pixel. */
export function raster(size: Size, zoom: number, ratio: number, most: number): Raster {
  const wanted = PIXELS_PER_MM * zoom * ratio;
  const pixels = size.width * wanted * size.height * wanted;
  const perMm = pixels > most ? wanted * Math.sqrt(most / pixels) : wanted;
  const whole = (mm: number) => Math.max(1, Math.floor(mm * perMm + 1e-6));
  return { width: whole(size.width), height: whole(size.height), scale: perMm / POINTS_PER_MM };
}

/** Lengths are kept to a hundredth of a millimetre, as the server keeps them. */
export const hundredths = (mm: number): number => Math.round(mm * 100) / 100;

/** The box of a placement, which is kept by its centre. */
export function boxAround(centre: Point, size: Size): Box {
  return { x: centre.x - size.width / 2, y: centre.y - size.height / 2, width: size.width, height: size.height };
}

/** The centre of a box. */
export function centreOf(box: Box): Point {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The centre nearest to `centre` at which something of `size` stands inside `page`; the page's own centre if it is larger than the page. */
export function clampIntoPage(centre: Point, size: Size, page: Size): Point {
  const along = (at: number, length: number, whole: number) => {
    if (length > whole) return whole / 2;
    // Rounded inwards, or a seal at the very edge would leave the page by half a hundredth.
    const least = Math.ceil((length / 2) * 100 - 1e-6) / 100;
    const most = Math.floor((whole - length / 2) * 100 + 1e-6) / 100;
    return Math.min(Math.max(hundredths(at), least), Math.max(most, least));
  };
  return { x: along(centre.x, size.width, page.width), y: along(centre.y, size.height, page.height) };
}

/** Whether two boxes have a part in common; touching edges do not count. */
export function overlaps(a: Box, b: Box): boolean {
  const within = 1e-6;
  return (
    a.x + a.width - b.x > within &&
    b.x + b.width - a.x > within &&
    a.y + a.height - b.y > within &&
    b.y + b.height - a.y > within
  );
}

/** A line that a moved box was drawn to. */
export interface Guide {
  axis: 'x' | 'y';
  /** Where the line stands, mm. */
  at: number;
}

/** What a moved seal may be drawn to. */
export interface SnapTargets {
  /** Boxes whose centres and edges count: other placements. */
  boxes: Box[];
  /** Points whose coordinates count for the centre: suggested places. */
  points: Point[];
}

/** The centre drawn to the nearest target within `reach` mm, each axis by itself, and the lines it was drawn to. */
export function snap(centre: Point, size: Size, targets: SnapTargets, reach: number): { centre: Point; guides: Guide[] } {
  const along = (axis: 'x' | 'y', length: number): { at: number; guide: Guide | null } => {
    const at = centre[axis];
    let best: { shift: number; line: number } | null = null;
    const consider = (line: number, offset: number) => {
      const shift = line - (at + offset);
      if (Math.abs(shift) <= reach && (best === null || Math.abs(shift) < Math.abs(best.shift) - 1e-9)) {
        best = { shift, line };
      }
    };
    for (const point of targets.points) consider(point[axis], 0);
    for (const box of targets.boxes) {
      const whole = axis === 'x' ? box.width : box.height;
      consider(box[axis] + whole / 2, 0);
      for (const edge of [box[axis], box[axis] + whole]) {
        consider(edge, -length / 2);
        consider(edge, length / 2);
      }
    }
    const found = best as { shift: number; line: number } | null;
    return found ? { at: at + found.shift, guide: { axis, at: found.line } } : { at, guide: null };
  };
  const x = along('x', size.width);
  const y = along('y', size.height);
  return { centre: { x: x.at, y: y.at }, guides: [x.guide, y.guide].filter((guide) => guide !== null) };
}

/** The part of a seam seal on one page, as fractions of its width from the left. */
export interface SeamSlice {
  page: number;
  left: number;
  right: number;
  /** Its place within its impression, from 1, and how many pages that has. */
  part: number;
  of: number;
}

/** The slices of a seam seal over `pages` pages: spread evenly over as few impressions as possible; none for a single page. */
export function seamSlices(pages: number): SeamSlice[] {
  if (pages < 2) return [];
  const impressions = Math.ceil(pages / SEAM_PAGES);
  const each = Math.floor(pages / impressions);
  const longer = pages % impressions;
  const slices: SeamSlice[] = [];
  for (let impression = 0; impression < impressions; impression += 1) {
    const of = each + (impression < longer ? 1 : 0);
    for (let part = 1; part <= of; part += 1) {
      slices.push({ page: slices.length, left: (part - 1) / of, right: part / of, part, of });
    }
  }
  return slices;
}

/** The box of a slice of a seam seal of `seal` size, its centre `y` below the upper edge, flush with the right edge of a page. */
export function sliceBox(slice: SeamSlice, seal: Size, y: number, page: Size): Box {
  const width = seal.width * (slice.right - slice.left);
  return { x: page.width - width, y: y - seal.height / 2, width, height: seal.height };
}
