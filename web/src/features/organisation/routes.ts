import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";
import { session } from "@/app/session";

// Beside the route and not with the other words, which only this page should load.
const t = messages({ title: "单位管理" }, { title: "Organisation" });

export default [
  {
    path: "/organisation",
    name: "organisation",
    component: () => import("./OrganisationPage.vue"),
    meta: {
      title: () => t.title,
      menu: { icon: "building", order: 65, label: () => t.title, show: () => session.actor.startsWith("org_") },
    },
  },
] satisfies RouteRecordRaw[];
