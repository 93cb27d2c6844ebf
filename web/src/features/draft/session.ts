// A draft being edited: what the server has, what was typed since, and how the one becomes the other. No page and no library of
// requests here, so that every way a save can end is tested.

import { computed, reactive } from "vue";
import { Problem } from "@/api/problem";
import { same } from "./form";
import { apply, rebase, remaining, settle, type Clash } from "./rebase";
import type { Edits, Value, Values } from "./model";
import type { LocalCopy } from "./localCopy";

export interface ServerDraft {
  version: number;
  fields: Values;
  reasons: Readonly<Record<string, string>>;
  /** Whether it may still be edited by who looks. */
  editable: boolean;
}

export interface Server {
  save(version: number, fields: Edits, reasons: Record<string, string>): Promise<{ version: number }>;
  fetch(): Promise<ServerDraft>;
}

export interface Surroundings {
  now(): number;
  /** Keeps what is not saved in this browser; undefined drops it. False if the browser cannot. */
  keep(copy: Omit<LocalCopy, "contract" | "at"> | undefined): boolean;
  /** Called after something was saved, or taken over. */
  moved?(): void;
}

export type Status = "saved" | "waiting" | "held" | "saving" | "offline" | "signed_out" | "conflict" | "blocked";

export interface Meanwhile {
  person: string | undefined;
  organisation: string | undefined;
  /** Microseconds UTC. */
  at: number | undefined;
  taken: string[];
  clashes: Clash[];
  /** It went out of the drafter's hands. */
  gone: boolean;
}

/** Milliseconds of rest after the last change. */
export const REST = 1200;
const RETRIES = [2_000, 5_000, 10_000, 30_000];
const SIGNED_OUT = new Set(["session.missing", "session.csrf"]);

const transient = (problem: Problem): boolean => problem.status === 0 || problem.status >= 500 || problem.status === 429;
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

