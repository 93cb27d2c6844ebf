import { beforeEach, describe, expect, it } from "vitest";
import { act, hasSeam, openDesk, type DeskAct, type DeskState } from "./deskState";
import { boxOf, toPlacements, type Desk } from "./model";
import { obstacle, overlapping, pageMarks, requirements } from "./requirements";

const seal = (id: string, type: string, size: number) => ({
  seal_id: id, certificate_id: `cert_${id}`, seal_type: type, name: type, width_mm: size, height_mm: size, image: "",
});

const pages = (count: number) =>
  Array.from({ length: count }, () => ({ width_mm: 210, height_mm: 297, crop_box: [0, 0, 595, 842], rotation: 0, user_unit: 1 }));

function aDesk(over: Partial<Desk> = {}): Desk {
  return {
    contract_id: "ctr_1",
    version: 7,
    document_sm3: "",
    pages: pages(3),
    step: {
      number: 0,
      party: "B",
      submit_zh: "发送",
      submit_en: "Send",
      acts: [
        { kind: "seal", need: "required" },
        { kind: "personal", need: "optional" },
        { kind: "date", need: "optional" },
        { kind: "seam", need: "optional" },
      ],
      seal_types: ["company", "contract"],
      missing: ["seal"],
    },
    seals: [seal("s1", "company", 40), seal("s2", "contract", 38), seal("s3", "personal_name", 20)],
    suggestions: [
      { kind: "seal", seal_id: "s1", page: 2, x_mm: 150, y_mm: 200, optional: false },
      { kind: "personal", seal_id: "s3", page: 2, x_mm: 150, y_mm: 230, optional: true },
      { kind: "date", seal_id: "s1", page: 2, x_mm: 150, y_mm: 250, optional: true },
      { kind: "seam", seal_id: "s1", page: null, x_mm: null, y_mm: null, optional: true },
    ],
    unsent: [],
    present: [],
    ...over,
  } as Desk;
}

let desk: Desk;
let state: DeskState;
const on = (...acts: DeskAct[]) => (state = acts.reduce((now, one) => act(now, one, desk), state));

beforeEach(() => {
  desk = aDesk();
  state = openDesk(desk);
});

describe("the desk as it opens", () => {
  it("has the suggested places filled, and leaves what is optional and personal to the signer", () => {
    // S1-026, S1-027, S3-084
    expect(state.marks.map((mark) => mark.kind)).toEqual(["seal", "date", "seam"]);
    expect(state.marks[0]).toMatchObject({ page: 2, x: 150, y: 200, sealId: "s1" });
    expect(state.marks[2]).toMatchObject({ page: null, x: 0, y: 148.5 });
    expect(state.past).toEqual([]);
    expect(obstacle(desk, state.marks)).toBeNull();
  });

  it("is empty when this party has sealed and not sent", () => {
    const placed = { kind: "seal", seal_id: "s1", page: 2, x_mm: 150, y_mm: 200, width_mm: 40, height_mm: 40 };
    desk = aDesk({
      step: { ...aDesk().step, missing: [] },
      unsent: [{ signature_id: "sig_1", party: "B", kind: "seal", field: "", stamped_at: 0, placed: [placed] }] as Desk["unsent"],
    });
    expect(openDesk(desk).marks).toEqual([]);
    expect(requirements(desk, []).find((one) => one.kind === "seal")?.done).toBe(true);
  });
});

describe("placing by words or pages", () => {
  // S3-083, S3-084
  const spots = [{ page: 0, at: { x: 60, y: 80 } }, { page: 1, at: { x: 205, y: 80 } }];

  it("sets them all in one step, each inside its page, and takes them back in one", () => {
    const before = state.marks;
    on({ do: "placeAll", kind: "seal", sealId: "s2", spots });
    expect(state.marks.slice(3)).toMatchObject([{ page: 0, x: 60, y: 80 }, { page: 1, x: 191, y: 80 }]);
    expect(state.selected).toBe(state.marks[3]?.id);
    expect(new Set(state.marks.map((mark) => mark.id)).size).toBe(5);
    on({ do: "undo" });
    expect(state.marks).toEqual(before);
    on({ do: "redo" });
    expect(state.marks).toHaveLength(5);
  });

  it("sets no more than an act of signing takes, and nothing without a seal or a spot", () => {
    on({ do: "placeAll", kind: "seal", sealId: "s1", spots: Array.from({ length: 90 }, () => spots[0]!) });
    expect(state.marks).toHaveLength(64);
    const full = state;
    on({ do: "placeAll", kind: "seal", sealId: "s1", spots });
    expect(state).toBe(full);
    state = openDesk(desk);
    const open = state;
    on({ do: "placeAll", kind: "seal", sealId: "s1", spots: [] }, { do: "placeAll", kind: "seal", sealId: "gone", spots });
    expect(state).toBe(open);
  });
});

