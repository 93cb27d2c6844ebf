// What lies on the desk: marks that are placed and not yet signed. Lengths are mm as seen; a mark is kept by its centre, as the server keeps it.
import type { components } from "@/api/schema";
import { boxAround, type Box, type Point, type Size } from "@/pdf/geometry";

type Schemas = components["schemas"];
export type Desk = Schemas["Desk"];
export type DeskSeal = Schemas["DeskSeal"];
export type DeskPlaced = Schemas["DeskPlaced"];
export type DeskSuggestion = Schemas["DeskSuggestion"];
export type Kind = Schemas["PlacementKindBody"];
export type IntentAnswer = Schemas["IntentAnswer"];
export type PlacementBody = Schemas["PlacementBody"];

/** The size of a date seal, as the server draws it. */
export const DATE_SIZE: Size = { width: 34, height: 7 };
/** The most marks in one act of signing, as the server asks. */
export const MOST_MARKS = 64;

/** One mark that is placed and not yet signed. */
export interface Mark {
  id: string;
  kind: Kind;
  sealId: string;
  /** The page from 0; none for a seam seal. */
  page: number | null;
  /** The centre; a seam seal's `x` is 0. */
  x: number;
  y: number;
}

/** What is picked up to be placed by the next click. */
export interface Armed {
  kind: Kind;
  sealId: string;
}

/** The seal of a mark, if the actor may still use it. */
export function sealOf(desk: Desk, mark: { sealId: string }): DeskSeal | undefined {
  return desk.seals.find((seal) => seal.seal_id === mark.sealId);
}

/** The size of what a kind of mark with a seal shows. */
export function sizeOf(desk: Desk, mark: { kind: Kind; sealId: string }): Size {
  if (mark.kind === "date") return DATE_SIZE;
  const seal = sealOf(desk, mark);
  return { width: seal?.width_mm ?? 40, height: seal?.height_mm ?? 40 };
}

/** The size of a page; the last page's for a page that is not. */
export function pageSize(desk: Desk, page: number): Size {
  const found = desk.pages[page] ?? desk.pages[desk.pages.length - 1];
  return { width: found?.width_mm ?? 210, height: found?.height_mm ?? 297 };
}

/** The box of a mark on its page; for a seam seal the box that the whole seal would take at the right edge. */
export function boxOf(desk: Desk, mark: Mark): Box {
  const size = sizeOf(desk, mark);
  if (mark.kind === "seam") return { x: pageSize(desk, 0).width - size.width, y: mark.y - size.height / 2, ...size };
  return boxAround(mark, size);
}

/** The box of a mark that is on the document already. */
export function placedBox(placed: DeskPlaced): Box {
  return boxAround({ x: placed.x_mm, y: placed.y_mm }, { width: placed.width_mm, height: placed.height_mm });
}

/** The lowest page, in which a seam seal must fit. */
export function lowestPage(desk: Desk): number {
  return Math.min(...desk.pages.map((page) => page.height_mm));
}

/** Which kind of mark a seal makes when it is dragged to a page; none if the step takes it in no such way. */
export function kindOf(desk: Desk, seal: DeskSeal): "seal" | "personal" | null {
  const allowed = (kind: Kind) => needOf(desk, kind) !== "forbidden";
  if (seal.seal_type === "personal_name") return allowed("personal") ? "personal" : null;
  return allowed("seal") && desk.step.seal_types.includes(seal.seal_type) ? "seal" : null;
}

export function needOf(desk: Desk, kind: Kind): string {
  return desk.step.acts.find((act) => act.kind === kind)?.need ?? "forbidden";
}

/** The seal that a date or seam seal accompanies: the first organisation's seal that is placed, or the first there is. */
export function companionSeal(desk: Desk, marks: readonly Mark[]): string | null {
  const placed = marks.find((mark) => mark.kind === "seal");
  return placed?.sealId ?? desk.seals.find((seal) => kindOf(desk, seal) === "seal")?.seal_id ?? null;
}

/** Marks as the server takes them. A date or seam seal goes with an organisation's seal of the same act, so it follows the one that is placed. */
export function toPlacements(desk: Desk, marks: readonly Mark[]): PlacementBody[] {
  const companion = companionSeal(desk, marks);
  const placed = new Set(marks.filter((mark) => mark.kind === "seal").map((mark) => mark.sealId));
  return marks.map((mark) => {
    const follows = (mark.kind === "date" || mark.kind === "seam") && !placed.has(mark.sealId);
    const seal_id = follows && companion ? companion : mark.sealId;
    if (mark.kind === "seam") return { kind: mark.kind, seal_id, y_mm: mark.y };
    return { kind: mark.kind, seal_id, page: mark.page ?? 0, x_mm: mark.x, y_mm: mark.y };
  });
}

/** Between two seam seals on one edge, mm. */
const SEAM_GAP = 4;

/** The heights of the seam seals that are on the document. */
function seams(desk: Desk): DeskPlaced[] {
  return [...desk.present, ...desk.unsent].flatMap((one) => one.placed).filter((placed) => placed.kind === "seam");
}

/** Whether a seam seal at a height would lie over one that is on the document. */
export function seamCovers(desk: Desk, height: number, y: number): boolean {
  return seams(desk).some((other) => Math.abs(other.y_mm - y) < (other.height_mm + height) / 2 - 1e-6);
}

/** The height nearest to half the page at which a seam seal covers none that is there; half the page if there is no such room. */
export function seamHeight(desk: Desk, height: number): number {
  const whole = lowestPage(desk);
  const beside = seams(desk).flatMap((other) => {
    const apart = (other.height_mm + height) / 2 + SEAM_GAP;
    return [other.y_mm - apart, other.y_mm + apart];
  });
  const free = [whole / 2, ...beside].filter((y) => y - height / 2 >= 0 && y + height / 2 <= whole && !seamCovers(desk, height, y));
  const nearest = free.sort((a, b) => Math.abs(a - whole / 2) - Math.abs(b - whole / 2))[0];
  return nearest ?? whole / 2;
}

/** Where a suggestion lies; a seam seal keeps off those of the other parties. */
export function suggestionPoint(desk: Desk, suggestion: DeskSuggestion): Point {
  if (suggestion.kind !== "seam") return { x: suggestion.x_mm ?? 0, y: suggestion.y_mm ?? 0 };
  const { height } = sizeOf(desk, { kind: "seam", sealId: suggestion.seal_id });
  return { x: 0, y: suggestion.y_mm ?? seamHeight(desk, height) };
}
