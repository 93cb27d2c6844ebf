import { beforeEach, describe, expect, it } from "vitest";
import { dropDraft, loadDraft, saveDraft, type Draft } from "./draft";

const key = { contract: "ctr_1", actor: "org_1" };
const draft: Draft = { version: 3, marks: [{ id: "m1", kind: "seal", sealId: "s1", page: 0, x: 1, y: 2 }], read: [0], savedAt: 1, intent: null };

describe("the draft of a desk", () => {
  beforeEach(() => sessionStorage.clear());

  it("is kept by contract and actor", () => {
    expect(saveDraft(sessionStorage, key, draft)).toBe(true);
    expect(loadDraft(sessionStorage, key, 3)).toEqual({ draft, stale: false });
    expect(loadDraft(sessionStorage, { ...key, actor: "org_2" }, 3).draft).toBeNull();
    dropDraft(sessionStorage, key);
    expect(loadDraft(sessionStorage, key, 3).draft).toBeNull();
  });

  it("is thrown away, and said so, when the contract has changed", () => {
    saveDraft(sessionStorage, key, draft);
    expect(loadDraft(sessionStorage, key, 4)).toEqual({ draft: null, stale: true });
    expect(loadDraft(sessionStorage, key, 3)).toEqual({ draft: null, stale: false });
  });

  it("is empty when the store holds nonsense or refuses", () => {
    sessionStorage.setItem("yinxin.desk.ctr_1.org_1", "{");
    expect(loadDraft(sessionStorage, key, 3)).toEqual({ draft: null, stale: false });
    const full = { setItem: () => { throw new Error("full"); } } as unknown as Storage;
    expect(saveDraft(full, key, draft)).toBe(false);
  });
});
