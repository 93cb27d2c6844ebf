// What pages show follows the server: when something happened to a contract, whatever shows it is asked for anew.

import { effectScope, watch } from "vue";
import { listen, type Happening } from "@/api/live";
import { session, signedIn } from "@/app/session";
import { changed } from "@/ui/query";

/** Events come in groups: what they concern is asked for once, this long after the first, ms. */
const GATHER = 250;

/** The beginnings of the keys of what has to be asked for anew. */
export function concerned(happening: Happening): (readonly string[])[] {
  switch (happening.event) {
    case "contract":
      return happening.contract_id == null ? [] : [["contract", happening.contract_id]];
    case "counts":
      return [["contracts"], ["home"]];
    case "notification":
      return [["notifications"]];
    case "reset":
      return [["contracts"], ["home"], ["contract"], ["notifications"]];
    // The next request finds the session ended and asks to sign in again.
    case "ended":
      return [];
  }
}

const waiting = new Map<string, readonly string[]>();
let timer = 0;

function hear(happening: Happening): void {
  for (const beginning of concerned(happening)) waiting.set(beginning.join(" "), beginning);
  if (timer !== 0 || waiting.size === 0) return;
  timer = window.setTimeout(() => {
    timer = 0;
    const all = [...waiting.values()];
    waiting.clear();
    for (const beginning of all) void changed(...beginning);
  }, GATHER);
}

/** Listens as the present actor for as long as somebody is signed in. */
export function follow(): void {
  // It outlives every page, so it belongs to no component.
  effectScope(true).run(() => {
    watch(
      () => (signedIn.value && !session.ended ? session.actor : undefined),
      (actor, _, onCleanup) => {
        if (actor !== undefined) onCleanup(listen(actor, hear));
      },
      { immediate: true },
    );
  });
}
