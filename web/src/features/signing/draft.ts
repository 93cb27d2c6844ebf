// Marks that are placed and not signed survive a reload and a new sign-in in the same tab: kept by contract, step and actor, in the tab alone.
// They count for one text only: when the contract has changed they are forgotten.
import type { IntentAnswer, Mark } from "./model";

/** Whose draft it is, and of what. */
export interface DraftKey {
  contract: string;
  actor: string;
}

/** What a draft belongs to: another version is another text, or other seals on it. */
export interface Draft {
  version: number;
  marks: readonly Mark[];
  /** Pages that were on the screen. */
  read: readonly number[];
  savedAt: number;
  /** The confirmation in hand, as the server answered it, and when it was asked for, ms. */
  intent: { answer: IntentAnswer; askedAt: number; sealed: string } | null;
}

const PREFIX = "yinxin.desk.";

function name(key: DraftKey): string {
  return `${PREFIX}${key.contract}.${key.actor}`;
}

/** The draft for this version; one for another version is thrown away, and `stale` says so. */
export function loadDraft(store: Storage, key: DraftKey, version: number): { draft: Draft | null; stale: boolean } {
  try {
    const text = store.getItem(name(key));
    if (!text) return { draft: null, stale: false };
    const draft = JSON.parse(text) as Draft;
    if (draft.version === version && Array.isArray(draft.marks) && Array.isArray(draft.read)) return { draft, stale: false };
    store.removeItem(name(key));
    return { draft: null, stale: Array.isArray(draft.marks) && draft.marks.length > 0 };
  } catch {
    // A store that cannot be read is an empty one.
    return { draft: null, stale: false };
  }
}

/** Keeps a draft; whether it could. */
export function saveDraft(store: Storage, key: DraftKey, draft: Draft): boolean {
  try {
    store.setItem(name(key), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(store: Storage, key: DraftKey): void {
  try {
    store.removeItem(name(key));
  } catch {
    // Nothing was kept then.
  }
}
