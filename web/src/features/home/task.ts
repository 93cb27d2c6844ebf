// What a task says of itself and where it leads.

import type { RouteLocationRaw } from "vue-router";
import type { components } from "@/api/schema";
import { shortMoment } from "@/ui/format";
import { contractWords as c } from "../contract/messages";
import { placeOf } from "../contract/places";
import { homeWords as t } from "./messages";

export type Home = components["schemas"]["HomeOut"];
export type Task = components["schemas"]["TaskOut"];
export type Group = components["schemas"]["GroupOut"];
export type RunningClock = components["schemas"]["RunningClockOut"];
export type Expiry = components["schemas"]["ExpiryOut"];

/** Why it waits, in one sentence. */
export function reason(task: Task): string {
  const by = task.handed_over_by;
  const other = by ? ([c.party(by.party), by.name, shortMoment(task.since)] as const) : undefined;
  switch (task.action) {
    case "sign":
      return other ? t.handedOn(...other) : t.signFirst;
    case "confirm":
      return other ? t.sentByOther(...other) : t.confirmPlain;
    case "agree":
      return other ? t.agreeSentence(...other) : t.submitSentence;
    case "submit":
      return t.submitSentence;
    case "resubmit":
      return t.resubmitSentence;
    default:
      if (task.target.kind === "award") return t.awardSentence;
      return other ? t.returnedSentence(...other) : t.draftSentence;
  }
}

/** Where it is done. */
export function placeOfTask(task: Task): RouteLocationRaw {
  return task.target.kind === "award" ? { name: "begin", params: { id: task.target.id } } : placeOf(task.target.page, task.target.id);
}

/** The tasks that are shown of a group: at most so many, the rest behind a link. */
export const SHOWN = 5;
