import { describe, expect, it } from "vitest";
import type { Contract } from "../model";
import { actsHere, nextAct, sealing } from "./state";

const offering = (...verbs: string[]): Contract => ({ actions: verbs.map((verb) => ({ verb, label: { zh: verb, en: verb } })) }) as unknown as Contract;

describe("what can be done next", () => {
  it.each([
    [["seal", "discard_unsent", "submit", "reject"], "submit"],
    [["seal", "disagree", "reject"], "sign"],
    [["agree", "disagree", "submit", "seal"], "agree"],
    [["confirm", "return", "modify"], "review"],
    [["edit_draft", "attach", "send", "revoke"], "draft"],
  ])("%j leads to %s", (verbs, act) => expect(nextAct(offering(...verbs))?.act).toBe(act));
  it("leads nowhere when only acts of this page are offered", () => {
    expect(nextAct(offering("withdraw", "revoke", "attach"))).toBeUndefined();
    expect(actsHere(offering("withdraw", "revoke", "attach")).map((one) => one.verb)).toEqual(["withdraw", "revoke"]);
  });
});

describe("a party's seals", () => {
  const signing = (...states: object[]): Contract =>
    ({ state: { signing: { state: "signing", steps: states.map((state, index) => ({ party: index === 0 ? "B" : "A", state })) } } }) as unknown as Contract;
  it("are sent, open or waiting", () => {
    const contract = signing({ state: "sent", at: 5 }, { state: "open", since: 5 });
    expect(sealing(contract, "B")).toEqual({ state: "sent", at: 5 });
    expect(sealing(contract, "A")).toEqual({ state: "open" });
    expect(sealing(contract, "C")).toBeUndefined();
  });
  it("will not come once the contract has ended", () => {
    const ended = { state: { signing: { state: "rejected", steps: [{ party: "A", state: { state: "open", since: 5 } }] } } } as unknown as Contract;
    expect(sealing(ended, "A")).toEqual({ state: "never" });
  });
});
