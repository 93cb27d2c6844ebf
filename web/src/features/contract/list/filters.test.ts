import { describe, expect, it } from "vitest";
import { DEFAULTS, fenOf, nextSort, sortedNow, toQuery } from "./filters";

const asked = (changes: Partial<typeof DEFAULTS>) => toQuery("waiting_for_me", { ...DEFAULTS, ...changes }, "2026-07-01");

describe("what the server is asked", () => {
  it("names only what was chosen", () => {
    expect(asked({})).toEqual({ list: "waiting_for_me", limit: 20 });
    expect(asked({ text: "  风光带 ", state: "in_review" })).toMatchObject({ q: "风光带", state: "in_review" });
  });
  it("counts days from today in China, over the end of a month", () => {
    expect(asked({ due: "30" })).toMatchObject({ due_from: "2026-07-01", due_to: "2026-07-31" });
    expect(asked({ due: "over" })).toEqual({ list: "waiting_for_me", limit: 20, due_to: "2026-06-30" });
  });
  it("lets exact days and amounts go before bands", () => {
    expect(asked({ due: "7", due_to: "2026-12-31" }).due_to).toBe("2026-12-31");
    expect(asked({ amount: "middle", min: "500,000.5" })).toMatchObject({ min_amount_fen: 50_000_050, max_amount_fen: 99_999_999 });
  });
  it("has no gap and no overlap between bands", () => {
    expect(asked({ amount: "small" }).max_amount_fen! + 1).toBe(asked({ amount: "middle" }).min_amount_fen);
    expect(asked({ amount: "middle" }).max_amount_fen! + 1).toBe(asked({ amount: "large" }).min_amount_fen);
  });
});

describe("amounts as typed", () => {
  it.each([
    ["1,025,826.73", 102_582_673],
    ["48760", 4_876_000],
    ["0.5", 50],
    ["１２", undefined],
    ["12.345", undefined],
    ["-1", undefined],
    ["", undefined],
  ])("%s", (typed, fen) => expect(fenOf(typed)).toBe(fen));
});

describe("sorting by a column", () => {
  it("goes its own way, the other way, and back to the list's", () => {
    const first = nextSort("due", "", "");
    expect(sortedNow("due", first.sort, first.order)).toBe("ascending");
    const second = nextSort("due", first.sort, first.order);
    expect(sortedNow("due", second.sort, second.order)).toBe("descending");
    expect(nextSort("due", second.sort, second.order)).toEqual({ sort: "", order: "" });
    expect(sortedNow("amount", second.sort, second.order)).toBeUndefined();
  });
});
