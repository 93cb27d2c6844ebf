// Placing by words or page numbers: what was asked and found. The desk keeps it, not its panel: a window that becomes narrow or wide shows
// another panel, and one that is folded away comes back.
import { computed, ref, shallowRef } from "vue";
import { useSubmit } from "@/ui/submit";
import { fetchKeywordPlaces } from "../api";
import type { Anchor, KeywordPlace } from "./spots";

export function usePlacing(contract: string) {
  const open = ref(false);
  /** What is typed: the words, which of the things that can be placed, where at the words, the page numbers. */
  const word = ref("");
  const chosen = ref(0);
  const anchor = ref<Anchor>("centre");
  const pages = ref("");
  /** Where the words stand, of `total` as many as can be used; null before anything was asked. */
  const places = shallowRef<readonly KeywordPlace[] | null>(null);
  const total = ref(0);
  const search = useSubmit(async (text: string) => {
    places.value = null;
    const found = await fetchKeywordPlaces(contract, text);
    [places.value, total.value] = [found.places, found.total];
  });
  /** What the pages show. */
  const shown = computed(() => (open.value ? (places.value ?? []) : []));
  return { open, word, chosen, anchor, pages, places, total, search, shown };
}

export type PlacingModel = ReturnType<typeof usePlacing>;
