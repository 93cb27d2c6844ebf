// One contract on the desk: what the server says of it, its document, the marks, and the draft that survives a reload.
import { computed, onScopeDispose, reactive, ref, shallowReactive, shallowRef, watch, type Ref } from "vue";
import { Problem } from "@/api/problem";
import { session } from "@/app/session";
import type { PdfFile } from "@/pdf/engine";
import { DocumentChanged, fetchContract, fetchDesk, fetchSealArt, openDocument, type Contract, type SealArt } from "./api";
import { act, openDesk, type DeskAct, type DeskState } from "./deskState";
import { dropDraft, loadDraft, saveDraft, type Draft, type DraftKey } from "./draft";
import { kindOf, type Desk, type Mark } from "./model";
import { obstacle, overlapping, requirements, stillRequired } from "./requirements";
import { useOtherTabs } from "./useOtherTabs";

export type View = "loading" | "place" | "sealed" | "outcome" | "failed";

/** What the contract offers who looks; those that begin at the desk. */
const AT_DESK = new Set(["seal", "submit", "agree", "disagree", "discard_unsent"]);

export function useDesk(id: string) {
  const contract = shallowRef<Contract | null>(null);
  const desk = shallowRef<Desk | null>(null);
  const state = shallowRef<DeskState | null>(null);
  const file = shallowRef<PdfFile | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const arts = shallowReactive(new Map<string, SealArt>());
  const read = reactive(new Set<number>());
  /** What the draft did when the desk opened. */
  const draftNote = ref<"restored" | "stale" | null>(null);
  const savedAt = ref<number | null>(null);
  const saveFailed = ref(false);
  const loading = ref(true);
  /** Sealed and not sent, and more seals are being added. */
  const adding = ref(false);
  const intent: Ref<Draft["intent"]> = shallowRef(null);

  const key = (): DraftKey => ({ contract: id, actor: `${session.person?.id ?? ""}.${session.actor}` });
  const tabs = useOtherTabs(id, async () => (await fetchContract(id)).version, () => contract.value?.version ?? null);

  const view = computed<View>(() => {
    if (problem.value && !contract.value) return "failed";
    if (!contract.value || (loading.value && !desk.value)) return "loading";
    if (!desk.value) return "outcome";
    return desk.value.unsent.length > 0 && !adding.value ? "sealed" : "place";
  });
  const marks = computed(() => state.value?.marks ?? []);
  const list = computed(() => (desk.value ? requirements(desk.value, marks.value) : []));
  const missing = computed(() => stillRequired(list.value));
  const hindrance = computed(() => (desk.value ? obstacle(desk.value, marks.value) : null));
  const overlaps = computed(() => (desk.value ? overlapping(desk.value, marks.value) : new Set<string>()));
  const seals = computed(() => {
    const now = desk.value;
    return now ? now.seals.filter((seal) => kindOf(now, seal) !== null) : [];
  });
  const sizes = computed(() => (desk.value?.pages ?? []).map((page) => ({ width: page.width_mm, height: page.height_mm })));
  let turn = 0;

  /** Asks the server for everything anew; marks stay if the contract is the same. */
  async function load(): Promise<void> {
    turn += 1;
    const mine = turn;
    loading.value = true;
    problem.value = null;
    tabs.clear();
    const opening = openDocument(id);
    opening.catch(() => undefined);
    // Shown as soon as it is open, whichever comes first; who waits for the facts does not wait for the pages.
    void show(opening, mine);
    try {
      const found = await fetchContract(id);
      if (mine !== turn) return;
      contract.value = found;
      const here = found.actions.some((action) => AT_DESK.has(action.verb));
      const next = here ? await fetchDesk(id) : null;
      if (mine !== turn) return;
      settle(next);
      if (next) void fetchArts(next);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (mine === turn) problem.value = error;
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  /** Shows the document, and closes the one that was shown. */
  async function show(opening: Promise<PdfFile>, mine: number): Promise<void> {
    try {
      const opened = await opening;
      if (mine !== turn) return void opened.close();
      const before = file.value;
      file.value = opened;
      void before?.close();
      opened.lost.catch((error: unknown) => lose(opened, error));
    } catch (error) {
      if (mine !== turn || problem.value) return;
      // A text that is being changed has no document, and the page says so by itself.
      if (error instanceof Problem && error.code === "contract.no_document") {
        void file.value?.close();
        file.value = null;
        return;
      }
      problem.value = toProblem(error);
    }
  }

  /** A part of the open document did not come: what is there now is opened instead, or the page says what keeps it away. */
  function lose(lost: PdfFile, error: unknown): void {
    if (file.value !== lost) return;
    if (error instanceof DocumentChanged) void load();
    else problem.value = toProblem(error);
  }

  function settle(next: Desk | null): void {
    const same = next !== null && desk.value?.version === next.version && state.value !== null;
    desk.value = next;
    if (!next) {
      state.value = null;
      dropDraft(sessionStorage, key());
      return;
    }
    if (same) return;
    adding.value = false;
    const { draft, stale } = loadDraft(sessionStorage, key(), next.version);
    const open = openDesk(next);
    const restored = draft ? act(open, { do: "restore", marks: draft.marks }, next) : null;
    state.value = restored ?? open;
    intent.value = draft?.intent ?? null;
    for (const page of draft?.read ?? []) if (page < next.pages.length) read.add(page);
    if (draft && next.unsent.length > 0 && draft.marks.length > 0) adding.value = true;
    const changed = restored !== null && places(restored.marks) !== places(open.marks);
    draftNote.value = stale ? "stale" : changed ? "restored" : null;
    savedAt.value = draft?.savedAt ?? null;
  }

  /** What I did made another version; what lay on the desk is done with. */
  async function acted(): Promise<void> {
    dropDraft(sessionStorage, key());
    intent.value = null;
    adding.value = false;
    tabs.announce();
    await load();
  }

  async function fetchArts(of: Desk): Promise<void> {
    await Promise.all(
      of.seals
        .filter((seal) => !arts.has(seal.seal_id))
        .map(async (seal) => {
          try {
            arts.set(seal.seal_id, await fetchSealArt(seal.seal_id));
          } catch (error) {
            // Its frame is shown without the picture; placing and signing do not need it.
            if (!(error instanceof Problem)) throw error;
          }
        }),
    );
  }

  function dispatch(action: DeskAct): void {
    if (desk.value && state.value) state.value = act(state.value, action, desk.value);
  }

  function keep(): void {
    if (!desk.value || !state.value) return;
    const draft: Draft = {
      version: desk.value.version,
      marks: state.value.marks,
      read: [...read],
      savedAt: Date.now(),
      intent: intent.value,
    };
    saveFailed.value = !saveDraft(sessionStorage, key(), draft);
    savedAt.value = draft.savedAt;
  }
  watch([marks, intent], keep, { flush: "post" });

  function seen(page: number): void {
    if (read.has(page)) return;
    read.add(page);
    keep();
  }

  onScopeDispose(() => {
    turn += 1;
    void file.value?.close();
  });

  return {
    id, contract, desk, state, file, problem, arts, read, draftNote, savedAt, saveFailed, loading, adding, intent,
    view, marks, list, missing, hindrance, overlaps, seals, sizes, outdated: tabs.outdated,
    load, acted, dispatch, seen,
  };
}

/** Why a document cannot be shown: the server's word, or pdf.js' own. */
function toProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem({ code: "client.document", title: String(error), detail: "" }, 0);
}

/** What marks are and where, without their names. */
function places(marks: readonly Mark[]): string {
  return JSON.stringify(marks.map(({ kind, sealId, page, x, y }) => [kind, sealId, page, x, y]));
}

export type DeskModel = ReturnType<typeof useDesk>;
