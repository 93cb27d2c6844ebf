// Which documents were read, kept in the tab alone: a phone that goes to its messages for the code may load the page anew.
const NAME = "yinxin.batch.read";
/** More than a few batches are not kept. */
const MOST = 200;

export function loadRead(store: Storage): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(store.getItem(NAME) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : []);
  } catch {
    // A store that cannot be read is an empty one.
    return new Set();
  }
}

export function keepRead(store: Storage, read: ReadonlySet<string>): void {
  try {
    store.setItem(NAME, JSON.stringify([...read].slice(-MOST)));
  } catch {
    // It is then asked for again after a reload.
  }
}
