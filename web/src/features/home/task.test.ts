import { beforeEach, describe, expect, it, vi } from "vitest";
import { speak } from "@/app/language";
import { placeOfTask, reason, type Task } from "./task";

// Style sheets are for browsers.
vi.mock("element-plus/es/components/message/style/css", () => ({}));
vi.mock("element-plus/es/components/message/index", () => ({ ElMessage: () => undefined }));

const task = (changes: object): Task =>
  ({ organisation_id: "org_1", since: Date.parse("2026-06-27T15:20:00+08:00") * 1000, action: "sign", target: { kind: "contract", id: "ctr_1", page: "desk" }, ...changes }) as unknown as Task;
const by = { handed_over_by: { party: "B", name: "示例园林绿化有限公司" } };
beforeEach(() => speak("zh"));

describe("why a task waits", () => {
  it.each([
    [{ ...by }, "乙方 示例园林绿化有限公司 已于 06-27 15:20 提交，现由贵单位签章。"],
    [{}, "合同文本已定稿，由贵单位先行签章。"],
    [{ ...by, action: "confirm" }, "乙方 示例园林绿化有限公司 已于 06-27 15:20 发送合同，现由贵单位确认。"],
    [{ ...by, action: "draft", target: { kind: "contract", id: "ctr_1", page: "draft" } }, "乙方 示例园林绿化有限公司 已于 06-27 15:20 退回，请修改后重新发送。"],
    [{ action: "draft", target: { kind: "award", id: "awd_1", page: "draft" } }, "中标（成交）结果已送达，可以起草合同。"],
  ])("%#", (changes, text) => expect(reason(task(changes))).toBe(text));
});

describe("where a task leads", () => {
  it("is the page on which it is done", () => {
    expect(placeOfTask(task({}))).toEqual({ name: "desk", params: { id: "ctr_1" } });
    expect(placeOfTask(task({ target: { kind: "contract", id: "ctr_1", page: "filing" } }))).toEqual({ name: "contract", params: { id: "ctr_1" }, hash: "#filing" });
    expect(placeOfTask(task({ target: { kind: "award", id: "awd_1", page: "draft" } }))).toEqual({ name: "begin", params: { id: "awd_1" } });
  });
});
