// What can be said of a certificate without the server, as pure functions.

import type { components } from "@/api/schema";
import { day, daysUntil } from "@/ui/format";

export type Certificate = components["schemas"]["CertificateOut"];
export type Application = components["schemas"]["ApplicationOut"];

/** From this many days before its end a certificate is told of; the server lets it be renewed from then on. */
export const SOON_DAYS = 30;

export type Standing = "inForce" | "expiring" | "expired" | "revoked" | "locked";

export function daysLeft(one: Certificate, nowMicros: number): number {
  return daysUntil(day(one.not_after_at), nowMicros);
}

/** How it stands, by what matters most to who wants to sign. */
export function standing(one: Certificate, nowMicros: number): Standing {
  if (one.state === "revoked") return "revoked";
  if (one.state === "expired" || one.not_after_at <= nowMicros) return "expired";
  if (one.locked) return "locked";
  return daysLeft(one, nowMicros) <= SOON_DAYS ? "expiring" : "inForce";
}

export const tone = (now: Standing): "green" | "orange" | "grey" =>
  now === "inForce" ? "green" : now === "expiring" || now === "locked" ? "orange" : "grey";

/** Whether it can sign at this moment or after its password is reset. */
export const isAlive = (one: Certificate, nowMicros: number): boolean => !["expired", "revoked"].includes(standing(one, nowMicros));

/** One part of a distinguished name (`CN`); a comma inside a value is written with a backslash before it. */
export function partOf(name: string, part: string): string {
  const found = new RegExp(`(?:^|,\\s*)${part}=((?:\\\\.|[^,\\\\])*)`).exec(name);
  return (found?.[1] ?? "").replace(/\\(.)/g, "$1").trim();
}

/** The rules for a certificate password: its length, and at least two kinds of three. */
export function passwordRules(text: string): { length: boolean; kinds: boolean } {
  const length = [...text].length;
  const kinds = [/[A-Za-z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(text)).length;
  return { length: length >= 8 && length <= 32, kinds: kinds >= 2 };
}
export const isFit = (text: string): boolean => passwordRules(text).length && passwordRules(text).kinds;

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An identity number with a right check character (GB 11643-1999). */
export function isResidentId(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(text.charAt(at)), 0);
  return "10X98765432".charAt(sum % 11) === text.charAt(17).toUpperCase();
}

/** Serial numbers are read out in groups of four. */
export const grouped = (hex: string): string => hex.toUpperCase().replace(/(.{4})(?=.)/g, "$1 ");

export type StepState = "done" | "now" | "waiting" | "later";

/** The way to the first seal: who one is, then a certificate, then a seal. */
export function stepStates(facts: { named: boolean; claimed: boolean; certified: boolean; applied: boolean; sealed: boolean }): [StepState, StepState, StepState] {
  const name: StepState = facts.named ? "done" : facts.claimed ? "waiting" : "now";
  const certificate: StepState = facts.certified ? "done" : name !== "done" ? "later" : facts.applied ? "waiting" : "now";
  const seal: StepState = facts.sealed ? "done" : certificate === "done" ? "now" : "later";
  return [name, certificate, seal];
}
