// Changing something on the server: once, however often the button is pressed.

import { ref, shallowRef } from "vue";
import { isAbort, Problem } from "@/api/problem";

/** `run` does nothing while it runs; a refusal is kept in `problem` for showing beside the button. */
export function useSubmit<A extends unknown[]>(action: (...facts: A) => Promise<void>) {
  const busy = ref(false);
  const problem = shallowRef<Problem>();
  /** True if the action was done. */
  async function run(...facts: A): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    try {
      await action(...facts);
      return true;
    } catch (error) {
      if (isAbort(error)) return false;
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { run, busy, problem };
}
