import { capitals } from "@/ui/format";
import { draftWords } from "../draft/messages";
import { readMoney } from "../draft/values";
import { reviewWords as t } from "./messages";
import type { Fault } from "./questions";

/** What is wrong with an answer, in words; `most` is the contract amount as people read it. */
export function faultWords(fault: Fault, most: string): string {
  switch (fault) {
    case "accept_missing":
      return t.acceptMissing;
    case "not_accepted":
      return t.acceptFirst;
    case "method_missing":
      return t.methodMissing;
    case "amount_missing":
      return t.amountMissing;
    case "amount_format":
      return draftWords.money_format;
    case "amount_zero":
      return t.amountZero;
    case "amount_more":
      return t.amountMore(most);
    case "online_missing":
      return t.onlineMissing;
    case "online_not_ready":
      return t.notReady;
    case "signed_missing":
      return t.signedMissing;
    case "signed_format":
      return t.dateWrong;
    case "signed_future":
      return t.signedFuture;
  }
}

/** The capitals of a typed amount; nothing while it is none. */
export function capitalsOf(typed: string): string {
  const read = readMoney(typed);
  return "value" in read && typeof read.value === "number" ? capitals(read.value) : "";
}
