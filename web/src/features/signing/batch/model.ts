// Several contracts on their way to be signed together: what was read, and how far each has come. Pure, without a browser.
import { introduced } from "@/app/language";
import type { Refusal } from "../ceremony";
import type { BatchOutcome, OneOutcome, Ready } from "./api";

/** Ids of contracts as the address carries them. */
export function idsOf(query: unknown): string[] {
  const text = typeof query === "string" ? query : "";
  return [...new Set(text.split(",").map((one) => one.trim()).filter((one) => one !== ""))];
}

/** What was read is a document, not a contract: when it changes it must be read again. */
export const documentOf = (one: Ready): string => `${one.contract_id} ${one.summary.digest_sm3}`;

/** The contracts whose document was not read yet. */
export function unread(ready: readonly Ready[], read: ReadonlySet<string>): Ready[] {
  return ready.filter((one) => !read.has(documentOf(one)));
}

export const sumOf = (ready: readonly Ready[]): number => ready.reduce((sum, one) => sum + (one.summary.amount_fen ?? 0), 0);

/** A refusal of several contracts, with the title of each that it speaks of: the server names them by their place. */
export function named(refusal: Refusal, titles: readonly string[]): Refusal {
  const faults = refusal.faults?.map((fault) => {
    const title = titles[Number(/^contracts\[(\d+)\]/.exec(fault.path)?.[1] ?? -1)];
    return title === undefined ? fault : { ...fault, message: introduced(title, fault.message) };
  });
  return faults ? { ...refusal, faults } : refusal;
}

/** How far one contract has come. */
export type Stage = "waiting" | "signing" | "signed" | "sent" | "missed";

export interface Item {
  intent: string;
  contract: string;
  title: string;
  number: string | null;
  amount: number | null;
  stage: Stage;
  /** Why it was missed. */
  refusal: Refusal | null;
}

export type Progress =
  | { is: "signing"; intent: string }
  | { is: "done"; intent: string; ended: boolean }
  | { is: "missed"; intent: string; refusal: Refusal };

export function advance(items: readonly Item[], event: Progress): Item[] {
  return items.map((item) => {
    if (item.intent !== event.intent) return item;
    if (event.is === "signing") return { ...item, stage: "signing", refusal: null };
    if (event.is === "missed") return { ...item, stage: "missed", refusal: event.refusal };
    return { ...item, stage: event.ended ? "sent" : "signed", refusal: null };
  });
}

/** What the server says of a batch; why something failed just now is kept, because it says more. */
export function itemsOf(outcome: BatchOutcome, say: (one: OneOutcome) => string, before: readonly Item[] = []): Item[] {
  return outcome.contracts.map((one) => {
    const known = before.find((item) => item.intent === one.intent_id);
    const told = one.code ? { code: one.code, title: "", detail: say(one) } : null;
    return {
      intent: one.intent_id,
      contract: one.contract_id,
      title: one.title,
      number: one.number ?? null,
      amount: one.amount_fen ?? null,
      stage: one.state as Stage,
      refusal: one.state === "missed" || one.state === "waiting" ? (known?.refusal ?? told) : null,
    };
  });
}

/** The contracts that are still to be signed, and can be. */
export const waiting = (items: readonly Item[]): Item[] => items.filter((item) => item.stage === "waiting");
export const finished = (items: readonly Item[]): Item[] => items.filter((item) => item.stage === "signed" || item.stage === "sent");
