import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";

// Beside the routes and not with the other words, which only these pages should load.
const t = messages({ title: "合同公告" }, { title: "Contract notices" });

export default [
  {
    path: "/notices",
    name: "notices",
    component: () => import("./NoticesPage.vue"),
    meta: { title: () => t.title, frame: "public", open: true, anyActor: true, menu: { icon: "megaphone", order: 80, label: () => t.title } },
  },
  {
    path: "/notices/:id",
    name: "notice",
    component: () => import("./NoticePage.vue"),
    meta: { title: () => t.title, frame: "public", open: true, anyActor: true },
  },
] satisfies RouteRecordRaw[];
