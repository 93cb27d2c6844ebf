// Dragging a seal from the panel or over the pages, by mouse, touch or pen. What is dragged follows the pointer at true size, is drawn to
// lines and suggested places, and is placed when it is let go over a page.
import { onScopeDispose, shallowRef, type Ref } from "vue";
import { boxAround, clampIntoPage, clientToSeen, mmToPixels, snap, type Box, type Guide, type Point } from "@/pdf/geometry";
import { lowestPage, pageSize, placedBox, boxOf, sizeOf, suggestionPoint, type Kind, type Mark } from "./model";
import type { DeskModel } from "./useDesk";

/** A drag under way. */
export interface Drag {
  kind: Kind;
  sealId: string;
  /** The mark that is moved; none if it comes from the panel. */
  id: string | null;
  /** Where the pointer is, CSS pixels of the browser's viewport. */
  client: Point;
  /** The page under it and where the centre would stand; none outside of the pages. */
  over: { page: number; centre: Point; box: Box; guides: Guide[]; client: Point } | null;
}

/** Pixels a pointer may tremble before it is a drag. */
const TREMBLE = 4;
/** How near a line must be to draw a seal to it, pixels. */
const REACH = 6;
/** Near an edge of the pages they scroll by themselves, pixels. */
const EDGE = 48;

export function useDrag(model: DeskModel, scroller: () => HTMLElement | null, zoom: Ref<number>, picked: (from: Drag) => void) {
  const drag = shallowRef<Drag | null>(null);
  let stop: (() => void) | null = null;

  function pageUnder(client: Point): { page: number; origin: Point } | null {
    const area = scroller()?.getBoundingClientRect();
    if (!area || client.x < area.left || client.x > area.right || client.y < area.top || client.y > area.bottom) return null;
    for (const element of scroller()?.querySelectorAll<HTMLElement>(".pdf-page") ?? []) {
      const box = element.getBoundingClientRect();
      if (client.y >= box.top && client.y <= box.bottom) return { page: Number(element.dataset["page"]), origin: { x: box.left, y: box.top } };
    }
    return null;
  }

  /** Where something would stand whose centre is at a point of the browser's viewport. */
  function landing(kind: Kind, sealId: string, id: string | null, client: Point, loose: boolean): Drag["over"] {
    const desk = model.desk.value;
    const under = pageUnder(client);
    if (!desk || !under) return null;
    const onScreen = (at: Point) => ({ x: under.origin.x + mmToPixels(at.x, zoom.value), y: under.origin.y + mmToPixels(at.y, zoom.value) });
    const size = sizeOf(desk, { kind, sealId });
    const page = pageSize(desk, under.page);
    const raw = clientToSeen(client, under.origin, zoom.value);
    if (kind === "seam") {
      const { y } = clampIntoPage({ x: 0, y: raw.y }, size, { width: size.width, height: lowestPage(desk) });
      const centre = { x: page.width - size.width / 2, y };
      return { page: under.page, centre, box: boxAround(centre, size), guides: [], client: onScreen(centre) };
    }
    // Far beside the page is not on it.
    if (raw.x < -size.width / 2 || raw.x > page.width + size.width / 2) return null;
    const drawn = loose ? { centre: raw, guides: [] } : snap(raw, size, targets(kind, id, under.page), REACH / mmToPixels(1, zoom.value));
    const centre = clampIntoPage(drawn.centre, size, page);
    return { page: under.page, centre, box: boxAround(centre, size), guides: drawn.guides, client: onScreen(centre) };
  }

  function targets(kind: Kind, id: string | null, page: number) {
    const desk = model.desk.value;
    if (!desk) return { boxes: [], points: [] };
    const own = model.marks.value.filter((mark) => mark.id !== id && mark.page === page).map((mark) => boxOf(desk, mark));
    const theirs = [...desk.present, ...desk.unsent].flatMap((one) => one.placed).filter((one) => one.page === page && one.kind !== "seam");
    const points = desk.suggestions.filter((one) => one.page === page && one.kind === kind).map((one) => suggestionPoint(desk, one));
    return { boxes: [...own, ...theirs.map(placedBox)], points };
  }

  /** Begins with a press; it is a drag once the pointer has moved, and a click otherwise. */
  function press(event: PointerEvent, what: { kind: Kind; sealId: string; mark: Mark | null; centre: Point | null }): void {
    if (event.button !== 0 || stop) return;
    const start = { x: event.clientX, y: event.clientY };
    // A mark is held where it was taken, a seal of the panel by its centre.
    const hold = what.centre ? { x: what.centre.x - start.x, y: what.centre.y - start.y } : { x: 0, y: 0 };
    let latest = event;
    let frame = 0;

    const follow = () => {
      const client = { x: latest.clientX, y: latest.clientY };
      if (!drag.value && Math.hypot(client.x - start.x, client.y - start.y) < TREMBLE) return;
      const centre = { x: client.x + hold.x, y: client.y + hold.y };
      const over = landing(what.kind, what.sealId, what.mark?.id ?? null, centre, latest.altKey);
      const first = drag.value === null;
      drag.value = { kind: what.kind, sealId: what.sealId, id: what.mark?.id ?? null, client: centre, over };
      if (first) picked(drag.value);
    };
    const scroll = () => {
      const element = scroller();
      const area = element?.getBoundingClientRect();
      if (drag.value && element && area && latest.clientX > area.left && latest.clientX < area.right) {
        const up = area.top + EDGE - latest.clientY;
        const down = latest.clientY - (area.bottom - EDGE);
        if (up > 0 && latest.clientY > area.top - EDGE) element.scrollTop -= Math.min(24, up / 3);
        else if (down > 0 && latest.clientY < area.bottom + EDGE) element.scrollTop += Math.min(24, down / 3);
        else return void (frame = requestAnimationFrame(scroll));
        follow();
      }
      frame = requestAnimationFrame(scroll);
    };
    const move = (next: PointerEvent) => {
      if (next.pointerId !== event.pointerId) return;
      latest = next;
      follow();
    };
    const end = (next: PointerEvent) => {
      if (next.pointerId !== event.pointerId) return;
      const last = drag.value;
      finish();
      if (next.type === "pointerup" && last) drop(last);
    };
    const key = (next: KeyboardEvent) => {
      if (next.key !== "Escape") return;
      next.stopPropagation();
      finish();
    };
    const finish = () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      window.removeEventListener("keydown", key, true);
      // The click that follows a drag is none.
      if (drag.value) window.addEventListener("click", swallow, { capture: true, once: true });
      window.setTimeout(() => window.removeEventListener("click", swallow, true), 0);
      drag.value = null;
      stop = null;
    };
    stop = finish;
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    window.addEventListener("keydown", key, true);
    frame = requestAnimationFrame(scroll);
  }

  function drop({ kind, sealId, id, over }: Drag): void {
    if (!over) return;
    if (id) model.dispatch({ do: "move", id, page: over.page, at: over.centre });
    else model.dispatch({ do: "place", kind, sealId, page: over.page, at: over.centre });
  }

  onScopeDispose(() => stop?.());
  return { drag, press, landing };
}

function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}
