// How signatures without a seal structure look: a person's name seal stands in the document alone, so it is cut out of its page as drawn here.

import { shallowReactive, watch } from "vue";
import type { PdfFile } from "@/pdf/engine";
import { mmToPixels, type Box } from "@/pdf/geometry";
import { scaled, type Report, type Shown } from "./model";

/** Sharper than true size, since the page shows it larger than life where it is small. */
const ZOOM = 2;
/** Larger ones are no seals but pages. */
const MOST_MM = 100;

/** The part of a page as a picture. */
async function cut(file: PdfFile, page: number, box: Box, signal: AbortSignal): Promise<string> {
  const { canvas } = await file.render(page, document.createElement("canvas"), ZOOM, 1, signal);
  const px = (mm: number): number => Math.round(mmToPixels(mm, ZOOM));
  const part = document.createElement("canvas");
  part.width = px(box.width);
  part.height = px(box.height);
  part.getContext("2d")?.drawImage(canvas, px(box.x), px(box.y), part.width, part.height, 0, 0, part.width, part.height);
  return part.toDataURL("image/png");
}

/** Pictures by the index of their signature, as they come. */
export function useAppearances(file: () => PdfFile | null, report: () => Report | undefined): Map<number, Shown> {
  const shown = shallowReactive(new Map<number, Shown>());
  watch([file, report], async ([opened, found], _, cleanup) => {
    shown.clear();
    if (!opened || !found) return;
    const mine = new AbortController();
    cleanup(() => mine.abort());
    for (const [index, one] of found.signatures.entries()) {
      if (one.kind !== "cms" || !one.page || !one.field) continue;
      try {
        const box = await opened.field(one.page - 1, one.field);
        if (!box || Math.min(box.width, box.height) <= 0 || Math.max(box.width, box.height) > MOST_MM) continue;
        const source = await cut(opened, one.page - 1, box, mine.signal);
        if (mine.signal.aborted) return;
        shown.set(index, { source, ...scaled(box.width, box.height) });
      } catch {
        // What cannot be drawn has no picture; the verdict does not depend on it.
        if (mine.signal.aborted) return;
      }
    }
  });
  return shown;
}
