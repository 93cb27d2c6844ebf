import { onBeforeUnmount, ref, type Ref } from "vue";

/** The window's width, CSS px. */
export function useWidth(): Ref<number> {
  const width = ref(window.innerWidth);
  const measure = (): void => void (width.value = window.innerWidth);
  window.addEventListener("resize", measure);
  onBeforeUnmount(() => window.removeEventListener("resize", measure));
  return width;
}
