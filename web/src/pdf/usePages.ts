// The pages of an open file as pictures that are near: canvases by page, drawn by the queue, let go when far.
import { onScopeDispose, shallowReactive, type ShallowReactive } from "vue";
import { isCancelled, type PdfFile } from "./engine";
import { RenderQueue } from "./queue";

export interface Pages {
  canvases: ShallowReactive<Map<number, HTMLCanvasElement>>;
  /** Pages that cannot be drawn. */
  broken: ShallowReactive<Set<number>>;
  want(order: readonly number[]): void;
  renew(): void;
}

/** Pictures of the pages of `file` at the zoom that `zoom` tells, with at most `ratio` device pixels for a CSS pixel. */
export function usePages(file: () => PdfFile | null, zoom: () => number, ratio: () => number): Pages {
  const canvases = shallowReactive(new Map<number, HTMLCanvasElement>());
  const broken = shallowReactive(new Set<number>());

  const queue = new RenderQueue<HTMLCanvasElement>({
    async draw(index, signal) {
      const open = file();
      if (!open) throw new Error("no file is open");
      const canvas = document.createElement("canvas");
      try {
        await open.render(index, canvas, zoom(), ratio(), signal);
      } catch (error) {
        empty(canvas);
        throw error;
      }
      return canvas;
    },
    drawn(index, canvas) {
      const old = canvases.get(index);
      canvases.set(index, canvas);
      broken.delete(index);
      if (old) empty(old);
    },
    dropped(index) {
      const old = canvases.get(index);
      canvases.delete(index);
      if (old) empty(old);
      void file()?.release(index);
    },
    failed(index, error) {
      if (!isCancelled(error)) broken.add(index);
    },
  });
  onScopeDispose(() => queue.stop());
  return { canvases, broken, want: (order) => queue.want(order), renew: () => queue.renew() };
}

/** A canvas of no size gives its memory back at once; phones do not wait for the collector. */
function empty(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}
