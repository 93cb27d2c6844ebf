// The confirmation (确认签署) as a pure state machine: asked, proved by passwords and code, signed. What the signer is shown is the server's answer:
// of one contract, or of several that are signed together.
import type { IntentAnswer } from "./model";

/** A refusal, in words the server chose; `code` is stable. */
export interface Refusal {
  code: string;
  title: string;
  detail: string;
  requestId?: string | null;
  /** Wrong passwords that are left. */
  triesLeft?: number | null;
  /** The certificate that is spoken of. */
  certificateId?: string | null;
  faults?: readonly { path: string; code: string; message: string; remedy: string }[];
}

/** What every confirmation answers with: the certificates whose passwords it asks for. */
export interface Asked {
  certificates: string[];
}

/** What is being done, for the progress line. */
export type Busy = "password" | "signing" | "resending" | "choosing";

export interface Proving<A extends Asked = IntentAnswer> {
  stage: "proving";
  answer: A;
  /** When another code may be asked for, ms. */
  resendAt: number;
  busy: Busy | null;
  /** Tickets by certificate, for passwords that were right. */
  tickets: Readonly<Record<string, string>>;
  passwordErrors: Readonly<Record<string, Refusal>>;
  codeError: Refusal | null;
  /** Whatever belongs to no field. */
  error: Refusal | null;
}

export type Ceremony<A extends Asked = IntentAnswer> =
  | { stage: "closed" }
  | { stage: "asking" }
  | { stage: "refused"; refusal: Refusal }
  | Proving<A>
  /** The confirmation can no longer be used: it must be asked for again. */
  | { stage: "ended"; refusal: Refusal }
  /** Somebody else has changed the contract. */
  | { stage: "overtaken"; refusal: Refusal }
  | { stage: "signed" };

export type CeremonyEvent<A extends Asked = IntentAnswer> =
  | { is: "asked" }
  | { is: "answered"; answer: A; askedAt: number }
  /** Whether the step ends with it was chosen anew; the code that was sent still counts. */
  | { is: "chosen"; answer: A }
  | { is: "refused"; refusal: Refusal }
  | { is: "checking"; what: Busy }
  | { is: "passwordRight"; certificate: string; ticket: string }
  | { is: "passwordWrong"; certificate: string; refusal: Refusal }
  | { is: "failed"; refusal: Refusal }
  | { is: "signed" }
  | { is: "closed" };

/** Between two codes, ms; the server has the same number. */
export const RESEND_AFTER = 60_000;

const ENDED = new Set([
  "signing.intent_expired", "signing.intent_cancelled", "signing.intent_used", "signing.no_intent", "signing.no_batch", "signing.intent_password_already",
  "signing.intent_password_first", "certificate.ticket_invalid", "signing.ticket_missing", "signing.intent_other_certificate",
]);
const OVERTAKEN = new Set(["signing.meanwhile", "signing.intent_contract_changed", "signing.intent_not_yours", "contract.stale_version"]);
const CODE = new Set(["sms_code.wrong", "sms_code.spent", "sms_code.too_soon"]);

export const closed = { stage: "closed" } as const;

/** The ceremony after something happened; what cannot happen in a stage changes nothing. */
export function proceed<A extends Asked>(state: Ceremony<A>, event: CeremonyEvent<A>): Ceremony<A> {
  switch (event.is) {
    case "closed":
      // Signing cannot be walked out of: the answer decides.
      return state.stage === "proving" && state.busy === "signing" ? state : closed;
    case "asked":
      return state.stage === "proving" ? state : { stage: "asking" };
    case "answered":
      return {
        stage: "proving",
        answer: event.answer,
        resendAt: event.askedAt + RESEND_AFTER,
        busy: null,
        tickets: {},
        passwordErrors: {},
        codeError: null,
        error: null,
      };
    case "chosen":
      return state.stage === "proving" ? { ...state, answer: event.answer, busy: null } : state;
    case "refused":
      return outcome(event.refusal) ?? { stage: "refused", refusal: event.refusal };
    case "checking":
      if (state.stage !== "proving" || state.busy === event.what) return state;
      return { ...state, busy: event.what, error: null, codeError: event.what === "resending" ? null : state.codeError };
    case "passwordRight":
      if (state.stage !== "proving") return state;
      return {
        ...state,
        tickets: { ...state.tickets, [event.certificate]: event.ticket },
        passwordErrors: without(state.passwordErrors, event.certificate),
      };
    case "passwordWrong":
      if (state.stage !== "proving") return state;
      return (
        outcome(event.refusal) ?? {
          ...state,
          busy: null,
          passwordErrors: { ...state.passwordErrors, [event.certificate]: event.refusal },
        }
      );
    case "failed":
      if (state.stage !== "proving") return state;
      if (CODE.has(event.refusal.code)) return { ...state, busy: null, codeError: event.refusal };
      return outcome(event.refusal) ?? { ...state, busy: null, error: event.refusal };
    case "signed":
      return { stage: "signed" };
  }
}

function outcome(refusal: Refusal): Extract<Ceremony, { refusal: Refusal }> | null {
  if (ENDED.has(refusal.code)) return { stage: "ended", refusal };
  if (OVERTAKEN.has(refusal.code)) return { stage: "overtaken", refusal };
  return null;
}

function without(record: Readonly<Record<string, Refusal>>, key: string): Record<string, Refusal> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key));
}

/** The certificates whose passwords are still to be given. */
export function openCertificates<A extends Asked>(state: Proving<A>): string[] {
  return state.answer.certificates.filter((one) => !(one in state.tickets));
}
