import { beforeEach, describe, expect, it } from "vitest";
import { drop, find, keep, type LocalCopy } from "./localCopy";

const copy = (at: number): LocalCopy => ({ contract: "ctr_1", version: 3, before: {}, edits: { days: 21 }, reasons: {}, typed: {}, at });

describe("what this browser keeps of a draft", () => {
  beforeEach(() => localStorage.clear());
  it("is found by the same person alone, until it is dropped", () => {
    expect(keep("per_1", copy(1000))).toBe(true);
    expect(find("per_1", "ctr_1", 2000)).toMatchObject({ edits: { days: 21 } });
    expect(find("per_2", "ctr_1", 2000)).toBeUndefined();
    expect(find("per_1", "ctr_2", 2000)).toBeUndefined();
    drop("per_1", "ctr_1");
    expect(find("per_1", "ctr_1", 2000)).toBeUndefined();
  });
  it("of a closed tab is found too, the newest first", () => {
    localStorage.setItem("yinxin.draft.per_1.ctr_1.older", JSON.stringify({ ...copy(1), edits: { days: 1 } }));
    localStorage.setItem("yinxin.draft.per_1.ctr_1.newer", JSON.stringify({ ...copy(2), edits: { days: 2 } }));
    expect(find("per_1", "ctr_1", 3)).toMatchObject({ edits: { days: 2 } });
    drop("per_1", "ctr_1", true);
    expect(find("per_1", "ctr_1", 3)).toBeUndefined();
  });
  it("goes after a week, and when it is damaged", () => {
    keep("per_1", copy(0));
    localStorage.setItem("yinxin.draft.per_1.ctr_9.x", "{");
    expect(find("per_1", "ctr_1", 8 * 86_400_000)).toBeUndefined();
    expect(localStorage.length).toBe(0);
  });
  it("says so when the browser keeps nothing", () => {
    const full = { getItem: () => null, key: () => null, length: 0, removeItem: () => undefined, setItem: () => { throw new Error("full"); } };
    expect(keep("per_1", copy(1), full)).toBe(false);
  });
});
