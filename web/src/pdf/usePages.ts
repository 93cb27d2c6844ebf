// The pages of an open file as pictures that are near, by page, drawn by the queue, let go when far.
import { onScopeDispose, shallowReactive, type ShallowReactive } from "vue";
import { isCancelled, type PdfFile, type Picture } from "./engine";
import { RenderQueue } from "./queue";

export interface Pages {
  pictures: ShallowReactive<Map<number, Picture>>;
  /** Pages that cannot be drawn. */
  broken: ShallowReactive<Set<number>>;
  want(order: readonly number[]): void;
  renew(): void;
}

/** Pictures of the pages of `file` at the zoom that `zoom` tells, with at most `ratio` device pixels for a CSS pixel. */
export function usePages(file: () => PdfFile | null, zoom: () => number, ratio: () => number): Pages {
  const pictures = shallowReactive(new Map<number, Picture>());
  const broken = shallowReactive(new Set<number>());

  const queue = new RenderQueue<Picture>({
    async draw(index, signal) {
      const open = file();
      if (!open) throw new Error("no file is open");
      const canvas = document.createElement("canvas");
      try {
        return await open.render(index, canvas, zoom(), ratio(), signal);
      } catch (error) {
        empty(canvas);
        throw error;
      }
    },
    drawn(index, picture) {
      const old = pictures.get(index);
      pictures.set(index, picture);
      broken.delete(index);
      if (old) empty(old.canvas);
    },
    dropped(index) {
      const old = pictures.get(index);
      pictures.delete(index);
      if (old) empty(old.canvas);
      void file()?.release(index);
    },
    failed(index, error) {
      if (!isCancelled(error)) broken.add(index);
    },
  });
  onScopeDispose(() => queue.stop());
  return { pictures, broken, want: (order) => queue.want(order), renew: () => queue.renew() };
}

/** A canvas of no size gives its memory back at once; phones do not wait for the collector. */
function empty(canvas: HTMLCanvasElement): void {
  canvas.width = 0;
  canvas.height = 0;
}
