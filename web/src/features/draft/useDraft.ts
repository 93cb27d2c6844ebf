// One draft on one page: loaded, edited, saved by itself, kept in this browser, and checked by the server after every save.

import { computed, onBeforeUnmount, onScopeDispose, ref, shallowRef } from "vue";
import { Problem } from "@/api/problem";
import { session as signedIn } from "@/app/session";
import { changed } from "@/ui/query";
import { say } from "@/app/language";
import { fetchAward, fetchChecks, fetchContract, fetchProfiles, fetchTemplate, save, type Checks, type Contract, type FlowProfile } from "./api";
import { askedFor, departs, entries, parts } from "./form";
import { drop, find, keep } from "./localCopy";
import { gaps, type Gap } from "./missing";
import { read } from "./print";
import { draftSession, type DraftSession, type ServerDraft } from "./session";
import type { Award, Entry, Template, Value, Values } from "./model";

export interface Loaded {
  contract: Contract;
  award: Award;
  template: Template;
  profile: FlowProfile | undefined;
  session: DraftSession;
}

const may = (contract: Contract, verb: string): boolean => contract.actions.some((action) => action.verb === verb);

function asDraft(contract: Contract): ServerDraft {
  return {
    version: contract.version,
    fields: (contract.fields ?? {}) as Values,
    reasons: contract.reasons,
    editable: may(contract, "edit_draft"),
  };
}

export function useDraft(id: string) {
  const person = signedIn.person?.id ?? "";
  const loaded = shallowRef<Loaded>();
  const problem = shallowRef<Problem>();
  const loading = ref(true);
  const checks = shallowRef<Checks>();
  /** Grows with every version that the server has: previews and history follow it. */
  const revision = ref(0);
  /** When the local copy that was laid over the draft was made, milliseconds. */
  const recoveredAt = ref<number>();
  let checking = 0;

  async function check(): Promise<void> {
    const mine = (checking += 1);
    try {
      const answer = await fetchChecks(id);
      if (mine === checking) checks.value = answer;
    } catch (error) {
      // The same is checked again when sending; until then the form's own checks stand.
      if (!(error instanceof Problem)) throw error;
    }
  }

  function moved(): void {
    revision.value += 1;
    void check();
  }

  async function load(): Promise<void> {
    loading.value = true;
    problem.value = undefined;
    loaded.value?.session.stop();
    try {
      const contract = await fetchContract(id);
      const [award, template, profiles] = await Promise.all([
        fetchAward(contract.award_id),
        fetchTemplate(contract.template_id),
        fetchProfiles(),
      ]);
      const session = draftSession(
        asDraft(contract),
        {
          save: (version, fields, reasons) => save(id, version, fields, reasons),
          fetch: async () => {
            const now = await fetchContract(id);
            if (loaded.value) loaded.value = { ...loaded.value, contract: now };
            return asDraft(now);
          },
        },
        {
          now: () => Date.now(),
          keep: (copy) => {
            if (copy) return keep(person, { ...copy, contract: id, at: Date.now() });
            drop(person, id);
            return true;
          },
          moved,
        },
      );
      loaded.value = { contract, award: award.award, template, profile: profiles.find((one) => one.name === contract.profile), session };
      const copy = may(contract, "edit_draft") ? find(person, id, Date.now()) : undefined;
      if (copy) {
        recoveredAt.value = copy.at;
        drop(person, id, true);
        session.recover(copy);
      }
      moved();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    } finally {
      loading.value = false;
    }
  }

  const all = computed<Entry[]>(() => {
    const now = loaded.value;
    return now ? entries(now.template, now.award, now.session.state.saved) : [];
  });
  const shown = computed(() => {
    const now = loaded.value;
    return now ? parts(now.template, all.value, now.session.values.value, now.award) : [];
  });
  const missing = computed<Gap[]>(() => {
    const now = loaded.value;
    if (!now) return [];
    const { state, values, reasons } = now.session;
    // What the server said of another version may be mended already.
    const known = checks.value?.version === state.version ? checks.value : undefined;
    return gaps(all.value, values.value, now.award, reasons.value, state.typed, { ...state.refused, ...state.refusedReasons }, {
      terms: (known?.missing ?? []).filter((one) => !one.field).map((one) => ({ code: one.code, words: say(one.message) })),
      blocking: (known?.deviations ?? []).filter((one) => one.blocks && !(one.field in state.edits)).map((one) => ({ field: one.field, words: say(one.message) })),
    });
  });
  const asked = computed(() => {
    const now = loaded.value;
    if (!now) return 0;
    const departures = all.value.filter((entry) => departs(entry, now.session.values.value[entry.id])).length;
    return askedFor(all.value, now.session.values.value, now.award) + departures;
  });

  function type(entry: Entry, typed: string): void {
    const session = loaded.value?.session;
    if (!session) return;
    const found = read(entry.field, typed);
    if ("fault" in found) session.hold(entry.id, typed);
    else session.set(entry.id, found.value);
  }
  function set(entry: Entry, value: Value | null): void {
    loaded.value?.session.set(entry.id, value);
  }
  function restore(entry: Entry): void {
    const session = loaded.value?.session;
    if (!session || entry.awarded === undefined) return;
    session.set(entry.id, entry.awarded);
    session.setReason(entry.id, "");
  }
  /** After something else than fields was changed: the version is another one. */
  async function reread(): Promise<void> {
    const contract = await fetchContract(id);
    const now = loaded.value;
    if (!now) return;
    now.session.adopt(asDraft(contract), now.session.state.edits);
    loaded.value = { ...now, contract };
    void changed("contract", id);
  }

  const online = (): void => loaded.value?.session.again();
  const leaving = (event: BeforeUnloadEvent): void => {
    const session = loaded.value?.session;
    if (!session || (!session.dirty.value && session.state.status !== "saving")) return;
    void session.flush();
    event.preventDefault();
  };
  window.addEventListener("online", online);
  window.addEventListener("beforeunload", leaving);
  onBeforeUnmount(() => {
    window.removeEventListener("online", online);
    window.removeEventListener("beforeunload", leaving);
  });
  onScopeDispose(() => loaded.value?.session.stop());

  return { loaded, problem, loading, checks, revision, recoveredAt, entries: all, parts: shown, missing, asked, load, type, set, restore, reread, may };
}

export type Draft = ReturnType<typeof useDraft>;
