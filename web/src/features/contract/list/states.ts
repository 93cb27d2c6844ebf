// The states that one can look for, list by list, and what they are called where no flow profile is at hand.

import { language } from "@/app/language";
import type { List } from "../model";

const NAMES: Record<string, [zh: string, en: string]> = {
  drafting: ["起草中", "Being drafted"],
  returned: ["已退回", "Returned"],
  in_review: ["待确认", "To be confirmed"],
  "step.supplier": ["待乙方签章", "Party B to seal"],
  "step.purchaser": ["待甲方签章", "Party A to seal"],
  "step.initiator": ["待起草方签章", "Drafting party to seal"],
  "step.counterparty": ["待对方签章", "Other party to seal"],
  concluded: ["签订完成", "Concluded"],
  offline: ["线下已签订", "Signed on paper"],
  filing_due: ["待备案", "To be filed"],
  filing_pushed: ["备案中", "Being filed"],
  filing_refused: ["备案未通过", "Filing refused"],
  filing_accepted: ["已备案", "Filed"],
  notice_submitted: ["公告待发布", "Notice submitted"],
  published: ["已公告", "Published"],
  exempt: ["免予公告", "Exempt from publication"],
  rejected: ["已拒签", "Refused"],
  revoked: ["已撤销", "Revoked"],
  expired: ["逾期未签署", "Expired"],
  held: ["已暂停", "On hold"],
};

export function stateName(code: string): string {
  const names = NAMES[code];
  return names === undefined ? code : names[language.value === "zh" ? 0 : 1];
}

const SIGNING = ["in_review", "step.supplier", "step.purchaser", "step.initiator", "step.counterparty"];
const AFTER = ["concluded", "offline", "filing_due", "filing_pushed", "filing_refused", "filing_accepted", "notice_submitted", "published", "exempt"];

export const STATES: Record<List, readonly string[]> = {
  waiting_for_me: [...SIGNING, "returned", "filing_refused", "held"],
  waiting_for_others: [...SIGNING, "held"],
  completed: AFTER,
  voided: ["rejected", "revoked", "expired"],
  started_by_me: ["drafting", "returned", ...SIGNING, ...AFTER, "rejected", "revoked", "expired", "held"],
  drafts: ["drafting", "returned"],
};
