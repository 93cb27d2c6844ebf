// What still stands in the way, in the order of the form: each with the field to go to.

import { departs, unfilled } from "./form";
import type { Award, Entry, Values } from "./model";

export interface Gap {
  /** Stable, for lists. */
  key: string;
  kind: "unfilled" | "unreadable" | "refused" | "reason" | "blocks" | "term";
  /** The field to go to; none for a term that any of several fields would give. */
  entry: Entry | undefined;
  /** The server's own words, where it has some. */
  words: string | undefined;
}

/** What the server's checks add to what is seen here: terms that no field gives, and departures that block. */
export interface ServerChecks {
  terms: { code: string; words: string }[];
  blocking: { field: string; words: string }[];
}

export function gaps(
  all: readonly Entry[],
  values: Values,
  award: Award,
  reasons: Readonly<Record<string, string>>,
  typed: Readonly<Record<string, string>>,
  refused: Readonly<Record<string, string>>,
  checks: ServerChecks,
): Gap[] {
  const empty = new Set(unfilled(all, values, award).map((entry) => entry.id));
  const blocking = new Map(checks.blocking.map((one) => [one.field, one.words]));
  const found: Gap[] = [];
  for (const entry of all) {
    const { id } = entry;
    const add = (kind: Gap["kind"], words?: string) => found.push({ key: `${kind}.${id}`, kind, entry, words });
    if (id in typed) add("unreadable");
    else if (id in refused) add("refused", refused[id]);
    else if (empty.has(id)) add("unfilled");
    else if (blocking.has(id)) add("blocks", blocking.get(id));
    if (departs(entry, values[id]) && !blocking.has(id) && !reasons[id]?.trim()) add("reason");
  }
  for (const term of checks.terms) found.push({ key: `term.${term.words}`, kind: "term", entry: undefined, words: term.words });
  return found;
}
