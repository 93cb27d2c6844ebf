import { expect, it } from "vitest";
import { readContent } from "./model";

it("reads the fields of a notice", () => {
  const content = readContent({
    contract_number: "YX-1",
    title: "示例合同",
    purchaser: { name: "示例中心", address: "示例路1号", contact: null, phone: null, size: null },
    suppliers: [{ name: "示例公司", size: "小型企业", phone: "0371-000000" }],
    items: [{ no: "1", name: "便携式计算机", quantity: "60", unit: "台", unit_price: "5,980.00", amount_fen: 35_880_000, is_group: false, spec: "14英寸" }],
    amount_fen: 48_635_000,
    remarks: ["一", ""],
  });
  expect(content.purchaser).toEqual({ name: "示例中心", address: "示例路1号", contact: undefined, phone: undefined, size: undefined });
  expect(content.suppliers[0]?.size).toBe("小型企业");
  expect(content.items).toEqual([{ no: "1", name: "便携式计算机", spec: "14英寸", quantity: "60 台", unitPrice: "5,980.00", amount: 35_880_000, group: false }]);
  expect([content.amount, content.period, content.remarks]).toEqual([48_635_000, "", ["一"]]);
});

it.each([undefined, null, 3, "x", [], { suppliers: "no", items: [null, 4], amount_fen: "1", purchaser: [] }])("shows what is not as described as empty: %o", (value) => {
  const content = readContent(value);
  expect([content.title, content.amount, content.suppliers, content.purchaser.name]).toEqual(["", undefined, [], ""]);
  expect(content.items.every((one) => one.name === "")).toBe(true);
});
