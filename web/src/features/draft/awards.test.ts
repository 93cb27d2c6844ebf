import { describe, expect, it } from "vitest";
import type { AwardSummary, FlowProfile } from "./api";
import { actOf, byProject, entranceOf, matches } from "./awards";

const award = (more: Partial<AwardSummary>): AwardSummary =>
  ({ award_id: "awd_1", state: "open", project_code: "P1", project_name: "设备更新", purchaser: "甲单位", suppliers: ["乙公司"], lots: ["A包"], order_code: null, contract_id: null, ...more }) as AwardSummary;
const mall = { drafting_by: ["supplier"], drafting_roles: ["clerk"] } as unknown as FlowProfile;

describe("the entries of drafting", () => {
  // S0-017, S1-002, S4-049
  it("are projects for who buys, lots won for who sells, orders for both", () => {
    expect(entranceOf(award({}), "甲单位")).toBe("projects");
    expect(entranceOf(award({}), "乙公司")).toBe("won");
    expect(entranceOf(award({ order_code: "W1" }), "甲单位")).toBe("orders");
  });
  // S1-002: only the supplier drafts
  it("offer what the flow profile and the roles allow", () => {
    expect(actOf(award({}), "乙公司", ["clerk"], mall)).toBe("begin");
    expect(actOf(award({}), "甲单位", ["clerk"], mall)).toBe("by_supplier");
    expect(actOf(award({}), "乙公司", ["seal_keeper"], mall)).toBe("no_role");
    expect(actOf(award({ contract_id: "ctr_1", state: "drafting" }), "甲单位", [], mall)).toBe("open");
    expect(actOf(award({ state: "cancelled" }), "乙公司", ["clerk"], mall)).toBe("cancelled");
  });
  // S0-018
  it("put the lots of one project together", () => {
    const projects = byProject([award({}), award({ project_code: "P2" }), award({ award_id: "awd_2" })]);
    expect(projects.map((project) => [project.code, project.awards.length])).toEqual([["P1", 2], ["P2", 1]]);
  });
  it("are found by all words", () => {
    expect(matches(award({}), "设备 乙公司")).toBe(true);
    expect(matches(award({}), "设备 丙")).toBe(false);
  });
});
