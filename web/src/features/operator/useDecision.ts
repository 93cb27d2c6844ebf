// Accepting or refusing what somebody applied for: accepting needs a second press beside the button, refusing a reason in a dialog.

import { ref, shallowRef } from "vue";
import { changed } from "@/ui/query";
import { useSubmit } from "@/ui/submit";
import { sayDone } from "@/ui/toast";
import { operatorWords as t } from "./messages";

export function useDecision<T extends { id: string }>(send: (id: string, accept: boolean, reason: string | null) => Promise<unknown>) {
  /** What the last press was about. */
  const about = shallowRef<T>();
  const refusing = ref(false);
  async function decide(id: string, accept: boolean, reason: string | null): Promise<void> {
    await send(id, accept, reason);
    sayDone(t.decisionDone);
    await changed("operator");
  }
  const accepting = useSubmit((id: string) => decide(id, true, null));
  return {
    about,
    refusing,
    accepting,
    accept(one: T): void {
      about.value = one;
      void accepting.run(one.id);
    },
    refuse(one: T): void {
      about.value = one;
      refusing.value = true;
    },
    /** What the dialog does with its reason. */
    refused: (reason: string): Promise<void> => decide(about.value?.id ?? "", false, reason),
  };
}