describe("placing", () => {
  it("keeps a seal inside its page", () => {
    on({ do: "place", kind: "seal", sealId: "s2", page: 0, at: { x: 300, y: -4 } });
    expect(state.marks[3]).toMatchObject({ page: 0, x: 191, y: 19 });
    expect(state.selected).toBe(state.marks[3]?.id);
  });

  it("refuses what the step forbids, a seal that is not mine, and a second seam seal", () => {
    const before = state;
    on({ do: "place", kind: "seal", sealId: "s9", page: 0, at: { x: 50, y: 50 } });
    on({ do: "place", kind: "seam", sealId: "s1", page: 0, at: { x: 0, y: 50 } });
    expect(state).toBe(before);
    expect(hasSeam(state, desk)).toBe(true);
    desk = aDesk({ step: { ...desk.step, acts: desk.step.acts.map((one) => (one.kind === "personal" ? { ...one, need: "forbidden" } : one)) } });
    on({ do: "place", kind: "personal", sealId: "s3", page: 0, at: { x: 50, y: 50 } });
    expect(state).toBe(before);
  });

  it("sends a date and a seam seal with the seal that is placed", () => {
    const first = state.marks[0]!;
    on({ do: "remove", id: first.id }, { do: "place", kind: "seal", sealId: "s2", page: 1, at: { x: 60, y: 60 } });
    const sent = toPlacements(desk, state.marks);
    expect(sent.map((one) => [one.kind, one.seal_id])).toEqual([["date", "s2"], ["seam", "s2"], ["seal", "s2"]]);
    expect(sent[1]).toEqual({ kind: "seam", seal_id: "s2", y_mm: 148.5 });
  });

  it("sets a seal on every page once, and no more than the server takes", () => {
    const id = state.marks[0]!.id;
    on({ do: "everyPage", id, pages: [0, 1, 2] }, { do: "everyPage", id, pages: [0, 1, 2] });
    expect(state.marks.filter((mark) => mark.kind === "seal").map((mark) => mark.page)).toEqual([2, 0, 1]);
    desk = aDesk({ pages: pages(200) });
    on({ do: "everyPage", id, pages: desk.pages.map((_, index) => index) });
    expect(state.marks.length).toBe(64);
  });
});

describe("moving", () => {
  it("moves by half a millimetre, and undoes a row of strokes at once", () => {
    const id = state.marks[0]!.id;
    on({ do: "nudge", id, dx: 0.5, dy: 0 }, { do: "nudge", id, dx: 0.5, dy: 0 }, { do: "nudge", id, dx: 0, dy: -5 });
    expect(state.marks[0]).toMatchObject({ x: 151, y: 195 });
    on({ do: "undo" });
    expect(state.marks[0]).toMatchObject({ x: 150, y: 200 });
    on({ do: "redo" });
    expect(state.marks[0]).toMatchObject({ x: 151, y: 195 });
  });

  it("takes a drag over pages for one step", () => {
    const id = state.marks[0]!.id;
    on({ do: "move", id, page: 2, at: { x: 100, y: 100 }, run: "drag 1" }, { do: "move", id, page: 1, at: { x: 90, y: 90 }, run: "drag 1" }, { do: "rest" });
    on({ do: "move", id, page: 1, at: { x: 80, y: 80 }, run: "drag 2" });
    expect(state.past.length).toBe(2);
    on({ do: "undo" }, { do: "undo" });
    expect(state.marks[0]).toMatchObject({ page: 2, x: 150, y: 200 });
    expect(act(state, { do: "undo" }, desk)).toBe(state);
  });

  it("moves a seam seal up and down only", () => {
    const id = state.marks[2]!.id;
    on({ do: "nudge", id, dx: 5, dy: 5 }, { do: "move", id, page: 1, at: { x: 40, y: 400 } });
    expect(state.marks[2]).toMatchObject({ page: null, x: 0, y: 277 });
  });

  it("records nothing when nothing changed", () => {
    const { id, page, x, y } = state.marks[0]!;
    on({ do: "move", id, page: page!, at: { x, y } });
    expect(state.past).toEqual([]);
  });
});

