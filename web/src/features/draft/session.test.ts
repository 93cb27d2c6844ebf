import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import type { LocalCopy } from "./localCopy";
import type { Edits } from "./model";
import { draftSession, REST, type ServerDraft } from "./session";

const problem = (code: string, status: number, more: Record<string, unknown> = {}) => new Problem({ code, title: code, detail: code, ...more }, status);

/** A server that keeps what it is given, and refuses next what it is told to. */
function world(fields: ServerDraft["fields"] = { place: "甲", days: 20 }) {
  const server = {
    now: { version: 1, fields, reasons: {}, editable: true } as ServerDraft,
    refuse: [] as (Problem | undefined)[],
    saves: [] as Edits[],
    async save(version: number, changes: Edits, reasons: Record<string, string>) {
      const refusal = server.refuse.shift();
      if (refusal) throw refusal;
      if (version !== server.now.version) throw problem("contract.edited_meanwhile", 409, { changed_by: "per_2", changed_for: "org_1", changed_at: 5 });
      server.saves.push(changes);
      const next: Record<string, unknown> = { ...server.now.fields };
      for (const [id, value] of Object.entries(changes)) {
        if (value === null) delete next[id];
        else next[id] = value;
      }
      server.now = { ...server.now, version: version + 1, fields: next as ServerDraft["fields"], reasons: { ...server.now.reasons, ...reasons } };
      return { version: version + 1 };
    },
    fetch: () => Promise.resolve(server.now),
  };
  let copy: Omit<LocalCopy, "contract" | "at"> | undefined;
  const session = draftSession(server.now, server, {
    now: () => 1000,
    keep: (one) => {
      copy = one;
      return true;
    },
  });
  return { server, session, copy: () => copy };
}

