// Somebody else saved meanwhile: what of mine stands, what of theirs is taken over, and where both changed the same field.

import { same } from "./form";
import type { Edits, Value, Values } from "./model";

export interface Clash {
  id: string;
  mine: Value | null;
  theirs: Value | null;
  /** What stood there when I began. */
  before: Value | null;
}

export interface Rebased {
  /** My changes that still stand against what the server has now. */
  edits: Edits;
  /** Fields that only the other changed. */
  taken: string[];
  clashes: Clash[];
}

/** `before` is what my changes were made on, `now` what the server has. */
export function rebase(before: Values, edits: Edits, now: Values): Rebased {
  const ids = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = new Set(ids.filter((id) => !same(before[id], now[id])));
  const kept: Record<string, Value | null> = {};
  const clashes: Clash[] = [];
  for (const [id, mine] of Object.entries(edits)) {
    if (same(mine, now[id])) continue;
    if (changed.has(id)) clashes.push({ id, mine, theirs: now[id] ?? null, before: before[id] ?? null });
    kept[id] = mine;
  }
  const taken = [...changed].filter((id) => !(id in edits));
  return { edits: kept, taken, clashes };
}

/** The changes after the user has chosen: where he takes theirs, his own falls. */
export function settle(edits: Edits, choices: Readonly<Record<string, "mine" | "theirs">>): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([id]) => choices[id] !== "theirs"));
}

/** Changes laid over saved values. */
export function apply(saved: Values, edits: Edits): Values {
  const values: Record<string, Value> = { ...saved };
  for (const [id, value] of Object.entries(edits)) {
    if (value === null) delete values[id];
    else values[id] = value;
  }
  return values;
}

/** What is left to save after `sent` was saved: what was typed meanwhile. */
export function remaining(edits: Edits, sent: Edits): Edits {
  return Object.fromEntries(Object.entries(edits).filter(([id, value]) => !(id in sent) || !same(value, sent[id])));
}
