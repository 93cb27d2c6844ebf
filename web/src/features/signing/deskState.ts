// The desk as a pure reducer: every act on the marks, with undo and redo. It knows the desk's rules and no browser.
import { clampIntoPage, hundredths, type Point } from "@/pdf/geometry";
import {
  MOST_MARKS, companionSeal, lowestPage, needOf, pageSize, sealOf, sizeOf, suggestionPoint,
  type Armed, type Desk, type DeskSuggestion, type Kind, type Mark,
} from "./model";

export interface DeskState {
  marks: readonly Mark[];
  selected: string | null;
  armed: Armed | null;
  past: readonly (readonly Mark[])[];
  future: readonly (readonly Mark[])[];
  /** Names the act that the last step of history belongs to, so that a row of key strokes is undone at once. */
  run: string | null;
  /** The number of the next mark. */
  next: number;
}

export type DeskAct =
  | { do: "place"; kind: Kind; sealId: string; page: number; at: Point }
  | { do: "placeAll"; kind: Exclude<Kind, "seam">; sealId: string; spots: readonly { page: number; at: Point }[] }
  | { do: "accept"; suggestion: DeskSuggestion }
  | { do: "move"; id: string; page: number; at: Point; run?: string }
  | { do: "nudge"; id: string; dx: number; dy: number }
  | { do: "remove"; id: string }
  | { do: "clear" }
  | { do: "everyPage"; id: string; pages: readonly number[] }
  | { do: "select"; id: string | null }
  | { do: "arm"; armed: Armed | null }
  | { do: "rest" }
  | { do: "undo" }
  | { do: "redo" }
  | { do: "restore"; marks: readonly Mark[] };

/** How many steps can be undone. */
const HISTORY = 100;

/** The desk as it opens: what the step asks for stands at the suggested places already, with date and seam seal; the rest is offered. */
export function openDesk(desk: Desk): DeskState {
  const open: DeskState = { marks: [], selected: null, armed: null, past: [], future: [], run: null, next: 1 };
  const missing = desk.step.missing;
  const wanted = (one: DeskSuggestion) => {
    if (one.kind === "personal") return missing.includes("personal");
    if (missing.includes(one.kind)) return true;
    // Date and seam seal accompany an organisation's seal of the same act.
    return (one.kind === "date" || one.kind === "seam") && missing.includes("seal") && desk.unsent.length === 0;
  };
  const filled = desk.suggestions.filter(wanted).reduce((state, one) => act(state, { do: "accept", suggestion: one }, desk), open);
  return { ...filled, selected: null, past: [], future: [], run: null };
}

/** The desk after an act; the same desk if the act cannot be. */
export function act(state: DeskState, action: DeskAct, desk: Desk): DeskState {
  switch (action.do) {
    case "place":
      return place(state, action, desk);
    case "placeAll": {
      const { kind, sealId } = action;
      const placed = action.spots.reduce((now, { page, at }) => place(now, { kind, sealId, page, at }, desk), state);
      // However many, they are one step of history; the first of them is where the eye is.
      const first = placed.marks[state.marks.length]?.id ?? state.selected;
      return placed === state ? state : { ...change(state, placed.marks, null), selected: first, armed: null, next: placed.next };
    }
    case "accept": {
      const { kind, seal_id, page } = action.suggestion;
      return place(state, { kind, sealId: seal_id, page: page ?? 0, at: suggestionPoint(desk, action.suggestion) }, desk);
    }
    case "move": {
      const mark = state.marks.find((one) => one.id === action.id);
      if (!mark) return state;
      return change(state, replace(state.marks, settle(desk, { ...mark, page: action.page }, action.at)), action.run ?? null);
    }
    case "nudge": {
      const mark = state.marks.find((one) => one.id === action.id);
      if (!mark) return state;
      const at = { x: mark.x + action.dx, y: mark.y + action.dy };
      return change(state, replace(state.marks, settle(desk, mark, at)), `nudge ${mark.id}`);
    }
    case "remove": {
      if (!state.marks.some((one) => one.id === action.id)) return state;
      const marks = state.marks.filter((one) => one.id !== action.id);
      return { ...change(state, marks, null), selected: state.selected === action.id ? null : state.selected };
    }
    case "clear":
      return state.marks.length === 0 ? state : { ...change(state, [], null), selected: null };
    case "everyPage":
      return everyPage(state, action.id, action.pages, desk);
    case "select":
      return { ...state, selected: action.id, armed: action.id === null ? state.armed : null, run: null };
    case "arm":
      return { ...state, armed: action.armed, selected: action.armed ? null : state.selected, run: null };
    case "rest":
      return state.run === null ? state : { ...state, run: null };
    case "undo": {
      const before = state.past[state.past.length - 1];
      if (!before) return state;
      return kept({ ...state, marks: before, past: state.past.slice(0, -1), future: [state.marks, ...state.future], run: null });
    }
    case "redo": {
      const after = state.future[0];
      if (!after) return state;
      return kept({ ...state, marks: after, past: [...state.past, state.marks], future: state.future.slice(1), run: null });
    }
    case "restore":
      return restore(state, action.marks, desk);
  }
}

