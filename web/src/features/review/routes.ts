import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";

// Beside the route and not with the other words, which only reviewing should load.
const t = messages({ title: "确认合同" }, { title: "Confirm the contract" });

const routes: RouteRecordRaw[] = [
  { path: "/contracts/:id/review", name: "review", component: () => import("./ReviewPage.vue"), meta: { title: () => t.title, frame: "work" } },
];

export default routes;