describe("deleting", () => {
  it("deletes, deselects, and undo brings it back", () => {
    // S1-030, S3-085
    const id = state.marks[0]!.id;
    on({ do: "select", id }, { do: "remove", id });
    expect(state.selected).toBeNull();
    expect(obstacle(desk, state.marks)).toBe("required");
    on({ do: "undo" });
    expect(state.marks[0]?.id).toBe(id);
    on({ do: "clear" });
    expect(obstacle(desk, state.marks)).toBe("nothing");
  });

  it("does not confirm a date without its seal", () => {
    desk = aDesk({ step: { ...desk.step, missing: [], acts: desk.step.acts.map((one) => ({ ...one, need: "optional" })) } });
    on({ do: "remove", id: state.marks[0]!.id });
    expect(obstacle(desk, state.marks)).toBe("companion");
  });
});

describe("what needs looking at", () => {
  it("warns of seals over each other, not of a date beside its seal", () => {
    const [first] = state.marks;
    expect(overlapping(desk, state.marks).size).toBe(0);
    on({ do: "place", kind: "personal", sealId: "s3", page: 2, at: { x: 155, y: 215 } });
    const last = state.marks[state.marks.length - 1]!;
    expect(overlapping(desk, state.marks)).toEqual(new Set([first!.id, last.id]));
  });

  it("warns of a seal over one that is there", () => {
    const placed = { kind: "seal", seal_id: "s8", page: 2, x_mm: 140, y_mm: 190, width_mm: 42, height_mm: 42 };
    desk = aDesk({ present: [{ signature_id: "sig_9", party: "A", kind: "seal", field: "", stamped_at: 0, placed: [placed] }] as Desk["present"] });
    expect(overlapping(desk, state.marks)).toEqual(new Set([state.marks[0]!.id]));
    expect(pageMarks(desk, state.marks, 2)).toEqual({ placed: 2, missing: 0 });
  });

  it("sets a seam seal beside another party's, and warns when it is moved over it", () => {
    const placed = { kind: "seam", seal_id: "s8", page: null, x_mm: 0, y_mm: 148.5, width_mm: 42, height_mm: 42 };
    desk = aDesk({ present: [{ signature_id: "sig_9", party: "A", kind: "seal", field: "", stamped_at: 0, placed: [placed] }] as Desk["present"] });
    state = openDesk(desk);
    const seam = state.marks.find((mark) => mark.kind === "seam")!;
    expect(seam.y).toBe(103.5);
    expect(overlapping(desk, state.marks).has(seam.id)).toBe(false);
    on({ do: "move", id: seam.id, page: 0, at: { x: 0, y: 120 } });
    expect(overlapping(desk, state.marks).has(seam.id)).toBe(true);
  });

  it("shows what is left where it belongs", () => {
    on({ do: "clear" });
    expect(pageMarks(desk, state.marks, 2)).toEqual({ placed: 0, missing: 1 });
    expect(requirements(desk, state.marks).map((one) => [one.kind, one.required, one.done])).toEqual([
      ["seal", true, false], ["personal", false, false], ["date", false, false], ["seam", false, false],
    ]);
  });
});

describe("a draft", () => {
  it("comes back without what can no longer be", () => {
    const kept = state.marks;
    on({ do: "clear" }, { do: "restore", marks: [...kept, { id: "m9", kind: "seal", sealId: "gone", page: 0, x: 50, y: 50 }, { id: "m10", kind: "seal", sealId: "s1", page: 77, x: 50, y: 50 }] });
    expect(state.marks.map((mark) => [mark.kind, mark.page, mark.x, mark.y])).toEqual(kept.map((mark) => [mark.kind, mark.page, mark.x, mark.y]));
    expect(new Set(state.marks.map((mark) => mark.id)).size).toBe(state.marks.length);
    expect(boxOf(desk, state.marks[0]!)).toEqual({ x: 130, y: 180, width: 40, height: 40 });
  });
});
