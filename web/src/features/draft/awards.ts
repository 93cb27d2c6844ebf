// The entries of drafting: which awards stand under which heading, and what this actor may do with each.

import type { AwardSummary, FlowProfile } from "./api";

export type Entrance = "projects" | "orders" | "won";
export type Act = "begin" | "open" | "cancelled" | "by_supplier" | "by_purchaser" | "no_role";

/** Orders are orders for both sides; lots are projects for who buys, and what was won for who sells. */
export function entranceOf(award: AwardSummary, actorName: string): Entrance {
  if (award.order_code != null) return "orders";
  return award.purchaser === actorName ? "projects" : "won";
}

export function actOf(award: AwardSummary, actorName: string, roles: readonly string[], profile: FlowProfile | undefined): Act {
  if (award.contract_id != null) return "open";
  if (award.state === "cancelled") return "cancelled";
  // A profile that this installation no longer has: the server says what is wrong with it.
  if (!profile) return "begin";
  const side = award.purchaser === actorName ? "purchaser" : "supplier";
  if (!profile.drafting_by.includes(side)) return side === "purchaser" ? "by_supplier" : "by_purchaser";
  return roles.some((role) => profile.drafting_roles.includes(role)) ? "begin" : "no_role";
}

export interface Project {
  code: string;
  name: string;
  awards: AwardSummary[];
}

/** Lots by project, in the order in which the projects first come (S0-017, S0-018). */
export function byProject(awards: readonly AwardSummary[]): Project[] {
  const found = new Map<string, Project>();
  for (const award of awards) {
    const project = found.get(award.project_code) ?? { code: award.project_code, name: award.project_name, awards: [] };
    project.awards.push(award);
    found.set(award.project_code, project);
  }
  return [...found.values()];
}

/** Whether an award is what was searched for. */
export function matches(award: AwardSummary, text: string): boolean {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const all = [award.project_name, award.project_code, award.order_code ?? "", award.purchaser, ...award.suppliers, ...award.lots].join("\n").toLowerCase();
  return words.every((word) => all.includes(word));
}
