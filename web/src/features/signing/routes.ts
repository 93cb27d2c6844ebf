import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";

// Beside the route and not with the desk's other words, which only the desk should load.
const t = messages({ title: "签章" }, { title: "Sign" });

const routes: RouteRecordRaw[] = [
  {
    path: "/contracts/:id/sign",
    name: "desk",
    component: () => import("./SigningPage.vue"),
    meta: { title: () => t.title, frame: "desk", anyActor: true },
  },
];

export default routes;
