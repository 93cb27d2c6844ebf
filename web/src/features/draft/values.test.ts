import { describe, expect, it } from "vitest";
import { canonical, percent, readDate, readInteger, readMoney, readRatio, readText, share, shareSum, shift } from "./values";

describe("amounts", () => {
  it("are read in whole 分, as people write them", () => {
    expect(readMoney("486,350.00")).toEqual({ value: 48635000 });
    expect(readMoney("￥ 486350.5 元")).toEqual({ value: 48635050 });
    expect(readMoney("４８６３５０．０５")).toEqual({ value: 48635005 });
    expect(readMoney("0.1")).toEqual({ value: 10 });
    expect(readMoney(" ")).toEqual({ value: null });
  });
  it("refuse what is none", () => {
    for (const typed of ["48O000", "1.234", "-5", "1e5", "12.3.4", "一百"]) expect(readMoney(typed)).toMatchObject({ fault: { code: "money_format" } });
    expect(readMoney("99999999999999")).toMatchObject({ fault: { code: "money_too_large" } });
  });
});

describe("shares", () => {
  it("shift without floating point", () => {
    expect(shift("0.0005", 2)).toBe("0.05");
    expect(shift("5", -2)).toBe("0.05");
    expect(shift("29", -2)).toBe("0.29");
    expect(shift("100", -2)).toBe("1");
    expect(shift("0.07", 2)).toBe("7");
    expect(shift("0", -2)).toBe("0");
  });
  it("are typed in per cent and kept as the trading system writes them", () => {
    expect(readRatio("30", {})).toEqual({ value: "0.30" });
    expect(readRatio("0.05%", {})).toEqual({ value: "0.0005" });
    expect(readRatio("100", {})).toEqual({ value: "1.00" });
    expect(readRatio("101", {})).toMatchObject({ fault: { code: "ratio_range", facts: ["100"] } });
    expect(readRatio("31", { max_ratio: "0.30" })).toMatchObject({ fault: { code: "ratio_range", facts: ["30"] } });
    expect(readRatio("0.00001", {})).toMatchObject({ fault: { code: "ratio_format" } });
  });
  it("are one number however written", () => {
    expect(canonical("0.30")).toBe(canonical("0.3"));
    expect(percent("0.30")).toBe("30");
    expect(shareSum(["0.30", "0.7"])).toBe(1_000_000);
    expect(shareSum(["0.30", "?"])).toBeUndefined();
  });
  it("make whole 分 of an amount", () => {
    expect(share(48635000, "0.30")).toBe(14590500);
    expect(share(100, "0.333333")).toBe(33);
    expect(share(1, "0.5")).toBe(1);
  });
});

describe("other values", () => {
  it("numbers keep their limits", () => {
    expect(readInteger("３０", {})).toEqual({ value: 30 });
    expect(readInteger("31", { min: 1, max: 30 })).toMatchObject({ fault: { code: "number_range", facts: [1, 30] } });
    expect(readInteger("1.5", {})).toMatchObject({ fault: { code: "integer_format" } });
  });
  it("days are real", () => {
    expect(readDate("2028-02-29")).toEqual({ value: "2028-02-29" });
    expect(readDate("2026-02-29")).toMatchObject({ fault: { code: "date_format" } });
    expect(readDate("2026/02/03")).toMatchObject({ fault: { code: "date_format" } });
  });
  it("texts count characters, not code units, and hold nothing invisible", () => {
    expect(readText("𠮷".repeat(300), false)).toEqual({ value: "𠮷".repeat(300) });
    expect(readText("字".repeat(301), false)).toMatchObject({ fault: { code: "too_long", facts: [300, 301] } });
    expect(readText("a\u200bb", false)).toMatchObject({ fault: { code: "control", facts: ["U+200B"] } });
    expect(readText("第一行\n第二行", true)).toEqual({ value: "第一行\n第二行" });
    expect(readText("第一行\n第二行", false)).toMatchObject({ fault: { code: "control" } });
  });
});
