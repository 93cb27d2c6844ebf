// A row of tabs that scrolls sideways where it has no room: the chosen one is in view, also after the window changed.

import { onBeforeUnmount, onMounted, watch, type Ref, type WatchSource } from "vue";

/** Keeps what matches `selector` within `row` in view, whenever `chosen` changes or the row does. */
export function useInView(row: Readonly<Ref<HTMLElement | null>>, selector: string, chosen: WatchSource): void {
  function show(): void {
    const scroller = row.value;
    const one = scroller?.querySelector<HTMLElement>(selector);
    if (!scroller || !one) return;
    // Not scrollIntoView, which would move the page too.
    const [at, of] = [one.getBoundingClientRect(), scroller.getBoundingClientRect()];
    if (at.left < of.left || at.right > of.right) scroller.scrollLeft += at.left + at.width / 2 - (of.left + of.width / 2);
  }
  const sized = new ResizeObserver(show);
  onMounted(() => row.value && sized.observe(row.value));
  onBeforeUnmount(() => sized.disconnect());
  watch(chosen, show, { flush: "post" });
}
