import { describe, expect, it } from "vitest";
import { readMm } from "./names";

describe("a length in millimetres as it is typed", () => {
  it("is read as people write it, also by a Chinese keyboard", () => {
    expect(["58", "58.5", " 58,5 ", "５８．５", "58。5", "-3", "58.5mm", "58 毫米"].map(readMm)).toEqual([58, 58.5, 58.5, 58.5, 58.5, -3, 58.5, 58]);
  });
  it("is nothing where nothing, or no length, was typed: a seal does not jump to the edge", () => {
    expect(["", "  ", "abc", "NaN", "1e3", "0x10", "1.2.3", "Infinity", "-"].map(readMm)).toEqual(Array(9).fill(null));
  });
});
