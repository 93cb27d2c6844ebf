import { watchEffect } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import { appWords as t } from "./messages";
import { routes } from "./routes";
import { learn, signedIn } from "./session";

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

router.beforeEach(async (to) => {
  if (to.meta.open && to.name !== "sign-in") return true;
  await learn();
  if (to.name === "sign-in") return signedIn.value ? to.query["to"]?.toString().replace(/^\/*/, "/") ?? "/" : true;
  return signedIn.value ? true : { name: "sign-in", query: to.path === "/" ? {} : { to: to.fullPath } };
});

// The part of the program that a route needs may be gone because the server was renewed meanwhile: load the page anew, once.
const RELOADED = "yinxin.reloaded";
router.onError((error: unknown, to) => {
  if (!/dynamically imported module|preload CSS|module script/i.test(String(error))) return;
  if (sessionStorage.getItem(RELOADED) === to.fullPath) return;
  sessionStorage.setItem(RELOADED, to.fullPath);
  location.assign(to.fullPath);
});
router.afterEach(() => sessionStorage.removeItem(RELOADED));

watchEffect(() => {
  const title = router.currentRoute.value.meta.title?.();
  document.title = title === undefined ? t.product : `${title} · ${t.product}`;
});
