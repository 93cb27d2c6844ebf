// Faults of this program. A page that cannot be drawn is replaced by one that says so; nothing is swallowed.

import { ref, shallowRef } from "vue";
import { isAbort, Problem } from "@/api/problem";

/** A page could not be drawn. */
export const fatal = ref<string>();
/** A refusal that no page showed. */
export const stray = shallowRef<Problem>();

export function failed(error: unknown): void {
  if (isAbort(error)) return;
  if (error instanceof Problem) {
    stray.value = error;
    return;
  }
  console.error(error);
  fatal.value = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
