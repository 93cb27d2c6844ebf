// What can be said of a seal without the server, as pure functions.

import type { components } from "@/api/schema";

export type Seal = components["schemas"]["SealOut"];
export type SealDetails = components["schemas"]["SealDetails"];
export type Member = components["schemas"]["MemberOut"];

export const ORGANISATION_TYPES = ["company", "contract", "finance", "bid", "legal_representative"] as const;
export type SealType = (typeof ORGANISATION_TYPES)[number] | "personal_name";

export type Standing = "usable" | "suspended" | "cancelled" | "certificateOver";

/** How it stands: a seal without a certificate in force sets nothing, whatever its own state. */
export function standing(seal: Pick<Seal, "state" | "certificate_in_force">): Standing {
  if (seal.state === "cancelled") return "cancelled";
  if (!seal.certificate_in_force) return "certificateOver";
  return seal.state === "suspended" ? "suspended" : "usable";
}

/** Types of which the owner can have another made: one of each that is not cancelled. */
export function possibleTypes(owned: readonly Pick<Seal, "seal_type" | "state">[], organisation: boolean): SealType[] {
  const all: readonly SealType[] = organisation ? ORGANISATION_TYPES : ["personal_name"];
  return all.filter((type) => !owned.some((seal) => seal.seal_type === type && seal.state !== "cancelled"));
}

/** Only round seals bear a code of the police. */
export const hasCode = (type: string): boolean => type !== "personal_name" && type !== "legal_representative";
export const isSealCode = (text: string): boolean => /^\d{13}$/.test(text);

/** The last moment of a day in China, microseconds UTC; the input is the day as `2026-12-31`. */
export const endOfDay = (day: string): number => (Date.parse(`${day}T00:00:00+08:00`) + 86_400_000) * 1000 - 1;

/** Seals that matter come first: usable, then suspended, then those that are over. */
export function inOrder<S extends Pick<Seal, "state" | "certificate_in_force">>(seals: readonly S[]): S[] {
  const rank = { usable: 0, certificateOver: 1, suspended: 2, cancelled: 3 };
  return [...seals].sort((a, b) => rank[standing(a)] - rank[standing(b)]);
}

const HEX = /_([0-9a-z]{26})$/;
/** The end of an id, enough to tell two apart by eye. */
export const shortId = (id: string): string => (HEX.exec(id)?.[1] ?? id).slice(-8).toUpperCase();
