import type { RouteRecordRaw } from "vue-router";
import { counts, hasLists } from "../counts";
import { contractWords as t } from "../messages";
import { LISTS } from "../model";

export default [
  {
    path: "/contracts",
    name: "contracts",
    component: () => import("./ListPage.vue"),
    meta: {
      title: () => t.contracts,
      anyActor: true,
      menu: {
        icon: "document",
        order: 20,
        label: () => t.contracts,
        show: () => hasLists.value,
        children: () => LISTS.map((list) => ({ label: t[list], to: { name: "contracts", query: { tab: list } }, count: counts.value[list] })),
      },
    },
  },
] satisfies RouteRecordRaw[];
