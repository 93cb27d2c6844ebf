import { expect, it } from "vitest";
import { cleanPhone } from "./model";

it("takes a phone number as people type it, and nothing else", () => {
  for (const text of ["13800000001", " 138 0000 0001", "138-0000-0001", "+8613800000001", [..."13800000001"].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join("")]) {
    expect(cleanPhone(text), text).toMatch(/^13800000\d{3}$/);
  }
  for (const text of ["", "1380000000", "138000000011", "23800000001", "13800000001x", "<b>13800000001</b>"]) expect(cleanPhone(text), text).toBeNull();
});
