import { describe, expect, it } from "vitest";
import { apply, rebase, remaining, settle } from "./rebase";

describe("somebody else saved meanwhile", () => {
  const before = { place: "甲", days: 20, amount: 100 };
  it("keeps mine and takes theirs where they do not touch", () => {
    expect(rebase(before, { days: 30 }, { ...before, place: "乙" })).toEqual({ edits: { days: 30 }, taken: ["place"], clashes: [] });
  });
  it("asks where both changed the same, and keeps my text meanwhile", () => {
    const { edits, clashes } = rebase(before, { days: 30 }, { ...before, days: 25 });
    expect(edits).toEqual({ days: 30 });
    expect(clashes).toEqual([{ id: "days", mine: 30, theirs: 25, before: 20 }]);
  });
  it("is no clash when both wrote the same", () => {
    expect(rebase(before, { days: 25 }, { ...before, days: 25 })).toEqual({ edits: {}, taken: [], clashes: [] });
  });
  it("sees clearing as a change", () => {
    const { place: _, ...without } = before;
    expect(rebase(before, { place: "丙" }, without).clashes).toEqual([{ id: "place", mine: "丙", theirs: null, before: "甲" }]);
    expect(rebase(before, { place: null }, { ...before, place: "丁" }).clashes).toEqual([{ id: "place", mine: null, theirs: "丁", before: "甲" }]);
  });
  it("drops mine only where theirs was chosen", () => {
    expect(settle({ a: 1, b: 2, c: 3 }, { a: "theirs", b: "mine" })).toEqual({ b: 2, c: 3 });
  });
  it("leaves to save what was typed while saving", () => {
    expect(remaining({ a: 2, b: 3 }, { a: 1, b: 3 })).toEqual({ a: 2 });
    expect(apply({ a: 1, b: 2 }, { a: null, c: 3 })).toEqual({ b: 2, c: 3 });
  });
});
