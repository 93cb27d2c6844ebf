// One of the six lists: its conditions and its place in the address, its page, what is selected on it.

import { computed, ref, watch } from "vue";
import { useRoute, useRouter } from "vue-router";
import { session } from "@/app/session";
import { useFilters } from "@/ui/filters";
import { day } from "@/ui/format";
import { useQuery } from "@/ui/query";
import { fetchList } from "../api";
import { isList, type List, type Listed } from "../model";
import { DEFAULTS, NARROWING, nextSort, toQuery, type Conditions } from "./filters";

/** Where the pages before began, kept with the entry of the browser's history: going back and reloading find them again. */
const trailOf = (): string[] => {
  const trail: unknown = window.history.state?.trail;
  return Array.isArray(trail) ? trail.map(String) : [];
};

export function useContractList() {
  const route = useRoute();
  const router = useRouter();
  const { filters, active, write } = useFilters<Conditions>(DEFAULTS);
  const last = ref<List>("waiting_for_me");
  const list = computed<List>(() => (isList(route.query["tab"]) ? route.query["tab"] : last.value));
  // The search of the top bar names no list: it looks in the one that is open.
  watch(
    () => [route.name, route.query["tab"]],
    ([name, named]) => {
      if (name !== "contracts") return;
      if (isList(named)) last.value = named;
      else void router.replace({ query: { ...route.query, tab: last.value } });
    },
    { immediate: true },
  );

  const conditions = computed<Conditions>(() => {
    const read = (name: keyof Conditions): string => filters[name].value;
    return Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, read(name as keyof Conditions)])) as Conditions;
  });
  const narrowed = computed(() => NARROWING.filter((name) => active.value.includes(name)));
  const asked = computed(() => toQuery(list.value, conditions.value, day(Date.now() * 1000)));
  const query = useQuery(
    () => ["contracts", session.actor, asked.value],
    (signal) => fetchList(asked.value, signal),
  );
  const rows = computed<Listed[]>(() => query.data.value?.items ?? []);

  /** Changes conditions; the list then begins at its first page. */
  const change = (changes: Partial<Conditions>): void => write({ ...changes, cursor: "" });
  const clear = (): void => change(Object.fromEntries(NARROWING.map((name) => [name, ""])));
  function sortBy(column: string): void {
    change(nextSort(column, conditions.value.sort, conditions.value.order));
  }

  const hasNext = computed(() => Boolean(query.data.value?.next_cursor));
  const hasPrevious = computed(() => conditions.value.cursor !== "");
  function move(cursor: string, trail: string[]): void {
    const { cursor: _, ...rest } = route.query;
    void router.push({ query: cursor === "" ? rest : { ...rest, cursor }, state: { trail } });
  }
  function next(): void {
    const cursor = query.data.value?.next_cursor;
    if (cursor) move(cursor, [...trailOf(), conditions.value.cursor]);
  }
  function previous(): void {
    const trail = trailOf();
    move(trail.pop() ?? "", trail);
  }

  const selected = ref(new Set<string>());
  const chosen = computed(() => rows.value.filter((row) => selected.value.has(keyOf(row))));
  // What is no longer in view is not selected any more.
  watch(rows, (shown) => {
    const keys = new Set(shown.map(keyOf));
    selected.value = new Set([...selected.value].filter((key) => keys.has(key)));
  });
  function select(keys: readonly string[], on: boolean): void {
    const next = new Set(selected.value);
    for (const key of keys) {
      if (on) next.add(key);
      else next.delete(key);
    }
    selected.value = next;
  }

  return { list, conditions, narrowed, query, rows, change, clear, sortBy, hasNext, hasPrevious, next, previous, selected, chosen, select };
}

/** In the personal view a contract between two of a person's organisations stands in the list twice. */
export const keyOf = (row: Listed): string => `${row.contract_id} ${row.organisation_id}`;
