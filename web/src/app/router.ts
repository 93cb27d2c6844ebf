import { watchEffect } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import entry from "@/features/identity/routes";
import { appWords as t } from "./messages";
import { failed } from "./failure";
import { learn, reach, signedIn } from "./session";

export const router = createRouter({
  history: createWebHistory(),
  routes: entry,
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

let features: Promise<void> | undefined;
let complete = false;

/** Adds the routes of all features; until then only those of signing in are there. */
export function loadFeatures(): Promise<void> {
  features ??= import("./features").then(
    ({ routes }) => {
      for (const route of routes) router.addRoute(route);
      complete = true;
    },
    (error: unknown) => {
      // The next attempt asks for it anew.
      features = undefined;
      throw error;
    },
  );
  return features;
}

/** Where signing in leads: only to a path of this application; an address of elsewhere begins with two slashes. */
export function wanted(to: unknown): string {
  return typeof to === "string" && /^\/(?![/\\])/.test(to) ? to : "/";
}

router.beforeEach(async (to) => {
  if (!complete && to.matched.length === 0) {
    await loadFeatures();
    return to.fullPath;
  }
  if (to.meta.open && to.name !== "sign-in") return true;
  await learn();
  if (to.name === "sign-in") return signedIn.value ? wanted(to.query["to"]) : true;
  return signedIn.value ? true : { name: "sign-in", query: to.path === "/" ? {} : { to: to.fullPath } };
});

// The part of the program that a route needs may be gone because the server was renewed meanwhile: load the page anew, once. Where the
// server cannot be reached at all, that would lose the page that is open, and so it stays, and says what is the matter.
const RELOADED = "yinxin.reloaded";
router.onError(async (error: unknown, to, from) => {
  const first = from.matched.length === 0;
  const gone = /dynamically imported module|preload CSS|module script/i.test(String(error));
  if (!gone || sessionStorage.getItem(RELOADED) === to.fullPath) return failed(error, first);
  try {
    await reach();
  } catch (unreachable) {
    return failed(unreachable, first);
  }
  sessionStorage.setItem(RELOADED, to.fullPath);
  location.assign(to.fullPath);
});
router.afterEach(() => sessionStorage.removeItem(RELOADED));

watchEffect(() => {
  const title = router.currentRoute.value.meta.title?.();
  document.title = title === undefined ? t.product : `${title} · ${t.product}`;
});
