import { describe, expect, it } from "vitest";
import { endOfDay, hasCode, inOrder, isSealCode, possibleTypes, shortId, standing } from "./model";

describe("how a seal stands", () => {
  it.each([
    ["usable", true, "usable"],
    ["usable", false, "certificateOver"],
    ["suspended", true, "suspended"],
    // Resuming it would change nothing: what is missing is the certificate.
    ["suspended", false, "certificateOver"],
    ["cancelled", true, "cancelled"],
    ["cancelled", false, "cancelled"],
  ] as const)("%s with a certificate in force %s is %s", (state, certificate_in_force, is) => expect(standing({ state, certificate_in_force })).toBe(is));
  it("and the usable come first, else in the server's order", () => {
    const seals = [
      { id: 1, state: "cancelled", certificate_in_force: false },
      { id: 2, state: "suspended", certificate_in_force: true },
      { id: 3, state: "usable", certificate_in_force: true },
      { id: 4, state: "usable", certificate_in_force: false },
      { id: 5, state: "usable", certificate_in_force: true },
    ];
    expect(inOrder(seals).map((one) => one.id)).toEqual([3, 5, 4, 2, 1]);
  });
});

it("one seal of a type is made, another after the first is cancelled", () => {
  expect(possibleTypes([], false)).toEqual(["personal_name"]);
  expect(possibleTypes([{ seal_type: "personal_name", state: "suspended" }], false)).toEqual([]);
  const owned = [
    { seal_type: "company", state: "usable" },
    { seal_type: "contract", state: "cancelled" },
  ];
  expect(possibleTypes(owned, true)).toEqual(["contract", "finance", "bid", "legal_representative"]);
});

it("only round seals have a code, of thirteen digits", () => {
  expect([hasCode("company"), hasCode("legal_representative"), hasCode("personal_name")]).toEqual([true, false, false]);
  expect([isSealCode("4301020000001"), isSealCode("430102000000"), isSealCode("430102000000X")]).toEqual([true, false, false]);
});

it("a grant lasts to the end of its day in China", () => expect(endOfDay("2026-12-31")).toBe(Date.UTC(2026, 11, 31, 16) * 1000 - 1));

it("an id is told by its end", () => expect(shortId("ctr_01m8d00ns8dh87cg7mm1e3219h")).toBe("M1E3219H"));
