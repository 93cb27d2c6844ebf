import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { speak } from "@/app/language";
import { clockName, lastDay, timeLeft } from "./clock";
import { beneathTitle, fileName, isNear, usedPercent, type Clock } from "./model";

const clock = (changes: Partial<Clock>): Clock => ({ kind: "sign", from: "2026-06-03", last_day: "2026-07-03", working_days: false, days: 30, days_left: 3, provisional: false, over: false, ...changes });
beforeEach(() => speak("zh"));
afterEach(() => speak("zh"));

describe("a clock in words", () => {
  it.each([
    [{}, "剩 3 天"],
    [{ days_left: 0 }, "今天到期"],
    [{ days_left: -2, over: true }, "已逾期 2 天"],
    [{ days_left: 1, working_days: true }, "剩 1 个工作日"],
  ])("%j", (changes, text) => expect(timeLeft(clock(changes))).toBe(text));
  it("tells working days as a number, and what is due", () => {
    expect(clockName(clock({ kind: "notice", working_days: true, days: 2 }))).toBe("合同公告 · 2 个工作日内");
    expect(lastDay(clock({}))).toBe("2026-07-03");
    expect(lastDay(clock({ kind: "filing" }))).toBe("备案 2026-07-03");
  });
  it("speaks English", () => {
    speak("en");
    expect(timeLeft(clock({ days_left: 1 }))).toBe("1 day left");
  });
});

describe("how near an end is", () => {
  it("counts working days more strictly", () => {
    expect(isNear(clock({ days_left: 3 }))).toBe(true);
    expect(isNear(clock({ days_left: 4 }))).toBe(false);
    expect(isNear(clock({ working_days: true, days_left: 2 }))).toBe(false);
    expect(isNear(clock({ days_left: -5, over: true }))).toBe(true);
  });
  it("fills a bar between nothing and all", () => {
    expect(usedPercent(clock({ days_left: 30 }))).toBe(0);
    expect(usedPercent(clock({ days_left: 3 }))).toBe(90);
    expect(usedPercent(clock({ days_left: -9, over: true }))).toBe(100);
    expect(usedPercent(clock({ days: 0, days_left: 0 }))).toBe(100);
  });
});

it("names files as every system takes them", () => {
  expect(fileName('甲/乙:"合同"\n', "YX-1", "pdf")).toBe("甲 乙 合同 YX-1.pdf");
});

it("tells contracts on one form apart by their projects", () => {
  expect(beneathTitle({ title: "政府采购货物买卖合同", number: "YX-1", project_name: "东岸（三标段）" })).toBe("YX-1 · 东岸（三标段）");
  expect(beneathTitle({ title: "东岸（三标段）合同", number: "YX-1", project_name: "东岸（三标段）" })).toBe("YX-1");
});
