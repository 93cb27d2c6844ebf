import type { RouteRecordRaw } from "vue-router";
import { contractWords as t } from "../messages";

export default [
  {
    path: "/contracts/:id",
    name: "contract",
    component: () => import("./ContractPage.vue"),
    meta: { title: () => t.name },
  },
] satisfies RouteRecordRaw[];
