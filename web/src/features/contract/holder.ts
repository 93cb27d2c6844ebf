// Who holds a contract now, in words.

import { listed } from "@/app/language";
import { contractWords as t, wordFor } from "./messages";
import type { Holder } from "./model";

/** 我方 · 乙方 示例园林绿化有限公司 · 监管系统. */
export function holderName(holder: Holder): string {
  if (holder.who !== "party") return wordFor(holder.who);
  if (holder.own) return t.own;
  return listed(holder.names) || listed(holder.parties.map((key) => t.party(key)));
}

/** The same where the parties' names stand beside it: 乙方. */
export function holderShort(holder: Holder): string {
  return holder.who === "party" && !holder.own ? listed(holder.parties.map((key) => t.party(key))) : holderName(holder);
}
