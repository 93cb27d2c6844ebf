// What pages show follows the server: whatever is on the screen is asked for anew when something happened to a contract.

import { onScopeDispose } from "vue";
import { session } from "@/app/session";
import { contractChanged } from "./api";

/** How often one looks in any case, ms. */
const EVERY = 60_000;

export function useLive(id?: string): void {
  const look = (): void => {
    if (!document.hidden && !session.ended) void contractChanged(id);
  };
  const timer = window.setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  onScopeDispose(() => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", look);
  });
}
