import type { RouteRecordRaw } from "vue-router";
import { sandboxWords as t } from "./messages";
import { isSandbox } from "./sandbox";

export default [
  {
    path: "/inbox",
    name: "sandbox",
    component: () => import("./SandboxPage.vue"),
    meta: { title: () => t.title, frame: "public", open: true },
    beforeEnter: async (to) => (await isSandbox()) || { name: "not-found", params: { path: to.path.split("/") }, replace: true },
  },
] satisfies RouteRecordRaw[];
