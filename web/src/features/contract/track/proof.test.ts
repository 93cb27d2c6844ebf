import { describe, expect, it } from "vitest";
import { actingParty, grouped, pageRanges, program, readDrawing, recomputed, type Proof } from "./proof";
import { hex, sm3 } from "./sm3";

describe("pages", () => {
  it.each([
    [[5, 7], "6、8"],
    [[0, 1, 2, 3], "1–4"],
    [[3, 0, 1, 1, 9], "1–2、4、10"],
    [[], ""],
  ])("%j", (pages, text) => expect(pageRanges(pages)).toBe(text));
});

describe("the entry's digest", () => {
  /** The form of crates/server/src/db/events.rs, written out once more: previous, then each field with its length. */
  function proofOf(fields: (string | null)[], told = fields, more: object = {}): Proof {
    const parts = fields.flatMap((field) => {
      const text = new TextEncoder().encode(field ?? "");
      const length = field === null ? [255, 255, 255, 255] : [0, 0, text.length >> 8, text.length & 255];
      return [...length, ...text];
    });
    const hash = hex(sm3(Uint8Array.from([...new Array<number>(32).fill(7), ...parts])));
    return { hashed: told, previous_hash: "07".repeat(32), entry: { hash, person_id: null, ip: null, ...more } } as unknown as Proof;
  }
  it("is made again from all fields", () => {
    expect(recomputed(proofOf(["evt_1", null, "示例", ""]))).toBe(true);
  });
  it("shows that a field was changed", () => {
    expect(recomputed(proofOf(["evt_1", "a"], ["evt_1", "b"]))).toBe(false);
    expect(recomputed(proofOf(["evt_1", ""], ["evt_1", null]))).toBe(false);
  });
  it("cannot be made where another party's address is not told", () => {
    expect(recomputed(proofOf(["evt_1", "203.0.113.24"], ["evt_1", null], { person_id: "per_1" }))).toBeUndefined();
    expect(recomputed(proofOf(["evt_1", "203.0.113.24"], ["evt_1", null], { person_id: "per_1", ip: "203.0.113.24" }))).toBe(false);
  });
});

it("names programs", () => {
  expect(program("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36 Edg/124.0")).toBe("Edge 124");
  expect(program("curl/8.5")).toBe("curl/8.5");
});

it("groups a serial number", () => expect(grouped("5a3c001792e488b1")).toBe("5A3C 0017 92E4 88B1"));

it("takes nothing of a seal's file but its path", () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 42 42"><script>alert(1)</script><path d="M0 0L1 1" fill="#b5211e"/></svg>';
  expect(readDrawing(svg)).toEqual({ viewBox: "0 0 42 42", path: "M0 0L1 1" });
  expect(readDrawing("no svg")).toBeUndefined();
});

describe("whose act an entry is", () => {
  const entry = (kind: string, party: string | null, data: object = {}) => ({ kind, party, data, organisation_id: "org_1" });
  it("names who acted, whose turn came, and nobody for what follows by itself", () => {
    expect(actingParty(entry("contract.sent", "B"))).toBe("B");
    // B agrees, and A's step opens by it.
    expect(actingParty(entry("contract.step_opened", "B", { party: "A" }))).toBe("A");
    expect(actingParty(entry("contract.concluded", "A"))).toBeUndefined();
    expect(actingParty({ ...entry("contract.filing_pushed", "A"), organisation_id: null })).toBeUndefined();
  });
});
