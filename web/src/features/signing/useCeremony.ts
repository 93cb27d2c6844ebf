// Drives the confirmation: asks for the intent, hands over passwords and code, once each however often a button is pressed.
import { computed, onScopeDispose, reactive, ref, shallowRef } from "vue";
import { Problem } from "@/api/problem";
import * as server from "./api";
import { closed, openCertificates, proceed, type Ceremony, type CeremonyEvent } from "./ceremony";
import { toPlacements } from "./model";
import type { DeskModel } from "./useDesk";

/** A confirmation lives five minutes at the server; one that is nearly over is asked for anew. */
const REUSE = 4 * 60_000;

export function useCeremony(model: DeskModel) {
  const state = shallowRef<Ceremony>(closed);
  const passwords = reactive<Record<string, string>>({});
  const code = ref("");
  const now = ref(Date.now());
  const timer = window.setInterval(() => (now.value = Date.now()), 500);
  onScopeDispose(() => window.clearInterval(timer));

  const open = computed(() => state.value.stage !== "closed" && state.value.stage !== "signed");
  const resendIn = computed(() =>
    state.value.stage === "proving" ? Math.max(0, Math.ceil((state.value.resendAt - now.value) / 1000)) : 0,
  );
  const step = (event: CeremonyEvent) => (state.value = proceed(state.value, event));

  function forget(): void {
    for (const certificate of Object.keys(passwords)) delete passwords[certificate];
    code.value = "";
  }

  async function start(): Promise<void> {
    const desk = model.desk.value;
    if (!desk || open.value) return;
    const placements = toPlacements(desk, model.marks.value);
    const sealed = JSON.stringify(placements);
    const kept = model.intent.value;
    // Opened again with the same places, as after a reload: the code that was sent still counts.
    if (kept && kept.sealed === sealed && Date.now() - kept.askedAt < REUSE) {
      step({ is: "asked" });
      step({ is: "answered", answer: kept.answer, askedAt: kept.askedAt });
      return;
    }
    forget();
    step({ is: "asked" });
    await ask();
  }

  /** Asks for an intent on the places as they are; the server sends a code with it. */
  async function ask(): Promise<void> {
    const desk = model.desk.value;
    if (!desk) return;
    const placements = toPlacements(desk, model.marks.value);
    try {
      const answer = await server.askIntent(model.id, desk.version, placements);
      const askedAt = Date.now();
      model.intent.value = { answer, askedAt, sealed: JSON.stringify(placements) };
      step({ is: "answered", answer, askedAt });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      model.intent.value = null;
      step(state.value.stage === "proving" ? { is: "failed", refusal: server.toRefusal(error) } : { is: "refused", refusal: server.toRefusal(error) });
    }
  }

  /** Another code: the server sends one with each intent, so the intent is asked for anew. */
  async function resend(): Promise<void> {
    if (state.value.stage !== "proving" || state.value.busy || resendIn.value > 0) return;
    step({ is: "checking", what: "resending" });
    code.value = "";
    await ask();
  }

  async function restart(): Promise<void> {
    model.intent.value = null;
    forget();
    state.value = closed;
    await start();
  }

  /** Whether the act was begun; the fields say what is missing otherwise. */
  async function sign(): Promise<void> {
    const proving = state.value;
    if (proving.stage !== "proving" || proving.busy) return;
    const intent = proving.answer.intent_id;
    step({ is: "checking", what: "password" });
    for (const certificate of openCertificates(proving)) {
      try {
        const { ticket } = await server.checkPassword(intent, certificate, passwords[certificate] ?? "");
        step({ is: "passwordRight", certificate, ticket });
        // Its ticket is held here alone: after a reload the confirmation would have to be asked for again.
        model.intent.value = null;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        passwords[certificate] = "";
        const refusal = server.toRefusal(error);
        const own = refusal.code.startsWith("certificate.") || refusal.code.startsWith("signing.intent");
        return void step(own ? { is: "passwordWrong", certificate, refusal } : { is: "failed", refusal });
      }
    }
    const ready = state.value;
    if (ready.stage !== "proving") return;
    step({ is: "checking", what: "signing" });
    try {
      await server.complete(intent, Object.values(ready.tickets), code.value.trim());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "sms_code.wrong") code.value = "";
      return void step({ is: "failed", refusal: server.toRefusal(error) });
    }
    forget();
    await model.acted();
    step({ is: "signed" });
  }

  return {
    state, passwords, code, open, resendIn, start, resend, restart, sign,
    close: () => step({ is: "closed" }),
  };
}

export type CeremonyModel = ReturnType<typeof useCeremony>;
