import { describe, expect, it } from "vitest";
import type { Mark } from "../model";
import { freeSpots, pagesOf, spotAt } from "./spots";

const place = { page: 4, x_mm: 30, y_mm: 200, width_mm: 20, height_mm: 4 };
const size = { width: 42, height: 42 };

describe("a spot by words", () => {
  // S3-083
  it("is over them, behind them or under them, as the engine places it", () => {
    expect(spotAt(place, "centre", size)).toEqual({ page: 4, at: { x: 40, y: 202 } });
    expect(spotAt(place, "after", size)).toEqual({ page: 4, at: { x: 71, y: 202 } });
    expect(spotAt(place, "below", size)).toEqual({ page: 4, at: { x: 40, y: 225 } });
  });

  it("is free where the same seal does not lie yet", () => {
    const spots = [spotAt(place, "centre", size), { page: 5, at: { x: 40, y: 202 } }];
    const mark: Mark = { id: "m1", kind: "seal", sealId: "s1", page: 4, x: 41, y: 200 };
    expect(freeSpots(spots, [mark], { kind: "seal", sealId: "s1" }, size)).toEqual([spots[1]]);
    expect(freeSpots(spots, [mark], { kind: "seal", sealId: "s2" }, size)).toEqual(spots);
    // Words that stand close together are one place: seals over each other could not be read.
    const close = { page: 5, at: { x: 60, y: 210 } };
    expect(freeSpots([...spots, close], [], { kind: "seal", sealId: "s1" }, size)).toEqual(spots);
    expect(freeSpots([...spots, close], [], { kind: "date", sealId: "s1" }, { width: 15, height: 7 })).toHaveLength(3);
    expect(freeSpots(spots, [{ ...mark, kind: "date" }], { kind: "seal", sealId: "s1" }, size)).toEqual(spots);
  });
});

describe("pages by their numbers", () => {
  it("takes what a Chinese keyboard types", () => {
    expect(pagesOf("1-3、5", 6)).toEqual([0, 1, 2, 4]);
    expect(pagesOf("１－３，５；６", 6)).toEqual([0, 1, 2, 4, 5]);
    expect(pagesOf("2 至 3 3", 6)).toEqual([1, 2]);
    expect(pagesOf("  ", 3)).toEqual([0, 1, 2]);
  });

  it("takes nothing that is not of this document, and nothing that it has to guess", () => {
    for (const text of ["0", "7", "3-2", "1-7", "a", "1--2", "-1", "1.5", "999999", "<b>1</b>"]) expect(pagesOf(text, 6), text).toBeNull();
  });
});
