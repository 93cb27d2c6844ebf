// Filters live in the address, so that they survive going back, reloading and being sent to a colleague.

import { computed, type WritableComputedRef } from "vue";
import { useRoute, useRouter, type LocationQueryRaw } from "vue-router";

/** One writable text per filter; a filter at its default is not in the address. */
export function useFilters<F extends Record<string, string>>(defaults: F) {
  const route = useRoute();
  const router = useRouter();
  const read = (name: string): string => {
    const value = route.query[name];
    return typeof value === "string" ? value : (defaults[name] ?? "");
  };
  function write(changes: Partial<Record<keyof F, string>>): void {
    const query: LocationQueryRaw = { ...route.query };
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === defaults[name]) delete query[name];
      else query[name] = value;
    }
    // Replaced, so that "back" leaves the list instead of undoing one letter of a search.
    void router.replace({ query });
  }
  const filters = {} as { [K in keyof F]: WritableComputedRef<string> };
  for (const name of Object.keys(defaults) as (keyof F & string)[]) {
    filters[name] = computed({ get: () => read(name), set: (value) => write({ [name]: value } as Partial<Record<keyof F, string>>) });
  }
  const active = computed(() => Object.keys(defaults).filter((name) => read(name) !== defaults[name]));
  return { filters, active, write, clear: () => write({ ...defaults }) };
}
