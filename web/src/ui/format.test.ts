import { describe, expect, it } from "vitest";
import { capitals, day, daysUntil, middle, moment, money, size } from "./format";

describe("moments are told in China's time", () => {
  it("whatever the zone of the computer", () => {
    // 2025-03-24T08:05:59.999999Z
    const at = Date.UTC(2025, 2, 24, 8, 5, 59) * 1000 + 999_999;
    expect(moment(at)).toBe("2025-03-24 16:05");
    expect(day(Date.UTC(2025, 2, 24, 16, 0) * 1000)).toBe("2025-03-25");
  });
  it("and days are counted by China's calendar", () => {
    const lateEvening = Date.UTC(2025, 5, 30, 15, 59) * 1000;
    expect(daysUntil("2025-07-03", lateEvening)).toBe(3);
    expect(daysUntil("2025-07-03", lateEvening + 60_000_000)).toBe(2);
    expect(daysUntil("2025-06-29", lateEvening)).toBe(-1);
  });
});

describe("money", () => {
  it("has thousands separators and two decimals", () => {
    expect(money(102_582_673)).toBe("1,025,826.73");
    expect(money(0)).toBe("0.00");
    expect(money(5)).toBe("0.05");
    expect(money(-123_456)).toBe("-1,234.56");
    expect(money(99_999)).toBe("999.99");
    expect(money(100_000)).toBe("1,000.00");
  });
  // The first two are those of the rules; the others follow 支付结算办法, appendix 1, as crates/domain writes them.
  it.each([
    [111_100, "壹仟壹佰壹拾壹元整"],
    [102_582_673, "壹佰零贰万伍仟捌佰贰拾陆元柒角叁分"],
    [48_635_000, "肆拾捌万陆仟叁佰伍拾元整"],
    [0, "零元整"],
    [5, "伍分"],
    [50, "伍角整"],
    [105, "壹元零伍分"],
    [150, "壹元伍角整"],
    [10_000_001, "壹拾万元零壹分"],
    [10_000_100, "壹拾万零壹元整"],
    [10_100_000, "壹拾万壹仟元整"],
    [10_000_000_100, "壹亿零壹元整"],
    [10_000_100_000, "壹亿零壹仟元整"],
    [10_010_000_000, "壹亿零壹拾万元整"],
    [100_000_000_000_000, "壹万亿元整"],
  ])("%i 分 in capitals is %s", (fen, words) => expect(capitals(fen)).toBe(words));
});

describe("titles", () => {
  it("keep their ends, where the lots of one project differ", () => {
    const title = "东岸风光带日常维护服务外包项目（三标段）合同";
    const { head, tail } = middle(title);
    expect(head + tail).toBe(title);
    expect(tail).toBe("目（三标段）合同");
  });
  it("are left alone when they are short, and never cut inside a character", () => {
    expect(middle("东岸风光带日常维护服务外包项目（三标段）（A包）合同").tail).toBe("（三标段）（A包）合同");
    expect(middle("采购合同")).toEqual({ head: "采购合同", tail: "" });
    const { tail } = middle(`${"甲".repeat(12)}𠮷𠮷𠮷𠮷𠮷𠮷𠮷𠮷`);
    expect(tail).toBe("𠮷".repeat(8));
  });
});

it("sizes are told in the unit that fits", () => {
  expect([size(12), size(18_432), size(1_468_006)]).toEqual(["12 B", "18 KB", "1.4 MB"]);
});
