// What a contract that was stopped or sent back tells each party: what happened, and what comes next for whoever reads it.

import type { components } from "@/api/schema";
import { say } from "@/app/language";
import type { Contract } from "../model";
import { partyName } from "./state";
import { showWords as t } from "./messages";

export type Standing = components["schemas"]["StandingOut"];

export function said(contract: Contract, standing: Standing): { title: string; next: string } | undefined {
  const by = standing.party ? partyName(contract, standing.party, standing.organisation_name) : "";
  const to = standing.back_to ? partyName(contract, standing.back_to) : "";
  const mine = (key: string | null | undefined): boolean => contract.parties.some((one) => one.key === key && one.own);
  const own = mine(standing.back_to);
  switch (standing.kind) {
    case "held":
      return { title: t.heldTitle, next: t.heldNext };
    case "rejected":
      return { title: t.rejectedTitle(by), next: t.endedNext };
    case "revoked":
      return { title: t.revokedTitle(by), next: t.endedNext };
    case "expired":
      return { title: t.expiredTitle, next: t.endedNext };
    case "returned":
      return { title: t.returnedTitle(by), next: own ? t.returnedNext : t.returnedNextOther(to) };
    case "disagreed":
      return { title: t.disagreedTitle(by), next: own ? t.disagreedNext : t.disagreedNextOther(to) };
    case "withdrawn":
      return { title: t.withdrawnTitle(by), next: own ? t.withdrawnNext : t.withdrawnNextOther(to) };
    case "modified":
      return { title: t.modifiedTitle(by), next: mine(standing.party) ? t.modifiedNextOwn(to) : own ? t.modifiedNext : t.returnedNextOther(to) };
    case "filing_refused":
      return { title: t.refusedTitle, next: own ? t.refusedNext : t.refusedNextOther(to) };
    default:
      // A newer server's word: its reason is shown, without a sentence of ours.
      return { title: say(contract.state.label), next: "" };
  }
}
