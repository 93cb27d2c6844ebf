// Two windows on one contract: whoever acts tells the others, and a window that comes back to the front asks.
import { onScopeDispose, ref } from "vue";

/** `ask` gives the contract's version at the server, `own` the one that is shown. */
export function useOtherTabs(contract: string, ask: () => Promise<number>, own: () => number | null) {
  const outdated = ref(false);
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`yinxin.contract.${contract}`);

  async function compare(): Promise<void> {
    const before = own();
    if (before === null || document.visibilityState !== "visible") return;
    try {
      const version = await ask();
      if (own() === before && version !== before) outdated.value = true;
    } catch {
      // The next act will say what is wrong.
    }
  }
  if (channel) channel.onmessage = () => void compare();
  document.addEventListener("visibilitychange", compare);
  onScopeDispose(() => {
    channel?.close();
    document.removeEventListener("visibilitychange", compare);
  });
  return {
    outdated,
    announce: () => channel?.postMessage("changed"),
    clear: () => {
      outdated.value = false;
    },
  };
}
