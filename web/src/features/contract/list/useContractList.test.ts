import { flushPromises, mount } from "@vue/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { defineComponent, h } from "vue";
import { createMemoryHistory, createRouter, RouterView, type Router } from "vue-router";
import type { ListQuery } from "../api";

const asked: ListQuery[] = [];
let pages: Record<string, { items: { contract_id: string; organisation_id: string }[]; next_cursor?: string }> = {};
vi.mock("../api", () => ({
  fetchList: (query: ListQuery) => {
    asked.push(query);
    return Promise.resolve(pages[query.cursor ?? ""] ?? { items: [] });
  },
}));
const { keyOf, useContractList } = await import("./useContractList");

const row = (id: string) => ({ contract_id: id, organisation_id: "org_1" });
let list: ReturnType<typeof useContractList>;
let router: Router;
let page: ReturnType<typeof mount>;

async function open(path: string): Promise<void> {
  const Page = defineComponent({
    setup() {
      list = useContractList();
      return () => h("p");
    },
  });
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: "/contracts", name: "contracts", component: Page }] });
  await router.push(path);
  page = mount(RouterView, { global: { plugins: [router] } });
  await flushPromises();
}
const last = (): ListQuery | undefined => asked[asked.length - 1];

beforeEach(() => {
  asked.length = 0;
  pages = { "": { items: [row("ctr_1"), row("ctr_2")], next_cursor: "c2" }, c2: { items: [row("ctr_3")] } };
});
afterEach(() => page.unmount());

it("reads its conditions from the address, as after a reload", async () => {
  await open("/contracts?tab=completed&text=风光带&state=published&sort=amount&cursor=c2");
  expect(last()).toMatchObject({ list: "completed", q: "风光带", state: "published", sort: "amount", cursor: "c2" });
  expect(list.narrowed.value).toEqual(["text", "state"]);
});

it("puts a list into the address when none is named", async () => {
  await open("/contracts?text=试剂");
  expect(router.currentRoute.value.query).toEqual({ text: "试剂", tab: "waiting_for_me" });
});

it("begins at the first page when a condition changes", async () => {
  await open("/contracts?tab=drafts&cursor=c2");
  list.change({ text: "试剂" });
  await flushPromises();
  expect(router.currentRoute.value.query).toEqual({ tab: "drafts", text: "试剂" });
  expect(last()?.cursor).toBeUndefined();
});

it("goes on to the next page, and the browser's back returns", async () => {
  await open("/contracts?tab=drafts");
  list.next();
  await flushPromises();
  expect(router.currentRoute.value.query["cursor"]).toBe("c2");
  expect(list.rows.value.map((one) => one.contract_id)).toEqual(["ctr_3"]);
  router.back();
  await flushPromises();
  expect(list.rows.value.map((one) => one.contract_id)).toEqual(["ctr_1", "ctr_2"]);
});

it("keeps nothing selected that is no longer in view", async () => {
  await open("/contracts?tab=drafts");
  list.select(list.rows.value.map(keyOf), true);
  expect(list.chosen.value).toHaveLength(2);
  list.next();
  await flushPromises();
  expect(list.chosen.value).toHaveLength(0);
  expect(list.selected.value.size).toBe(0);
});
