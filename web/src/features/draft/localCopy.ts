// What was typed and not saved yet, kept in this browser: neither a broken line, nor an ended session, nor a closed window loses it.
// It is dropped as soon as the server has it, and after a week.

import type { Edits, Values } from "./model";

export interface LocalCopy {
  contract: string;
  /** The version that the changes were made on, and what the changed fields held there. */
  version: number;
  before: Values;
  edits: Edits;
  reasons: Readonly<Record<string, string>>;
  /** What was typed and cannot be read as a value. */
  typed: Readonly<Record<string, string>>;
  /** Milliseconds. */
  at: number;
}

const PREFIX = "yinxin.draft.";
const WEEK = 7 * 86_400_000;

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

function usable(): Store | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

/** One tab keeps one copy: two tabs with the same draft do not overwrite each other's. */
function tab(): string {
  const name = "yinxin.tab";
  try {
    const known = sessionStorage.getItem(name);
    if (known) return known;
    const made = Math.random().toString(36).slice(2, 10);
    sessionStorage.setItem(name, made);
    return made;
  } catch {
    return "only";
  }
}

function prefix(person: string, contract: string): string {
  return `${PREFIX}${person}.${contract}.`;
}

/** False if the browser keeps nothing: the page then says so. */
export function keep(person: string, copy: LocalCopy, store: Store | undefined = usable()): boolean {
  try {
    store?.setItem(prefix(person, copy.contract) + tab(), JSON.stringify(copy));
    return store !== undefined;
  } catch {
    return false;
  }
}

function keys(store: Store, beginning: string): string[] {
  const found: string[] = [];
  for (let place = 0; place < store.length; place += 1) {
    const key = store.key(place);
    if (key?.startsWith(beginning)) found.push(key);
  }
  return found;
}

function read(store: Store, key: string): LocalCopy | undefined {
  try {
    const copy = JSON.parse(store.getItem(key) ?? "") as LocalCopy;
    return typeof copy.version === "number" && typeof copy.edits === "object" ? copy : undefined;
  } catch {
    return undefined;
  }
}

/** This tab's copy, else the newest of the person's others; what is older than a week goes. */
export function find(person: string, contract: string, now: number, store: Store | undefined = usable()): LocalCopy | undefined {
  if (!store) return undefined;
  for (const key of keys(store, PREFIX)) {
    const copy = read(store, key);
    if (!copy || now - copy.at > WEEK) store.removeItem(key);
  }
  const mine = prefix(person, contract);
  const own = read(store, mine + tab());
  if (own) return own;
  const others = keys(store, mine).map((key) => read(store, key));
  return others.reduce<LocalCopy | undefined>((newest, one) => (one && (!newest || one.at > newest.at) ? one : newest), undefined);
}

/** Everything is on the server: this tab's copy goes; `all` drops those of closed tabs too. */
export function drop(person: string, contract: string, all = false, store: Store | undefined = usable()): void {
  if (!store) return;
  const mine = prefix(person, contract);
  if (all) for (const key of keys(store, mine)) store.removeItem(key);
  else store.removeItem(mine + tab());
}
