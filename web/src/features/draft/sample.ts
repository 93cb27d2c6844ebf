// A small award and template for tests.
import type { Award, AwardParty, Template } from "./model";

const party = (name: string): AwardParty => ({
  name,
  uscc: "91410102MA00012373",
  address: "示例路1号",
  size: null,
  bank: null,
  account: null,
  legal_representative: null,
  contact: null,
  phone: null,
});

export const award: Award = {
  amount: 48635000,
  project: { name: "示例项目", code: "示采-1", method: "公开招标", plan_code: null, sme_reserved: true },
  order: null,
  award_notice: { issued_on: "2026-11-12", number: null },
  agency: null,
  lots: [{ code: "A包", name: "便携式计算机" }],
  pricing: { kind: "total" },
  purchaser: party("示例县审批中心"),
  suppliers: [{ ...party("示例信息公司"), size: "small", bank: "示例银行" }],
  terms: {
    delivery_days: 20,
    delivery_place: "指定地点",
    warranty_months: null,
    period: null,
    performance_bond: { ratio: "0.05", form: null },
    payment: [{ stage: "签订后", ratio: "0.30" }],
  },
};

const field = (id: string, more: Partial<Template["fields"][number]>): Template["fields"][number] => ({
  id,
  section: "01",
  label_zh: id,
  label_en: id,
  kind: "text",
  ...more,
});

export const template: Template = {
  template_id: "sample-1",
  version: 1,
  title: "示例合同",
  title_en: "Sample",
  sections: [
    { id: "01", label_zh: "项目信息", label_en: "Project" },
    { id: "02", label_zh: "合同信息", label_en: "Contract" },
  ],
  fields: [
    field("contract_number", { source: { system: "contract_number" }, change: "locked", required: true }),
    field("project_name", { source: { award: "project_name" }, change: "locked", required: true }),
    field("plan_code", { source: { award: "plan_code" }, change: "locked" }),
    field("order_code", { source: { award: "order_code" }, change: "locked" }),
    field("sign_place", { required: true }),
    field("amount", { section: "02", kind: "money", source: { award: "amount" }, change: "warn", required: true }),
    field("bond_ratio", { section: "02", kind: "ratio", source: { award: "bond_ratio" }, change: "warn" }),
    field("bond_days", { section: "02", kind: "integer", required: true, when: { filled: "bond_ratio" } }),
    field("payment", {
      section: "02",
      kind: "table",
      source: { award: "payment" },
      change: "warn",
      columns: [
        { label_zh: "条件", label_en: "Stage", kind: "text", weight: 1 },
        { label_zh: "比例", label_en: "Share", kind: "ratio_of_amount", weight: 1 },
      ],
    }),
    field("address", { section: "02", party: "purchaser", source: { award: "party_address" }, change: "warn", required: true }),
    field("size", { section: "02", party: "supplier", source: { award: "party_size" }, change: "locked" }),
    field("bank", { section: "02", party: "supplier", source: { award: "party_bank" }, change: "warn", required: true }),
  ],
};

export const saved = {
  contract_number: "YX-1",
  project_name: "示例项目",
  amount: 48635000,
  bond_ratio: "0.05",
  bond_days: 10,
  payment: [["签订后", "0.30"]],
  "A.address": "示例路1号",
  "B.size": "小型企业",
  "B.bank": "示例银行",
};
