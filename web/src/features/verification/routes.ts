import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";

// Beside the route and not with the other words, which only verifying should load.
const t = messages({ title: "签章验证" }, { title: "Verify a file" });

export default [
  {
    path: "/verify",
    name: "verify",
    component: () => import("./VerifyPage.vue"),
    meta: { title: () => t.title, frame: "public", open: true, anyActor: true },
  },
] satisfies RouteRecordRaw[];
