// Where seals go by words of the text or by page numbers, as pure functions; mm as seen, a spot is the centre of what is placed.
import type { components } from "@/api/schema";
import type { Point, Size } from "@/pdf/geometry";
import type { Kind, Mark } from "../model";

export type KeywordPlace = components["schemas"]["KeywordPlace"];
/** Over the words, behind them, or under them; the engine knows the same three. */
export type Anchor = "centre" | "after" | "below";
export const ANCHORS: readonly Anchor[] = ["centre", "after", "below"];

export interface Spot {
  page: number;
  at: Point;
}

export function spotAt(place: KeywordPlace, anchor: Anchor, size: Size): Spot {
  const middle = { x: place.x_mm + place.width_mm / 2, y: place.y_mm + place.height_mm / 2 };
  const at = {
    centre: middle,
    after: { x: place.x_mm + place.width_mm + size.width / 2, y: middle.y },
    below: { x: middle.x, y: place.y_mm + place.height_mm + size.height / 2 },
  }[anchor];
  return { page: place.page, at };
}

/** The spots where such a mark would not lie over another of its kind, be it one that lies there or one for an earlier spot. */
export function freeSpots(spots: readonly Spot[], marks: readonly Mark[], what: { kind: Kind; sealId: string }, size: Size): Spot[] {
  const covers = (a: Point, b: Point) => Math.abs(a.x - b.x) < size.width && Math.abs(a.y - b.y) < size.height;
  const lying = marks.filter((mark) => mark.kind === what.kind && mark.sealId === what.sealId);
  return spots.reduce<Spot[]>((free, spot) => {
    const taken = lying.some((mark) => mark.page === spot.page && covers(mark, spot.at)) || free.some((one) => one.page === spot.page && covers(one.at, spot.at));
    return taken ? free : [...free, spot];
  }, []);
}

/** The pages, from 0, that a text like `1-3、5` names of so many; all for an empty one, and none at all when it cannot be read. */
export function pagesOf(text: string, total: number): number[] | null {
  // Full-width digits, commas and dashes are what a Chinese keyboard types.
  const plain = text.normalize("NFKC").replace(/[–—~至到]/g, "-").replace(/\s*-\s*/g, "-");
  const parts = plain.split(/[,、;\s]+/).filter((part) => part !== "");
  if (parts.length === 0) return Array.from({ length: total }, (_, index) => index);
  const pages = new Set<number>();
  for (const part of parts) {
    const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last ?? first)];
    if (first === undefined || from < 1 || to > total || from > to) return null;
    for (let page = from; page <= to; page += 1) pages.add(page - 1);
  }
  return [...pages].sort((a, b) => a - b);
}
