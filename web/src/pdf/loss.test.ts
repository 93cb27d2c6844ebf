import { describe, expect, it } from "vitest";
import { Loss } from "./loss";

const never = new Promise<never>(() => undefined);
const gone = new Error("a part did not come");

describe("the loss of a part of a file", () => {
  it("leaves answers alone, good and bad ones, while nothing is lost", async () => {
    const loss = new Loss();
    await expect(loss.answer(Promise.resolve(3))).resolves.toBe(3);
    await expect(loss.answer(Promise.reject(new Error("no such page")))).rejects.toThrow("no such page");
  });

  it("is told to all who wait, and to whoever asks afterwards", async () => {
    const loss = new Loss();
    const waiting = [loss.answer(never), loss.answer(never), loss.told];
    loss.happened(gone);
    loss.happened(new Error("and another"));
    for (const one of waiting) await expect(one).rejects.toBe(gone);
    await expect(loss.answer(Promise.resolve(3))).rejects.toBe(gone);
  });
});
