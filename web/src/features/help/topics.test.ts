import { describe, expect, it } from "vitest";
import { search, TOPICS, type Sentence } from "./topics";

const zh = (sentence: Sentence): string => sentence.zh;
const en = (sentence: Sentence): string => sentence.en;

describe("the help", () => {
  it("says everything in both languages, under names that do not repeat", () => {
    expect(new Set(TOPICS.map((one) => one.id)).size).toBe(TOPICS.length);
    for (const topic of TOPICS) {
      const buttons = (topic.buttons ?? []).flatMap((one) => [one.label, one.after]);
      for (const sentence of [topic.title, ...(topic.steps ?? []), ...(topic.remarks ?? []), ...buttons]) {
        expect(sentence.zh).toMatch(/[\u4e00-\u9fff]/);
        expect(sentence.en).not.toMatch(/[\u4e00-\u9fff]/);
      }
    }
  });

  it("is searched by words in the language that is shown", () => {
    const found = (text: string, read = zh): string[] => search(TOPICS, text, read).map((one) => one.id);
    expect(found("")).toHaveLength(TOPICS.length);
    expect(found(" 证书密码 锁定 ")).toEqual(["secrets"]);
    expect(found("adobe", en)).toEqual(["verify"]);
    expect(found("撤回")).toContain("buttons");
    expect(found("没有这样的话")).toEqual([]);
  });
});
