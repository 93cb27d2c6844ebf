// How many contracts stand in each list: in the left menu, on the tabs, and asked for anew when a list changes.

import { computed, effectScope } from "vue";
import { session, signedIn } from "@/app/session";
import { useQuery, type Query } from "@/ui/query";
import { fetchCounts } from "./api";
import { follow } from "./live";
import { LISTS, type List } from "./model";

type Counts = Awaited<ReturnType<typeof fetchCounts>>;

/** Operators have no lists of their own. */
export const hasLists = computed(() => signedIn.value && session.actor !== "operator");

// The menu outlives every page, so this belongs to no component.
const query = effectScope(true).run(() =>
  useQuery(
    () => (hasLists.value ? ["contracts", session.actor, "counts"] : undefined),
    (signal) => fetchCounts(signal),
  ),
) as Query<Counts>;

export const counts = computed<Partial<Record<List, number>>>(() => {
  const found = new Map(query.data.value?.map((one) => [one.list, one.count]));
  return Object.fromEntries(LISTS.flatMap((list) => (found.has(list) ? [[list, found.get(list)]] : [])));
});

follow();