describe("a draft being edited", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("saves by itself once typing rests, and says when", async () => {
    const { server, session } = world();
    session.set("days", 21);
    await vi.advanceTimersByTimeAsync(REST - 1);
    session.set("days", 22);
    await vi.advanceTimersByTimeAsync(REST - 1);
    expect(server.saves).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(server.saves).toEqual([{ days: 22 }]);
    expect(session.state).toMatchObject({ status: "saved", savedAt: 1000, version: 2 });
  });
  it("says that what cannot be saved is not about to be", async () => {
    const { server, session } = world();
    server.refuse.push(problem("contract.fields", 422, { faults: [{ path: "fields.place", code: "field.unprintable", message: "no font has it" }] }));
    session.set("place", "🐉");
    session.set("days", 21);
    expect(session.state.status).toBe("waiting");
    await session.flush();
    expect(server.saves).toEqual([{ days: 21 }]);
    expect(session.state.status).toBe("held");
    session.hold("days", "-3");
    await session.flush();
    expect(session.state.status).toBe("held");
    session.set("place", "乙");
    expect(session.state.status).toBe("waiting");
    session.set("days", 22);
    await session.flush();
    expect(session.state.status).toBe("saved");
  });
  // S0-023
  it("saves at once when asked to, and not twice", async () => {
    const { server, session } = world();
    session.set("days", 21);
    expect(await Promise.all([session.flush(), session.flush()])).toEqual([true, true]);
    expect(server.saves).toHaveLength(1);
  });
  it("does not save what was put back", async () => {
    const { server, session } = world();
    session.set("days", 21);
    session.set("days", 20);
    expect(await session.flush()).toBe(true);
    expect(server.saves).toEqual([]);
  });
  it("keeps in the browser what the server does not have, and drops it afterwards", async () => {
    const { session, copy } = world();
    session.set("days", 21);
    expect(copy()).toMatchObject({ version: 1, edits: { days: 21 }, before: { days: 20 } });
    await session.flush();
    expect(copy()).toBeUndefined();
  });
  it("keeps what was typed while a save was under way, also when it goes back to the value before", async () => {
    const { server, session } = world();
    session.set("days", 21);
    const first = session.flush();
    session.set("days", 20);
    await first;
    expect(server.now.fields["days"]).toBe(20);
    expect(session.values.value["days"]).toBe(20);
  });
  it("loses nothing when the line is broken, and tries again by itself", async () => {
    const { server, session, copy } = world();
    server.refuse = [problem("network.unreachable", 0), problem("http.502", 502)];
    session.set("days", 21);
    await vi.advanceTimersByTimeAsync(REST);
    expect(session.state.status).toBe("offline");
    expect(copy()).toMatchObject({ edits: { days: 21 } });
    await vi.advanceTimersByTimeAsync(2_000 + 5_000);
    expect(session.state.status).toBe("saved");
    expect(server.saves).toEqual([{ days: 21 }]);
  });
  it("loses nothing when the session has ended", async () => {
    const { server, session, copy } = world();
    server.refuse = [problem("session.missing", 401)];
    session.set("place", "乙");
    expect(await session.flush()).toBe(false);
    expect(session.state.status).toBe("signed_out");
    expect(copy()).toMatchObject({ edits: { place: "乙" } });
    expect(await session.flush()).toBe(true);
    expect(server.now.fields["place"]).toBe("乙");
  });
  it("holds what is no value, and saves the rest", async () => {
    const { server, session, copy } = world();
    session.hold("days", "二十");
    session.set("place", "乙");
    expect(await session.flush()).toBe(false);
    expect(server.saves).toEqual([{ place: "乙" }]);
    expect(session.values.value["days"]).toBe(20);
    expect(copy()).toMatchObject({ typed: { days: "二十" } });
  });
  it("puts a refusal beside its field, and saves the others", async () => {
    const { server, session } = world();
    server.refuse = [problem("contract.fields", 422, { faults: [{ path: "fields.place", code: "field.unprintable", message: "印不出", remedy: "" }] })];
    session.set("place", "\u{2fa1f}");
    session.set("days", 21);
    expect(await session.flush()).toBe(false);
    expect(session.state.refused).toEqual({ place: "印不出" });
    expect(server.saves).toEqual([{ days: 21 }]);
    session.set("place", "乙");
    expect(await session.flush()).toBe(true);
  });
  it("merges with a colleague's fields and goes on", async () => {
    const { server, session } = world();
    server.now = { ...server.now, version: 4, fields: { place: "丙", days: 20 } };
    session.set("days", 21);
    expect(await session.flush()).toBe(true);
    expect(server.now).toMatchObject({ version: 5, fields: { place: "丙", days: 21 } });
    expect(session.state.meanwhile).toMatchObject({ person: "per_2", taken: ["place"], clashes: [] });
  });
  it("asks where both changed the same field, and saves what was chosen", async () => {
    const { server, session, copy } = world();
    server.now = { ...server.now, version: 4, fields: { place: "丙", days: 25 } };
    session.set("days", 21);
    session.set("place", "丁");
    expect(await session.flush()).toBe(false);
    expect(session.state.status).toBe("conflict");
    expect(copy()).toMatchObject({ edits: { days: 21, place: "丁" } });
    expect(await session.resolve({ days: "mine", place: "theirs" })).toBe(true);
    expect(server.now.fields).toEqual({ days: 21, place: "丙" });
    expect(session.values.value).toEqual({ days: 21, place: "丙" });
  });
  it("keeps my text when the contract went out of the hand", async () => {
    const { server, session, copy } = world();
    server.now = { ...server.now, version: 4, editable: false };
    session.set("place", "乙");
    expect(await session.flush()).toBe(false);
    expect(session.state).toMatchObject({ status: "blocked", meanwhile: { gone: true } });
    expect(copy()).toMatchObject({ edits: { place: "乙" } });
  });
  it("takes back a copy from this browser, and asks where the contract has changed since", async () => {
    const clean = world();
    expect(clean.session.recover({ version: 1, before: { days: 20 }, edits: { days: 21 }, reasons: {}, typed: { place: "?" } })).toBe(true);
    expect(clean.session.values.value["days"]).toBe(21);
    expect(clean.session.state.typed).toEqual({ place: "?" });

    const changed = world({ place: "甲", days: 25 });
    expect(changed.session.recover({ version: 0, before: { days: 20 }, edits: { days: 21 }, reasons: {}, typed: {} })).toBe(false);
    expect(changed.session.state.meanwhile?.clashes).toEqual([{ id: "days", mine: 21, theirs: 25, before: 20 }]);
    expect(await changed.session.resolve({ days: "mine" })).toBe(true);
    expect(changed.server.now.fields["days"]).toBe(21);
  });
  it("keeps reasons with their fields", async () => {
    const { server, session } = world();
    session.set("days", 30);
    session.setReason("days", "厂家排产");
    expect(await session.flush()).toBe(true);
    expect(server.now.reasons).toEqual({ days: "厂家排产" });
    expect(session.reasons.value).toEqual({ days: "厂家排产" });
  });
});
