import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";
import { actor } from "@/app/session";

// Beside the routes and not with the other words, which only drafting should load.
const t = messages(
  { awards: "起草合同", menu: "起草", begin: "选择合同范本", draft: "起草合同" },
  { awards: "Draft a contract", menu: "Draft", begin: "Choose a template", draft: "Draft" },
);

const routes: RouteRecordRaw[] = [
  {
    path: "/awards",
    name: "awards",
    component: () => import("./AwardsPage.vue"),
    meta: {
      title: () => t.awards,
      anyActor: true,
      menu: { icon: "pen", order: 30, label: () => t.menu, show: () => actor.value?.actor.startsWith("org_") ?? false },
    },
  },
  { path: "/awards/:id/begin", name: "begin", component: () => import("./BeginPage.vue"), meta: { title: () => t.begin } },
  { path: "/contracts/:id/draft", name: "draft", component: () => import("./DraftPage.vue"), meta: { title: () => t.draft, frame: "work" } },
];

export default routes;
