import { afterEach, describe, expect, it, vi } from "vitest";
import { effectScope, nextTick, ref } from "vue";
import { Problem } from "@/api/problem";
import { useKeyset } from "./keyset";
import { changed, forgetAll, useQuery } from "./query";
import { useSubmit } from "./submit";

/** A fetcher whose answers come when the test says so; a deaf one does not hear that it was aborted. */
function slow<T>(deaf = false) {
  const calls: { signal: AbortSignal; answer: (value: T) => void; refuse: (error: unknown) => void }[] = [];
  const fetcher = (signal: AbortSignal): Promise<T> =>
    new Promise((answer, refuse) => {
      calls.push({ signal, answer, refuse });
      if (!deaf) signal.addEventListener("abort", () => refuse(new DOMException("", "AbortError")));
    });
  return { calls, fetcher };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

afterEach(() => forgetAll());

describe("a query", () => {
  it("shows what it knows at once and asks again behind it", async () => {
    const { calls, fetcher } = slow<string>();
    const scope = effectScope();
    const first = scope.run(() => useQuery(["a"], fetcher))!;
    expect(first.loading.value).toBe(true);
    calls[0]!.answer("old");
    await settled();
    const second = scope.run(() => useQuery(["a"], fetcher))!;
    expect([second.data.value, second.loading.value, second.refreshing.value]).toEqual(["old", false, true]);
    calls[1]!.answer("new");
    await settled();
    expect(second.data.value).toBe("new");
    scope.stop();
  });

  it.each([false, true])("drops the answer to a question that is no longer asked, and aborts it (deaf: %s)", async (deaf) => {
    const { calls, fetcher } = slow<string>(deaf);
    const id = ref(1);
    const scope = effectScope();
    const query = scope.run(() => useQuery(() => ["b", id.value], fetcher))!;
    id.value = 2;
    await nextTick();
    expect(calls[0]!.signal.aborted).toBe(true);
    calls[1]!.answer("two");
    calls[0]!.answer("one");
    await settled();
    expect([query.data.value, query.problem.value]).toEqual(["two", undefined]);
    scope.stop();
  });

  it("keeps an older answer in view when the newer is refused", async () => {
    const { calls, fetcher } = slow<string>();
    const scope = effectScope();
    const query = scope.run(() => useQuery(["c"], fetcher))!;
    calls[0]!.answer("old");
    await settled();
    void query.refresh();
    calls[1]!.refuse(new Problem({ code: "contract.not_yours" }, 404));
    await settled();
    expect([query.data.value, query.problem.value?.code, query.refreshing.value]).toEqual(["old", "contract.not_yours", false]);
    scope.stop();
  });

  it("is asked anew when what it shows has changed, and only then", async () => {
    const one = slow<string>();
    const ten = slow<string>();
    const scope = effectScope();
    scope.run(() => useQuery(["contract", 1], one.fetcher));
    scope.run(() => useQuery(["contract", 10], ten.fetcher));
    one.calls[0]!.answer("x");
    ten.calls[0]!.answer("y");
    await settled();
    void changed("contract", 1);
    expect([one.calls.length, ten.calls.length]).toEqual([2, 1]);
    scope.stop();
    void changed();
    expect([one.calls.length, ten.calls.length]).toEqual([2, 1]);
  });
});

it("a list goes on and back by the cursors of the server, and begins anew with a new filter", async () => {
  const filter = ref("");
  const asked: (string | undefined)[] = [];
  const scope = effectScope();
  const list = scope.run(() =>
    useKeyset(
      () => ["list", filter.value],
      (cursor) => {
        asked.push(cursor);
        return Promise.resolve({ items: [cursor ?? "first"], next_cursor: cursor === "c2" ? null : cursor === "c1" ? "c2" : "c1" });
      },
    ),
  )!;
  await settled();
  list.next();
  await settled();
  list.next();
  await settled();
  expect([list.items.value, list.hasNext.value, list.hasPrevious.value]).toEqual([["c2"], false, true]);
  list.next();
  list.previous();
  await settled();
  expect(list.items.value).toEqual(["c1"]);
  filter.value = "x";
  await settled();
  expect([list.items.value, list.hasPrevious.value]).toEqual([["first"], false]);
  scope.stop();
});

describe("an act", () => {
  it("is done once, however often the button is pressed", async () => {
    const act = vi.fn(() => settled());
    const { run, busy } = useSubmit(act);
    const both = await Promise.all([run(), run()]);
    expect([act.mock.calls.length, both, busy.value]).toEqual([1, [true, false], false]);
  });
  it("keeps its refusal until it is tried again, and lets a fault of the program through", async () => {
    let error: Error | undefined = new Problem({ code: "sms_code.wrong" }, 422);
    const { run, problem } = useSubmit(async () => {
      if (error) throw error;
    });
    expect([await run(), problem.value?.code]).toEqual([false, "sms_code.wrong"]);
    error = new TypeError("x");
    await expect(run()).rejects.toThrow(TypeError);
    error = undefined;
    expect([await run(), problem.value]).toEqual([true, undefined]);
  });
});