function place(
  state: DeskState,
  { kind, sealId, page, at }: { kind: Kind; sealId: string; page: number; at: Point },
  desk: Desk,
): DeskState {
  if (state.marks.length >= MOST_MARKS || needOf(desk, kind) === "forbidden" || !sealOf(desk, { sealId })) return state;
  const seam = kind === "seam";
  // A party sets one seam seal, over at least two pages.
  if (seam && (desk.pages.length < 2 || hasSeam(state, desk))) return state;
  const owner = kind === "date" || seam ? (companionSeal(desk, state.marks) ?? sealId) : sealId;
  const id = `m${state.next}`;
  const mark = settle(desk, { id, kind, sealId: owner, page: seam ? null : page, x: 0, y: 0 }, at);
  return { ...change(state, [...state.marks, mark], null), selected: id, armed: null, next: state.next + 1 };
}

/** Whether this party's seam seal is placed, or on the document already. */
export function hasSeam(state: { marks: readonly Mark[] }, desk: Desk): boolean {
  const sealed = desk.unsent.some((one) => one.placed.some((placed) => placed.kind === "seam"));
  return sealed || state.marks.some((mark) => mark.kind === "seam");
}

function everyPage(state: DeskState, id: string, pages: readonly number[], desk: Desk): DeskState {
  const mark = state.marks.find((one) => one.id === id);
  if (!mark || mark.kind === "seam") return state;
  const room = MOST_MARKS - state.marks.length;
  const same = (one: Mark, page: number) => one.page === page && one.kind === mark.kind && one.sealId === mark.sealId;
  const targets = pages.filter((page) => !state.marks.some((one) => same(one, page))).slice(0, Math.max(0, room));
  if (targets.length === 0) return state;
  const copies = targets.map((page, index) => settle(desk, { ...mark, id: `m${state.next + index}`, page }, mark));
  return { ...change(state, [...state.marks, ...copies], null), next: state.next + copies.length };
}

/** Keeps of a draft what still can be: seals that the actor may use, on pages that are. */
function restore(state: DeskState, marks: readonly Mark[], desk: Desk): DeskState {
  let seam = hasSeam({ marks: [] }, desk);
  const standing = marks.filter((mark) => {
    const fits = sealOf(desk, mark) !== undefined && needOf(desk, mark.kind) !== "forbidden";
    if (mark.kind !== "seam") return fits && mark.page !== null && mark.page < desk.pages.length;
    const first = !seam;
    seam = true;
    return fits && first && desk.pages.length >= 2;
  });
  const renamed = standing.slice(0, MOST_MARKS).map((mark, index) => settle(desk, { ...mark, id: `m${state.next + index}` }, mark));
  return { ...state, marks: renamed, selected: null, armed: null, past: [], future: [], run: null, next: state.next + renamed.length };
}

/** The mark with its centre where it may be, nearest to `at`. */
function settle(desk: Desk, mark: Mark, at: Point): Mark {
  const size = sizeOf(desk, mark);
  if (mark.kind === "seam") {
    const { y } = clampIntoPage({ x: 0, y: at.y }, size, { width: size.width, height: lowestPage(desk) });
    return { ...mark, page: null, x: 0, y };
  }
  const page = Math.min(Math.max(0, mark.page ?? 0), desk.pages.length - 1);
  const centre = clampIntoPage({ x: hundredths(at.x), y: hundredths(at.y) }, size, pageSize(desk, page));
  return { ...mark, page, x: centre.x, y: centre.y };
}

function replace(marks: readonly Mark[], mark: Mark): readonly Mark[] {
  return marks.map((one) => (one.id === mark.id ? mark : one));
}

function change(state: DeskState, marks: readonly Mark[], run: string | null): DeskState {
  if (same(state.marks, marks)) return state;
  const continued = run !== null && run === state.run;
  const past = continued ? state.past : [...state.past, state.marks].slice(-HISTORY);
  return { ...state, marks, past, future: [], run };
}

function same(a: readonly Mark[], b: readonly Mark[]): boolean {
  const keys = ["id", "kind", "sealId", "page", "x", "y"] as const;
  return a.length === b.length && a.every((mark, index) => keys.every((key) => mark[key] === b[index]?.[key]));
}

function kept(state: DeskState): DeskState {
  return { ...state, selected: state.marks.some((mark) => mark.id === state.selected) ? state.selected : null };
}
