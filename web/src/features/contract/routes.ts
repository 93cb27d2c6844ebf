import type { RouteRecordRaw } from "vue-router";

// Lists, drafting, review, the contract's page and its track bring their own routes; nothing here names them.
const found = import.meta.glob<{ default: RouteRecordRaw[] }>("./*/routes.ts", { eager: true });

export default Object.values(found).flatMap((file) => file.default);
