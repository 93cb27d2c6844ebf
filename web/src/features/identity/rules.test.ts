import { expect, it } from "vitest";
import { isPhone, passwordRules } from "./rules";

it("a password has 8 to 64 characters and three kinds of four, as the server counts them", () => {
  const rules = (text: string): boolean[] => Object.values(passwordRules(text));
  expect(rules("Yanshi-2026")).toEqual([true, true]);
  expect(rules("yanshi2026")).toEqual([true, false]);
  expect(rules("Ab1")).toEqual([false, true]);
  expect(rules("密".repeat(62) + "a1")).toEqual([true, true]);
  expect(rules("密".repeat(63) + "a1")).toEqual([false, true]);
});

it("a mobile number has eleven digits", () => {
  expect(["13900000001", "1390000000", "139000000012", "23900000001", "12900000001"].map(isPhone)).toEqual([true, false, false, false, false]);
});
