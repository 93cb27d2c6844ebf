import type { RouteRecordRaw } from "vue-router";
import { contractWords as t } from "../messages";

export default [
  {
    path: "/contracts/:id/track",
    name: "track",
    component: () => import("./TrackPage.vue"),
    meta: { title: () => t.track },
  },
] satisfies RouteRecordRaw[];
