// A file of the server, open for looking at.

import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { isAbort, Problem } from "@/api/problem";
import { PdfFile } from "@/pdf/engine";
import type { Size } from "@/pdf/geometry";

/** Opens what `fetcher` fetches whenever `key` changes. */
export function usePdf(key: () => string | undefined, fetcher: (signal: AbortSignal) => Promise<Blob>) {
  const file = shallowRef<PdfFile | null>(null);
  const blob = shallowRef<Blob>();
  const sizes = shallowRef<Size[]>([]);
  const problem = shallowRef<Problem>();
  const opening = ref(false);
  let running: AbortController | undefined;

  function leave(): void {
    running?.abort();
    void file.value?.close();
    file.value = null;
    blob.value = undefined;
    sizes.value = [];
  }
  async function open(): Promise<void> {
    leave();
    problem.value = undefined;
    if (key() === undefined) return;
    const mine = new AbortController();
    running = mine;
    opening.value = true;
    try {
      const fetched = await fetcher(mine.signal);
      const bytes = new Uint8Array(await fetched.arrayBuffer());
      const opened = await PdfFile.open(() => Promise.resolve({ bytes, total: bytes.length }));
      const found: Size[] = [];
      for (let index = 0; index < opened.pageCount; index += 1) found.push(await opened.size(index));
      if (running !== mine) {
        void opened.close();
        return;
      }
      blob.value = fetched;
      file.value = opened;
      sizes.value = found;
    } catch (error) {
      if (running !== mine || isAbort(error)) return;
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    } finally {
      if (running === mine) opening.value = false;
    }
  }
  watch(key, () => void open(), { immediate: true });
  onScopeDispose(leave);
  return { file, blob, sizes, problem, opening, open };
}
