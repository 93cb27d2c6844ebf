import { describe, expect, it } from "vitest";
import { agree, askedFor, departs, entries, parts, unfilled } from "./form";
import { gaps } from "./missing";
import { award, saved, template } from "./sample";

const all = entries(template, award, saved);
const entry = (id: string) => {
  const found = all.find((one) => one.id === id);
  if (!found) throw new Error(id);
  return found;
};
const nothing = { terms: [], blocking: [] };

describe("the form of a draft", () => {
  it("gives each party its own fields", () => {
    expect(all.map((one) => one.id)).toContain("A.address");
    expect(entry("B.bank").party).toEqual({ key: "B", name: "示例信息公司" });
  });
  // S0-022
  it("locks what the award or the platform gave, and only that", () => {
    expect(entry("project_name").locked).toBe(true);
    expect(entry("contract_number").locked).toBe(true);
    expect(entry("plan_code").locked).toBe(false);
    expect(entry("B.size").locked).toBe(true);
    expect(entry("amount").locked).toBe(false);
    expect(entry("amount").fromAward).toBe(true);
  });
  it("does not ask for what an award of this kind cannot have", () => {
    const shown = parts(template, all, saved, award).flatMap((part) => part.entries.map((one) => one.id));
    expect(shown).not.toContain("order_code");
    expect(shown).toContain("plan_code");
  });
  // S0-005
  it("sees a departure by what a value says, not by how it is written", () => {
    expect(departs(entry("amount"), 48000000)).toBe(true);
    expect(departs(entry("bond_ratio"), "0.050")).toBe(false);
    expect(departs(entry("bond_ratio"), undefined)).toBe(true);
    expect(agree(entry("payment").field, [["签订后", "0.3"]], [["签订后", "0.30"]])).toBe(true);
    expect(departs(entry("payment"), [["签订后", "0.31"]])).toBe(true);
  });
  it("asks for a field only while its condition holds", () => {
    const without = Object.fromEntries(Object.entries(saved).filter(([id]) => !id.startsWith("bond_")));
    expect(unfilled(all, without, award).map((one) => one.id)).toEqual(["sign_place"]);
    expect(unfilled(all, { ...without, bond_ratio: "0.05" }, award).map((one) => one.id)).toEqual(["sign_place", "bond_days"]);
    expect(askedFor(all, saved, award)).toBe(7);
  });
});

describe("what is missing", () => {
  it("names each gap once, in the order of the form, with the field to go to", () => {
    const found = gaps(all, { ...saved, amount: 1 }, award, {}, { "A.address": "?" }, {}, nothing);
    expect(found.map((gap) => [gap.kind, gap.entry?.id])).toEqual([
      ["unfilled", "sign_place"],
      ["reason", "amount"],
      ["unreadable", "A.address"],
    ]);
  });
  it("wants a reason for a departure, and none for one that blocks", () => {
    const given = { ...saved, sign_place: "x", amount: 99999999 };
    expect(gaps(all, given, award, { amount: " " }, {}, {}, nothing).map((gap) => gap.kind)).toEqual(["reason"]);
    expect(gaps(all, given, award, { amount: "因为" }, {}, {}, nothing)).toEqual([]);
    const blocked = gaps(all, given, award, {}, {}, {}, { terms: [], blocking: [{ field: "amount", words: "高于" }] });
    expect(blocked.map((gap) => [gap.kind, gap.words])).toEqual([["blocks", "高于"]]);
  });
  it("keeps terms that several fields could give", () => {
    const found = gaps(all, { ...saved, sign_place: "x" }, award, {}, {}, {}, { terms: [{ code: "draft.term_missing", words: "缺少争议条款" }], blocking: [] });
    expect(found).toMatchObject([{ kind: "term", entry: undefined, words: "缺少争议条款" }]);
  });
});