export function draftSession(start: ServerDraft, server: Server, around: Surroundings) {
  const state = reactive({
    version: start.version,
    saved: start.fields as Record<string, Value>,
    savedReasons: { ...start.reasons } as Record<string, string>,
    edits: {} as Record<string, Value | null>,
    reasons: {} as Record<string, string>,
    /** Typed, and no value: kept as it is until it is one. */
    typed: {} as Record<string, string>,
    /** Refused by the server, by field: why. */
    refused: {} as Record<string, string>,
    refusedReasons: {} as Record<string, string>,
    status: "saved" as Status,
    /** Milliseconds; undefined before the first save on this page. */
    savedAt: undefined as number | undefined,
    problem: undefined as Problem | undefined,
    meanwhile: undefined as Meanwhile | undefined,
    keepsLocally: true,
  });
  let sending: { fields: Edits; reasons: Record<string, string> } | undefined;
  let running: Promise<boolean> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let next: ServerDraft | undefined;

  const base = (): Values => apply(state.saved, sending?.fields ?? {});
  const values = computed<Values>(() => apply(apply(state.saved, sending?.fields ?? {}), state.edits));
  const reasons = computed<Record<string, string>>(() => ({ ...state.savedReasons, ...state.reasons }));
  const sendable = (): Edits => Object.fromEntries(Object.entries(state.edits).filter(([id]) => !(id in state.refused)));
  const sendableReasons = () => Object.fromEntries(Object.entries(state.reasons).filter(([id]) => !(id in state.refusedReasons)));
  const filled = (record: object): boolean => Object.keys(record).length > 0;
  const dirty = computed(() => filled(state.edits) || filled(state.reasons) || filled(state.typed));

  /** What is left: nothing, something to save, or only what cannot be saved before it is mended. */
  const rest = (): Status => (!dirty.value ? "saved" : filled(sendable()) || filled(sendableReasons()) ? "waiting" : "held");

  function remember(): void {
    const open = dirty.value || sending !== undefined;
    const edits = { ...sending?.fields, ...state.edits };
    const before = Object.fromEntries(Object.keys(edits).flatMap((id) => (id in state.saved ? [[id, state.saved[id] as Value]] : [])));
    state.keepsLocally = around.keep(
      open ? { version: state.version, before, edits, reasons: { ...sending?.reasons, ...state.reasons }, typed: { ...state.typed } } : undefined,
    );
  }
  function schedule(wait: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), wait);
  }
  function touched(): void {
    remember();
    if (state.status === "conflict" || state.status === "blocked") return;
    if (state.status !== "saving" && state.status !== "offline") state.status = dirty.value ? "waiting" : "saved";
    schedule(REST);
  }

  function set(id: string, value: Value | null): void {
    delete state.typed[id];
    delete state.refused[id];
    if (same(value, base()[id])) delete state.edits[id];
    else state.edits[id] = value;
    touched();
  }
  /** What was typed is no value: it stays as typed, and what was saved before stays saved. */
  function hold(id: string, typed: string): void {
    state.typed[id] = typed;
    delete state.edits[id];
    touched();
  }
  function setReason(id: string, reason: string): void {
    delete state.refusedReasons[id];
    const known = sending?.reasons[id] ?? state.savedReasons[id] ?? "";
    if (reason.trim() === known) delete state.reasons[id];
    else state.reasons[id] = reason;
    touched();
  }

  /** Saves all that can be saved; true if nothing is left. */
  async function flush(): Promise<boolean> {
    clearTimeout(timer);
    for (;;) {
      if (running) {
        await running;
        continue;
      }
      if (state.status === "conflict" || state.status === "blocked") return false;
      const fields = sendable();
      const given = sendableReasons();
      if (!filled(fields) && !filled(given)) {
        state.status = rest();
        return !dirty.value;
      }
      running = push(fields, given).finally(() => (running = undefined));
      if (!(await running)) return false;
    }
  }

  async function push(fields: Edits, given: Record<string, string>): Promise<boolean> {
    state.status = "saving";
    sending = { fields, reasons: given };
    for (const id of Object.keys(fields)) delete state.edits[id];
    for (const id of Object.keys(given)) delete state.reasons[id];
    remember();
    try {
      const answer = await server.save(state.version, fields, given);
      done(fields, given, answer.version);
      return true;
    } catch (error) {
      // Everything is as it was before, with what was typed meanwhile on top.
      state.edits = { ...fields, ...state.edits };
      state.reasons = { ...given, ...state.reasons };
      sending = undefined;
      if (!(error instanceof Problem)) throw error;
      return await refused(error, fields, given);
    } finally {
      remember();
    }
  }

  function done(fields: Edits, given: Record<string, string>, version: number): void {
    sending = undefined;
    state.version = version;
    state.saved = { ...apply(state.saved, fields) };
    state.edits = { ...remaining(state.edits, fields) };
    for (const [id, reason] of Object.entries(given)) {
      if (reason.trim() === "") delete state.savedReasons[id];
      else state.savedReasons[id] = reason.trim();
    }
    state.savedAt = around.now();
    state.problem = undefined;
    failures = 0;
    state.status = rest();
    around.moved?.();
  }

  async function refused(problem: Problem, fields: Edits, given: Record<string, string>): Promise<boolean> {
    if (problem.code === "contract.nothing_changed") {
      done(fields, given, state.version);
      return true;
    }
    if (problem.code === "contract.edited_meanwhile") return meet(problem);
    if (problem.code === "contract.fields") {
      let known = false;
      for (const fault of problem.faults) {
        const id = fault.path.replace(/^fields\./, "");
        if (fault.code.startsWith("reason.") && id in given) state.refusedReasons[id] = fault.message;
        else if (id in fields) state.refused[id] = fault.message;
        else continue;
        known = true;
      }
      if (known) {
        state.status = rest();
        return true;
      }
    }
    state.problem = problem;
    if (SIGNED_OUT.has(problem.code)) {
      state.status = "signed_out";
    } else if (transient(problem)) {
      state.status = "offline";
      schedule(problem.retryAfter !== undefined ? problem.retryAfter * 1000 : (RETRIES[Math.min(failures, RETRIES.length - 1)] ?? 30_000));
      failures += 1;
    } else {
      state.status = "blocked";
    }
    return false;
  }

  /** Somebody was faster: takes over what does not touch mine, and asks where both changed the same. */
  async function meet(problem: Problem): Promise<boolean> {
    let now: ServerDraft;
    try {
      now = await server.fetch();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      state.problem = error;
      state.status = transient(error) ? "offline" : "blocked";
      if (state.status === "offline") schedule(RETRIES[1] ?? 5_000);
      return false;
    }
    const { edits, taken, clashes } = rebase(state.saved, state.edits, now.fields);
    const at = problem.members["changed_at"];
    state.meanwhile = {
      person: text(problem.members["changed_by"]),
      organisation: text(problem.members["changed_for"]),
      at: typeof at === "number" ? at : undefined,
      taken,
      clashes,
      gone: !now.editable,
    };
    if (!now.editable) {
      state.problem = problem;
      state.status = "blocked";
      return false;
    }
    if (clashes.length > 0) {
      next = now;
      state.status = "conflict";
      return false;
    }
    adopt(now, edits);
    return true;
  }

  function adopt(now: ServerDraft, edits: Edits): void {
    state.version = now.version;
    state.saved = { ...now.fields };
    state.savedReasons = { ...now.reasons };
    state.edits = { ...edits };
    state.problem = undefined;
    state.status = rest();
    remember();
    around.moved?.();
  }

  /** The user has chosen for every clash: goes on with the latest version. */
  async function resolve(choices: Readonly<Record<string, "mine" | "theirs">>): Promise<boolean> {
    if (state.status !== "conflict" || !next) return false;
    const { edits } = rebase(state.saved, state.edits, next.fields);
    adopt(next, settle(edits, choices));
    next = undefined;
    state.meanwhile = undefined;
    return flush();
  }

  /** Lays a copy that this browser kept over the draft; true if nothing of it clashes. */
  function recover(copy: Pick<LocalCopy, "version" | "before" | "edits" | "reasons" | "typed">): boolean {
    const before = apply(state.saved, Object.fromEntries(Object.keys(copy.edits).map((id) => [id, copy.before[id] ?? null])));
    const { edits, clashes } = copy.version === state.version ? { edits: copy.edits, clashes: [] } : rebase(before, copy.edits, state.saved);
    state.edits = { ...edits };
    state.reasons = { ...copy.reasons };
    state.typed = { ...copy.typed };
    if (clashes.length === 0) {
      touched();
      return true;
    }
    next = { version: state.version, fields: { ...state.saved }, reasons: { ...state.savedReasons }, editable: true };
    state.saved = { ...before };
    state.meanwhile = { person: undefined, organisation: undefined, at: undefined, taken: [], clashes, gone: false };
    state.status = "conflict";
    remember();
    return false;
  }

  function discard(): void {
    state.edits = {};
    state.reasons = {};
    state.typed = {};
    state.refused = {};
    state.refusedReasons = {};
    if (state.status !== "conflict" && state.status !== "blocked") state.status = "saved";
    remember();
  }
  function again(): void {
    if (state.status === "offline" || state.status === "signed_out") schedule(0);
  }
  function stop(): void {
    clearTimeout(timer);
  }
  return { state, values, reasons, dirty, set, hold, setReason, flush, resolve, recover, discard, again, adopt, stop };
}

export type DraftSession = ReturnType<typeof draftSession>;
