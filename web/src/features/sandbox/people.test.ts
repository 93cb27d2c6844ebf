import { expect, it } from "vitest";
import { codeOf, grouped } from "./people";

const person = (name: string, organisation_name: string | null) => ({ name, organisation_name, phone: "", password: "", role: "", note_zh: "", note_en: "" });

it("people stand by organisation, the operator last", () => {
  const groups = grouped([person("运营", null), person("甲", "示例公司"), person("乙", "示例中心"), person("丙", "示例公司")]);
  expect(groups.map((one) => [one.name, one.people.map((each) => each.name)])).toEqual([
    ["示例公司", ["甲", "丙"]],
    ["示例中心", ["乙"]],
    ["", ["运营"]],
  ]);
});

it.each([
  ["验证码 123456，5 分钟内有效", "123456"],
  ["123456", "123456"],
  ["合同 1234567 待签署", undefined],
  ["致电 13900000001，验证码654321。", "654321"],
  ["没有", undefined],
])("the code of %s is %s", (text, code) => expect(codeOf(text)).toBe(code));
