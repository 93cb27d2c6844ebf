import { expect, it } from "vitest";
import { asPart, isPersonId, readFaults, waiting } from "./model";

it("the sandbox's part is there in a sandbox alone", () => {
  expect([asPart("sandbox", true), asPart("sandbox", false), asPart("jobs", false), asPart("nonsense", true), asPart("", true)]).toEqual(["sandbox", "overview", "jobs", "overview", "overview"]);
});

it("refused and conflicting pushes wait for the operator, received ones do not", () => {
  const counts = waiting({
    contracts: [],
    pushes: [
      { of: "created", count: 7 },
      { of: "refused", count: 2 },
      { of: "conflict", count: 1 },
    ],
    filings_waiting: 3,
    dead_jobs: 0,
    real_name_claims: 4,
    certificate_applications: 5,
    unverified_organisations: 6,
  });
  expect(counts).toEqual({ pushes: 3, filings: 3, jobs: 0, organisations: 6, claims: 4, applications: 5 });
  expect(waiting(undefined)).toEqual({});
});

it("faults are read in both languages, and a damaged one is empty", () => {
  expect(readFaults([{ path: "items[3].amount", code: "item.amount_mismatch", message_zh: "不符", message_en: "differs", remedy_zh: "更正", remedy_en: "correct it" }, 4])).toEqual([
    { path: "items[3].amount", code: "item.amount_mismatch", message: { zh: "不符", en: "differs" }, remedy: { zh: "更正", en: "correct it" } },
    { path: "", code: "", message: { zh: "", en: "" }, remedy: { zh: "", en: "" } },
  ]);
});

it("a person's number is told from others", () => {
  expect([isPersonId("per_01m8d00n3ptc4ag7j95j142x7n"), isPersonId("org_01m8d00n3ptc4ag7j95j142x7n"), isPersonId("per_1")]).toEqual([true, false, false]);
});
