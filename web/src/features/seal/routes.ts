import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";
import { session } from "@/app/session";

// Beside the route and not with the other words, which only this page should load.
const t = messages({ title: "印章" }, { title: "Seals" });

export default [
  {
    path: "/seals",
    name: "seals",
    component: () => import("./SealsPage.vue"),
    meta: {
      title: () => t.title,
      anyActor: true,
      menu: { icon: "stamp", order: 50, label: () => t.title, show: () => session.actor !== "operator" },
    },
  },
] satisfies RouteRecordRaw[];
