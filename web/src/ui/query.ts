// Reading from the server: one answer per key, shown at once when it is known and asked for again behind it
// (stale-while-revalidate). A request whose answer nobody waits for any more is aborted.

import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter, type Ref, type ShallowRef } from "vue";
import { isAbort, Problem } from "@/api/problem";

export interface Query<T> {
  /** The answer, perhaps an older one while a newer is on its way. */
  data: Readonly<ShallowRef<T | undefined>>;
  problem: Readonly<ShallowRef<Problem | undefined>>;
  /** No answer yet and one is on its way. */
  loading: Readonly<Ref<boolean>>;
  /** An older answer is shown and a newer is on its way. */
  refreshing: Readonly<Ref<boolean>>;
  refresh(): Promise<void>;
}

type Key = readonly unknown[];

interface Live {
  key: string;
  refresh(): Promise<void>;
}

const LIMIT = 200;
const answers = new Map<string, unknown>();
const live = new Set<Live>();

function keep(key: string, answer: unknown): void {
  answers.delete(key);
  answers.set(key, answer);
  const oldest = answers.keys().next();
  if (answers.size > LIMIT && oldest.done === false) answers.delete(oldest.value);
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // A fault of this program: it must be seen in the console too.
  console.error(error);
  return new Problem({ code: "client.fault", title: String(error), detail: String(error) }, 0);
}

/**
 * Asks for what `fetcher` fetches whenever the key changes. The key names what is asked for and by whom, such as
 * `["contract", id, session.actor]`; an undefined key asks for nothing.
 */
export function useQuery<T>(key: MaybeRefOrGetter<Key | undefined>, fetcher: (signal: AbortSignal) => Promise<T>): Query<T> {
  const data = shallowRef<T>();
  const problem = shallowRef<Problem>();
  const loading = ref(false);
  const refreshing = ref(false);
  let running: AbortController | undefined;
  const me: Live = { key: "", refresh };

  async function refresh(): Promise<void> {
    running?.abort();
    if (toValue(key) === undefined) return;
    const mine = new AbortController();
    running = mine;
    const name = me.key;
    loading.value = data.value === undefined;
    refreshing.value = !loading.value;
    try {
      const answer = await fetcher(mine.signal);
      if (running !== mine) return;
      keep(name, answer);
      data.value = answer;
      problem.value = undefined;
    } catch (error) {
      if (running !== mine || isAbort(error)) return;
      problem.value = asProblem(error);
    }
    loading.value = false;
    refreshing.value = false;
  }

  watch(
    () => JSON.stringify(toValue(key)),
    (name: string | undefined) => {
      running?.abort();
      me.key = name ?? "";
      data.value = name === undefined ? undefined : (answers.get(name) as T | undefined);
      problem.value = undefined;
      loading.value = false;
      refreshing.value = false;
      void refresh();
    },
    { immediate: true },
  );
  live.add(me);
  onScopeDispose(() => {
    live.delete(me);
    running?.abort();
    running = undefined;
  });
  return { data, problem, loading, refreshing, refresh };
}

/** Something has changed: every answer whose key begins so (all, if nothing is said) is forgotten, and asked for anew where it is shown. */
export async function changed(...beginning: Key): Promise<void> {
  const prefix = JSON.stringify(beginning).slice(0, -1);
  const begins = (key: string): boolean =>
    beginning.length === 0 || (key.startsWith(prefix) && [",", "]"].includes(key.charAt(prefix.length)));
  for (const key of [...answers.keys()]) if (begins(key)) answers.delete(key);
  await Promise.all([...live].filter((one) => begins(one.key)).map((one) => one.refresh()));
}

/** Another person signed in: nothing of the former's is shown. */
export function forgetAll(): void {
  answers.clear();
}
