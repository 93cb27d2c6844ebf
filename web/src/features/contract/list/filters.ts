// The conditions of a list: texts in the address on one side, what the server is asked on the other.

import type { ListQuery } from "../api";
import type { List } from "../model";

/** What stands in the address when nothing is chosen. */
export const DEFAULTS = {
  text: "",
  party: "",
  state: "",
  due: "",
  due_from: "",
  due_to: "",
  from: "",
  to: "",
  amount: "",
  min: "",
  max: "",
  sort: "",
  order: "",
  cursor: "",
};
export type Conditions = typeof DEFAULTS;

/** Conditions that narrow the list; sorting and the place in it do not. */
export const NARROWING = ["text", "party", "state", "due", "due_from", "due_to", "from", "to", "amount", "min", "max"] as const;
/** Those behind 更多条件. */
export const FURTHER = ["party", "due_from", "due_to", "from", "to", "min", "max"] as const;

export const DUE = ["3", "7", "30", "over"] as const;
/** Bands of the amount, 元: from and to. */
export const AMOUNTS = { small: [undefined, 100_000], middle: [100_000, 1_000_000], large: [1_000_000, undefined] } as const;
export const PAGE = 20;

/** `2025-07-03` moved by days; China has no summer time, so a day is a day. */
export function movedDay(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** 分 of what a user types as 元: `1,025,826.73`; undefined if it is no amount. */
export function fenOf(text: string): number | undefined {
  const clean = text.replace(/[,，\s]/g, "");
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(clean);
  if (!match) return undefined;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

const some = (text: string): string | undefined => text || undefined;

/** What the server is asked; `today` is China's day. */
export function toQuery(list: List, conditions: Conditions, today: string): ListQuery {
  const asked: ListQuery = { list, limit: PAGE };
  const put = <K extends keyof ListQuery>(name: K, value: ListQuery[K] | undefined): void => {
    if (value !== undefined) asked[name] = value;
  };
  put("q", some(conditions.text.trim()));
  put("party", some(conditions.party.trim()));
  put("state", some(conditions.state));
  put("from", some(conditions.from));
  put("to", some(conditions.to));
  const within = Number(conditions.due);
  if (conditions.due === "over") put("due_to", movedDay(today, -1));
  else if (within > 0) {
    put("due_from", today);
    put("due_to", movedDay(today, within));
  }
  put("due_from", some(conditions.due_from));
  put("due_to", some(conditions.due_to));
  const band = AMOUNTS[conditions.amount as keyof typeof AMOUNTS] as readonly (number | undefined)[] | undefined;
  const [least, most] = band ?? [];
  if (least !== undefined) put("min_amount_fen", least * 100);
  // A band ends below the next one's beginning.
  if (most !== undefined) put("max_amount_fen", most * 100 - 1);
  put("min_amount_fen", fenOf(conditions.min));
  put("max_amount_fen", fenOf(conditions.max));
  put("sort", some(conditions.sort));
  put("order", some(conditions.order));
  put("cursor", some(conditions.cursor));
  return asked;
}

/** The order in which a column is sorted when its head is pressed: first its own way, then the other, then as the list comes. */
export function nextSort(column: string, sort: string, order: string): { sort: string; order: string } {
  const first = column === "due" ? "asc" : "desc";
  if (sort !== column) return { sort: column, order: "" };
  if (order === "" || order === first) return { sort: column, order: first === "asc" ? "desc" : "asc" };
  return { sort: "", order: "" };
}

/** The order in which a column stands now. */
export function sortedNow(column: string, sort: string, order: string): "ascending" | "descending" | undefined {
  if (sort !== column) return undefined;
  const way = order || (column === "due" ? "asc" : "desc");
  return way === "asc" ? "ascending" : "descending";
}
