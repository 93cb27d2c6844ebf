import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";
import { session } from "@/app/session";

// Beside the route and not with the other words, which only this page should load.
const t = messages({ title: "运营台" }, { title: "Operation" });

export default [
  {
    path: "/operator",
    name: "operator",
    component: () => import("./OperatorPage.vue"),
    meta: {
      title: () => t.title,
      menu: { icon: "gear", order: 90, label: () => t.title, show: () => session.actor === "operator" },
    },
  },
] satisfies RouteRecordRaw[];
