import { afterEach, beforeEach, expect, it, vi } from "vitest";

/** A stream that the test plays. */
class Played extends EventTarget {
  static readonly CLOSED = 2;
  static all: Played[] = [];
  readyState = 1;
  constructor(readonly url: string) {
    super();
    Played.all.push(this);
  }
  say(name: string, data: object, lastEventId: string): void {
    this.dispatchEvent(Object.assign(new MessageEvent(name, { data: JSON.stringify(data), lastEventId })));
  }
  close(): void {
    this.readyState = 2;
  }
}
let hidden = false;

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  Played.all = [];
  hidden = false;
  vi.stubGlobal("EventSource", Played);
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function look(at: boolean): void {
  hidden = !at;
  document.dispatchEvent(new Event("visibilitychange"));
}

it("hears as the actor, rests while nobody looks, and goes on from where it was", async () => {
  const { listen } = await import("./live");
  const heard: string[] = [];
  const stop = listen("org_1", (one) => heard.push(`${one.event} ${one.contract_id}`));
  expect(Played.all[0]?.url).toBe("/api/v1/events?actor=org_1");
  Played.all[0]?.say("hello", {}, "evt_1");
  Played.all[0]?.say("contract", { event: "contract", contract_id: "ctr_1" }, "evt_2");
  expect(heard).toEqual(["contract ctr_1"]);
  look(false);
  expect(Played.all[0]?.readyState).toBe(2);
  look(true);
  expect(Played.all[1]?.url).toBe("/api/v1/events?actor=org_1&since=evt_2");
  stop();
  expect(Played.all[1]?.readyState).toBe(2);
});

it("waits by requests where streams are held back", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    asked.push(request.url);
    return new Promise(() => undefined);
  });
  const { listen } = await import("./live");
  const stop = listen("person", () => undefined);
  vi.advanceTimersByTime(3100);
  await vi.runAllTicks();
  await Promise.resolve();
  expect(Played.all[0]?.readyState).toBe(2);
  expect(asked[0]).toContain("/api/v1/events?actor=person&wait=25");
  stop();
});

it("tries again later after a refusal", async () => {
  const { listen } = await import("./live");
  const stop = listen("person", () => undefined);
  Played.all[0]?.close();
  Played.all[0]?.dispatchEvent(new Event("error"));
  expect(Played.all).toHaveLength(1);
  vi.advanceTimersByTime(2000);
  expect(Played.all).toHaveLength(2);
  stop();
});
