// The axes of a contract's state as the rules keep them, read with care: the description of the API leaves them open.

import { contractWords as c } from "../messages";
import type { Contract } from "../model";
import { showWords as t } from "./messages";

export interface Axis {
  state: string;
  at?: number;
  since?: number;
  by?: string;
  reason?: string;
  document?: string;
  steps?: { party: string; state: { state: string; at?: number; since?: number } }[];
}

export const axis = (contract: Contract, name: "content" | "signing" | "filing" | "notice" | "hold"): Axis => contract.state[name] as Axis;

/** A party as the reader calls it: his own organisation, or its place and name. */
export function partyName(contract: Contract, key: string, name?: string | null): string {
  const one = contract.parties.find((found) => found.key === key);
  if (one?.own) return t.ownOrganisation;
  return [c.party(key), one?.name ?? name].filter(Boolean).join(" ");
}

/** The verbs that lead to another page, by the page; the most pressing first. */
const ELSEWHERE: readonly { verbs: readonly string[]; act: "agree" | "submit" | "review" | "sign" | "draft"; page: string }[] = [
  { verbs: ["agree"], act: "agree", page: "desk" },
  { verbs: ["submit"], act: "submit", page: "desk" },
  { verbs: ["confirm", "return", "modify"], act: "review", page: "review" },
  // Disagreeing is possible before sealing too, and is done where the text is read.
  { verbs: ["seal", "disagree", "discard_unsent"], act: "sign", page: "desk" },
  { verbs: ["send", "freeze", "edit_draft"], act: "draft", page: "draft" },
];

/** Where what can be done now is done; `undefined` if nothing leads away from here. */
export function nextAct(contract: Contract): { act: "agree" | "submit" | "review" | "sign" | "draft"; page: string } | undefined {
  const verbs = new Set(contract.actions.map((one) => one.verb));
  return ELSEWHERE.find((one) => one.verbs.some((verb) => verbs.has(verb)));
}

/** What is done on this page, with a confirmation of its own. */
export const HERE = ["withdraw", "reject", "revoke"] as const;
export type Here = (typeof HERE)[number];

export function actsHere(contract: Contract): { verb: Here; label: { zh: string; en: string } }[] {
  return contract.actions.flatMap((one) => ((HERE as readonly string[]).includes(one.verb) ? [{ verb: one.verb as Here, label: one.label }] : []));
}

/** Whether all have signed, so that filing and notice are what matters now. */
export const isSigned = (contract: Contract): boolean => ["concluded", "offline"].includes(axis(contract, "signing").state);

export const offers = (contract: Contract, verb: string): boolean => contract.actions.some((one) => one.verb === verb);

/** How far a party has come with its seals. */
export function sealing(contract: Contract, party: string): { state: "sent" | "sealed" | "open" | "waiting" | "never"; at?: number } | undefined {
  const signing = axis(contract, "signing");
  const steps = signing.steps?.filter((step) => step.party === party) ?? [];
  if (steps.length === 0) return undefined;
  const pending = steps.find((step) => step.state.state !== "sent");
  if (pending === undefined) {
    const last = steps[steps.length - 1]?.state.at;
    return last === undefined ? { state: "sent" } : { state: "sent", at: last };
  }
  // What a contract that has ended was waiting for will not come.
  if (signing.state !== "signing") return { state: "never" };
  return { state: pending.state.state as "sealed" | "open" | "waiting" };
}
