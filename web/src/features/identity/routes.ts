import type { RouteRecordRaw } from "vue-router";
import { identityWords as t } from "./messages";

export default [
  {
    path: "/login",
    name: "sign-in",
    component: () => import("./SignInPage.vue"),
    meta: { title: () => t.signIn, frame: "none", open: true },
  },
  {
    path: "/password-reset",
    name: "password-reset",
    component: () => import("./ResetPage.vue"),
    meta: { title: () => t.resetTitle, frame: "none", open: true },
  },
  {
    path: "/register",
    name: "register",
    component: () => import("./RegisterPage.vue"),
    meta: { title: () => t.registerTitle, frame: "none", open: true },
  },
] satisfies RouteRecordRaw[];
