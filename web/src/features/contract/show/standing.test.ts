import { describe, expect, it } from "vitest";
import type { Contract } from "../model";
import { said, type Standing } from "./standing";

const contract = (own: "A" | "B"): Contract =>
  ({
    state: { label: { zh: "草稿", en: "Draft" } },
    parties: [
      { key: "A", name: "示例采购单位", own: own === "A" },
      { key: "B", name: "示例供应商有限公司", own: own === "B" },
    ],
  }) as unknown as Contract;
const standing = (kind: string, party: string | null, back_to: string | null): Standing => ({ kind, party, back_to, at: 1, organisation_name: null, person_name: null, reason: null, document: null });

describe("a contract that was sent back", () => {
  it("tells its drafter to mend it, and the other party to wait", () => {
    const disagreed = standing("disagreed", "B", "A");
    expect(said(contract("A"), disagreed)).toEqual({ title: "乙方 示例供应商有限公司不同意合同文本，已盖印章作废", next: "请按理由修改草稿，改好后重新清稿、盖章并提交；原文本上的印章不再有效。" });
    expect(said(contract("B"), disagreed)?.title).toBe("我方不同意合同文本，已盖印章作废");
    expect(said(contract("B"), disagreed)?.next).toContain("等待甲方 示例采购单位修改");
  });

  it("tells the reviewer who modifies what his button does, and the drafter that he sends it", () => {
    expect(said(contract("A"), standing("modified", "A", "B"))?.next).toContain("完成修改");
    expect(said(contract("B"), standing("modified", "A", "B"))?.next).toContain("由贵单位核对");
  });

  it("that has ended says so to everybody", () => {
    for (const kind of ["rejected", "revoked", "expired"]) expect(said(contract("B"), standing(kind, "A", null))?.next).toContain("不能恢复");
  });
});
