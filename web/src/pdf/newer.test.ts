import { describe, expect, it, vi } from "vitest";
import { at } from "./newer";

/** The module run where these are missing. */
async function without(holders: [object, string][], test: () => void | Promise<void>): Promise<void> {
  const kept = holders.map(([holder, name]) => [holder, name, Object.getOwnPropertyDescriptor(holder, name)] as const);
  for (const [holder, name] of holders) Reflect.deleteProperty(holder, name);
  try {
    vi.resetModules();
    await import("./newer");
    await test();
  } finally {
    for (const [holder, name, before] of kept) {
      Reflect.deleteProperty(holder, name);
      if (before) Object.defineProperty(holder, name, before);
    }
  }
}
const call = (holder: unknown, name: string, ...facts: unknown[]): unknown => (holder as Record<string, (...facts: unknown[]) => unknown>)[name]!(...facts);

describe("what old kernels lack", () => {
  it("counts from the end", async () => {
    expect([at.call([1, 2, 3], -1), at.call([1, 2, 3], 0), at.call([1], 5), at.call("印信", -2)]).toEqual([3, 1, undefined, "印"]);
    await without([[Array.prototype, "findLast"], [Object, "hasOwn"]], () => {
      expect(call([1, 2, 3, 4], "findLast", (item: unknown) => (item as number) % 2 === 1)).toBe(3);
      expect([call(Object, "hasOwn", { a: 1 }, "a"), call(Object, "hasOwn", {}, "toString")]).toEqual([true, false]);
    });
  });

  it("makes a promise with its levers", async () => {
    await without([[Promise, "withResolvers"]], async () => {
      const one = call(Promise, "withResolvers") as { promise: Promise<number>; resolve: (value: number) => void };
      one.resolve(7);
      expect(await one.promise).toBe(7);
      const other = call(Promise, "withResolvers") as { promise: Promise<number>; reject: (reason: Error) => void };
      other.reject(new Error("no"));
      await expect(other.promise).rejects.toThrow("no");
    });
  });
});
