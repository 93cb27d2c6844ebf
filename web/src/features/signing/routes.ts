import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";

// Beside the route and not with the desk's other words, which only the desk should load.
const t = messages({ title: "签章", batch: "批量签署" }, { title: "Sign", batch: "Sign several contracts" });

const routes: RouteRecordRaw[] = [
  {
    path: "/contracts/:id/sign",
    name: "desk",
    component: () => import("./SigningPage.vue"),
    meta: { title: () => t.title, frame: "desk", anyActor: true },
  },
  {
    path: "/contracts/batch-sign",
    name: "batch-sign",
    component: () => import("./batch/BatchPage.vue"),
    meta: { title: () => t.batch, frame: "work" },
  },
];

export default routes;
