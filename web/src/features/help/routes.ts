import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";

// Beside the route and not with the texts, which only this page should load.
const t = messages({ title: "帮助" }, { title: "Help" });

export default [
  {
    path: "/help",
    name: "help",
    component: () => import("./HelpPage.vue"),
    meta: { title: () => t.title, frame: "public", open: true, anyActor: true, menu: { icon: "help", order: 95, label: () => t.title } },
  },
] satisfies RouteRecordRaw[];
