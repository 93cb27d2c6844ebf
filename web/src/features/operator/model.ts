// What the console makes of the server's answers, as pure functions.

import type { Overview } from "./api";

export const PARTS = ["overview", "pushes", "filings", "jobs", "organisations", "claims", "applications", "clients", "sandbox"] as const;
export type Part = (typeof PARTS)[number];

export const asPart = (text: string, sandbox: boolean): Part => {
  const found = PARTS.find((one) => one === text) ?? "overview";
  return found === "sandbox" && !sandbox ? "overview" : found;
};

/** How much of a part waits for the operator. */
export function waiting(overview: Overview | undefined): Partial<Record<Part, number>> {
  if (!overview) return {};
  const refused = overview.pushes.filter((one) => one.of === "refused" || one.of === "conflict").reduce((sum, one) => sum + one.count, 0);
  return {
    pushes: refused,
    filings: overview.filings_waiting,
    jobs: overview.dead_jobs,
    organisations: overview.unverified_organisations,
    claims: overview.real_name_claims,
    applications: overview.certificate_applications,
  };
}

export interface Fault {
  path: string;
  code: string;
  message: { zh: string; en: string };
  remedy: { zh: string; en: string };
}

/** The faults of a push, which the API's description leaves open. */
export function readFaults(faults: readonly unknown[]): Fault[] {
  return faults.map((value) => {
    const one = (typeof value === "object" && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
    const text = (name: string): string => (typeof one[name] === "string" ? one[name] : "");
    return {
      path: text("path"),
      code: text("code"),
      message: { zh: text("message_zh"), en: text("message_en") },
      remedy: { zh: text("remedy_zh"), en: text("remedy_en") },
    };
  });
}

export const isPersonId = (text: string): boolean => /^per_[0-9a-z]{26}$/.test(text);
