// The routes of every feature, found by themselves. Signing in does without them; `router.ts` loads them for the first page behind it.

import type { RouteRecordRaw } from "vue-router";

const found = import.meta.glob<{ default: RouteRecordRaw[] }>(["../features/*/routes.ts", "!../features/identity/routes.ts"], {
  eager: true,
});

export const routes: RouteRecordRaw[] = Object.values(found).flatMap((file) => file.default);
