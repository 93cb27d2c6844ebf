// What the step still asks for, and what the signer should look at: read off the desk and its marks.
import { overlaps } from "@/pdf/geometry";
import { boxOf, needOf, placedBox, seamCovers, sizeOf, type Desk, type DeskSuggestion, type Kind, type Mark } from "./model";

/** One line of the list at the head of the panel. */
export interface Requirement {
  kind: Kind;
  /** The page it belongs to; none for a seam seal, or where the text leaves no place. */
  page: number | null;
  required: boolean;
  done: boolean;
  suggestion: DeskSuggestion | null;
}

const KINDS: readonly Kind[] = ["seal", "personal", "date", "seam"];

/** What must be set, and what may be at a place that the text leaves for it. */
export function requirements(desk: Desk, marks: readonly Mark[]): Requirement[] {
  return KINDS.flatMap((kind) => {
    const need = needOf(desk, kind);
    const suggestion = desk.suggestions.find((one) => one.kind === kind) ?? null;
    const required = need === "required";
    if (need === "forbidden" || (!required && !suggestion)) return [];
    const placed = marks.find((mark) => mark.kind === kind);
    const sealed = desk.unsent.some((one) => one.placed.some((mark) => mark.kind === kind));
    const page = placed ? placed.page : (suggestion?.page ?? null);
    return [{ kind, page, required, done: placed !== undefined || sealed, suggestion }];
  });
}

/** What must still be placed before the step can be ended. */
export function stillRequired(list: readonly Requirement[]): Requirement[] {
  return list.filter((one) => one.required && !one.done);
}

/** Why the marks cannot be confirmed as they are. */
export type Obstacle = "nothing" | "required" | "companion";

export function obstacle(desk: Desk, marks: readonly Mark[]): Obstacle | null {
  if (marks.length === 0) return "nothing";
  if (stillRequired(requirements(desk, marks)).length > 0) return "required";
  const accompanied = marks.some((mark) => mark.kind === "seal");
  const needing = marks.some((mark) => mark.kind === "date" || mark.kind === "seam");
  return needing && !accompanied ? "companion" : null;
}

/** The marks that lie over another mark or over one that is on the document; a date seal may lie under its seal, as on paper. */
export function overlapping(desk: Desk, marks: readonly Mark[]): Set<string> {
  const found = new Set<string>();
  const present = [...desk.present, ...desk.unsent].flatMap((one) => one.placed).filter((placed) => placed.kind !== "seam");
  for (const [index, mark] of marks.entries()) {
    if (mark.kind === "seam") {
      if (seamCovers(desk, sizeOf(desk, mark).height, mark.y)) found.add(mark.id);
      continue;
    }
    const box = boxOf(desk, mark);
    for (const other of marks.slice(index + 1)) {
      if (other.kind === "seam" || other.page !== mark.page || !overlaps(box, boxOf(desk, other))) continue;
      if ((mark.kind === "date") !== (other.kind === "date")) continue;
      found.add(mark.id).add(other.id);
    }
    if (mark.kind !== "date" && present.some((other) => other.page === mark.page && other.kind !== "date" && overlaps(box, placedBox(other)))) {
      found.add(mark.id);
    }
  }
  return found;
}

/** What the thumbnail of a page says: how many marks are on it, and how many are still required there. */
export function pageMarks(desk: Desk, marks: readonly Mark[], page: number): { placed: number; missing: number } {
  const standing = [...desk.present, ...desk.unsent].flatMap((one) => one.placed);
  const placed = marks.filter((mark) => mark.page === page && mark.kind !== "date").length
    + standing.filter((one) => one.page === page && one.kind !== "date").length;
  const missing = stillRequired(requirements(desk, marks)).filter((one) => one.page === page).length;
  return { placed, missing };
}
