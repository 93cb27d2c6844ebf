// The client and the session together: what every request carries, and what happens when the session ends meanwhile.

import { beforeEach, describe, expect, it, vi } from "vitest";
import { api, take } from "@/api/client";
import { Problem } from "@/api/problem";
import { speak } from "./language";
import { wanted } from "./router";
import { actAs, actor, learn, session, signedInAgain, stayOut } from "./session";

const answer = (csrf: string, id = "per_1"): object => ({
  csrf_token: csrf,
  person: { id, phone_masked: "139****0001", name_masked: "示**", verified: true },
  actors: [
    { actor: "person", name: "示**", roles: [] },
    { actor: "org_1", name: "示例单位", roles: ["clerk"] },
  ],
});
const json = (body: object, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const ended = (): Response => json({ code: "session.missing", title: "请先登录", detail: "…" }, 401);

let replies: Response[];
let sent: Request[];
beforeEach(async () => {
  replies = [];
  sent = [];
  vi.stubGlobal("fetch", (request: Request) => {
    sent.push(request);
    const reply = replies.shift();
    return reply === undefined ? Promise.reject(new TypeError("no line")) : Promise.resolve(reply);
  });
  if (!session.known) {
    replies.push(json(answer("csrf-1")));
    await learn();
    sent = [];
  }
});

it("a request says as whom, in which language, and proves its origin when it changes something", async () => {
  actAs("org_1");
  expect(actor.value?.name).toBe("示例单位");
  speak("en");
  replies.push(json({ items: [], unread: 0 }), new Response(null, { status: 204 }));
  await take(api.GET("/api/v1/notifications"));
  await api.POST("/api/v1/notifications/{id}/read", { params: { path: { id: "ntf_1" } }, headers: { "X-Actor": "person" } });
  speak("zh");
  const [read, change] = sent.map((request) => request.headers);
  expect([read?.get("x-actor"), read?.get("accept-language"), read?.get("x-csrf-token")]).toEqual(["org_1", "en", null]);
  expect([change?.get("x-actor"), change?.get("x-csrf-token")]).toEqual(["person", session.csrf]);
});

describe("when the session has ended", () => {
  it("every waiting request is sent again after signing in, with what was typed and the new token", async () => {
    replies.push(ended(), ended());
    const reset = api.POST("/api/v1/notifications/{id}/read", { params: { path: { id: "ntf_2" } } });
    const list = take(api.GET("/api/v1/notifications"));
    await vi.waitFor(() => expect(session.ended).toBe(true));
    expect(sent.length).toBe(2);
    replies.push(json(answer("csrf-2"), 201), new Response(null, { status: 204 }), json({ items: [], unread: 3 }));
    await signedInAgain({ phone: "13900000001", password: "x" });
    await reset;
    expect((await list).unread).toBe(3);
    const again = sent.filter((request) => request.url.endsWith("/ntf_2/read"));
    expect(again.map((request) => request.headers.get("x-csrf-token"))).toEqual([expect.not.stringMatching("csrf-2"), "csrf-2"]);
    expect(session.ended).toBe(false);
  });

  it("closing the dialog refuses the request and keeps the page", async () => {
    replies.push(ended());
    const list = take(api.GET("/api/v1/notifications"));
    await vi.waitFor(() => expect(session.ended).toBe(true));
    stayOut();
    await expect(list).rejects.toMatchObject({ code: "session.missing", status: 401 });
  });

  it("a wrong password in the dialog leaves it open", async () => {
    replies.push(ended());
    const list = take(api.GET("/api/v1/notifications"));
    await vi.waitFor(() => expect(session.ended).toBe(true));
    replies.push(json({ code: "identity.wrong_login", title: "", detail: "" }, 401));
    await expect(signedInAgain({ phone: "13900000001", password: "y" })).rejects.toBeInstanceOf(Problem);
    expect(session.ended).toBe(true);
    stayOut();
    await expect(list).rejects.toBeInstanceOf(Problem);
  });
});

it("a token that another tab made stale is renewed without asking anybody", async () => {
  replies.push(json({ code: "session.csrf", title: "", detail: "" }, 403), json(answer("csrf-3")), new Response(null, { status: 204 }));
  await api.POST("/api/v1/notifications/{id}/read", { params: { path: { id: "ntf_3" } } });
  expect(sent.map((request) => new URL(request.url).pathname.split("/").at(-1))).toEqual(["read", "session", "read"]);
  expect(sent[2]?.headers.get("x-csrf-token")).toBe("csrf-3");
});

it("what is no problem document still says what to do, and a lost line says that nothing was changed", async () => {
  replies.push(new Response("<html>Bad gateway</html>", { status: 502 }));
  await expect(take(api.GET("/api/v1/notifications"))).rejects.toMatchObject({ code: "http.502", title: "服务器暂时无法处理" });
  await expect(take(api.GET("/api/v1/notifications"))).rejects.toMatchObject({ code: "network.unreachable", status: 0 });
});

it("signing in leads only to addresses of this application", () => {
  expect(wanted("/contracts?tab=draft")).toBe("/contracts?tab=draft");
  for (const to of ["//example.org", "/\\example.org", "https://example.org", "javascript:alert(1)", undefined, ["/a"]]) expect(wanted(to)).toBe("/");
});
