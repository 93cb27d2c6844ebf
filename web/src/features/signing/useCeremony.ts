// Drives the confirmation: asks for the intent, hands over passwords and code, once each however often a button is pressed.
import { computed, onScopeDispose, reactive, ref, shallowRef, type Ref } from "vue";
import { Problem } from "@/api/problem";
import * as server from "./api";
import { closed, openCertificates, proceed, type Asked, type Ceremony, type CeremonyEvent, type Refusal } from "./ceremony";
import { toPlacements } from "./model";
import type { DeskModel } from "./useDesk";

/** A confirmation lives five minutes at the server; one that is nearly over is asked for anew. */
const REUSE = 4 * 60_000;

/** A confirmation that may be taken up again: the answer, when it was asked for (ms), and what it is about. */
export interface Kept<A> {
  answer: A;
  askedAt: number;
  sealed: string;
}

/** What is confirmed, and how the server is asked. */
export interface Confirming<A extends Asked> {
  /** What is about to be confirmed, as one string; null while there is nothing. */
  subject: () => string | null;
  kept: Ref<Kept<A> | null>;
  /** Freezes it; a code goes to the phone. */
  ask: (endsStep: boolean) => Promise<A>;
  /** Whether the step ends with it (结束签章). */
  ends: (answer: A) => boolean;
  choose: (answer: A, endsStep: boolean) => Promise<A>;
  checkPassword: (answer: A, certificate: string, password: string) => Promise<{ ticket: string }>;
  complete: (answer: A, tickets: string[], code: string) => Promise<void>;
  /** A refusal of what was to be confirmed, in words that name it. */
  told?: (problem: Problem) => Refusal;
}

/** The confirmation of one contract on its desk. */
export function useCeremony(model: DeskModel) {
  const placements = () => {
    const desk = model.desk.value;
    return desk ? toPlacements(desk, model.marks.value) : null;
  };
  return useConfirmation({
    subject: () => {
      const placed = placements();
      return placed && JSON.stringify(placed);
    },
    kept: model.intent,
    ask: (endsStep) => server.askIntent(model.id, model.desk.value?.version ?? 0, placements() ?? [], endsStep),
    ends: (answer) => answer.summary.ends_step,
    choose: async (answer, endsStep) => ({ ...answer, summary: await server.chooseEnding(answer.intent_id, endsStep) }),
    checkPassword: (answer, certificate, password) => server.checkPassword(answer.intent_id, certificate, password),
    complete: async (answer, tickets, code) => {
      await server.complete(answer.intent_id, tickets, code);
      await model.acted();
    },
  });
}

export function useConfirmation<A extends Asked>(about: Confirming<A>) {
  const state = shallowRef<Ceremony<A>>(closed);
  const passwords = reactive<Record<string, string>>({});
  const code = ref("");
  const now = ref(Date.now());
  const timer = window.setInterval(() => (now.value = Date.now()), 500);
  onScopeDispose(() => window.clearInterval(timer));

  const open = computed(() => state.value.stage !== "closed" && state.value.stage !== "signed");
  const resendIn = computed(() =>
    state.value.stage === "proving" ? Math.max(0, Math.ceil((state.value.resendAt - now.value) / 1000)) : 0,
  );
  const step = (event: CeremonyEvent<A>) => (state.value = proceed(state.value, event));

  function forget(): void {
    for (const certificate of Object.keys(passwords)) delete passwords[certificate];
    code.value = "";
  }

  async function start(): Promise<void> {
    const subject = about.subject();
    if (subject === null || open.value) return;
    const kept = about.kept.value;
    // Opened again for the same, as after a reload: the code that was sent still counts.
    if (kept && kept.sealed === subject && Date.now() - kept.askedAt < REUSE) {
      step({ is: "asked" });
      step({ is: "answered", answer: kept.answer, askedAt: kept.askedAt });
      return;
    }
    forget();
    step({ is: "asked" });
    await ask(false);
  }

  /** Asks for an intent on what there is; the server sends a code with it. */
  async function ask(endsStep: boolean): Promise<void> {
    const sealed = about.subject();
    if (sealed === null) return;
    try {
      const answer = await about.ask(endsStep);
      const askedAt = Date.now();
      about.kept.value = { answer, askedAt, sealed };
      step({ is: "answered", answer, askedAt });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      about.kept.value = null;
      const refusal = (about.told ?? server.toRefusal)(error);
      step(state.value.stage === "proving" ? { is: "failed", refusal } : { is: "refused", refusal });
    }
  }

  /** Another code: the server sends one with each intent, so the intent is asked for anew. */
  async function resend(): Promise<void> {
    if (state.value.stage !== "proving" || state.value.busy || resendIn.value > 0) return;
    const ends = about.ends(state.value.answer);
    step({ is: "checking", what: "resending" });
    code.value = "";
    await ask(ends);
  }

  /** Whether the step ends with it; after the first right password the server keeps the choice. */
  async function chooseEnding(endsStep: boolean): Promise<void> {
    const proving = state.value;
    if (proving.stage !== "proving" || proving.busy || Object.keys(proving.tickets).length > 0) return;
    if (about.ends(proving.answer) === endsStep) return;
    step({ is: "checking", what: "choosing" });
    try {
      const answer = await about.choose(proving.answer, endsStep);
      const kept = about.kept.value;
      if (kept) about.kept.value = { ...kept, answer };
      step({ is: "chosen", answer });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      step({ is: "failed", refusal: server.toRefusal(error) });
    }
  }

  async function restart(): Promise<void> {
    about.kept.value = null;
    forget();
    state.value = closed;
    await start();
  }

  /** Whether the act was begun; the fields say what is missing otherwise. */
  async function sign(): Promise<void> {
    const proving = state.value;
    if (proving.stage !== "proving" || proving.busy) return;
    const answer = proving.answer;
    step({ is: "checking", what: "password" });
    for (const certificate of openCertificates(proving)) {
      try {
        const { ticket } = await about.checkPassword(answer, certificate, passwords[certificate] ?? "");
        step({ is: "passwordRight", certificate, ticket });
        // Its ticket is held here alone: after a reload the confirmation would have to be asked for again.
        about.kept.value = null;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const refusal = server.toRefusal(error);
        const own = refusal.code.startsWith("certificate.") || refusal.code.startsWith("signing.intent");
        // Without an answer nothing was found wrong with it.
        if (own) passwords[certificate] = "";
        return void step(own ? { is: "passwordWrong", certificate, refusal } : { is: "failed", refusal });
      }
    }
    const ready = state.value;
    if (ready.stage !== "proving") return;
    step({ is: "checking", what: "signing" });
    try {
      await about.complete(answer, Object.values(ready.tickets), code.value.trim());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "sms_code.wrong") code.value = "";
      return void step({ is: "failed", refusal: server.toRefusal(error) });
    }
    forget();
    step({ is: "signed" });
  }

  return {
    state, passwords, code, open, resendIn, start, resend, chooseEnding, restart, sign,
    close: () => step({ is: "closed" }),
  };
}

export type CeremonyModel = ReturnType<typeof useCeremony>;
/** What proves the signer, whatever is signed. */
export type Proofs = Pick<CeremonyModel, "passwords" | "code" | "resendIn" | "resend">;
