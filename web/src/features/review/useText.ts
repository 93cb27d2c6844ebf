// The text under review, opened once for each version, and where its differences stand.

import { computed, onScopeDispose, shallowRef, watch } from "vue";
import { Problem } from "@/api/problem";
import { say } from "@/app/language";
import type { PdfFile } from "@/pdf/engine";
import type { Size } from "@/pdf/geometry";
import { openText } from "./api";
import { placeOf, withUnit, type PageText, type Place } from "../draft/places";
import type { Review } from "./useReview";

export interface Mark {
  field: string;
  number: number;
  label: string;
  place: Place;
}

export function useText(review: Review) {
  const file = shallowRef<PdfFile | null>(null);
  const bytes = shallowRef<Uint8Array<ArrayBuffer>>();
  const sizes = shallowRef<Size[]>([]);
  const texts = shallowRef<PageText[]>([]);
  const problem = shallowRef<Problem>();
  let running = 0;

  async function open(): Promise<void> {
    const mine = (running += 1);
    problem.value = undefined;
    try {
      const opened = await openText(review.id);
      const found: Size[] = [];
      for (let index = 0; index < opened.file.pageCount; index += 1) found.push(await opened.file.size(index));
      if (mine !== running) {
        void opened.file.close();
        return;
      }
      void file.value?.close();
      sizes.value = found;
      bytes.value = opened.bytes;
      file.value = opened.file;
      const read: PageText[] = [];
      for (let index = 0; index < opened.file.pageCount; index += 1) read.push({ pieces: await opened.file.pieces(index) });
      if (mine === running) texts.value = read;
    } catch (error) {
      if (mine !== running) return;
      if (!(error instanceof Problem)) throw error;
      problem.value = error;
    }
  }
  watch(
    () => review.mine.value?.version,
    (version) => {
      if (version !== undefined) void open();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    running += 1;
    void file.value?.close();
  });

  const marks = computed<Mark[]>(() => {
    const differing = (review.comparison.data.value?.items ?? []).filter((item) => !item.same && item.level);
    return differing.flatMap((item, at) => {
      const place = item.drafted == null ? undefined : placeOf(texts.value, withUnit(item.drafted, item.label.zh));
      return place ? [{ field: item.field, number: at + 1, label: say(item.label), place }] : [];
    });
  });
  watch(marks, (found) => (review.places.value = Object.fromEntries(found.map((mark) => [mark.field, mark.place.page + 1]))), { immediate: true });
  return { file, bytes, sizes, problem, marks, open };
}
