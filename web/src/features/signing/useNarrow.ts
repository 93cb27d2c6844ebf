// Whether the screen is that of a phone.
import { onScopeDispose, ref } from "vue";

export function useNarrow() {
  const query = matchMedia("(max-width: 767px)");
  const narrow = ref(query.matches);
  const change = () => (narrow.value = query.matches);
  query.addEventListener("change", change);
  onScopeDispose(() => query.removeEventListener("change", change));
  return narrow;
}
