import { describe, expect, it } from "vitest";
import { RenderQueue } from "./queue";

function bench() {
  const started: number[] = [];
  const given: number[] = [];
  const kept = new Map<number, string>();
  const failed: number[] = [];
  const open = new Map<number, { finish: (picture: string) => void; fail: (error: Error) => void }>();
  const queue = new RenderQueue<string>({
    draw: (index, signal) =>
      new Promise((resolve, reject) => {
        started.push(index);
        open.set(index, { finish: resolve, fail: reject });
        signal.addEventListener("abort", () => {
          given.push(index);
          reject(new Error("cancelled"));
        });
      }),
    drawn: (index, picture) => kept.set(index, picture),
    dropped: (index) => kept.delete(index),
    failed: (index) => failed.push(index),
  });
  const settle = async () => {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { queue, started, given, kept, failed, open, settle };
}

describe("the render queue", () => {
  it("draws one page at a time, the most wanted first", async () => {
    const { queue, started, open, kept, settle } = bench();
    queue.want([3, 4, 2]);
    expect(started).toEqual([3]);
    open.get(3)?.finish("three");
    await settle();
    expect(started).toEqual([3, 4]);
    expect([...kept]).toEqual([[3, "three"]]);
  });

  it("gives up a page that was scrolled past, and drops what is far", async () => {
    const { queue, started, given, open, kept, settle } = bench();
    queue.want([0, 1]);
    open.get(0)?.finish("zero");
    await settle();
    queue.want([50, 51]);
    await settle();
    expect(given).toEqual([1]);
    expect([...kept]).toEqual([]);
    expect(started).toEqual([0, 1, 50]);
  });

  it("keeps the old picture until the new one is drawn after a zoom", async () => {
    const { queue, open, kept, started, settle } = bench();
    queue.want([0]);
    open.get(0)?.finish("small");
    await settle();
    queue.renew();
    expect(kept.get(0)).toBe("small");
    open.get(0)?.finish("large");
    await settle();
    expect(kept.get(0)).toBe("large");
    expect(started).toEqual([0, 0]);
  });

  it("says once that a page cannot be drawn and goes on", async () => {
    const { queue, open, failed, started, settle } = bench();
    queue.want([0, 1]);
    open.get(0)?.fail(new Error("broken page"));
    await settle();
    expect(failed).toEqual([0]);
    expect(started).toEqual([0, 1]);
    queue.want([0, 1]);
    await settle();
    expect(failed).toEqual([0]);
  });

  it("keeps nothing once stopped", async () => {
    const { queue, open, kept, settle } = bench();
    queue.want([0]);
    queue.stop();
    open.get(0)?.finish("late");
    await settle();
    expect([...kept]).toEqual([]);
  });
});
