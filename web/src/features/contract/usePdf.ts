// A file of the server, open for looking at.

import { onScopeDispose, ref, shallowRef, watch } from "vue";
import { isAbort, Problem } from "@/api/problem";
import { PdfFile } from "@/pdf/engine";
import type { Size } from "@/pdf/geometry";

/** Opens what `fetcher` fetches whenever `key` changes. */
export function usePdf(key: () => string | undefined, fetcher: (signal: AbortSignal) => Promise<Blob>) {
  const file = shallowRef<PdfFile | null>(null);
  const sizes = shallowRef<Size[]>([]);
  const problem = shallowRef<Problem>();
  const opening = ref(false);
  let running: AbortController | undefined;

  function leave(): void {
    running?.abort();
    void file.value?.close();
    file.value = null;
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
      const bytes = new Uint8Array(await (await fetcher(mine.signal)).arrayBuffer());
      const opened = await PdfFile.open(() => Promise.resolve({ bytes, total: bytes.length }));
      const found: Size[] = [];
      for (let index = 0; index < opened.pageCount; index += 1) found.push(await opened.size(index));
      if (running !== mine) {
        void opened.close();
        return;
      }
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
  return { file, sizes, problem, opening, open };
}
