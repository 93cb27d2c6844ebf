import type { RouteRecordRaw } from "vue-router";
import { session } from "@/app/session";
import { homeWords as t } from "./messages";

export default [
  {
    path: "/",
    name: "home",
    component: () => import("./HomePage.vue"),
    meta: {
      title: () => t.title,
      anyActor: true,
      menu: { icon: "home", order: 10, label: () => t.title, show: () => session.actor !== "operator" },
    },
  },
] satisfies RouteRecordRaw[];
