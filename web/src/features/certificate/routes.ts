import type { RouteRecordRaw } from "vue-router";
import { messages } from "@/app/language";
import { session } from "@/app/session";

// Beside the route and not with the other words, which only this page should load.
const t = messages({ title: "证书" }, { title: "Certificates" });

export default [
  {
    path: "/certificates",
    name: "certificates",
    component: () => import("./CertificatesPage.vue"),
    meta: {
      title: () => t.title,
      anyActor: true,
      menu: { icon: "medal", order: 60, label: () => t.title, show: () => session.actor !== "operator" },
    },
  },
] satisfies RouteRecordRaw[];
