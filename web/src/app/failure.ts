// Faults of this program. A page that cannot be drawn is replaced by one that says so; nothing is swallowed.

import { ref, shallowRef } from "vue";
import { isAbort, Problem } from "@/api/problem";

/** There is no page to show: it could not be drawn, or the first one not be fetched. */
export interface Fatal {
  title?: string;
  hint?: string;
  fault: string;
}
export const fatal = ref<Fatal>();
/** A refusal that no page showed. */
export const stray = shallowRef<Problem>();

/** `first`: there is no page yet beside which a refusal could be shown. */
export function failed(error: unknown, first = false): void {
  if (isAbort(error)) return;
  if (error instanceof Problem) {
    if (first) fatal.value = { title: error.title, hint: error.detail, fault: error.code };
    else stray.value = error;
    return;
  }
  console.error(error);
  fatal.value = { fault: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}
