// Several contracts signed together: what was chosen and read, one confirmation for all, then one after the other, and what came of it.
import { computed, onScopeDispose, ref, shallowReactive, shallowRef, watch } from "vue";
import { useRoute, useRouter } from "vue-router";
import { isAbort, Problem } from "@/api/problem";
import { say } from "@/app/language";
import { session } from "@/app/session";
import { changed, useQuery } from "@/ui/query";
import { fetchSealArt, toRefusal, type SealArt } from "../api";
import { useConfirmation, type Kept } from "../useCeremony";
import * as server from "./api";
import type { BatchAnswer, OneOutcome, Ready } from "./api";
import { advance, documentOf, idsOf, itemsOf, named, unread, waiting, type Item } from "./model";
import { keepRead, loadRead } from "./read";

const reason = (one: OneOutcome): string => say({ zh: one.reason_zh ?? "", en: one.reason_en ?? "" });

export function useBatch() {
  const route = useRoute();
  const router = useRouter();
  const chosen = computed(() => idsOf(route.query["contracts"]));
  /** The batch whose outcome is shown; it stands in the address, so that a reload finds it again. */
  const batch = computed(() => (typeof route.query["batch"] === "string" ? route.query["batch"] : null));

  const desk = useQuery(
    () => (batch.value === null && chosen.value.length > 0 ? ["batch-desk", session.actor, chosen.value.join(",")] : undefined),
    (signal) => server.fetchBatchDesk(chosen.value, signal),
  );
  const ready = computed<Ready[]>(() => desk.data.value?.ready ?? []);
  const apart = computed(() => desk.data.value?.apart ?? []);

  const arts = shallowReactive(new Map<string, SealArt>());
  const asked = new Set<string>();
  watch(ready, (shown) => {
    const seals = new Set(shown.flatMap((one) => one.summary.placements.map((mark) => mark.seal_id)));
    for (const seal of seals) if (!asked.has(seal)) void draw(seal);
  });
  async function draw(seal: string): Promise<void> {
    asked.add(seal);
    try {
      arts.set(seal, await fetchSealArt(seal));
    } catch (error) {
      // Its frame is shown without the picture.
      if (!(error instanceof Problem)) throw error;
    }
  }

  const read = ref(loadRead(sessionStorage));
  const left = computed(() => unread(ready.value, read.value));
  function mark(one: Ready, on: boolean): void {
    const next = new Set(read.value);
    if (on) next.add(documentOf(one));
    else next.delete(documentOf(one));
    read.value = next;
    keepRead(sessionStorage, next);
  }
  function leaveOut(contract: string): void {
    void router.replace({ query: { contracts: chosen.value.filter((one) => one !== contract).join(",") } });
  }

  const kept = shallowRef<Kept<BatchAnswer> | null>(null);
  const confirmation = useConfirmation<BatchAnswer>({
    subject: () => (ready.value.length > 0 && left.value.length === 0 ? JSON.stringify(ready.value.map((one) => [one.contract_id, one.version, one.placements])) : null),
    kept,
    ask: (ends) => server.askBatch(ready.value, ends),
    told: (refused) => named(toRefusal(refused), ready.value.map((one) => one.summary.title)),
    ends: (answer) => answer.ends_step,
    choose: (answer, ends) => server.chooseBatchEnding(answer.batch_id, ends),
    checkPassword: (answer, certificate, password) => server.checkBatchPassword(answer.batch_id, certificate, password),
    complete: async (answer, tickets, code) => {
      await server.releaseBatch(answer.batch_id, tickets, code);
      begin(answer, tickets);
    },
  });

  const items = shallowRef<Item[]>([]);
  const running = ref(false);
  const problem = shallowRef<Problem>();
  let gone = false;
  onScopeDispose(() => (gone = true));

  function begin(answer: BatchAnswer, tickets: string[]): void {
    kept.value = null;
    items.value = answer.contracts.map((one) => {
      const known = ready.value.find((other) => other.contract_id === one.contract_id);
      return {
        intent: one.intent_id, contract: one.contract_id, title: one.summary.title, number: known?.number ?? null,
        amount: one.summary.amount_fen ?? null, stage: "waiting", refusal: null,
      };
    });
    running.value = true;
    void router.replace({ query: { contracts: chosen.value.join(","), batch: answer.batch_id } });
    void run(answer.batch_id, tickets);
  }
  /** One after the other; what is refused is told in its line, and the next follows. */
  async function run(id: string, tickets: string[]): Promise<void> {
    for (const { intent } of items.value) {
      if (gone) return;
      items.value = advance(items.value, { is: "signing", intent });
      try {
        const done = await server.completeOne(intent, tickets);
        items.value = advance(items.value, { is: "done", intent, ended: done.step_ended === true });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        items.value = advance(items.value, { is: "missed", intent, refusal: toRefusal(error) });
      }
    }
    await Promise.all([settle(id), changed("contracts"), changed("contract-counts"), changed("home")]);
    running.value = false;
  }
  /** What the server says has become of it. */
  async function settle(id: string): Promise<void> {
    problem.value = undefined;
    try {
      items.value = itemsOf(await server.fetchOutcome(id), reason, items.value);
    } catch (error) {
      if (isAbort(error) || !(error instanceof Problem)) throw error;
      problem.value = error;
    }
  }
  watch(
    batch,
    (id) => {
      if (id === null) items.value = [];
      else if (!running.value) void settle(id);
    },
    { immediate: true },
  );

  /** A new confirmation for what was not signed. */
  function goOn(): void {
    const rest = waiting(items.value).map((one) => one.contract);
    void router.push({ query: { contracts: rest.join(",") } });
  }

  return { chosen, batch, desk, ready, apart, arts, read, left, mark, leaveOut, confirmation, items, running, problem, settle, goOn };
}

export type BatchModel = ReturnType<typeof useBatch>;
