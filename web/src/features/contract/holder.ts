// Who holds a contract now, in words.

import { contractWords as t, wordFor } from "./messages";
import type { Holder } from "./model";

/** 我方 · 乙方 示例园林绿化有限公司 · 监管系统. */
export function holderName(holder: Holder): string {
  if (holder.who !== "party") return wordFor(holder.who);
  if (holder.own) return t.own;
  return holder.names.join("、") || holder.parties.map((key) => t.party(key)).join("、");
}
