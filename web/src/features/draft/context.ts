// The draft of this page, for its parts.
import { inject, type InjectionKey } from "vue";
import type { Draft, Loaded } from "./useDraft";

export const draftContext: InjectionKey<Draft> = Symbol("draft");

/** The draft that the page has loaded; its parts are drawn only then. */
export function useLoaded(): { draft: Draft; now: () => Loaded } {
  const draft = inject(draftContext);
  if (!draft) throw new Error("no draft around");
  return {
    draft,
    now: () => {
      if (!draft.loaded.value) throw new Error("the draft is not loaded");
      return draft.loaded.value;
    },
  };
}
