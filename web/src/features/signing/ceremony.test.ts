import { describe, expect, it } from "vitest";
import { RESEND_AFTER, closed, openCertificates, proceed, type Ceremony, type Proving, type Refusal } from "./ceremony";
import type { IntentAnswer } from "./model";

const answer = { intent_id: "int_1", certificates: ["cert_1", "cert_2"], expires_at: 9, warnings: [], summary: {} } as unknown as IntentAnswer;
const refusal = (code: string): Refusal => ({ code, title: "", detail: "" });

function proving(): Proving {
  const state = proceed<IntentAnswer>(proceed<IntentAnswer>(closed, { is: "asked" }), { is: "answered", answer, askedAt: 1000 });
  if (state.stage !== "proving") throw new Error(state.stage);
  return state;
}

describe("the confirmation", () => {
  it("shows the server's answer and waits a minute for another code", () => {
    const state = proving();
    expect(state.answer).toBe(answer);
    expect(state.resendAt).toBe(1000 + RESEND_AFTER);
    expect(openCertificates(state)).toEqual(["cert_1", "cert_2"]);
  });

  it("keeps a right password and says what is wrong beside its field", () => {
    let state: Ceremony = proceed(proving(), { is: "passwordRight", certificate: "cert_1", ticket: "t1" });
    state = proceed(state, { is: "passwordWrong", certificate: "cert_2", refusal: { ...refusal("certificate.password_wrong"), triesLeft: 3 } });
    if (state.stage !== "proving") throw new Error(state.stage);
    expect(openCertificates(state)).toEqual(["cert_2"]);
    expect(state.passwordErrors["cert_2"]?.triesLeft).toBe(3);
    state = proceed(state, { is: "passwordRight", certificate: "cert_2", ticket: "t2" });
    expect((state as Proving).passwordErrors).toEqual({});
  });

  it("says a wrong code beside its field and keeps the tickets", () => {
    const checked = proceed(proving(), { is: "passwordRight", certificate: "cert_1", ticket: "t1" });
    const state = proceed(proceed(checked, { is: "checking", what: "signing" }), { is: "failed", refusal: refusal("sms_code.wrong") });
    expect(state).toMatchObject({ stage: "proving", busy: null, codeError: { code: "sms_code.wrong" }, tickets: { cert_1: "t1" } });
  });

  it("starts again when the intent is over, and yields to a colleague who was faster", () => {
    for (const code of ["signing.intent_expired", "signing.intent_cancelled", "certificate.ticket_invalid"]) {
      expect(proceed(proving(), { is: "failed", refusal: refusal(code) }).stage).toBe("ended");
      expect(proceed(proving(), { is: "passwordWrong", certificate: "cert_1", refusal: refusal(code) }).stage).toBe("ended");
    }
    expect(proceed(proving(), { is: "failed", refusal: refusal("signing.meanwhile") }).stage).toBe("overtaken");
    expect(proceed({ stage: "asking" }, { is: "refused", refusal: refusal("signing.placements") }).stage).toBe("refused");
  });

  it("cannot be closed while it signs", () => {
    const signing = proceed(proving(), { is: "checking", what: "signing" });
    expect(proceed(signing, { is: "closed" })).toBe(signing);
    expect(proceed(proving(), { is: "closed" }).stage).toBe("closed");
  });

  it("takes a second press of the same button for one", () => {
    const once = proceed(proving(), { is: "checking", what: "password" });
    expect(proceed(once, { is: "checking", what: "password" })).toBe(once);
    expect(proceed(once, { is: "asked" })).toBe(once);
  });
});
