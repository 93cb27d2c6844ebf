// Zoom by Ctrl-wheel and by two fingers, about the point between them.
import { onScopeDispose, watch, type Ref } from "vue";

/** Tells by which factor to zoom about a point in CSS pixels of the browser's viewport. */
export type ZoomAbout = (factor: number, clientX: number, clientY: number) => void;

export function usePinch(element: Ref<HTMLElement | null>, zoomAbout: ZoomAbout): void {
  let before: { distance: number; x: number; y: number } | null = null;

  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    // Or the browser would zoom its own window.
    event.preventDefault();
    const step = Math.max(-50, Math.min(50, event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY));
    zoomAbout(Math.exp(-step / 250), event.clientX, event.clientY);
  };
  // Touch events, because pointer events of two fingers are taken away as soon as the browser begins to scroll.
  const touch = (event: TouchEvent) => {
    const [a, b] = [event.touches[0], event.touches[1]];
    if (!a || !b || event.touches.length > 2) {
      before = null;
      return;
    }
    if (event.cancelable) event.preventDefault();
    const after = {
      distance: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
      x: (a.clientX + b.clientX) / 2,
      y: (a.clientY + b.clientY) / 2,
    };
    if (before && before.distance > 8) zoomAbout(after.distance / before.distance, after.x, after.y);
    before = after;
  };
  const end = () => {
    before = null;
  };

  const listen = (target: HTMLElement | null, on: boolean) => {
    if (!target) return;
    const method = on ? "addEventListener" : "removeEventListener";
    target[method]("wheel", wheel as EventListener, { passive: false });
    target[method]("touchstart", touch as EventListener, { passive: false });
    target[method]("touchmove", touch as EventListener, { passive: false });
    target[method]("touchend", end);
    target[method]("touchcancel", end);
  };
  watch(
    element,
    (now, earlier) => {
      listen(earlier ?? null, false);
      listen(now, true);
    },
    { immediate: true },
  );
  onScopeDispose(() => listen(element.value, false));
}
