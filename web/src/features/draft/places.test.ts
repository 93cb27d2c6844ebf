import { describe, expect, it } from "vitest";
import { added, placeOf, withUnit, type PageText } from "./places";

const page = (...texts: string[]): PageText => ({ pieces: texts.map((text, at) => ({ text, x: 1, y: at * 10, width: 50, height: 4 })) });

describe("where a difference stands in the text", () => {
  it("is found by its words, across pieces", () => {
    const pages = [page("封面"), page("交货地点：示例市第三中学", "图书馆一层。", "验收")];
    expect(placeOf(pages, "第三中学图书馆一层")).toMatchObject({ page: 1, y: 0 });
  });
  it("is nowhere when the words stand twice or not at all", () => {
    expect(placeOf([page("指定地点交货"), page("在指定地点验收")], "指定地点")).toBeUndefined();
    expect(placeOf([page("别处")], "指定地点")).toBeUndefined();
  });
  it("takes numbers only whole and with their unit", () => {
    expect(placeOf([page("签订后30日内", "第8条")], withUnit("8", "交货期限（日历日）"))).toBeUndefined();
    expect(placeOf([page("签订后8日内", "18日后")], withUnit("8", "交货期限（日历日）"))).toMatchObject({ y: 0 });
    expect(placeOf([page("第8条")], "8")).toBeUndefined();
    expect(placeOf([page("人民币1,480,000.00元")], "480,000.00")).toBeUndefined();
  });
});

describe("what a change put into the text", () => {
  it("is what was not there before", () => {
    expect(added([page("a", "b", "b")], [page("a", "b", "c", "b")])).toEqual([{ page: 0, x: 1, y: 20, width: 50, height: 4 }]);
  });
  it("is nothing when everything was set anew", () => {
    expect(added([page("a")], [page(..."bcdefghijklmnop".split(""))])).toEqual([]);
  });
});
