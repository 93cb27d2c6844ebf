import type { RouteRecordRaw } from "vue-router";
import { errorWords as t } from "./messages";

export default [
  {
    path: "/:path(.*)*",
    name: "not-found",
    component: () => import("./NotFoundPage.vue"),
    meta: { title: () => t.notFound, anyActor: true },
  },
] satisfies RouteRecordRaw[];
