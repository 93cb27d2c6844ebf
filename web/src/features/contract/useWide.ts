// Whether the window is at least so wide, in CSS pixels: zooming in makes it narrower.

import { onScopeDispose, ref, type Ref } from "vue";

export function useWide(pixels: number): Ref<boolean> {
  const wanted = window.matchMedia(`(min-width: ${pixels}px)`);
  const wide = ref(wanted.matches);
  const look = (): void => void (wide.value = wanted.matches);
  wanted.addEventListener("change", look);
  onScopeDispose(() => wanted.removeEventListener("change", look));
  return wide;
}
