// What is missing, in words.
import { draftWords as t } from "./messages";
import type { Gap } from "./missing";
import { named } from "./print";

export function gapWords(gap: Gap): string {
  if (!gap.entry) return gap.words ?? t.termMissing;
  if (gap.kind === "reason") return t.reasonMissing(named(gap.entry));
  return named(gap.entry);
}

/** Where a gap is mended: the id of the control. */
export function gapPlace(gap: Gap): string {
  if (!gap.entry) return "section-02";
  return gap.kind === "reason" ? `field-${gap.entry.id}-reason` : `field-${gap.entry.id}`;
}
