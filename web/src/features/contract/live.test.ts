import { expect, it } from "vitest";
import { concerned } from "./live";

it("asks anew for what an event concerns, and for nothing else", () => {
  expect(concerned({ event: "contract", contract_id: "ctr_1" })).toEqual([["contract", "ctr_1"]]);
  expect(concerned({ event: "counts", organisation_id: "org_1" })).toEqual([["contracts"], ["home"]]);
  expect(concerned({ event: "notification", kind: "urged" })).toEqual([["notifications"]]);
  expect(concerned({ event: "ended" })).toEqual([]);
});

it("asks anew for everything when too much was missed", () => {
  expect(concerned({ event: "reset" })).toHaveLength(4);
});
