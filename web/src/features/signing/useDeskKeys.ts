// Keys that count on the whole desk: undo and redo, and Escape to put down what is picked.
import { onScopeDispose, type Ref } from "vue";
import type { DeskModel } from "./useDesk";

/** Fields keep their own undo. */
function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}

export function useDeskKeys(model: DeskModel, sheet: Ref<boolean>): void {
  const keys = (event: KeyboardEvent) => {
    if (sheet.value || model.view.value !== "place" || typing(event.target)) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (key === "z") model.dispatch({ do: event.shiftKey ? "redo" : "undo" });
      else if (key === "y") model.dispatch({ do: "redo" });
      else return;
    } else if (key === "escape") {
      if (model.state.value?.armed) model.dispatch({ do: "arm", armed: null });
      else if (model.state.value?.selected) model.dispatch({ do: "select", id: null });
      else return;
    } else return;
    event.preventDefault();
  };
  window.addEventListener("keydown", keys);
  onScopeDispose(() => window.removeEventListener("keydown", keys));
}
