// Lists by keyset: the server says where a page ended, and going back means remembering where the pages began.

import { computed, ref, toValue, watch, type MaybeRefOrGetter } from "vue";
import { useQuery } from "./query";

export interface Page<T> {
  items: T[];
  next_cursor?: string | null | undefined;
}

/** Pages of a list; a change of the key (a filter, another actor) begins at the first page again. */
export function useKeyset<P extends Page<unknown>>(
  key: MaybeRefOrGetter<readonly unknown[] | undefined>,
  fetcher: (cursor: string | undefined, signal: AbortSignal) => Promise<P>,
) {
  const cursors = ref<string[]>([]);
  watch(
    () => JSON.stringify(toValue(key)),
    () => (cursors.value = []),
    { flush: "sync" },
  );
  const cursor = computed(() => cursors.value[cursors.value.length - 1]);
  const query = useQuery(
    () => {
      const base = toValue(key);
      return base === undefined ? undefined : [...base, cursor.value ?? ""];
    },
    (signal) => fetcher(cursor.value, signal),
  );
  const items = computed<P["items"]>(() => query.data.value?.items ?? []);
  const hasNext = computed(() => Boolean(query.data.value?.next_cursor));
  const hasPrevious = computed(() => cursors.value.length > 0);
  function next(): void {
    const at = query.data.value?.next_cursor;
    if (at) cursors.value = [...cursors.value, at];
  }
  function previous(): void {
    cursors.value = cursors.value.slice(0, -1);
  }
  return { ...query, items, hasNext, hasPrevious, next, previous };
}

export type Keyset<P extends Page<unknown>> = ReturnType<typeof useKeyset<P>>;
