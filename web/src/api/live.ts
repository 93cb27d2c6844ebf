// What happens on the server, as it happens: a stream, and where a proxy holds streams back the same by waiting requests.
// A tab that nobody looks at listens to nothing; it goes on from where it was when it is looked at again.

import { api, take } from "./client";
import type { components } from "./schema";
import { isAbort } from "./problem";

export type Happening = Pick<components["schemas"]["LiveEvent"], "contract_id" | "organisation_id" | "kind"> & {
  event: "contract" | "counts" | "notification" | "reset" | "ended";
};

const NAMES = ["contract", "counts", "notification", "reset", "ended"] as const;
/** A stream says hello at once; one that has not in this time is held back somewhere on the way, ms. */
const HELLO = 3000;
/** How long one request waits on the server, seconds. */
const WAIT = 25;
/** After a failure one tries again after this long, ms; each time twice as long, up to the most. */
const AGAIN = { least: 2000, most: 60_000 };

/** Streams are held back in this network: known for as long as the page lives. */
let heldBack = false;

/** Listens as `actor` until the returned function is called. */
export function listen(actor: string, hear: (happening: Happening) => void): () => void {
  let cursor: string | undefined;
  let stop: (() => void) | undefined;
  let pause: number = AGAIN.least;
  let timer = 0;

  function later(): void {
    timer = window.setTimeout(start, pause);
    pause = Math.min(pause * 2, AGAIN.most);
  }
  function stream(): () => void {
    const query = new URLSearchParams({ actor, ...(cursor === undefined ? {} : { since: cursor }) });
    const source = new EventSource(`/api/v1/events?${query.toString()}`);
    const patience = window.setTimeout(() => {
      heldBack = true;
      halt();
      start();
    }, HELLO);
    source.addEventListener("hello", (event) => {
      window.clearTimeout(patience);
      pause = AGAIN.least;
      cursor = (event as MessageEvent).lastEventId || cursor;
    });
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        const message = event as MessageEvent<string>;
        cursor = message.lastEventId || cursor;
        hear({ ...(JSON.parse(message.data) as Happening), event: name });
      });
    }
    // The browser tries again by itself after a lost line, but not after a refusal.
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return;
      halt();
      later();
    });
    return () => {
      window.clearTimeout(patience);
      source.close();
    };
  }
  function poll(): () => void {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      while (!abort.signal.aborted) {
        const query = { actor, wait: WAIT, ...(cursor === undefined ? {} : { since: cursor }) };
        const answer = await take(api.GET("/api/v1/events", { params: { query }, signal: abort.signal }));
        cursor = answer.cursor;
        pause = AGAIN.least;
        // The description names both answers of this address; without `Accept: text/event-stream` it is the list.
        for (const item of "items" in answer ? answer.items : []) hear(item as Happening);
      }
    };
    ask().catch((error: unknown) => {
      if (!isAbort(error) && !abort.signal.aborted) later();
    });
    return () => abort.abort();
  }
  function start(): void {
    halt();
    if (!document.hidden) stop = heldBack ? poll() : stream();
  }
  function halt(): void {
    window.clearTimeout(timer);
    stop?.();
    stop = undefined;
  }
  start();
  document.addEventListener("visibilitychange", start);
  return () => {
    document.removeEventListener("visibilitychange", start);
    halt();
  };
}
