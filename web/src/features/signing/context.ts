// What the parts of the desk share, handed down by the page.
import { inject, type InjectionKey } from "vue";
import type { PlacingModel } from "./placing/usePlacing";
import type { CeremonyModel } from "./useCeremony";
import type { DeskModel } from "./useDesk";
import type { useDrag } from "./useDrag";

export interface DeskContext {
  model: DeskModel;
  ceremony: CeremonyModel;
  placing: PlacingModel;
  drag: ReturnType<typeof useDrag>;
  /** Brings a page into view, with a place on it (mm from its upper edge). */
  goTo: (page: number, y?: number) => void;
  /** The page that is read. */
  current: () => number;
  /** Whether the screen is that of a phone. */
  narrow: () => boolean;
}

export const deskKey: InjectionKey<DeskContext> = Symbol("desk");

export function useContext(): DeskContext {
  const context = inject(deskKey);
  if (!context) throw new Error("a part of the desk stands outside of it");
  return context;
}
