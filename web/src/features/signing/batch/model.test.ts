import { describe, expect, it } from "vitest";
import type { BatchOutcome, OneOutcome, Ready } from "./api";
import { advance, documentOf, finished, idsOf, itemsOf, named, sumOf, unread, waiting } from "./model";

const ready = (id: string, digest: string, amount: number | null = 100) => ({ contract_id: id, summary: { digest_sm3: digest, amount_fen: amount } }) as unknown as Ready;
const one = (intent: string, state: string, code: string | null = null): OneOutcome => ({
  intent_id: intent, contract_id: `ctr_${intent}`, number: "N", title: "T", amount_fen: 5, state, completed: null, code, reason_zh: code && "原因", reason_en: null,
});
const outcome = (...contracts: OneOutcome[]): BatchOutcome => ({ batch_id: "bat_1", state: "released", ends_step: false, expires_at: 1, contracts });
const say = (of: OneOutcome) => of.reason_zh ?? "";

describe("several contracts", () => {
  it("takes each id of the address once, and nothing from an empty one", () => {
    expect(idsOf("ctr_a, ctr_b,,ctr_a")).toEqual(["ctr_a", "ctr_b"]);
    expect([idsOf(""), idsOf(undefined), idsOf(["x"])]).toEqual([[], [], []]);
  });

  it("asks for a document to be read again when it has changed", () => {
    const [a, b] = [ready("ctr_a", "1"), ready("ctr_b", "2")];
    const read = new Set([documentOf(a)]);
    expect(unread([a, b], read)).toEqual([b]);
    expect(unread([ready("ctr_a", "9")], read)).toHaveLength(1);
  });

  it("sums what has an amount", () => {
    expect(sumOf([ready("a", "1", 150), ready("b", "2", null), ready("c", "3", 7)])).toBe(157);
  });
});

describe("a refusal of several", () => {
  it("names the contracts that it speaks of", () => {
    const fault = (path: string) => ({ path, code: "signing.meanwhile", message: "合同已变化。", remedy: "" });
    const refusal = { code: "signing.batch_refused", title: "", detail: "", faults: [fault("contracts[1]"), fault("contracts[7]"), fault("x")] };
    const told = named(refusal, ["甲合同", "乙合同"]).faults?.map((one) => one.message);
    expect(told).toEqual(["乙合同：合同已变化。", "合同已变化。", "合同已变化。"]);
    expect(named({ code: "x", title: "", detail: "" }, [])).toEqual({ code: "x", title: "", detail: "" });
  });
});

describe("the progress", () => {
  it("goes contract by contract, and one that fails leaves the others", () => {
    let items = itemsOf(outcome(one("a", "waiting"), one("b", "waiting")), say);
    items = advance(items, { is: "signing", intent: "a" });
    expect(items.map((item) => item.stage)).toEqual(["signing", "waiting"]);
    items = advance(items, { is: "missed", intent: "a", refusal: { code: "signing.meanwhile", title: "", detail: "" } });
    items = advance(advance(items, { is: "signing", intent: "b" }), { is: "done", intent: "b", ended: true });
    expect(items.map((item) => item.stage)).toEqual(["missed", "sent"]);
    expect(advance(items, { is: "done", intent: "b", ended: false })[1]?.stage).toBe("signed");
    expect(finished(items).map((item) => item.intent)).toEqual(["b"]);
  });

  it("believes the server on what is signed, and keeps the reason that was given at once", () => {
    const before = advance(itemsOf(outcome(one("a", "waiting"), one("b", "waiting")), say), { is: "missed", intent: "a", refusal: { code: "signing.meanwhile", title: "", detail: "新近" } });
    const after = itemsOf(outcome(one("a", "missed", "contract.ended"), one("b", "signed")), say, before);
    expect(after[0]).toMatchObject({ stage: "missed", refusal: { code: "signing.meanwhile", detail: "新近" } });
    expect(after[1]).toMatchObject({ stage: "signed", refusal: null });
    const reloaded = itemsOf(outcome(one("a", "missed", "contract.ended"), one("b", "waiting")), say);
    expect(reloaded[0]?.refusal).toMatchObject({ code: "contract.ended", detail: "原因" });
    expect(waiting(reloaded).map((item) => item.contract)).toEqual(["ctr_b"]);
    // The answer was lost on the line, and the server had signed.
    expect(itemsOf(outcome(one("a", "sent")), say, before)[0]).toMatchObject({ stage: "sent", refusal: null });
  });
});
