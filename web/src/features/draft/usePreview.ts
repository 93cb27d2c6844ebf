// The live preview: after every save the draft is typeset anew and takes the place of the one before, without a blank page between.

import { onScopeDispose, ref, shallowRef, watch, type Ref } from "vue";
import { Problem } from "@/api/problem";
import type { PdfFile } from "@/pdf/engine";
import type { Size } from "@/pdf/geometry";
import { openPreview } from "./api";
import { added, type PageText, type Place } from "./places";

/** Milliseconds of rest after a save. */
const REST = 400;

export function usePreview(id: string, revision: Ref<number>, wanted: () => boolean) {
  const file = shallowRef<PdfFile | null>(null);
  const sizes = shallowRef<Size[]>([]);
  const texts = shallowRef<PageText[]>([]);
  /** What the last change put into the text. */
  const fresh = shallowRef<Place[]>([]);
  const busy = ref(false);
  const problem = shallowRef<Problem>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = 0;
  let shown = -1;

  async function draw(): Promise<void> {
    const mine = (running += 1);
    const revised = revision.value;
    busy.value = true;
    try {
      const opened = await openPreview(id);
      const found: Size[] = [];
      const read: PageText[] = [];
      for (let index = 0; index < opened.pageCount; index += 1) {
        found.push(await opened.size(index));
        read.push({ pieces: await opened.pieces(index) });
      }
      if (mine !== running) {
        void opened.close();
        return;
      }
      const before = file.value;
      sizes.value = found;
      file.value = opened;
      fresh.value = before ? added(texts.value, read) : [];
      texts.value = read;
      shown = revised;
      problem.value = undefined;
      void before?.close();
    } catch (error) {
      if (mine !== running) return;
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    } finally {
      if (mine === running) busy.value = false;
    }
  }
  watch(
    [revision, wanted],
    ([now, visible]) => {
      clearTimeout(timer);
      if (visible && now !== shown) timer = setTimeout(() => void draw(), file.value ? REST : 0);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    clearTimeout(timer);
    running += 1;
    void file.value?.close();
  });
  return { file, sizes, texts, fresh, busy, problem, draw };
}
